/* SPDX-License-Identifier: Apache-2.0 */
/* What the file layer reads, and that it never leaves its tree: real files, links and FIFOs. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

/* Where a path of the tree is on this machine. */
static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static void write_bytes(struct tree *tree, const char *path, const void *bytes, size_t length)
{
	int fd = open(real(tree, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	ck_assert_int_eq(close(fd), 0);
}

static const char *reads(struct tree *tree, const char *path)
{
	const char *text = NULL;
	int r = root_read(tree_open(tree), tree->arena, path, &text);

	ck_assert_msg(r == 0, "%s: %s", path, err_name(r));
	return text;
}

static int fails(struct tree *tree, const char *path)
{
	const char *text = "untouched";
	int r = root_read(tree_open(tree), tree->arena, path, &text);

	ck_assert_msg(r < 0, "%s reads '%s'", path, text);
	ck_assert_str_eq(text, "untouched");
	return r;
}

static const char *listing(struct tree *tree, const char *dir)
{
	names list = {0};
	int r = root_list(tree_open(tree), tree->arena, dir, &list);

	ck_assert_msg(r == 0, "%s: %s", dir, err_name(r));
	return text_join(tree->arena, &list, " ");
}

/* Opening ------------------------------------------------------------------------------------ */

static int opens(struct arena *arena, const char *dir, struct err *err)
{
	struct root *root = NULL;
	int r;

	*err = (struct err){0};
	r = root_open(arena, dir, &root, err);
	ck_assert((r == 0) == (root != NULL));
	ck_assert_int_eq(r, err->code);
	ck_assert_msg(r == 0 || strstr(err->text, dir), "'%s' does not name %s", err->text, dir);
	root_close(root);
	return r;
}

START_TEST(what_is_no_node_is_refused)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err;

	tree_dir(tree, "/empty");
	tree_dir(tree, "/only-sys");
	tree_dir(tree, "/only-sys/sys");
	tree_dir(tree, "/only-proc");
	tree_dir(tree, "/only-proc/proc");
	tree_dir(tree, "/loop");
	tree_link(tree, "/loop/sys", "proc");
	tree_link(tree, "/loop/proc", "sys");
	tree_dir(tree, "/outside");
	tree_link(tree, "/outside/sys", "/sys");
	tree_file(tree, "/file", "text");
	ck_assert_int_eq(opens(tree->arena, real(tree, "/empty"), &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "neither /sys nor /proc"));
	ck_assert_int_eq(opens(tree->arena, real(tree, "/only-sys"), &err), 0);
	ck_assert_int_eq(opens(tree->arena, real(tree, "/only-proc"), &err), 0);
	ck_assert_int_eq(opens(tree->arena, real(tree, "/loop"), &err), -EINVAL);
	/* Its own /sys is meant, which is this very link: never the machine's. */
	ck_assert_int_eq(opens(tree->arena, real(tree, "/outside"), &err), -EINVAL);
	/* Which of its files could not be read is not known. */
	tree_dir(tree, "/only-sys/.thintune/errors");
	ck_assert_int_eq(opens(tree->arena, real(tree, "/only-sys"), &err), -EISDIR);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot read /.thintune/errors of root"));
	ck_assert_int_eq(opens(tree->arena, real(tree, "/file"), &err), -ENOTDIR);
	ck_assert_int_eq(opens(tree->arena, real(tree, "/nothing"), &err), -ENOENT);
}
END_TEST

START_TEST(a_kernel_without_openat2_is_named)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err;

	refuse_syscall(SYS_openat2, ENOSYS);
	ck_assert_int_eq(opens(tree->arena, tree->dir, &err), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(err.text, "openat2"));
	/* "/" needs none of it. */
	ck_assert_int_eq(opens(tree->arena, "/", &err), 0);
}
END_TEST

START_TEST(a_filter_against_openat2_is_named)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err;

	refuse_syscall(SYS_openat2, EPERM);
	ck_assert_int_eq(opens(tree->arena, tree->dir, &err), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(err.text, "EPERM"));
}
END_TEST

/* Below /proc is the directory "sys" and it is the kernel's: a live root whose tree has no
 * /proc/cpuinfo, as in a pod that binds only /proc/sys. */
