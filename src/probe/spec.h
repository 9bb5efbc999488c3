/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The jobs and their names. PATTERN-BLOCK-qdDEPTH: PATTERN is read or write (sequential), randread
 * or randwrite; BLOCK is 4k to 1024k in steps of 4k, DEPTH 1 to 1024. append-BLOCK: one append
 * after the other into allocated space, each followed by fdatasync, as Redpanda's log does. mixed:
 * random 4k reads during 128k writes at half their measured bandwidth.
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
	PATTERN_HALVES, /* random reads and as many appends of 16 KiB: only of the envelope */
};

struct spec {
	char name[PROBE_NAME];
	enum pattern pattern;
	unsigned block_bytes, depth;
	unsigned lanes;     /* threads that share the depth; 0: as many as the depth needs */
	unsigned appenders; /* that append at the same time; 0: one */
	bool is_prefill;    /* one pass from the start of the file to its end */
};

typedef VEC(struct spec) specs;

/* -EINVAL: there is no such job. */
_must_check_ int spec_parse(const char *name, struct spec *ret);
bool spec_is_write(const struct spec *spec);
bool spec_is_random(const struct spec *spec);

/* The jobs that were asked for, else those of the mode; a repeated name counts once.
 * Empty when it fails. */
_must_check_ int spec_list(struct arena *arena, const struct probe_request *request, specs *ret,
			   struct err *err);

#endif
