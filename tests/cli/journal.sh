#!/bin/bash
# Nothing is written without a journal, and a journal that cannot be trusted is refused with a
# sentence: never restored in part, never written over.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
dir=$tree/run/thintune
journal=$dir/journal.jsonl

new_tree() { fresh intel-pstate "$tree"; }

# unwritten SENTENCE: apply says that it wrote nothing, names every setting, and ends with 4
unwritten() {
	state "$tree" >"$work/before"
	expect "$1: apply ends with 4" 4 "$THINTUNE" apply --root "$tree" --format json
	state "$tree" >"$work/after"
	same "$1: nothing is written" "$work/before" "$work/after"
	is "$1: no write is counted" 0 "$(jq .run.writes "$work/out")"
	is "$1: every setting says why" true \
		"$(jq '[.settings[] | select(.state == "skipped") | .note | test("nothing was written, since it could not be undone: .+")]
			| length > 20 and all' "$work/out")"
	is "$1: none counts as changed" 0 "$(jq '.summary.changed + .summary.failed' "$work/out")"
	expect "$1: apply in words ends with 4" 4 "$THINTUNE" apply --root "$tree"
	says "$1: in words" 'nothing was written, since it could not be undone' "$out"
}

# No place for it --------------------------------------------------------------------------------------
new_tree
rm -rf "$dir"
: >"$dir"
unwritten "a file where the journal's directory should be"
rm "$dir"
ln -s ../../../../../../../../../../../../nowhere "$dir"
unwritten "a link to nowhere for the journal's directory"
rm "$dir"
mkdir -p "$journal"
unwritten "a directory where the journal should be"
rmdir "$journal"
mkdir "$dir/.journal.jsonl.new"
unwritten "a directory where the journal is prepared"
rmdir "$dir/.journal.jsonl.new"

# The disk is full, or whatever else a write of the journal may end with.
if can_trace; then
	for failure in write:ENOSPC fsync:EIO renameat:EIO; do
		state "$tree" >"$work/before"
		run traced -o /dev/null -e trace="${failure%:*}" -e inject="${failure%:*}:error=${failure#*:}:when=1" \
			"$THINTUNE" apply --root "$tree" --output "$work/report"
		state "$tree" >"$work/after"
		same "${failure#*:} from the journal's ${failure%:*}: nothing is written" "$work/before" "$work/after"
		is "${failure#*:} from the journal's ${failure%:*}: no half journal is left" "" \
			"$(find "$dir" -name '*journal*')"
	done
	# The second time, everything is written already.
	run traced -o /dev/null -e trace=pwrite64 -e inject=pwrite64:error=EIO \
		"$THINTUNE" apply --root "$tree"
	is "EIO when the journal is closed: that is an error" 1 "$code"
	says "EIO when the journal is closed: it is named" 'cannot mark the journal' "$err"
	expect "EIO when the journal is closed: it can be undone" 0 "$THINTUNE" restore --root "$tree"
	state "$tree" >"$work/after"
	same "EIO when the journal is closed: everything is as it was" "$work/before" "$work/after"
else
	skip "the journal's write fails: nothing is written" "strace cannot trace here"
fi

# A journal that cannot be trusted -----------------------------------------------------------------------
new_tree
state "$tree" >"$work/start"
"$THINTUNE" apply --root "$tree" >/dev/null 2>&1
cp "$journal" "$work/good"
state "$tree" >"$work/applied"

# refused SENTENCE PATTERN: with the journal at hand, restore and apply touch nothing
refused() {
	local content
	content=$(cksum <"$journal")
	expect "$1: restore ends with 1" 1 "$THINTUNE" restore --root "$tree"
	says "$1: restore says so" "$2" "$err"
	printf '77\n' >"$tree/proc/sys/vm/swappiness"
	expect "$1: apply ends with 4" 4 "$THINTUNE" apply --root "$tree"
	says "$1: apply says so" "could not be undone: .*($2)" "$out"
	is "$1: apply wrote nothing" 77 "$(cat "$tree/proc/sys/vm/swappiness")"
	printf '1\n' >"$tree/proc/sys/vm/swappiness"
	state "$tree" >"$work/after"
	same "$1: nothing else was touched" "$work/applied" "$work/after"
	is "$1: nor the journal" "$content" "$(cksum <"$journal")"
}

