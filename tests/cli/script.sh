#!/bin/bash
# `audit --format sh`: a script that a person can read and a shell can run; on a copy of the node it
# gives the same end state as apply does on another copy.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

mkdir "$work/scripts"
question differs '.summary.differs + .summary."left-over"'

# one SENTENCE NAME PROFILE: with $work/tree; $program writes the script. Audits and applies like these are lifecycle.sh's,
# with sanitizers.
one() {
	local script=$work/scripts/$2.sh differs puts problem=
	copy "$work/tree" "$work/copy"
	"$shipped" audit --root "$work/tree" --profile "$3" --format json >"$work/audit.json"
	wanted=$?
	"$program" audit --root "$work/tree" --profile "$3" --format sh >"$script" 2>"$work/err"
	[ $? -eq "$wanted" ] || problem="the exit code is not that of the audit: $(cat "$work/err")"
	"$shipped" apply --root "$work/tree" --profile "$3" >"$work/out" 2>&1
	state "$work/tree" >"$work/after-apply"
	ROOT=$work/copy sh "$script" >"$work/out" 2>&1 || problem="the script ended with $?: $(cat "$work/out")"
	state "$work/copy" >"$work/after-script"
	[ -n "$problem" ] || problem=$(diff "$work/after-apply" "$work/after-script")
	differs=$(ask differs "$work/audit.json")
	puts=$(grep -c "^put '/" "$script")
	[ "$puts" = "$differs" ] || problem="it writes $puts settings of $differs"
	[ "$(grep -c '^# why: ' "$script")" = "$puts" ] || problem="not every line has its reason"
	[ -n "$problem" ] || [ -z "${again-}" ] || ROOT=$work/copy sh "$script" >"$work/out" 2>&1 ||
		problem="a second run ended with $?"
	if [ -z "$problem" ]; then ok "$1"; else not_ok "$1" "$problem"; fi
}

# Of two scripts for one profile the longer one is run again. Of a node's scripts one has the sanitizers.
for node in $(swept_nodes); do
	for profile in $profiles; do
		program=$shipped
		fresh "$node" "$work/tree"
		again=
		[ "$profile" != development ] || again=yes
		one "$node, $profile" "$node-$profile" "$profile"
		[ -z "$again" ] || continue
		again=yes
		[ "$profile" != thin-ledger ] || program=$THINTUNE
		fresh "$node" "$work/tree"
		disturb "$work/tree"
		one "$node, $profile, other values" "$node-$profile-other" "$profile"
	done
done

# What is left over, with what the kernel changed along with it: the queue's depth is still ours (the kernel cut it down
# when the scheduler was set), and somebody else has set the read-ahead.
program=$THINTUNE
for node in aws-i4i intel-pstate; do
	fresh "$node" "$work/tree"
	disturb "$work/tree"
	"$THINTUNE" apply --root "$work/tree" --profile redpanda >"$work/out" 2>&1
	journal=$work/tree/run/thintune/journal.jsonl
	queue=$(jq -r 'select(.path | tostring | endswith("/nr_requests")) | .path | sub("/nr_requests"; "")' "$journal" | head -n 1)
	find "$work/tree/sys/devices" -name nr_requests -exec sh -c 'echo 64 >"$1"' sh {} \;
	find "$work/tree/sys/devices" -name read_ahead_kb -exec sh -c 'echo 99 >"$1"' sh {} \;
	sed -i '/nr_requests/s/"ours":\[[^]]*\]/"ours":["64"]/' "$journal"
	one "$node, what is left over" "$node-left-over" development
	is "$node: the depth is as before, and what somebody else set stays" "77 99" \
		"$(cat "$work/copy$queue/nr_requests" "$work/copy$queue/read_ahead_kb" | paste -sd' ')"
done

# distinct FILE...: those with a line that none before has, in more than its quoted words and its numbers; of a comment
# its first word counts. The others have nothing that shellcheck has not seen.
distinct() {
	awk -v quoted="'[^']*'" '{
		gsub(quoted, "Q")
		gsub(/Q( Q)+/, "Q")
		gsub(/[0-9]+/, "N")
		if (/^#/)
			sub(/:.*/, "")
		if (!seen[$0]++ && !listed[FILENAME]++)
			print FILENAME
	}' "$@"
}

if command -v shellcheck >/dev/null; then
	mapfile -t checked < <(distinct "$work"/scripts/*.sh)
	expect "shellcheck has nothing to say about the scripts" 0 shellcheck -s sh "${checked[@]}"
	printf "put '/a' '1'\n" >"$work/1"
	printf "put '/b' '22'\n" >"$work/2"
	printf "put '/c' 3\n" >"$work/3"
	is "and they are all sorts of lines" "$work/1 $work/3" "$(distinct "$work"/[123] | paste -sd' ')"
else
	skip "shellcheck has nothing to say about the scripts" "shellcheck is not installed"
fi

# A file that has gone, and one that keeps another value.
fresh aws-i4i "$work/tree"
"$THINTUNE" audit --root "$work/tree" --format sh >"$work/script"
rm "$work/tree/proc/sys/vm/swappiness"
run env ROOT="$work/tree" sh "$work/script"
is "a file that has gone: the script ends with 4" 4 "$code"
says "a file that has gone is named" '/proc/sys/vm/swappiness: there is no such file' "$err"
is "a file that has gone: the others are written" 1048576 "$(cat "$work/tree/proc/sys/fs/aio-max-nr")"
is "a file that has gone is not made" gone "$([ -e "$work/tree/proc/sys/vm/swappiness" ] || echo gone)"
if ! is_root; then
	fresh aws-i4i "$work/tree"
	chmod a-w "$work/tree/proc/sys/vm/swappiness"
	run env ROOT="$work/tree" sh "$work/script"
	is "a file that may not be written: the script ends with 4" 4 "$code"
fi

# A directory with a name that a shell would take apart.
odd="$work/a \$(touch gone) 'b' \"c\""
mkdir "$odd"
fresh aws-i4i "$odd/root"
ROOT="$odd/root" sh "$work/script" >"$work/out" 2>&1
is "a root with blanks, quotes and dollars in its name" "0 1" "$? $(cat "$odd/root/proc/sys/vm/swappiness")"
finish
