/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: trees state TREE | traces TREE | copy FROM TO | refill FROM TO | emptied DIRECTORY
 *
 * What tests/cli/lib.sh does with whole trees, of up to two thousand files, thousands of times: in
 * one process it takes a fifth of what find, sort, awk, cksum and cp take.
 *
 * state   prints a line for each entry, then one for each line of each file: by meaning, as lib.sh
 * says. traces  prints a line for each entry: name, type, mode, owner, size, times, inode, content.
 * copy    makes TO what FROM is: content, modes, owners, time stamps. What TO was before is
 * removed. refill  the same into what TO is: its directories and files stay, with their inodes, and
 * what is more there. emptied  waits until the directory has no entry.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
	char *path; /* below the tree, as "./proc/cmdline"; "." is the tree */
	struct stat st;
};

static struct entry *entries;
static size_t entry_count;

static _Noreturn void fail(const char *what, const char *path)
{
	(void)fprintf(stderr, "trees: %s %s: %s\n", what, path, strerror(errno));
	exit(2);
}

static void *kept(void *memory)
{
	if (!memory)
		fail("no memory for", "this");
	return memory;
}

static char *joined(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		path = NULL;
	return kept(path);
}

static void add(const char *path, const struct stat *st)
{
	if ((entry_count & (entry_count - 1)) == 0)
		entries =
		    kept(realloc(entries, (entry_count ? 2 * entry_count : 1) * sizeof(*entries)));
	entries[entry_count++] = (struct entry){kept(strdup(path)), *st};
}

/* Everything at and below the path, but for what the filter leaves out with all that is below it.
 */
static void collect(const char *path, bool (*left_out)(const char *))
{
	struct dirent *item;
	struct stat st;
	DIR *dir;

	if (left_out && left_out(path))
		return;
	if (lstat(path, &st) < 0)
		fail("cannot look at", path);
	add(path, &st);
	if (!S_ISDIR(st.st_mode))
		return;
	dir = opendir(path);
	/* Its mode tells. */
	if (!dir && errno == EACCES)
		return;
	if (!dir)
		fail("cannot list", path);
	while ((item = readdir(dir))) {
		char *below;

		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		below = joined(path, item->d_name);
		collect(below, left_out);
		free(below);
	}
	(void)closedir(dir);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 'f';
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	default:
		return 'v';
	}
}

/* The content of a file, and a NUL behind it; the caller frees it. NULL when it cannot be read. */
static char *content_of(const char *path, size_t *ret_size)
{
	size_t size = 0, room = 4096;
	char *text = kept(malloc(room));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, text + size, room - size - 1)) > 0) {
		size += (size_t)n;
		/* A file that gives less than there is room for has ended. */
		if (room - size > 1)
			break;
		text = kept(realloc(text, room *= 2));
	}
	if (fd >= 0)
		(void)close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	*ret_size = size;
	return text;
}

static const char *target_of(const char *path)
{
	static char target[4096];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		fail("cannot read the link", path);
	target[n] = '\0';
	return target;
}

/* ---- state ------------------------------------------------------------------------------------
 */

/* Our own files; a journal that stays would be found. */
static bool is_own(const char *path)
{
	return strcmp(path, "./run/thintune") == 0 ||
	       strcmp(path, "./var/lib/thintune/profiles") == 0 ||
	       strncmp(path, "./var/lib/thintune/history.", 27) == 0 ||
	       strcmp(path, "./var/lib/thintune/.history.state.new") == 0;
}

/* The directories above them, which may be made for them. */
static bool leads_to_own(const struct entry *entry)
{
	static const char *const paths[] = {"./run", "./var", "./var/lib", "./var/lib/thintune"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(entry->path, paths[i]) == 0)
			return S_ISDIR(entry->st.st_mode);
	}
	return false;
}

