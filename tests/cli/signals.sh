#!/bin/bash
# SIGTERM, SIGINT and SIGHUP while applying, restoring and running, at every call that changes a file and
# at each one after it: the write in hand is finished, the report says what was done and what was not,
# and a restore brings the whole tree back.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

if ! can_trace; then
	skip "a signal ends an apply between two writes" "strace cannot trace here"
	finish
fi
# shellcheck source=tests/cli/points.sh disable=SC1091
. "$(dirname "$0")/points.sh"

# Of what is tried at every few places a short sweep takes less than half. Odd numbers: with even ones no signal cut anything short.
is_short=$(if is_sweep_short; then echo 1; else echo 0; fi)
every() { echo $((is_short ? 2 * $1 + 1 : $1)); }

# signalled SIGNAL CALL NUMBER COMMAND...: leaves $code, $out and $err
signalled() {
	local signal=$1 call=$2 number=$3
	shift 3
	run without_leaks "$work/kill-at" "-$(kill -l "$signal")" "$call" "$number" "$program" "$@" --root "$tree"
}

# Of two reports, [TOLD, FOUND], "STATE STATE PATH" where the second does not find what the first told; the settings of a
# signal have a state of their own. In front of them what the second says of the journal.
# shellcheck disable=SC2016 # for jq
question untrue '
	def states: [.settings[] | select(.path) |
		{path, state: (if (.note // "" | test("after the signal")) then "left" else .state end)}];
	.[1] as $found |
	($found | states | group_by(.path) | map({key: .[0].path, value: map(.state)}) | from_entries) as $now |
	$found.half_applied,
	(.[0] | states[] | . as {$path, $state} | $now[$path][]? | "\($state) \(.) \($path)" |
		select(test("^(changed|same) same |^left (differs|left-over) |^(managed|skipped|unsupported|failed|contested) ") | not))' -r

# apply_is_truthful: what was told as done holds, what was told as left does not; the journal is whole
apply_is_truthful() {
	local lies
	"$program" audit --root "$tree" --format json >"$work/audit" 2>/dev/null
	{
		printf '['
		if [ -s "$work/out" ]; then cat "$work/out"; else printf '{"settings": []}'; fi
		printf ','
		cat "$work/audit"
		printf ']'
	} >"$work/both"
	lies=$(ask untrue "$work/both")
	[ "$lies" = false ] || problem="half applied; told, and found: $lies"
}

# signal_everywhere SENTENCE SIGNAL STEP PREPARE CHECK COMMAND...: at each STEPth place
signal_everywhere() {
	local sentence=$1 signal=$2 step=$3 prepare=$4 check=$5 call number line=0 tried=0 cut=0
	shift 5
	problem=
	"$prepare"
	changes "$@" >"$work/points"
	run true
	"$prepare"
	run "$program" "$@" --root "$tree"
	usual=$code
	while read -r call number; do
		line=$((line + 1))
		[ $((line % step)) -eq 0 ] || continue
		"$prepare"
		signalled "$signal" "$call" "$number" "$@"
		tried=$((tried + 1))
		if [ "$code" -ne "$usual" ] || grep -q "signal SIG\|interrupted by" <<<"$err"; then
			cut=$((cut + 1))
			[ "$code" -eq 1 ] || problem="ended with $code"
			grep -qE "(after the signal|interrupted by) SIG$signal" <<<"$err" || problem="says nothing of SIG$signal: $err"
		fi
		[ -n "$problem" ] || "$check"
		[ -n "$problem" ] || restored "SIG$signal at $call $number" "$program"
		[ -z "$problem" ] || {
			problem="SIG$signal at $call $number: $problem"
			break
		}
	done <"$work/points"
	[ "$tried" -gt 3 ] || problem=${problem:-only $tried places}
	[ "$cut" -gt 1 ] || problem=${problem:-it was never cut short}
	if [ -z "$problem" ]; then
		ok "$sentence, $tried places"
	else
		not_ok "$sentence" "$problem"
	fi
}

# What an earlier profile left over is put back first: that ends, too.
# shellcheck disable=SC2317
dedicated_tree() {
	new_tree
	"$THINTUNE" apply --profile "$work/split.yaml" --root "$tree" >"$work/out" 2>&1
}
printf 'profile: split\nsummary: s\nextends: redpanda\nirq: {placement: dedicated}\nsysctl: {vm.dirty_bytes: 100000000}\n' \
	>"$work/split.yaml"
fresh cpus16 "$start"
state "$start" >"$work/before"
signal_everywhere "SIGTERM ends an apply that puts back what is left over" TERM "$(every 4)" dedicated_tree true \
	apply --profile redpanda --only net-queues,irq-default,disk-irq,pinning,sysctl

fresh aws-i4i "$start"
disturb "$start"
state "$start" >"$work/before"
json=(apply --format json)
# Most places are for the shipped program; where another signal comes, it is that with sanitizers.
program=$shipped
signal_everywhere "SIGTERM ends an apply between two writes" TERM "$sweep_step" new_tree apply_is_truthful "${json[@]}"
program=$THINTUNE
signal_everywhere "so does SIGINT" INT "$(every 6)" new_tree apply_is_truthful "${json[@]}"
signal_everywhere "so does SIGHUP" HUP "$(every 7)" new_tree apply_is_truthful "${json[@]}"

question left '[.settings[] | select(.note // "" | test("after the signal"))] | length'
# A restore that was cut short says what it left, and a second one does it: restored() is that one.
# shellcheck disable=SC2317 # called by its name
restore_is_truthful() {
	local left
	left=$(ask left "$work/out")
	if [ "$code" -eq 1 ] && [ ! -e "$tree/run/thintune/journal.jsonl" ]; then
		problem="there is no journal for the rest"
	elif [ "${left:-0}" -gt 0 ] && [ "$code" -ne 1 ]; then
		problem="$left settings were left, and it ended with $code"
	fi
}
new_tree
"$THINTUNE" apply --root "$tree" >"$work/out" 2>&1
kept applied
undo=(restore --format json)
program=$shipped
signal_everywhere "SIGTERM ends a restore between two writes" TERM $((2 * sweep_step)) applied_tree restore_is_truthful "${undo[@]}"
program=$THINTUNE
signal_everywhere "so does SIGINT" INT "$(every 7)" applied_tree restore_is_truthful "${undo[@]}"
signal_everywhere "so does SIGHUP" HUP "$(every 9)" applied_tree restore_is_truthful "${undo[@]}"

# A run has one answer, its own and that of gate.
# shellcheck disable=SC2317
run_is_truthful() {
	local own=$code
	run "$THINTUNE" gate --root "$tree"
	[ "$code" -eq "$own" ] || problem="run ended with $own, and gate with $code: $out$err"
}
signal_everywhere "a run that SIGTERM ends gives the answer that gate gives" TERM "$(every 5)" new_tree run_is_truthful run

# Whoever has chosen to ignore a signal is not asked by it.
new_tree
run sh -c 'trap "" HUP; exec "$@"' sh "$work/kill-at" -1 fsync 1 env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$THINTUNE" apply --root "$tree"
lacks "an ignored SIGHUP (nohup) ends nothing" "signal" "$err"

# While another one holds the lock.
new_tree
mkdir -p "$tree/run/thintune"
exec 9<"$tree/run/thintune"
flock 9
"$THINTUNE" apply --root "$tree" --lock-wait 5min >"$work/out" 2>"$work/waiting" 9<&- &
waiter=$!
# Until it is no shell any more, which would take the signal for itself, and has said what to do at a signal.
until [ "$(tr '\n' ' ' <"/proc/$waiter/status" 2>/dev/null | grep -cE "^Name:.thintune .*SigCgt:.[0-9a-f]*[4567cdef][0-9a-f]{3} ")" = 1 ]; do
	kill -0 $waiter || break
done
kill -TERM $waiter
wait $waiter
is "the wait for the lock ends: 6" 6 $?
says "in words" "interrupted by SIGTERM while another thintune held /run/thintune" "$(cat "$work/waiting")"
exec 9<&-

# Nobody reads what it prints: no success is told by half.
new_tree
for command in "audit --root $tree" "facts --root $tree" explain "profile show redpanda" --version --help; do
	read -ra words <<<"$command"
	command=${words[0]}
	# A pipe without a reader from the first byte on.
	run "$python" -c 'import os, subprocess, sys
read, write = os.pipe()
os.close(read)
sys.exit(subprocess.run(sys.argv[1:], stdout=write).returncode)' "$THINTUNE" "${words[@]}"
	is "$command into a pipe that nobody reads: 1" 1 "$code"
	says "$command: in words" "cannot write to standard output: Broken pipe" "$err"
done
# Nor may any file be written: that is a sentence, too, and no signal.
new_tree
for command in apply run; do
	says "$command without room for any file: in words" "File too large" \
		"$(small_files 0 "$THINTUNE" $command --root "$tree" 2>&1)"
done
state "$tree" >"$work/after"
same "and nothing was written" "$work/before" "$work/after"
finish
