/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which CPUs serve interrupts and which run Redpanda. */
#include "plan/placement.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/numa.h"
#include "plan/hand_over.h"
#include "profile/redpanda.h"

/* With this many or fewer, a node is too small to give a whole core to interrupts. */
#define SMALL_PUS   4
#define SMALL_CORES 4
/* One interrupt core for this many cores, unless the profile says otherwise. */
#define CORES_PER_IRQ_CORE 16

const char *const placement_mode_names[PLACEMENT_COUNT] = {
    [PLACEMENT_LEAVE] = "leave",         [PLACEMENT_SHARED] = "shared",
    [PLACEMENT_DEDICATED] = "dedicated", [PLACEMENT_AUTO] = "auto",
    [PLACEMENT_EXPLICIT] = "explicit",
};

/* The allowed CPUs of one NUMA node, core by core; -1: of cores whose node is not known. */
struct group {
	int numa;
	bool is_near;    /* no node with CPUs is nearer to a NIC or data disk */
	int device_numa; /* then: where that is, on this node or on one without CPUs */
	unsigned pus;
	VEC(struct cpuset) cores; /* by their lowest allowed CPU */
	size_t share, taken;      /* of its cores for interrupts */
};

struct deciding {
	struct arena *arena;
	const struct facts *facts;
	const struct profile *profile;
	const struct plan_request *request;
	struct cpuset allowed;
	struct cpuset serving; /* of these, the ones that are not isolated, if there are any */
	struct cpuset
	    redpandas;  /* of these, the ones that Redpanda may use when nothing is split */
	bool is_shared; /* no CPU is set apart */
	bool is_left;   /* interrupts stay where they are, which is no mistake */
	VEC(struct group) groups; /* by their lowest allowed CPU */
	size_t cores, per_irq_core;
	const char *remark; /* added to the reason; NULL */
	struct placement placement;
};

/* Sets ---------------------------------------------------------------------------------------- */

/* A list of CPUs in section irq. False: the profile does not give one. */
static bool listed(const struct deciding *deciding, const char *key, struct cpuset *ret)
{
	const struct value *value = profile_get(deciding->profile, "irq", key);

	return value && value->rule == RULE_EXACT &&
	       cpuset_parse_list(deciding->arena, value->operands.at[0], ret) == 0;
}

static void remark(struct deciding *deciding, const char *text)
{
	deciding->remark = deciding->remark
			       ? arena_printf(deciding->arena, "%s; %s", deciding->remark, text)
			       : text;
}

/* Only CPUs of `within` are left; the others are named. False when none is left. */
static bool narrow(struct deciding *deciding, const char *key, const struct cpuset *within,
		   const char *what, struct cpuset *set)
{
	struct cpuset out = cpuset_minus(deciding->arena, set, within);
	const char *list = cpuset_list(deciding->arena, set);

	*set = cpuset_and(deciding->arena, set, within);
	if (!cpuset_weight(set)) {
		deciding->placement.problem = arena_printf(
		    deciding->arena, "irq.%s: none of the CPUs %s is %s", key, list, what);
		return false;
	}
	if (cpuset_weight(&out))
		remark(deciding, arena_printf(deciding->arena, "CPUs %s of irq.%s are not %s",
					      cpuset_list(deciding->arena, &out), key, what));
	return true;
}

/* Groups -------------------------------------------------------------------------------------- */

static struct group *group_of(struct deciding *deciding, int numa)
{
	vec_for_each (group, &deciding->groups) {
		if (group->numa == numa)
			return group;
	}
	vec_push(deciding->arena, &deciding->groups, (struct group){.numa = numa});
	return &deciding->groups.at[deciding->groups.count - 1];
}

static int compare_cores(const void *a, const void *b)
{
	return cpuset_next(a, 0) - cpuset_next(b, 0);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	return compare_cores(&left->cores.at[0], &right->cores.at[0]);
}

