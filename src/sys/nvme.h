/* SPDX-License-Identifier: Apache-2.0 */
/* Asks an NVMe controller for its health log (NVM Express Base Specification, log 02h) and for its
 * Identify data, both as bytes. */
#ifndef SYS_NVME_H
#define SYS_NVME_H

#include "sys/root.h"

enum { NVME_HEALTH_BYTES = 512, NVME_IDENTIFY_BYTES = 4096 };

/*
 * controller: "nvme0". -EACCES: needs CAP_SYS_ADMIN; -ENOENT: the node's /dev is not visible below
 * the root; -EIO: the controller refused. For a live root: on a recorded node nothing answers. The
 * command has the kernel's own time limit, since a shorter one would make the kernel reset a
 * controller that is merely slow.
 */
_must_check_ int nvme_read_health(const struct root *root, const char *controller,
				  unsigned char ret[NVME_HEALTH_BYTES]);

/* Of the namespace with this number; 0: of the controller itself. Errors as above. */
_must_check_ int nvme_identify(const struct root *root, const char *controller, unsigned nsid,
			       unsigned char ret[NVME_IDENTIFY_BYTES]);

#endif
