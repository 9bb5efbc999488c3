/* SPDX-License-Identifier: Apache-2.0 */
/* Tuners of interrupts: those of disks and network cards, and where new ones start. */
#include "base/text.h"
#include "plan/irq_map.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* What one device's settings have in common. */
struct device {
	const char *name, *driver; /* driver: NULL unknown */
	const char *transport;     /* of a disk; NULL */
	const char *link;          /* of a NIC, as operstate; NULL */
	const char *owns_none;     /* why it has no vectors of its own; NULL: it has */
	const char *rpk_key;
	const char *all_cpus;                                  /* that serve interrupts */
	const char *managed_cpus, *managed, *managed_spanning; /* of vectors that the kernel places:
								* where, and what is said of it */
	struct cpuset *spared;                                 /* Redpanda's CPUs */
};

/* Fills severity, source and why; false: the profile leaves interrupts alone. The rule is ours. */
static bool want_placement(const struct tuning *tuning, struct wish *wish, const char *why)
{
	const struct value *value = profile_get(tuning->profile, "irq", "placement");

	if (tuning->plan->placement.mode == PLACEMENT_LEAVE || !wish_take(wish, value, why))
		return false;
	wish->rule = RULE_EXACT;
	wish->operands = (names){0};
	return true;
}

/* Redpanda has CPUs of its own, and nobody else hands them out. */
static bool is_dedicated(const struct placement *placement)
{
	return placement->is_split && !placement->is_kubelets;
}

/* Where the kernel may have a managed vector. Each queue belongs on the CPUs that submit to it, and
 * the kernel has put it there (block/blk-mq-pci.c, blk_mq_pci_map_queues; since 6.14
 * block/blk-mq-cpumap.c, blk_mq_map_hw_queues), so CPUs of Redpanda are as right as those that
 * serve other interrupts. */
static struct cpuset managed_cpus(struct arena *arena, const struct placement *placement)
{
	if (!is_dedicated(placement))
		return placement->interrupt_cpus;
	return cpuset_or(arena, &placement->interrupt_cpus, &placement->compute_cpus);
}

static const char *managed_note(struct arena *arena, const struct placement *placement)
{
	if (is_dedicated(placement))
		return "the kernel places this driver's queue interrupts by itself, each on the "
		       "CPUs that use the queue";
	if (cpuset_weight(&placement->isolated))
		return arena_printf(arena,
				    "the kernel places this driver's queue interrupts by itself; "
				    "those on isolated CPUs %s come only when these CPUs use the "
				    "disk themselves",
				    cpuset_list(arena, &placement->isolated));
	return "the kernel places this driver's queue interrupts by itself; only its "
	       "number of queues changes that";
}

/* isolcpus=managed_irq takes isolated CPUs out of the mask of a managed vector that has other CPUs,
 * too, and leaves one alone that has none but isolated ones (kernel/irq/manage.c,
 * irq_do_set_affinity). So it does nothing for a queue of one CPU, as drives with a queue for every
 * CPU have. */
static const char *spanning_note(struct arena *arena, const struct placement *placement)
{
	if (!is_dedicated(placement))
		return NULL;
	return arena_printf(arena,
			    "the kernel places this driver's queue interrupts by itself; "
			    "isolcpus=managed_irq,%s on its command line keeps this one on CPUs %s",
			    cpuset_list(arena, &placement->compute_cpus),
			    cpuset_list(arena, &placement->interrupt_cpus));
}

/* What the kernel spreads by itself only has to keep off isolated CPUs: who narrowed it further,
 * such as by irqaffinity=, had a reason. CPUs that are set apart get exactly what they are for. */
static enum rule confining_rule(const struct placement *placement)
{
	return placement->is_split ? RULE_EXACT : RULE_AT_MOST;
}

