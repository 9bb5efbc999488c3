/* SPDX-License-Identifier: Apache-2.0 */
/* Text, JSON and explanations, over hand-made plans. */
#include <jansson.h>

#include "base/text.h"
#include "report/layout.h"
#include "report_fixture.h"
#include "run_suite.h"
#include "tuners/tuners.h"
#include "version.h"
#include "wish_of.h"

static const char *plain(struct fixture *fixture, unsigned width)
{
	return report_text(fixture->arena, fixture_report(fixture),
			   (struct text_style){.width = width});
}

/* The last line but the one that says what comes next. */
static const char *verdict_line(struct arena *arena, const char *text)
{
	names lines = text_split(arena, text, '\n');

	ck_assert_uint_ge(lines.count, 3);
	ck_assert_str_eq(lines.at[lines.count - 1], "");
	ck_assert_msg(text_starts(lines.at[lines.count - 2], "next: "), "%s", text);
	return lines.at[lines.count - 3];
}

#define assert_has(text, part)                                                                     \
	ck_assert_msg(strstr((text), (part)), "no '%s' in:\n%s", (part), (text))
#define assert_lacks(text, part)                                                                   \
	ck_assert_msg(!strstr((text), (part)), "'%s' is in:\n%s", (part), (text))

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(object, "%s at %d", error.text, error.position);
	return object;
}

/* Text ---------------------------------------------------------------------------------------- */

START_TEST(text_shows_what_needs_attention)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	ck_assert_str_eq(
	    plain(fixture, 100),
	    "thintune audit: profile thin-ledger on 2 CPUs, 1 NUMA node, 64.0 GiB, kernel 6.1.0, "
	    "aws\n"
	    "node db1 (id 5dfb5385463d42698317cbb09fae3bb6), 2026-11-30T14:00:00Z, "
	    "thintune " THINTUNE_VERSION ", profile sha256\n"
	    "9f86d081884c\n"
	    "data directory /data: xfs on nvme0n1\n"
	    "\n"
	    "SETTING              NOW          WANTED      STATE\n"
	    "sysctl\n"
	    "  fs.aio-max-nr      65536        >= 1048576  differs, required\n"
	    "disk-queue\n"
	    "  nvme0n1 scheduler  mq-deadline  none        differs (needs CAP_SYS_ADMIN)\n"
	    "  nvme0n1 nomerges   -            2           skipped (redpanda.yaml:12 says so)\n"
	    "\n"
	    "CHECK       REQUIRED     HAVE     STATE\n"
	    "filesystem  xfs or ext4  tmpfs    fail, required\n"
	    "clock       in step      unknown  unknown\n"
	    "\n"
	    "1 setting already right, 1 check passes (--verbose lists them)\n"
	    "verdict: 2 differences, 1 of them required, 1 required check failed, 1 switched off "
	    "by\n"
	    "  redpanda.yaml (exit 4)\n"
	    "next: sudo thintune explain --profile thin-ledger filesystem (by hand: the check "
	    "`filesystem` fails)\n");
}
END_TEST

START_TEST(verbose_text_lists_everything_with_reasons)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_text(fixture->arena, fixture_report(fixture),
				       (struct text_style){.verbose = true});

	assert_has(text, "  net.core.somaxconn  8192         >= 4096     same\n");
	assert_has(text, "      /proc/sys/fs/aio-max-nr\n");
	assert_has(text, "      why: contexts per core [redpanda:12]\n");
	assert_has(text, "free-space  >= 10.0 GiB  183.2 GiB  pass\n");
	assert_has(text, "profile from thin-ledger (built in), redpanda (built in); sha256 9f86");
	assert_has(text, "\n1 setting already right, 1 check passes\n");
}
END_TEST

START_TEST(quiet_text_is_the_verdict)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_text(fixture->arena, fixture_report(fixture),
				       (struct text_style){.quiet = true});

	ck_assert_str_eq(text, arena_printf(fixture->arena, "%s\n",
					    verdict_line(fixture->arena, plain(fixture, 120))));
	ck_assert(text_starts(text, "verdict: 2 differences"));
}
END_TEST

