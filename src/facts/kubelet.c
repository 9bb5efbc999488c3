/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kubelet's CPU manager: whose CPUs are whose. Its state file (a checkpoint of the kubelet,
 * versions 2 to 4):
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
#include "facts/kubelet_groups.h"

static bool add_cpus(struct arena *arena, const json_t *cpus, struct cpuset *exclusive)
{
	struct cpuset own;

	if (!json_is_string(cpus) || cpuset_parse_list(arena, json_string_value(cpus), &own) < 0)
		return false;
	*exclusive = cpuset_or(arena, exclusive, &own);
	return true;
}

/* For Go null is an empty map. */
static bool is_map(const json_t *value)
{
	return !value || json_is_null(value) || json_is_object(value);
}

struct state {
	const char *path, *policy;
	struct cpuset exclusive; /* of pods that are there, or where that is not known */
	struct cpuset stale;     /* of other pods */
	struct cpuset awaited;   /* of pods that are there and do not show all their containers */
	owner_list entries;      /* as the file has them */
};

static bool add_entry(struct arena *arena, const char *uid, const char *container, json_t *cpus,
		      struct cpuset *exclusive, struct state *state)
{
	struct cpu_owner owner = {.pod = arena_strdup(arena, uid),
				  .container = container ? arena_strdup(arena, container) : NULL,
				  .by_state = true};

	if (!add_cpus(arena, cpus, &owner.cpus))
		return false;
	*exclusive = cpuset_or(arena, exclusive, &owner.cpus);
	vec_push(arena, &state->entries, owner);
	return true;
}

static bool add_containers(struct arena *arena, const char *uid, json_t *containers,
			   struct cpuset *exclusive, struct state *state)
{
	const char *container;
	json_t *cpus;

	json_object_foreach(containers, container, cpus)
	{
		if (!add_entry(arena, uid, container, cpus, exclusive, state))
			return false;
	}
	return true;
}

/* What a pod has by the file. */
static void add_pod(struct arena *arena, const struct kubelet_groups *groups, const char *uid,
		    const struct cpuset *own, size_t containers, struct state *state)
{
	const struct pod_group *pod = kubelet_groups_find(groups, uid);

	if (groups->is_seen && !pod) {
		state->stale = cpuset_or(arena, &state->stale, own);
		return;
	}
	state->exclusive = cpuset_or(arena, &state->exclusive, own);
	if (pod && pod->containers < containers)
		state->awaited = cpuset_or(arena, &state->awaited, own);
}

/* False: not what a kubelet writes. What else a later version writes is not looked at. */
static bool parse_state(struct arena *arena, json_t *json, const struct kubelet_groups *groups,
			struct state *state)
{
	const char *policy = json_string_value(json_object_get(json, "policyName")), *key;
	json_t *entries = json_object_get(json, "entries"), *pod;
	json_t *pods = json_object_get(json, "podEntries");