START_TEST(live_is_asked_from_the_kernel)
{
	static const char *const same_everywhere[] = {"/proc/cpuinfo", "/proc/meminfo",
						      "/proc/cmdline", "/proc/version"};
	_cleanup_tree_ struct tree *tree = tree_new();
	_cleanup_root_ struct root *pod = NULL, *machine = NULL;
	const char *text;
	struct err err = {0};

	ck_assert_int_eq(root_open(tree->arena, "/", &machine, &err), 0);
	ck_assert(root_is_live(machine));
	ck_assert_str_eq(root_dir(machine), "/");
	ck_assert_int_eq(root_open(tree->arena, "/proc", &pod, &err), 0);
	ck_assert(root_is_live(pod));
	ck_assert_str_eq(root_dir(pod), "/proc");
	ck_assert(!root_is_live(tree_open(tree)));
	for (size_t i = 0; i < sizeof(same_everywhere) / sizeof(same_everywhere[0]); i++) {
		ck_assert_int_eq(root_read(pod, tree->arena, same_everywhere[i], &text), 0);
		/* A recorded node without it stays without it. */
		ck_assert_int_eq(fails(tree, same_everywhere[i]), -ENOENT);
	}
	ck_assert_int_eq(root_read(pod, tree->arena, "/proc/uptime", &text), -ENOENT);
	ck_assert_int_eq(root_read(pod, tree->arena, "/sys/kernel/ostype", &text), 0);
	ck_assert_str_eq(text, "Linux");
}
END_TEST

START_TEST(the_callers_own_layer)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	_cleanup_root_ struct root *machine = NULL, *through = NULL;
	struct err err = {0};

	ck_assert_int_eq(root_open(tree->arena, "/", &machine, &err), 0);
	/* The same place by another name, so it could be a container's /host. */
	ck_assert_int_eq(root_open(tree->arena, "//", &through, &err), 0);
	ck_assert(root_is_container_layer(machine, "/"));
	ck_assert(root_is_container_layer(through, "/"));
	ck_assert(!root_is_container_layer(through, "/proc"));
	ck_assert(!root_is_container_layer(through, "/none"));
	ck_assert(!root_is_container_layer(tree_open(tree), "/"));
}
END_TEST

/* Containment -------------------------------------------------------------------------------- */

START_TEST(no_link_and_no_dots_lead_out)
{
	_cleanup_tree_ struct tree *outside = tree_new(), *tree = tree_new();
	const char *text;

	tree_file(outside, "/secret", "secret");
	tree_file(tree, "/etc/passwd", "ours");
	tree_link(tree, "/absolute", real(outside, "/secret"));
	tree_link(tree, "/directory", outside->dir);
	tree_link(tree, "/own", "/etc/passwd");
	tree_link(tree, "/up", "../../../../../../../../../etc/passwd");
	tree_link(tree, "/a/b/up", "../../../../../../../../../etc");
	tree_link(tree, "/top", "/");
	ck_assert_int_eq(fails(tree, "/absolute"), -ENOENT);
	ck_assert_int_eq(fails(tree, "/directory/secret"), -ENOENT);
	ck_assert(!root_exists(tree_open(tree), "/absolute"));
	ck_assert(!root_exists(tree_open(tree), "/directory/secret"));
	ck_assert_int_eq(root_may_write(tree_open(tree), "/absolute"), -ENOENT);
	ck_assert_int_eq(root_list(tree_open(tree), tree->arena, "/directory", &(names){0}),
			 -ENOENT);
	ck_assert_str_eq(reads(tree, "/own"), "ours");
	ck_assert_str_eq(reads(tree, "/up"), "ours");
	ck_assert_str_eq(reads(tree, "/a/b/up/passwd"), "ours");
	ck_assert_str_eq(reads(tree, "/../../../../../../etc/passwd"), "ours");
	ck_assert_str_eq(reads(tree, "/top/top/etc/passwd"), "ours");
	ck_assert_str_eq(listing(tree, "/.."), "a absolute directory etc own sys top up");
	/* A link's text can be read whatever it points to. */
	ck_assert_int_eq(root_link(tree_open(tree), tree->arena, "/absolute", &text), 0);
	ck_assert_str_eq(text, real(outside, "/secret"));
}
END_TEST

/* Such a link of procfs leads to the file itself, past any directory on the way. The root of this
 * machine by another name, so that it is opened like any other. */
START_TEST(no_magic_link_is_followed)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root;
	const char *text;

	ck_assert_int_eq(root_open(arena, "/.", &root, NULL), 0);
	ck_assert_int_eq(root_read(root, arena, "/proc/self/exe", &text), -ELOOP);
	ck_assert_int_eq(root_read(root, arena, "/proc/self/root/proc/version", &text), -ELOOP);
	root_close(root);
}
END_TEST

