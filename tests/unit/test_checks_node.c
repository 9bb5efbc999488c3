/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the node: each that passes, fails and does not know, and what it says. */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GIB          (UINT64_C(1) << 30)

/* A profile with this one check. */
static struct scene *checking(const char *id, enum rule rule, const char *operands)
{
	struct scene *scene = scene_new();

	scene_want(scene, "checks", id, rule, operands);
	return scene;
}

START_TEST(memory_for_each_core)
{
	_cleanup_scene_ struct scene *scene =
	    checking("memory-per-core", RULE_AT_LEAST, "2147483648");

	scene_cpus(scene, 4);
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "unknown -");
	scene->facts.host.memory_bytes = 8 * GIB;
	scene_cpus(scene, 0);
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "unknown -");
	scene_cpus(scene, 4);
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "pass 2.0 GiB");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "memory-per-core"), "--broker-cpus"));
	scene_cpus(scene, 5);
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "fail 1.6 GiB");
	/* Programs do not get what is reserved as huge pages. */
	scene->facts.host.memory_bytes = 128 * GIB;
	scene->facts.host.hugetlb_bytes = 120 * GIB;
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "fail 1.6 GiB");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "memory-per-core"), "120.0 GiB"));
	scene->facts.host.hugetlb_problem = "/proc/meminfo is odd";
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "memory-per-core"), "/proc/meminfo is odd");
	/* The broker's own share decides; half of it says nothing, nor does the node's then. */
	scene->request.broker_cpus = 2;
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "memory-per-core"),
			 "only the broker's CPUs are known; pass --broker-memory, too");
	scene->request.broker_cpus = 0;
	scene->request.broker_memory_bytes = 6 * GIB;
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "memory-per-core"),
			 "only the broker's memory is known; pass --broker-cpus, too");
	scene->request.broker_cpus = 2;
	scene->request.broker_memory_bytes = 6 * GIB;
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "pass 3.0 GiB");
	scene->request.broker_cpus = 4;
	ck_assert_str_eq(scene_only_check(scene, "memory-per-core"), "fail 1.5 GiB");
	ck_assert_str_eq(scene_note(scene, "memory-per-core"), "of the broker's share");
}
END_TEST

START_TEST(swap_has_no_direction_of_its_own)
{
	_cleanup_scene_ struct scene *scene = checking("swap", RULE_LEAVE, "");
	int64_t *swap = &scene->facts.host.swap_bytes;

	ck_assert_str_eq(scene_only_check(scene, "swap"), "unknown -");
	*swap = 0;
	ck_assert_str_eq(scene_only_check(scene, "swap"), "pass none");
	*swap = GIB;
	ck_assert_str_eq(scene_only_check(scene, "swap"), "pass 1.0 GiB");
	scene_clear(scene);
	ck_assert_str_eq(scene_only_check(scene, "swap"), "none");
	scene_want(scene, "checks", "swap", RULE_EXACT, "true");
	ck_assert_str_eq(scene_only_check(scene, "swap"), "pass 1.0 GiB");
	*swap = 0;
	ck_assert_str_eq(scene_only_check(scene, "swap"), "fail none");
	scene_clear(scene);
	scene_want(scene, "checks", "swap", RULE_EXACT, "false");
	ck_assert_str_eq(scene_only_check(scene, "swap"), "pass none");
	*swap = GIB;
	ck_assert_str_eq(scene_only_check(scene, "swap"), "fail 1.0 GiB");
	*swap = -1;
	ck_assert_str_eq(scene_only_check(scene, "swap"), "unknown -");
}
END_TEST

