/* SPDX-License-Identifier: Apache-2.0 */
/* The list: its order, what may not stand in it twice, and the verdict over it. The tuner table is
 * this test's own: three tuners that add what the test at hand tells them, and two checks. */
#include <errno.h>

#include "base/text.h"
#include "plan/verdict.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "tuners/build.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static const struct wish *additions[3];
static size_t addition_count[3];

static void add_all(const struct tuning *tuning, size_t who)
{
	for (size_t i = 0; i < addition_count[who]; i++)
		wish_add(tuning, additions[who][i]);
}

static void plan_first(const struct tuning *tuning)
{
	add_all(tuning, 0);
}

static void plan_second(const struct tuning *tuning)
{
	add_all(tuning, 1);
}

static void plan_third(const struct tuning *tuning)
{
	add_all(tuning, 2);
}

static void plan_checks(const struct tuning *tuning)
{
	wish_check(tuning, (struct check){.id = "io_setup", .severity = SEVERITY_REQUIRED});
	wish_check(tuning, (struct check){.id = "noatime"});
}

const struct tuner tuner_table[] = {
    {.name = "first", .plan = plan_first},
    {.name = "second", .plan = plan_second},
    {.name = "third", .plan = plan_third},
    {.name = "checks", .plan = plan_checks},
};
const size_t tuner_count = COUNT(tuner_table);

const struct tuner *tuner_find(const char *name)
{
	for (size_t i = 0; i < tuner_count; i++) {
		if (text_equal(tuner_table[i].name, name))
			return &tuner_table[i];
	}
	return NULL;
}

static void begin(void)
{
	arena = arena_new();
	memset(addition_count, 0, sizeof(addition_count));
}

#define ADD(who, list) (additions[who] = (list), addition_count[who] = COUNT(list))

static int build(const struct plan_request *request, struct plan *ret, struct err *err)
{
	static const struct facts facts;
	static const struct profile profile;

	*err = (struct err){0};
	return build_plan(arena, &facts, &profile, request, ret, err);
}

static const char *named(const struct plan *plan)
{
	struct str text = str_new(arena);

	vec_for_each (setting, &plan->settings)
		str_printf(&text, "%s%s", setting == plan->settings.at ? "" : " ",
			   setting->wish->name);
	return text.text;
}

static const char *order(void)
{
	struct plan_request request = {0};
	struct plan plan;
	struct err err;
	int r = build(&request, &plan, &err);

	ck_assert_msg(r == 0, "%s", err.text);
	return named(&plan);
}

static names after(const char *paths)
{
	return text_words(arena, paths);
}

/* Order -------------------------------------------------------------------------------------- */

START_TEST(tuners_in_the_order_of_the_table)
{
	const struct wish one[] = {{.name = "b", .path = "/b", .phase = PHASE_VALUES},
				   {.name = "a", .path = "/a", .phase = PHASE_VALUES}};
	const struct wish two[] = {{.name = "0", .path = "/0", .phase = PHASE_VALUES}};
	struct plan_request request = {0};
	struct plan plan;
	struct err err;

	begin();
	ck_assert_str_eq(order(), "");
	ADD(2, one);
	ADD(0, two);
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_str_eq(named(&plan), "0 b a");
	ck_assert_str_eq(plan.settings.at[0].wish->tuner, "first");
	ck_assert_str_eq(plan.settings.at[1].wish->tuner, "third");
	ck_assert_str_eq(plan.settings.at[2].wish->tuner, "third");
	ck_assert_uint_eq(plan.checks.count, 2);
	arena_free(arena);
}
END_TEST

START_TEST(structural_settings_come_first)
{
	const struct wish one[] = {{.name = "v1", .path = "/v1", .phase = PHASE_VALUES},
				   {.name = "s1", .path = "/s1", .phase = PHASE_STRUCTURAL}};
	const struct wish two[] = {{.name = "s2", .path = "/s2", .phase = PHASE_STRUCTURAL},
				   {.name = "v2", .path = "/v2", .phase = PHASE_VALUES}};

	begin();
	ADD(0, one);
	ADD(1, two);
	ck_assert_str_eq(order(), "s1 s2 v1 v2");
	arena_free(arena);
}
END_TEST