START_TEST(loops_are_eloop)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text;

	tree_link(tree, "/a", "b");
	tree_link(tree, "/b", "/a");
	tree_link(tree, "/self", "self/self");
	ck_assert_int_eq(fails(tree, "/a"), -ELOOP);
	ck_assert_int_eq(fails(tree, "/self/x"), -ELOOP);
	ck_assert_int_eq(root_list(tree_open(tree), tree->arena, "/a", &(names){0}), -ELOOP);
	ck_assert_int_eq(root_may_write(tree_open(tree), "/a"), -ELOOP);
	ck_assert(!root_exists(tree_open(tree), "/a"));
	ck_assert_int_eq(root_link(tree_open(tree), tree->arena, "/a", &text), 0);
	ck_assert_str_eq(text, "b");
}
END_TEST

static int any_line(void *context, char *line)
{
	(void)line;
	++*(unsigned *)context;
	return 0;
}

START_TEST(a_fifo_does_not_hang)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;
	unsigned lines = 0;

	ck_assert_int_eq(mkfifo(real(tree, "/fifo"), 0644), 0);
	(void)tree_open(tree);
	(void)alarm(5);
	ck_assert_int_eq(root_read(tree->root, tree->arena, "/fifo", &text), -EMEDIUMTYPE);
	ck_assert_int_eq(root_lines(tree->root, "/fifo", ROOT_TABLE, any_line, &lines),
			 -EMEDIUMTYPE);
	ck_assert_uint_eq(lines, 0);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/fifo", &(names){0}), -ENOTDIR);
	ck_assert_int_eq(root_write(tree->root, "/fifo", "1"), -ENXIO);
}
END_TEST

/* Named by whoever may name a file: on a live node, too, and not even opened. */
START_TEST(only_a_file_is_read_as_one)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	_cleanup_root_ struct root *live = NULL;
	const char *text = NULL, *fifo = real(tree, "/fifo");
	struct arena *arena = tree->arena;
	struct err err;
	names words;

	ck_assert_int_eq(mkfifo(fifo, 0644), 0);
	tree_file(tree, "/file", "x");
	ck_assert_int_eq(root_open(arena, "/", &live, &err), 0);
	ck_assert(root_is_live(live));
	(void)alarm(5);
	ck_assert_int_eq(root_read_file(live, arena, fifo, &text), -EMEDIUMTYPE);
	ck_assert_int_eq(root_peek_file(live, arena, fifo, &text), -EMEDIUMTYPE);
	ck_assert_int_eq(root_peek_arguments(live, arena, fifo, &words), -EMEDIUMTYPE);
	ck_assert_int_eq(root_peek_file(live, arena, "/dev/zero", &text), -EMEDIUMTYPE);
	ck_assert_int_eq(root_peek_file(live, arena, tree->dir, &text), -EISDIR);
	ck_assert_int_eq(root_peek_file(live, arena, real(tree, "/none"), &text), -ENOENT);
	ck_assert_int_eq(root_read_file(tree_open(tree), arena, "/fifo", &text), -EMEDIUMTYPE);
	/* A mask, and what is no device. */
	ck_assert_int_eq(root_read_file(live, arena, "/dev/null", &text), 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(root_read_file(live, arena, real(tree, "/file"), &text), 0);
	ck_assert_str_eq(text, "x\n");
}
END_TEST

/* Reading ------------------------------------------------------------------------------------ */

START_TEST(an_attribute_loses_its_newlines_only)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/a", "60");
	tree_file(tree, "/sys/blanks", " 4096\t6 ");
	tree_file(tree, "/sys/many", "one\ntwo\n\n");
	tree_file(tree, "/sys/newline", "");
	write_bytes(tree, "/sys/empty", "", 0);
	write_bytes(tree, "/sys/bare", "60", 2);
	write_bytes(tree, "/sys/nul", "abc\n\0def\n", 9);
	ck_assert_str_eq(reads(tree, "/sys/a"), "60");
	ck_assert_str_eq(reads(tree, "/sys/blanks"), " 4096\t6 ");
	ck_assert_str_eq(reads(tree, "/sys/many"), "one\ntwo");
	ck_assert_str_eq(reads(tree, "/sys/newline"), "");
	ck_assert_str_eq(reads(tree, "/sys/empty"), "");
	ck_assert_str_eq(reads(tree, "/sys/bare"), "60");
	ck_assert_str_eq(reads(tree, "/sys/nul"), "abc");
	ck_assert_int_eq(fails(tree, "/sys"), -EISDIR);
	ck_assert_int_eq(fails(tree, "/sys/nothing"), -ENOENT);
	ck_assert_int_eq(fails(tree, "/sys/a/below"), -ENOTDIR);
}
END_TEST

