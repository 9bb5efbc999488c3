/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is refused, what it survives, when it reaches the disk. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "wish_of.h"

static struct plan plan;

static void assert_refused(const char *journal)
{
	const char *before;
	struct plan undone;
	struct err err;

	fake_set(JOURNAL_FILE, journal);
	before = fake_state(arena);
	ck_assert_int_eq(restore_now(true, &undone, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, JOURNAL_FILE));
	ck_assert_str_eq(fake_state(arena), before);
}

START_TEST(a_damaged_journal_is_refused_whole)
{
	const char *good;
	names lines;

	plan = make_plan();
	(void)apply_now(&plan);
	good = arena_strdup(arena, fake_get(JOURNAL_FILE));
	lines = text_split(arena, good, '\n');
	/* Cut at every byte but the last newline. */
	for (size_t length = 0; length + 1 < strlen(good); length++)
		assert_refused(arena_strndup(arena, good, length));
	/* A line missing in the middle, a path twice, foreign content, a path that is not ours. */
	assert_refused(arena_printf(arena, "%s\n%s\n", lines.at[0], lines.at[1]));
	assert_refused(
	    arena_printf(arena,
			 "{\"journal\":\"" JOURNAL_FORMAT
			 "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":2}\n%s\n%s\n",
			 lines.at[1], lines.at[1]));
	assert_refused("hello\n");
	assert_refused("[1]\n");
	assert_refused(arena_printf(arena,
				    "{\"journal\":\"" JOURNAL_FORMAT
				    "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
				    "[1]\n"));
	assert_refused(
	    "{\"journal\":\"other/1\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":0}\n");
	assert_refused("{\"journal\":\"" JOURNAL_FORMAT
		       "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
		       "{\"path\":\"/sys/../etc/shadow\",\"kind\":\"text\",\"had\":\"x\","
		       "\"ours\":[\"y\"],\"tuner\":\"t\",\"setting\":\"s\",\"owner\":null}\n");
	/* An owner that is no path of ours, has no entry, or is the entry itself; a directory. */
	for (size_t i = 0; i < 6; i++) {
		static const char *const owners[] = {"abc",
						     "",
						     "/etc/foo",
						     "/sys/block/x",
						     "/sys/block/sda/size",
						     "/sys/block/sda/"};

		assert_refused(arena_printf(
		    arena,
		    "{\"journal\":\"" JOURNAL_FORMAT
		    "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
		    "{\"path\":\"%s\",\"kind\":\"text\",\"had\":\"x\","
		    "\"ours\":[\"y\"],\"tuner\":\"t\",\"setting\":\"s\",\"owner\":\"%s\"}\n",
		    text_ends(owners[i], "/") ? owners[i] : "/sys/block/sda/size", owners[i]));
	}
	/* A lost value that no report could name. */
	assert_refused("{\"journal\":\"" JOURNAL_FORMAT
		       "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
		       "{\"path\":\"/proc/sys/vm/x\",\"kind\":\"text\",\"had\":\"x\",\"lost\":true,"
		       "\"ours\":[\"y\"],\"tuner\":\"t\",\"setting\":null,\"owner\":null}\n");
	/* And apply does not write over what it cannot read. */
	fake_set(JOURNAL_FILE, "hello\n");
	fake_set("/proc/sys/vm/swappiness", "60");
	plan = make_plan();
	ck_assert_ptr_nonnull(apply_now(&plan).no_journal);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "60");
}
END_TEST

START_TEST(a_journal_of_another_boot_undoes_nothing)
{
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/proc/sys/kernel/random/boot_id", "boot-2");
	ck_assert_int_eq(restore_now(false, &undone, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "earlier boot"));
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "1");
}
END_TEST

