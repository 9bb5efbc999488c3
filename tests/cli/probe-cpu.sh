#!/bin/bash
# probe --cpu: a neighbour on the same CPU is found and blamed, a quota takes effect and then no floor counts, what
# keeps it from measuring, and that its report is in form. Which gaps there are besides is the machine's affair.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

first=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
printf 'profile: p\nsummary: for a test\nprobe: {floors: {cpu-gap-max: {at-most: 1us}, cpu-gap-p99.99: {at-most: 1h}}}\n' >"$work/p.yaml"
printf 'profile: q\nsummary: for a test\n' >"$work/q.yaml"

# cpus OPTION...: of the first CPU, for as long as gaps of a neighbour need
cpus() { run "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 500ms --profile "$work/q.yaml" --format json "$@"; }
value() { jq -r "$1" "$work/out"; }

# A neighbour ----------------------------------------------------------------------------------------
# It never gives the CPU up by itself.
mkfifo "$work/here"
taskset -c "$first" "$python" -c 'print("here", flush=True)
while True: pass' >"$work/here" &
hog=$!
read -r _ <"$work/here"
cpus
is "beside a process that spins on the same CPU" 0 "$code"
is "gaps are found and blamed on it" true "$(value '[.probe.cpu.cpus[0].blame[] | select(.cause == "run delay" and .gaps > 0)] | length == 1')"
# shellcheck disable=SC2016 # $longest is jq's
is "the longest of them is one of the list" true "$(value '.probe.cpu.cpus[0] | (.blame[] | select(.cause == "run delay").longest_ns) as $longest |
	[.long[] | select(.cause == "run delay").length_ns] | max == $longest')"
says "what would help is told" "other threads run on CPUs $first" "$(value '.probe.cpu.help[]')"
is "percentiles are in order" true "$(value '.probe.cpu.cpus[0] | [.p50_ns, .p99_ns, .p999_ns, .p9999_ns, .p99999_ns, .longest_ns] | . == sort')"
is "gaps are as many as were blamed" true "$(value '.probe.cpu.cpus[0] | .gaps == ([.blame[].gaps] | add)')"
now=$("$python" -c 'import time; print(time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW))')
is "when it began is told by a clock that traces have" true "$(value ".probe.cpu.cpus[0].began_raw_ns | . < $now and . > $now - 300e9")"
is "the list is by time" true "$(value '[.probe.cpu.cpus[0].long[].at_ns] | . == sort')"
is "nothing of the disk is there" "null []" "$(value '"\(.probe.direct_io) \(.probe.jobs)"')"
if [ -s "$top/docs/report.schema.json" ] && "$python" -c 'import jsonschema' 2>/dev/null; then
	cp "$work/out" "$work/report.json"
	run "$python" -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "$work/report.json" "$top/docs/report.schema.json"
	is "the report is in form" 0 "$code"
else
	skip "the report is in form" "python3-jsonschema is not here"
fi
run "$THINTUNE" probe --cpu --cpus "$first" --runtime 100ms --profile "$work/q.yaml"
is "unasked it does not measure what others use" 1 "$code"
says "and says so" "others take [0-9]+ % of the time of CPUs $first" "$err"
run "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 500ms --profile "$work/p.yaml"
is "a missed floor is exit code 5" 5 "$code"
says "and its row says on which CPU" "longest gap of CPU $first"
says "one that is met as well" "cpu-gap-p99.99 .* met"
says "the text tells the causes" "run delay +[0-9]+ +[0-9.]+ (us|ms|s) +$first +another thread"
run "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 50ms --profile "$work/p.yaml" --format prometheus
says "and a metric" 'thintune_probe_floor\{floor="cpu-gap-max",state="missed"\} 1' "$out"
says "beside the figures" "thintune_probe_cpu_wait_seconds\{cpu=\"$first\",percentile=\"99.99\"\} [0-9]" "$out"
run "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 500ms --profile "$work/p.yaml" --format html
says "the page has both plots" '<div class="plots">.*</svg>.*</svg>' "$(tr '\n' ' ' <<<"$out")"
says "and the causes, too" "another thread on this CPU" "$out"
kill $hog
wait $hog 2>/dev/null

# Tracepoints ------------------------------------------------------------------------------------------
# traced COMMAND...: with a tracefs, or with none
traced() { unshare -m sh -c 'mount -t tracefs none /sys/kernel/tracing && exec "$@"' sh "$@"; }
untraced() { unshare -m sh -c 'mount -t tmpfs none /sys/kernel && exec "$@"' sh "$@"; }
# So many timers at one moment, again and again, that their interrupt takes longer than all around it.
timers='
import ctypes, os, resource, time
libc = ctypes.CDLL(None)
resource.setrlimit(resource.RLIMIT_NOFILE, (2100, 2100))
fds = [libc.timerfd_create(1, 0) for _ in range(2000)]
print("here", flush=True)
while True:
    when = time.clock_gettime_ns(time.CLOCK_MONOTONIC) + 40_000_000
    at = (ctypes.c_long * 4)(0, 0, when // 1_000_000_000, when % 1_000_000_000)
    for fd in fds:
        libc.timerfd_settime(fd, 1, ctypes.byref(at), None)
    time.sleep(0.045)
'
# All that the kernel lets this user map of perf's rings, each as large as one of the probe; of an event that counts nothing.
rings='
import ctypes, mmap, os, struct, time
call = {"x86_64": 298, "aarch64": 241}[os.uname().machine]
attributes = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 9), 112)
kept = []
try:
    while True:
        kept.append(mmap.mmap(ctypes.CDLL(None).syscall(call, attributes, -1, 0, -1, 0), mmap.PAGESIZE + 128 * 1024))
