#!/bin/bash
# The probe on disks that are very slow, or do not answer at all. Loop devices; as root only.
# shellcheck source=tests/cli/probe-apart.sh disable=SC1091
. "$(dirname "$0")/probe-apart.sh"

# A disk that does not answer: a frozen file system holds every write back, and even who was killed in it -------------
group=/sys/fs/cgroup/cpu/thintune-faults-$$
limit_cpu() { printf '1000\n' >"$group/cpu.cfs_quota_us"; }
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/thintune-faults-$$
	limit_cpu() { printf '1000 100000\n' >"$group/cpu.max"; }
fi
trap 'fsfreeze --unfreeze "$disk" 2>/dev/null; unmount_all' EXIT
# frozen [CGROUP]: leaves $code, $work/out, $work/err
frozen() {
	# shellcheck disable=SC2016 # for that shell
	sh -c '[ -z "$1" ] || echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "${1-}" \
		"$THINTUNE" probe --quick "${options[@]}" --size 16MiB --jobs append-4k,randread-4k-qd4 >"$work/out" 2>"$work/err" &
	victim=$!
	child_of $victim && fsfreeze --freeze "$disk"
	wait $victim
	code=$?
	fsfreeze --unfreeze "$disk"
}
frozen
is "nothing comes back: 1, not for ever" 1 "$code"
says "in words" "did not answer in time; the probe hung in: " "$(cat "$work/err")"
is "its child ends once the disk answers" gone "$(gone "$child" && echo gone)"
if mkdir "$group" 2>/dev/null && limit_cpu 2>/dev/null; then
	frozen "$group"
	says "nothing comes back under a CPU quota: invalid, no fault of the disk" "^cpu quota: " "$(value .probe.invalid)"
	lacks "not said to hang" "did not answer" "$(cat "$work/err")"
	is "no floor is missed" 0 "$(value '[.probe.floors[] | select(.state == "missed")] | length')"
else
	skip "nothing comes back under a CPU quota" "no cgroup can be made here"
fi
rmdir "$group" 2>/dev/null

# Very slow disks --------------------------------------------------------------------------------------------------------
group=/sys/fs/cgroup/blkio/thintune-faults-$$
device=$(mountpoint -d "$disk")
# slow_down BYTES REQUESTS: a second, reading as well as writing
slow_down() {
	for way in read write; do
		echo "$device $1" >"$group/blkio.throttle.${way}_bps_device"
		echo "$device $2" >"$group/blkio.throttle.${way}_iops_device"
	done
}
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/thintune-faults-$$
	slow_down() { echo "$device rbps=$1 wbps=$1 riops=$2 wiops=$2" >"$group/io.max"; }
fi
# slowly COMMAND...
# shellcheck disable=SC2016 # for that shell
slowly() { run sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$@"; }
if mkdir "$group" 2>/dev/null && slow_down 2097152 10000 2>/dev/null; then
	for rate in 2097152 524288; do
		slow_down $rate 10000
		slowly "$THINTUNE" run "${options[@]}"
		quota_seen || break
		is "$rate bytes a second, no data: 5, it must not start" "5 false" "$code $(value .gate.may_start)"
		is "$rate bytes a second: both floors are missed" "missed missed" "$(value '[.probe.floors[].state] | join(" ")')"
		is "$rate bytes a second: what decides was measured first" "done" "$(job append-4k .state)"
	done
	says "what it was too slow for is missed" "too slow to be measured" "$(value '.probe.floors[1].note')"
	mkdir "$disk/redpanda"
	slowly "$THINTUNE" run "${options[@]}"
	is "with data: it starts" "0 true" "$code $(value .gate.may_start)"
	rmdir "$disk/redpanda"
	slow_down 104857600 100
	slowly "$THINTUNE" probe --quick "${options[@]}" --size 32MiB --jobs append-4k,randread-4k-qd1024
	is "100 requests a second, 1,024 deep: a slow disk is no hanging one" "done done" \
		"$(job append-4k .state) $(job randread-4k-qd1024 .state)"
	lacks "nobody says so" "did not answer" "$err"
else
	skip "very slow disks" "no cgroup of block devices can be made here"
fi
rmdir "$group" 2>/dev/null
finish
