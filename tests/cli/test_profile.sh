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
for form in UTF-16 UTF-16LE UTF-16BE; do
	printf 'profile: p\nsummary: s\n' | iconv -t $form >"$work/utf16.yaml"
	refused "$form" "$work/utf16.yaml" "$work/utf16.yaml:1:1: this is UTF-16 or UTF-32, which is not read: save it as UTF-8"
done
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
is "ends it, and is shown" "thintune: $work/child.yaml:3:1: not YAML: a tab does not indent; use blanks|thintune:     3 |         cpu: 1|thintune:       | ^" \
	"$(grep -v " next: " <<<"$err" | paste -sd "|")"
printf 'profile: child\nextends: parent.yaml\nsysctl:\n\tvm.x: {at-leest: 1}\nstorage:\n\tballast: 10GB\nstorage: {}\nmore: 1\n' >"$work/child.yaml"
expect "lines that tabs indent" 2 "$THINTUNE" profile check "$work/child.yaml"
is "end nothing where blanks in place of the tabs make YAML of it: each is told, and what else is wrong" \
	"child.yaml:4:1 child.yaml:6:1 child.yaml:7:1 child.yaml:4:9 child.yaml:6:11 child.yaml:8:1" "$(places)"
printf 'profile: child\nextends: parent.yaml\nsysctl:\n  vm.x: 1\n\tvm.y: 1\nmore: 1\n' >"$work/child.yaml"
expect "a tab beside blanks" 2 "$THINTUNE" profile check "$work/child.yaml"
is "is told alone: what follows may come of it" "child.yaml:5:1" "$(places)"
printf '%s\n' 'profile: child' 'extends: parent.yaml' 'sysctl:' '  vm.x: {at-most: 1}' '  vm.x: 2z' '  vm.y: {at-lest: 1}' 'sysctl:' \
	'  vm.z: {severity: requird}' 'gate: strct' >"$work/child.yaml"
expect "keys that stand twice" 2 "$THINTUNE" profile check "$work/child.yaml"
is "are told once each, with the other mistakes and nothing that follows from them" \
	"child.yaml:5:3 child.yaml:7:1 child.yaml:6:10 child.yaml:9:7" "$(places)"
is "with the line, the place, and where it stands first" \
	"thintune: $work/child.yaml:5:3: key 'vm.x' appears twice, first in line 4|thintune:     5 |   vm.x: 2z|thintune:       |   ^" \
	"$(head -n 3 <<<"$err" | paste -sd "|")"
expect "show" 2 "$THINTUNE" profile show "$work/child.yaml"
is "tells the same" "child.yaml:5:3 child.yaml:7:1 child.yaml:6:10 child.yaml:9:7" "$(places)"
printf 'profile: child\nsummary: s\nsysctl:\n  vm.swappiness: {at-lest: 1, severity: requird, why: 3, value: 1}\n%s' \
	'disk: {scheduler: [none, 1x, {}], nomerges: {value: 7, severity: oh}}' >"$work/child.yaml"
expect "mistakes within one value" 2 "$THINTUNE" profile check "$work/child.yaml"
is "are all told, each once" \
	"child.yaml:4:19 child.yaml:4:41 child.yaml:4:55 child.yaml:5:26 child.yaml:5:30 child.yaml:5:53 child.yaml:5:66" "$(places)"
expect "to show it" 2 "$THINTUNE" profile show "$work/child.yaml"
is "tells them, too" \
	"child.yaml:4:19 child.yaml:4:41 child.yaml:4:55 child.yaml:5:26 child.yaml:5:30 child.yaml:5:53 child.yaml:5:66" "$(places)"
# What to do next is another command's.
grep -v '^thintune: next: ' "$work/err" >"$work/shown"
fresh aws-i4i "$work/tree"
for command in audit apply run; do
	run "$THINTUNE" "$command" --root "$work/tree" --profile "$work/child.yaml"
	is "$command: exit code 2" 2 "$code"
	same "$command tells the same" "$work/shown" <(grep -v '^thintune: next: ' "$work/err")
done

{
	printf 'profile: child\nsysctl:\n'
	for i in $(seq 200); do printf '  wrong%d: 1\n' "$i"; done
} >"$work/child.yaml"
expect "very many mistakes" 2 "$THINTUNE" profile check "$work/child.yaml"
is "a hundred of them with their lines, and that there may be more" "301 thintune: there may be more mistakes" \
	"$(grep -vc ' next: ' <<<"$err") $(grep -v ' next: ' <<<"$err" | tail -n 1)"

