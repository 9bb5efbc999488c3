/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuner of packet steering, which CPU works for which queue: RPS and RFS for packets that arrive,
 * XPS for those that leave, aRFS where the card itself follows the flows. Values are those that the
 * kernel reads back: masks without CPUs it takes no steering for, flow counts as the next power of
 * two (Documentation/networking/scaling.rst).
 */
#include <inttypes.h>

#include "base/text.h"
#include "plan/irq_map.h"
#include "profile/redpanda.h"
#include "tuners/net_queues.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* The size of the table that the kernel's documentation gives for a moderately loaded server. */
enum { FLOW_TABLE = 32768 };

#define FLOW_TABLE_PATH "/proc/sys/net/core/rps_sock_flow_entries"

static void plan_queue_file(const struct tuning *tuning, const struct nic *nic, struct wish wish,
			    const char *queue, const char *file, const char *want)
{
	struct arena *arena = tuning->plan->arena;

	wish.name = arena_printf(arena, "%s/%s %s", nic->name, queue, file);
	wish.path = arena_printf(arena, "/sys/class/net/%s/queues/%s/%s", nic->name, queue, file);
	wish.rule = RULE_EXACT;
	wish.operands = (names){0};
	vec_push(arena, &wish.operands, want);
	wish.phase = PHASE_VALUES;
	wish.needs = NEED_NET_ADMIN;
	wish.rpk_key = "tune_network";
	wish_of_host_netns(tuning, &wish);
	wish_add(tuning, wish);
}

/* Receive ------------------------------------------------------------------------------------- */

/* The kernel takes isolated CPUs out of such a mask, and rejects one of only such CPUs
 * (net/core/net-sysfs.c, rps_cpumask_housekeeping). A container's exclusive CPUs get no packets of
 * others. */
static struct cpuset steering_cpus(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct cpuset cpus = cpuset_minus(arena, &tuning->plan->placement.compute_cpus,
					  &tuning->plan->placement.exclusive);

	return cpuset_minus(arena, &cpus, &tuning->facts->isolated.cpus);
}

static unsigned power_of_two(unsigned number)
{
	unsigned power = 1;

	while (power < number)
		power *= 2;
	return power;
}

/* With a queue for every CPU the card spreads the packets, and software steering would only add an
 * interrupt to another CPU; unless these queues all end on a few CPUs that serve interrupts. */
static bool steers(const struct tuning *tuning, const struct net_queues *queues,
		   const struct cpuset *cpus)
{
	const struct value *value = profile_get(tuning->profile, "net", "rps");
	unsigned serving = cpuset_weight(&tuning->plan->placement.interrupt_cpus);
	unsigned all = cpuset_weight(&tuning->facts->topology.online) -
		       cpuset_weight(&tuning->facts->isolated.cpus);
	bool is_spread = queues->rx >= all && serving >= cpuset_weight(cpus);

	bool is_known = !tuning->facts->topology.problem;

	return value && value->rule == RULE_AUTO && queues->rx &&
	       (!is_known || (!is_spread && cpuset_weight(cpus))) &&
	       !redpanda_forbids(tuning->request->redpanda, REDPANDA_ALLOW_STEERING);
}

/* mlx5 of Linux 5.3 to 6.0 shows each receive queue twice. */
static unsigned real_queues(const struct nic *nic, const struct net_queues *queues)
{
	unsigned channels = nic->channels.combined + nic->channels.rx;

	return !queues->after && channels && channels < queues->rx ? channels : queues->rx;
}

/* CPUs that may be isolated, or that containers may have exclusively, get no packets; an explicit
 * list is always used. NULL: it is known which ones these are. */
static const char *unknown_cpus(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;

	if (facts->topology.problem)
		return facts->topology.problem;
	if (tuning->plan->placement.mode == PLACEMENT_EXPLICIT)
		return NULL;
	return facts->isolated.problem ? facts->isolated.problem
				       : tuning->plan->placement.unknown_exclusive;
}

/* What the node does not tell is no failure of what was tried. */
static void add_unknown(const struct tuning *tuning, const struct nic *nic, const char *key,
			const char *why, const char *problem)
{
	struct wish wish = {
	    .name = arena_printf(tuning->plan->arena, "%s %s", nic->name, key),
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_network",
	    .decided = {.state = STATE_SKIPPED, .want = "auto", .note = problem},
	};

	if (!wish_take(&wish, profile_get(tuning->profile, "net", key), why))
		return;
	wish_of_host_netns(tuning, &wish);
	wish_add(tuning, wish);
}

