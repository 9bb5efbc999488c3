/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in conflict with a plan, and who is not since nothing of his is planned. */
#include "base/text.h"
#include "net_scene.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "tuners/build.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Everything is visible, and nothing is wanted but the check. */
static struct scene *seen_node(void)
{
	struct scene *scene = net_node(4, 1, 1);
	struct facts *facts = &scene->facts;

	facts->sees_etc = facts->sees_services = facts->has_systemd = true;
	scene_want(scene, "checks", "conflicts", RULE_EXACT, "true");
	(void)net_nic(scene, "eth0", 2, 2);
	net_irqs(scene, "eth0", 41, 2);
	vec_push(scene->arena, &facts->disks,
		 (struct disk){.name = "nvme0n1",
			       .sysfs = "/sys/devices/x/nvme0n1",
			       .numa = 0,
			       .rotational = TRI_NO,
			       .is_data = true});
	return scene;
}

/* "sysctl vm.swappiness 1": section, key and value. */
static void want_words(struct scene *scene, const char *words)
{
	names list = text_words(scene->arena, words);

	if (list.count == 3)
		scene_want(scene, list.at[0], list.at[1], RULE_EXACT, list.at[2]);
}

static const struct check *judge(struct scene *scene)
{
	struct err err = {0};

	ck_assert_msg(build_plan(scene->arena, &scene->facts, &scene->profile, &scene->request,
				 &scene->plan, &err) == 0,
		      "%s", err.text);
	return scene_find_check(scene, "conflicts");
}

/* "fail tuned" */
static const char *result(struct scene *scene)
{
	const struct check *check = judge(scene);

	return arena_printf(scene->arena, "%s %s", check->state == CHECK_FAIL ? "fail" : "pass",
			    check->have);
}

START_TEST(programs_and_what_is_planned)
{
	static const struct {
		const char *what, *want;
		bool is_rival;
	} rows[] = {
	    /* Nothing is planned, as by the profile for a developer's machine. */
	    {"tuned", "", false},
	    {"irqbalance", "", false},
	    {"redpanda-tuner", "", false},
	    {"node-tuning-operator", "", false},
	    {"tuned", "sysctl vm.swappiness 1", true},
	    {"saptune", "disk nomerges 2", true},
	    {"node-tuning-operator", "sysctl vm.swappiness 1", true},
	    {"ocp-tuned-one-shot", "sysctl vm.swappiness 1", true},
	    {"redpanda-tuner", "sysctl vm.swappiness 1", true},
	    {"redpanda-tuner", "sysctl vm.other 1", false},
	    {"bpftune", "sysctl vm.swappiness 1", false},
	    {"bpftune", "sysctl net.ipv4.tcp_rmem 1", true},
	    {"cpupower", "sysctl vm.swappiness 1", false},
	    {"numad", "memory transparent-hugepages madvise", true},
	    {"numad", "disk nomerges 2", false},
	    {"google_optimize_local_ssd", "disk nomerges 2", true},
	    {"google_optimize_local_ssd", "sysctl vm.swappiness 1", false},
	    {"tlp", "disk nomerges 2", true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int active = 0; active < 2; active++) {
			_cleanup_scene_ struct scene *scene = seen_node();

			want_words(scene, rows[i].want);
			vec_push(scene->arena, &scene->facts.rivals,
				 (struct rival){.what = rows[i].what, .where = "/x"});
			ck_assert_str_eq(result(scene), "pass nobody");
			scene->facts.rivals.at[0].active = active;
			scene->facts.rivals.at[0].enabled = !active;
			ck_assert_str_eq(result(scene),
					 rows[i].is_rival
					     ? arena_printf(scene->arena, "fail %s", rows[i].what)
					     : "pass nobody");
			ck_assert(!rows[i].is_rival ||
				  strstr(judge(scene)->note,
					 active ? " runs (/x)" : "(/x) starts at boot"));
		}
	}
}
END_TEST

/* A look found none of these files here. */
START_TEST(what_the_node_lacks_is_not_planned)
{
	static const struct {
		const char *want, *path;
		struct rival rival;
	} rows[] = {
	    {"cpu governor performance",
	     "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor",
	     {.what = "cpupower", .where = "x", .active = true}},
	    {"sysctl net.a 1",
	     "/proc/sys/net/a",
	     {.what = "bpftune", .where = "x", .active = true}},
	    {"sysctl net.a 1",
	     "/proc/sys/net/a",
	     {.what = "sysctl.d", .where = "x", .key = "net.a", .value = "2"}},
	    {"sysctl net.a 1",
	     "/proc/sys/net/a",
	     {.what = "udev",
	      .where = "x",
	      .key = "proc/sys/net/a",
	      .value = "2",
	      .match.rotational = TRI_UNKNOWN}},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = seen_node();

		want_words(scene, rows[i].want);
		vec_push(scene->arena, &scene->facts.rivals, rows[i].rival);
		ck_assert_msg(text_starts(result(scene), "fail "), "row %zu: %s", i, result(scene));
		vec_push(scene->arena, &scene->request.absent, "/another");
		ck_assert_msg(text_starts(result(scene), "fail "), "row %zu: %s", i, result(scene));
		vec_push(scene->arena, &scene->request.absent, rows[i].path);
		ck_assert_msg(text_equal(result(scene), "pass nobody"), "row %zu: %s", i,
			      result(scene));
	}
}
END_TEST

