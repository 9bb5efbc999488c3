/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and masks of CPUs: what is read and printed again is the same set, and the printed form
 * stays. */
#include "base/cpuset.h"
#include "fuzz.h"

static void check_list(struct arena *arena, const struct cpuset *set)
{
	struct cpuset again;
	const char *text = cpuset_list(arena, set);

	fuzz_check(cpuset_parse_list(arena, text, &again) == 0, "its own list '%s'", text);
	fuzz_check(cpuset_equal(set, &again), "another set from the list '%s'", text);
	fuzz_check(text_equal(cpuset_list(arena, &again), text), "another list than '%s'", text);
}

static void check_mask(struct arena *arena, const struct cpuset *set)
{
	struct cpuset again;
	const char *text = cpuset_mask(arena, set);

	fuzz_check(cpuset_parse_mask(arena, text, &again) == 0, "its own mask '%s'", text);
	fuzz_check(cpuset_equal(set, &again), "another set from the mask '%s'", text);
}

static void check_set(struct arena *arena, const struct cpuset *set)
{
	unsigned weight = 0;

	cpuset_for_each (cpu, set)
		weight += cpuset_has(set, (unsigned)cpu);
	fuzz_check(weight == cpuset_weight(set), "%u members, and a weight of %u", weight,
		   cpuset_weight(set));
	check_list(arena, set);
	check_mask(arena, set);
}

FUZZ_TARGET(cpuset)
{
	struct cpuset list = {0}, mask = {0}, both;

	(void)length;
	if (cpuset_parse_list(arena, text, &list) == 0)
		check_set(arena, &list);
	if (cpuset_parse_mask(arena, text, &mask) == 0)
		check_set(arena, &mask);
	both = cpuset_or(arena, &list, &mask);
	fuzz_check(cpuset_subset(&list, &both) && cpuset_subset(&mask, &both), "no union");
	both = cpuset_and(arena, &list, &mask);
	fuzz_check(cpuset_subset(&both, &list) && cpuset_subset(&both, &mask), "no intersection");
	both = cpuset_minus(arena, &list, &mask);
	fuzz_check(!cpuset_weight(&both) || !cpuset_subset(&both, &mask), "no difference");
}
