#!/bin/bash
# What `run` and `gate` say: every gate mode against every outcome, with data in the directory and
# without, and a gate that cannot trust what it reads.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
verdict=$tree/run/thintune/verdicts/host.json

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
	cp "$verdict" "$work/verdict"
	expect "gate $1: locked, $2, run ends with $3" "$3" \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --lock-wait 0s
	same "gate $1: locked, $2, the verdict stays" "$work/verdict" "$verdict"
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
outcome required-only "match again" "$match" 0
is "run did its work" 1 "$(cat "$tree/proc/sys/vm/swappiness")"

profile required-only "$differs"
run "$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --strict --format json
is "the report says why" "required-only false" "$(jq -r '.gate | "\(.mode) \(.may_start)"' "$work/out")"
says "and with what" 'memory-per-core: wanted >= 100' "$(jq -r .gate.reason "$work/out")"
same "the same report lies beside the verdict" <(without_run "$work/out") \
	<(without_run "$tree/run/thintune/reports/host.json")

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
# With a last good profile run would go on, see last-good.sh.
rm -r "$tree/var/lib/thintune/profiles"
printf 'sysctl: {no.such: 1\n' >>"$work/p.yaml"
expect "--format nfd: a mistake in the profile" 2 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --format nfd --output "$work/features"
is "--format nfd: takes the label away, and names no profile" "feature.node.kubernetes.io/thintune-ready=false 0" \
	"$(head -n 1 "$work/features") $(grep -c thintune-profile "$work/features")"
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
# What hwloc would not come to an end with.
mv "$tree/sys/class/net" "$work/net"
ln -s loop "$tree/sys/class/net"
outcome required-only "a tree that cannot be read, with data" "$match" 0
outcome strict "a tree that cannot be read, with data" "$match" 1
outcome report "a tree that cannot be read, with data" "$match" 0
set_live "$tree" data-dir.has-data
outcome required-only "a tree that cannot be read, no data" "$match" 1
outcome strict "a tree that cannot be read, no data" "$match" 1
outcome report "a tree that cannot be read, no data" "$match" 0
rm "$tree/sys/class/net"
mv "$work/net" "$tree/sys/class/net"

# A redpanda.yaml that cannot be read or is none: what it says is not known, whether there is data is.
yaml=$tree/etc/redpanda/redpanda.yaml
mkdir -p "$yaml"
broken() {
	set_live "$tree" data-dir.has-data yes
	outcome required-only "redpanda.yaml is $1, with data" "$match" 0
	says "redpanda.yaml is $1: gate says so" "$2" "$out"
	run "$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
	says "redpanda.yaml is $1: run says so" "$2" "$err"
	outcome strict "redpanda.yaml is $1, with data" "$match" 1
	set_live "$tree" data-dir.has-data
	outcome required-only "redpanda.yaml is $1, no data" "$match" 1
}
broken "a directory" 'redpanda.yaml.* Is a directory'
rmdir "$yaml"
mkfifo "$yaml"
broken "a FIFO" 'redpanda.yaml.*(Invalid|regular)'
rm "$yaml"
printf 'rpk: [\n' >"$yaml"
broken "no YAML" 'redpanda.yaml:[0-9]+:[0-9]+: '
rm "$yaml"

# Part of a run is no verdict: the checks are made whatever --only says, and cannot be left out.
outcome required-only "--only another tuner, a required check fails" "$violated
$match" 4 --only sysctl
outcome required-only "--skip checks, a required check fails" "$violated" 4 --skip checks

# A run that is killed leaves the last answer, and says that it has not ended.
if can_trace; then
	# killed SENTENCE CODE PATTERN: a run dies before its first write, then gate says PATTERN and ends with CODE
	killed() {
		run traced -f -o "$work/trace" -e trace=fsync,fdatasync -e inject=fsync,fdatasync:signal=KILL:when=3 \
			"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
		is "$1: the run was killed" 137 "$code"
		expect "$1: gate ends with $2" "$2" "$THINTUNE" gate --root "$tree"
		says "$1: gate says so" "$3" "$out"
	}
	outcome required-only "a run before the one that is killed" "$match" 0
	profile required-only 'sysctl: {vm.swappiness: 3}'
	killed "killed after a run that ended" 0 '^start: profile p, .*; a run began 20.* and has not ended'
	rm "$verdict"
	killed "killed in the first run" 1 '^none; a run began 20.* and has not ended'
else
	skip "killed: the last answer stays" "strace does not work here"
fi

