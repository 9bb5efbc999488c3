/* SPDX-License-Identifier: Apache-2.0 */
/* disk-irq, net-irq and irq-default: which vectors go where, and what is said of the others. */
#include "base/text.h"
#include "plan/irq_map.h"
#include "run_suite.h"
#include "topology_maker.h"

static void add_irq(struct scene *scene, unsigned number, const char *device, enum irq_role role,
		    int queue)
{
	vec_push(scene->arena, &scene->facts.irqs,
		 (struct irq){.number = number,
			      .actions = "handler",
			      .device = device,
			      .role = role,
			      .queue = queue});
}

static void add_nic(struct scene *scene, const char *name, const char *driver, int numa,
		    unsigned queues)
{
	vec_push(scene->arena, &scene->facts.nics,
		 (struct nic){.name = name,
			      .driver = driver,
			      .numa = numa,
			      .rx_queues = queues,
			      .tx_queues = queues,
			      .is_tuned = true});
}

static void add_disk(struct scene *scene, const char *name, const char *pci)
{
	vec_push(
	    scene->arena, &scene->facts.disks,
	    (struct disk){.name = name, .driver = "nvme", .pci = pci, .numa = -1, .is_data = true});
}

/* "eth0 rx 0=0 eth0 tx 0=0": names and wanted CPUs. */
static const char *plan_of(struct scene *scene, void (*tuner)(const struct tuning *tuning))
{
	struct str text = str_new(scene->arena);

	scene_run(scene, tuner);
	vec_for_each (setting, &scene->plan.settings)
		str_printf(&text, "%s%s=%s", text.length ? "|" : "", setting->wish->name,
			   setting->wish->operands.count ? setting->wish->operands.at[0] : "-");
	return text.text;
}

START_TEST(both_directions_of_a_queue_share_a_cpu)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 4, 2, NUMBERING_SPLIT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "virtio_net", -1, 2);
	add_irq(scene, 30, "eth0", IRQ_CONTROL, -1);
	add_irq(scene, 34, "eth0", IRQ_TX, 1);
	add_irq(scene, 33, "eth0", IRQ_RX, 1);
	add_irq(scene, 32, "eth0", IRQ_TX, 0);
	add_irq(scene, 31, "eth0", IRQ_RX, 0);
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 rx 0=0|eth0 tx 0=0|eth0 rx 1=2|eth0 tx 1=2");
	ck_assert_str_eq(scene_setting(scene, "eth0 rx 1")->wish->path,
			 "/proc/irq/33/smp_affinity_list");
	/* Kept off the shards where they have CPUs of their own. */
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 rx 0=0|eth0 tx 0=0|eth0 rx 1=0|eth0 tx 1=0|eth0 control irq 30=0");
}
END_TEST

START_TEST(near_the_device_and_beside_the_others)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 2, 4, 2, NUMBERING_SPLIT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "ena", 1, 2);
	add_nic(scene, "eth1", "ena", 1, 2);
	for (int queue = 0; queue < 2; queue++) {
		add_irq(scene, 40 + (unsigned)queue, "eth0", IRQ_QUEUE, queue);
		add_irq(scene, 50 + (unsigned)queue, "eth1", IRQ_QUEUE, queue);
	}
	/* Node 1: cores 4 to 7, their siblings 12 to 15. */
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 queue 0=4|eth0 queue 1=6|eth1 queue 0=5|eth1 queue 1=7");
	/* More than its node has: all nodes. */
	scene->facts.nics.at[0].rx_queues = 16;
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 queue 0=0|eth0 queue 1=1|eth1 queue 0=5|eth1 queue 1=7");
}
END_TEST

/* Its vectors go to the node with CPUs that is nearest to it. */
START_TEST(near_a_device_on_a_node_without_cpus)
{
	static const unsigned distances[] = {40, 17, 10};
	_cleanup_scene_ struct scene *scene = scene_new();
	struct numa_node bare = {.os_index = 2};

	make_topology(scene, 2, 4, 2, NUMBERING_SPLIT);
	for (size_t i = 0; i < 3; i++)
		vec_push(scene->arena, &bare.distances, distances[i]);
	vec_push(scene->arena, &scene->facts.topology.nodes, bare);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "ena", 2, 1);
	add_irq(scene, 40, "eth0", IRQ_QUEUE, 0);
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 queue 0=4");
}
END_TEST

