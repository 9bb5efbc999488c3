/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for what a library that opens files by itself would wait for. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/root_impl.h"

/* As many as a record may have. */
enum { most_entries = 400000, most_levels = 24 };

struct search {
	struct root *root;
	struct arena *arena;
	unsigned left; /* entries */
	unsigned levels;
};

/* Some file systems do not say in the directory what an entry is. */
static unsigned char type_of(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN ||
	    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return entry->d_type;
	return (unsigned char)IFTODT(st.st_mode);
}

static const char *search_in(struct search *search, const char *path, unsigned level)
{
	int fd = root_open_below(search->root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char *found = NULL;
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	while (!found && search->left && (entry = readdir(dir))) {
		unsigned char type = type_of(dir, entry);
		const char *name = entry->d_name;

		search->left--;
		if (type == DT_FIFO || type == DT_CHR)
			found = arena_printf(search->arena, "%s/%s", path, name);
		else if (type == DT_DIR && level < search->levels && !text_equal(name, ".") &&
			 !text_equal(name, ".."))
			found = search_in(search, arena_printf(search->arena, "%s/%s", path, name),
					  level + 1);
	}
	(void)closedir(dir);
	return found;
}

const char *root_find_special(struct root *root, struct arena *arena, const char *dir, bool below)
{
	struct search search = {
	    .root = root, .arena = arena, .left = most_entries, .levels = below ? most_levels : 0};

	return search_in(&search, dir, 0);
}