/* What is in a directory that others may write to could make a restore write anything. */
START_TEST(a_journal_that_others_may_write_is_not_read)
{
	const char *before;
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	before = fake_state(arena);
	fake_protect(JOURNAL_FILE, -EPERM);
	ck_assert_int_eq(restore_now(true, &undone, &err), -EPERM);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be trusted"));
	ck_assert_str_eq(fake_state(arena), before);
	/* Nor is it added to. */
	plan = (struct plan){.arena = arena};
	want(&plan, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "7");
	ck_assert_ptr_nonnull(apply_now(&plan).no_journal);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* JSON holds UTF-8 only: a value that cannot be written down cannot be brought back. */
START_TEST(a_value_that_is_no_text_is_not_overwritten)
{
	struct apply_result result;

	fake_set("/proc/sys/vm/swappiness", "6\xff");
	plan = (struct plan){.arena = arena};
	want(&plan, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	want(&plan, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	result = apply_now(&plan);
	ck_assert_ptr_nonnull(result.no_journal);
	ck_assert_ptr_nonnull(strstr(result.no_journal, "/proc/sys/vm/swappiness"));
	ck_assert_ptr_nonnull(strstr(result.no_journal, "UTF-8"));
	ck_assert_uint_eq(fake_attribute_writes(), 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* Without a boot id nothing says that the values are gone: the journal stays good. */
START_TEST(an_unknown_boot_is_no_other_boot)
{
	const char *before;
	struct plan undone;
	struct err err;

	fake_drop("/proc/sys/kernel/random/boot_id");
	before = fake_state(arena);
	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "\"boot_id\":\"unknown\""));
	fake_set("/proc/sys/kernel/random/boot_id", "boot-2");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	fake_drop("/proc/sys/kernel/random/boot_id");
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* The entry of what the first write brings to life finds no room: what was written is told and can
 * be undone, the rest is not written. */
START_TEST(a_journal_that_fails_late_stops_the_rest)
{
	const char *before;
	struct apply_result result;
	struct plan undone;
	struct err err;

	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	before = fake_state(arena);
	plan = make_plan();
	fake_fail_replace(2);
	result = apply_now(&plan);
	ck_assert_ptr_null(result.no_journal);
	ck_assert_ptr_nonnull(strstr(result.failed_late, "journal"));
	ck_assert_str_eq(fake_get(FAKE_QUEUE "scheduler"), "[none] mq-deadline bfq");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), "75000");
	vec_for_each (setting, &plan.settings) {
		enum state wanted =
		    text_equal(setting->wish->name, "wbt") ? STATE_SKIPPED : STATE_CHANGED;

		ck_assert_msg(setting->state == wanted, "%s is %s", setting->wish->name,
			      plan_state_names[setting->state]);
	}
	/* What others set from now on is theirs. */
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "\"settled\":true "));
	ck_assert_ptr_null(strstr(result.failed_late, "unsettled"));
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* What the kernel made of a write has to be noted at once. Where there is no room for that, it does
 * not stay, and what others set from now on is theirs. */
START_TEST(what_cannot_be_noted_is_put_back)
{
	struct apply_result result;
	struct plan what = {.arena = arena}, undone;
	const char *before = fake_state(arena);
	struct err err;

	want(&what, "somaxconn", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_AT_LEAST,
	     "100000");
	fake_fail_replace(2);
	result = apply_now(&what);
	ck_assert_ptr_nonnull(strstr(result.failed_late, "No space left"));
	ck_assert_ptr_null(strstr(result.failed_late, "unsettled"));
	ck_assert_int_eq(what.settings.at[0].state, STATE_FAILED);
	ck_assert(text_ends(what.settings.at[0].note, "; it was put back"));
	ck_assert_str_eq(what.settings.at[0].have, "128");
	ck_assert_str_eq(fake_state(arena), before);
	fake_set("/proc/sys/net/core/somaxconn", "777");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "777");
}
END_TEST

