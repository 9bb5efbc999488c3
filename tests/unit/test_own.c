/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's own files. A tree gives the temporary directory; nothing is looked up below it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "refuse.h"
#include "run_suite.h"
#include "sys/own.h"
#include "tree.h"

#define LIMIT 1000

/* Where a path of the tree is on this machine. */
static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static int fails(struct tree *tree, const char *path)
{
	const char *text = "untouched";
	size_t length = 4711;
	struct err err = {0};
	int r = own_read(tree->arena, path, LIMIT, &text, &length, &err);

	ck_assert_msg(r < 0, "%s reads '%s'", path, text);
	ck_assert_int_eq(err.code, r);
	ck_assert_msg(strstr(err.text, path), "'%s' does not name %s", err.text, path);
	ck_assert_str_eq(text, "untouched");
	ck_assert_uint_eq(length, 4711);
	return r;
}

static const char *reads(struct tree *tree, const char *path)
{
	const char *text = NULL;
	size_t length = 0;
	struct err err = {0};

	ck_assert_int_eq(own_read(tree->arena, path, LIMIT, &text, &length, &err), 0);
	ck_assert_uint_eq(strlen(text), length);
	return text;
}

START_TEST(reads_the_whole_file)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;
	size_t length = 0;
	struct err err = {0};
	struct own_id one, same, other;
	int fd;

	tree_file(tree, "/a.yaml", "profile: a");
	tree_link(tree, "/link", "a.yaml");
	ck_assert_str_eq(reads(tree, real(tree, "/a.yaml")), "profile: a\n");
	ck_assert_str_eq(reads(tree, real(tree, "/link")), "profile: a\n");
	fd = open(real(tree, "/nul"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(write(fd, "a\0b", 3), 3);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(own_read(tree->arena, real(tree, "/nul"), 3, &text, &length, &err), 0);
	ck_assert_uint_eq(length, 3);
	ck_assert_mem_eq(text, "a\0b", 4);
	ck_assert(own_exists(real(tree, "/nul")));
	ck_assert(!own_exists(real(tree, "/none")));
	ck_assert(own_is_file(real(tree, "/link")));
	ck_assert(!own_is_file(real(tree, "")));
	ck_assert(!own_is_file(real(tree, "/none")));
	ck_assert(own_find_id(real(tree, "/a.yaml"), &one) &&
		  own_find_id(real(tree, "/link"), &same));
	ck_assert(one.device == same.device && one.inode == same.inode);
	ck_assert(own_find_id(real(tree, "/nul"), &other) && one.inode != other.inode);
	ck_assert(!own_find_id(real(tree, "/none"), &other));
	tree_link(tree, "/nowhere", "none");
	ck_assert_int_eq(own_read(tree->arena, real(tree, "/none"), 3, &text, &length, &err),
			 -ENOENT);
	ck_assert_int_eq(own_read(tree->arena, real(tree, "/nowhere"), 3, &text, &length, &err),
			 -ENOLINK);
}
END_TEST

START_TEST(one_buffer_takes_file_after_file)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char buffer[] = "untouched";
	size_t length = 4711;
	struct err err = {0};

	tree_file(tree, "/long", "12345");
	tree_file(tree, "/short", "1");
	tree_file(tree, "/longer", "123456");
	ck_assert_int_eq(own_read_into(buffer, real(tree, "/none"), 6, &length, &err), -ENOENT);
	ck_assert_int_eq(own_read_into(buffer, real(tree, ""), 6, &length, &err), -EISDIR);
	ck_assert_int_eq(own_read_into(buffer, real(tree, "/longer"), 6, &length, &err), -EFBIG);
	ck_assert_str_eq(buffer, "untouched");
	ck_assert_uint_eq(length, 4711);
	ck_assert_int_eq(own_read_into(buffer, real(tree, "/long"), 6, &length, &err), 0);
	ck_assert_str_eq(buffer, "12345\n");
	ck_assert_uint_eq(length, 6);
	ck_assert_str_eq(buffer + 7, "ed");
	ck_assert_int_eq(own_read_into(buffer, real(tree, "/short"), 6, &length, &err), 0);
	ck_assert_str_eq(buffer, "1\n");
	ck_assert_uint_eq(length, 2);
}
END_TEST