START_TEST(irqbalance_whose_bans_are_in_force)
{
	static const struct {
		unsigned bans[2];
		const char *result;
	} rows[] = {
	    {{0, 0}, "fail irqbalance"},
	    {{41, 0}, "fail irqbalance"},
	    {{41, 42}, "pass nobody"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = seen_node();
		struct irqbalance *irqbalance = &scene->facts.irqbalance;

		scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "irqbalance", .where = "/x", .active = true});
		for (size_t j = 0; j < 2; j++)
			vec_push(scene->arena, &irqbalance->in_force, rows[i].bans[j]);
		irqbalance->has_socket = i == 0;
		ck_assert_str_eq(result(scene), rows[i].result);
		if (i < 2)
			ck_assert_int_eq(!strstr(judge(scene)->note, "only its socket was told"),
					 !irqbalance->has_socket);
		/* What the kernel places needs no ban. */
		scene->facts.irqs.at[0].is_managed = scene->facts.irqs.at[1].is_managed = true;
		ck_assert_str_eq(result(scene), "pass nobody");
	}
}
END_TEST

/* Its bans may be all that is planned. */
START_TEST(irqbalance_whose_bans_cannot_be_read)
{
	_cleanup_scene_ struct scene *scene = seen_node();

	vec_push(scene->arena, &scene->facts.rivals,
		 (struct rival){.what = "irqbalance", .where = "/x", .active = true});
	scene->facts.irqbalance.gap = "/etc/default/irqbalance: Permission denied";
	ck_assert_str_eq(result(scene), "pass nobody");
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	ck_assert_int_eq(judge(scene)->state, CHECK_UNKNOWN);
	ck_assert_str_eq(judge(scene)->note, "/etc/default/irqbalance: Permission denied");
	/* Somebody else is known. */
	vec_push(scene->arena, &scene->facts.rivals,
		 (struct rival){.what = "tuned", .where = "/x", .active = true});
	ck_assert_str_eq(result(scene), "fail tuned");
}
END_TEST

/* Patterns of sysctl.d, and the assignment that wins. */
START_TEST(patterns_of_sysctl_d)
{
	static const struct {
		const char *files[3][2]; /* key and value, in their order */
		const char *exempt;
		const char *result;
	} rows[] = {
	    {{{"*.aio-max-nr", "65536"}}, NULL, "fail file 0"},
	    {{{"fs.*", "65536"}}, NULL, "fail file 0"},
	    {{{"*.aio-max-nr", "2000000"}}, NULL, "pass nobody"},
	    /* A star ends at a dot. */
	    {{{"*", "65536"}}, NULL, "pass nobody"},
	    {{{"*aio-max-nr", "65536"}}, NULL, "pass nobody"},
	    {{{"fs.aio-max-nr.*", "65536"}}, NULL, "pass nobody"},
	    /* The last pattern, unless the key itself is there. */
	    {{{"*.aio-max-nr", "65536"}, {"fs.aio-*", "2000000"}}, NULL, "pass nobody"},
	    {{{"*.aio-max-nr", "2000000"}, {"fs.aio-*", "65536"}}, NULL, "fail file 1"},
	    {{{"fs.aio-max-nr", "2000000"}, {"fs.aio-*", "65536"}}, NULL, "pass nobody"},
	    {{{"fs.aio-max-nr", "65536"}, {"fs.aio-*", "2000000"}}, NULL, "fail file 0"},
	    {{{"*.aio-max-nr", "65536"}}, "fs.aio-max-nr", "pass nobody"},
	    {{{"fs.aio-max-nr", "65536"}}, "fs.aio-max-nr", "fail file 0"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = seen_node();

		scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AT_LEAST, "1048576");
		for (size_t j = 0; j < 3 && rows[i].files[j][0]; j++)
			vec_push(scene->arena, &scene->facts.rivals,
				 (struct rival){
				     .what = "sysctl.d",
				     .where = arena_printf(scene->arena, "file %zu", j),
				     .key = rows[i].files[j][0],
				     .value = rows[i].files[j][1],
				 });
		if (rows[i].exempt)
			vec_push(scene->arena, &scene->facts.sysctl_exempt, rows[i].exempt);
		ck_assert_msg(text_equal(result(scene), rows[i].result), "row %zu: %s", i,
			      result(scene));
	}
}
END_TEST

