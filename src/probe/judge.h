/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the figures with the profile's floors, and derives an io-config.yaml from them. Pure. */
#ifndef PROBE_JUDGE_H
#define PROBE_JUDGE_H

#include "probe/probe.h"
#include "profile/profile.h"

enum floor_state { FLOOR_MET, FLOOR_MISSED, FLOOR_UNJUDGED };
static inline const char *floor_state_name(enum floor_state state)
{
	return state == FLOOR_MET ? "met" : state == FLOOR_MISSED ? "missed" : "not judged";
}

struct floor {
	const char *name;     /* "fsync-p99" */
	const char *required; /* "<= 10ms" */
	const char *have;     /* "12.4 ms"; NULL: not measured */
	const char *figure;   /* what `have` is: "p99 of fdatasync alone in append-4k"; NULL */
	enum floor_state state;
	bool is_moot;     /* not judged as nothing was measured, which is told once for all */
	const char *note; /* by how much it is missed, or why it cannot be judged; NULL */
	const char *source;
};
typedef VEC(struct floor) floors;

/* One row for each floor of the profile. not_disk: why the figures are not those of the disk, or
 * there are none, so that no floor can be judged and result may be NULL; NULL: they are. A job that
 * had no time counts as a missed floor; noisy figures can meet one, but never miss it. */
floors probe_floors(struct arena *arena, const struct profile *profile,
		    const struct probe_result *result, const char *not_disk);
static inline unsigned probe_floors_in(const floors *list, enum floor_state state)
{
	unsigned count = 0;

	vec_for_each (floor, list)
		count += floor->state == state;
	return count;
}
static inline unsigned probe_floors_missed(const floors *list)
{
	return probe_floors_in(list, FLOOR_MISSED);
}

/* Seastar's four rates of a disk. */
struct disk_rates {
	uint64_t read_iops, read_bandwidth, write_iops, write_bandwidth;
};

/* 0.9 times the lower quartile of the best settled job of each kind. -ENODATA with the reason: a
 * figure is missing or has not settled, or all are invalid. */
_must_check_ int probe_rates(const struct probe_result *result, struct disk_rates *ret,
			     struct err *err);

/* The file in the form that Seastar reads, with five keys for the disk; the rest is comments. */
char *probe_io_config_text(struct arena *arena, const struct disk_rates *rates,
			   const char *mountpoint, const char *provenance);

#endif
