/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPUs serve interrupts: the rule of perftune for all symmetric nodes, from a model of its
 * own (the rule as a public description tells it), and what goes beyond it.
 */
#include "base/text.h"
#include "run_suite.h"
#include "topology_maker.h"

static struct placement decide(struct scene *scene)
{
	return placement_decide(scene->arena, &scene->facts, &scene->profile, &scene->request);
}

/* "0-1,32-33 | 2-31,34-63": interrupt and compute CPUs. */
static const char *sets(struct scene *scene)
{
	struct placement placement = decide(scene);

	return arena_printf(scene->arena, "%s | %s",
			    cpuset_list(scene->arena, &placement.interrupt_cpus),
			    cpuset_list(scene->arena, &placement.compute_cpus));
}

static void want(struct scene *scene, enum rule rule, const char *operand)
{
	scene_clear(scene);
	scene_want(scene, "irq", "placement", rule, operand);
}

/* Model --------------------------------------------------------------------------------------- */

/* Marks every thread of a core that is in the mask. */
static void mark_core(const struct core *core, const bool *mask, bool *ret)
{
	cpuset_for_each (pu, &core->pus)
		ret[pu] = mask[pu];
}

static bool in_mask(const struct core *core, const bool *mask)
{
	cpuset_for_each (pu, &core->pus) {
		if (mask[pu])
			return true;
	}
	return false;
}

/* The nth core of the mask on a node (-1: on any); cores stand by their lowest CPU. */
static const struct core *nth_core(const struct topology *topology, const bool *mask, int node,
				   unsigned nth)
{
	vec_for_each (core, &topology->cores) {
		if ((node < 0 || core->numa == node) && in_mask(core, mask) && nth-- == 0)
			return core;
	}
	return NULL;
}

static unsigned count_cores(const struct topology *topology, const bool *mask, int node)
{
	unsigned count = 0;

	while (nth_core(topology, mask, node, count))
		count++;
	return count;
}

/* Fills the interrupt CPUs; the compute CPUs are the rest, or all when that is none. */
static void model(const struct topology *topology, const bool *mask, unsigned cpus, bool *ret)
{
	unsigned pus = 0, cores = count_cores(topology, mask, -1), first = cpus;

	for (unsigned cpu = cpus; cpu-- > 0;) {
		ret[cpu] = false;
		pus += mask[cpu];
		if (mask[cpu])
			first = cpu;
	}
	if (pus <= 4) {
		memcpy(ret, mask, cpus * sizeof(*mask));
	} else if (cores <= 4) {
		ret[first] = true;
	} else if (cores <= 16) {
		mark_core(nth_core(topology, mask, -1, 0), mask, ret);
	} else {
		vec_for_each (node, &topology->nodes) {
			unsigned here = count_cores(topology, mask, node->os_index);

			for (unsigned core = 0; core < (here + 15) / 16; core++)
				mark_core(nth_core(topology, mask, node->os_index, core), mask,
					  ret);
		}
	}
}

static void check_against_model(struct scene *scene, const bool *mask, unsigned cpus)
{
	const struct topology *topology = &scene->facts.topology;
	bool *expected = arena_alloc(scene->arena, cpus * sizeof(*expected));
	struct cpuset interrupt_cpus = {0}, compute = {0}, all = {0};
	struct placement placement;

	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		if (mask[cpu])
			cpuset_add(scene->arena, &all, cpu);
	}
	want(scene, RULE_AUTO, "");
	scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, cpuset_list(scene->arena, &all));
	placement = decide(scene);
	ck_assert_ptr_null(placement.problem);
	model(topology, mask, cpus, expected);
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		if (expected[cpu])
			cpuset_add(scene->arena, &interrupt_cpus, cpu);
		else if (mask[cpu])
			cpuset_add(scene->arena, &compute, cpu);
	}
	if (!cpuset_weight(&compute))
		compute = all;
	ck_assert_str_eq(cpuset_list(scene->arena, &placement.interrupt_cpus),
			 cpuset_list(scene->arena, &interrupt_cpus));
	ck_assert_str_eq(cpuset_list(scene->arena, &placement.compute_cpus),
			 cpuset_list(scene->arena, &compute));
	ck_assert_str_eq(cpuset_mask(scene->arena, &placement.interrupt_cpus),
			 cpuset_mask(scene->arena, &interrupt_cpus));
}

