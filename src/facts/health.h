/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health log of an NVMe controller: what its bytes mean, and how a record holds it, as one line
 * of text in the file NVME_DIR NAME.
 */
#ifndef FACTS_HEALTH_H
#define FACTS_HEALTH_H

#include "facts/facts.h"

#define NVME_DIR "/.thintune/nvme/"

/* log: the NVME_HEALTH_BYTES of sys/nvme.h. */
struct nvme_smart health_decode(const unsigned char *log);

const char *health_text(struct arena *arena, const struct nvme_smart *smart);

#endif
