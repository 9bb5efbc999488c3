/* SPDX-License-Identifier: Apache-2.0 */
/* Where control groups of a kubelet's pods are, and whether there are any. */
#include <errno.h>

#include "base/text.h"
#include "live/live_impl.h"

const char *const live_pod_holders[] = {
    "kubepods.slice", "kubepods", "kubelet.slice/kubelet-kubepods.slice", "kubelet/kubepods", NULL};

int live_cpu_hierarchies(struct root *root, struct arena *arena, names *ret)
{
	names entries = {0};
	int r = root_list(root, arena, CGROUP_DIR, &entries);

	vec_push(arena, ret, CGROUP_DIR);
	vec_for_each (entry, &entries) {
		names controllers = text_split(arena, *entry, ',');

		if (text_equal(*entry, "unified") || text_in("cpuset", &controllers))
			vec_push(arena, ret, arena_printf(arena, CGROUP_DIR "/%s", *entry));
	}
	return err_is_absent(r) ? 0 : r;
}

bool live_has_pods(struct root *root, struct arena *arena)
{
	names hierarchies = {0};

	if (live_cpu_hierarchies(root, arena, &hierarchies) < 0)
		return true;
	vec_for_each (hierarchy, &hierarchies) {
		for (const char *const *holder = live_pod_holders; *holder; holder++) {
			uint64_t identity;
			int r = root_identity(
			    root, arena_printf(arena, "%s/%s", *hierarchy, *holder), &identity);

			if (!err_is_absent(r))
				return true;
		}
	}
	return false;
}
