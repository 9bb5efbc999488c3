/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counts for each CPU: interrupts and softirqs by name, and how busy it is. */
#ifndef PROBE_CPU_EVENTS_H
#define PROBE_CPU_EVENTS_H

#include "base/numbers.h"
#include "probe/cpu.h"
#include "probe/handlers.h"

/* One line of /proc/interrupts or /proc/softirqs. */
struct event_row {
	const char *kind, *name;
	uint64_t *counts; /* of the CPUs asked for, in their order */
};

struct event_table {
	struct arena *arena;
	const number_list *cpus;
	VEC(struct event_row) rows;
	bool is_known;   /* of interrupts and softirqs */
	uint64_t *steal; /* ticks that the hypervisor took, of the CPUs asked for; NULL unknown */
	uint64_t at_ns;  /* when it was read */
};

/* Both files, and the steal of /proc/stat, for these CPUs. Each may be empty or missing, as in a
 * container. */
struct event_table events_read(struct root *root, struct arena *arena, const number_list *cpus);

/* What /proc/interrupts or /proc/softirqs calls it, as the events do; its number where it is not in
 * the table. */
const char *events_handler_name(const struct event_table *table, const struct handler *handler);

/* What came to the CPU with this place in the list between two readings. */
void events_between(const struct event_table *before, const struct event_table *after, size_t place,
		    struct cpu_figures *figures);

/* Of /proc/stat: ticks that these CPUs were busy, and all of them. -ENODATA: none is there. */
struct cpu_load {
	uint64_t busy, all;
};
_must_check_ int cpu_load_read(struct root *root, const number_list *cpus, struct cpu_load *ret);

#endif
