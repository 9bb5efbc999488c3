#!/bin/bash
# Somebody writes right after us: two names of one file stand for it. The value held when it was read
# back, and no longer does when the node is looked at again.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
fresh aws-i4i "$tree"
ln -f "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/vm/dirty_ratio"
printf 'profile: p\nsummary: for a test\nsysctl: {vm.swappiness: 1, vm.dirty_ratio: 20}\n' >"$work/p.yaml"
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "a value that somebody changed meanwhile: code 3" 3 "$code"
is "it is contested, and says what it is now" "contested 1" \
	"$(jq -r '[.settings[] | select(.state == "contested") | "\(.state) \(.have)"] | join(",")' "$work/out")"
is "the other one stays changed" changed "$(jq -r '.settings[] | select(.setting == "vm.swappiness") | .state' "$work/out")"
finish
