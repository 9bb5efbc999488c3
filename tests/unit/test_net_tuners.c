/* SPDX-License-Identifier: Apache-2.0 */
/* What network cards get, on nodes made by hand. */
#include <check.h>

#include "base/text.h"
#include "net_scene.h"
#include "plan/irq_map.h"
#include "run_suite.h"
#include "tuners/build.h"

/* Channels ------------------------------------------------------------------------------------ */

START_TEST(one_channel_for_each_interrupt_cpu)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);
	const struct setting *setting;

	(void)net_nic(scene, "eth0", 8, 8);
	net_irqs(scene, "eth0", 40, 8);
	net_irqs(scene, "eth0", 48, 1);
	scene->facts.irqs.at[8].role = IRQ_CONTROL;
	scene_want(scene, "net", "queues", RULE_AUTO, "");
	net_run(scene, "0,4", tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "eth0 channels/combined number exact 2\n");
	setting = scene_setting(scene, "eth0 channels/combined");
	ck_assert_int_eq(setting->wish->phase, PHASE_STRUCTURAL);
	ck_assert(setting->wish->disruptive);
	ck_assert_str_eq(setting->wish->path, "/.thintune/ethtool/eth0/channels/combined");
	/* Three files a queue and one a vector, but not that of events, which stays as it is. */
	ck_assert_uint_eq(setting->wish->resets.count, 8 * 3 + 8);
	/* A broker keeps its link. */
	scene->facts.live.broker_running = TRI_YES;
	net_run(scene, "0,4", tune_net_queues);
	ck_assert_int_eq(scene_setting(scene, "eth0 channels/combined")->state, STATE_SKIPPED);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 8);
	scene->facts.live.broker_running = TRI_NO;
	/* On shared CPUs the number is the driver's own business. */
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

START_TEST(channels_stay_within_what_the_driver_takes)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);
	struct nic *nic = net_nic(scene, "eth0", 4, 4);

	scene_want(scene, "net", "queues", RULE_EXACT, "64");
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "eth0 channels/combined number exact 4\n");
	/* A driver with a number for each direction. */
	nic->channels =
	    (struct nic_channels){.known = true, .rx = 1, .tx = 1, .rx_max = 8, .tx_max = 2};
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene),
			 "eth0 channels/rx number exact 8\neth0 channels/tx number exact 2\n");
	/* One whose queues of one direction alone come on top: they stay, and are steered to, too.
	 */
	nic->channels = (struct nic_channels){
	    .known = true, .combined = 2, .combined_max = 8, .rx = 1, .rx_max = 8};
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "eth0 channels/combined number exact 8\n");
	net_run(scene, "0-3", tune_net_steering);
	ck_assert_ptr_nonnull(strstr(scene_settings(scene), "eth0/rx-8 rps_cpus"));
	ck_assert_ptr_null(strstr(scene_settings(scene), "eth0/rx-9 rps_cpus"));
	/* One that cannot be asked is asked at apply. */
	nic->channels = (struct nic_channels){0};
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "eth0 channels/combined number exact 64\n");
	nic->is_tuned = false;
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

START_TEST(rings_only_when_asked_for)
{
	_cleanup_scene_ struct scene *scene = net_node(2, 1, 1);

	(void)net_nic(scene, "eth0", 2, 2);
	scene_want(scene, "net", "rx-ring", RULE_LEAVE, "");
	scene_want(scene, "net", "tx-ring", RULE_EXACT, "1024");
	net_run(scene, NULL, tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "eth0 rings/tx number exact 1024\n");
}
END_TEST

/* Steering ------------------------------------------------------------------------------------ */

START_TEST(no_steering_with_a_queue_for_every_cpu)
{
	_cleanup_scene_ struct scene *scene = net_node(4, 1, 1);

	(void)net_nic(scene, "eth0", 4, 4);
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 8);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-0 rps_cpus"), "0");
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-3 rps_flow_cnt"), "0");
}
END_TEST