except PermissionError:
    print("here", flush=True)
time.sleep(600)
'
if is_root && traced true 2>/dev/null && [ "$(($(sed -n 's/^CapEff:\t*/0x/p' /proc/self/status) >> 38 & 1))" = 1 ]; then
	run traced "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 20ms --profile "$work/q.yaml" --format json
	is "where there is a tracefs its tracepoints are read" "null 0" "$(value '.probe.cpu | "\(.untraced) \(.cpus[0].untold)"')"
	taskset -c "$first" "$python" -c "$timers" >"$work/here" &
	hog=$!
	read -r _ <"$work/here"
	# On a busy machine whoever sets the timers may not get the CPU for a second.
	for ((try = 0; try < 20; try++)); do
		run traced "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 1s --profile "$work/q.yaml" --format json
		named=$(value '[.probe.cpu.cpus[0].blame[] | select(.cause == "interrupt" and (.name | test("^LOC |arch_timer")) and .gaps > 0)] | length == 1')
		[ "$named" != true ] || break
	done
	is "an interrupt that took gaps is named" true "$named"
	is "and still gaps are as many as were blamed" true "$(value '.probe.cpu.cpus[0] | .gaps == ([.blame[].gaps] | add)')"
	kill $hog
	wait $hog 2>/dev/null
	run traced prlimit --nofile=14:14 "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 20ms --profile "$work/q.yaml" --format json
	is "without room for their descriptors it measures all the same" "0 true null" "$code $(value '.probe.cpu.cpus[0] | "\(.turns > 0) \(.untold)"')"
	says "and says so" "cannot be opened on 1 CPU: Too many open files" "$(value .probe.cpu.untraced)"
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 0 ]; then
		setpriv --bounding-set -ipc_lock prlimit --memlock=0:0 "$python" -c "$rings" >"$work/here" &
		hog=$!
		read -r _ <"$work/here"
		run traced prlimit --memlock=0:0 "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 20ms --profile "$work/q.yaml" --format json
		is "without memory for their records it measures all the same" "0 true" "$code $(value '.probe.cpu.cpus[0].turns > 0')"
		says "and says so" "cannot be opened on 1 CPU: Cannot allocate memory" "$(value .probe.cpu.untraced)"
		kill $hog
		wait $hog 2>/dev/null
		run traced setpriv --bounding-set -perfmon,-sys_admin "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 20ms --profile "$work/q.yaml" --format json
		is "without the rights to it measures all the same" "0 true" "$code $(value '.probe.cpu.cpus[0].turns > 0')"
		says "and says so" "CAP_PERFMON" "$(value .probe.cpu.untraced)"
	fi
else
	skip "where there is a tracefs its tracepoints are read" "no tracefs can be mounted here, or CAP_PERFMON is missing"
