/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a root and reads what lies below it. */
#include "sys/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/ethtool.h"
#include "sys/fd.h"
#include "sys/loop.h"
#include "sys/reader_impl.h"
#include "sys/rights.h"
#include "sys/systemctl.h"

#define ERRORS_FILE "/.thintune/errors"

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static bool is_kernel_fs(const struct root *root, const char *path)
{
	struct statfs fs;
	_cleanup_fd_ int fd = root_open_below(root, path, O_PATH);

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return false;
	return fs.f_type == SYSFS_MAGIC || fs.f_type == PROC_SUPER_MAGIC;
}

static int errno_of_name(const char *name)
{
	for (int code = 1; code < 134; code++) {
		if (text_equal(strerrorname_np(code), name))
			return -code;
	}
	return -EIO;
}

static int add_known_error(void *context, char *line)
{
	struct root *root = context;
	names words = text_words(root->arena, line);

	if (words.count == 2)
		vec_push(
		    root->arena, &root->errors,
		    (struct known_error){.path = words.at[1], .code = errno_of_name(words.at[0])});
	return 0;
}

static int open_dir(struct root *root, const char *dir, struct err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, err_errno(), "cannot open root '%s': %s", dir,
			       err_words(errno));
	root->fd = fd;
	/* Ask once whether openat2 works at all, so that a later refusal is about the path. */
	fd = root_open_below(root, "/", O_PATH);
	if (fd == -ENOSYS || fd == -EPERM)
		return err_set(err, -ENOTSUP,
			       "root '%s' needs the openat2 system call, which this kernel or its "
			       "seccomp filter refuses (%s)",
			       dir, err_name(fd));
	if (fd >= 0)
		(void)close(fd);
	return 0;
}

int root_open_bare(struct arena *arena, const char *dir, const char *name, struct root **ret,
		   struct err *err)
{
	static const char *const kernel_dirs[] = {"/sys", "/proc", "/proc/sys", "/proc/irq"};
	struct root *root = arena_alloc(arena, sizeof(*root));
	int r;

	*root = (struct root){.dir = arena_strdup(arena, dir),
			      .name = arena_strdup(arena, name),
			      .fd = -1,
			      .reader = -1,
			      .arena = arena};
	if (!text_equal(dir, "/")) {
		r = open_dir(root, dir, err);
		if (r < 0) {
			root_close(root);
			return r;
		}
	}
	for (size_t i = 0; i < sizeof(kernel_dirs) / sizeof(kernel_dirs[0]); i++)
		root->is_live |= is_kernel_fs(root, kernel_dirs[i]);
	if (!root_exists(root, "/sys") && !root_exists(root, "/proc")) {
		root_close(root);
		return err_set(err, -EINVAL,
			       "root '%s' is not a node: it has neither /sys nor /proc", name);
	}
	*ret = root;
	return 0;
}

int root_open(struct arena *arena, const char *dir, struct root **ret, struct err *err)
{
	return root_open_as(arena, dir, dir, ret, err);
}

int root_open_as(struct arena *arena, const char *dir, const char *name, struct root **ret,
		 struct err *err)
{
	struct root *root = NULL;
	int r = root_open_bare(arena, dir, name, &root, err);

	if (r < 0)
		return r;
	root->is_private = !text_equal(dir, name);
	if (!root->is_live)
		r = root_lines(root, ERRORS_FILE, ROOT_LONG_TEXT, add_known_error, root);
	if (r < 0 && r != -ENOENT) {
		root_close(root);
		return err_set(err, r, "cannot read %s of root '%s': %s", ERRORS_FILE, name,
			       root_words(r));
	}
	*ret = root;
	return 0;
}

void root_close(struct root *root)
{
	if (root && root->fd >= 0) {
		(void)close(root->fd);
		root->fd = -1;
	}
}

void root_closep(struct root **root)
{
	root_close(*root);
}

const char *root_dir(const struct root *root)
{
	return root->dir;
}

