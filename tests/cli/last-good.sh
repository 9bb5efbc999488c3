#!/bin/bash
# A mistake in the profile keeps no broker from starting that started before: run goes on with the last
# good profile of its owner and says so. A strict gate, a first run and any mistake in the options end
# with 2 as they do everywhere else.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
kept=$tree/var/lib/thintune/profiles/host.yaml

good() {
	printf 'profile: p\nsummary: "for a test: #1"\nextends: redpanda\ngate: %s\n%s\nprobe: {when: never}\nchecks: {conflicts: leave, direct-io: leave}\n' \
		"${2:-required-only}" "$1" >"$work/p.yaml"
}
bad() { printf 'profile: p\nsummary: for a test\nmemory: {transparent-hugepage: madvise}\n' >"$work/p.yaml"; }

thintune() {
	local command=$1
	shift
	"$THINTUNE" "$command" --root "$tree" --profile "$work/p.yaml" "$@"
}

fresh aws-i4i "$tree"
set_live "$tree" data-dir.has-data

# Nothing to go on with ------------------------------------------------------------------------------
bad
expect "a first run with a mistake in the profile" 2 thintune run
says "says where it is" 'p.yaml:3:.*transparent-hugepage' "$err"

# Kept ---------------------------------------------------------------------------------------------
good 'sysctl: {vm.swappiness: {value: 7, severity: required, why: "as it was"}}'
expect "a good profile" 0 thintune run --format json
sha256=$(jq -r .profile.sha256 "$work/out")
says "is kept" "^# last good profile of thintune, sha256 $sha256, kept 20[0-9T:-]*Z\$" "$(head -n 1 "$kept")"
is "for nobody else to write" "644 $(id -u)" "$(stat -c '%a %u' "$kept")"
traces "$tree/var" >"$work/before"
thintune run >/dev/null
traces "$tree/var" >"$work/after"
same "and not written again while it stays the same" "$work/before" "$work/after"
for command in audit apply; do
	rm "$kept"
	thintune "$command" >/dev/null
	is "$command keeps none" "" "$(ls "$kept" 2>/dev/null)"
	thintune run >/dev/null
done

# Gone on with -----------------------------------------------------------------------------------------
printf '60\n' >"$tree/proc/sys/vm/swappiness"
for fault in bad gone twice; do
	case $fault in
	bad) bad ;;
	gone) rm "$work/p.yaml" ;;
	# Two tuners want one file: the profile loads, and cannot be planned.
	twice) good 'sysctl: {kernel.numa_balancing: 0, vm.swappiness: 7}
irq: {placement: dedicated}' ;;
	esac
	printf '60\n' >"$tree/proc/sys/vm/swappiness"
	expect "$fault: run goes on" 0 thintune run
	is "$fault: with the last good profile" 7 "$(cat "$tree/proc/sys/vm/swappiness")"
	says "$fault: says so first" '^the profile cannot be used: ' "$(head -n 1 <<<"$out")"
	says "$fault: and last" 'going on with the last good one, /var/lib/thintune/profiles/host.yaml of 20' \
		"$(tail -n 4 <<<"$out" | tr '\n' ' ')"
	says "$fault: and on standard error" 'the profile cannot be used: .*going on with the last good one' "$err"
	expect "$fault: gate goes by it" 0 "$THINTUNE" gate --root "$tree"
	says "$fault: and says so" '^start: profile p, .*the profile cannot be used' "$out"
	thintune run --format json >"$work/report.json" 2>/dev/null
	is "$fault: the report has the hash of the files it came from" "$sha256" "$(jq -r .profile.sha256 "$work/report.json")"
	run "$python" "$top/tests/cli/test_report_schema.py" "$top/docs/report.schema.json" "$work/report.json"
	is "$fault: it is as docs/report.schema.json has it" 0 "$((code == 77 ? 0 : code))"
	says "$fault: and the fault" 'the profile cannot be used' "$(jq -r .profile.fault "$work/report.json")"
	expect "$fault: audit ends with 2" 2 thintune audit
	expect "$fault: apply ends with 2" 2 thintune apply
	expect "$fault: with --strict run does, too" 2 thintune run --strict
	expect "$fault: another owner has none" 2 thintune run --owner agent