START_TEST(what_is_no_file_is_named)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_link(tree, "/loop", "loop");
	tree_file(tree, "/file", "");
	ck_assert_int_eq(mkfifo(real(tree, "/fifo"), 0644), 0);
	(void)alarm(5);
	ck_assert_int_eq(fails(tree, real(tree, "/none")), -ENOENT);
	ck_assert_int_eq(fails(tree, real(tree, "/sys")), -EISDIR);
	ck_assert_int_eq(fails(tree, real(tree, "/loop")), -ELOOP);
	ck_assert_int_eq(fails(tree, real(tree, "/file/below")), -ENOTDIR);
	ck_assert_int_eq(fails(tree, real(tree, "/fifo")), -EINVAL);
	ck_assert_int_eq(fails(tree, "/dev/zero"), -EINVAL);
}
END_TEST

START_TEST(what_is_opened_is_read_from_its_descriptor)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};
	char byte = 0;
	int fd = -1;

	tree_file(tree, "/a", "text");
	ck_assert_int_eq(own_open(real(tree, "/none"), &fd, &err), -ENOENT);
	ck_assert_int_eq(err.code, -ENOENT);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(own_open(real(tree, "/a"), &fd, NULL), 0);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert_int_eq(byte, 't');
	own_close(fd);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

START_TEST(the_limit_holds)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	/* tree_file() adds a newline. */
	tree_file(tree, "/fits", arena_printf(tree->arena, "%0*d", LIMIT - 1, 0));
	tree_file(tree, "/over", arena_printf(tree->arena, "%0*d", LIMIT, 0));
	ck_assert_uint_eq(strlen(reads(tree, real(tree, "/fits"))), LIMIT);
	ck_assert_int_eq(fails(tree, real(tree, "/over")), -EFBIG);
	/* A sparse file of 1 TiB is refused by its size, not by reading it. */
	tree_file(tree, "/huge", "");
	ck_assert_int_eq(truncate(real(tree, "/huge"), (off_t)1 << 40), 0);
	ck_assert_int_eq(fails(tree, real(tree, "/huge")), -EFBIG);
	/* A file of procfs says it is empty and is not. */
	ck_assert_uint_gt(strlen(reads(tree, "/proc/self/stat")), 10);
	ck_assert_int_eq(fails(tree, "/proc/self/status"), -EFBIG);
}
END_TEST

START_TEST(lists_are_in_natural_order)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	names list = {0};

	tree_file(tree, "/profiles/b10.yaml", "");
	tree_file(tree, "/profiles/b9.yaml", "");
	tree_dir(tree, "/profiles/a");
	ck_assert_int_eq(own_list(tree->arena, real(tree, "/profiles"), &list), 0);
	ck_assert_str_eq(text_join(tree->arena, &list, " "), "a b9.yaml b10.yaml");
	ck_assert_int_eq(own_list(tree->arena, real(tree, "/none"), &list), -ENOENT);
	ck_assert_int_eq(own_list(tree->arena, real(tree, "/profiles/b9.yaml"), &list), -ENOTDIR);
	ck_assert_uint_eq(list.count, 3);
}
END_TEST

static const char *beside(struct tree *tree, const char *dir)
{
	names list = {0};

	ck_assert_int_eq(own_list(tree->arena, real(tree, dir), &list), 0);
	return text_join(tree->arena, &list, " ");
}

START_TEST(replace_is_complete_or_not_at_all)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};

	tree_dir(tree, "/out");
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "one\n", &err), 0);
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "one\n");
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "", &err), 0);
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "");
	ck_assert_int_eq(err.code, 0);
	ck_assert_str_eq(beside(tree, "/out"), "report");
	ck_assert_int_eq(own_replace(real(tree, "/none/report"), "x", &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/none/report"));
	ck_assert_int_eq(
	    own_replace(arena_printf(tree->arena, "%s/%05000d", tree->dir, 0), "x", &err),
	    -ENAMETOOLONG);
	tree_dir(tree, "/out/dir");
	ck_assert_int_lt(own_replace(real(tree, "/out/dir"), "x", &err), 0);
	ck_assert_str_eq(beside(tree, "/out"), "dir report");
}
END_TEST

/* As on a full disk. */
START_TEST(half_a_file_replaces_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct rlimit limit = {.rlim_cur = 2, .rlim_max = RLIM_INFINITY};
	struct err err = {0};

	tree_file(tree, "/out/report", "old");
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new", &err), -EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "/out/report"));
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "old\n");
	ck_assert_str_eq(beside(tree, "/out"), "report");
}
END_TEST

START_TEST(what_did_not_reach_the_disk_does_not_count)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};

	tree_file(tree, "/out/report", "old");
	refuse_syscall(SYS_fsync, EIO);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new", &err), -EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "/out/report"));
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "old\n");
	ck_assert_str_eq(beside(tree, "/out"), "report");
}
END_TEST

