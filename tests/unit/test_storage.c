/* SPDX-License-Identifier: Apache-2.0 */
/* A node whose /run and /var are full, or cannot be written: nothing more is written to it, and
 * what was is undone all the same. */
#include <errno.h>

#include "apply/journal.h"
#include "apply/last_verdict.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "wish_of.h"

#define BANS       "/etc/default/irqbalance"
#define SWAPPINESS "/proc/sys/vm/swappiness"

static struct plan plan, undone;
static struct err err;
static const char *before;

static void apply_all(void)
{
	before = fake_state(arena);
	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_str_ne(fake_state(arena), before);
}

static bool journal_says(const char *text)
{
	return strstr(fake_get(JOURNAL_FILE), text);
}

/* As 0.1.0 wrote it: without room for the mark. */
static void make_compact(bool settled)
{
	const char *text = fake_get(JOURNAL_FILE), *mark = strstr(text, "\"settled\":");
	const char *rest = strchr(mark, ',');

	fake_set(JOURNAL_FILE, arena_printf(arena, "%.*s\"settled\":%s%s", (int)(mark - text), text,
					    settled ? "true" : "false", rest));
}

START_TEST(a_full_node_is_undone)
{
	apply_all();
	ck_assert(journal_says("\"settled\":true ,"));
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(restored.unmarked);
	ck_assert_ptr_null(restored.unfinished);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* The mark is there before the first value is written back. */
START_TEST(the_mark_comes_first)
{
	apply_all();
	fake_storage(FAKE_FULL);
	expect_leaks();
	fake_die_at(2);
	if (setjmp(fake_death) == 0)
		(void)restore_now(false, &undone, &err);
	fake_die_at(0);
	ck_assert(journal_says("\"settled\":false,"));
	/* What the kernel made of half a restore is nobody else's. */
	fake_set(FAKE_QUEUE "nr_requests", "33");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(a_run_that_could_not_settle_is_undone)
{
	struct apply_result result;
	struct setting *setting;

	before = fake_state(arena);
	plan = (struct plan){.arena = arena};
	/* What the kernel reset and keeps has to be written down before the journal is settled. */
	setting = want(&plan, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "wbt_lat_usec");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "iosched/");
	fake_refuse(FAKE_QUEUE "nr_requests", -EIO);
	fake_fail_replace(2);
	result = apply_now(&plan);
	ck_assert_ptr_nonnull(strstr(result.failed_late, "No space left"));
	ck_assert_ptr_nonnull(strstr(result.failed_late, "stays unsettled: until the next apply"));
	ck_assert(journal_says("\"settled\":false,"));
	fake_refuse(FAKE_QUEUE "nr_requests", 0);
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(restored.unmarked);
	ck_assert_ptr_null(restored.unfinished);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* As long as no entry changes, an apply needs no room for its last step. */
START_TEST(an_apply_settles_without_room)
{
	struct apply_result result;

	plan = make_plan();
	fake_fail_replace(2);
	result = apply_now(&plan);
	ck_assert_ptr_null(result.failed_late);
	ck_assert(journal_says("\"settled\":true ,"));
}
END_TEST

START_TEST(a_read_only_node_is_undone)
{
	apply_all();
	fake_set(VERDICT_DIR "/host.json", "{}");
	for (unsigned time = 0; time < 2; time++) {
		fake_storage(FAKE_READ_ONLY);
		ck_assert_int_eq(restore_now(time == 0, &undone, &err), 0);
		ck_assert_str_eq(fake_state(arena), before);
		/* The second one has nothing to write, so nothing to mark. */
		ck_assert_int_eq(restored.unmarked != NULL, time == 0);
		ck_assert_ptr_nonnull(strstr(restored.unfinished, "`gate` still shows"));
		ck_assert_ptr_nonnull(strstr(restored.unfinished, "the journal stays"));
		ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
		fake_storage(FAKE_ROOM);
		ck_assert_ptr_nonnull(fake_get(VERDICT_DIR "/host.json"));
	}
	fake_drop(VERDICT_DIR "/host.json");
	fake_storage(FAKE_READ_ONLY);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_nonnull(strstr(restored.unfinished, "cannot remove the journal"));
	ck_assert_ptr_null(strstr(restored.unfinished, "gate"));
	fake_storage(FAKE_ROOM);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_null(restored.unfinished);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* What a restore left alone stays somebody else's, although the journal could not be shortened. */
START_TEST(what_was_left_alone_stays_so)
{
	apply_all();
	fake_set(SWAPPINESS, "33");
	fake_storage(FAKE_FULL);
	for (unsigned time = 0; time < 2; time++) {
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_str_eq(fake_get(SWAPPINESS), "33");
		ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "0");
		ck_assert_ptr_nonnull(strstr(restored.unfinished, "No space left"));
		ck_assert(journal_says("\"settled\":true ,"));
	}
	fake_storage(FAKE_ROOM);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* 0.1.0 left no room for the mark. */
START_TEST(a_journal_without_room_is_restored)
{
	apply_all();
	make_compact(true);
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_nonnull(strstr(restored.unmarked, "No space left"));
	ck_assert_ptr_null(restored.unfinished);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	/* One of a killed run is marked already, and its `false` has the room. */
	fake_storage(FAKE_ROOM);
	apply_all();
	make_compact(false);
	fake_ignore(FAKE_QUEUE "nomerges");
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_null(restored.unmarked);
	ck_assert_ptr_nonnull(restored.unfinished);
	ck_assert(journal_says("\"settled\":true ,"));
	/* With room it is written anew, with the mark. */
	fake_storage(FAKE_ROOM);
	make_compact(true);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_null(restored.unmarked);
	ck_assert(journal_says("\"settled\":true ,"));
}
END_TEST

START_TEST(nothing_is_written_without_room)
{
	for (enum fake_storage state = FAKE_FULL; state <= FAKE_READ_ONLY; state++) {
		before = fake_state(arena);
		fake_storage(state);
		plan = make_plan();
		ck_assert_ptr_nonnull(apply_now(&plan).no_journal);
		ck_assert_str_eq(fake_state(arena), before);
		ck_assert_uint_eq(fake_attribute_writes(), 0);
		ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	}
}
END_TEST

static struct plan plan_with_file(const char *swappiness)
{
	struct plan what = {.arena = arena};

	want(&what, "swappiness", KIND_TEXT, SWAPPINESS, RULE_EXACT, swappiness);
	want(&what, "bans", KIND_FILE, BANS, RULE_EXACT, "ours\n");
	return what;
}

/* The second of the two journals finds no room: the first must not tell of what was not written,
 * and never be unsettled by it. */
START_TEST(half_a_journal_is_taken_back)
{
	const char *journal;

	fake_set(BANS, "theirs\n");
	plan = plan_with_file("1");
	fake_fail_replace(2);
	ck_assert_ptr_nonnull(apply_now(&plan).no_journal);
	ck_assert_uint_eq(fake_attribute_writes(), 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));

	plan = plan_with_file("1");
	plan.settings.count = 1;
	(void)apply_now(&plan);
	journal = fake_get(JOURNAL_FILE);
	plan = plan_with_file("2");
	fake_fail_replace(2);
	ck_assert_ptr_nonnull(apply_now(&plan).no_journal);
	ck_assert_str_eq(fake_get(JOURNAL_FILE), journal);
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	fake_set(SWAPPINESS, "42");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(SWAPPINESS), "42");
}
END_TEST

/* Whatever becomes of one of the two journals, the other one is closed. */
START_TEST(two_journals_are_closed_one_by_one)
{
	fake_set(BANS, "theirs\n");
	before = fake_state(arena);
	plan = plan_with_file("1");
	(void)apply_now(&plan);
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILES_FILE));
	fake_storage(FAKE_READ_ONLY);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_nonnull(strstr(restored.unmarked, JOURNAL_FILE));
	ck_assert_ptr_null(strstr(restored.unmarked, JOURNAL_FILES_FILE));
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
}
END_TEST

