/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file layer: the only module that opens anything below --root. "/" is bare metal, "/host" a
 * pod's view of its node, any other directory an unpacked recorded node; all three go through the
 * same calls.
 *
 * Promises: for any root but "/" no path, link or ".." leads out of the tree (openat2 with
 * RESOLVE_IN_ROOT). Nothing but root_write, root_replace, root_overwrite, root_remove and
 * root_mkdir opens for writing, and nothing creates a file below /proc or /sys. Paths are absolute
 * as seen from the root ("/sys/block"). All calls return 0 or a negative errno.
 */
#ifndef SYS_ROOT_H
#define SYS_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct root;

/* -ENOENT, -ENOTDIR when dir is not a directory; -ENOTSUP when the kernel lacks openat2 and dir is
 * not "/"; -EINVAL when dir holds none of /proc, /sys (it is no node). */
_must_check_ int root_open(struct arena *arena, const char *dir, struct root **ret,
			   struct err *err);
void root_close(struct root *root);
void root_closep(struct root **root);
#define _cleanup_root_ __attribute__((cleanup(root_closep)))

/* The directory as it was given. */
const char *root_dir(const struct root *root);

/* True when any of /sys, /proc, /proc/sys, /proc/irq below the root is the kernel's own file
 * system (asked from fstatfs, never from the option). False: a recorded node. */
bool root_is_live(const struct root *root);

/*
 * One attribute of sysfs or procfs, or of a NIC's driver (sys/ethtool.h): one read(2), final
 * newlines removed. Content with NUL bytes is cut at the first. -EFBIG from 64 KiB on. On a live
 * root whose tree lacks /proc/cpuinfo, /proc/meminfo, /proc/cmdline, /proc/version (a pod with only
 * three binds) these are read from the caller's /proc.
 */
_must_check_ int root_read(struct root *root, struct arena *arena, const char *path,
			   const char **ret);

/* The same file held open, for reads at offset 0 by whoever may not open it later. */
_must_check_ int root_open_attribute(struct root *root, const char *path, int *ret_fd);

/* A file that people write, to the last byte; -EFBIG from 64 KiB on, -EILSEQ when it is no text. */
_must_check_ int root_read_file(struct root *root, struct arena *arena, const char *path,
				const char **ret);

/* A table (seq_file) line by line, newline removed; stops early when line() returns non-zero, and
 * returns that. The line is only valid during the call. */
typedef int (*root_line_fn)(void *context, char *line);
_must_check_ int root_lines(struct root *root, const char *path, root_line_fn line, void *context);

/* Names in a directory without "." and "..", natural order (rx-2 before rx-10). */
_must_check_ int root_list(struct root *root, struct arena *arena, const char *dir, names *ret);

/* The text of a symbolic link. */
_must_check_ int root_link(struct root *root, struct arena *arena, const char *path,
			   const char **ret);

/* Path of a sysfs link's target, as seen from the root: the link's text joined to its directory,
 * "." and ".." removed. For sysfs, whose links are relative and one level deep. */
_must_check_ int root_follow(struct root *root, struct arena *arena, const char *path,
			     const char **ret);

bool root_exists(struct root *root, const char *path);

/* Tells a file or directory from a later one of the same path: its inode number, which sysfs gives
 * to no other object until the next boot. -ENOENT, -ENOTDIR: there is none. */
_must_check_ int root_identity(struct root *root, const char *path, uint64_t *ret);

/* 0 when this process could open path for writing, else -EACCES, -EROFS, -ENOENT ...; opens
 * nothing. */
_must_check_ int root_may_write(struct root *root, const char *path);

/* A directory of a live root lies on the same mount as the caller's own "/", whose files in a
 * container go with it. False where that cannot be told. */
bool root_is_own_layer(struct root *root, const char *dir);

/* One write(2) to an existing file (O_WRONLY|O_TRUNC, never O_CREAT); a short write is -EIO. */
_must_check_ int root_write(struct root *root, const char *path, const char *text);

/* Files of the node's own configuration. Replaced as a whole like our own ones below, with mode and
 * owner as they were; a new one is 0644. Its directory is made when it is absent. -EPERM: as below,
 * or it is no regular file. */
_must_check_ int root_put_file(struct root *root, const char *path, const char *text);
/* The file; and its directory, should that be empty then and called NAME.d, as for drop-ins. */
_must_check_ int root_take_file(struct root *root, const char *path);
/* 0 when this process could put or take it. */
_must_check_ int root_may_put_file(struct root *root, const char *path);

/* Own files (journal, verdict): written beside, fsynced, renamed over, directory fsynced. */
_must_check_ int root_replace(struct root *root, const char *path, const char *text);
_must_check_ int root_remove(struct root *root, const char *path);
/* Overwrites the bytes from offset on in place: that needs no room on the file system. -EINVAL: the
 * file ends before; -EPERM: it may be written by others. */
_must_check_ int root_overwrite(struct root *root, const char *path, size_t offset,
				const char *text);
/* Makes the directory (0755) and its parents; fine when it is there. */
_must_check_ int root_mkdir(struct root *root, const char *dir);
/* These five and both locks: -EPERM where the file's directory is a link, or may be written by
 * anybody but root and the caller. This one also when the file itself is such: 0 says that its
 * content is ours. */
_must_check_ int root_is_ours(struct root *root, const char *path);
/* The same of a directory itself: nobody else may put a name into it. */
_must_check_ int root_is_our_dir(struct root *root, const char *dir);

/* Exclusive flock on a directory (made when absent) or on a file that is there. Both are opened for
 * reading, so that it needs no file system that can be written, and nobody else may open them from
 * then on; what is in the directory can still be opened by name. Waits at most *left_us and takes
 * from it what it waited; -EWOULDBLOCK when still held. *ret_fd is held until closed. */
_must_check_ int root_lock_dir(struct root *root, const char *dir, uint64_t *left_us, int *ret_fd);
_must_check_ int root_lock(struct root *root, const char *path, uint64_t *left_us, int *ret_fd);

/* Recording: after root_record_start every read, list, link and failed look-up is remembered. */
enum seen { SEEN_FILE, SEEN_LINK, SEEN_DIR, SEEN_ABSENT, SEEN_ERROR };
struct seen_entry {
	const char *path;
	enum seen kind;
	const char *text; /* content or link target; NULL for the rest */
	names list;       /* SEEN_DIR: what it holds */
	int error;        /* SEEN_ERROR: negative errno */
};
typedef VEC(struct seen_entry) seen_entries;
void root_record_start(struct root *root, struct arena *arena);
/* Sorted by path, one entry a path. */
const seen_entries *root_record_entries(struct root *root);

#endif
