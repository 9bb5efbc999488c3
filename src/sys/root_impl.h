/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the file layer share: root_below.c opens, root.c reads, root_write.c and
 * root_log.c write, recorder.c remembers; ethtool.c, irqbalance.c, loop.c, nvme.c and systemctl.c
 * answer in place of files.
 */
#ifndef SYS_ROOT_IMPL_H
#define SYS_ROOT_IMPL_H

#include "base/places.h"
#include "sys/root.h"

/* More than any attribute has; a full buffer is an error. */
enum { attribute_bytes = 64 * 1024 };
/* As systemd takes them; a line of /proc/interrupts has 11 bytes a CPU. */
enum { root_line_bytes = 1024 * 1024 };

/* By enum root_size, and then the limits that hold whatever the size. */
struct root_limit {
	uint64_t bytes;
	int code;
	const char *words;
};
extern const struct root_limit root_limits[];

struct known_error {
	const char *path;
	int code;
};

struct root {
	const char *dir, *name;
	int fd;     /* O_PATH; -1 for "/" */
	int reader; /* the socket of its reader (reader.h); -1: it has none */
	bool is_live;
	/* Unpacked for this process, and nobody else's, whoever owns it: who may write in it says
	 * nothing of the node. */
	bool is_private;
	struct arena *arena;
	VEC(struct known_error) errors; /* of a recorded node: what could not be read there */
	struct arena *recorder;         /* NULL: not recording */
	seen_entries seen;
	/* Of the paths in `seen`. */
	struct places places;
};

/* root_open() but for what a record says of itself: nothing of the tree is read. */
_must_check_ int root_open_bare(struct arena *arena, const char *dir, const char *name,
				struct root **ret, struct err *err);

/* A descriptor or a negative errno; the kernel keeps links and ".." inside the tree. */
int root_open_below(const struct root *root, const char *path, int flags);
/* The same for reading; for a recorded node the error that was recorded for the path. */
int root_open_read(const struct root *root, const char *path);
/* The same where root_is_unknown() is asked only of what turns out to be empty: thousands of files
 * are not. */
int root_open_any(const struct root *root, const char *path);
/* The directory of one of thintune's own files: -EPERM where it is a link, or others than root and
 * the caller may write to it. *ret_name: the file's name in it. */
int root_open_parent(const struct root *root, const char *path, int flags, const char **ret_name);
/* Of a recorded node: it was named there, and never read. */
bool root_is_unknown(int fd);
/* Neither a file nor a directory, but a FIFO, a socket or a device. */
bool root_is_special(int fd);
/* The same for a file that people write or name; -EISDIR, -EMEDIUMTYPE: it is none. */
int root_open_file(const struct root *root, const char *path);
/* That error, 0: none. */
int root_known_error(const struct root *root, const char *path);

/* Both do nothing while no record is being made; the second returns code. */
void root_remember(struct root *root, const char *path, struct seen_entry entry);
int root_remember_failure(struct root *root, const char *path, int code);
/* What a file held when it was read before; NULL: it was not, or no record is being made. */
const char *root_recall(const struct root *root, const char *path);

#endif
