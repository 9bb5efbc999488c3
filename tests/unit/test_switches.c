/* SPDX-License-Identifier: Apache-2.0 */
/* Whose word `rpk.tune_*: false` is: the operator's, or the chart's for a container of its own. */
#include <stdio.h>

#include "base/text.h"
#include "net_scene.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "tuners/build.h"
#include "tuners/wish.h"

static const char all_off[] =
    "rpk: {tune_aio_events: false, tune_swappiness: false, tune_network: false, tune_cpu: false,\n"
    " tune_clocksource: false, tune_transparent_hugepages: false, tune_disk_irq: false,\n"
    " tune_disk_scheduler: false, tune_disk_nomerges: false, tune_disk_write_cache: false}\n";

/* Something of each tuner that rpk has a switch for. */
static struct scene *busy_node(void)
{
	struct scene *scene = net_node(4, 1, 1);
	struct facts *facts = &scene->facts;

	(void)net_nic(scene, "eth0", 2, 2);
	net_irqs(scene, "eth0", 41, 2);
	vec_push(scene->arena, &facts->disks,
		 (struct disk){.name = "nvme0n1", .sysfs = "/sys/d", .numa = 0, .is_data = true});
	net_irqs(scene, "nvme0n1", 60, 1);
	scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_EXACT, "1")->value.severity =
	    SEVERITY_REQUIRED;
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	scene_want(scene, "sysctl", "net.core.somaxconn", RULE_EXACT, "1");
	scene_want(scene, "disk", "scheduler", RULE_EXACT, "none");
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_want(scene, "memory", "transparent-hugepages", RULE_EXACT, "madvise");
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	scene_want(scene, "irq", "irqbalance", RULE_EXACT, "ban");
	facts->has_systemd = true;
	facts->irqbalance = (struct irqbalance){.runs = true,
						.has_socket = true,
						.config = "/etc/default/irqbalance",
						.key = "IRQBALANCE_ARGS",
						.content = "",
						.plain = ""};
	return scene;
}

/* How many settings redpanda.yaml switches off; *ret_bans: is irqbalance to ban interrupts? */
static unsigned switched_off(struct scene *scene, bool *ret_bans)
{
	struct redpanda_config config;
	struct err err = {0};
	struct plan plan;
	unsigned count = 0;

	*ret_bans = false;
	ck_assert_int_eq(
	    redpanda_parse(scene->arena, "/r.yaml", all_off, strlen(all_off), &config, &err), 0);
	scene->request.redpanda = &config;
	ck_assert_msg(build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request,
				 &plan, &err) == 0,
		      "%s", err.text);
	ck_assert(plan.ignores_switches == wish_ignores_switches(&scene->facts, &scene->request));
	vec_for_each (setting, &plan.settings) {
		count += plan_is_switched_off(setting);
		ck_assert(plan_is_switched_off(setting) ==
			  (setting->note && strstr(setting->note, "redpanda.yaml:") != NULL));
		if (text_equal(setting->wish->name, "irqbalance bans"))
			*ret_bans = strstr(setting->wish->operands.at[0], "--banirq") != NULL;
	}
	return count;
}

START_TEST(whose_word_it_is)
{
	static const struct {
		const char *container;
		enum netns_kind netns;
		bool is_ignored;
	} cases[] = {
	    {"none", NETNS_BOTH, false},
	    {"none", NETNS_BROKER, false},
	    {"none", NETNS_HOST, false},
	    {"kubernetes", NETNS_BROKER, true},
	    {"docker", NETNS_BROKER, true},
	    {"podman", NETNS_BROKER, true},
	    {"lxc", NETNS_BROKER, true},
	    {"container", NETNS_BROKER, true},
	    /* A pod that tunes the node, and one that does not say whose network it has. */
	    {"kubernetes", NETNS_HOST, false},
	    {"kubernetes", NETNS_BOTH, false},
	    /* Unknown: what is not made can still be made later. */
	    {NULL, NETNS_BROKER, false},
	    {NULL, NETNS_BOTH, false},
	    {NULL, NETNS_HOST, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_scene_ struct scene *scene = busy_node();
		bool bans;
		unsigned count;

		scene->facts.live.container = cases[i].container;
		scene->request.netns = cases[i].netns;
		count = switched_off(scene, &bans);
		ck_assert_msg((count == 0) == cases[i].is_ignored, "case %zu: %u switched off", i,
			      count);
		ck_assert_msg(bans == cases[i].is_ignored, "case %zu: bans", i);
	}
}
END_TEST

START_TEST(what_is_required_says_what_to_do)
{
	_cleanup_scene_ struct scene *scene = busy_node();
	struct redpanda_config config;
	struct err err = {0};
	struct plan plan;
	unsigned required = 0, advised = 0;

	ck_assert_int_eq(
	    redpanda_parse(scene->arena, "/r.yaml", all_off, strlen(all_off), &config, &err), 0);
	scene->request.redpanda = &config;
	ck_assert_int_eq(
	    build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request, &plan, &err),
	    0);
	vec_for_each (setting, &plan.settings) {
		if (text_equal(setting->wish->name, "fs.aio-max-nr")) {
			ck_assert_ptr_nonnull(strstr(setting->note, "drop that line"));
			required++;
		}
		if (text_equal(setting->wish->name, "vm.swappiness")) {
			ck_assert_str_eq(setting->note,
					 "redpanda.yaml:1 says rpk.tune_swappiness: false");
			advised++;
		}
	}
	ck_assert_uint_eq(required, 1);
	ck_assert_uint_eq(advised, 1);
}
END_TEST