/* Shares of the table as the kernel rounds them: 32768 / 3 = 10922 becomes 16384. */
START_TEST(steering_to_the_cpus_of_redpanda)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 3, 8);
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	net_run(scene, "0-1", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-2 rps_cpus"), "fc");
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-2 rps_flow_cnt"), "16384");
	ck_assert_str_eq(net_wanted(scene, "rps_sock_flow_entries"), "32768");
	ck_assert_int_eq(scene_setting(scene, "rps_sock_flow_entries")->wish->rule, RULE_AT_LEAST);
	/* The kernel takes no mask of isolated CPUs. */
	cpuset_add(scene->arena, &scene->facts.isolated.cpus, 2);
	net_run(scene, "0-1", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-2 rps_cpus"), "f8");
	for (unsigned cpu = 3; cpu < 8; cpu++)
		cpuset_add(scene->arena, &scene->facts.isolated.cpus, cpu);
	net_run(scene, "0-1", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-2 rps_cpus"), "0");
	ck_assert_uint_eq(scene->plan.settings.count, 6);
}
END_TEST

/* Nobody sends there, unless these are Redpanda's CPUs; where all are, no queue is chosen. */
START_TEST(isolated_cpus_send_for_redpanda_only)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 2, 2);
	net_irqs(scene, "eth0", 30, 2);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-0 xps_cpus"), "4b");
	ck_assert_int_eq(cpuset_parse_list(scene->arena, "2-7", &scene->facts.isolated.cpus), 0);
	ck_assert_ptr_null(
	    strstr(scene_setting(scene, "eth0/tx-0 xps_cpus")->wish->why, "isolated"));
	net_run(scene, NULL, tune_net_steering);
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0/tx-0 xps_cpus")->wish->why, "not isolated"));
	net_run(scene, "0-1", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-0 xps_cpus"), "55");
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-1 xps_cpus"), "aa");
	scene->facts.kubelet.cpu_policy = "static";
	net_run(scene, "0-1", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-0 xps_cpus"), "1");
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-1 xps_cpus"), "2");
	ck_assert_int_eq(cpuset_parse_list(scene->arena, "0-7", &scene->facts.isolated.cpus), 0);
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 0);
}
END_TEST

START_TEST(isolation_that_cannot_be_told_is_no_none)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 2, 2);
	net_irqs(scene, "eth0", 30, 2);
	scene->facts.isolated.problem = "it is not known";
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 1);
	ck_assert_int_eq(scene_setting(scene, "eth0 rps")->state, STATE_SKIPPED);
	ck_assert_str_eq(scene_setting(scene, "eth0 rps")->note, "it is not known");
}
END_TEST

START_TEST(without_a_cpu_topology_nothing_is_steered)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 8, 8);
	net_irqs(scene, "eth0", 30, 8);
	scene->facts.topology.problem = "it is not known";
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 2);
	ck_assert_int_eq(scene_setting(scene, "eth0 rps")->state, STATE_SKIPPED);
	ck_assert_int_eq(scene_setting(scene, "eth0 xps")->state, STATE_SKIPPED);
	ck_assert_str_eq(scene_setting(scene, "eth0 xps")->note, "it is not known");
}
END_TEST

START_TEST(steering_switched_off)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 2, 8);
	net_irqs(scene, "eth0", 30, 2);
	scene_want(scene, "net", "rps", RULE_EXACT, "off");
	scene_want(scene, "net", "xps", RULE_EXACT, "off");
	scene_want(scene, "net", "arfs", RULE_EXACT, "true");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "eth0/rx-0 rps_cpus cpu-mask exact 0\n"
						"eth0/rx-0 rps_flow_cnt number exact 0\n"
						"eth0/rx-1 rps_cpus cpu-mask exact 0\n"
						"eth0/rx-1 rps_flow_cnt number exact 0\n"
						"eth0/tx-0 xps_cpus cpu-mask exact 0\n"
						"eth0/tx-1 xps_cpus cpu-mask exact 0\n"
						"eth0 rx-ntuple-filter text exact on\n");
}
END_TEST

