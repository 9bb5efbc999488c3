/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's tracepoints of interrupts and softirqs on one CPU, as perf events that share a ring.
 * The thread that measures that CPU reads its ring itself, right after a gap: so nothing else has
 * to run. Changes no setting. sys/tracepoint.h says what it takes.
 *
 * The layout of records and ring is that of perf_event_open(2), that of a record's data is in the
 * tracepoint's file "format".
 */
#ifndef PROBE_TRACE_H
#define PROBE_TRACE_H

#include "base/arena.h"
#include "probe/handlers.h"
#include "sys/root.h"

struct perf_event_mmap_page;

struct trace_point {
	const char *name; /* "irq/softirq_entry" */
	uint64_t id;      /* a record of it begins with that number, of 16 bits */
	enum handler_kind kind;
	bool ends;       /* the handler, else it begins */
	unsigned number; /* where the handler's number is in the record, 32 bits */
	unsigned vector; /* HANDLER_VECTOR: the number itself */
};

enum { TRACE_POINTS_MOST = 20 };

struct trace_points {
	struct trace_point list[TRACE_POINTS_MOST];
	unsigned count;
	const char *why; /* there is none; NULL */
};

/* Those that this kernel has. */
void trace_points_find(struct root *root, struct arena *arena, struct trace_points *ret);

/* The label in /proc/interrupts of a handler of the kind HANDLER_VECTOR. */
const char *trace_vector_label(unsigned vector);

/* Zeroed it is one that traces nothing. */
struct trace {
	const struct trace_points *points;
	struct handlers handlers;
	uint64_t lost; /* records for which there was no room */
	int fds[TRACE_POINTS_MOST];
	unsigned fd_count;
	struct perf_event_mmap_page *page; /* the ring begins behind it */
	size_t mapped;
};

/* From now on; errno of the kernel. */
_must_check_ int trace_open(struct trace *trace, const struct root *root,
			    const struct trace_points *points, unsigned cpu);
void trace_close(struct trace *trace);

/* What came since the last time. By a thread on that CPU: where it runs, no handler does. */
void trace_read(struct trace *trace);

#endif
