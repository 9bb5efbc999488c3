# shellcheck shell=bash
# Which packages of the distribution a static build has taken something from, by the linker's own map: each archive
# belongs to a package. Sourced by licences and sbom, which set build, and sysroot where the packages unpacked
# there (see scripts/sysroot) are asked instead of the machine's.
: "${build:?}" "${sysroot=}"

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# The archives and start-up objects that the linker took something from.
linked_files() {
	[ -s "$build/thintune.map" ] || fail "no $build/thintune.map: is this a static build?"
	sed -n -e 's/^LOAD \(.*\)$/\1/p' "$build/thintune.map" | grep -E '\.(a|o)$' | grep '^/' |
		xargs -n 1 realpath | sort -u
}

package_of() {
	local file=$1
	if [ -n "$sysroot" ] && [ "${file#"$sysroot"/}" != "$file" ]; then
		grep -rlxF "${file#"$sysroot"}" "$sysroot/.packages" | head -n 1 | xargs -r basename
		return
	fi
	# On a merged /usr the package may know the file by its other name.
	{ dpkg -S "$file" 2>/dev/null || dpkg -S "${file#/usr}" 2>/dev/null || true; } |
		head -n 1 | cut -d : -f 1
}

# Whole archives of ours are listed by the map too; what was not found in a package ends this.
linked_packages() {
	local file package list
	list=$(while read -r file; do
		package=$(package_of "$file")
		[ -n "$package" ] || fail "$file belongs to no package"
		printf '%s\n' "$package"
	done < <(linked_files) | sort -u) || exit 1
	[ -n "$list" ] || fail "the linker's map names no archive"
	printf '%s\n' "$list"
}
