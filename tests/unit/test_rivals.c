/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/unit.h"
#include "run_suite.h"
#include "sys/root_impl.h"
#include "tree.h"

static const struct facts *read_rivals(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_rivals(tree_open(tree), tree->arena, facts);
	facts_sysctl_d(tree->root, tree->arena, facts);
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
			str_printf(&out, " %s=%s", rival->key, text_or(rival->value, "-"));
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
		facts_systemd(tree_open(tree), tree->arena, &facts);
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

START_TEST(units_enabled_below_usr_lib)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/lib/systemd/system/irqbalance.service", "[Service]");
	tree_link(tree, "/usr/lib/systemd/system/multi-user.target.wants/irqbalance.service",
		  "../irqbalance.service");
	tree_file(tree, "/usr/lib/systemd/system/tuned.service", "[Service]");
	tree_link(tree, "/run/systemd/generator/x.target.requires/tuned.service",
		  "/usr/lib/systemd/system/tuned.service");
	tree_file(tree, "/usr/lib/systemd/system/tlp.service", "[Service]");
	tree_link(tree, "/usr/lib/systemd/system/.x.wants/tlp.service", "../tlp.service");
	ck_assert_str_eq(picture(tree),
			 "irqbalance /usr/lib/systemd/system/irqbalance.service enabled\n"
			 "tlp /usr/lib/systemd/system/tlp.service installed\n"
			 "tuned /usr/lib/systemd/system/tuned.service enabled\n");
	tree_link(tree, "/etc/systemd/system/multi-user.target.wants/irqbalance.service",
		  "/dev/null");
	tree_link(tree, "/etc/systemd/system/tuned.service", "/dev/null");
	ck_assert_str_eq(picture(tree),
			 "irqbalance /usr/lib/systemd/system/irqbalance.service installed\n"
			 "tlp /usr/lib/systemd/system/tlp.service installed\n");
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
	tree_file(tree, "/etc/sysctl.d/.99-hidden.conf", "vm.swappiness=88");
	tree_file(tree, "/etc/sysctl.d/.50-default.conf", "vm.swappiness=88");
	tree_link(tree, "/etc/sysctl.d/90-null.conf", "/dev/null");
	tree_file(tree, "/usr/lib/sysctl.d/90-null.conf", "vm.swappiness=90");
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

START_TEST(the_same_pattern_again)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/sysctl.d/1.conf",
		  "net.ipv4.conf.*.rp_filter=2\nnet.ipv4.conf.e*.rp_filter=1\n"
		  "- vm.x = 1\n-vm.y=\nno assignment");
	/* The same again does not move a pattern behind the other. */
	tree_file(tree, "/etc/sysctl.d/2.conf", "net.ipv4.conf.*.rp_filter=2");
	ck_assert_str_eq(picture(tree),
			 "sysctl.d /etc/sysctl.d/1.conf:1 installed net.ipv4.conf.*.rp_filter=2\n"
			 "sysctl.d /etc/sysctl.d/1.conf:2 installed net.ipv4.conf.e*.rp_filter=1\n"
			 "sysctl.d /etc/sysctl.d/1.conf:3 installed vm.x=1\n"
			 "sysctl.d /etc/sysctl.d/1.conf:4 installed vm.y=\n");
}
END_TEST

START_TEST(boot_parameters_come_first)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct str out = str_new(tree->arena);

	tree_file(tree, "/etc/sysctl.d/1.conf", "vm.swappiness=1");
	facts->host.cmdline = "BOOT_IMAGE=/vmlinuz sysctl.vm.swappiness=60 sysctl.vm.x= sysctl.y "
			      "sysctl/net/ipv4.tcp_mem=\"1 2 3\" \"sysctl.vm.z=4 5\" sysctlx.a=1 "
			      "asysctl.b=1 -- sysctl.vm.dirty_ratio=1";
	facts_sysctl_d(tree_open(tree), tree->arena, facts);
	vec_for_each (rival, &facts->rivals)
		str_printf(&out, "%s %s %s=%s|", rival->what, rival->where, rival->key,
			   rival->value);
	ck_assert_str_eq(out.text, "boot parameter /proc/cmdline vm.swappiness=60|"
				   "boot parameter /proc/cmdline net.ipv4.tcp_mem=1 2 3|"
				   "boot parameter /proc/cmdline vm.z=4 5|"
				   "sysctl.d /etc/sysctl.d/1.conf:1 vm.swappiness=1|");
}
END_TEST

/* Each of them is seen while it works, or is started at boot. */
START_TEST(other_tuners_of_a_node)
{
	static const struct {
		const char *path, *picture;
	} rows[] = {
	    {"/run/ocp-tuned/tuned.pid", "node-tuning-operator /run/ocp-tuned active\n"},
	    {"/sys/fs/cgroup/system.slice/bpftune.service/cgroup.procs",
	     "bpftune /sys/fs/cgroup/system.slice/bpftune.service active\n"},
	    {"/run/numad.pid", "numad /run/numad.pid active\n"},
	    {"/usr/lib/systemd/system/cpupower.service",
	     "cpupower /usr/lib/systemd/system/cpupower.service installed\n"},
	    {"/etc/systemd/system/ocp-tuned-one-shot.service",
	     "ocp-tuned-one-shot /etc/systemd/system/ocp-tuned-one-shot.service installed\n"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, rows[i].path, "1");
		ck_assert_str_eq(picture(tree), rows[i].picture);
	}
}
END_TEST

