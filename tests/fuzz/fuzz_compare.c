/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of other machines, as `compare` reads them, and the first judged by a profile. Parts: up
 * to three reports. */
#include "fuzz.h"
#include "report/against.h"

static void check_groups(const struct compare_result *result)
{
	size_t nodes = 0;

	vec_for_each (group, &result->groups) {
		nodes += group->nodes.count;
		fuzz_check((group == result->groups.at) == !group->apart.count,
			   "a group is set apart by %zu rows", group->apart.count);
	}
	fuzz_check(nodes == result->compare->reports.count, "%zu nodes in groups", nodes);
	fuzz_check((result->groups.count > 1) == (result->rows.count > 0),
		   "%zu groups and %zu rows", result->groups.count, result->rows.count);
}

static void check_rows(const struct compare_result *result)
{
	vec_for_each (row, &result->rows) {
		size_t nodes = 0;

		fuzz_check(row->values.count > 1, "a row with one value");
		vec_for_each (value, &row->values)
			nodes += value->nodes.count;
		fuzz_check(nodes == result->compare->reports.count, "a row of %zu nodes", nodes);
	}
}

static void check_names(const struct compare_result *result)
{
	vec_for_each (report, &result->compare->reports)
		vec_for_each (other, &result->compare->reports)
			fuzz_check(report == other || !text_equal(report->name, other->name),
				   "two are called %s", report->name);
}

/* With a rule of each kind, and a waiver. */
static const char judging_profile[] =
    "profile: p\n"
    "sysctl: {vm.swappiness: 1, vm.max_map_count: {at-least: 9}, fs.aio-max-nr: {at-least: auto}}\n"
    "disk: {scheduler: [none, noop], read-ahead: 128KiB, io-timeout: 240s}\n"
    "checks: {kernel: {at-least: \"5.10\"}, filesystem: [xfs]}\n"
    "overlays: [{when: {cloud: aws}, sysctl: {vm.swappiness: 2}}]\n"
    "waivers: [{what: sysctl vm.*, reason: r, owner: o, until: 2027-01-31}]\n";

static void judge(struct arena *arena, const struct compare *compare, struct text_style style)
{
	const struct facts facts = against_facts(arena, &compare->reports.at[0]);
	struct profile profile;
	struct err err = {0};
	struct against against;

	if (profile_load_text(arena, "p.yaml", judging_profile, &facts, &profile, &err) < 0)
		fuzz_fail("the profile is refused: %s", err.text);
	against = against_judge(arena, compare, &profile, 20000);
	fuzz_check(against.rows.count + against.waived.count + against.held_count +
			   against.alone_count + against.open_count ==
		       compare->reports.at[0].said.count,
		   "%zu rows are not each counted once", compare->reports.at[0].said.count);
	fuzz_touch(against_text(arena, &against, style));
	fuzz_touch(against_json(arena, &against));
}

FUZZ_TARGET(compare)
{
	static const char *const files[] = {"a/x.json", "b/x.json", "c.json"};
	struct compare compare = compare_new(arena);
	struct text_style style = {.width = 60};
	struct compare_result result;
	struct fuzz_part parts[3];

	fuzz_split(arena, text, length, parts, 3);
	for (size_t i = 0; i < 3; i++) {
		struct err err = {0};

		if (parts[i].text && compare_read(&compare, arena, files[i], parts[i].text,
						  parts[i].length, &err) < 0)
			fuzz_refuse(err.text);
	}
	if (compare.reports.count)
		judge(arena, &compare, style);
	result = compare_result(&compare);
	if (compare.reports.count < 2)
		return;
	check_groups(&result);
	check_rows(&result);
	check_names(&result);
	fuzz_touch(compare_text(arena, &result, style));
	fuzz_touch(compare_json(arena, &result));
	fuzz_touch(compare_csv(arena, &result));
	fuzz_touch(compare_html(arena, &result));
}
