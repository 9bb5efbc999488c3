/* SPDX-License-Identifier: Apache-2.0 */
/* A split, the flags of redpanda.yaml and rpk's state file: every combination of them. */
#include "base/text.h"
#include "net_scene.h"
#include "plan/hand_over.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "tuners/build.h"

/* A node of eight CPUs whose profile gives CPU 0 to interrupts. */
struct node {
	struct scene *scene;
	struct redpanda_config redpanda;
	struct plan plan;
};

static void give(struct node *node, const char *text)
{
	struct err err = {0};

	ck_assert_msg(redpanda_parse(node->scene->arena, "/r.yaml", text, strlen(text),
				     &node->redpanda, &err) == 0,
		      "%s", err.text);
	node->scene->request.redpanda = &node->redpanda;
}

static void plan(struct node *node)
{
	struct scene *scene = node->scene;
	struct err err = {0};

	ck_assert_msg(build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request,
				 &node->plan, &err) == 0,
		      "%s", err.text);
}

static struct node node_of_eight(const char *placement)
{
	struct node node = {.scene = net_node(8, 1, 1)};

	scene_want(node.scene, "irq", "placement", RULE_EXACT, placement);
	scene_want(node.scene, "cpu", "pinning", RULE_EXACT, "hand-over");
	node.scene->facts.has_systemd = true;
	node.scene->facts.limits.unit = "/usr/lib/systemd/system/redpanda.service";
	node.scene->facts.host.memory_bytes = UINT64_C(16) << 30;
	return node;
}

static const struct setting *find(const struct node *node, const char *name)
{
	vec_for_each (setting, &node->plan.settings) {
		if (text_equal(setting->wish->name, name))
			return setting;
	}
	return NULL;
}

/* "file", "absent", "skipped" or "-" */
static const char *state_file(const struct node *node)
{
	const struct setting *setting = find(node, "rpk state file");

	if (!setting)
		return "-";
	if (setting->state == STATE_SKIPPED)
		return "skipped";
	return text_equal(setting->wish->operands.at[0], FILE_ABSENT) ? "absent" : "file";
}

/* What must hold whatever is planned: Redpanda starts. */
static void check_it_starts(struct node *node, const char *flags)
{
	const struct start_options *start = &node->plan.start_options;
	const struct setting *left = find(node, "rpk state file, left over");
	const struct setting *file = find(node, "rpk state file");
	const struct plan_request *request = &node->scene->request;
	bool hands_over = text_equal(state_file(node), "file");

	ck_assert_msg(!hands_over || !start->cpuset, "%s: --cpuset beside the file", flags);
	ck_assert_msg(!hand_over_flag(request, "--cpuset") ||
			  (!hands_over && !start->cpuset && !start->smp),
		      "%s: more CPUs than one source", flags);
	ck_assert_msg(!start->smp ||
			  (!hand_over_flag(request, "--smp") && !hand_over_flag(request, RPK_SMP)),
		      "%s: --smp twice", flags);
	ck_assert_msg(!start->memory_bytes || !hand_over_flag(request, "--memory"),
		      "%s: --memory twice", flags);
	ck_assert_msg(text_equal(start->state_file, hands_over ? PINNING_STATE_FILE : NULL),
		      "%s: where the CPUs come from", flags);
	/* Beside --cpuset an old file goes. */
	if (file && file->state == STATE_SKIPPED) {
		ck_assert_ptr_null(file->wish->path);
		ck_assert_ptr_nonnull(left);
		ck_assert_str_eq(left->wish->path, PINNING_STATE_FILE);
		ck_assert_str_eq(left->wish->operands.at[0], FILE_ABSENT);
		ck_assert_str_eq(left->wish->operands.at[1], "");
		ck_assert_ptr_null(left->wish->gist);
		ck_assert_ptr_nonnull(strstr(file->note, "redpanda.yaml:"));
	} else {
		ck_assert_ptr_null(left);
	}
	if (node->plan.placement.not_split)
		ck_assert_ptr_nonnull(strstr(find(node, "placement")->note, "redpanda.yaml:"));
}