/* No queues, a table that the profile sets itself, the broker's namespace. */
START_TEST(odd_cards_and_namespaces)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);
	struct nic *nic = net_nic(scene, "eth0", 0, 0);

	scene_want(scene, "net", "rps", RULE_AUTO, "");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "");
	nic->rx_queues = 1;
	scene->request.netns = NETNS_BROKER;
	net_run(scene, NULL, tune_net_steering);
	ck_assert_int_eq(scene_setting(scene, "rps_sock_flow_entries")->state, STATE_SKIPPED);
	scene_want(scene, "sysctl", "net.core.rps_sock_flow_entries", RULE_EXACT, "65536");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 2);
	/* mlx5 of some kernels shows each queue twice: flows are shared by the real ones. */
	nic->rx_queues = 8;
	nic->channels = (struct nic_channels){.known = true, .combined = 4, .combined_max = 4};
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-7 rps_flow_cnt"), "8192");
}
END_TEST

/* Sum of the masks of all queues, and no CPU twice. */
static void assert_partition(struct scene *scene, unsigned queues)
{
	struct cpuset all = {0};
	unsigned weight = 0;

	for (unsigned queue = 0; queue < queues; queue++) {
		struct cpuset set;

		ck_assert_int_eq(
		    cpuset_parse_mask(
			scene->arena,
			net_wanted(scene, arena_printf(scene->arena, "eth0/tx-%u xps_cpus", queue)),
			&set),
		    0);
		ck_assert_uint_gt(cpuset_weight(&set), 0);
		weight += cpuset_weight(&set);
		cpuset_for_each (cpu, &set)
			cpuset_add(scene->arena, &all, (unsigned)cpu);
	}
	ck_assert(cpuset_equal(&all, &scene->facts.topology.online));
	ck_assert_uint_eq(weight, cpuset_weight(&all));
}

/* The CPU that serves a queue's interrupts sends by it. */
static void assert_served(struct scene *scene, unsigned queues)
{
	irq_queues placed = irq_map_queues(scene->plan.irq_map, "eth0");

	for (unsigned queue = 0; queue < queues; queue++) {
		struct cpuset set;
		const char *mask =
		    net_wanted(scene, arena_printf(scene->arena, "eth0/tx-%u xps_cpus", queue));

		ck_assert_int_eq(cpuset_parse_mask(scene->arena, mask, &set), 0);
		ck_assert(cpuset_has(&set, placed.at[queue].cpu));
	}
}

START_TEST(each_cpu_sends_by_one_queue)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 2, 2);

	(void)net_nic(scene, "eth0", 4, 16);
	net_irqs(scene, "eth0", 40, 4);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	assert_partition(scene, 4);
	assert_served(scene, 4);
	net_run(scene, "0,8", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 4);
	/* As many queues as CPUs: each its own. */
	scene->facts.nics.at[0].rx_queues = scene->facts.nics.at[0].tx_queues = 16;
	net_run(scene, NULL, tune_net_steering);
	assert_partition(scene, 16);
	assert_served(scene, 16);
}
END_TEST

/* A card whose channels were reduced keeps the vectors of the others: these take no place. */
START_TEST(vectors_without_a_queue_take_no_place)
{
	unsigned cpus[2][2];

	for (unsigned i = 0; i < 2; i++) {
		_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);
		irq_queues placed;

		(void)net_nic(scene, "eth0", 2, 16);
		net_irqs(scene, "eth0", 40, i ? 4 : 2);
		net_run(scene, NULL, tune_net_steering);
		placed = irq_map_queues(scene->plan.irq_map, "eth0");
		ck_assert_uint_eq(placed.count, i ? 4 : 2);
		for (unsigned queue = 0; queue < 2; queue++)
			cpus[i][queue] = placed.at[queue].cpu;
	}
	ck_assert_mem_eq(cpus[0], cpus[1], sizeof(cpus[0]));
	ck_assert_uint_eq(cpus[0][1] - cpus[0][0], 4);
}
END_TEST

