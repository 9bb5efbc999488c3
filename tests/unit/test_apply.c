/* SPDX-License-Identifier: Apache-2.0 */
/* Apply, journal and restore against the kernel in memory, killed at every single change. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "fake_kernel.h"
#include "run/journal.h"
#include "run/run.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* A process that dies frees nothing: the simulated deaths leak what a real one would not. */
static void expect_leaks(void)
{
#ifdef __SANITIZE_ADDRESS__
	__lsan_disable();
#endif
}

static struct arena *arena;
static struct plan plan;
static struct live live;

static void set_up(void)
{
	arena = arena_new();
	fake_reset();
	live = (struct live){.uid = 0, .capabilities_known = TRI_YES, .capabilities = ~UINT64_C(0)};
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct setting *want(struct plan *into, const char *name, enum kind kind, const char *path,
			    enum rule rule, const char *value)
{
	struct setting setting = {.tuner = "test",
				  .name = name,
				  .kind = kind,
				  .path = path,
				  .rule = rule,
				  .phase = PHASE_VALUES};

	vec_push(arena, &setting.operands, value);
	return plan_add(into, setting);
}

/* The plan a profile would give, with every trap in it. */
static struct plan make_plan(void)
{
	struct plan made = {.arena = arena};
	struct setting *setting;

	want(&made, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	want(&made, "aio", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&made, "rmem", KIND_NUMBERS, "/proc/sys/net/ipv4/tcp_rmem", RULE_AT_LEAST,
	     "4096 87380 16777216");
	want(&made, "epp", KIND_WORD_OF, FAKE_POLICY "energy_performance_preference", RULE_EXACT,
	     "performance");
	setting = want(&made, "governor", KIND_WORD_OF, FAKE_POLICY "scaling_governor", RULE_EXACT,
		       "performance");
	setting->offered_path = FAKE_POLICY "scaling_available_governors";
	vec_push(arena, &setting->resets, FAKE_POLICY "scaling_min_freq");
	vec_push(arena, &setting->resets, FAKE_POLICY "energy_performance_preference");
	vec_push(arena, &setting->resets, FAKE_POLICY "schedutil/");
	setting = want(&made, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &setting->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &setting->resets, FAKE_QUEUE "wbt_lat_usec");
	vec_push(arena, &setting->resets, FAKE_QUEUE "iosched/");
	setting = want(&made, "wbt", KIND_NUMBER, FAKE_QUEUE "wbt_lat_usec", RULE_EXACT, "0");
	vec_push(arena, &setting->after, FAKE_QUEUE "scheduler");
	want(&made, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	want(&made, "timeout", KIND_JIFFIES_MS, FAKE_QUEUE "io_timeout", RULE_EXACT, "4294967295");
	return made;
}

static struct apply_result apply_now(struct plan *what)
{
	struct apply_result result = {0};
	struct err err = {0};

	plan_probe(fake_root(), arena, &live, what);
	ck_assert_int_eq(apply_phase(fake_root(), arena, &live, what, PHASE_VALUES, &result, &err),
			 0);
	return result;
}

static int restore_now(bool force, struct plan *ret, struct err *err)
{
	unsigned writes = 0;

	*err = (struct err){0};
	return restore(fake_root(), arena, &live, force, ret, &writes, err);
}

static void assert_all(const struct plan *what, enum state state)
{
	vec_for_each (setting, &what->settings)
		ck_assert_msg(setting->state == state, "%s is %s: %s", setting->name,
			      state_names[setting->state], setting->note ? setting->note : "");
}

START_TEST(applies_and_puts_siblings_back)
{
	plan = make_plan();
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/tcp_rmem"), "4096\t131072\t16777216");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "99");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), "0");
	ck_assert_str_eq(fake_get(FAKE_POLICY "scaling_governor"), "performance");
}
END_TEST

START_TEST(second_apply_changes_nothing)
{
	unsigned changes;

	plan = make_plan();
	(void)apply_now(&plan);
	changes = fake_changes();
	plan = make_plan();
	ck_assert_uint_eq(apply_now(&plan).writes, 0);
	assert_all(&plan, STATE_SAME);
	ck_assert_uint_eq(fake_changes(), changes);
}
END_TEST

START_TEST(restores_the_whole_state)
{
	const char *before = fake_state(arena);
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_str_ne(fake_state(arena), before);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_int_eq(restore_now(false, &undone, &err), -ENOENT);
}
END_TEST

/* What throttling does only exists once bfq is gone: looked at again, undone with its owner. */
START_TEST(a_setting_that_appears_is_set_and_undone)
{
	const char *before;
	struct plan undone;
	struct err err;

	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	before = fake_state(arena);
	plan = make_plan();
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), "0");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* SIGKILL before every change of an apply: restore brings everything back. */
START_TEST(killed_anywhere_in_apply)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;
		int r;

		fake_reset();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			plan = make_plan();
			(void)apply_now(&plan);
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone, &err);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %s", n, err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "killed at change %u, then restored, the node reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

/* The same inside restore: a second restore finishes the work. */
START_TEST(killed_anywhere_in_restore)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;
		int r;

		fake_reset();
		plan = make_plan();
		(void)apply_now(&plan);
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			ck_assert_int_eq(restore_now(false, &undone, &err), 0);
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone, &err);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %s", n, err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "restore killed at change %u, then restored again, reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