START_TEST(notes_are_never_cut)
{
	static const char note[] =
	    "first of many words that say why this could not be done on this "
	    "node and what a person could do about it until the very last";
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	fixture->plan.settings.at[0].note = note;
	for (unsigned width = 60; width < 200; width += 7) {
		const char *text = plain(fixture, width);
		names lines = text_split(fixture->arena, text, '\n'), words;
		const char *folded;

		vec_for_each (line, &lines)
			ck_assert_msg(layout_width(*line) <= width || text_starts(*line, "verdict"),
				      "width %u: %s", width, *line);
		words = text_words(fixture->arena, text);
		folded = text_join(fixture->arena, &words, " ");
		assert_has(folded, note);
	}
	assert_has(plain(fixture, 0), arena_printf(fixture->arena, "required (%s)\n", note));
}
END_TEST

enum { NOTED = 3 };

/* To two checks, and to a third one like the first. */
static void give_notes(struct fixture *fixture, const char *const *notes)
{
	check_list *checks = &fixture->plan.checks;
	struct check third = checks->at[0];

	third.id = "third";
	third.severity = SEVERITY_ADVISED;
	if (!text_equal(checks->at[checks->count - 1].id, third.id))
		vec_push(fixture->arena, checks, third);
	checks->at[0].note = notes[0];
	checks->at[1].note = notes[1];
	checks->at[checks->count - 1].note = notes[2];
}

/* Whatever the width: the rows have its mark. */
START_TEST(a_cause_of_many_rows_is_told_once)
{
	static const char *const notes[NOTED] = {
	    "a cause of two rows that is too long for a line of 60 columns: do what it says",
	    "start a time service",
	    "a cause of two rows that is too long for a line of 60 columns: do what it says"};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	give_notes(fixture, notes);
	text = plain(fixture, 0);
	assert_has(text, "filesystem  xfs or ext4  tmpfs    fail, required [1]\n"
			 "clock       in step      unknown  unknown (start a time service)\n");
	assert_has(text, arena_printf(fixture->arena,
				      "third       xfs or ext4  tmpfs    fail [1]\n"
				      "[1] %s\n\n",
				      notes[0]));
	assert_has(plain(fixture, 60), "fail, required [1]\n");
	assert_has(plain(fixture, 60), "[1] a cause of two rows that is too long for a line of 60\n"
				       "    columns: do what it says\n");
}
END_TEST

/* In the order of their rows, and across both tables. */
START_TEST(settings_and_checks_share_their_causes)
{
	static const char *const notes[NOTED] = {"two", "needs CAP_SYS_ADMIN", "two"};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	give_notes(fixture, notes);
	text = plain(fixture, 0);
	assert_has(text, "none        differs [1]\n"
			 "  nvme0n1 nomerges   -            2           skipped "
			 "(redpanda.yaml:12 says so)\n"
			 "[1] needs CAP_SYS_ADMIN\n"
			 "\n"
			 "CHECK");
	assert_has(text, "fail, required [2]\n"
			 "clock       in step      unknown  unknown [1]\n");
	assert_has(text, "fail [2]\n[2] two\n\n");
}
END_TEST

