/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence on what reading from a far NUMA node costs. A figure that does not differ beyond
 * chance is never told as one that does. */
#include "report/distance.h"

#include <math.h>

#include "base/escape.h"
#include "report/layout.h"

static const char *percent(struct arena *arena, double share)
{
	double value = fabs(100 * share);

	if (isinf(value) || value >= 1000)
		return "above 1000 %";
	return arena_printf(arena, "%.*f %%", value < 9.95 ? 1 : 0, value);
}

/* From the smaller amount to the larger one, of a change whose interval does not hold 0. */
static const char *spread(struct arena *arena, const struct effect *effect)
{
	bool is_less = effect->change < 0;

	return arena_printf(arena, "%s to %s", percent(arena, is_less ? effect->high : effect->low),
			    percent(arena, is_less ? effect->low : effect->high));
}

/* "randread-4k-qd32 5.0 % fewer reads (3.1 % to 6.8 %)", "randread-4k-qd1 p99 +12 us (...)" */
static const char *seen(struct arena *arena, const struct effect *effect)
{
	double more = effect->tuned - effect->original;

	if (effect->is_rate)
		return arena_printf(arena, "%s %s %s reads (%s)", effect->job,
				    percent(arena, effect->change), more < 0 ? "fewer" : "more",
				    spread(arena, effect));
	return arena_printf(arena, "%s %s %c%s, %s (%s)", effect->job, effect->figure,
			    more < 0 ? '-' : '+', layout_time(arena, (uint64_t)(fabs(more) + 0.5)),
			    percent(arena, effect->change), spread(arena, effect));
}

/* What goes unseen because it is small. */
static const char *unseen(struct arena *arena, const struct effect *effect)
{
	return arena_printf(arena, "%s %s (one of %s would have been)", effect->job, effect->figure,
			    percent(arena, effect->smallest));
}

static const char *findings(struct arena *arena, const effects *list, bool has_few_reads)
{
	names parts = {0}, none = {0}, open = {0};

	vec_for_each (effect, list) {
		if (effect->verdict == EFFECT_NONE)
			vec_push(arena, &none, unseen(arena, effect));
		else if (effect->verdict == EFFECT_UNKNOWN)
			vec_push(arena, &open, unseen(arena, effect));
		else
			vec_push(arena, &parts, seen(arena, effect));
	}
	if (none.count)
		vec_push(
		    arena, &parts,
		    arena_printf(arena, "no difference seen in %s", text_join(arena, &none, ", ")));
	if (open.count)
		vec_push(arena, &parts,
			 arena_printf(arena,
				      "too much scatter to tell of a difference of 5 %% in %s",
				      text_join(arena, &open, ", ")));
	if (has_few_reads)
		vec_push(arena, &parts, "too few reads for a p99");
	return text_join(arena, &parts, "; ");
}

const char *distance_sentence(struct arena *arena, const struct report_probe *probe)
{
	const struct probe_distances *distances = probe->result ? &probe->result->distances : NULL;
	struct str text = str_new(arena);

	if (!distances || !distances->is_wanted)
		return NULL;
	if (!probe->distance.count)
		return arena_printf(
		    arena, "not measured: %s",
		    escape_text(arena, text_or(probe->distance_note, "unknown"), ESCAPE_ALL));
	str_printf(&text, "from node %d, the farthest from node %d of the disks",
		   distances->far_node, distances->node);
	if (distances->distance >= 0)
		str_printf(&text, " (distance %d)", distances->distance);
	str_printf(&text, ": %s", findings(arena, &probe->distance, distances->has_few_reads));
	return text.text;
}

const char *distance_verdict(const struct effect *effect)
{
	return effect->verdict == EFFECT_HELPED ? "better" : effect_verdict_name(effect->verdict);
}
