# shellcheck shell=sh
# Devices made of others, on a real kernel: dm-multipath, loop devices, XFS with a log device, ext4 with an external
# journal, zoned disks. Sourced by guest-probe.sh, whose shape leaves nvme3n1 and nvme4n1 to it.

# The disks that a data directory is on, as `facts` says it, one after the other.
disks_below() {
	thintune facts --data-dir "$1" | sed -n 's/^  on  *//p' | tr '\n' ';'
}

stacks_profile=/tmp/stacks.yaml
tracing=/sys/kernel/tracing

# The scheduler of a disk.
chosen() { sed 's/.*\[\(.*\)\].*/\1/' "/sys/block/$1/queue/scheduler"; }

# inserted DEVICE: how many requests waited in a scheduler there, by MAJOR,MINOR as the trace has it
inserted() {
	grep -c "block_rq_insert: $(tr : , <"/sys/class/block/$1/dev") " $tracing/trace
}

direct_writes() {
	: >$tracing/trace
	dd if=/dev/zero of=/mnt/direct bs=4096 count=32 oflag=direct 2>/dev/null
}

test_multipath() {
	mount -t tracefs tracefs $tracing
	echo 1 >$tracing/events/block/block_rq_insert/enable
	multipath mpatha /dev/nvme3n1
	mkfs.xfs -q -f -K -l logdev=/dev/nvme4n1,size=64m /dev/mapper/mpatha
	mount -t xfs -o noatime,logdev=/dev/nvme4n1 /dev/mapper/mpatha /mnt
	is "$(disks_below /mnt)" "dm-0;nvme3n1 < dm-0;nvme4n1 (XFS log);" \
		"multipath: its device, its path, and the log of XFS"
	echo mq-deadline >/sys/block/dm-0/queue/scheduler
	echo mq-deadline >/sys/block/nvme3n1/queue/scheduler
	direct_writes
	within "multipath: requests wait in its own scheduler" "$(inserted dm-0)" 32 1000
	is "$(inserted nvme3n1)" 0 "multipath: none waits in that of its path"
	thintune apply --data-dir /mnt --profile $stacks_profile --format json >/out/multipath.json
	is $? 0 "multipath: apply exits 0"
	is "$(chosen dm-0)" none "multipath: its scheduler is set"
	is "$(cat /sys/block/dm-0/queue/nomerges) $(cat /sys/block/nvme4n1/queue/nomerges)" "2 2" \
		"multipath: so are the others, and those of the log"
	is "$(chosen nvme3n1) $(cat /sys/block/nvme3n1/queue/nomerges)" "mq-deadline 0" "multipath: its path is left alone"
	direct_writes
	is "$(inserted dm-0) $(inserted nvme3n1)" "0 0" "multipath: no request waits any more"
	thintune restore >/dev/null
	is "$(chosen dm-0)" mq-deadline "multipath: restore puts it back"
	umount /mnt
	dmsetup remove --noudevsync mpatha
	echo 0 >$tracing/events/block/block_rq_insert/enable
	umount $tracing
	multipath mpathb /dev/nvme3n1 "2 queue_mode bio"
	mkfs.xfs -q -f -K /dev/mapper/mpathb
	mount -t xfs /dev/mapper/mpathb /mnt
	is "$(disks_below /mnt)" "nvme3n1 < dm-0;" "multipath without requests: the disk below"
	umount /mnt
	dmsetup remove --noudevsync mpathb
}