/* Masks that leave the nodes equal: everything, the first threads, every other core, whole nodes.
 */
static bool masked(const struct core *core, unsigned index, unsigned pu, unsigned mask)
{
	switch (mask) {
	case 1:
		return (unsigned)cpuset_next(&core->pus, 0) == pu;
	case 2:
		return index % 2 == 0;
	case 3:
		return core->numa % 2 == 0;
	default:
		return true;
	}
}

START_TEST(auto_is_perftunes_rule_on_symmetric_nodes)
{
	static const unsigned counts[] = {1, 2, 3, 4, 5, 8, 15, 16, 17, 32, 33, 48, 64};
	static const unsigned nodes[] = {1, 2, 3, 4, 8};
	unsigned checked = 0;

	for (unsigned i = 0; i < 13 * 5 * 3 * NUMBERING_COUNT * 4; i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		unsigned cores = counts[i % 13], threads = i / 65 % 3 ? i / 65 % 3 : 4;
		unsigned here = nodes[i / 13 % 5], cpus = cores * threads * here;
		bool *mask;

		if (cpus > 512)
			continue;
		make_topology(scene, here, cores, threads,
			      (enum numbering)(i / 195 % NUMBERING_COUNT));
		mask = arena_alloc(scene->arena, cpus * sizeof(*mask));
		for (int node = 0; node < (int)here; node++) {
			unsigned index = 0;

			vec_for_each (core, &scene->facts.topology.cores) {
				if (core->numa != node)
					continue;
				cpuset_for_each (pu, &core->pus)
					mask[pu] = masked(core, index, (unsigned)pu, i / 585);
				index++;
			}
		}
		check_against_model(scene, mask, cpus);
		checked++;
	}
	ck_assert_uint_gt(checked, 1000);
}
END_TEST

/* The figures of the description itself. */
START_TEST(auto_by_example)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	want(scene, RULE_AUTO, "");
	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0-3 | 0-3");
	make_topology(scene, 1, 4, 2, NUMBERING_SPLIT);
	ck_assert_str_eq(sets(scene), "0 | 1-7");
	make_topology(scene, 1, 8, 2, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0-1 | 2-15");
	make_topology(scene, 2, 16, 2, NUMBERING_SPLIT);
	ck_assert_str_eq(sets(scene), "0,16,32,48 | 1-15,17-31,33-47,49-63");
	make_topology(scene, 2, 16, 2, NUMBERING_STRIPED);
	ck_assert_str_eq(sets(scene), "0-1,32-33 | 2-31,34-63");
	make_topology(scene, 1, 17, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0-1 | 2-16");
	scene_want(scene, "irq", "cores-per-irq-core", RULE_EXACT, "32");
	ck_assert_str_eq(sets(scene), "0 | 1-16");
}
END_TEST

/* Beyond the rule ----------------------------------------------------------------------------- */

START_TEST(unequal_nodes_give_shares)
{
	static const unsigned cores[] = {40, 8, 16};
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct cpuset none = {0};

	want(scene, RULE_AUTO, "");
	make_uneven(scene, cores, 3, 1, 1, &none);
	ck_assert_str_eq(sets(scene), "0-2,40,48 | 3-39,41-47,49-63");
}
END_TEST

/* A NIC at a node of its own draws the interrupt cores there, but never more than half of it. */
START_TEST(cores_near_the_devices)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct nic nic = {.name = "eth0", .numa = 1, .is_tuned = true};
	struct disk disk = {.name = "nvme0n1", .numa = 0, .is_data = true};

	want(scene, RULE_AUTO, "");
	vec_push(scene->arena, &scene->facts.nics, nic);
	make_topology(scene, 2, 32, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "32-35 | 0-31,36-63");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "NUMA node 1"));
	make_topology(scene, 2, 4, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "4 | 0-3,5-7");
	make_topology(scene, 2, 2, 2, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "4 | 0-3,5-7");
	make_topology(scene, 8, 3, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene),
			 "0,3,6,9,12,15,18,21 | 1-2,4-5,7-8,10-11,13-14,16-17,19-20,22-23");
	/* Devices at every node prefer none. */
	vec_push(scene->arena, &scene->facts.disks, disk);
	make_topology(scene, 2, 32, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0-1,32-33 | 2-31,34-63");
}
END_TEST

