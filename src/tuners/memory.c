/* SPDX-License-Identifier: Apache-2.0 */
/* Tuner of transparent huge pages. */
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"

/* What does for all sizes does for one, and so does following it. */
static void add_inherit(const struct tuning *tuning, struct wish *wish)
{
	names operands = {0};

	if (wish->rule != RULE_EXACT && wish->rule != RULE_ONE_OF)
		return;
	vec_push(tuning->plan->arena, &operands, "inherit");
	vec_for_each (operand, &wish->operands)
		vec_push(tuning->plan->arena, &operands, *operand);
	wish->rule = RULE_ONE_OF;
	wish->operands = operands;
}

static void plan_thp(const struct tuning *tuning, const char *key, const char *file,
		     const char *path, const char *why)
{
	struct wish wish = {
	    .name = file,
	    .kind = KIND_CHOICE,
	    .path = path,
	    .phase = PHASE_VALUES,
	    .rpk_key = "tune_transparent_hugepages",
	};

	/* Switching huge pages on makes the kernel raise its free memory reserve (mm/khugepaged.c,
	 * set_recommended_min_free_kbytes), and switching them off does not lower it again. */
	vec_push(tuning->plan->arena, &wish.resets, "/proc/sys/vm/min_free_kbytes");
	if (!wish_take(&wish, profile_get(tuning->profile, "memory", key), why))
		return;
	if (path == tuning->facts->thp_pmd)
		add_inherit(tuning, &wish);
	wish_add(tuning, wish);
}

void tune_hugepages(const struct tuning *tuning)
{
	plan_thp(tuning, "transparent-hugepages", "transparent_hugepage enabled", THP "enabled",
		 "Seastar asks for huge pages with madvise; `never` refuses it");
	/* Where this one says `never`, the file above it says nothing. */
	if (tuning->facts->thp_pmd)
		plan_thp(tuning, "transparent-hugepages",
			 arena_printf(tuning->plan->arena, "transparent_hugepage %s",
				      tuning->facts->thp_pmd + strlen(THP)),
			 tuning->facts->thp_pmd,
			 "for pages of this size it overrides the setting for all sizes");
	plan_thp(tuning, "transparent-hugepages-defrag", "transparent_hugepage defrag",
		 THP "defrag", "how hard the kernel works for a huge page");
}
