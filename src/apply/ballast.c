/* SPDX-License-Identifier: Apache-2.0 */
/* Makes and removes the ballast file, and says what it is. */
#include "apply/ballast.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "plan/space.h"
#include "sys/fd.h"
#include "sys/space_file.h"

/* Opens the directory of the path. */
static int open_dir(struct arena *arena, const char *path, struct live_data_dir *ret, int *ret_fd)
{
	const char *id, *dir;

	return space_split(arena, path, &id, &dir) ? live_dir_find(arena, dir, id, ret, ret_fd)
						   : -EINVAL;
}

int ballast_find(struct arena *arena, const char *path)
{
	struct live_data_dir dir;
	_cleanup_fd_ int fd = -1;

	return open_dir(arena, path, &dir, &fd);
}

/* As plan/space.h says; a file that is not whole, or somebody else's, is not what is wanted. */
static const char *value_of(struct arena *arena, const struct space_seen *seen)
{
	if (!seen->exists)
		return FILE_ABSENT;
	if (!seen->is_file)
		return "not a file of its own";
	return arena_printf(arena, "%" PRIu64 " %" PRIu64 ".%" PRId64 ".%u.%" PRId64 ".%u%s%s",
			    seen->bytes, seen->inode, seen->born_s, seen->born_ns, seen->changed_s,
			    seen->changed_ns, seen->is_whole ? "" : " sparse",
			    seen->is_owners ? "" : " not the directory's owner's");
}

int ballast_read(struct arena *arena, const char *path, const char **ret)
{
	struct live_data_dir dir;
	struct space_seen seen;
	_cleanup_fd_ int fd = -1;
	int r = open_dir(arena, path, &dir, &fd);

	if (r == 0)
		r = space_file_look(fd, LIVE_BALLAST, &seen);
	if (r == 0)
		*ret = value_of(arena, &seen);
	return r;
}

const char *ballast_missing_right(struct arena *arena, const struct live *live, const char *path)
{
	uint64_t held = live->capabilities_known == TRI_YES ? live->capabilities : ~UINT64_C(0);
	struct live_data_dir dir;
	names options = {0};
	_cleanup_fd_ int fd = -1;
	int r = open_dir(arena, path, &dir, &fd);

	if (r == 0)
		r = space_file_may_act(fd, held);
	if (r == -EPERM)
		return "needs CAP_SETUID and CAP_SETGID, to act as the owner of the data directory";
	if (r == -EACCES)
		return "needs uid 0, or that of the data directory's owner";
	if (r < 0)
		return arena_printf(arena, "cannot be written: %s", ballast_words(arena, r));
	if (dir.mount_options)
		options = text_split(arena, dir.mount_options, ',');
	return text_in("ro", &options) ? "needs a writable mount: the data directory's is read-only"
				       : NULL;
}

static bool fail(struct arena *arena, struct setting *setting, int code, const char *what)
{
	setting->state = STATE_FAILED;
	setting->code = code;
	setting->note = arena_printf(arena, "not made: %s", what);
	return false;
}

bool ballast_prepare(struct arena *arena, struct setting *setting)
{
	struct space_maker *maker = arena_alloc(arena, sizeof(*maker));
	struct live_data_dir dir;
	struct space_seen seen;
	struct err err = {0};
	uint64_t bytes = 0;
	_cleanup_fd_ int fd = -1;
	int r = open_dir(arena, setting->wish->path, &dir, &fd);

	if (r == 0)
		r = text_u64(setting->want, &bytes);
	if (r < 0)
		return fail(arena, setting, r, ballast_words(arena, r));
	if (!text_equal(setting->have, FILE_ABSENT))
		return fail(arena, setting, -EEXIST, ballast_words(arena, -EEXIST));
	r = space_file_make(fd, bytes, maker, &seen, &err);
	if (r == -EINTR)
		return false;
	if (r < 0)
		return fail(arena, setting, r, err.text);
	setting->made = maker;
	setting->want = value_of(arena, &seen);
	return true;
}

void ballast_drop(struct setting *setting)
{
	if (setting->made)
		space_file_drop(setting->made);
	setting->made = NULL;
}

static int name_it(struct setting *setting)
{
	struct space_maker *maker = setting->made;

	setting->made = NULL;
	return maker ? space_file_name(maker, LIVE_BALLAST) : -EPERM;
}

/* Only what has just been read goes: somebody may have put something else there since. */
static int remove_it(struct arena *arena, const struct setting *setting, struct err *err)
{
	struct live_data_dir dir;
	struct space_seen seen = {0};
	_cleanup_fd_ int fd = -1;
	int r = open_dir(arena, setting->wish->path, &dir, &fd);

	if (r == 0)
		r = space_file_look(fd, LIVE_BALLAST, &seen);
	if (r < 0 || !seen.exists)
		return r;
	if (!text_equal(value_of(arena, &seen), setting->have))
		return -ESTALE;
	return space_file_take(fd, LIVE_BALLAST, &seen, err);
}

int ballast_write(struct arena *arena, struct setting *setting, const char *value, struct err *err)
{
	return text_equal(value, FILE_ABSENT) ? remove_it(arena, setting, err) : name_it(setting);
}

const char *ballast_words(struct arena *arena, int code)
{
	switch (code) {
	case -EEXIST:
		return "something else has its name, and is left as it is";
	case -ESTALE:
		return arena_printf(arena, "%s, and is left as it is", space_file_words(code));
	case -ELOOP:
		return "another user may change a link on the way to the data directory: name it "
		       "by a way without";
	case -ECHILD:
	case -ETIMEDOUT:
	case -EINPROGRESS:
		return space_file_words(code);
	default:
		return arena_printf(arena, "%s (%s)", err_words(code), err_name(code));
	}
}