START_TEST(what_must_be_written_first_is)
{
	struct wish one[] = {{.name = "governor", .path = "/g", .phase = PHASE_VALUES},
			     {.name = "wbt", .path = "/w", .phase = PHASE_VALUES},
			     {.name = "no path", .phase = PHASE_VALUES}};
	struct wish two[] = {{.name = "epp", .path = "/e", .phase = PHASE_VALUES},
			     {.name = "scheduler", .path = "/s", .phase = PHASE_VALUES},
			     {.name = "last", .path = "/l", .phase = PHASE_VALUES}};

	begin();
	one[0].after = after("/e /not/in/the/plan");
	one[1].after = after("/s /g");
	one[2].after = after("/l");
	two[1].after = after("/e");
	ADD(0, one);
	ADD(1, two);
	ck_assert_str_eq(order(), "epp governor scheduler wbt last no path");
	/* Each is there once, with its own content. */
	ADD(0, two);
	ADD(1, one);
	ck_assert_str_eq(order(), "epp scheduler last governor wbt no path");
	arena_free(arena);
}
END_TEST

START_TEST(order_of_a_large_plan)
{
	enum { count = 3000 };
	struct wish *many;
	struct plan_request request = {0};
	struct plan plan;
	struct err err;

	begin();
	many = arena_alloc(arena, count * sizeof(*many));
	for (unsigned i = 0; i < count; i++) {
		many[i] = (struct wish){.name = arena_printf(arena, "%u", i),
					.path = arena_printf(arena, "/sys/%u", i),
					.phase = PHASE_VALUES};
		if (i + 1 < count)
			many[i].after = after(arena_printf(arena, "/sys/%u", i + 1));
	}
	additions[1] = many;
	addition_count[1] = count;
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_uint_eq(plan.settings.count, count);
	for (unsigned i = 0; i < count; i++)
		ck_assert_str_eq(plan.settings.at[i].wish->name, many[count - 1 - i].name);
	arena_free(arena);
}
END_TEST

static void assert_refused(int code, const char *says)
{
	struct plan_request request = {0};
	struct plan plan = {.arena = NULL};
	struct err err;

	ck_assert_int_eq(build(&request, &plan, &err), code);
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.text, says), "'%s' does not say '%s'", err.text, says);
	ck_assert_ptr_null(plan.arena);
}

START_TEST(circles_are_refused)
{
	struct wish one[] = {{.name = "a", .path = "/a", .phase = PHASE_VALUES},
			     {.name = "b", .path = "/b", .phase = PHASE_VALUES}};
	struct wish two[] = {{.name = "c", .path = "/c", .phase = PHASE_STRUCTURAL}};

	begin();
	ADD(0, one);
	ADD(1, two);
	one[0].after = after("/a");
	assert_refused(-EINVAL, "'a'");
	one[0].after = after("/b");
	one[1].after = after("/a");
	assert_refused(-EINVAL, "must come after itself");
	one[1].after = after("/c");
	two[0].after = after("/a");
	assert_refused(-EINVAL, "must come after itself");
	two[0].after = (names){0};
	ck_assert_str_eq(order(), "c b a");
	arena_free(arena);
}
END_TEST

START_TEST(two_wants_for_one_path_are_refused)
{
	struct wish one[] = {{.name = "a", .path = "/z", .phase = PHASE_VALUES},
			     {.name = "b", .path = "/x", .phase = PHASE_STRUCTURAL}};
	struct wish two[] = {{.name = "c", .path = "/y", .phase = PHASE_VALUES},
			     {.name = "d", .path = "/x", .phase = PHASE_VALUES}};

	begin();
	ADD(0, one);
	ADD(2, two);
	assert_refused(-EEXIST, "/x is wanted twice");
	/* Both are named. */
	assert_refused(-EEXIST, "'b'");
	assert_refused(-EEXIST, "'d'");
	/* What is never written may stand there as often as it likes. */
	one[1].path = NULL;
	two[1].path = NULL;
	ck_assert_str_eq(order(), "b a c d");
	arena_free(arena);
}
END_TEST

/* Choice ------------------------------------------------------------------------------------- */