START_TEST(an_attribute_has_less_than_64_kib)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char *bytes = arena_alloc(tree->arena, 65537);

	memset(bytes, 'x', 65537);
	write_bytes(tree, "/sys/fits", bytes, 65535);
	write_bytes(tree, "/sys/full", bytes, 65536);
	write_bytes(tree, "/sys/over", bytes, 65537);
	ck_assert_uint_eq(strlen(reads(tree, "/sys/fits")), 65535);
	ck_assert_int_eq(fails(tree, "/sys/full"), -EFBIG);
	ck_assert_int_eq(fails(tree, "/sys/over"), -EFBIG);
}
END_TEST

struct lines {
	struct str text;
	unsigned count, stop_at;
};

static int collect(void *context, char *line)
{
	struct lines *lines = context;

	str_printf(&lines->text, "[%.20s]", line);
	return ++lines->count == lines->stop_at ? 77 : 0;
}

START_TEST(tables_come_line_by_line)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char *wide = arena_printf(tree->arena, "%0200000d", 0);
	struct lines all = {.text = str_new(tree->arena)}, some = all, none = all, one = all;

	some.text = str_new(tree->arena);
	none.text = str_new(tree->arena);
	one.text = str_new(tree->arena);
	some.stop_at = 2;
	tree_file(tree, "/proc/table", "a\n\nb c\n");
	tree_file(tree, "/proc/wide", wide);
	write_bytes(tree, "/proc/empty", "", 0);
	write_bytes(tree, "/proc/bare", "x\nlast", 6);
	(void)tree_open(tree);
	ck_assert_int_eq(root_lines(tree->root, "/proc/table", ROOT_TABLE, collect, &all), 0);
	ck_assert_str_eq(all.text.text, "[a][][b c][]");
	ck_assert_int_eq(root_lines(tree->root, "/proc/table", ROOT_TABLE, collect, &some), 77);
	ck_assert_str_eq(some.text.text, "[a][]");
	ck_assert_int_eq(root_lines(tree->root, "/proc/empty", ROOT_TABLE, collect, &none), 0);
	ck_assert_str_eq(none.text.text, "");
	ck_assert_int_eq(root_lines(tree->root, "/proc/bare", ROOT_TABLE, collect, &one), 0);
	ck_assert_str_eq(one.text.text, "[x][last]");
	ck_assert_int_eq(root_lines(tree->root, "/proc/wide", ROOT_TABLE, collect, &none), 0);
	ck_assert_uint_eq(none.count, 1);
	ck_assert_int_eq(root_lines(tree->root, "/proc/nothing", ROOT_TABLE, collect, &none),
			 -ENOENT);
	ck_assert_int_eq(root_lines(tree->root, "/proc", ROOT_TABLE, collect, &none), -EISDIR);
	ck_assert_uint_eq(none.count, 1);
}
END_TEST

/* Mostly a hole, with a line every 512 KiB. */
static void large_file(struct tree *tree, const char *path, off_t bytes)
{
	int fd;

	tree_file(tree, path, "");
	fd = open(real(tree, path), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, bytes), 0);
	for (off_t at = 0; at < bytes; at += 512 << 10)
		ck_assert_int_eq(pwrite(fd, "\n", 1, at), 1);
	(void)close(fd);
}

START_TEST(what_is_too_large_is_not_read)
{
	static const struct {
		enum root_size size;
		off_t most;
		int code;
		const char *words;
	} limits[] = {
	    {ROOT_TEXT, 1 << 20, -E2BIG, "larger than 1 MiB: not read"},
	    {ROOT_LONG_TEXT, 16 << 20, -EOVERFLOW, "larger than 16 MiB: not read"},
	    {ROOT_TABLE, 128 << 20, -ENOBUFS, "larger than 128 MiB: not read"},
	};
	_cleanup_tree_ struct tree *tree = tree_new();
	char *line = arena_printf(tree->arena, "%01048575d\n", 0);
	unsigned lines = 0;

	tree_file(tree, "/proc/cpuinfo", "");
	(void)tree_open(tree);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		lines = 0;
		large_file(tree, "/etc/large", limits[i].most);
		ck_assert_int_eq(
		    root_lines(tree->root, "/etc/large", limits[i].size, any_line, &lines), 0);
		ck_assert_uint_eq(lines, (unsigned)(limits[i].most >> 19) + 1);
		large_file(tree, "/etc/large", limits[i].most + 1);
		ck_assert_int_eq(
		    root_lines(tree->root, "/etc/large", limits[i].size, any_line, &lines),
		    limits[i].code);
		ck_assert_str_eq(root_words(limits[i].code), limits[i].words);
	}
	/* One line of a gigabyte. */
	write_bytes(tree, "/etc/line", line, 1 << 20);
	ck_assert_int_eq(root_lines(tree->root, "/etc/line", ROOT_TABLE, any_line, &lines), 0);
	ck_assert_int_eq(truncate(real(tree, "/etc/line"), 1 << 30), 0);
	ck_assert_int_eq(root_lines(tree->root, "/etc/line", ROOT_TABLE, any_line, &lines),
			 -EMSGSIZE);
	ck_assert_str_eq(root_words(-EMSGSIZE), "a line is longer than 1 MiB: not read");
	ck_assert_str_eq(root_words(-EFBIG), "larger than 64 KiB: not read");
	ck_assert_str_eq(root_words(-EACCES), "Permission denied");
}
END_TEST

