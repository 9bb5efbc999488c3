/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/irq_map.h"

#include <stdlib.h>

typedef VEC(unsigned) cpu_order;

/* Order of CPUs ------------------------------------------------------------------------------- */

/* The nth interrupt CPU of a core, or -1. */
static int thread_of(const struct core *core, const struct cpuset *cpus, unsigned nth)
{
	cpuset_for_each (pu, &core->pus) {
		if (cpuset_has(cpus, (unsigned)pu) && nth-- == 0)
			return pu;
	}
	return -1;
}

/* One thread of each core that has one, node by node in turn: core 0 of each node, core 1 of each
 * node. Appends; false when no core has so many threads. */
static bool add_threads(struct arena *arena, const struct topology *topology,
			const struct cpuset *cpus, int node, unsigned nth, cpu_order *ret)
{
	size_t *next = arena_alloc(arena, (topology->nodes.count + 1) * sizeof(*next));
	size_t before = ret->count;
	bool found = true;

	while (found) {
		found = false;
		for (size_t i = 0; i <= topology->nodes.count; i++) {
			/* The last round is for cores whose node is not known. */
			int wanted =
			    i < topology->nodes.count ? topology->nodes.at[i].os_index : -1;

			if (node >= 0 && wanted != node)
				continue;
			for (; next[i] < topology->cores.count; next[i]++) {
				const struct core *core = &topology->cores.at[next[i]];
				int pu = core->numa == wanted ? thread_of(core, cpus, nth) : -1;

				if (pu < 0)
					continue;
				vec_push(arena, ret, (unsigned)pu);
				next[i]++;
				found = true;
				break;
			}
		}
	}
	return ret->count > before;
}

/* node -1: of all nodes. */
static cpu_order order_cpus(struct arena *arena, const struct topology *topology,
			    const struct cpuset *cpus, int node)
{
	cpu_order order = {0};

	for (unsigned nth = 0; add_threads(arena, topology, cpus, node, nth, &order); nth++)
		;
	return order;
}

/* Devices ------------------------------------------------------------------------------------- */

struct device {
	const char *name;
	int numa;
	size_t live_queues; /* of a NIC, as the kernel shows them; 0: of a disk */
	irq_queues queues;
	irq_refs control;
};

struct irq_map {
	VEC(struct device) devices; /* by name */
};

static int compare_devices(const void *a, const void *b)
{
	const struct device *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static struct device *find_device(const struct irq_map *map, const char *name)
{
	struct device key = {.name = name};

	if (!name || !map->devices.count)
		return NULL;
	return bsearch(&key, map->devices.at, map->devices.count, sizeof(key), compare_devices);
}

static struct irq_queue *queue_at(struct arena *arena, irq_queues *queues, size_t number)
{
	while (queues->count <= number)
		vec_push(arena, queues, (struct irq_queue){.queue = (unsigned)queues->count});
	return &queues->at[number];
}

/* Managed vectors are queues too, though nobody can place them. */
static void add_irq(struct arena *arena, const struct irq_map *map, const struct irq *irq)
{
	struct device *device = find_device(map, irq->device);
	struct irq_queue *queue;

	if (!device)
		return;
	if (irq->role == IRQ_CONTROL) {
		vec_push(arena, &device->control, irq);
		return;
	}
	queue = queue_at(arena, &device->queues,
			 irq->queue >= 0 ? (size_t)irq->queue : device->queues.count);
	if (irq->role != IRQ_TX && !queue->rx)
		queue->rx = irq;
	if (irq->role != IRQ_RX && !queue->tx)
		queue->tx = irq;
}

static void list_devices(struct arena *arena, const struct facts *facts, struct irq_map *map)
{
	vec_for_each (nic, &facts->nics) {
		size_t queues = nic->rx_queues > nic->tx_queues ? nic->rx_queues : nic->tx_queues;

		if (nic->is_tuned)
			vec_push(arena, &map->devices,
				 (struct device){
				     .name = nic->name, .numa = nic->numa, .live_queues = queues});
	}
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(arena, &map->devices,
				 (struct device){.name = disk->name, .numa = disk->numa});
	}
	if (map->devices.count > 1)
		qsort(map->devices.at, map->devices.count, sizeof(*map->devices.at),
		      compare_devices);
}

/* How many queues the devices of each node have had so far. */
struct taken {
	int numa;
	size_t queues;
};

struct placing {
	struct arena *arena;
	const struct topology *topology;
	const struct cpuset *cpus;
	cpu_order all;
	VEC(struct taken) taken;
};

static size_t *taken_on(struct placing *placing, int numa)
{
	vec_for_each (taken, &placing->taken) {
		if (taken->numa == numa)
			return &taken->queues;
	}
	vec_push(placing->arena, &placing->taken, (struct taken){.numa = numa});
	return &placing->taken.at[placing->taken.count - 1].queues;
}

static void place(struct placing *placing, struct device *device)
{
	size_t *taken = taken_on(placing, device->numa);
	cpu_order order = placing->all;

	if (device->live_queues)
		(void)queue_at(placing->arena, &device->queues, device->live_queues - 1);
	if (device->numa >= 0) {
		cpu_order near =
		    order_cpus(placing->arena, placing->topology, placing->cpus, device->numa);

		if (near.count && device->queues.count <= near.count)
			order = near;
	}
	vec_for_each (queue, &device->queues)
		queue->cpu = order.count ? order.at[(*taken + queue->queue) % order.count]
					 : (unsigned)cpuset_next(placing->cpus, 0);
	*taken += device->live_queues ? device->live_queues : device->queues.count;
}

const struct irq_map *irq_map_make(struct arena *arena, const struct facts *facts,
				   const struct placement *placement)
{
	struct irq_map *map = arena_alloc(arena, sizeof(*map));
	struct placing placing = {
	    .arena = arena, .topology = &facts->topology, .cpus = &placement->interrupt_cpus};

	list_devices(arena, facts, map);
	vec_for_each (irq, &facts->irqs)
		add_irq(arena, map, irq);
	placing.all = order_cpus(arena, placing.topology, placing.cpus, -1);
	vec_for_each (nic, &facts->nics) {
		if (find_device(map, nic->name))
			place(&placing, find_device(map, nic->name));
	}
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data && find_device(map, disk->name))
			place(&placing, find_device(map, disk->name));
	}
	return map;
}

irq_queues irq_queues_of(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device ? device->queues : (irq_queues){0};
}

irq_refs irq_control_of(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device ? device->control : (irq_refs){0};
}
