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
 * holds them all. crun keeps a container
 * in a group "container" below its scope (opencontainers/runc, issue 4072).
 *
 * A group without a list of its own has the CPUs of the one above (kernel/cgroup/cpuset.c,
 * update_cpumasks_hier), and its effective list says so.
 */
#include "facts/kubelet_groups.h"

#include <errno.h>

#include "base/err.h"
#include "base/text.h"

static const char *const others[] = {"*burstable*", "*besteffort*"};

struct reading {
	struct root *root;
	struct arena *arena;
	const struct cpuset *online;
	struct kubelet_groups *groups;
	struct cpuset whole;  /* what a container may use that is kept to no CPUs */
	struct cpuset shared; /* what those may use that never have CPUs alone, or several pods */
	struct cpuset own;    /* what the others may use, where that is not all */
	struct cpuset all;    /* what all that hold pods may use */
	size_t owners;        /* pods with a part of the own ones */
};

static bool is_gone(int error)
{
	return err_is_absent(error) || error == -ENODATA || error == -ENODEV;
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
		    arena_printf(arena, "%s cannot be read: %s", path, root_words(r));
	if (cpuset_weight(reading->online))
		*ret = cpuset_and(arena, ret, reading->online);
	return r == 0;
}

/* What a group may use, where it says nothing what the one above may. False: it has no such files.
 */
static bool read_cpus(struct reading *reading, const char *group, const struct cpuset *above,
		      struct cpuset *ret)
{
	struct arena *arena = reading->arena;
	struct cpuset own, effective, both;
	bool has_own = read_set(reading, arena_printf(arena, "%s/cpuset.cpus", group), &own);
	/* Version 2, then version 1. */
	bool has_effective =
	    read_set(reading, arena_printf(arena, "%s/cpuset.cpus.effective", group), &effective) ||
	    read_set(reading, arena_printf(arena, "%s/cpuset.effective_cpus", group), &effective);

	both = cpuset_and(arena, &own, &effective);
	*ret = cpuset_weight(&both)        ? both
	       : cpuset_weight(&effective) ? effective
	       : cpuset_weight(&own)       ? own
					   : *above;
	return has_own || has_effective;
}

static void note(struct reading *reading, const char *dir, int error)
{
	if (error < 0 && !is_gone(error) && !reading->groups->problem)
		reading->groups->problem =
		    arena_printf(reading->arena, "%s cannot be read: %s", dir, root_words(error));
}

static void list(struct reading *reading, const char *dir, names *ret)
{
	note(reading, dir, root_list(reading->root, reading->arena, dir, ret));
}

/* Attributes have a dot in their names, of groups only scopes. */
static bool may_be_container(const char *name)
{
	return !strchr(name, '.') || text_ends(name, ".scope");
}

static bool is_kept(const struct reading *reading, const struct cpuset *set)
{
	return cpuset_weight(set) &&
	       !(cpuset_weight(&reading->whole) && cpuset_subset(&reading->whole, set));
}

static void add_container(struct reading *reading, const char *dir, const char *entry,
			  const struct pod_group *pod, const struct cpuset *set)
{
	const struct pod_container container = {
	    .pod = pod->uid,
	    .group = arena_printf(reading->arena, "%s/%s", strrchr(dir, '/') + 1, entry),
	    .cpus = *set};

	vec_push(reading->arena, &reading->groups->containers, container);
}

static void read_pod(struct reading *reading, const char *dir, const struct cpuset *above,
		     bool may_own, struct pod_group *pod)
{
	struct arena *arena = reading->arena;
	names entries = {0};
	struct cpuset all, set;

	(void)read_cpus(reading, dir, above, &all);
	list(reading, dir, &entries);
	vec_for_each (entry, &entries) {
		const char *group = arena_printf(arena, "%s/%s", dir, *entry);
		bool is_group;

		if (!may_be_container(*entry))
			continue;
		is_group = read_cpus(reading, group, &all, &set);
		is_group |=
		    read_cpus(reading, arena_printf(arena, "%s/container", group), &set, &set);
		if (!is_group || !is_kept(reading, &set))
			continue;
		pod->containers++;
		pod->cpus = cpuset_or(arena, &pod->cpus, &set);
		if (may_own)
			add_container(reading, dir, *entry, pod, &set);
	}
	if (!pod->containers && is_kept(reading, &all))
		pod->cpus = all;
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

/* What two pods may use is nobody's alone. */
static void add_pod(struct reading *reading, struct pod_group pod, bool may_own)
{
	struct arena *arena = reading->arena;
	struct cpuset both = cpuset_and(arena, &reading->own, &pod.cpus);

	if (may_own)
		reading->own = cpuset_or(arena, &reading->own, &pod.cpus);
	else
		both = pod.cpus;
	reading->shared = cpuset_or(arena, &reading->shared, &both);
	reading->owners += may_own && cpuset_weight(&pod.cpus);
	vec_push(arena, &reading->groups->pods, pod);
}

static bool is_other(const char *name)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (text_glob(others[i], name))
			return true;
	}
	return false;
}

