/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the device that a loop device's backing file lies on look like an attribute of the file
 * layer: on a live root root_read() asks the kernel, on a recorded node it finds a file of the same
 * name. LOOP_DIR loopN holds "MAJOR:MINOR", of the device itself if a device is the backing file.
 *
 * The loop device is asked first, since its file may be deleted, or hidden below another mount. If
 * it may not be opened, or the node's /dev is not visible below the root, the file is looked up
 * there. -ENXIO: it has no backing file.
 */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include "sys/root.h"

#define LOOP_DIR "/.thintune/loop/"

/* Whether the loop device answers for this path. */
bool loop_is_path(const struct root *root, const char *path);

_must_check_ int loop_read(const struct root *root, struct arena *arena, const char *path,
			   const char **ret);

#endif
