/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of counters: CPU time of this process, steal time, bytes of the disks. The difference of
 * two samples says what a job cost, and whether others were using the node. */
#ifndef PROBE_SAMPLE_H
#define PROBE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct sample {
	uint64_t cpu_ns;       /* of this process, with kernel workers */
	uint64_t steal, ticks; /* of all CPUs; both 0: unknown */
	uint64_t disk_bytes;   /* read and written by the disks */
	bool disks_known;
};

/* Descriptors of /proc/stat and of the disks' stat files, opened before the process gave up the
 * right to. -1: unreadable. */
struct counters {
	int node;
	VEC(int) disks;
};

struct sample sample_take(const struct counters *counters, struct arena *arena);

/* The first line of /proc/stat: "cpu", user nice system idle iowait irq softirq steal ... */
_must_check_ int sample_parse_stat(const char *line, uint64_t *ret_steal, uint64_t *ret_ticks);
/* A disk's stat file: its third and seventh number are the sectors of 512 bytes read and written.
 */
_must_check_ int sample_parse_disk(struct arena *arena, const char *text, uint64_t *ret_bytes);

/* Whether each written byte goes to exactly one disk, so that all other bytes of the disks are
 * those of others. disks: how many are below the file system. level: md/level of its array; NULL:
 * none or unknown. Mirrors and parity write more, and device-mapper is not looked into. */
bool sample_writes_once(const char *level, unsigned disks);

#endif