# change SENTENCE PATTERN COMMAND...: the journal as that filter makes it of the good one
change() {
	local sentence=$1 pattern=$2
	shift 2
	"$@" <"$work/good" >"$journal"
	if cmp -s "$work/good" "$journal"; then
		not_ok "$sentence" "the test did not change the journal"
	else
		refused "$sentence" "$pattern"
	fi
}

# shellcheck disable=SC2317 # called by its name
first() { sed "2s|$1|$2|"; }

damaged='damaged or was not written by thintune'
perhaps='is damaged, or another version of thintune wrote it'
change "an empty journal" "$damaged.*empty" head -c 0
change "a journal cut in a line" "$damaged" head -c -20
change "a journal without its last line" "$damaged.*truncated" head -n -1
change "a journal with a line too many" "$damaged" awk '{ print } END { print }'
change "a journal without its head" "$damaged.*line 1" sed 1d
change "a journal that is no text" "$damaged" gzip
change "a journal with a hole in it" "$damaged" sed '3s/.*//'
change "a journal of another format" "$damaged.*another format" sed '1s|journal/1|journal/x|'
change "a journal of another version" "was written by another version" sed '1s|journal/1|journal/2|'
change "a journal of another program" "$damaged" sed '1s/.*/{"some": "thing"}/'
change "a journal with a key too many" "was written by another version" first '"owner"' '"more":1,"owner"'
change "a journal with a key too few" "$damaged" first ',"owner":null' ''
change "a journal with a key twice" "$damaged" first '"owner"' '"owner":null,"owner"'
change "a journal with an unknown kind" "$perhaps.*unknown kind" first '"kind":"[a-z]*"' '"kind":"odd"'
change "a journal with a number for a text" "$damaged" first '"had":"65536"' '"had":65536'
change "a journal with a path that is none of the kernel's" "$perhaps.*not a kernel setting" \
	first '/proc/sys/fs/aio-max-nr' '/etc/passwd'
change "a journal with a path that climbs" "$perhaps.*not a kernel setting" \
	first '/proc/sys/fs/aio-max-nr' '/proc/sys/../../etc/passwd'
