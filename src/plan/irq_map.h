/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which queue of a disk or NIC goes to which interrupt CPU. Pure and the same for all tuners: what
 * moves a NIC's vectors and what steers its packets agree, whatever --only says.
 *
 * A device's queues take the interrupt CPUs of its NUMA node (of the nearest, where it has no
 * CPUs), one thread of each core before the second ones; those of all nodes, one core of each in
 * turn, when the device is near none or has more queues than its node has interrupt CPUs. Fewer
 * queues than CPUs are spread over the cores evenly, each on one of its own as long as there is
 * one. The n-th device of a node is shifted by n CPUs: NICs first, then disks, in the order of the
 * facts. If Redpanda has CPUs of its own, queues of NVMe drives take these, too. Queues that
 * share a vector count as one, and vectors that several ports of a PCI function share belong to the
 * first one here.
 */
#ifndef PLAN_IRQ_MAP_H
#define PLAN_IRQ_MAP_H

#include "facts/facts.h"
#include "plan/placement.h"

struct irq_queue {
	unsigned queue;            /* from 0, no gaps */
	const struct irq *rx, *tx; /* the same vector where one serves both; NULL: none known */
	unsigned lead;             /* the queue that has the vector of this one too, or itself */
	unsigned cpu;
};
typedef VEC(struct irq_queue) irq_queues;

typedef VEC(const struct irq *) irq_refs;

struct irq_map;

/* For build_plan; tuners find it as tuning->plan->irq_map. */
const struct irq_map *irq_map_make(struct arena *arena, const struct facts *facts,
				   const struct placement *placement);

/* The queues of a tuned NIC or data disk, by name, in numeric order: as many as the kernel shows in
 * queues/ or as there are vectors, whichever is more. Where vectors carry no number (a driver
 * without a row in the name table) the n-th vector is queue n. Empty for any other name. */
irq_queues irq_map_queues(const struct irq_map *map, const char *device);

/* The vectors of such a device that serve no queue, in numeric order. A vector without a queue
 * number where others have one, and a second one for the same direction, count as such. */
irq_refs irq_map_control(const struct irq_map *map, const char *device);

/* False if it is not known which vector serves which of its queues: names without numbers, or
 * vectors of several ports. What has no vector at all can be told apart as well as not. */
bool irq_map_tells_queues(const struct irq_map *map, const char *device);

/* The port whose settings place the vectors of this one too; NULL: it has its own. */
const char *irq_map_shared_with(const struct irq_map *map, const char *device);

#endif
