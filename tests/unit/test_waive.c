/* SPDX-License-Identifier: Apache-2.0 */
/* Waivers in a plan, and against the kernel in memory: what is waived is not written, what holds is
 * the same, what has expired counts again, and nothing of the journal is lost from sight. */
#include "plan/waive.h"

#include "apply/claims.h"
#include "apply_fixture.h"
#include "base/day.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/verdict.h"
#include "run_suite.h"
#include "scene.h"
#include "tuners/build.h"
#include "wish_of.h"

#define SWAPPINESS "/proc/sys/vm/swappiness"

enum { today = 20000 };

static struct scene *scene;

static void set_up_all(void)
{
	set_up();
	scene = scene_new();
	scene->request.today = today;
}

static void tear_down_all(void)
{
	scene_freep(&scene);
	tear_down();
}

/* A waiver that ends so many days from today. */
static void waive(const char *scope, const char *glob, int64_t days)
{
	vec_push(scene->arena, &scene->profile.waivers,
		 ((struct waiver){
		     .what = arena_printf(scene->arena, "%s %s", scope, glob),
		     .scope = scope,
		     .glob = glob,
		     .reason = "because\nverdict: match",
		     .owner = "ops",
		     .until = day_text(scene->arena, today + days),
		     .last_day = today + days,
		     .source = "site:1",
		 }));
}

static struct plan build(void)
{
	struct plan plan;

	ck_assert_int_eq(
	    build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request, &plan, NULL),
	    0);
	return plan;
}

/* The setting of the plan, looked at. */
static struct setting *looked_at(struct plan *plan, const char *name)
{
	look_plan(fake_root(), scene->arena, &live, plan);
	vec_for_each (setting, &plan->settings) {
		if (text_equal(setting->wish->name, name) && !setting->wish->is_left_over)
			return setting;
	}
	ck_abort_msg("no setting '%s'", name);
}

/* Days ------------------------------------------------------------------------------------------
 */

START_TEST(the_last_day_is_inclusive)
{
	static const struct {
		int64_t days;
		enum state state;
		enum waiving_state waiving;
		const char *words;
	} rows[] = {
	    {400, STATE_WAIVED, WAIVING_IN_FORCE, "by ops until 2025-11-08, 400 days left: "},
	    {15, STATE_WAIVED, WAIVING_IN_FORCE, "by ops until 2024-10-19, 15 days left: "},
	    {14, STATE_WAIVED, WAIVING_ENDING, "by ops until 2024-10-18, 14 days left: "},
	    {1, STATE_WAIVED, WAIVING_ENDING, "by ops until 2024-10-05, 1 day left: "},
	    {0, STATE_WAIVED, WAIVING_ENDING, "by ops until 2024-10-04, which is today: "},
	    {-1, STATE_DIFFERS, WAIVING_EXPIRED, "the waiver of ops expired on 2024-10-03: "},
	};

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan;
		struct setting *setting;

		scene->profile.waivers.count = 0;
		waive("sysctl", "vm.*", rows[i].days);
		plan = build();
		setting = looked_at(&plan, "vm.swappiness");
		ck_assert_int_eq(setting->state, rows[i].state);
		ck_assert_int_eq(setting->wish->waiver->days_left, rows[i].days);
		ck_assert_int_eq(waive_state(&plan.waivings.at[0]), rows[i].waiving);
		/* One line, whatever its author wrote. */
		ck_assert_str_eq(
		    waive_words(scene->arena, setting->wish->waiver),
		    arena_printf(scene->arena, "%sbecause\\x0averdict: match", rows[i].words));
	}
}
END_TEST

START_TEST(a_clock_that_is_wrong_ends_nothing)
{
	struct plan plan;
	struct setting *setting;

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	waive("sysctl", "vm.swappiness", -5000);
	scene->request.today = DAY_UNKNOWN;
	plan = build();
	setting = looked_at(&plan, "vm.swappiness");
	ck_assert_int_eq(setting->state, STATE_WAIVED);
	ck_assert_int_eq(setting->wish->waiver->days_left, DAY_UNKNOWN);
	ck_assert_ptr_nonnull(
	    strstr(waive_words(scene->arena, setting->wish->waiver), ", days left unknown: "));
}
END_TEST

START_TEST(the_one_that_lasts_longest_counts)
{
	struct plan plan;

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	waive("sysctl", "vm.*", -1);
	waive("sysctl", "*", 30);
	waive("sysctl", "vm.swappiness", 3);
	waive("sysctl", "kernel.*", 300);
	waive("governor", "vm.swappiness", 300);
	plan = build();
	ck_assert_ptr_eq(looked_at(&plan, "vm.swappiness")->wish->waiver, &plan.waivings.at[1]);
	ck_assert_uint_eq(plan.waivings.at[0].covers, 1);
	ck_assert_uint_eq(plan.waivings.at[2].covers, 1);
	ck_assert_int_eq(waive_state(&plan.waivings.at[3]), WAIVING_UNMATCHED);
	ck_assert_int_eq(waive_state(&plan.waivings.at[4]), WAIVING_UNMATCHED);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[1]).open, 1);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).listed, 0);
}
END_TEST

