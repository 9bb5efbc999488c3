/* SPDX-License-Identifier: Apache-2.0 */
/* The tuner table: one row a tuner, with its reason, price and undo. */
#include "tuners/tuners.h"

#include "base/text.h"

const struct tuner tuner_table[] = {
    {
	.name = "sysctl",
	.summary = "kernel parameters below /proc/sys",
	.why = "Redpanda needs more asynchronous I/O events than the kernel allows by default, "
	       "and its memory must not be swapped out.",
	.trade_off = "Larger limits let a faulty program take more kernel memory.",
	.undo = "thintune restore; or sysctl -w KEY=VALUE with the value in the NOW column of the "
		"audit; a reboot undoes all. Some keys change others with them: vm.dirty_bytes "
		"sets vm.dirty_ratio to 0, net.ipv4.ip_forward and some of net.ipv*.conf.all and "
		".default set each interface's; restore gives those back, too.",
	.advice = "https://docs.redpanda.com/current/reference/rpk/rpk-redpanda/"
		  "rpk-redpanda-tune-list/",
	.not_by_watch = "",
	.peers = "rpk writes fs.aio-max-nr = 1048576 whatever is in use, which is too small from "
		 "96 shards up; perftune does not set it. Here the number is what others use and "
		 "what the broker's shards ask for by its flags in redpanda.yaml, `at-least` never "
		 "lowers, each write is read back, and a sysctl.d file that would win at the next "
		 "boot is named. Like perftune it gives TCP 3 % of memory, unless "
		 "--broker-memory or the flags say what the broker takes: then at most half of "
		 "the rest, lowered no further than to 64 MiB or those 3 %.",
	.plan = tune_sysctl,
    },
    {
	.name = "governor",
	.summary = "CPU frequency governor and energy preference, per policy",
	.why = "A core that has to speed up first answers the first requests late.",
	.trade_off = "Idle nodes draw more power.",
	.undo = "thintune restore; or write the old governor into "
		"/sys/devices/system/cpu/cpufreq/policy*/scaling_governor, then the old energy "
		"preference.",
	.advice = "https://docs.kernel.org/admin-guide/pm/cpufreq.html",
	.not_by_watch = "",
	.peers = "rpk counts cores where the kernel counts policies, so SMT siblings are left out, "
		 "and reports \"applied\" where there is no cpufreq; perftune does not do it. Here "
		 "each policy is one setting, the energy preference is written before the "
		 "governor, turbo stays as it is, and no cpufreq is `unsupported`.",
	.plan = tune_governor,
	.shows_on_disk = true,
    },
    {
	.name = "cstates",
	.summary = "idle states slower than a limit, per CPU",
	.why = "Waking a core from a deep idle state can take longer than the request it serves.",
	.trade_off = "More heat and power, and less turbo for the other cores.",
	.undo = "thintune restore; or write 0 into /sys/devices/system/cpu/cpu*/cpuidle/state*/"
		"disable.",
	.advice = "https://docs.kernel.org/admin-guide/pm/cpuidle.html",
	.not_by_watch = "",
	.peers = "rpk rewrites the boot loader's command line; TuneD holds /dev/cpu_dma_latency, "
		 "which is lost when a oneshot exits. Here the states are switched off one by one, "
		 "never the shallowest, and only if the profile asks.",
	.plan = tune_cstates,
	.shows_on_disk = true,
    },
    {
	.name = "clocksource",
	.summary = "the kernel's clock source",
	.why = "A slow clock source costs a device access on every reading of the clock.",
	.trade_off = "A time stamp counter that is not steady makes time jump, so it is chosen "
		     "only where the processor guarantees that it is.",
	.undo = "thintune restore; or write the old name into /sys/devices/system/clocksource/"
		"clocksource0/current_clocksource.",
	.advice = "https://docs.kernel.org/timers/timekeeping.html",
	.not_by_watch = "a change makes every CPU wait, and time may jump",
	.peers =
	    "rpk and perftune force tsc by the name of the hypervisor, which they misread inside a "
	    "container. Here only a slow source is replaced, by one that suits CPU and hypervisor.",
	.plan = tune_clocksource,
	.shows_on_disk = true,
    },
    {
	.name = "hugepages",
	.summary = "transparent huge pages",
	.why =
	    "Seastar asks for huge pages for its memory; fewer TLB misses mean steadier latency.",
	.trade_off = "With `always` every other program of the node gets them too, so `madvise` is "
		     "enough and an `always` that someone chose is left alone.",
	.undo = "thintune restore; or write the old word into "
		"/sys/kernel/mm/transparent_hugepage/enabled, and `inherit` into the file of the "
		"same name below hugepages-2048kB.",
	.advice = "https://docs.kernel.org/admin-guide/mm/transhuge.html",
	.not_by_watch = "",
	.peers = "rpk writes `always` on every run without looking; perftune does not do it. Here "
		 "`never` becomes `madvise`, which spares the other programs, and `always` stays; "
		 "a `never` for pages of "
		 "the usual size alone, which Linux has since 6.8, overrides that and becomes "
		 "`inherit`.",
	.plan = tune_hugepages,
    },
    {
	.name = "disk-queue",
	.summary = "block queues of the disks below the data directory",
	.why = "Seastar schedules its own I/O; a second scheduler, merging and write-back "
	       "throttling only add latency.",
	.trade_off = "Other programs on the same disk lose the kernel's fairness between them.",
	.undo = "thintune restore; or write the old values into /sys/block/DISK/queue/, the "
		"scheduler first, since it resets the others.",
	.advice = "https://docs.kernel.org/block/queue-sysfs.html",
	.not_by_watch = "a write below queue/ stops all requests of the disk for a moment",
	.peers = "rpk tunes nothing below NVMe multipath heads and fails on overlayfs; perftune "
		 "hides failed writes. Here every device that orders requests itself is found: "
		 "the disks below partitions, LVM, md, dm-crypt, bcache, NVMe multipath heads and "
		 "the files of loop devices, those of an XFS log or realtime device and of an "
		 "external ext4 journal, the loop devices, and dm-multipath, whose paths then get "
		 "only what belongs to a single request. Before Linux 6.10 a host-managed zoned "
		 "disk keeps its scheduler. What a new scheduler resets is put back, but not "
		 "nr_requests where it is the old scheduler's own default (so that a drive without "
		 "one gets its full depth, as with rpk and perftune, and the row says so), and a "
		 "disk that is not found is a failed check that says why.",
	.plan = tune_disk_queue,
	.shows_on_disk = true,
	.needs_facts = FACTS_DISKS,
    },
    {
	.name = "net-queues",
	.summary = "channels and rings of network cards",
	.why = "A queue without a CPU of its own shares one, and a CPU without a queue idles.",
	.trade_off = "Changing them takes the link down for a moment, on some clouds for seconds.",
	.undo = "thintune restore; or ethtool -L NIC combined N and ethtool -G NIC rx N tx N with "
		"the old numbers.",
	.advice = "https://docs.kernel.org/networking/scaling.html",
	.not_by_watch = "a change takes the link down for a moment",
	.peers =
	    "rpk and perftune set the count for five drivers, perftune without a look at what the "
	    "driver can do, and neither puts masks back that the change resets. Here the driver "
	    "is asked in the process, its limit is kept, the number is read back, and facts "
	    "are read again before anything that depends on the queues.",
	.plan = tune_net_queues,
	.needs_facts = FACTS_PLACEMENT,
    },
    {
	.name = "irqbalance",
	.summary = "keeps irqbalance from moving our interrupts",
	.why = "irqbalance would move them back within ten seconds.",
	.trade_off = "These interrupts stay where they are when the load changes.",
	.undo = "thintune restore; or remove the block between the two thintune lines from "
		"irqbalance's configuration and run systemctl try-restart irqbalance.",
	.advice = "https://github.com/Irqbalance/irqbalance",
	.not_by_watch =
	    "irqbalance may have to be restarted, which moves interrupts of other devices",
	.peers =
	    "rpk and perftune append bans that are never removed, perftune before the queues are "
	    "final; rpk asks ps, which sees nothing in a container. Here one marked block holds "
	    "exactly our interrupts, the variable is the one that its unit hands over, drop-ins "
	    "included (without one it is `manual`), a running irqbalance is told over its socket "
	    "without a restart, and only then the masks are written, those that were right "
	    "looked at once more. If it would move interrupts of other devices to isolated CPUs, "
	    "the report says which CPUs to ban.",
	.plan = tune_irqbalance,
	.needs_facts = FACTS_IRQBALANCE,
	.needs_placement = true,
    },
    {
	.name = "disk-irq",
	.summary = "which CPU serves each interrupt of the data disks",
	.why = "Completions that pile up on one CPU slow the shard that runs there.",
	.trade_off = "A fixed place follows no load; other disks keep what they have.",
	.undo = "thintune restore; or write the old list into /proc/irq/N/smp_affinity_list.",
	.advice = "https://docs.kernel.org/core-api/irq/irq-affinity.html",
	.not_by_watch = "",
	.peers = "rpk reads the root port's vectors instead of the drive's, pools them in random "
		 "order, takes virtio10 for virtio1, and hides the EIO of interrupts that the "
		 "kernel manages; perftune mixes configuration with queue vectors and hides EIO as "
		 "well. Here vectors are found through the last PCI function, told apart by the "
		 "names that their driver gives them (docs/interrupts.md), "
		 "placed in numeric order near their NUMA node, and managed ones are reported with "
		 "where they arrive. Isolated CPUs are left out (isolcpus, nohz_full, isolated "
		 "control groups). Each queue of an NVMe drive stays on the CPUs that use it, as "
		 "with perftune, also when CPUs are dedicated.",
	.plan = tune_disk_irq,
	.shows_on_disk = true,
	.needs_facts = FACTS_DISKS | FACTS_PLACEMENT,
	.needs_placement = true,
    },
    {
	.name = "net-irq",
	.summary = "which CPU serves each queue of the network cards",
	.why = "Packets that arrive on one CPU make its shard the slowest of all.",
	.trade_off = "Affinity is lost when a link goes down and up or its driver is reloaded.",
	.undo = "thintune restore; or write the old list into /proc/irq/N/smp_affinity_list.",
	.advice = "https://docs.kernel.org/networking/scaling.html",
	.not_by_watch = "",
	.peers = "rpk tunes only the first slave of a bond and knows few drivers' names; perftune "
		 "takes the interrupts of every card of a driver, puts both directions of a queue "
		 "on different CPUs, and takes the first cores whatever node the card is on. Here "
		 "bonds, VLANs and virtual functions are followed down, both directions of a queue "
		 "share a CPU near the card, control vectors stay apart, of several ports on "
		 "one PCI function each has the vectors that name it (docs/interrupts.md), and "
		 "isolated CPUs are left out.",
	.plan = tune_net_irq,
	.needs_facts = FACTS_PLACEMENT,
	.needs_placement = true,
    },
    {
	.name = "irq-default",
	.summary = "where new interrupts start, when some CPUs serve none, and NUMA balancing, "
		   "when CPUs are dedicated",
	.why = "A device that comes up later must not interrupt the CPUs that run Redpanda.",
	.trade_off = "Without NUMA balancing other programs' memory stays where it was first used.",
	.undo =
	    "thintune restore; or write the old mask into /proc/irq/default_smp_affinity and the "
	    "old number into /proc/sys/kernel/numa_balancing.",
	.advice = "https://docs.kernel.org/core-api/irq/irq-affinity.html",
	.not_by_watch = "",
	.peers =
	    "Neither rpk nor perftune sets them. Here the default mask holds online CPUs only, "
	    "kernel threads keep all CPUs, and nothing is set while interrupts and Redpanda "
	    "share all CPUs. Where some are isolated, new interrupts start on the others.",
	.plan = tune_irq_default,
	.needs_facts = FACTS_PLACEMENT,
	.needs_placement = true,
	.tell_placement = tune_placement,
    },
    {
	.name = "net-steering",
	.summary = "which CPUs work for which queue of a network card: RPS, RFS, XPS, aRFS",
	.why = "Packets that change CPUs on their way cost cache misses and locks.",
	.trade_off = "Steering in software costs an interrupt to another CPU for each batch.",
	.undo = "thintune restore; or write 0 into rps_cpus and rps_flow_cnt of the receive queues "
		"and the old masks into xps_cpus of the others, below /sys/class/net/NIC/queues.",
	.advice = "https://docs.kernel.org/networking/scaling.html",
	.not_by_watch = "",
	.peers = "rpk and perftune compare masks as text and flow counts before the kernel's "
		 "rounding, so some never match; perftune steers to the interrupt CPUs as well "
		 "and writes queues in the order rx-10, rx-2. Here masks are sets, counts are what "
		 "the kernel reads back, a queue for every CPU means no steering, a CPU sends by "
		 "the queue whose interrupts it serves and by any where that is not known, "
		 "representors and subfunctions are left alone, and isolated CPUs get no "
		 "packets.",
	.plan = tune_net_steering,
	.needs_facts = FACTS_PLACEMENT,
    },
    {
	.name = "pinning",
	.summary = "hands the CPUs of Redpanda over to rpk and to redpanda.service",
	.why = "A reactor on a CPU that serves interrupts is interrupted by them.",
	.trade_off =
	    "Redpanda has fewer CPUs, and so fewer shards. Only `rpk redpanda start` of 25.3 and "
	    "later reads the state file; an older one is held by the drop-in alone. rpk refuses "
	    "`--cpuset` together with the state file, so no state file is written if "
	    "redpanda.yaml has the flag. If redpanda.yaml asks for more shards or other CPUs, all "
	    "CPUs stay shared.",
	.undo = "thintune restore; or remove /run/redpanda_node_tuner_state.yaml and "
		"/run/systemd/system/redpanda.service.d/50-thintune.conf and run systemctl "
		"daemon-reload.",
	.advice = "https://docs.redpanda.com/current/reference/rpk/rpk-redpanda/"
		  "rpk-redpanda-start/",
	.not_by_watch = "its drop-in takes a daemon-reload, and counts at the next start only",
	.peers = "perftune prints a mask that nobody uses; rpk writes the state file. Here rpk's "
		 "file, which rpk 25.3 and later reads, is written as well, the service is kept on "
		 "the same CPUs, never on others than its unit allows (CPUAffinity, AllowedCPUs), "
		 "and both go with `restore` or the next boot.",
	.plan = tune_pinning,
	.needs_facts = FACTS_PLACEMENT | FACTS_HOST,
	.needs_placement = true,
    },
    {
	.name = "fstrim",
	.summary = "systemd's fstrim.timer: enabled, and active now",
	.why = "A drive that is never told which blocks are free has fewer of them to write to, "
	       "and slows down as it fills.",
	.trade_off = "Disruptive: while it trims, once a week, requests to some drives wait for "
		     "it; and as the timer is Persistent=, systemd trims at once when it is "
		     "started if the last time is long ago.",
	.undo = "thintune restore; or systemctl disable --now fstrim.timer.",
	.advice = "https://man7.org/linux/man-pages/man8/fstrim.8.html",
	.not_by_watch = "systemd trims at once if the last time is long ago",
	.peers = "rpk starts the timer without enabling it, so that it is gone at the next boot, "
		 "or writes units of its own into /etc that nothing removes; perftune does not do "
		 "it. Here it is done only if the profile asks, `storage: {fstrim: true}`: the "
		 "one link that `systemctl enable` makes, and `systemctl start`, each with its "
		 "original in the journal. A masked unit stays masked, and where a unit asks for "
		 "other links, or from a container, the report says what to type.",
	.plan = tune_fstrim,
	.needs_facts = FACTS_HOST,
    },
    {
	.name = "ballast",
	.summary = "a file in the data directory that only takes space",
	.why = "Redpanda cannot start on a full disk to delete records; a file that may go gives "
	       "it the room.",
	.trade_off = "It takes its size from the data, and the making of it is disruptive on a "
		     "disk that is nearly full.",
	.undo = "thintune restore; or rm DATA_DIRECTORY/ballast.",
	.advice = "https://docs.redpanda.com/current/reference/rpk/rpk-redpanda/"
		  "rpk-redpanda-tune-list/",
	.not_by_watch =
	    "a file of that size is written, and somebody may have removed it in an emergency",
	.peers = "rpk takes 1GiB for 10^9 bytes (Tune() of its Go package tuners/ballast asks "
		 "FromHumanSize()), gives the file to root, makes it again on every run, and its "
		 "script makes a sparse one; perftune does not do it. Here it is made only if the "
		 "profile asks, `storage: {ballast: 1GiB}`, which is 2^30 bytes: all of it "
		 "allocated, by a process that is the directory's owner and no more, never over "
		 "what is there, and only while as much stays free as the profile checks. One "
		 "that somebody removed in an emergency does not come back by itself, but with "
		 "`thintune apply --only ballast`. What is there and differs is left alone, and "
		 "the report says what to type.",
	.plan = tune_ballast,
    },
    {
	.name = "boot",
	.summary = "advice about the kernel command line; never written",
	.why = "Some things can only be set at boot. isolcpus=managed_irq is none of them: for a "
	       "drive with a queue for each CPU it does nothing.",
	.trade_off = "Each needs a reboot, and isolated CPUs are lost to everything else.",
	.undo = "remove the parameter from the kernel command line again and reboot.",
	.advice = "https://docs.kernel.org/admin-guide/kernel-parameters.html",
	.not_by_watch = "nothing is written: each takes a reboot",
	.peers = "rpk edits /etc/default/grub through a map that drops repeated parameters. Here "
		 "nothing is edited: the report says what to add and why.",
	.plan = tune_boot,
    },
    {
	.name = "checks",
	.summary =
	    "what must hold and cannot be set: data directory, memory, kernel, clock, rivals, "
	    "hardware, known faults",
	.why = "Redpanda started on the wrong file system or without its volume loses data.",
	.trade_off = "None: checks write nothing.",
	.undo = "nothing to undo.",
	.advice = "https://docs.redpanda.com/current/deploy/redpanda/manual/production/"
		  "production-readiness/",
	.not_by_watch = "nothing is written",
	.peers =
	    "rpk redpanda check exits 0 when checks fail, calls total memory free, wants swap, and "
	    "asks timedatectl for the clock; neither it nor perftune looks for other programs, "
	    "sysctl.d files and udev rules. Here each check says what it wants and what it "
	    "found, an unknown is an unknown, and the exit code follows; who sets what the plan "
	    "sets is named, and nobody else.",
	.plan = tune_checks,
    },
};

const size_t tuner_count = sizeof(tuner_table) / sizeof(tuner_table[0]);

const struct tuner *tuner_find(const char *name)
{
	for (size_t i = 0; i < tuner_count; i++) {
		if (text_equal(tuner_table[i].name, name))
			return &tuner_table[i];
	}
	return NULL;
}

const char *tuner_advice(const char *name)
{
	const struct tuner *tuner = name ? tuner_find(name) : NULL;

	return tuner ? tuner->advice : NULL;
}
