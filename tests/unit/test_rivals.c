/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

static const struct facts *read_rivals(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	ck_assert_int_eq(facts_rivals(tree_open(tree), tree->arena, facts), 0);
	return facts;
}

/* One line a rival: "what where active key=value". */
static const char *picture(struct tree *tree)
{
	const struct facts *facts = read_rivals(tree);
	struct str out = str_new(tree->arena);

	vec_for_each (rival, &facts->rivals) {
		str_printf(&out, "%s %s %s", rival->what, rival->where,
			   rival->active    ? "active"
			   : rival->enabled ? "enabled"
					    : "installed");
		if (rival->key)
			str_printf(&out, " %s=%s", rival->key, rival->value);
		str_add(&out, "\n");
	}
	return out.text;
}

START_TEST(programs_installed_and_running)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/bin/google_optimize_local_ssd", "#!/bin/bash");
	tree_file(tree, "/lib/systemd/system/irqbalance.service", "[Service]");
	tree_file(tree, "/usr/lib/systemd/system/tuned.service", "[Service]");
	tree_file(tree, "/run/tuned/tuned.pid", "812");
	tree_file(tree, "/etc/systemd/system/redpanda-tuner.service", "[Service]");
	tree_link(tree, "/etc/systemd/system/multi-user.target.wants/redpanda-tuner.service",
		  "/etc/systemd/system/redpanda-tuner.service");
	ck_assert_str_eq(picture(tree),
			 "google_optimize_local_ssd /usr/bin/google_optimize_local_ssd installed\n"
			 "irqbalance /lib/systemd/system/irqbalance.service installed\n"
			 "redpanda-tuner /etc/systemd/system/redpanda-tuner.service enabled\n"
			 "tuned /usr/lib/systemd/system/tuned.service active\n");
}
END_TEST

/* Google's agent runs its scripts when it starts: one that is there has been run, or will be. */
START_TEST(a_script_counts_with_the_service_that_runs_it)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/fs/cgroup/system.slice/google-guest-agent.service/cgroup.procs", "1");
	ck_assert_str_eq(picture(tree), "");
	tree_file(tree, "/usr/bin/google_set_multiqueue", "#!/bin/bash");
	ck_assert_str_eq(picture(tree),
			 "google_set_multiqueue /usr/bin/google_set_multiqueue active\n");
}
END_TEST

/* Not to see is not to be absent. */
START_TEST(what_the_root_shows)
{
	static const struct {
		const char *container, *file;
		bool etc, services;
	} rows[] = {
	    {"none", "/sys/kernel/x", true, true},
	    {"kubernetes", "/sys/kernel/x", false, false},
	    {NULL, "/sys/kernel/x", false, false},
	    {"kubernetes", "/etc/os-release", true, false},
	    {"kubernetes", "/run/systemd/units/x", false, true},
	    {"kubernetes", "/sys/fs/cgroup/system.slice/x", false, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {.live = {.container = rows[i].container}};

		tree_file(tree, rows[i].file, "1");
		ck_assert_int_eq(facts_rivals(tree_open(tree), tree->arena, &facts), 0);
		ck_assert_int_eq(facts.sees_etc, rows[i].etc);
		ck_assert_int_eq(facts.sees_services, rows[i].services);
	}
}
END_TEST

/* Each alone proves that a service runs. */
START_TEST(traces_of_a_running_service)
{
	static const char *const traces[] = {
	    "/run/irqbalance.pid",
	    "/run/irqbalance/irqbalance1.sock",
	    "/sys/fs/cgroup/system.slice/irqbalance.service/cgroup.procs",
	    "/sys/fs/cgroup/unified/system.slice/irqbalance.service/cgroup.procs",
	    "/sys/fs/cgroup/systemd/system.slice/irqbalance.service/tasks",
	};

	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/lib/systemd/system/irqbalance.service", "[Service]");
		tree_file(tree, traces[i], "1");
		ck_assert_str_eq(picture(tree),
				 "irqbalance /lib/systemd/system/irqbalance.service active\n");
	}
}
END_TEST

START_TEST(systemds_own_record_of_a_running_unit)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_link(tree, "/run/systemd/units/invocation:redpanda-tuner.service", "0123abcd");
	ck_assert_str_eq(picture(tree),
			 "redpanda-tuner /run/systemd/units/invocation:redpanda-tuner.service "
			 "active\n");
}
END_TEST

START_TEST(a_masked_unit_is_no_rival)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/lib/systemd/system/tuned.service", "[Service]");
	tree_file(tree, "/etc/systemd/system/tuned.service", "");
	tree_dir(tree, "/run");
	tree_dir(tree, "/run/irqbalance");
	ck_assert_str_eq(picture(tree), "");
}
END_TEST