/* What some rows say and others begin with is told once; what those say besides is theirs. */
START_TEST(a_cause_that_others_begin_with_is_told_once)
{
	static const struct {
		const char *notes[NOTED];
		const char *have[4];
	} cases[] = {
	    {{"/data does not exist; --data-dir names another one", "/data does not exist",
	      "/data does not exist"},
	     {"fail, required [1] (--data-dir names another one)\n", "unknown [1]\n", "fail [1]\n",
	      "[1] /data does not exist\n\n"}},
	    {{"needs CAP_X (see the unit)", "needs CAP_X: ask", "needs CAP_X"},
	     {"fail, required [1] (see the unit)\n", "unknown [1] (ask)\n", "fail [1]\n",
	      "[1] needs CAP_X\n\n"}},
	    {{"of it: more", "of it", "of it: more"},
	     {"fail, required [1,2]\n", "unknown [1]\n", "fail [1,2]\n",
	      "[1] of it\n[2] more\n\n"}},
	    /* No beginning of a sentence. */
	    {{"not of this node", "not", "other"},
	     {"fail, required (not of this node)\n", "unknown (not)\n", "fail (other)\n"}},
	};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text;

		give_notes(fixture, cases[i].notes);
		text = plain(fixture, 0);
		for (size_t n = 0; n < 4; n++) {
			if (cases[i].have[n])
				assert_has(text, cases[i].have[n]);
		}
	}
}
END_TEST

/* What a write has replaced is no cause. */
START_TEST(what_was_there_stays_with_its_row)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	for (size_t i = 0; i < 2; i++) {
		fixture->plan.settings.at[i].state = STATE_CHANGED;
		fixture->plan.settings.at[i].have = "1";
		fixture->plan.settings.at[i].before = "0";
		fixture->plan.settings.at[i].note = "told irqbalance";
	}
	assert_has(plain(fixture, 0), "changed [1] (was 0)\n");
	assert_has(plain(fixture, 0), "\n[1] told irqbalance\n");
}
END_TEST

/* Writes that an apply only tries are no writes of the plan. */
START_TEST(trial_writes_are_counted_apart)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *setting = &fixture->plan.settings.at[0];

	assert_lacks(plain(fixture, 0), "trial");
	setting->state = STATE_MANAGED;
	setting->note = "placed by the kernel";
	setting->is_unproven = true;
	assert_has(plain(fixture, 0), "(placed by the kernel; apply tries a write once a boot)\n");
	assert_has(plain(fixture, 0),
		   "1 trial write to come: apply tries, once a boot, whether the "
		   "kernel refuses it as predicted\n");
	fixture_report(fixture);
	assert_has(report_json(fixture->arena, &fixture->report), "\"trial\": true");
	setting->is_unproven = false;
	fixture->report.run.writes = 2;
	fixture->report.run.trials = 3;
	assert_has(report_text(fixture->arena, &fixture->report, (struct text_style){0}),
		   "3 trial writes, refused by the kernel as predicted\n2 writes\n");
	assert_has(report_json(fixture->arena, &fixture->report), "\"trials\": 3");
}
END_TEST

START_TEST(colour_only_when_asked)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_text(fixture->arena, fixture_report(fixture),
				       (struct text_style){.colour = true, .verbose = true});

	assert_has(text, "\033[32msame\033[0m\n");
	assert_has(text, "\033[31mdiffers\033[0m, required\n");
	assert_has(text, "\033[33mdiffers\033[0m (needs CAP_SYS_ADMIN)\n");
	assert_has(text, "\033[33munknown\033[0m\n");
	assert_has(text, "\033[31mfail\033[0m, required\n");
	assert_has(text, "\033[32mpass\033[0m\n");
	assert_has(text, "verdict: \033[31m2 differences");
	fixture->report.exit_code = 0;
	text = report_text(fixture->arena, &fixture->report, (struct text_style){.colour = true});
	assert_has(text, "verdict: \033[32m2 differences");
	ck_assert(!strchr(plain(fixture, 80), '\033'));
}
END_TEST

START_TEST(names_from_the_node_cannot_steer_the_terminal)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	fixture->plan.settings.at[0].have = "\033[32msame\033[0m";
	fixture->plan.settings.at[0].note = "\033]0;x\a";
	fixture->plan.checks.at[0].have = "a\rb";
	fixture->facts.host.kernel_release = "6.1\033[2J";
	text = plain(fixture, 0);
	ck_assert(!strpbrk(text, "\033\a\r"));
	assert_has(text, "\\x1b[32msame");
}
END_TEST