static void collect_groups(struct deciding *deciding)
{
	vec_for_each (core, &deciding->facts->topology.cores) {
		struct cpuset pus = cpuset_and(deciding->arena, &core->pus, &deciding->allowed);
		struct group *group;

		if (!cpuset_weight(&pus))
			continue;
		group = group_of(deciding, core->numa);
		group->pus += cpuset_weight(&pus);
		vec_push(deciding->arena, &group->cores, pus);
		deciding->cores++;
	}
	vec_for_each (group, &deciding->groups) {
		qsort(group->cores.at, group->cores.count, sizeof(*group->cores.at), compare_cores);
		group->share =
		    (group->cores.count + deciding->per_irq_core - 1) / deciding->per_irq_core;
	}
	if (deciding->groups.count > 1)
		qsort(deciding->groups.at, deciding->groups.count, sizeof(*deciding->groups.at),
		      compare_groups);
}

static void mark_near(const struct deciding *deciding, struct group *group, int numa)
{
	if (group->numa < 0 || topology_cpu_node(&deciding->facts->topology, numa) != group->numa)
		return;
	if (!group->is_near || numa == group->numa)
		group->device_numa = numa;
	group->is_near = true;
}

/* Marks the nodes of the devices that interrupt, or the nearest node with CPUs. If all nodes are
 * marked, none is preferred. */
static void collect_near(struct deciding *deciding)
{
	size_t near = 0;

	vec_for_each (group, &deciding->groups) {
		vec_for_each (nic, &deciding->facts->nics) {
			if (nic->is_tuned)
				mark_near(deciding, group, nic->numa);
		}
		vec_for_each (disk, &deciding->facts->disks) {
			if (disk->is_data)
				mark_near(deciding, group, disk->numa);
		}
		near += group->is_near;
	}
	vec_for_each (group, &deciding->groups)
		group->is_near &= near < deciding->groups.count;
}

/* Choosing cores ------------------------------------------------------------------------------ */

/* A node gives at most a quarter of its cores for devices of others: its memory serves shards, too.
 */
enum limit { LIMIT_NEAR, LIMIT_SHARE };

static size_t limit_of(const struct group *group, enum limit limit)
{
	if (limit == LIMIT_SHARE)
		return group->share;
	return group->is_near ? (group->cores.count + 3) / 4 : 0;
}

/* Core 0 of each node in turn, then core 1; -> how many were taken. */
static size_t take_round(struct deciding *deciding, enum limit limit, size_t wanted)
{
	size_t done = 0;
	bool found = true;

	while (found && done < wanted) {
		found = false;
		vec_for_each (group, &deciding->groups) {
			if (done == wanted || group->taken >= limit_of(group, limit))
				continue;
			deciding->placement.interrupt_cpus =
			    cpuset_or(deciding->arena, &deciding->placement.interrupt_cpus,
				      &group->cores.at[group->taken++]);
			done++;
			found = true;
		}
	}
	return done;
}

static const char *near_text(const struct deciding *deciding)
{
	names nodes = {0};

	vec_for_each (group, &deciding->groups) {
		if (!group->is_near || !group->taken)
			continue;
		vec_push(
		    deciding->arena, &nodes,
		    group->device_numa == group->numa
			? arena_printf(deciding->arena, "%d", group->numa)
			: arena_printf(deciding->arena,
				       "%d (without CPUs; node %d is the nearest that has some)",
				       group->device_numa, group->numa));
	}
	return nodes.count ? arena_printf(deciding->arena,
					  ", near the network and data devices on NUMA node %s",
					  text_join(deciding->arena, &nodes, " and "))
			   : "";
}

/* No more are wanted than the shares of all nodes come to, so the second round finds the rest. */
static void take_cores(struct deciding *deciding, size_t wanted)
{
	size_t done = take_round(deciding, LIMIT_NEAR, wanted);
	const char *rule =
	    arena_printf(deciding->arena, "one for every %zu of a NUMA node, rounded up",
			 deciding->per_irq_core);

	done += take_round(deciding, LIMIT_SHARE, wanted - done);
	if (deciding->cores <= deciding->per_irq_core)
		rule =
		    arena_printf(deciding->arena, "%zu or fewer need one", deciding->per_irq_core);
	deciding->placement.reason =
	    arena_printf(deciding->arena, "%zu of %zu cores serve%s interrupts (%s)%s", done,
			 deciding->cores, done == 1 ? "s" : "", rule, near_text(deciding));
}

