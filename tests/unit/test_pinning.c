/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of the placement: irqbalance, rpk, systemd and whoever starts Redpanda. */
#include <check.h>

#include "base/text.h"
#include "net_scene.h"
#include "profile/redpanda.h"
#include "run_suite.h"

/* irqbalance ---------------------------------------------------------------------------------- */

static struct scene *balanced(void)
{
	struct scene *scene = net_node(4, 1, 1);

	(void)net_nic(scene, "eth0", 2, 2);
	net_irqs(scene, "eth0", 41, 2);
	scene_want(scene, "irq", "irqbalance", RULE_EXACT, "ban");
	scene->facts.has_systemd = true;
	scene->facts.irqbalance = (struct irqbalance){.runs = true,
						      .config = "/etc/default/irqbalance",
						      .key = "IRQBALANCE_ARGS",
						      .content = "# x\n",
						      .plain = "# x\n"};
	return scene;
}

#define BLOCK(arguments)                                                                           \
	"# BEGIN thintune: made by thintune apply, undone by thintune restore\n"                   \
	"IRQBALANCE_ARGS=\"" arguments "\"\n# END thintune\n"

START_TEST(one_block_bans_exactly_ours)
{
	_cleanup_scene_ struct scene *scene = balanced();
	struct irqbalance *irqbalance = &scene->facts.irqbalance;

	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"),
			 "# x\n" BLOCK("--banirq=41 --banirq=42"));
	/* What it was told otherwise stays; what is banned already is not banned again. */
	irqbalance->plain = irqbalance->content = "A=1\nIRQBALANCE_ARGS=\"-p 1 -i 41\"";
	irqbalance->arguments = "-p 1 -i 41";
	vec_push(scene->arena, &irqbalance->banned, 41);
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"),
			 "A=1\nIRQBALANCE_ARGS=\"-p 1 -i 41\"\n" BLOCK("-p 1 -i 41 --banirq=42"));
	/* Nothing to ban: no block, and no file where there was none. */
	scene->facts.irqs.count = 0;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"),
			 "A=1\nIRQBALANCE_ARGS=\"-p 1 -i 41\"");
	irqbalance->content = NULL;
	irqbalance->plain = "";
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"), FILE_ABSENT);
}
END_TEST

/* It may hold our block or none, and is not overwritten unread. */
START_TEST(bans_that_cannot_be_read)
{
	_cleanup_scene_ struct scene *scene = balanced();
	const struct setting *setting;

	scene->facts.irqbalance.content = NULL;
	scene->facts.irqbalance.plain = "";
	scene->facts.irqbalance.gap = "/etc/default/irqbalance: Permission denied";
	net_run(scene, NULL, tune_irqbalance);
	setting = scene_setting(scene, "irqbalance bans");
	ck_assert_int_eq(setting->state, STATE_FAILED);
	ck_assert_ptr_null(setting->wish->path);
	ck_assert_str_eq(setting->note, "cannot read /etc/default/irqbalance: Permission denied");
	/* Also where nothing is to be banned. */
	scene->facts.irqs.count = 0;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->state, STATE_FAILED);
}
END_TEST

START_TEST(what_the_kernel_places_needs_no_ban)
{
	_cleanup_scene_ struct scene *scene = balanced();
	struct redpanda_config config = {0};

	scene->facts.irqs.at[0].is_managed = true;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"), "# x\n" BLOCK("--banirq=42"));
	/* Nor does what the operator wants to have left alone. */
	vec_push(scene->arena, &config.off,
		 (struct redpanda_key){.key = "tune_network", .line = 3});
	scene->request.redpanda = &config;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"), "# x\n");
	/* Which is said of NICs and of disks apart. */
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "nvme0n1", .numa = 0, .is_data = true});
	net_irqs(scene, "nvme0n1", 60, 1);
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"), "# x\n" BLOCK("--banirq=60"));
	config.off.at[0].key = "tune_disk_irq";
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(net_wanted(scene, "irqbalance bans"), "# x\n" BLOCK("--banirq=42"));
}
END_TEST