START_TEST(each_state_shows_its_reason)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *one = &fixture->plan.settings.at[0], *two = one + 2, *three = one + 3;

	fixture->report.command = "apply";
	fixture->report.run.writes = 2;
	fixture->report.run.journal = "/run/thintune/journal";
	*one = (struct setting){.wish = &(struct wish){.tuner = "sysctl", .name = "fs.aio-max-nr"},
				.have = "1048576",
				.want = "1048576",
				.before = "65536",
				.state = STATE_CHANGED};
	two->state = STATE_FAILED;
	two->before = "mq-deadline";
	two->note = "writing /sys/x: invalid argument";
	three->state = STATE_UNSUPPORTED;
	three->note = "no such file";
	assert_has(plain(fixture, 0), "1048576      1048576  changed (was 65536)\n");
	assert_has(plain(fixture, 0), "failed (writing /sys/x: invalid argument)\n");
	assert_has(plain(fixture, 0), "-            2        unsupported (no such file)\n");
	assert_has(plain(fixture, 0),
		   "\n2 writes; `thintune restore` undoes them (journal /run/thintune/journal)\n");
	ck_assert_str_eq(verdict_line(fixture->arena, plain(fixture, 0)),
			 "verdict: 1 setting failed, 1 required check failed, 1 setting changed "
			 "(exit 4)");
	two->have = "bfq";
	assert_has(plain(fixture, 0), "failed (was mq-deadline; writing /sys/x: invalid arg");
}
END_TEST

START_TEST(what_disturbs_a_broker_is_marked)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *first = fixture->plan.settings.at;
	json_t *object, *settings;

	wish_of(first)->disruptive = true;
	first->note = "by ethtool";
	assert_has(plain(fixture, 0),
		   "(disruptive: the write disturbs a running broker; by ethtool)");
	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	settings = json_object_get(object, "settings");
	ck_assert(json_is_true(json_object_get(json_array_get(settings, 0), "disruptive")));
	ck_assert_ptr_null(json_object_get(json_array_get(settings, 1), "disruptive"));
	json_decref(object);
	/* Nothing is left to disturb. */
	first->state = STATE_SAME;
	assert_lacks(plain(fixture, 0), "disruptive");
}
END_TEST

START_TEST(a_matching_node_says_so)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe = {0};

	vec_for_each (setting, &fixture->plan.settings)
		setting->state = STATE_SAME;
	vec_for_each (check, &fixture->plan.checks)
		check->state = CHECK_PASS;
	ck_assert_str_eq(plain(fixture, 80),
			 "thintune audit: profile thin-ledger on 2 CPUs, 1 NUMA node, 64.0 GiB, "
			 "kernel\n"
			 "6.1.0, aws\n"
			 "node db1 (id 5dfb5385463d42698317cbb09fae3bb6), 2026-11-30T14:00:00Z, "
			 "thintune\n" THINTUNE_VERSION ", profile sha256 9f86d081884c\n"
			 "data directory /data: xfs on nvme0n1\n"
			 "\n"
			 "4 settings already right, 3 checks pass (--verbose lists them)\n"
			 "verdict: match (exit 0)\n"
			 "next: nothing: what this report is about is as it should be\n");
	/* A file that could not be written, say: that is no match for whoever reads the last line.
	 */
	fixture->report.exit_code = 1;
	ck_assert_str_eq(verdict_line(fixture->arena, report_text(fixture->arena, &fixture->report,
								  (struct text_style){0})),
			 "verdict: not everything could be done (exit 1)");
	/* All of it was measured: it is only not as fast as it has to be. */
	vec_push(
	    fixture->arena, &probe.floors,
	    ((struct floor){.name = "fsync-p99", .state = FLOOR_MISSED, .required = "<= 1 ms"}));
	fixture->report.probe = &probe;
	fixture->report.exit_code = EXIT_FLOOR;
	ck_assert_str_eq(verdict_line(fixture->arena, report_text(fixture->arena, &fixture->report,
								  (struct text_style){0})),
			 "verdict: 1 floor missed (exit 5)");
}
END_TEST

