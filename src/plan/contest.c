/* SPDX-License-Identifier: Apache-2.0 */
/* Counts rewrites, and decides for how long a setting is left alone. */
#include "plan/contest.h"

#include <stdlib.h>

#include "base/text.h"

enum { hour = 3600, day = CONTEST_LONGEST };

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct contest *)a)->path, ((const struct contest *)b)->path);
}

struct contest *contest_find(const struct contests *contests, const char *path)
{
	const struct contest like = {.path = path};

	return contests->sorted
		   ? bsearch(&like, contests->rows.at, contests->sorted, sizeof(like), compare)
		   : NULL;
}

static int64_t pause_of(unsigned pauses)
{
	int64_t pause = hour;

	for (unsigned i = 1; i < pauses && pause < day; i++)
		pause *= 2;
	return pause < day ? pause : day;
}

static void drop_old(int64_t *times, unsigned *count, int64_t now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < *count; i++) {
		if (now - times[i] < hour)
			times[kept++] = times[i];
	}
	*count = kept;
}

/* Attributes of what may come and go: interrupts, network cards, frequency policies. */
static bool is_of_device(const char *path)
{
	return text_starts(path, "/proc/irq/") || text_starts(path, "/sys/class/net/") ||
	       text_starts(path, "/sys/devices/");
}

bool contest_is_rewritten(struct contest *contest, const char *have, bool after_event, int64_t now)
{
	if (contest->wrote && text_equal(contest->wrote, have))
		return false;
	if (!after_event || !is_of_device(contest->path))
		return true;
	drop_old(contest->excuses, &contest->excused, now);
	if (!contest->is_ours)
		return false;
	if (contest->excused == CONTEST_EXCUSES)
		return true;
	contest->excuses[contest->excused++] = now;
	return false;
}

bool contest_found_off(struct contest *contest, int64_t now)
{
	if (!contest->is_ours)
		return false;
	contest->is_ours = false;
	drop_old(contest->rewrites, &contest->count, now);
	contest->rewrites[contest->count++] = now;
	if (contest->count < CONTEST_REWRITES)
		return true;
	contest->count = 0;
	contest->pauses++;
	contest->until = now + pause_of(contest->pauses);
	return true;
}

bool contest_is_left_alone(const struct contest *contest, int64_t now)
{
	return contest->until > now;
}

void contest_repaired(struct arena *arena, struct contests *contests, const char *path,
		      const char *setting, const char *wrote, int64_t now)
{
	struct contest *contest = contest_find(contests, path);

	if (!contest && contests->rows.count < CONTEST_MOST) {
		vec_push(arena, &contests->rows, (struct contest){.path = path});
		contest = &contests->rows.at[contests->rows.count - 1];
	}
	if (!contest)
		return;
	contest->setting = setting;
	contest->repaired = now;
	contest->wrote = wrote;
	contest->is_ours = true;
}

/* The pauses are remembered for a day after the last one. */
static bool matters(const struct contest *contest, int64_t now)
{
	return contest->until > now || now - contest->repaired < hour || contest->count ||
	       (contest->pauses && now - contest->until < day);
}

void contest_tidy(struct contests *contests, int64_t now)
{
	size_t kept = 0;

	vec_for_each (contest, &contests->rows) {
		drop_old(contest->rewrites, &contest->count, now);
		drop_old(contest->excuses, &contest->excused, now);
		if (matters(contest, now))
			contests->rows.at[kept++] = *contest;
	}
	contests->rows.count = contests->sorted = kept;
	if (kept)
		qsort(contests->rows.at, kept, sizeof(*contests->rows.at), compare);
}

unsigned contest_count(const struct contests *contests, int64_t now)
{
	unsigned count = 0;

	vec_for_each (contest, &contests->rows)
		count += contest_is_left_alone(contest, now);
	return count;
}
