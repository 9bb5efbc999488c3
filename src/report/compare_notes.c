/* SPDX-License-Identifier: Apache-2.0 */
/* What about reports, beside their rows, may be why they are unlike, and what is waived in them. */
#include "base/text.h"
#include "report/compare.h"

/* Notes of one kind, and names in one. */
enum { MOST_ALIKE = 8, MOST_NAMES = 4 };

static size_t count_unlike(const struct compare *compare,
			   const char *(*of)(const struct compare_report *report))
{
	names seen = {0};

	vec_for_each (report, &compare->reports) {
		const char *value = text_or(of(report), "unknown");

		if (!text_in(value, &seen))
			vec_push(compare->arena, &seen, value);
	}
	return seen.count;
}

static const char *profile_of(const struct compare_report *report)
{
	return report->profile_sha256;
}

static const char *version_of(const struct compare_report *report)
{
	return report->version;
}

/* Audit, apply and run list the same. */
static const char *command_of(const struct compare_report *report)
{
	return text_equal(report->command, "restore") || text_equal(report->command, "probe")
		   ? report->command
		   : "audit";
}

static const char *schema_of(const struct compare_report *report)
{
	return report->schema;
}

static void add_left_out(struct arena *arena, const struct compare *compare, names *notes)
{
	size_t told = 0, more = 0;

	vec_for_each (report, &compare->reports) {
		if (!report->left_out)
			continue;
		if (++told > MOST_ALIKE)
			more++;
		else
			vec_push(arena, notes,
				 arena_printf(arena,
					      "%s was made with %s: advised settings and checks "
					      "that this leaves out are absent",
					      report->name, report->left_out));
	}
	if (more)
		vec_push(arena, notes,
			 arena_printf(arena, "%zu more were made with --only or --skip", more));
}

/* A row that a waiver excuses, and by the index of the report where it does. */
struct waived {
	const struct compare_said *said;
	VEC(uint32_t) nodes;
};
typedef VEC(struct waived) waived_rows;

static waived_rows find_waived(struct arena *arena, const struct compare *compare)
{
	size_t *at = arena_alloc(arena, (compare->keys.all.count + 1) * sizeof(*at)); /* plus 1 */
	waived_rows rows = {0};

	for (size_t i = 0; i < compare->reports.count; i++) {
		vec_for_each (said, &compare->reports.at[i].waived) {
			if (!at[said->key]) {
				vec_push(arena, &rows, (struct waived){.said = said});
				at[said->key] = rows.count;
			}
			vec_push(arena, &rows.at[at[said->key] - 1].nodes, (uint32_t)i);
		}
	}
	return rows;
}

/* What a node has counts, whoever accepts it: but nothing that was accepted goes unsaid. */
static void add_waived(struct arena *arena, const struct compare_result *result, names *notes)
{
	const struct compare *compare = result->compare;
	waived_rows rows = find_waived(arena, compare);

	for (size_t i = 0; i < rows.count && i < MOST_ALIKE; i++) {
		const struct waived *row = &rows.at[i];
		bool is_all = row->nodes.count == compare->reports.count;

		vec_push(arena, notes,
			 arena_printf(arena, "%s is waived in %s, which by itself is no difference",
				      compare_said_name(arena, compare, row->said),
				      is_all ? "all reports"
					     : compare_some_names(arena, result, row->nodes.at,
								  row->nodes.count, MOST_NAMES)));
	}
	if (MOST_ALIKE < rows.count)
		vec_push(arena, notes,
			 arena_printf(arena, "%zu more are waived: JSON lists them",
				      rows.count - MOST_ALIKE));
}

names compare_notes(struct arena *arena, const struct compare_result *result)
{
	static const struct {
		const char *(*of)(const struct compare_report *report);
		const char *what;
	} rows[] = {
	    {profile_of, "profiles: what is wanted, and which settings and checks there are, may "
			 "differ for that alone"},
	    {version_of, "versions of thintune: another one may know other settings and checks"},
	    {command_of, "kinds of command: restore lists what its journal held, probe none, the "
			 "others what the profile wants"},
	    {schema_of, "formats: what is compared is in all of them"},
	};
	names notes = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t count = count_unlike(result->compare, rows[i].of);

		if (count > 1)
			vec_push(
			    arena, &notes,
			    arena_printf(arena, "the reports are of %zu %s", count, rows[i].what));
	}
	add_left_out(arena, result->compare, &notes);
	add_waived(arena, result, &notes);
	return notes;
}