static bool has_mask(const char *path)
{
	static const char *const names[] = {"rps_cpus", "xps_cpus", "smp_affinity",
					    "default_smp_affinity"};
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* A line: what is in brackets stands for all of it, blanks in a row are one, a mask has no leading
 * zeroes. */
static void print_line(const char *path, char *line, bool mask)
{
	char *open = strchr(line, '['), *close = open ? strchr(open, ']') : NULL, *end;
	size_t n = 0;

	if (close) {
		*close = '\0';
		line = open + 1;
	}
	for (const char *c = line; *c; c++) {
		if (*c != ' ' && *c != '\t')
			line[n++] = *c;
		else if (n == 0 || line[n - 1] != ' ')
			line[n++] = ' ';
	}
	end = line + n;
	if (n > 0 && end[-1] == ' ')
		end--;
	*end = '\0';
	if (mask)
		line += strspn(line, "0,");
	(void)printf("%s: %s\n", path, line);
}

static void print_content(const char *path)
{
	size_t size = 0;
	char *text = content_of(path, &size), *line = text, *end;

	if (!text) {
		(void)printf("%s cannot be read\n", path);
		return;
	}
	/* A NUL ends a line, too: what is behind it is none the less there. */
	for (; line < text + size; line = end + 1) {
		end = line + strcspn(line, "\n");
		*end = '\0';
		print_line(path, line, has_mask(path));
	}
	free(text);
}

static void state(void)
{
	collect(".", is_own);
	qsort(entries, entry_count, sizeof(*entries), by_path);
	for (size_t i = 0; i < entry_count; i++) {
		const struct entry *entry = &entries[i];

		if (S_ISLNK(entry->st.st_mode))
			(void)printf("%s -> %s\n", entry->path, target_of(entry->path));
		else if (!leads_to_own(entry))
			(void)printf("%s %c %o\n", entry->path, type_of(entry->st.st_mode),
				     entry->st.st_mode & 07777);
	}
	for (size_t i = 0; i < entry_count; i++) {
		if (S_ISREG(entries[i].st.st_mode))
			print_content(entries[i].path);
	}
}

/* ---- traces -----------------------------------------------------------------------------------
 */

/* FNV-1a, 64 bits: nobody makes collisions here. */
static uint64_t hash_of(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t size = 0;
	char *text = content_of(path, &size);

	if (!text)
		return 0;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	free(text);
	return hash;
}

static void traces(void)
{
	collect(".", NULL);
	qsort(entries, entry_count, sizeof(*entries), by_path);
	for (size_t i = 0; i < entry_count; i++) {
		const char *path = entries[i].path;
		const struct stat *st = &entries[i].st;

		(void)printf("%s %c %o %u:%u %jd %jd.%09ld %jd.%09ld %ju ", path,
			     type_of(st->st_mode), st->st_mode & 07777, st->st_uid, st->st_gid,
			     (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
			     st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
			     (uintmax_t)st->st_ino);
		if (S_ISREG(st->st_mode))
			(void)printf("%016" PRIx64 "\n", hash_of(path));
		else
			(void)printf("%s\n", S_ISLNK(st->st_mode) ? target_of(path) : "");
	}
}

/* ---- copy, refill -------------------------------------------------------------------------------
 */

/* Refill: what is there already is taken. */
static bool into_old;

static void remove_tree(int dir, const char *name)
{
	struct dirent *item;
	DIR *below;
	int fd;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	below = fd < 0 ? NULL : fdopendir(fd);
	if (!below)
		fail("cannot remove", name);
	while ((item = readdir(below))) {
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			remove_tree(fd, item->d_name);
	}
	(void)closedir(below);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
		fail("cannot remove", name);
}

static void copy_content(int from, int to, const char *name)
{
	char part[65536];
	ssize_t n;

	while ((n = read(from, part, sizeof(part))) > 0) {
		if (write(to, part, (size_t)n) != n)
			fail("cannot write", name);
	}
	if (n < 0)
		fail("cannot read", name);
}

/* Owner, mode and time stamps of what is open. What is new has the caller's owner and the mode it
 * was made with. */
static void copy_stamps(int fd, const struct stat *st, const char *name)
{
	const struct timespec times[2] = {st->st_atim, st->st_mtim};

	if ((into_old || st->st_uid != geteuid() || st->st_gid != getegid()) &&
	    (fchown(fd, st->st_uid, st->st_gid) < 0 || fchmod(fd, st->st_mode & 07777) < 0) &&
	    geteuid() == 0)
		fail("cannot give away", name);
	if (futimens(fd, times) < 0)
		fail("cannot stamp", name);
}

static void copy(int from, const char *name, int to, const char *new_name);

static void copy_directory(int fd, int to, const char *new_name, const struct stat *st)
{
	struct dirent *item;
	int new_fd;
	DIR *dir;

	if (mkdirat(to, new_name, st->st_mode & 07777) < 0 && !(into_old && errno == EEXIST))
		fail("cannot make", new_name);
	new_fd = openat(to, new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fdopendir(fd);
	if (new_fd < 0 || !dir)
		fail("cannot open", new_name);
	while ((item = readdir(dir))) {
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			copy(fd, item->d_name, new_fd, item->d_name);
	}
	copy_stamps(new_fd, st, new_name);
	(void)close(new_fd);
	(void)closedir(dir);
}

static void copy_link(int from, const char *name, int to, const char *new_name,
		      const struct stat *st)
{
	const struct timespec times[2] = {st->st_atim, st->st_mtim};
	char target[4096];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		fail("cannot read the link", name);
	target[n] = '\0';
	if (into_old)
		(void)unlinkat(to, new_name, 0);
	if (symlinkat(target, to, new_name) < 0 ||
	    utimensat(to, new_name, times, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (geteuid() == 0 &&
	     fchownat(to, new_name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0))
		fail("cannot make the link", new_name);
}

static void copy(int from, const char *name, int to, const char *new_name)
{
	int fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), new_fd;
	struct stat st;

	if (fd < 0 && errno != ELOOP)
		fail("cannot open", name);
	if ((fd < 0 ? fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) : fstat(fd, &st)) < 0)
		fail("cannot look at", name);
	if (S_ISLNK(st.st_mode)) {
		copy_link(from, name, to, new_name, &st);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		copy_directory(fd, to, new_name, &st);
		return;
	}
	errno = EINVAL;
	if (!S_ISREG(st.st_mode))
		fail("cannot copy what is no file:", name);
	new_fd = openat(to, new_name,
			O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (into_old ? O_TRUNC : O_EXCL),
			st.st_mode & 07777);
	if (new_fd < 0)
		fail("cannot make", new_name);
	copy_content(fd, new_fd, new_name);
	copy_stamps(new_fd, &st, new_name);
	(void)close(new_fd);
	(void)close(fd);
}

/* Emptying ------------------------------------------------------------------------------------ */

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	unsigned count = 0;

	if (!dir)
		fail("cannot open", path);
	while (count < 3 && readdir(dir))
		count++;
	(void)closedir(dir);
	return count < 3; /* "." and ".." */
}

static void await_empty(const char *path)
{
	char events[4096];
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || inotify_add_watch(fd, path, IN_DELETE | IN_MOVED_FROM) < 0)
		fail("cannot watch", path);
	while (!is_empty(path)) {
		if (read(fd, events, sizeof(events)) < 0)
			fail("cannot watch", path);
	}
	(void)close(fd);
}

int main(int argc, char **argv)
{
	into_old = argc == 4 && strcmp(argv[1], "refill") == 0;
	if (into_old || (argc == 4 && strcmp(argv[1], "copy") == 0)) {
		(void)umask(0);
		if (!into_old)
			remove_tree(AT_FDCWD, argv[3]);
		copy(AT_FDCWD, argv[2], AT_FDCWD, argv[3]);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "emptied") == 0) {
		await_empty(argv[2]);
		return 0;
	}
	if (argc != 3 || (strcmp(argv[1], "state") != 0 && strcmp(argv[1], "traces") != 0)) {
		(void)fprintf(stderr, "usage: trees state TREE | traces TREE | copy FROM TO | "
				      "refill FROM TO | emptied DIRECTORY\n");
		return 2;
	}
	if (chdir(argv[2]) < 0)
		fail("cannot enter", argv[2]);
	if (strcmp(argv[1], "state") == 0)
		state();
	else
		traces();
	/* The kernel is faster at giving all of it back. */
	return fflush(stdout) == 0 ? 0 : 2;
}