START_TEST(only_and_skip)
{
	static const struct {
		const char *only, *skip, *names;
		size_t checks;
	} rows[] = {
	    {"", "", "a b c", 2},
	    {"second", "", "b", 0},
	    {"third first", "", "a c", 0},
	    {"", "first third", "b", 2},
	    {"first second checks", "second third", "a", 2},
	    {"", "checks", "a b c", 0},
	};
	struct plan_request nothing;
	struct plan plan;
	struct err err = {0};
	const struct wish one[] = {{.name = "a", .path = "/a", .phase = PHASE_VALUES}};
	const struct wish two[] = {{.name = "b", .path = "/b", .phase = PHASE_VALUES}};
	const struct wish three[] = {{.name = "c", .path = "/c", .phase = PHASE_VALUES}};

	begin();
	ADD(0, one);
	ADD(1, two);
	ADD(2, three);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct plan_request request = {.only = after(rows[i].only),
					       .skip = after(rows[i].skip)};

		ck_assert_int_eq(build(&request, &plan, &err), 0);
		ck_assert_str_eq(named(&plan), rows[i].names);
		ck_assert_uint_eq(plan.checks.count, rows[i].checks);
	}
	/* A plan of nothing would be a match. */
	nothing = (struct plan_request){.only = after("second"), .skip = after("second")};
	ck_assert_int_eq(build(&nothing, &plan, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "nothing to do"));
	arena_free(arena);
}
END_TEST

/* What --only and --skip leave out, by command: who looks at it, and what it does to the verdict.
 */
START_TEST(left_out_is_judged_all_the_same)
{
	static const struct {
		enum left_out_rule rule;
		size_t settings, left_out, checks, left_out_checks;
		int code_right, code_open;
		const char *text;
	} rows[] = {
	    {LEFT_OUT_TOLD, 1, 1, 0, 1, 0, 0, "partial"},
	    {LEFT_OUT_JUDGED, 1, 1, 0, 1, 0, 4, "failed"},
	    {LEFT_OUT_WHOLE, 1, 2, 2, 0, 0, 4, "failed"},
	};
	const struct wish one[] = {{.name = "a", .path = "/a", .phase = PHASE_VALUES}};
	const struct wish two[] = {
	    {.name = "b", .path = "/b", .severity = SEVERITY_REQUIRED, .phase = PHASE_VALUES},
	    {.name = "c", .path = "/c", .phase = PHASE_VALUES}};

	begin();
	ADD(0, one);
	ADD(1, two);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct plan_request request = {.only = after("first"), .left_out = rows[i].rule};
		struct plan plan;
		struct err err;

		ck_assert_int_eq(build(&request, &plan, &err), 0);
		ck_assert_uint_eq(plan.settings.count, rows[i].settings);
		ck_assert_uint_eq(plan.checks.count, rows[i].checks);
		ck_assert_uint_eq(plan.left_out.settings.count, rows[i].left_out);
		ck_assert_uint_eq(plan.left_out.checks.count, rows[i].left_out_checks);
		ck_assert_uint_eq(plan.left_out.settings_count, 2);
		ck_assert_str_eq(plan.left_out.by, "--only first");
		/* Nobody has found it to be right. */
		ck_assert_int_eq(plan.left_out.settings.at[0].state, STATE_SKIPPED);
		ck_assert_str_eq(plan.left_out.settings.at[0].note, "left out by --only first");
		plan.settings.at[0].state = STATE_SAME;
		vec_for_each (check, &plan.left_out.checks)
			check->state = CHECK_PASS;
		ck_assert_int_eq(plan_verdict(&plan, false).exit_code, rows[i].code_open);
		ck_assert_str_eq(plan_verdict(&plan, false).text, rows[i].text);
		ck_assert_uint_eq(plan_verdict(&plan, false).left_out_open, 1);
		ck_assert_uint_eq(plan_verdict(&plan, false).required_failed, 1);
		plan.left_out.settings.at[0].state = STATE_SAME;
		ck_assert_int_eq(plan_verdict(&plan, false).exit_code, rows[i].code_right);
		/* It is no match either: not everything required was to be listed. */
		ck_assert_str_eq(plan_verdict(&plan, false).text, "partial");
		ck_assert_uint_eq(plan_verdict(&plan, false).required_failed, 0);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_required_check_left_out_is_judged)
{
	struct plan_request request = {.left_out = LEFT_OUT_JUDGED};
	struct plan plan;
	struct err err;

	begin();
	request.only = after("first");
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_uint_eq(plan.left_out.checks_count, 2);
	ck_assert_str_eq(plan.left_out.checks.at[0].id, "io_setup");
	plan.left_out.checks.at[0].state = CHECK_UNKNOWN;
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, 4);
	plan.left_out.checks.at[0].state = CHECK_PASS;
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, 0);
	/* A run leaves out no check, and takes lists that leave nothing to write. */
	request = (struct plan_request){
	    .only = after("first"), .skip = after("first checks"), .left_out = LEFT_OUT_WHOLE};
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_uint_eq(plan.checks.count, 2);
	ck_assert_uint_eq(plan.left_out.checks_count, 0);
	ck_assert_str_eq(plan.left_out.by, "--only first --skip first,checks");
	arena_free(arena);
}
END_TEST

