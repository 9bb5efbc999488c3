#!/bin/bash
# What is enormous or no file at all, and what a limit of the process forbids: each has a sentence, costs
# the settings and checks that need it, and neither memory nor time.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
cpus=$tree/sys/devices/system/cpu

# measured COMMAND...: as run, with the most memory of it and its children in $mib, their time in $cpu_s.
# Nobody waits longer than a minute.
cat >"$work/measure" <<'END'
import resource, subprocess, sys
with open(sys.argv[1], "w") as out, open(sys.argv[2], "w") as err:
    try:
        code = subprocess.run(sys.argv[4:], stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=60).returncode
    except subprocess.TimeoutExpired:
        code = 137
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[3], "w") as costs:
    print(used.ru_maxrss // 1024, int(used.ru_utime + used.ru_stime), file=costs)
sys.exit(code if code >= 0 else 128 - code)
END
measured() {
	"$python" "$work/measure" "$work/out" "$work/err" "$work/costs" "$@"
	code=$?
	read -r mib cpu_s <"$work/costs"
	out=$(tr -d '\0' <"$work/out")
	err=$(tr -d '\0' <"$work/err")
}
# cheap SENTENCE: the last one took less than a quarter of a file of 1 GiB, and not a minute of CPU time
cheap() { is "$1" "small quick" "$([ "$mib" -lt 256 ] && echo small || echo "$mib MiB") $([ "$cpu_s" -lt 30 ] && echo quick || echo "$cpu_s s")"; }
setting() { jq -r --arg name "$1" '.settings[] | select(.setting == $name) | "\(.state): \(.note)"' "$work/out"; }
check() { jq -r --arg id "$1" '.checks[] | select(.check == $id) | "\(.state): \(.note)"' "$work/out"; }
# Without it the check conflicts has nobody to name but what cannot be read.
alone() { find "$tree" -name '*irqbalance*' -prune -exec rm -rf {} +; }
gigabyte() {
	rm -rf "$1"
	mkdir -p "${1%/*}"
	truncate -s 1G "$1"
}

# One line of 1 GiB ---------------------------------------------------------------------------------------
fresh intel-pstate "$tree"
"$THINTUNE" audit --root "$tree" --format json >"$work/sound" 2>/dev/null
gigabyte "$tree/etc/systemd/system/redpanda.service"
measured "$THINTUNE" audit --root "$tree" --format json
cheap "a unit of 1 GiB: is not held in memory"
says "a unit of 1 GiB: nobody knows its limits" "unknown: /etc/systemd/system/redpanda.service: larger than 64 KiB: not read|unknown: /etc/systemd/system/redpanda.service: a line is longer than 1 MiB: not read" "$(check nofile)"

fresh intel-pstate "$tree"
gigabyte "$tree/proc/meminfo"
gigabyte "$tree/proc/cpuinfo"
measured "$THINTUNE" audit --root "$tree" --format json
cheap "/proc/meminfo and cpuinfo of 1 GiB: are not held in memory"
is "/proc/meminfo of 1 GiB: the memory is unknown" null "$(jq .node.memory_bytes "$work/out")"

fresh intel-pstate "$tree"
alone
gigabyte "$tree/etc/sysctl.d/50-x.conf"
measured "$THINTUNE" audit --root "$tree" --format json
cheap "sysctl.d of 1 GiB: is not held in memory"
says "sysctl.d of 1 GiB: is named" '/etc/sysctl.d/50-x.conf: a line is longer than 1 MiB: not read' "$(check conflicts)"

fresh intel-pstate "$tree"
mkdir -p "$tree/run/thintune"
gigabyte "$tree/run/thintune/journal.jsonl"
measured "$THINTUNE" restore --root "$tree"
cheap "a journal of 1 GiB: is not held in memory"
is "a journal of 1 GiB: restore cannot do its job" 1 "$code"
says "a journal of 1 GiB: and says why" 'journal.jsonl: a line is longer than 1 MiB: not read'

fresh intel-pstate "$tree"
rm -r "$tree/sys/kernel/irq"
gigabyte "$tree/proc/interrupts"
measured "$THINTUNE" facts --root "$tree"
cheap "/proc/interrupts of 1 GiB: is not held in memory"
is "/proc/interrupts of 1 GiB: the rest is told" 0 "$code"

if is_root && fresh intel-pstate "$tree" && rm "$tree/proc/meminfo" && mknod "$tree/proc/meminfo" c 1 5 2>/dev/null; then
	measured "$THINTUNE" audit --root "$tree" --format json
	cheap "/dev/zero in place of /proc/meminfo: is not held in memory"
	is "/dev/zero in place of /proc/meminfo: the memory is unknown" null "$(jq .node.memory_bytes "$work/out")"
else
	skip "/dev/zero in place of /proc/meminfo" "no device can be made here"
fi

# Many lines ----------------------------------------------------------------------------------------------
# lines COUNT FORMAT: in a file of sysctl.d
lines() {
	mkdir -p "$tree/etc/sysctl.d"
	seq "$1" | awk -v format="$2\n" '{ printf format, $1 }' >"$tree/etc/sysctl.d/50-x.conf"
	measured "$THINTUNE" audit --root "$tree" --format json
}
fresh intel-pstate "$tree"
alone
lines 100000 'net.ipv4.conf.eth%d.rp_filter = 1'
cheap "100,000 lines of sysctl.d: take seconds, not minutes"
lines 100000 'net.ipv4.*.eth%d = 1'
cheap "100,000 patterns: so do they"
lines 100000 '-net.ipv4.eth%d'
cheap "100,000 exceptions: and they"
lines 200001 'a%d=1'
says "more settings than any node has: the rest is not read" \
	'/etc/sysctl.d/50-x.conf:200001: more than 200000 settings: the rest is not read' "$(check conflicts)"
printf 'vm.swappiness = 3\n' >>"$tree/etc/sysctl.d/40-x.conf"
lines 1 'a%d=1'
says "a key that is set differently is still found" '40-x.conf:1' "$(check conflicts)"

# No file -------------------------------------------------------------------------------------------------
# FIFOs, directories, sockets, devices and links in a circle in place of whatever is read.
places=(proc/meminfo proc/cpuinfo proc/cmdline proc/version etc/os-release sys/devices/system/cpu/online
	sys/devices/system/cpu/cpu0/topology/core_cpus sys/devices/system/cpu/cpu1/topology/package_cpus
	sys/devices/system/cpu/cpufreq/policy0/scaling_governor proc/sys/vm/swappiness proc/sys/fs/aio-max-nr
	etc/sysctl.d/x.conf etc/systemd/system/redpanda.service etc/systemd/system.conf etc/udev/rules.d/1.rules
	etc/thintune/advisories.yaml run/thintune/journal.jsonl run/thintune/verdicts/host.json .thintune/errors)
make_it() {
	case $1 in
	fifo) mkfifo "$2" ;;
	directory) mkdir "$2" ;;
	socket) "$python" -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind("s"); os.rename("s", sys.argv[2])' "${2%/*}" "${2##*/}" ;;
	device) mknod "$2" c 1 5 ;;
	circle) ln -s "${2##*/}" "$2" ;;
	esac
}
# attempt COMMAND PLACE: by $program; adds to $bad
attempt() {
	run timeout -s KILL 60 "$program" "$1" --root "$tree" --format json
	case $code in
	1) [ -n "$err" ] || bad="$bad $1 $2: 1 without a sentence" ;;
	0 | 2 | 3 | 4) ;;
	*) bad="$bad $1 $2: $code" ;;
	esac
}
for kind in fifo directory socket device circle; do
	if [ "$kind" = device ] && ! { is_root && mknod "$work/zero" c 1 5 2>/dev/null; }; then
		skip "$kind: nothing waits for one" "no device can be made here"
		continue
	fi
	# What can be opened and never ends meets the program with sanitizers.
	case $kind in
	fifo | device) program=$THINTUNE ;;
	*) program=$shipped ;;
	esac
	bad=
	fresh intel-pstate "$tree"
	for place in "${places[@]}"; do
		mkdir -p "$tree/${place%/*}"
		rm -rf "$work/kept"
		[ ! -e "$tree/$place" ] || mv "$tree/$place" "$work/kept"
		make_it "$kind" "$tree/$place"
		attempt audit "$place"
		case $place in
		proc/sys/vm/swappiness) state=$(setting vm.swappiness) ;;
		proc/sys/fs/aio-max-nr) state=$(setting fs.aio-max-nr) ;;
		*) state= ;;
		esac
		case $state in same* | changed*) bad="$bad $place: $state" ;; esac
		rm -r "${tree:?}/$place"
		[ ! -e "$work/kept" ] || mv "$work/kept" "$tree/$place"
	done
	for place in proc/meminfo etc/sysctl.d/x.conf etc/systemd/system/redpanda.service proc/sys/vm/swappiness \
		sys/devices/system/cpu/cpufreq/policy0/scaling_governor run/thintune/reports; do
		mkdir -p "$tree/${place%/*}"
		rm -rf "${tree:?}/$place"
		make_it "$kind" "$tree/$place"
	done
	for command in apply run restore; do attempt "$command" "of all"; done
	is "$kind: nothing waits for one, and each has its answer" "" "$bad"
