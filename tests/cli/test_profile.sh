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
