/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a tree beneath a directory, whatever the names are, and takes it away again. */
#include "sys/new_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

enum {
	most_links = 40, /* as the kernel follows */
	asks_a_look = 256,
	most_path_bytes = 128 << 20, /* links can make short paths long */
};

static const struct timespec dateless[2] = {{0}, {0}};

void new_tree_start(struct new_tree *tree, struct arena *arena, int dir, size_t most, int watched)
{
	*tree = (struct new_tree){
	    .dir = dir, .arena = arena, .most = most, .watched = watched, .last_fd = -1};
}

const char *new_tree_words(int code)
{
	return code == -EEXIST  ? "it is named twice"
	       : code == -ELOOP ? "it leads through a link"
	       : code == -EOVERFLOW
		   ? "there are more files, links and directories than any node has"
	       : code == -ECANCELED ? "nobody waits for it any more"
				    : err_words(code);
}

/* Finding places ------------------------------------------------------------------------------ */

static bool is_abandoned(struct new_tree *tree)
{
	struct pollfd end = {.fd = tree->watched, .events = POLLIN};

	return ++tree->asks % asks_a_look == 0 && tree->watched >= 0 && poll(&end, 1, 0) > 0;
}

/* path: below the directory; "": itself. */
static int open_beneath(struct new_tree *tree, const char *path, int flags)
{
	struct open_how how = {
	    .flags = (unsigned)(flags | O_CLOEXEC),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	long fd;

	if (is_abandoned(tree))
		return -ECANCELED;
	/* EAGAIN: something was renamed or mounted meanwhile, anywhere on the machine. */
	do
		fd = syscall(SYS_openat2, tree->dir, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd < 0 ? err_errno() : (int)fd;
}

static int note(struct new_tree *tree, const char *path, bool is_directory)
{
	tree->path_bytes += strlen(path);
	if (tree->made.count >= tree->most || tree->path_bytes > most_path_bytes)
		return -EOVERFLOW;
	vec_push(tree->arena, &tree->made,
		 (struct new_thing){.path = arena_strdup(tree->arena, path),
				    .is_directory = is_directory});
	return 0;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *parent_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : "";
}

static int make_directory(struct new_tree *tree, struct arena *arena, const char *path)
{
	_cleanup_fd_ int parent = open_beneath(tree, parent_of(arena, path), O_PATH | O_DIRECTORY);
	int r = parent < 0 ? parent : note(tree, path, true);

	if (r < 0)
		return r;
	if (mkdirat(parent, name_of(path), 0755) == 0)
		return 0;
	r = err_errno();
	tree->made.count--;
	return r;
}

/* The directory at path, made if nothing is there; or the text of the link that is. */
static int step(struct new_tree *tree, struct arena *arena, const char *path, const char **ret)
{
	_cleanup_fd_ int fd = open_beneath(tree, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	struct stat st;
	ssize_t length;

	*ret = NULL;
	if (fd == -ENOENT)
		return make_directory(tree, arena, path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	if (S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISLNK(st.st_mode))
		return -ENOTDIR;
	length = readlinkat(fd, "", target, sizeof(target));
	if (length < 0 || length == sizeof(target))
		return length < 0 ? err_errno() : -ENAMETOOLONG;
	*ret = arena_strndup(arena, target, (size_t)length);
	return 0;
}

/* The directory of that path, made with its parents, by the path without links. */
static int find(struct new_tree *tree, struct arena *arena, const char *path, bool with_links,
		const char **ret)
{
	const char *at = "", *rest = path, *target;
	unsigned links = 0;

	while (*rest) {
		size_t length = strcspn(rest, "/");
		const char *name = arena_strndup(arena, rest, length), *next;
		int r;

		rest += length + (rest[length] == '/');
		if (!length || text_equal(name, "."))
			continue;
		if (text_equal(name, "..")) {
			at = parent_of(arena, at);
			continue;
		}
		next = arena_printf(arena, "%s%s%s", at, *at ? "/" : "", name);
		if (strlen(next) >= PATH_MAX)
			return -ENAMETOOLONG;
		r = step(tree, arena, next, &target);
		if (r < 0)
			return r;
		if (!target) {
			at = next;
			continue;
		}
		if (!with_links || ++links > most_links)
			return -ELOOP;
		if (*target == '/')
			at = "";
		rest = arena_printf(arena, "%s/%s", target, rest);
	}
	*ret = at;
	return 0;
}

/* Leaves it open as the last one, with the path without links. */
static int enter(struct new_tree *tree, const char *dir, bool with_links)
{
	_cleanup_arena_ struct arena *scratch = NULL;
	const char *resolved = dir + strspn(dir, "/");
	int fd, r;

	if (tree->last_fd >= 0 && text_equal(tree->last, dir))
		return 0;
	new_tree_finish(tree);
	fd = open_beneath(tree, resolved, O_PATH | O_DIRECTORY);
	if (fd == -ECANCELED)
		return fd;
	if (fd < 0) {
		scratch = arena_new();
		r = find(tree, scratch, dir, with_links, &resolved);
		fd = r < 0 ? r : open_beneath(tree, resolved, O_PATH | O_DIRECTORY);
	}
	if (fd < 0)
		return fd;
	tree->last_fd = fd;
	(void)snprintf(tree->last, sizeof(tree->last), "%s", dir);
	(void)snprintf(tree->last_resolved, sizeof(tree->last_resolved), "%s", resolved);
	return 0;
}

/* Where a thing belongs: its directory, which is entered, and its name in it. */
struct place {
	char dir[PATH_MAX], path[2 * PATH_MAX];
	const char *name;
};

/* Slashes at the end say nothing. */
static int take_path(struct place *place, const char *path)
{
	size_t length = strlen(path);

	while (length && path[length - 1] == '/')
		length--;
	if (length >= sizeof(place->dir))
		return -ENAMETOOLONG;
	memcpy(place->dir, path, length);
	place->dir[length] = '\0';
	return 0;
}

static int enter_parent(struct new_tree *tree, const char *path, bool with_links,
			struct place *place)
{
	int r = take_path(place, path);
	const char *name;
	char *slash;

	if (r < 0)
		return r;
	slash = strrchr(place->dir, '/');
	if (!slash)
		return -EEXIST;
	*slash = '\0';
	name = slash + 1;
	r = enter(tree, place->dir, with_links);
	if (r < 0)
		return r;
	(void)snprintf(place->path, sizeof(place->path), "%s%s%s", tree->last_resolved,
		       *tree->last_resolved ? "/" : "", name);
	place->name = name_of(place->path);
	return strlen(place->path) >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Making -------------------------------------------------------------------------------------- */

int new_tree_directory(struct new_tree *tree, const char *path, uint64_t *ret_inode)
{
	struct place place;
	struct stat st;
	int r = take_path(&place, path);

	if (r == 0)
		r = enter(tree, place.dir, false);
	if (r < 0)
		return r;
	if (fstat(tree->last_fd, &st) < 0)
		return err_errno();
	*ret_inode = st.st_ino;
	return 0;
}

static int put(struct new_tree *tree, const struct place *place, const char *bytes, size_t length,
	       bool is_dateless)
{
	_cleanup_fd_ int fd = -1;
	int r = note(tree, place->path, false);

	if (r < 0)
		return r;
	fd = openat(tree->last_fd, place->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0) {
		r = err_errno();
		tree->made.count--;
		return r;
	}
	r = fd_write_bytes(fd, bytes, length);
	if (r == 0 && is_dateless && futimens(fd, dateless) < 0)
		r = err_errno();
	return r;
}

int new_tree_file(struct new_tree *tree, const char *path, const char *bytes, size_t length)
{
	struct place place;
	int r = enter_parent(tree, path, false, &place);

	return r < 0 ? r : put(tree, &place, bytes, length, false);
}

int new_tree_blank(struct new_tree *tree, const char *path, bool with_links, bool is_dateless)
{
	struct place place;
	struct stat st;
	int r = enter_parent(tree, path, with_links, &place);

	if (r < 0 || fstatat(tree->last_fd, place.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return r;
	return put(tree, &place, "", 0, is_dateless);
}

int new_tree_link(struct new_tree *tree, const char *path, const char *target)
{
	struct place place;
	int r = enter_parent(tree, path, false, &place);

	if (r == 0)
		r = note(tree, place.path, false);
	if (r < 0 || symlinkat(target, tree->last_fd, place.name) == 0)
		return r;
	r = err_errno();
	tree->made.count--;
	return r;
}

static bool is_among(uint64_t inode, const uint64_t *inodes, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (inodes[middle] == inode)
			return true;
		if (inodes[middle] < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static int undate(struct new_tree *tree, const char *path, const uint64_t *inodes, size_t count)
{
	_cleanup_fd_ int fd = open_beneath(tree, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	return is_among(st.st_ino, inodes, count) || futimens(fd, dateless) == 0 ? 0 : err_errno();
}

int new_tree_undate(struct new_tree *tree, const uint64_t *inodes, size_t count)
{
	int r = undate(tree, "", inodes, count);

	vec_for_each (thing, &tree->made) {
		if (r == 0 && thing->is_directory)
			r = undate(tree, thing->path, inodes, count);
	}
	return r;
}

/* Taking away --------------------------------------------------------------------------------- */

/* What a directory holds was made after it. */
void new_tree_remove(struct new_tree *tree)
{
	new_tree_finish(tree);
	for (size_t i = tree->made.count; i; i--)
		(void)unlinkat(tree->dir, tree->made.at[i - 1].path,
			       tree->made.at[i - 1].is_directory ? AT_REMOVEDIR : 0);
	tree->made.count = 0;
}

void new_tree_finish(struct new_tree *tree)
{
	if (tree->last_fd >= 0)
		(void)close(tree->last_fd);
	tree->last_fd = -1;
}
