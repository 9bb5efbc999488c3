#!/bin/bash
# Bad profiles: exit 2, one sentence with file:line:column, nothing on stdout. Good ones: what
# `profile show` prints, `profile check` accepts. A bad file's message is in FILE.expect.
. "$(dirname "$0")/lib.sh"
errors=$(cd "$(dirname "$0")" && pwd)/profile-errors

# refused NAME FILE MESSAGE: the message may continue after that.
refused() {
	run "$THINTUNE" profile check "$2"
	if [ "$code" -eq 2 ] && [ -z "$out" ] && grep -qF -- "$3" <<<"$err"; then
		ok "refused: $1"
	else
		not_ok "refused: $1" "exit code $code, wanted 2 and: $3" "$err" "$out"
	fi
}

for file in "$errors"/*.yaml; do
	name=${file##*/}
	refused "${name%.yaml}" "$file" "$file:$(cat "${file%.yaml}.expect")"
done

# What cannot stand in the repository.
mkdir "$work/directory.yaml"
refused "a directory" "$work/directory.yaml" "'$work/directory.yaml': it is a directory"
refused "a file that is missing" "$work/missing.yaml" "'$work/missing.yaml'"
truncate -s 100M "$work/large.yaml"
refused "100 MB" "$work/large.yaml" "'$work/large.yaml': 104857600 bytes"
head -c 4096 "$THINTUNE" >"$work/binary.yaml"
refused "a program" "$work/binary.yaml" "$work/binary.yaml:1:1: byte 0x7F does not belong"
printf 'profile: bad\nsummary: x\0y\n' >"$work/nul.yaml"
refused "NUL" "$work/nul.yaml" "$work/nul.yaml:2:11: byte 0x00 does not belong in a text file"
printf 'profile: bad\nsummary: \377\376\n' >"$work/latin.yaml"
refused "no UTF-8" "$work/latin.yaml" "$work/latin.yaml:2:10: byte 0xFF does not belong"
mkfifo "$work/pipe.yaml"
refused "a pipe" "$work/pipe.yaml" "'$work/pipe.yaml': it is not a regular file"
awk 'BEGIN { printf "profile: "; for (i = 0; i < 100000; i++) printf "[" }' >"$work/deep.yaml"
refused "100,000 levels" "$work/deep.yaml" "$work/deep.yaml:1:17: nested deeper than 8 levels"
printf 'profile: a\nextends: b.yaml\n' >"$work/a.yaml"
printf 'profile: b\nextends: a.yaml\n' >"$work/b.yaml"
refused "a circle of two" "$work/a.yaml" \
	"$work/b.yaml:2:10: the profile extends itself: a -> b -> a"
refused "an unknown name" no-such-profile "no profile 'no-such-profile'"
refused "a name that is a path" ../redpanda "'../redpanda'"

# places: of the mistakes that were told, "FILE:LINE:COLUMN" without the directory
places() { sed -n 's|^thintune: .*/\([a-z]*\.yaml:[0-9]*:[0-9]*\): .*|\1|p' <<<"$err" | paste -sd ' '; }
cat >"$work/child.yaml" <<-'END'
	profile: child
	gate: odd
	extends: parent.yaml
	sysctl: {vm.x: {at-leest: 1}, novm: 1, vm.dirty_ratio: 5}
	probe: {floors: {fsync: 1ms, read-p99: 1}}
	overlays:
	  - when: {cloud: mars, kernel: "> x"}
	    sysctl: {vm: 1}
	    nonsense: {a: 1}
	  - sysctl: {vm.x: 1}
	more: 1
END
printf 'profile: parent\nsummary: for a test\ncpu: {governer: performance}\nmemory: []\n' >"$work/parent.yaml"
expect "more than one mistake" 2 "$THINTUNE" profile check "$work/child.yaml"
is "all of them are told, also those of what it extends" \
	"child.yaml:2:7 child.yaml:4:17 child.yaml:4:31 child.yaml:5:18 child.yaml:5:40 child.yaml:7:19 child.yaml:7:33 child.yaml:8:14 child.yaml:9:5 child.yaml:10:5 child.yaml:11:1 parent.yaml:3:7 parent.yaml:4:9" \
	"$(places)"