/* Run as root with --output /dev/null, a rename would take /dev/null away from everybody. */
START_TEST(replace_touches_regular_files_only)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};
	struct stat st;

	tree_dir(tree, "/out");
	tree_file(tree, "/precious", "precious");
	tree_link(tree, "/out/link", "../precious");
	tree_link(tree, "/out/nowhere", "none");
	ck_assert_int_eq(mkfifo(real(tree, "/out/fifo"), 0644), 0);
	(void)alarm(5);
	ck_assert_int_eq(own_replace(real(tree, "/out/fifo"), "x", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "/out/fifo"));
	ck_assert_int_eq(own_replace(real(tree, "/out/link"), "x", &err), -EINVAL);
	ck_assert_int_eq(own_replace(real(tree, "/out/nowhere"), "x", &err), -EINVAL);
	ck_assert_int_eq(own_replace("/dev/null", "x", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "it is a device"));
	ck_assert_int_eq(lstat(real(tree, "/out/fifo"), &st), 0);
	ck_assert(S_ISFIFO(st.st_mode));
	ck_assert_str_eq(reads(tree, real(tree, "/precious")), "precious\n");
	ck_assert_str_eq(beside(tree, "/out"), "fifo link nowhere");
}
END_TEST

START_TEST(create_writes_over_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};

	tree_dir(tree, "/out");
	ck_assert_int_eq(own_create(real(tree, "/out/new"), "one\n", &err), 0);
	ck_assert_int_eq(own_create(real(tree, "/out/new"), "two\n", &err), -EEXIST);
	ck_assert_str_eq(reads(tree, real(tree, "/out/new")), "one\n");
	ck_assert_str_eq(beside(tree, "/out"), "new");
}
END_TEST

START_TEST(without_a_random_name_nothing_is_written)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};

	tree_file(tree, "/out/report", "old");
	refuse_syscall(SYS_getrandom, EAGAIN);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new", &err), -EAGAIN);
	ck_assert_str_eq(beside(tree, "/out"), "report");
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "old\n");
}
END_TEST

/* As if each name that chance gives were taken. */
START_TEST(without_a_free_name_nothing_is_written)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};

	tree_file(tree, "/out/report", "old");
	refuse_argument(SYS_openat, 2, BPF_JSET, O_EXCL, EEXIST);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new", &err), -EEXIST);
	ck_assert_str_eq(beside(tree, "/out"), "report");
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "old\n");
}
END_TEST