START_TEST(fifos_and_devices_are_found)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/a/b/c", "1");
	tree_file(tree, "/proc/1/comm", "1");
	tree_link(tree, "/sys/a/link", "b");
	(void)tree_open(tree);
	ck_assert_ptr_null(root_find_special(tree->root, tree->arena, "/sys", true));
	ck_assert_ptr_null(root_find_special(tree->root, tree->arena, "/none", true));
	ck_assert_int_eq(mkfifo(real(tree, "/sys/a/b/fifo"), 0644), 0);
	ck_assert_str_eq(root_find_special(tree->root, tree->arena, "/sys", true), "/sys/a/b/fifo");
	ck_assert_ptr_null(root_find_special(tree->root, tree->arena, "/sys", false));
	ck_assert_str_eq(root_find_special(tree->root, tree->arena, "/sys/a/b", false),
			 "/sys/a/b/fifo");
}
END_TEST

START_TEST(lists_are_in_natural_order)
{
	static const char *const files[] = {"rx-10", "rx-9", "rx-2", "tx-0", ".hidden", "rx-02"};
	_cleanup_tree_ struct tree *tree = tree_new();

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		tree_file(tree, arena_printf(tree->arena, "/sys/queues/%s", files[i]), "");
	tree_dir(tree, "/sys/none");
	ck_assert_str_eq(listing(tree, "/sys/queues"), ".hidden rx-02 rx-2 rx-9 rx-10 tx-0");
	ck_assert_str_eq(listing(tree, "/sys/none"), "");
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/queues/tx-0", &(names){0}),
			 -ENOTDIR);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/no", &(names){0}), -ENOENT);
}
END_TEST

START_TEST(links_are_read_and_followed_on_paper)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;

	tree_link(tree, "/sys/block/nvme0n1", "../devices/pci0000:00/./nvme0n1");
	tree_link(tree, "/sys/absolute", "/devices//x/");
	tree_link(tree, "/sys/high", "../../../../x");
	tree_link(tree, "/top", "sys");
	tree_file(tree, "/sys/file", "text");
	(void)tree_open(tree);
	ck_assert_int_eq(root_link(tree->root, tree->arena, "/sys/block/nvme0n1", &text), 0);
	ck_assert_str_eq(text, "../devices/pci0000:00/./nvme0n1");
	ck_assert_int_eq(root_follow(tree->root, tree->arena, "/sys/block/nvme0n1", &text), 0);
	ck_assert_str_eq(text, "/sys/devices/pci0000:00/nvme0n1");
	ck_assert_int_eq(root_follow(tree->root, tree->arena, "/sys/absolute", &text), 0);
	ck_assert_str_eq(text, "/devices/x");
	ck_assert_int_eq(root_follow(tree->root, tree->arena, "/sys/high", &text), 0);
	ck_assert_str_eq(text, "/x");
	ck_assert_int_eq(root_follow(tree->root, tree->arena, "/top", &text), 0);
	ck_assert_str_eq(text, "/sys");
	ck_assert_int_eq(root_link(tree->root, tree->arena, "/sys/file", &text), -EINVAL);
	ck_assert_int_eq(root_follow(tree->root, tree->arena, "/sys/file", &text), -EINVAL);
	ck_assert_int_eq(root_link(tree->root, tree->arena, "/sys/nothing", &text), -ENOENT);
}
END_TEST

/* What a record does not hold ----------------------------------------------------------------- */

