# shellcheck shell=sh
# Guest script of test-probe: the probe on disks whose speed, latency and faults are known, and which disks a data
# directory is on.
# Writes "ok - ..." and "not ok - ..." lines to /out/tap, reports and io-config.yaml to /out.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh

# shellcheck source=tests/vm/guest-disks.sh disable=SC1091
. /guest-disks.sh

ok() { echo "ok - $1" >>/out/tap; }
not_ok() {
	echo "not ok - $1" >>/out/tap
	echo "# $2" >>/out/tap
}
is() { if [ "$1" = "$2" ]; then ok "$3"; else not_ok "$3" "have: $1, wanted: $2"; fi; }

# within SENTENCE VALUE LOW HIGH: whole numbers, empty is outside
within() {
	if [ "${2:-x}" -ge "$3" ] 2>/dev/null && [ "$2" -le "$4" ]; then
		ok "$1 ($2)"
	else
		not_ok "$1" "have: ${2:-nothing}, wanted: $3 to $4"
	fi
}

# Lines of JSON as thintune indents it: jq is not here.
# field FILE JOB KEY: of that job, without the fraction
field() {
	sed -n "/\"job\": \"$2\"/,/\"job\"/p" "$1" | sed -n "s/^ *\"$3\": \([0-9.e+-]*\|true\|false\|\"[A-Z]*\"\),*\$/\1/p" |
		head -n 1 | awk '{ if ($0 + 0 == $0) printf "%.0f\n", $0; else print }' | tr -d '"'
}
value() { sed -n "s/^ *\"$2\": \"*\([^\",]*\)\"*,*\$/\1/p" "$1" | head -n 1; }

# mounted DEVICE FS: on /mnt
mounted() {
	umount /mnt 2>/dev/null
	"mkfs.$2" -q "$1" && mount "$1" /mnt && chown 101:101 /mnt
}

# probe REPORT OPTION...: on /mnt
probe() {
	report=/out/$1.json
	shift
	thintune probe --data-dir /mnt --profile /profile.yaml --format json "$@" >"$report" 2>"$report.err"
	status=$?
}

# settled REPORT OPTION...: a probe whose figures settle. Where the host stalls the emulated CPUs they do
# not, and the probe says so; then once more.
settled() {
	for attempt in 1 2 3; do
		probe "$@"
		grep -q '"noisy": true' "$report" || return 0
	done
}

test_rates() {
	mounted /dev/nvme0n1 xfs
	settled iops --quick --size 64MiB --runtime 4s --jobs randread-4k-qd32,randwrite-4k-qd32
	is "$status" 0 "2,000 requests a second: exit 0"
	within "2,000 requests a second are measured, reading" "$(field "$report" randread-4k-qd32 iops)" 1900 2100
	within "2,000 requests a second are measured, writing" "$(field "$report" randwrite-4k-qd32 iops)" 1900 2100
	is "$(field "$report" randread-4k-qd32 burst)" false "a steady limit is no burst"
	mounted /dev/nvme1n1 xfs
	settled bandwidth --quick --size 32MiB --runtime 4s --jobs read-128k-qd16,write-128k-qd16
	within "20 MiB a second are measured, reading" "$(field "$report" read-128k-qd16 bandwidth)" 19922944 22020096
	within "20 MiB a second are measured, writing" "$(field "$report" write-128k-qd16 bandwidth)" 19922944 22020096
	mounted /dev/nvme2n1 xfs
	probe burst --quick --size 32MiB --runtime 9s --jobs randread-4k-qd32
	is "$(field "$report" randread-4k-qd32 burst)" true "a limit behind a burst is reported as burst"
}

test_latency() {
	# Its delay is a timer of the CPU. dm-delay waits in ticks of 4 ms and one more: 5 ms there are 12,
	# which a plain pread measures as well.
	mount -t configfs none /sys/kernel/config
	null=/sys/kernel/config/nullb/slow
	if ! mkdir "$null"; then
		echo "ok - a delay of 5 ms # SKIP this kernel has no null_blk" >>/out/tap
		return
	fi
	echo 1 >$null/memory_backed
	echo 4096 >$null/blocksize
	echo 512 >$null/size
	echo 2 >$null/irqmode
	echo 5000000 >$null/completion_nsec
	echo 1 >$null/power
	for slow in /dev/slow /dev/nullb*; do [ ! -b "$slow" ] || break; done
	mounted "$slow" xfs
	probe delay --quick --size 32MiB --runtime 3s --jobs randread-4k-qd1
	within "a delay of 5 ms shows as a p50 of 5 to 6 ms, in ns" "$(field "$report" randread-4k-qd1 p50)" 5000000 6000000
	umount /mnt
	echo 0 >$null/power
	rmdir $null
}

# In every 16 MiB behind the first 32 a bad piece of 64 KiB. Not where they begin: there Linux 6.12 puts new files,
# and the proof of direct I/O would meet it before the measurement.
error_table() {
	at=0
	while [ "$at" -lt 1048576 ]; do
		if [ "$at" -lt 65536 ]; then
			echo "$at 32768 linear /dev/nvme4n1 $at"
		else
			bad=$((at + 10240))
			echo "$at 10240 linear /dev/nvme4n1 $at"
			echo "$bad 128 error"
			echo "$((bad + 128)) $((32768 - 10240 - 128)) linear /dev/nvme4n1 $((bad + 128))"
		fi
		at=$((at + 32768))
	done
}

