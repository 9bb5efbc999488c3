#!/bin/bash
# A channel change on a node of more than four CPUs, whose masks the kernel pads with zeroes: what it
# resets is compared by meaning, so a restore ends well and says so. Journals of 0.1.0 hold these masks
# as the kernel printed them.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
journal=$tree/run/thintune/journal.jsonl
printf 'profile: x\nsummary: s\nextends: redpanda\nirq: {placement: auto}\n' >"$work/x.yaml"

# applied: from unusual values of every such mask
applied() {
	fresh cpus16 "$tree"
	disturb "$tree"
	find "$tree/sys/devices" -name '[rx]ps_cpus' -exec sh -c 'echo 0041 >"$1"' sh {} \;
	state "$tree" >"$work/before"
	run "$THINTUNE" apply --root "$tree" --profile "$work/x.yaml"
	is "masks are in the journal by meaning" '"41"' \
		"$(jq -c 'select(.path | tostring | test("[rx]ps_cpus")) | .had' "$journal" | sort -u)"
}

# undone SENTENCE
undone() {
	expect "$1: restore ends with 0" 0 "$THINTUNE" restore --root "$tree" --format json
	is "$1: nothing has failed" 0 "$(jq .summary.failed "$work/out")"
	state "$tree" >"$work/after"
	same "$1: everything is as it was" "$work/before" "$work/after"
	is "$1: the journal is gone" gone "$([ -e "$journal" ] || echo gone)"
}

applied
undone "masks that are padded"

applied
jq -c 'if .kind == "cpu-mask" and (.path | test("[rx]ps_cpus")) then .had = "0041" else . end' \
	"$journal" >"$work/old"
cp "$work/old" "$journal"
is "the journal of 0.1.0 has the kernel's text" '"0041"' \
	"$(jq -c 'select(.path | tostring | test("[rx]ps_cpus")) | .had' "$journal" | sort -u)"
undone "a journal of 0.1.0"
finish