static void make_old(struct tree *tree, const char *path)
{
	static const struct timespec times[2];

	ck_assert_int_eq(
	    utimensat(AT_FDCWD, arena_printf(tree->arena, "%s%s", tree->dir, path), times, 0), 0);
}

static void make_unknown(struct tree *tree, const char *path)
{
	(void)!truncate(arena_printf(tree->arena, "%s%s", tree->dir, path), 0);
	make_old(tree, path);
}

START_TEST(what_was_listed_and_not_read_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text;
	uint64_t inode;

	tree_file(tree, "/sys/d/empty", "");
	tree_file(tree, "/sys/d/unread", "");
	tree_file(tree, "/sys/d/old", "7");
	make_unknown(tree, "/sys/d/unread");
	make_old(tree, "/sys/d/old");
	tree_link(tree, "/sys/link", "d/unread");
	tree_open(tree);
	ck_assert_int_eq(root_read(tree->root, tree->arena, "/sys/d/empty", &text), 0);
	ck_assert(!root_is_unrecorded(tree->root, "/sys/d/empty"));
	ck_assert_int_eq(root_read(tree->root, tree->arena, "/sys/d/old", &text), 0);
	ck_assert(!root_is_unrecorded(tree->root, "/sys/d/old"));
	ck_assert_int_eq(root_read(tree->root, tree->arena, "/sys/d/unread", &text), -ENODATA);
	ck_assert_int_eq(root_read_file(tree->root, tree->arena, "/sys/link", &text), -ENODATA);
	ck_assert(root_is_unrecorded(tree->root, "/sys/link"));
	/* Its name is known, and whether it may be written. */
	ck_assert(root_exists(tree->root, "/sys/d/unread"));
	ck_assert_int_eq(root_identity(tree->root, "/sys/d/unread", &inode), 0);
	/* Whoever writes to it says what it holds. */
	tree_file(tree, "/sys/d/unread", "");
	ck_assert_int_eq(root_read(tree->root, tree->arena, "/sys/d/unread", &text), 0);
}
END_TEST

/* A directory that was listed has no other names; of one that was not, nothing is known. */
START_TEST(what_is_absent_may_be_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/listed/a", "1");
	tree_file(tree, "/sys/unlisted/a", "1");
	tree_file(tree, "/sys/listed/b", "");
	make_unknown(tree, "/sys/listed/b");
	make_unknown(tree, "/sys/unlisted");
	make_unknown(tree, "/");
	tree_open(tree);
	ck_assert(!root_is_unrecorded(tree->root, "/sys/listed/x"));
	ck_assert(!root_is_unrecorded(tree->root, "/sys/listed/x/y"));
	ck_assert(!root_is_unrecorded(tree->root, "/sys/unlisted/a"));
	ck_assert(root_is_unrecorded(tree->root, "/sys/unlisted/x"));
	ck_assert(root_is_unrecorded(tree->root, "/sys/unlisted/x/y"));
	ck_assert(root_is_unrecorded(tree->root, "/etc/x"));
	/* It may be a directory. */
	ck_assert(root_is_unrecorded(tree->root, "/sys/listed/b/x"));
}
END_TEST

/* Recorded errors, recording ------------------------------------------------------------------ */

START_TEST(what_could_not_be_read_there_cannot_be_read_here)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	unsigned lines = 0;

	tree_file(tree, "/.thintune/errors",
		  "EACCES /sys/denied\nEINVAL /sys/queue/wbt_lat_usec\nENODEV /sys/dir\n"
		  "ESOMETHING /sys/odd\n\n0 /sys/zero\nEOWNERDEAD /sys/dead\nEACCES /sys/denied2 "
		  "and more");
	tree_file(tree, "/sys/denied", "x");
	tree_file(tree, "/sys/denied2", "x");
	tree_file(tree, "/sys/dir/file", "x");
	ck_assert_int_eq(fails(tree, "/sys/denied"), -EACCES);
	ck_assert_int_eq(root_lines(tree->root, "/sys/denied", ROOT_TABLE, any_line, &lines),
			 -EACCES);
	ck_assert_int_eq(fails(tree, "/sys/queue/wbt_lat_usec"), -EINVAL);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/dir", &(names){0}), -ENODEV);
	ck_assert_int_eq(fails(tree, "/sys/odd"), -EIO);
	ck_assert_int_eq(fails(tree, "/sys/zero"), -EIO);
	ck_assert_int_eq(fails(tree, "/sys/dead"), -EOWNERDEAD);
	ck_assert_str_eq(reads(tree, "/sys/denied2"), "x");
	ck_assert_str_eq(reads(tree, "/sys/dir/file"), "x");
}
END_TEST