START_TEST(kernel_versions)
{
	static const struct {
		const char *release, *wanted, *result;
	} rows[] = {
	    {"6.1.0-31-amd64", "5.10", "pass 6.1.0-31-amd64"},
	    {"5.10.0", "5.10", "pass 5.10.0"},
	    {"5.9.16", "5.10", "fail 5.9.16"},
	    {"5.4.0-150-generic", "5.10", "fail 5.4.0-150-generic"},
	    {"4.18.0-553.el8", "5.10", "fail 4.18.0-553.el8"},
	    {"10.0", "5.10", "pass 10.0"},
	    {"6.1", "6.1", "pass 6.1"},
	    {"6.0.99", "6.1", "fail 6.0.99"},
	    {NULL, "5.10", "unknown -"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene =
		    checking("kernel", RULE_AT_LEAST, rows[i].wanted);

		scene->facts.host.kernel_release = rows[i].release;
		ck_assert_str_eq(scene_only_check(scene, "kernel"), rows[i].result);
	}
}
END_TEST

START_TEST(an_older_kernel_that_passes_gets_advice)
{
	_cleanup_scene_ struct scene *scene = checking("kernel", RULE_AT_LEAST, "5.10");

	scene->facts.host.kernel_release = "5.15.0-100-generic";
	ck_assert_str_eq(scene_only_check(scene, "kernel"), "pass 5.15.0-100-generic");
	ck_assert_str_eq(scene_note(scene, "kernel"), "6.1 or later is advised");
	scene->facts.host.kernel_release = "6.1.0";
	ck_assert_str_eq(scene_only_check(scene, "kernel"), "pass 6.1.0");
	ck_assert_str_eq(scene_note(scene, "kernel"), "");
}
END_TEST

START_TEST(what_the_kernel_answers)
{
	static const struct {
		const char *id;
		size_t offset;
		const char *yes, *no;
	} rows[] = {
	    {"clock-synchronised", offsetof(struct live, clock_synchronised), "pass synchronised",
	     "fail not synchronised"},
	    {"linux-aio", offsetof(struct live, linux_aio), "pass allowed", "fail refused"},
	    {"io-uring", offsetof(struct live, io_uring), "pass allowed", "fail refused"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking(rows[i].id, RULE_EXACT, "true");
		enum tri *answer =
		    (enum tri *)(void *)((char *)&scene->facts.live + rows[i].offset);

		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "unknown -");
		*answer = TRI_YES;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), rows[i].yes);
		ck_assert_str_eq(scene_note(scene, rows[i].id), "");
		*answer = TRI_NO;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), rows[i].no);
		ck_assert_str_ne(scene_note(scene, rows[i].id), "");
	}
}
END_TEST

/* The kernel lets io_setup in, but has nothing left to give. */
START_TEST(linux_aio_with_no_request_left)
{
	_cleanup_scene_ struct scene *scene = checking("linux-aio", RULE_EXACT, "true");

	scene->facts.live.linux_aio = TRI_YES;
	scene->facts.host.aio_max_nr = 65536;
	ck_assert_str_eq(scene_only_check(scene, "linux-aio"), "pass allowed");
	scene->facts.host.aio_nr = 65535;
	ck_assert_str_eq(scene_only_check(scene, "linux-aio"), "pass allowed");
	scene->facts.host.aio_nr = 65536;
	ck_assert_str_eq(scene_only_check(scene, "linux-aio"),
			 "fail allowed, but all requests are in use");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "linux-aio"), "fs.aio-max-nr"));
}
END_TEST

START_TEST(limits_of_the_unit)
{
	static const struct {
		const char *id, *operands, *have, *result;
		enum rule rule;
	} rows[] = {
	    {"nofile", "65536", "infinity", "pass infinity", RULE_AT_LEAST},
	    {"nofile", "65536", "65536", "pass 65536", RULE_AT_LEAST},
	    {"nofile", "65536", "800000", "pass 800000", RULE_AT_LEAST},
	    {"nofile", "65536", "65537", "pass 65537", RULE_AT_LEAST},
	    {"nofile", "65536", "65535", "fail 65535", RULE_AT_LEAST},
	    {"nofile", "65536", "1024:524288", "fail 1024:524288", RULE_AT_LEAST},
	    {"nofile", "65536", "65536:524288", "pass 65536:524288", RULE_AT_LEAST},
	    {"nofile", "65536", NULL, "fail not set", RULE_AT_LEAST},
	    {"memlock", "infinity", "infinity", "pass infinity", RULE_EXACT},
	    {"memlock", "infinity", "8388608", "fail 8388608", RULE_EXACT},
	    {"memlock", "infinity", NULL, "fail not set", RULE_EXACT},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene =
		    checking(rows[i].id, rows[i].rule, rows[i].operands);
		struct limits *limits = &scene->facts.limits;

		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "skipped -");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "not visible"));
		scene->facts.sees_etc = true;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "skipped -");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "no redpanda.service"));
		limits->unit = "/etc/systemd/system/redpanda.service";
		limits->nofile.text = text_equal(rows[i].id, "nofile") ? rows[i].have : "7";
		limits->memlock.text = text_equal(rows[i].id, "memlock") ? rows[i].have : "7";
		limits->nofile.where = limits->memlock.where = limits->unit;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), rows[i].result);
		if (text_starts(rows[i].result, "fail"))
			ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), limits->unit));
	}
}
END_TEST

