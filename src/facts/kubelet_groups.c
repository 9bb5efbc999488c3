/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of pods, as the kubelet makes them (pkg/kubelet/cm/qos_container_manager_linux.go,
 * pod_container_manager_linux.go), by name of the group that holds them all:
 *   kubepods/[burstable/|besteffort/]podUID/CONTAINER                         (cgroupfs)
 *   kubepods.slice/[kubepods-QOS.slice/]kubepods[-QOS]-podUID.slice/CONTAINER (systemd)
 * A container is "cri-containerd-ID.scope", "crio-ID.scope", "docker-ID.scope" or a bare ID. The
 * CPU manager's static policy keeps every container to a set of CPUs: those that it has alone,
 * which only one of a guaranteed pod can have (cpumanager/policy_static.go, guaranteedCPUs), else
 * the shared ones. Other groups, such as the pause container's, may use all CPUs of the one that
 * holds them all.
 */
#include "facts/kubelet_groups.h"

#include <errno.h>

#include "base/err.h"
#include "base/text.h"

/* The root of control groups version 2, and of the cpuset controller of version 1; then what holds
 * all pods there, below the kubelet's --cgroup-root of a node in a container, too. */
static const char *const hierarchies[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/cpuset"};
static const char *const holders[] = {"kubepods.slice", "kubepods",
				      "kubelet.slice/kubelet-kubepods.slice", "kubelet/kubepods"};

struct reading {
	struct root *root;
	struct arena *arena;
	const struct cpuset *online;
	struct kubelet_groups *groups;
	struct cpuset whole;  /* what a container may use that is kept to no CPUs */
	struct cpuset shared; /* what those may use that never have CPUs alone */
	struct cpuset own;    /* what the others may use, where that is not all */
};

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ENODATA || error == -ENODEV;
}

/* False: there is no such file, or it is told that it cannot be read. */
static bool read_set(struct reading *reading, const char *path, struct cpuset *ret)
{
	struct arena *arena = reading->arena;
	const char *text;
	int r = root_read(reading->root, arena, path, &text);

	*ret = (struct cpuset){0};
	if (is_gone(r))
		return false;
	if (r == 0 && *text_trim(arena, text))
		r = cpuset_parse_list(arena, text_trim(arena, text), ret);
	if (r < 0 && !reading->groups->problem)
		reading->groups->problem =
		    arena_printf(arena, "%s cannot be read: %s", path, err_words(r));
	if (cpuset_weight(reading->online))
		*ret = cpuset_and(arena, ret, reading->online);
	return r == 0;
}

/* Attributes have a dot in their names, of groups only scopes. */
static bool may_be_container(const char *name)
{
	return !strchr(name, '.') || text_ends(name, ".scope");
}

static void read_pod(struct reading *reading, const char *pod, bool may_own)
{
	struct arena *arena = reading->arena;
	names entries = {0};
	struct cpuset set;

	if (root_list(reading->root, arena, pod, &entries) < 0)
		return;
	vec_for_each (entry, &entries) {
		if (!may_be_container(*entry) ||
		    !read_set(reading, arena_printf(arena, "%s/%s/cpuset.cpus", pod, *entry), &set))
			continue;
		if (!cpuset_weight(&set) || cpuset_equal(&set, &reading->whole))
			continue;
		if (may_own)
			reading->own = cpuset_or(arena, &reading->own, &set);
		else
			reading->shared = cpuset_or(arena, &reading->shared, &set);
	}
}

/* "kubepods-burstable-pod1_2.slice" and "pod1-2": what follows "pod"; NULL: no pod. */
static const char *uid_of(struct arena *arena, const char *name)
{
	const char *pod = text_starts(name, "pod") ? name : strstr(name, "-pod");
	size_t length;

	if (!pod)
		return NULL;
	pod += *pod == '-' ? strlen("-pod") : strlen("pod");
	length = strcspn(pod, ".");
	return length ? arena_printf(arena, "%.*s", (int)length, pod) : NULL;
}

static void read_pods(struct reading *reading, const char *dir, bool may_own)
{
	struct arena *arena = reading->arena;
	names entries = {0};
	int r = root_list(reading->root, arena, dir, &entries);

	if (r < 0 && !is_gone(r) && !reading->groups->problem)
		reading->groups->problem =
		    arena_printf(arena, "%s cannot be read: %s", dir, err_words(r));
	vec_for_each (entry, &entries) {
		const char *group = arena_printf(arena, "%s/%s", dir, *entry);
		const char *uid = uid_of(arena, *entry);

		if (uid) {
			vec_push(arena, &reading->groups->pods, uid);
			read_pod(reading, group, may_own);
		} else if (may_own && (text_glob("*burstable*", *entry) ||
				       text_glob("*besteffort*", *entry))) {
			read_pods(reading, group, false);
		}
	}
}

/* False: no group of that name, or without CPUs. */
static bool read_holder(struct reading *reading, const char *dir)
{
	struct arena *arena = reading->arena;
	struct cpuset set;

	if (!read_set(reading, arena_printf(arena, "%s/cpuset.cpus", dir), &set) &&
	    !reading->groups->problem)
		return false;
	/* The first: version 2, where the list itself may be empty; then version 1. */
	if (!read_set(reading, arena_printf(arena, "%s/cpuset.cpus.effective", dir),
		      &reading->whole) &&
	    !read_set(reading, arena_printf(arena, "%s/cpuset.effective_cpus", dir),
		      &reading->whole))
		reading->whole = set;
	if (!cpuset_weight(&reading->whole))
		reading->whole = *reading->online;
	read_pods(reading, dir, true);
	return true;
}

struct kubelet_groups kubelet_groups_read(struct root *root, struct arena *arena,
					  const struct cpuset *online)
{
	struct kubelet_groups groups = {0};
	struct reading reading = {
	    .root = root, .arena = arena, .online = online, .groups = &groups};

	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
		for (size_t j = 0; !groups.is_seen && j < sizeof(holders) / sizeof(holders[0]); j++)
			groups.is_seen = read_holder(
			    &reading, arena_printf(arena, "%s/%s", hierarchies[i], holders[j]));
	}
	groups.exclusive = cpuset_minus(arena, &reading.own, &reading.shared);
	/* The own sets may be the shared one and another's. */
	groups.is_open = cpuset_weight(&reading.own) && !cpuset_weight(&reading.shared) &&
			 cpuset_equal(&reading.own, &reading.whole);
	return groups;
}

bool kubelet_groups_have(const struct kubelet_groups *groups, const char *uid)
{
	vec_for_each (pod, &groups->pods) {
		size_t i = 0;

		while (uid[i] && ((*pod)[i] == uid[i] || ((*pod)[i] == '_' && uid[i] == '-')))
			i++;
		if (!uid[i] && !(*pod)[i])
			return true;
	}
	return false;
}
