/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a path outside the root one component at a time. */
#include "sys/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sys/fd.h"

enum { most_links = 40 }; /* as the kernel */

static bool is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

bool walk_is_trusted(const struct stat *st)
{
	return is_ours(st) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* In a directory like /tmp only the owner can remove a link. Others can give our link a second name
 * there, unless the kernel forbids it. */
static bool may_follow(const struct stat *dir, const struct stat *link)
{
	if (!is_ours(link))
		return false;
	return walk_is_trusted(dir) ||
	       (is_ours(dir) && (dir->st_mode & S_ISVTX) && link->st_nlink == 1);
}

static int fail(struct walk *walk, int code, const char *why)
{
	walk->why = why;
	return code;
}

static int move_to(struct walk *walk, int fd)
{
	if (fd < 0)
		return err_errno();
	fd_closep(&walk->dir);
	walk->dir = fd;
	return 0;
}

/* The rest of the way: path, then what came after it. */
static int set_rest(struct walk *walk, const char *path, const char *after)
{
	char joined[sizeof(walk->rest)];
	int length = snprintf(joined, sizeof(joined), "%s%s", path, after);

	if (length < 0 || (size_t)length >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(walk->rest, joined, (size_t)length + 1);
	if (*path == '/')
		return move_to(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	return 0;
}

/* Takes the next component off the rest. */
static int take_name(struct walk *walk)
{
	const char *name = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(name, "/");

	if (length >= sizeof(walk->name))
		return -ENAMETOOLONG;
	memcpy(walk->name, name, length);
	walk->name[length] = '\0';
	memmove(walk->rest, name + length, strlen(name + length) + 1);
	return 0;
}

/* link: a descriptor of the link itself, so that owner and target are of the same link. */
static int follow(struct walk *walk, int link, const struct stat *link_st)
{
	char target[PATH_MAX];
	struct stat dir;
	struct statfs fs;
	ssize_t length;

	if (++walk->links > most_links)
		return -ELOOP;
	if (fstat(walk->dir, &dir) < 0 || fstatfs(link, &fs) < 0)
		return err_errno();
	if (!may_follow(&dir, link_st))
		return fail(walk, -EPERM, "other users may change a link on its path");
	/* The text of a link of procfs (cwd, root, fd) is not where it leads. */
	if (fs.f_type == PROC_SUPER_MAGIC)
		return move_to(walk,
			       openat(walk->dir, walk->name, O_PATH | O_DIRECTORY | O_CLOEXEC));
	length = readlinkat(link, "", target, sizeof(target));
	if (length < 0)
		return err_errno();
	if ((size_t)length >= sizeof(target))
		return -ENAMETOOLONG;
	target[length] = '\0';
	return set_rest(walk, target, walk->rest);
}

/* -ENOTDIR: the component is neither a directory nor a link. */
static int enter(struct walk *walk)
{
	_cleanup_fd_ int link = -1;
	int dir = openat(walk->dir, walk->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (dir >= 0 || errno != ENOTDIR)
		return move_to(walk, dir);
	link = openat(walk->dir, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (link < 0 || fstat(link, &st) < 0)
		return err_errno();
	return S_ISLNK(st.st_mode) ? follow(walk, link, &st) : -ENOTDIR;
}

/* In a sticky directory such as /tmp only root can remove or replace what belongs to root. */
static bool is_kept_by_sticky(const struct walk *walk, const struct stat *dir)
{
	struct stat st;

	return is_ours(dir) && dir->st_mode & S_ISVTX && *walk->name &&
	       (fstatat(walk->dir, walk->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno == ENOENT
									     : is_ours(&st));
}

static int check_dir(struct walk *walk)
{
	struct stat st;

	if (fstat(walk->dir, &st) < 0)
		return err_errno();
	return walk_is_trusted(&st) || is_kept_by_sticky(walk, &st)
		   ? 0
		   : fail(walk, -EPERM, "users other than root may change a directory on its path");
}

int walk_path(struct walk *walk, const char *path, enum walk_use use)
{
	bool is_last = false;
	int r;

	*walk = (struct walk){.dir = -1};
	r = move_to(walk, open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (r == 0)
		r = set_rest(walk, path, "");
	while (r == 0) {
		r = take_name(walk);
		is_last = !*walk->rest;
		if (r == 0 && use == WALK_TRUSTED)
			r = check_dir(walk);
		if (r < 0 || !*walk->name || (is_last && use == WALK_WRITE))
			break;
		r = enter(walk);
	}
	if (r == -ENOTDIR && is_last)
		r = 0;
	if (r < 0)
		walk_close(walk);
	return r;
}

void walk_close(struct walk *walk)
{
	fd_closep(&walk->dir);
	walk->dir = -1;
}