/* One CPU of the first group that is near, or else the first CPU. */
static void take_pu(struct deciding *deciding)
{
	const struct group *from = &deciding->groups.at[0];
	int pu;

	vec_for_each (group, &deciding->groups) {
		if (group->is_near && !from->is_near)
			from = group;
	}
	pu =
	    from->is_near ? cpuset_next(&from->cores.at[0], 0) : cpuset_next(&deciding->allowed, 0);
	cpuset_add(deciding->arena, &deciding->placement.interrupt_cpus, (unsigned)pu);
	deciding->placement.reason =
	    arena_printf(deciding->arena,
			 "one CPU serves interrupts: %zu cores are too few to give "
			 "a whole one away",
			 deciding->cores);
}

/* A node gives as many cores as its size asks for, so unequal ones give proportional shares. */
static size_t cores_wanted(const struct deciding *deciding)
{
	size_t wanted = 0;

	if (deciding->cores <= deciding->per_irq_core)
		return 1;
	vec_for_each (group, &deciding->groups)
		wanted += group->share;
	return wanted;
}

static void share(struct deciding *deciding, const char *reason)
{
	deciding->placement.interrupt_cpus = deciding->serving;
	deciding->placement.compute_cpus = deciding->redpandas;
	deciding->placement.reason = reason;
	deciding->is_shared = true;
}

/* Redpanda gets what the interrupts leave. */
static void give_rest(struct deciding *deciding)
{
	deciding->is_shared = false;
	deciding->placement.compute_cpus = cpuset_minus(deciding->arena, &deciding->redpandas,
							&deciding->placement.interrupt_cpus);
}

/* The current rule of Seastar's perftune for nodes with nothing to prefer, which names no CPUs for
 * nodes of unequal size; `dedicated` also splits where that rule shares. */
static void decide_by_size(struct deciding *deciding, bool must_split)
{
	unsigned pus = cpuset_weight(&deciding->allowed);
	size_t wanted = cores_wanted(deciding);

	deciding->placement.interrupt_cpus = (struct cpuset){0};
	if (pus <= 1 || !deciding->cores) {
		share(deciding, "interrupts and Redpanda share the only CPU");
		return;
	}
	if (pus <= SMALL_PUS && !must_split) {
		share(deciding, arena_printf(deciding->arena,
					     "interrupts and Redpanda share %u CPUs, "
					     "which are too few to give one away",
					     pus));
		return;
	}
	if (deciding->cores <= SMALL_CORES) {
		take_pu(deciding);
	} else {
		if (must_split && wanted > deciding->cores / 2)
			wanted = deciding->cores / 2;
		take_cores(deciding, wanted);
	}
	if (cpuset_equal(&deciding->placement.interrupt_cpus, &deciding->allowed))
		share(deciding,
		      "interrupts and Redpanda share all CPUs: each NUMA node has one core");
	else
		give_rest(deciding);
}

/* Modes --------------------------------------------------------------------------------------- */

/* The profile's list is used as it is; the reason says if it takes CPUs from containers. */
static void remark_overlap(struct deciding *deciding, const struct cpuset *other, const char *whose)
{
	struct cpuset both =
	    cpuset_and(deciding->arena, &deciding->placement.interrupt_cpus, other);

	if (cpuset_weight(&both))
		remark(deciding, arena_printf(deciding->arena, "CPUs %s of irq.interrupt-cpus %s",
					      cpuset_list(deciding->arena, &both), whose));
}