/* "-key" exempts a key from patterns, and takes back what was assigned to it before. */
START_TEST(exempt_keys)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, "/etc/sysctl.d/1.conf",
		  "a.b=1\nc.d=2\n*.b=3\n - a/b \n-c.d\nc.d = 4\nplain\n");
	facts = read_rivals(tree);
	ck_assert_str_eq(text_join(tree->arena, &facts->sysctl_exempt, " "), "a.b c.d");
	ck_assert_str_eq(picture(tree), "sysctl.d /etc/sysctl.d/1.conf:3 installed *.b=3\n"
					"sysctl.d /etc/sysctl.d/1.conf:6 installed c.d=4\n");
}
END_TEST

/* Whether it runs, or is started at boot, is not known then. */
START_TEST(traces_that_cannot_be_read)
{
	static const char *const unread[] = {
	    "/run/systemd/units/invocation:tuned.service",
	    "/sys/fs/cgroup/system.slice/tuned.service",
	    "/etc/systemd/system/multi-user.target.wants/tuned.service",
	};

	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct facts *facts;

		tree_file(tree, "/usr/lib/systemd/system/tuned.service", "[Service]");
		tree_link(tree, "/etc/systemd/system/multi-user.target.wants/tuned.service", "/x");
		tree_file(tree, "/.thintune/errors",
			  arena_printf(tree->arena, "EACCES %s", unread[i]));
		facts = read_rivals(tree);
		ck_assert_uint_eq(facts->rival_gaps.count, 1);
		ck_assert_str_eq(facts->rival_gaps.at[0],
				 arena_printf(tree->arena, "%s: Permission denied", unread[i]));
	}
}
END_TEST

/* What a listing would tell is asked one by one then. */
START_TEST(a_directory_of_units_that_cannot_be_listed)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/lib/systemd/system/tuned.service", "[Service]");
	tree_file(tree, "/.thintune/errors", "EACCES /usr/lib/systemd/system");
	ck_assert_str_eq(picture(tree), "tuned /usr/lib/systemd/system/tuned.service installed\n");
}
END_TEST

/* On a node itself nothing is looked for in what is not there, and in /lib only where that is not
 * /usr/lib. */
START_TEST(a_live_node_shows_the_same)
{
	for (int is_merged = 0; is_merged < 2; is_merged++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {0};

		tree_dir(tree, "/usr/lib/systemd/system");
		if (is_merged)
			tree_link(tree, "/lib", "usr/lib");
		tree_file(tree, "/lib/systemd/system/tuned.service", "[Service]");
		tree_file(tree, "/sys/fs/cgroup/unified/system.slice/numad.service/x", "1");
		tree_open(tree)->is_live = true;
		facts_rivals(tree->root, tree->arena, &facts);
		ck_assert_uint_eq(facts.rivals.count, 2);
		ck_assert_str_eq(facts.rivals.at[0].where,
				 "/sys/fs/cgroup/unified/system.slice/numad.service");
		ck_assert_str_eq(facts.rivals.at[1].where,
				 is_merged ? "/usr/lib/systemd/system/tuned.service"
					   : "/lib/systemd/system/tuned.service");
		ck_assert(unit_dir_repeats(tree->root, "/lib/x") == is_merged);
		ck_assert(root_may_exist(tree->root, "/usr/lib/systemd/system"));
		ck_assert(!root_may_exist(tree->root, "/usr/lib/systemd/user"));
		/* A record holds what is looked for one by one. */
		root_record_start(tree->root, tree->arena);
		ck_assert(!unit_dir_repeats(tree->root, "/lib/x"));
		ck_assert(root_may_exist(tree->root, "/usr/lib/systemd/user"));
	}
}
END_TEST

/* The old single file is not read by systemd. */
START_TEST(systemd_runs_also_where_its_directory_is_closed)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/sysctl.conf", "a.b=1");
	tree_file(tree, "/.thintune/errors", "EACCES /run/systemd/system");
	ck_assert_uint_eq(read_rivals(tree)->rivals.count, 0);
}
END_TEST

RUN_SUITE("rivals", a_directory_of_units_that_cannot_be_listed, a_live_node_shows_the_same,
	  traces_that_cannot_be_read, systemd_runs_also_where_its_directory_is_closed,
	  other_tuners_of_a_node, exempt_keys, programs_installed_and_running,
	  a_script_counts_with_the_service_that_runs_it, what_the_root_shows,
	  traces_of_a_running_service, systemds_own_record_of_a_running_unit,
	  a_masked_unit_is_no_rival, units_enabled_below_usr_lib, precedence_of_sysctl_d,
	  the_single_file_counts_without_systemd, keys_with_slashes_are_written_with_dots,
	  the_same_pattern_again, boot_parameters_come_first)
