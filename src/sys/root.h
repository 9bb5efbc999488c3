/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file layer: the only code that opens anything below --root. The root is "/" on bare metal,
 * "/host" in a pod, or any directory with an unpacked record; all three use the same calls.
 *
 * It promises that for any root but "/" no path, link or ".." leads out of the tree (openat2 with
 * RESOLVE_IN_ROOT); that only root_write, root_replace, root_overwrite, root_put_file,
 * root_put_link, root_take_file, root_remove and root_mkdir write; and that nothing creates a file
 * below /proc or /sys. Paths are absolute as seen from the root ("/sys/block"). Calls return 0 or a
 * negative errno.
 */
#ifndef SYS_ROOT_H
#define SYS_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct root;

/* -ENOENT or -ENOTDIR if dir is no directory; -ENOTSUP if it is not "/" and the kernel lacks
 * openat2; -EINVAL if it has neither /proc nor /sys, so it is no node. */
_must_check_ int root_open(struct arena *arena, const char *dir, struct root **ret,
			   struct err *err);
/* name: what messages call it; dir is where it is unpacked, for this process alone and to be read
 * only. */
_must_check_ int root_open_as(struct arena *arena, const char *dir, const char *name,
			      struct root **ret, struct err *err);
void root_close(struct root *root);
void root_closep(struct root **root);
#define _cleanup_root_ __attribute__((cleanup(root_closep)))

/* What only CAP_SYS_ADMIN may read is asked of the reader behind this socket (sys/reader.h), which
 * outlives the root; -1: of nobody. */
void root_use_reader(struct root *root, int fd);

/* The directory as it was given. */
const char *root_dir(const struct root *root);
/* For messages. */
const char *root_name(const struct root *root);

/* True if any of /sys, /proc, /proc/sys, /proc/irq below the root is a file system of the kernel
 * (fstatfs tells, never the option). False: a recorded node. */
bool root_is_live(const struct root *root);

/*
 * Reads an attribute of sysfs or procfs, of a network card's driver (sys/ethtool.h), or of a unit
 * (sys/systemctl.h), until what has come ends with a newline, or to its end. Final newlines are
 * removed; content with NUL bytes ends at the first. -EFBIG from 64 KiB on; -EMEDIUMTYPE of a FIFO
 * or a device. If a live root has no /proc/cpuinfo, /proc/meminfo, /proc/cmdline or /proc/version
 * (a pod with three binds only), they are read from the caller's /proc.
 */
_must_check_ int root_read(struct root *root, struct arena *arena, const char *path,
			   const char **ret);

/* The same file, left open: for reads at offset 0 by a process that may not open it later. */
_must_check_ int root_open_attribute(struct root *root, const char *path, int *ret_fd);

/* Not for a record, which says nothing of processes and little of others' files: what a process was
 * started with (/proc/PID/cmdline, whose words end with NUL), and a file as below. */
_must_check_ int root_peek_arguments(struct root *root, struct arena *arena, const char *path,
				     names *ret);
_must_check_ int root_peek_file(struct root *root, struct arena *arena, const char *path,
				const char **ret);

/* A whole file that people write; -EFBIG from 64 KiB on, -EILSEQ if it is not text, -EISDIR or
 * -EMEDIUMTYPE if it is no regular file: it is not opened then, as a FIFO or a device may be named.
 */
_must_check_ int root_read_file(struct root *root, struct arena *arena, const char *path,
				const char **ret);

/* The most that is read of one file, and what is said where it is larger: of what people write
 * 1 MiB (-E2BIG); of lists 16 MiB (-EOVERFLOW); of the kernel's tables and our own files 128 MiB
 * (-ENOBUFS). */
enum root_size { ROOT_TEXT, ROOT_LONG_TEXT, ROOT_TABLE };

/* Reads a regular file line by line, without newlines. It stops when line() returns anything but 0,
 * and returns that. The line is valid during the call only. -EMSGSIZE: one is longer than 1 MiB;
 * -EISDIR, -EMEDIUMTYPE: as below. What line() was given before an error is of no use. */
typedef int (*root_line_fn)(void *context, char *line);
_must_check_ int root_lines(struct root *root, const char *path, enum root_size size,
			    root_line_fn line, void *context);

/* What to say of an error of these functions: err_words(), and which limit was passed. */
const char *root_words(int code);

/* Names in a directory without "." and "..", in natural order (rx-2 before rx-10). */
_must_check_ int root_list(struct root *root, struct arena *arena, const char *dir, names *ret);

/* The first FIFO or device in a directory, or below it as well; links are not followed. NULL: there
 * is none among the first 400,000 entries. */
const char *root_find_special(struct root *root, struct arena *arena, const char *dir, bool below);

/* One directory by two names; false of a record, and while one is made: it holds both. */
bool root_is_same(struct root *root, const char *one, const char *other);

