/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says is to be done next. */
#include "report/next.h"

#include <errno.h>

#include "report/next_command.h"
#include "report_fixture.h"
#include "run_suite.h"

static void hold_all(struct fixture *fixture)
{
	vec_for_each (setting, &fixture->plan.settings)
		setting->state = STATE_SAME;
	vec_for_each (setting, &fixture->plan.settings)
		setting->lacks_right = false;
	vec_for_each (check, &fixture->plan.checks)
		check->state = CHECK_PASS;
}

/* The first step, as text ends with it. */
static const char *first(struct fixture *fixture)
{
	next_steps steps = next_steps_of(fixture->arena, fixture_report(fixture));

	ck_assert_uint_gt(steps.count, 0);
	return next_text(fixture->arena, &steps.at[0]);
}

START_TEST(the_worst_comes_first)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger filesystem "
					 "(by hand: the check `filesystem` fails)");
	fixture->plan.checks.at[0].state = CHECK_PASS;
	ck_assert_str_eq(first(fixture), "sudo thintune apply --profile thin-ledger (write the "
					 "setting that differs)");
	fixture->report.half_applied = TRI_YES;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune restore (put back what the last run of thintune wrote: it "
			 "was stopped halfway, or one is at work)");
	fixture->report.half_applied = TRI_NO;
	hold_all(fixture);
	ck_assert_str_eq(first(fixture), NEXT_NOTHING);
	fixture->plan.checks.at[1].state = CHECK_FAIL;
	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger clock (by "
					 "hand: the check `clock` fails)");
}
END_TEST

START_TEST(a_missing_right_is_asked_for_where_it_is_given)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct live *live = &fixture->facts.live;

	hold_all(fixture);
	fixture->plan.settings.at[2].state = STATE_DIFFERS;
	fixture->plan.settings.at[2].lacks_right = true;
	live->uid = 1000;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune apply --profile thin-ledger (as root, write "
			 "the setting that differs)");
	live->uid = 0;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune audit --format systemd --profile thin-ledger (give "
			 "thintune.service what it needs for the setting that differs)");
	live->container = "kubernetes";
	ck_assert_str_eq(first(fixture), "thintune audit --format k8s --profile thin-ledger (give "
					 "the pod what it needs for the setting that differs)");
}
END_TEST

START_TEST(who_has_no_data_directory_is_asked_for_it)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct redpanda_config redpanda = {0};

	hold_all(fixture);
	plan_check(&fixture->plan, (struct check){.id = "data-directory",
						  .severity = SEVERITY_REQUIRED,
						  .state = CHECK_FAIL});
	fixture->facts.live.data_dir.exists = TRI_NO;
	vec_push(fixture->arena, &fixture->report.run.options, "--data-dir /mnt/x");
	vec_push(fixture->arena, &fixture->report.run.options, "--owner agent");
	ck_assert_str_eq(first(fixture),
			 "sudo thintune audit --profile thin-ledger --owner agent --data-dir DIR "
			 "(name the data directory, if this is a Redpanda node: there is neither "
			 "that nor a redpanda.yaml here)");
	fixture->plan.redpanda = &redpanda;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune audit --profile thin-ledger --owner agent --data-dir DIR "
			 "(make or mount the data directory, or name the one that there is)");
}
END_TEST

START_TEST(what_an_apply_left_behind_is_named)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *one = &fixture->plan.settings.at[0];
	struct wish advised = *one->wish;

	hold_all(fixture);
	fixture->report.command = "apply";
	one->state = STATE_FAILED;
	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger "
					 "fs.aio-max-nr (by hand: fs.aio-max-nr could not be "
					 "written)");
	one->state = STATE_CONTESTED;
	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger "
					 "fs.aio-max-nr (by hand: fs.aio-max-nr is written by "
					 "somebody else as well)");
	one->state = STATE_UNSUPPORTED;
	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger "
					 "fs.aio-max-nr (by hand: fs.aio-max-nr is required, and "
					 "unsupported)");
	advised.severity = SEVERITY_ADVISED;
	one->wish = &advised;
	ck_assert_str_eq(first(fixture), NEXT_NOTHING);
	fixture->report.is_strict = true;
	ck_assert_str_eq(first(fixture), "sudo thintune explain --profile thin-ledger "
					 "fs.aio-max-nr (by hand: fs.aio-max-nr is advised "
					 "(--strict), and unsupported)");
}
END_TEST