static void decide_explicit(struct deciding *deciding, struct cpuset interrupt_cpus)
{
	struct placement *placement = &deciding->placement;
	struct cpuset compute;

	if (!narrow(deciding, "interrupt-cpus", &deciding->allowed, "online and allowed",
		    &interrupt_cpus))
		return;
	placement->interrupt_cpus = interrupt_cpus;
	placement->reason = "the profile lists the interrupt CPUs";
	deciding->is_shared = false;
	remark_overlap(deciding, &placement->exclusive, "are exclusive to containers");
	remark_overlap(deciding, &placement->isolated, "are isolated");
	if (listed(deciding, "compute-cpus", &compute)) {
		if (narrow(deciding, "compute-cpus", &deciding->allowed, "online and allowed",
			   &compute))
			placement->compute_cpus = compute;
		remark_overlap(deciding, &compute, "are in irq.compute-cpus too");
		return;
	}
	compute = cpuset_minus(deciding->arena, &deciding->redpandas, &interrupt_cpus);
	placement->compute_cpus = cpuset_weight(&compute) ? compute : deciding->redpandas;
}

/* Some of the CPUs where interrupts may go, or all of them: the ones that the kubelet keeps for the
 * system come first. Nobody gets those alone, neither now nor later. */
static bool prefer_reserved(const struct deciding *deciding, struct cpuset *cpus)
{
	struct cpuset reserved =
	    cpuset_and(deciding->arena, cpus, &deciding->facts->kubelet.reserved);

	if (!cpuset_weight(&reserved))
		return false;
	*cpus = reserved;
	return true;
}

/* The kubelet owns the CPUs of a node: what it gave to containers alone is left to them. */
static bool decide_by_kubelet(struct deciding *deciding)
{
	struct cpuset owned, rest;

	if (!deciding->placement.is_kubelets)
		return false;
	owned = deciding->placement.exclusive;
	rest = cpuset_minus(deciding->arena, &deciding->serving, &owned);
	if (!cpuset_weight(&owned))
		return false;
	if (!cpuset_weight(&rest)) {
		share(deciding,
		      cpuset_weight(&deciding->placement.isolated)
			  ? "interrupts go to the CPUs that are not isolated, since the kubelet "
			    "gave all of these exclusively to containers"
			  : "interrupts stay on all CPUs, since the kubelet gave all of them "
			    "exclusively to containers");
		return true;
	}
	deciding->placement.reason =
	    prefer_reserved(deciding, &rest)
		? "the kubelet's CPU manager is in charge: interrupts go to the CPUs that it "
		  "reserves for the system"
		: "the kubelet's CPU manager is in charge: interrupts go to the "
		  "CPUs that no container has exclusively";
	deciding->placement.interrupt_cpus = rest;
	deciding->placement.compute_cpus = deciding->allowed;
	deciding->is_shared = false;
	return true;
}

/* Isolated CPUs ------------------------------------------------------------------------------- */

/* Whoever isolated them did it for Redpanda, unless they are few or its unit does not have them. */
static bool isolated_are_redpandas(const struct deciding *deciding)
{
	const struct facts *facts = deciding->facts;
	const struct cpuset *isolated = &facts->isolated.cpus;
	struct cpuset unit =
	    cpuset_and(deciding->arena, &facts->limits.cpus, &facts->topology.online);
	struct cpuset both = cpuset_and(deciding->arena, &unit, isolated);

	if (cpuset_weight(&unit) && cpuset_subset(&unit, isolated))
		return true;
	if (cpuset_weight(&unit) && !cpuset_weight(&both))
		return false;
	return 2 * cpuset_weight(isolated) >= cpuset_weight(&facts->topology.online);
}

/* What is left of the allowed CPUs for interrupts, and what for Redpanda when nothing is split. */
static void set_bounds(struct deciding *deciding)
{
	struct arena *arena = deciding->arena;
	struct cpuset isolated =
	    cpuset_and(arena, &deciding->allowed, &deciding->facts->isolated.cpus);
	struct cpuset others = cpuset_minus(arena, &deciding->allowed, &isolated), unit;

	deciding->placement.isolated = isolated;
	deciding->serving = cpuset_weight(&others) ? others : deciding->allowed;
	deciding->redpandas = deciding->allowed;
	if (cpuset_weight(&others) && !isolated_are_redpandas(deciding))
		deciding->redpandas = others;
	unit = cpuset_and(arena, &deciding->redpandas, &deciding->facts->limits.cpus);
	if (cpuset_weight(&unit))
		deciding->redpandas = unit;
}