static const char *remembered(struct tree *tree)
{
	static const char *const kinds[] = {[SEEN_FILE] = "file",
					    [SEEN_LINK] = "link",
					    [SEEN_DIR] = "dir",
					    [SEEN_ABSENT] = "absent",
					    [SEEN_ERROR] = "error"};
	struct str text = str_new(tree->arena);

	vec_for_each (entry, root_record_entries(tree->root)) {
		str_printf(&text, "%s %s", kinds[entry->kind], entry->path);
		if (entry->text)
			str_printf(&text, " '%s'", entry->text);
		if (entry->kind == SEEN_DIR)
			str_printf(&text, " (%s)", text_join(tree->arena, &entry->list, " "));
		if (entry->kind == SEEN_ERROR)
			str_printf(&text, " %s", err_name(entry->error));
		str_add(&text, "\n");
	}
	return text.text;
}

static struct tree *recorded_tree(void)
{
	struct tree *tree = tree_new();

	tree_file(tree, "/.thintune/errors", "EACCES /sys/denied");
	tree_file(tree, "/sys/b", "60");
	tree_file(tree, "/sys/never", "x");
	tree_file(tree, "/sys/d/rx-10", "");
	tree_file(tree, "/sys/d/rx-2", "");
	tree_link(tree, "/sys/a", "../b");
	tree_link(tree, "/sys/loop", "loop");
	tree_file(tree, "/proc/table", "one\ntwo\nthree");
	return tree;
}

START_TEST(every_look_is_remembered_once)
{
	_cleanup_tree_ struct tree *tree = recorded_tree();
	struct lines lines = {.text = str_new(tree->arena), .stop_at = 1};
	struct arena *passing = arena_new();
	const char *text;
	names list;

	(void)reads(tree, "/sys/never");
	root_record_start(tree->root, tree->arena);
	ck_assert_str_eq(remembered(tree), "");
	(void)reads(tree, "/sys/b");
	(void)reads(tree, "/sys/b");
	(void)fails(tree, "/sys/nothing");
	(void)fails(tree, "/sys/b/below");
	(void)fails(tree, "/sys/denied");
	(void)fails(tree, "/sys/loop");
	(void)fails(tree, "/sys/d");
	/* What is remembered outlives the caller's own memory. */
	ck_assert_int_eq(root_list(tree->root, passing, "/sys/d", &list), 0);
	arena_free(passing);
	ck_assert_int_eq(root_link(tree->root, tree->arena, "/sys/a", &text), 0);
	ck_assert(!root_exists(tree->root, "/proc/none"));
	/* Stopped after one line, recorded to the end. */
	ck_assert_int_eq(root_lines(tree->root, "/proc/table", ROOT_TABLE, collect, &lines), 77);
	ck_assert_str_eq(lines.text.text, "[one]");
	ck_assert_str_eq(remembered(tree), "absent /proc/none\n"
					   "file /proc/table 'one\ntwo\nthree\n'\n"
					   "link /sys/a '../b'\n"
					   "file /sys/b '60\n'\n"
					   "absent /sys/b/below\n"
					   "dir /sys/d (rx-2 rx-10)\n"
					   "error /sys/denied EACCES\n"
					   "error /sys/loop ELOOP\n"
					   "absent /sys/nothing\n");
	(void)fails(tree, "/sys/another");
	ck_assert_ptr_nonnull(strstr(remembered(tree), "absent /sys/another\nfile /sys/b"));
}
END_TEST

/* So that whoever looks at the record knows that it has no such name. */
START_TEST(what_is_absent_is_recorded_by_its_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/d/a", "1");
	(void)tree_open(tree);
	ck_assert(root_is_absent(tree->root, tree->arena, "/sys/d/none"));
	root_record_start(tree->root, tree->arena);
	ck_assert(root_is_absent(tree->root, tree->arena, "/sys/d/none"));
	ck_assert(root_is_absent(tree->root, tree->arena, "/sys/d/no/such/file"));
	ck_assert(root_is_absent(tree->root, tree->arena, "/none"));
	ck_assert_str_eq(remembered(tree), "dir /sys/d (a)\n"
					   "absent /sys/d/no\n"
					   "absent /sys/d/no/such\n");
	make_unknown(tree, "/sys/d");
	ck_assert(!root_is_absent(tree->root, tree->arena, "/sys/d/none"));
	/* What a record does not hold whole is not whole in a record of it. */
	root_record_start(tree->root, tree->arena);
	ck_assert_int_eq(root_list(tree->root, tree->arena, "/sys/d", &(names){0}), 0);
	ck_assert_str_eq(remembered(tree), "error /sys/d EISDIR\n");
}
END_TEST

