#!/bin/bash
# usage: owners-random.sh [SEED]
# Two hours of one node that an agent watches, on which a broker's init container starts time and again, and on which a
# person applies and restores, each with profiles of its own that change now and then, in random orders. Nobody else
# writes. Whoever has written a file does not write it again before a profile changes or somebody restores: so no two
# of them ever write over each other in turn. The orders are those of one seed, so that a run can be had again.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/watch-lib.sh disable=SC1091
. "$top/tests/cli/watch-lib.sh"

seed=${1:-7}
echo "# seed $seed"
RANDOM=$seed
tree=$work/tree
history=$tree/var/lib/thintune/history.jsonl
state_file=$tree/run/thintune/public/watch.json
program=$shipped
broker=broker:thin-ledger/redpanda-0

# What they want of the same files: values that no single one meets, and bounds that one can.
profiles=()
profile() {
	printf 'profile: site\nsummary: for a test\n%s\n' "$2" >"$work/$1.yaml"
	profiles+=("$work/$1.yaml")
}
profile a 'extends: redpanda'
profile b 'extends: thin-ledger'
profile c 'extends: development'
profile d 'sysctl: {vm.swappiness: 7, fs.aio-max-nr: {at-least: 2000000}, vm.dirty_ratio: {at-most: 15}, net.core.somaxconn: 5000}'
profile e 'sysctl: {vm.swappiness: 9, fs.aio-max-nr: {at-least: 3000000}, vm.dirty_ratio: {at-most: 12}, net.core.somaxconn: {at-least: 6000}}'
profile f 'sysctl: {vm.swappiness: {one-of: [7, 9]}, fs.aio-max-nr: 1000000, vm.dirty_ratio: 14}'
profile g 'extends: redpanda
irq: {placement: dedicated}'

question aged '.seconds -= 60 | .repaired |= map(.repaired -= 60 | .until = ([.until - 60, 0] | max) |
	.rewritten |= map(. - 60 | select(. >= 0)) | .excused |= map(. - 60 | select(. >= 0)) |
	select(.repaired >= 0))'
# later: a minute has gone by for the watch, whose only memory is its file
later() {
	ask aged "$state_file" >"$work/aged" && [ -s "$work/aged" ] && cp "$work/aged" "$state_file"
}

# epoch: from here on everybody may write each file once more
epoch() { wc -l <"$history" >>"$work/epochs"; }

# another WHO: the profile of the agent, of the broker or of the person is another one
another() {
	cp "${profiles[RANDOM % ${#profiles[@]}]}" "$work/new.yaml"
	if ! cmp -s "$work/new.yaml" "$work/$1/site.yaml"; then
		epoch
		mv "$work/new.yaml" "$work/$1/site.yaml"
		if [ "$1" = agent ]; then look file; fi
	fi
}

# look CAUSE: the watch looks, unless a file has woken it
look() {
	[ "$1" = file ] || kill -USR1 "$watch_pid"
	hear
	[[ $heard == *STATUS=*" ($1): "* ]] || problem="wanted a look ($1), heard: $heard"
}

# acts COMMAND [OPTION]...: of somebody who does not stay
acts() {
	"$program" "$@" --root "$tree" >"$work/out" 2>"$work/err"
	case $? in
	0 | 3 | 4) ;;
	*) problem="$* ended: $(cat "$work/err")" ;;
	esac
}

minute() {
	case $((RANDOM % 100)) in
	[0-9] | [1-4][0-9]) look sigusr1 ;;
	5[0-9] | 6[0-9]) acts run --profile "$work/broker/site.yaml" --owner "$broker" ;;
	7[0-9] | 8[0-7]) acts apply --profile "$work/person/site.yaml" ;;
	88) epoch && acts restore ;;
	89) epoch && acts restore --owner host ;;
	90) epoch && acts restore --owner "$broker" ;;
	91) epoch && acts watch --resume ;;
	*)
		local who=(agent broker person)
		another "${who[RANDOM % 3]}"
		;;
	esac
	later
}

# Whoever wrote a file twice between two epochs.
judge='
import json, sys
lines = [json.loads(text) for text in open(sys.argv[1])]
epochs = [int(line) for line in open(sys.argv[2])]
# What each queue is to have follows from how many there are.
resized = [number for number, line in enumerate(lines) if any("/channels/" in change["path"] for change in line["changes"])]
seen, writers = {}, set()
for number, line in enumerate(lines):
    if line["command"] == "restore":
        continue
    epoch = sum(start <= number for start in epochs)
    sizes = sum(start < number for start in resized)
    for change in line["changes"]:
        path = change["path"]
        key = (epoch, sizes if "/queues/" in path else 0, line["owner"], path)
        writers.add(line["owner"])
        if key in seen:
            print(*key[2:], "is written in line", number + 1, "and in line", seen[key], line["command"], change)
        seen[key] = number + 1
# One alone has nobody to write over.
if len(writers) < 2:
    print("only these wrote:", writers)
'

# two_hours NODE
two_hours() {
	local left
	fresh "$1" "$tree"
	disturb "$tree"
	state "$tree" >"$work/before"
	mkdir -p "$work/agent" "$work/broker" "$work/person" "$tree/var/lib/thintune"
	: >"$history"
	: >"$work/epochs"
	for left in agent broker person; do cp "${profiles[RANDOM % ${#profiles[@]}]}" "$work/$left/site.yaml"; done
	problem=
	listen
	watch --repair --interval 24h --profile "$work/agent/site.yaml" --owner agent
	hear
	for ((left = minutes; left > 0; left--)); do
		[ -n "$problem" ] || minute
	done
	stop
	[ -n "$problem" ] || problem=$("$python" -c "$judge" "$history" "$work/epochs" 2>&1)
	is "$1: whoever has written a file does not write it again" "" "$problem"
	"$program" restore --root "$tree" >"$work/out" 2>&1
	state "$tree" >"$work/after"
	same "$1: and a restore brings the node back" "$work/before" "$work/after"
}

nodes=(cpus16 aws-i4i intel-pstate) minutes=120
! is_sweep_short || nodes=(cpus16) minutes=40
for node in "${nodes[@]}"; do two_hours "$node"; done
finish
