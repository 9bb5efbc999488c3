/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs that are spoken for: isolated ones, those that the kubelet keeps for the system, and those
 * that redpanda.service is bound to. */
#include "base/text.h"
#include "run_suite.h"
#include "topology_maker.h"

static struct placement decide(struct scene *scene)
{
	return placement_decide(scene->arena, &scene->facts, &scene->profile, &scene->request);
}

/* "0-1 | 2-7 split": interrupt and compute CPUs, and what is said of them. */
static const char *sets(struct scene *scene)
{
	struct placement placement = decide(scene);

	return arena_printf(
	    scene->arena, "%s | %s%s%s%s", cpuset_list(scene->arena, &placement.interrupt_cpus),
	    cpuset_list(scene->arena, &placement.compute_cpus), placement.is_split ? " split" : "",
	    placement.is_confined ? " confined" : "",
	    placement.mode == PLACEMENT_LEAVE ? " left" : "");
}

static void want(struct scene *scene, const char *mode)
{
	scene_clear(scene);
	if (text_equal(mode, "auto"))
		scene_want(scene, "irq", "placement", RULE_AUTO, "");
	else
		scene_want(scene, "irq", "placement", RULE_EXACT, mode);
}

static void set(struct scene *scene, struct cpuset *cpus, const char *list)
{
	*cpus = (struct cpuset){0};
	ck_assert_int_eq(cpuset_parse_list(scene->arena, list, cpus), 0);
}

static struct scene *eight(const char *isolated)
{
	struct scene *scene = scene_new();

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	set(scene, &scene->facts.isolated.cpus, isolated);
	return scene;
}

START_TEST(shared_interrupts_keep_off_isolated_cpus)
{
	_cleanup_scene_ struct scene *scene = eight("2-7");

	want(scene, "shared");
	ck_assert_str_eq(sets(scene), "0-1 | 0-7 confined");
	ck_assert_ptr_null(decide(scene).not_split);
	/* A few of them are somebody else's. */
	set(scene, &scene->facts.isolated.cpus, "6-7");
	ck_assert_str_eq(sets(scene), "0-5 | 0-5 confined");
	set(scene, &scene->facts.isolated.cpus, "1-7");
	ck_assert_str_eq(sets(scene), "0 | 0-7 confined");
	set(scene, &scene->facts.isolated.cpus, "");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
}
END_TEST

START_TEST(dedicated_takes_what_is_not_isolated)
{
	static const char *const modes[] = {"dedicated", "auto"};
	_cleanup_scene_ struct scene *scene = eight("4-7");

	for (size_t i = 0; i < 2; i++) {
		want(scene, modes[i]);
		set(scene, &scene->facts.isolated.cpus, "4-7");
		ck_assert_str_eq(sets(scene), "0-3 | 4-7 split confined");
		set(scene, &scene->facts.isolated.cpus, "1-7");
		ck_assert_str_eq(sets(scene), "0 | 1-7 split confined");
		set(scene, &scene->facts.isolated.cpus, "5-7");
		ck_assert_str_eq(sets(scene), "0-4 | 0-4 confined");
		ck_assert_ptr_nonnull(
		    strstr(decide(scene).not_split, "3 isolated CPUs are not Redpanda's"));
		set(scene, &scene->facts.isolated.cpus, "7");
		ck_assert_ptr_nonnull(
		    strstr(decide(scene).not_split, "1 isolated CPU is not Redpanda's"));
	}
	/* The kubelet says whose they are. */
	scene->facts.kubelet.cpu_policy = "static";
	ck_assert_str_eq(sets(scene), "0-6 | 0-7 split confined");
	ck_assert_ptr_null(decide(scene).not_split);
}
END_TEST

/* Few, but those of its unit; many, but not those of its unit. */
START_TEST(the_unit_says_whose_they_are)
{
	_cleanup_scene_ struct scene *scene = eight("5-7");

	want(scene, "dedicated");
	set(scene, &scene->facts.limits.cpus, "5-6");
	ck_assert_str_eq(sets(scene), "0-4 | 5-6 split confined");
	set(scene, &scene->facts.isolated.cpus, "2-7");
	set(scene, &scene->facts.limits.cpus, "0-1");
	ck_assert_str_eq(sets(scene), "0-1 | 0-1 confined");
	ck_assert_ptr_nonnull(strstr(decide(scene).not_split, "6 isolated CPUs are not"));
	set(scene, &scene->facts.limits.cpus, "1-4");
	ck_assert_str_eq(sets(scene), "0-1 | 2-4 split confined");
	/* One that is not on this node says nothing. */
	set(scene, &scene->facts.limits.cpus, "64-127");
	ck_assert_str_eq(sets(scene), "0-1 | 2-7 split confined");
}
END_TEST

/* It bounds Redpanda, and no interrupt. */
START_TEST(the_unit_bounds_redpanda_alone)
{
	_cleanup_scene_ struct scene *scene = eight("");

	set(scene, &scene->facts.limits.cpus, "0-3");
	want(scene, "shared");
	ck_assert_str_eq(sets(scene), "0-7 | 0-3");
	want(scene, "dedicated");
	ck_assert_str_eq(sets(scene), "0 | 1-3 split confined");
	set(scene, &scene->facts.limits.cpus, "0");
	ck_assert_str_eq(sets(scene), "0-7 | 0");
	ck_assert_ptr_nonnull(strstr(decide(scene).not_split, "redpanda.service may use CPUs 0 "));
	/* It loses no shard that it had. */
	set(scene, &scene->facts.limits.cpus, "4-7");
	scene->facts.live.data_dir.has_data = true;
	ck_assert_str_eq(sets(scene), "0 | 4-7 split confined");
}
END_TEST