/* The unit decides whether a file can hold the bans. */
START_TEST(bans_by_hand)
{
	static const struct {
		const char *config, *key, *arguments;
		bool has_unit, is_one_word, is_by_hand;
		const char *have, *note;
	} rows[] = {
	    {"/etc/default/irqbalance", "A", NULL, true, false, false, NULL, NULL},
	    {NULL, NULL, NULL, true, false, true, "none",
	     "on the node, add --banirq=41 --banirq=42 to ExecStart= (`systemctl edit "
	     "irqbalance.service`), which takes no variable of a file that thintune writes, and "
	     "run `systemctl try-restart irqbalance.service`"},
	    {"/etc/default/irqbalance", "A", NULL, true, true, true, "none",
	     "${A} is one word there"},
	    {NULL, NULL, NULL, false, false, true, "not seen from here",
	     "to its arguments in its configuration and run"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_scene_ struct scene *scene = balanced();
		struct irqbalance *irqbalance = &scene->facts.irqbalance;
		const struct setting *setting;

		irqbalance->config = rows[i].config;
		irqbalance->key = rows[i].key;
		irqbalance->arguments = rows[i].arguments;
		irqbalance->has_unit = rows[i].has_unit;
		irqbalance->is_one_word = rows[i].is_one_word;
		net_run(scene, NULL, tune_irqbalance);
		setting = scene_setting(scene, "irqbalance bans");
		ck_assert_int_eq(setting->wish->kind == KIND_MANUAL, rows[i].is_by_hand);
		if (!rows[i].note)
			continue;
		ck_assert_str_eq(setting->have, rows[i].have);
		ck_assert_ptr_nonnull(strstr(setting->note, rows[i].note));
		/* Those that are part of the command line itself. */
		vec_push(scene->arena, &irqbalance->banned, 7);
		net_run(scene, NULL, tune_irqbalance);
		ck_assert_str_eq(scene_setting(scene, "irqbalance bans")->have, "--banirq=7");
	}
}
END_TEST

START_TEST(irqbalance_that_cannot_be_told)
{
	_cleanup_scene_ struct scene *scene = balanced();
	struct irqbalance *irqbalance = &scene->facts.irqbalance;
	const struct setting *setting;

	scene->facts.live.container = "kubernetes";
	net_run(scene, NULL, tune_irqbalance);
	setting = scene_setting(scene, "irqbalance bans");
	ck_assert_int_eq(setting->wish->kind, KIND_MANUAL);
	ck_assert_int_eq(setting->state, STATE_MANUAL);
	ck_assert_ptr_nonnull(strstr(setting->note, "systemctl try-restart irqbalance.service"));
	ck_assert_ptr_nonnull(strstr(setting->note, "--banirq=41 --banirq=42"));
	/* Through its socket it can, wherever that is. */
	irqbalance->has_socket = true;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->wish->kind, KIND_FILE);
	/* Which takes 255 bytes of numbers: "41 42", 60 of three digits and two of four. */
	for (unsigned irq = 100; irq < 162; irq++)
		vec_push(scene->arena, &irqbalance->banned, irq);
	irqbalance->banned.at[60] = 1000;
	irqbalance->banned.at[61] = 1001;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->wish->kind, KIND_FILE);
	irqbalance->banned.at[59] = 1002;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->wish->kind, KIND_MANUAL);
	/* A restart reads a file of any length. */
	scene->facts.live.container = "none";
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->wish->kind, KIND_FILE);
	scene->facts.live.container = "kubernetes";
	irqbalance->banned.count = 0;
	/* Bans that the operator made are right as they are. */
	irqbalance->has_socket = false;
	irqbalance->arguments = "--banirq=41 --banirq=42";
	vec_push(scene->arena, &irqbalance->banned, 41);
	vec_push(scene->arena, &irqbalance->banned, 42);
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_int_eq(scene_setting(scene, "irqbalance bans")->state, STATE_SAME);
	irqbalance->runs = false;
	net_run(scene, NULL, tune_irqbalance);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

/* Hand-over ----------------------------------------------------------------------------------- */

static void tune_nothing_known(const struct tuning *tuning)
{
	tuning->plan->placement.problem = "it is not known";
	tune_pinning(tuning);
}

