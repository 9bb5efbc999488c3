/* SPDX-License-Identifier: Apache-2.0 */
/* The report of an apply whose first phase changed the node, so that the plan was made again. */
#include "flow/carry_over.h"

#include "base/text.h"
#include "run_suite.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

/* had: what a put-back row found before its write; NULL: none was tried. */
static void add(struct plan *plan, const char *name, enum phase phase, enum state state,
		bool is_left_over, const char *had)
{
	struct setting *setting = plan_add(
	    plan, (struct wish){
		      .tuner = "net", .name = name, .phase = phase, .is_left_over = is_left_over});

	setting->state = state;
	setting->before = had;
}

/* "rings failed, queues changed". */
static const char *picture(const struct plan *plan)
{
	names rows = {0};

	vec_for_each (setting, &plan->settings)
		vec_push(arena, &rows,
			 arena_printf(arena, "%s %s", setting->wish->name,
				      plan_state_names[setting->state]));
	return text_join(arena, &rows, ", ");
}

/* The entry of what could not be put back is still claimed, so the new plan has it as well. */
START_TEST(what_failed_to_go_back_is_told_once)
{
	struct plan before = {.arena = arena}, now = {.arena = arena};

	add(&before, "rings", PHASE_STRUCTURAL, STATE_FAILED, true, "512");
	add(&before, "channels", PHASE_STRUCTURAL, STATE_CHANGED, false, "8");
	add(&before, "mask", PHASE_VALUES, STATE_DIFFERS, false, NULL);
	add(&now, "rings", PHASE_STRUCTURAL, STATE_LEFT_OVER, true, NULL);
	add(&now, "channels", PHASE_STRUCTURAL, STATE_SAME, false, NULL);
	add(&now, "mask", PHASE_VALUES, STATE_SAME, false, NULL);
	carry_over(&now, &before, PHASE_STRUCTURAL);
	ck_assert_str_eq(picture(&now), "rings failed, channels changed, mask same");
}
END_TEST

/* It is nobody's any more; what waits for a later phase is planned anew or not at all. */
START_TEST(what_went_back_stays_on_the_report)
{
	struct plan before = {.arena = arena}, now = {.arena = arena};

	add(&before, "rings", PHASE_STRUCTURAL, STATE_CHANGED, true, "512");
	add(&before, "channels", PHASE_STRUCTURAL, STATE_CHANGED, true, "8");
	add(&before, "old mask", PHASE_VALUES, STATE_LEFT_OVER, true, NULL);
	add(&before, "mask", PHASE_VALUES, STATE_DIFFERS, false, NULL);
	add(&now, "mask", PHASE_VALUES, STATE_SAME, false, NULL);
	carry_over(&now, &before, PHASE_STRUCTURAL);
	ck_assert_str_eq(picture(&now), "rings changed, channels changed, mask same");
}
END_TEST

/* What the kernel had reset has the name of what is wanted of the same file. */
START_TEST(a_row_that_goes_back_is_not_the_one_that_is_wanted)
{
	struct plan before = {.arena = arena}, now = {.arena = arena};

	add(&before, "mask", PHASE_VALUES, STATE_DIFFERS, false, NULL);
	add(&before, "mask", PHASE_STRUCTURAL, STATE_CHANGED, true, "f");
	add(&now, "mask", PHASE_VALUES, STATE_DIFFERS, false, NULL);
	carry_over(&now, &before, PHASE_STRUCTURAL);
	ck_assert_str_eq(picture(&now), "mask changed, mask differs");
	ck_assert(!now.settings.at[1].wish->is_left_over);
}
END_TEST

/* The verdict of each is found wherever it stands. */
START_TEST(rows_in_front_move_the_others)
{
	struct plan plan = {.arena = arena}, other = {.arena = arena}, none = {.arena = arena};
	setting_index index, empty = carry_over_index(&none);

	add(&plan, "back", PHASE_VALUES, STATE_CHANGED, true, "1");
	for (unsigned i = 0; i < 3000; i++) {
		const char *name = arena_printf(arena, "queue %u", i);

		add(&plan, name, PHASE_VALUES, STATE_SAME, false, NULL);
		add(&other, name, PHASE_VALUES, STATE_SAME, false, NULL);
	}
	index = carry_over_index(&other);
	ck_assert_ptr_null(carry_over_find(&index, &plan.settings.at[0]));
	for (size_t i = 1; i < plan.settings.count; i++)
		ck_assert_ptr_eq(carry_over_find(&index, &plan.settings.at[i]),
				 &other.settings.at[i - 1]);
	ck_assert_ptr_null(carry_over_find(&empty, &plan.settings.at[0]));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("carry_over", prepare, what_failed_to_go_back_is_told_once,
	       what_went_back_stays_on_the_report,
	       a_row_that_goes_back_is_not_the_one_that_is_wanted, rows_in_front_move_the_others)
