/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CPU did that only reads the clock: each reading is a turn, and a gap is an interval
 * between two turns that is too long for the CPU to have done nothing else. Pure: the clock is
 * passed in.
 */
#ifndef PROBE_GAPS_H
#define PROBE_GAPS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/handlers.h"
#include "probe/histogram.h"

/* What took the time of a gap, as far as tracepoints and the kernel's accounts of the thread tell.
 */
enum gap_cause {
	GAP_RUN_DELAY,   /* another thread had the CPU, and this one waited for it */
	GAP_QUOTA,       /* the control group had used up its CPU time */
	GAP_INTERRUPT,   /* a handler took at least half of it; which one is known */
	GAP_SOFTIRQ,     /* the same */
	GAP_STOLEN,      /* the thread neither ran nor waited */
	GAP_UNEXPLAINED, /* it ran, by all accounts */
	GAP_CAUSES,
};
static inline const char *gap_cause_name(enum gap_cause cause)
{
	static const char *const list[] = {"run delay", "quota",  "interrupt",
					   "softirq",   "stolen", "unexplained"};

	return list[cause];
}
/* Who that may have been, where no handler is known. Interrupts are the thread's own time, unless
 * the kernel accounts them apart. may_be_virtual: no hypervisor is ruled out. */
static inline const char *gap_cause_text(enum gap_cause cause, bool may_be_virtual)
{
	static const char *const list[] = {
	    "another thread on this CPU", "CPU quota", "interrupt", "softirq", "interrupt",
	    "interrupt or firmware"};

	if (may_be_virtual && cause == GAP_STOLEN)
		return "hypervisor or interrupt";
	if (may_be_virtual && cause == GAP_UNEXPLAINED)
		return "interrupt, firmware or hypervisor";
	return list[cause];
}

struct gap {
	uint64_t at_ns; /* since the measurement began */
	uint64_t length_ns;
	enum gap_cause cause;
	unsigned handler; /* whose it was: one of gaps->handlers, from 1 on; 0: not known */
};

/* What a handler took. */
struct gap_handler {
	struct handler handler;
	uint64_t count, longest_ns;
};
static inline enum gap_cause gap_handler_cause(const struct handler *handler)
{
	return handler->kind == HANDLER_SOFTIRQ ? GAP_SOFTIRQ : GAP_INTERRUPT;
}
/* Of one CPU. Two more rows are for all others, interrupts and softirqs: their handlers have that
 * id. */
enum { GAP_HANDLERS = 48 };
#define GAP_OTHERS UINT_MAX

/* How many gaps are kept, the longest of all; and how many equal parts the time has, each with the
 * length of its longest gap. */
enum { GAPS_KEPT = 1000, GAPS_PARTS = 60 };

struct gaps {
	uint64_t turns, count;
	uint64_t wall_ns, lost_ns; /* of all; of it in gaps */
	struct histogram lengths;
	struct {
		uint64_t count, lost_ns;
		uint64_t longest_ns; /* 0: of its gaps none was kept, so it is not known */
	} causes[GAP_CAUSES];
	struct gap_handler handlers[GAP_HANDLERS + 2];
	unsigned handler_count;
	uint64_t part_ns; /* 0: no parts */
	uint64_t parts[GAPS_PARTS];
	unsigned kept;
	struct gap longest[GAPS_KEPT]; /* a heap with the shortest on top, until gaps_sort() */
};

void gaps_add(struct gaps *gaps, const struct gap *gap);

/* Keeps the longest `most` of them; gaps->longest is not sorted yet. */
void gaps_shorten(struct gaps *gaps, unsigned most);

/* By time. After that nothing is added. */
void gaps_sort(struct gaps *gaps);

/* The place of that handler's row, from 1 on. */
unsigned gaps_handler(struct gaps *gaps, const struct handler *handler);

/* It was another cause than was thought, of which no handler is known; gap is one of gaps->longest,
 * not sorted yet. */
void gaps_blame_again(struct gaps *gaps, struct gap *gap, enum gap_cause cause);

/* How long work that comes at a random moment waits for the CPU, at most, with this chance (0..1).
 * Gaps count by how long they are, so it does not depend on what a turn takes. */
uint64_t gaps_wait_ns(const struct gaps *gaps, double chance);

/* Of all time, 0..1. */
static inline double gaps_lost(const struct gaps *gaps)
{
	return gaps->wall_ns ? (double)gaps->lost_ns / (double)gaps->wall_ns : 0;
}

/* The kernel's accounts of a thread. */
struct account {
	uint64_t ran_ns;      /* CPU time */
	uint64_t delay_ns;    /* it could have run and did not */
	uint64_t involuntary; /* context switches */
	bool delay_unknown;   /* the kernel does not tell delay_ns */
	int cpu;              /* where it ran when they were read; -1 unknown */
	uint64_t raw_ns;      /* when that was begun, by the clock of spin.handlers */
};

/* What the accounts tell of an interval, less what gaps were blamed on already. */
struct evidence {
	double delay_ns, stolen_ns;
	double least_stolen_ns; /* less may be the difference of two clocks */
	uint64_t involuntary;
	bool delay_unknown;
};

/* wall_ns: between the two looks at the accounts, the second of them right after a gap. */
struct evidence gap_evidence(uint64_t wall_ns, const struct account *before,
			     const struct account *after);

/* Of several gaps in the interval the longest is to be asked for first. */
enum gap_cause gap_blame(uint64_t length_ns, struct evidence *evidence);

/* One CPU's measurement. */
struct spin {
	struct gaps *gaps;
	double ns_per_tick;
	uint64_t origin, ticks; /* of the clock: when time 0 was; how long to go on */
	uint64_t limit;         /* an interval of more ticks is a gap */
	uint64_t look_ticks;    /* what a look at the accounts takes */
	const bool *stop;       /* somebody else sets it */
	int cpu;                /* where it has to run; -1 anywhere */
	bool is_moved;          /* it ran elsewhere */
	/* All accounts are looked at right after a gap was seen. That takes time in which the next
	 * gap may come, so it stays within the timeline, less what it always takes. */
	struct account account;
	uint64_t account_at;
	/* What the tracepoints told, up to the last look; NULL: there are none. */
	const struct handlers *handlers;
};

typedef uint64_t spin_clock(void *context);
typedef void spin_look(void *context, struct account *ret);

/* Looks at the accounts for the first time. Returns the reading right after it, which the timeline
 * begins with. */
uint64_t spin_begin(struct spin *spin, spin_clock *clock, spin_look *look, void *context);

/* Notes the gap between two readings, and those that come while the accounts are looked at. Returns
 * the reading that the timeline goes on from. */
uint64_t spin_gap(struct spin *spin, uint64_t last, uint64_t now, spin_clock *clock,
		  spin_look *look, void *context);

/* Inline, so that a turn is nothing but the reading of the clock and its comparison. */
static inline __attribute__((always_inline)) void spin_run(struct spin *spin, spin_clock *clock,
							   spin_look *look, void *context)
{
	uint64_t limit = spin->limit, turns = 0, first, last, now;

	first = last = spin_begin(spin, clock, look, context);
	do {
		now = clock(context);
		turns++;
		if (__builtin_expect(now - last > limit, 0))
			now = spin_gap(spin, last, now, clock, look, context);
		last = now;
	} while (now - first < spin->ticks && !__atomic_load_n(spin->stop, __ATOMIC_RELAXED));
	spin->gaps->turns += turns;
	spin->gaps->wall_ns += (uint64_t)((double)(now - first) * spin->ns_per_tick);
}

#endif