START_TEST(cpus_are_handed_over)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 2);

	scene_want(scene, "cpu", "pinning", RULE_EXACT, "hand-over");
	scene->facts.has_systemd = true;
	scene->facts.limits.unit = "/usr/lib/systemd/system/redpanda.service";
	net_run(scene, "0,4", tune_pinning);
	ck_assert_str_eq(net_wanted(scene, "rpk state file"),
			 "# Made by thintune; read by rpk redpanda start.\n"
			 "cpusets:\n"
			 "  irq_mode: dedicated\n"
			 "  redpanda_cpuset: \"1-3,5-7\"\n"
			 "  redpanda_cpuset_size: 6\n"
			 "  interrupts_cpuset: \"0,4\"\n"
			 "  interrupts_cpuset_size: 2\n");
	ck_assert_str_eq(net_wanted(scene, "redpanda.service drop-in"),
			 "# Made by thintune; gone at the next boot.\n[Service]\n"
			 "AllowedCPUs=1-3,5-7\nNUMAPolicy=local\n");
	/* On one node memory is near whatever the policy. */
	scene->facts.topology.nodes.count = 1;
	net_run(scene, "0,4", tune_pinning);
	ck_assert_str_eq(
	    net_wanted(scene, "redpanda.service drop-in"),
	    "# Made by thintune; gone at the next boot.\n[Service]\nAllowedCPUs=1-3,5-7\n");
	scene->facts.topology.nodes.count = 2;
	/* A broker that runs keeps its CPUs until it is started again. */
	scene->facts.live.broker_running = TRI_YES;
	net_run(scene, "0,4", tune_pinning);
	ck_assert_int_eq(scene_setting(scene, "redpanda.service drop-in")->state, STATE_SKIPPED);
	ck_assert_int_eq(scene_setting(scene, "rpk state file")->state, STATE_PENDING);
	scene->facts.live.broker_running = TRI_NO;
	/* Shared CPUs: nothing to hand over, and nothing left of an earlier run. */
	net_run(scene, NULL, tune_pinning);
	ck_assert_str_eq(net_wanted(scene, "rpk state file"), FILE_ABSENT);
	ck_assert_str_eq(scene_setting(scene, "rpk state file")->wish->operands.at[1], "");
	ck_assert_str_eq(net_wanted(scene, "redpanda.service drop-in"), FILE_ABSENT);
	/* Nor where the kubelet hands out the CPUs of the node. */
	scene->facts.kubelet.cpu_policy = "static";
	net_run(scene, "0,4", tune_pinning);
	ck_assert_str_eq(net_wanted(scene, "rpk state file"), FILE_ABSENT);
	ck_assert_str_eq(net_wanted(scene, "redpanda.service drop-in"), FILE_ABSENT);
	ck_assert_ptr_nonnull(strstr(scene_setting(scene, "rpk state file")->wish->why, "kubelet"));
	scene->facts.kubelet.cpu_policy = NULL;
	/* Nor, although CPUs are listed, where it is not known whether the kubelet does. */
	scene->facts.kubelet.problem = "it is not known";
	net_run(scene, "0,4", tune_pinning);
	ck_assert_uint_eq(scene->plan.settings.count, 1);
	ck_assert_int_eq(scene_setting(scene, "rpk state file")->state, STATE_SKIPPED);
	ck_assert_str_eq(scene_setting(scene, "rpk state file")->note, "it is not known");
	ck_assert_ptr_null(scene_setting(scene, "rpk state file")->wish->path);
	scene->facts.kubelet.problem = NULL;
	/* Interrupts that stay leave Redpanda where an earlier run put it. */
	net_run(scene, NULL, tune_nothing_known);
	ck_assert_uint_eq(scene->plan.settings.count, 0);
	scene->facts.limits.unit = NULL;
	net_run(scene, "0,4", tune_pinning);
	ck_assert_uint_eq(scene->plan.settings.count, 1);
	scene->facts.live.container = "kubernetes";
	net_run(scene, "0,4", tune_pinning);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

/* How to start it ----------------------------------------------------------------------------- */

static const char *options(struct scene *scene, const char *compute)
{
	struct plan plan = {.arena = scene->arena};
	struct start_options decided;

	ck_assert_int_eq(cpuset_parse_list(scene->arena, compute, &plan.placement.compute_cpus), 0);
	decided = start_options_decide(&(struct tuning){.plan = &plan,
							.facts = &scene->facts,
							.profile = &scene->profile,
							.request = &scene->request});
	return start_options_text(scene->arena, &decided);
}

START_TEST(how_to_start_redpanda)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	ck_assert_str_eq(options(scene, "2-7"), "--smp 6 --cpuset 2-7");
	scene->facts.host.memory_bytes = UINT64_C(16) << 30;
	ck_assert_str_eq(options(scene, "2-7"), "--smp 6 --cpuset 2-7 --memory 14848M");
	/* 7 % of a large node is more than 1.5 GiB. */
	scene->facts.host.memory_bytes = UINT64_C(100) << 30;
	ck_assert_str_eq(options(scene, "0-7"), "--smp 8 --cpuset 0-7 --memory 95232M");
	scene->facts.host.memory_bytes = UINT64_C(2) << 30;
	scene->request.broker_cpus = 4;
	ck_assert_str_eq(options(scene, "0-7"), "--smp 4 --cpuset 0-7");
	/* The kubelet's word, also where it cannot be heard. */
	scene->facts.kubelet.problem = "it cannot be read";
	ck_assert_str_eq(options(scene, "0-7"), "--smp 4");
	scene->facts.kubelet.problem = NULL;
	scene->facts.limits.cpus_problem = "it cannot be read";
	ck_assert_str_eq(options(scene, "0-7"), "--smp 4");
	scene->facts.limits.cpus_problem = NULL;
	scene->facts.live.container = "kubernetes";
	scene->request.broker_memory_bytes = UINT64_C(8) << 30;
	ck_assert_str_eq(options(scene, "0-7"), "--smp 4 --memory 8192M");
	scene->request = (struct plan_request){0};
	ck_assert_ptr_null(options(scene, "0-7"));
}
END_TEST

RUN_SUITE("pinning", bans_that_cannot_be_read, one_block_bans_exactly_ours,
	  what_the_kernel_places_needs_no_ban, bans_by_hand, irqbalance_that_cannot_be_told,
	  cpus_are_handed_over, how_to_start_redpanda)
