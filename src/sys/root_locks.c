/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds a lock, as the kernel's list of locks says. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

struct search {
	struct arena *arena;
	const char *file; /* "00:1a:131", as the list has it */
	uint64_t pid;
};

/* "1: FLOCK  ADVISORY  WRITE 4711 00:1a:131 0 EOF"; who waits has "->" as its second word. */
static int match(void *context, char *line)
{
	struct search *search = context;
	names words = text_words(search->arena, line);

	if (words.count < 6 || !text_equal(words.at[1], "FLOCK") ||
	    !text_equal(words.at[5], search->file) || text_u64(words.at[4], &search->pid) < 0)
		return 0;
	return 1;
}

int root_lock_holder(struct root *root, struct arena *arena, const char *dir, uint64_t *ret_pid)
{
	_cleanup_fd_ int fd = root_open_below(root, dir, O_PATH | O_DIRECTORY | O_NOFOLLOW);
	struct search search = {.arena = arena};
	struct stat st;
	int r;

	*ret_pid = 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	search.file = arena_printf(arena, "%02x:%02x:%llu", major(st.st_dev), minor(st.st_dev),
				   (unsigned long long)st.st_ino);
	r = root_lines(root, "/proc/locks", ROOT_LONG_TEXT, match, &search);
	if (r < 0)
		return r;
	*ret_pid = r ? search.pid : 0;
	return 0;
}
