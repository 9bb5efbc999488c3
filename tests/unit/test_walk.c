/* SPDX-License-Identifier: Apache-2.0 */
/* Where a path outside the root leads, and which links and directories on it are not trusted. */
#include "sys/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run_suite.h"
#include "tree.h"

enum { somebody = 65534 };

static struct tree *tree;
static struct walk walk;

static void set_up(void)
{
	tree = tree_new();
	tree_file(tree, "/dir/file", "");
	tree_file(tree, "/file", "");
}

static void tear_down(void)
{
	tree_freep(&tree);
}

/* Where a path of the tree is on this machine. */
static const char *real(const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static bool is_same(int fd, const char *path)
{
	struct stat one, other;

	ck_assert_int_eq(fstat(fd, &one), 0);
	ck_assert_int_eq(stat(path, &other), 0);
	return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* It ends in that directory, at that name. */
static void leads(const char *path, enum walk_use use, const char *dir, const char *name)
{
	int r = walk_path(&walk, path, use);

	ck_assert_msg(r == 0, "%s: %d %s", path, r, walk.why ? walk.why : "");
	ck_assert_msg(is_same(walk.dir, dir), "%s does not end in %s", path, dir);
	ck_assert_str_eq(walk.name, name);
	ck_assert_int_eq(fcntl(walk.dir, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	walk_close(&walk);
	ck_assert_int_eq(walk.dir, -1);
}

static void ends(const char *path, enum walk_use use, int code, const char *why)
{
	int r = walk_path(&walk, path, use);

	ck_assert_msg(r == code, "%s: %d", path, r);
	ck_assert_int_eq(walk.dir, -1);
	if (why)
		ck_assert_msg(walk.why && strstr(walk.why, why), "%s", walk.why);
	else
		ck_assert_ptr_null(walk.why);
}

static void set_mode(const char *path, mode_t mode)
{
	ck_assert_int_eq(chmod(real(path), mode), 0);
}

/* false: only root may. */
static bool give_away(const char *path)
{
	return lchown(real(path), somebody, somebody) == 0;
}

START_TEST(every_component_is_followed)
{
	enum walk_use use = (enum walk_use)_i;

	leads(real("/dir/file"), use, real("/dir"), "file");
	leads(real("//dir///file"), use, real("/dir"), "file");
	leads(real("/dir/../dir/./file"), use, real("/dir"), "file");
	leads(real("/dir/"), use, real("/dir"), "");
	leads("/", use, "/", "");
	ends(real("/none/file"), use, -ENOENT, NULL);
	ends(real("/file/below"), use, -ENOTDIR, NULL);
	ends(real("/file/"), use, -ENOTDIR, NULL);
	ck_assert_int_eq(chdir(tree->dir), 0);
	leads("dir/file", use, "dir", "file");
	leads("file", use, ".", "file");
}
END_TEST

START_TEST(the_last_component_need_not_be_there)
{
	leads(real("/dir/none"), WALK_WRITE, real("/dir"), "none");
	ends(real("/dir/none"), WALK_TRUSTED, -ENOENT, NULL);
}
END_TEST

START_TEST(links_are_followed)
{
	tree_link(tree, "/relative", "dir");
	tree_link(tree, "/absolute", real("/dir"));
	tree_link(tree, "/dir/up", "../file");
	tree_link(tree, "/nowhere", "none");
	for (enum walk_use use = WALK_WRITE; use <= WALK_TRUSTED; use++) {
		leads(real("/relative/file"), use, real("/dir"), "file");
		leads(real("/absolute/file"), use, real("/dir"), "file");
		leads(real("/absolute/../relative/file"), use, real("/dir"), "file");
		ends(real("/dir/up/below"), use, -ENOTDIR, NULL);
		ends(real("/nowhere/below"), use, -ENOENT, NULL);
	}
	leads(real("/dir/up"), WALK_WRITE, real("/dir"), "up");
	leads(real("/dir/up"), WALK_TRUSTED, tree->dir, "file");
	leads(real("/relative"), WALK_TRUSTED, real("/dir"), "");
	ends(real("/nowhere"), WALK_TRUSTED, -ENOENT, NULL);
}
END_TEST

/* As many as the kernel follows. */
START_TEST(links_have_an_end)
{
	tree_link(tree, "/l1", "dir");
	for (int i = 2; i <= 41; i++)
		tree_link(tree, arena_printf(tree->arena, "/l%d", i),
			  arena_printf(tree->arena, "l%d", i - 1));
	leads(real("/l40/file"), WALK_WRITE, real("/dir"), "file");
	ends(real("/l41/file"), WALK_WRITE, -ELOOP, NULL);
	tree_link(tree, "/loop", "loop");
	ends(real("/loop/file"), WALK_WRITE, -ELOOP, NULL);
}
END_TEST

/* The text of such a link may name a directory that is no longer there, or another one. */
START_TEST(a_link_of_procfs_leads_to_what_is_open)
{
	int dir = open(real("/dir"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *link = arena_printf(tree->arena, "/proc/self/fd/%d/file", dir);

	ck_assert_int_eq(rename(real("/dir"), real("/moved")), 0);
	tree_file(tree, "/dir/file", "");
	leads(link, WALK_WRITE, real("/moved"), "file");
	leads(link, WALK_TRUSTED, real("/moved"), "file");
	ck_assert_int_eq(close(dir), 0);
}
END_TEST

START_TEST(names_and_paths_have_a_limit)
{
	const char *many = arena_printf(tree->arena, "%0*d", PATH_MAX, 0);
	char slashes[PATH_MAX];

	leads(real(arena_printf(tree->arena, "/dir/%0*d", NAME_MAX, 0)), WALK_WRITE, real("/dir"),
	      many + PATH_MAX - NAME_MAX);
	ends(real(arena_printf(tree->arena, "/dir/%0*d", NAME_MAX + 1, 0)), WALK_WRITE,
	     -ENAMETOOLONG, NULL);
	memset(slashes, '/', sizeof(slashes) - 1);
	slashes[sizeof(slashes) - 1] = '\0';
	leads(slashes, WALK_WRITE, "/", "");
	ends(arena_printf(tree->arena, "/%s", slashes), WALK_WRITE, -ENAMETOOLONG, NULL);
	/* The rest of the way counts as well. */
	memcpy(slashes, "dir", 3);
	slashes[PATH_MAX - 100] = '\0';
	tree_link(tree, "/long", slashes);
	leads(real("/long/file"), WALK_WRITE, real("/dir"), "file");
	ends(real(arena_printf(tree->arena, "/long/%0*d", 99, 0)), WALK_WRITE, -ENAMETOOLONG, NULL);
}
END_TEST

/* Whoever can change a link can lead us elsewhere. */
START_TEST(links_of_others_are_not_followed)
{
	const char *why = "other users may change a link";

	tree_link(tree, "/open/link", "../dir");
	leads(real("/open/link/file"), WALK_WRITE, real("/dir"), "file");
	set_mode("/open", 0775);
	ends(real("/open/link/file"), WALK_WRITE, -EPERM, why);
	set_mode("/open", 0757);
	ends(real("/open/link/file"), WALK_WRITE, -EPERM, why);
	set_mode("/open", 01777);
	leads(real("/open/link/file"), WALK_WRITE, real("/dir"), "file");
	/* Somebody may have given our link this name. */
	ck_assert_int_eq(linkat(AT_FDCWD, real("/open/link"), AT_FDCWD, real("/open/same"), 0), 0);
	ends(real("/open/link/file"), WALK_WRITE, -EPERM, why);
	set_mode("/open", 0755);
	leads(real("/open/link/file"), WALK_WRITE, real("/dir"), "file");
	if (!give_away("/open/link"))
		return;
	ends(real("/open/link/file"), WALK_WRITE, -EPERM, why);
	tree_remove(tree, "/open");
	tree_link(tree, "/open/link", "../dir");
	set_mode("/open", 01777);
	leads(real("/open/link/file"), WALK_WRITE, real("/dir"), "file");
	ck_assert(give_away("/open"));
	ends(real("/open/link/file"), WALK_WRITE, -EPERM, why);
	/* To its owner it is as good as root's. */
	ck_assert(give_away("/open/link"));
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	ck_assert_int_eq(seteuid(somebody), 0);
	leads(real("/open/link/file"), WALK_WRITE, real("/dir"), "file");
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(directories_of_others_are_not_trusted)
{
	const char *why = "users other than root may change a directory";

	tree_file(tree, "/open/file", "");
	leads(real("/open/file"), WALK_TRUSTED, real("/open"), "file");
	set_mode("/open", 0775);
	ends(real("/open/file"), WALK_TRUSTED, -EPERM, why);
	leads(real("/open/file"), WALK_WRITE, real("/open"), "file");
	set_mode("/open", 0757);
	ends(real("/open/file"), WALK_TRUSTED, -EPERM, why);
	ends(real("/open/../file"), WALK_TRUSTED, -EPERM, why);
	/* What is ours there can be removed by nobody else; what is not there is told as it is. */
	set_mode("/open", 01777);
	leads(real("/open/file"), WALK_TRUSTED, real("/open"), "file");
	ends(real("/open/none"), WALK_TRUSTED, -ENOENT, NULL);
	ends(real("/open/"), WALK_TRUSTED, -EPERM, why);
	if (!give_away("/open/file"))
		return;
	ends(real("/open/file"), WALK_TRUSTED, -EPERM, why);
	tree_file(tree, "/open/other", "");
	ck_assert(give_away("/open"));
	ends(real("/open/other"), WALK_TRUSTED, -EPERM, why);
	set_mode("/open", 0755);
	ends(real("/open/other"), WALK_TRUSTED, -EPERM, why);
}
END_TEST

START_TEST(trust_is_a_matter_of_owner_and_mode)
{
	const struct {
		uid_t uid;
		mode_t mode;
		bool is_trusted;
	} rows[] = {
	    {0, 0644, true},  {geteuid(), 0755, true},   {geteuid() + 1, 0644, false},
	    {0, 0664, false}, {geteuid(), 01777, false}, {0, 0646, false},
	    {0, 0555, true},  {geteuid() + 1, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct stat st = {.st_uid = rows[i].uid, .st_mode = rows[i].mode};

		ck_assert_msg(walk_is_trusted(&st) == rows[i].is_trusted, "row %zu", i);
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, every_component_is_followed, WALK_WRITE, WALK_TRUSTED + 1);
}

RUN_SUITE_WITH("walk", prepare, the_last_component_need_not_be_there, links_are_followed,
	       links_have_an_end, a_link_of_procfs_leads_to_what_is_open,
	       names_and_paths_have_a_limit, links_of_others_are_not_followed,
	       directories_of_others_are_not_trusted, trust_is_a_matter_of_owner_and_mode)
