#!/bin/bash
# prove on a loop device: what it says is what it leaves, each of its states can be undone after a signal or a kill in any
# phase, and what keeps it from measuring. As root only.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "a proof" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "a proof" "no loop device, or no mkfs.ext4"
	finish
fi
loop=$(findmnt -n -o SOURCE "$disk")
queue=/sys/block/${loop#/dev/}/queue
if ! grep -q mq-deadline "$queue/scheduler"; then
	skip "a proof" "this kernel has no second scheduler for a loop device"
	finish
fi

# The device's own settings outlive the test, which gives them back.
first_scheduler=$(sed 's/.*\[\(.*\)\].*/\1/' "$queue/scheduler") first_nomerges=$(cat "$queue/nomerges")
# shellcheck disable=SC2317 # called by the trap
give_back() {
	echo "$first_scheduler" >"$queue/scheduler"
	echo "$first_nomerges" >"$queue/nomerges"
	unmount_all
}
trap give_back EXIT
echo mq-deadline >"$queue/scheduler"
echo 0 >"$queue/nomerges"

printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 7}\ndisk: {scheduler: none, nomerges: 2}\n' >"$work/p.yaml"
common=(--profile "$work/p.yaml" --data-dir "$disk")
prove=(prove "${common[@]}" --runtime 40ms --size 16MiB --jobs "append-4k,randread-4k-qd8" --time 1s)
# queue_state: what the disk has, but for how full it is
queue_state() { grep -r . "$queue" 2>/dev/null | sort; }
is_tuned() { grep -q '\[none\]' "$queue/scheduler"; }
state() { if is_tuned; then echo tuned; else echo original; fi; }
value() { jq -r "$1" "$work/report"; }
undo() { run "$THINTUNE" restore; }
before=$(queue_state)

# A whole proof ---------------------------------------------------------------------------------------
run "$THINTUNE" "${prove[@]}" --format json --output "$work/report" --format text --output "$work/text"
expected=$(value 'if .verdict == "worse" then "4 original" elif .verdict == "cannot tell" then "1 tuned" else "0 tuned" end')
is "code, report and disk agree" "$expected $expected" "$code $(value .left) $(value .exit_code) $(state)"
is "eight blocks, and each figure has a difference for each" "8 8 [8] 3" \
	"$(value '"\(.blocks) \(.blocks_planned) \([.figures[].differences | length] | unique) \(.figures | length)"')"
is "what was compared" "mq-deadline none 0 2" \
	"$(value '[.settings[] | select(.setting | test("scheduler|nomerges")) | .original, .tuned] | join(" ")')"
is "what was not" "sysctl: 1 setting" "$(value '.not_measured | join(", ")')"
says "first it says how long it takes" "^thintune: this takes at least about [0-9]+ s for 8 blocks" "$(head -n 1 <<<"$err")"
says "and what it can see, as far as that is known" "not known before 4 blocks.*one of 10 % will most likely be seen if .* at most [0-9.]+ % in 8 blocks" \
	"$(sed -n 2p <<<"$err")"
says "then how many blocks, and what they will not show" "8 blocks in all.*append-4k p50 ([0-9.]+ %|factor [0-9.]+|none)," "$err"
says "the text has the same verdict" "verdict: $(value .verdict);" "$(cat "$work/text")"
case $expected in
"4 original") next="explain --profile $work/p.yaml --data-dir $disk" ;;
"1 tuned") next="restore --owner host" ;;
*) next="apply --profile $work/p.yaml --data-dir $disk" ;;
esac
is "what comes next is about the same disk and profile, or the same owner" 1 "$(tr -s '\n ' '  ' <"$work/text" | grep -c "next: .*thintune $next")"
is "no line is longer than it should be" "" "$(COLUMNS=80 awk 'length > 400' "$work/text")"
is "the history has one line for all of it" "prove $(value .verdict)" "$(jq -r '"\(.command) \(.verdict)"' /var/lib/thintune/history.jsonl)"
run "$python" -c 'import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(77)
schema, report = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.validate(report, schema)' "$top/docs/prove.schema.json" "$work/report"
case $code in
77) skip "the report keeps to its schema" "the Python module jsonschema is missing" ;;
*) is "the report keeps to its schema" 0 "$code" ;;
esac
undo
is "restore: all of the queue is as before" "$before" "$(queue_state)"