done
is "the last good one is still the good one" "$sha256" "$(sed -n '1s/.*sha256 \([0-9a-f]*\),.*/\1/p' "$kept")"
bad
expect "quiet: the verdict alone" 0 thintune run --quiet
is "in one line" 1 "$(wc -l <"$work/out")"

# It is judged as ever: a required setting of the last good profile that cannot be set.
good 'sysctl: {vm.no-such-key: {value: 7, severity: required}}'
expect "a good profile with a setting that is not here" 4 thintune run
bad
expect "the gate goes by the last good profile" 4 thintune run
good 'sysctl: {vm.swappiness: 7}' strict
expect "a strict gate, once it matches" 0 thintune run
bad
expect "stays shut with a mistake in the profile" 2 thintune run
expect "and gate says so" 2 "$THINTUNE" gate --root "$tree"
says "and why" '^blocked: .*unknown key .transparent-hugepage' "$out"
good 'sysctl: {vm.swappiness: 7}'
thintune run >/dev/null

# Mistakes of the caller are no mistakes of the profile.
expect "an option that does not parse" 2 thintune run --no-such-option
expect "an unknown tuner" 2 thintune run --only nobody
expect "a disk that is not there" 2 thintune run --disk nobody

# A kept profile that cannot be trusted ---------------------------------------------------------------
bad
cp "$kept" "$work/kept"
refused() {
	expect "kept: $1" 2 thintune run
	says "kept: $1, says both" 'transparent-hugepage.*; the last good profile, .*cannot be used either: ' "$err"
	rm -rf "$kept"
	cp "$work/kept" "$kept"
}
: >"$kept"
refused "empty"
head -c 300 "$work/kept" >"$kept"
refused "cut short"
tail -n +2 "$work/kept" >"$kept"
refused "without its first line"
sed '1s/sha256 ..../sha256 XXXX/' "$work/kept" >"$kept"
refused "with a hash that is none"
printf 'extends: redpanda\n' >>"$kept"
refused "that extends another"
chmod 666 "$kept"
refused "that anybody may write"
rm "$kept"
ln -s "$work/kept" "$kept"
says "kept: a link is told in words" 'a link, or users other than root may write' "$(thintune run 2>&1)"
refused "a link"
rm "$kept"
mkdir "$kept"
refused "a directory"
expect "kept: as it was" 0 thintune run

# What is kept is the profile itself, or nothing -------------------------------------------------------
# holds SENTENCE PROFILE: what is kept plans the same
holds() {
	printf '%b\n' "$2" >"$work/p.yaml"
	thintune run >/dev/null
	thintune audit --format json >"$work/original.json"
	tail -n +2 "$kept" >"$work/copy.yaml"
	"$THINTUNE" audit --root "$tree" --profile "$work/copy.yaml" --format json >"$work/copy.json"
	same "kept, the same plan: $1" <(jq -S '.settings | map(del(.source, .merged))' "$work/original.json") \
		<(jq -S '.settings | map(del(.source, .merged))' "$work/copy.json")
}
head='profile: p\nsummary: for a test\nextends: redpanda\nprobe: {when: never}\n'
holds "line ends of other scripts in an overlay" "$head"'overlays:\n  - when: {disk-driver: ["nvme", "x\\Lsysctl: {vm.swappiness: 99} #"]}\n    disk: {nr-requests: 511}'
lacks "they are no content" 'swappiness: 99[^"]*$' "$(grep -v disk-driver "$kept")"
holds "line ends of other scripts in a why" "$head"'sysctl: {vm.swappiness: {value: 3, why: "a \\L b \\P c"}}'
holds "a profile of many keys" "$head"'sysctl:\n'"$(for i in {1..900}; do printf '  net.ipv4.b%d: leave\\n' "$i"; done)"
good 'sysctl: {vm.swappiness: 5}'
thintune run >/dev/null
printf '%b' "$head"'disk: {nr-requests: {at-least: 2}}\noverlays:\n  - when: {disk-driver: nvme}\n    disk: {nr-requests: {at-most: 3}}\n  - when: {cloud: aws}\n    disk: {nr-requests: {at-least: 500}}\n' >"$work/p.yaml"
run thintune run
says "a profile that has no merged form is told" 'could not be kept as the last good one.*would end with 2' "$(tr '\n' ' ' <<<"$out")"
is "and no older one stands in for it" "" "$(ls "$kept" 2>/dev/null)"
good 'sysctl: {vm.swappiness: 5}'
thintune run >/dev/null

