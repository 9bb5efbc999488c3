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

# Somebody has accepted that: it is no difference, and still said.
fresh aws-i4i "$tree"
ln -f "$tree/proc/sys/vm/swappiness" "$tree/proc/sys/vm/dirty_ratio"
cat >>"$work/p.yaml" <<-END
	waivers: [{what: sysctl vm.dirty_ratio, reason: r, owner: o, until: $(date -u -d '30 days' +%F)}]
END
sed -i 's/vm.dirty_ratio: 20/vm.dirty_ratio: 60/' "$work/p.yaml"
run "$THINTUNE" apply --root "$tree" --profile "$work/p.yaml" --format json
is "where it is waived: code 0" 0 "$code"
is "it is waived, and says what it is now" "waived 1 it was right a moment ago and is 1 now" \
	"$(jq -r '.settings[] | select(.setting == "vm.dirty_ratio") | "\(.state) \(.have) \(.note | split(":")[0])"' "$work/out")"
finish