/* A file as `rpk redpanda mode production` writes it, of which an operator switched two off. */
START_TEST(what_rpk_drops_is_off)
{
	static const struct {
		const char *yaml;
		bool network, swappiness, aio;
		const char *advice;
	} rows[] = {
	    {"rpk: {}\n", true, true, true, NULL},
	    {"rpk: {tune_network: false}\n", false, true, true, NULL},
	    {"rpk: {tune_network: true, tune_aio_events: true}\n", true, false, true, NULL},
	    {"rpk: {tune_network: true}\n", true, false, false, "say rpk.tune_aio_events: true"},
	    {"rpk: {tune_network: true, tune_aio_events: false}\n", true, false, false,
	     "say rpk.tune_aio_events: true"},
	    {"redpanda: {developer_mode: true}\n", false, false, false,
	     "say rpk.tune_aio_events: true"},
	    {"redpanda: {developer_mode: true}\nrpk: {tune_aio_events: true}\n", false, false, true,
	     NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_scene_ struct scene *scene = busy_node();
		struct redpanda_config config;
		struct err err = {0};
		struct plan plan;

		ck_assert_int_eq(redpanda_parse(scene->arena, "/r.yaml", rows[i].yaml,
						strlen(rows[i].yaml), &config, &err),
				 0);
		scene->request.redpanda = &config;
		ck_assert_int_eq(build_plan(scene->arena, &scene->facts, &scene->profile,
					    &scene->request, &plan, &err),
				 0);
		vec_for_each (setting, &plan.settings) {
			const char *name = setting->wish->name;
			bool is_on = !plan_is_switched_off(setting);

			if (text_equal(name, "net.core.somaxconn"))
				ck_assert_msg(is_on == rows[i].network, "row %zu: %s", i, name);
			if (text_equal(name, "vm.swappiness"))
				ck_assert_msg(is_on == rows[i].swappiness, "row %zu: %s", i, name);
			if (!text_equal(name, "fs.aio-max-nr"))
				continue;
			ck_assert_msg(is_on == rows[i].aio, "row %zu: %s", i, name);
			if (rows[i].advice)
				ck_assert_ptr_nonnull(strstr(setting->note, rows[i].advice));
		}
		/* In a broker's pod it means nothing. */
		scene->facts.live.container = "kubernetes";
		scene->request.netns = NETNS_BROKER;
		ck_assert_int_eq(build_plan(scene->arena, &scene->facts, &scene->profile,
					    &scene->request, &plan, &err),
				 0);
		vec_for_each (setting, &plan.settings)
			ck_assert(!plan_is_switched_off(setting));
	}
}
END_TEST

/* "f f split": the masks of two receive queues, and whether the CPUs are split. */
static const char *dedicated_and_steered(const char *yaml, enum rule rule, const char *placement)
{
	static char text[64];
	_cleanup_scene_ struct scene *scene = net_node(32, 1, 1);
	struct redpanda_config config;
	struct err err = {0};
	struct plan plan;
	struct str masks = str_new(scene->arena);

	(void)net_nic(scene, "eth0", 2, 2);
	scene_want(scene, "irq", "placement", rule, placement);
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	ck_assert_int_eq(redpanda_parse(scene->arena, "/r.yaml", yaml, strlen(yaml), &config, &err),
			 0);
	scene->request.redpanda = &config;
	ck_assert_int_eq(
	    build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request, &plan, &err),
	    0);
	vec_for_each (setting, &plan.settings) {
		if (text_ends(setting->wish->name, "rps_cpus"))
			str_printf(&masks, "%s ", setting->wish->operands.at[0]);
	}
	(void)snprintf(text, sizeof(text), "%s%s", masks.text,
		       plan.placement.is_split ? "split" : "shared");
	return text;
}

/* What rpk may not do by itself. What a profile asks for is not rpk's choice. */
START_TEST(what_rpk_is_forbidden)
{
	static const struct {
		const char *yaml;
		enum rule rule;
		const char *placement, *is;
	} rows[] = {
	    {"rpk: {}", RULE_AUTO, "", "fffffffc fffffffc split"},
	    {"rpk: {allow_dedicated_interrupt_mode: true, allow_rps_rfs_tuner: true}", RULE_AUTO,
	     "", "fffffffc fffffffc split"},
	    {"rpk: {allow_dedicated_interrupt_mode: false}", RULE_AUTO, "",
	     "ffffffff ffffffff shared"},
	    {"rpk: {allow_dedicated_interrupt_mode: false}", RULE_EXACT, "dedicated",
	     "fffffffc fffffffc split"},
	    {"rpk: {allow_rps_rfs_tuner: false}", RULE_AUTO, "", "0 0 split"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(
		    dedicated_and_steered(rows[i].yaml, rows[i].rule, rows[i].placement),
		    rows[i].is);
}
END_TEST

RUN_SUITE("switches", whose_word_it_is, what_is_required_says_what_to_do, what_rpk_drops_is_off,
	  what_rpk_is_forbidden)
