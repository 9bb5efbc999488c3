/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restore follows the journal, which knows no severity: that is the profile's. Settings are found
 * by their paths, since the kernel may have changed one that no tuner names.
 */
#include "flow/severities.h"

#include <stdlib.h>

#include "base/text.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Paths of the required ones, sorted. */
static names required_paths(const struct plan *plan)
{
	names paths = {0};

	vec_for_each (setting, &plan->settings) {
		if (setting->wish->path && setting->wish->severity == SEVERITY_REQUIRED)
			vec_push(plan->arena, &paths, setting->wish->path);
	}
	if (paths.count)
		qsort(paths.at, paths.count, sizeof(*paths.at), compare);
	return paths;
}

void severities_take(struct plan *restored, const struct plan *wanted)
{
	const names required = required_paths(wanted);

	vec_for_each (setting, &restored->settings) {
		struct wish *wish;

		if (required.count && bsearch(&setting->wish->path, required.at, required.count,
					      sizeof(*required.at), compare))
			continue;
		wish = arena_alloc(restored->arena, sizeof(*wish));
		*wish = *setting->wish;
		wish->severity = SEVERITY_ADVISED;
		setting->wish = wish;
	}
}