test_error() {
	mkfs.ext4 -q -O ^has_journal /dev/nvme4n1 512M
	error_table >/tmp/table
	dmsetup create bad --noudevsync </tmp/table && dmsetup mknodes bad
	umount /mnt 2>/dev/null
	mount -t ext4 /dev/mapper/bad /mnt && chown 101:101 /mnt
	probe error --quick --size 160MiB --jobs randread-4k-qd8
	is "$status" 1 "a bad disk: exit 1"
	is "$(field "$report" prefill errno)" EIO "a bad disk: its errno"
	within "a bad disk: where" "$(field "$report" prefill error_offset)" 0 167772160
	is "$(grep -c 'a write at offset [0-9]*: Input/output error' "$report.err")" 1 "a bad disk: in words"
	umount /mnt
	dmsetup remove --noudevsync bad
}

test_run() {
	umount /mnt
	setup_storage || return 1
	thintune run --data-dir "$DATA_DIR" --profile /ledger.yaml --format json >/out/run.json 2>/out/run.err
	is $? 0 "run on a clean node: exit 0"
	is "$(value /out/run.json proof)" proven "run on a clean node: direct I/O is proven"
	is "$(value /out/run.json may_start)" true "run on a clean node: the broker may start"
	is "$(value /out/run.json measured)" true "run on a clean node: it was measured"
	within "run on a clean node: within 12 s, in ms" "$(value /out/run.json duration_ms)" 0 12500
	is "$(value /out/run.json kelvin_after) $(value /out/run.json throttled)" "323 false" "run on a clean node: the drive did not throttle meanwhile"
	is "$(cat /proc/sys/vm/swappiness)" 1 "run on a clean node: it is tuned"
	thintune run --data-dir "$DATA_DIR" --profile /ledger.yaml --format json >/out/again.json 2>/out/again.err
	is "$? $(value /out/again.json measured)" "0 false" "run again: exit 0, not measured again"
	# On a host that is busy for the moment noisy or few figures miss no floor.
	unsettled='noisy: |too few samples: |the worst of '
	for attempt in 1 2 3; do
		thintune run --data-dir "$DATA_DIR" --profile /floor.yaml >/out/floor.txt 2>&1
		code=$?
		grep -qE "$unsettled" /out/floor.txt || break
	done
	thintune gate >/dev/null
	gate_code=$?
	if grep -qE "$unsettled" /out/floor.txt; then
		is "$code $gate_code" "0 0" "a floor above the disk on a busy host: figures that do not settle miss none"
	else
		is "$code" 5 "a floor above the disk: exit 5"
		is "$(grep -c 'times too slow in randread' /out/floor.txt)" 1 "a floor above the disk: by how much"
		is "$gate_code" 5 "a floor above the disk: the gate says so"
	fi
	# On a host that is busy for the moment the figures may not settle, and then none is written.
	for attempt in 1 2 3; do
		thintune probe --data-dir "$DATA_DIR" --size 256MiB --profile /profile.yaml --io-config /out/io-config.yaml \
			--mountpoint /var/lib/redpanda/data --format json >/out/default.$attempt.json 2>/out/default.$attempt.err
		status=$?
		[ $status -ne 0 ] || break
		grep -q 'is not stable' /out/default.$attempt.err || break
	done
	if [ $status -ne 0 ] && grep -q 'is not stable' "/out/default.$attempt.err"; then
		is "$status $([ -e /out/io-config.yaml ] && echo made)" "1 " \
			"a default probe on a busy host: exit 1, and no io-config.yaml of figures that do not settle"
		return
	fi
	is "$status" 0 "a default probe: exit 0, io-config.yaml is written"
	cp "/out/default.$attempt.json" /out/promised.json
}

# Debian's kernels ask for CAP_SYS_ADMIN here, which the process that measures has given up.
test_tracepoints() {
	mount -t tracefs tracefs $tracing 2>/dev/null
	printf 'profile: p\nsummary: for a test\n' >/tmp/cpu.yaml
	thintune probe --cpu --force --cpus 1 --runtime 3s --profile /tmp/cpu.yaml --format json >/out/cpu.json 2>/out/cpu.err
	is "$? $(value /out/cpu.json untraced)" "0 null" \
		"tracepoints are read, with perf_event_paranoid $(cat /proc/sys/kernel/perf_event_paranoid)"
	is "$(sed -n '/"blame"/,/]/s/^ *"name": "\(LOC Local timer interrupts\)".*/\1/p; /"blame"/,/]/s/^ *"name": "[0-9]* arch_timer".*/LOC Local timer interrupts/p' \
		/out/cpu.json)" "LOC Local timer interrupts" "and the tick is named"
}

: >/out/tap
test_rates
test_latency
test_error
test_stacks
test_run
test_tracepoints
grep -q '^not ok' /out/tap && exit 1
exit 0
