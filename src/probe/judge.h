/* SPDX-License-Identifier: Apache-2.0 */
/* From figures to verdicts: the profile's floors, and what goes into an io-config.yaml. Pure. */
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
	enum floor_state state;
	const char *note; /* by how much it is missed, or why it is not judged; NULL */
	const char *source;
};
typedef VEC(struct floor) floors;

/* One row for each floor of the profile. not_disk: why the figures are not those of the disk, and
 * so judge nothing; NULL: they are. What a disk was too slow to be asked for is missed. */
floors probe_floors(struct arena *arena, const struct profile *profile,
		    const struct probe_result *result, const char *not_disk);
static inline unsigned floors_missed_count(const floors *list)
{
	unsigned count = 0;

	vec_for_each (floor, list)
		count += floor->state == FLOOR_MISSED;
	return count;
}

/* Seastar's four figures, 0 where a job is missing. */
struct disk_rates {
	uint64_t read_iops, read_bandwidth, write_iops, write_bandwidth;
};

/* Lower quartile of the best job of each kind, times 0.9. -ENODATA with the reason: a figure is
 * missing, noisy, falling, or invalid as a whole. */
_must_check_ int probe_rates(const struct probe_result *result, struct disk_rates *ret,
			     struct err *err);

/* The file as Seastar reads it: five keys a disk, all else in comments. */
char *io_config_text(struct arena *arena, const struct disk_rates *rates, const char *mountpoint,
		     const char *provenance);

#endif