START_TEST(the_exit_code_is_the_commands_own)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const struct report *report = fixture_report(fixture);

	fixture->report.exit_code = 5;
	fixture->report.gate = (struct report_gate){
	    .mode = "strict", .may_start = false, .reason = "the probe is below the floor"};
	assert_has(report_text(fixture->arena, report, (struct text_style){0}),
		   "\ngate (strict): Redpanda must not start: the probe is below the floor\n"
		   "verdict: ");
	assert_has(report_text(fixture->arena, report, (struct text_style){0}), " (exit 5)\n");
}
END_TEST

START_TEST(many_alike_become_one_row)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	for (int i = 0; i < 9; i++)
		plan_add(&fixture->plan,
			 (struct wish){.tuner = "cstates",
				       .name = arena_printf(fixture->arena, "cpu%d C6", i),
				       .rule = RULE_EXACT,
				       .decided.have = "0",
				       .decided.want = "1",
				       .decided.state = STATE_DIFFERS});
	text = plain(fixture, 0);
	assert_has(text, "  cpu0 C6            0            1           differs\n"
			 "      and 8 more like it, up to cpu8 C6 (--verbose lists them)\n");
	assert_lacks(text, "cpu1 C6");
	assert_has(text, "verdict: 11 differences");
	for (size_t i = 4; i < 13; i++) {
		struct setting *setting = &fixture->plan.settings.at[i];

		wish_of(setting)->path = arena_printf(fixture->arena, "/sys/cpu%zu", i);
		setting->note = arena_printf(fixture->arena, "no %s here", setting->wish->path);
	}
	text = plain(fixture, 0);
	assert_has(text, "differs (no /sys/cpu4 here)\n      and 8 more like it");
	/* One that is not alike keeps its own row; eight are too few to fold. */
	fixture->plan.settings.at[7].have = "2";
	text = plain(fixture, 0);
	assert_has(text, "  cpu1 C6 ");
	assert_has(text, "  cpu3 C6            2 ");
	assert_lacks(text, "more like it");
}
END_TEST

/* JSON ---------------------------------------------------------------------------------------- */

START_TEST(json_keys_stand_in_order)
{
	static const char *const keys[] = {
	    "schema",  "tool",      "command",  "node",          "profile",  "verdict", "exit_code",
	    "summary", "placement", "isolated", "start_options", "overlays", "leaves",  "waivers",
	    "lowered", "settings",  "checks",   "gate",          "run"};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	size_t at = 0;
	const char *key;
	json_t *object, *value;

	fixture->report.gate = (struct report_gate){.mode = "required-only", .may_start = true};
	/* A probe plans no placement. */
	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	ck_assert_ptr_null(json_object_get(object, "placement"));
	ck_assert_ptr_null(json_object_get(object, "start_options"));
	json_decref(object);
	fixture->plan.placement.reason = "all CPUs do both";
	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	json_object_foreach(object, key, value) ck_assert_str_eq(key, keys[at++]);
	ck_assert_uint_eq(at, sizeof(keys) / sizeof(keys[0]));
	ck_assert_str_eq(json_string_value(json_object_get(object, "schema")), REPORT_SCHEMA);
	ck_assert_int_eq(json_integer_value(json_object_get(object, "exit_code")), 4);
	json_decref(object);
}
END_TEST

static const char *of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

