/* SPDX-License-Identifier: Apache-2.0 */
/* A table of all points: each row says where it comes from, so that the tables of many nodes can be
 * put together. */
#include "report/csv.h"
#include "report/layout.h"
#include "report/points.h"
#include "version.h"

enum { columns = 30 };

char *report_csv(struct arena *arena, const struct report *report)
{
	static const char *const heads[columns] = {
	    "node",     "node_id", "date",    "version",        "commit",       "build_id",
	    "command",  "options", "profile", "profile_sha256", "kind",         "tuner",
	    "name",     "path",    "have",    "want",           "rule",         "bounds",
	    "severity", "state",   "result",  "left_out",       "note",         "why",
	    "source",   "advice",  "waiver",  "waiver_owner",   "waiver_until", "waiver_reason",
	};
	const struct profile *profile = report->profile;
	point_list points = points_of(arena, report);
	const char *options = text_join(arena, &report->run.options, " ");
	struct str csv = str_new(arena);

	csv_line(&csv, heads, columns);
	vec_for_each (point, &points) {
		const struct waiver *waiver = point->waiver;
		const char *const cells[columns] = {
		    report->facts->host.hostname,
		    report->facts->host.node_id,
		    report->run.date,
		    THINTUNE_VERSION,
		    report->build ? report->build->commit : NULL,
		    report->build ? report->build->build_id : NULL,
		    report->command,
		    options,
		    profile ? profile->name : NULL,
		    profile ? profile->sha256 : NULL,
		    point_kind_names[point->kind],
		    point->tuner,
		    point->name,
		    point->path,
		    point->have,
		    point->want,
		    point->rule,
		    point->bounds,
		    point->severity,
		    point->state,
		    point_result_names[point->result],
		    point->is_left_out ? "yes" : "no",
		    point->note,
		    point->why,
		    point->source,
		    point->advice,
		    waiver ? waiver->what : NULL,
		    waiver ? waiver->owner : NULL,
		    waiver ? waiver->until : NULL,
		    waiver ? waiver->reason : NULL,
		};

		csv_line(&csv, cells, columns);
	}
	return csv.text;
}
