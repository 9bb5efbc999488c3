/* SPDX-License-Identifier: Apache-2.0 */
/* Waivers as a profile has them: what is read, what is refused, and how long one may last. */
#include <errno.h>

#include "base/day.h"
#include "base/text.h"
#include "fake_own.h"
#include "profile_fixture.h"
#include "run_suite.h"
#include "tuners/waiver_names.h"

#define REST "reason: r, owner: o, until: 2027-01-31}"

START_TEST(what_is_read)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = fixture_load_text(
	    arena,
	    "profile: p\nwaivers:\n"
	    "  - {what: disk-queue nvme?n1 sched*, reason: \"as \\\"agreed\\\"\", owner: db team,\n"
	    "     until: \"2028-02-29\"}\n"
	    "  - what: check filesystem\n    reason: x\n    owner: y\n    until: 2027-01-31\n",
	    NULL);
	const struct waiver *one = &profile.waivers.at[0], *two = &profile.waivers.at[1];

	ck_assert_uint_eq(profile.waivers.count, 2);
	ck_assert_str_eq(one->what, "disk-queue nvme?n1 sched*");
	ck_assert_str_eq(one->scope, "disk-queue");
	ck_assert_str_eq(one->glob, "nvme?n1 sched*");
	ck_assert_str_eq(one->reason, "as \"agreed\"");
	ck_assert_str_eq(one->owner, "db team");
	ck_assert_str_eq(one->until, "2028-02-29");
	ck_assert_str_eq(day_text(arena, one->last_day), "2028-02-29");
	ck_assert_str_eq(one->source, "p:3");
	ck_assert_str_eq(one->where, "/p.yaml:3:12");
	ck_assert_str_eq(one->until_where, "/p.yaml:4:13");
	ck_assert_str_eq(two->scope, "check");
	ck_assert_str_eq(two->glob, "filesystem");
	ck_assert_str_eq(two->source, "p:5");
}
END_TEST