START_TEST(json_has_the_rule_and_its_bounds)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *scheduler = &fixture->plan.settings.at[2];
	static const char *const rules[] = {"at-least", "at-least", "exact", "exact",
					    "at-most",  "one-of",   NULL};
	static const char *const bounds[] = {"1048576", "4096", "none", "2", "2", "a b", ""};
	const struct wish more[] = {
	    {.rule = RULE_AT_MOST, .operands = fixture_name(fixture, "2"), .decided.want = "1"},
	    {.rule = RULE_ONE_OF, .operands = fixture_name(fixture, "a"), .decided.want = "b"},
	    {.kind = KIND_MANUAL, .rule = RULE_EXACT},
	};
	json_t *object, *settings;

	/* Of those that stand in a list, the first that the device offers. */
	vec_push(fixture->arena, &wish_of(scheduler)->operands, "noop");
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		plan_add(&fixture->plan, more[i]);
	vec_push(fixture->arena, &wish_of(&fixture->plan.settings.at[5])->operands, "b");
	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	settings = json_object_get(object, "settings");
	for (size_t i = 0; i < json_array_size(settings); i++) {
		json_t *setting = json_array_get(settings, i), *bound;
		names list = {0};
		size_t at;

		json_array_foreach(json_object_get(setting, "bounds"), at, bound)
		    vec_push(fixture->arena, &list, json_string_value(bound));
		ck_assert_str_eq(text_join(fixture->arena, &list, " "), bounds[i]);
		if (rules[i])
			ck_assert_str_eq(of(setting, "rule"), rules[i]);
		else
			ck_assert(json_is_null(json_object_get(setting, "rule")));
	}
	json_decref(object);
}
END_TEST

/* Which node, when, and what its profile decided without a setting to show for it. */
START_TEST(nothing_that_the_operator_decided_is_lost)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const struct text_style verbose = {.verbose = true};
	json_t *object, *one;
	const char *text;

	vec_push(fixture->arena, &fixture->profile.entries,
		 ((struct profile_entry){.section = "disk",
					 .key = "read-ahead",
					 .value = {.rule = RULE_LEAVE,
						   .why = "measured, no difference",
						   .source = "site:9"}}));
	vec_push(fixture->arena, &fixture->profile.overlays,
		 ((struct overlay_result){.profile = "site",
					  .line = 20,
					  .when = "cloud=azure",
					  .fact = "cloud",
					  .value = "aws"}));
	vec_push(fixture->arena, &fixture->profile.overlays,
		 ((struct overlay_result){
		     .profile = "site", .line = 30, .when = "arch=arm*", .fact = "arch"}));
	fixture->report.half_applied = TRI_YES;
	text = report_text(fixture->arena, fixture_report(fixture), verbose);
	assert_has(text, "\n  disk read-ahead: measured, no difference [site:9]\n");
	assert_has(text, "\n  site:20, when cloud=azure: does not apply (cloud is aws)\n");
	assert_has(text, "\n  site:30, when arch=arm*: does not apply (arch is unknown)\n");
	assert_has(text, "\n" REPORT_HALF_APPLIED "\n");
	assert_has(plain(fixture, 0), "1 value left alone by the profile (--verbose lists them)\n");
	assert_lacks(plain(fixture, 0), "site:20");

	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	ck_assert_int_eq(
	    json_integer_value(json_object_get(json_object_get(object, "summary"), "leave")), 1);
	ck_assert(json_is_true(json_object_get(object, "half_applied")));
	one = json_array_get(json_object_get(object, "leaves"), 0);
	ck_assert_str_eq(of(one, "key"), "read-ahead");
	ck_assert_str_eq(of(one, "why"), "measured, no difference");
	one = json_array_get(json_object_get(object, "overlays"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(one, "line")), 20);
	ck_assert(json_is_false(json_object_get(one, "applied")));
	ck_assert_str_eq(of(one, "fact"), "cloud");
	ck_assert_str_eq(of(one, "value"), "aws");
	one = json_array_get(json_object_get(object, "overlays"), 1);
	ck_assert(json_is_null(json_object_get(one, "value")));
	one = json_object_get(object, "node");
	ck_assert_str_eq(of(one, "hostname"), "db1");
	ck_assert_str_eq(of(one, "id"), "5dfb5385463d42698317cbb09fae3bb6");
	ck_assert_str_eq(of(json_object_get(object, "run"), "date"), "2026-11-30T14:00:00Z");
	json_decref(object);
}
END_TEST