/* Its node has memory alone: the nearest one with CPUs serves it. */
START_TEST(cores_near_a_device_on_a_node_without_cpus)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct topology *topology = &scene->facts.topology;
	struct disk disk = {.name = "nvme0n1", .numa = 2, .is_data = true};
	struct numa_node bare = {.os_index = 2};

	want(scene, RULE_AUTO, "");
	vec_push(scene->arena, &scene->facts.disks, disk);
	make_topology(scene, 2, 32, 1, NUMBERING_ADJACENT);
	vec_push(scene->arena, &topology->nodes, bare);
	/* Nobody knows which that is. */
	ck_assert_str_eq(sets(scene), "0-1,32-33 | 2-31,34-63");
	vec_push(scene->arena, &topology->nodes.at[2].distances, 40);
	vec_push(scene->arena, &topology->nodes.at[2].distances, 17);
	vec_push(scene->arena, &topology->nodes.at[2].distances, 10);
	ck_assert_str_eq(sets(scene), "32-35 | 0-31,36-63");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason,
				     "on NUMA node 2 (without CPUs; node 1 is "
				     "the nearest that has some)"));
	/* With one more on that node itself it has a device of its own. */
	disk.numa = 1;
	vec_push(scene->arena, &scene->facts.disks, disk);
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "devices on NUMA node 1"));
	ck_assert_ptr_null(strstr(decide(scene).reason, "without CPUs"));
}
END_TEST

START_TEST(dedicated_splits_wherever_there_are_two)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	want(scene, RULE_EXACT, "dedicated");
	make_topology(scene, 1, 1, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0 | 0");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "share the only CPU"));
	make_topology(scene, 1, 1, 2, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0 | 1");
	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(sets(scene), "0 | 1-3");
	make_topology(scene, 1, 32, 2, NUMBERING_SPLIT);
	ck_assert_str_eq(sets(scene), "0-1,32-33 | 2-31,34-63");
	/* Half of the cores at most, however many are asked for. */
	scene_want(scene, "irq", "cores-per-irq-core", RULE_EXACT, "1");
	ck_assert_str_eq(sets(scene), "0-15,32-47 | 16-31,48-63");
	want(scene, RULE_EXACT, "shared");
	ck_assert_str_eq(sets(scene), "0-63 | 0-63");
	scene_clear(scene);
	ck_assert_str_eq(sets(scene), "0-63 | 0-63");
	ck_assert_int_eq(decide(scene).mode, PLACEMENT_LEAVE);
}
END_TEST

START_TEST(explicit_lists)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	want(scene, RULE_EXACT, "shared");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "6-9");
	ck_assert_str_eq(sets(scene), "6-7 | 0-5");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "CPUs 8-9 of irq.interrupt-cpus"));
	scene_want(scene, "irq", "compute-cpus", RULE_EXACT, "1-3");
	ck_assert_str_eq(sets(scene), "6-7 | 1-3");
	ck_assert_ptr_null(strstr(decide(scene).reason, "irq.compute-cpus too"));
	want(scene, RULE_EXACT, "shared");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "0-3");
	scene_want(scene, "irq", "compute-cpus", RULE_EXACT, "2-7");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason,
				     "CPUs 2-3 of irq.interrupt-cpus are in irq.compute-cpus too"));
	want(scene, RULE_EXACT, "shared");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "64");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_str_eq(decide(scene).problem,
			 "irq.interrupt-cpus: none of the CPUs 64 is online and allowed");
	ck_assert_int_eq(decide(scene).mode, PLACEMENT_LEAVE);
	/* A list that cannot be had is no node that does not tell. */
	scene_run(scene, tune_placement);
	ck_assert_int_eq(scene_setting(scene, "placement")->state, STATE_FAILED);
	ck_assert_str_eq(scene_setting(scene, "placement")->want, "64");
	want(scene, RULE_AUTO, "");
	scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, "100-101");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_str_eq(decide(scene).problem,
			 "irq.allowed-cpus: none of the CPUs 100-101 is online");
}
END_TEST