/* Files by name across directories, the first directory of a name, the last assignment of a key. */
START_TEST(precedence_of_sysctl_d)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_dir(tree, "/run");
	tree_dir(tree, "/run/systemd");
	tree_dir(tree, "/run/systemd/system");
	tree_file(tree, "/usr/lib/sysctl.d/50-default.conf",
		  "# comment\n; comment\nvm.swappiness = 60\nkernel.sysrq=16\nnot an assignment");
	tree_file(tree, "/etc/sysctl.d/60-mine.conf", "fs.aio-max-nr=65536\n\nvm/swappiness=10");
	tree_file(tree, "/run/sysctl.d/60-mine.conf", "fs.aio-max-nr=1");
	tree_file(tree, "/usr/local/lib/sysctl.d/70-x.conf", "-net.core.somaxconn = 128 ");
	tree_file(tree, "/etc/sysctl.d/README", "vm.swappiness=99");
	tree_file(tree, "/etc/sysctl.d/80-masked.conf", "");
	tree_file(tree, "/usr/lib/sysctl.d/80-masked.conf", "vm.swappiness=77");
	tree_file(tree, "/etc/sysctl.d/9-last.conf", "net.ipv4.conf.eth0/100.rp_filter=2");
	tree_file(tree, "/etc/sysctl.conf", "vm.swappiness=33");
	ck_assert_str_eq(
	    picture(tree),
	    "sysctl.d /usr/lib/sysctl.d/50-default.conf:4 installed kernel.sysrq=16\n"
	    "sysctl.d /etc/sysctl.d/60-mine.conf:1 installed fs.aio-max-nr=65536\n"
	    "sysctl.d /etc/sysctl.d/60-mine.conf:3 installed vm.swappiness=10\n"
	    "sysctl.d /usr/local/lib/sysctl.d/70-x.conf:1 installed net.core.somaxconn=128\n"
	    "sysctl.d /etc/sysctl.d/9-last.conf:1 installed "
	    "net.ipv4.conf.eth0/100.rp_filter=2\n");
}
END_TEST

START_TEST(the_single_file_counts_without_systemd)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/sysctl.d/10-a.conf", "vm.swappiness=10");
	tree_file(tree, "/etc/sysctl.conf", "vm.swappiness=33");
	ck_assert_str_eq(picture(tree), "sysctl.d /etc/sysctl.conf:1 installed vm.swappiness=33\n");
}
END_TEST

START_TEST(keys_with_slashes_are_written_with_dots)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/sysctl.d/1.conf",
		  "net/ipv4/conf/eth0.100/rp_filter=1\nnet.ipv4.conf.*.rp_filter=2");
	ck_assert_str_eq(picture(tree),
			 "sysctl.d /etc/sysctl.d/1.conf:1 installed "
			 "net.ipv4.conf.eth0/100.rp_filter=1\n"
			 "sysctl.d /etc/sysctl.d/1.conf:2 installed net.ipv4.conf.*.rp_filter=2\n");
}
END_TEST

START_TEST(limits_of_the_unit_and_its_drop_ins)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service",
		  "[Unit]\nLimitNOFILE=1\n[Service]\nLimitNOFILE = 800000\n#LimitMEMLOCK=1\n"
		  "LimitMEMLOCK=infinity\n[Install]\nLimitNOFILE=2");
	facts = read_rivals(tree);
	ck_assert_str_eq(facts->limits.unit, "/usr/lib/systemd/system/redpanda.service");
	ck_assert_str_eq(facts->limits.nofile, "800000");
	ck_assert_str_eq(facts->limits.memlock, "infinity");

	tree_file(tree, "/etc/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=100\nLimitMEMLOCK=");
	tree_file(tree, "/run/systemd/system/redpanda.service.d/20-b.conf",
		  "[Service]\nLimitNOFILE=200");
	tree_file(tree, "/usr/lib/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=300");
	tree_file(tree, "/etc/systemd/system/service.d/15-all.conf", "[Service]\nLimitNOFILE=400");
	facts = read_rivals(tree);
	ck_assert_str_eq(facts->limits.nofile, "200");
	ck_assert_ptr_null(facts->limits.memlock);
}
END_TEST

START_TEST(the_units_of_etc_come_first)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service", "[Service]\nLimitNOFILE=1");
	tree_file(tree, "/etc/systemd/system/redpanda.service", "[Service]\nLimitMEMLOCK=2");
	facts = read_rivals(tree);
	ck_assert_str_eq(facts->limits.unit, "/etc/systemd/system/redpanda.service");
	ck_assert_ptr_null(facts->limits.nofile);
	ck_assert_str_eq(facts->limits.memlock, "2");
}
END_TEST

START_TEST(no_unit_no_limits)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, "/etc/systemd/system/service.d/x.conf", "[Service]\nLimitNOFILE=1");
	facts = read_rivals(tree);
	ck_assert_ptr_null(facts->limits.unit);
	ck_assert_ptr_null(facts->limits.nofile);
}
END_TEST

