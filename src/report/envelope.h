/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports share of the envelope. */
#ifndef REPORT_ENVELOPE_H
#define REPORT_ENVELOPE_H

#include "base/arena.h"
#include "probe/probe.h"

/* "p99.9"; "-" where it is unknown. */
const char *envelope_percentile(struct arena *arena, const struct envelope_load *load);

/* The points from the lowest rate to the highest; there are load->point_count of them. */
void envelope_sort(const struct envelope_load *load,
		   const struct envelope_point *ret[static ENVELOPE_POINTS]);

/* How often submitting waited for the disk, in all steps. */
uint64_t envelope_blocked(const struct envelope_load *load);

/* "peak 2000 a second, holds 1580 at p99.9 within 10.0 ms" */
const char *envelope_figures(struct arena *arena, const struct envelope_load *load,
			     uint64_t limit_ns);

/* Sentences about a load: why its knee is not known better, and what was found besides. */
names envelope_remarks(struct arena *arena, const struct envelope_load *load);

#endif
