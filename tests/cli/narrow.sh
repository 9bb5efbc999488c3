#!/bin/bash
# Narrow terminals: over all recorded nodes and every report, no line is wider than it must be, no number is cut from
# its unit, and from 80 columns on no word is broken.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
# fits COLUMNS NAME: $work/NAME.COLUMNS has what NAME.wide has, at that width; judged looks at all of them at once
fits() { pairs+=("$1" "$work/$2.wide" "$work/$2.$1"); }

# judged NODE: sets $problem
judged() {
	local complaint
	complaint=$("$python" "$top/tests/cli/test_narrow.py" "${pairs[@]}") || problem="$1: $complaint"
	pairs=()
}

# What varies from run to run must not make a difference of its own.
steady() { sed -E 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/2026-11-30T14:00:00Z/g; s/[0-9]+ s ago/0 s ago/; s/process [0-9]+/process 1/; s/[0-9a-f]{64}/HASH/'; }

# print NAME COLUMNS COMMAND...: COLUMNS empty: no limit
print() {
	local name=$1 columns=$2
	shift 2
	COLUMNS=$columns "$shipped" "$@" 2>/dev/null | steady >"$work/$name"
}

problem=
pairs=()
commands=(audit "audit -v" "audit --strict --profile redpanda" "audit --skip disk-queue" facts "facts -v" status gate "probe --quick")
for node in $(swept_nodes); do
	fresh "$node" "$tree"
	"$shipped" run --root "$tree" >/dev/null 2>&1
	for command in "${commands[@]}"; do
		# shellcheck disable=SC2086 # words
		print "$command.wide" "" $command --root "$tree"
		for columns in 60 80 120; do
			# shellcheck disable=SC2086
			print "$command.$columns" "$columns" $command --root "$tree"
			fits "$columns" "$command"
		done
	done
	# These write: each finds the node as the last one did.
	for columns in "" 60 80 120; do
		fresh "$node" "$tree"
		for command in apply run restore; do
			print "$command.${columns:-wide}" "$columns" "$command" --root "$tree"
			[ -z "$columns" ] || fits "$columns" "$command"
		done
	done
	judged "$node"
done
is "no line is too wide, and no figure and no word is broken" "" "$problem"

# Of several nodes, and of one in time.
problem=
for node in $(nodes | head -n 3); do
	"$shipped" audit --root "$(tree "$node")" --format json --output "$work/$node.json"
done
cd "$work" || exit 1
files=("$work"/*.json)
fresh aws-i4i "$tree"
"$shipped" apply --root "$tree" >/dev/null 2>&1
number=0
for command in "compare ${files[0]} ${files[1]}" "compare ${files[*]}" "compare ${files[0]} --profile redpanda" "history --root $tree" \
	"history --verify --root $tree"; do
	number=$((number + 1))
	name="${command%% *} $number"
	# shellcheck disable=SC2086
	print "$name.wide" "" $command
	for columns in 60 80 120; do
		# shellcheck disable=SC2086
		print "$name.$columns" "$columns" $command
		fits "$columns" "$name"
	done
done
judged "several reports"
is "nor in a comparison or the history" "" "$problem"

# COLUMNS counts where it is a number of columns, and never makes a file of another shape.
fresh aws-i4i "$tree"
for columns in 0 abc -1 99999999; do
	print odd.wide "" audit --root "$tree"
	print odd.narrow "$columns" audit --root "$tree"
	same "COLUMNS=$columns says nothing" "$work/odd.wide" "$work/odd.narrow"
done
COLUMNS=60 "$shipped" audit --root "$tree" --output "$work/file"
same "a file has no columns" "$work/odd.wide" <(steady <"$work/file")
COLUMNS=20 "$shipped" audit --root "$tree" | steady >"$work/least"
print odd.narrow 60 audit --root "$tree"
same "60 is the least" "$work/odd.narrow" "$work/least"
finish
