/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod is given follows from the plan. That it is enough, and that nothing can be left out,
 * is seen with real containers in tests/manifests. */
#include <check.h>

#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"
#include "wish_of.h"

#define assert_has(part)                                                                           \
	ck_assert_msg(strstr(k8s(fixture), (part)), "no '%s' in:\n%s", (part), k8s(fixture))
#define assert_lacks(part)                                                                         \
	ck_assert_msg(!strstr(k8s(fixture), (part)), "'%s' is in:\n%s", (part), k8s(fixture))

static const char *k8s(struct fixture *fixture)
{
	return report_k8s(fixture->arena, fixture_report(fixture));
}

static struct setting *add(struct fixture *fixture, const char *name, const char *path)
{
	return plan_add(&fixture->plan, (struct wish){.tuner = "x",
						      .name = name,
						      .path = path,
						      .decided.state = STATE_DIFFERS});
}

START_TEST(a_sysctl_of_the_node_is_one_file)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_has("    - name: writable-proc-sys-fs-aio-max-nr # fs.aio-max-nr\n"
		   "      mountPath: \"/host/proc/sys/fs/aio-max-nr\"\n");
	assert_has("  - name: writable-proc-sys-fs-aio-max-nr\n"
		   "    hostPath:\n"
		   "      path: \"/proc/sys/fs/aio-max-nr\"\n"
		   "      type: File\n");
}
END_TEST

START_TEST(others_are_directories)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	add(fixture, "irq 7", "/proc/irq/7/smp_affinity_list");
	add(fixture, "governor", "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor");
	add(fixture, "nomerges", "/sys/block/sda/queue/nomerges");
	add(fixture, "ksm", "/sys/kernel/mm/ksm/run");
	assert_has("- name: writable-proc-sys-net # net.core.somaxconn\n");
	assert_has("- name: writable-proc-irq # irq 7\n");
	assert_has("- name: writable-sys-devices # governor, nomerges\n");
	assert_has("      path: \"/sys/kernel/mm/ksm\"\n      type: Directory\n");
}
END_TEST

START_TEST(what_apply_leaves_alone_is_not_writable)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_lacks("nomerges");
	fixture->plan.settings.at[0].state = STATE_SKIPPED;
	assert_lacks("aio-max-nr");
	fixture->plan.settings.at[0].state = STATE_UNSUPPORTED;
	assert_lacks("aio-max-nr");
	fixture->plan.settings.at[0].state = STATE_SAME;
	assert_has("writable-proc-sys-fs-aio-max-nr");
}
END_TEST

START_TEST(the_cpus_of_a_pod_are_the_kubelets)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct setting *file = add(fixture, "redpanda.service", "/run/systemd/system/x");

	assert_has("/host/run/systemd/system");
	wish_of(file)->tuner = "pinning";
	assert_lacks("/host/run/systemd/system");
}
END_TEST

START_TEST(the_directory_of_the_kubelet_is_looked_at)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_has("    - name: node-kubelet-cpus\n"
		   "      mountPath: /host/var/lib/kubelet\n"
		   "      readOnly: true\n"
		   "      recursiveReadOnly: IfPossible\n"
		   "    - name: writable");
	assert_has("      path: \"/var/lib/kubelet\"\n      type: Directory\n");
	assert_lacks("--kubelet-dir");
	fixture->facts.kubelet.dir = "/data/K s";
	assert_has("    - \"--kubelet-dir=/data/K s\"\n");
	assert_has("      mountPath: \"/host/data/K s\"\n");
	assert_has("      path: \"/data/K s\"\n      type: Directory\n");
}
END_TEST