static void add_vector(const struct tuning *tuning, const struct device *device,
		       const struct irq *irq, const char *what, enum rule rule, const char *cpus)
{
	struct arena *arena = tuning->plan->arena;
	struct wish wish = {
	    .name = arena_printf(arena, "%s %s", device->name, what),
	    .kind = KIND_CPULIST,
	    .path = arena_printf(arena, "/proc/irq/%u/smp_affinity_list", irq->number),
	    .phase = PHASE_VALUES,
	    .rpk_key = device->rpk_key,
	};
	const char *why =
	    irq->role == IRQ_UNKNOWN
		? arena_printf(
		      arena,
		      "the vectors of driver %s do not name queues, so all of them are spread",
		      device->driver ? device->driver : "unknown")
	    : device->link
		? "a queue's interrupts stay on one CPU, each queue on another; many drivers lose "
		  "it when the link goes down and up, and all lose it when they are reloaded"
		: "a queue's interrupts stay on one CPU, each queue on another";

	if (!want_placement(tuning, &wish, why))
		return;
	wish.rule = rule;
	vec_push(arena, &wish.operands, cpus);
	/* Until it is told of its bans, irqbalance may move what is right already. It cannot move
	 * what the kernel manages. */
	if (tuning->facts->irqbalance.runs && tuning->facts->irqbalance.config && !irq->is_managed)
		vec_push(arena, &wish.after, tuning->facts->irqbalance.config);
	if (irq->is_managed) {
		wish.managed = device->managed;
		wish.managed_spanning = device->managed_spanning;
		wish.spared = device->spared;
		wish.effective_path =
		    arena_printf(arena, "/proc/irq/%u/effective_affinity_list", irq->number);
		wish.severity = SEVERITY_ADVISED;
	}
	wish_add(tuning, wish);
}

/* A managed vector wants the whole set of CPUs: the kernel spreads these vectors itself. */
static void add_queue(const struct tuning *tuning, const struct device *device,
		      const struct irq *irq, const char *kind, const struct irq_queue *queue)
{
	struct arena *arena = tuning->plan->arena;
	const char *what = irq->role == IRQ_UNKNOWN ? arena_printf(arena, "irq %u", irq->number)
			   : irq->queue >= 0 && irq->last_queue > irq->queue
			       ? arena_printf(arena, "queues %d-%d", irq->queue, irq->last_queue)
			       : arena_printf(arena, "%s %u", kind, queue->queue);

	add_vector(tuning, device, irq, what, RULE_EXACT,
		   irq->is_managed ? device->managed_cpus : arena_printf(arena, "%u", queue->cpu));
}

static void add_none(const struct tuning *tuning, const struct device *device, bool has_control)
{
	struct arena *arena = tuning->plan->arena;
	bool is_vmbus =
	    text_equal(device->driver, "hv_netvsc") || text_equal(device->transport, "vmbus");
	struct wish wish = {
	    .name = arena_printf(arena, "%s interrupts", device->name),
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .decided.state = STATE_UNSUPPORTED,
	    .decided.note =
		device->owns_none ? device->owns_none
		: is_vmbus ? "its interrupts come over Hyper-V's bus, whose channels have no "
			     "affinity that could be set"
		: text_equal(device->link, "down")
		    ? "its link is down, and many drivers have no interrupts then: apply "
		      "again when it is up"
		: has_control ? "no interrupt of its queues is known to this kernel"
			      : "no interrupt of this device is known to this kernel",
	};

	if (want_placement(tuning, &wish, "a queue's interrupts stay on one CPU"))
		wish_add(tuning, wish);
}

/* If some CPUs serve no interrupts, control vectors are kept off them; else they stay. */
static void plan_device(const struct tuning *tuning, struct device *device)
{
	struct arena *arena = tuning->plan->arena;
	const struct placement *placement = &tuning->plan->placement;
	irq_queues queues = irq_map_queues(tuning->plan->irq_map, device->name);
	irq_refs control = irq_map_control(tuning->plan->irq_map, device->name);
	struct cpuset managed = managed_cpus(arena, placement);
	bool has_vector = false;

	device->all_cpus = cpuset_list(arena, &placement->interrupt_cpus);
	device->managed_cpus = cpuset_list(arena, &managed);
	device->managed = managed_note(arena, placement);
	device->managed_spanning = spanning_note(arena, placement);
	device->spared = arena_alloc(arena, sizeof(*device->spared));
	*device->spared = placement->compute_cpus;
	vec_for_each (queue, &queues) {
		has_vector |= queue->rx || queue->tx;
		if (queue->rx)
			add_queue(tuning, device, queue->rx,
				  queue->rx->role == IRQ_RX ? "rx" : "queue", queue);
		if (queue->tx && queue->tx != queue->rx)
			add_queue(tuning, device, queue->tx, "tx", queue);
	}
	vec_for_each (irq, &control) {
		if (placement->is_confined)
			add_vector(tuning, device, *irq,
				   arena_printf(arena, "control irq %u", (*irq)->number),
				   confining_rule(placement), device->all_cpus);
	}
	if (!has_vector)
		add_none(tuning, device, control.count > 0);
}

