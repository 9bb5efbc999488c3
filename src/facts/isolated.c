/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUs that are kept free of the kernel's own work, by any of three means; interrupts and packet
 * steering keep off them, too:
 * - isolcpus= (sysfs `isolated`: drivers/base/cpu.c, print_cpus_isolated);
 * - nohz_full= (`nohz_full`: the list as it was typed, which may name CPUs that are not there, or
 *   "(null)" where there is none: print_cpus_nohz_full of older kernels);
 * - isolated partitions of control groups (kernel/cgroup/cpuset.c). Since 6.7 the root group lists
 *   them all (cpuset.cpus.isolated). Before that the parent of a partition is a partition itself
 *   (update_parent_effective_cpumask), so only such groups are looked into.
 * What cannot be read is not the same as none: see problem.
 */
#include <errno.h>

#include "base/err.h"
#include "base/text.h"
#include "facts/facts.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define CGROUPS "/sys/fs/cgroup"

struct reading {
	struct root *root;
	struct arena *arena;
	const struct topology *topology;
	struct isolated *isolated;
	bool is_told; /* why a group is not known */
};

/* Deeper than partitions are nested. */
enum { MOST_LEVELS = 8 };

static void tell(struct reading *reading, const char *sentence)
{
	struct isolated *isolated = reading->isolated;

	isolated->problem =
	    isolated->problem
		? arena_printf(reading->arena, "%s; %s", isolated->problem, sentence)
		: arena_printf(reading->arena, "it is not known which CPUs are isolated: %s",
			       sentence);
}

static void add(struct arena *arena, struct cpuset *to, const struct cpuset *from)
{
	cpuset_for_each (cpu, from)
		cpuset_add(arena, to, (unsigned)cpu);
}

/* A list of which this node has no CPU is a contradiction; one that goes beyond them is usual:
 * nohz_full=2-63 is typed once for all nodes. */
static void take(struct reading *reading, const char *path, const char *text, struct cpuset *to)
{
	struct arena *arena = reading->arena;
	struct cpuset set = {0}, beyond;
	const char *list = text_trim(arena, text);

	if (!*list || text_equal(list, "(null)"))
		return;
	if (cpuset_parse_list(arena, list, &set) < 0) {
		tell(reading,
		     arena_printf(arena, "%s reads '%s', which is not a list of CPUs", path, list));
		return;
	}
	/* Where no CPU is known, nothing contradicts it. */
	beyond = (struct cpuset){0};
	if (cpuset_weight(&reading->topology->possible)) {
		beyond = cpuset_minus(arena, &set, &reading->topology->possible);
		set = cpuset_and(arena, &set, &reading->topology->possible);
	}
	add(arena, to, &set);
	if (!cpuset_weight(&set))
		tell(reading, arena_printf(arena, "%s lists CPUs %s, none of which this node has",
					   path, list));
	else if (cpuset_weight(&beyond))
		reading->isolated->remark =
		    arena_printf(arena, "%s also lists CPUs %s, which this node does not have",
				 path, cpuset_list(arena, &beyond));
}

/* There is no such file, or this record does not have it. */
static bool is_none(int error)
{
	return err_is_absent(error) || error == -ENODATA;
}

/* False: this kernel, or this record, has no such file. */
static bool read_list(struct reading *reading, const char *path, struct cpuset *to)
{
	const char *text;
	int r = root_read(reading->root, reading->arena, path, &text);

	if (is_none(r))
		return false;
	if (r < 0)
		tell(reading,
		     arena_printf(reading->arena, "%s cannot be read: %s", path, root_words(r)));
	else
		take(reading, path, text, to);
	return true;
}

/* One sentence is enough: there may be thousands of groups. */
static void tell_once(struct reading *reading, const char *path, const char *why)
{
	if (!reading->is_told)
		tell(reading, arena_printf(reading->arena, "%s %s", path, why));
	reading->is_told = true;
}

static void tell_unread(struct reading *reading, const char *path, int error)
{
	tell_once(reading, path,
		  arena_printf(reading->arena, "cannot be read: %s", root_words(error)));
}

/* NULL: there is none, as this is no group, or one without CPUs of its own, or (ENODEV) one that
 * was removed meanwhile; or it is told why it is not known. */
static const char *state_of(struct reading *reading, const char *group)
{
	const char *path = arena_printf(reading->arena, "%s/cpuset.cpus.partition", group);
	const char *state;
	int r = root_read(reading->root, reading->arena, path, &state);

	if (r == 0)
		return text_trim(reading->arena, state);
	if (!is_none(r) && r != -ENODEV)
		tell_unread(reading, path, r);
	return NULL;
}

/* "isolated invalid (...)" is none. */
static void walk_partitions(struct reading *reading, const char *dir, unsigned level)
{
	struct arena *arena = reading->arena;
	names entries = {0};
	int r;

	if (level == MOST_LEVELS) {
		tell_once(reading, dir, "is a partition nested too deep to be looked into");
		return;
	}
	r = root_list(reading->root, arena, dir, &entries);
	if (r < 0 && !is_none(r))
		tell_unread(reading, dir, r);
	/* Attributes are among them: a group may have the name of one, and only reading tells. */
	vec_for_each (entry, &entries) {
		const char *group = arena_printf(arena, "%s/%s", dir, *entry);
		const char *state = state_of(reading, group);

		if (text_equal(state, "isolated") &&
		    !read_list(reading,
			       arena_printf(arena, "%s/cpuset.cpus.exclusive.effective", group),
			       &reading->isolated->partitions) &&
		    !read_list(reading, arena_printf(arena, "%s/cpuset.cpus.effective", group),
			       &reading->isolated->partitions))
			tell(reading, arena_printf(arena,
						   "%s is an isolated partition, whose CPUs "
						   "cannot be read",
						   group));
		if (text_equal(state, "isolated") || text_equal(state, "root"))
			walk_partitions(reading, group, level + 1);
	}
}

void facts_isolated(struct root *root, struct arena *arena, struct facts *facts)
{
	struct isolated *isolated = &facts->isolated;
	struct reading reading = {
	    .root = root, .arena = arena, .topology = &facts->topology, .isolated = isolated};
	struct cpuset all = {0};

	(void)read_list(&reading, CPU_DIR "/isolated", &isolated->boot);
	(void)read_list(&reading, CPU_DIR "/nohz_full", &isolated->tickless);
	if (!read_list(&reading, CGROUPS "/cpuset.cpus.isolated", &isolated->partitions))
		walk_partitions(&reading, CGROUPS, 0);
	add(arena, &all, &isolated->boot);
	add(arena, &all, &isolated->tickless);
	add(arena, &all, &isolated->partitions);
	isolated->cpus = cpuset_and(arena, &all, &facts->topology.online);
}