START_TEST(unknown_tuners_are_refused)
{
	static const struct {
		const char *only, *skip, *says;
	} rows[] = {
	    {"fourth", "", "--only: there is no tuner 'fourth'"},
	    {"first fourth", "", "'fourth'"},
	    {"", "First", "--skip: there is no tuner 'First'"},
	    {"first", "nobody", "--skip"},
	    {"check", "", "'check'"},
	};

	begin();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct plan_request request = {.only = after(rows[i].only),
					       .skip = after(rows[i].skip)};
		struct plan plan;
		struct err err;

		ck_assert_int_eq(build(&request, &plan, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, rows[i].says), "'%s'", err.text);
	}
	arena_free(arena);
}
END_TEST

/* Only an explicit false is in `off`; a file that does not speak of a tuner says nothing. */
START_TEST(redpanda_yaml_switches_off)
{
	const struct wish one[] = {
	    {.name = "off", .path = "/a", .rpk_key = "tune_swappiness", .phase = PHASE_VALUES},
	    {.name = "on", .path = "/b", .rpk_key = "tune_cpu", .phase = PHASE_VALUES},
	    {.name = "ours", .path = "/c", .phase = PHASE_VALUES},
	    {.name = "decided",
	     .path = "/d",
	     .rpk_key = "tune_swappiness",
	     .decided = {.state = STATE_SKIPPED, .note = "belongs elsewhere"},
	     .phase = PHASE_VALUES},
	    {.name = "could not be planned",
	     .rpk_key = "tune_swappiness",
	     .decided = {.state = STATE_FAILED, .note = "it is not known"},
	     .phase = PHASE_VALUES},
	};
	struct redpanda_config redpanda = {.path = "/etc/redpanda/redpanda.yaml"};
	struct plan_request request = {.redpanda = &redpanda};
	struct plan plan;
	struct err err;

	begin();
	ADD(0, one);
	vec_push(arena, &redpanda.off, (struct redpanda_key){.key = "tune_aio_events", .line = 7});
	vec_push(arena, &redpanda.off, (struct redpanda_key){.key = "tune_swappiness", .line = 12});
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
	ck_assert(plan_is_switched_off(&plan.settings.at[0]));
	ck_assert_str_eq(plan.settings.at[0].note,
			 "redpanda.yaml:12 says rpk.tune_swappiness: false");
	for (size_t i = 1; i < 3; i++) {
		ck_assert_int_eq(plan.settings.at[i].state, STATE_PENDING);
		ck_assert(!plan_is_switched_off(&plan.settings.at[i]));
		ck_assert_ptr_null(plan.settings.at[i].note);
	}
	ck_assert_str_eq(plan.settings.at[3].note, "belongs elsewhere");
	ck_assert(!plan_is_switched_off(&plan.settings.at[3]));
	/* What is not wanted does not fail. */
	ck_assert_int_eq(plan.settings.at[4].state, STATE_SKIPPED);
	ck_assert(plan_is_switched_off(&plan.settings.at[4]));
	ck_assert_uint_eq(plan_verdict(&plan, false).switched_off, 2);
	request.redpanda = NULL;
	ck_assert_int_eq(build(&request, &plan, &err), 0);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_PENDING);
	arena_free(arena);
}
END_TEST