START_TEST(limits_from_elsewhere)
{
	_cleanup_scene_ struct scene *scene = checking("nofile", RULE_AT_LEAST, "65536");
	struct limits *limits = &scene->facts.limits;

	limits->unit = "/etc/systemd/system/redpanda.service";
	limits->nofile = (struct unit_limit){.text = "100000", .where = "/etc/systemd/system.conf"};
	ck_assert_str_eq(scene_only_check(scene, "nofile"), "pass 100000");
	ck_assert_str_eq(scene_note(scene, "nofile"), "set by /etc/systemd/system.conf");
	limits->nofile = (struct unit_limit){.text = "1024",
					     .where = "/etc/systemd/system.conf",
					     .ignored = "/a.conf:2: LimitNOFILE=1M"};
	ck_assert_str_eq(scene_only_check(scene, "nofile"), "fail 1024");
	ck_assert_str_eq(scene_note(scene, "nofile"),
			 "systemd cannot read /a.conf:2: LimitNOFILE=1M and ignores it: set "
			 "LimitNOFILE=65536 in a drop-in of /etc/systemd/system/redpanda.service");
}
END_TEST

START_TEST(who_cannot_be_seen)
{
	_cleanup_scene_ struct scene *scene = checking("conflicts", RULE_EXACT, "true");
	struct facts *facts = &scene->facts;

	/* Not seeing the node's files and services is not the same as seeing nobody. */
	ck_assert_str_eq(scene_only_check(scene, "conflicts"), "skipped -");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "conflicts"), "/etc is not visible"));
	facts->sees_etc = true;
	ck_assert_str_eq(scene_only_check(scene, "conflicts"), "skipped -");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "conflicts"), "services are not visible"));
	facts->sees_services = true;
	ck_assert_str_eq(scene_only_check(scene, "conflicts"), "pass nobody");
}
END_TEST

/* sysctl.d wins at the next boot; it matters only where it says something else. */
START_TEST(files_that_win_at_the_next_boot)
{
	static const struct {
		enum rule rule;
		const char *operands, *value;
		bool is_rival;
	} rows[] = {
	    {RULE_EXACT, "1", "60", true},
	    {RULE_EXACT, "1", " 1 ", false},
	    {RULE_LEAVE, "", "60", false},
	    {RULE_AUTO, "", "60", false},
	    {RULE_ONE_OF, "bbr|cubic", "cubic", false},
	    {RULE_ONE_OF, "bbr|cubic", "reno", true},
	    {RULE_AT_LEAST, "4096", "128", true},
	    {RULE_AT_LEAST, "4096", "4096", false},
	    {RULE_AT_LEAST, "4096", "10000", false},
	    {RULE_AT_LEAST, "4096", "many", true},
	    {RULE_AT_MOST, "4096", "128", false},
	    {RULE_AT_MOST, "4096", "10000", true},
	    {RULE_EXACT, "1 2 3", "1\t2  3", false},
	    {RULE_EXACT, "1 2 3", "1 2 4", true},
	    /* Element by element, as in the audit. */
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096\t131072\t16777216", false},
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096 262144 33554432", false},
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096 87380 33554432", true},
	    {RULE_AT_LEAST, "4096 131072 16777216", "33554432", true},
	    {RULE_AT_LEAST, "4096 131072 16777216", "", true},
	    {RULE_AT_MOST, "5 5 5", "1 5 4", false},
	    {RULE_AT_MOST, "5 5 5", "1 6 4", true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking("conflicts", RULE_EXACT, "true");
		const char *got;

		scene->facts.sees_etc = scene->facts.sees_services = true;
		scene_want(scene, "sysctl", "a.key", rows[i].rule, rows[i].operands);
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "sysctl.d",
					.where = "/etc/sysctl.d/99-x.conf:12",
					.key = "a.key",
					.value = rows[i].value});
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "sysctl.d",
					.where = "/etc/sysctl.d/99-x.conf:13",
					.key = "another.key",
					.value = "60"});
		got = scene_only_check(scene, "conflicts");
		ck_assert_msg(text_equal(got, rows[i].is_rival ? "fail /etc/sysctl.d/99-x.conf:12"
							       : "pass nobody"),
			      "row %zu: %s", i, got);
		ck_assert(!rows[i].is_rival ||
			  strstr(scene_note(scene, "conflicts"), "a.key") != NULL);
	}
}
END_TEST

