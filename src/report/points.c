/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a report apart into points. */
#include "report/points.h"

#include "base/text.h"
#include "report/layout.h"
#include "tuners/tuners.h"

const char *const point_kind_names[] = {
    [POINT_SETTING] = "setting",
    [POINT_CHECK] = "check",
    [POINT_FLOOR] = "floor",
    [POINT_LOWERED] = "lowered",
};

const char *const point_result_names[] = {
    [POINT_HOLDS] = "pass",
    [POINT_FAILS] = "failure",
    [POINT_ERRS] = "error",
    [POINT_OPEN] = "skipped",
};

const char *point_rule(const struct setting *setting)
{
	if (!setting->wish->operands.count)
		return NULL;
	switch (setting->wish->rule) {
	case RULE_AT_LEAST:
		return "at-least";
	case RULE_AT_MOST:
		return "at-most";
	case RULE_ONE_OF:
		return "one-of";
	case RULE_EXACT:
	case RULE_FIRST_OF:
	case RULE_AUTO:
	case RULE_LEAVE:
		break;
	}
	return "exact";
}

/* What does not count against the verdict is open, unless it is as wanted. */
static enum point_result result_of(bool is_fault, bool is_as_wanted, bool is_error)
{
	if (!is_fault)
		return is_as_wanted ? POINT_HOLDS : POINT_OPEN;
	return is_error ? POINT_ERRS : POINT_FAILS;
}

static const char *joined(struct arena *arena, names notes)
{
	return notes.count ? text_join(arena, &notes, "; ") : NULL;
}

static void add_settings(struct arena *arena, const struct report *report,
			 const setting_list *settings, bool is_left_out, point_list *points)
{
	vec_for_each (setting, settings) {
		const struct wish *wish = setting->wish;
		enum state state = setting->state;
		const char *rule = point_rule(setting);

		vec_push(
		    arena, points,
		    (struct point){
			.kind = POINT_SETTING,
			.result = result_of(verdict_setting_is_fault(setting, report->is_strict),
					    state == STATE_SAME || state == STATE_CHANGED,
					    state == STATE_FAILED),
			.tuner = wish->tuner,
			.name = wish->name,
			.path = wish->path,
			.have = setting->have,
			.want = setting->want,
			.rule = rule,
			.bounds = rule ? text_join(arena, &wish->operands, " ") : NULL,
			.shown_have = layout_have(arena, setting),
			.shown_want = layout_wanted(arena, setting),
			.state = plan_state_names[state],
			.severity = plan_severity_names[wish->severity],
			.note = joined(arena, layout_notes(arena, setting)),
			.why = wish->why,
			.source = wish->source,
			.waiver = wish->waiver ? wish->waiver->waiver : NULL,
			.advice = tuner_advice(wish->tuner),
			.is_left_out = is_left_out,
		    });
	}
}

static void add_checks(struct arena *arena, const struct report *report, const check_list *checks,
		       bool is_left_out, point_list *points)
{
	vec_for_each (check, checks) {
		vec_push(arena, points,
			 (struct point){
			     .kind = POINT_CHECK,
			     .result = result_of(verdict_check_is_fault(check, report->is_strict),
						 check->state == CHECK_PASS,
						 check->state == CHECK_UNKNOWN),
			     .tuner = check->tuner,
			     .name = check->id,
			     .have = check->have,
			     .want = check->required,
			     .shown_have = text_or(check->have, "unknown"),
			     .shown_want = text_or(check->required, "-"),
			     .state = plan_check_state_names[check->state],
			     .severity = plan_severity_names[check->severity],
			     .note = joined(arena, layout_check_notes(arena, check)),
			     .source = check->source,
			     .waiver = check->waiver ? check->waiver->waiver : NULL,
			     .is_left_out = is_left_out,
			 });
	}
}

static void add_floors(struct arena *arena, const floors *judged, point_list *points)
{
	static const enum point_result results[] = {
	    [FLOOR_MET] = POINT_HOLDS,
	    [FLOOR_MISSED] = POINT_FAILS,
	    [FLOOR_UNJUDGED] = POINT_OPEN,
	};

	vec_for_each (floor, judged) {
		vec_push(arena, points,
			 (struct point){
			     .kind = POINT_FLOOR,
			     .result = results[floor->state],
			     .tuner = "probe",
			     .name = floor->name,
			     .have = floor->have,
			     .want = floor->required,
			     .shown_have = text_or(floor->have, "unknown"),
			     .shown_want = floor->required,
			     .state = floor_state_name(floor->state),
			     .severity = plan_severity_names[SEVERITY_REQUIRED],
			     .note = floor->note,
			     .source = floor->source,
			 });
	}
}

/* Nothing follows from it, but it is to be seen wherever somebody looks for what was required. */
static void add_lowered(struct arena *arena, const struct profile *profile, point_list *points)
{
	vec_for_each (lowered, &profile->lowered) {
		bool is_gate = text_equal(lowered->section, "gate");

		vec_push(arena, points,
			 (struct point){
			     .kind = POINT_LOWERED,
			     .result = POINT_OPEN,
			     .tuner = "profile",
			     .name = is_gate ? lowered->key
					     : arena_printf(arena, "%s %s", lowered->section,
							    lowered->key),
			     .have = lowered->now,
			     .want = is_gate ? NULL : plan_severity_names[SEVERITY_REQUIRED],
			     .shown_have = lowered->now,
			     .shown_want = "-",
			     .state = "lowered",
			     .severity = plan_severity_names[SEVERITY_ADVISED],
			     .note = profile_lowered_text(arena, lowered),
			     .source = profile_lowered_by(arena, lowered),
			 });
	}
}

point_list points_of(struct arena *arena, const struct report *report)
{
	const struct plan *plan = report->plan;
	point_list points = {0};

	add_settings(arena, report, &plan->settings, false, &points);
	add_settings(arena, report, &plan->left_out.settings, true, &points);
	add_checks(arena, report, &plan->checks, false, &points);
	add_checks(arena, report, &plan->left_out.checks, true, &points);
	if (report->probe)
		add_floors(arena, &report->probe->floors, &points);
	if (report->profile)
		add_lowered(arena, report->profile, &points);
	return points;
}