START_TEST(an_attribute_can_be_left_open)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char text[3] = "";
	int fd = -1;

	tree_file(tree, "/sys/a", "60");
	tree_file(tree, "/sys/unread", "");
	make_unknown(tree, "/sys/unread");
	(void)tree_open(tree);
	ck_assert_int_eq(root_open_attribute(tree->root, "/sys/none", &fd), -ENOENT);
	ck_assert_int_eq(root_open_attribute(tree->root, "/sys/unread", &fd), -ENODATA);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(root_open_attribute(tree->root, "/sys/a", &fd), 0);
	ck_assert_int_eq(pread(fd, text, 2, 0), 2);
	ck_assert_str_eq(text, "60");
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(what_is_too_large_is_remembered_as_such)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char *bytes = arena_alloc(tree->arena, 65536);

	memset(bytes, 'x', 65536);
	write_bytes(tree, "/sys/large", bytes, 65536);
	root_record_start(tree_open(tree), tree->arena);
	ck_assert_int_eq(fails(tree, "/sys/large"), -EFBIG);
	ck_assert_str_eq(remembered(tree), "error /sys/large EFBIG\n");
}
END_TEST

/* A record plans for many profiles: all of them see what the first one saw. */
START_TEST(a_record_reads_a_file_once)
{
	enum { many = 3000 };
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root;
	const char *text;

	for (unsigned i = 0; i < many; i++)
		tree_file(tree, arena_printf(tree->arena, "/sys/file%u", i), "first\n\n");
	root = tree_open(tree);
	root_record_start(root, tree->arena);
	for (unsigned i = 0; i < many; i++)
		ck_assert_int_eq(root_read(root, tree->arena,
					   arena_printf(tree->arena, "/sys/file%u", i), &text),
				 0);
	tree_file(tree, "/sys/file7", "second\n");
	ck_assert_int_eq(root_read(root, tree->arena, "/sys/file7", &text), 0);
	ck_assert_str_eq(text, "first");
	ck_assert_int_eq(root_read(root, tree->arena, "/sys/none", &text), -ENOENT);
	tree_file(tree, "/sys/none", "there\n");
	ck_assert_int_eq(root_read(root, tree->arena, "/sys/none", &text), 0);
	ck_assert_str_eq(text, "there");
	ck_assert_uint_eq(root_record_entries(root)->count, many + 1);
	ck_assert_int_eq(root_read(root, tree->arena, "/sys/file7", &text), 0);
	ck_assert_str_eq(text, "second");
}
END_TEST

/* Only of the node itself: a record holds copies. */
START_TEST(one_file_by_two_names_is_the_same)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	_cleanup_root_ struct root *root = NULL;

	tree_file(tree, "/a", "1");
	tree_link(tree, "/b", "a");
	ck_assert(!root_is_same(tree_open(tree), "/a", "/b"));
	ck_assert_int_eq(root_open(tree->arena, "/", &root, NULL), 0);
	ck_assert(root_is_same(root, arena_printf(tree->arena, "%s/a", tree->dir),
			       arena_printf(tree->arena, "%s/b", tree->dir)));
	ck_assert(!root_is_same(root, arena_printf(tree->arena, "%s/a", tree->dir), tree->dir));
	ck_assert(!root_is_same(root, "/none", "/none"));
}
END_TEST

RUN_SUITE("root", a_record_reads_a_file_once, what_is_no_node_is_refused,
	  a_kernel_without_openat2_is_named, a_filter_against_openat2_is_named,
	  live_is_asked_from_the_kernel, the_callers_own_layer, no_link_and_no_dots_lead_out,
	  no_magic_link_is_followed, loops_are_eloop, a_fifo_does_not_hang,
	  only_a_file_is_read_as_one, an_attribute_loses_its_newlines_only,
	  an_attribute_has_less_than_64_kib, tables_come_line_by_line,
	  what_is_too_large_is_not_read, fifos_and_devices_are_found, lists_are_in_natural_order,
	  links_are_read_and_followed_on_paper, what_could_not_be_read_there_cannot_be_read_here,
	  what_is_absent_is_recorded_by_its_directory, an_attribute_can_be_left_open,
	  every_look_is_remembered_once, what_is_too_large_is_remembered_as_such,
	  what_was_listed_and_not_read_is_unknown, what_is_absent_may_be_unknown,
	  one_file_by_two_names_is_the_same)
