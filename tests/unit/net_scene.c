/* SPDX-License-Identifier: Apache-2.0 */
#include "net_scene.h"

#include <check.h>

#include "base/text.h"
#include "plan/irq_map.h"

struct scene *net_node(unsigned cores, unsigned threads, unsigned nodes)
{
	struct scene *scene = scene_new();
	struct topology *topology = &scene->facts.topology;

	scene_cpus(scene, cores * threads);
	scene->facts.live.container = "none";
	for (unsigned i = 0; i < nodes; i++)
		vec_push(scene->arena, &topology->nodes, (struct numa_node){.os_index = (int)i});
	for (unsigned i = 0; i < cores; i++) {
		struct core core = {.numa = (int)(i * nodes / cores), .os_index = (int)i};

		for (unsigned thread = 0; thread < threads; thread++)
			cpuset_add(scene->arena, &core.pus, i + thread * cores);
		vec_push(scene->arena, &topology->cores, core);
	}
	return scene;
}

struct nic *net_nic(struct scene *scene, const char *name, unsigned queues, unsigned most)
{
	vec_push(scene->arena, &scene->facts.nics,
		 (struct nic){.name = name,
			      .driver = "virtio_net",
			      .numa = -1,
			      .rx_queues = queues,
			      .tx_queues = queues,
			      .channels = {.known = true, .combined = queues, .combined_max = most},
			      .is_tuned = true});
	return &scene->facts.nics.at[scene->facts.nics.count - 1];
}

void net_irqs(struct scene *scene, const char *device, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		vec_push(
		    scene->arena, &scene->facts.irqs,
		    (struct irq){
			.number = first + i, .device = device, .role = IRQ_QUEUE, .queue = (int)i});
}

void net_run(struct scene *scene, const char *interrupts, void (*tuner)(const struct tuning *))
{
	const struct tuning tuning = {.plan = &scene->plan,
				      .facts = &scene->facts,
				      .profile = &scene->profile,
				      .request = &scene->request};
	struct placement *placement = &scene->plan.placement;
	struct cpuset online = scene->facts.topology.online;

	scene->plan = (struct plan){.arena = scene->arena};
	*placement = (struct placement){
	    .mode = PLACEMENT_SHARED, .interrupt_cpus = online, .compute_cpus = online};
	if (interrupts) {
		ck_assert_int_eq(
		    cpuset_parse_list(scene->arena, interrupts, &placement->interrupt_cpus), 0);
		placement->compute_cpus =
		    cpuset_minus(scene->arena, &online, &placement->interrupt_cpus);
		placement->is_split = placement->is_confined = true;
		placement->mode = PLACEMENT_DEDICATED;
	}
	placement->is_kubelets = text_equal(scene->facts.kubelet.cpu_policy, "static");
	placement->exclusive = scene->facts.kubelet.exclusive;
	placement->unknown_exclusive = scene->facts.kubelet.problem;
	scene->plan.irq_map = irq_map_make(scene->arena, &scene->facts, placement);
	tuner(&tuning);
}

const char *net_wanted(struct scene *scene, const char *name)
{
	return scene_setting(scene, name)->wish->operands.at[0];
}
