#!/bin/bash
# The history: one line for each command that wrote, in a chain of hashes; whatever kills a command, or keeps its line
# from the disk, is told by the next one. And status and gate's other formats, which look at the last run alone.
user=()
[ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
if [ -z "${THINTUNE_MOUNTS-}" ] && unshare "${user[@]}" --mount true 2>/dev/null; then
	THINTUNE_MOUNTS=1 exec unshare "${user[@]}" --mount "$0" "$@"
fi
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
history=$tree/var/lib/thintune/history.jsonl

# The hash of line NUMBER, and what any tool makes of it.
hash_in() { sed -n "$1s/.*\"hash\":\"\([0-9a-f]*\)\"}$/\1/p" "$history"; }
hash_of() { sed -n "$1s/,\"hash\":\"[0-9a-f]*\"}$/}/p" "$history" | tr -d '\n' | sha256sum | cut -d' ' -f1; }

fresh aws-i4i "$tree"
expect "without a history there is nothing to show" 0 "$THINTUNE" history --root "$tree"
says "and that is said" 'there is no history' "$err"
expect "nor anything to verify" 1 "$THINTUNE" history --verify --root "$tree"
expect "an apply" 0 env SUDO_USER=ann "$THINTUNE" apply --root "$tree"
is "its hash is on standard error" "thintune: history: line 1, hash $(hash_in 1)" "$err"
is "its line is told by SHA-256 of all of it but the hash" "$(hash_of 1)" "$(hash_in 1)"
expect "the same again" 0 "$THINTUNE" apply --root "$tree" --skip checks
is "has nothing to tell" "" "$err"
is "and leaves no line" 1 "$(wc -l <"$history")"
expect "a restore" 0 "$THINTUNE" restore --root "$tree" --format json
is "its report names the line and its hash" "2 $(hash_in 2)" "$(jq -r '.run.history | "\(.line) \(.hash)"' <<<"$out")"
expect "a run" 0 "$THINTUNE" run --root "$tree" --skip checks --owner broker:a/b --quiet
is "says it to nobody with --quiet" "" "$err"
is "each line has the hash of the one before" "null $(hash_in 1) $(hash_in 2)" "$(jq -r .prev "$history" | paste -sd ' ')"
is "who, for whom and what" "ann host apply match 0" \
	"$(jq -r 'select(.seq == 1) | "\(.user.sudo) \(.owner) \(.command) \(.verdict) \(.exit_code)"' "$history")"
is "of a run the answer of its gate" "broker:a/b run start 0" \
	"$(jq -r 'select(.seq == 3) | "\(.owner) \(.command) \(.verdict) \(.exit_code)"' "$history")"
is "each change with both values" '60 1 changed' \
	"$(jq -r 'select(.seq == 1).changes[] | select(.setting == "vm.swappiness") | "\(.before) \(.after) \(.state)"' "$history")"
is "and as many as were written" "$(jq -r 'select(.seq == 1).changes | length' "$history")" \
	"$(jq -r 'select(.seq == 2).changes | length' "$history")"
is "the file is root's, and everybody may read it" "644 $(id -u)" "$(stat -c '%a %u' "$history")"

traces "$tree" >"$work/before"
expect "history shows it" 0 "$THINTUNE" history --root "$tree"
says "who" 'by ann \(sudo\)' "$out"
says "and that it is whole" 'whole: 3 lines' "$out"
expect "as JSON" 0 "$THINTUNE" history --root "$tree" --format json
is "with all lines" "true 3 $(hash_in 3)" "$(jq -r '"\(.whole) \(.lines | length) \(.hash)"' <<<"$out")"
valid_json "as its schema has it" history "$work/out"
expect "as CSV" 0 "$THINTUNE" history --root "$tree" --format csv vm.swappiness
is "a change a line" 4 "$(wc -l <<<"$out")"
expect "as a page" 0 "$THINTUNE" history --root "$tree" --format html
says "that says so as well" 'The history is whole' "$out"
expect "what it has of one setting" 0 "$THINTUNE" history --root "$tree" --format json --owner host vm.swap*
is "and of one owner" "vm.swappiness" "$(jq -r '[.lines[].changes[].setting] | unique | join(" ")' <<<"$out")"
expect "of another year there is nothing" 0 "$THINTUNE" history --root "$tree" --until 2020
says "and that is said" '^nothing was changed until 2020$' "$out"
expect "of a misspelt setting" 0 "$THINTUNE" history --root "$tree" vm.swapiness
says "there is none, but of another" "^no change matches 'vm.swapiness'; did you mean 'vm.swappiness'\\?$" "$out"
expect "of an owner that has none" 0 "$THINTUNE" history --root "$tree" --owner hosst --format html
says "likewise" "nothing was changed for the owner hosst; did you mean .*host" "$out"
disks=$("$THINTUNE" history --root "$tree" --format json | jq '[.lines[].changes[] | select(.path | contains("/queue/"))] | length')
is "what is done to disks is found where they are looked for" "$disks yes" \
	"$("$THINTUNE" history --root "$tree" '/sys/block/*' --format json | jq '[.lines[].changes[]] | length') $([ "$disks" -gt 0 ] && echo yes)"
for date in yesterday 2026-1 2026-13 2026-02-30 2026- 2026-11-30T14 2026-11-30T24:00:00Z 2026-11-30T14:00:00; do
	expect "no date: $date" 2 "$THINTUNE" history --root "$tree" --until "$date"
done
for date in 2026 2026-11 2026-11-30 2026-11-30T14:00:00Z; do
	expect "a date: $date" 0 "$THINTUNE" history --root "$tree" --since "$date"
done
expect "no hash" 2 "$THINTUNE" history --root "$tree" --verify --expect 12
expect "it is whole" 0 "$THINTUNE" history --verify --root "$tree" --expect "$(hash_in 2)"
expect "the metrics have the last hash" 0 "$THINTUNE" audit --root "$tree" --format prometheus --skip checks
says "in a label" "^thintune_history_hash_info\\{line=\"3\",hash=\"$(hash_in 3)\"\\} 1$" "$out"
expect "status" 0 "$THINTUNE" status --root "$tree" --owner broker:a/b
says "is one sentence" '^the broker may start \(profile thin-ledger, .* ago\); ' "$out"
is "and what comes next" "2 next: nothing; \`thintune audit\` looks again" "$(wc -l <<<"$out") $(tail -n 1 <<<"$out")"
expect "status --quiet" 0 "$THINTUNE" status --root "$tree" --owner broker:a/b --quiet
is "is the sentence alone" 1 "$(wc -l <<<"$out")"
expect "status for programs" 0 "$THINTUNE" status --root "$tree" --owner broker:a/b --format json
is "has verdict, history and what comes next" "thintune.status/1 start 3 true" \
	"$(jq -r '"\(.schema) \(.verdict) \(.history.line) \(.next != null and .age_seconds >= 0)"' <<<"$out")"
valid_json "is as its schema has it" status "$work/out"
expect "gate for programs" 0 "$THINTUNE" gate --root "$tree" --owner broker:a/b --format json
is "has the verdict" "thintune.gate/1 true 0 start" "$(jq -r '"\(.schema) \(.may_start) \(.exit_code) \(.verdict)"' <<<"$out")"
valid_json "gate's is as its schema has it" gate "$work/out"
expect "gate for node-problem-detector" 0 "$THINTUNE" gate --root "$tree" --owner broker:a/b --format npd
is "says that it may start" "the broker may start" "$out"
traces "$tree" >"$work/after"
same "none of that changes anything" "$work/before" "$work/after"

# What is no good start.
expect "no verdict" 2 "$THINTUNE" gate --root "$tree" --owner nobody --format npd
is "is unknown to node-problem-detector, in one short line" "1 yes" "$(wc -l <<<"$out") $([ ${#out} -lt 80 ] && echo yes)"
expect "no verdict as JSON" 1 "$THINTUNE" gate --root "$tree" --owner nobody --format json
is "says so" "null null" "$(jq -r '"\(.may_start) \(.verdict)"' <<<"$out")"
valid_json "as its schema has it" gate "$work/out"
run "$THINTUNE" status --root "$tree" --owner nobody --format json
valid_json "status without a verdict, too" status "$work/out"
expect "no verdict for status" 0 "$THINTUNE" status --root "$tree" --owner nobody
says "and what to do" '^next: thintune run --root [^ ]+ --owner nobody \(' "$out"
expect "with the code of gate" 1 "$THINTUNE" status --root "$tree" --owner nobody --exit-code
"$THINTUNE" restore --root "$tree" --owner broker:a/b >/dev/null 2>&1
expect "a verdict that was withdrawn" 1 "$THINTUNE" gate --root "$tree" --owner broker:a/b --format npd
is "is a problem, in one short line" "1 yes" "$(wc -l <<<"$out") $([ ${#out} -lt 80 ] && echo yes)"
expect "and to status" 4 "$THINTUNE" status --root "$tree" --owner broker:a/b --exit-code
says "it says who withdrew it" 'must not start .*withdrew it' "$out"
run "$THINTUNE" status --root "$tree" --owner broker:a/b --format json
valid_json "the status of a withdrawn verdict is as its schema has it" status "$work/out"

# A remark is no fault, and nobody is spared it.
mv "$tree/var/lib/thintune/history.state" "$work/state"
expect "without history.state: quietly" 0 "$THINTUNE" history --verify --root "$tree" --quiet
says "it is told" '^history.state is missing' "$out"
expect "as CSV" 0 "$THINTUNE" history --verify --root "$tree" --format csv
says "as well" '^remark,,"?history.state is missing' "$out"
mv "$work/state" "$tree/var/lib/thintune/history.state"

# What was done to it. tests/unit/test_history.c changes every byte, and has each way of doing it.
cp "$history" "$work/whole"
sed -i '2s/"after":"60"/"after":"61"/' "$history"
expect "a changed value is broken" 4 "$THINTUNE" history --verify --root "$tree"
says "which line" '^history.jsonl, line 2: changed: number 2 ' "$out"
expect "as JSON, too" 4 "$THINTUNE" history --verify --root "$tree" --format json
is "with its place" "false history.jsonl, line 2" "$(jq -r '"\(.whole) \(.faults[0].where)"' <<<"$out")"
valid_json "as its schema has it, though broken" history "$work/out"
sed 2d "$work/whole" >"$history"
expect "a missing line is broken" 4 "$THINTUNE" history --verify --root "$tree"
says "which" 'missing: number 2' "$out"
sed '$d' "$work/whole" >"$history"
expect "a missing last line is broken" 4 "$THINTUNE" history --verify --root "$tree"
cat "$work/whole" >"$history"
expect "a hash that was never there is broken" 4 "$THINTUNE" history --verify --root "$tree" --expect "$(printf %064d 7)"
rm "$history"
ln -s "$work/whole" "$history"
expect "a link is not read" 1 "$THINTUNE" history --verify --root "$tree"
cp "$work/whole" "$work/target"
ln -sf "$work/target" "$history"
expect "nor written to" 0 "$THINTUNE" apply --root "$tree" --skip checks
says "which is told" 'the history has no line of what this apply changed' "$err"
same "it is as it was" "$work/whole" "$work/target"
rm "$history"
cp "$work/whole" "$history"
expect "once it can be written to" 0 "$THINTUNE" restore --root "$tree"
says "the next command says what was left untold" "history: the apply that began .* left no line; line 5 says so" "$err"
expect "and the chain is whole" 0 "$THINTUNE" history --verify --root "$tree"
is "with all that was changed meanwhile" "apply 12" "$(jq -r 'select(.seq == 5) | "\(.command) \(.changes | length)"' "$history")"

# No room for it.
if [ -n "${THINTUNE_MOUNTS-}" ]; then
	fresh aws-i4i "$tree"
	mkdir -p "$tree/var/lib"
	mount -t tmpfs -o mode=755,size=64k tmpfs "$tree/var/lib"
	mkdir "$tree/var/lib/thintune"
	dd if=/dev/zero of="$tree/var/lib/filler" bs=4k 2>/dev/null
	expect "without room for a line: apply does its work" 0 "$THINTUNE" apply --root "$tree" --format json --skip checks
	says "without room: it is told" 'the history has no line .*No space left on device; a line that is written before the next boot will say so' "$err"
	is "without room: in the report, too" "null true" "$(jq -r '.run.history | "\(.line) \(.gap != null)"' <<<"$out")"
	expect "without room: the text as well" 0 "$THINTUNE" restore --root "$tree"
	says "without room: has it" 'the history has no line of what this restore' "$out"
	rm "$tree/var/lib/filler"
	expect "with room again: even an apply that writes nothing" 4 "$THINTUNE" apply --root "$tree" --only clocksource --skip checks
	is "with room again: tells of both" "apply restore" "$(jq -r .command "$history" | paste -sd ' ')"
	is "with room again: with what they changed" "12 12" "$(jq -r '.changes | length' "$history" | paste -sd ' ')"
	expect "with room again: it is whole" 0 "$THINTUNE" history --verify --root "$tree"
	# What is kept beside the history is there, and is written over.
	# The last block of the history has no room for a line, either.
	next=apply other=restore
	fill() {
		local swap
		while [ $((4096 - $(stat -c %s "$history") % 4096)) -ge "$(sed -n 2p "$history" | wc -c)" ]; do
			"$THINTUNE" "$next" --root "$tree" >/dev/null 2>&1
			swap=$next next=$other other=$swap
		done
		lines=$(wc -l <"$history")
		[ "$#" -eq 0 ] || "$@"
		dd if=/dev/zero of="$tree/var/lib/filler" bs=4k 2>/dev/null
	}
	fill
	expect "without room once more: $next does its work" 0 "$THINTUNE" "$next" --root "$tree"
	says "without room once more: it is told" 'No space left on device; the next line will say so' "$err"
	rm -f "$tree/run/thintune/history.state" "$tree/var/lib/filler"
	expect "with room after a boot: the next command" 0 "$THINTUNE" "$other" --root "$tree"
	is "with room after a boot: what was untold has its line" "$next $other" \
		"$(jq -r .command "$history" | sed "1,${lines}d" | paste -sd ' ')"
	expect "with room after a boot: it is whole" 0 "$THINTUNE" history --verify --root "$tree"
	# It is too small for a draft: then it has their number.
	fill sed -i 's/ *$//' "$tree/var/lib/thintune/history.state"
	expect "without room for a draft: $next does its work" 0 "$THINTUNE" "$next" --root "$tree"
	says "without room for a draft: it is told" 'the next line will say so, and what it changed if' "$err"
	rm -f "$tree/run/thintune/history.state" "$tree/var/lib/filler"
	expect "with room after a second boot: the next command" 0 "$THINTUNE" "$other" --root "$tree"
	is "with room after a second boot: a line is missing, and that is told" "$other no line tells of 1 more commands that wrote" \
		"$(sed "1,${lines}d" "$history" | jq -r '"\(.command) \(.gap | join("; "))"' | paste -sd ' ')"
	umount "$tree/var/lib"
else
	skip "without room the next line tells" "this machine gives no mount namespace"
fi

# While others write it looks whole to whoever reads.
fresh aws-i4i "$tree"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	"$shipped" apply --root "$tree" --only sysctl --quiet
	"$shipped" restore --root "$tree" --quiet
done >/dev/null 2>&1 &
writer=$!
reads=0 broken=
while kill -0 "$writer" 2>/dev/null; do
	[ -e "$history" ] || continue
	run "$shipped" history --verify --root "$tree"
	reads=$((reads + 1))
	[ "$code" -eq 0 ] || broken="$code: $out$err"
done
wait "$writer"
if [ "$reads" -gt 0 ] && [ -z "$broken" ]; then
	ok "beside thirty commands that write it is whole"
else
	not_ok "beside thirty commands that write it is whole" "$reads reads, $broken"
fi

# Killed before each call that changes something. --------------------------------------------------------------------
if ! can_trace; then
	skip "whatever is killed is told" "strace cannot trace here"
	finish
fi
# shellcheck source=tests/cli/points.sh disable=SC1091
. "$top/tests/cli/points.sh"
# shellcheck disable=SC2034 # points.sh reads it
program=$shipped

# told WHERE: sets $problem unless a history tells of what is changed, after the next command
question untold '([.remarks[] | select(startswith("lines with a gap") | not)] | length), ([.lines[].changes[]] | length)'
told() {
	local counts
	state "$tree" >"$work/after"
	run "$shipped" restore --root "$tree"
	if [ ! -e "$history" ]; then
		cmp -s "$work/before" "$work/after" || problem="$1: the node was changed, and there is no history: $err"
		return
	fi
	run "$shipped" history --verify --root "$tree" --format json
	[ "$code" -ne 0 ] || mapfile -t counts < <(ask untold "$work/out")
	if [ "$code" -ne 0 ]; then
		problem="$1: verify ended with $code: $out$err"
	elif [ "${counts[0]-}" != 0 ] && ! grep -q 'cut short' <<<"$out"; then
		problem="$1: something is left untold: $out"
	elif ! cmp -s "$work/before" "$work/after" && [ "${counts[1]-0}" -eq 0 ]; then
		problem="$1: nothing is told of what was changed"
	fi
}

fresh aws-i4i "$start"
state "$start" >"$work/before"
for command in apply run restore; do
	options=(--skip checks)
	if [ "$command" = restore ]; then
		options=()
		# What there is to restore, with a history that begins with the restore.
		"$shipped" apply --skip checks --root "$start" >/dev/null 2>&1
		rm -f "$start/var/lib/thintune/history."*
		state "$start" >"$work/before"
	fi
	new_tree
	changes "$command" "${options[@]}" >"$work/points"
	line=0 points=0 gaps=0 problem=
	while read -r call number; do
		line=$((line + 1))
		[ $((line % sweep_step)) -eq 0 ] || continue
		new_tree
		"$work/kill-at" "$call" "$number" "$shipped" "$command" "${options[@]}" --root "$tree" >/dev/null 2>&1
		told "killed before $call $number"
		[ -z "$problem" ] || break
		points=$((points + 1))
		! grep -q '"gap":' "$history" 2>/dev/null || gaps=$((gaps + 1))
	done <"$work/points"
	[ "$gaps" -gt 3 ] || problem=${problem:-only $gaps of $points left a gap}
	what="one $command that is killed is told by the next command"
	if [ -z "$problem" ]; then ok "$what, $points places, $gaps gaps"; else not_ok "$what" "$problem"; fi
done
finish