/* Namespaces of one drive and disks of one adapter share its vectors: the first speaks for all. */
static bool is_spoken_for(const struct facts *facts, const struct disk *disk)
{
	for (const struct disk *other = facts->disks.at; other < disk; other++) {
		if (other->is_data && disk->pci && text_equal(other->pci, disk->pci))
			return true;
	}
	return false;
}

void tune_disk_irq(const struct tuning *tuning)
{
	vec_for_each (disk, &tuning->facts->disks) {
		struct device device = {.name = disk->name,
					.driver = disk->driver,
					.transport = disk->transport,
					.rpk_key = "tune_disk_irq"};

		if (disk->is_data && !disk->is_stacked && !is_spoken_for(tuning->facts, disk))
			plan_device(tuning, &device);
	}
}

/* NULL: vectors of its own. */
static const char *owns_none(const struct tuning *tuning, const struct nic *nic)
{
	const char *other = irq_map_shared_with(tuning->plan->irq_map, nic->name);

	if (nic->is_representor)
		return "it stands for a virtual function of its card, whose interrupts are not its "
		       "own";
	if (nic->is_subfunction)
		return "it is a part of its card and shares interrupts with other such parts";
	return other ? arena_printf(tuning->plan->arena,
				    "it shares the interrupts of its PCI function with %s, where "
				    "they are placed",
				    other)
		     : NULL;
}

void tune_net_irq(const struct tuning *tuning)
{
	vec_for_each (nic, &tuning->facts->nics) {
		struct device device = {.name = nic->name,
					.driver = nic->driver,
					.link = nic->operstate,
					.owns_none = owns_none(tuning, nic),
					.rpk_key = "tune_network"};

		/* A bond or VLAN carries no packets itself: the cards below it are tuned. */
		if (nic->is_tuned && (!nic->is_virtual || !nic->lowers.count))
			plan_device(tuning, &device);
	}
}

/* Default and placement ------------------------------------------------------------------------ */

/* A placement that was asked for and is not done is in the report, and counts. */
static void add_refusal(const struct tuning *tuning, enum state state, const char *note)
{
	const struct value *value = profile_get(tuning->profile, "irq", "placement");
	const struct value *listed = profile_get(tuning->profile, "irq", "interrupt-cpus");
	struct wish wish = {.name = "placement",
			    .kind = KIND_MANUAL,
			    .phase = PHASE_VALUES,
			    .is_of_placement = true,
			    .decided = {.state = state, .note = note}};

	if (!wish_take(&wish, value, "which CPUs serve interrupts and which run Redpanda"))
		return;
	if (listed && listed->rule == RULE_EXACT)
		value = listed;
	wish.decided.want = value->rule == RULE_AUTO ? "auto" : value->operands.at[0];
	wish_add(tuning, wish);
}

static void add_default(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct wish wish = {
	    .name = "default_smp_affinity",
	    .kind = KIND_CPUMASK,
	    .path = "/proc/irq/default_smp_affinity",
	    .phase = PHASE_VALUES,
	};

	if (!want_placement(tuning, &wish,
			    "interrupts that come up later start on the interrupt CPUs"))
		return;
	wish.rule = confining_rule(&tuning->plan->placement);
	vec_push(arena, &wish.operands,
		 cpuset_mask(arena, &tuning->plan->placement.interrupt_cpus));
	wish_add(tuning, wish);
}

static void add_numa_balancing(const struct tuning *tuning)
{
	struct wish wish = {
	    .name = "kernel.numa_balancing",
	    .kind = KIND_NUMBER,
	    .path = "/proc/sys/kernel/numa_balancing",
	    .needs = NEED_SYS_ADMIN,
	    .phase = PHASE_VALUES,
	};

	if (!wish_take(&wish, profile_get(tuning->profile, "irq", "numa-balancing"),
		       "Redpanda places its memory itself; when the kernel moves it, shards stall"))
		return;
	if (wish.rule == RULE_AUTO) {
		if (!is_dedicated(&tuning->plan->placement))
			return;
		wish.rule = RULE_EXACT;
		vec_push(tuning->plan->arena, &wish.operands, "0");
	}
	wish_add(tuning, wish);
}

void tune_placement(const struct tuning *tuning)
{
	const struct placement *placement = &tuning->plan->placement;

	if (placement->problem)
		add_refusal(tuning, placement->is_unknown ? STATE_SKIPPED : STATE_FAILED,
			    placement->problem);
	if (placement->not_split)
		add_refusal(tuning, STATE_SKIPPED, placement->not_split);
}

void tune_irq_default(const struct tuning *tuning)
{
	if (tuning->plan->placement.is_confined)
		add_default(tuning);
	add_numa_balancing(tuning);
}