/* One line is one cause, however many keys it sets. */
START_TEST(a_pattern_is_told_once)
{
	_cleanup_scene_ struct scene *scene = seen_node();

	scene_want(scene, "sysctl", "net.ipv4.tcp_rmem", RULE_EXACT, "1 2 3");
	scene_want(scene, "sysctl", "net.ipv4.tcp_wmem", RULE_EXACT, "1 2 3");
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	vec_push(scene->arena, &scene->facts.rivals,
		 (struct rival){.what = "sysctl.d",
				.where = "/etc/sysctl.d/9.conf:1",
				.key = "net.ipv4.tcp_*mem",
				.value = "4 5 6"});
	vec_push(scene->arena, &scene->facts.rivals,
		 (struct rival){.what = "sysctl.d",
				.where = "/etc/sysctl.d/9.conf:2",
				.key = "vm.swappiness",
				.value = "60"});
	ck_assert_str_eq(result(scene), "fail /etc/sysctl.d/9.conf:1, /etc/sysctl.d/9.conf:2");
	ck_assert_str_eq(judge(scene)->note,
			 "/etc/sysctl.d/9.conf:1 sets net.ipv4.tcp_*mem = 4 5 6 again at the next "
			 "boot, and with it net.ipv4.tcp_rmem, net.ipv4.tcp_wmem; "
			 "/etc/sysctl.d/9.conf:2 sets vm.swappiness = 60 again at the next boot");
}
END_TEST

/* What the kernel's command line sets is set before any file is read. */
START_TEST(boot_parameters)
{
	static const struct {
		const char *file[2]; /* key and value */
		const char *exempt, *result;
	} rows[] = {
	    {{NULL}, NULL, "fail boot 1"},
	    {{"fs.aio-max-nr", "2000000"}, NULL, "pass nobody"},
	    {{"fs.*[!x]", "2000000"}, NULL, "pass nobody"},
	    {{"fs.*[x]", "2000000"}, NULL, "fail boot 1"},
	    {{"fs.*", "2000000"}, "fs.aio-max-nr", "fail boot 1"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = seen_node();

		scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AT_LEAST, "1048576");
		for (size_t j = 0; j < 2; j++)
			vec_push(scene->arena, &scene->facts.rivals,
				 (struct rival){
				     .what = RIVAL_BOOT,
				     .where = arena_printf(scene->arena, "boot %zu", j),
				     .key = "fs.aio-max-nr",
				     .value = j ? "65536" : "2000000",
				 });
		if (rows[i].file[0])
			vec_push(scene->arena, &scene->facts.rivals,
				 (struct rival){
				     .what = "sysctl.d",
				     .where = "file",
				     .key = rows[i].file[0],
				     .value = rows[i].file[1],
				 });
		if (rows[i].exempt)
			vec_push(scene->arena, &scene->facts.sysctl_exempt, rows[i].exempt);
		ck_assert_msg(text_equal(result(scene), rows[i].result), "row %zu: %s", i,
			      result(scene));
	}
}
END_TEST

/* Keys that other tuners set; keys that redpanda.yaml switches off. */
START_TEST(files_count_only_for_what_is_planned)
{
	_cleanup_scene_ struct scene *scene = seen_node();
	struct redpanda_config config = {0};

	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	scene_want(scene, "irq", "numa-balancing", RULE_AUTO, "");
	vec_push(
	    scene->arena, &scene->facts.rivals,
	    (struct rival){
		.what = "sysctl.d", .where = "file", .key = "kernel.numa_balancing", .value = "1"});
	ck_assert_str_eq(result(scene), "fail file");
	scene->facts.rivals.at[0].key = "vm.swappiness";
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "10");
	ck_assert_str_eq(result(scene), "fail file");
	/* /run is empty at boot. */
	ck_assert_str_eq(judge(scene)->note, "file sets vm.swappiness = 1 again at the next boot");
	scene->facts.rivals.at[0].where = "/run/sysctl.d/a.conf:1";
	ck_assert_str_eq(judge(scene)->note, "/run/sysctl.d/a.conf:1 sets vm.swappiness = 1 again "
					     "when the sysctls are loaded anew");
	vec_push(scene->arena, &config.off, (struct redpanda_key){"tune_swappiness", 3});
	scene->request.redpanda = &config;
	ck_assert_str_eq(result(scene), "pass nobody");
}
END_TEST

