/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the file layer share: root_below.c opens, root.c reads, root_write.c writes,
 * recorder.c remembers; ethtool.c, irqbalance.c, loop.c, nvme.c and systemctl.c answer in place of
 * files.
 */
#ifndef SYS_ROOT_IMPL_H
#define SYS_ROOT_IMPL_H

#include "sys/root.h"

/* More than any attribute has; a full buffer is an error. */
enum { attribute_bytes = 64 * 1024 };

struct known_error {
	const char *path;
	int code;
};

struct root {
	const char *dir;
	int fd; /* O_PATH; -1 for "/" */
	bool is_live;
	struct arena *arena;
	VEC(struct known_error) errors; /* of a recorded node: what could not be read there */
	struct arena *recorder;         /* NULL: not recording */
	seen_entries seen;
};

/* A descriptor or a negative errno; the kernel keeps links and ".." inside the tree. */
int root_open_below(const struct root *root, const char *path, int flags);
/* The same for reading; for a recorded node the error that was recorded for the path. */
int root_open_read(const struct root *root, const char *path);
/* The same for a file that people write or name; -EISDIR, -EINVAL: it is none. */
int root_open_file(const struct root *root, const char *path);
/* That error, 0: none. */
int root_known_error(const struct root *root, const char *path);

/* Both do nothing while no record is being made; the second returns code. */
void root_remember(struct root *root, const char *path, struct seen_entry entry);
int root_remember_failure(struct root *root, const char *path, int code);

#endif
