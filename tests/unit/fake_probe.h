/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in at link time for what measures (src/probe/probe.c and what it asks of a directory),
 * so that probe_step() can be seen to decide. */
#ifndef FAKE_PROBE_H
#define FAKE_PROBE_H

#include "probe/probe.h"

struct fake_probe {
	/* What it answers. */
	const char *filesystem;          /* NULL: cannot be told from another one */
	int error;                       /* negative errno, behind its one job */
	uint64_t p99;                    /* of that job, append-4k */
	bool has_rates;                  /* four jobs more, for an io-config.yaml */
	const char *invalid;             /* why no figure counts; NULL */
	int nowait_write, nowait_append; /* 0, negative errno; 1: not tried */
	enum tri has_data;               /* what its child saw in the directory */
	bool quota_unknown;              /* so a floor that is not held is not judged */
	bool burst;                      /* of that job */
	const char *remark;              /* of that job; NULL */
	uint64_t throttles_between;      /* the drives' counter when its jobs have ended */
	uint64_t throttles;              /* and when all has */
	bool has_distance;               /* and what the farthest NUMA node costs: nothing */
	int distance_error;              /* negative errno, of a read of that */
	int load_error;                  /* negative errno, of a load of the envelope */
	bool is_cut;                     /* it never ended */
	bool has_no_jobs;                /* it ended before the first one */
	/* What it was asked. */
	unsigned runs, measurements;  /* the first ones include proofs alone */
	struct probe_request request; /* the last one */
};
extern struct fake_probe fake_probe;

#endif
