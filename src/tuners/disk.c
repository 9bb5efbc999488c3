/* SPDX-License-Identifier: Apache-2.0 */
/* Tuner of the block queues of the data disks. */
#include <inttypes.h>

#include "base/text.h"
#include "profile/when.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

struct queue_key {
	const char *key;  /* in the profile's disk section */
	const char *file; /* below queue/ */
	enum kind kind;
	uint64_t divisor;      /* profile's unit / file's unit; 0: no number */
	const char *after[4];  /* files below queue/, as the next one; the last is NULL */
	const char *resets[4]; /* which the kernel changes along with this one */
	const char *rpk_key;
	const char *why;
	/* A path of dm-multipath gets requests, not bios: what is done with bios (block/blk-mq.c,
	 * blk_mq_submit_bio: merging, throttling), with requests that wait (schedulers), with
	 * flushes (block/blk-flush.c) and read-ahead is done for the multipath device alone.
	 * Numbering, accounting, completion and timeout of a request are the path's, too. */
	bool not_for_paths;
};

/* Since Linux 6.11 these are part of the queue's limits, and a change of any limit recomputes
 * the read-ahead (queue_limits_commit_update() in block/blk-settings.c). */
#define RESETS_READ_AHEAD                                                                          \
	{                                                                                          \
		"read_ahead_kb"                                                                    \
	}

static const struct queue_key queue_keys[] = {
    {.key = "scheduler",
     .not_for_paths = true,
     .file = "scheduler",
     .kind = KIND_CHOICE,
     /* A new scheduler starts with its own queue size, throttling and parameters. */
     .resets = {"nr_requests", "wbt_lat_usec", "iosched/"},
     .rpk_key = "tune_disk_scheduler",
     .why = "Seastar schedules its own I/O; a second scheduler only adds latency"},
    {.key = "nomerges",
     .not_for_paths = true,
     .file = "nomerges",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .rpk_key = "tune_disk_nomerges",
     .why = "looking for neighbours to merge costs time and finds none in Seastar's I/O"},
    {.key = "wbt-latency",
     .not_for_paths = true,
     .file = "wbt_lat_usec",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .after = {"scheduler"},
     .why = "write-back throttling holds writes back in favour of reads"},
    {.key = "add-random",
     .file = "add_random",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .resets = RESETS_READ_AHEAD,
     .why = "feeding the entropy pool costs time on every request"},
    {.key = "nr-requests",
     .file = "nr_requests",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .after = {"scheduler"},
     .why = "how many requests the queue takes"},
    {.key = "read-ahead",
     .not_for_paths = true,
     .file = "read_ahead_kb",
     .kind = KIND_NUMBER,
     .divisor = 1024,
     .after = {"add_random", "iostats", "write_cache"},
     .why = "read-ahead of buffered readers"},
    {.key = "rq-affinity",
     .file = "rq_affinity",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .why = "which CPU finishes a request"},
    {.key = "write-cache",
     .not_for_paths = true,
     .file = "write_cache",
     .kind = KIND_TEXT,
     .resets = RESETS_READ_AHEAD,
     .rpk_key = "tune_disk_write_cache",
     .why = "asked for by the profile; `write through` stops cache flushes"},
    {.key = "iostats",
     .file = "iostats",
     .kind = KIND_NUMBER,
     .divisor = 1,
     .resets = RESETS_READ_AHEAD,
     .why = "I/O accounting, which disk monitoring needs"},
    {.key = "io-timeout",
     .file = "io_timeout",
     .kind = KIND_JIFFIES_MS,
     .divisor = 1000,
     .why = "a remote disk that pauses must not be failed by the kernel"},
};

/* Profile values are canonical (bytes, microseconds); the files count in KiB and milliseconds. */
static names scaled(struct arena *arena, const names *operands, uint64_t divisor)
{
	names result = {0};

	vec_for_each (operand, operands) {
		uint64_t number;

		if (divisor > 1 && text_u64(*operand, &number) == 0)
			vec_push(arena, &result, arena_printf(arena, "%" PRIu64, number / divisor));
		else
			vec_push(arena, &result, *operand);
	}
	return result;
}

/*
 * Before Linux 6.10 only mq-deadline keeps the writes to a zone in the order that a host-managed
 * disk insists on (drivers/scsi/sd_zbc.c, sd_zbc_read_zones: ELEVATOR_F_ZBD_SEQ_WRITE;
 * block/mq-deadline.c). "none" can be chosen all the same (block/elevator.c, __elevator_change).
 * Since then the block layer does so for every scheduler (block/blk-zoned.c, blk_zone_plug_bio). If
 * the kernel's release is not known, nothing is risked.
 */