# A node that is tuned already ------------------------------------------------------------------------------
# all_of: the settings and thintune's own notes that a refusal leaves as they are
all_of() { queue_state; cat /proc/sys/net/core/somaxconn /run/thintune/journal.jsonl /run/thintune/held /run/thintune/verdict* 2>/dev/null; }
first_somaxconn=$(cat /proc/sys/net/core/somaxconn)
printf 'profile: q\nsummary: for a test\nsysctl: {net.core.somaxconn: 4321}\ndisk: {scheduler: none, nomerges: 2}\n' >"$work/q.yaml"
printf 'profile: r\nsummary: for a test\ndisk: {scheduler: mq-deadline}\n' >"$work/r.yaml"
tuned=(prove --profile "$work/q.yaml" --data-dir "$disk" --runtime 40ms --size 16MiB --jobs append-4k --time 1s)
run "$THINTUNE" apply --profile "$work/q.yaml" --data-dir "$disk"
is "apply tunes the disk" tuned "$(state)"
applied=$(all_of) lines=$(wc -l </var/lib/thintune/history.jsonl)
for options in "--only sysctl" "--skip disk-queue,disk-irq,governor,cstates,clocksource"; do
	# shellcheck disable=SC2086 # words are wanted
	expect "tuned, and $options: nothing to compare" 0 "$THINTUNE" "${tuned[@]}" $options
	says "$options: in words" "nothing to compare; the node is as it was" "$out"
	is "$options: nothing is changed" "$applied" "$(all_of)"
done
for options in "" "--only disk-queue" "--profile $work/r.yaml" "--owner pod"; do
	# shellcheck disable=SC2086 # words are wanted
	expect "tuned, ${options:-as it was applied}: 1" 1 "$THINTUNE" "${tuned[@]}" $options
	says "${options:-as it was applied}: in words" "nothing was measured: the journal has an original value of .*restore. comes first" "$err"
	is "${options:-as it was applied}: nothing is changed" "$applied" "$(all_of)"
done
is "and the history has no line of it" "$lines" "$(wc -l </var/lib/thintune/history.jsonl)"
undo
echo "$first_somaxconn" >/proc/sys/net/core/somaxconn
is "restore: all of the queue is as before the apply" "$before" "$(queue_state)"

# A broker that starts during the proof -----------------------------------------------------------------------
# Each measurement would take ten minutes: it ends in the midst of one.
"$THINTUNE" "${prove[@]}" --time 24h --runtime 5min --format json --output "$work/report" 2>"$work/complaint" &
victim=$!
child_of $victim
begun=$(state)
: >"$disk/pid.lock"
"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(600)' "$disk/pid.lock" &
holder=$!
wait $victim
is "a broker that starts meanwhile, while $begun: 1" 1 "$?"
says "in words" "a running broker holds the data directory" "$(cat "$work/complaint")"
is "it ends in the first measurement" 0 "$(value .blocks)"
is "the report says that the node is original" "original" "$(value .left)"
is "so it is" "$before" "$(queue_state)"
kill $holder
rm "$disk/pid.lock"
undo

# Somebody else sets it meanwhile ------------------------------------------------------------------------------
"$THINTUNE" "${prove[@]}" --owner pod --time 1h --runtime 300ms --format text >"$work/text" 2>/dev/null &
victim=$!
while child_of $victim && ! is_tuned; do gone "$child"; done
echo 1 >"$queue/nomerges"
wait $victim
is "somebody else sets it meanwhile: 1" 1 "$?"
is "theirs stays, the others come back" "1 original" "$(cat "$queue/nomerges") $(state)"
# The write may come when the disk is original again.
next="restore --force --owner pod"
[ -e /run/thintune/journal.jsonl ] || next="prove --profile .*"
says "what comes next is what can be done about it" "next: .*thintune $next \\(" "$(tr -s '\n ' '  ' <"$work/text")"
run "$THINTUNE" restore --force --owner pod
[ "$next" = "restore --force --owner pod" ] || echo 0 >"$queue/nomerges"
is "and then all of the queue is as before" "$before" "$(queue_state)"