# Advisories of the node ---------------------------------------------------------------------------
good 'sysctl: {vm.swappiness: 7}'
mkdir -p "$tree/etc/thintune"
printf 'advisories:\n  - id: x\n    filesytem: [xfs]\n' >"$tree/etc/thintune/advisories.yaml"
expect "a mistake in advisories.yaml" 2 thintune audit
says "is told with its place" '^thintune: /etc/thintune/advisories.yaml:3:5: unknown key .filesytem.' "$err"
expect "and keeps no broker down" 0 thintune run
says "which run says" 'advisories .*unknown \(/etc/thintune/advisories.yaml:3:5' "$(tr -s ' \n' ' ' <<<"$out")"
printf 'advisories:\n  - {id: x, title: a fault, advice: Mend it., filesystem: [xfs], severity: required, sources: ["https://x.org"], reviewed: "2026-11-30"}\n' \
	>"$tree/etc/thintune/advisories.yaml"
expect "an advisory that the node adds" 4 thintune audit
says "is judged by its severity" 'advisory-x .*fail.*required' "$(tr -s ' \n' ' ' <<<"$out")"
ln -sf nowhere "$tree/etc/thintune/advisories.yaml"
for command in audit apply run; do
	expect "advisories.yaml that cannot be read: $command goes on" 0 thintune "$command"
	says "advisories.yaml that cannot be read: $command says so" 'advisories .*unknown .*a link that leads nowhere' "$(tr -s ' \n' ' ' <<<"$out")"
done
rm "$tree/etc/thintune/advisories.yaml"

# No place to keep it -------------------------------------------------------------------------------
good 'sysctl: {vm.swappiness: 7}'
rm -rf "$tree/var/lib/thintune"
: >"$tree/var/lib/thintune"
expect "no place to keep it: the run is good" 0 thintune run
says "and says so" 'could not be kept as the last good one, /var/lib/thintune/profiles/host.yaml: ' "$out"


# What it required no more ---------------------------------------------------------------------------------------
condition=$(printf '">= 1, <= 9001, <= 9002, <= 9003, <= 9004, <= %s", ' {9101..9130})
cat >"$work/lower.yaml" <<END
profile: p
summary: for a test
extends: $work/required.yaml
gate: report
sysctl: {vm.swappiness: {severity: advised}}
disk: {nomerges: leave}
probe: {when: never}
checks: {conflicts: leave, direct-io: leave}
overlays:
  - when: {cpus: [${condition%, }]}
    sysctl: {vm.swappiness: {value: 7, severity: required}}
  - when: {cpus: ">= 1"}
    sysctl: {vm.swappiness: {severity: advised}}
  - when: {disk-driver: "*"}
    disk: {nomerges: {value: 1, severity: advised}}
END
cat >"$work/required.yaml" <<'END'
profile: required
extends: redpanda
gate: strict
sysctl: {vm.swappiness: {value: 1, severity: required}}
disk: {nomerges: {value: 2, severity: required}}
END
fresh aws-i4i "$tree"
set_live "$tree" data-dir.has-data
cp "$work/lower.yaml" "$work/p.yaml"
run thintune run
is "one that lowers a lot is kept" yes "$([ -e "$kept" ] && echo yes)"
thintune audit --format json | jq -c '[.lowered[] | .key] | unique' >"$work/wanted"
bad
thintune run --format json 2>/dev/null | jq -c '[.lowered[] | .key] | unique' >"$work/found"
same "the last good one tells all of it on" "$work/wanted" "$work/found"
says "with the gate" '"gate".*"vm.swappiness"' "$(cat "$work/found")"
finish