START_TEST(a_value_becomes_a_wish)
{
	struct value value = {
	    .rule = RULE_AT_LEAST, .severity = SEVERITY_REQUIRED, .source = "redpanda:12"};
	struct wish wish = {.name = "x"};

	begin();
	value.operands = after("4096");
	ck_assert(!wish_take(&wish, NULL, "tuner's reason"));
	ck_assert(!wish_take(&wish, &(struct value){.rule = RULE_LEAVE}, "tuner's reason"));
	ck_assert_ptr_null(wish.why);
	ck_assert(wish_take(&wish, &value, "tuner's reason"));
	ck_assert_int_eq(wish.rule, RULE_AT_LEAST);
	ck_assert_int_eq(wish.severity, SEVERITY_REQUIRED);
	ck_assert_str_eq(wish.operands.at[0], "4096");
	ck_assert_str_eq(wish.source, "redpanda:12");
	ck_assert_str_eq(wish.why, "tuner's reason");
	value.why = "profile's reason";
	ck_assert(wish_take(&wish, &value, "tuner's reason"));
	ck_assert_str_eq(wish.why, "profile's reason");
	arena_free(arena);
}
END_TEST

/* Verdict: the exit-code table ---------------------------------------------------------------- */

/* Exit codes for advised and required, and the same two with --strict. */
struct verdict_row {
	int advised, required, strict_advised, strict_required;
};

static const struct verdict_row of_settings[STATE_COUNT] = {
    [STATE_PENDING] = {3, 3, 3, 3},     [STATE_SAME] = {0, 0, 0, 0},
    [STATE_DIFFERS] = {3, 3, 3, 3},     [STATE_CHANGED] = {0, 0, 0, 0},
    [STATE_FAILED] = {3, 4, 4, 4},      [STATE_MANAGED] = {0, 4, 3, 4},
    [STATE_UNSUPPORTED] = {0, 4, 3, 4}, [STATE_SKIPPED] = {0, 4, 3, 4},
    [STATE_MANUAL] = {0, 4, 3, 4},      [STATE_CONTESTED] = {3, 4, 4, 4},
    [STATE_LEFT_OVER] = {3, 3, 3, 3},   [STATE_WAIVED] = {0, 0, 0, 0},
};

static const struct verdict_row of_checks[CHECK_STATE_COUNT] = {
    [CHECK_PASS] = {0, 0, 0, 0},    [CHECK_FAIL] = {3, 4, 4, 4},   [CHECK_UNKNOWN] = {0, 4, 3, 4},
    [CHECK_SKIPPED] = {0, 4, 3, 4}, [CHECK_WAIVED] = {0, 0, 0, 0},
};

static int expected(const struct verdict_row *row, enum severity severity, bool strict)
{
	if (severity == SEVERITY_REQUIRED)
		return strict ? row->strict_required : row->required;
	return strict ? row->strict_advised : row->advised;
}

static const char *word(int code)
{
	return code == 4 ? "failed" : code == 3 ? "differs" : "match";
}

static void assert_verdict(const struct plan *plan, bool strict, int code, const char *what)
{
	struct verdict verdict = plan_verdict(plan, strict);

	ck_assert_msg((int)verdict.exit_code == code, "%s%s gives %d, not %d", what,
		      strict ? " (strict)" : "", verdict.exit_code, code);
	ck_assert_str_eq(verdict.text, word(code));
	if (code == 4)
		ck_assert_uint_gt(verdict.required_failed, 0);
	if (code == 0)
		ck_assert_uint_eq(verdict.required_failed, 0);
}

START_TEST(every_cell_of_the_table)
{
	for (int cell = 0; cell < 4; cell++) {
		enum severity severity = cell & 1 ? SEVERITY_REQUIRED : SEVERITY_ADVISED;
		bool strict = cell & 2;

		begin();
		for (enum state state = 0; state < STATE_COUNT; state++) {
			struct plan plan = {.arena = arena};

			plan_add(&plan,
				 (struct wish){.decided.state = state, .severity = severity});
			assert_verdict(&plan, strict,
				       expected(&of_settings[state], severity, strict),
				       plan_state_names[state]);
			ck_assert_uint_eq(plan_verdict(&plan, strict).settings[state], 1);
		}
		for (enum check_state state = 0; state < CHECK_STATE_COUNT; state++) {
			struct plan plan = {.arena = arena};

			plan_check(&plan, (struct check){.state = state, .severity = severity});
			assert_verdict(&plan, strict, expected(&of_checks[state], severity, strict),
				       plan_check_state_names[state]);
			ck_assert_uint_eq(plan_verdict(&plan, strict).checks[state], 1);
			/* Not made, since there is nothing to check. */
			plan.checks.at[0].is_moot = true;
			if (state == CHECK_SKIPPED)
				assert_verdict(&plan, strict, 0, "moot");
		}
		arena_free(arena);
	}
}
END_TEST

