/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody else sets a value after a run was killed, at any of its changes: a restore leaves it
 * alone, brings all the others back, and keeps the original for --force. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

/* Of each kind of setting that no write to another file changes; the last two change others. */
static const struct {
	const char *path, *value, *now;
	bool has_siblings;
} foreign[] = {
    {.path = "/proc/sys/vm/swappiness", .value = "10", .now = "10"},
    {.path = "/proc/sys/fs/aio-max-nr", .value = "777777", .now = "777777"},
    {.path = "/proc/sys/net/ipv4/tcp_rmem", .value = "1 2 3", .now = "1\t2\t3"},
    {.path = FAKE_QUEUE "nomerges", .value = "1", .now = "1"},
    {.path = FAKE_QUEUE "io_timeout", .value = "16000", .now = "16000"},
    {.path = FAKE_QUEUE "scheduler",
     .value = "bfq",
     .now = "none mq-deadline [bfq]",
     .has_siblings = true},
    {.path = FAKE_POLICY "scaling_governor",
     .value = "powersave",
     .now = "powersave",
     .has_siblings = true},
};

static struct plan plan, undone;

/* The command dies at its n-th change, or ends before. True: it died. */
static bool dies(unsigned n, void (*command)(void))
{
	volatile bool is_dead = true;

	fake_die_at(n);
	if (setjmp(fake_death) == 0) {
		command();
		is_dead = false;
	}
	fake_die_at(0);
	return is_dead;
}

static void apply_all(void)
{
	plan = make_plan();
	(void)apply_now(&plan);
}

static void restore_all(void)
{
	struct err err;

	(void)!restore_now(false, &undone, &err);
}

static void apply_one(void)
{
	struct plan one = {.arena = arena};

	want(&one, "somaxconn", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_EXACT, "1000");
	(void)apply_now(&one);
}

/* The lines of a state that are not of the path. */
static char *others(const char *state, const char *path)
{
	names lines = text_split(arena, state, '\n');
	struct str str = str_new(arena);

	vec_for_each (line, &lines) {
		if (!text_starts(*line, arena_printf(arena, "%s = ", path)))
			str_printf(&str, "%s\n", *line);
	}
	return str.text;
}

static const struct setting *setting_of(const char *path)
{
	vec_for_each (setting, &undone.settings) {
		if (text_equal(setting->wish->path, path))
			return setting;
	}
	return NULL;
}

/* The node was killed at change n of something; row is what somebody sets then. */
static void check(unsigned n, unsigned row, const char *before)
{
	const char *path = foreign[row].path;
	const struct setting *told;
	struct err err = {0};
	int r;

	ck_assert_int_eq(root_write(fake_root(), path, foreign[row].value), 0);
	r = restore_now(false, &undone, &err);
	ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %s", n, err.text);
	ck_assert_msg(text_equal(fake_get(path), foreign[row].now),
		      "killed at %u: %s is overwritten with %s", n, path, fake_get(path));
	if (r == -ENOENT)
		return;
	told = setting_of(path);
	ck_assert_msg(!told || told->state == STATE_CONTESTED, "killed at %u: %s is %s", n, path,
		      told ? plan_state_names[told->state] : "");
	if (!foreign[row].has_siblings)
		ck_assert_msg(text_equal(others(fake_state(arena), path), others(before, path)),
			      "killed at %u, %s foreign, the node reads\n%s", n, path,
			      fake_state(arena));
	r = restore_now(true, &undone, &err);
	ck_assert_msg((r == 0) == (told != NULL), "killed at %u: %s", n, err.text);
	if (told)
		ck_assert_msg(text_equal(fake_state(arena), before),
			      "killed at %u, %s forced, the node reads\n%s", n, path,
			      fake_state(arena));
}

START_TEST(after_a_killed_apply)
{
	bool is_dead = true;
	unsigned deaths = 0;

	expect_leaks();
	for (unsigned n = 1; is_dead; n++) {
		for (unsigned row = 0; row < sizeof(foreign) / sizeof(foreign[0]); row++) {
			const char *before;

			fake_reset();
			before = fake_state(arena);
			is_dead = dies(n, apply_all);
			deaths += is_dead;
			check(n, row, before);
		}
	}
	ck_assert_uint_gt(deaths, 70);
}
END_TEST

START_TEST(after_a_killed_restore)
{
	bool is_dead = true;
	unsigned deaths = 0;

	expect_leaks();
	for (unsigned n = 1; is_dead; n++) {
		for (unsigned row = 0; row < sizeof(foreign) / sizeof(foreign[0]); row++) {
			const char *before;

			fake_reset();
			before = fake_state(arena);
			apply_all();
			is_dead = dies(n, restore_all);
			deaths += is_dead;
			check(n, row, before);
		}
	}
	ck_assert_uint_gt(deaths, 70);
}
END_TEST

/* The value stays somebody else's when a later apply, of something else, settles the journal. */
START_TEST(after_an_apply_of_something_else)
{
	bool is_dead = true;

	expect_leaks();
	for (unsigned n = 1; is_dead; n++) {
		for (unsigned row = 0; row < sizeof(foreign) / sizeof(foreign[0]); row++) {
			fake_reset();
			is_dead = dies(n, apply_all);
			ck_assert_int_eq(
			    root_write(fake_root(), foreign[row].path, foreign[row].value), 0);
			apply_one();
			restore_all();
			ck_assert_msg(text_equal(fake_get(foreign[row].path), foreign[row].now),
				      "killed at %u: %s is overwritten with %s", n,
				      foreign[row].path, fake_get(foreign[row].path));
		}
	}
}
END_TEST

/* What only the kernel changes along with a write of ours is undone, whatever it reads. */
START_TEST(siblings_of_what_was_written)
{
	bool is_dead = true;
	struct err err;

	expect_leaks();
	for (unsigned n = 2; is_dead; n++) {
		const char *before;

		fake_reset();
		before = fake_state(arena);
		is_dead = dies(n, apply_all);
		if (!is_dead)
			break;
		fake_set(FAKE_QUEUE "nr_requests", "33");
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_msg(text_equal(fake_state(arena), before), "killed at %u\n%s", n,
			      fake_state(arena));
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("killed", prepare, after_a_killed_apply, after_a_killed_restore,
	       after_an_apply_of_something_else, siblings_of_what_was_written)
