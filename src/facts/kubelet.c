/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kubelet's CPU manager. Its state file (a checkpoint of the kubelet, versions 2 to 4):
 *   {"policyName": "static", "defaultCpuSet": "0-1",
 *    "entries": {POD-UID: {CONTAINER: "2-3"}}, "podEntries": {POD-UID: {"cpuSet": "4-7"}},
 *    "checksum": N}
 * A container in `entries` owns its CPUs alone, as do the containers of a pod in `podEntries` those
 * of the pod. Every kubelet writes the file, whatever its policy, and lets only uid 0 read it.
 */
#include <jansson.h>

#include <errno.h>

#include "base/err.h"
#include "base/text.h"
#include "facts/facts.h"

static bool add_cpus(struct arena *arena, const json_t *cpus, struct cpuset *exclusive)
{
	struct cpuset own;

	if (!json_is_string(cpus) || cpuset_parse_list(arena, json_string_value(cpus), &own) < 0)
		return false;
	*exclusive = cpuset_or(arena, exclusive, &own);
	return true;
}

static bool add_containers(struct arena *arena, json_t *containers, struct cpuset *exclusive)
{
	const char *container;
	json_t *cpus;

	json_object_foreach(containers, container, cpus)
	{
		if (!add_cpus(arena, cpus, exclusive))
			return false;
	}
	return true;
}

/* For Go null is an empty map. */
static bool is_map(const json_t *value)
{
	return !value || json_is_null(value) || json_is_object(value);
}

/* False: not what a kubelet writes. What else a later version writes is not looked at. */
static bool read_state(struct arena *arena, json_t *state, struct kubelet *kubelet)
{
	const char *policy = json_string_value(json_object_get(state, "policyName")), *key;
	json_t *entries = json_object_get(state, "entries"), *pod;
	json_t *pods = json_object_get(state, "podEntries");

	if (!policy || !*policy || !is_map(entries) || !is_map(pods))
		return false;
	kubelet->cpu_policy = arena_strdup(arena, policy);
	json_object_foreach(entries, key, pod)
	{
		if (!is_map(pod) || !add_containers(arena, pod, &kubelet->exclusive))
			return false;
	}
	json_object_foreach(pods, key, pod)
	{
		/* Go leaves out what is empty. */
		if (json_is_object(pod) && !json_object_size(pod))
			continue;
		if (!add_cpus(arena, json_object_get(pod, "cpuSet"), &kubelet->exclusive))
			return false;
	}
	return true;
}

static const char *missing_right(int error, const struct live *live)
{
	if (error != -EACCES)
		return "";
	if (live->user_namespace == TRI_YES)
		return ", needs uid 0 of the node's own user namespace";
	return live->uid > 0 ? ", needs uid 0" : "";
}

static void read_kubelet(struct root *root, struct arena *arena, const struct live *live,
			 struct kubelet *kubelet)
{
	json_auto_t *state = NULL;
	const char *text;
	int r = root_read_file(root, arena, KUBELET_STATE, &text);

	if (r == -ENOENT || r == -ENOTDIR) {
		if (text_equal(live->container, "kubernetes"))
			kubelet->problem = "the node's " KUBELET_STATE " is not shown to this pod";
		return;
	}
	if (r < 0) {
		kubelet->problem = arena_printf(arena, KUBELET_STATE " cannot be read: %s%s",
						err_words(r), missing_right(r, live));
		return;
	}
	state = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	if (read_state(arena, state, kubelet))
		return;
	*kubelet =
	    (struct kubelet){.problem = KUBELET_STATE " does not hold what a kubelet writes"};
}

static void read_reserved(struct arena *arena, const struct live *live, struct kubelet *kubelet)
{
	const char *list = live->kubelet_reserved;

	kubelet->reserved_problem = live->kubelet_problem;
	if (!list || !*text_trim(arena, list))
		return;
	kubelet->reserved_from = live->kubelet_reserved_from;
	/* Anything else keeps the kubelet from starting. */
	if (cpuset_parse_list(arena, text_trim(arena, list), &kubelet->reserved) < 0)
		kubelet->reserved_problem = arena_printf(
		    arena, "%s is '%s', which is not a list of CPUs",
		    text_or(kubelet->reserved_from, "the kubelet's reserved CPUs"), list);
}

void facts_kubelet(struct root *root, struct arena *arena, struct facts *facts)
{
	struct kubelet *kubelet = &facts->kubelet;

	read_kubelet(root, arena, &facts->live, kubelet);
	read_reserved(arena, &facts->live, kubelet);
	if (kubelet->problem)
		kubelet->problem = arena_printf(
		    arena, "it is not known which CPUs are exclusive to containers: %s",
		    kubelet->problem);
}