fi
if is_root && untraced true 2>/dev/null; then
	run untraced "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 20ms --profile "$work/q.yaml" --format json
	is "without a tracefs it measures all the same" "0 null" "$code $(value '.probe.cpu.cpus[0].untold')"
	says "and says so" "no tracefs" "$(value .probe.cpu.untraced)"
else
	skip "without a tracefs it measures all the same" "nothing can be mounted here"
fi

# A quota ----------------------------------------------------------------------------------------------
# in_group COMMAND...: in a control group with so little of a CPU that even a busy machine gives it more
group=
# shellcheck disable=SC2016 # the inner shell's
in_group() { sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$group" "$@"; }
if is_root; then
	for parent in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
		mkdir "$parent/thintune-test-$$" 2>/dev/null || continue
		group=$parent/thintune-test-$$
		{ echo 10000 >"$group/cpu.cfs_quota_us" || echo "10000 100000" >"$group/cpu.max"; } 2>/dev/null && in_group true 2>/dev/null && break
		rmdir "$group"
		group=
	done
fi
if [ -n "$group" ]; then
	trap 'rmdir "$group"; finish_work' EXIT
	run in_group "$THINTUNE" probe --cpu --force --cpus "$first" --runtime 1s --profile "$work/p.yaml" --format json
	is "under a quota no floor is missed" "0 not judged" "$code $(value '[.probe.floors[].state] | unique | join(" ")')"
	says "since it took effect" "^cpu quota: this control group may use 0.10 CPUs and was stopped in [1-9]" "$(value .probe.cpu.invalid)"
	is "and gaps are blamed on it" true "$(value '[.probe.cpu.cpus[0].blame[] | select(.cause == "quota" and .gaps > 0)] | length == 1')"
	says "and what would help is told" "without a limit" "$(value '.probe.cpu.help[]')"
else
	skip "under a quota no floor is missed" "no control group with a CPU quota can be made here"
fi

# Refusals -------------------------------------------------------------------------------------------------
if "$top/tests/nodes/unpack" "$top/tests/nodes/cpus16.node" "$work/node" >/dev/null 2>&1; then
	expect "a recorded node has no CPUs to measure" 1 "$THINTUNE" probe --cpu --root "$work/node"
	says "in words" "a recorded node has no CPUs to measure" "$err"
fi
cpus --cpus 8191
is "a CPU that this process may not use" 1 "$code"
says "in words" "may use none of the CPUs 8191" "$err"
cpus --cpus "$first,8191" --runtime 50ms
is "one of two is measured" "0 true null" "$code $(value '.probe.cpu.cpus | "\(.[0].turns > 0) \(.[1].turns)"')"
says "with the reason" "this process may not use it" "$(value '.probe.cpu.cpus[1].remark')"
cpus --cpus "$first,8191" --runtime 50ms --profile "$work/p.yaml"
is "and no floor is met by it" "not judged: CPU 8191 was not measured" \
	"$(value '.probe.floors[] | select(.floor == "cpu-gap-p99.99") | "\(.state): \(.note)"')"
for options in "--cpus $first" --in-turn "--cpu --jobs mixed" "--cpu --quick" "--cpu --verify" "--cpu --size 1GiB" \
	"--cpu --cpus 1-" "--cpu --cpus x" "--cpu --runtime 0s" "--cpu --io-config $work/io"; do
	# shellcheck disable=SC2086 # words are wanted
	expect "$options is a usage error" 2 "$THINTUNE" probe $options
done

# Interrupted -------------------------------------------------------------------------------------------------
"$THINTUNE" probe --cpu --force --cpus "$first" --runtime 600s --profile "$work/p.yaml" --format json >"$work/out" 2>"$work/err" &
victim=$!
# It spins, and so has used CPU time, before the signal comes.
while used=$(awk '{ print $14 + $15 }' "/proc/$victim/stat" 2>/dev/null) && [ "${used:-30}" -lt 30 ]; do sleep 0.05; done
kill -TERM $victim
wait $victim
is "a signal ends it" 1 $?
says "in words" "interrupted by SIGTERM" "$(cat "$work/err")"
is "with the figures of what was measured, and no floor judged" "true not judged" \
	"$(value '"\(.probe.cpu.cpus[0].turns > 0) \([.probe.floors[].state] | unique | join(" "))"')"
finish