# A journal that is not settled is told, and the answer stays.
outcome required-only "a run before an apply that is cut short" "$match" 0
"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" >/dev/null
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 4}\n' >"$work/p.yaml"
"$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" >/dev/null
sed -i '1s/"settled": *true/"settled": false/' "$tree/run/thintune/journal.jsonl"
expect "a journal that is not settled" 0 "$THINTUNE" gate --root "$tree"
says "is told" '^start: .*; the journal is not settled' "$out"
audit() { run "$THINTUNE" audit --root "$tree" --profile "$work/p.yaml" "$@"; }
audit
says "and by an audit" '^the journal is not settled: a thintune is writing, or was stopped halfway; ' "$out"
audit --format prometheus
says "in metrics" '^thintune_half_applied 1$' "$out"
audit --format json
is "in JSON" true "$(jq .half_applied <<<"$out")"
cp "$tree/run/thintune/journal.jsonl" "$work/journal"
sed -i '1s/"settled": *false/"settled": true/' "$tree/run/thintune/journal.jsonl"
audit --format json
is "a settled one is no half of anything" false "$(jq .half_applied <<<"$out")"
audit --format prometheus
says "in metrics neither" '^thintune_half_applied 0$' "$out"
cp "$work/journal" "$tree/run/thintune/journal.jsonl"
expect "without a verdict" 1 "$THINTUNE" gate --root "$tree" --owner agent
says "it is told as well" 'there is no verdict of the owner agent.*; the journal is not settled' "$err"

# What has been undone is no longer ready for a broker, whoever wanted it.
outcome required-only "a run that will be undone" 'sysctl: {vm.swappiness: 5}' 0
"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --owner broker:ledger/rp-0 >/dev/null
SUDO_USER=alice "$THINTUNE" restore --root "$tree" --force >/dev/null
for owner in host broker:ledger/rp-0; do
	expect "restore withdraws the verdict of $owner" 4 "$THINTUNE" gate --root "$tree" --owner "$owner"
	says "and says when and by whom ($owner)" '^withdrawn: 20.*Z: uid [0-9]+ \(sudo of alice\) withdrew it' "$out"
done
expect "an owner that never had one" 1 "$THINTUNE" gate --root "$tree" --owner agent
# shellcheck disable=SC2016 # a command's name in a sentence
says "learns of the restore, too" 'there is no verdict of the owner agent.*; original values were put back 20.*Z by uid [0-9]+ \(sudo of alice\)$' "$err"
chmod 666 "$tree/run/thintune/held"
expect "what anybody may have written" 1 "$THINTUNE" gate --root "$tree" --owner agent
lacks "is not believed" 'original values were put back' "$err"
chmod 644 "$tree/run/thintune/held"
printf 'odd\n' >"$tree/run/thintune/held"
expect "nor what is damaged" 1 "$THINTUNE" gate --root "$tree" --owner agent
lacks "is believed" 'original values were put back' "$err"
says "but that there is something is told" 'there is no verdict of the owner agent.*; a restore may have been run: /run/thintune/held cannot be read or was written by another version' "$err"
# As long as that of a node with thousands of interrupts.
jq -n '{time: "noon", user: "bob", paths: [range(3000) | "/proc/irq/\(.)/smp_affinity_list"]}' >"$tree/run/thintune/held"
expect "one with three thousand paths" 1 "$THINTUNE" gate --root "$tree" --owner agent
says "is read" 'original values were put back noon by bob$' "$err"
run "$THINTUNE" status --root "$tree" --owner agent
says "by status as well" 'original values were put back noon by bob;' "$out"
is "the reports of the runs are gone with them" "" "$(ls "$tree/run/thintune/reports")"
outcome required-only "a run after a restore" "$match" 0
# Nothing had to be written, and still nobody wants the node tuned.
expect "a restore with nothing to undo" 0 "$THINTUNE" restore --root "$tree"
expect "withdraws the verdict as well" 4 "$THINTUNE" gate --root "$tree"
outcome required-only "a run after that" "$match" 0

# Owners -------------------------------------------------------------------------------------------
profile required-only "$violated"
expect "the broker's run is blocked" 4 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --owner broker:ledger/rp-0
profile required-only "$match"
expect "the agent's is not" 0 "$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --owner agent
expect "the broker's gate is shut all the same" 4 "$THINTUNE" gate --root "$tree" --owner broker:ledger/rp-0
expect "the agent's is open" 0 "$THINTUNE" gate --root "$tree" --owner agent
expect "nobody has run for another pod" 1 "$THINTUNE" gate --root "$tree" --owner broker:ledger/rp-1
says "and gate says whose verdict is missing" 'no verdict of the owner broker:ledger/rp-1' "$err"
is "each has a file of its own" "agent.json broker%3Aledger%2Frp-0.json host.json" \
	"$(cd "$tree/run/thintune/verdicts" && echo *)"

# A verdict of 0.1.0 counts until the first run of this version.
mv "$verdict" "$tree/run/thintune/verdict.json"
expect "a verdict of 0.1.0 is the host's" 0 "$THINTUNE" gate --root "$tree"
expect "and nobody else's" 1 "$THINTUNE" gate --root "$tree" --owner nobody
outcome required-only "a run of this version" "$violated" 4
is "takes it away" "" "$(ls "$tree/run/thintune/verdict.json" 2>/dev/null)"

