/* SPDX-License-Identifier: Apache-2.0 */
/* Path and value of a file that only takes space. */
#include "plan/space.h"

#include "base/escape.h"
#include "base/text.h"

#define NAME "/" LIVE_BALLAST

/* The way to the file. NULL: it is none that a journal or a script may hold, or it may lead to
 * another name. */
static const char *way_in(const char *path)
{
	const char *way =
	    text_starts(path, SPACE_DIR) ? strchr(path + strlen(SPACE_DIR), '/') : NULL;

	return way && way > path + strlen(SPACE_DIR) && text_ends(way, NAME) &&
		       !strstr(way, "/../") && escape_is_clean(way, ESCAPE_ALL)
		   ? way
		   : NULL;
}

const char *space_path(struct arena *arena, const struct live_data_dir *dir)
{
	const char *path;

	if (!dir->id || !dir->path || *dir->path != '/')
		return NULL;
	path = arena_printf(arena, SPACE_DIR "%s%s" NAME, dir->id, dir->path);
	return space_is_path(path) ? path : NULL;
}

bool space_is_path(const char *path)
{
	return way_in(path);
}

bool space_split(struct arena *arena, const char *path, const char **ret_id, const char **ret_dir)
{
	const char *id = path + strlen(SPACE_DIR), *way = way_in(path);

	if (!way)
		return false;
	*ret_id = arena_strndup(arena, id, (size_t)(way - id));
	*ret_dir = arena_strndup(arena, way, strlen(way) - strlen(NAME));
	return true;
}

const char *space_words(struct arena *arena, const char *value)
{
	const char *number = arena_strndup(arena, value, strcspn(value, " "));
	uint64_t bytes;

	return text_u64(number, &bytes) < 0 ? value : text_human_size(arena, bytes);
}

/* Is this the number alone, and that the same number and one word more? */
static bool is_size_of(const char *bytes, const char *value)
{
	size_t length = strlen(bytes);

	return length && strspn(bytes, "0123456789") == length &&
	       strncmp(bytes, value, length) == 0 && value[length] == ' ' && value[length + 1] &&
	       !strchr(value + length + 1, ' ');
}

bool space_equal(const char *a, const char *b)
{
	return text_equal(a, b) || is_size_of(a, b) || is_size_of(b, a);
}