printf '%s\n' 'profile: child' 'extends: parent.yaml' 'sysctl: {vm.x: {at-most: 1}, vm.y: {at-most: 1}, vm.z: {severity: required}}' >"$work/child.yaml"
printf '%s\n' 'profile: parent' 'sysctl: {vm.x: {at-least: 2}, vm.y: {at-least: 2}}' >"$work/parent.yaml"
expect "mistakes that only show together" 2 "$THINTUNE" profile check "$work/child.yaml"
is "all of them, too" "child.yaml:3:16 child.yaml:3:36 child.yaml:3:56" "$(places)"
printf 'profile: child\nextends: parent.yaml\n\tcpu: 1\n' >"$work/child.yaml"
expect "what is no YAML" 2 "$THINTUNE" profile check "$work/child.yaml"
is "ends it" 1 "$(wc -l <<<"$err")"
printf 'profile: child\nsummary: s\nsysctl:\n  vm.swappiness: {at-lest: 1, severity: requird, why: 3, value: 1}\n%s' \
	'disk: {scheduler: [none, 1x, {}], nomerges: {value: 7, severity: oh}}' >"$work/child.yaml"
expect "mistakes within one value" 2 "$THINTUNE" profile check "$work/child.yaml"
is "are all told, each once" \
	"child.yaml:4:19 child.yaml:4:41 child.yaml:4:55 child.yaml:5:26 child.yaml:5:30 child.yaml:5:53 child.yaml:5:66" "$(places)"
expect "to show it" 2 "$THINTUNE" profile show "$work/child.yaml"
is "tells the first one" "child.yaml:4:19" "$(places)"
{
	printf 'profile: child\nsysctl:\n'
	for i in $(seq 200); do printf '  wrong%d: 1\n' "$i"; done
} >"$work/child.yaml"
expect "very many mistakes" 2 "$THINTUNE" profile check "$work/child.yaml"
is "a hundred of them, and that there may be more" "101 thintune: there may be more mistakes" \
	"$(wc -l <<<"$err") $(tail -n 1 <<<"$err")"

# A kernel setting that the node does not have.
fresh aws-i4i "$work/tree"
printf '%s\n' 'profile: slip' 'extends: redpanda' 'sysctl: {vm.swapiness: 1, kernel.numa_balancing: 0, vm.quite_odd: 1}' \
	'overlays:' '  - when: {cloud: azure}' '    sysctl: {vmm.swappiness: 1, vmm.swapiness: 1}' >"$work/slip.yaml"
expect "misspelt sysctls are no mistake" 0 "$THINTUNE" profile check "$work/slip.yaml" --root "$work/tree"
says "but counted" '^.*slip.yaml: profile slip is good: [0-9]+ values from .*; 2 warnings$' "$out"
is "and told, with what may be meant" \
	"slip.yaml:3: this node has no sysctl 'vm.swapiness'; did you mean 'vm.swappiness'? slip.yaml:6: this node has no sysctl 'vmm.swappiness'; did you mean 'vm.swappiness'?" \
	"$(paste -sd ' ' <<<"${err//thintune: $work\//}")"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/slip.yaml"
says "an audit has a row for it" '^  vm.swapiness +- +1 +unsupported \(not .*; did you mean vm.swappiness\?\)$' "$out"
lacks "and no guesses about the others" 'quite_odd.*did you mean|numa_balancing.*did you mean' "$out"
run "$THINTUNE" profile check "$work/slip.yaml"
says "the machine itself is asked without --root" "slip.yaml:3: this node has no sysctl 'vm.quite_odd'\$" "$err"
expect "a root that is no node" 2 "$THINTUNE" profile check "$work/slip.yaml" --root "$work"

# The commands that work with a profile refuse it before they touch anything.
run "$THINTUNE" apply --profile "$errors/unknown-key.yaml" --root "$work"
is "apply: exit code 2 for a bad profile" 2 "$code"

for name in $profiles; do
	expect "$name is accepted" 0 "$THINTUNE" profile check "$name"
	expect "$name is shown" 0 "$THINTUNE" profile show "$name"
	says "$name is shown with origins" ' # [a-z-]+:[0-9]+$'
	printf '%s\n' "$out" >"$work/shown.yaml"
	expect "$name as shown is accepted" 0 "$THINTUNE" profile check "$work/shown.yaml"
done
expect "profiles are listed" 0 "$THINTUNE" profile list
for name in $profiles; do
	says "$name is listed" "^ *$name "
done

finish
