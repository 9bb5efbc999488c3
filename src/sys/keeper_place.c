/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses and checks the directory in which a keeper makes its own. */
#include "sys/keeper_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/walk.h"

void keeper_place_close(const struct keeper_place *place)
{
	(void)close(place->parent);
}

int keeper_place_private(struct arena *arena, const char *temporary, struct keeper_place *ret,
			 struct err *err)
{
	uint64_t number;
	struct stat st;
	int fd = open(temporary, O_PATH | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return err_set(err, err_errno(), "cannot unpack below '%s' (TMPDIR): %s", temporary,
			       err_words(errno));
	if (fstat(fd, &st) < 0 || getrandom(&number, sizeof(number), 0) != sizeof(number))
		r = err_set(err, err_errno(), "cannot unpack below '%s' (TMPDIR): %s", temporary,
			    err_words(errno));
	/* As in /tmp, where each may remove only their own. */
	else if (!walk_is_trusted(&st) && !(st.st_mode & S_ISVTX))
		r = err_set(err, -EPERM,
			    "cannot unpack below '%s' (TMPDIR): other users may replace what is in "
			    "it",
			    temporary);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	*ret = (struct keeper_place){
	    .parent = fd,
	    .name = arena_printf(arena, "thintune-%016llx", (unsigned long long)number),
	};
	ret->path = arena_printf(arena, "%s/%s", temporary, ret->name);
	return 0;
}

int keeper_place_named(struct arena *arena, const char *path, struct keeper_place *ret,
		       struct err *err)
{
	size_t length = strlen(path);
	struct walk walk;
	struct stat st;
	int r;

	while (length > 1 && path[length - 1] == '/')
		length--;
	r = walk_path(&walk, arena_strndup(arena, path, length), WALK_WRITE);
	if (r < 0)
		return err_set(err, r, "cannot make '%s': %s", path,
			       walk.why ? walk.why : err_words(r));
	if (!*walk.name || fstatat(walk.dir, walk.name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		walk_close(&walk);
		return err_set(err, -EEXIST, "'%s' already exists: name a new directory", path);
	}
	*ret = (struct keeper_place){
	    .parent = walk.dir, .name = arena_strdup(arena, walk.name), .path = path};
	return 0;
}
