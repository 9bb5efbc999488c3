/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How quiet the CPUs are: a pinned thread of ordinary priority on each reads the clock all the
 * time, and what it missed is told with what took it (gaps.h). It writes nothing and needs no right
 * but to run there; accounts and counters are read, not set. Where it may, the kernel's
 * tracepoints tell which handler took a gap (trace.h).
 */
#ifndef PROBE_CPU_H
#define PROBE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cpuset.h"
#include "base/err.h"
#include "live/live.h"
#include "probe/gaps.h"
#include "sys/root.h"

/* A larger share of the CPUs' time for others, and nothing is measured unasked. */
#define CPU_FOREIGN_MOST 0.1
/* Up to so many CPUs are measured one after the other, unless it is said otherwise. */
enum { CPU_IN_TURN = 4 };

/* A report keeps so many gaps of each CPU: 100,000 of all, but some of each. */
static inline unsigned cpu_gaps_kept(size_t cpus)
{
	enum { of_all = 100000, least = 50 };
	size_t each = of_all / (cpus ? cpus : 1);

	return each < least ? least : each > GAPS_KEPT ? GAPS_KEPT : (unsigned)each;
}

struct cpu_request {
	struct root *root; /* for /proc/stat, /proc/interrupts, /proc/softirqs */
	struct cpuset cpus;
	uint64_t runtime_ns; /* of a CPU */
	bool in_turn;
	enum tri virtualized; /* this node is a virtual machine */
	bool has_tsc;         /* its processor is of a kind that has one: x86-64 */
	bool has_steady_tsc;  /* constant_tsc and nonstop_tsc, and the kernel trusts it */
	names movable;        /* numbers of interrupts that a tuner can move */
	bool measure_anyway;  /* whatever runs there */
	void (*progress)(void *context, const char *stage);
	void *context;
};

/* How often an interrupt or softirq came during the measurement of a CPU. */
struct cpu_event {
	const char *kind; /* "interrupt", "softirq" */
	const char *name; /* "36 virtio1-req.0", "LOC Local timer interrupts", "NET_RX" */
	uint64_t count;
};

/* Gaps of one cause that the same took, as far as that is known. */
struct cpu_blame {
	enum gap_cause cause;
	const char *name; /* who: "36 virtio1-req.0", "NET_RX", "another thread on this CPU" */
	uint64_t count;
	uint64_t longest_ns; /* 0: not known */
};

struct cpu_figures {
	unsigned cpu;
	const struct gaps *gaps; /* NULL: nothing was measured, and why */
	const char *remark;      /* NULL */
	uint64_t began_ns;       /* when at_ns of a gap is 0, by CLOCK_MONOTONIC_RAW */
	uint64_t p50_ns, p99_ns, p999_ns, p9999_ns, p99999_ns;
	names handlers;               /* the names of gaps->handlers, in their order */
	VEC(struct cpu_blame) blame;  /* by cause, then the longest first */
	uint64_t untold;              /* tracepoints that the kernel had no room for */
	VEC(struct cpu_event) events; /* the most frequent first */
	bool events_known;
	uint64_t events_ns;   /* between the two readings of these counters */
	uint64_t steal_ticks; /* meanwhile, of /proc/stat; 0 where it does not tell */
};

/* What a report says then. */
#define CPU_DELAY_UNKNOWN                                                                          \
	"this kernel does not tell how long a thread waited for the CPU: a gap in which another "  \
	"thread was switched in is run delay, of unknown length"

#define CPU_UNTRACED "Which interrupt or softirq took a gap is not known"

struct cpu_result {
	const char *clock; /* "tsc", "clock_gettime" */
	bool in_turn;
	enum tri virtualized;
	double turn_ns, look_ns; /* what a turn takes; and a look at the accounts */
	uint64_t threshold_ns;
	const char *untraced; /* why no gap has a handler; NULL: tracepoints were read */
	bool delay_unknown;   /* how long a thread waited for the CPU; so it may look stolen */
	double foreign;       /* share of the CPUs' time for others before; -1 unknown */
	const char *invalid;  /* a quota took effect; NULL */
	bool quota_known;
	bool is_interrupted; /* a signal ended it */
	uint64_t duration_ms;
	VEC(struct cpu_figures) cpus;
	names help; /* sentences: what would make the CPUs quieter */
};

/* Who that may have been, on this node. */
static inline const char *cpu_cause_text(const struct cpu_result *result, enum gap_cause cause)
{
	return gap_cause_text(cause, result->virtualized != TRI_NO);
}
/* Who took the gap, one of figures->gaps. */
static inline const char *cpu_gap_name(const struct cpu_result *result,
				       const struct cpu_figures *figures, const struct gap *gap)
{
	return gap->handler ? figures->handlers.at[gap->handler - 1]
			    : cpu_cause_text(result, gap->cause);
}

/* -EBUSY: others use the CPUs; -EINTR: a signal came before there was anything to measure; -EINVAL:
 * this process may use none of them. */
_must_check_ int cpu_run(struct arena *arena, const struct cpu_request *request,
			 struct cpu_result *ret, struct err *err);

#endif