START_TEST(what_the_plan_could_not_find_out_is_said)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	wish_of(add(fixture, "interrupts", NULL))->kind = KIND_MANUAL;
	assert_lacks("not in here");
	plan_add(&fixture->plan, (struct wish){.tuner = "irq-default",
					       .name = "placement",
					       .kind = KIND_MANUAL,
					       .decided.state = STATE_FAILED,
					       .decided.note = "it is not\nknown"});
	assert_has("# not in here: placement: it is not");
	assert_lacks("\nknown");
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

	assert_has("      capabilities:\n        drop:\n        - ALL\n    resources:");
	assert_has("      privileged: false\n");
	assert_has("      readOnlyRootFilesystem: true\n");
	assert_lacks("hostNetwork: true");
	assert_has("    - --netns=broker\n");
	wish_of(&fixture->plan.settings.at[0])->needs = NEED_SYS_ADMIN;
	wish_of(&fixture->plan.settings.at[1])->needs = NEED_NET_ADMIN | NEED_INITIAL_NETNS;
	assert_has("        - ALL\n"
		   "        add:\n"
		   "        - SYS_ADMIN # fs.aio-max-nr\n"
		   "        - NET_ADMIN # net.core.somaxconn\n");
	assert_has("  # For net.core.somaxconn.\n");
	assert_has("  hostNetwork: true\n");
	assert_lacks("--netns=broker");
}
END_TEST

START_TEST(the_group_of_the_data_stands_in_for_a_capability)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct live_data_dir *dir = &fixture->facts.live.data_dir;

	dir->uid = dir->gid = 101;
	dir->mode = 0750;
	assert_has("      runAsGroup: 101\n");
	dir->mode = 0755;
	assert_has("      runAsGroup: 0\n");
	dir->mode = 0700;
	assert_has("      runAsGroup: 0\n");
	dir->mode = 0750;
	dir->exists = TRI_UNKNOWN;
	assert_has("      runAsGroup: 0\n");
}
END_TEST

START_TEST(a_probe_acts_as_the_owner_of_the_data)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	fixture->facts.live.data_dir.uid = 101;
	fixture->plan.checks.count = 0;
	assert_lacks("SETUID");
	assert_has("cpu: 100m");
	plan_check(&fixture->plan, (struct check){.id = "direct-io", .state = CHECK_SKIPPED});
	assert_has("        add:\n        - SETGID # with SETUID: to prove direct I/O");
	assert_has("        - SETUID\n");
	assert_has("requests: {cpu: \"1\", memory: 256Mi}");
	/* A profile that measures nothing. */
	vec_push(fixture->arena, &fixture->profile.entries,
		 (struct profile_entry){
		     .section = "probe", .key = "when", .value = {.rule = RULE_EXACT}});
	vec_push(fixture->arena,
		 &fixture->profile.entries.at[fixture->profile.entries.count - 1].value.operands,
		 "never");
	assert_lacks("SETUID");
	fixture->profile.entries.count--;
	assert_has("SETUID");
	/* Root's own directory needs nobody else. */
	fixture->facts.live.data_dir.uid = 0;
	assert_lacks("SETUID");
}
END_TEST

START_TEST(names_are_names_and_values_are_quoted)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	add(fixture, "numa", "/proc/sys/kernel/numa_balancing");
	add(fixture, "long",
	    "/proc/sys/abi/a-name-that-is-by-far-too-long-to-be-the-name-of-a-volume-anywhere");
	fixture->facts.live.data_dir.path = "/a \"b\"/$(C)";
	fixture->profile.name = "x # y\nz";
	assert_has("- name: writable-proc-sys-kernel-numa-balancing # numa\n");
	assert_has("- name: writable-4 # long\n");
	assert_has("    - \"--data-dir=/a \\\"b\\\"/$$(C)\"\n");
	assert_has("      mountPath: \"/a \\\"b\\\"/$(C)\"\n");
	assert_has("    - \"--profile=x # y\\x0Az\"\n");
	assert_lacks("\nz");
}
END_TEST

START_TEST(a_profile_that_is_a_file_is_mentioned)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	assert_lacks("ConfigMap");
	fixture->profile.sources.at[0] = "/etc/thintune/profiles/own.yaml";
	assert_has("ConfigMap");
}
END_TEST

RUN_SUITE("report_k8s", a_sysctl_of_the_node_is_one_file, others_are_directories,
	  what_apply_leaves_alone_is_not_writable, the_cpus_of_a_pod_are_the_kubelets,
	  the_directory_of_the_kubelet_is_looked_at, what_the_plan_could_not_find_out_is_said,
	  what_the_lists_leave_out_is_said, no_capability_without_need,
	  the_group_of_the_data_stands_in_for_a_capability, a_probe_acts_as_the_owner_of_the_data,
	  names_are_names_and_values_are_quoted, a_profile_that_is_a_file_is_mentioned)