/* A required setting that only differs is counted, and is no reason for code 4. */
START_TEST(required_differences_are_counted)
{
	struct plan plan = {0};
	struct verdict verdict;

	begin();
	plan.arena = arena;
	plan_add(&plan,
		 (struct wish){.decided.state = STATE_DIFFERS, .severity = SEVERITY_REQUIRED});
	plan_add(&plan,
		 (struct wish){.decided.state = STATE_PENDING, .severity = SEVERITY_REQUIRED});
	plan_add(&plan, (struct wish){.decided.state = STATE_DIFFERS});
	plan_check(&plan, (struct check){.state = CHECK_FAIL});
	verdict = plan_verdict(&plan, false);
	ck_assert_int_eq(verdict.exit_code, 3);
	ck_assert_uint_eq(verdict.required_differing, 2);
	ck_assert_uint_eq(verdict.required_failed, 2);
	plan_add(&plan,
		 (struct wish){.decided.state = STATE_FAILED, .severity = SEVERITY_REQUIRED});
	verdict = plan_verdict(&plan, false);
	ck_assert_int_eq(verdict.exit_code, 4);
	ck_assert_uint_eq(verdict.required_differing, 2);
	ck_assert_uint_eq(verdict.required_failed, 3);
	arena_free(arena);
}
END_TEST

/* When several hold, the first of 4, 3, 0 wins, wherever it is. */
START_TEST(the_worst_of_two_wins)
{
	struct plan empty = {0};

	begin();
	assert_verdict(&empty, false, 0, "nothing");
	assert_verdict(&empty, true, 0, "nothing");
	for (enum state one = 0; one < STATE_COUNT; one++) {
		for (enum check_state two = 0; two < CHECK_STATE_COUNT; two++) {
			struct plan plan = {.arena = arena};
			int left = of_settings[one].required, right = of_checks[two].advised;

			plan_add(&plan, (struct wish){.decided.state = one,
						      .severity = SEVERITY_REQUIRED});
			plan_add(&plan, (struct wish){.decided.state = STATE_SAME});
			plan_check(&plan, (struct check){.state = two});
			assert_verdict(&plan, false, left > right ? left : right,
				       arena_printf(arena, "%s + %s", plan_state_names[one],
						    plan_check_state_names[two]));
		}
	}
	arena_free(arena);
}
END_TEST

START_TEST(of_two_exit_codes_the_one_of_higher_priority_counts)
{
	static const enum exit_code codes[] = {EXIT_USAGE, EXIT_LOCKED,  EXIT_ERROR, EXIT_REQUIRED,
					       EXIT_FLOOR, EXIT_DIFFERS, EXIT_MATCH};

	for (size_t i = 0; i < COUNT(codes); i++) {
		for (size_t j = i; j < COUNT(codes); j++) {
			ck_assert_int_eq(exit_code_worse(codes[i], codes[j]), codes[i]);
			ck_assert_int_eq(exit_code_worse(codes[j], codes[i]), codes[i]);
		}
	}
}
END_TEST

RUN_SUITE("plan", tuners_in_the_order_of_the_table, structural_settings_come_first,
	  what_must_be_written_first_is, order_of_a_large_plan, circles_are_refused,
	  two_wants_for_one_path_are_refused, only_and_skip, left_out_is_judged_all_the_same,
	  a_required_check_left_out_is_judged, unknown_tuners_are_refused,
	  redpanda_yaml_switches_off, a_value_becomes_a_wish, every_cell_of_the_table,
	  required_differences_are_counted, the_worst_of_two_wins,
	  of_two_exit_codes_the_one_of_higher_priority_counts)