START_TEST(managed_vectors_are_predicted)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated")->value.severity =
	    SEVERITY_REQUIRED;
	add_disk(scene, "nvme0n1", "0000:01:00.0");
	add_disk(scene, "nvme0n2", "0000:01:00.0");
	add_irq(scene, 30, "nvme0n1", IRQ_CONTROL, -1);
	add_irq(scene, 31, "nvme0n1", IRQ_QUEUE, 0);
	scene->facts.irqs.at[1].is_managed = true;
	/* The second namespace has the same vectors. */
	ck_assert_str_eq(plan_of(scene, tune_disk_irq),
			 "nvme0n1 queue 0=0-3|nvme0n1 control irq 30=0");
	/* Advice only where it would do something. */
	ck_assert_ptr_null(
	    strstr(scene_setting(scene, "nvme0n1 queue 0")->wish->managed, "isolcpus"));
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "nvme0n1 queue 0")->wish->managed_spanning,
		   "isolcpus=managed_irq,1-3"));
	ck_assert_str_eq(scene_setting(scene, "nvme0n1 queue 0")->wish->effective_path,
			 "/proc/irq/31/effective_affinity_list");
	ck_assert_int_eq(scene_setting(scene, "nvme0n1 queue 0")->wish->severity, SEVERITY_ADVISED);
	ck_assert_int_eq(scene_setting(scene, "nvme0n1 control irq 30")->wish->severity,
			 SEVERITY_REQUIRED);
	ck_assert_ptr_null(scene_setting(scene, "nvme0n1 control irq 30")->wish->managed);
}
END_TEST

/* A driver without a row in the name table: all its vectors, and the report says so. */
START_TEST(unknown_names)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 2, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "newdrv", -1, 1);
	add_irq(scene, 61, "eth0", IRQ_UNKNOWN, -1);
	add_irq(scene, 62, "eth0", IRQ_UNKNOWN, -1);
	add_irq(scene, 63, "eth0", IRQ_UNKNOWN, -1);
	scene->facts.irqs.at[2].actions = ""; /* nobody asked for it */
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 irq 61=0|eth0 irq 62=1");
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0 irq 61")->wish->why, "driver newdrv"));
}
END_TEST

/* Intel's own ice: each vector serves two queues, so half as many CPUs take part. */
START_TEST(vectors_of_several_queues)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "ice", -1, 8);
	add_irq(scene, 60, "eth0", IRQ_CONTROL, -1);
	for (int i = 0; i < 4; i++) {
		add_irq(scene, 61 + (unsigned)i, "eth0", IRQ_QUEUE, 2 * i);
		scene->facts.irqs.at[i + 1].last_queue = 2 * i + 1;
	}
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 queues 0-1=0|eth0 queues 2-3=1|eth0 queues 4-5=2|eth0 queues 6-7=3");
}
END_TEST

/* One port's settings place the vectors of both, and the other says so. */
START_TEST(vectors_of_several_ports)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	names both;

	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	both = scene_words(scene, "eth0 eth1");
	add_nic(scene, "eth0", "mlx4_core", -1, 2);
	add_nic(scene, "eth1", "mlx4_core", -1, 2);
	for (unsigned i = 0; i < 2; i++) {
		add_irq(scene, 61 + i, "eth0", IRQ_QUEUE, -1);
		scene->facts.irqs.at[i].shared_by = &both;
	}
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 queue 0=0|eth0 queue 1=2|eth1 interrupts=-");
	ck_assert_int_eq(scene_setting(scene, "eth1 interrupts")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth1 interrupts")->note, "shares the interrupts"));

	/* One with queues of its own shares nothing. */
	scene->facts.nics.at[1].rx_queues = scene->facts.nics.at[1].tx_queues = 1;
	add_irq(scene, 70, "eth1", IRQ_QUEUE, 0);
	add_nic(scene, "eth2", "mlx4_core", -1, 1);
	add_irq(scene, 71, "eth2", IRQ_QUEUE, 0);
	ck_assert_str_eq(plan_of(scene, tune_net_irq),
			 "eth0 queue 0=0|eth0 queue 1=2|eth1 queue 0=1|eth2 queue 0=2");
	scene->facts.irqs.count -= 2;
	scene->facts.nics.count--;
	scene->facts.nics.at[1].rx_queues = scene->facts.nics.at[1].tx_queues = 2;

	/* cxgb4: queues of their own, and something beside them that is nobody's. */
	add_irq(scene, 63, "eth1", IRQ_QUEUE, 0);
	for (unsigned i = 0; i < 2; i++)
		scene->facts.irqs.at[i].role = i ? IRQ_UNKNOWN : IRQ_CONTROL;
	add_irq(scene, 64, "eth0", IRQ_QUEUE, 0);
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 queue 0=0|eth1 queue 0=1");
}
END_TEST

/* Some virtual machines tell of CPUs alone: each counts as a core. */
START_TEST(cpus_without_cores)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 4, 1, NUMBERING_ADJACENT);
	scene->facts.topology.cores.count = 0;
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "ice", -1, 2);
	add_irq(scene, 61, "eth0", IRQ_QUEUE, 0);
	add_irq(scene, 62, "eth0", IRQ_QUEUE, 1);
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 queue 0=0|eth0 queue 1=2");
}
END_TEST

