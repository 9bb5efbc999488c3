#!/bin/bash
# The probe on real file systems: what is proven, which engine is used and why, that written blocks
# come back, and what happens when something is in its way. Loop devices; as root only.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

if ! is_root; then
	skip "the probe" "only root may mount"
	finish
fi

# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"

printf 'profile: p\nsummary: for a test\nchecks: {direct-io: true, linux-aio: true}\n' >"$work/p.yaml"
short=(probe --quick --runtime 150ms --profile "$work/p.yaml" --format json)
quick=("${short[@]}" --size 32MiB)
two=(--jobs "randread-4k-qd8,randwrite-4k-qd8")

# probe OPTION...: leaves $code, $out, $err and $work/out
probe() { run "$THINTUNE" "${quick[@]}" --data-dir "$disk" "$@"; }
value() { jq -r "$1" "$work/out"; }
job() { jq -r --arg job "$1" ".probe.jobs[] | select(.job == \$job) | $2" "$work/out"; }

# What is proven where -----------------------------------------------------------------------------
# proves FS CODE PROOF PATTERN
proves() {
	if ! on "$1"; then
		skip "$1: direct I/O" "it cannot be made here"
		return 1
	fi
	probe "${two[@]}"
	is "$1: direct I/O is $3" "$2 $3" "$code $(value .probe.direct_io.proof)"
	says "$1: in a sentence" "$4" "$(value .probe.direct_io.sentence)"
	is "$1: nothing is left behind" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"
}
proves xfs 0 proven "odd buffer is refused"
proves btrfs 4 refuted "btrfs goes through the page cache"
proves tmpfs 4 refuted "tmpfs is memory"
is "tmpfs: its pages are cached" "256 false" "$(value '"\(.probe.direct_io.cached_pages) \(.probe.direct_io.counted)"')"
is "tmpfs: and nothing was measured" "[]" "$(value '.probe.jobs|tostring')"
if [ "$(stat -f -c %T "$work")" = tmpfs ]; then
	skip "overlay: direct I/O" "the scratch directory lies in memory"
elif proves overlay 0 proven "container's own layer"; then
	is "overlay: requests would go through kernel workers, so linux-aio it is" linux-aio "$(value .probe.engine)"
	says "overlay: for that reason" "kernel worker threads" "$(value .probe.engine_reason)"
fi
if ! proves ext4 0 proven "odd buffer is refused"; then
	finish
fi

# Every engine, every pattern, every block checked ----------------------------------------------------
# Registered buffers count as locked memory of the user that the probe becomes: 128 KiB here.
may_lock() {
	local limit
	limit=$(ulimit -l)
	if [ "$limit" = unlimited ] || [ "$limit" -ge 256 ]; then echo true; else echo false; fi
}
all=randread-4k-qd32,randwrite-16k-qd64,randread-4k-qd1,read-128k-qd4,write-128k-qd4,append-4k,append-16k,mixed
for engine in io_uring io_uring-plain linux-aio threads; do
	probe --engine "$engine" --verify --jobs "$all"
	is "$engine: every block read is the one that was written" "0 $engine" "$code $(value .probe.engine)"
	is "$engine: all jobs came to their end" "9 done" \
		"$(value '[.probe.jobs[].state] | "\(length) \(unique | join(" "))"')"
	# An append needs none; only io_uring has buffers to register, unless it is the plain one.
	registered=null
	[ "$engine" != io_uring ] || registered=$(may_lock)
	is "$engine: which buffers are registered" "$registered null" \
		"$(job randread-4k-qd32 .buffers_registered) $(job append-4k .buffers_registered)"
	# On a disk that others keep busy a job of 150 ms may see no request end.
	is "$engine: latencies in order" "" "$(value '.probe.jobs[] | select(.latency) |
		select((.requests > 0 and .latency.p50 > 0 and .latency.p50 <= .latency.p90 and
			.latency.p90 <= .latency.p99 and .latency.p99 <= .latency.max) | not) | .job')"
	is "$engine: an append's fdatasync is a part of it" "" "$(value '.probe.jobs[] | select(.sync) |
		select(.sync.p50 > .latency.p50 or .sync.count != .latency.count) | .job')"
	is "$engine: most jobs saw some" true "$(value '[.probe.jobs[] | select(.latency and .cpu_ns_per_io != null)] | length >= 4')"
done

is "completions are fetched one by one at depth 1, up to four at once above" "1 4 4" \
	"$(job randread-4k-qd1 .reap) $(job randread-4k-qd32 .reap) $(job randwrite-16k-qd64 .reap)"

head -c 33554432 /dev/urandom >"$disk/foreign"
run "$THINTUNE" "${short[@]}" --data-dir "$disk" --file "$disk/foreign" --jobs randread-4k-qd4,read-128k-qd2
is "a named file is only read" "0 done" "$code $(value '[.probe.jobs[].state] | unique | join(" ")')"
run "$THINTUNE" "${short[@]}" --data-dir "$disk" --file "$disk/foreign" --jobs randwrite-4k-qd4
is "a job that would write a named file is refused" 2 "$code"
says "in words" "only read" "$err"
rm "$disk/foreign"

