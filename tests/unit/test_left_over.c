/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan makes of the journal: wanted back is what its owner alone claims, no tuner wants, and
 * every fact is known for. */
#include "base/text.h"
#include "net_scene.h"
#include "plan/hand_over.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "sys/ethtool.h"
#include "tuners/build.h"

static struct scene *scene;

static struct holding *hold(const char *tuner, const char *setting, const char *path,
			    const char *had, const char *ours)
{
	struct holding holding = {.tuner = tuner,
				  .setting = setting,
				  .path = path,
				  .kind = KIND_TEXT,
				  .had = had,
				  .is_settled = true,
				  .is_claimed = true};
	holding_list *list = &scene->request.holdings;

	vec_push(scene->arena, &holding.ours, ours);
	vec_push(scene->arena, list, holding);
	return &list->at[list->count - 1];
}

/* Names of what is left over, in the order of the plan, then what is given up. */
static const char *left_over(struct plan *plan)
{
	names found = {0};

	ck_assert_int_eq(
	    build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request, plan, NULL),
	    0);
	vec_for_each (setting, &plan->settings) {
		if (setting->wish->is_left_over)
			vec_push(scene->arena, &found, setting->wish->name);
	}
	vec_for_each (path, &plan->unclaimed)
		vec_push(scene->arena, &found, arena_printf(scene->arena, "-%s", *path));
	return text_join(scene->arena, &found, ", ");
}

static void set_up(void)
{
	scene = net_node(4, 1, 1);
	(void)net_nic(scene, "eth0", 1, 4);
	net_irqs(scene, "eth0", 41, 4);
	scene->facts.nics.at[0].channels =
	    (struct nic_channels){.known = true, .combined = 1, .combined_max = 4};
	scene->facts.live.data_dir.exists = TRI_YES;
	scene->facts.live.container = "none";
	scene->facts.live.broker_running = TRI_NO;
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	scene_want(scene, "net", "queues", RULE_AUTO, "");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
}

static void tear_down(void)
{
	scene_freep(&scene);
}

START_TEST(what_no_tuner_wants)
{
	struct plan plan;

	hold("sysctl", "vm.swappiness", "/proc/sys/vm/swappiness", "60", "1");
	hold("sysctl", "kernel.numa_balancing", "/proc/sys/kernel/numa_balancing", "1", "0");
	hold("sysctl", "vm.dirty_ratio", "/proc/sys/vm/dirty_ratio", "20", "30");
	ck_assert_str_eq(left_over(&plan), "vm.dirty_ratio, kernel.numa_balancing");
	ck_assert_str_eq(plan.settings.at[0].wish->operands.at[0], "20");
	ck_assert_int_eq(plan.settings.at[0].wish->severity, SEVERITY_ADVISED);
	ck_assert_uint_eq(plan.settings.at[1].wish->needs, NEED_SYS_ADMIN);
	/* Not narrowed: what is left out is wanted all the same. */
	scene->request.only = scene_words(scene, "hugepages");
	scene->request.left_out = LEFT_OUT_WHOLE;
	ck_assert_str_eq(left_over(&plan), "");
	ck_assert_uint_eq(plan.left_out.settings_count, plan.left_out.settings.count);
	vec_for_each (setting, &plan.left_out.settings)
		ck_assert_msg(setting->wish->is_left_over ==
				      !text_equal(setting->wish->name, "vm.swappiness") ||
				  !text_equal(setting->wish->tuner, "sysctl"),
			      "%s", setting->wish->name);
}
END_TEST

/* The path goes to what is wanted back; the row with the reason stays, and counts as before. */
START_TEST(what_redpanda_yaml_switches_off)
{
	static const char text[] = "rpk: {tune_swappiness: false}\n";
	struct redpanda_config config;
	unsigned skipped = 0;
	struct plan plan;

	ck_assert_int_eq(redpanda_parse(scene->arena, "/r.yaml", text, strlen(text), &config, NULL),
			 0);
	scene->request.redpanda = &config;
	ck_assert_str_eq(left_over(&plan), "");
	hold("sysctl", "vm.swappiness", "/proc/sys/vm/swappiness", "60", "1");
	ck_assert_str_eq(left_over(&plan), "vm.swappiness");
	ck_assert_str_eq(plan.settings.at[0].wish->path, "/proc/sys/vm/swappiness");
	ck_assert_ptr_nonnull(strstr(plan.settings.at[0].wish->why, "redpanda.yaml switches"));
	vec_for_each (setting, &plan.settings) {
		skipped += plan_is_switched_off(setting);
		ck_assert(!plan_is_switched_off(setting) || !setting->wish->path);
	}
	ck_assert_uint_eq(skipped, 1);
	/* Somebody else wants it all the same. */
	vec_push(scene->arena, &scene->request.holdings.at[0].others,
		 ((struct claim){.owner = "agent", .rule = RULE_EXACT}));
	ck_assert_str_eq(left_over(&plan), "-/proc/sys/vm/swappiness");
}
END_TEST