static bool none_left(struct deciding *deciding)
{
	unsigned isolated = cpuset_weight(&deciding->placement.isolated);

	if (isolated < cpuset_weight(&deciding->allowed))
		return false;
	deciding->placement.not_split =
	    arena_printf(deciding->arena,
			 "interrupts stay where they are, since all CPUs that could serve them are "
			 "isolated (%s)",
			 cpuset_list(deciding->arena, &deciding->placement.isolated));
	share(deciding, deciding->placement.not_split);
	deciding->is_left = true;
	return true;
}

/* Where both are when no CPU is set apart. */
static const char *share_text(const struct deciding *deciding)
{
	if (cpuset_weight(&deciding->placement.isolated))
		return "interrupts go to all CPUs that are not isolated";
	if (!cpuset_equal(&deciding->redpandas, &deciding->allowed))
		return "interrupts go to all CPUs, Redpanda to those of redpanda.service";
	return "interrupts and Redpanda share all CPUs";
}

/* The isolated CPUs are set apart already. Where the kubelet hands out CPUs it does not matter
 * whose they are. */
static bool decide_by_isolation(struct deciding *deciding)
{
	unsigned isolated = cpuset_weight(&deciding->placement.isolated);

	if (!isolated)
		return false;
	if (!deciding->placement.is_kubelets && !isolated_are_redpandas(deciding)) {
		deciding->placement.not_split =
		    arena_printf(deciding->arena, "%u isolated CPU%s not Redpanda's", isolated,
				 isolated == 1 ? " is" : "s are");
		remark(deciding, "these are not taken for Redpanda's, since they are fewer than "
				 "half of all or not those of redpanda.service");
		share(deciding, share_text(deciding));
		return true;
	}
	deciding->placement.interrupt_cpus = deciding->serving;
	deciding->placement.reason = "the CPUs that are not isolated serve interrupts";
	give_rest(deciding);
	if (deciding->placement.is_kubelets)
		deciding->placement.compute_cpus = deciding->allowed;
	return true;
}

/* So are those that the kubelet keeps for the system. */
static bool decide_by_reserved(struct deciding *deciding)
{
	struct cpuset reserved = deciding->serving;

	if (!prefer_reserved(deciding, &reserved) || cpuset_equal(&reserved, &deciding->serving))
		return false;
	deciding->placement.interrupt_cpus = reserved;
	deciding->placement.reason =
	    "the CPUs that the kubelet reserves for the system serve interrupts";
	give_rest(deciding);
	return true;
}

/* CPUs that may be isolated, or that containers may have exclusively, are not taken; an explicit
 * list is always used. */
static void decide_unknown(struct deciding *deciding, enum placement_mode mode, const char *problem)
{
	if (!problem || deciding->placement.problem)
		return;
	if (mode == PLACEMENT_EXPLICIT) {
		remark(deciding, problem);
		return;
	}
	deciding->placement.is_unknown = true;
	deciding->placement.problem =
	    arena_printf(deciding->arena, "%s; interrupts stay where they are", problem);
}

/* redpanda.service keeps Redpanda to its CPUs, whatever thintune hands over. */
static void keep_to_unit(struct deciding *deciding)
{
	if (deciding->is_shared || cpuset_weight(&deciding->placement.compute_cpus))
		return;
	deciding->placement.not_split =
	    arena_printf(deciding->arena,
			 "redpanda.service may use CPUs %s only, and these would serve interrupts",
			 cpuset_list(deciding->arena, &deciding->redpandas));
	share(deciding, share_text(deciding));
}

