/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kubelet's CPU manager. Its state file (a checkpoint of the kubelet, version 2):
 *   {"policyName": "static", "defaultCpuSet": "0-1",
 *    "entries": {POD-UID: {CONTAINER: "2-3"}}, "checksum": N}
 * A container in `entries` owns its CPUs alone. A file that is not of this form says nothing.
 */
#include <jansson.h>

#include "base/text.h"
#include "facts/facts.h"

static void add_container(struct arena *arena, const json_t *cpus, struct cpuset *exclusive)
{
	struct cpuset own;

	if (!json_is_string(cpus) || cpuset_parse_list(arena, json_string_value(cpus), &own) < 0)
		return;
	cpuset_for_each (cpu, &own)
		cpuset_add(arena, exclusive, (unsigned)cpu);
}

int facts_kubelet(struct root *root, struct arena *arena, struct facts *facts)
{
	json_auto_t *state = NULL;
	json_t *containers, *cpus;
	const char *text, *pod, *container;
	int r = root_read(root, arena, KUBELET_STATE, &text);

	if (r < 0)
		return 0;
	state = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_string(json_object_get(state, "policyName")))
		return 0;
	facts->kubelet.cpu_policy =
	    arena_strdup(arena, json_string_value(json_object_get(state, "policyName")));
	json_object_foreach(json_object_get(state, "entries"), pod, containers)
	{
		json_object_foreach(containers, container, cpus)
		    add_container(arena, cpus, &facts->kubelet.exclusive);
	}
	return 0;
}
