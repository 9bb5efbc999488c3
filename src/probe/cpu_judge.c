/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts on the floors of a profile that are about CPUs. */
#include "probe/cpu_judge.h"

#include "base/text.h"

static const struct {
	const char *key, *name, *figure;
	bool is_longest;
} rows[] = {
    {"floors.cpu-gap-p99.99", "cpu-gap-p99.99", "p99.99", false},
    {"floors.cpu-gap-max", "cpu-gap-max", "longest gap", true},
};

static const char interrupted[] = "a signal ended the measurement";

static uint64_t figure_of(const struct cpu_figures *figures, bool is_longest)
{
	return is_longest ? figures->gaps->lengths.max : figures->p9999_ns;
}

static const struct cpu_figures *worst(const struct cpu_result *result, bool is_longest)
{
	const struct cpu_figures *found = NULL;

	vec_for_each (figures, &result->cpus) {
		if (figures->gaps &&
		    (!found || figure_of(figures, is_longest) > figure_of(found, is_longest)))
			found = figures;
	}
	return found;
}

/* Why not every CPU that was asked for can meet a floor; NULL: each was measured. */
static const char *why_not_all(struct arena *arena, const struct cpu_result *result)
{
	struct cpuset missing = {0};
	unsigned count;

	vec_for_each (figures, &result->cpus) {
		if (!figures->gaps)
			cpuset_add(arena, &missing, figures->cpu);
	}
	count = cpuset_weight(&missing);
	return count ? arena_printf(arena,
				    count == 1 ? "CPU %s was not measured"
					       : "CPUs %s were not measured",
				    cpuset_list(arena, &missing))
		     : NULL;
}

static void judge(struct arena *arena, const struct cpu_result *result, double have, double wanted,
		  struct floor *floor)
{
	const char *missing = why_not_all(arena, result);

	floor->state = FLOOR_UNJUDGED;
	if (result->invalid)
		floor->note = result->invalid;
	else if (result->is_interrupted)
		floor->note = interrupted;
	else if (have <= wanted && missing)
		floor->note = missing;
	else if (have <= wanted)
		floor->state = FLOOR_MET;
	else if (!result->quota_known)
		floor->note = "whether a CPU quota falsified it cannot be seen here";
	else
		floor->state = FLOOR_MISSED;
	if (floor->state == FLOOR_MISSED)
		floor->note = arena_printf(arena, "%.2f times too long", have / wanted);
}

/* False: the profile has no such floor. */
static bool wanted_by(struct arena *arena, const struct profile *profile, size_t row,
		      uint64_t *ret_us, struct floor *ret)
{
	const struct value *value = profile_get(profile, "probe", rows[row].key);

	if (!value || value->rule == RULE_LEAVE || !value->operands.count ||
	    text_u64(value->operands.at[0], ret_us) < 0)
		return false;
	*ret = (struct floor){
	    .name = rows[row].name,
	    .source = value->source,
	    .required = arena_printf(arena, "<= %.3f ms", (double)*ret_us / 1e3),
	    .state = FLOOR_UNJUDGED,
	};
	return true;
}

floors cpu_floors_unjudged(struct arena *arena, const struct profile *profile, const char *why)
{
	floors list = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct floor floor;
		uint64_t operand;

		if (!wanted_by(arena, profile, i, &operand, &floor))
			continue;
		floor.note = why;
		vec_push(arena, &list, floor);
	}
	return list;
}

floors cpu_floors(struct arena *arena, const struct profile *profile,
		  const struct cpu_result *result)
{
	floors list = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cpu_figures *figures = worst(result, rows[i].is_longest);
		struct floor floor;
		uint64_t operand, have;

		if (!figures)
			return cpu_floors_unjudged(
			    arena, profile,
			    result->invalid ? result->invalid
			    : result->is_interrupted
				? interrupted
				: text_or(why_not_all(arena, result), "no CPU was measured"));
		if (!wanted_by(arena, profile, i, &operand, &floor))
			continue;
		have = figure_of(figures, rows[i].is_longest);
		floor.have = arena_printf(arena, "%.3f ms", (double)have / 1e6);
		floor.figure = arena_printf(arena, "%s of CPU %u", rows[i].figure, figures->cpu);
		judge(arena, result, (double)have, (double)operand * 1000, &floor);
		vec_push(arena, &list, floor);
	}
	return list;
}