START_TEST(first_original_wins_over_two_profiles)
{
	const char *before = fake_state(arena);
	struct plan other = {.arena = arena}, undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	want(&other, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "10");
	(void)apply_now(&other);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "10");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(refused_and_clamped_and_ignored_are_failed)
{
	struct plan what = {.arena = arena}, undone;
	const char *before = fake_state(arena);
	struct err err;

	want(&what, "refused", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "900");
	want(&what, "clamped", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_AT_LEAST,
	     "100000");
	want(&what, "ignored", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&what, "goes on", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	fake_ignore("/proc/sys/fs/aio-max-nr");
	(void)apply_now(&what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_FAILED);
	ck_assert_int_eq(what.settings.at[0].code, -EINVAL);
	ck_assert_ptr_nonnull(strstr(what.settings.at[0].note, "EINVAL"));
	ck_assert_int_eq(what.settings.at[1].state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[1].note, "kept 65535"));
	ck_assert_int_eq(what.settings.at[2].state, STATE_FAILED);
	ck_assert_int_eq(what.settings.at[3].state, STATE_CHANGED);
	/* What the kernel made of our value is ours to undo. */
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(unreadable_is_never_right)
{
	struct plan what = {.arena = arena};

	want(&what, "absent", KIND_TEXT, "/proc/sys/vm/nothing", RULE_EXACT, "1");
	want(&what, "garbage", KIND_NUMBER, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	fake_set("/proc/sys/vm/swappiness", "sixty");
	plan_probe(fake_root(), arena, &live, &what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_UNSUPPORTED);
	ck_assert_int_eq(what.settings.at[1].state, STATE_FAILED);
}
END_TEST

START_TEST(missing_rights_are_named_and_nothing_is_tried)
{
	struct plan what = {.arena = arena};
	struct apply_result result;

	want(&what, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	want(&what, "aio", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	what.settings.at[0].needs = NEED_SYS_ADMIN;
	live.capabilities = 0;
	fake_protect("/proc/sys/fs/aio-max-nr", -EROFS);
	result = apply_now(&what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[0].note, "CAP_SYS_ADMIN"));
	ck_assert_int_eq(what.settings.at[1].state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[1].note, "read-only"));
	ck_assert_int_eq(what.settings.at[2].state, STATE_CHANGED);
	ck_assert_uint_eq(result.writes, 1);
}
END_TEST

START_TEST(no_journal_no_write)
{
	const char *before;
	struct apply_result result;

	fake_set("/run/read-only", "");
	before = fake_state(arena);
	plan = make_plan();
	result = apply_now(&plan);
	ck_assert_ptr_nonnull(result.no_journal);
	ck_assert_uint_eq(result.writes, 0);
	assert_all(&plan, STATE_SKIPPED);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(a_foreign_value_is_left_alone)
{
	struct plan undone;
	const char *before = fake_state(arena);
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/proc/sys/vm/swappiness", "33");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "33");
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 4);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

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
	assert_refused(
	    "{\"journal\":\"other/1\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":0}\n");
	assert_refused("{\"journal\":\"" JOURNAL_FORMAT
		       "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":1}\n"
		       "{\"path\":\"/sys/../etc/shadow\",\"kind\":\"text\",\"had\":\"x\","
		       "\"ours\":[\"y\"],\"tuner\":\"t\",\"setting\":\"s\",\"owner\":null}\n");
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

int main(void)
{
	Suite *suite = suite_create("apply");
	TCase *tests = tcase_create("apply");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, applies_and_puts_siblings_back);
	tcase_add_test(tests, second_apply_changes_nothing);
	tcase_add_test(tests, restores_the_whole_state);
	tcase_add_test(tests, a_setting_that_appears_is_set_and_undone);
	tcase_add_test(tests, killed_anywhere_in_apply);
	tcase_add_test(tests, killed_anywhere_in_restore);
	tcase_add_test(tests, first_original_wins_over_two_profiles);
	tcase_add_test(tests, refused_and_clamped_and_ignored_are_failed);
	tcase_add_test(tests, unreadable_is_never_right);
	tcase_add_test(tests, missing_rights_are_named_and_nothing_is_tried);
	tcase_add_test(tests, no_journal_no_write);
	tcase_add_test(tests, a_foreign_value_is_left_alone);
	tcase_add_test(tests, a_damaged_journal_is_refused_whole);
	tcase_add_test(tests, a_journal_of_another_boot_undoes_nothing);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
