/* SPDX-License-Identifier: Apache-2.0 */
/* Words how far a probe is. */
#include "report/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Three digits at most, as nobody reads more of what changes ten times a second. */
static void write_rate(uint64_t rate, char text[static 32])
{
	double value = (double)rate;

	if (rate < 1000)
		(void)snprintf(text, 32, "%" PRIu64 " IOPS", rate);
	else if (rate < 9950)
		(void)snprintf(text, 32, "%.1fk IOPS", value / 1e3);
	else if (rate < 999500)
		(void)snprintf(text, 32, "%.0fk IOPS", value / 1e3);
	else
		(void)snprintf(text, 32, "%.2fM IOPS", value / 1e6);
}

void progress_line(const struct probe_now *now, unsigned columns, char line[static PROGRESS_MOST])
{
	/* A terminal may go to the next line once its last column is used. */
	size_t room = columns && columns < PROGRESS_MOST ? columns : PROGRESS_MOST, used = 0;
	char parts[3][64] = {0};

	if (now->job)
		(void)snprintf(parts[0], sizeof(parts[0]), "job %u/%u %s", now->job, now->jobs,
			       now->stage);
	else
		(void)snprintf(parts[0], sizeof(parts[0]), "%s", now->stage);
	if (now->about_s > 0)
		(void)snprintf(parts[1], sizeof(parts[1]), "%.1f of about %.0f s", now->elapsed_s,
			       now->about_s);
	else
		(void)snprintf(parts[1], sizeof(parts[1]), "%.1f s", now->elapsed_s);
	if (now->rate)
		write_rate(now->rate, parts[2]);
	*line = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && *parts[i]; i++) {
		const char *gap = used ? "  " : "";

		if (used + strlen(gap) + strlen(parts[i]) >= room)
			return;
		used += (size_t)snprintf(line + used, PROGRESS_MOST - used, "%s%s", gap, parts[i]);
	}
}
