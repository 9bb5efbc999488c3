/* SPDX-License-Identifier: Apache-2.0 */
/* Takes, compares and brings back trees: see snapshot.h. */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

struct entry {
	const char *path; /* from the top on; "" is the top */
	mode_t mode;
	struct timespec changed; /* of a file that nobody read it tells that (tests/nodes/unpack) */
	const char *content;     /* of a file or a link */
	size_t length;
};

typedef VEC(struct entry) entries;

struct snapshot {
	const char *dir;
	entries list; /* each directory before what is in it, sorted */
};

static _Noreturn void give_up(const char *path)
{
	(void)fprintf(stderr, "fault: %s: %s\n", path, strerror(errno));
	_exit(2);
}

/* nftw() hands no context on. */
static struct {
	struct arena *arena;
	size_t skip; /* of each path, what leads to the top */
	entries list;
} walk;

static void read_content(struct arena *arena, const char *path, const struct stat *st,
			 struct entry *entry)
{
	char *content = arena_alloc(arena, (size_t)st->st_size + 1);
	int fd = S_ISLNK(st->st_mode) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? readlink(path, content, (size_t)st->st_size)
			     : read(fd, content, (size_t)st->st_size);

	if (got != st->st_size)
		give_up(path);
	if (fd >= 0)
		(void)close(fd);
	content[got] = '\0';
	entry->content = content;
	entry->length = (size_t)got;
}

static int add_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	struct entry entry = {.path = arena_strdup(walk.arena, path + walk.skip),
			      .mode = st->st_mode,
			      .changed = st->st_mtim};

	(void)type;
	(void)at;
	if (!S_ISDIR(st->st_mode))
		read_content(walk.arena, path, st, &entry);
	vec_push(walk.arena, &walk.list, entry);
	return 0;
}

/* A directory sorts before what is in it: "/" is less than any letter of a name. */
static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

struct snapshot *snapshot_take(struct arena *arena, const char *dir)
{
	struct snapshot *ret = arena_alloc(arena, sizeof(*ret));

	walk.arena = arena;
	walk.skip = strlen(dir);
	walk.list = (entries){0};
	if (nftw(dir, add_entry, 16, FTW_PHYS) != 0)
		give_up(dir);
	qsort(walk.list.at, walk.list.count, sizeof(walk.list.at[0]), compare);
	*ret = (struct snapshot){.dir = arena_strdup(arena, dir), .list = walk.list};
	return ret;
}

static bool is_below(const char *path, const char *dir)
{
	size_t length = strlen(dir);

	return text_starts(path, dir) && (!path[length] || path[length] == '/');
}

static bool is_own(const struct entry *entry)
{
	static const char *const made_for_them[] = {"/run", "/var", "/var/lib"};

	for (size_t i = 0; i < sizeof(made_for_them) / sizeof(made_for_them[0]); i++) {
		if (text_equal(entry->path, made_for_them[i]))
			return true;
	}
	return is_below(entry->path, "/run/thintune") || is_below(entry->path, "/var/lib/thintune");
}

static bool is_equal(const struct entry *a, const struct entry *b)
{
	return a->mode == b->mode && a->length == b->length &&
	       (!a->length || memcmp(a->content, b->content, a->length) == 0);
}

/* Goes through both lists at once; visit gets NULL for what the other does not have. */
static void for_both(const entries *was, const entries *is,
		     void (*visit)(void *context, const struct entry *was, const struct entry *is),
		     void *context)
{
	size_t i = 0, k = 0;

	while (i < was->count || k < is->count) {
		int order = i == was->count  ? 1
			    : k == is->count ? -1
					     : strcmp(was->at[i].path, is->at[k].path);

		visit(context, order <= 0 ? &was->at[i] : NULL, order >= 0 ? &is->at[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

struct difference {
	struct arena *arena;
	const char *text;
};

static void tell_difference(void *context, const struct entry *was, const struct entry *is)
{
	struct difference *difference = context;

	if (difference->text || is_own(was ? was : is))
		return;
	if (!was)
		difference->text = arena_printf(difference->arena, "%s is new", is->path);
	else if (!is)
		difference->text = arena_printf(difference->arena, "%s is gone", was->path);
	else if (!is_equal(was, is))
		difference->text =
		    arena_printf(difference->arena, "%s holds '%s' (mode %o), was '%s' (mode %o)",
				 was->path, is->content ? is->content : "", is->mode,
				 was->content ? was->content : "", was->mode);
}

const char *snapshot_difference(struct arena *arena, const struct snapshot *was,
				const struct snapshot *is)
{
	struct difference difference = {.arena = arena};

	for_both(&was->list, &is->list, tell_difference, &difference);
	return difference.text;
}

static void put_back(const char *path, const struct entry *was, const struct entry *is)
{
	int fd;

	if (is && S_ISREG(is->mode) != S_ISREG(was->mode) && unlink(path) < 0)
		give_up(path);
	if (S_ISDIR(was->mode)) {
		if ((!is && mkdir(path, was->mode & 07777) < 0) ||
		    chmod(path, was->mode & 07777) < 0)
			give_up(path);
		return;
	}
	if (S_ISLNK(was->mode)) {
		if ((is && unlink(path) < 0) || symlink(was->content, path) < 0)
			give_up(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || write(fd, was->content, was->length) != (ssize_t)was->length ||
	    fchmod(fd, was->mode & 07777) < 0 || close(fd) < 0)
		give_up(path);
}

static void return_entry(void *context, const struct entry *was, const struct entry *is)
{
	const struct snapshot *snapshot = *(const struct snapshot **)context;
	char path[8192];

	if (!was)
		return;
	(void)snprintf(path, sizeof(path), "%s%s", snapshot->dir, was->path);
	if (!is || !is_equal(was, is))
		put_back(path, was, is);
}

/* Of what there is, and of directories in which something was made. */
static void return_times(const struct snapshot *was)
{
	char path[8192];
	struct stat st;

	vec_for_each (entry, &was->list) {
		const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, entry->changed};

		(void)snprintf(path, sizeof(path), "%s%s", was->dir, entry->path);
		if (lstat(path, &st) < 0)
			give_up(path);
		if (st.st_mtim.tv_sec == entry->changed.tv_sec &&
		    st.st_mtim.tv_nsec == entry->changed.tv_nsec)
			continue;
		if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
			give_up(path);
	}
}

void snapshot_return(const struct snapshot *was, const struct snapshot *is)
{
	char path[8192];

	/* What is in a directory goes before it. */
	for (size_t i = is->list.count; i; i--) {
		const struct entry *entry = &is->list.at[i - 1];

		if (bsearch(entry, was->list.at, was->list.count, sizeof(*entry), compare))
			continue;
		(void)snprintf(path, sizeof(path), "%s%s", is->dir, entry->path);
		if (remove(path) < 0)
			give_up(path);
	}
	for_both(&was->list, &is->list, return_entry, &was);
	return_times(was);
}
