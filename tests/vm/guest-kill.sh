# shellcheck shell=sh
# shellcheck disable=SC2086 # $options is several words
# The measuring instruments of guest-lifecycle.sh: TAP lines, the whole state, traces, kills.

# What every thintune of the test is started with.
options=

result() { echo "$1 - $2" | tee -a /out/tap >/dev/console; }

detail() { sed -n '1,20s/^/# /p' | tee -a /out/tap >/dev/console; }

# is HAVE WANT SENTENCE
is() {
	if [ "$1" = "$2" ]; then
		result ok "$3"
	else
		result "not ok" "$3"
		printf 'have: %s\nwant: %s\n' "$1" "$2" | detail
	fi
}

isnt() {
	if [ "$1" != "$2" ]; then
		result ok "$3"
	else
		result "not ok" "$3"
		printf 'have: %s\n' "$1" | detail
	fi
}

# Starting values that differ from the kernel's, so that a restore to the defaults is seen.
# The last drive starts with a scheduler of which every trace goes when another one is chosen.
unusual_start() {
	for start_disk in nvme0n1 nvme1n1; do
		[ -e "/sys/block/$start_disk/queue/scheduler" ] || return 1
	done
	start_queue=/sys/block/nvme0n1/queue
	echo mq-deadline >$start_queue/scheduler &&
		echo 7 >$start_queue/iosched/fifo_batch &&
		echo 3000 >$start_queue/iosched/write_expire &&
		echo 96 >$start_queue/nr_requests &&
		echo 0 >$start_queue/nomerges &&
		echo 1 >$start_queue/add_random &&
		echo 1024 >$start_queue/read_ahead_kb || return 1
	start_queue=/sys/block/nvme1n1/queue
	echo bfq >$start_queue/scheduler &&
		echo 3 >$start_queue/iosched/slice_idle &&
		echo 48 >$start_queue/nr_requests &&
		echo 1 >$start_queue/nomerges || return 1
	# The kernel changes min_free_kbytes when transparent hugepages are switched on or off.
	echo 60 >/proc/sys/vm/swappiness &&
		echo 77777 >/proc/sys/fs/aio-max-nr &&
		echo never >/sys/kernel/mm/transparent_hugepage/enabled &&
		echo 9000 >/proc/sys/vm/min_free_kbytes
}

uptime_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }

# Every readable line of everything thintune may touch, as PATH:LINE. Few processes read it all: one
# per file would take minutes of emulated time.
# dump LIST: LIST holds the files outside of /sys/block to read; those below may come and go.
dump() {
	xargs grep -Hs '' <"$1"
	set -- /proc/irq/default_smp_affinity /proc/irq/*/smp_affinity \
		/sys/devices/system/clocksource/clocksource0 /sys/devices/virtual/workqueue/cpumask
	for dump_queue in /sys/block/*/queue; do
		set -- "$@" "$dump_queue/"
	done
	grep -rs '' "$@"
}