static const char *why_steering(const struct tuning *tuning, bool is_on)
{
	unsigned line = redpanda_forbids(tuning->request->redpanda, REDPANDA_ALLOW_STEERING);

	if (line)
		return arena_printf(tuning->plan->arena,
				    "redpanda.yaml:%u says rpk." REDPANDA_ALLOW_STEERING
				    ": false, and rpk switches it off then",
				    line);
	if (is_on)
		return "fewer queues than CPUs: the kernel spreads what arrives over the CPUs of "
		       "Redpanda";
	return cpuset_weight(&tuning->facts->isolated.cpus)
		   ? "with a queue for every CPU that is not isolated, steering in software only "
		     "adds work"
		   : "with a queue for every CPU, steering in software only adds work";
}

static bool plan_receive(const struct tuning *tuning, const struct nic *nic)
{
	struct net_queues queues = net_queues_wanted(tuning, nic);
	struct cpuset cpus = steering_cpus(tuning);
	struct arena *arena = tuning->plan->arena;
	bool is_on;
	struct wish wish = {0};
	const char *mask = "0", *count = "0";

	queues.rx = real_queues(nic, &queues);
	is_on = steers(tuning, &queues, &cpus);
	if (is_on && unknown_cpus(tuning)) {
		add_unknown(tuning, nic, "rps",
			    "the kernel spreads what arrives over CPUs that nobody has alone",
			    unknown_cpus(tuning));
		return false;
	}
	if (!wish_take(&wish, profile_get(tuning->profile, "net", "rps"),
		       why_steering(tuning, is_on)))
		return false;
	if (is_on) {
		mask = cpuset_mask(arena, &cpus);
		count = arena_printf(arena, "%u", power_of_two(FLOW_TABLE / queues.rx));
	}
	if (queues.after)
		vec_push(arena, &wish.after, queues.after);
	/* The directories, doubled or not. */
	queues.rx = net_queues_wanted(tuning, nic).rx;
	for (unsigned queue = 0; queue < queues.rx; queue++) {
		const char *name = arena_printf(arena, "rx-%u", queue);

		wish.kind = KIND_CPUMASK;
		plan_queue_file(tuning, nic, wish, name, "rps_cpus", mask);
		wish.kind = KIND_NUMBER;
		plan_queue_file(tuning, nic, wish, name, "rps_flow_cnt", count);
	}
	return is_on && queues.rx;
}

/* Flow counts are shares of one table, which is the node's. */
static void plan_flow_table(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct wish wish = {
	    .name = "rps_sock_flow_entries",
	    .kind = KIND_NUMBER,
	    .path = FLOW_TABLE_PATH,
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_network",
	};

	if (profile_get(tuning->profile, "sysctl", "net.core.rps_sock_flow_entries") ||
	    !wish_take(&wish, profile_get(tuning->profile, "net", "rps"),
		       "without this table the flow counts of the queues do nothing"))
		return;
	wish.rule = RULE_AT_LEAST;
	wish.operands = (names){0};
	vec_push(arena, &wish.operands, arena_printf(arena, "%d", FLOW_TABLE));
	wish_of_host_netns(tuning, &wish);
	wish_add(tuning, wish);
}

/* Transmit ------------------------------------------------------------------------------------ */

struct group {
	struct cpuset cpus;
	unsigned count; /* of them */
	int numa;       /* of its interrupt CPU */
};
typedef VEC(struct group) groups;

/* What is the same for all cards: which core each CPU is a thread of, and which CPUs send. */
struct senders {
	const struct core **core_of; /* by CPU; NULL: not known */
	size_t cpus;                 /* entries */
	struct cpuset set;
};

/* An isolated CPU sends nothing unless it is Redpanda's. XPS gives it no work in return: the mask
 * only chooses the queue (net/core/dev.c, get_xps_queue). */
static struct senders find_senders(const struct tuning *tuning)
{
	const struct placement *placement = &tuning->plan->placement;
	const struct facts *facts = tuning->facts;
	struct arena *arena = tuning->plan->arena;
	struct cpuset spared = facts->isolated.cpus;
	struct senders senders = {0};

