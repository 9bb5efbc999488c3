#!/bin/bash
# What the gate makes of a probe: floors that are missed, what blocks at every start, figures that judge nothing.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/probe-lib.sh disable=SC1091
. "$(dirname "$0")/probe-lib.sh"

# A disk below the floor --------------------------------------------------------------------------------
profile required-only changed 1us
# settled: a step whose floor is judged. On a host that is busy for the moment noisy figures judge nothing,
# and where no control groups are mounted nobody knows what they are worth.
settled() {
	for _ in 1 2 3; do
		step
		is_busy || break
		is "noisy figures below the floor do not stop the start" "0 true false proven true" "$(summary)"
	done
	[[ $(value '.probe.floors[0].state') != "not judged" ]]
}
if ! settled; then
	skip "an empty directory on a slow disk: 5, it must not start" "$(value '.probe.floors[0].note')"
	mkdir "$disk/redpanda"
else
	is "an empty directory on a slow disk: 5, it must not start" "5 true false proven false" "$(summary)"
	says "by how much" "times too long in append-" "$(value '.probe.floors[0].note')"
	says "the gate's reason" "fsync-p99: wanted <= 0.001 ms, found [0-9.]+ ms" "$(value .gate.reason)"
	gated
	is "the gate says 5" 5 "$code"
	mkdir "$disk/redpanda"
	step
	is "with data: measured earlier, so not again; it starts" "0 false true proven true" "$(summary)"
	says "with a warning" "fsync-p99: wanted" "$(value .gate.reason)"
	rm -rf "$work/lib/thintune"
	profile strict changed 1us
	settled && is "with data and gate strict: 5" "5 true false proven false" "$(summary)"
fi
profile report always 1us
rmdir "$disk/redpanda"
step
is "gate report: it starts" "0 true false proven true" "$(summary)"

# What blocks at every start -------------------------------------------------------------------------------
profile required-only changed 1h
mkdir "$disk/redpanda"
# shellcheck disable=SC2016 # for that shell
run "$top/tests/cli/seccomp" errno EAGAIN 206 -- unshare -m sh -c 'mount --bind "$1" /run && shift && exec "$@"' \
	sh "$work/run" env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$THINTUNE" run --profile "$work/p.yaml" --data-dir "$disk" --format json
is "io_setup fails: it must not start, data or not" "4 false" "$code $(value .gate.may_start)"
says "in words" "fs.aio-max-nr is too small" "$(value .probe.io_setup.sentence)"
good=$disk
if on tmpfs; then
	mkdir "$disk/redpanda"
	step
	is "direct I/O is refuted: it must not start, data or not" "4 false false refuted false" "$(summary)"
	says "the gate's reason" "direct-io: wanted proven, found refuted" "$(value .gate.reason)"
fi
disk=$good
rmdir "$disk/redpanda"

# Under a CPU quota that bites ------------------------------------------------------------------------------
group=/sys/fs/cgroup/cpu/thintune-$$
quota() { printf '5000\n' >"$group/cpu.cfs_quota_us"; }
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	group=/sys/fs/cgroup/thintune-$$
	quota() { printf '5000 100000\n' >"$group/cpu.max"; }
fi
if mkdir "$group" 2>/dev/null && quota 2>/dev/null; then
	profile required-only always 1us
	# shellcheck disable=SC2016 # for that shell
	run apart sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$THINTUNE" probe --quick --runtime 100ms \
		--jobs append-4k,randread-4k-qd8 --size 32MiB --profile "$work/p.yaml" --data-dir "$disk" --format json
	is "50m of a CPU: never 5" "0 not judged" "$code $(value '.probe.floors[0].state')"
	says "invalid, and why" "^cpu quota: this container may use 0.05 CPUs" "$(value .probe.invalid)"
else
	skip "50m of a CPU: never 5" "no cgroup can be made here"
fi
rmdir "$group" 2>/dev/null
finish
