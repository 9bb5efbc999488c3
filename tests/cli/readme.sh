#!/bin/bash
# The README's three commands print what it shows, but for the time and the profile's digest.
# usage: readme.sh [--update]      --update writes what they print into the README
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# anew: the README, with what each command that follows "$ thintune" in a block of that part prints below it
anew() {
	local line part=false block=false
	while IFS= read -r line; do
		case $line in
		'<!-- commands -->') part=true ;;
		'<!-- /commands -->') part=false ;;
		'```') if $block; then block=false; else block=$part; fi ;;
		'$ thintune '*)
			printf '%s\n' "$line"
			read -ra words <<<"${line#* thintune }"
			"$THINTUNE" "${words[@]}" 2>>"$work/err"
			continue
			;;
		*) ! $block || continue ;;
		esac
		printf '%s\n' "$line"
	done <"$top/README.md"
}
timeless() { sed -E 's/[0-9]{4}-[0-9-]{5}T[0-9:]{8}Z/TIME/; s/(sha256) [0-9a-f]{12}/\1 DIGEST/' "$1"; }

# shellcheck disable=SC2016 # the page's
unpack=$(sed -n 's/.*`thintune \(unpack [^`]*\)`.*/\1/p' "$top/README.md")
read -ra words <<<"$unpack"
cd "$top" || exit 1
"$THINTUNE" "${words[@]:0:2}" "$work/${words[2]}"
cd "$work" || exit 1
anew >README.md
if [ "${1:-}" = --update ]; then
	cp README.md "$top/README.md"
fi
is "the README has three commands" 3 "$(grep -c '^\$ thintune ' "$top/README.md")"
same "which print what it shows" <(timeless "$top/README.md") <(timeless README.md)
is "and leave the recorded node as it was" "" "$("$THINTUNE" unpack "$top/tests/nodes/numa2.node" "$work/second" && diff -r --no-dereference "$work/second/sys" "$work/node/sys")"
finish