/* Settings --------------------------------------------------------------------------------------
 */

START_TEST(what_holds_is_the_same)
{
	struct plan plan;

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, fake_get(SWAPPINESS));
	waive("sysctl", "vm.swappiness", 10);
	plan = build();
	ck_assert_int_eq(looked_at(&plan, "vm.swappiness")->state, STATE_SAME);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).listed, 1);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).open, 0);
}
END_TEST

/* Whatever keeps it from its value, with the reason. */
START_TEST(what_cannot_be_set_is_waived)
{
	struct plan plan;
	struct setting *setting;

	scene_want(scene, "sysctl", "vm.none", RULE_EXACT, "1")->value.severity = SEVERITY_REQUIRED;
	waive("sysctl", "vm.*", 10);
	plan = build();
	setting = looked_at(&plan, "vm.none");
	ck_assert_int_eq(setting->state, STATE_WAIVED);
	ck_assert_str_eq(setting->note, "not on this node");
	ck_assert(!verdict_setting_counts(setting));
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, EXIT_MATCH);
	ck_assert_int_eq(plan_verdict(&plan, true).exit_code, EXIT_MATCH);
	/* Left out, it is judged alike. */
	scene->request.skip = scene_words(scene, "sysctl");
	scene->request.left_out = LEFT_OUT_JUDGED;
	plan = build();
	look_plan(fake_root(), scene->arena, &live, &plan);
	ck_assert_int_eq(plan.left_out.settings.at[0].state, STATE_WAIVED);
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, EXIT_MATCH);
}
END_TEST

START_TEST(an_expired_one_changes_no_state)
{
	struct plan plan, forgiven;
	struct verdict verdict;

	scene_want(scene, "sysctl", "vm.none", RULE_EXACT, "1")->value.severity = SEVERITY_REQUIRED;
	waive("sysctl", "vm.*", -1);
	plan = build();
	ck_assert_int_eq(looked_at(&plan, "vm.none")->state, STATE_UNSUPPORTED);
	verdict = plan_verdict(&plan, false);
	ck_assert_int_eq(verdict.exit_code, EXIT_REQUIRED);
	ck_assert_uint_eq(verdict.expired, 1);
	forgiven = waive_expired_too(&plan);
	ck_assert_int_eq(plan_verdict(&forgiven, true).exit_code, EXIT_MATCH);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_UNSUPPORTED);
}
END_TEST

START_TEST(nothing_waived_is_written)
{
	struct waiver waiver = {.owner = "ops", .reason = "r", .until = "2027-01-31"};
	struct waiving in_force = {.waiver = &waiver, .days_left = 5};
	struct plan plan = make_plan();
	const char *before = fake_get(SWAPPINESS);
	const char *wbt = fake_get(FAKE_QUEUE "wbt_lat_usec");
	struct apply_result result;

	vec_for_each (setting, &plan.settings) {
		if (text_equal(setting->wish->name, "swappiness") ||
		    text_equal(setting->wish->name, "wbt"))
			wish_of(setting)->waiver = &in_force;
	}
	result = apply_now(&plan);
	ck_assert_uint_gt(result.writes, 0);
	ck_assert_str_eq(fake_get(SWAPPINESS), before);
	/* The scheduler resets it, and it is put back, as what no profile speaks of. */
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), wbt);
	vec_for_each (setting, &plan.settings)
		ck_assert_msg(setting->state ==
				  (setting->wish->waiver ? STATE_WAIVED : STATE_CHANGED),
			      "%s is %s", setting->wish->name, plan_state_names[setting->state]);
	in_force.is_expired = true;
	plan.settings.at[0].state = STATE_PENDING;
	(void)apply_now(&plan);
	ck_assert_str_eq(fake_get(SWAPPINESS), "1");
}
END_TEST

/* The journal -----------------------------------------------------------------------------------
 */

static struct holding hold(const char *had, const char *ours)
{
	struct holding holding = {.tuner = "sysctl",
				  .setting = "vm.swappiness",
				  .path = SWAPPINESS,
				  .kind = KIND_TEXT,
				  .had = had,
				  .is_settled = true,
				  .is_claimed = true};

	vec_push(scene->arena, &holding.ours, ours);
	return holding;
}

START_TEST(what_an_earlier_apply_wrote_is_told)
{
	struct plan plan;
	struct setting *setting;

	fake_set(SWAPPINESS, "10");
	vec_push(scene->arena, &scene->request.holdings, hold("60", "10"));
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	waive("sysctl", "vm.*", 10);
	plan = build();
	setting = looked_at(&plan, "vm.swappiness");
	ck_assert_int_eq(setting->state, STATE_WAIVED);
	ck_assert_str_eq(setting->note, "not the original, which was 60: an earlier apply wrote to "
					"it, and restore puts it back");
	fake_set(SWAPPINESS, "60");
	plan = build();
	ck_assert_ptr_null(looked_at(&plan, "vm.swappiness")->note);
}
END_TEST

