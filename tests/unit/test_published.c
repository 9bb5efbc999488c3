/* SPDX-License-Identifier: Apache-2.0 */
/* Files that somebody else replaces in a directory that may be removed. */
#include "sys/published.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

static int directory_of(struct tree *tree, const char *path)
{
	int fd = -1;

	ck_assert_int_eq(
	    published_directory(arena_printf(tree->arena, "%s%s", tree->dir, path), &fd, NULL), 0);
	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(a_directory_that_is_removed)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};
	int fd, none = -1;

	tree_dir(tree, "/dir");
	fd = directory_of(tree, "/dir");
	ck_assert(!published_is_removed(fd));
	tree_remove(tree, "/dir");
	ck_assert(published_is_removed(fd));
	/* Another one of the name is not it. */
	tree_dir(tree, "/dir");
	ck_assert(published_is_removed(fd));
	(void)close(fd);
	ck_assert(!published_is_removed(-1));
	ck_assert_int_eq(
	    published_directory(arena_printf(tree->arena, "%s/none", tree->dir), &none, &err),
	    -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/none"));
	ck_assert_int_eq(none, -1);
}
END_TEST

START_TEST(only_regular_files_of_a_size)
{
	static const struct {
		const char *name;
		uint64_t most;
		int code;
		const char *says;
	} rows[] = {
	    {"file", 5, 0, NULL},
	    {"file", 4, -EFBIG, "file is larger than 4 bytes"},
	    {"none", 5, -ENOENT, "none: No such file or directory"},
	    {"link", 5, -ELOOP, "link is a link"},
	    {"dir", 5, -EISDIR, "dir is no regular file"},
	    {"pipe", 5, -EISDIR, "pipe is no regular file"},
	};
	_cleanup_tree_ struct tree *tree = tree_new();
	int fd, low;

	tree_file(tree, "/pub/file", "text");
	tree_link(tree, "/pub/link", "file");
	tree_dir(tree, "/pub/dir");
	ck_assert_int_eq(mkfifo(arena_printf(tree->arena, "%s/pub/pipe", tree->dir), 0600), 0);
	/* A file may get descriptor 0. */
	low = directory_of(tree, "/pub");
	fd = fcntl(low, F_DUPFD_CLOEXEC, 3);
	(void)close(low);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = {0};
		uint64_t size = 0;
		int file = -1;

		ck_assert_int_eq(published_open(fd, rows[i].name, rows[i].most, &file, &size, &err),
				 rows[i].code);
		ck_assert_int_eq(file >= 0, rows[i].code == 0);
		if (rows[i].says)
			ck_assert_str_eq(err.text, rows[i].says);
		else
			ck_assert_uint_eq(size, 5);
		if (file >= 0)
			(void)close(file);
	}
	(void)close(fd);
}
END_TEST

START_TEST(the_whole_text)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL, *path;
	size_t length = 0;
	struct err err = {0};
	int fd, file;

	tree_file(tree, "/pub/file", "text");
	fd = directory_of(tree, "/pub");
	ck_assert_int_eq(published_read(tree->arena, fd, "file", 5, &text, &length, NULL), 0);
	ck_assert_str_eq(text, "text\n");
	ck_assert_uint_eq(length, 5);
	path = arena_printf(tree->arena, "%s/pub/nul", tree->dir);
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(file, "a\0b", 3), 3);
	(void)close(file);
	ck_assert_int_eq(published_read(tree->arena, fd, "nul", 5, &text, &length, &err), -EBADMSG);
	ck_assert_str_eq(err.text, "nul has a NUL byte");
	ck_assert_int_eq(published_read(tree->arena, fd, "none", 5, &text, &length, &err), -ENOENT);
	(void)close(fd);
}
END_TEST

RUN_SUITE("published", a_directory_that_is_removed, only_regular_files_of_a_size, the_whole_text)
