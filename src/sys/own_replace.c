/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaces one of the caller's own files: it is written to the same directory under a name that
 * nobody can guess, then renamed, both through a descriptor of the directory. So other writers
 * cannot mix into the file, and the owner of the directory cannot lead a root process to another
 * file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/own.h"
#include "sys/walk.h"

struct place {
	struct walk walk;
	mode_t mode; /* of the new file */
};

static int cannot(const char *path, int code, const char *why, struct err *err)
{
	return err_set(err, code, "cannot write '%s': %s", path, why ? why : err_words(code));
}

/* NULL: a regular file. */
static const char *odd_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return NULL;
	case S_IFDIR:
		return "it is a directory";
	case S_IFLNK:
		return "it is a link, not a regular file";
	case S_IFIFO:
		return "it is a FIFO, not a regular file";
	case S_IFSOCK:
		return "it is a socket, not a regular file";
	default:
		return "it is a device, not a regular file";
	}
}

static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return 0666 & ~mask;
}

/* In a directory where others may write, an old file's mode may not be the caller's choice, so it
 * is not kept; and others get no right to write to the new one, whatever the umask. */
static mode_t mode_for(const struct stat *dir, const struct stat *old)
{
	if (!walk_is_trusted(dir))
		return new_mode() & ~(mode_t)(S_IWGRP | S_IWOTH);
	return old && old->st_uid == geteuid() ? old->st_mode & 0777 : new_mode();
}

static bool is_sticky_to_us(const struct stat *dir, const struct stat *old)
{
	return (dir->st_mode & S_ISVTX) && dir->st_uid != geteuid() && old->st_uid != geteuid();
}

static int judge(struct place *place, const char *path, struct err *err)
{
	struct walk *walk = &place->walk;
	struct stat dir, old;
	bool is_there;

	if (!*walk->name)
		return cannot(path, -EISDIR, "it names a directory", err);
	is_there = fstatat(walk->dir, walk->name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	if ((!is_there && errno != ENOENT) || fstat(walk->dir, &dir) < 0)
		return cannot(path, err_errno(), NULL, err);
	/* A device or a link would be replaced by a file, for everybody who uses it. */
	if (is_there && odd_kind(old.st_mode))
		return cannot(path, -EINVAL, odd_kind(old.st_mode), err);
	/* That would need CAP_FOWNER, which this program gives up when it starts. */
	if (is_there && is_sticky_to_us(&dir, &old))
		return cannot(path, -EPERM,
			      "it is another user's, in a directory where each may replace only "
			      "their own",
			      err);
	if (faccessat(walk->dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return cannot(path, err_errno(), NULL, err);
	place->mode = mode_for(&dir, is_there ? &old : NULL);
	return 0;
}

/* The caller closes place->walk when this returned 0. */
static int find_place(struct place *place, const char *path, struct err *err)
{
	int r = walk_path(&place->walk, path, WALK_WRITE);

	if (r < 0)
		return cannot(path, r, place->walk.why, err);
	r = judge(place, path, err);
	if (r < 0)
		walk_close(&place->walk);
	return r;
}

int own_may_replace(const char *path, struct err *err)
{
	struct place place;
	int r = find_place(&place, path, err);

	if (r == 0)
		walk_close(&place.walk);
	return r;
}

bool own_is_same(const char *one, const char *other)
{
	struct place a, b;
	struct stat dir_a, dir_b;
	bool is_same;

	if (find_place(&a, one, NULL) < 0)
		return false;
	if (find_place(&b, other, NULL) < 0) {
		walk_close(&a.walk);
		return false;
	}
	is_same = text_equal(a.walk.name, b.walk.name) && fstat(a.walk.dir, &dir_a) == 0 &&
		  fstat(b.walk.dir, &dir_b) == 0 && dir_a.st_dev == dir_b.st_dev &&
		  dir_a.st_ino == dir_b.st_ino;
	walk_close(&a.walk);
	walk_close(&b.walk);
	return is_same;
}

enum { temporary_bytes = 32, most_tries = 100 };

/* Hidden: a program that reads all files of the directory must not see half a file. */
static int make_temporary(const struct place *place, char name[static temporary_bytes])
{
	for (unsigned i = 0; i < most_tries; i++) {
		uint64_t number;
		int fd;

		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return err_errno();
		(void)snprintf(name, temporary_bytes, ".thintune-%016llx",
			       (unsigned long long)number);
		fd = openat(place->walk.dir, name,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, place->mode);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return err_errno();
	}
	return -EEXIST;
}

static int fill(int fd, const char *text, mode_t mode)
{
	struct stat st;
	int r = fd_write_all(fd, text);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_errno();
	/* The umask or the directory's default access list may have changed the mode. A file system
	 * without modes (FAT) refuses to set it; then it must only be safe from others. */
	if ((st.st_mode & 0777) != mode && fchmod(fd, mode) < 0 &&
	    (errno != EPERM || st.st_mode & (S_IWGRP | S_IWOTH)))
		return err_errno();
	return fsync(fd) < 0 ? err_errno() : 0;
}

static int put_in(const struct place *place, const char *text, unsigned flags)
{
	int dir = place->walk.dir;
	char temporary[temporary_bytes];
	_cleanup_fd_ int fd = make_temporary(place, temporary);
	int r;

	if (fd < 0)
		return fd;
	r = fill(fd, text, place->mode);
	if (r == 0 && renameat2(dir, temporary, dir, place->walk.name, flags) < 0)
		r = err_errno();
	if (r < 0)
		(void)unlinkat(dir, temporary, 0);
	return r;
}

static int put(const char *path, const char *text, unsigned flags, struct err *err)
{
	struct place place;
	sigset_t all, before;
	int r = find_place(&place, path, err);

	if (r < 0)
		return r;
	/* A signal that ends the process must wait until the temporary file is gone. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	r = put_in(&place, text, flags);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	walk_close(&place.walk);
	return r < 0 ? cannot(path, r, NULL, err) : 0;
}

int own_replace(const char *path, const char *text, struct err *err)
{
	return put(path, text, 0, err);
}

int own_create(const char *path, const char *text, struct err *err)
{
	return put(path, text, RENAME_NOREPLACE, err);
}