/* Whose queue's interrupts a CPU serves is not known: no mask would be better than another. */
START_TEST(queues_that_nothing_tells_apart)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 2, 2);
	names both = scene_words(scene, "eth0 eth1");

	(void)net_nic(scene, "eth0", 4, 16);
	(void)net_nic(scene, "eth1", 4, 16);
	net_irqs(scene, "eth0", 40, 4);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	vec_for_each (irq, &scene->facts.irqs)
		irq->queue = -1;
	scene->facts.nics.at[1].is_tuned = false;
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "");
	vec_for_each (irq, &scene->facts.irqs)
		irq->role = IRQ_UNKNOWN;
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "");

	/* Switched off is switched off. */
	scene_clear(scene);
	scene_want(scene, "net", "xps", RULE_EXACT, "off");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 4);

	/* Of two ports that share vectors the second one's rings are not told apart either. */
	scene_clear(scene);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	scene->facts.nics.at[1].is_tuned = true;
	for (int i = 0; i < 4; i++) {
		scene->facts.irqs.at[i].role = IRQ_QUEUE;
		scene->facts.irqs.at[i].queue = i;
		scene->facts.irqs.at[i].shared_by = &both;
	}
	net_run(scene, NULL, tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 4);
	ck_assert_ptr_nonnull(scene_setting(scene, "eth0/tx-3 xps_cpus"));
}
END_TEST

/* Two queues a vector: both send from the CPUs that serve it. */
START_TEST(queues_that_share_a_vector)
{
	_cleanup_scene_ struct scene *scene = net_node(4, 1, 1);

	(void)net_nic(scene, "eth0", 4, 4);
	net_irqs(scene, "eth0", 40, 2);
	scene->facts.irqs.at[0].last_queue = 1;
	scene->facts.irqs.at[1].queue = 2;
	scene->facts.irqs.at[1].last_queue = 3;
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	/* CPU 0 serves the first two, CPU 2 the others; 1 and 3 go to those that have none yet. */
	ck_assert_str_eq(scene_settings(scene), "eth0/tx-0 xps_cpus cpu-mask exact 1\n"
						"eth0/tx-1 xps_cpus cpu-mask exact 2\n"
						"eth0/tx-2 xps_cpus cpu-mask exact 4\n"
						"eth0/tx-3 xps_cpus cpu-mask exact 8\n");
	/* The same of four vectors on two CPUs. */
	scene->facts.irqs.count = 0;
	net_irqs(scene, "eth0", 40, 4);
	net_run(scene, "0-1", tune_net_steering);
	assert_partition(scene, 4);
}
END_TEST

