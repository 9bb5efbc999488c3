/* SPDX-License-Identifier: Apache-2.0 */
/* Two profiles side by side: what is inherited counts, where it comes from does not, and overlays
 * are compared whether they apply or not. */
#include "base/text.h"
#include "report/profile_diff.h"
#include "run_suite.h"

static struct profile *load(struct arena *arena, const char *text)
{
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	struct err err = {0};

	ck_assert_msg(profile_load_text(arena, "here.yaml", text, NULL, profile, &err) == 0, "%s",
		      err.text);
	return profile;
}

/* "WHAT: LEFT | RIGHT" of each row. */
static const char *rows_of(struct arena *arena, const char *one, const char *other)
{
	struct profile_diff diff = profile_diff(arena, load(arena, one), load(arena, other));
	names rows = {0};

	vec_for_each (row, &diff.rows) {
		const struct profile_point *left = row->sides[0], *right = row->sides[1];

		vec_push(arena, &rows,
			 arena_printf(arena, "%s: %s | %s", (left ? left : right)->what,
				      left ? left->value : "-", right ? right->value : "-"));
	}
	return text_join(arena, &rows, "\n");
}

#define HEAD "profile: p\n"

START_TEST(values_rules_severities_and_reasons)
{
	static const struct {
		const char *one, *other, *rows;
	} cases[] = {
	    {HEAD "sysctl: {vm.swappiness: 1}\n", "profile: q\nsysctl:\n  vm.swappiness: 1\n", ""},
	    {HEAD "sysctl: {vm.swappiness: 1}\n", HEAD "sysctl: {vm.swappiness: 2}\n",
	     "sysctl vm.swappiness: 1 | 2"},
	    {HEAD "sysctl: {vm.swappiness: 1}\n", HEAD "sysctl: {vm.swappiness: {at-most: 1}}\n",
	     "sysctl vm.swappiness: 1 | at-most 1"},
	    {HEAD "sysctl: {vm.swappiness: 1}\n",
	     HEAD "sysctl: {vm.swappiness: {value: 1, severity: required}}\n",
	     "sysctl vm.swappiness: 1 | 1"},
	    {HEAD "sysctl: {vm.swappiness: 1}\n",
	     HEAD "sysctl: {vm.swappiness: {value: 1, why: because}}\n",
	     "sysctl vm.swappiness: 1 | 1"},
	    {HEAD "sysctl: {vm.swappiness: 1}\n", HEAD "sysctl: {vm.swappiness: leave}\n",
	     "sysctl vm.swappiness: 1 | leave"},
	    {HEAD "gate: strict\n", HEAD "sysctl: {vm.swappiness: 1}\n",
	     "gate: strict | required-only\nsysctl vm.swappiness: - | 1"},
	    {HEAD "checks: {free-space: {at-least: 10GiB}}\nprobe: {floors: {fsync-p99: "
		  "{at-most: 10ms}}}\n",
	     HEAD "checks: {free-space: {at-least: 10240MiB}}\nprobe: {floors: {fsync-p99: "
		  "{at-most: 20ms}}}\n",
	     "probe floors.fsync-p99: at-most 10ms | at-most 20ms"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(rows_of(arena, cases[i].one, cases[i].other), cases[i].rows);
}
END_TEST

START_TEST(overlays_are_points_of_their_own)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	static const char one[] = HEAD "disk: {nomerges: 2}\n"
				       "overlays:\n"
				       "  - when: {cloud: azure}\n"
				       "    disk: {io-timeout: 240s}\n"
				       "  - when: {disk-model: \"Fast*\"}\n"
				       "    disk: {nomerges: 0}\n";
	static const char other[] =
	    HEAD "disk: {nomerges: 2}\n"
		 "overlays:\n"
		 "  - when: {cloud: azure}\n"
		 "    disk: {io-timeout: 120s, nomerges: {severity: required}}\n";

	ck_assert_str_eq(rows_of(arena, one, one), "");
	ck_assert_str_eq(rows_of(arena, one, other),
			 "disk io-timeout when cloud=azure: 4min | 2min\n"
			 "disk nomerges when disk-model=Fast*: 0 | -\n"
			 "disk nomerges when cloud=azure: - | as it is");
}
END_TEST

START_TEST(waivers_are_points_by_what_and_by_whom)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	static const char one[] =
	    HEAD "waivers:\n"
		 "  - {what: sysctl a.b, reason: r, owner: ops, until: 2027-03-31}\n"
		 "  - {what: sysctl a.b, reason: r, owner: ops, until: 2027-01-31}\n"
		 "  - {what: check swap, reason: r, owner: ops, until: 2027-01-31}\n";
	static const char other[] =
	    HEAD "waivers:\n"
		 "  - {what: sysctl a.b, reason: r, owner: ops, until: 2027-02-28}\n"
		 "  - {what: check swap, reason: another, owner: ops, until: 2027-01-31}\n"
		 "  - {what: check swap, reason: r, owner: db, until: 2027-01-31}\n";

	ck_assert_str_eq(rows_of(arena, one, one), "");
	ck_assert_str_eq(rows_of(arena, one, other),
			 "waiver of sysctl a.b by ops: until 2027-03-31 | until 2027-02-28\n"
			 "waiver of check swap by ops: until 2027-01-31 | until 2027-01-31\n"
			 "waiver of check swap by db: - | until 2027-01-31");
}
END_TEST

/* Of two overlays for the same nodes the later one says the last word. */
START_TEST(a_later_overlay_replaces_an_earlier_one)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(rows_of(arena,
				 HEAD "overlays: [{when: {cloud: aws}, disk: {nomerges: 1}}, "
				      "{when: {cloud: aws}, disk: {nomerges: 2}}]\n",
				 HEAD "overlays: [{when: {cloud: aws}, disk: {nomerges: 2}}]\n"),
			 "");
}
END_TEST

START_TEST(text_and_its_verdict)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile *one = load(arena, HEAD "sysctl: {vm.swappiness: 1}\n");
	struct profile *other =
	    load(arena, "profile: q\nsysctl: {vm.swappiness: {value: 1, severity: required}}\n");
	struct profile_diff diff = profile_diff(arena, one, other);
	struct profile_diff same = profile_diff(arena, one, one);
	const char *text = profile_diff_text(arena, &diff, (struct text_style){.width = 80});

	ck_assert_ptr_nonnull(strstr(text, "\nsysctl vm.swappiness  1, advised  1, required\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nverdict: 1 of 2 points differs (exit 3)\n"));
	ck_assert_str_eq(profile_diff_text(arena, &same, (struct text_style){.quiet = true}),
			 "verdict: equal: all 2 points are the same (exit 0)\n");
}
END_TEST

RUN_SUITE("profile_diff", values_rules_severities_and_reasons, overlays_are_points_of_their_own,
	  waivers_are_points_by_what_and_by_whom, a_later_overlay_replaces_an_earlier_one,
	  text_and_its_verdict)