static const struct {
	const char *rpk; /* what is in section rpk */
	bool is_split;
	const char *state_file;
	const char *start; /* what is advised */
	const char *note;  /* of the setting placement, else of the state file; NULL */
} table[] = {
    {"", true, "file", "--smp 7 --memory 14848M", NULL},
    {"smp: 7", true, "file", "--memory 14848M", NULL},
    {"smp: 2", true, "file", "--memory 14848M", NULL},
    {"smp: 8", false, "absent", "--cpuset 0-7 --memory 14848M",
     "redpanda.yaml:1 says rpk.smp: 8, but only 7 CPUs would be left for Redpanda: lower it"},
    {"smp: 0", true, "file", "--smp 7 --memory 14848M", NULL},
    {"smp: many", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says rpk.smp: many, which is not a number of shards"},
    {"smp: -1", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says rpk.smp: -1, which is not a number of shards"},
    {"additional_start_flags: [--smp=7]", true, "file", "--memory 14848M", NULL},
    {"additional_start_flags: [--smp, 8]", false, "absent", "--cpuset 0-7 --memory 14848M",
     "redpanda.yaml:1 says --smp 8, but only 7 CPUs would be left for Redpanda: lower it"},
    {"additional_start_flags: [--smp=]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --smp, which is not a number of shards"},
    {"additional_start_flags: [--smp=99999999999999999999]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --smp 99999999999999999999, which is not a number of shards"},
    {"additional_start_flags: [--smp=2], smp: 8", false, "absent", "--cpuset 0-7 --memory 14848M",
     "redpanda.yaml:1 says rpk.smp: 8, but only 7 CPUs would be left for Redpanda: lower it"},
    {"additional_start_flags: [--memory=4G]", true, "file", "--smp 7", NULL},
    {"additional_start_flags: [--reserve-memory=4G]", true, "file", "--smp 7", NULL},
    {"additional_start_flags: ['--memory 4G --smp 7']", true, "file", NULL, NULL},
    {"additional_start_flags: [--cpuset=1-7]", true, "skipped", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset 1-7, and rpk does not start Redpanda with both: remove it, "
     "and rpk reads CPUs 1-7 here"},
    {"additional_start_flags: [--cpuset 4-7]", true, "skipped", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset 4-7, and rpk does not start Redpanda with both: remove it, "
     "and rpk reads CPUs 1-7 here"},
    {"additional_start_flags: [--cpuset=0-7]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset 0-7, but only CPUs 1-7 would be left for Redpanda: remove it, "
     "or list other irq.interrupt-cpus in the profile"},
    {"additional_start_flags: [--cpuset=16-19]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset 16-19, but only CPUs 1-7 would be left for Redpanda: remove "
     "it, "
     "or list other irq.interrupt-cpus in the profile"},
    {"additional_start_flags: [--cpuset]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset, which is not a list of CPUs"},
    {"additional_start_flags: [--cpuset=0xff]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --cpuset 0xff, which is not a list of CPUs"},
    {"additional_start_flags: [--cpuset=1-7, --smp=8]", false, "absent", "--memory 14848M",
     "redpanda.yaml:1 says --smp 8, but only 7 CPUs would be left for Redpanda: lower it"},
    {"additional_start_flags: [--cpuset=1-7, --smp=2, --memory=1G]", true, "skipped", NULL,
     "redpanda.yaml:1 says --cpuset 1-7, and rpk does not start Redpanda with both: remove it, "
     "and rpk reads CPUs 1-7 here"},
    {"additional_start_flags: [--max-networking-io-control-blocks=50000]", true, "file",
     "--smp 7 --memory 14848M", NULL},
};

static void check_row(size_t row)
{
	struct node node = node_of_eight("dedicated");
	_cleanup_scene_ struct scene *scene = node.scene;
	const char *rpk = table[row].rpk, *start;
	const struct setting *refusal;

	give(&node, arena_printf(scene->arena, "rpk: {%s}", rpk));
	plan(&node);
	start = start_options_text(scene->arena, &node.plan.start_options);
	ck_assert_msg(node.plan.placement.is_split == table[row].is_split, "%s: split", rpk);
	ck_assert_msg(text_equal(state_file(&node), table[row].state_file), "%s: state file %s",
		      rpk, state_file(&node));
	ck_assert_msg(text_equal(start, table[row].start), "%s: advised: %s", rpk,
		      start ? start : "nothing");
	refusal = find(&node, "placement");
	if (!refusal)
		refusal = find(&node, "rpk state file");
	ck_assert_msg(text_equal(refusal->note, table[row].note), "%s: %s", rpk,
		      refusal->note ? refusal->note : "no note");
	check_it_starts(&node, rpk);
}

START_TEST(every_combination)
{
	for (size_t row = 0; row < sizeof(table) / sizeof(table[0]); row++)
		check_row(row);
}
END_TEST

/* Without a split there is nothing to contradict. */
START_TEST(shared_cpus)
{
	static const char *const starts[][2] = {
	    {"", "--smp 8 --cpuset 0-7 --memory 14848M"},
	    {"smp: 4", "--cpuset 0-7 --memory 14848M"},
	    {"smp: 16", "--memory 14848M"},
	    {"additional_start_flags: [--cpuset=0-3]", "--memory 14848M"},
	    {"additional_start_flags: [--smp=4, --memory=1G]", "--cpuset 0-7"},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct node node = node_of_eight("shared");
		_cleanup_scene_ struct scene *scene = node.scene;

		give(&node, arena_printf(scene->arena, "rpk: {%s}", starts[i][0]));
		plan(&node);
		ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
				 starts[i][1]);
		ck_assert_str_eq(state_file(&node), "absent");
		ck_assert_ptr_null(find(&node, "placement"));
		check_it_starts(&node, starts[i][0]);
	}
}
END_TEST

/* How many CPUs Redpanda gets is then for whoever starts it to say. */
START_TEST(without_a_topology_no_cpus_are_named)
{
	struct node node = node_of_eight("dedicated");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene->facts.topology =
	    (struct topology){.online = scene->facts.topology.online, .problem = "there is none"};
	plan(&node);
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--memory 14848M");
	ck_assert_ptr_null(find(&node, "rpk state file"));
	scene->request.broker_cpus = 4;
	plan(&node);
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--smp 4 --memory 14848M");
}
END_TEST

START_TEST(huge_pages_are_not_the_brokers)
{
	struct node node = node_of_eight("shared");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene->facts.host.memory_bytes = UINT64_C(125) << 30;
	scene->facts.host.hugetlb_bytes = UINT64_C(109) << 30;
	plan(&node);
	/* As on a node of 16 GiB. */
	ck_assert_uint_eq(node.plan.start_options.memory_bytes >> 20, 16384 - 1536);
}
END_TEST

/* A state file that this plan does not write names no CPUs, so the command line does. */
START_TEST(state_file_that_is_not_written)
{
	struct node node = node_of_eight("dedicated");
	_cleanup_scene_ struct scene *scene = node.scene;
	struct tuning tuning = {.plan = &node.plan,
				.facts = &scene->facts,
				.profile = &scene->profile,
				.request = &scene->request};
	struct setting *file;
	struct start_options start;

	vec_push(scene->arena, &scene->request.skip, "pinning");
	plan(&node);
	ck_assert_ptr_null(node.plan.start_options.state_file);
	ck_assert_str_eq(node.plan.start_options.cpuset, "1-7");
	scene->request.skip.count = 0;
	plan(&node);
	ck_assert_ptr_null(node.plan.start_options.cpuset);
	file = (struct setting *)(uintptr_t)find(&node, "rpk state file");
	for (enum state state = 0; state < STATE_COUNT; state++) {
		bool is_there = state == STATE_PENDING || state == STATE_SAME ||
				state == STATE_DIFFERS || state == STATE_CHANGED;

		file->state = state;
		start = start_options_decide(&tuning);
		ck_assert_msg((start.state_file != NULL) == is_there, "%s",
			      plan_state_names[state]);
		ck_assert_msg((start.cpuset == NULL) == is_there, "%s", plan_state_names[state]);
	}
	file->state = STATE_DIFFERS;
	file->lacks_right = true;
	start = start_options_decide(&tuning);
	ck_assert_ptr_null(start.state_file);
	ck_assert_str_eq(start.cpuset, "1-7");
}
END_TEST

/* A file that somebody else made, and a profile that hands nothing over. */
START_TEST(state_file_of_another)
{
	struct node node = node_of_eight("shared");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene->facts.has_rpk_state = true;
	plan(&node);
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--smp 8 --memory 14848M");
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	plan(&node);
	ck_assert_str_eq(state_file(&node), "-");
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--smp 7 --memory 14848M");
	/* Nobody else names the CPUs then. */
	scene->facts.has_rpk_state = false;
	plan(&node);
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--smp 7 --cpuset 1-7 --memory 14848M");
}
END_TEST

/* Lists in the profile give way, too; one that fits does not. */
START_TEST(listed_cpus)
{
	struct node node = node_of_eight("auto");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "4-7");
	give(&node, "rpk: {additional_start_flags: [--cpuset=0-3]}");
	plan(&node);
	ck_assert(node.plan.placement.is_split);
	ck_assert_str_eq(state_file(&node), "skipped");
	give(&node, "rpk: {smp: 5}");
	plan(&node);
	ck_assert(!node.plan.placement.is_split);
	ck_assert_ptr_nonnull(strstr(node.plan.placement.not_split, "only 4 CPUs"));
	/* What the data needs is one thing, how Redpanda is started another. */
	scene->request.allow_fewer_shards = true;
	plan(&node);
	ck_assert(!node.plan.placement.is_split);
}
END_TEST

