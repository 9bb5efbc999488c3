/* SPDX-License-Identifier: Apache-2.0 */
/* What a command asks of a probe: all of it or a part, from which NUMA node, and what it makes of
 * the answer on the farthest one. */
#include "base/text.h"
#include "fake_kernel.h"
#include "fake_probe.h"
#include "flow/probe_step.h"
#include "run_suite.h"

static struct arena *arena;
static struct options options;
static struct outcome outcome;
static struct facts *facts;
static struct report_probe probe;

/* A node with one disk and a drive that can be asked. */
static void set_up(void)
{
	struct session *session = &outcome.session;

	fake_reset();
	arena = arena_new();
	options = (struct options){.command = COMMAND_PROBE};
	outcome = (struct outcome){.started_rfc3339 = "2026-01-02T03:04:05Z"};
	session->arena = arena;
	session->options = &options;
	session->root = fake_root();
	session->plan.arena = arena;
	facts = &session->facts;
	facts->live.data_dir =
	    (struct live_data_dir){.path = "/data", .exists = TRI_YES, .is_directory = true};
	vec_push(arena, &facts->disks,
		 (struct disk){.name = "nvme0n1", .numa = -1, .is_data = true});
	vec_push(arena, &facts->health,
		 (struct nvme_health){.disk = "nvme0", .is_data = true, .smart_known = true});
	fake_probe = (struct fake_probe){.p99 = 1000000};
}

static struct disk *disk(void)
{
	return &facts->disks.at[0];
}

/* Probes as the options say. */
static void measure(void)
{
	struct probe_request request = probe_step_request(&outcome.session);

	probe = (struct report_probe){0};
	ck_assert_int_eq(probe_step_measure(&outcome, &request, &probe), EXIT_MATCH);
}

/* Where the probe is to work: "node/nearest with CPUs: distances; the farthest, its distance", or
 * the note. */
static const char *near_text(void)
{
	const struct probe_near *near = &fake_probe.request.near;
	struct str text = str_new(arena);

	measure();
	if (near->node < 0) {
		ck_assert_int_eq(near->far_node, -1);
		ck_assert_ptr_eq(near->far_note, near->note);
		return near->note ? near->note : "anywhere";
	}
	ck_assert_ptr_null(near->note);
	ck_assert_int_eq(near->far_node < 0, near->far_note != NULL);
	str_printf(&text, "%d/%d:", near->node, near->cpu_node);
	vec_for_each (other, &near->distances)
		str_printf(&text, " %d=%d", other->node, other->distance);
	str_printf(&text, "; %d %d", near->far_node, near->far_distance);
	return text.text;
}

START_TEST(it_works_on_the_disks_node_where_they_share_one)
{
	static const unsigned distances[] = {21, 10};
	struct numa_node nodes[2] = {{.os_index = 0}, {.os_index = 1}};
	struct disk more;

	set_up();
	ck_assert_str_eq(near_text(), "anywhere");
	for (unsigned i = 0; i < 2; i++) {
		cpuset_add(arena, &nodes[i].pus, i);
		vec_push(arena, &nodes[1].distances, distances[i]);
	}
	vec_push(arena, &facts->topology.nodes, nodes[0]);
	vec_push(arena, &facts->topology.nodes, nodes[1]);
	ck_assert_str_eq(near_text(), "the NUMA node of a disk is not known");
	disk()->numa = 1;
	ck_assert_str_eq(near_text(), "1/1: 0=21 1=10; 0 21");
	facts->topology.nodes.at[1].pus = (struct cpuset){0};
	ck_assert_str_eq(near_text(), "1/0: 0=21 1=10; -1 -1");
	more = *disk();
	vec_push(arena, &facts->disks, more);
	ck_assert_str_eq(near_text(), "1/0: 0=21 1=10; -1 -1");
	facts->disks.at[1].numa = 0;
	ck_assert_str_eq(near_text(), "the disks are on several NUMA nodes");
	facts->disks.at[1].is_data = false;
	ck_assert_str_eq(near_text(), "1/0: 0=21 1=10; -1 -1");
	facts->disks.at[0].numa = -1;
	ck_assert_str_eq(near_text(), "the NUMA node of a disk is not known");
	disk()->is_data = false;
	ck_assert_str_eq(near_text(), "no disk is known");
}
END_TEST

/* Nobody asked for it, nothing is wrong, and what makes the two sides unlike. */
START_TEST(the_distance_is_judged_where_nothing_else_differs)
{
	set_up();
	measure();
	ck_assert(!fake_probe.request.distance && !probe.distance.count && !probe.distance_note);
	fake_probe.has_distance = options.numa = true;
	measure();
	ck_assert(fake_probe.request.distance && !probe.distance_note);
	ck_assert_uint_eq(probe.distance.count, DISTANCE_FIGURES);
	ck_assert_int_eq(probe.distance.at[0].verdict, EFFECT_NONE);
	fake_probe.throttles = 1;
	measure();
	ck_assert_uint_eq(probe.distance.count, 0);
	ck_assert_str_eq(probe.distance_note, "the drive nvme0 throttled");
	fake_probe.invalid = "a quota";
	measure();
	ck_assert_uint_eq(probe.distance.count, 0);
	ck_assert_str_eq(probe.distance_note, "a quota");
	arena_free(arena);
}
END_TEST

/* What belongs to a full probe, as far as nothing asks for a part of it. */
START_TEST(a_full_probe_is_all_of_it)
{
	static const struct {
		struct options options;
		bool envelope, distance;
	} rows[] = {
	    {{.full = true}, true, true},
	    {{.full = true, .runtime_us = 1}, false, true},
	    {{.full = true, .file = "f"}, false, false},
	    {{.full = true, .file = "f", .envelope = true}, true, false},
	    {{.full = true, .buffered = true, .numa = true}, false, true},
	    {{.quick = true}, false, false},
	    {{.envelope = true}, true, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_request request;

		set_up();
		options = rows[i].options;
		request = probe_step_request(&outcome.session);
		ck_assert_int_eq(request.envelope, rows[i].envelope);
		ck_assert_int_eq(request.distance, rows[i].distance);
		vec_push(arena, &options.jobs, "mixed");
		request = probe_step_request(&outcome.session);
		ck_assert_int_eq(request.envelope, rows[i].options.envelope);
		ck_assert_int_eq(request.distance, rows[i].options.numa);
		arena_free(arena);
	}
}
END_TEST

RUN_SUITE("probe_request", it_works_on_the_disks_node_where_they_share_one,
	  the_distance_is_judged_where_nothing_else_differs, a_full_probe_is_all_of_it)
