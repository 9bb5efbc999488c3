/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What interrupted a CPU: handlers of interrupts and softirqs, each by the moments at which it
 * began and ended. Pure: the kernel's tracepoints, or a test, tell the moments.
 */
#ifndef PROBE_HANDLERS_H
#define PROBE_HANDLERS_H

#include <stdbool.h>
#include <stdint.h>

enum handler_kind {
	HANDLER_INTERRUPT, /* id: its number in /proc/interrupts */
	HANDLER_VECTOR,    /* of x86, without a number; id: a place in trace_vectors */
	HANDLER_SOFTIRQ,   /* id: a place in the kernel's list of softirqs */
};

struct handler {
	enum handler_kind kind;
	unsigned id;
};
static inline bool handler_is(const struct handler *handler, const struct handler *other)
{
	return handler->kind == other->kind && handler->id == other->id;
}

/* More handlers within handlers are not told apart. Of stretches the latest are kept: each
 * interrupt within a softirq makes two, and one softirq may take milliseconds. */
enum { HANDLERS_NESTED = 8, HANDLERS_KEPT = 1024 };

struct handlers {
	struct handler running[HANDLERS_NESTED]; /* the last one interrupted those before */
	unsigned depth;
	uint64_t since_ns; /* the last one runs */
	/* A handler that is interrupted has a stretch before and one behind. */
	struct {
		struct handler handler;
		uint64_t from_ns, to_ns;
	} stretches[HANDLERS_KEPT];
	unsigned next;
};

/* In the order of time. An end without its beginning tells nothing. */
void handlers_begin(struct handlers *handlers, struct handler handler, uint64_t at_ns);
void handlers_end(struct handlers *handlers, struct handler handler, uint64_t at_ns);
/* None runs any more, whatever was told: the end of one may have been missed. */
void handlers_none(struct handlers *handlers);

/* Handlers took at least half of this time, less HANDLERS_AROUND_NS; told is the one that took
 * most. */
bool handlers_took(const struct handlers *handlers, uint64_t from_ns, uint64_t to_ns,
		   struct handler *ret);

/* Getting into a handler and out again, and telling of it. */
#define HANDLERS_AROUND_NS 1000

#endif