# A usage error leaves the verdict alone ----------------------------------------------------------------
outcome required-only "a verdict to keep" "$match" 0
cp "$verdict" "$work/kept"
expect "run with a mistake in the command" 2 "$THINTUNE" run --root "$tree" --only no-such-tuner
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
closed "the verdict is of another format" 'was written by another version'
sed 's|"exit_code": 0|"exit_code": 7|' "$work/kept" >"$verdict"
closed "the verdict has a code that there is not" 'damaged'
sed 's|"exit_code": 0|"exit_code": "0"|' "$work/kept" >"$verdict"
closed "the verdict has a text for a code" 'damaged'
sed 's|"exit_code": 0|"exit_code": 4294967296|' "$work/kept" >"$verdict"
closed "the verdict has a code that is 0 in 32 bits" 'damaged'
sed 's|"verdict": "start"|"verdict": "blocked"|' "$work/kept" >"$verdict"
closed "the verdict says two things" 'damaged'
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
mv "$tree/proc/sys/kernel/random/boot_id" "$work/boot_id"
expect "gate: run on a node that does not say of which boot it is" 1 "$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
says "gate: ... and why it ends so" 'boot_id cannot be read'
expect "gate: ... gives the answer that run gave" 1 "$THINTUNE" gate --root "$tree"
mv "$work/boot_id" "$tree/proc/sys/kernel/random/boot_id"

# What the node says of itself is nothing to print, and no reason to lose a verdict -------------------------
outcome required-only "a run before the node says odd things" "$match" 0
cp "$tree/.thintune/live" "$work/kept-live"
printf 'data-dir.fs-type=x\xff\x1b[2J\n' >"$work/odd"
{ grep -v '^data-dir.fs-type=' "$work/kept-live"; cat "$work/odd"; } | LC_ALL=C sort -t= -k1,1 >"$tree/.thintune/live"
outcome required-only "a file system whose name is no text" "checks: {filesystem: {one-of: [xfs, ext4], severity: required}}" 4
is "gate prints no byte of it as it is" "" "$(tr -d '\n -~' <<<"$out")"
cp "$work/kept-live" "$tree/.thintune/live"
outcome required-only "a run after that" "$match" 0

# Another directory in the place of ours: whoever may write /run/thintune decides nothing.
chmod 777 "$tree/run/thintune"
closed "others may write the directory of the verdicts" 'cannot be trusted'
expect "and no run begins there" 1 "$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
chmod 755 "$tree/run/thintune"

# A node whose /run cannot be written: gate could not say yes, so run does not either -----------------------
rm -rf "$tree/run/thintune"
: >"$tree/run/thintune"
for mode in required-only strict report; do
	profile "$mode" 'sysctl: {vm.swappiness: 2}'
	expect "gate $mode: no place for the verdict, with data, too" 1 \
		"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
	says "gate $mode: says so" 'cannot write the verdict /run/thintune/verdicts/host.json' "$err"
	is "gate $mode: nothing was written" 1 "$(cat "$tree/proc/sys/vm/swappiness")"
	expect "gate $mode: gate says the same" 1 "$THINTUNE" gate --root "$tree"
done

# The verdict can be begun and not ended. What was begun counts then, for both, but it never opens what this
# run shuts.
if can_trace; then
	# ends_badly WHAT CODE GATE PROFILE: no file of ours but the first can be renamed
	ends_badly() {
		profile required-only "$4"
		run traced -f -o "$work/trace" -e trace=renameat,renameat2 \
			-e "inject=renameat,renameat2:error=EIO:when=2+" \
			"$THINTUNE" run --root "$tree" --profile "$work/p.yaml"
		is "$1: the verdict cannot be written at the end, run ends with $2" "$2" "$code"
		says "$1: and says so" 'cannot write the verdict' "$err"
		says "$1: in the report, too" 'cannot write the verdict' "$out"
		expect "$1: gate ends with $3" "$3" "$THINTUNE" gate --root "$tree"
	}
	rm "$tree/run/thintune"
	outcome required-only "a run that ends" "$match" 0
	ends_badly "start after start" 0 0 "$match"
	ends_badly "blocked after start" 4 1 "$violated"
	ends_badly "start after none" 1 1 "$match"
	outcome required-only "a run that is blocked" "$violated" 4
	ends_badly "start after blocked" 4 4 "$match"
	# The report alone finds no room: the verdict counts all the same.
	mv "$tree/run/thintune/reports" "$work/reports"
	: >"$tree/run/thintune/reports"
	outcome required-only "a run whose report cannot be written" "$match" 0
fi

# For node-problem-detector ---------------------------------------------------------------------------------------
fresh aws-i4i "$tree"
set_live "$tree" data-dir.exists no
set_live "$tree" data-dir.is-directory no
run "$THINTUNE" run --root "$tree" --profile thin-ledger
says "a cause that several checks have is told once" 'not start: data-directory: .*; data-mount, data-writable, filesystem: not judged: ' "$out"
expect "--format npd: the broker must not start" 1 "$THINTUNE" gate --root "$tree" --format npd
says "a reason that is cut says so" '^the broker must not start: .*[^.][.]{3}$' "$out"
is "in 79 characters" 79 "${#out}"
expect "--format npd: a root that is not there is unknown" 2 "$THINTUNE" gate --root "$work/nowhere" --format npd
says "and why is told where it looks" '^cannot open root .*nowhere' "$out"
help=$("$THINTUNE" gate --help | tr -s '\n ' ' ')
says "the help of gate has its codes" 'with --format npd 0 it may, 1 it must not, 2 unknown' "$help"
finish