/* No waiver keeps the original from coming back. */
START_TEST(left_over_stays_left_over)
{
	struct plan plan;

	fake_set(SWAPPINESS, "10");
	vec_push(scene->arena, &scene->request.holdings, hold("60", "10"));
	waive("sysctl", "*", 10);
	plan = build();
	look_plan(fake_root(), scene->arena, &live, &plan);
	ck_assert_uint_eq(plan.settings.count, 1);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_LEFT_OVER);
	/* Somebody else has set it since. */
	fake_set(SWAPPINESS, "33");
	plan = build();
	look_plan(fake_root(), scene->arena, &live, &plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CONTESTED);
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, EXIT_DIFFERS);
}
END_TEST

START_TEST(who_contests_it_is_told)
{
	struct holding holding = hold("60", "10");
	struct claim claim = {.owner = "agent", .rule = RULE_EXACT};
	struct plan plan;
	struct setting *setting;

	vec_push(scene->arena, &claim.operands, "10");
	vec_push(scene->arena, &holding.others, claim);
	holding.is_claimed = false;
	vec_push(scene->arena, &scene->request.holdings, holding);
	fake_set(SWAPPINESS, "10");
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	plan = build();
	ck_assert_int_eq(looked_at(&plan, "vm.swappiness")->state, STATE_CONTESTED);
	waive("sysctl", "vm.*", 10);
	plan = build();
	setting = looked_at(&plan, "vm.swappiness");
	ck_assert_int_eq(setting->state, STATE_WAIVED);
	ck_assert_msg(text_starts(setting->note, "contested: wanted by agent,"), "%s",
		      setting->note);
}
END_TEST

/* Checks ----------------------------------------------------------------------------------------
 */

static const struct check *check_of(const struct plan *plan, const char *id)
{
	vec_for_each (check, &plan->checks) {
		if (text_equal(check->id, id))
			return check;
	}
	ck_abort_msg("no check '%s'", id);
}

START_TEST(checks_are_waived_by_their_id)
{
	struct plan plan, forgiven;

	scene->facts.live.data_dir = (struct live_data_dir){
	    .path = "/data", .exists = TRI_YES, .is_directory = true, .fs_type = "btrfs"};
	scene_want(scene, "checks", "filesystem", RULE_ONE_OF, "xfs|ext4")->value.severity =
	    SEVERITY_REQUIRED;
	waive("check", "filesystem", 10);
	waive("check", "file", 10);
	plan = build();
	ck_assert_int_eq(check_of(&plan, "filesystem")->state, CHECK_WAIVED);
	ck_assert_uint_eq(plan.waivings.at[1].covers, 0);
	ck_assert_int_eq(plan_verdict(&plan, true).checks[CHECK_WAIVED], 1);
	ck_assert(!verdict_check_counts(check_of(&plan, "filesystem")));
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).listed, 1);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).open, 1);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[1]).listed, 0);
	scene->facts.live.data_dir.fs_type = "xfs";
	plan = build();
	ck_assert_int_eq(check_of(&plan, "filesystem")->state, CHECK_PASS);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).listed, 1);
	ck_assert_uint_eq(waive_count(&plan, &plan.waivings.at[0]).open, 0);
	scene->facts.live.data_dir.fs_type = "btrfs";
	scene->request.today = today + 11;
	plan = build();
	ck_assert_int_eq(check_of(&plan, "filesystem")->state, CHECK_FAIL);
	ck_assert_uint_eq(plan_verdict(&plan, false).expired, 1);
	forgiven = waive_expired_too(&plan);
	ck_assert_int_eq(check_of(&forgiven, "filesystem")->state, CHECK_WAIVED);
}
END_TEST

/* The first check of the directory fails for it, whichever that is. */
START_TEST(a_missing_directory_is_not_waived)
{
	struct plan plan, forgiven;

	scene->facts.live.data_dir = (struct live_data_dir){.path = "/data", .exists = TRI_NO};
	scene_want(scene, "checks", "filesystem", RULE_ONE_OF, "xfs|ext4");
	waive("check", "filesystem", 10);
	plan = build();
	ck_assert_int_eq(check_of(&plan, "filesystem")->state, CHECK_FAIL);
	scene->request.today = today + 11;
	plan = build();
	forgiven = waive_expired_too(&plan);
	ck_assert_int_eq(check_of(&forgiven, "filesystem")->state, CHECK_FAIL);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up_all, tear_down_all);
}

RUN_SUITE_WITH("waive", prepare, the_last_day_is_inclusive, a_clock_that_is_wrong_ends_nothing,
	       the_one_that_lasts_longest_counts, what_holds_is_the_same,
	       what_cannot_be_set_is_waived, an_expired_one_changes_no_state,
	       nothing_waived_is_written, what_an_earlier_apply_wrote_is_told,
	       left_over_stays_left_over, who_contests_it_is_told, checks_are_waived_by_their_id,
	       a_missing_directory_is_not_waived)
