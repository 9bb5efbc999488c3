/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health log of an NVMe controller (NVM Express Base Specification, log page 02h), asked from
 * the device on a live root and remembered for a record, which holds it as the file NVME_DIR NAME.
 */
#ifndef SYS_NVME_H
#define SYS_NVME_H

#include "sys/root.h"

#define NVME_DIR "/.thintune/nvme/"

struct nvme_smart {
	unsigned critical_warning; /* bits as in the log: spare, temperature, reliability, ... */
	unsigned spare_percent, spare_threshold_percent;
	unsigned used_percent;       /* of the life the maker expects; may exceed 100 */
	unsigned temperature_kelvin; /* composite; varies */
	uint64_t media_errors;       /* UINT64_MAX: more */
};

/*
 * controller: "nvme0". -EACCES: needs CAP_SYS_ADMIN; -ENOENT: the node's /dev is not visible below
 * the root, or a record without it; -EIO: the controller refused. The command has the kernel's own
 * time limit, since a shorter one would make the kernel reset a controller that is merely slow.
 */
_must_check_ int nvme_smart_read(struct root *root, struct arena *arena, const char *controller,
				 struct nvme_smart *ret);

#endif