/* The formula has an answer here as well: a file that wins with a smaller number is named. */
START_TEST(files_are_compared_with_what_auto_gives)
{
	static const struct {
		const char *key, *value, *result;
	} rows[] = {
	    {"fs.aio-max-nr", "65536", "fail /etc/sysctl.d/99-x.conf:1"},
	    {"fs.aio-max-nr", "1048576", "pass nobody"},
	    {"net.ipv4.tcp_mem", "1 2 3", "fail /etc/sysctl.d/99-x.conf:1"},
	    {"net.ipv4.tcp_mem", "3933 5243 7865", "pass nobody"},
	    /* No formula for it: nothing to compare with. */
	    {"vm.something", "1", "pass nobody"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking("conflicts", RULE_EXACT, "true");

		scene->facts.sees_etc = scene->facts.sees_services = true;
		scene->facts.host.memory_bytes = GIB;
		scene_cpus(scene, 4);
		scene_want(scene, "sysctl", rows[i].key, RULE_AUTO, "");
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "sysctl.d",
					.where = "/etc/sysctl.d/99-x.conf:1",
					.key = rows[i].key,
					.value = rows[i].value});
		ck_assert_str_eq(scene_only_check(scene, "conflicts"), rows[i].result);
	}
}
END_TEST

START_TEST(drives)
{
	_cleanup_scene_ struct scene *scene = checking("nvme-health", RULE_EXACT, "true");
	struct facts *facts = &scene->facts;

	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "skipped -");
	vec_push(scene->arena, &facts->health,
		 (struct nvme_health){.disk = "nvme0", .state = "live"});
	vec_push(scene->arena, &facts->health,
		 (struct nvme_health){.disk = "nvme1", .state = "live"});
	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "pass 2 live");
	facts->health.at[0].state = NULL;
	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "unknown -");
	facts->health.at[0].state = "live";
	facts->health.at[0].is_data = true;
	facts->health.at[0].smart_error = -EACCES;
	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "unknown -");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "nvme-health"), "CAP_SYS_ADMIN"));
	facts->health.at[0].smart_error = -ENOENT;
	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "unknown -");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "nvme-health"), "/dev is not visible"));
	/* What is known to be bad is not hidden behind what is not known. */
	facts->health.at[1].state = "dead";
	ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "fail nvme1 is dead");
}
END_TEST

START_TEST(what_a_drive_says_of_itself)
{
	static const struct {
		struct nvme_smart smart;
		const char *result;
	} rows[] = {
	    {{.spare_percent = 100, .spare_threshold_percent = 10}, "pass 1 live"},
	    {{.spare_percent = 10, .spare_threshold_percent = 10, .used_percent = 99},
	     "pass 1 live"},
	    {{.spare_percent = 9, .spare_threshold_percent = 10},
	     "fail nvme0: spare blocks are running out"},
	    {{.critical_warning = 1, .spare_percent = 9, .spare_threshold_percent = 10},
	     "fail nvme0: spare blocks are running out"},
	    {{.critical_warning = 4}, "fail nvme0: no longer reliable"},
	    {{.critical_warning = 0x1a},
	     "fail nvme0: too hot or too cold, read-only, its power loss protection has failed"},
	    {{.used_percent = 100}, "fail nvme0: worn beyond the life its maker expects"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking("nvme-health", RULE_EXACT, "true");

		vec_push(scene->arena, &scene->facts.health,
			 (struct nvme_health){.disk = "nvme0",
					      .state = "live",
					      .is_data = true,
					      .smart_known = true,
					      .smart = rows[i].smart});
		ck_assert_str_eq(scene_only_check(scene, "nvme-health"), rows[i].result);
		/* The log of a drive that was not asked says nothing. */
		scene->facts.health.at[0].is_data = false;
		scene->facts.health.at[0].smart_known = false;
		ck_assert_str_eq(scene_only_check(scene, "nvme-health"), "pass 1 live");
	}
}
END_TEST

RUN_SUITE("checks_node", memory_for_each_core, swap_has_no_direction_of_its_own, kernel_versions,
	  an_older_kernel_that_passes_gets_advice, what_the_kernel_answers,
	  linux_aio_with_no_request_left, limits_of_the_unit, limits_from_elsewhere,
	  who_cannot_be_seen, files_that_win_at_the_next_boot,
	  files_are_compared_with_what_auto_gives, drives, what_a_drive_says_of_itself)