const char *root_name(const struct root *root)
{
	return root->name;
}

bool root_is_live(const struct root *root)
{
	return root->is_live;
}

/* A driver, or systemd, answers in place of a file. */
static int read_driver(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	int r = ethtool_is_path(root, path)     ? ethtool_read(root, arena, path, ret)
		: systemctl_is_path(root, path) ? systemctl_read(root, path, ret)
						: loop_read(root, arena, path, ret);

	if (r < 0)
		return root_remember_failure(root, path, r);
	root_remember(root, path, (struct seen_entry){.kind = SEEN_FILE, .text = *ret});
	return 0;
}

/* A directory that was never listed is not known to be none. */
static int read_error(const struct root *root, int fd)
{
	int r = err_errno();

	return !root->is_live && root_is_unknown(fd) ? -ENODATA : r;
}

/* As read(2), by the reader. */
static ssize_t read_by_reader(const struct root *root, const char *path, char *buffer, size_t room)
{
	int r = reader_ask(root, (struct reader_what){.kind = READER_KEY}, path, buffer, room);

	if (r < 0)
		errno = -r;
	return r < 0 ? -1 : r;
}

static const char *without_newlines(struct arena *arena, const char *text)
{
	size_t length = strlen(text);

	while (length && text[length - 1] == '\n')
		length--;
	return arena_strndup(arena, text, length);
}

/* Nobody but the kernel makes anything there. */
static bool is_kernels(const struct root *root, const char *path)
{
	return root->is_live && (text_starts(path, "/sys/") || text_starts(path, "/proc/"));
}

/* The kernel ends a value with a newline. What does not end so may go on: half a number would go
 * into the journal as the original. */
static ssize_t read_value(int fd, char *buffer, size_t size)
{
	size_t length = 0;

	do {
		ssize_t got = read(fd, buffer + length, size - length);

		if (got < 0)
			return got;
		if (got == 0)
			break;
		length += (size_t)got;
	} while (length < size && buffer[length - 1] != '\n');
	return (ssize_t)length;
}

int root_read(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	/* Not cleared first: that would cost more than the read, and there are thousands. */
	__attribute__((uninitialized)) char buffer[attribute_bytes];
	_cleanup_fd_ int fd = -1;
	const char *seen;
	ssize_t length;

	if (ethtool_is_path(root, path) || loop_is_path(root, path) ||
	    systemctl_is_path(root, path))
		return read_driver(root, arena, path, ret);
	/* A record plans for many profiles, which read the same. */
	seen = root_recall(root, path);
	if (seen && strlen(seen) < sizeof(buffer)) {
		*ret = without_newlines(arena, seen);
		return 0;
	}
	fd = root_open_any(root, path);
	if (fd < 0)
		return root_remember_failure(root, path, fd);
	if (!is_kernels(root, path) && root_is_special(fd))
		return root_remember_failure(root, path, -EMEDIUMTYPE);
	length = read_value(fd, buffer, sizeof(buffer));
	if (length < 0 && errno == EPERM && root->reader >= 0 && reader_has_key(path))
		length = read_by_reader(root, path, buffer, sizeof(buffer));
	if (length < 0)
		return root_remember_failure(root, path, read_error(root, fd));
	if (!length && !root->is_live && root_is_unknown(fd))
		return root_remember_failure(root, path, -ENODATA);
	if ((size_t)length == sizeof(buffer))
		return root_remember_failure(root, path, -EFBIG);
	buffer[length] = '\0';
	root_remember(root, path, (struct seen_entry){.kind = SEEN_FILE, .text = buffer});
	*ret = without_newlines(arena, buffer);
	return 0;
}

