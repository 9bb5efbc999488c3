/* SPDX-License-Identifier: Apache-2.0 */
/* mountinfo: what is found of the mount of a data directory. */
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

static int given(struct arena *arena, const char *path, size_t limit, const char **ret,
		 size_t *ret_length, struct err *err);
#define own_read given
#include "live/data_dir.c"
#undef own_read

#include "fuzz.h"

static const char *mountinfo;

static int given(struct arena *arena, const char *path, size_t limit, const char **ret,
		 size_t *ret_length, struct err *err)
{
	(void)path;
	(void)limit;
	(void)err;
	*ret = arena_strdup(arena, mountinfo);
	*ret_length = strlen(mountinfo);
	return 0;
}

static void ask(struct arena *arena, const mounts *list, const struct mount *mount)
{
	struct live_data_dir dir = {0};
	const char *options = merge_options(arena, mount);

	fuzz_touch(mount->type);
	fuzz_touch(mount->source);
	fuzz_check(is_read_only(arena, options) == text_starts(options, "ro"),
		   "read-only or not: %s", options);
	find_company(list, mount, &dir);
	fuzz_touch(dir.system_use);
	fuzz_touch(dir.shared_with);
	dir.log = device_of_option(arena, mount, "logdev");
	fuzz_touch(dir.log.name);
}

FUZZ_TARGET(mountinfo)
{
	struct statx st = {.stx_dev_major = 259, .stx_dev_minor = 1};
	const struct mount *mount;
	mounts list;

	(void)length;
	mountinfo = text;
	list = read_mounts(arena);
	for (unsigned by_id = 0; by_id < 2; by_id++) {
		st.stx_mask = by_id ? STATX_MNT_ID : 0;
		st.stx_mnt_id = 36;
		mount = find_mount(arena, &list, "/var/lib/redpanda/data", &st);
		if (mount)
			ask(arena, &list, mount);
	}
}