START_TEST(overwrite_keeps_the_file_and_makes_none)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat before, after;

	tree_file(tree, "/log", "a long old message");
	ck_assert_int_eq(stat(real(tree, "/log"), &before), 0);
	ck_assert_int_eq(own_overwrite(real(tree, "/log"), "short\n"), 0);
	ck_assert_str_eq(reads(tree, real(tree, "/log")), "short\n");
	ck_assert_int_eq(stat(real(tree, "/log"), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(own_overwrite(real(tree, "/none"), "x"), -ENOENT);
	ck_assert(!own_exists(real(tree, "/none")));
	/* Nobody reads from it: opening it for writing would wait for ever. */
	ck_assert_int_eq(mkfifo(real(tree, "/fifo"), 0644), 0);
	tree_link(tree, "/link", "log");
	(void)alarm(5);
	ck_assert_int_lt(own_overwrite(real(tree, "/fifo"), "x"), 0);
	ck_assert_int_eq(own_overwrite(real(tree, "/link"), "x"), -ELOOP);
	ck_assert_int_eq(own_overwrite("/dev/null", "x"), -EINVAL);
	ck_assert_str_eq(reads(tree, real(tree, "/log")), "short\n");
}
END_TEST

static int trusts(struct tree *tree, const char *path, const char *words)
{
	const char *text = NULL;
	size_t length = 0;
	struct err err = {0};
	int r = own_read_trusted(tree->arena, path, LIMIT, &text, &length, &err);

	ck_assert_int_eq(err.code, r);
	if (r < 0)
		ck_assert_msg(strstr(err.text, words) && strstr(err.text, path), "%s", err.text);
	else
		ck_assert_str_eq(text, words);
	return r;
}

/* What root alone decides is read only where nobody else can have written it. */
START_TEST(only_roots_files_are_trusted)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *file = real(tree, "/dir/file");

	tree_file(tree, "/dir/file", "text");
	tree_link(tree, "/link", "dir/file");
	tree_link(tree, "/nowhere", "none");
	ck_assert_int_eq(trusts(tree, real(tree, "/none"), "cannot trust"), -ENOENT);
	ck_assert_int_eq(trusts(tree, real(tree, "/nowhere"), "a link that leads nowhere"),
			 -ENOLINK);
	ck_assert_int_eq(trusts(tree, real(tree, "/dir/file/below"), "Not a directory"), -ENOTDIR);
	if (geteuid() != 0) {
		ck_assert_int_eq(trusts(tree, file, "it is not root's"), -EPERM);
		return;
	}
	ck_assert_int_eq(trusts(tree, file, "text\n"), 0);
	ck_assert_int_eq(trusts(tree, real(tree, "/link"), "text\n"), 0);
	ck_assert_int_eq(trusts(tree, real(tree, "/dir/"), "it is a directory"), -EISDIR);
	ck_assert_int_eq(chmod(file, 0664), 0);
	ck_assert_int_eq(trusts(tree, file, "users other than root may write to it"), -EPERM);
	ck_assert_int_eq(chmod(file, 0644), 0);
	ck_assert_int_eq(chown(file, 65534, 65534), 0);
	ck_assert_int_eq(trusts(tree, file, "it is not root's"), -EPERM);
	ck_assert_int_eq(chown(file, 0, 0), 0);
	ck_assert_int_eq(chmod(real(tree, "/dir"), 0777), 0);
	ck_assert_int_eq(trusts(tree, file, "users other than root may change a directory"),
			 -EPERM);
	/* Also where the caller is somebody, and the file theirs. */
	ck_assert_int_eq(chmod(real(tree, "/dir"), 0755), 0);
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	ck_assert_int_eq(chown(file, 65534, 65534), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(trusts(tree, file, "it is not root's"), -EPERM);
	ck_assert_int_eq(chmod(file, 0), 0);
	ck_assert_int_eq(trusts(tree, file, "cannot open"), -EACCES);
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(what_is_there_is_told)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/file", "");
	ck_assert(!own_is_absent(real(tree, "/file")));
	ck_assert(own_is_absent(real(tree, "/none")));
	ck_assert(own_is_absent(real(tree, "/file/below")));
	tree_link(tree, "/loop", "loop");
	ck_assert(!own_is_absent(real(tree, "/loop")));
	ck_assert(!own_exists(real(tree, "/loop")));
	ck_assert(!own_is_file("/dev/null"));
}
END_TEST

static mode_t mode_of(struct tree *tree, const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(real(tree, path), &st), 0);
	return st.st_mode & 07777;
}

static int puts_in(struct tree *tree, const char *path, const char *words)
{
	struct err err = {0};
	int may = own_may_replace(real(tree, path), &err), r;

	if (may < 0) {
		ck_assert_int_eq(err.code, may);
		ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
	}
	r = own_replace(real(tree, path), "new\n", &err);
	ck_assert_int_eq(may, r);
	return r;
}

/* An old mode is kept where it was the caller's choice; else the umask decides, and others get no
 * right to write. */