/* The same once more would leave it again. */
START_TEST(what_a_restore_left_alone_is_overwritten_on_demand)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *one = &fixture->plan.settings.at[0];

	hold_all(fixture);
	fixture->report.command = "restore";
	vec_push(fixture->arena, &fixture->report.run.options, "--owner agent");
	one->state = STATE_CONTESTED;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune restore --force --owner agent (overwrite what "
			 "somebody else has set since: fs.aio-max-nr; or leave it)");
	one[1].state = STATE_CONTESTED;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune restore --force --owner agent (overwrite what "
			 "somebody else has set since: 2 settings; or leave it)");
	one->state = STATE_FAILED;
	ck_assert_str_eq(first(fixture), "sudo thintune restore --owner agent (by hand: "
					 "fs.aio-max-nr could not be written)");
}
END_TEST

/* Its reason stands above, and is often nothing that can be done. */
START_TEST(what_failed_is_done_again_once_it_can_be)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	hold_all(fixture);
	fixture->report.failure = "nothing was written, since it could not be undone: disk full";
	fixture->report.command = "apply";
	ck_assert_str_eq(first(fixture), "sudo thintune apply --profile thin-ledger (mend first "
					 "what is told above)");
	fixture->report.command = "restore";
	ck_assert_str_eq(first(fixture), "sudo thintune restore (mend first what is told above)");
	/* As it was, whatever the report itself was like. */
	fixture->report.command = "run";
	vec_push(fixture->arena, &fixture->report.run.options, "--owner agent");
	vec_push(fixture->arena, &fixture->report.run.options, "--io-config '/a b.yaml'");
	vec_push(fixture->arena, &fixture->report.run.options, "--skip net-irq");
	vec_push(fixture->arena, &fixture->report.run.options, "--format json");
	vec_push(fixture->arena, &fixture->report.run.options, "--output x");
	ck_assert_str_eq(first(fixture),
			 "sudo thintune run --profile thin-ledger --owner agent --io-config "
			 "'/a b.yaml' --skip net-irq (mend first what is told above)");
	/* That nothing was measured is not why. */
	fixture->report.probe = &(struct report_probe){.skipped = "the profile says: never"};
	fixture->report.exit_code = EXIT_ERROR;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune run --profile thin-ledger --owner agent --io-config "
			 "'/a b.yaml' --skip net-irq (mend first what is told above)");
	fixture->report.probe = NULL;
	/* Nobody but root can do it, and the verdict is to be another one afterwards. */
	fixture->plan.settings.at[0].state = STATE_DIFFERS;
	fixture->plan.settings.at[0].lacks_right = true;
	fixture->facts.live.uid = 1000;
	ck_assert_str_eq(first(fixture),
			 "sudo thintune run --profile thin-ledger --owner agent --io-config "
			 "'/a b.yaml' --skip net-irq (as root, write the setting that differs)");
}
END_TEST

START_TEST(an_io_config_that_was_not_written_is_no_nothing)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe = {.io_config_note = "read_iops is not stable"};

	hold_all(fixture);
	fixture->report.command = "run";
	fixture->report.probe = &probe;
	ck_assert_str_eq(first(fixture), "sudo thintune run --profile thin-ledger (the next run "
					 "tries again to write io-config.yaml)");
	probe.io_config_note = NULL;
	ck_assert_str_eq(first(fixture), NEXT_NOTHING);
}
END_TEST

START_TEST(a_profile_that_cannot_be_used_is_mended)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	hold_all(fixture);
	fixture->report.command = "run";
	fixture->report.profile_fault = "the profile cannot be used: it is a directory";
	vec_push(fixture->arena, &fixture->report.run.options, "--owner agent");
	vec_push(fixture->arena, &fixture->report.run.options, "--profile '/a b.yaml'");
	ck_assert_str_eq(first(fixture), "thintune profile check '/a b.yaml' (mend the profile, "
					 "which could not be used)");
}
END_TEST

START_TEST(what_was_typed_can_be_typed_again)
{
	static const char *const arguments[] = {"a b.json", "c", NULL};
	static const char *const dashed[] = {"-", "--x.json", NULL, "-", NULL};
	_cleanup_arena_ struct arena *arena = arena_new();
	names options = {0};

	vec_push(arena, &options, "--root '/x y'");
	vec_push(arena, &options, "--quiet");
	ck_assert_str_eq(next_again(arena, false, "compare", arguments, &options),
			 "thintune compare 'a b.json' c --root '/x y' --quiet");
	ck_assert_str_eq(next_again(arena, true, "restore", arguments + 2, &(names){0}),
			 "sudo thintune restore");
	ck_assert_str_eq(next_again(arena, false, "compare", dashed, &options),
			 "thintune compare --root '/x y' --quiet -- - --x.json");
	ck_assert_str_eq(next_again(arena, false, "record", dashed + 3, &options),
			 "thintune record - --root '/x y' --quiet");
}
END_TEST