/* The split must not contradict how redpanda.yaml starts Redpanda. */
static void keep_to_redpanda(struct deciding *deciding)
{
	struct placement *placement = &deciding->placement;
	const char *why;

	if (deciding->is_shared ||
	    cpuset_equal(&placement->compute_cpus, &placement->interrupt_cpus))
		return;
	why = hand_over_contradiction(deciding->arena, deciding->request, &placement->compute_cpus);
	if (!why)
		return;
	placement->not_split = why;
	share(deciding,
	      arena_printf(deciding->arena, "%s, since redpanda.yaml starts Redpanda otherwise",
			   share_text(deciding)));
}

/* Older Redpanda refuses to start with fewer shards than its data was written with. */
static void keep_shards(struct deciding *deciding)
{
	struct placement *placement = &deciding->placement;
	unsigned now = hand_over_shards(deciding->arena, deciding->facts, deciding->request,
					&deciding->redpandas);
	unsigned then = cpuset_weight(&placement->compute_cpus);

	if (!deciding->facts->live.data_dir.has_data || deciding->request->allow_fewer_shards ||
	    cpuset_equal(&placement->compute_cpus, &deciding->redpandas) || then >= now)
		return;
	placement->not_split =
	    arena_printf(deciding->arena,
			 "would reduce shards %u -> %u, and the data may then not open any more: "
			 "--allow-fewer-shards does it anyway",
			 now, then);
	share(deciding, arena_printf(deciding->arena,
				     "%s, since CPUs for interrupts alone would reduce shards "
				     "%u -> %u",
				     share_text(deciding), now, then));
}

/* As in rpk that forbids only to choose so by itself: a profile with `dedicated` is like rpk's
 * --mode dedicated. */
static bool is_forbidden(struct deciding *deciding)
{
	unsigned line = redpanda_forbids(deciding->request->redpanda, REDPANDA_ALLOW_DEDICATED);

	if (line)
		share(deciding, arena_printf(deciding->arena,
					     "%s, since redpanda.yaml:%u says "
					     "rpk." REDPANDA_ALLOW_DEDICATED ": false",
					     share_text(deciding), line));
	return line;
}

static enum placement_mode wanted_mode(const struct deciding *deciding, struct cpuset *ret_listed)
{
	const struct value *value = profile_get(deciding->profile, "irq", "placement");

	if (!value || value->rule == RULE_LEAVE)
		return PLACEMENT_LEAVE;
	if (listed(deciding, "interrupt-cpus", ret_listed))
		return PLACEMENT_EXPLICIT;
	if (value->rule == RULE_AUTO)
		return PLACEMENT_AUTO;
	return text_equal(value->operands.at[0], "dedicated") ? PLACEMENT_DEDICATED
							      : PLACEMENT_SHARED;
}

static void decide(struct deciding *deciding, const struct cpuset *interrupt_cpus)
{
	enum placement_mode mode = deciding->placement.mode;

	if (mode == PLACEMENT_LEAVE)
		return;
	decide_unknown(deciding, mode, deciding->facts->isolated.problem);
	decide_unknown(deciding, mode, deciding->placement.unknown_exclusive);
	/* They bound what Redpanda gets, which is all there is to know where nothing is split. */
	if (mode != PLACEMENT_SHARED)
		decide_unknown(deciding, mode, deciding->facts->limits.cpus_problem);
	if (deciding->placement.problem)
		return;
	if (mode == PLACEMENT_EXPLICIT) {
		decide_explicit(deciding, *interrupt_cpus);
	} else if (none_left(deciding) || decide_by_kubelet(deciding) ||
		   (mode == PLACEMENT_AUTO && is_forbidden(deciding))) {
		return;
	} else if (mode == PLACEMENT_SHARED) {
		deciding->placement.reason = share_text(deciding);
		return;
	} else if (!decide_by_isolation(deciding) && !decide_by_reserved(deciding)) {
		decide_by_size(deciding, mode == PLACEMENT_DEDICATED);
	}
	keep_to_unit(deciding);
	keep_to_redpanda(deciding);
	keep_shards(deciding);
}