START_TEST(a_new_file_has_a_mode)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_dir(tree, "/out");
	(void)umask(027);
	ck_assert_int_eq(puts_in(tree, "/out/new", ""), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/new"), 0640);
	ck_assert_int_eq(chmod(real(tree, "/out/new"), 0646), 0);
	ck_assert_int_eq(puts_in(tree, "/out/new", ""), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/new"), 0646);
	ck_assert_uint_eq(umask(0), 027);
	ck_assert_int_eq(chmod(real(tree, "/out"), 01777), 0);
	ck_assert_int_eq(puts_in(tree, "/out/new", ""), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/new"), 0644);
	ck_assert_int_eq(puts_in(tree, "/out/other", ""), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/other"), 0644);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(real(tree, "/out"), 0755), 0);
	ck_assert_int_eq(chown(real(tree, "/out/new"), 65534, 65534), 0);
	ck_assert_int_eq(puts_in(tree, "/out/new", ""), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/new"), 0666);
}
END_TEST

/* A file system without modes is told apart from one that refuses to protect the file. */
START_TEST(a_mode_that_cannot_be_set)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/out/report", "old");
	ck_assert_int_eq(chmod(real(tree, "/out/report"), 0666), 0);
	(void)umask(022);
	/* The umask took from it what was wanted. */
	refuse_syscall(SYS_fchmod, EPERM);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new\n", NULL), 0);
	ck_assert_uint_eq(mode_of(tree, "/out/report"), 0644);
	refuse_syscall(SYS_fchmod, EIO);
	ck_assert_int_eq(chmod(real(tree, "/out/report"), 0666), 0);
	ck_assert_int_lt(own_replace(real(tree, "/out/report"), "newer\n", NULL), 0);
	ck_assert_str_eq(reads(tree, real(tree, "/out/report")), "new\n");
	ck_assert_str_eq(beside(tree, "/out"), "report");
}
END_TEST

START_TEST(what_cannot_be_replaced_is_told)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_dir(tree, "/out/dir");
	tree_link(tree, "/out/link", "file");
	tree_file(tree, "/out/file", "");
	ck_assert_int_eq(mkfifo(real(tree, "/out/fifo"), 0644), 0);
	ck_assert_int_eq(puts_in(tree, "/out/", "it names a directory"), -EISDIR);
	ck_assert_int_eq(puts_in(tree, "/out/dir", "it is a directory"), -EINVAL);
	ck_assert_int_eq(puts_in(tree, "/out/link", "it is a link"), -EINVAL);
	ck_assert_int_eq(puts_in(tree, "/out/fifo", "it is a FIFO"), -EINVAL);
	ck_assert_int_eq(puts_in(tree, "/none/file", "No such file"), -ENOENT);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(puts_in(tree, "/out/file", "Permission denied"), -EACCES);
	ck_assert_int_eq(seteuid(0), 0);
	/* What is sticky: each may replace only their own, the directory's owner everything. */
	ck_assert_int_eq(chmod(real(tree, "/out"), 01777), 0);
	ck_assert_int_eq(chown(real(tree, "/out/file"), 1234, 1234), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(puts_in(tree, "/out/file", "it is another user's"), -EPERM);
	ck_assert_int_eq(puts_in(tree, "/out/own", ""), 0);
	ck_assert_int_eq(puts_in(tree, "/out/own", ""), 0);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(puts_in(tree, "/out/file", ""), 0);
	ck_assert_int_eq(chown(real(tree, "/out"), 65534, 65534), 0);
	ck_assert_int_eq(chown(real(tree, "/out/file"), 65534, 65534), 0);
	ck_assert_int_eq(puts_in(tree, "/out/file", "it is another user's"), -EPERM);
	ck_assert_int_eq(chmod(real(tree, "/out"), 0777), 0);
	ck_assert_int_eq(puts_in(tree, "/out/file", ""), 0);
}
END_TEST

static unsigned ended;

static void note(int number)
{
	(void)number;
	ended++;
}

/* It would leave a temporary file; the one that came meanwhile is not lost. */
START_TEST(a_signal_waits)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	sigset_t blocked;

	tree_file(tree, "/out/report", "old");
	ck_assert(signal(SIGXFSZ, note) != SIG_ERR);
	ck_assert_int_eq(
	    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 2, .rlim_max = RLIM_INFINITY}), 0);
	ck_assert_int_eq(own_replace(real(tree, "/out/report"), "new", NULL), -EFBIG);
	ck_assert_uint_eq(ended, 1);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGTERM), 0);
	ck_assert_str_eq(beside(tree, "/out"), "report");
}
END_TEST

/* In a process of its own, since the tree is not removed without looking at its directories.
 * fstat() is one of the two calls, as the C library likes. */
START_TEST(what_cannot_be_looked_at_is_not_read)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = real(tree, "/a.yaml"), *text = NULL;
	size_t length;
	int status;
	pid_t child;

	tree_file(tree, "/a.yaml", "profile: a");
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		refuse_syscall(SYS_fstat, EIO);
		refuse_argument(SYS_newfstatat, 3, BPF_JSET, AT_EMPTY_PATH, EIO);
		_exit(own_read(tree->arena, path, LIMIT, &text, &length, NULL) == -EIO && !text
			  ? 0
			  : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

RUN_SUITE("own", what_cannot_be_looked_at_is_not_read, reads_the_whole_file,
	  one_buffer_takes_file_after_file, what_is_no_file_is_named,
	  what_is_opened_is_read_from_its_descriptor, the_limit_holds, lists_are_in_natural_order,
	  replace_is_complete_or_not_at_all, half_a_file_replaces_nothing,
	  what_did_not_reach_the_disk_does_not_count, replace_touches_regular_files_only,
	  create_writes_over_nothing, without_a_random_name_nothing_is_written,
	  without_a_free_name_nothing_is_written, overwrite_keeps_the_file_and_makes_none,
	  only_roots_files_are_trusted, what_is_there_is_told, a_new_file_has_a_mode,
	  a_mode_that_cannot_be_set, what_cannot_be_replaced_is_told, a_signal_waits)