START_TEST(parts_of_cards)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 2, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "pf0vf0", "mlx5_core", -1, 2);
	scene->facts.nics.at[0].is_representor = true;
	add_nic(scene, "sf0", "mlx5_core.sf", -1, 2);
	scene->facts.nics.at[1].is_subfunction = true;
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "pf0vf0 interrupts=-|sf0 interrupts=-");
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "pf0vf0 interrupts")->note, "stands for"));
	ck_assert_ptr_nonnull(strstr(scene_setting(scene, "sf0 interrupts")->note, "part of"));
}
END_TEST

/* Only control vectors are there: they are placed apart from the shards, and the queues' absence is
 * said. */
START_TEST(control_alone)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 2, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "i40e", -1, 2);
	scene->facts.nics.at[0].operstate = "up";
	add_irq(scene, 61, "eth0", IRQ_CONTROL, -1);
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 interrupts=-");
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0 interrupts")->note, "no interrupt of its queues"));
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	scene->facts.nics.at[0].operstate = "down";
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 control irq 61=0|eth0 interrupts=-");
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0 interrupts")->note, "its link is down"));
}
END_TEST

/* qla2xxx: what has no number where others have one serves none of them. */
START_TEST(numbered_and_not)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 2, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_disk(scene, "sda", NULL);
	add_irq(scene, 61, "sda", IRQ_QUEUE, -1);
	ck_assert_str_eq(plan_of(scene, tune_disk_irq), "sda queue 0=0");
	add_irq(scene, 62, "sda", IRQ_QUEUE, 0);
	add_irq(scene, 63, "sda", IRQ_QUEUE, 1);
	ck_assert_str_eq(plan_of(scene, tune_disk_irq), "sda queue 0=0|sda queue 1=1");
}
END_TEST

START_TEST(without_vectors)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 2, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	add_nic(scene, "eth0", "hv_netvsc", -1, 1);
	add_nic(scene, "veth1", NULL, -1, 1);
	scene->facts.nics.at[1].is_virtual = true;
	add_nic(scene, "bond0", NULL, -1, 1);
	scene->facts.nics.at[2].is_virtual = true;
	scene->facts.nics.at[2].lowers = scene_words(scene, "eth0");
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "eth0 interrupts=-|veth1 interrupts=-");
	ck_assert_int_eq(scene_setting(scene, "veth1 interrupts")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(scene_setting(scene, "eth0 interrupts")->note, "Hyper-V"));
	scene->facts.nics.at[0].driver = "e1000e";
	scene->facts.nics.at[0].operstate = "down";
	(void)plan_of(scene, tune_net_irq);
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "eth0 interrupts")->note, "its link is down"));
	scene_clear(scene);
	ck_assert_str_eq(plan_of(scene, tune_net_irq), "");
}
END_TEST

START_TEST(default_only_when_split)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct profile_entry *entry;

	make_topology(scene, 2, 40, 1, NUMBERING_ADJACENT);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	entry = scene_want(scene, "irq", "numa-balancing", RULE_AUTO, "");
	ck_assert_str_eq(plan_of(scene, tune_irq_default), "");
	entry->value.rule = RULE_EXACT;
	vec_push(scene->arena, &entry->value.operands, "1");
	ck_assert_str_eq(plan_of(scene, tune_irq_default), "kernel.numa_balancing=1");
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_AUTO, "");
	scene_want(scene, "irq", "numa-balancing", RULE_AUTO, "");
	ck_assert_str_eq(plan_of(scene, tune_irq_default),
			 "default_smp_affinity=700,00000007|kernel.numa_balancing=0");
	ck_assert_uint_eq(scene_setting(scene, "kernel.numa_balancing")->wish->needs,
			  NEED_SYS_ADMIN);
}
END_TEST

/* What was asked for and is not done counts. */
START_TEST(refusals)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	make_topology(scene, 1, 8, 1, NUMBERING_ADJACENT);
	scene->facts.live.data_dir.has_data = true;
	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	ck_assert_str_eq(plan_of(scene, tune_placement), "placement=dedicated");
	ck_assert_int_eq(scene_setting(scene, "placement")->state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(
	    strstr(scene_setting(scene, "placement")->note, "would reduce shards 8 -> 7"));
	scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, "9");
	ck_assert_str_eq(plan_of(scene, tune_placement), "placement=dedicated");
	ck_assert_int_eq(scene_setting(scene, "placement")->state, STATE_FAILED);
}
END_TEST

RUN_SUITE("irq_tuners", both_directions_of_a_queue_share_a_cpu,
	  near_the_device_and_beside_the_others, near_a_device_on_a_node_without_cpus,
	  managed_vectors_are_predicted, unknown_names, vectors_of_several_queues,
	  vectors_of_several_ports, parts_of_cards, cpus_without_cores, control_alone,
	  numbered_and_not, without_vectors, default_only_when_split, refusals)
