/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the CPU quota of this process's cgroups, and whether it took effect. */
#include "probe/quota.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "probe/scratch.h"

#define MOUNT_V2 "/sys/fs/cgroup"
#define MOUNT_V1 "/sys/fs/cgroup/cpu"

int quota_parse_max(const char *text, double *ret_cpus)
{
	char first[32];
	uint64_t quota, period;
	size_t length = strcspn(text, " \n"), rest;
	const char *second = text + length;

	if (!length || length >= sizeof(first) || *second != ' ')
		return -EINVAL;
	(void)snprintf(first, sizeof(first), "%.*s", (int)length, text);
	second++;
	rest = strcspn(second, "\n");
	if (text_equal(first, "max")) {
		*ret_cpus = 0;
		return 0;
	}
	if (text_u64(first, &quota) < 0 || !rest || rest >= sizeof(first))
		return -EINVAL;
	(void)snprintf(first, sizeof(first), "%.*s", (int)rest, second);
	if (text_u64(first, &period) < 0 || !period)
		return -EINVAL;
	*ret_cpus = (double)quota / (double)period;
	return 0;
}

uint64_t quota_parse_throttled(struct arena *arena, const char *text)
{
	names words = text_words(arena, text);
	uint64_t count;

	for (size_t i = 0; i + 1 < words.count; i++) {
		if (text_equal(words.at[i], "nr_throttled") &&
		    text_u64(words.at[i + 1], &count) == 0)
			return count;
	}
	return 0;
}

const char *quota_parse_cgroup(struct arena *arena, const char *text, bool *ret_v1)
{
	names lines = text_split(arena, text, '\n');
	const char *unified = NULL;

	vec_for_each (line, &lines) {
		const char *controllers = strchr(*line, ':');
		const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		names list;

		if (!path)
			continue;
		controllers++;
		list = text_split(
		    arena, arena_strndup(arena, controllers, (size_t)(path - controllers)), ',');
		vec_for_each (controller, &list) {
			if (!text_equal(*controller, "cpu"))
				continue;
			*ret_v1 = true;
			return path + 1;
		}
		if (controllers == path)
			unified = path + 1;
	}
	*ret_v1 = false;
	return unified;
}

/* cgroup v1 has two files; their numbers are put into the form of v2. */
static int read_max(struct arena *arena, const char *dir, bool v1, double *ret_cpus)
{
	char quota[64], period[64];
	int r;

	if (!v1) {
		r = probe_read_small(arena_printf(arena, "%s/cpu.max", dir), quota, sizeof(quota));
		return r < 0 ? r : quota_parse_max(quota, ret_cpus);
	}
	r = probe_read_small(arena_printf(arena, "%s/cpu.cfs_quota_us", dir), quota, sizeof(quota));
	if (r == 0)
		r = probe_read_small(arena_printf(arena, "%s/cpu.cfs_period_us", dir), period,
				     sizeof(period));
	if (r < 0)
		return r;
	quota[strcspn(quota, "\n")] = '\0';
	return quota_parse_max(
	    arena_printf(arena, "%s %s", text_starts(quota, "-") ? "max" : quota, period),
	    ret_cpus);
}

static void read_level(struct arena *arena, const char *dir, bool v1, struct quota *quota)
{
	char stat[1024];
	double cpus;
	int r = read_max(arena, dir, v1, &cpus);

	/* The root cgroup has no such file. One that cannot be read may have any limit. */
	if (r < 0 && r != -ENOENT && quota->limited == TRI_NO)
		quota->limited = TRI_UNKNOWN;
	if (r < 0 || cpus <= 0)
		return;
	quota->limited = TRI_YES;
	if (quota->cpus <= 0 || cpus < quota->cpus)
		quota->cpus = cpus;
	if (probe_read_small(arena_printf(arena, "%s/cpu.stat", dir), stat, sizeof(stat)) == 0)
		quota->throttled += quota_parse_throttled(arena, stat);
}

struct quota quota_read(struct arena *arena)
{
	struct quota quota = {.limited = TRI_UNKNOWN};
	char text[8192], start[16];
	const char *path, *mount;
	char *dir;
	bool v1;

	/* Without cgroups there is no limit. */
	if (probe_read_small("/proc/self/cgroup", text, sizeof(text)) == -ENOENT)
		return (struct quota){.limited = TRI_NO};
	path = quota_parse_cgroup(arena, text, &v1);
	mount = v1 ? MOUNT_V1 : MOUNT_V2;
	/* "/..": the cgroup is outside of what is mounted here. */
	if (!path || text_starts(path, "/..") ||
	    probe_read_small(arena_printf(arena, "%s/cgroup.procs", mount), start, sizeof(start)) ==
		-ENOENT)
		return quota;
	quota.limited = TRI_NO;
	dir = arena_printf(arena, "%s%s", mount, text_equal(path, "/") ? "" : path);
	for (;;) {
		read_level(arena, dir, v1, &quota);
		if (strlen(dir) <= strlen(mount))
			return quota;
		*strrchr(dir, '/') = '\0';
	}
}

void quota_judge(const struct quota *before, const struct quota *after, char *text, size_t room)
{
	text[0] = '\0';
	if (after->limited == TRI_YES && after->throttled > before->throttled)
		(void)snprintf(text, room,
			       "cpu quota: this container may use %.2f CPUs and was stopped in "
			       "%" PRIu64 " periods, so the figures are not those of the disk",
			       after->cpus, after->throttled - before->throttled);
}