# Two lists of files: /proc/sys, transparent hugepages and the NICs' queues except what changes by
# itself; and for the kill rounds the same without the many per-interface sysctls of the network.
list_files() {
	grep -v '^#' /volatile.list >/tmp/volatile
	find /proc/sys /sys/kernel/mm/transparent_hugepage /sys/class/net/*/queues/ -type f |
		grep -v -x -E -f /tmp/volatile >/tmp/files
	grep -v -E '^/proc/sys/net/ipv[46]/(conf|neigh)/' /tmp/files >/tmp/files.short
}

take_state() {
	list_files
	dump /tmp/files >/tmp/before
	dump /tmp/files.short >/tmp/before.short
	# A comparison of nothing with nothing would always succeed.
	for state_sample in /proc/sys/vm/swappiness /sys/block/nvme1n1/queue/iosched/slice_idle \
		/sys/kernel/mm/transparent_hugepage/enabled /proc/irq/default_smp_affinity; do
		grep -q "^$state_sample:" /tmp/before.short
		is $? 0 "the whole state has $state_sample"
	done
}

# What comes next needs a clean start, whatever has failed now.
start_again() {
	thintune restore --force >/dev/null 2>&1
	unusual_start
}

# same_state SENTENCE: a result line about "now is as it was in the beginning".
same_state() {
	dump /tmp/files >/tmp/now
	if cmp -s /tmp/before /tmp/now; then
		result ok "$1"
	else
		result "not ok" "$1"
		state_difference /tmp/before | detail
		start_again
	fi
}

# state_difference BEFORE: the lines that are not as before (-) and what they are now (+).
state_difference() {
	sort "$1" >/tmp/before.sorted
	sort /tmp/now >/tmp/now.sorted
	diff /tmp/before.sorted /tmp/now.sorted | grep '^[-+]/'
}

state_restored() {
	dump /tmp/files.short >/tmp/now
	cmp -s /tmp/before.short /tmp/now
}

# Does the JSON report hold a setting that differs?
differing() {
	if tr -d ' \n' <"$1" | grep -q '"state":"differs"'; then echo yes; else echo no; fi
}

journal_checksum() {
	find /run/thintune -type f -name '*journal*' -exec md5sum {} + | sort
}

changing_calls=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,truncate
changing_calls=$changing_calls,fallocate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir
changing_calls=$changing_calls,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,fchown,fchownat,flock
changing_calls=$changing_calls,open,openat,openat2,creat,sendfile,copy_file_range
# Not every architecture has all of them.
changing_calls="?$(echo "$changing_calls" | sed 's/,/,?/g')"

# trace_writes FILE COMMAND...: the calls that can change something go to /tmp/FILE; the command's exit status.
# Tracer and traced share a CPU: waking another emulated one at every stop takes ten times as long.
trace_writes() {
	trace_file=/tmp/$1
	shift
	taskset 1 strace -f -s 200 -o "$trace_file" -e "trace=$changing_calls" "$@"
}

# The open calls of a trace that could write, except to what is no file of the node.
opened_for_writing() {
	grep -E '(open|creat)[a-z0-9]*\(' "$1" | grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(' |
		grep -v -E '"(/dev/null|/dev/tty)"'
}

# A trace of the main process alone, whose calls killed_at then counts.
trace_moments() {
	moments_file=/tmp/$1
	shift
	taskset 1 strace -o "$moments_file" -e "trace=$changing_calls" "$@"
}

# The moments at which a kill can matter: before each call that writes, syncs, creates, renames or
# opens for writing; the report on stdout and stderr is none of them. Prints "CALL NTH": strace counts
# every system call by itself.
moments() {
	awk '
		!/^[a-z0-9_]+\(/ { next }
		{
			name = substr($0, 1, index($0, "(") - 1)
			nth[name]++
			if (name ~ /^(open|openat|openat2)$/ && $0 !~ /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/)
				next
			if ($0 ~ /^write\([12],/)
				next
			print name, nth[name]
		}' "$1"
}

# killed_at CALL NTH COMMAND...: true if the command was killed right before that call. Not by strace, which stops it
# at every call; that takes as long as all else of a round. (With -f it would kill a helper process in place of the
# command, and with --seccomp-bpf it loses the signal.)
killed_at() {
	kill_call=$1
	kill_nth=$2
	shift 2
	taskset 1 kill-at "$kill_call" "$kill_nth" "$@" >/tmp/killed.out 2>&1
	[ $? -eq 137 ]
}

# What has to hold after every kill; a round that fails is described and counted.
rounds=0
failed_rounds=0
dirty_rounds=0
round_failed() {
	failed_rounds=$((failed_rounds + 1))
	[ "$failed_rounds" -gt 3 ] || {
		echo "kill of $1 before $kill_call number $kill_nth: $2"
		tail -n 3 /tmp/round.out
		state_difference /tmp/before.short
	} | detail
	start_again
}

restore_round() {
	thintune restore >/tmp/round.out 2>&1
	round_status=$?
	if ! state_restored; then
		round_failed "$1" "the state is not as before"
	elif [ "$round_status" -ne 0 ]; then
		round_failed "$1" "restore exited $round_status"
	fi
}

# The three series read moments from stdin.
kill_apply_then_restore() {
	while read -r moment_call moment_nth; do
		rounds=$((rounds + 1))
		if ! killed_at "$moment_call" "$moment_nth" thintune apply $options; then
			: >/tmp/round.out
			round_failed apply "it was not killed"
			continue
		fi
		if [ "$(cat /proc/sys/vm/swappiness /sys/block/nvme*/queue/scheduler)" != "$start_sample" ]; then
			dirty_rounds=$((dirty_rounds + 1))
		fi
		restore_round apply
	done
}

kill_apply_then_apply() {
	while read -r moment_call moment_nth; do
		rounds=$((rounds + 1))
		killed_at "$moment_call" "$moment_nth" thintune apply $options
		if ! thintune apply $options >/tmp/round.out 2>&1; then
			round_failed apply "the next apply did not exit 0"
			continue
		fi
		restore_round apply
	done
}

kill_restore_then_restore() {
	while read -r moment_call moment_nth; do
		rounds=$((rounds + 1))
		thintune apply $options >/dev/null 2>&1
		if ! killed_at "$moment_call" "$moment_nth" thintune restore; then
			: >/tmp/round.out
			round_failed restore "it was not killed"
			continue
		fi
		restore_round restore
	done
}

# series NAME TRACE STEP REST SENTENCE: NAME at every STEP-th moment of the trace, the REST-th of each STEP; with kills=all at
# nine times as many.
series() {
	series_start=$(uptime_ms)
	rounds=0
	failed_rounds=0
	series_step=$3
	[ "$(boot_word thintune.kills)" != all ] || series_step=$((series_step / 9))
	moments "/tmp/$2" | awk -v "step=$series_step" -v "rest=$4" 'NR % step == rest % step' >/tmp/moments
	"$1" </tmp/moments
	is "$failed_rounds" 0 "$5 ($rounds rounds)"
	isnt "$rounds" 0 "$5: there were moments to kill at"
	echo "$1: $rounds rounds, $(($(uptime_ms) - series_start)) ms"
}

test_kills() {
	start_sample=$(cat /proc/sys/vm/swappiness /sys/block/nvme*/queue/scheduler)
	trace_moments kill-apply.trace thintune apply $options >/dev/null 2>&1
	trace_moments kill-restore.trace thintune restore >/dev/null 2>&1
	same_state "the kill rounds begin with the state as it was"
	cp /tmp/kill-apply.trace /tmp/kill-restore.trace /out/
	# Each series takes other moments of the same command.
	series kill_apply_then_restore kill-apply.trace 9 0 \
		"an apply killed at any call is undone by restore"
	isnt "$dirty_rounds" 0 "some killed applies had changed the node ($dirty_rounds of $rounds)"
	series kill_apply_then_apply kill-apply.trace 27 1 \
		"an apply killed at any call is completed by the next apply and undone by restore"
	series kill_restore_then_restore kill-restore.trace 9 2 \
		"a restore killed at any call is completed by the next restore"
}
