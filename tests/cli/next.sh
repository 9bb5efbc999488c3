#!/bin/bash
# What every report ends with: what is to be done next, whatever the verdict is.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
# Whoever runs this by sudo would be told to type it.
unset SUDO_USER

# ends SENTENCE CODE PATTERN COMMAND...: with that code, and with a last line like that
ends() {
	local sentence=$1 wanted=$2 pattern=$3
	shift 3
	run "$@"
	is "$sentence: the exit code" "$wanted" "$code"
	local last
	last=$(tail -n 1 <<<"${out:-$err}")
	says "$sentence: the last line" "^(thintune: )?next: $pattern$" "$last"
}

# Whatever it is typed on, its options lead there again.
fresh aws-i4i "$tree"
ends "something differs" 3 'sudo thintune apply --profile thin-ledger --skip disk-queue \(write the 8 settings that differ, on the node itself\)' \
	"$THINTUNE" audit --root "$tree" --skip disk-queue
# shellcheck disable=SC2317 # by eval
sudo() { "$@"; }
# shellcheck disable=SC2317
thintune() { "$THINTUNE" "$@" --root "$tree"; }
next=${out##*next: }
run eval "${next% (*}"
is "it can be typed" 0 "$code"
ends "applied" 0 'sudo thintune probe --quick --profile thin-ledger \(prove direct I/O and measure the disk, in 10 s\)' \
	"$THINTUNE" apply --root "$tree"
ends "restored" 0 'nothing: what this report is about is as it should be' "$THINTUNE" restore --root "$tree"
ends "nothing to restore" 0 'nothing: what this report is about is as it should be' "$THINTUNE" restore --root "$tree"
ends "left out" 4 'sudo thintune audit --profile thin-ledger \(look at all of the node: 1 required point that --only disk-irq left out is not known to hold: fs.aio-max-nr\)' \
	"$THINTUNE" apply --root "$tree" --only disk-irq
"$THINTUNE" restore --root "$tree" >/dev/null

set_live "$tree" data-dir.exists no
ends "no data directory, and no redpanda.yaml" 4 'sudo thintune audit --profile thin-ledger --data-dir DIR \(name the data directory, if this is a Redpanda node: .*\)' \
	"$THINTUNE" audit --root "$tree"
ends "and run blocks" 4 'sudo thintune audit --profile thin-ledger --data-dir DIR \(.*\)' "$THINTUNE" run --root "$tree"
ends "gate" 4 "thintune audit --root $tree \\(it lists what is wrong\\)" "$THINTUNE" gate --root "$tree"
ends "status" 0 "thintune audit --root $tree \\(it lists what is wrong\\)" "$THINTUNE" status --root "$tree"
ends "no probe of a record" 1 'sudo thintune probe --profile thin-ledger \(measure on the node itself\)' "$THINTUNE" probe --root "$tree"

# told SENTENCE PATTERN: the report has it in one place
told() { is "$1" 1 "$(grep -Ec "$2" <<<"$out")"; }

# A run that can tell nobody how it ended, or cannot undo it: what to mend is told once, and what to type then.
fresh aws-i4i "$tree"
mkdir "$tree/run/thintune"
: >"$tree/run/thintune/verdicts"
ends "no place for the verdict" 1 'sudo thintune run --profile thin-ledger --skip net-irq \(mend first what is told above\)' \
	"$THINTUNE" run --root "$tree" --skip net-irq
told "the report says once why nothing was written" 'could not tell how the run ended'
told "and once what is in the way" 'cannot write the verdict'
expect "so does a page" 1 "$THINTUNE" run --root "$tree" --format html
is "with the reason in one place" 1 "$(grep -o 'cannot write the verdict' <<<"$out" | wc -l)"
rm "$tree/run/thintune/verdicts"
mkdir "$tree/run/thintune/journal.jsonl"
ends "no place for the journal" 4 'sudo thintune run --profile thin-ledger \(mend first what is told above\)' \
	"$THINTUNE" run --root "$tree"
is "the cause stands with the rows and at the gate" 2 "$(grep -c 'it could not be undone' <<<"$out")"
ends "and restore" 1 "thintune restore --root $tree \\(again, once that is mended\\)" "$THINTUNE" restore --root "$tree"

# The last good profile takes the place of one with a mistake.
fresh aws-i4i "$tree"
"$THINTUNE" run --root "$tree" >/dev/null
printf 'profile: p\nfoo: 1\n' >"$work/bad.yaml"
ends "the last good profile" 0 "thintune profile check $work/bad.yaml \\(mend the profile, which could not be used\\)" \
	"$THINTUNE" run --root "$tree" --profile "$work/bad.yaml"
is "the mistake is told first and last" 2 "$(grep -c 'unknown key .foo.' <<<"$out")"

fresh aws-i4i "$tree"
ends "run" 0 'nothing: what this report is about is as it should be' "$THINTUNE" run --root "$tree"
ends "gate of a good run" 0 'nothing; .thintune audit. looks again' "$THINTUNE" gate --root "$tree"
ends "gate without a run" 1 "thintune run --root $tree --owner agent \\(it looks, .*\\)" \
	"$THINTUNE" gate --root "$tree" --owner agent
printf 'profile: p\nextends: thin-ledger\nsysctl: {vm.swappiness: 1}\nchecks: {direct-io: leave, memory-per-core: {at-least: 1TiB, severity: advised}}\n' >"$work/p.yaml"
ends "an advised check fails" 3 "thintune explain --profile $work/p.yaml --root $tree memory-per-core \\(by hand: the check \`memory-per-core\` fails\\)" \
	"$THINTUNE" audit --root "$tree" --profile "$work/p.yaml"
next=${out##*next: }
run eval "${next% (*}"
is "it can be typed, too" 0 "$code"
says "and explains the check" 'memory-per-core' "$out"

# Where there is no report: standard error, as there is nothing else to read.
ends "a mistake of the command line" 2 'thintune audit --help' "$THINTUNE" audit --frob
ends "no such command" 2 'thintune --help' "$THINTUNE" frob
ends "a mistake in the profile" 2 "thintune profile check $work/bad.yaml \\(it tells whether any mistake is left\\)" \
	"$THINTUNE" audit --root "$tree" --profile "$work/bad.yaml"
ends "compare with too few" 2 'thintune compare --help \(its options, and two examples\)' "$THINTUNE" compare x.json
ends "profile check" 2 "thintune profile check $work/bad.yaml \\(it tells whether any mistake is left\\)" \
	"$THINTUNE" profile check "$work/bad.yaml"
ends "profile alone" 2 'thintune profile --help \(its options, and two examples\)' "$THINTUNE" profile
ends "nowhere to write to" 1 "thintune audit --root $tree --output $work/no/report \\(again, once that is mended\\)" \
	"$THINTUNE" audit --root "$tree" --output "$work/no/report"
ends "nowhere to write one form of two to" 1 "thintune audit --root $tree --format json --output $work/no/a.json \\(again, once that is mended\\)" \
	"$THINTUNE" audit --root "$tree" --format json --output "$work/no/a.json"
ends "a name like an option's" 1 'thintune compare -- --x.json -y.json \(again, once that is mended\)' "$THINTUNE" compare -- --x.json -y.json
ends "as somebody who became root" 1 "sudo thintune unpack $work/no $work/new \\(again, once that is mended\\)" \
	env SUDO_USER=ann "$THINTUNE" unpack "$work/no" "$work/new"
ends "nothing to read" 1 "thintune unpack $work/no $work/new \\(again, once that is mended\\)" "$THINTUNE" unpack "$work/no" "$work/new"
exec 9<"$tree/run/thintune"
flock 9
ends "another one holds the lock" 6 "thintune status --root $tree \\(it says who holds the lock\\)" \
	"$THINTUNE" apply --root "$tree" --lock-wait 0s
exec 9<&-

# Comparisons and the history.
"$THINTUNE" audit --root "$tree" --format json --output "$work/a.json"
"$THINTUNE" audit --root "$(tree uni)" --format json --output "$work/b.json"
cp "$work/a.json" "$work/c.json"
ends "reports are equal" 0 'nothing: the reports say the same' "$THINTUNE" compare "$work/a.json" "$work/c.json"
ends "reports differ" 3 'sudo thintune audit --profile thin-ledger \(on b, .*\)' "$THINTUNE" compare "$work/a.json" "$work/b.json"
for day in 1 2; do
	jq ".run.date = \"2026-11-0${day}T00:00:00Z\" | .node = {hostname: \"db1\", id: \"x\"} | .settings[0].have = \"$day\"" "$work/a.json" >"$work/day$day.json"
done
ends "days of one node differ" 3 'thintune history --since 2026-11-01T00:00:00Z --until 2026-11-02T00:00:00Z \(on the node itself: .*\)' \
	"$THINTUNE" compare "$work/day2.json" "$work/day1.json"
ends "a profile would change something" 3 'sudo thintune audit --profile redpanda \(on the node itself: .*\)' \
	"$THINTUNE" compare "$work/b.json" --profile redpanda
ends "the history is whole" 0 'nothing; .thintune history --verify --expect HASH. compares .*' "$THINTUNE" history --root "$tree"
sed -i '1s/"seq"/"Seq"/' "$tree/var/lib/thintune/history.jsonl"
ends "the history is broken" 4 "sudo journalctl --grep 'thintune: history: line' \\(the hashes .*\\)" \
	"$THINTUNE" history --verify --root "$tree"

# --quiet is the verdict alone, and programs are not told twice.
for command in audit gate status "compare $work/a.json $work/b.json"; do
	root=(--root "$tree")
	[ "${command%% *}" != compare ] || root=()
	# shellcheck disable=SC2086 # words
	run "$THINTUNE" $command "${root[@]}" --quiet
	lacks "${command%% *} --quiet has no next" '^next: ' "$out$err"
done
run "$THINTUNE" audit --frob --quiet
says "a mistake is told with --quiet" 'unknown option' "$err"
finish
