/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs by name: PATTERN-BLOCK-qdDEPTH with PATTERN read, write (sequential), randread or randwrite,
 * BLOCK 4k to 1024k in steps of 4k, DEPTH 1 to 1024; append-BLOCK (write behind the last one into
 * space that was allocated before, then fdatasync; one at a time, as Redpanda's log does) and mixed
 * (random 4k reads while 128k writes go on at half their measured bandwidth).
 */
#ifndef PROBE_SPEC_H
#define PROBE_SPEC_H

#include "probe/probe.h"

enum pattern {
	PATTERN_READ,
	PATTERN_WRITE,
	PATTERN_RANDREAD,
	PATTERN_RANDWRITE,
	PATTERN_APPEND,
	PATTERN_MIXED,
};

struct spec {
	char name[PROBE_NAME];
	enum pattern pattern;
	unsigned block_bytes, depth;
	bool is_prefill; /* once from the start of the file to its end */
};

typedef VEC(struct spec) specs;

/* -EINVAL: no such job. */
_must_check_ int spec_parse(const char *name, struct spec *ret);
bool spec_is_write(const struct spec *spec);
bool spec_is_random(const struct spec *spec);

/* Those asked for, else those of the mode; a name that stands twice counts once. */
_must_check_ int specs_of(struct arena *arena, const struct probe_request *request, specs *ret,
			  struct err *err);

#endif
