/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes what a network card answers to ethtool's ioctl look like attributes of the file layer: on a
 * live root root_read() and root_write() ask the driver, on a recorded node they find files of the
 * same names. Each has one value:
 *
 *   ETHTOOL_DIR NIC/channels/{rx,tx,other,combined}   number; with "-max" appended, the driver's
 *   ETHTOOL_DIR NIC/rings/{rx,tx}                     limit, which cannot be written
 *   ETHTOOL_DIR NIC/features/NAME                     "on" or "off", by the kernel's own name
 *   ETHTOOL_DIR NIC/permanent-address                 "52:54:00:12:34:56", zeroes for none; cannot
 *                                                     be written
 *
 * -EOPNOTSUPP: the driver does not have it, or the feature is off and fixed; -ENOENT: there is no
 * such attribute; -EXDEV: the card is not in this process's network namespace, or another one of
 * that name is. The structures are those of linux/ethtool.h.
 */
#ifndef SYS_ETHTOOL_H
#define SYS_ETHTOOL_H

#include "sys/root.h"

#define ETHTOOL_DIR "/.thintune/ethtool/"

/* Whether the driver answers for this path. */
bool ethtool_is_path(const struct root *root, const char *path);

_must_check_ int ethtool_read(struct root *root, struct arena *arena, const char *path,
			      const char **ret);
/* 0 if it could be written, given the rights. */
_must_check_ int ethtool_may_write(struct root *root, const char *path);
_must_check_ int ethtool_write(struct root *root, const char *path, const char *text);

/* An interface of this process's own network namespace, which is the one that /proc/sys/net is
 * about, whatever sysfs shows: its ifindex, and its permanent address as above, NULL where the
 * driver does not tell it. -ENODEV: there is none of that name, or it is an alternative one. */
_must_check_ int ethtool_interface(struct arena *arena, const char *name, unsigned *ret_index,
				   const char **ret_address);

#endif
