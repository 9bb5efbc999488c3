#!/bin/bash
# SIGKILL while applying and while restoring: before every call that changes a file. Whatever was
# reached, a restore brings the whole tree back, and an apply that is tried again completes the job.
# (A tree is no kernel: tests/vm does the same to a real one.)
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

if ! can_trace; then
	skip "a killed apply can be undone" "strace cannot trace here"
	finish
fi

# shellcheck source=tests/cli/points.sh disable=SC1091
. "$(dirname "$0")/points.sh"
# The program that is killed is the shipped one: of its way up to there the sanitizers have nothing to say that they
# do not say elsewhere of the whole way. What finds what is left has them.
# shellcheck disable=SC2034 # points.sh reads it
program=$shipped

# killed CALL NUMBER COMMAND...: false when the program was not killed there
killed() {
	local call=$1 number=$2
	shift 2
	without_leaks "$work/kill-at" "$call" "$number" "$shipped" "$@" --root "$tree" >"$work/out" 2>&1
	[ $? -eq 137 ]
}

# kill_everywhere SENTENCE PREPARE COMMAND...: PREPARE makes $tree ready for the command
kill_everywhere() {
	local sentence=$1 prepare=$2 call number line=0 points=0
	shift 2
	problem=
	"$prepare"
	changes "$@" >"$work/points"
	while read -r call number; do
		line=$((line + 1))
		[ $((line % sweep_step)) -eq 0 ] || continue
		"$prepare"
		if ! killed "$call" "$number" "$@"; then
			problem="$call $number: the program was not killed there"
			break
		fi
		points=$((points + 1))
		restored "killed before $call $number" "$THINTUNE" || break
	done <"$work/points"
	[ "$points" -gt 10 ] || problem=${problem:-only $points places to kill it at: $(cat "$work/out")}
	if [ -z "$problem" ]; then
		ok "$sentence, $points places"
	else
		not_ok "$sentence" "$problem"
	fi
}

# shellcheck disable=SC2317
half_applied_tree() { again half-applied; }

# What an earlier profile left over: channels, vectors, the default mask, the hand-over.
# shellcheck disable=SC2317
dedicated_tree() {
	new_tree
	"$shipped" apply --profile "$work/split.yaml" --root "$tree" >"$work/out" 2>&1
}

printf 'profile: split\nsummary: s\nextends: redpanda\nirq: {placement: dedicated}\nsysctl: {vm.dirty_bytes: 100000000}\n' \
	>"$work/split.yaml"
fresh cpus16 "$start"
state "$start" >"$work/before"
kill_everywhere "an apply that is killed while it puts back what is left over can be undone" \
	dedicated_tree apply --profile redpanda --only net-queues,irq-default,disk-irq,pinning,sysctl

fresh aws-i4i "$start"
disturb "$start"
state "$start" >"$work/before"
kill_everywhere "an apply that is killed can be undone" new_tree apply
new_tree
"$THINTUNE" apply --root "$tree" >"$work/out" 2>&1
kept applied
kill_everywhere "a restore that is killed can be done again" applied_tree restore

# An apply over the rest of a killed one: the first original stays the original.
new_tree
changes apply | grep openat2 >"$work/writes"
new_tree
killed openat2 "$(awk 'NR == 8 { print $2 }' "$work/writes")" apply
kept half-applied
kill_everywhere "an apply after a killed one, killed again, can be undone" half_applied_tree apply
half_applied_tree
expect "an apply after a killed one completes" 0 "$THINTUNE" apply --root "$tree" --skip checks
expect "and audit finds nothing more to do" 0 "$THINTUNE" audit --root "$tree" --skip checks
problem=
if restored "at last" "$THINTUNE"; then ok "and it can be undone"; else not_ok "and it can be undone" "$problem"; fi
finish
