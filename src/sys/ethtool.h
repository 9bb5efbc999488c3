/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a NIC says through ethtool's ioctl, as attributes of the file layer: root_read() and
 * root_write() of a live root ask the driver, those of a recorded node find plain files of the same
 * names. One value each:
 *
 *   ETHTOOL_DIR NIC/channels/{rx,tx,other,combined}   number; with "-max" behind it: the driver's
 *   ETHTOOL_DIR NIC/rings/{rx,tx}                     limit, which cannot be written
 *   ETHTOOL_DIR NIC/features/NAME                     "on" or "off", by the kernel's own name
 *
 * -EOPNOTSUPP: the driver has no such thing, or the feature is off and fixed; -ENOENT: no such
 * attribute; -EXDEV: the NIC is not in this process's network namespace, or another one of its name
 * is. Source of the structures: linux/ethtool.h.
 */
#ifndef SYS_ETHTOOL_H
#define SYS_ETHTOOL_H

#include "sys/root.h"

#define ETHTOOL_DIR "/.thintune/ethtool/"

/* Is this path answered by the driver? */
bool ethtool_is_path(const struct root *root, const char *path);

_must_check_ int ethtool_read(struct root *root, struct arena *arena, const char *path,
			      const char **ret);
/* 0 when it could be written but for rights. */
_must_check_ int ethtool_may_write(struct root *root, const char *path);
_must_check_ int ethtool_write(struct root *root, const char *path, const char *text);

#endif