	if (placement->is_split && !placement->is_kubelets)
		spared = cpuset_minus(arena, &spared, &placement->compute_cpus);
	senders.set = cpuset_minus(arena, &facts->topology.online, &spared);
	senders.cpus = 64 * facts->topology.online.count;
	senders.core_of = arena_alloc(arena, (senders.cpus + 1) * sizeof(*senders.core_of));
	vec_for_each (core, &facts->topology.cores) {
		cpuset_for_each (cpu, &core->pus) {
			if ((size_t)cpu < senders.cpus)
				senders.core_of[cpu] = core;
		}
	}
	return senders;
}

static void join(struct arena *arena, struct group *group, unsigned cpu)
{
	cpuset_add(arena, &group->cpus, cpu);
	group->count++;
}

/* The group with the fewest CPUs, one on the node of the core before any other, the first of equal
 * ones. */
static struct group *group_for(groups *all, int numa)
{
	struct group *best = NULL;

	vec_for_each (group, all) {
		bool is_near = group->numa == numa, best_is_near = best && best->numa == numa;

		if (!best || (is_near && !best_is_near) ||
		    (is_near == best_is_near && group->count < best->count))
			best = group;
	}
	return best;
}

/* A group for each queue. The first one whose interrupts a CPU serves has that CPU; further ones of
 * the same CPU, or of the same vector, have none yet. first_of: by CPU, that first queue, from 1;
 * 0: none. */
static groups begin_groups(struct arena *arena, const struct senders *senders,
			   const irq_queues *queues, unsigned count, unsigned *first_of)
{
	groups all = {0};

	for (unsigned queue = 0; queue < count; queue++) {
		unsigned cpu = queues->at[queue % queues->count].cpu;
		bool is_known = cpu < senders->cpus;
		const struct core *core = is_known ? senders->core_of[cpu] : NULL;
		struct group group = {.numa = core ? core->numa : -1};

		if (!is_known || !first_of[cpu])
			join(arena, &group, cpu);
		vec_push(arena, &all, group);
		if (is_known && !first_of[cpu])
			first_of[cpu] = queue + 1;
	}
	return all;
}

/* The group with the most CPUs, of equal ones one on this node, the first of these. NULL: none has
 * two. */
static struct group *fullest(groups *all, int numa)
{
	struct group *best = NULL;

	vec_for_each (group, all) {
		bool is_nearer = best && group->numa == numa && best->numa != numa;

		if (group->count > 1 && (!best || group->count > best->count ||
					 (group->count == best->count && is_nearer)))
			best = group;
	}
	return best;
}

/* The last one that serves no queue. */
static unsigned leave(struct arena *arena, struct group *group, const unsigned *first_of)
{
	unsigned last = 0;
	struct cpuset one = {0};

	cpuset_for_each (cpu, &group->cpus) {
		if (!first_of[cpu])
			last = (unsigned)cpu;
	}
	cpuset_add(arena, &one, last);
	group->cpus = cpuset_minus(arena, &group->cpus, &one);
	group->count--;
	return last;
}

/* A queue that no CPU has yet takes one of those that share another. With more queues than CPUs
 * that send some get none of their own: they share that of their interrupts. */
static void fill_empty(struct arena *arena, const irq_queues *queues, const unsigned *first_of,
		       groups *all)
{
	for (size_t queue = 0; queue < all->count; queue++) {
		struct group *empty = &all->at[queue], *giver;

		if (empty->count)
			continue;
		giver = fullest(all, empty->numa);
		join(arena, empty,
		     giver ? leave(arena, giver, first_of) : queues->at[queue % queues->count].cpu);
	}
}

/* Each CPU sends by the queue whose interrupts it serves; other threads of that core by the same
 * one; cores that serve none are dealt out evenly, and their threads as long as there are queues.
 */
static groups group_cpus(const struct tuning *tuning, const struct senders *senders,
			 const irq_queues *queues, unsigned count)
{
	struct arena *arena = tuning->plan->arena;
	unsigned *first_of = arena_alloc(arena, (senders->cpus + 1) * sizeof(*first_of));
	groups all = begin_groups(arena, senders, queues, count, first_of);

	vec_for_each (core, &tuning->facts->topology.cores) {
		unsigned first = 0;
		struct group *owner;

		cpuset_for_each (cpu, &core->pus) {
			unsigned queue = (size_t)cpu < senders->cpus ? first_of[cpu] : 0;

			if (queue && (!first || queue < first))
				first = queue;
		}
		owner = first ? &all.at[first - 1] : group_for(&all, core->numa);
		cpuset_for_each (cpu, &core->pus) {
			if (owner && cpuset_has(&senders->set, (unsigned)cpu) && !first_of[cpu])
				join(arena, owner, (unsigned)cpu);
		}
	}
	fill_empty(arena, queues, first_of, &all);
	return all;
}