/* Ends the bytes with a NUL; -EFBIG from attribute_bytes on. */
static int read_whole(struct root *root, const char *path, char *buffer, size_t *ret_length)
{
	_cleanup_fd_ int fd = root_open_file(root, path);
	size_t length = 0;
	ssize_t got = 0;

	if (fd < 0)
		return fd;
	while (length < attribute_bytes &&
	       (got = read(fd, buffer + length, attribute_bytes - length)) > 0)
		length += (size_t)got;
	if (got < 0)
		return err_errno();
	if (length >= attribute_bytes)
		return -EFBIG;
	buffer[length] = '\0';
	*ret_length = length;
	return 0;
}

int root_peek_arguments(struct root *root, struct arena *arena, const char *path, names *ret)
{
	__attribute__((uninitialized)) char buffer[attribute_bytes];
	size_t length = 0;
	int r = read_whole(root, path, buffer, &length);

	if (r < 0)
		return r;
	*ret = (names){0};
	for (size_t at = 0; at < length; at += strlen(buffer + at) + 1)
		vec_push(arena, ret, arena_strdup(arena, buffer + at));
	return 0;
}

int root_peek_file(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	__attribute__((uninitialized)) char buffer[attribute_bytes];
	size_t length = 0;
	int r = read_whole(root, path, buffer, &length);

	if (r == 0 && strlen(buffer) != length)
		r = -EILSEQ;
	if (r == 0)
		*ret = arena_strdup(arena, buffer);
	return r;
}

int root_read_file(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	int r = root_peek_file(root, arena, path, ret);

	if (r < 0)
		return root_remember_failure(root, path, r);
	root_remember(root, path, (struct seen_entry){.kind = SEEN_FILE, .text = *ret});
	return 0;
}

/* What a record does not list fully is not listed by the record of that record either: its names
 * would be taken for all. */
static void remember_list(struct root *root, const char *dir, const names *list, bool is_whole)
{
	struct seen_entry seen = {.kind = SEEN_DIR};

	if (!is_whole) {
		(void)root_remember_failure(root, dir, -EISDIR);
		return;
	}
	vec_for_each (name, list)
		vec_push(root->recorder, &seen.list, arena_strdup(root->recorder, *name));
	root_remember(root, dir, seen);
}