/* The text of a symbolic link. */
_must_check_ int root_link(struct root *root, struct arena *arena, const char *path,
			   const char **ret);

/* The target of a link as a path from the root: the link's text appended to its directory, without
 * "." and "..". For sysfs, whose links are relative and lead to no other link. */
_must_check_ int root_follow(struct root *root, struct arena *arena, const char *path,
			     const char **ret);

bool root_exists(struct root *root, const char *path);
/* False: it is not there. For a directory, before much is looked for in it. True of a record, and
 * while one is made: it holds what is looked for, one by one. */
bool root_may_exist(struct root *root, const char *path);

/* A seccomp filter that is older than faccessat2 answers EPERM to it, and the C library takes that
 * for the file's answer: every access(2) of this process fails, whatever there is. */
bool root_access_is_filtered(void);

/* Tells a file or directory from a later one of the same path. It is the inode number, which sysfs
 * does not reuse before the next boot. -ENOENT, -ENOTDIR: there is none. */
_must_check_ int root_identity(struct root *root, const char *path, uint64_t *ret);

/* 0 if this process, or an apply by the same user, could open path for writing, else -EACCES,
 * -EROFS, -ENOENT ...; opens nothing.
 */
_must_check_ int root_may_write(struct root *root, const char *path);

/* Whether a directory of a live root is on the same mount as the caller's "/": in a container,
 * files there disappear with it. False if that is unknown. */
bool root_is_container_layer(struct root *root, const char *dir);

/* One write(2) to an existing file (O_WRONLY|O_TRUNC, never O_CREAT); a short write is -EIO. */
_must_check_ int root_write(struct root *root, const char *path, const char *text);

/* Replaces a whole file of the node's configuration, as root_replace does, but keeps its mode and
 * owner; a new one gets 0644. Makes its directory if there is none. -EPERM: as below, or it is no
 * regular file. */
_must_check_ int root_put_file(struct root *root, const char *path, const char *text);
/* The same for a symbolic link. -EPERM: as below, or something else has its name. */
_must_check_ int root_put_link(struct root *root, const char *path, const char *target);
/* Removes the file or link, and then its directory if that is empty and called NAME.d or NAME.wants
 * (for drop-ins and links of units). */
_must_check_ int root_take_file(struct root *root, const char *path);
/* 0 if this process could put or take it. */
_must_check_ int root_may_put_file(struct root *root, const char *path);
_must_check_ int root_may_put_link(struct root *root, const char *path);

/* Replaces a file of thintune itself (journal, verdict): writes a temporary file next to it,
 * fsyncs and renames that, fsyncs the directory. */
_must_check_ int root_replace(struct root *root, const char *path, const char *text);
_must_check_ int root_remove(struct root *root, const char *path);
/* Overwrites bytes in place from offset on, which needs no space on the file system. -EINVAL: the
 * file is shorter; -EPERM: others may write to it. */
_must_check_ int root_overwrite(struct root *root, const char *path, size_t offset,
				const char *text);
/* Makes the directory (0755) and its parents; it may exist already. */
_must_check_ int root_mkdir(struct root *root, const char *dir);
/* 0 if only root and the caller can have written the file. -EPERM if its directory is a link, or if
 * others may write to the directory or the file. The four functions above and both locks refuse
 * such a directory with -EPERM, too. */
_must_check_ int root_is_ours(struct root *root, const char *path);
/* The same for a directory: nobody else may create a file in it. */
_must_check_ int root_is_our_dir(struct root *root, const char *dir);
/* What to say of a file that is not ours. */
#define ROOT_NOT_OURS                                                                              \
	"cannot be trusted: it or its directory is a link, or users other than root may write to " \
	"it"

/* Takes an exclusive flock on a directory (made if there is none) or on an existing file. Both are
 * opened for reading, so a read-only file system will do. Others cannot open them from then on, but
 * can still open what is in the directory by name. Waits at most *left_us and subtracts the time it
 * waited; -EWOULDBLOCK if somebody else still has the lock. It lasts until *ret_fd is closed. */
_must_check_ int root_lock_dir(struct root *root, const char *dir, uint64_t *left_us, int *ret_fd);
_must_check_ int root_lock(struct root *root, const char *path, uint64_t *left_us, int *ret_fd);

/* The process that holds the lock of a directory; *ret_pid 0: nobody of this PID namespace does. An
 * errno where the node's /proc/locks cannot be read. */
_must_check_ int root_lock_holder(struct root *root, struct arena *arena, const char *dir,
				  uint64_t *ret_pid);

/* A recorded node where it cannot be told what this file holds, or whether it exists: its name was
 * listed but nothing read it (reading it says -ENODATA), or nobody listed its directory. */
bool root_is_unrecorded(struct root *root, const char *path);
/* Of a path that was not found: is it known not to be there? A record that is being made gets the
 * names of the nearest directory, which say so. */
bool root_is_absent(struct root *root, struct arena *arena, const char *path);

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