test_loop() {
	mkdir -p /back
	mkfs.ext4 -q -F -O journal_dev /dev/nvme4n1
	mkfs.ext4 -q -F -E nodiscard -J device=/dev/nvme4n1 /dev/nvme3n1
	mount -t ext4 /dev/nvme3n1 /back
	is "$(disks_below /back)" "nvme3n1;nvme4n1 (ext4 journal);" "ext4: the disk of its external journal"
	truncate -s 512M /back/disk.img
	losetup /dev/loop0 /back/disk.img
	mkfs.xfs -q -f -K /dev/loop0
	mount -t xfs /dev/loop0 /mnt
	loop_below="loop0;nvme3n1 < /back/disk.img < loop0;nvme4n1 < /back/disk.img < loop0;"
	is "$(disks_below /mnt)" "$loop_below" "loop: the disks of its file"
	is "$(su -s /bin/sh redpanda -c "thintune facts --data-dir /mnt" | sed -n 's/^  on  *//p' | tr '\n' ';')" \
		"$loop_below" "loop: a normal user finds them, too"
	thintune apply --data-dir /mnt --profile $stacks_profile >/out/loop.txt
	is "$? $(cat /sys/block/loop0/queue/nomerges) $(cat /sys/block/nvme3n1/queue/nomerges)" "0 2 2" \
		"loop: its queue and that of the disk are set"
	thintune restore >/dev/null
	rm /back/disk.img
	is "$(disks_below /mnt)" "$(echo "$loop_below" | sed 's/disk.img/disk.img (deleted)/g')" \
		"loop: the disks of a file that is deleted"
	is "$(su -s /bin/sh redpanda -c "thintune audit --data-dir /mnt --only disk-queue" |
		grep -c 'data-disks .*the file of loop0, is not found')" 1 "loop: a normal user is told what is not found"
	umount /mnt
	losetup -d /dev/loop0
	umount /back
}

# The kernel of these nodes decides: before Linux 6.10 mq-deadline is needed.
test_zoned() {
	null=/sys/kernel/config/nullb/zoned
	[ -d /sys/kernel/config/nullb ] || mount -t configfs none /sys/kernel/config
	if ! mkdir "$null" || ! echo 1 >$null/zoned; then
		echo "ok - a zoned disk # SKIP this kernel has none to emulate" >>/out/tap
		return
	fi
	echo 4096 >$null/blocksize
	echo 512 >$null/size
	echo 64 >$null/zone_size
	echo 1 >$null/memory_backed
	echo 1 >$null/power
	for zoned in /sys/block/zoned /sys/block/nullb*; do [ ! -d "$zoned" ] || break; done
	zoned=${zoned##*/}
	case $(uname -r) in
	[0-5].* | 6.[0-9].*)
		echo mq-deadline >"/sys/block/$zoned/queue/scheduler"
		thintune apply --disk "$zoned" --profile $stacks_profile --only disk-queue >/out/zoned.txt
		is "$(chosen "$zoned")" mq-deadline "zoned: before 6.10 its scheduler stays"
		is "$(grep -c 'scheduler .*skipped (left alone: before Linux 6.10' /out/zoned.txt)" 1 "zoned: and why is told"
		;;
	*)
		thintune apply --disk "$zoned" --profile $stacks_profile --only disk-queue >/out/zoned.txt
		is "$(chosen "$zoned")" none "zoned: since 6.10 any scheduler will do"
		;;
	esac
	is "$(cat "/sys/block/$zoned/queue/nomerges")" 2 "zoned: the rest is set"
	thintune restore >/dev/null
	echo 0 >$null/power
	rmdir $null
}

# A scheduler begins with a queue of its own (block/blk-mq-sched.c, blk_mq_init_sched()); who takes it away gets the
# drive's (block/elevator.c, elevator_disable()).
test_depth() {
	depth_queue=/sys/block/nvme4n1/queue
	echo none >$depth_queue/scheduler
	depth_full=$(cat $depth_queue/nr_requests)
	echo mq-deadline >$depth_queue/scheduler
	depth_begun=$(cat $depth_queue/nr_requests)
	isnt "$depth_begun" "$depth_full" "depth: mq-deadline begins with another one than the drive's"
	thintune apply --disk nvme4n1 --profile $stacks_profile --only disk-queue --verbose >/out/depth.txt
	is "$(chosen nvme4n1) $(cat $depth_queue/nr_requests)" "none $depth_full" "depth: without a scheduler it is the drive's"
	grep -q "full depth, $depth_full, in place of nr_requests $depth_begun" /out/depth.txt
	is $? 0 "depth: and the row says so"
	thintune restore >/dev/null
	is "$(chosen nvme4n1) $(cat $depth_queue/nr_requests)" "mq-deadline $depth_begun" "depth: restore puts both back"
}

test_stacks() {
	umount /mnt 2>/dev/null
	printf 'profile: stacks\nsummary: for a test\ndisk: {scheduler: none, nomerges: 2, wbt-latency: 0}\n' >$stacks_profile
	load_later || return 1
	test_multipath
	test_loop
	test_zoned
	test_depth
}