	if (!policy || !*policy || !is_map(entries) || !is_map(pods))
		return false;
	state->policy = arena_strdup(arena, policy);
	json_object_foreach(entries, key, pod)
	{
		struct cpuset own = {0};

		if (!is_map(pod) || !add_containers(arena, key, pod, &own, state))
			return false;
		add_pod(arena, groups, key, &own, json_object_size(pod), state);
	}
	json_object_foreach(pods, key, pod)
	{
		struct cpuset own = {0};

		/* Go leaves out what is empty. */
		if (json_is_object(pod) && !json_object_size(pod))
			continue;
		if (!add_entry(arena, key, NULL, json_object_get(pod, "cpuSet"), &own, state))
			return false;
		add_pod(arena, groups, key, &own, 1, state);
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

/* 0: it is read; -ENOENT: there is none; another error, with a few words: it is not known. */
static int read_state(struct root *root, struct arena *arena, const struct live *live,
		      const struct kubelet_groups *groups, const char *dir, struct state *ret,
		      const char **ret_words)
{
	json_auto_t *json = NULL;
	const char *text;
	int r;

	*ret = (struct state){.path = arena_printf(arena, "%s/" KUBELET_STATE, dir)};
	r = root_read_file(root, arena, ret->path, &text);
	if (err_is_absent(r))
		return -ENOENT;
	if (r < 0) {
		*ret_words = arena_printf(arena, "%s cannot be read: %s%s", ret->path,
					  root_words(r), missing_right(r, live));
		return r;
	}
	json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	if (parse_state(arena, json, groups, ret))
		return 0;
	*ret_words = arena_printf(arena, "%s does not hold what a kubelet writes", ret->path);
	return -EINVAL;
}

/* The caller's word, else the running kubelet's, else all known ones. */
static names dirs_to_look_into(struct arena *arena, const struct facts_request *request,
			       const struct live *live)
{
	names dirs = {0};

	if (request->kubelet_dir) {
		vec_push(arena, &dirs, request->kubelet_dir);
		return dirs;
	}
	if (live->kubelet_dir)
		vec_push(arena, &dirs, live->kubelet_dir);
	for (const char *const *dir = live_kubelet_dirs; *dir; dir++) {
		if (!text_in(*dir, &dirs))
			vec_push(arena, &dirs, *dir);
	}
	return dirs;
}

/* A few words: there must be a file, and none is seen. NULL: nothing tells of a kubelet. */
static const char *why_missing(struct arena *arena, const struct facts_request *request,
			       const struct live *live)
{
	const char *dir = request->kubelet_dir ? request->kubelet_dir : live->kubelet_dir;

	if (text_equal(live->container, "kubernetes"))
		return arena_printf(arena,
				    "the node's %s/" KUBELET_STATE " is not shown to this pod",
				    text_or(dir, live_kubelet_dirs[0]));
	if (dir)
		return arena_printf(
		    arena, "there is no %s/" KUBELET_STATE ", which every kubelet writes", dir);
	return NULL;
}

/* A few words where it is not known; else state->policy is NULL where there is no kubelet. */
static const char *find_state(struct root *root, struct arena *arena, const struct live *live,
			      const struct facts_request *request,
			      const struct kubelet_groups *groups, struct kubelet *kubelet,
			      struct state *state)
{
	names dirs = dirs_to_look_into(arena, request, live);
	const char *words = NULL;

	vec_for_each (dir, &dirs) {
		struct state other;
		int r = read_state(root, arena, live, groups, *dir, &other, &words);

		if (r == -ENOENT)
			continue;
		if (!kubelet->dir)
			kubelet->dir = *dir;
		if (r < 0)
			return words;
		if (!state->policy)
			*state = other;
		else if (!text_equal(state->policy, other.policy) ||
			 !cpuset_equal(&state->exclusive, &other.exclusive))
			return arena_printf(
			    arena, "%s and %s do not agree: --kubelet-dir says which counts",
			    state->path, other.path);
		/* That one runs. */
		if (text_equal(*dir, live->kubelet_dir))
			break;
	}
	if (state->policy)
		return NULL;
	kubelet->dir = request->kubelet_dir ? request->kubelet_dir : live->kubelet_dir;
	return why_missing(arena, request, live);
}

/* Where the two do not agree. A container that is not started yet has no group, but its pod has. */
static const char *disagreement(struct arena *arena, const struct kubelet_groups *groups,
				const struct state *state)
{
	struct cpuset untold = cpuset_minus(arena, &groups->exclusive, &state->exclusive);
	struct cpuset unshown = cpuset_minus(arena, &state->exclusive, &groups->exclusive);

	unshown = cpuset_minus(arena, &unshown, &state->awaited);
	if (!state->policy)
		return NULL;
	if (cpuset_weight(&untold))
		return arena_printf(arena,
				    "containers have CPUs %s alone, of which %s says nothing",
				    cpuset_list(arena, &untold), state->path);
	if (cpuset_weight(&unshown))
		return arena_printf(arena,
				    "%s gives CPUs %s to containers whose control groups say "
				    "otherwise",
				    state->path, cpuset_list(arena, &unshown));
	if (cpuset_weight(&state->stale))
		return arena_printf(arena,
				    "%s gives CPUs %s to containers of pods that are not there",
				    state->path, cpuset_list(arena, &state->stale));
	return NULL;
}

static void decide(struct arena *arena, const struct kubelet_groups *groups,
		   const struct state *state, const char *words, struct kubelet *kubelet)
{
	kubelet->cpu_policy = state->policy;
	kubelet->exclusive = state->exclusive;
	if (groups->problem) {
		words = groups->problem;
	} else if (groups->is_seen && !groups->is_open) {
		kubelet->sees_containers = true;
		kubelet->exclusive = cpuset_or(arena, &state->awaited, &groups->exclusive);
		/* Of the containers that run, enough is known. */
		kubelet->remark = words ? words : disagreement(arena, groups, state);
		return;
	} else if (groups->is_open && !words && !state->policy) {
		words = "no container shows the shared ones";
	}
	if (!words)
		return;
	kubelet->cpu_policy = NULL;
	kubelet->exclusive = (struct cpuset){0};
	kubelet->problem = arena_printf(
	    arena, "it is not known which CPUs are exclusive to containers: %s", words);
}

/* Whose they are ------------------------------------------------------------------------------ */

/* PART is names of PATH, one after the other. */
static bool has_names(const char *path, const char *part)
{
	size_t length = strlen(part);

	for (const char *at = strstr(path, part); at; at = strstr(at + 1, part)) {
		if ((at == path || at[-1] == '/') && (!at[length] || at[length] == '/'))
			return true;
	}
	return false;
}

/* Below that there may be others, as crun's. A thintune in the same pod is not shown the pod's
 * name, with which the path would begin. */
static bool is_broker_group(struct arena *arena, const struct live *live, const char *group)
{
	names paths = text_split(arena, text_or(live->broker_groups, ""), '\n');
	const char *id = strrchr(group, '/') + 1;

	vec_for_each (path, &paths) {
		size_t first = strcspn(*path, "/");

		if (has_names(*path, group) || (first == strlen(id) && text_starts(*path, id)))
			return true;
	}
	return false;
}

/* Where its processes are not shown, as in a pod, the kubelet's file has the name that the pod's
 * manifest gave it. */
static enum tri is_broker_name(const char *name)
{
	if (!name)
		return TRI_UNKNOWN;
	return text_equal(name, "redpanda") ? TRI_YES : TRI_NO;
}

/* NULL: the file does not name it. */
static const char *name_of(const struct pod_container *container, const struct state *state)
{
	const char *name = NULL;

	vec_for_each (entry, &state->entries) {
		if (!entry->container || !kubelet_groups_is_pod(container->pod, entry->pod) ||
		    !cpuset_equal(&entry->cpus, &container->cpus))
			continue;
		if (name)
			return NULL;
		name = entry->container;
	}
	return name;
}

static void add_owner(struct arena *arena, struct kubelet *kubelet, struct cpu_owner owner,
		      struct cpuset *left)
{
	owner.cpus = cpuset_and(arena, &owner.cpus, &kubelet->exclusive);
	if (!cpuset_weight(&owner.cpus))
		return;
	*left = cpuset_minus(arena, left, &owner.cpus);
	if (owner.is_broker == TRI_YES)
		kubelet->brokers = cpuset_or(arena, &kubelet->brokers, &owner.cpus);
	vec_push(arena, &kubelet->owners, owner);
}

static void find_owners(struct arena *arena, const struct kubelet_groups *groups,
			const struct state *state, const struct live *live, struct kubelet *kubelet)
{
	struct cpuset left = kubelet->exclusive;

	kubelet->sees_processes = live->sees_processes;
	vec_for_each (container, &groups->containers) {
		const char *name = name_of(container, state);
		bool is_it = is_broker_group(arena, live, container->group);

		add_owner(arena, kubelet,
			  (struct cpu_owner){
			      .pod = container->pod,
			      .container = name ? name : strrchr(container->group, '/') + 1,
			      /* Not of a pod that is to start: the shared ones may be of before. */
			      .cpus = cpuset_and(arena, &container->cpus, &groups->exclusive),
			      .is_broker = !kubelet->sees_processes ? is_broker_name(name)
					   : is_it                  ? TRI_YES
								    : TRI_NO},
			  &left);
	}
	vec_for_each (entry, &state->entries) {
		struct cpu_owner owner = *entry;

		owner.cpus = cpuset_and(arena, &owner.cpus, &left);
		/* It has no process yet, or which one that is is not shown. */
		owner.is_broker =
		    kubelet->sees_processes ? TRI_UNKNOWN : is_broker_name(owner.container);
		add_owner(arena, kubelet, owner, &left);
	}
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

void facts_kubelet(struct root *root, struct arena *arena, const struct facts_request *request,
		   struct facts *facts)
{
	struct kubelet *kubelet = &facts->kubelet;
	struct kubelet_groups groups;
	struct state state = {0};
	const char *words;

	read_reserved(arena, &facts->live, kubelet);
	groups = kubelet_groups_read(root, arena, &facts->topology.online, &kubelet->reserved);
	words = find_state(root, arena, &facts->live, request, &groups, kubelet, &state);
	decide(arena, &groups, &state, words, kubelet);
	find_owners(arena, &groups, &state, &facts->live, kubelet);
}
