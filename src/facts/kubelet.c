/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kubelet's CPU manager. Its state file (a checkpoint of the kubelet, version 2):
 *   {"policyName": "static", "defaultCpuSet": "0-1",
 *    "entries": {POD-UID: {CONTAINER: "2-3"}}, "checksum": N}
 * A container in `entries` owns its CPUs alone. Every kubelet writes the file, whatever its policy,
 * and lets only uid 0 read it.
 */
#include <jansson.h>

#include <errno.h>

#include "base/err.h"
#include "base/text.h"
#include "facts/facts.h"

static bool add_container(struct arena *arena, const json_t *cpus, struct cpuset *exclusive)
{
	struct cpuset own;

	if (!json_is_string(cpus) || cpuset_parse_list(arena, json_string_value(cpus), &own) < 0)
		return false;
	cpuset_for_each (cpu, &own)
		cpuset_add(arena, exclusive, (unsigned)cpu);
	return true;
}

/* False: not what a kubelet writes. What else a later version writes is not looked at. */
static bool read_state(struct arena *arena, json_t *state, struct kubelet *kubelet)
{
	json_t *policy = json_object_get(state, "policyName");
	json_t *entries = json_object_get(state, "entries"), *containers, *cpus;
	const char *pod, *container;

	if (!json_is_string(policy) || (entries && !json_is_object(entries)))
		return false;
	kubelet->cpu_policy = arena_strdup(arena, json_string_value(policy));
	json_object_foreach(entries, pod, containers)
	{
		if (!json_is_object(containers))
			return false;
		json_object_foreach(containers, container, cpus)
		{
			if (!add_container(arena, cpus, &kubelet->exclusive))
				return false;
		}
	}
	return true;
}

void facts_kubelet(struct root *root, struct arena *arena, struct facts *facts)
{
	struct kubelet *kubelet = &facts->kubelet;
	json_auto_t *state = NULL;
	const char *text;
	int r = root_read_file(root, arena, KUBELET_STATE, &text);

	if (r == -ENOENT || r == -ENOTDIR) {
		if (text_equal(facts->live.container, "kubernetes"))
			kubelet->problem = "the node's " KUBELET_STATE " is not shown to this pod";
		return;
	}
	if (r < 0) {
		kubelet->problem = arena_printf(arena, KUBELET_STATE " cannot be read: %s%s",
						err_words(r), r == -EACCES ? ", needs uid 0" : "");
		return;
	}
	state = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (read_state(arena, state, kubelet))
		return;
	*kubelet =
	    (struct kubelet){.problem = KUBELET_STATE " does not hold what a kubelet writes"};
}