START_TEST(health_of_nvme_controllers)
{
	static const char pci[] = "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0";
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, arena_printf(tree->arena, "%s/state", pci), "live");
	tree_file(tree, arena_printf(tree->arena, "%s/hwmon2/temp1_input", pci), "36850");
	tree_link(tree, "/sys/class/nvme/nvme0",
		  "../../devices/pci0000:00/0000:00:04.0/nvme/nvme0");
	tree_file(tree, "/sys/class/nvme/nvme10/state", "dead");
	/* A controller that is dead, or may be, is not asked: the answer may never come. */
	tree_file(tree, "/sys/class/nvme/nvme10/hwmon3/temp1_input", "50000");
	tree_file(tree, "/sys/class/nvme/nvme2/hwmon/hwmon0/temp1_input", "40000");
	tree_file(tree, "/sys/class/nvme/nvme3/state", "live");
	tree_file(tree, "/sys/class/nvme/nvme3/hwmon/hwmon1/temp1_input", "41000");
	facts = read_rivals(tree);
	ck_assert_uint_eq(facts->health.count, 4);
	ck_assert_str_eq(facts->health.at[0].state, "live");
	ck_assert_int_eq(facts->health.at[0].temperature_millicelsius, 36850);
	ck_assert_str_eq(facts->health.at[1].disk, "nvme2");
	ck_assert_ptr_null(facts->health.at[1].state);
	ck_assert_int_eq(facts->health.at[1].temperature_millicelsius, -1);
	ck_assert_int_eq(facts->health.at[2].temperature_millicelsius, 41000);
	ck_assert_str_eq(facts->health.at[3].state, "dead");
	ck_assert_int_eq(facts->health.at[3].temperature_millicelsius, -1);
}
END_TEST

/* The logs as a record keeps them; only of controllers below which data lies. */
START_TEST(health_logs_of_a_record)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
	    {"critical_warning=4 spare=90 threshold=10 used=3 kelvin=310 "
	     "media=18446744073709551615",
	     0},
	    {"critical_warning=4 spare=90 threshold=10 used=3 kelvin=310", -EBADMSG},
	    {"critical_warning=4 spare=90 threshold=10 used=3 media=1 kelvin=310", -EBADMSG},
	    {"critical_warning=70000 spare=90 threshold=10 used=3 kelvin=310 media=1", -EBADMSG},
	    {"critical_warning=x spare=90 threshold=10 used=3 kelvin=310 media=1", -EBADMSG},
	    {"", -EBADMSG},
	    {NULL, -ENOENT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {0};
		const struct nvme_health *health;

		tree_file(tree, "/sys/class/nvme/nvme0/state", "live");
		tree_file(tree, "/sys/class/nvme/nvme1/state", "live");
		tree_file(tree, NVME_DIR "nvme1", rows[0].text);
		if (rows[i].text)
			tree_file(tree, NVME_DIR "nvme0", rows[i].text);
		vec_push(tree->arena, &facts.disks,
			 (struct disk){.name = "nvme0n1",
				       .sysfs = "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1",
				       .is_data = true});
		vec_push(tree->arena, &facts.disks,
			 (struct disk){.name = "nvme1n1",
				       .sysfs = "/sys/devices/pci0000:00/nvme/nvme1/nvme1n1"});
		ck_assert_int_eq(facts_rivals(tree_open(tree), tree->arena, &facts), 0);
		health = facts.health.at;
		ck_assert(health[0].is_data && !health[1].is_data);
		ck_assert_int_eq(health[0].smart_error, rows[i].error);
		ck_assert_int_eq(health[0].smart_known, rows[i].error == 0);
		ck_assert(!health[1].smart_known);
		if (rows[i].error)
			continue;
		ck_assert_uint_eq(health[0].smart.critical_warning, 4);
		ck_assert_uint_eq(health[0].smart.spare_percent, 90);
		ck_assert_uint_eq(health[0].smart.spare_threshold_percent, 10);
		ck_assert_uint_eq(health[0].smart.used_percent, 3);
		ck_assert_uint_eq(health[0].smart.temperature_kelvin, 310);
		ck_assert(health[0].smart.media_errors == UINT64_MAX);
	}
}
END_TEST

RUN_SUITE("rivals", programs_installed_and_running, a_script_counts_with_the_service_that_runs_it,
	  what_the_root_shows, traces_of_a_running_service, systemds_own_record_of_a_running_unit,
	  a_masked_unit_is_no_rival, precedence_of_sysctl_d, the_single_file_counts_without_systemd,
	  keys_with_slashes_are_written_with_dots, limits_of_the_unit_and_its_drop_ins,
	  the_units_of_etc_come_first, no_unit_no_limits, health_of_nvme_controllers,
	  health_logs_of_a_record)