START_TEST(kubelet_owns_the_cpus)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct kubelet *kubelet = &scene->facts.kubelet;
	struct placement placement;

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	want(scene, RULE_EXACT, "shared");
	kubelet->cpu_policy = "static";
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_int_eq(cpuset_parse_list(scene->arena, "2-5", &kubelet->exclusive), 0);
	ck_assert_str_eq(sets(scene), "0-1,6-7 | 0-7");
	placement = decide(scene);
	ck_assert(placement.is_kubelets);
	ck_assert_str_eq(cpuset_list(scene->arena, &placement.exclusive), "2-5");
	/* Whatever a later policy is called. */
	kubelet->cpu_policy = "dynamic";
	ck_assert_str_eq(sets(scene), "0-1,6-7 | 0-7");
	ck_assert(decide(scene).is_kubelets);
	kubelet->cpu_policy = "none";
	kubelet->exclusive = (struct cpuset){0};
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert(!decide(scene).is_kubelets);
	kubelet->cpu_policy = "static";
	ck_assert_int_eq(cpuset_parse_list(scene->arena, "0-7", &kubelet->exclusive), 0);
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "all of them exclusively"));
	/* One of them would bear what all do now. */
	want(scene, RULE_EXACT, "dedicated");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "2-3");
	ck_assert_str_eq(sets(scene), "2-3 | 0-1,4-7");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason,
				     "CPUs 2-3 of irq.interrupt-cpus are exclusive to containers"));
}
END_TEST

START_TEST(kubelet_that_cannot_be_told)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	static const char *const modes[] = {"shared", "dedicated"};

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	scene->facts.kubelet.problem = "it is not known";
	for (size_t i = 0; i < 2; i++) {
		want(scene, RULE_EXACT, modes[i]);
		ck_assert_str_eq(sets(scene), "0-7 | 0-7");
		ck_assert_int_eq(decide(scene).mode, PLACEMENT_LEAVE);
		ck_assert_str_eq(decide(scene).problem,
				 "it is not known; interrupts stay where they are");
	}
	want(scene, RULE_AUTO, "");
	ck_assert_int_eq(decide(scene).mode, PLACEMENT_LEAVE);
	/* Nothing is asked for, and nothing is missed. */
	want(scene, RULE_LEAVE, "");
	ck_assert_ptr_null(decide(scene).problem);
	/* Who lists CPUs gets them, and is told. */
	want(scene, RULE_EXACT, "shared");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "2-3");
	ck_assert_str_eq(sets(scene), "2-3 | 0-1,4-7");
	ck_assert_ptr_null(decide(scene).problem);
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "; it is not known"));
}
END_TEST