# Which engine it really was, by the system calls it made.
if can_trace; then
	for engine in io_uring linux-aio threads; do
		# shellcheck disable=SC2046 # words are wanted
		run traced -f -o "$work/trace" -e trace=io_uring_enter,io_submit,pread64 \
			"$THINTUNE" "${quick[@]}" --data-dir "$disk" --engine "$engine" --jobs randread-4k-qd4
		calls=$(grep -oE 'io_uring_enter|io_submit|pread64' "$work/trace" | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
		case $engine in
		io_uring) is "$engine by strace" io_uring_enter "$calls" ;;
		linux-aio) is "$engine by strace" io_submit "$calls" ;;
		threads) is "$engine by strace" pread64 "$calls" ;;
		esac
	done
else
	skip "engines by strace" "nothing can be traced here"
fi

# What keeps an engine from working -------------------------------------------------------------------
setup=425 submit=209
# filtered ENGINE REASON FILTER...
filtered() {
	local engine=$1 reason=$2
	shift 2
	run "$top/tests/cli/seccomp" "$@" -- env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" \
		"$THINTUNE" "${quick[@]}" --data-dir "$disk" "${two[@]}"
	is "seccomp $*: $engine" "0 $engine" "$code $(value .probe.engine)"
	says "seccomp $*: the reason" "$reason" "$(value .probe.engine_reason)"
}
filtered linux-aio "io_uring: Operation not permitted" errno EPERM $setup
filtered linux-aio "io_uring: Function not implemented" errno ENOSYS $setup
filtered linux-aio "io_uring: a seccomp filter kills" kill $setup
filtered threads "linux-aio: Operation not permitted" errno EPERM $setup $submit
# One node has no other one to be far from.
if [ ! -e /sys/devices/system/node/node1 ]; then
	probe --jobs randread-4k-qd8 --numa
	is "what the distance costs is not measured on one NUMA node, and it says why" "0 [] there is only one NUMA node" \
		"$code $(value '.probe.numa_distance | "\(.figures) \(.note)"')"
fi
# libnuma tries memory policies before main(), which no command is to die of.
policies="238 239"
# shellcheck disable=SC2086 # words are wanted
run "$top/tests/cli/seccomp" kill $policies -- "$THINTUNE" --version
is "a filter that kills for memory policies kills no command that needs none" 0 "$code"
run "$top/tests/cli/seccomp" errno EPERM $setup -- "$THINTUNE" "${quick[@]}" --data-dir "$disk" --engine io_uring "${two[@]}"
is "an engine that was asked for and does not work: no other one is taken" 1 "$code"
says "in words" "no engine works here: io_uring: Operation not permitted" "$err"
expect "figures of too short a probe make no io-config.yaml" 1 \
	"$THINTUNE" probe --runtime 20ms --data-dir "$disk" --io-config "$work/io.yaml"
says "and the figure at fault is named" 'no io-config.yaml was written: .*: too short to tell' "$err"
is "and there is none" "" "$(find "$work" -name 'io.yaml*')"
expect "an engine that there is not" 2 "$THINTUNE" "${quick[@]}" --data-dir "$disk" --engine libaio
expect "a job that there is not" 2 "$THINTUNE" "${quick[@]}" --data-dir "$disk" --jobs randread-4k

# Without the right to lock memory and without any capability, as the owner.
if can_be_nobody; then
	chown "$other:$other" "$disk"
	cp "$THINTUNE" "$work/thintune"
	chmod 755 "$work"
	run as_other env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" prlimit --memlock=0:0 \
		"$work/thintune" "${quick[@]}" --data-dir "$disk" "${two[@]}"
	is "memlock 0: it works all the same" "0 2" "$code $(value '[.probe.jobs[] | select(.state == "done" and .job != "prefill")] | length')"
	# Enough for the rings and small buffers, not for those of the prefill.
	run as_other env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" prlimit --memlock=65536:65536 \
		"$work/thintune" "${quick[@]}" --data-dir "$disk" --engine io_uring "${two[@]}"
	is "memlock 64 KiB: the report tells which buffers are not registered" "0 false" "$code $(job prefill .buffers_registered)"
	chown 101:101 "$disk"
	run as_other env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$work/thintune" "${quick[@]}" --data-dir "$disk" "${two[@]}"
	is "a directory of another owner" 1 "$code"
	says "names what it takes" "CAP_SETUID" "$err"
fi
chown 101:101 "$disk"

