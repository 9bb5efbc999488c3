# shellcheck shell=sh
# What the guest scripts share. Sourced inside a virtual node (busybox sh), never on the host.

DATA_DIR=/var/lib/redpanda/data
export DATA_DIR

# The value of a word NAME=VALUE of the kernel command line.
boot_word() {
	read -r boot_words </proc/cmdline
	for boot_word_candidate in $boot_words; do
		case $boot_word_candidate in "$1"=*) printf '%s\n' "${boot_word_candidate#*=}" ;; esac
	done
}

wait_for() {
	wait_for_left=100
	until [ -e "$1" ]; do
		wait_for_left=$((wait_for_left - 1))
		[ "$wait_for_left" -gt 0 ] || {
			echo "$1 did not appear"
			return 1
		}
		usleep 100000
	done
}

# until_true COMMAND...: false if it has not come true in 90 s, which is far longer than anything takes.
until_true() {
	until_end=$(($(uptime_ms) + 90000))
	until "$@"; do
		[ "$(uptime_ms)" -lt $until_end ] || return 1
		usleep 20000
	done
}

# The modules of modules.list that do not come with the node. Loop devices come when they are asked for.
load_later() {
	while read -r later_module; do
		insmod "/lib/modules/$later_module.ko" || return 1
	done </lib/modules/later
}

# multipath NAME DEVICE [FEATURES]: /dev/mapper/NAME with one path
multipath() {
	dmsetup create "$1" --noudevsync --table \
		"0 $(cat "/sys/class/block/${2##*/}/size") multipath ${3:-0} 0 1 1 round-robin 0 1 1 $2 1" &&
		dmsetup mknodes "$1"
}

# The data directory on a file system of its own, as the shape says: KIND:FILESYSTEM:DEVICE[,DEVICE...]
setup_storage() {
	storage=$(boot_word thintune.storage)
	storage_kind=${storage%%:*}
	storage_rest=${storage#*:}
	storage_fs=${storage_rest%%:*}
	# shellcheck disable=SC2046 # the devices are a list
	set -- $(echo "${storage_rest#*:}" | tr , ' ')
	storage_devices=
	for storage_name in "$@"; do
		wait_for "/dev/$storage_name" || return 1
		storage_devices="$storage_devices /dev/$storage_name"
	done
	# shellcheck disable=SC2086 # the devices are a list
	case $storage_kind in
	disk) storage_device=/dev/$1 ;;
	md)
		mdadm --create /dev/md0 --run --level=0 --chunk=64 "--raid-devices=$#" $storage_devices ||
			return 1
		storage_device=/dev/md0
		;;
	lvm)
		storage_lvm='devices{use_devicesfile=0 scan=["/dev"]}
			activation{udev_sync=0 udev_rules=0 monitoring=0} backup{backup=0 archive=0}'
		lvm pvcreate --config "$storage_lvm" -y $storage_devices &&
			lvm vgcreate --config "$storage_lvm" vg $storage_devices &&
			lvm lvcreate --config "$storage_lvm" -y -Wn -l 100%FREE -n data vg || return 1
		storage_device=/dev/vg/data
		;;
	multipath)
		load_later && multipath mpatha "/dev/$1" || return 1
		storage_device=/dev/mapper/mpatha
		;;
	loop)
		load_later && mkfs.ext4 -q -F -O journal_dev "/dev/$2" &&
			mkfs.ext4 -q -F -E nodiscard -J "device=/dev/$2" "/dev/$1" &&
			mount -t ext4 "/dev/$1" /mnt && truncate -s 2G /mnt/disk.img &&
			losetup /dev/loop0 /mnt/disk.img || return 1
		storage_device=/dev/loop0
		;;
	*)
		echo "unknown storage $storage"
		return 1
		;;
	esac
	wait_for "$storage_device" || return 1
	storage_options=noatime
	case $storage_fs in
	xfs-log)
		mkfs.xfs -q -f -K -l "logdev=/dev/$2,size=64m" "$storage_device" || return 1
		storage_fs=xfs storage_options=noatime,logdev=/dev/$2
		;;
	xfs) mkfs.xfs -q -f -K "$storage_device" ;;
	ext4) mkfs.ext4 -q -F -E nodiscard "$storage_device" ;;
	*) false ;;
	esac || return 1
	mount -t "$storage_fs" -o "$storage_options" "$storage_device" "$DATA_DIR" || return 1
	chown 101:101 "$DATA_DIR"
}

# A card that was just switched on is "unknown" for a second, then "down" for some more, and tells of each change.
links_are_up() {
	for link_path in /sys/class/net/*/device; do
		[ "$(cat "${link_path%device}operstate")" = up ] || return 1
	done
}

# An interface requests its interrupts only when it is up, and the link takes a moment to come.
setup_network() {
	for network_path in /sys/class/net/*; do
		ip link set "${network_path##*/}" up
	done
	until_true links_are_up
}