START_TEST(what_others_claim_is_only_given_up)
{
	struct plan plan;
	struct holding *shared =
	    hold("sysctl", "vm.dirty_ratio", "/proc/sys/vm/dirty_ratio", "20", "30");

	vec_push(scene->arena, &shared->others, (struct claim){.owner = "agent"});
	hold("sysctl", NULL, "/proc/sys/vm/min_free_kbytes", "1", "2");
	hold("sysctl", "vm.dirty_expire_centisecs", "/proc/sys/vm/dirty_expire_centisecs", "1", "2")
	    ->is_claimed = false;
	hold("no-such-tuner", "x", "/proc/sys/vm/x", "1", "2");
	ck_assert_str_eq(left_over(&plan),
			 "-/proc/sys/vm/min_free_kbytes, -/proc/sys/vm/dirty_ratio");
}
END_TEST

/* The kernel keeps one of the two: the other one's original waits. */
START_TEST(the_rival_of_what_is_wanted)
{
	struct plan plan;

	hold("sysctl", "vm.dirty_ratio", "/proc/sys/vm/dirty_ratio", "20", "30");
	scene_want(scene, "sysctl", "vm.dirty_bytes", RULE_EXACT, "4096000");
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

static void hold_channels(void)
{
	hold("net-queues", "eth0 channels/combined", ETHTOOL_DIR "eth0/channels/combined", "4",
	     "1");
}

START_TEST(channels_come_back_first)
{
	struct plan plan;
	unsigned xps = 0;

	hold_channels();
	hold("irq-default", "default_smp_affinity", "/proc/irq/default_smp_affinity", "f", "1");
	ck_assert_str_eq(left_over(&plan), "eth0 channels/combined, default_smp_affinity");
	ck_assert_int_eq(plan.settings.at[0].wish->phase, PHASE_STRUCTURAL);
	ck_assert(plan.settings.at[0].wish->disruptive);
	/* And the queues to come are planned for. */
	vec_for_each (setting, &plan.settings)
		xps += text_ends(setting->wish->path ? setting->wish->path : "", "/xps_cpus");
	ck_assert_uint_eq(xps, 4);
}
END_TEST

START_TEST(channels_that_stay)
{
	struct plan plan;
	unsigned xps = 0;

	/* Somebody else has set them since. */
	hold_channels();
	scene->facts.nics.at[0].channels.combined = 2;
	scene->facts.nics.at[0].tx_queues = 2;
	ck_assert_str_eq(left_over(&plan), "eth0 channels/combined");
	vec_for_each (setting, &plan.settings)
		xps += text_ends(setting->wish->path ? setting->wish->path : "", "/xps_cpus");
	ck_assert_uint_eq(xps, 2);
	/* The link would go down under a broker. */
	scene->facts.nics.at[0].channels.combined = 1;
	scene->facts.live.broker_running = TRI_YES;
	ck_assert_str_eq(left_over(&plan), "eth0 channels/combined");
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
}
END_TEST

START_TEST(cards_of_another_network)
{
	struct plan plan;

	hold_channels();
	hold("net-steering", "eth0/rx-0 rps_cpus", "/sys/class/net/eth0/queues/rx-0/rps_cpus", "0",
	     "e");
	scene->request.netns = NETNS_BROKER;
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

/* A number that is another device's by now, or nobody's. */
START_TEST(vectors)
{
	struct plan plan;

	scene_clear(scene);
	hold("net-irq", "eth0 rx 1", "/proc/irq/42/smp_affinity_list", "0-3", "1");
	ck_assert_str_eq(left_over(&plan), "eth0 rx 1");
	scene->facts.irqs.at[1].device = "nvme0n1";
	ck_assert_str_eq(left_over(&plan), "");
	scene->facts.irqs.at[1].device = NULL;
	ck_assert_str_eq(left_over(&plan), "");
	scene->facts.irqs.at[1].device = "eth01";
	ck_assert_str_eq(left_over(&plan), "");
	scene->facts.irqs.at[1].device = "eth0";
	scene->facts.irqs.at[1].number = 99;
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

/* Which port of a function, or disk of an adapter, its vectors count as depends on what is tuned
 * and on names. */
START_TEST(vectors_that_go_by_another_name)
{
	struct plan plan;
	struct nic *nics;

	scene_clear(scene);
	(void)net_nic(scene, "eth1", 1, 4);
	nics = scene->facts.nics.at;
	hold("net-irq", "eth0 control irq 42", "/proc/irq/42/smp_affinity_list", "0-3", "1");
	scene->facts.irqs.at[1].device = "eth1";
	ck_assert_str_eq(left_over(&plan), "");
	nics[0].pci = "0000:00:03.0";
	nics[1].pci = "0000:00:04.0";
	ck_assert_str_eq(left_over(&plan), "");
	nics[1].pci = "0000:00:03.0";
	ck_assert_str_eq(left_over(&plan), "eth0 control irq 42");
	vec_push(scene->arena, &scene->facts.disks,
		 ((struct disk){.name = "sda", .pci = "0000:00:03.0"}));
	scene->facts.irqs.at[1].device = "sda";
	ck_assert_str_eq(left_over(&plan), "eth0 control irq 42");
	scene->facts.disks.at[0].pci = NULL;
	ck_assert_str_eq(left_over(&plan), "");

	/* Renamed: the journal knows the vector again, or does not. */
	nics[0].name = "enp0s3";
	scene->facts.irqs.at[1].device = "enp0s3";
	ck_assert_str_eq(left_over(&plan), "");
	scene->request.holdings.at[0].is_here = true;
	ck_assert_str_eq(left_over(&plan), "eth0 control irq 42");
	scene->facts.irqs.at[1].device = NULL;
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

/* Without its facts a tuner may overlook what it wants. */
START_TEST(a_card_whose_link_is_down)
{
	struct plan plan;

	scene_clear(scene);
	hold("net-irq", "eth0 rx 1", "/proc/irq/42/smp_affinity_list", "0-3", "1");
	scene->facts.nics.at[0].operstate = "down";
	ck_assert_str_eq(left_over(&plan), "");
	scene->facts.nics.at[0].operstate = "up";
	ck_assert_str_eq(left_over(&plan), "eth0 rx 1");
}
END_TEST

START_TEST(unknown_facts)
{
	struct plan plan;
	struct facts *facts = &scene->facts;

	scene_clear(scene);
	hold("disk-queue", "nvme0n1 nomerges", "/sys/d/queue/nomerges", "0", "2");
	hold("irqbalance", "irqbalance bans", "/etc/default/irqbalance", "", "x");
	hold("pinning", "rpk state file", PINNING_STATE_FILE, FILE_ABSENT, "x");
	hold("pinning", "redpanda.service drop-in", PINNING_DROP_IN, FILE_ABSENT, "x");
	hold("irq-default", "default_smp_affinity", "/proc/irq/default_smp_affinity", "f", "1");
	facts->irqbalance.runs = facts->has_systemd = true;
	ck_assert_str_eq(left_over(&plan), "default_smp_affinity, redpanda.service drop-in, rpk "
					   "state file, irqbalance bans, nvme0n1 nomerges");
	facts->irqbalance.runs = false;
	facts->has_systemd = false;
	facts->live.data_dir.exists = TRI_NO;
	ck_assert_str_eq(left_over(&plan), "default_smp_affinity, rpk state file");
	facts->live.data_dir.exists = TRI_YES;
	facts->data_problem = "no disk";
	facts->live.container = "kubernetes";
	ck_assert_str_eq(left_over(&plan), "default_smp_affinity");
	facts->kubelet.problem = "not known";
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

/* A gap hides the very disk that was tuned. */
START_TEST(disks_of_which_some_are_not_found)
{
	struct plan plan;

	scene_clear(scene);
	hold("disk-queue", "nvme0n1 nomerges", "/sys/d/queue/nomerges", "0", "2");
	hold("disk-irq", "nvme0n1 queue 0", "/proc/irq/41/smp_affinity_list", "0-3", "1");
	scene->facts.irqs.at[0].device = "nvme0n1";
	ck_assert_str_eq(left_over(&plan), "nvme0n1 queue 0, nvme0n1 nomerges");
	scene->facts.data_gap = "its journal is on a device that is not known";
	ck_assert_str_eq(left_over(&plan), "");
}
END_TEST

static void hold_steering(void)
{
	hold("net-steering", "eth0/tx-0 xps_cpus", "/sys/class/net/eth0/queues/tx-0/xps_cpus", "0",
	     "1");
	hold("net-steering", "eth0/rx-0 rps_cpus", "/sys/class/net/eth0/queues/rx-0/rps_cpus", "0",
	     "e");
}

/* Where the placement is given, or left alone, that is no problem of the placement. */
START_TEST(isolated_cpus_that_are_not_known)
{
	for (unsigned is_explicit = 0; is_explicit < 2; is_explicit++) {
		struct plan plan;

		tear_down();
		set_up();
		scene_clear(scene);
		if (is_explicit) {
			scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
			scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, "0-1");
		} else {
			scene_want(scene, "irq", "placement", RULE_LEAVE, "");
		}
		scene->facts.nics.at[0].tx_queues = scene->facts.nics.at[0].rx_queues = 4;
		scene->facts.nics.at[0].channels.combined = 4;
		hold_steering();
		ck_assert_str_eq(left_over(&plan), "eth0/rx-0 rps_cpus, eth0/tx-0 xps_cpus");
		scene_want(scene, "net", "xps", RULE_AUTO, "");
		scene_want(scene, "net", "rps", RULE_AUTO, "");
		ck_assert_str_eq(left_over(&plan), "");
		scene->facts.isolated.problem = "nohz_full cannot be read";
		ck_assert_str_eq(left_over(&plan), "");
		ck_assert_ptr_null(plan.placement.problem);
	}
}
END_TEST

/* The channels to come are planned for by the same rule. */
START_TEST(channels_stay_while_isolated_cpus_are_not_known)
{
	struct plan plan;
	unsigned xps = 0;

	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_LEAVE, "");
	scene_want(scene, "net", "rps", RULE_EXACT, "off");
	hold_channels();
	scene->facts.isolated.problem = "nohz_full cannot be read";
	ck_assert_str_eq(left_over(&plan), "");
	vec_for_each (setting, &plan.settings)
		xps += text_ends(setting->wish->path ? setting->wish->path : "", "/rps_cpus");
	ck_assert_uint_eq(xps, 1);
}
END_TEST

/* Which queue a CPU should send by is asked for, and cannot be told just now. */
START_TEST(queues_whose_vectors_are_not_known)
{
	struct plan plan;

	scene->facts.nics.at[0].tx_queues = scene->facts.nics.at[0].rx_queues = 4;
	scene->facts.nics.at[0].channels.combined = 4;
	hold_steering();
	ck_assert_str_eq(left_over(&plan), "eth0/rx-0 rps_cpus");
	vec_for_each (irq, &scene->facts.irqs)
		irq->queue = -1;
	ck_assert_str_eq(left_over(&plan), "eth0/rx-0 rps_cpus");
	/* No card of that name is tuned any more: nobody wants it. */
	scene->facts.nics.at[0].name = "eth";
	ck_assert_str_eq(left_over(&plan), "eth0/rx-0 rps_cpus, eth0/tx-0 xps_cpus");
	scene->facts.nics.at[0].name = "eth0";
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	ck_assert_str_eq(left_over(&plan), "eth0/rx-0 rps_cpus, eth0/tx-0 xps_cpus");
}
END_TEST

/* Claims without anything to undo as well. */
START_TEST(what_is_left_out_is_not_given_up)
{
	static const struct {
		const char *only, *skip, *given_up;
	} rows[] = {
	    {"", "", "-/proc/sys/vm/min_free_kbytes, -/sys/d/queue/nomerges"},
	    {"sysctl", "", "-/proc/sys/vm/min_free_kbytes"},
	    {"", "sysctl", "-/sys/d/queue/nomerges"},
	};
	struct holding *shared =
	    hold("disk-queue", "nvme0n1 nomerges", "/sys/d/queue/nomerges", "0", "2");

	vec_push(scene->arena, &shared->others, (struct claim){.owner = "agent"});
	hold("sysctl", NULL, "/proc/sys/vm/min_free_kbytes", "1", "2");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan;

		scene->request.only = scene_words(scene, rows[i].only);
		scene->request.skip = scene_words(scene, rows[i].skip);
		ck_assert_str_eq(left_over(&plan), rows[i].given_up);
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("left_over", prepare, what_no_tuner_wants, what_redpanda_yaml_switches_off,
	       what_others_claim_is_only_given_up, the_rival_of_what_is_wanted,
	       channels_come_back_first, channels_that_stay, cards_of_another_network, vectors,
	       vectors_that_go_by_another_name, a_card_whose_link_is_down, unknown_facts,
	       disks_of_which_some_are_not_found, isolated_cpus_that_are_not_known,
	       channels_stay_while_isolated_cpus_are_not_known, queues_whose_vectors_are_not_known,
	       what_is_left_out_is_not_given_up)
