#!/bin/bash
# What another version of thintune has left on a node: what 0.1.0 wrote is read, and what a later one may write is told
# as such, in one sentence, and neither taken nor thrown away. versions/0.1.0 has the files of a run and of a watch's
# repair on cpus16, of which another owner is the agent.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

tree=$work/tree
from=$top/tests/cli/versions/0.1.0
journal=$tree/run/thintune/journal.jsonl
verdict=$tree/run/thintune/verdicts/host.json
history=$tree/var/lib/thintune/history.jsonl
swappiness=$tree/proc/sys/vm/swappiness
profile=$from/written.yaml

# left: $tree as that version has left it
left() {
	fresh cpus16 "$tree"
	mkdir -p "$tree/run/thintune/verdicts" "$tree/run/thintune/public" "$tree/var/lib/thintune/profiles"
	cp "$from/journal.jsonl" "$journal"
	cp "$from/verdict.json" "$verdict"
	cp "$from/watch.json" "$from/ready" "$tree/run/thintune/public/"
	cp "$from/history.jsonl" "$from/history.state" "$tree/var/lib/thintune/"
	cp "$from/profile.yaml" "$tree/var/lib/thintune/profiles/agent.yaml"
	printf '1048576\n' >"$tree/proc/sys/fs/aio-max-nr"
	printf '2\n' >"$swappiness"
}

# other NAME: the sentence of a file that a later version wrote
other() { printf 'was written by another version of thintune [(]it is thintune.%s/2, and this version knows thintune.%s/1[)]' "$1" "$1"; }

# What 0.1.0 wrote ---------------------------------------------------------------------------------
left
state "$tree" >"$work/as-left"
expect "its verdict counts" 0 "$THINTUNE" gate --root "$tree"
is "and nothing else is said of it" 'start: profile written, 2026-12-01T20:49:49Z' "$(head -n 1 "$work/out")"
run "$THINTUNE" status --root "$tree" --format json
is "status reads its watch, its history and its journal" "match null 2 false null" \
	"$(jq -r '"\(.watch.verdict) \(.watch.unknown) \(.history.line) \(.half_applied) \(.journal_fault)"' "$work/out")"
expect "its history is whole" 0 "$THINTUNE" history --root "$tree" --verify
expect "its settings are as it wanted them" 0 "$THINTUNE" audit --root "$tree" --profile "$profile" --only sysctl
expect "an owner's claims of it are that one's" 0 "$THINTUNE" restore --root "$tree" --owner agent
is "another owner's value stays" 2 "$(cat "$swappiness")"
is "and its claim" '[["host"]]' "$(jq -sc '[.[] | select(.path == "/proc/sys/vm/swappiness") | [.claims[].owner]]' "$journal")"
expect "what it wrote is restored" 0 "$THINTUNE" restore --root "$tree"
is "to what it was before" "60 65536" "$(cat "$swappiness" "$tree/proc/sys/fs/aio-max-nr" | paste -sd' ')"
left
cp "$profile" "$work/bad.yaml"
printf 'nonsense: 1\n' >>"$work/bad.yaml"
run "$THINTUNE" run --root "$tree" --profile "$work/bad.yaml" --owner agent
says "the profile that its watch kept is used" 'going on with the last good one, /var/lib/thintune/profiles/agent.yaml of 2026-12-01T20:49:49Z'

