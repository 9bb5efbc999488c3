#!/bin/bash
# A data directory on a real loop device of this machine: what lies below its file, when the file is there, is deleted,
# or when the loop device may not be opened. Only commands that look.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

mounts=()
# shellcheck disable=SC2317 # called by the trap
unmount_all() {
	local mount
	for mount in "${mounts[@]}"; do umount -l "$mount"; done
	finish_work
}
trap unmount_all EXIT

mkdir "$work/mnt"

# put IMAGE: a file system in that file, on $work/mnt; its device in $loop
put() {
	truncate -s 64M "$1" && mkfs.ext4 -q -F "$1" && mount -o loop "$1" "$work/mnt" 2>/dev/null || return 1
	mounts=("$work/mnt" "${mounts[@]}")
	loop=$(findmnt -n -o SOURCE "$work/mnt")
	loop=${loop#/dev/}
}

# below FACTS: the disks, and why one is not found
below() { jq -r '[.disks[] | select(.data) | .chain + (if .stacked then "+" else "" end)] | join("; ")' "$1"; }
problem() { jq -r .data_directory.problem "$1"; }

# The disk of the file as the kernel's own links tell it; "" for a file system without a device.
device_of() { basename "$(readlink "/sys/dev/block/$(stat -c '%Hd:%Ld' "$1")")" 2>/dev/null; }

if ! is_root || ! put "$work/disk.img"; then
	skip "a data directory on a loop device" "no loop device can be mounted here"
	finish
	exit
fi

device=$(device_of "$work/disk.img")
run "$THINTUNE" facts --data-dir "$work/mnt" --format json
is "the file of the loop device is told" "$work/disk.img" \
	"$(jq -r --arg loop "$loop" '.disks[] | select(.name == $loop).file' "$work/out")"
if [ -n "$device" ]; then
	says "the walk goes on to the disk of the file" "$work/disk.img < $loop" "$(below "$work/out")"
	is "nothing is missing" null "$(problem "$work/out")"
else
	skip "the walk goes on to the disk of the file" "the scratch directory has no block device"
	says "a file system without a device is told" "no block device of its own" "$(problem "$work/out")"
fi
cp "$work/out" "$work/there"

rm "$work/disk.img"
run "$THINTUNE" facts --data-dir "$work/mnt" --format json
is "a deleted file does not end the walk" "$(below "$work/there")" "$(below "$work/out" | sed 's/ (deleted)//g')"
umount "$work/mnt"
mounts=()

if mount -t tmpfs none "$work/mnt" 2>/dev/null; then
	mounts=("$work/mnt")
	truncate -s 64M "$work/mnt/disk.img"
	mkfs.ext4 -q -F "$work/mnt/disk.img"
	mkdir "$work/upper"
	if mount -o loop "$work/mnt/disk.img" "$work/upper"; then
		mounts=("$work/upper" "$work/mnt")
		loop=$(findmnt -n -o SOURCE "$work/upper")
		run "$THINTUNE" audit --profile redpanda --data-dir "$work/upper" --format json
		says "a file in memory: said to have no disk" "disk below $work/mnt/disk.img, the file of ${loop#/dev/}, is not found" \
			"$(jq -r '.checks[] | select(.check == "data-disks").note' "$work/out")"
		is "a file in memory: the loop device itself is set" "[\"${loop#/dev/}\"]" "$(jq -c .node.data_dir.disks "$work/out")"
	fi
fi
finish