/* The scheduler is back, and what the kernel reset along with it is not, for once: what it is now
 * nobody chose. So the next restore puts it back, whether or not the first could note that. */
START_TEST(what_a_restore_reset_is_put_back_by_the_next)
{
	static const char *const files[] = {FAKE_QUEUE "nr_requests", FAKE_QUEUE "wbt_lat_usec"};
	static const enum fake_storage rooms[] = {FAKE_ROOM, FAKE_FULL};

	for (size_t i = 0; i < 4; i++) {
		const char *path = files[i / 2];

		fake_reset();
		apply_all();
		fake_refuse(path, -EIO);
		fake_storage(rooms[i % 2]);
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_ptr_nonnull(strstr(fake_get(FAKE_QUEUE "scheduler"), "[mq-deadline]"));
		ck_assert_int_eq(restored.unfinished != NULL, rooms[i % 2] == FAKE_FULL);
		fake_refuse(path, 0);
		fake_storage(FAKE_ROOM);
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_msg(text_equal(fake_state(arena), before), "%s, %zu: %s", path, i % 2,
			      fake_get(path));
		ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("storage", prepare, a_full_node_is_undone, the_mark_comes_first,
	       a_run_that_could_not_settle_is_undone, an_apply_settles_without_room,
	       a_read_only_node_is_undone, what_was_left_alone_stays_so,
	       a_journal_without_room_is_restored, nothing_is_written_without_room,
	       half_a_journal_is_taken_back, two_journals_are_closed_one_by_one,
	       what_a_restore_reset_is_put_back_by_the_next)