# marked SENTENCE LINE MARK: in what was told of a mistake in $work/child.yaml.
marked() {
	expect "$1" 2 "$THINTUNE" profile check "$work/child.yaml"
	is "is shown, with a mark below" "thintune: $2|thintune: $3" "$(sed -n '2,3p' <<<"$err" | paste -sd '|')"
}
printf 'profile: child\ndisk: {scheduler:\tnone, nomerges: 3}\n' >"$work/child.yaml"
marked "a tab before the mistake" '    2 | disk: {scheduler:       none, nomerges: 3}' '      |                                         ^'
printf 'profile: child\nsummary: s\ndisk: {scheduler: \xe6\xbc\xa2\xc3\xa4, nomerges: 3}\n' >"$work/child.yaml"
marked "characters of two bytes and of two columns before it" \
	$'    3 | disk: {scheduler: \xe6\xbc\xa2\xc3\xa4, nomerges: 3}' '      |                                  ^'
printf 'profile: child\nsummary: \x1b[2Jx\n' >"$work/child.yaml"
marked "what commands a terminal" '    2 | summary: \x1B[2Jx' '      |          ^'
printf 'profile: child\ndisk: {%0100d: 1, nomerges: 3}\n' 0 >"$work/child.yaml"
run "$THINTUNE" profile check "$work/child.yaml"
lacks "no line of it is wider than a terminal" '^.{81}' "$(sed -n '/ | /p' <<<"$err")"
# meant SENTENCE TEXT: the profile child with that line is refused with these words.
meant() {
	printf 'profile: child\n%s\n' "$1" >"$work/child.yaml"
	run "$THINTUNE" profile check "$work/child.yaml"
	says "what is meant by $1" "$2\$" "$(sed -n 1p <<<"$err")"
}
meant 'disk: {read-ahead: 10GB}' "not '10GB'; did you mean 10GiB[?]"
meant 'disk: {read-ahead: 64 kib}' "not '64 kib'; did you mean 64KiB[?]"
meant 'disk: {io-timeout: 240}' "not '240'; it needs a unit, as in 240ms or 240s"
meant 'disk: {io-timeout: 4 minutes}' "not '4 minutes'; did you mean 4min[?]"
meant 'disk: {read-ahead: 10XB}' "not '10XB'"
meant 'cpu: {governor: performanc}' "not 'performanc'; did you mean 'performance'[?]"
meant 'extends: redpnda' "built in are .*; did you mean 'redpanda'[?]"
printf 'profile: sites\nextends: redpanda\n' >"$work/site.yaml"
expect "a name that does not match its file, given by its path" 0 "$THINTUNE" profile check "$work/site.yaml"
is "is a warning" "thintune: $work/site.yaml: the profile is called 'sites', so \`--profile sites\` finds it only in a file called sites.yaml" "$err"
cp "$work/site.yaml" "$work/sites.yaml"
expect "one that does" 0 "$THINTUNE" profile check "$work/sites.yaml"
is "is none" "" "$err"
expect "a misspelt name" 2 "$THINTUNE" profile check thin-leger
says "which one is meant" "did you mean 'thin-ledger'[?]\$"

# A kernel setting that the node does not have.
printf '%s\n' 'profile: slip' 'extends: redpanda' 'sysctl: {vm.swapiness: 1, kernel.numa_balancing: 0, vm.quite_odd: 1}' \
	'overlays:' '  - when: {cloud: azure}' '    sysctl: {vmm.swappiness: 1, vmm.swapiness: 1}' >"$work/slip.yaml"
expect "misspelt sysctls are no mistake" 0 "$THINTUNE" profile check "$work/slip.yaml" --root "$work/tree"
says "but counted" '^.*slip.yaml: profile slip is good: [0-9]+ values from .*; 2 warnings$' "$out"
is "and told, with what may be meant" \
	"slip.yaml:3: this node has no sysctl 'vm.swapiness'; did you mean 'vm.swappiness'? slip.yaml:6: this node has no sysctl 'vmm.swappiness'; did you mean 'vm.swappiness'?" \
	"$(paste -sd ' ' <<<"${err//thintune: $work\//}")"
run "$THINTUNE" audit --root "$work/tree" --profile "$work/slip.yaml"
says "an audit has a row for it" '^  vm.swapiness +- +1 +unsupported \[[0-9]\] \(did you mean vm.swappiness\?\)$' "$out"
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