START_TEST(what_is_refused)
{
	static const struct {
		const char *waivers, *message;
	} rows[] = {
	    {"{}", "/p.yaml:2:10: 'waivers' must be a list, not a map"},
	    {"[x]", "/p.yaml:2:11: a waiver is a map of what, reason, owner and until, not text"},
	    {"[{}]", "/p.yaml:2:11: this waiver has no 'what'"},
	    {"[{what: sysctl a, reason: r, owner: o}]", "/p.yaml:2:11: this waiver has no 'until'"},
	    {"[{what: sysctl a, reason: r, until: 2027-01-31}]",
	     "/p.yaml:2:11: this waiver has no 'owner'"},
	    {"[{what: sysctl a, owner: o, until: 2027-01-31}]",
	     "/p.yaml:2:11: this waiver has no 'reason'"},
	    {"[{wat: sysctl a, " REST "]",
	     "/p.yaml:2:12: unknown key 'wat' in a waiver; did you mean 'what'?"},
	    {"[{what: sysctl a, what: sysctl b, " REST "]",
	     "/p.yaml:2:28: key 'what' appears twice"},
	    {"[{what: vm.swappiness, " REST "]",
	     "/p.yaml:2:18: 'what' must be \"TUNER SETTING\", with * and ? in SETTING, or \"check "
	     "ID\", not 'vm.swappiness'"},
	    {"[{what: \"sysctl \", " REST "]", "/p.yaml:2:18: 'what' must be \"TUNER"},
	    {"[{what: \"sysctl  a\", " REST "]", "/p.yaml:2:18: 'what' must be \"TUNER"},
	    {"[{what: \"sysctl a \", " REST "]", "/p.yaml:2:18: 'what' must be \"TUNER"},
	    {"[{what: \" sysctl a\", " REST "]", "/p.yaml:2:18: 'what' must be \"TUNER"},
	    {"[{what: \"* *\", " REST "]",
	     "/p.yaml:2:18: 'what' must begin with a tuner or with check, not '*'"},
	    {"[{what: check file*, " REST "]",
	     "/p.yaml:2:18: 'what': a check is named as it is, without * and ?, not 'file*'"},
	    {"[{what: check direct-io, " REST "]",
	     "/p.yaml:2:18: 'what': check direct-io cannot be waived: where direct I/O is refuted"},
	    {"[{what: check data-directory, " REST "]",
	     "/p.yaml:2:18: 'what': check data-directory cannot be waived: without its data"},
	    {"[{what: check data-mount, " REST "]",
	     "/p.yaml:2:18: 'what': check data-mount cannot be waived: where it is not mounted"},
	    {"[{what: check data-writable, " REST "]",
	     "/p.yaml:2:18: 'what': check data-writable cannot be waived: where it is read-only"},
	    {"[{what: [sysctl a], " REST "]", "/p.yaml:2:18: 'what' must be text"},
	    {"[{what: sysctl a, reason: \"\", owner: o, until: 2027-01-31}]",
	     "/p.yaml:2:36: 'reason' must be text"},
	    {"[{what: sysctl a, reason: r, owner: 7, until: 2027-01-31}]",
	     "/p.yaml:2:46: 'owner' must be text"},
	    {"[{what: sysctl a, reason: r, owner: o, until: 2027-02-30}]",
	     "/p.yaml:2:56: 'until' must be a day like 2027-01-31"},
	    {"[{what: sysctl a, reason: r, owner: o, until: never}]",
	     "/p.yaml:2:56: 'until' must be a day like 2027-01-31"},
	    {"[{what: sysctl a, reason: r, owner: o, until: [2027-01-31]}]",
	     "/p.yaml:2:56: 'until' must be a day like 2027-01-31"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();

		fixture_refuse_text(
		    arena_printf(arena, "profile: p\nwaivers: %s\n", rows[i].waivers),
		    rows[i].message);
	}
}
END_TEST

/* An overlay is about facts of the node; who accepts what is not. */
START_TEST(none_in_an_overlay)
{
	fixture_refuse_text("profile: p\noverlays:\n  - when: {cloud: aws}\n    waivers: []\n",
			    "/p.yaml:4:5: unknown key 'waivers' in an overlay");
}
END_TEST

START_TEST(lists_append_and_read_back)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile, again;
	const char *yaml;

	fake_own_reset();
	fake_own_text(SITE "base.yaml",
		      "profile: base\nwaivers:\n  - {what: sysctl vm.*, reason: \"a # b\", "
		      "owner: \"o # p\", until: 2027-01-31}\n");
	fake_own_text(SITE "site.yaml",
		      "profile: site\nextends: base\nwaivers:\n  - {what: sysctl vm.*, reason: "
		      "longer, owner: o, until: 2027-03-31}\n");
	profile = fixture_load(arena, "site", NULL);
	ck_assert_uint_eq(profile.waivers.count, 2);
	ck_assert_str_eq(profile.waivers.at[0].source, "base:3");
	ck_assert_str_eq(profile.waivers.at[1].source, "site:4");
	yaml = profile_yaml(arena, &profile, false);
	ck_assert_int_eq(profile_load_text(arena, "again", yaml, NULL, &again, NULL), 0);
	ck_assert_str_eq(profile_yaml(arena, &again, false), yaml);
	ck_assert_str_eq(again.waivers.at[0].reason, "a # b");
	ck_assert_ptr_nonnull(strstr(profile_yaml(arena, &profile, true), " # site:4\n"));
}
END_TEST

static const char *many(struct arena *arena, const char *head, unsigned count)
{
	struct str text = str_new(arena);

	str_printf(&text, "%swaivers:\n", head);
	for (unsigned i = 0; i < count; i++)
		str_printf(&text, "  - {what: sysctl a.b%u, " REST "\n", i);
	return text.text;
}

START_TEST(not_without_end)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_uint_eq(
	    fixture_load_text(arena, many(arena, "profile: p\n", 64), NULL).waivers.count, 64);
	fixture_refuse_text(many(arena, "profile: p\n", 65), "/p.yaml:3:3: more than 64 waivers");
	fake_own_reset();
	fake_own_text(SITE "base.yaml", many(arena, "profile: base\n", 40));
	fake_own_text(SITE "site.yaml", many(arena, "profile: site\nextends: base\n", 25));
	fixture_refuse("site", SITE "site.yaml:28:12: more than 64 waivers, with those of");
}
END_TEST