/* The profile may say that they do not matter; they are the kubelet's all the same. */
static void find_exclusive(struct deciding *deciding)
{
	const struct kubelet *kubelet = &deciding->facts->kubelet;
	struct placement *placement = &deciding->placement;
	const struct cpuset *containers =
	    deciding->request->exclusive ? deciding->request->exclusive : &kubelet->exclusive;
	struct cpuset exclusive = cpuset_and(deciding->arena, containers, &deciding->allowed);
	const struct value *value = profile_get(deciding->profile, "irq", "exclusive-cpus");

	placement->is_kubelets =
	    text_equal(kubelet->cpu_policy, "static") || cpuset_weight(&exclusive);
	if (value && value->rule == RULE_EXACT)
		return;
	placement->exclusive = exclusive;
	placement->unknown_exclusive = kubelet->problem;
	if (kubelet->remark && placement->mode != PLACEMENT_LEAVE)
		remark(deciding, kubelet->remark);
}

/* What there is to decide about. */
static struct deciding begin(struct arena *arena, const struct facts *facts,
			     const struct profile *profile, const struct plan_request *request,
			     struct cpuset *ret_listed)
{
	struct deciding deciding = {.arena = arena,
				    .facts = facts,
				    .profile = profile,
				    .request = request,
				    .per_irq_core = CORES_PER_IRQ_CORE};
	const struct value *ratio = profile_get(profile, "irq", "cores-per-irq-core");
	uint64_t number;

	if (ratio && ratio->rule == RULE_EXACT && text_u64(ratio->operands.at[0], &number) == 0)
		deciding.per_irq_core = (size_t)number;
	deciding.placement.mode = wanted_mode(&deciding, ret_listed);
	if (deciding.placement.mode != PLACEMENT_LEAVE && facts->topology.problem) {
		deciding.placement.is_blind = true;
		decide_unknown(&deciding, PLACEMENT_LEAVE, facts->topology.problem);
	}
	if (deciding.placement.is_blind || !listed(&deciding, "allowed-cpus", &deciding.allowed) ||
	    !narrow(&deciding, "allowed-cpus", &facts->topology.online, "online",
		    &deciding.allowed))
		deciding.allowed = facts->topology.online;
	find_exclusive(&deciding);
	set_bounds(&deciding);
	share(&deciding, "the profile leaves interrupts where they are");
	collect_groups(&deciding);
	collect_near(&deciding);
	return deciding;
}

struct placement_room placement_room(struct arena *arena, const struct facts *facts,
				     const struct profile *profile,
				     const struct plan_request *request)
{
	struct cpuset interrupt_cpus = {0}, left;
	struct deciding deciding = begin(arena, facts, profile, request, &interrupt_cpus);

	left = cpuset_minus(arena, &deciding.serving, &deciding.placement.exclusive);
	if (!decide_by_isolation(&deciding) && !decide_by_reserved(&deciding))
		decide_by_size(&deciding, false);
	return (struct placement_room){cpuset_weight(&left),
				       cpuset_weight(&deciding.placement.interrupt_cpus)};
}

struct placement placement_decide(struct arena *arena, const struct facts *facts,
				  const struct profile *profile, const struct plan_request *request)
{
	struct cpuset interrupt_cpus = {0};
	struct deciding deciding = begin(arena, facts, profile, request, &interrupt_cpus);

	if (!deciding.placement.problem)
		decide(&deciding, &interrupt_cpus);
	if (deciding.placement.problem)
		share(&deciding, deciding.placement.problem);
	if (deciding.placement.problem || deciding.is_left)
		deciding.placement.mode = PLACEMENT_LEAVE;
	if (deciding.remark)
		deciding.placement.reason =
		    arena_printf(arena, "%s; %s", deciding.placement.reason, deciding.remark);
	deciding.placement.is_split =
	    !deciding.is_shared &&
	    !cpuset_equal(&deciding.placement.interrupt_cpus, &deciding.placement.compute_cpus);
	deciding.placement.is_confined =
	    deciding.placement.mode != PLACEMENT_LEAVE &&
	    (deciding.placement.is_split ||
	     !cpuset_equal(&deciding.placement.interrupt_cpus, &deciding.allowed));
	return deciding.placement;
}