START_TEST(none_left)
{
	static const char *const modes[] = {"shared", "dedicated", "auto"};
	_cleanup_scene_ struct scene *scene = eight("0-7");

	for (size_t i = 0; i < 3; i++) {
		want(scene, modes[i]);
		ck_assert_str_eq(sets(scene), "0-7 | 0-7 left");
		ck_assert_ptr_null(decide(scene).problem);
		ck_assert_ptr_nonnull(strstr(decide(scene).not_split, "stay where they are"));
	}
	/* So it is where the profile allows isolated ones only. */
	set(scene, &scene->facts.isolated.cpus, "4-7");
	scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, "6-7");
	ck_assert_str_eq(sets(scene), "6-7 | 6-7 left");
	/* Who lists CPUs gets them, and is told. */
	want(scene, "shared");
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "3-4");
	ck_assert_str_eq(sets(scene), "3-4 | 0-2,5-7 split confined");
	ck_assert_ptr_nonnull(
	    strstr(decide(scene).reason, "CPUs 4 of irq.interrupt-cpus are isolated"));
}
END_TEST

START_TEST(isolation_that_cannot_be_told)
{
	static const char *const modes[] = {"shared", "dedicated", "auto"};
	_cleanup_scene_ struct scene *scene = eight("");

	scene->facts.isolated.problem = "it is not known";
	for (size_t i = 0; i < 3; i++) {
		want(scene, modes[i]);
		ck_assert_str_eq(sets(scene), "0-7 | 0-7 left");
		ck_assert_str_eq(decide(scene).problem,
				 "it is not known; interrupts stay where they are");
	}
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "2");
	ck_assert_str_eq(sets(scene), "2 | 0-1,3-7 split confined");
}
END_TEST

/* Redpanda's bounds are not known, and an interrupt needs none. */
START_TEST(a_unit_that_cannot_be_read)
{
	static const char *const modes[] = {"dedicated", "auto"};
	_cleanup_scene_ struct scene *scene = eight("");

	scene->facts.limits.cpus_problem = "it is not known";
	for (size_t i = 0; i < 2; i++) {
		want(scene, modes[i]);
		ck_assert_str_eq(sets(scene), "0-7 | 0-7 left");
		ck_assert_str_eq(decide(scene).problem,
				 "it is not known; interrupts stay where they are");
	}
	want(scene, "shared");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	ck_assert_ptr_null(decide(scene).problem);
	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "2");
	ck_assert_str_eq(sets(scene), "2 | 0-1,3-7 split confined");
	ck_assert_ptr_nonnull(strstr(decide(scene).reason, "it is not known"));
}
END_TEST

/* A core of which one thread is isolated serves by the other one; so do nodes of one such core. */
START_TEST(threads_of_isolated_cpus)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 8, 2, NUMBERING_SPLIT);
	set(scene, &scene->facts.isolated.cpus, "8-15");
	want(scene, "dedicated");
	ck_assert_str_eq(sets(scene), "0-7 | 8-15 split confined");
	set(scene, &scene->facts.isolated.cpus, "8-11");
	want(scene, "shared");
	ck_assert_str_eq(sets(scene), "0-7,12-15 | 0-7,12-15 confined");
}
END_TEST

START_TEST(reserved_cpus_come_first)
{
	_cleanup_scene_ struct scene *scene = eight("");
	struct kubelet *kubelet = &scene->facts.kubelet;

	set(scene, &kubelet->reserved, "6-7");
	want(scene, "dedicated");
	ck_assert_str_eq(sets(scene), "6-7 | 0-5 split confined");
	want(scene, "auto");
	ck_assert_str_eq(sets(scene), "6-7 | 0-5 split confined");
	want(scene, "shared");
	ck_assert_str_eq(sets(scene), "0-7 | 0-7");
	kubelet->cpu_policy = "static";
	set(scene, &kubelet->exclusive, "2-4");
	ck_assert_str_eq(sets(scene), "6-7 | 0-7 split confined");
	/* Those that containers have after all, or that are isolated, are not taken. */
	set(scene, &kubelet->reserved, "3-5");
	ck_assert_str_eq(sets(scene), "5 | 0-7 split confined");
	set(scene, &kubelet->reserved, "2");
	ck_assert_str_eq(sets(scene), "0-1,5-7 | 0-7 split confined");
	set(scene, &scene->facts.isolated.cpus, "5");
	ck_assert_str_eq(sets(scene), "0-1,6-7 | 0-7 split confined");
	/* All of them: as without. */
	*kubelet = (struct kubelet){0};
	set(scene, &scene->facts.isolated.cpus, "");
	set(scene, &kubelet->reserved, "0-7");
	want(scene, "dedicated");
	ck_assert_str_eq(sets(scene), "0 | 1-7 split confined");
}
END_TEST

RUN_SUITE("placement_isolated", shared_interrupts_keep_off_isolated_cpus,
	  dedicated_takes_what_is_not_isolated, the_unit_says_whose_they_are,
	  the_unit_bounds_redpanda_alone, none_left, isolation_that_cannot_be_told,
	  a_unit_that_cannot_be_read, threads_of_isolated_cpus, reserved_cpus_come_first)
