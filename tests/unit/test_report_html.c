/* SPDX-License-Identifier: Apache-2.0 */
/* What the page answers at its top, what it tells to do, and where its plots put things. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/html_node.h"
#include "report/html_page.h"
#include "report/html_plot.h"
#include "report/next_command.h"
#include "report_fixture.h"
#include "run_suite.h"

static bool has(struct fixture *fixture, const char *text)
{
	return strstr(report_html(fixture->arena, &fixture->report), text) != NULL;
}

static void set_all(struct fixture *fixture, enum state state)
{
	vec_for_each (setting, &fixture->plan.settings)
		setting->state = state;
	fixture->plan.checks.count = 0;
	(void)fixture_report(fixture);
}

START_TEST(the_band_has_the_colour_of_the_worst)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct check check = {.tuner = "check", .id = "filesystem", .severity = SEVERITY_REQUIRED};

	set_all(fixture, STATE_SAME);
	ck_assert(has(fixture, "class=\"band good\""));
	ck_assert(has(fixture, "The node matches the profile"));
	set_all(fixture, STATE_DIFFERS);
	ck_assert(has(fixture, "class=\"band bad\""));
	ck_assert(has(fixture, "Not ready: 1 required setting does not hold (fs.aio-max-nr)"));
	set_all(fixture, STATE_SAME);
	fixture->plan.settings.at[1].state = STATE_DIFFERS;
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "class=\"band warn\""));
	check.state = CHECK_UNKNOWN;
	(void)plan_check(&fixture->plan, check);
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "class=\"band unk\""));
	ck_assert(has(fixture, "Not known to be ready: 1 required check was not made"));
}
END_TEST

/* What --only left out is counted by its kind, and leads somewhere. */
START_TEST(what_decides_is_named_in_the_answer)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	static const char *const ids[] = {"a", "b", "c", "d", "e"};

	set_all(fixture, STATE_SAME);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		plan_check(&fixture->plan, (struct check){.tuner = "check",
							  .id = ids[i],
							  .severity = SEVERITY_REQUIRED,
							  .state = CHECK_FAIL});
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "Not ready: 5 required checks fail (a, b, c and 2 more)"));
}
END_TEST

START_TEST(what_is_left_out_is_in_the_answer)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct left_out *left_out = &fixture->plan.left_out;
	struct check check = {.id = "filesystem", .severity = SEVERITY_REQUIRED};

	set_all(fixture, STATE_SAME);
	left_out->by = "--only";
	left_out->checks_count = 1;
	check.state = CHECK_UNKNOWN;
	vec_push(fixture->arena, &left_out->checks, check);
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "class=\"band unk\""));
	ck_assert(has(fixture, "Not known to be ready: 1 required check left out is not known"));
	ck_assert(has(fixture, "<a href=\"#left-out\"><b class=\"unk\">1</b>"));
	ck_assert(has(fixture, "1 required point that --only left out is not known to hold: "
			       "filesystem."));
	ck_assert(!has(fixture, "Nothing: what this report is about"));
	left_out->checks.at[0].state = CHECK_FAIL;
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "Not ready: 1 required check left out fails"));
	ck_assert(has(fixture, "<a href=\"#left-out\"><b class=\"bad\">1</b>"));
	left_out->checks.count = 0;
	vec_push(fixture->arena, &left_out->settings, fixture->plan.settings.at[0]);
	left_out->settings.at[0].state = STATE_DIFFERS;
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "Not ready: 1 required setting left out does not hold"));
	ck_assert(has(fixture, "<a href=\"#left-out\"><b class=\"bad\">1</b>"));
}
END_TEST