done
fresh intel-pstate "$tree"
alone
mkdir -p "$tree/etc/sysctl.d"
mkfifo "$tree/etc/sysctl.d/x.conf"
run "$THINTUNE" audit --root "$tree" --format json
says "a FIFO in sysctl.d is named" '/etc/sysctl.d/x.conf: it is no regular file' "$(check conflicts)"

# hwloc ---------------------------------------------------------------------------------------------------
fresh intel-pstate "$tree"
rm "$cpus/cpu1/topology/package_cpus"
mkfifo "$cpus/cpu1/topology/package_cpus"
run "$THINTUNE" audit --root "$tree" --format json
says "a FIFO that hwloc would wait for: the topology is unknown" \
	'not known: /sys/devices/system/cpu/cpu1/topology/package_cpus is no regular file' "$(setting placement)"
if can_trace; then
	fresh intel-pstate "$tree"
	traced -f -qq -o "$work/trace" -e trace=openat "$THINTUNE" apply --root "$tree" >/dev/null 2>&1
	is "apply collects the facts several times" yes "$([ "$("$THINTUNE" restore --root "$tree" >"$work/out"
		grep -c 'settings changed' "$work/out")" -gt 0 ] && echo yes)"
	is "and asks hwloc once" 1 "$(grep -c 'hwloc-nofile-info' "$work/trace")"