START_TEST(a_probe_is_made_again_as_it_was)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct probe_result result = {.error = -EINTR};
	struct report_probe probe = {.result = &result};
	struct report *report = fixture_report(fixture);
	struct floor missed = {
	    .name = "fsync-p99", .state = FLOOR_MISSED, .have = "11 ms", .required = "<= 10 ms"};

	hold_all(fixture);
	report->command = "probe";
	report->probe = &probe;
	vec_push(fixture->arena, &report->run.options, "--full");
	vec_push(fixture->arena, &report->run.options, "--format json");
	vec_push(fixture->arena, &report->run.options, "--output x");
	report->exit_code = EXIT_ERROR;
	ck_assert_str_eq(
	    next_text(fixture->arena, &next_steps_of(fixture->arena, report).at[0]),
	    "sudo thintune probe --profile thin-ledger --full (measure again, as this probe ended "
	    "early)");
	result.error = 0;
	vec_push(fixture->arena, &probe.floors, missed);
	ck_assert_str_eq(first(fixture),
			 "thintune profile show thin-ledger (by hand: take a faster disk, or a "
			 "profile with a lower floor: fsync-p99 is 11 ms, wanted <= 10 ms)");
	probe.floors.at[0].name = "cpu-gap-max";
	ck_assert_str_eq(first(fixture),
			 "thintune profile show thin-ledger (by hand: keep other work off these "
			 "CPUs, or a profile with a lower floor: cpu-gap-max is 11 ms, wanted <= "
			 "10 ms)");
}
END_TEST

START_TEST(a_command_can_be_copied_at_any_width)
{
	static const struct next_step step = {
	    .what = "write the 3 settings that differ",
	    .command = "sudo thintune apply --profile thin-ledger --data-dir '/mnt/a b  c' --owner "
		       "'it'\\''s x' --nic eth0,eth1,eth2"};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (unsigned width = 60; width < 160; width++) {
		struct str text = str_new(arena);
		names lines, joined = {0};
		const char *all;

		next_line(&text, (struct text_style){.width = width}, &step);
		lines = text_split(arena, text.text, '\n');
		vec_for_each (line, &lines)
			ck_assert_msg(layout_width(*line) <= width, "%u: %s", width, *line);
		/* As a shell joins them. */
		vec_for_each (line, &lines) {
			const char *own = *line + strspn(*line, " ");

			vec_push(arena, &joined,
				 text_ends(own, " \\") ? arena_strndup(arena, own, strlen(own) - 2)
						       : own);
		}
		all = text_join(arena, &joined, " ");
		ck_assert_msg(strstr(all, arena_printf(arena, "next: %s", step.command)), "%u: %s",
			      width, text.text);
		ck_assert(strstr(all, "(write the 3 settings that differ)"));
	}
}
END_TEST

static const char *after(struct answer answer)
{
	static struct arena *arena;
	struct next_step step;

	arena = arena ? arena : arena_new();
	step = next_after_answer(arena, &answer);
	return next_text(arena, &step);
}

START_TEST(an_answer_is_followed_by_what_mends_it)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct answer blocked = {.exit_code = 4, .verdict = "blocked", .profile = "redpanda"};

	vec_push(arena, &blocked.options, "--owner agent");
	vec_push(arena, &blocked.options, "--root '/a b'");
	vec_push(arena, &blocked.options, "--format json");
	ck_assert_str_eq(after(blocked), "thintune audit --profile redpanda --owner agent --root "
					 "'/a b' (it lists what is wrong)");
	ck_assert_str_eq(after((struct answer){.missing = "none"}),
			 "thintune run (it looks, writes what differs, and answers anew)");
	ck_assert_str_eq(after((struct answer){.verdict = "withdrawn", .exit_code = 4}),
			 "thintune run (it looks, writes what differs, and answers anew)");
	ck_assert_str_eq(after((struct answer){.verdict = "start", .half_applied = TRI_YES}),
			 "thintune run (it finishes what was stopped halfway, unless one is at "
			 "work)");
	ck_assert_str_eq(after((struct answer){.verdict = "start", .journal_fault = "a link"}),
			 "thintune audit (it says what is wrong with the journal)");
	ck_assert_str_eq(after((struct answer){.verdict = "start"}),
			 "nothing; `thintune audit` looks again");
}
END_TEST

RUN_SUITE("next", the_worst_comes_first, a_missing_right_is_asked_for_where_it_is_given,
	  who_has_no_data_directory_is_asked_for_it, what_an_apply_left_behind_is_named,
	  what_a_restore_left_alone_is_overwritten_on_demand,
	  what_failed_is_done_again_once_it_can_be, an_io_config_that_was_not_written_is_no_nothing,
	  a_profile_that_cannot_be_used_is_mended, what_was_typed_can_be_typed_again,
	  a_probe_is_made_again_as_it_was, a_command_can_be_copied_at_any_width,
	  an_answer_is_followed_by_what_mends_it)