/* The next look is at the same directory, with the same words for a shell. */
START_TEST(commands_have_the_options_of_the_look)
{
	static const char *const options[] = {"--data-dir '/mnt/a $b'", "--disk sda", "--strict",
					      "--skip sysctl,net-irq",  "--root /x",  "--verbose"};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report *report = &fixture->report;
	struct arena *arena = fixture->arena;

	fixture->profile.name = "p";
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		vec_push(arena, &report->run.options, options[i]);
	fixture->facts.live_root = false;
	ck_assert_str_eq(next_command(arena, report, NEXT_APPLY),
			 "sudo thintune apply --profile p --data-dir '/mnt/a $b' --disk sda "
			 "--strict --skip sysctl,net-irq");
	ck_assert_str_eq(next_command(arena, report, NEXT_AUDIT_ALL),
			 "sudo thintune audit --profile p --data-dir '/mnt/a $b' --disk sda "
			 "--strict");
	fixture->facts.live_root = true;
	ck_assert_str_eq(next_command(arena, report, NEXT_PROBE),
			 "sudo thintune probe --quick --profile p --data-dir '/mnt/a $b' --disk "
			 "sda --root /x");
	ck_assert_str_eq(next_command(arena, report, NEXT_RESTORE),
			 "sudo thintune restore --root /x");
	report->run.options.count = 0;
	vec_push(arena, &report->run.options, "--nic a;b");
	vec_push(arena, &report->run.default_options, "--only disk");
	ck_assert_str_eq(next_command(arena, report, NEXT_AUDIT_ALL),
			 "sudo thintune audit --profile p --nic 'a;b' --no-defaults");
}
END_TEST

/* All of them, whatever there is; a command is never counted away. */
START_TEST(more_than_five_steps_are_in_a_fold)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct check check = {.tuner = "check", .severity = SEVERITY_REQUIRED};

	set_all(fixture, STATE_SAME);
	check.state = CHECK_UNKNOWN;
	for (unsigned i = 0; i < 3; i++) {
		check.id = arena_printf(fixture->arena, "open%u", i);
		(void)plan_check(&fixture->plan, check);
	}
	check.state = CHECK_FAIL;
	for (unsigned i = 0; i < 7; i++) {
		check.id = arena_printf(fixture->arena, "fails%u", i);
		(void)plan_check(&fixture->plan, check);
	}
	check.id = "conflicts";
	check.required = "no other tool sets the same";
	check.have = "irqbalance";
	check.note = "irqbalance runs";
	(void)plan_check(&fixture->plan, check);
	check.id = "direct-io";
	check.state = CHECK_SKIPPED;
	(void)plan_check(&fixture->plan, check);
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "<summary>And 5 more</summary>\n<ol class=\"next\" start=\"6\">"));
	ck_assert(has(fixture, "3 required checks could not tell: <code>open0</code>, "
			       "<code>open1</code>, <code>open2</code>."));
	ck_assert(has(fixture,
		      "By hand: the check <code>conflicts</code> fails (found: irqbalance; "
		      "wanted: no other tool sets the same): irqbalance runs."));
	ck_assert(has(fixture, "sudo thintune probe --quick"));
}
END_TEST

/* That the disk was not measured is told in its place, and is nothing of the CPUs. */
START_TEST(floors_of_cpus_count_where_the_disk_was_skipped)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe = {.skipped = "the profile says: never"};
	names parts = {0};

	set_all(fixture, STATE_SAME);
	fixture->report.probe = &probe;
	vec_push(fixture->arena, &probe.floors,
		 (struct floor){.name = "read-p99",
				.required = "<= 2.000 ms",
				.state = FLOOR_UNJUDGED,
				.is_moot = true});
	ck_assert(has(fixture, "class=\"band good\""));
	vec_push(fixture->arena, &probe.floors,
		 (struct floor){
		     .name = "cpu-gap-max", .required = "<= 5.000 ms", .state = FLOOR_UNJUDGED});
	ck_assert(has(fixture, "class=\"band unk\""));
	ck_assert(has(fixture, "Not known to be ready: 1 floor could not be judged"));
	probe_faults(fixture->arena, &probe, &parts);
	ck_assert_str_eq(text_join(fixture->arena, &parts, ", "), "1 floor not judged");
	fixture->report.probe = NULL;
}
END_TEST