/* Another owner's larger value is to be written, although this one's rule holds. */
START_TEST(what_another_owner_wants_is_no_bound_of_ours)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *setting = &fixture->plan.settings.at[0];

	setting->have = "1048576";
	setting->want = "2097152";
	assert_has(plain(fixture, 0), "  fs.aio-max-nr      1048576      2097152  differs");
}
END_TEST

START_TEST(json_tells_unknown_from_measured)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	json_t *object = parse(report_json(fixture->arena, fixture_report(fixture)));
	json_t *checks = json_object_get(object, "checks");
	json_t *measured = json_object_get(json_object_get(object, "run"), "measured");
	json_t *setting = json_array_get(json_object_get(object, "settings"), 3);

	ck_assert(json_is_null(json_object_get(json_array_get(checks, 1), "have")));
	ck_assert_ptr_null(json_object_get(json_array_get(checks, 2), "have"));
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(checks, 2), "have_in")),
			 "run.measured");
	ck_assert_uint_eq(json_object_size(measured), 1);
	ck_assert_str_eq(json_string_value(json_object_get(measured, "free-space")), "183.2 GiB");
	ck_assert(json_is_null(json_object_get(setting, "have")));
	ck_assert_ptr_null(json_object_get(setting, "before"));
	ck_assert_ptr_null(json_object_get(object, "gate"));
	json_decref(object);
}
END_TEST

START_TEST(json_differs_in_run_only)
{
	_cleanup_fixture_ struct fixture *one = fixture_new(), *two = fixture_new();
	json_t *a, *b;

	two->report.run = (struct report_run){
	    .started = "2026-01-01T00:00:00Z", .duration_ms = 77, .writes = 3, .journal = "/run/j"};
	two->plan.checks.at[2].have = "99.9 GiB";
	a = parse(report_json(one->arena, fixture_report(one)));
	b = parse(report_json(two->arena, fixture_report(two)));
	ck_assert(!json_equal(a, b));
	json_object_del(a, "run");
	json_object_del(b, "run");
	ck_assert(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	ck_assert_str_eq(report_json(one->arena, fixture_report(one)),
			 report_json(one->arena, fixture_report(one)));
}
END_TEST

START_TEST(json_survives_any_bytes_and_unknown_facts)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	json_t *object, *node, *setting;

	fixture->plan.settings.at[0].have = "\xff\xfe\n\"\\";
	fixture->facts = (struct facts){0};
	fixture->report.profile = NULL;
	fixture->plan.settings.at[2].state = STATE_CHANGED;
	fixture->plan.settings.at[2].before = "x";
	object = parse(report_json(fixture->arena, fixture_report(fixture)));
	node = json_object_get(object, "node");
	setting = json_array_get(json_object_get(object, "settings"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(setting, "have")), "\\xff\\xfe\n\"\\");
	setting = json_array_get(json_object_get(object, "settings"), 2);
	ck_assert_str_eq(json_string_value(json_object_get(setting, "before")), "x");
	ck_assert(json_is_null(json_object_get(object, "profile")));
	ck_assert(json_is_null(json_object_get(node, "kernel")));
	ck_assert(json_is_null(json_object_get(node, "cpus")));
	ck_assert(json_is_null(json_object_get(node, "memory_bytes")));
	json_decref(object);
}
END_TEST

/* Explanations --------------------------------------------------------------------------------- */