int root_list(struct root *root, struct arena *arena, const char *dir, names *ret)
{
	__attribute__((cleanup(close_dir))) DIR *handle = NULL;
	struct dirent *entry;
	names list = {0};
	int fd = root_known_error(root, dir);

	if (fd == 0)
		fd = root_open_below(root, dir, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return root_remember_failure(root, dir, fd);
	handle = fdopendir(fd);
	if (!handle) {
		int r = err_errno();

		(void)close(fd);
		return r;
	}
	errno = 0;
	while ((entry = readdir(handle))) {
		if (!text_equal(entry->d_name, ".") && !text_equal(entry->d_name, ".."))
			vec_push(arena, &list, arena_strdup(arena, entry->d_name));
		errno = 0;
	}
	if (errno)
		return root_remember_failure(root, dir, err_errno());
	text_natural_sort(&list);
	if (root->recorder)
		remember_list(root, dir, &list, root->is_live || !root_is_unknown(dirfd(handle)));
	*ret = list;
	return 0;
}

bool root_is_absent(struct root *root, struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	names entries = {0};

	if (root_is_unrecorded(root, path))
		return false;
	while (root->recorder && slash && slash > path) {
		path = arena_strndup(arena, path, (size_t)(slash - path));
		slash = strrchr(path, '/');
		if (root_list(root, arena, path, &entries) == 0)
			break;
	}
	return true;
}

int root_link(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	char target[4096];
	_cleanup_fd_ int fd = root_known_error(root, path);
	ssize_t length;

	if (fd == 0)
		fd = root_open_below(root, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return root_remember_failure(root, path, fd);
	length = readlinkat(fd, "", target, sizeof(target) - 1);
	/* For an empty path the kernel returns ENOENT where readlink returns EINVAL. */
	if (length < 0)
		return errno == ENOENT ? -EINVAL : err_errno();
	target[length] = '\0';
	root_remember(root, path, (struct seen_entry){.kind = SEEN_LINK, .text = target});
	*ret = arena_strdup(arena, target);
	return 0;
}

int root_follow(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	const char *target = NULL;
	struct str joined = str_new(arena);
	names parts = {0}, fields;
	int r = root_link(root, arena, path, &target);

	if (r < 0)
		return r;
	if (target[0] != '/') {
		const char *slash = strrchr(path, '/');

		str_add_n(&joined, path, slash ? (size_t)(slash - path) : 0);
		str_add(&joined, "/");
	}
	str_add(&joined, target);
	fields = text_split(arena, joined.text, '/');
	vec_for_each (field, &fields) {
		if (text_equal(*field, "..")) {
			if (parts.count)
				parts.count--;
		} else if (**field && !text_equal(*field, ".")) {
			vec_push(arena, &parts, *field);
		}
	}
	*ret = arena_printf(arena, "/%s", text_join(arena, &parts, "/"));
	return 0;
}

bool root_exists(struct root *root, const char *path)
{
	_cleanup_fd_ int fd = root_open_below(root, path, O_PATH);

	if (fd < 0)
		(void)root_remember_failure(root, path, fd);
	return fd >= 0;
}

bool root_may_exist(struct root *root, const char *path)
{
	uint64_t identity;
	int r = root->is_live && !root->recorder ? root_identity(root, path, &identity) : 0;

	return r != -ENOENT && r != -ENOTDIR;
}

bool root_access_is_filtered(void)
{
	return syscall(SYS_faccessat2, AT_FDCWD, "/", F_OK, 0) < 0 && errno == EPERM;
}

int root_identity(struct root *root, const char *path, uint64_t *ret)
{
	_cleanup_fd_ int fd = root_open_below(root, path, O_PATH);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	*ret = st.st_ino;
	return 0;
}

/* A command that only reads has given up CAP_DAC_OVERRIDE, and one that writes would have it.
 * procfs does not ask for it (fs/proc/proc_sysctl.c, test_perm()), and it does not count for an
 * owner from outside the user namespace, who looks like nobody. */
static bool is_overridden(int fd)
{
	enum { nobody = 65534 };
	uint64_t held;
	struct statfs fs;
	struct stat st;

	return rights_at_start(&held) && held >> CAP_DAC_OVERRIDE & 1 && fstat(fd, &st) == 0 &&
	       fstatfs(fd, &fs) == 0 && fs.f_type != PROC_SUPER_MAGIC && st.st_uid != nobody &&
	       st.st_gid != nobody;
}

int root_may_write(struct root *root, const char *path)
{
	_cleanup_fd_ int fd = -1;

	if (ethtool_is_path(root, path))
		return ethtool_may_write(root, path);
	if (systemctl_is_path(root, path))
		return systemctl_may_write(path);
	fd = root_open_below(root, path, O_PATH);
	if (fd < 0)
		return fd;
	if (syscall(SYS_faccessat2, fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS) == 0)
		return 0;
	if (errno == EACCES)
		return root->is_private || is_overridden(fd) ? 0 : -EACCES;
	/* Kernels before 5.8 do not know this call, and old seccomp filters answer EPERM, which no
	 * file of the kernel does: then only the write itself can tell. */
	return errno == ENOSYS || errno == EPERM ? 0 : err_errno();
}

static bool mount_id(int dir, const char *path, uint64_t *ret)
{
	struct statx stx;

	if (statx(dir, path, AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 ||
	    !(stx.stx_mask & STATX_MNT_ID))
		return false;
	*ret = stx.stx_mnt_id;
	return true;
}

bool root_is_container_layer(struct root *root, const char *dir)
{
	_cleanup_fd_ int fd = root_open_below(root, dir, O_PATH);
	uint64_t there, here;

	return root->is_live && mount_id(fd, "", &there) && mount_id(AT_FDCWD, "/", &here) &&
	       there == here;
}
