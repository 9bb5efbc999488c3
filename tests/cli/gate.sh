#!/bin/bash
# What `run` and `gate` say: every gate mode against every outcome, with data in the directory and
# without, and a gate that cannot trust what it reads.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
verdict=$tree/run/thintune/verdict.json

profile() {
	printf 'profile: p\nsummary: for a test\ngate: %s\n%s\n' "$1" "$2" >"$work/p.yaml"
}

match='sysctl: {vm.swappiness: 1}'
differs='checks: {memory-per-core: {at-least: 100GiB}}'
violated='checks: {memory-per-core: {at-least: 100GiB, severity: required}}'
# A required setting that this node does not have.
not_set='sysctl: {vm.no-such-key: {value: 1, severity: required}}'
# A required check that cannot be made here: the node's /etc is not to be seen.
not_made='checks: {conflicts: {value: true, severity: required}}'

# outcome MODE WHAT PROFILE WANTED [OPTION]...: runs, then asks the gate; both say WANTED
outcome() {
	local sentence="gate $1: $2" wanted=$4 word=blocked
	[ "$wanted" -ne 0 ] || word=start
	profile "$1" "$3"
	shift 4
	expect "$sentence, run ends with $wanted" "$wanted" \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" "$@"
	expect "$sentence, and so does gate" "$wanted" "$THINTUNE" gate --root "$tree"
	says "$sentence, in words" "^$word: profile p, " "$out"
}

# locked MODE WHAT WANTED: while another holds the lock its verdict counts, so this run leaves none.
locked() {
	profile "$1" "$match"
	cp "$tree/run/thintune/verdict.json" "$work/verdict"
	expect "gate $1: locked, $2, run ends with $3" "$3" \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --lock-wait 0s
	same "gate $1: locked, $2, the verdict stays" "$work/verdict" "$tree/run/thintune/verdict.json"
}

# Settings and checks ------------------------------------------------------------------------------
fresh aws-i4i "$tree"
set_live "$tree" data-dir.has-data
for data in no yes; do
	[ "$data" = no ] || set_live "$tree" data-dir.has-data yes
	outcome required-only "match, data: $data" "$match" 0
	outcome required-only "an advised check fails, data: $data" "$differs" 0
	outcome required-only "a required check fails, data: $data" "$violated" 4
	# A broker that has data is worse off standing still.
	outcome required-only "a required setting cannot be set, data: $data" "$not_set" "$([ "$data" = yes ] && echo 0 || echo 4)"
	outcome strict "a required setting cannot be set, data: $data" "$not_set" 4
	outcome report "a required setting cannot be set, data: $data" "$not_set" 0
	outcome strict "match, data: $data" "$match" 0
	outcome strict "an advised check fails, data: $data" "$differs" 3
	outcome strict "a required check fails, data: $data" "$violated" 4
	outcome report "match, data: $data" "$match" 0
	outcome report "an advised check fails, data: $data" "$differs" 0
	outcome report "a required check fails, data: $data" "$violated" 0
	outcome required-only "--strict makes an advised check count, data: $data" "$differs" 4 --strict
done
set_live "$tree" container kubernetes
mv "$tree/etc" "$work/etc"
outcome required-only "a required check cannot be made" "$not_made" 4
says "and is counted" '1 required check not made' "$("$THINTUNE" audit --root "$tree" --profile "$work/p.yaml")"
mv "$work/etc" "$tree/etc"
set_live "$tree" container none
is "run did its work" 1 "$(cat "$tree/proc/sys/vm/swappiness")"

profile required-only "$differs"
run "$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --strict --format json
is "the report says why" "required-only false" "$(jq -r '.gate | "\(.mode) \(.may_start)"' "$work/out")"
says "and with what" 'memory-per-core: wanted >= 100' "$(jq -r .gate.reason "$work/out")"
same "the same report lies beside the verdict" <(without_run "$work/out") \
	<(without_run "$tree/run/thintune/report.json")

# Labels for the node --------------------------------------------------------------------------------------
profile required-only "$violated"
expect "--format nfd: a shut gate" 4 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --format nfd --output "$work/features"
is "--format nfd: says that the node is not ready" "feature.node.kubernetes.io/thintune-ready=false" \
	"$(head -n 1 "$work/features")"
profile report "$violated"
expect "--format nfd: an open gate" 0 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --format nfd --output "$work/features"
is "--format nfd: says that it is" "feature.node.kubernetes.io/thintune-ready=true" \
	"$(head -n 1 "$work/features")"

cp "$work/p.yaml" "$work/good.yaml"
printf 'sysctl: {no.such: 1\n' >>"$work/p.yaml"
expect "--format nfd: a mistake in the profile" 2 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --format nfd --output "$work/features"
is "--format nfd: takes the label away" "feature.node.kubernetes.io/thintune-ready=false" "$(cat "$work/features")"
cp "$work/good.yaml" "$work/p.yaml"

