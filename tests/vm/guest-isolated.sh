# shellcheck shell=sh
# Guest script of test-isolated. Writes "ok - ..." and "not ok - ..." lines to /out/tap.
# shellcheck source=tests/vm/guest-lib.sh disable=SC1091
. /guest-lib.sh
# shellcheck source=tests/vm/guest-kill.sh disable=SC1091
. /guest-kill.sh

# CPU 3 is isolated by isolcpus and nohz_full, which have to match (kernel/sched/isolation.c,
# housekeeping_setup()), and later CPU 1 by a partition.
isolated=/sys/devices/system/cpu/isolated
tickless=/sys/devices/system/cpu/nohz_full
group=/sys/fs/cgroup/apart
pods=/sys/fs/cgroup/kubepods.slice
own=kubepods-pod1_2.slice/cri-containerd-own.scope
shared=kubepods-besteffort-pod3.slice/cri-containerd-shared.scope

# lists_of PATTERN: where each vector whose name matches may go.
lists_of() {
	awk -v "name=$1" '$NF ~ name { sub(":", "", $1); print $1 }' /proc/interrupts | while read -r list_irq; do
		cat "/proc/irq/$list_irq/smp_affinity_list"
	done
}

# fact KEY: a string of the facts about isolated CPUs.
fact() { thintune facts --format json | sed -n '/"isolated": {/,/}/p' | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# interrupt_cpus: those that an audit chooses for interrupts.
interrupt_cpus() {
	# shellcheck disable=SC2086 # $options is several words
	thintune audit $options --format json | sed -n 's/.*"interrupt_cpus": *"\([^"]*\)".*/\1/p' | head -n 1
}

test_boot() {
	is "$(cat $isolated)" 3 "the kernel shows what isolcpus= says"
	is "$(fact isolcpus)" 3 "so do the facts"
	is "$(cat $tickless)" 3 "and what nohz_full= says"
	is "$(fact nohz_full)" 3 "so do the facts"
	is "$(interrupt_cpus)" 0-2 "interrupts go to the others"
}

# Since Linux 6.1 a partition may be isolated; the root group lists them all since cgroup/cpuset: Expose
# cpuset.cpus.isolated (877c737db935), which is later.
test_partition() {
	echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control && mkdir $group && echo 1 >$group/cpuset.cpus &&
		echo isolated >$group/cpuset.cpus.partition
	is $? 0 "a control group becomes an isolated partition"
	is "$(cat $group/cpuset.cpus.partition)" isolated "which the kernel takes ($(ls /sys/fs/cgroup/cpuset.cpus.isolated 2>&1))"
	is "$(fact partitions)" 1 "the facts have its CPU"
	is "$(fact cpus)" 1,3 "beside the one of the command line"
	is "$(interrupt_cpus)" 0,2 "interrupts go to what is left"
}

test_apply() {
	lists_of '(input|output)[.]' >/tmp/before
	# shellcheck disable=SC2086 # $options is several words
	thintune apply $options >/out/apply.txt 2>&1
	is $? 0 "an apply ends with 0"
	is "$(lists_of '(input|output)[.]' | sort -u | xargs)" "0 2" "no queue of the card is left on an isolated CPU"
	is "$(sed 's/^0*//' /proc/irq/default_smp_affinity)" 5 "nor do new interrupts start there"
	# shellcheck disable=SC2086 # $options is several words
	thintune audit $options >/out/audit.txt 2>&1
	is $? 0 "an audit finds nothing more"
	is "$(grep -c '^isolated from interrupts: CPUs 1,3 (isolcpus 3, nohz_full 3, control group partitions 1)' /out/audit.txt)" 1 \
		"and says which CPUs are spared"
	thintune restore >/out/restore.txt 2>&1
	is $? 0 "a restore ends with 0"
	lists_of '(input|output)[.]' >/tmp/after
	cmp /tmp/before /tmp/after
	is $? 0 "and every queue is where it was"
}

test_gone() {
	rmdir $group
	is "$(fact partitions)" "" "without the partition its CPU is isolated no more"
	is "$(interrupt_cpus)" 0-2 "and serves interrupts"
}

# Waiting --------------------------------------------------------------------------------------------

interrupts_are_on() { [ "$(lists_of '(input|output)[.]' | sort -u | xargs)" = "$1" ]; }

# said KEY: the first value of that name in what watch has published
said() { sed -n "s/^ *\"$1\": *//p" /run/public/watch.json | head -n 1 | sed 's/,$//; s/^"//; s/"$//'; }

has_said() { [ "$(said "$1")" = "$2" ]; }

# Control groups as a kubelet and containerd make them with systemd's names. The container is there, with its CPU,
# before its main process is the broker.
test_containers() {
	mkdir -p /run/public $pods/kubepods-besteffort.slice/$shared
	for containers_dir in /sys/fs/cgroup $pods $pods/kubepods-besteffort.slice $pods/kubepods-besteffort.slice/${shared%/*}; do
		echo +cpuset >"$containers_dir/cgroup.subtree_control"
	done
	echo 0-2 >$pods/kubepods-besteffort.slice/$shared/cpuset.cpus
	# What was restored above may be repaired again.
	thintune watch --resume
	# shellcheck disable=SC2086 # $options is several words
	thintune watch --repair --interval 24h --publish /run/public $options >/out/watch.txt 2>&1 &
	containers_watch=$!
	until_true [ -e /run/public/watch.json ]
	is "$(said seen)" "" "watch looks where no container has CPUs alone"
	interrupts_are_on "0 1 2"
	is $? 0 "interrupts are on all CPUs that are not isolated"

	mkdir -p $pods/$own
	echo +cpuset >$pods/cgroup.subtree_control
	echo +cpuset >$pods/${own%/*}/cgroup.subtree_control
	echo 0-1 >$pods/kubepods-besteffort.slice/$shared/cpuset.cpus
	echo 2 >$pods/$own/cpuset.cpus
	until_true has_said seen 2
	is "$(said seen) $(said followed)" "2 " "a container that gets a CPU alone wakes it, and is not followed at once"
	interrupts_are_on "0 1 2"
	is $? 0 "interrupts stay"

	printf '#!/bin/sh\necho $$ >%s/cgroup.procs\nexec /bin/redpanda\n' $pods/$own >/tmp/start
	printf '#!/bin/sh\nwhile :; do usleep 100000; done\n' >/bin/redpanda
	chmod 755 /tmp/start /bin/redpanda
	containers_start=$(uptime_ms)
	setsid /tmp/start &
	containers_broker=$!
	until_true interrupts_are_on "0 1"
	is $? 0 "a broker starts in it: interrupts leave its CPU ($(($(uptime_ms) - containers_start)) ms later)"
	until_true has_said followed 2
	is "$(thintune facts | grep -c 'CPUs 2: container cri-containerd-own.scope of pod 1_2 (by its control group; a broker.s, by its main process)')" 1 \
		"facts say whose it is"

	kill -KILL $containers_broker
	wait $containers_broker
	until_true rmdir $pods/$own
	rmdir $pods/${own%/*}
	echo 0-2 >$pods/kubepods-besteffort.slice/$shared/cpuset.cpus
	until_true has_said seen ""
	is "$(said followed)" 2 "the container goes: its CPU does not come back at once"
	until_true interrupts_are_on "0 1 2" || until_true interrupts_are_on "0 1 2"
	is $? 0 "but after a minute"
	kill -TERM $containers_watch
	wait $containers_watch
	is $? 0 "SIGTERM ends watch"
	thintune restore >/out/restore.txt 2>&1
}

: >/out/tap
setup_network
setup_storage || exit 1
sed 's/dedicated/shared/' /profile.yaml >/tmp/shared.yaml
options="--profile /tmp/shared.yaml --only net-irq,irq-default"
for phase in boot partition apply gone containers; do
	"test_$phase"
done
