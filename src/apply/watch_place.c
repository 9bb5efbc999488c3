/* SPDX-License-Identifier: Apache-2.0 */
/* The directory that is published, and the one that is locked: whoever may open a directory may
 * lock it, so they are two. */
#include "apply/watch_place.h"

#include "base/str.h"

#define LOCKED_DIR RUN_DIR "/watch"
#define NOTE       RUN_DIR "/watch.publishes"

int watch_place_make(struct root *root)
{
	return root_mkdir(root, WATCH_PUBLIC_DIR);
}

int watch_place_lock(struct root *root, int *ret_fd)
{
	uint64_t wait_us = 0;

	return root_lock_dir(root, LOCKED_DIR, &wait_us, ret_fd);
}

bool watch_place_holder(struct root *root, struct arena *arena, uint64_t *ret_process)
{
	*ret_process = 0;
	return root_lock_holder(root, arena, LOCKED_DIR, ret_process) == 0 ||
	       (!root_exists(root, LOCKED_DIR) && root_exists(root, "/run"));
}

int watch_place_note(struct root *root, struct arena *arena, const char *dir)
{
	if (dir)
		return root_replace(root, NOTE, arena_printf(arena, "%s\n", dir));
	return root_exists(root, NOTE) ? root_remove(root, NOTE) : 0;
}

const char *watch_place_noted(struct root *root, struct arena *arena)
{
	const char *text;

	if (root_is_ours(root, NOTE) < 0 || root_read(root, arena, NOTE, &text) < 0 || *text != '/')
		return NULL;
	return text;
}

static int add_line(void *context, char *line)
{
	str_printf(context, "%s\n", line);
	return 0;
}

int watch_place_read(struct root *root, struct arena *arena, const char *name, const char **ret)
{
	const char *file = arena_printf(arena, WATCH_PUBLIC_DIR "/%s", name);
	struct str text = str_new(arena);
	int r = root_is_ours(root, file);

	if (r == 0)
		r = root_lines(root, file, ROOT_LONG_TEXT, add_line, &text);
	*ret = text.text;
	return r;
}
