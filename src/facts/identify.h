/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Identify data of an NVMe namespace and of its controller: what their bytes mean (NVM Express
 * NVM Command Set Specification, Identify Namespace and Identify Controller), and how a record
 * holds them, as one line of text in the file NVME_DIR DISK (health.h).
 */
#ifndef FACTS_IDENTIFY_H
#define FACTS_IDENTIFY_H

#include "facts/facts.h"

/* Both have the NVME_IDENTIFY_BYTES of sys/nvme.h. -EBADMSG: no namespace is like that. */
_must_check_ int identify_decode(struct arena *arena, const unsigned char *controller,
				 const unsigned char *space, struct nvme_identity *ret);

const char *identify_text(struct arena *arena, const struct nvme_identity *identity);
/* -EBADMSG: not what identify_text() writes. */
_must_check_ int identify_parse(struct arena *arena, const char *text, struct nvme_identity *ret);

#endif