START_TEST(one_cpu_is_not_several)
{
	struct node node = node_of_eight("auto");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "1-7");
	give(&node, "rpk: {smp: 2}");
	plan(&node);
	ck_assert(!node.plan.placement.is_split);
	ck_assert_str_eq(node.plan.placement.not_split,
			 "redpanda.yaml:1 says rpk.smp: 2, but only 1 CPU would be left for "
			 "Redpanda: lower it");
}
END_TEST

/* The shards of data that nobody can count are those that redpanda.yaml asks for. */
START_TEST(shards_of_data)
{
	struct node node = node_of_eight("dedicated");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene->facts.live.data_dir.has_data = true;
	plan(&node);
	ck_assert(!node.plan.placement.is_split);
	give(&node, "rpk: {smp: 7}");
	plan(&node);
	ck_assert(node.plan.placement.is_split);
	give(&node, "rpk: {additional_start_flags: [--cpuset=2-5]}");
	plan(&node);
	ck_assert(node.plan.placement.is_split);
	scene->facts.live.data_dir.shards = 8;
	plan(&node);
	ck_assert(!node.plan.placement.is_split);
	ck_assert_ptr_nonnull(strstr(find(&node, "placement")->note, "would reduce shards 8 -> 7"));
}
END_TEST

/* In a pod nothing is handed over, and no flag of the chart is said twice. */
START_TEST(in_a_pod)
{
	struct node node = node_of_eight("shared");
	_cleanup_scene_ struct scene *scene = node.scene;

	scene->facts.live.container = "kubernetes";
	scene->request.broker_cpus = 4;
	scene->request.broker_memory_bytes = UINT64_C(8) << 30;
	plan(&node);
	ck_assert_str_eq(start_options_text(scene->arena, &node.plan.start_options),
			 "--smp 4 --memory 8192M");
	give(&node, "rpk: {additional_start_flags: [--smp=4, --memory=7000M]}");
	plan(&node);
	ck_assert_ptr_null(start_options_text(scene->arena, &node.plan.start_options));
	ck_assert_str_eq(state_file(&node), "-");
}
END_TEST

RUN_SUITE("hand_over", every_combination, shared_cpus, without_a_topology_no_cpus_are_named,
	  huge_pages_are_not_the_brokers, state_file_that_is_not_written, state_file_of_another,
	  listed_cpus, one_cpu_is_not_several, shards_of_data, in_a_pod)