# As the owner: the kernel lets it in where root without rights would not come.
if can_trace; then
	run traced -f -o "$work/trace" -e trace=openat,setresuid "$THINTUNE" "${quick[@]}" --data-dir "$disk" "${two[@]}"
	says "it becomes the owner" 'setresuid\(101, 101, 101\) += 0' "$(cat "$work/trace")"
	is "every file that it opens for writing has no name" "" "$(sed -n '/setresuid(101/,$p' "$work/trace" |
		grep -E 'O_RDWR|O_WRONLY|O_CREAT' | grep -v O_TMPFILE)"
fi

# Faults ---------------------------------------------------------------------------------------------------
mount -o remount,ro "$disk"
probe "${two[@]}"
is "read-only: 1" 1 "$code"
says "read-only: in words" "Read-only file system" "$err"
mount -o remount,rw "$disk"
expect "no such directory" 1 "$THINTUNE" "${quick[@]}" --data-dir "$disk/none"
run "$THINTUNE" "${short[@]}" --data-dir "$disk" --size 300MiB "${two[@]}"
is "--size beyond half of what is free" 2 "$code"
says "in words" "more than half" "$err"
: >"$disk/pid.lock"
"$python" -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); time.sleep(600)' "$disk/pid.lock" >"$work/locked" &
holder=$!
until [ -s "$work/locked" ]; do sleep 0.05; done
probe "${two[@]}"
is "a running broker holds the directory" 1 "$code"
says "in words" "running broker holds" "$err"
probe "${two[@]}" --force
is "--force measures all the same" 0 "$code"
kill $holder
rm "$disk/pid.lock"

# Killed at any time: nothing is left, neither a file nor a process nor space.
free() { df --output=avail -B1 "$disk" | tail -n 1; }
before=$(free)
for after in 0.05 0.2 0.5 0.9; do
	"$THINTUNE" "${quick[@]}" --data-dir "$disk" --runtime 5s --jobs randread-4k-qd8 >/dev/null 2>&1 &
	victim=$!
	sleep "$after"
	children=$(cat "/proc/$victim/task/$victim/children" 2>/dev/null)
	kill -9 $victim
	wait $victim 2>/dev/null
	for child in $children; do gone "$child"; done
	[ "$(find "$disk" -mindepth 1 ! -name lost+found)" = "" ] || break
done
is "killed at four moments: no file is left" "" "$(find "$disk" -mindepth 1 ! -name lost+found)"
# The file goes when the last process that holds it has ended, which a full machine may delay.
for _ in $(seq 200); do
	[ "$(free)" -lt $((before - 1048576)) ] || break
	sleep 0.05
done
is "nor its space" true "$([ "$(free)" -ge $((before - 1048576)) ] && echo true)"

# The disk fills up in the middle: a thin device that promises more than its backing holds.
if on tmpfs && backing=$disk && mount -o remount,size=40M "$backing"; then
	truncate -s 400M "$backing/image"
	disk=$work/thin
	mkdir "$disk"
	if mkfs.ext4 -q -E nodiscard -O ^has_journal "$backing/image" 2>/dev/null && mount -o loop "$backing/image" "$disk"; then
		mounts=("$disk" "${mounts[@]}")
		chown 101:101 "$disk"
		run "$THINTUNE" "${short[@]}" --data-dir "$disk" --size 100MiB "${two[@]}"
		is "a device that fails in the middle: 1" 1 "$code"
		says "a device that fails in the middle: its errno" "^(EIO|ENOSPC)$" "$(job prefill .errno)"
		says "a device that fails in the middle: where and why" "a write at offset [1-9][0-9]+: (Input/output error|No space)" "$err"
	else
		skip "a device that fails in the middle" "ext4 cannot be made here"
	fi
fi
# Too small for figures, but not for the proofs, which decide whether the broker may start.
if on ext4 300M; then
	run "$THINTUNE" "${short[@]}" --data-dir "$disk"
	is "a small file system: the proofs are made" 0 "$code"
	is "direct I/O is told" pass "$(jq -r '.checks[] | select(.check == "direct-io").state' "$work/out")"
	is "and io_setup" true "$(jq '.probe.io_setup.proof == "proven" or .probe.io_setup.proof == "refuted"' "$work/out")"
	is "no figure is" '["skipped"]' "$(jq -c '[.probe.jobs[].state] | unique' "$work/out")"
	says "with the reason" '5 % of the free space is less than' "$(jq -r '.probe.jobs[0].remark' "$work/out")"
	run "$THINTUNE" "${short[@]}" --data-dir "$disk" --size 12MiB
	is "a size that was asked for is refused" 2 "$code"
fi
if on ext4 100M; then
	room=$(($(free) / 1048576))
	fallocate -l $((room - 61))M "$disk/data"
	run "$THINTUNE" "${short[@]}" --data-dir "$disk" --size 30MiB --jobs append-4k,randread-4k-qd4
	is "too full for the appends: 1" 1 "$code"
	is "too full: which job and why" "ENOSPC" "$(job append-4k .errno)"
	is "too full: the other job is done" "done" "$(job randread-4k-qd4 .state)"
fi
finish