/* However many settings come to life, their entries reach the disk together. */
START_TEST(what_appears_is_journalled_at_once)
{
	struct apply_result result;

	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	plan = make_plan();
	/* Without the put-back the queue size is as new as the throttling. */
	vec_for_each (setting, &plan.settings)
		wish_of(setting)->resets = (names){0};
	want(&plan, "depth", KIND_NUMBER, FAKE_QUEUE "nr_requests", RULE_EXACT, "512");
	vec_push(arena, &wish_of(&plan.settings.at[plan.settings.count - 1])->after,
		 FAKE_QUEUE "scheduler");
	fake_set(FAKE_QUEUE "nr_requests", "512");
	result = apply_now(&plan);
	/* Before the first write, before the second wave, after the last write. */
	ck_assert_uint_eq(fake_changes(), fake_attribute_writes() + 3);
	ck_assert_uint_eq(result.writes + 1, fake_attribute_writes());
	assert_all(&plan, STATE_CHANGED);
}
END_TEST

/* A later version may have more kinds, places and rules, and could undo them. */
START_TEST(what_a_later_version_may_write)
{
	static const char *const rows[][5] = {
	    {"/proc/sys/vm/swappiness", "odd", "null", "\"1\"", "an unknown kind"},
	    {"/etc/later.conf", "text", "null", "\"1\"", "a path that is not a kernel setting"},
	    {"/proc/sys/vm/swappiness", "text", "\"/etc/later\"", "\"1\"",
	     "an owner of what is not a kernel setting"},
	    {"/proc/sys/vm/swappiness", "text", "null", "{\"between\":[\"1\",\"2\"]}",
	     "an unknown rule of a claim"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan undone;
		struct err err;

		fake_set(
		    JOURNAL_FILE,
		    arena_printf(arena,
				 "{\"journal\":\"" JOURNAL_FORMAT
				 "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
				 "{\"path\":\"%s\",\"kind\":\"%s\",\"had\":\"x\",\"ours\":[\"y\"],"
				 "\"tuner\":\"t\",\"setting\":\"s\",\"owner\":%s,"
				 "\"claims\":[{\"owner\":\"a\",\"profile_sha256\":null,"
				 "\"want\":%s}]}\n",
				 rows[i][0], rows[i][1], rows[i][2], rows[i][3]));
		ck_assert_int_eq(restore_now(true, &undone, &err), -EBADMSG);
		ck_assert_str_eq(err.text,
				 arena_printf(arena,
					      "journal " JOURNAL_FILE
					      " is damaged, or another version "
					      "of thintune wrote it (line 2: %s): nothing was "
					      "restored from it; use the version that wrote it",
					      rows[i][4]));
	}
}
END_TEST

/* A journal whose claims are none is refused whole. */
START_TEST(damaged_claims)
{
	static const char *const claims[] = {
	    "[1]",
	    "{}",
	    "[{\"owner\":\"a\"}]",
	    "[{\"owner\":\"\",\"profile_sha256\":null,\"want\":\"1\"}]",
	    "[{\"owner\":\"a b\",\"profile_sha256\":null,\"want\":\"1\"}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":1,\"want\":\"1\"}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":1}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":{\"at-least\":[\"1\"]}}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":{\"one-of\":\"1\"}}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":{\"one-of\":[]}}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":{\"any\":\"1\"}}]",
	    "[{\"owner\":\"a\",\"profile_sha256\":null,\"want\":\"1\",\"more\":1}]",
	};

	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		struct plan undone;
		struct err err;

		fake_set(JOURNAL_FILE,
			 arena_printf(arena,
				      "{\"journal\":\"" JOURNAL_FORMAT
				      "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
				      "{\"path\":\"/proc/sys/vm/swappiness\","
				      "\"kind\":\"text\",\"had\":\"x\",\"ours\":[\"y\"],"
				      "\"tuner\":\"t\",\"setting\":\"s\",\"owner\":null,"
				      "\"claims\":%s}\n",
				      claims[i]));
		ck_assert_msg(restore_now(true, &undone, &err) == -EBADMSG, "%s", claims[i]);
	}
}
END_TEST

/* Each kind of damage has its sentence, and the number of its line. */
START_TEST(what_is_wrong_with_an_entry_is_said)
{
	static const char *const head =
	    "{\"journal\":\"" JOURNAL_FORMAT "\",\"boot_id\":\"boot-1\",\"settled\":true,";
	static const char *const good[] = {"\"path\":\"" SWAPPINESS "\"",
					   "\"kind\":\"text\"",
					   "\"had\":\"x\"",
					   "\"ours\":[\"y\"]",
					   "\"tuner\":\"t\"",
					   "\"setting\":\"s\"",
					   "\"owner\":null"};
	static const struct {
		size_t at;
		const char *instead, *sentence;
	} rows[] = {
	    {0, "\"path\":\"/etc/passwd\"", "line 2: a path that is not a kernel setting"},
	    {1, "\"kind\":\"other\"", "line 2: an unknown kind"},
	    {2, "\"had\":1", "line 2: no journal entry"},
	    {3, "\"ours\":{}", "line 2: a value of the wrong type"},
	    {3, "\"ours\":[\"y\",1]", "line 2: a value of the wrong type"},
	    {5, "\"setting\":1", "line 2: a value of the wrong type"},
	    {5, "\"setting\":null,\"lost\":true", "line 2: a lost value without a name"},
	    {6, "\"owner\":1", "line 2: a value of the wrong type"},
	    {6, "\"owner\":\"/etc/passwd\"", "line 2: an owner of what is not a kernel setting"},
	    {6, "\"owner\":null,\"new\":1", "line 2 has 'new', which this version does not know"},
	};
	struct plan undone;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		names parts = {0};

		for (size_t j = 0; j < sizeof(good) / sizeof(good[0]); j++)
			vec_push(arena, &parts, j == rows[i].at ? rows[i].instead : good[j]);
		fake_set(JOURNAL_FILE, arena_printf(arena, "%s\"records\":1}\n{%s}\n", head,
						    text_join(arena, &parts, ",")));
		ck_assert_int_eq(restore_now(true, &undone, &err), -EBADMSG);
		ck_assert_msg(strstr(err.text, rows[i].sentence), "%s: %s", rows[i].instead,
			      err.text);
	}
	fake_set(JOURNAL_FILE, arena_printf(arena, "%s\"records\":-1}\n", head));
	ck_assert_int_eq(restore_now(true, &undone, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "line 1: no journal head"));
	fake_set(JOURNAL_FILE, "");
	ck_assert_int_eq(restore_now(true, &undone, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "line 1: it is empty"));
}
END_TEST

/* Somebody emptied it meanwhile: it is written anew, not written into. */
START_TEST(a_journal_that_lost_its_text_is_marked)
{
	struct plan what = make_plan();
	struct journal journal;
	struct err err;

	(void)apply_now(&what);
	ck_assert_int_eq(journal_read(fake_root(), arena, &journal, &err), 0);
	fake_set(JOURNAL_FILE, "");
	ck_assert_int_eq(journal_mark(fake_root(), arena, &journal, false, &err), 0);
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "\"settled\":false"));
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "swappiness"));
	fake_mute(JOURNAL_FILE, -EIO);
	ck_assert_int_eq(journal_mark(fake_root(), arena, &journal, true, &err), -EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot mark the journal " JOURNAL_FILE));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("journal", prepare, a_damaged_journal_is_refused_whole,
	       a_journal_of_another_boot_undoes_nothing,
	       a_journal_that_others_may_write_is_not_read,
	       a_value_that_is_no_text_is_not_overwritten, an_unknown_boot_is_no_other_boot,
	       a_journal_that_fails_late_stops_the_rest, what_cannot_be_noted_is_put_back,
	       what_appears_is_journalled_at_once, damaged_claims,
	       what_is_wrong_with_an_entry_is_said, what_a_later_version_may_write,
	       a_journal_that_lost_its_text_is_marked)
