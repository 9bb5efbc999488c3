/* SPDX-License-Identifier: Apache-2.0 */
/* The file that a restore leaves and the next apply takes away. */
#include "apply/held.h"

#include <errno.h>
#include <jansson.h>

#include "base/str.h"
#include "base/text.h"

static void write_paths(struct root *root, struct arena *arena, const char *time, const char *user,
			const names *list)
{
	json_t *paths = json_array();
	json_auto_t *object = NULL;
	char *json;

	vec_for_each (path, list)
		(void)json_array_append_new(paths, json_string(*path));
	object = json_pack("{s:s, s:s, s:o}", "time", time, "user", user, "paths", paths);
	json = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
	if (!json || root_replace(root, HELD_FILE, arena_printf(arena, "%s\n", json)) < 0)
		held_remove(root);
	free(json);
}

void held_write(struct root *root, struct arena *arena, const char *time, const char *user,
		const setting_list *settings)
{
	names paths = {0};

	vec_for_each (setting, settings) {
		if (setting->state != STATE_UNSUPPORTED)
			vec_push(arena, &paths, setting->wish->path);
	}
	write_paths(root, arena, time, user, &paths);
}

static int add_line(void *context, char *line)
{
	str_printf(context, "%s\n", line);
	return 0;
}

/* Each interrupt of a large node is one path, so it may be as long as a journal. */
static int read_text(struct root *root, struct arena *arena, const char **ret)
{
	struct str text = str_new(arena);
	int r = root_is_ours(root, HELD_FILE);

	if (r == 0)
		r = root_lines(root, HELD_FILE, ROOT_TABLE, add_line, &text);
	*ret = text.text;
	return r;
}

int held_read(struct root *root, struct arena *arena, const char **ret_time, const char **ret_user,
	      names *ret_paths)
{
	const char *text, *time, *user;
	json_auto_t *object = NULL;
	const json_t *paths;
	int r = read_text(root, arena, &text);

	if (r < 0)
		return r;
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!object || json_unpack(object, "{s:s, s:s}", "time", &time, "user", &user) < 0)
		return -EBADMSG;
	paths = json_object_get(object, "paths");
	if (!json_is_array(paths))
		return -EBADMSG;
	*ret_paths = (names){0};
	for (size_t i = 0; i < json_array_size(paths); i++) {
		const char *path = json_string_value(json_array_get(paths, i));

		if (!path)
			return -EBADMSG;
		vec_push(arena, ret_paths, arena_strdup(arena, path));
	}
	*ret_time = arena_strdup(arena, time);
	*ret_user = arena_strdup(arena, user);
	return 0;
}

void held_change(struct root *root, struct arena *arena, const char *time, const char *user,
		 const names *added, const names *removed)
{
	names old = {0}, paths = {0};
	const char *old_time = time, *old_user = user;
	int r = held_read(root, arena, &old_time, &old_user, &old);

	/* Which paths are meant is not known: it stays as it is. */
	if (r < 0 && r != -ENOENT)
		return;
	vec_for_each (path, &old) {
		if (!text_in(*path, removed) && !text_in(*path, added))
			vec_push(arena, &paths, *path);
	}
	if (!added->count && paths.count == old.count)
		return;
	vec_for_each (path, added)
		vec_push(arena, &paths, *path);
	if (paths.count)
		write_paths(root, arena, added->count ? time : old_time,
			    added->count ? user : old_user, &paths);
	else
		held_remove(root);
}

void held_remove(struct root *root)
{
	if (root_exists(root, HELD_FILE))
		(void)!root_remove(root, HELD_FILE);
}
