/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a plan: what each state of a setting and of a check means for the exit code. */
#include "plan/verdict.h"

#include "plan/waive.h"

/* What one setting or check means for the verdict; the worst counts. */
enum judgement { HOLDS, DIFFERS, FAILS };

static enum judgement judge_setting(const struct setting *setting, bool strict)
{
	bool required = setting->wish->severity == SEVERITY_REQUIRED;

	switch (setting->state) {
	case STATE_PENDING:
	case STATE_DIFFERS:
	case STATE_LEFT_OVER:
		return DIFFERS;
	case STATE_FAILED:
	case STATE_CONTESTED:
		return required || strict ? FAILS : DIFFERS;
	case STATE_MANAGED:
	case STATE_UNSUPPORTED:
	case STATE_SKIPPED:
	case STATE_MANUAL:
		if (required)
			return FAILS;
		return strict ? DIFFERS : HOLDS;
	case STATE_SAME:
	case STATE_CHANGED:
	case STATE_WAIVED:
	case STATE_COUNT:
		break;
	}
	return HOLDS;
}

/* A moot check counts as passed. */
static bool is_open(const struct check *check)
{
	return check->state == CHECK_UNKNOWN || (check->state == CHECK_SKIPPED && !check->is_moot);
}

bool verdict_is_out_of_reach(enum state state)
{
	return state == STATE_MANAGED || state == STATE_UNSUPPORTED || state == STATE_SKIPPED ||
	       state == STATE_MANUAL;
}

bool verdict_check_counts(const struct check *check)
{
	return check->severity == SEVERITY_REQUIRED &&
	       (check->state == CHECK_FAIL || is_open(check));
}

bool verdict_is_settled(enum state state)
{
	return state == STATE_SAME || state == STATE_CHANGED || state == STATE_WAIVED;
}

bool verdict_setting_counts(const struct setting *setting)
{
	return setting->wish->severity == SEVERITY_REQUIRED && !verdict_is_settled(setting->state);
}

static enum judgement judge_check(const struct check *check, bool strict)
{
	if (verdict_check_counts(check) || (check->state == CHECK_FAIL && strict))
		return FAILS;
	return check->state == CHECK_FAIL || (is_open(check) && strict) ? DIFFERS : HOLDS;
}

bool verdict_setting_is_fault(const struct setting *setting, bool strict)
{
	return judge_setting(setting, strict) != HOLDS;
}

bool verdict_check_is_fault(const struct check *check, bool strict)
{
	return judge_check(check, strict) != HOLDS;
}

static void judge_left_out(const struct left_out *left_out, bool strict, struct verdict *verdict,
			   enum judgement *worst)
{
	enum judgement all = HOLDS;

	vec_for_each (setting, &left_out->settings) {
		enum judgement one = judge_setting(setting, strict);

		verdict->left_out_required += setting->wish->severity == SEVERITY_REQUIRED;
		verdict->left_out_open += verdict_setting_counts(setting);
		all = one > all ? one : all;
	}
	vec_for_each (check, &left_out->checks) {
		enum judgement one = judge_check(check, strict);

		verdict->left_out_required++;
		verdict->left_out_open += verdict_check_counts(check);
		all = one > all ? one : all;
	}
	verdict->required_failed += verdict->left_out_open;
	if (left_out->is_judged && all > *worst)
		*worst = all;
}

struct verdict plan_verdict(const struct plan *plan, bool strict)
{
	struct verdict verdict = {0};
	enum judgement worst = HOLDS;

	vec_for_each (setting, &plan->settings) {
		enum judgement one = judge_setting(setting, strict);
		bool differs = one == DIFFERS && setting->wish->severity == SEVERITY_REQUIRED;

		verdict.settings[setting->state]++;
		verdict.switched_off += plan_is_switched_off(setting);
		verdict.expired += one != HOLDS && waive_has_expired(setting->wish->waiver);
		verdict.required_differing += differs;
		verdict.required_failed += one == FAILS || differs;
		worst = one > worst ? one : worst;
	}
	vec_for_each (check, &plan->checks) {
		enum judgement one = judge_check(check, strict);

		verdict.checks[check->state]++;
		verdict.expired += one != HOLDS && waive_has_expired(check->waiver);
		verdict.required_failed += one == FAILS;
		worst = one > worst ? one : worst;
	}
	judge_left_out(&plan->left_out, strict, &verdict, &worst);
	switch (worst) {
	case HOLDS:
		verdict.text = verdict.left_out_required ? "partial" : "match";
		break;
	case DIFFERS:
		verdict.exit_code = EXIT_DIFFERS;
		verdict.text = "differs";
		break;
	case FAILS:
		verdict.exit_code = EXIT_REQUIRED;
		verdict.text = "failed";
		break;
	}
	return verdict;
}