# No verdict of its own: another one holds the lock, or the job could not be done ----------------------
exec 8>"$tree/run/thintune/lock"
flock 8
set_live "$tree" data-dir.has-data
locked required-only "no data" 6
locked strict "no data" 6
locked report "no data" 0
set_live "$tree" data-dir.has-data yes
locked required-only "with data" 0
locked strict "with data" 6
locked report "with data" 0
flock -u 8
mv "$tree/sys/devices/system/cpu/online" "$work/online"
outcome required-only "no CPUs to be found, with data" "$match" 0
outcome strict "no CPUs to be found, with data" "$match" 1
outcome report "no CPUs to be found, with data" "$match" 0
set_live "$tree" data-dir.has-data
outcome required-only "no CPUs to be found, no data" "$match" 1
outcome strict "no CPUs to be found, no data" "$match" 1
outcome report "no CPUs to be found, no data" "$match" 0
mv "$work/online" "$tree/sys/devices/system/cpu/online"

# Part of a run is no verdict: the checks are made whatever --only says, and cannot be left out.
outcome required-only "--only another tuner, a required check fails" "$violated
$match" 4 --only sysctl
outcome required-only "--skip checks, a required check fails" "$violated" 4 --skip checks

# A run that is killed leaves no verdict of the one before.
outcome required-only "a run before the one that is killed" "$match" 0
if can_trace; then
	profile required-only 'sysctl: {vm.swappiness: 3}'
	run traced -f -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
	expect "killed at its first flush: the old verdict is gone" 1 "$THINTUNE" gate --root "$tree"
	says "and the gate says so" 'has not run' "$err"
else
	skip "killed at its first flush: the old verdict is gone" "strace does not work here"
fi

# What has been undone is no longer ready for a broker.
outcome required-only "a run that will be undone" "$match" 0
expect "restore" 0 "$THINTUNE" restore --root "$tree"
expect "restore takes the verdict with it" 1 "$THINTUNE" gate --root "$tree"
says "restore takes the verdict with it, in words" 'has not run' "$err"

# A usage error leaves the verdict alone ----------------------------------------------------------------
outcome required-only "a verdict to keep" "$match" 0
cp "$verdict" "$work/kept"
expect "run with a mistake in the command" 2 "$THINTUNE" run --root "$tree" --profile no-such-profile
same "leaves the last verdict alone" "$work/kept" "$verdict"

# Gates that have nothing to go by -----------------------------------------------------------------------
# closed SENTENCE PATTERN: gate ends with 1 and says PATTERN; nothing is printed that reads as a verdict
closed() {
	expect "gate: $1" 1 "$THINTUNE" gate --root "$tree"
	says "gate: $1, in words" "$2" "$err"
	is "gate: $1, nothing on standard output" "" "$out"
}
: >"$verdict"
closed "the verdict is empty" 'damaged'
head -c 60 "$work/kept" >"$verdict"
closed "the verdict is cut short" 'damaged'
head -c 100 "$THINTUNE" >"$verdict"
closed "the verdict is no text" 'damaged'
sed 's|thintune.verdict/1|thintune.verdict/2|' "$work/kept" >"$verdict"
closed "the verdict is of another format" 'damaged'
sed 's|"exit_code": 0|"exit_code": 7|' "$work/kept" >"$verdict"
closed "the verdict has a code that there is not" 'damaged'
sed 's|"exit_code": 0|"exit_code": "0"|' "$work/kept" >"$verdict"
closed "the verdict has a text for a code" 'damaged'
printf '[]\n' >"$verdict"
closed "the verdict is another JSON document" 'damaged'
cp "$work/kept" "$verdict"
expect "gate: with the verdict put back" 0 "$THINTUNE" gate --root "$tree"
mv "$tree/proc/sys/kernel/random/boot_id" "$work/boot_id"
closed "nothing says of which boot the node is" 'boot'
mv "$work/boot_id" "$tree/proc/sys/kernel/random/boot_id"
printf '00000000-0000-0000-0000-000000000002\n' >"$tree/proc/sys/kernel/random/boot_id"
closed "the verdict is of an earlier boot" 'earlier boot'
rm "$verdict"
closed "there is no verdict" 'has not run'
mkdir "$verdict"
closed "the verdict is a directory" 'cannot read the verdict'
rmdir "$verdict"

# A node whose /run cannot be written -----------------------------------------------------------------------
rm -rf "$tree/run/thintune"
: >"$tree/run/thintune"
profile required-only "$differs"
expect "run: nothing to write and no place for the verdict" 0 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
says "says so" 'cannot write the verdict' "$err"
profile required-only 'sysctl: {vm.swappiness: 2}'
expect "run: something to write and no place for the journal, with data: the broker starts" 0 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
says "and the report says that nothing was written" 'nothing was written' "$out"
is "nothing was written" 1 "$(cat "$tree/proc/sys/vm/swappiness")"
finish
