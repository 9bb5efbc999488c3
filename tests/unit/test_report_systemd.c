/* SPDX-License-Identifier: Apache-2.0 */
/* What a unit is given follows from the plan. That it is enough, and that nothing can be left out,
 * is seen under systemd in tests/systemd. */
#include <check.h>

#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"
#include "wish_of.h"

#define assert_has(part)                                                                           \
	ck_assert_msg(strstr(unit(fixture), (part)), "no '%s' in:\n%s", (part), unit(fixture))
#define assert_lacks(part)                                                                         \
	ck_assert_msg(!strstr(unit(fixture), (part)), "'%s' is in:\n%s", (part), unit(fixture))

static const char *unit(struct fixture *fixture)
{
	return report_systemd(fixture->arena, fixture_report(fixture));
}

START_TEST(tunables_are_writable_where_one_is_written)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_has("# fs.aio-max-nr, net.core.somaxconn, nvme0n1 scheduler\n"
		   "ProtectKernelTunables=no\n");
	vec_for_each (setting, &fixture->plan.settings)
		setting->state = STATE_UNSUPPORTED;
	assert_has("ProtectKernelTunables=yes\n");
	assert_lacks("ProtectKernelTunables=no\n");
}
END_TEST

START_TEST(what_the_plan_could_not_find_out_is_said)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_lacks("not in here");
	plan_add(&fixture->plan, (struct wish){.tuner = "irq-default",
					       .name = "placement",
					       .kind = KIND_MANUAL,
					       .decided.state = STATE_FAILED,
					       .decided.note = "it is not known"});
	assert_has("# not in here: placement: it is not known\n[Service]\n");
}
END_TEST

START_TEST(what_the_lists_leave_out_is_said)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_lacks("left out");
	fixture->plan.left_out =
	    (struct left_out){.by = "--skip sysctl,checks", .settings_count = 1, .checks_count = 5};
	assert_has("# left out by --skip sysctl,checks: 1 setting and 5 checks\n");
	fixture->plan.left_out.settings_count = 2;
	fixture->plan.left_out.checks_count = 0;
	assert_has("# left out by --skip sysctl,checks: 2 settings\n");
	/* The lists name tuners that have nothing to do here. */
	fixture->plan.left_out.settings_count = 0;
	assert_lacks("left out");
}
END_TEST

START_TEST(no_capability_without_need)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	fixture->facts.live.data_dir = (struct live_data_dir){.exists = TRI_YES, .mode = 0755};
	assert_has("CapabilityBoundingSet=\n");
	assert_lacks("CAP_");
	wish_of(&fixture->plan.settings.at[0])->needs = NEED_SYS_ADMIN;
	wish_of(&fixture->plan.settings.at[1])->needs = NEED_NET_ADMIN;
	assert_has("# fs.aio-max-nr\nCapabilityBoundingSet=CAP_SYS_ADMIN\n"
		   "# net.core.somaxconn\nCapabilityBoundingSet=CAP_NET_ADMIN\n");
	/* Root looks into its own directory, and is its owner. */
	fixture->facts.live.data_dir.mode = 0700;
	plan_check(&fixture->plan, (struct check){.id = "direct-io", .state = CHECK_SKIPPED});
	assert_lacks("CAP_DAC");
	assert_lacks("CAP_SETUID");
	fixture->facts.live.data_dir.uid = 101;
	assert_has("\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n");
	assert_has("\nCapabilityBoundingSet=CAP_SETGID CAP_SETUID\n");
	fixture->facts.live.data_dir.mode = 0755;
	assert_lacks("CAP_DAC");
	/* Of a directory that could not be looked at nothing is known. */
	fixture->facts.live.data_dir.exists = TRI_UNKNOWN;
	assert_has("\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n");
}
END_TEST

START_TEST(files_are_replaced_in_their_directory)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	plan_add(&fixture->plan, (struct wish){.tuner = "irqbalance",
					       .name = "irqbalance",
					       .path = "/etc/default/irqbalance",
					       .kind = KIND_FILE,
					       .decided.state = STATE_DIFFERS});
	plan_add(&fixture->plan, (struct wish){.tuner = "pinning",
					       .name = "unit",
					       .path = "/run/systemd/system/x.service.d/y",
					       .kind = KIND_FILE,
					       .decided.state = STATE_SAME});
	plan_add(&fixture->plan, (struct wish){.tuner = "pinning",
					       .name = "skipped",
					       .path = "/var/lib/x/y",
					       .kind = KIND_FILE,
					       .decided.state = STATE_SKIPPED});
	assert_has(
	    "ProtectSystem=strict\nReadWritePaths=\n# the data directory\nReadWritePaths=\"-/");
	assert_has("# irqbalance\nReadWritePaths=\"-/etc/default\"\n");
	plan_add(&fixture->plan, (struct wish){.tuner = "pinning",
					       .name = "state",
					       .path = "/run/state",
					       .kind = KIND_FILE,
					       .decided.state = STATE_SAME});
	assert_has("# unit, state\nReadWritePaths=\"-/run\"\n");
	assert_lacks("/var/lib/x");
}
END_TEST

START_TEST(values_are_quoted)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	fixture->facts.live.data_dir.path = "/a \"b\"/%h\nExecStart=/bin/x";
	fixture->profile.name = "x\n[Service]";
	assert_has("ReadWritePaths=\"-/a \\\"b\\\"/%%h\\\\x0aExecStart=/bin/x\"\n");
	assert_has("profile x\\x0a[Service].\n");
	assert_lacks("\nExecStart");
}
END_TEST

RUN_SUITE("report_systemd", tunables_are_writable_where_one_is_written,
	  what_the_plan_could_not_find_out_is_said, what_the_lists_leave_out_is_said,
	  no_capability_without_need, files_are_replaced_in_their_directory, values_are_quoted)
