/* SPDX-License-Identifier: Apache-2.0 */
/* Deals the queues of disks and network cards out to the interrupt CPUs. */
#include "plan/irq_map.h"

#include <stdlib.h>

#include "base/text.h"
#include "facts/numa.h"

struct cpu_order {
	unsigned *spread; /* the first ones are far apart */
	unsigned *sorted; /* by number */
	size_t count;
	size_t cores;  /* the first ones of spread: one thread of each core; then further threads */
	size_t layers; /* of threads that every core has: the first ones, the second ones */
};

typedef VEC(unsigned) cpu_list;

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
			const struct cpuset *cpus, int node, unsigned nth, cpu_list *ret)
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

static int compare_cpus(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* node -1: of all nodes. Empty when none of the CPUs is there. */
static struct cpu_order order_cpus(struct arena *arena, const struct topology *topology,
				   const struct cpuset *cpus, int node)
{
	struct cpu_order order = {0};
	cpu_list list = {0};

	for (unsigned nth = 0; add_threads(arena, topology, cpus, node, nth, &list); nth++) {
		order.cores = nth ? order.cores : list.count;
		order.layers += list.count == order.cores * (nth + 1);
	}
	/* Facts that know of no cores. */
	cpuset_for_each (cpu, cpus) {
		if (node < 0 && list.count < cpuset_weight(cpus))
			vec_push(arena, &list, (unsigned)cpu);
	}
	if (!list.count)
		return order;
	order.spread = list.at;
	order.count = list.count;
	order.sorted = arena_alloc(arena, list.count * sizeof(*order.sorted));
	memcpy(order.sorted, list.at, list.count * sizeof(*order.sorted));
	qsort(order.sorted, order.count, sizeof(*order.sorted), compare_cpus);
	return order;
}

/* Devices ------------------------------------------------------------------------------------- */

struct device {
	const char *name;
	int numa;                /* of the nearest CPUs */
	size_t live_queues;      /* of a NIC, as the kernel shows them; 0: of a disk */
	bool is_wide;            /* its queues may go to Redpanda's CPUs, too */
	bool has_numbered;       /* some vector tells which queue it serves */
	bool has_unknown;        /* none does: each vector counts as a queue */
	bool has_unnumbered;     /* the same, but what they are for is known */
	const char *shared_with; /* the port that has its vectors; NULL: it has its own */
	size_t rank;             /* number of devices of the same node before it */
	irq_queues queues;
	irq_refs control;
};

/* The interrupt CPUs near one NUMA node in the order in which queues take them; -1: all. Wide: with
 * those of Redpanda. */
struct node_order {
	int numa;
	bool is_wide;
	struct cpu_order cpus;
	size_t devices;
};

struct irq_map {
	VEC(struct device) devices; /* by name */
	VEC(struct node_order) orders;
	struct cpu_order all, all_wide;
	struct cpuset cpus, cpus_wide;
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

static int compare_refs(const void *a, const void *b)
{
	const struct irq *const *left = a, *const *right = b;

	return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

static struct irq_queue *queue_at(struct arena *arena, irq_queues *queues, size_t number)
{
	for (size_t next = queues->count; next <= number; next++)
		vec_push(arena, queues,
			 (struct irq_queue){.queue = (unsigned)next, .lead = (unsigned)next});
	return &queues->at[number];
}

static struct device *device_of(const struct irq_map *map, const struct irq *irq)
{
	/* A vector that nobody asked for has no affinity either. */
	return irq->actions && !*irq->actions ? NULL : find_device(map, irq->device);
}

/* The first vector of a direction keeps it: a second one is a control vector. */
static void add_queue(struct arena *arena, struct device *device, const struct irq *irq,
		      size_t number)
{
	struct irq_queue *queue = queue_at(arena, &device->queues, number);
	bool takes_rx = irq->role != IRQ_TX, takes_tx = irq->role != IRQ_RX;

	if ((takes_rx && queue->rx) || (takes_tx && queue->tx)) {
		vec_push(arena, &device->control, irq);
		return;
	}
	if (takes_rx)
		queue->rx = irq;
	if (takes_tx)
		queue->tx = irq;
}

/* Further queues of the same vector. */
static void add_led(struct arena *arena, struct device *device, const struct irq *irq)
{
	for (int number = irq->queue + 1; number <= irq->last_queue; number++)
		queue_at(arena, &device->queues, (size_t)number)->lead = (unsigned)irq->queue;
}

/* The other ports that this queue's vector serves. */
static void add_sharers(const struct irq_map *map, const struct irq *irq)
{
	for (size_t i = 1; irq->shared_by && i < irq->shared_by->count; i++) {
		struct device *device = find_device(map, irq->shared_by->at[i]);

		if (device)
			device->shared_with = irq->device;
	}
}

/* Managed vectors are queues too, though nobody can place them. */
static void add_numbered(struct arena *arena, const struct irq_map *map, const struct irq *irq)
{
	struct device *device = device_of(map, irq);

	if (!device || irq->role == IRQ_CONTROL || irq->queue < 0)
		return;
	device->has_numbered = true;
	add_queue(arena, device, irq, (size_t)irq->queue);
	add_led(arena, device, irq);
	add_sharers(map, irq);
}

/* If some vectors name their queue, one that does not belongs to a neighbour on the same function,
 * an RDMA driver for instance; if none does, each counts as a queue. */
static void add_other(struct arena *arena, const struct irq_map *map, const struct irq *irq)
{
	struct device *device = device_of(map, irq);

	if (!device || (irq->role != IRQ_CONTROL && irq->queue >= 0))
		return;
	if (irq->role == IRQ_CONTROL || device->has_numbered) {
		vec_push(arena, &device->control, irq);
		return;
	}
	device->has_unknown |= irq->role == IRQ_UNKNOWN;
	device->has_unnumbered = true;
	add_queue(arena, device, irq, device->queues.count);
	add_sharers(map, irq);
}

/* A drive with a queue for each CPU answers where it was asked, without an interrupt from one CPU
 * to another: perftune spreads NVMe over all CPUs, too. The CPUs of containers stay free of it. */
static bool is_wide(const struct placement *placement, const struct disk *disk)
{
	return placement->is_split && !placement->is_kubelets && text_equal(disk->driver, "nvme");
}

static void list_devices(struct arena *arena, const struct facts *facts,
			 const struct placement *placement, struct irq_map *map)
{
	const struct topology *topology = &facts->topology;

	vec_for_each (nic, &facts->nics) {
		size_t queues = nic->rx_queues > nic->tx_queues ? nic->rx_queues : nic->tx_queues;

		if (nic->is_tuned)
			vec_push(arena, &map->devices,
				 (struct device){.name = nic->name,
						 .numa = topology_cpu_node(topology, nic->numa),
						 .live_queues = queues});
	}
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data && !disk->is_stacked)
			vec_push(arena, &map->devices,
				 (struct device){.name = disk->name,
						 .is_wide = is_wide(placement, disk),
						 .numa = topology_cpu_node(topology, disk->numa)});
	}
	if (map->devices.count > 1)
		qsort(map->devices.at, map->devices.count, sizeof(*map->devices.at),
		      compare_devices);
}

static struct node_order *find_order(const struct irq_map *map, const struct device *device)
{
	vec_for_each (order, &map->orders) {
		if (order->numa == device->numa && order->is_wide == device->is_wide)
			return order;
	}
	return NULL;
}

/* Fewer queues than CPUs: each gets a core of its own as long as there is one, at equal distances.
 * The next devices fill the gaps before they use second threads. */
static size_t place_of(const struct cpu_order *order, size_t queue, size_t queues, size_t rank)
{
	size_t cores = order->cores, threads = order->count - cores;

	if (!queues)
		return (queue + rank) % order->count;
	if (queues <= cores)
		return (queue * cores / queues + rank) % cores +
		       rank / (cores / queues) % order->layers * cores;
	if (queue >= cores)
		queue = cores + (queue - cores) * threads / (queues - cores);
	return (queue + rank) % order->count;
}

/* As many queues as CPUs, or more: every CPU gets its turn, in the order that drivers use. */
static unsigned cpu_of(const struct irq_map *map, const struct device *device, size_t queue,
		       size_t queues)
{
	const struct node_order *near = find_order(map, device);
	const struct cpu_order *order = device->is_wide ? &map->all_wide : &map->all;

	if (near && near->cpus.count && queues <= near->cpus.count)
		order = &near->cpus;
	if (!order->count)
		return 0;
	if (queues >= order->count)
		return order->sorted[queue % order->count];
	return order->spread[place_of(order, queue, queues, device->rank)];
}

/* Of the first queues, those that have a vector of their own: where each is in its row. */
static size_t count_leads(const struct device *device, size_t queues)
{
	size_t count = 0;

	for (size_t i = 0; i < device->queues.count && i < queues; i++)
		count += device->queues.at[i].lead == i;
	return count;
}

static size_t live_queues(const struct device *device)
{
	return device->live_queues && !device->has_unknown ? device->live_queues
							   : device->queues.count;
}

static void deal(const struct irq_map *map, struct device *device)
{
	size_t leads = count_leads(device, live_queues(device)), next = 0;

	vec_for_each (queue, &device->queues) {
		/* The lead is before those that it leads. */
		queue->cpu = queue->lead == queue->queue ? cpu_of(map, device, next++, leads)
							 : device->queues.at[queue->lead].cpu;
	}
}

static void place(struct arena *arena, const struct facts *facts, struct irq_map *map,
		  const char *name)
{
	struct device *device = find_device(map, name);
	struct node_order *order;

	if (!device)
		return;
	order = find_order(map, device);
	if (!order) {
		struct node_order made = {.numa = device->numa, .is_wide = device->is_wide};

		if (device->numa >= 0)
			made.cpus = order_cpus(arena, &facts->topology,
					       device->is_wide ? &map->cpus_wide : &map->cpus,
					       device->numa);
		vec_push(arena, &map->orders, made);
		order = &map->orders.at[map->orders.count - 1];
	}
	/* Nothing of it is placed, so nothing of the next one has to keep clear of it. */
	device->rank = device->shared_with ? order->devices : order->devices++;
	if (device->live_queues)
		(void)queue_at(arena, &device->queues, device->live_queues - 1);
	deal(map, device);
}

const struct irq_map *irq_map_make(struct arena *arena, const struct facts *facts,
				   const struct placement *placement)
{
	struct irq_map *map = arena_alloc(arena, sizeof(*map));

	map->cpus = placement->interrupt_cpus;
	map->cpus_wide = cpuset_or(arena, &placement->interrupt_cpus, &placement->compute_cpus);
	map->all = order_cpus(arena, &facts->topology, &map->cpus, -1);
	map->all_wide = order_cpus(arena, &facts->topology, &map->cpus_wide, -1);
	list_devices(arena, facts, placement, map);
	vec_for_each (irq, &facts->irqs)
		add_numbered(arena, map, irq);
	vec_for_each (irq, &facts->irqs)
		add_other(arena, map, irq);
	vec_for_each (device, &map->devices) {
		if (device->has_numbered || device->has_unnumbered)
			device->shared_with = NULL;
	}
	vec_for_each (device, &map->devices) {
		if (device->control.count > 1)
			qsort(device->control.at, device->control.count, sizeof(const struct irq *),
			      compare_refs);
	}
	vec_for_each (nic, &facts->nics)
		place(arena, facts, map, nic->name);
	vec_for_each (disk, &facts->disks)
		place(arena, facts, map, disk->name);
	return map;
}

irq_queues irq_map_queues(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device ? device->queues : (irq_queues){0};
}

irq_refs irq_map_control(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device ? device->control : (irq_refs){0};
}

bool irq_map_tells_queues(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device && !device->has_unnumbered && !device->shared_with;
}

const char *irq_map_shared_with(const struct irq_map *map, const char *name)
{
	const struct device *device = find_device(map, name);

	return device ? device->shared_with : NULL;
}