START_TEST(every_tuner_is_explained)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *all = explain_all(arena, &(advisory_list){0}, (struct text_style){0});
	const char *page = explain_markdown(arena);

	ck_assert_uint_gt(tuner_count, 0);
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];
		const char *one = explain_text(arena, tuner->name, (struct text_style){0});

		assert_has(all, arena_printf(arena, "\n%s ", tuner->name));
		assert_has(all, tuner->summary);
		assert_has(one, arena_printf(arena, "Why        %s\n", tuner->why));
		assert_has(one, arena_printf(arena, "Trade-off  %s\n", tuner->trade_off));
		assert_has(one, arena_printf(arena, "Undo       %s\n", tuner->undo));
		assert_has(one, arena_printf(arena, "Peers      %s\n", tuner->peers));
		assert_has(one, arena_printf(arena, "Advice     %s\n", tuner->advice));
		assert_has(page,
			   arena_printf(arena, "\n## %s\n\n%s\n", tuner->name, tuner->summary));
		assert_has(page, arena_printf(arena, "\n**Peers.** %s\n", tuner->peers));
		/* The table of peers is cut there. */
		assert_has(tuner->peers, "Here ");
		assert_has(page, arena_printf(arena, "| [%s](#%s) | ", tuner->name, tuner->name));
	}
	ck_assert_ptr_null(explain_text(arena, "no-such-tuner", (struct text_style){0}));
}
END_TEST

static void read_advisories(struct arena *arena, const char *text, advisory_list *list)
{
	struct err err = {0};

	ck_assert_msg(advisories_read(arena, "/f.yaml", text, strlen(text), list, &err) == 0, "%s",
		      err.text);
}

/* Whom it concerns: each part, and no other. */
START_TEST(every_advisory_is_explained)
{
	static const char own[] =
	    "advisories:\n  - id: site\n    title: a fault\n    kernel: [{before: '5.4'}, {from: "
	    "'6.1', before: '6.2'}]\n    distributions: [{name: debian, fixed: 6.1.1-1}, {name: "
	    "any, fixed: never}]\n    driver: [mlx5*]\n    flags: [--smp]\n    severity: required\n"
	    "    advice: Mend it.\n    sources: ['https://a.b/c']\n    reviewed: '2026-11-30'\n";
	_cleanup_arena_ struct arena *arena = arena_new();
	advisory_list list = {0};
	const char *all, *one;

	advisories_add_builtin(arena, &list);
	read_advisories(arena, own, &list);
	all = explain_all(arena, &list, (struct text_style){0});
	vec_for_each (advisory, &list) {
		one = explain_advisory(arena, advisory, (struct text_style){0});
		assert_has(all, arena_printf(arena, "\n%s ", advisory->id));
		assert_has(all, advisory->title);
		assert_has(one, advisory->advice);
		assert_has(one, text_join(arena, &advisory->sources, ", "));
	}
	one = explain_advisory(arena, &list.at[list.count - 1], (struct text_style){0});
	assert_has(one, "site: a fault\n\n"
			"Kernel      before 5.4; from 6.1, before 6.2\n"
			"Packages    debian: fixed in 6.1.1-1; all others: not fixed\n"
			"Driver      mlx5*\n"
			"With flags  --smp\n"
			"Advice      Mend it.\n"
			"Severity    required\n"
			"Sources     https://a.b/c\n"
			"Reviewed    2026-11-30\n"
			"Stands in   /f.yaml:2\n");
	ck_assert_ptr_null(
	    strstr(explain_advisory(arena, &list.at[0], (struct text_style){0}), "Stands in"));
}
END_TEST

RUN_SUITE("report", every_advisory_is_explained, text_shows_what_needs_attention,
	  verbose_text_lists_everything_with_reasons, quiet_text_is_the_verdict,
	  notes_are_never_cut, a_cause_of_many_rows_is_told_once,
	  settings_and_checks_share_their_causes, a_cause_that_others_begin_with_is_told_once,
	  what_was_there_stays_with_its_row, colour_only_when_asked, trial_writes_are_counted_apart,
	  names_from_the_node_cannot_steer_the_terminal, each_state_shows_its_reason,
	  what_disturbs_a_broker_is_marked, a_matching_node_says_so,
	  the_exit_code_is_the_commands_own, many_alike_become_one_row, json_keys_stand_in_order,
	  json_has_the_rule_and_its_bounds, nothing_that_the_operator_decided_is_lost,
	  what_another_owner_wants_is_no_bound_of_ours, json_tells_unknown_from_measured,
	  json_differs_in_run_only, json_survives_any_bytes_and_unknown_facts,
	  every_tuner_is_explained)
