/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tuner table. A tuner is one pure function facts + profile -> settings and checks, and one row
 * here. Adding a tuner: CONTRIBUTING.md.
 */
#ifndef TUNERS_TUNERS_H
#define TUNERS_TUNERS_H

#include "plan/plan.h"

enum facts_needed {
	FACTS_DISKS = 1 << 0,      /* those below the data directory */
	FACTS_PLACEMENT = 1 << 1,  /* which CPUs serve interrupts */
	FACTS_IRQBALANCE = 1 << 2, /* that it runs */
	FACTS_HOST = 1 << 3,       /* what runs on it: not seen from a container */
};

struct tuner {
	const char *name;      /* "--only NAME" */
	const char *summary;   /* one line: what it sets */
	const char *why;       /* one sentence */
	const char *trade_off; /* one sentence */
	const char *undo;      /* how to undo it by hand */
	const char *advice;    /* public source of the advice: a URL */
	/* Why watch only tells of it and never repairs it; "": it repairs it, unless a single
	 * setting is disruptive. */
	const char *not_by_watch;
	const char *peers; /* what rpk and perftune do; from "Here" on, what we do differently */
	void (*plan)(const struct tuning *tuning);
	bool shows_on_disk; /* what it sets may change figures of the disk, which prove compares */
	bool needs_placement;
	unsigned needs_facts; /* enum facts_needed: without these it may overlook what it wants */
	/* Reports on the placement, once for all tuners that need one; NULL: another row does. */
	void (*tell_placement)(const struct tuning *tuning);
};

extern const struct tuner tuner_table[];
extern const size_t tuner_count;

const struct tuner *tuner_find(const char *name);
/* Where the advice of that tuner is from; NULL: there is no such tuner. */
const char *tuner_advice(const char *name);

/* What the profile's entry of the section sysctl means on this node, `auto` resolved; false:
 * nothing is wanted. For the tuner, and for the check that looks for files which say otherwise. */
bool sysctl_wish(const struct tuning *tuning, const struct profile_entry *entry, struct wish *ret);

void tune_sysctl(const struct tuning *tuning);
void tune_governor(const struct tuning *tuning);
void tune_cstates(const struct tuning *tuning);
void tune_clocksource(const struct tuning *tuning);
void tune_hugepages(const struct tuning *tuning);
void tune_disk_queue(const struct tuning *tuning);
void tune_disk_irq(const struct tuning *tuning);
void tune_net_irq(const struct tuning *tuning);
void tune_placement(const struct tuning *tuning);
void tune_irq_default(const struct tuning *tuning);
void tune_net_queues(const struct tuning *tuning);
void tune_net_steering(const struct tuning *tuning);
void tune_irqbalance(const struct tuning *tuning);
void tune_pinning(const struct tuning *tuning);
void tune_fstrim(const struct tuning *tuning);
void tune_ballast(const struct tuning *tuning);
void tune_boot(const struct tuning *tuning);
void tune_checks(const struct tuning *tuning);

#endif