/* All queues but the first ones have no CPU of their interrupts left. */
START_TEST(more_queues_than_interrupt_cpus)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 2, 2);

	(void)net_nic(scene, "eth0", 16, 16);
	net_irqs(scene, "eth0", 40, 16);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, "0,8", tune_net_steering);
	assert_partition(scene, 16);
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0/tx-0 xps_cpus")->wish->why, "of its own"));
	/* The second thread of the interrupt CPU's core, too. */
	net_run(scene, "0", tune_net_steering);
	assert_partition(scene, 16);
	ck_assert_str_eq(net_wanted(scene, "eth0/tx-0 xps_cpus"), "1");
	/* Too few for all: none has more than two, and none is called its CPU's own. */
	scene->facts.nics.at[0].rx_queues = scene->facts.nics.at[0].tx_queues = 11;
	scene->facts.irqs.count = 11;
	net_run(scene, "0,8", tune_net_steering);
	assert_partition(scene, 11);
	for (unsigned queue = 0; queue < 11; queue++) {
		const char *name = arena_printf(scene->arena, "eth0/tx-%u xps_cpus", queue);
		struct cpuset set;

		ck_assert_int_eq(cpuset_parse_mask(scene->arena, net_wanted(scene, name), &set), 0);
		ck_assert_uint_le(cpuset_weight(&set), 2);
		ck_assert_str_eq(scene_setting(scene, name)->wish->why,
				 "each CPU sends by one queue, so that few share its lock");
	}
	/* With more queues than CPUs no queue has two. */
	scene->facts.nics.at[0].rx_queues = scene->facts.nics.at[0].tx_queues = 20;
	net_run(scene, "0,4", tune_net_steering);
	for (unsigned queue = 0; queue < 20; queue++)
		ck_assert_ptr_null(strpbrk(
		    net_wanted(scene, arena_printf(scene->arena, "eth0/tx-%u xps_cpus", queue)),
		    "35679abcdef"));
}
END_TEST

START_TEST(no_steering_of_parts)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	net_nic(scene, "pf0vf0", 2, 4)->is_representor = true;
	net_nic(scene, "sf0", 2, 4)->is_subfunction = true;
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	scene_want(scene, "net", "arfs", RULE_EXACT, "true");
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "");
	scene_want(scene, "net", "queues", RULE_EXACT, "1");
	net_run(scene, "0", tune_net_queues);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

START_TEST(more_queues_than_cpus_share_them)
{
	_cleanup_scene_ struct scene *scene = net_node(2, 1, 1);

	(void)net_nic(scene, "eth0", 5, 8);
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, NULL, tune_net_steering);
	for (unsigned queue = 0; queue < 5; queue++)
		ck_assert_str_eq(
		    net_wanted(scene, arena_printf(scene->arena, "eth0/tx-%u xps_cpus", queue)),
		    queue % 2 ? "2" : "1");
	/* The kernel has no such file for one queue alone. */
	scene->facts.nics.at[0].tx_queues = 1;
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

/* Only the queues that will be there, behind the change that makes them. */
static void steer_to_listed(const struct tuning *tuning)
{
	tuning->plan->placement.mode = PLACEMENT_EXPLICIT;
	tune_net_steering(tuning);
}

START_TEST(steering_follows_the_channels)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 8, 8);
	net_irqs(scene, "eth0", 40, 8);
	scene_want(scene, "net", "queues", RULE_AUTO, "");
	scene_want(scene, "net", "rps", RULE_AUTO, "");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 2 * 3 + 1);
	ck_assert_str_eq(scene_setting(scene, "eth0/rx-1 rps_cpus")->wish->after.at[0],
			 "/.thintune/ethtool/eth0/channels/combined");
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-1 rps_flow_cnt"), "16384");
	/* A run that leaves them alone plans for those that are there. */
	scene->request.skip = scene_words(scene, "net-queues");
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 8 * 3 + 1);
	/* A queue for every CPU, and all of them end on two: the rest is spread. */
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-7 rps_cpus"), "ee");
	scene->request.skip = (names){0};
	scene->request.only = scene_words(scene, "net-steering");
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 8 * 3 + 1);
	/* What a container has alone gets nobody's packets. */
	scene->facts.kubelet.cpu_policy = "static";
	cpuset_add(scene->arena, &scene->facts.kubelet.exclusive, 7);
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-7 rps_cpus"), "6e");
	/* Nor what one may have alone. */
	scene->facts.kubelet = (struct kubelet){.problem = "it is not known"};
	net_run(scene, "0,4", tune_net_steering);
	ck_assert_uint_eq(scene->plan.settings.count, 1 + 8);
	ck_assert_int_eq(scene_setting(scene, "eth0 rps")->state, STATE_SKIPPED);
	ck_assert_str_eq(scene_setting(scene, "eth0 rps")->note, "it is not known");
	ck_assert_ptr_nonnull(scene_setting(scene, "eth0/tx-7 xps_cpus"));
	/* Whoever lists CPUs knows better. */
	net_run(scene, "0,4", steer_to_listed);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-7 rps_cpus"), "ee");
	/* Where no packets are to be spread, nothing has to be known. */
	net_run(scene, NULL, tune_net_steering);
	ck_assert_str_eq(net_wanted(scene, "eth0/rx-7 rps_cpus"), "0");
}
END_TEST