START_TEST(the_gate_answers_first)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	set_all(fixture, STATE_SAME);
	fixture->report.gate = (struct report_gate){.mode = "strict", .reason = "it is full"};
	ck_assert(has(fixture, "Redpanda must not start: it is full"));
	ck_assert(has(fixture, "class=\"band bad\""));
	fixture->report.gate.may_start = true;
	ck_assert(has(fixture, "class=\"band good\""));
}
END_TEST

START_TEST(only_an_audit_tells_to_apply)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	set_all(fixture, STATE_DIFFERS);
	fixture->profile.name = "it's";
	ck_assert(has(fixture, "sudo thintune apply --profile &#39;it&#39;\\&#39;&#39;s&#39;"));
	fixture->plan.settings.at[0].wish = &(const struct wish){
	    .tuner = "disk", .name = "sda scheduler", .kind = KIND_TEXT, .disruptive = true};
	ck_assert(has(fixture, "1 of them disturbs a running broker"));
	fixture->report.command = "apply";
	ck_assert(!has(fixture, "sudo thintune apply"));
}
END_TEST

/* Interrupts of a card on two NUMA nodes. */
START_TEST(interrupts_arrive_where_they_are_now)
{
	static const struct {
		enum state state;
		const char *have, *want;
	} rows[] = {{STATE_DIFFERS, "2-3", "1"}, {STATE_SAME, "1", "1"}, {STATE_SKIPPED, "0", "1"}};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct arena *arena = fixture->arena;
	struct nic nic = {.name = "eth7", .is_tuned = true, .numa = -1, .speed_mbps = -1};
	struct html_node node;

	fixture->facts.nics.count = 0;
	vec_push(arena, &fixture->facts.nics, nic);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct setting *setting = plan_add(
		    &fixture->plan, (struct wish){.tuner = "net-irq",
						  .name = arena_printf(arena, "eth7 rx %u", i),
						  .kind = KIND_CPULIST});

		setting->state = rows[i].state;
		setting->have = rows[i].have;
		setting->want = rows[i].want;
	}
	node = html_node_of(arena, fixture_report(fixture));
	ck_assert_uint_eq(node.vectors, 3);
	ck_assert_str_eq(node.devices.at[node.devices.count - 1].name, "eth7");
	ck_assert_str_eq(node.devices.at[node.devices.count - 1].state, "CPU 2-3 \u2192 1");
	ck_assert_uint_eq(node.devices.at[node.devices.count - 1].vectors.at[0].cpu, 2);
	ck_assert_ptr_nonnull(strstr(node.words, "eth7: 0 rx, 0 tx, CPU 2-3 \u2192 1."));
}
END_TEST

/* Disks and cards in turn at two NUMA nodes: those alike are one box, and node 0's are first. */
START_TEST(devices_alike_share_a_box_wherever_they_were_found)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct arena *arena = fixture->arena;
	struct html_node node;

	fixture->facts.nics.count = 0;
	fixture->facts.disks.count = 0;
	for (int i = 0; i < 12; i++) {
		struct nic nic = {.name = arena_printf(arena, "eth%d", i),
				  .is_tuned = true,
				  .numa = 1 - i % 2,
				  .speed_mbps = -1};
		struct disk disk = {
		    .name = arena_printf(arena, "nvme%dn1", i), .is_data = true, .numa = 1 - i % 2};

		vec_push(arena, &fixture->facts.nics, nic);
		vec_push(arena, &fixture->facts.disks, disk);
	}
	node = html_node_of(arena, fixture_report(fixture));
	ck_assert_uint_eq(node.devices.count, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(node.devices.at[i].numa, i / 2);
		ck_assert_int_eq(node.devices.at[i].is_data, i % 2 == 0);
		ck_assert_uint_eq(node.devices.at[i].alike, 5);
	}
	ck_assert_str_eq(node.devices.at[0].name, "6 data disks");
	ck_assert_str_eq(node.devices.at[1].detail, "eth1 to eth11");
}
END_TEST