static void read_pods(struct reading *reading, const char *dir, const struct cpuset *above,
		      bool may_own)
{
	struct arena *arena = reading->arena;
	names entries = {0};

	list(reading, dir, &entries);
	vec_for_each (entry, &entries) {
		const char *group = arena_printf(arena, "%s/%s", dir, *entry);
		struct pod_group pod = {.uid = uid_of(arena, *entry)};
		struct cpuset set;

		if (pod.uid) {
			read_pod(reading, group, above, may_own, &pod);
			add_pod(reading, pod, may_own);
		} else if (may_own && is_other(*entry)) {
			(void)read_cpus(reading, group, above, &set);
			read_pods(reading, group, &set, false);
		}
	}
}

/* Groups that show no CPUs at all are of another controller. */
static void read_holder(struct reading *reading, const char *dir)
{
	struct arena *arena = reading->arena;
	struct cpuset before = cpuset_or(arena, &reading->own, &reading->shared), after;
	bool has_cpus = read_cpus(reading, dir, reading->online, &reading->whole);

	read_pods(reading, dir, &reading->whole, true);
	after = cpuset_or(arena, &reading->own, &reading->shared);
	has_cpus |= !cpuset_equal(&before, &after);
	if (has_cpus)
		reading->all = cpuset_or(arena, &reading->all, &reading->whole);
	reading->groups->is_seen |= has_cpus || reading->groups->problem;
}

static void read_hierarchy(struct reading *reading, const char *dir)
{
	for (const char *const *holder = live_pod_holders; *holder; holder++) {
		const char *path = arena_printf(reading->arena, "%s/%s", dir, *holder);

		if (root_may_exist(reading->root, path))
			read_holder(reading, path);
	}
	/* Left to another hierarchy. */
	if (!reading->groups->is_seen)
		reading->groups->pods.count = reading->groups->containers.count = 0;
}

static void read_hierarchies(struct reading *reading)
{
	names dirs = {0};
	int r = live_cpu_hierarchies(reading->root, reading->arena, &dirs);

	vec_for_each (dir, &dirs) {
		if (!reading->groups->is_seen)
			read_hierarchy(reading, *dir);
	}
	note(reading, CGROUP_DIR, r);
}

/* Whether one of the own sets may be the shared one, which no second container shows. It is what
 * the own ones and, under strict-cpu-reservation, the reserved ones leave; the kubelet reserves the
 * lowest CPUs where no list says which (policy_static.go, NewStaticPolicy), and gives none of these
 * to one container. More is left than that while a container is to start, and after one has ended
 * until the kubelet widens the shared set, which takes it some seconds. Under
 * strict-cpu-reservation the shared set has no reserved CPU to tell it by, so meanwhile it may be
 * taken for that of one container. */
static bool may_be_shared(const struct reading *reading, const struct cpuset *reserved)
{
	struct arena *arena = reading->arena;
	struct cpuset rest = cpuset_minus(arena, &reading->all, &reading->own), both;
	int first = cpuset_next(&reading->own, 0);

	if (!cpuset_weight(&reading->own) || !cpuset_weight(&reading->all) ||
	    cpuset_weight(&reading->shared))
		return false;
	if (cpuset_weight(reserved)) {
		both = cpuset_and(arena, &reading->own, reserved);
		return cpuset_weight(&both) || cpuset_subset(&rest, reserved);
	}
	return first == cpuset_next(&reading->all, 0) ||
	       (reading->owners > 1 && cpuset_next(&rest, (unsigned)first) < 0);
}

struct kubelet_groups kubelet_groups_read(struct root *root, struct arena *arena,
					  const struct cpuset *online,
					  const struct cpuset *reserved)
{
	struct kubelet_groups groups = {0};
	struct reading reading = {
	    .root = root, .arena = arena, .online = online, .groups = &groups};

	read_hierarchies(&reading);
	groups.exclusive = cpuset_minus(arena, &reading.own, &reading.shared);
	groups.is_open = may_be_shared(&reading, reserved);
	return groups;
}

bool kubelet_groups_is_pod(const char *named, const char *uid)
{
	size_t i = 0;

	while (uid[i] && (named[i] == uid[i] || (named[i] == '_' && uid[i] == '-')))
		i++;
	return !uid[i] && !named[i];
}

const struct pod_group *kubelet_groups_find(const struct kubelet_groups *groups, const char *uid)
{
	vec_for_each (pod, &groups->pods) {
		if (kubelet_groups_is_pod(pod->uid, uid))
			return pod;
	}
	return NULL;
}

struct kubelet_places kubelet_groups_places(struct arena *arena)
{
	static const char *const hierarchies[] = {CGROUP_DIR, CGROUP_DIR "/unified",
						  CGROUP_DIR "/cpuset"};
	struct kubelet_places places = {0};

	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
		vec_push(arena, &places.above, hierarchies[i]);
		for (const char *const *holder = live_pod_holders; *holder; holder++) {
			const char *path = arena_printf(arena, "%s/%s", hierarchies[i], *holder);

			vec_push(arena, &places.holders, path);
			if (strchr(*holder, '/'))
				vec_push(arena, &places.above,
					 arena_strndup(arena, path,
						       (size_t)(strrchr(path, '/') - path)));
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		vec_push(arena, &places.others, others[i]);
	return places;
}