/* What an audit says of a NIC whose queues are to become more is what apply finds behind the
 * change. */
START_TEST(interrupts_of_queues_to_come)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);
	const char *before, *after;
	struct plan plan;

	(void)net_nic(scene, "eth0", 2, 8);
	net_irqs(scene, "eth0", 40, 8);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	scene_want(scene, "net", "queues", RULE_EXACT, "8");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	scene->request.skip = scene_words(scene, "net-irq");
	ck_assert_int_eq(build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request,
				    &scene->plan, NULL),
			 0);
	before = scene_settings(scene);
	scene->facts.nics.at[0].rx_queues = scene->facts.nics.at[0].tx_queues = 8;
	scene->facts.nics.at[0].channels.combined = 8;
	ck_assert_int_eq(
	    build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request, &plan, NULL),
	    0);
	scene->plan = plan;
	after = scene_settings(scene);
	ck_assert_str_eq(before, after);
	ck_assert_ptr_nonnull(strstr(after, "eth0/tx-7 xps_cpus cpu-mask exact 80"));
}
END_TEST

/* Names of the queues that are steered, which are those that there will be. */
static unsigned steered(struct scene *scene)
{
	unsigned count = 0;

	ck_assert_int_eq(build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request,
				    &scene->plan, NULL),
			 0);
	vec_for_each (setting, &scene->plan.settings)
		count += text_ends(setting->wish->name, " xps_cpus");
	return count;
}

/* An audit must not speak of queues that no apply makes. */
START_TEST(channels_that_are_waived_stay)
{
	_cleanup_scene_ struct scene *scene = net_node(8, 1, 1);

	(void)net_nic(scene, "eth0", 2, 8);
	net_irqs(scene, "eth0", 40, 8);
	scene->request.today = 100;
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	scene_want(scene, "net", "queues", RULE_EXACT, "8");
	scene_want(scene, "net", "xps", RULE_AUTO, "");
	ck_assert_uint_eq(steered(scene), 8);
	vec_push(scene->arena, &scene->profile.waivers,
		 ((struct waiver){.what = "net-queues eth0 channels/*",
				  .scope = "net-queues",
				  .glob = "eth0 channels/*",
				  .owner = "o",
				  .reason = "r",
				  .until = "1970-04-11",
				  .last_day = 100}));
	ck_assert_uint_eq(steered(scene), 2);
	scene->request.today = 101;
	ck_assert_uint_eq(steered(scene), 8);
}
END_TEST

RUN_SUITE("net_tuners", more_queues_than_interrupt_cpus, one_channel_for_each_interrupt_cpu,
	  channels_stay_within_what_the_driver_takes, rings_only_when_asked_for,
	  no_steering_with_a_queue_for_every_cpu, steering_to_the_cpus_of_redpanda,
	  isolated_cpus_send_for_redpanda_only, isolation_that_cannot_be_told_is_no_none,
	  without_a_cpu_topology_nothing_is_steered, steering_switched_off,
	  odd_cards_and_namespaces, each_cpu_sends_by_one_queue,
	  vectors_without_a_queue_take_no_place, queues_that_nothing_tells_apart,
	  queues_that_share_a_vector, no_steering_of_parts, more_queues_than_cpus_share_them,
	  steering_follows_the_channels, interrupts_of_queues_to_come,
	  channels_that_are_waived_stay)