change "a journal with a path twice" "$damaged.*twice" first '/proc/sys/fs/aio-max-nr' \
	"$(sed -n '3s/.*"path":"\([^"]*\)".*/\1/p' "$work/good")"
# With nothing to write, the other commands must not take it for a good one, either.
head -c 100 "$work/good" >"$journal"
run "$THINTUNE" audit --root "$tree" --format json
is "a damaged journal: an audit does not know of a half-applied plan" "3 null" "$code $(jq .half_applied <<<"$out")"
expect "a damaged journal: an audit in words" 3 "$THINTUNE" audit --root "$tree"
says "a damaged journal: an audit says so" "halfway is unknown.*$damaged" "$out"
printf 'profile: quiet\nsummary: for a test\nextends: thin-ledger\nprobe: {when: never}\nchecks: {direct-io: leave}\n' >"$work/quiet.yaml"
expect "a damaged journal: a run" 1 "$THINTUNE" run --root "$tree" --profile "$work/quiet.yaml"
is "a damaged journal: a run's gate says it once" 1 "$(grep '^gate ' <<<"$out" | grep -o "$damaged" | wc -l)"
says "a damaged journal: a run does not ask for a measurement" '^next: sudo thintune run .*mend first what is told above' "$out"
expect "a damaged journal: gate after that run" 1 "$THINTUNE" gate --root "$tree"
is "a damaged journal: gate after that run says it once" 1 "$(grep -o "$damaged" <<<"$out" | wc -l)"
rm -r "$tree/run/thintune/verdicts"
run "$THINTUNE" audit --root "$tree" --format prometheus
is "a damaged journal: metrics say that alone" "thintune_journal_unreadable 1" \
	"$(grep -E '^thintune_(half_applied|journal_unreadable) ' <<<"$out")"
run "$THINTUNE" gate --root "$tree"
says "a damaged journal: the gate says so" "halfway is unknown.*$damaged" "$out$err"
expect "a damaged journal: an apply that has nothing to write ends with 1" 1 "$THINTUNE" apply --root "$tree"
says "a damaged journal: that apply says so" "$damaged" "$err"
is "a damaged journal: that apply keeps it" 100 "$(wc -c <"$journal")"

is "nobody touched a foreign file" "no passwd" "$([ -e "$tree/etc/passwd" ] || echo no passwd)"

# Good ones of somebody else's -----------------------------------------------------------------------------
cp "$work/good" "$journal"
expect "the good journal, put back: restore works" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "the good journal, put back: everything is as it was" "$work/start" "$work/after"

sed '1s|"boot_id":"[^"]*"|"boot_id":"11111111-1111-1111-1111-111111111111"|' "$work/good" >"$journal"
expect "a journal of an earlier boot: nothing to restore" 0 "$THINTUNE" restore --root "$tree"
says "a journal of an earlier boot: it says so" 'earlier boot' "$out"
state "$tree" >"$work/after"
same "a journal of an earlier boot: nothing is written" "$work/start" "$work/after"
is "a journal of an earlier boot: it is gone" gone "$([ -e "$journal" ] || echo gone)"

sed '1s|"boot_id":"[^"]*"|"boot_id":"11111111-1111-1111-1111-111111111111"|; s|"had":"60"|"had":"42"|' \
	"$work/good" >"$journal"
run "$THINTUNE" apply --root "$tree"
is "a journal of an earlier boot: apply begins a new one" "60" \
	"$(jq -r 'select(.path == "/proc/sys/vm/swappiness") | .had' "$journal")"
expect "and that one works" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "and brings everything back" "$work/start" "$work/after"

# The first original wins, over several applies with several profiles.
printf 'profile: p\nsummary: other values\nsysctl: {vm.swappiness: 5, fs.aio-max-nr: 80000}\n' >"$work/p.yaml"
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
run "$THINTUNE" apply --root "$tree" --profile redpanda
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml"
is "after three applies the journal still has the first value, and all of ours" '60 ["5","1"]' \
	"$(jq -rc 'select(.path == "/proc/sys/vm/swappiness") | "\(.had) \(.ours)"' "$journal")"
expect "three applies can be undone at once" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "three applies: everything is as it was" "$work/start" "$work/after"
# It reaches the disk: the file, and the directory that names it.
if can_trace; then
	fresh aws-i4i "$tree"
	run traced -f -y -o "$work/trace" -e trace=fsync,renameat,renameat2,rename "$THINTUNE" apply --root "$tree"
	order=$(grep -E 'fsync|rename' "$work/trace" | head -n 3 |
		sed -E 's/.*fsync\([0-9]+<[^>]*run\/thintune>\).*/directory/; s/.*fsync\(.*/file/; s/.*rename.*/rename/' | tr '\n' ' ')
	is "the journal is flushed, renamed, and its directory flushed" "file rename directory " "$order"
else
	skip "the journal is flushed, renamed, and its directory flushed" "strace does not work here"
fi

# Without the lock nothing is put back.
fresh aws-i4i "$tree"
run "$THINTUNE" apply --root "$tree"
rm "$tree/run/thintune/lock"
mkfifo "$tree/run/thintune/lock"
state "$tree" >"$work/before"
expect "restore without a lock" 1 "$THINTUNE" restore --root "$tree"
says "says so" 'nothing was restored: cannot lock' "$err"
state "$tree" >"$work/after"
same "and changes nothing" "$work/before" "$work/after"
# Where no thintune ever ran, a restore leaves nothing behind.
fresh aws-i4i "$tree"
rm -rf "$tree/run/thintune"
expect "restore where nothing ever ran" 0 "$THINTUNE" restore --root "$tree"
is "leaves nothing behind" no "$([ -e "$tree/run/thintune" ] && echo yes || echo no)"
finish
