/* SPDX-License-Identifier: Apache-2.0 */
/* Takes samples of the counters that a job is compared by, and parses them. */
#include "probe/sample.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/scratch.h"

int sample_parse_stat(const char *line, uint64_t *ret_steal, uint64_t *ret_ticks)
{
	uint64_t ticks = 0, steal = 0;
	char *end;

	if (!text_starts(line, "cpu "))
		return -EINVAL;
	line += 4;
	for (unsigned field = 0; field < 8; field++) {
		uint64_t value;

		while (*line == ' ')
			line++;
		value = strtoull(line, &end, 10);
		if (end == line)
			return -EINVAL;
		line = end;
		ticks += value;
		steal = value;
	}
	*ret_steal = steal;
	*ret_ticks = ticks;
	return 0;
}

int sample_parse_disk(struct arena *arena, const char *text, uint64_t *ret_bytes)
{
	names words = text_words(arena, text);
	uint64_t read_sectors, written_sectors;

	if (words.count < 7 || text_u64(words.at[2], &read_sectors) < 0 ||
	    text_u64(words.at[6], &written_sectors) < 0)
		return -EINVAL;
	*ret_bytes = (read_sectors + written_sectors) * 512;
	return 0;
}

bool sample_writes_once(const char *level, unsigned disks)
{
	return disks == 1 || text_equal(level, "raid0") || text_equal(level, "linear");
}

struct sample sample_take(const struct counters *counters, struct arena *arena)
{
	struct sample sample = {.disks_known = counters->disks.count > 0};
	struct rusage usage;
	char text[512];

	(void)getrusage(RUSAGE_SELF, &usage);
	sample.cpu_ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
	if (probe_reread(counters->node, text, sizeof(text)) < 0 ||
	    sample_parse_stat(text, &sample.steal, &sample.ticks) < 0)
		sample.steal = sample.ticks = 0;
	vec_for_each (disk, &counters->disks) {
		uint64_t bytes = 0;

		if (probe_reread(*disk, text, sizeof(text)) < 0 ||
		    sample_parse_disk(arena, text, &bytes) < 0)
			sample.disks_known = false;
		sample.disk_bytes += bytes;
	}
	return sample;
}
