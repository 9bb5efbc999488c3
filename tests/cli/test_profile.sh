#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad profiles: exit 2, one sentence with file:line:column, nothing on stdout. Good ones: `profile
# show` prints what `profile check` accepts. Needs THINTUNE, the program to test.
set -u

here=$(cd "$(dirname "$0")" && pwd)
thintune=${THINTUNE:?THINTUNE must name the program}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
count=0

fail() {
	echo "FAILED: $*" >&2
	failed=$((failed + 1))
}

# refused FILE WANT: WANT must stand in the message.
refused() {
	count=$((count + 1))
	"$thintune" profile check "$1" >"$scratch/out" 2>"$scratch/err"
	code=$?
	[ $code -eq 2 ] || fail "$1: exit $code instead of 2: $(head -c 300 "$scratch/err")"
	[ ! -s "$scratch/out" ] || fail "$1: wrote to stdout"
	grep -qF -- "$2" "$scratch/err" || fail "$1: no '$2' in: $(head -c 300 "$scratch/err")"
}

# accepted ARGUMENT...: of `profile`.
accepted() {
	count=$((count + 1))
	"$thintune" profile "$@" >"$scratch/out" 2>"$scratch/err" ||
		fail "profile $*: exit $?: $(head -c 300 "$scratch/err")"
}

for file in "$here"/profile-errors/*.yaml; do
	refused "$file" "$file:$(cat "${file%.yaml}.expect")"
done

# Files that cannot stand in the repository.
mkdir "$scratch/directory.yaml"
refused "$scratch/directory.yaml" "$scratch/directory.yaml"
refused "$scratch/missing.yaml" "$scratch/missing.yaml"
truncate -s 100M "$scratch/large.yaml"
refused "$scratch/large.yaml" "$scratch/large.yaml"
head -c 4096 "$thintune" >"$scratch/binary.yaml"
refused "$scratch/binary.yaml" "$scratch/binary.yaml:1:1: byte 0x7F does not belong in a text file"
printf 'profile: bad\nsummary: \377\376\n' >"$scratch/latin.yaml"
refused "$scratch/latin.yaml" "$scratch/latin.yaml:2:10: byte 0xFF does not belong in a text file"
mkfifo "$scratch/pipe.yaml"
refused "$scratch/pipe.yaml" "$scratch/pipe.yaml"
awk 'BEGIN { printf "profile: "; for (i = 0; i < 100000; i++) printf "[" }' >"$scratch/deep.yaml"
refused "$scratch/deep.yaml" "$scratch/deep.yaml:1:17: nested deeper than 8 levels"
printf 'profile: a\nextends: b.yaml\n' >"$scratch/a.yaml"
printf 'profile: b\nextends: a.yaml\n' >"$scratch/b.yaml"
refused "$scratch/a.yaml" "$scratch/b.yaml:2:10: the profile extends itself: a -> b -> a"
refused no-such-profile "no profile 'no-such-profile'"
refused ../redpanda "cannot open '../redpanda'"

for name in redpanda thin-ledger development; do
	accepted check "$name"
	accepted show "$name"
	cp "$scratch/out" "$scratch/shown.yaml"
	grep -q ' # [a-z-]*:[0-9][0-9]*$' "$scratch/shown.yaml" || fail "show $name: no origins"
	accepted check "$scratch/shown.yaml"
	accepted list
	grep -q "$name" "$scratch/out" || fail "list: no $name"
done

echo "$count profiles, $failed failed"
[ $failed -eq 0 ]
