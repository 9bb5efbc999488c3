/* SPDX-License-Identifier: Apache-2.0 */
/* The block devices that the file system of the data directory is on: the one that is mounted, and
 * those beside it which a write or an fsync waits for. */
#ifndef FACTS_DATA_DEVICES_H
#define FACTS_DATA_DEVICES_H

#include "facts/facts.h"

struct data_device {
	const char *sysfs;
	const char *role; /* "XFS log"; NULL: the file system itself */
};
typedef VEC(struct data_device) data_device_list;

/* The external journal of the ext4 file system on this device; NULL: none, or it cannot be told,
 * which is then added to problems. */
const char *data_journal(struct root *root, struct arena *arena, const char *own, names *problems);

/* own: the directory in sysfs of what is mounted. Adds a sentence to problems for each device that
 * is not found. */
void data_devices(struct root *root, struct arena *arena, const struct live_data_dir *dir,
		  const char *own, data_device_list *ret, names *problems);

#endif
