#!/bin/bash
# Several formats and outputs in one call: one look, each file whole or not at all, one that fails keeps no other back,
# and what does not go together is told before anything is done.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$(tree uni)
audit() { "$THINTUNE" audit --root "$tree" "$@"; }
is_whole() { jq -e '.command' "$1" >/dev/null 2>&1 && echo yes; }
mkdir "$work/to"
to=$work/to

# One look -----------------------------------------------------------------------------------------------------
run audit --format json --output "$to/alone.json"
wanted=$code
run audit --format text
cp "$work/out" "$work/text"
run audit --format sh
cp "$work/out" "$work/script"
run audit --format json --output "$to/a.json" --format text --format sh --output "$to/a.sh" --format prometheus -o "$to/a.prom"
is "four formats in one call end with the audit's code" "$wanted" "$code"
is "and say nothing beside it" "" "$err"
without_run() { jq -S 'del(.run)' "$1"; }
is "the JSON is that of a call of its own" "$(without_run "$to/alone.json")" "$(without_run "$to/a.json")"
without_time() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z//g' "$1"; }
is "so is the text, on standard output" "$(without_time "$work/text")" "$(without_time "$work/out")"
is "so is the script" "$(without_time "$work/script")" "$(without_time "$to/a.sh")"
is "all of them are of one look: one date" "1" \
	"$({ jq -r .run.date "$to/a.json"; grep -ohE '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z' "$work/out" "$to/a.sh"; } | sort -u | wc -l)"
if can_trace; then
	looks() { traced -f -qq -e trace=openat,openat2,open -o "$work/calls" "$THINTUNE" audit --root "$tree" "$@" \
		>/dev/null 2>&1; grep -c scheduler "$work/calls"; }
	is "no file of the node is read once more for the second format" "$(looks --format text)" \
		"$(looks --format text --format json -o "$to/a.json" --format sh -o "$to/a.sh")"
else
	skip "no file of the node is read once more for the second format" "strace cannot be used here"
fi
rm -f "$to"/*
run audit --format json --output - --format text --output "$to/text"
is "- is standard output for one of them" "$wanted yes" "$code $(is_whole "$work/out")"
is "the other one is in its file" "$(without_time "$work/text")" "$(without_time "$to/text")"
run audit --format json -o /dev/fd/7 --format sh -o /dev/fd/8 7>"$work/seven" 8>"$work/eight"
is "descriptors are targets as well" "$wanted yes #!/bin/sh " "$code $(is_whole "$work/seven") $(head -n 1 "$work/eight") $out"
run "$THINTUNE" facts --root "$tree" --format json -o "$to/facts.json" --format text
is "facts, too" "0 [0-9]" "$code $(jq -r '.schema' "$to/facts.json" | sed 's/^thintune.facts.[0-9]*$/[0-9]/')"
says "its text is on standard output" "CPUs" "$out"

# Of a run and a restore -------------------------------------------------------------------------------------------
fresh uni "$work/node"
run "$THINTUNE" run --root "$work/node" --format json -o "$to/run.json" --format nfd -o "$to/run.nfd" --format text
is "run writes all three" "yes run" "$(is_whole "$to/run.json") $(jq -r .command "$to/run.json")"
says "the labels" "thintune" "$(cat "$to/run.nfd")"
says "and the text" "broker" "$out"
run "$THINTUNE" restore --root "$work/node" --format json -o "$to/restore.json" --format text
is "restore, too" "restore" "$(jq -r .command "$to/restore.json")"
run "$THINTUNE" restore --root "$work/node" --format text --format json -o "$to/again.json"
is "and when there is nothing to restore" "0 []" "$code $(jq -c .settings "$to/again.json")"
says "the text says so" "nothing to restore" "$out"

# One that fails -----------------------------------------------------------------------------------------------------
rm -f "$to"/*
echo old >"$to/kept.json"
expect "an audit with a target that is a directory" 1 audit --format json -o "$to" --format text -o "$to/text" --format sh
says "is told" "cannot write '$to': it is a directory" "$err"
is "the other file is written" "$(without_time "$work/text")" "$(without_time "$to/text")"
is "and what goes to standard output as well" "$(without_time "$work/script")" "$(without_time "$work/out")"
rm -f "$to/text"
expect "one that fails while it is written" 1 small_files 16 "$THINTUNE" audit --root "$tree" \
	--format json -o "$to/kept.json" --format prometheus -o "$to/a.prom"
says "is told" "cannot write '$to/kept.json'" "$err"
is "its old file is whole, the other one is written, nothing is left beside them" "old a.prom kept.json yes" \
	"$(cat "$to/kept.json") $(echo "$to"/* | sed "s,$to/,,g") $(grep -q '^thintune_info' "$to/a.prom" && echo yes)"
expect "two that fail" 1 audit --format json -o "$to" --format sh -o "$work/none/x" --format text
is "are both told" 2 "$(wc -l <"$work/err")"
is "and the third is there" "$(without_time "$work/text")" "$(without_time "$work/out")"
expect "all that fail" 1 audit --format json -o "$to" --format sh -o "$work/none/x"
is "print nothing" "" "$out"
expect "a pipe that nobody reads" 1 "$python" -c 'import os, sys
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
os.execv(sys.argv[1], sys.argv[1:])' "$THINTUNE" audit --root "$tree" --format json -o - --format sh -o "$to/a.sh"
is "keeps no file back" "$(without_time "$work/script")" "$(without_time "$to/a.sh")"
for command in apply restore probe; do
	fresh uni "$work/node"
	traces "$work/node" >"$work/before"
	expect "$command that could not tell one of two" 1 "$THINTUNE" "$command" --root "$work/node" \
		--format json -o "$work/none/x" --format text
	traces "$work/node" >"$work/after"
	same "$command: nothing is done" "$work/before" "$work/after"
	is "$command: and nothing printed" "" "$out"
done
fresh uni "$work/node"
run "$THINTUNE" run --root "$work/node" --format text
ran=$code
fresh uni "$work/node"
expect "run goes by its verdict whatever becomes of its reports" "$ran" "$THINTUNE" run --root "$work/node" \
	--format json -o "$work/none/x" --format text -o "$to/run.txt"
says "which it tells" "cannot write '$work/none/x'" "$err"
says "and writes the other one" "broker" "$(cat "$to/run.txt")"

# What does not go together ------------------------------------------------------------------------------------------
mkdir "$work/deep"
ln -s "$work/to" "$work/deep/link"
rm -f "$to"/*
while IFS='|' read -r sentence words options; do
	# shellcheck disable=SC2086 # words
	expect "$sentence" 2 audit $options
	says "$sentence: told" "$words" "$err"
	is "$sentence: nothing is done" "" "$out$(ls -A "$to")"
done <<END
two outputs of one format|--output is given 2 times: there may be one for each --format|-o $to/a -o $to/b
two formats on standard output|formats json and text would both go to standard output|--format json --format text
one file for two|'$to/a' is given for both json and sh|--format json -o $to/a --format sh -o $to/a
one file by two names|'$to/a' and '$to/./a' are one file|--format json -o $to/a --format sh -o $to/./a
one file through a link|are one file|--format json -o $to/a --format sh -o $work/deep/link/a
END
finish
