/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floors of an earlier probe, so that a restart does not measure again. In
 * ROOT/var/lib/thintune/probe.json, which survives reboots; where that cannot be written
 * (a pod with few mounts) in ROOT/run/thintune/probe.json; those of the CPUs in probe-cpu.json
 * there. Proofs are not kept: they take milliseconds and are made at every start.
 */
#ifndef APPLY_PROBE_CACHE_H
#define APPLY_PROBE_CACHE_H

#include "probe/judge.h"
#include "sys/root.h"

enum probe_cache_kind { PROBE_CACHE_DISK, PROBE_CACHE_CPUS };

struct probe_cache {
	const char *of;       /* identity of the file system alone, or of node and CPUs */
	const char *key;      /* changes with everything that calls for a new measurement */
	const char *measured; /* RFC 3339 */
	floors floors;
};

/* -ENOENT: there is none; -EBADMSG: it cannot be used. *ret_other: a sentence if another version
 * wrote it, else NULL. */
_must_check_ int probe_cache_read(struct root *root, struct arena *arena,
				  enum probe_cache_kind kind, struct probe_cache *ret,
				  const char **ret_other);
_must_check_ int probe_cache_write(struct root *root, struct arena *arena,
				   enum probe_cache_kind kind, const struct probe_cache *cache);

#endif