# The journal of a later one -----------------------------------------------------------------------
# refused SENTENCE: nobody restores or applies, and the journal stays as it is
refused() {
	local about=$1 pattern=$2
	cp "$journal" "$work/journal"
	printf '1\n' >"$swappiness"
	for command in restore "restore --force" "restore --owner agent"; do
		# shellcheck disable=SC2086 # a command and its option
		expect "$about: $command" 1 "$THINTUNE" $command --root "$tree"
		says "$about: is refused, and says what to do ($command)" "^thintune: journal /run/thintune/journal.jsonl $pattern: nothing was restored from it; use the version that wrote it$" "$err"
	done
	run "$THINTUNE" apply --root "$tree" --profile "$profile" --only sysctl
	says "$about: apply says so" "nothing was written, since it could not be undone: journal /run/thintune/journal.jsonl $pattern"
	is "$about: and writes nothing" 1 "$(cat "$swappiness")"
	run "$THINTUNE" audit --root "$tree" --profile "$profile" --only sysctl
	says "$about: audit says so" "what it wrote cannot be undone: journal /run/thintune/journal.jsonl $pattern"
	run "$THINTUNE" gate --root "$tree"
	says "$about: gate says so" "whether a thintune was stopped halfway is unknown, and what it wrote cannot be undone: journal /run/thintune/journal.jsonl $pattern"
	run "$THINTUNE" status --root "$tree" --format json
	is "$about: status does not know whether anything was stopped halfway" null "$(jq .half_applied "$work/out")"
	same "$about: the journal stays" "$work/journal" "$journal"
}

left
sed -i '1s|journal/1|journal/2|' "$journal"
refused "another schema" "$(other journal)"
left
sed -i '1s|}$|,"of":"later"}|' "$journal"
refused "a key in its head" "was written by another version of thintune [(]line 1 has 'of', which this version does not know[)]"
left
sed -i '3s|"left":false|"left":false,"until":7|' "$journal"
refused "a key in a line" "was written by another version of thintune [(]line 3 has 'until', which this version does not know[)]"
left
sed -i '2s|"owner":"agent"|"owner":"agent","weight":1|' "$journal"
refused "a key in a claim" "was written by another version of thintune [(]line 2 has 'weight', which this version does not know[)]"
left
sed -i '1s|journal/1|journal/x|' "$journal"
expect "what is damaged is told as that" 1 "$THINTUNE" restore --root "$tree"
says "still" 'journal.jsonl is damaged or was not written by thintune [(]line 1: another format[)]' "$err"
left
mv "$journal" "$tree/var/lib/thintune/journal.jsonl"
sed -i -e '1s|journal/1|journal/2|' "$tree/var/lib/thintune/journal.jsonl"
expect "the journal of files of a later one" 1 "$THINTUNE" restore --root "$tree"
says "is refused as well" "^thintune: journal /var/lib/thintune/journal.jsonl $(other journal): nothing was restored" "$err"

# The verdict of a later one -----------------------------------------------------------------------
left
sed -i 's|verdict/1|verdict/2|' "$verdict"
expect "a verdict of a later version opens no gate" 1 "$THINTUNE" gate --root "$tree"
says "and gate says why, and what to do" "the verdict /run/thintune/verdicts/host.json $(other verdict): .thintune run. replaces it, or use the version that wrote it" "$err"
expect "node-problem-detector learns that it is not known" 2 "$THINTUNE" gate --root "$tree" --format npd
run "$THINTUNE" status --root "$tree" --format json
is "nor does status know of a start" "null 1" "$(jq -r '"\(.may_start) \(.exit_code)"' "$work/out")"
says "and says why" "$(other verdict)" "$(jq -r .missing "$work/out")"
sed -i 's|"time"|"new": [1], "time"|; s|verdict/2|verdict/1|' "$verdict"
expect "a key that is new is passed over" 0 "$THINTUNE" gate --root "$tree"

# What a later watch published ---------------------------------------------------------------------
left
sed -i 's|watch/1|watch/2|' "$tree/run/thintune/public/watch.json"
run "$THINTUNE" status --root "$tree"
says "status does not know the last look of a later watch, and says why" \
	"no watch runs, and its last look is unknown: '/run/thintune/public/watch.json' $(other watch)$"
run "$THINTUNE" status --root "$tree" --format json
says "also to programs" "$(other watch)" "$(jq -r .watch.unknown "$work/out")"
printf '{' >"$tree/run/thintune/public/watch.json"
run "$THINTUNE" status --root "$tree"
says "what is damaged is told as that" "its last look is unknown: '/run/thintune/public/watch.json' is damaged or was not written by thintune$"