/* None where it is not known which queue's interrupts a CPU serves: a mask would be a guess. */
static groups find_groups(const struct tuning *tuning, const struct senders *senders,
			  const struct nic *nic, unsigned count)
{
	irq_queues placed = irq_map_queues(tuning->plan->irq_map, nic->name);
	const struct facts *facts = tuning->facts;

	if (facts->topology.problem || facts->isolated.problem || !placed.count ||
	    !cpuset_weight(&senders->set) ||
	    !irq_map_tells_queues(tuning->plan->irq_map, nic->name))
		return (groups){0};
	return group_cpus(tuning, senders, &placed, count);
}

static const char *why_transmit(const struct tuning *tuning, const groups *all)
{
	const char *how = "a queue of its own, without a lock between them";

	vec_for_each (group, all) {
		if (group->count > 1)
			how = "one queue, so that few share its lock";
	}
	return cpuset_weight(&tuning->facts->isolated.cpus)
		   ? arena_printf(tuning->plan->arena,
				  "each CPU that is not isolated, or is Redpanda's alone, sends by "
				  "%s; others send by any",
				  how)
		   : arena_printf(tuning->plan->arena, "each CPU sends by %s", how);
}

static void plan_transmit(const struct tuning *tuning, const struct senders *senders,
			  const struct nic *nic)
{
	const struct value *value = profile_get(tuning->profile, "net", "xps");
	bool is_auto = value && value->rule == RULE_AUTO;
	struct net_queues queues = net_queues_wanted(tuning, nic);
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	struct wish wish = {.kind = KIND_CPUMASK};
	groups all = {0};
	const char *why;

	/* The kernel has no such file for a single queue. */
	if (queues.tx < 2)
		return;
	if (is_auto)
		all = find_groups(tuning, senders, nic, queues.tx);
	why = why_transmit(tuning, &all);
	if (!wish_take(&wish, value, why))
		return;
	if (is_auto && facts->topology.problem) {
		add_unknown(tuning, nic, "xps", why, facts->topology.problem);
		return;
	}
	if (is_auto ? !all.count
		    : !irq_map_queues(tuning->plan->irq_map, nic->name).count ||
			  !cpuset_weight(&senders->set) || facts->isolated.problem)
		return;
	if (queues.after)
		vec_push(arena, &wish.after, queues.after);
	for (unsigned queue = 0; queue < queues.tx; queue++)
		plan_queue_file(tuning, nic, wish, arena_printf(arena, "tx-%u", queue), "xps_cpus",
				is_auto ? cpuset_mask(arena, &all.at[queue].cpus) : "0");
}

/* The card's own steering --------------------------------------------------------------------- */

static void plan_arfs(const struct tuning *tuning, const struct nic *nic)
{
	const struct value *value = profile_get(tuning->profile, "net", "arfs");
	struct arena *arena = tuning->plan->arena;
	struct wish wish = {
	    .name = arena_printf(arena, "%s rx-ntuple-filter", nic->name),
	    .kind = KIND_TEXT,
	    .path = net_queues_path(arena, nic, "features/rx-ntuple-filter"),
	    .phase = PHASE_VALUES,
	    .needs = NEED_NET_ADMIN,
	    .rpk_key = "tune_network",
	};
	bool is_on;

	if (!wish_take(&wish, value, "the card sends each flow to the CPU that reads it"))
		return;
	is_on = text_equal(value->operands.at[0], "true");
	wish.operands = (names){0};
	vec_push(arena, &wish.operands, is_on ? "on" : "off");
	wish_of_host_netns(tuning, &wish);
	wish_add(tuning, wish);
}

void tune_net_steering(const struct tuning *tuning)
{
	const struct senders senders = find_senders(tuning);
	bool needs_table = false;

	vec_for_each (nic, &tuning->facts->nics) {
		if (!nic->is_tuned || !nic_is_card(nic))
			continue;
		needs_table |= plan_receive(tuning, nic);
		plan_transmit(tuning, &senders, nic);
		plan_arfs(tuning, nic);
	}
	if (needs_table)
		plan_flow_table(tuning);
}
