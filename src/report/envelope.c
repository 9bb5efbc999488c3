/* SPDX-License-Identifier: Apache-2.0 */
/* Order, names and sentences of the envelope. */
#include "report/envelope.h"

#include <inttypes.h>

#include "report/layout.h"

const char *envelope_percentile(struct arena *arena, const struct envelope_load *load)
{
	return load->share > 0 ? arena_printf(arena, "p%.10g", load->share * 100) : "-";
}

void envelope_sort(const struct envelope_load *load,
		   const struct envelope_point *ret[static ENVELOPE_POINTS])
{
	for (unsigned i = 0; i < load->point_count; i++) {
		unsigned at = i;

		for (; at && ret[at - 1]->rate > load->points[i].rate; at--)
			ret[at] = ret[at - 1];
		ret[at] = &load->points[i];
	}
}

uint64_t envelope_blocked(const struct envelope_load *load)
{
	uint64_t blocked = 0;

	for (unsigned i = 0; i < load->point_count; i++)
		blocked += load->points[i].blocked;
	return blocked;
}

static const char *rate_or_unknown(struct arena *arena, double rate)
{
	return rate > 0 ? arena_printf(arena, "%.*f", rate < 100, rate) : "unknown";
}

const char *envelope_figures(struct arena *arena, const struct envelope_load *load,
			     uint64_t limit_ns)
{
	return arena_printf(arena, "peak %s a second, holds %s at %s within %s",
			    rate_or_unknown(arena, load->peak), rate_or_unknown(arena, load->knee),
			    envelope_percentile(arena, load), layout_time(arena, limit_ns));
}

names envelope_remarks(struct arena *arena, const struct envelope_load *load)
{
	uint64_t blocked = envelope_blocked(load);
	names list = {0};

	if (load->remark[0])
		vec_push(arena, &list, load->remark);
	if (blocked)
		vec_push(arena, &list,
			 arena_printf(arena,
				      "submit blocked %" PRIu64
				      " times: whoever sends a request waits, as Redpanda's one "
				      "thread would, when the disk's queue is full "
				      "(nr_requests)",
				      blocked));
	return list;
}