# The history of a later one -----------------------------------------------------------------------
left
printf '{"history":"thintune.history/2","last":{"seq":2}}\n' >"$tree/var/lib/thintune/history.state"
expect "a history whose state a later version wrote is whole, as far as its lines tell" 0 "$THINTUNE" history --root "$tree" --verify
says "and it is told what they cannot" "history.state $(other history): lines missing at the end, and commands without a line, cannot be told"
printf '60\n' >"$swappiness"
run "$THINTUNE" apply --root "$tree" --profile "$profile" --only sysctl
says "the next line tells of it" "history.state $(other history): what it knew of commands without a line is lost" "$(tail -n 1 "$history")"
left
line='{"history":"thintune.history/2","seq":3,"at":1,"of":{"prev":"fb83"}}'
printf '%s,"hash":"%s"}\n' "${line%\}}" "$(printf '%s' "$line" | sha256sum | cut -d' ' -f1)" >>"$history"
run "$THINTUNE" history --root "$tree" --verify
says "a line of a later version is told as one" 'history.jsonl, line 3: not read: its hash is right, and another version of thintune wrote it' "$out$err"
left
before=$(jq -r .hash <(tail -n 1 "$history"))
line='{"seq":3,"time":"2027-01-01T00:00:00Z","prev":"'$before'","command":"new"}'
hash=$(printf '%s' "$line" | sha256sum | cut -d' ' -f1)
printf '%s,"hash":"%s"}\n' "${line%\}}" "$hash" >>"$history"
printf '60\n' >"$swappiness"
run "$THINTUNE" apply --root "$tree" --profile "$profile" --only sysctl
is "the next line follows it" "4 $hash" "$(tail -n 1 "$history" | jq -r '"\(.seq) \(.prev)"')"
run "$THINTUNE" history --root "$tree" --verify
is "and nothing else is wrong with it" 1 "$(grep -c 'history.jsonl, line' <<<"$out$err")"

# A report of a later one --------------------------------------------------------------------------
left
"$THINTUNE" audit --root "$tree" --profile "$profile" --format json >"$work/report.json" 2>/dev/null
jq '.schema = "thintune.report/3" | .settings = {"new": 1} | .profile = [] | .checks = "none"' "$work/report.json" >"$work/later.json"
expect "a report of a later version is not compared" 1 "$THINTUNE" compare "$work/report.json" "$work/later.json"
says "and it is told why" "its format is 'thintune.report/3', and this thintune knows" "$err"
command jq -S . "$work/later.json" >"$work/sorted.json"
expect "nor one whose keys somebody has sorted" 1 "$THINTUNE" compare "$work/report.json" "$work/sorted.json"
says "and it is told why, too" "its format is 'thintune.report/3', and this thintune knows" "$err"

# What a person's restore, and a profile that a watch kept, have in a later one ----------------------
left
jq -c '{restored: {by: "ann"}}' <<<'{}' >"$tree/run/thintune/held"
printf '60\n' >"$swappiness"
listen
watch --repair --profile "$profile" --owner agent --interval 24h
looked "a watch beside it looks" start
is "a restore of which a later version tells is respected by watch" 60 "$(cat "$swappiness")"
says "which says so" 'somebody restored the node, and /run/thintune/held cannot be read or was written by another version of thintune: all is left alone until' "$(cat "$work/log")"
stop
left
jq -c '{time: "noon", user: "ann", settings: ["/proc/sys/vm/swappiness"]}' <<<'{}' >"$tree/run/thintune/held"
printf '60\n' >"$swappiness"
listen
watch --repair --profile "$profile" --owner agent --interval 24h
looked "a watch beside one with other names looks" start
is "which is respected as well" 60 "$(cat "$swappiness")"
says "since it may be of any path" 'held cannot be read or was written by another version of thintune: all is left alone until' "$(cat "$work/log")"
stop
left
printf 'later: {key: 1}\n' >>"$tree/var/lib/thintune/profiles/agent.yaml"
expect "a profile that a later watch kept is not used" 2 "$THINTUNE" run --root "$tree" --profile "$work/bad.yaml" --owner agent
says "and it is told why" 'the last good profile, /var/lib/thintune/profiles/agent.yaml, cannot be used either: another version of thintune wrote it, or it is damaged' "$err"

finish