static bool needs_zone_order(const struct tuning *tuning, const struct disk *disk)
{
	const char *release = tuning->facts->host.kernel_release;

	return text_equal(disk->zoned, "host-managed") &&
	       (!release || when_compare_version(release, "6.10") < 0);
}

/* A scheduler starts with twice the drive's queue, of which it counts at most this much; without
 * one the queue has the drive's full depth (block/blk-mq-sched.c, blk_mq_init_sched()). */
enum { DEFAULT_REQUESTS = 128 };

/* nr_requests is what the old scheduler began with: to put it back would hold the drive to that. If
 * the drive's depth is not known, twice 128 is what any large one begins with. */
static bool has_schedulers_own_queue(const struct disk *disk)
{
	uint64_t depth = disk->queue_depth && disk->queue_depth < DEFAULT_REQUESTS
			     ? disk->queue_depth
			     : DEFAULT_REQUESTS;

	return disk->scheduler && !text_equal(disk->scheduler, "none") &&
	       disk->queue_requests == 2 * depth;
}

static void tell_depth(struct arena *arena, const struct disk *disk, struct wish *wish)
{
	if (!text_in("none", &wish->operands))
		return;
	wish->decided.note = arena_printf(
	    arena,
	    "without a scheduler the queue gets the drive's full depth%s in place of "
	    "nr_requests %" PRIu64 ", which %s began with",
	    disk->queue_depth ? arena_printf(arena, ", %" PRIu64 ",", disk->queue_depth) : "",
	    disk->queue_requests, disk->scheduler);
}

static void plan_queue_file(const struct tuning *tuning, const struct disk *disk,
			    const struct queue_key *row)
{
	struct arena *arena = tuning->plan->arena;
	struct wish wish = {
	    .name = arena_printf(arena, "%s %s", disk->name, row->file),
	    .kind = row->kind,
	    .path = arena_printf(arena, "%s/queue/%s", disk->sysfs, row->file),
	    .phase = PHASE_VALUES,
	    .rpk_key = row->rpk_key,
	};

	if (disk->path_of && row->not_for_paths)
		return;
	if (!wish_take(&wish, profile_get_disk(tuning->profile, row->key, disk), row->why))
		return;
	wish.operands = scaled(arena, &wish.operands, row->divisor);
	for (size_t i = 0; row->after[i]; i++)
		vec_push(arena, &wish.after,
			 arena_printf(arena, "%s/queue/%s", disk->sysfs, row->after[i]));
	for (size_t i = 0; row->resets[i]; i++) {
		if (text_equal(row->resets[i], "nr_requests") && has_schedulers_own_queue(disk))
			tell_depth(arena, disk, &wish);
		else
			vec_push(arena, &wish.resets,
				 arena_printf(arena, "%s/queue/%s", disk->sysfs, row->resets[i]));
	}
	if (text_equal(row->key, "scheduler") && needs_zone_order(tuning, disk))
		wish_decide(&wish, STATE_SKIPPED,
			    "left alone: before Linux 6.10 only mq-deadline keeps the order of "
			    "writes that a host-managed zoned disk needs");
	wish_add(tuning, wish);
}

/* No key of the profile asks for it: it explains why the disk section has no settings, or none for
 * some of the disks. */
static void check_disks(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	const struct value *scheduler = profile_get(tuning->profile, "disk", "scheduler");
	const struct live_data_dir *dir = &facts->live.data_dir;
	struct arena *arena = tuning->plan->arena;
	names found = {0};
	bool is_named = false;
	const char *note;

	if (!scheduler || scheduler->rule == RULE_LEAVE || dir->exists != TRI_YES ||
	    !dir->is_directory)
		return;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data)
			continue;
		vec_push(arena, &found, disk->name);
		is_named |= !disk->chain;
	}
	/* Who names disks himself knows what is missing. */
	if (found.count && (is_named || !facts->data_gap))
		return;
	note = found.count ? facts->data_gap : facts->data_problem;
	wish_check(tuning, (struct check){
			       .id = "data-disks",
			       .required = "disks whose queues can be set",
			       .have = found.count ? text_join(arena, &found, ", ") : "none",
			       .state = CHECK_FAIL,
			       .severity = SEVERITY_ADVISED,
			       .source = scheduler->source,
			       .merged = scheduler->merged,
			       .note = note ? note : "no disk was found below the data directory"});
}

void tune_disk_queue(const struct tuning *tuning)
{
	vec_for_each (disk, &tuning->facts->disks) {
		if (!disk->is_data)
			continue;
		for (size_t i = 0; i < sizeof(queue_keys) / sizeof(queue_keys[0]); i++)
			plan_queue_file(tuning, disk, &queue_keys[i]);
	}
	check_disks(tuning);
}
