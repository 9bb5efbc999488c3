#!/bin/bash
# One cause is told once: over recorded nodes, with and without rights and a data directory, no text of a report repeats
# why a row is as it is, nor, with --verbose, what it is good for, and none loses it. Formats for programs have it in each row.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
program=("$shipped")

# report DIRECTORY NAME COMMAND...: its JSON and its texts
report() {
	local name=$1/$2
	shift 2
	"${program[@]}" "$@" --root "$tree" --format json --output "$name.json" --format text --output "$name.wide" >/dev/null 2>&1
	"${program[@]}" "$@" --root "$tree" --verbose --output "$name.verbose" >/dev/null 2>&1
	COLUMNS=60 "${program[@]}" "$@" --root "$tree" >"$name.narrow" 2>/dev/null
}

# told_once SENTENCE DIRECTORY
told_once() { is "$1" "" "$("$python" "$top/tests/cli/test_causes.py" "$2")"; }

mkdir "$work/nodes" "$work/nobody"
for node in $(swept_nodes); do
	fresh "$node" "$tree"
	report "$work/nodes" "$node" audit
	report "$work/nodes" "$node, no data directory" audit --data-dir /nonexistent
	set_live "$tree" capabilities
	report "$work/nodes" "$node, no capability" apply --dry-run --profile redpanda
done
told_once "each cause is told once, and none is lost" "$work/nodes"

# Who may not write reads it once, in place of twenty times.
fresh aws-i4i "$tree"
if can_be_nobody; then
	cp "$shipped" "$work/thintune"
	chmod 755 "$work"
	chmod 777 "$work/nobody"
	program=(as_nobody "$work/thintune")
	report "$work/nobody" rights apply --dry-run
	told_once "without rights, too" "$work/nobody"
	mapfile -t differing < <(grep -o 'differs.*' "$work/nobody/rights.wide")
	is "each row has its state and the mark of its cause" "$(printf '%s\n' 'differs [1]' 'differs, required [1]')" \
		"$(printf '%s\n' "${differing[@]}" | sort -u)"
	is "programs read the cause in each row" "${#differing[@]}" \
		"$(jq '[.settings[] | select(.state == "differs" and (.note | startswith("needs ")))] | length' "$work/nobody/rights.json")"
else
	skip "a caller without rights" "only root can become nobody here"
fi
finish
