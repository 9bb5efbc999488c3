# shellcheck shell=bash
# What the packages have in common: who, which version, which time, and their files. Sourced by their build scripts, which
# take the build directory as $1 and the directory for the package as $2.
# The same sources give the same package: its times are SOURCE_DATE_EPOCH, else the last commit's. DEBFULLNAME and DEBEMAIL
# say who answers for it, as other tools of Debian have it.
# shellcheck disable=SC2034 # those who source it use them
set -euo pipefail
packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$packaging/.." && pwd)
build=$(realpath "${1:-$top/build}")
output=${2:-$build}

version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$top/meson.build")
# Of the package, among those of one version: 1 of "thintune (0.1.0-1) ...".
revision=$(sed -n '1s/.*-\([0-9]*\)).*/\1/p' "$packaging/changelog")
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH=$epoch
maintainer="${DEBFULLNAME:-the thintune authors} <${DEBEMAIL:-thintune@localhost}>"

mkdir -p "$output"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

# fill TREE: what `meson install` installs, which is the one list of files, and what is known of the build
fill() {
	local tree=$1 doc=$1/usr/share/doc/thintune
	mkdir "$tree"
	DESTDIR=$tree meson install -C "$build" --no-rebuild --quiet >/dev/null
	find "$tree" -name __pycache__ -prune -exec rm -r {} +
	find "$tree/usr/share/man" -type f -exec gzip -9n {} +
	"$top/scripts/licences" "$build" >"$doc/LICENCES"
	"$top/scripts/sbom" "$build" >"$doc/sbom.spdx.json"
	chmod -R u+rwX,go+rX,go-w "$tree"
}