START_TEST(rules_of_udev)
{
	static const struct {
		const char *key, *value, *names, *others;
		enum tri rotational;
		bool is_rival;
	} rows[] = {
	    {"queue/scheduler", "bfq", NULL, NULL, TRI_UNKNOWN, true},
	    {"queue/scheduler", "none", NULL, NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "noop", NULL, NULL, TRI_UNKNOWN, false},
	    {"queue/nr_requests", "32", NULL, NULL, TRI_UNKNOWN, false},
	    {"scheduler", "bfq", NULL, NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", "sd*", NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", "sd*|nvme*", NULL, TRI_UNKNOWN, true},
	    {"queue/scheduler", "bfq", "nvme[0-9]n[!2-9]", NULL, TRI_UNKNOWN, true},
	    {"queue/scheduler", "bfq", "nvme[!0-9]n1", NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", "nvme?n", NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", "*n1", "nvme*", TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", NULL, "sd*", TRI_UNKNOWN, true},
	    {"queue/scheduler", "bfq", "nvme[", NULL, TRI_UNKNOWN, false},
	    {"queue/scheduler", "bfq", NULL, NULL, TRI_YES, false},
	    {"queue/scheduler", "bfq", NULL, NULL, TRI_NO, true},
	    {"proc/sys/vm/swappiness", "60", NULL, NULL, TRI_UNKNOWN, true},
	    {"proc/sys/vm/swappiness", "1", NULL, NULL, TRI_UNKNOWN, false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = seen_node();
		struct rival rule = {.what = "udev",
				     .where = "/r:1",
				     .key = rows[i].key,
				     .value = rows[i].value,
				     .match.rotational = rows[i].rotational};

		scene_want(scene, "disk", "scheduler", RULE_FIRST_OF, "none|noop");
		scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
		if (rows[i].names)
			vec_push(scene->arena, &rule.match.names, rows[i].names);
		if (rows[i].others)
			vec_push(scene->arena, &rule.match.others, rows[i].others);
		vec_push(scene->arena, &scene->facts.rivals, rule);
		ck_assert_msg(
		    text_equal(result(scene), rows[i].is_rival ? "fail /r:1" : "pass nobody"),
		    "row %zu: %s", i, result(scene));
	}
}
END_TEST

/* rpk in a container of the chart. On a node of its own redpanda-tuner.service is the one to name.
 */
START_TEST(the_charts_own_container)
{
	_cleanup_scene_ struct scene *scene = seen_node();
	struct redpanda_config config = {0};

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	vec_push(scene->arena, &config.on, (struct redpanda_key){"tune_swappiness", 3});
	scene->request.redpanda = &config;
	ck_assert_str_eq(result(scene), "pass nobody");
	scene->facts.live.container = "kubernetes";
	scene->request.netns = NETNS_BROKER;
	ck_assert_str_eq(result(scene), "fail the chart's tuning");
	ck_assert_ptr_nonnull(strstr(judge(scene)->note,
				     "redpanda.yaml:3 says rpk.tune_swappiness: true, so a "
				     "container of the chart"));
	config.on.at[0].key = "tune_cpu";
	ck_assert_str_eq(result(scene), "pass nobody");
}
END_TEST

/* Nobody writes it, so nobody is in the way; after its day thintune does. */
START_TEST(what_is_waived_is_nobodys_matter)
{
	_cleanup_scene_ struct scene *scene = seen_node();

	scene->request.today = 100;
	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	vec_push(scene->arena, &scene->facts.rivals,
		 ((struct rival){.what = "tuned", .where = "/x", .active = true}));
	ck_assert_str_eq(result(scene), "fail tuned");
	vec_push(scene->arena, &scene->profile.waivers,
		 ((struct waiver){.what = "sysctl vm.*",
				  .scope = "sysctl",
				  .glob = "vm.*",
				  .owner = "o",
				  .reason = "r",
				  .until = "1970-04-11",
				  .last_day = 100}));
	ck_assert_str_eq(result(scene), "pass nobody");
	scene->request.today = 101;
	ck_assert_str_eq(result(scene), "fail tuned");
}
END_TEST

RUN_SUITE("conflicts", programs_and_what_is_planned, what_the_node_lacks_is_not_planned,
	  irqbalance_whose_bans_are_in_force, irqbalance_whose_bans_cannot_be_read,
	  patterns_of_sysctl_d, a_pattern_is_told_once, boot_parameters,
	  files_count_only_for_what_is_planned, rules_of_udev, the_charts_own_container,
	  what_is_waived_is_nobodys_matter)
