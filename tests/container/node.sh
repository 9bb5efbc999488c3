# shellcheck shell=bash
# Snapshots of this machine's settings, to compare and to put back. Sourced.

# The one sysctl here that uid 0 alone may not write; not every kernel has it.
numa=/proc/sys/kernel/numa_balancing
# Queue directory of the data directory's disk, set by the caller; empty where it has none.
queue=

# The queue directory of the disk that holds a directory; nothing where that is no disk of its own.
queue_of() {
	local device queue
	device=$(readlink -f "/sys/dev/block/$(stat -c '%Hd:%Ld' "$1")") || return 0
	[[ ! -e $device/partition ]] || device=${device%/*}
	queue=/sys/class/block/${device##*/}/queue
	[[ ! -w $queue/nomerges ]] || printf '%s\n' "$queue"
}

# The value of a file; of a list of choices the one in brackets.
chosen() {
	sed -e 's/.*\[\([^]]*\)\].*/\1/' "$1"
}

# What changes by itself, or on behalf of others, while the test runs.
moving='^/proc/sys/(fs/(aio-nr|dentry-state|file-nr|inode-nr|inode-state|quota/.*)'
moving+='|kernel/(ns_last_pid|pty/nr|random/.*|perf_event_max_sample_rate)'
moving+='|fs/binfmt_misc/.*|net/netfilter/nf_conntrack_count|vm/stat_refresh):'

# usage: snapshot NAME : NAME.sys has all of /proc/sys, NAME.own the objects that the profile touches
snapshot() {
	grep -rsH '' /proc/sys | grep -avE "$moving" | sort >"$1.sys" || true
	{
		grep -sH '' /proc/sys/vm/swappiness /proc/sys/fs/aio-max-nr "$numa"
		[[ ! $queue ]] || grep -rsH '' "$queue"
		grep -sH '' /sys/devices/system/cpu/cpu*/cpuidle/state*/disable \
			/sys/devices/system/clocksource/clocksource0/current_clocksource \
			/sys/kernel/mm/transparent_hugepage/{enabled,defrag,hugepages-*/enabled} \
			/proc/irq/default_smp_affinity /proc/irq/*/smp_affinity_list
	} | sort >"$1.own" || true
}

# usage: put_back SNAPSHOT.own : writes every value that is no longer what it was, the scheduler
# first because it resets others
put_back() {
	local pass path value
	for pass in scheduler .; do
		while IFS=: read -r path value; do
			[[ $path =~ $pass && -w $path && $(cat "$path" 2>/dev/null) != "$value" ]] || continue
			value=${value##*[}
			value=${value%%]*}
			printf '%s\n' "$value" >"$path" || true
		done <"$1"
	done
}
