# shellcheck shell=bash
# File systems of one's own for the tests of the probe, with their images in memory, so that other
# work on this machine's disk does not show. Sourced after lib.sh, as root.
# shellcheck disable=SC2154 # work is of lib.sh

disk=
mounts=()
# shellcheck disable=SC2317 # called by the trap
unmount_all() {
	local mount
	for mount in "${mounts[@]}"; do umount -l "$mount"; done
	finish_work
}
trap unmount_all EXIT

mkdir "$work/images"
if mount -t tmpfs -o size=3G none "$work/images" 2>/dev/null; then
	mounts=("$work/images")
fi

# on FS [SIZE]: a fresh file system in $disk that belongs to 101:101; false where it cannot be had
on() {
	local image=$work/images/$1-${#mounts[@]}.img
	disk=$work/${1}-${#mounts[@]}
	mkdir "$disk"
	case $1 in
	tmpfs) mount -t tmpfs -o size=400M none "$disk" ;;
	overlay)
		mkdir "$work/lower" "$work/upper" "$work/worker"
		mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/worker" none "$disk"
		;;
	*)
		command -v "mkfs.$1" >/dev/null || return 1
		truncate -s "${2:-400M}" "$image"
		"mkfs.$1" -q "$image" >/dev/null 2>&1 && mount -o loop "$image" "$disk"
		;;
	esac 2>/dev/null || return 1
	mounts=("$disk" "${mounts[@]}")
	chown 101:101 "$disk"
	chmod 750 "$disk"
}

# The process that measures ------------------------------------------------------------------------

# scratch_of PID: the open file without a name
scratch_of() { find "/proc/$1/fd" -lname "$disk/*" 2>/dev/null | head -n 1; }

# child_of PID: into $child, once it has its file; false when the process ended before
child_of() {
	local children
	while kill -0 "$1" 2>/dev/null; do
		# One that reads with a right of its own may be beside it.
		children=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
		for child in $children; do
			[ -z "$(scratch_of "$child")" ] || return 0
		done
	done
	child=
	return 1
}

# gone PID: it has ended, for which it may take its time
gone() {
	for _ in $(seq 200); do
		[ -e "/proc/$1/exe" ] || return 0
		sleep 0.05
	done
	return 1
}

# is_busy: the first floor of the report was not judged, for what a busy host does to figures; such a one is missed by none.
is_busy() { [[ $(value '.probe.floors[0].note') == @(noisy: |too few samples: |the worst of )* ]]; }
