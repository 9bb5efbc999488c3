/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of this process and of the node around it: the difference of two samples tells what a
 * job cost, and who else was at work. */
#ifndef PROBE_SAMPLE_H
#define PROBE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct sample {
	uint64_t cpu_ns;       /* this process, kernel workers included */
	uint64_t steal, ticks; /* of all CPUs; both 0 when unknown */
	uint64_t disk_bytes;   /* read and written by the disks */
	bool disks_known;
};

/* Descriptors of /proc/stat and of the disks' stat files: who reads them has no way to them any
 * more. -1: cannot be read. */
struct counters {
	int node;
	VEC(int) disks;
};

struct sample sample_take(const struct counters *counters, struct arena *arena);

/* First line of /proc/stat: "cpu" and user nice system idle iowait irq softirq steal ... */
_must_check_ int sample_parse_stat(const char *line, uint64_t *ret_steal, uint64_t *ret_ticks);
/* A disk's stat: sectors of 512 bytes are the third number (read) and the seventh (written). */
_must_check_ int sample_parse_disk(struct arena *arena, const char *text, uint64_t *ret_bytes);

/* Whether each byte that is written goes to one of so many disks below, so that what others moved
 * is the rest. level: md/level of the array that the file system lies on, NULL: it is none or not
 * known. A mirror or parity writes more, and what device-mapper does is not looked at. */
bool sample_writes_once(const char *level, unsigned disks);

#endif