START_TEST(at_most_400_days)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = fixture_load_text(
	    arena, "profile: p\nwaivers:\n  - {what: sysctl a.b, " REST "\n", NULL);
	const struct waiver *waiver = &profile.waivers.at[0];
	struct err err = {0};

	ck_assert_int_eq(waiver_check_day(arena, waiver, waiver->last_day - 400, &err), 0);
	ck_assert_int_eq(waiver_check_day(arena, waiver, waiver->last_day + 400, &err), 0);
	ck_assert_int_eq(waiver_check_day(arena, waiver, DAY_UNKNOWN, &err), 0);
	ck_assert_int_eq(waiver_check_day(arena, waiver, waiver->last_day - 401, &err), -EINVAL);
	ck_assert_str_eq(err.text,
			 "/p.yaml:3:52: 'until' is more than 400 days ahead: nothing is waived "
			 "longer than until 2027-01-30 from today");
}
END_TEST

/* profile check tells it beside other mistakes. */
START_TEST(too_long_is_one_of_all_mistakes)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile_check check;
	int64_t today;

	ck_assert_int_eq(day_parse("2025-12-01", &today), 0);
	fake_own_reset();
	fake_own_text("/p.yaml", "profile: p\nwaivers:\n  - {what: sysctl a.b, " REST "\n"
				 "  - {what: sysctl, ownr: o, until: x}\n");
	ck_assert_int_eq(profile_check(arena, "/p.yaml", today, &check), -EINVAL);
	ck_assert_uint_eq(check.mistakes.count, 6);
	ck_assert_ptr_nonnull(strstr(check.mistakes.at[0].text, "/p.yaml:4:12: 'what' must be"));
	ck_assert_ptr_nonnull(
	    strstr(check.mistakes.at[1].text, "/p.yaml:4:20: unknown key 'ownr'"));
	ck_assert_ptr_nonnull(strstr(check.mistakes.at[2].text, "/p.yaml:4:36: 'until' must be"));
	ck_assert_ptr_nonnull(
	    strstr(check.mistakes.at[3].text, "/p.yaml:4:5: this waiver has no 'reason'"));
	ck_assert_ptr_nonnull(
	    strstr(check.mistakes.at[4].text, "/p.yaml:4:5: this waiver has no 'owner'"));
	ck_assert_ptr_nonnull(
	    strstr(check.mistakes.at[5].text, "/p.yaml:3:52: 'until' is more than 400"));
}
END_TEST

START_TEST(what_names_nothing)
{
	static const struct {
		const char *what, *sentence;
	} rows[] = {
	    {"sysctl vm.swappiness", NULL},
	    {"sysctl vm.*", NULL},
	    {"sysctl vm.swapiness",
	     "the profile sets no sysctl 'vm.swapiness'; did you mean 'vm.swappiness'?"},
	    {"sysctl vm.dirty_ratio", "the profile sets no sysctl 'vm.dirty_ratio'"},
	    {"govenor *", "there is no tuner 'govenor'; did you mean 'governor'?"},
	    {"governor whatever", NULL},
	    {"check swap", NULL},
	    {"check kernel", NULL},
	    {"check kernle", "there is no check 'kernle'; did you mean 'kernel'?"},
	    {"check memory-per-core", "the profile does not make the check 'memory-per-core'"},
	    {"check filesystem", "the profile does not make the check 'filesystem'"},
	    {"check advisory-whatever", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const char *text =
		    arena_printf(arena,
				 "profile: p\nsysctl: {vm.swappiness: 1, vm.dirty_ratio: leave}\n"
				 "checks: {kernel: {at-least: \"6.1\"}, memory-per-core: leave}\n"
				 "waivers: [{what: \"%s\", " REST "]\n",
				 rows[i].what);
		struct profile profile = fixture_load_text(arena, text, NULL);
		const char *said = waiver_names_nothing(arena, &profile, &profile.waivers.at[0]);

		ck_assert_msg(text_equal(said, rows[i].sentence), "%s: %s", rows[i].what,
			      text_or(said, "nothing"));
	}
}
END_TEST

RUN_SUITE("waivers", what_is_read, what_is_refused, none_in_an_overlay, lists_append_and_read_back,
	  not_without_end, at_most_400_days, too_long_is_one_of_all_mistakes, what_names_nothing)