# Ends early -------------------------------------------------------------------------------------------
# caught_in STATE SIGNAL: starts one, and sends the signal while it measures in that state
caught_in() {
	local tries
	"$THINTUNE" "${prove[@]}" --runtime 300ms --format json >"$work/report" 2>"$work/complaint" &
	victim=$!
	for ((tries = 0; tries < 200; tries++)); do
		child_of $victim || return 1
		[ "$(state)" != "$1" ] || break
		gone "$child"
	done
	kill "-$2" $victim
	wait $victim
	code=$? err=$(cat "$work/complaint")
} 2>/dev/null
for where in original tuned; do
	caught_in $where TERM
	is "SIGTERM while $where: 1" 1 "$code"
	says "in words" "interrupted by SIGTERM" "$err"
	says "the report says in which state the node is, or that it was on its way" "^($(state)|between)\$" "$(value .left)"
	undo
	is "and a restore brings the original back" "$before" "$(queue_state)"
done
# killed_in N: starts one, and kills it in its N-th measurement, counted from 1
killed_in() {
	local phase
	"$THINTUNE" "${prove[@]}" --runtime 100ms >/dev/null 2>&1 &
	victim=$!
	for ((phase = 1; phase <= $1; phase++)); do
		child_of $victim || return 1
		[ $phase -eq "$1" ] || gone "$child"
	done
	where=$(state)
	kill -KILL $victim
	wait $victim
	code=$?
} 2>/dev/null
# The four of a block, and two of the next; the coin decides which states they are in.
for phase in 1 2 3 4 5 6; do
	killed_in $phase
	is "SIGKILL in measurement $phase, while $where" 137 "$code"
	undo
	is "a restore brings the original back" "$before" "$(queue_state)"
done
is "nothing is left in the directory" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"

# What keeps it from measuring ----------------------------------------------------------------------------
# untouched SENTENCE CODE PATTERN COMMAND...
untouched() {
	local sentence=$1 wanted=$2 pattern=$3
	shift 3
	expect "$sentence: $wanted" "$wanted" "$@"
	says "$sentence: in words" "$pattern" "$err"
	is "$sentence: nothing is changed" "$before" "$(queue_state)"
}
for options in "--effect 0" "--effect 101" "--effect ten" "--time 0" "--time 25h" "--jobs randread-4k" "--engine libaio" "--quick" \
	"--size 1TiB" "--dry-run" "--format html"; do
	# shellcheck disable=SC2086 # words are wanted
	untouched "$options" 2 "option|job|engine|size|format" "$THINTUNE" "${prove[@]}" $options
done
printf 'profile: p\nsummary: s\ndisk: {schedule: none}\n' >"$work/bad.yaml"
untouched "a mistake in the profile" 2 "unknown key" "$THINTUNE" prove --profile "$work/bad.yaml" --data-dir "$disk"
untouched "no data directory" 1 "no data directory" "$THINTUNE" "${prove[@]}" --data-dir "$disk/none"
untouched "a record" 2 "is a file" "$THINTUNE" "${prove[@]}" --root "$top/tests/nodes/aws-i4i.node"
exec 8</run/thintune
flock 8
untouched "another thintune at work" 6 "holds" "$THINTUNE" "${prove[@]}" --lock-wait 0s
exec 8<&-
: >"$disk/pid.lock"
"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); time.sleep(600)' "$disk/pid.lock" >"$work/locked" &
holder=$!
until [ -s "$work/locked" ]; do sleep 0.05; done
untouched "beside a broker" 1 "running broker" "$THINTUNE" "${prove[@]}"
kill $holder
rm "$disk/pid.lock"
mkdir -p "$disk/redpanda/controller/0_0"
: >"$disk/redpanda/controller/0_0/0-1-v1.log"
untouched "where there is data" 1 "holds data" "$THINTUNE" "${prove[@]}"
rm -r "$disk/redpanda"
if can_be_nobody; then
	cp "$THINTUNE" "$work/thintune"
	chmod 755 "$work"
	untouched "without any right" 1 "nothing was measured" as_nobody env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" \
		"$work/thintune" "${prove[@]}"
else
	skip "without any right" "nobody cannot be had here"
fi
mount -o remount,ro /run
untouched "where nothing can be journalled" 1 "nothing was" "$THINTUNE" "${prove[@]}"
mount -o remount,rw /run
mount -o remount,ro "$disk"
untouched "a read-only file system" 1 "Read-only|read-only" "$THINTUNE" "${prove[@]}"
mount -o remount,rw "$disk"
printf 'profile: p\nsummary: for a test\ndisk: {nomerges: 0}\n' >"$work/p.yaml"
expect "nothing to compare: 0" 0 "$THINTUNE" "${prove[@]}"
says "in words" "no setting that a figure of the disk can show" "$out"
is "and nothing is changed" "$before" "$(queue_state)"

finish