else
	skip "apply asks hwloc once" "strace does not work here"
fi

# Limits of the process -----------------------------------------------------------------------------------
# limited LIMIT VALUE COMMAND...
limited() { prlimit "--$1=$2:$2" -- "${@:3}"; }
fresh intel-pstate "$tree"
for command in audit gate run apply restore; do
	expect "a stack of 64 KiB: $command ends with 1" 1 limited stack 65536 "$THINTUNE" "$command" --root "$tree"
	says "a stack of 64 KiB: and says so" 'may have 65536 bytes of stack \(ulimit -s\)' "$err"
	expect "4 open files: $command ends with 1" 1 limited nofile 4 "$THINTUNE" "$command" --root "$tree"
	says "4 open files: and says so" 'may have 4 open files \(ulimit -n\)' "$err"
done
state "$tree" >"$work/before"
run limited nofile 10 "$THINTUNE" audit --root "$tree" --format json
without_run "$work/out" >"$work/few"
without_run "$work/sound" >"$work/all"
same "10 open files are enough for the same report" "$work/all" "$work/few"
# What no file may hold. The report goes through a pipe, so that the shell's own files are none of it.
output=$(limited fsize 0 "$THINTUNE" audit --root "$tree" --output "$work/report" 2>&1 </dev/null | cat; echo "${PIPESTATUS[0]}")
is "no file may grow: audit --output ends with 1, not by a signal" 1 "${output##*$'\n'}"
says "no file may grow: and says so" 'File too large' "$output"
output=$(limited fsize 0 "$THINTUNE" apply --root "$tree" 2>&1 </dev/null | cat; echo "${PIPESTATUS[0]}")
is "no file may grow: apply ends with 4" 4 "${output##*$'\n'}"
says "no file may grow: nothing was written, since it could not be undone" 'nothing was written, since it could not be undone' "$output"
output=$(limited fsize 0 "$THINTUNE" run --root "$tree" 2>&1 </dev/null | cat; echo "${PIPESTATUS[0]}")
is "no file may grow: run cannot leave a verdict, and does not say yes" 1 "${output##*$'\n'}"
says "no file may grow: run says why" 'cannot write the verdict' "$output"
expect "no file may grow: gate gives the same answer" 1 "$THINTUNE" gate --root "$tree"
state "$tree" >"$work/after"
same "no file may grow: nothing was written" "$work/before" "$work/after"

# Memory. AddressSanitizer takes terabytes of addresses, so there one large allocation stands for all.
printf '# redpanda\n' >"$work/redpanda.yaml"
if grep -qa __asan_init "$THINTUNE"; then
	run env ASAN_OPTIONS="$ASAN_OPTIONS:allocator_may_return_null=1:max_allocation_size_mb=1" \
		"$THINTUNE" audit --root "$tree" --redpanda-config "$work/redpanda.yaml"
else
	# With less than its own size and some, the kernel cannot even load it.
	run limited as $(($(stat -c %s "$THINTUNE") + 750000)) "$THINTUNE" audit --root "$tree" --redpanda-config "$work/redpanda.yaml"
fi
is "no memory: ends with 1, not by a signal" 1 "$code"
says "no memory: and says so" 'there is not enough memory' "$err"

# Processes. root has as many as it wants.
if can_be_nobody; then
	cp "$THINTUNE" "$work/thintune"
	chmod 755 "$work"
	run setpriv --reuid=65533 --regid=65533 --clear-groups --inh-caps=-all --bounding-set=-all -- \
		prlimit --nproc=0:0 -- env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$work/thintune" audit --root "$tree" --format json
	is "no process more: the audit has its answer" yes "$([ "$code" -eq 3 ] || [ "$code" -eq 4 ] && echo yes || echo "$code $err")"
	says "no process more: the topology is unknown, and it is said" 'cannot run hwloc: Resource temporarily unavailable' "$(setting placement)"
else
	skip "no process more: the topology is unknown, and it is said" "this root cannot become somebody else"
fi
finish