START_TEST(without_a_topology_nothing_is_placed)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	scene->facts.topology.problem = "there is none";
	for (unsigned with_cpus = 2; with_cpus-- > 0;) {
		want(scene, RULE_EXACT, "dedicated");
		ck_assert_int_eq(decide(scene).mode, PLACEMENT_LEAVE);
		ck_assert_str_eq(decide(scene).problem,
				 "there is none; interrupts stay where they are");
		/* A list cannot be held against anything either. */
		scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "2-3");
		scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, "0-3");
		ck_assert_str_eq(decide(scene).problem,
				 "there is none; interrupts stay where they are");
		scene_run(scene, tune_placement);
		ck_assert_int_eq(scene_setting(scene, "placement")->state, STATE_SKIPPED);
		want(scene, RULE_LEAVE, "");
		ck_assert_ptr_null(decide(scene).problem);
		scene->facts.topology = (struct topology){.problem = "there is none"};
	}
}
END_TEST

START_TEST(data_keeps_its_shards)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct live *live = &scene->facts.live;

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	want(scene, RULE_EXACT, "dedicated");
	ck_assert_str_eq(sets(scene), "0 | 1-7");
	live->data_dir.has_data = true;
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_ptr_nonnull(strstr(decide(scene).not_split, "would reduce shards 8 -> 7"));
	live->data_dir.shards = 7;
	ck_assert_str_eq(sets(scene), "0 | 1-7");
	ck_assert_ptr_null(decide(scene).not_split);
	live->broker_shards = 8;
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	scene->request.allow_fewer_shards = true;
	ck_assert_str_eq(sets(scene), "0 | 1-7");
	scene->request = (struct plan_request){.broker_cpus = 4};
	live->broker_shards = live->data_dir.shards = 0;
	ck_assert_str_eq(sets(scene), "0 | 1-7");
}
END_TEST

/* "left of what auto would use" */
static const char *room(struct scene *scene, const char *exclusive)
{
	struct placement_room room;

	ck_assert_int_eq(
	    cpuset_parse_list(scene->arena, exclusive, &scene->facts.kubelet.exclusive), 0);
	room = placement_room(scene->arena, &scene->facts, &scene->profile, &scene->request);
	return arena_printf(scene->arena, "%u of %u", room.left, room.wanted);
}

START_TEST(room_beside_containers)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct cpuset none = {0};

	want(scene, RULE_EXACT, "shared");
	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	ck_assert_str_eq(room(scene, ""), "4 of 4");
	ck_assert_str_eq(room(scene, "2-3"), "2 of 4");
	make_topology(scene, 2, 16, 2, NUMBERING_STRIPED);
	ck_assert_str_eq(room(scene, "2-61"), "4 of 4");
	ck_assert_str_eq(room(scene, "2-62"), "3 of 4");
	/* As if containers had others. */
	scene->request.exclusive = &none;
	ck_assert_str_eq(room(scene, "2-62"), "64 of 4");
	ck_assert_str_eq(sets(scene), "0-63 | 0-63");
	scene->request.exclusive = NULL;
	ck_assert_str_eq(sets(scene), "0-1,63 | 0-63");
	/* Interrupts would go to the CPUs that are kept for the system. */
	ck_assert_int_eq(cpuset_parse_list(scene->arena, "0-5", &scene->facts.kubelet.reserved), 0);
	ck_assert_str_eq(room(scene, "8-63"), "8 of 6");
	scene_want(scene, "irq", "exclusive-cpus", RULE_EXACT, "ignore");
	ck_assert_str_eq(room(scene, "8-63"), "64 of 6");
}
END_TEST

RUN_SUITE("placement", room_beside_containers, auto_is_perftunes_rule_on_symmetric_nodes,
	  auto_by_example, unequal_nodes_give_shares, cores_near_the_devices,
	  cores_near_a_device_on_a_node_without_cpus, dedicated_splits_wherever_there_are_two,
	  explicit_lists, kubelet_owns_the_cpus, kubelet_that_cannot_be_told,
	  without_a_topology_nothing_is_placed, data_keeps_its_shards)