/* Each queue has CPUs of its own, as each interrupt has. */
START_TEST(queues_of_a_card_share_a_row)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct arena *arena = fixture->arena;

	for (unsigned i = 0; i < 12; i++) {
		struct setting *setting =
		    plan_add(&fixture->plan,
			     (struct wish){.tuner = "net-steering",
					   .name = arena_printf(arena, "eth0/tx-%u xps_cpus", i),
					   .kind = KIND_CPUMASK});

		setting->state = STATE_DIFFERS;
		setting->have = arena_printf(arena, "%x", 1u << i);
		setting->want = "0";
	}
	(void)fixture_report(fixture);
	ck_assert(has(fixture, "and 11 more like it, up to eth0/tx-11 xps_cpus"));
	ck_assert(has(fixture, "eth0/tx-11 xps_cpus: CPU 11, wanted no CPU<br>"));
	fixture->plan.settings.at[fixture->plan.settings.count - 1].wish = &(const struct wish){
	    .tuner = "net-steering", .name = "eth0/tx-11 rps_cpus", .kind = KIND_CPUMASK};
	ck_assert(has(fixture, "and 10 more like it, up to eth0/tx-10 xps_cpus"));
}
END_TEST

START_TEST(a_plot_puts_values_between_its_ticks)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str page = str_new(arena);
	struct html_plot plot = {.title = "<t>",
				 .words = "w",
				 .width = 400,
				 .x = {.title = "x"},
				 .y = {.title = "y", .is_log = true}};
	struct html_line line = {.name = "a"};

	vec_push(arena, &plot.x.ticks, (struct html_tick){0, "0"});
	vec_push(arena, &plot.x.ticks, (struct html_tick){2, "2"});
	vec_push(arena, &plot.y.ticks, (struct html_tick){1, "1"});
	vec_push(arena, &plot.y.ticks, (struct html_tick){100, "100"});
	vec_push(arena, &line.points, (struct html_point){.x = 0, .y = 1});
	vec_push(arena, &line.points, (struct html_point){.x = 1, .y = 10, .is_marked = true});
	vec_push(arena, &line.points, (struct html_point){.x = 2, .y = 100});
	vec_push(arena, &plot.lines, line);
	html_plot(&page, &plot);
	/* From the lower left corner by the middle to the upper right one. */
	ck_assert_ptr_nonnull(strstr(page.text, "d=\"M62.0 206.0L219.0 109.0L376.0 12.0\""));
	ck_assert_ptr_nonnull(strstr(page.text, "class=\"pm l1\" cx=\"219.0\" cy=\"109.0\""));
	ck_assert_ptr_nonnull(strstr(page.text, "&#60;t&#62;"));
}
END_TEST

START_TEST(prose_has_commands)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(html_prose(arena, "run `a <b`, not c"),
			 "run <code>a &#60;b</code>, not c");
	ck_assert_str_eq(html_prose(arena, "one ` alone"), "one ` alone");
}
END_TEST

RUN_SUITE("report_html", the_band_has_the_colour_of_the_worst, what_decides_is_named_in_the_answer,
	  what_is_left_out_is_in_the_answer, commands_have_the_options_of_the_look,
	  more_than_five_steps_are_in_a_fold, floors_of_cpus_count_where_the_disk_was_skipped,
	  the_gate_answers_first, only_an_audit_tells_to_apply,
	  interrupts_arrive_where_they_are_now, devices_alike_share_a_box_wherever_they_were_found,
	  a_plot_puts_values_between_its_ticks, queues_of_a_card_share_a_row, prose_has_commands)
