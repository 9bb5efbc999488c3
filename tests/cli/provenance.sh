#!/bin/bash
# Every report says which build made it and with which options; what it says of the build is what other tools find.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$(tree uni)
part() { sed -n "s/^$1 *//p" "$work/version"; }
"$THINTUNE" --version --verbose >"$work/version"
is "--version --verbose begins as --version does" "$("$THINTUNE" --version)" "$(head -n 1 "$work/version")"
id=$(part build-id)
is "its SHA-256 is that of the file" "$(sha256sum "$THINTUNE" | cut -d' ' -f1)" "$(part sha256)"
if command -v readelf >/dev/null; then
	is "its build ID is that of the linker" "$(readelf -n "$THINTUNE" | sed -n 's/ *Build ID: //p')" "$id"
else
	skip "its build ID is that of the linker" "there is no readelf here"
fi
says "its commit is one, or unknown" '^([0-9a-f]{40}(-dirty)?|unknown)$' "$(part commit)"

# Reports ------------------------------------------------------------------------------------------------------
audit() { "$THINTUNE" audit --root "$tree" "$@"; }
audit --format json --strict --skip sysctl,boot --broker-memory 8GiB --output "$work/a b.json"
is "JSON says which build" "thintune $(part commit) $id null" \
	"$(jq -r '.tool | "\(.name) \(.commit) \(.build_id) \(.sha256)"' "$work/a b.json")"
is "and which options" "[\"--root $tree\",\"--broker-memory 8589934592\",\"--skip sysctl,boot\",\"--strict\",\"--format json\",\"--output '$work/a b.json'\"]" \
	"$(jq -c .run.options "$work/a b.json")"
is "with --verbose also its SHA-256" "$(part sha256)" "$(audit --format json --verbose | jq -r .tool.sha256)"
is "facts say the same" "$(part commit) $id" "$("$THINTUNE" facts --root "$tree" --format json | jq -r '.tool | "\(.commit) \(.build_id)"')"
for format in html junit csv; do
	run audit --strict --format "$format"
	says "$format says which build" "$id" "$out"
	says "$format says which commit" "$(part commit)" "$out"
	says "$format says which options" "--root $tree --strict --format $format" "$out"
done
says "HTML has the SHA-256, too" "$(part sha256)" "$(audit --format html)"
fresh uni "$work/node"
for command in apply run restore; do
	is "$command says it as well" "$id [\"--root $work/node\",\"--format json\"]" \
		"$("$THINTUNE" "$command" --root "$work/node" --format json | jq -c '.tool.build_id, .run.options' | tr -d '\n' |
			sed 's/^"\([0-9a-f]*\)"/\1 /')"
done
is "an option that is given twice counts once" '["--profile redpanda","--root '"$tree"'","--format json"]' \
	"$(audit --profile thin-ledger --profile redpanda --format json | jq -c .run.options)"

# Where the commit comes from ----------------------------------------------------------------------------------
commit() { (cd / && "$1/scripts/commit" 2>/dev/null); }
copy=$work/copy
mkdir -p "$copy/scripts"
cp "$top/scripts/commit" "$copy/scripts"
is "a tree that is no checkout has none" "" "$(commit "$copy")"
is "but what the environment says" abc "$(THINTUNE_COMMIT=abc commit "$copy")"
if command -v git >/dev/null; then
	checkout() { git -C "$1" -c user.name=x -c user.email=x@example.org -c init.defaultBranch=x "${@:2}"; }
	checkout "$work" init -q
	is "nor has one within another checkout" "" "$(commit "$copy")"
	checkout "$copy" init -q && checkout "$copy" add . && checkout "$copy" commit -qm x
	is "a checkout has its commit" "$(checkout "$copy" rev-parse HEAD)" "$(commit "$copy")"
	checkout "$copy" tag v9
	is "whatever is tagged" "$(checkout "$copy" rev-parse HEAD)" "$(commit "$copy")"
	echo '# changed' >>"$copy/scripts/commit"
	is "and says if it was changed" "$(checkout "$copy" rev-parse HEAD)-dirty" "$(commit "$copy")"
else
	skip "a checkout has its commit" "there is no git here"
fi
finish
