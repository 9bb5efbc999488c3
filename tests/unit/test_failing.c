/* SPDX-License-Identifier: Apache-2.0 */
/* Changes fail, one, two or all from some moment of an apply or a restore on, those of our own
 * files too: once they work again a restore brings everything back. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

static struct plan plan, undone;
static struct err err;

/* How many changes in a row fail; 0: all from then on. */
static const unsigned counts[] = {1, 2, 5, 0};

static void apply_all(void)
{
	plan = make_plan();
	(void)apply_now(&plan);
}

static void restore_all(void)
{
	(void)!restore_now(false, &undone, &err);
}

/* Returns at how many moments a fault can matter. */
static unsigned changes_of(void (*command)(void))
{
	unsigned before = fake_changes();

	command();
	return fake_changes() - before;
}

/* An error of the last restore is none if it had nothing to do. */
static void check(const char *what, unsigned n, unsigned count, const char *before)
{
	int r;

	fake_fail(0, 0, 0);
	r = restore_now(false, &undone, &err);
	ck_assert_msg(r == 0 || r == -ENOENT, "%s, %u from %u: %s", what, count, n, err.text);
	ck_assert_msg(text_equal(fake_state(arena), before), "%s, %u from %u: the node reads\n%s",
		      what, count, n, fake_state(arena));
	ck_assert_msg(!fake_get(JOURNAL_FILE), "%s, %u from %u: the journal stays", what, count, n);
}

START_TEST(an_apply_is_undone)
{
	unsigned moments;

	fake_reset();
	moments = changes_of(apply_all);
	ck_assert_uint_gt(moments, 10);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (unsigned n = 1; n <= moments; n++) {
			const char *before;

			fake_reset();
			before = fake_state(arena);
			fake_fail(n, counts[i], -EIO);
			apply_all();
			check("apply", n, counts[i], before);
		}
	}
}
END_TEST

START_TEST(a_restore_is_finished_by_the_next)
{
	unsigned moments;

	fake_reset();
	apply_all();
	moments = changes_of(restore_all);
	ck_assert_uint_gt(moments, 15);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (unsigned n = 1; n <= moments; n++) {
			const char *before;

			fake_reset();
			before = fake_state(arena);
			apply_all();
			fake_fail(n, counts[i], -EIO);
			restore_all();
			check("restore", n, counts[i], before);
		}
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("failing", prepare, an_apply_is_undone, a_restore_is_finished_by_the_next)
