# shellcheck shell=bash
# What every script of this directory on the host's side shares. Sourced, never run.
#
# Exit codes of the scripts here: 0 done, 1 failed, 2 used wrongly, 77 cannot be tried on this
# machine (a tool or a download is missing; the sentence on stderr says which).

# Debian keeps depmod, mkfs.xfs, mdadm and lvm where a normal user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH LC_ALL=C

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
	say "$*"
	exit 1
}

cannot() {
	say "$*"
	exit 77
}

usage_error() {
	say "$*"
	exit 2
}

need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || cannot "$tool is not installed"
	done
}

cache_dir() {
	printf '%s\n' "${THINTUNE_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/thintune}"
}

# The binary under test. It must be static: the nodes have no other libraries.
thintune_binary() {
	local binary=${THINTUNE:-$here/../../build/thintune}
	[ -x "$binary" ] || cannot "$binary does not exist; scripts/run builds it"
	printf '%s\n' "$binary"
}

# A directory appears under its final name only when it is complete. Whoever loses the race to
# another run of the same script takes the winner's.
publish() {
	local temp=$1 final=$2
	chmod -R u+rwX,go+rX "$temp"
	if ! mv -T "$temp" "$final" 2>/dev/null; then
		rm -rf "$temp"
		[ -d "$final" ] || fail "cannot create $final"
	fi
}

# What no run used for a month is dropped from the cache.
prune() {
	touch "$1"
	find "${1%/*}" -maxdepth 1 \( -name 'linux-image-*' -o -name 'initramfs-*' -o -name '.*.??????' \) \
		-mtime +30 -exec rm -rf {} +
}

short_hash() { sha256sum | cut -c 1-12; }
