/* SPDX-License-Identifier: Apache-2.0 */
/* Tuners are pure functions: facts and profile in, settings out. */
#include <inttypes.h>

#include "base/text.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "scene.h"

#define MIB(count)   (UINT64_C(count) << 20)
#define GIB(count)   (UINT64_C(count) << 30)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

START_TEST(every_row_of_the_table_is_complete)
{
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];
		const char *const texts[] = {tuner->summary, tuner->why,    tuner->trade_off,
					     tuner->undo,    tuner->advice, tuner->peers};

		/* The first of that name: names are unique. */
		ck_assert_ptr_eq(tuner_find(tuner->name), tuner);
		ck_assert_ptr_nonnull(tuner->plan);
		for (size_t j = 0; j < COUNT(texts); j++)
			ck_assert_msg(texts[j] && *texts[j], "%s lacks text %zu", tuner->name, j);
		ck_assert(text_starts(tuner->advice, "https://"));
	}
	ck_assert_ptr_null(tuner_find("coredump"));
	ck_assert_ptr_null(tuner_find(""));
}
END_TEST

START_TEST(a_profile_that_wants_nothing_gets_nothing)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_cpus(scene, 4);
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "sda", .sysfs = "/sys/block/sda", .is_data = true});
	for (int leave = 0; leave < 2; leave++) {
		for (size_t i = 0; i < tuner_count; i++) {
			scene_run(scene, tuner_table[i].plan);
			ck_assert_str_eq(scene_settings(scene), "");
		}
		scene_want(scene, "sysctl", "vm.swappiness", RULE_LEAVE, "");
		scene_want(scene, "cpu", "governor", RULE_LEAVE, "");
		scene_want(scene, "cpu", "max-cstate-latency", RULE_LEAVE, "");
		scene_want(scene, "cpu", "clocksource", RULE_LEAVE, "");
		scene_want(scene, "memory", "transparent-hugepages", RULE_LEAVE, "");
		scene_want(scene, "disk", "scheduler", RULE_LEAVE, "");
		scene_want(scene, "storage", "fstrim", RULE_LEAVE, "");
		scene_want(scene, "storage", "ballast", RULE_LEAVE, "");
		scene_want(scene, "irq", "placement", RULE_LEAVE, "");
	}
}
END_TEST

/* sysctl ------------------------------------------------------------------------------------- */

START_TEST(aio_events_follow_cpus_and_what_others_use)
{
	static const struct {
		unsigned cpus, shards;
		enum tri running;
		int64_t aio_nr;
		const char *wanted;
	} rows[] = {
	    {1, 0, TRI_NO, 0, "1048576"},
	    {95, 0, TRI_NO, 0, "1048576"},
	    {96, 0, TRI_NO, 0, "1058496"},
	    {1024, 0, TRI_NO, 0, "11290624"},
	    {1024, 0, TRI_NO, 1, "11290625"},
	    {64, 0, TRI_NO, 500000, "1205664"},
	    {95, 0, TRI_NO, 1106, "1048576"},
	    {95, 0, TRI_NO, 1107, "1048577"},
	    /* A running broker's own share is not counted twice. */
	    {64, 64, TRI_YES, 705664, "1048576"},
	    {96, 96, TRI_YES, 1058496, "1058496"},
	    {96, 96, TRI_YES, 1059496, "1059496"},
	    {96, 4, TRI_YES, 1058496, "2072888"},
	    /* A broker that uses less than its share takes nothing from others. */
	    {96, 96, TRI_YES, 1000, "1058496"},
	    /* Where it is not known whether one runs, all that is in use is that of others. */
	    {96, 0, TRI_UNKNOWN, 0, "1058496"},
	    {96, 0, TRI_UNKNOWN, 1058496, "2116992"},
	    {16, 0, TRI_UNKNOWN, 180224, "1048576"},
	    {96, 0, TRI_NO, -1, "1058496"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		struct profile_entry *entry =
		    scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AT_LEAST, "");

		entry->value.auto_operand = true;
		entry->value.severity = SEVERITY_REQUIRED;
		scene_cpus(scene, rows[i].cpus);
		scene->facts.live.broker_running = rows[i].running;
		scene->facts.live.broker_shards = rows[i].shards;
		scene->facts.host.aio_nr = rows[i].aio_nr;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena, "fs.aio-max-nr numbers at-least %s\n",
					      rows[i].wanted));
		ck_assert_int_eq(scene_setting(scene, "fs.aio-max-nr")->wish->severity,
				 SEVERITY_REQUIRED);
	}
}
END_TEST

/* What redpanda.yaml says of shards and of their requests. */
START_TEST(aio_events_of_how_many_cpus_is_unknown)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene->facts.topology.problem = "there is none";
	scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AUTO, "");
	scene_run(scene, tune_sysctl);
	ck_assert_int_eq(scene_setting(scene, "fs.aio-max-nr")->state, STATE_UNSUPPORTED);
	ck_assert_str_eq(scene_setting(scene, "fs.aio-max-nr")->note,
			 "unknown: it is not known how many CPUs are online; pass --broker-cpus");
	scene->request.broker_cpus = 96;
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene), "fs.aio-max-nr numbers at-least 1058496\n");
}
END_TEST

START_TEST(aio_events_follow_the_flags_of_the_broker)
{
	static const struct {
		const char *rpk;
		unsigned broker_cpus, running_shards;
		int64_t aio_nr;
		const char *wanted;
	} rows[] = {
	    {"{additional_start_flags: [--max-networking-io-control-blocks=50000]}", 0, 0, 0,
	     "3265664"},
	    {"{additional_start_flags: [--max-networking-io-control-blocks, 50000]}", 0, 0, 7,
	     "3265671"},
	    {"{additional_start_flags: '--max-networking-io-control-blocks \"50000\"'}", 0, 0, 0,
	     "3265664"},
	    {"{additional_start_flags: ['-c', '32', --max-networking-io-control-blocks=50000]}", 0,
	     0, 0, "1632832"},
	    {"{smp: 32, additional_start_flags: [--max-networking-io-control-blocks=50000]}", 0, 0,
	     0, "1632832"},
	    {"{additional_start_flags: ['--cpuset=0-31 --max-networking-io-control-blocks=50000']}",
	     0, 0, 0, "1632832"},
	    {"{additional_start_flags: [--max-networking-io-control-blocks=50000]}", 32, 0, 0,
	     "1632832"},
	    {"{additional_start_flags: [--reserve-io-control-blocks=1000000]}", 0, 0, 0, "1705664"},
	    /* The broker that runs holds as many for each shard. */
	    {"{additional_start_flags: [--max-networking-io-control-blocks=50000]}", 0, 64, 3265700,
	     "3265700"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		char *text = arena_printf(scene->arena, "rpk: %s\n", rows[i].rpk);
		struct redpanda_config config;
		struct err err = {0};

		ck_assert_int_eq(
		    redpanda_parse(scene->arena, "/r", text, strlen(text), &config, &err), 0);
		scene->request.redpanda = &config;
		scene->request.broker_cpus = rows[i].broker_cpus;
		scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AUTO, "");
		scene_cpus(scene, 64);
		scene->facts.live.broker_running = TRI_NO;
		scene->facts.live.broker_shards = rows[i].running_shards;
		scene->facts.host.aio_nr = rows[i].aio_nr;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena, "fs.aio-max-nr numbers at-least %s\n",
					      rows[i].wanted));
	}
}
END_TEST

/* A default in place of what is written there would be a guess. */
START_TEST(what_cannot_be_read_makes_no_number)
{
	static const struct {
		const char *key, *rpk, *note;
	} rows[] = {
	    {"fs.aio-max-nr", "additional_start_flags: [--max-networking-io-control-blocks=50k]",
	     "unknown: redpanda.yaml:2 says --max-networking-io-control-blocks 50k, which is not a "
	     "number of requests"},
	    {"fs.aio-max-nr", "additional_start_flags: [--max-networking-io-control-blocks=-5]",
	     "--max-networking-io-control-blocks -5, which is not a number of requests"},
	    {"fs.aio-max-nr", "additional_start_flags: [--max-networking-io-control-blocks=]",
	     "--max-networking-io-control-blocks, which is not a number of requests"},
	    {"fs.aio-max-nr",
	     "additional_start_flags: [--max-networking-io-control-blocks, 4294967296]",
	     "4294967296, which is not a number of requests"},
	    {"fs.aio-max-nr", "additional_start_flags: [--reserve-io-control-blocks=1e6]",
	     "--reserve-io-control-blocks 1e6, which is not a number of requests"},
	    {"fs.aio-max-nr", "additional_start_flags: [--smp=-5]",
	     "--smp -5, which is not a number of shards"},
	    {"fs.aio-max-nr", "additional_start_flags: [-c]",
	     "--smp, which is not a number of shards"},
	    {"fs.aio-max-nr", "smp: many", "rpk.smp: many, which is not a number of shards"},
	    {"fs.aio-max-nr", "additional_start_flags: [--cpuset=a-b]",
	     "--cpuset a-b, which is not a list of CPUs"},
	    {"net.ipv4.tcp_mem", "additional_start_flags: [--memory=much]",
	     "unknown: redpanda.yaml:2 says --memory much, which is not a size"},
	    {"net.ipv4.tcp_mem", "additional_start_flags: [--memory=99999999999999999T]",
	     "which is not a size"},
	    {"net.ipv4.tcp_mem", "additional_start_flags: [-m, --reserve-memory=1G]",
	     "--memory, which is not a size"},
	    {"net.ipv4.tcp_mem", "additional_start_flags: [--reserve-memory=-5]",
	     "--reserve-memory -5, which is not a size"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		char *text = arena_printf(scene->arena, "rpk:\n  %s\n", rows[i].rpk);
		struct redpanda_config config;
		struct err err = {0};
		const struct setting *setting;

		ck_assert_int_eq(
		    redpanda_parse(scene->arena, "/r", text, strlen(text), &config, &err), 0);
		scene->request.redpanda = &config;
		scene_want(scene, "sysctl", rows[i].key, RULE_AUTO, "");
		scene_cpus(scene, 4);
		scene->facts.host.memory_bytes = UINT64_C(64) << 30;
		scene_run(scene, tune_sysctl);
		setting = scene_setting(scene, rows[i].key);
		ck_assert_int_eq(setting->state, STATE_UNSUPPORTED);
		ck_assert_uint_eq(setting->wish->operands.count, 0);
		ck_assert_msg(setting->note && strstr(setting->note, rows[i].note), "row %zu: %s",
			      i, setting->note);
	}
}
END_TEST

START_TEST(the_sum_of_aio_events_is_printed)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct redpanda_config config = {0};
	start_items items = {0};
	struct profile_entry *entry = scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AUTO, "");
	const char *why;

	vec_push(scene->arena, &items,
		 (struct start_item){.text = "--max-networking-io-control-blocks=50000 "
					     "--reserve-io-control-blocks 9",
				     .line = 7});
	start_flags_add(scene->arena, &config.flags, &items);
	entry->value.why = "because";
	scene_cpus(scene, 96);
	scene->facts.host.aio_nr = 500;
	scene->facts.live.broker_running = TRI_NO;
	scene->request.redpanda = &config;
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene), "fs.aio-max-nr numbers at-least 4899005\n");
	why = scene->plan.settings.at[0].wish->why;
	ck_assert_str_eq(why, "because (the larger of 1048576 and what others use + 96 shards x "
			      "51026 + 9 in reserve; redpanda.yaml:7 says "
			      "--max-networking-io-control-blocks 50000)");
	ck_assert_str_eq(scene->plan.settings.at[0].wish->measured,
			 "500 (others use them now) + 4898505 = 4899005");
	/* What varies by itself is not in the reason. */
	scene->facts.host.aio_nr = 700;
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene->plan.settings.at[0].wish->why, why);
}
END_TEST

START_TEST(auto_keeps_the_bound_it_was_asked_for)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct profile_entry *entry =
	    scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AT_MOST, "");

	entry->value.auto_operand = true;
	scene_cpus(scene, 4);
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene), "fs.aio-max-nr numbers at-most 1048576\n");
}
END_TEST

/* The first row: what perftune computes on a node of that size. */
START_TEST(tcp_memory_is_three_percent)
{
	static const struct {
		uint64_t kib, page;
		const char *wanted;
	} rows[] = {
	    {24684100, 4096, "92566 123421 185131"},
	    {24684100, 0, "92566 123421 185131"},
	    {24684100, 65536, "5786 7714 11571"},
	    {1024 * 1024, 4096, "3933 5243 7865"},
	    /* The kernel takes no less for itself. */
	    {1000, 4096, "96 128 192"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
		scene->facts.host.memory_bytes = rows[i].kib * 1024;
		scene->facts.live.page_bytes = rows[i].page;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(
		    scene_settings(scene),
		    arena_printf(scene->arena, "net.ipv4.tcp_mem text exact %s\n", rows[i].wanted));
	}
}
END_TEST

/* Pages of 4096 bytes on a node of 64 GiB. */
START_TEST(tcp_memory_follows_what_the_broker_leaves)
{
	static const struct {
		uint64_t broker_gib;
		const char *rpk, *wanted;
	} rows[] = {
	    {0, "{}", "exact 251659 335545 503317"},
	    {8, "{}", "at-most 3670016 4893355 7340032"},
	    {62, "{}", "at-most 131072 174763 262144"},
	    /* The option knows better than the file. */
	    {62, "{additional_start_flags: [--memory=8G]}", "at-most 131072 174763 262144"},
	    {0, "{additional_start_flags: [--memory=8G]}", "at-most 3670016 4893355 7340032"},
	    {0, "{additional_start_flags: [--memory 8GiB]}", "at-most 3670016 4893355 7340032"},
	    {0, "{additional_start_flags: [--memory, 8388608Ki]}",
	     "at-most 3670016 4893355 7340032"},
	    {0, "{additional_start_flags: [--reserve-memory=2048M]}",
	     "at-most 131072 174763 262144"},
	    /* What cannot be is nothing known. */
	    {64, "{}", "exact 251659 335545 503317"},
	    {0, "{additional_start_flags: [-m8G]}", "at-most 3670016 4893355 7340032"},
	    {0, "{additional_start_flags: [--memory=8G, --reserve-memory=much]}",
	     "at-most 3670016 4893355 7340032"},
	    {8, "{additional_start_flags: [--memory=much]}", "at-most 3670016 4893355 7340032"},
	    {0, "{additional_start_flags: [--reserve-memory=64G]}", "exact 251659 335545 503317"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		char *text = arena_printf(scene->arena, "rpk: %s\n", rows[i].rpk);
		struct redpanda_config config;
		struct err err = {0};
		bool is_exact = text_starts(rows[i].wanted, "exact");

		ck_assert_int_eq(
		    redpanda_parse(scene->arena, "/r", text, strlen(text), &config, &err), 0);
		scene->request.redpanda = &config;
		scene->request.broker_memory_bytes = rows[i].broker_gib << 30;
		scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
		scene->facts.host.memory_bytes = UINT64_C(64) << 30;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena, "net.ipv4.tcp_mem %s %s\n",
					      is_exact ? "text" : "numbers", rows[i].wanted));
		ck_assert_ptr_null(scene_setting(scene, "net.ipv4.tcp_mem")->note);
	}
}
END_TEST

START_TEST(too_little_tcp_memory_for_the_peers_is_told)
{
	static const struct {
		uint64_t memory, broker;
		const char *peers; /* NULL: the profile does not say; "": leave */
		const char *note;
	} rows[] = {
	    {UINT64_C(8) << 30, 0, "2", NULL},
	    {UINT64_C(4) << 30, 0, NULL, NULL},
	    {UINT64_C(4) << 30, 0, "2",
	     "warning: TCP gets 122.9 MiB, less than the 128.0 MiB that 2 peers may need, 64 MiB "
	     "each"},
	    {UINT64_C(4) << 30, 0, "1", NULL},
	    {UINT64_C(4) << 30, 0, "0", NULL},
	    {UINT64_C(4) << 30, 0, "", NULL},
	    {UINT64_C(4) << 30, UINT64_C(3) << 30, "2", NULL},
	    {UINT64_C(8) << 30, 0, "4",
	     "warning: TCP gets 245.8 MiB, less than the 256.0 MiB that 4 peers may need, 64 MiB "
	     "each"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
		if (rows[i].peers)
			scene_want(scene, "net", "peers", *rows[i].peers ? RULE_EXACT : RULE_LEAVE,
				   rows[i].peers);
		scene->facts.host.memory_bytes = rows[i].memory;
		scene->request.broker_memory_bytes = rows[i].broker;
		scene_run(scene, tune_sysctl);
		ck_assert_msg(
		    text_equal(scene_setting(scene, "net.ipv4.tcp_mem")->note, rows[i].note),
		    "row %zu: %s", i, scene_setting(scene, "net.ipv4.tcp_mem")->note);
	}
}
END_TEST

/* All connections of the node would starve. */
START_TEST(tcp_memory_is_never_lowered_below_a_floor)
{
	static const struct {
		uint64_t memory, broker;
		const char *rpk, *peers, *wanted, *why, *note; /* why, note: NULL: no such thing */
	} rows[] = {
	    {GIB(64), 0, "{additional_start_flags: [--reserve-memory=1M]}", NULL,
	     "8192 10923 16384", "64.0 MiB",
	     "warning: half of the 1.0 MiB that the broker leaves would starve TCP, so it keeps "
	     "64.0 MiB"},
	    {GIB(64), GIB(64) - MIB(1), "{}", NULL, "8192 10923 16384", "64.0 MiB",
	     "warning: half of the 1.0 MiB that the broker leaves would starve TCP, so it keeps "
	     "64.0 MiB"},
	    {GIB(64), GIB(64) - 1, "{}", "2", "8192 10923 16384", "64.0 MiB",
	     "warning: half of the 1 B that the broker leaves would starve TCP, so it keeps "
	     "64.0 MiB; warning: TCP gets 64.0 MiB, less than the 128.0 MiB that 2 peers may need, "
	     "64 MiB each"},
	    {GIB(64), GIB(64) - MIB(128), "{}", NULL, "8192 10923 16384", NULL, NULL},
	    {GIB(64), GIB(64) - MIB(127), "{}", NULL, "8192 10923 16384", "64.0 MiB",
	     "warning: half of the 127.0 MiB that the broker leaves would starve TCP, so it keeps "
	     "64.0 MiB"},
	    /* A small node: what it would get if nobody said what the broker takes. */
	    {GIB(1), GIB(1) - MIB(1), "{}", NULL, "3933 5243 7865", "30.7 MiB",
	     "warning: half of the 1.0 MiB that the broker leaves would starve TCP, so it keeps "
	     "30.7 MiB"},
	    {GIB(1), GIB(1) - MIB(64), "{}", NULL, "4096 5462 8192", NULL, NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		char *text = arena_printf(scene->arena, "rpk: %s\n", rows[i].rpk);
		const struct setting *setting;
		struct redpanda_config config;
		struct err err = {0};

		ck_assert_int_eq(
		    redpanda_parse(scene->arena, "/r", text, strlen(text), &config, &err), 0);
		scene->request.redpanda = &config;
		scene->request.broker_memory_bytes = rows[i].broker;
		scene->facts.host.memory_bytes = rows[i].memory;
		scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
		if (rows[i].peers)
			scene_want(scene, "net", "peers", RULE_EXACT, rows[i].peers);
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena, "net.ipv4.tcp_mem numbers at-most %s\n",
					      rows[i].wanted));
		setting = scene_setting(scene, "net.ipv4.tcp_mem");
		ck_assert_msg(text_equal(setting->note, rows[i].note), "row %zu: %s", i,
			      setting->note);
		ck_assert_msg(!rows[i].why == !strstr(setting->wish->why, "no less than") &&
				  (!rows[i].why || strstr(setting->wish->why, rows[i].why)),
			      "row %zu: %s", i, setting->wish->why);
	}
}
END_TEST

START_TEST(without_a_number_nothing_is_guessed)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
	scene_want(scene, "sysctl", "vm.something", RULE_AUTO, "");
	scene_run(scene, tune_sysctl);
	ck_assert_uint_eq(scene->plan.settings.count, 2);
	vec_for_each (setting, &scene->plan.settings) {
		ck_assert_int_eq(setting->state, STATE_UNSUPPORTED);
		ck_assert_ptr_null(setting->wish->path);
		ck_assert_ptr_nonnull(setting->note);
		ck_assert_uint_eq(setting->wish->operands.count, 0);
	}
}
END_TEST

START_TEST(kinds_paths_and_rights_of_sysctls)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct setting *setting;

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	scene_want(scene, "sysctl", "net.ipv4.tcp_rmem", RULE_AT_LEAST, "4096 131072 16777216");
	scene_want(scene, "sysctl", "kernel.pid_max", RULE_AT_MOST, "4194304");
	scene_want(scene, "sysctl", "net.ipv4.tcp_congestion_control", RULE_ONE_OF, "bbr|cubic");
	scene_want(scene, "sysctl", "kernel.numa_balancing", RULE_EXACT, "0");
	scene_want(scene, "memory", "transparent-hugepages", RULE_EXACT, "always");
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene),
			 "vm.swappiness text exact 1\n"
			 "net.ipv4.tcp_rmem numbers at-least 4096 131072 16777216\n"
			 "kernel.pid_max numbers at-most 4194304\n"
			 "net.ipv4.tcp_congestion_control text one-of bbr|cubic\n"
			 "kernel.numa_balancing text exact 0\n");
	setting = scene_setting(scene, "vm.swappiness");
	ck_assert_str_eq(setting->wish->path, "/proc/sys/vm/swappiness");
	ck_assert_str_eq(setting->wish->rpk_key, "tune_swappiness");
	ck_assert_int_eq(setting->wish->phase, PHASE_VALUES);
	ck_assert_uint_eq(setting->wish->needs, NEED_NONE);
	setting = scene_setting(scene, "net.ipv4.tcp_rmem");
	ck_assert_str_eq(setting->wish->path, "/proc/sys/net/ipv4/tcp_rmem");
	ck_assert_str_eq(setting->wish->rpk_key, "tune_network");
	ck_assert_ptr_null(scene_setting(scene, "kernel.pid_max")->wish->rpk_key);
	ck_assert_uint_eq(scene_setting(scene, "kernel.numa_balancing")->wish->needs,
			  NEED_SYS_ADMIN);
}
END_TEST

/* A capability that the kernel asks for is kept for the write, or its lack is said before. */
START_TEST(rights_of_sysctls)
{
	static const struct {
		const char *key;
		unsigned needs;
		bool never;
	} rows[] = {
	    {"vm.swappiness", 0, false},
	    {"kernel.numa_balancing", NEED_SYS_ADMIN, false},
	    {"kernel.bpf_stats_enabled", NEED_SYS_ADMIN, false},
	    {"net.core.bpf_jit_harden", NEED_SYS_ADMIN | NEED_INITIAL_NETNS, false},
	    {"net.core.default_qdisc", NEED_NET_ADMIN | NEED_INITIAL_NETNS, false},
	    {"net.ipv4.tcp_congestion_control", NEED_NET_ADMIN, false},
	    {"net.ipv4.ip_forward", NEED_NET_ADMIN, false},
	    {"net.ipv4.conf.all.forwarding", NEED_NET_ADMIN, false},
	    {"net.ipv4.conf.eth0.forwarding", NEED_NET_ADMIN, false},
	    {"net.ipv4.conf.all.bc_forwarding", 0, false},
	    {"net.ipv4.conf.default.rp_filter", 0, false},
	    {"net.ipv6.conf.all.forwarding", 0, false},
	    {"net.ipv4.ip_forward_use_pmtu", 0, false},
	    {"kernel.numa_balancing_promote_rate_limit_MBps", 0, false},
	    {"kernel.sched_energy_aware", NEED_SYS_ADMIN, false},
	    {"kernel.sched_schedstats", NEED_SYS_ADMIN, false},
	    {"kernel.task_delayacct", NEED_SYS_ADMIN, false},
	    {"kernel.dmesg_restrict", NEED_SYS_ADMIN, false},
	    {"kernel.kptr_restrict", NEED_SYS_ADMIN, false},
	    {"kernel.seccomp.actions_logged", NEED_SYS_ADMIN, false},
	    {"kernel.unprivileged_bpf_disabled", NEED_SYS_ADMIN, false},
	    {"kernel.tainted", NEED_SYS_ADMIN, false},
	    {"kernel.ns_last_pid", NEED_SYS_ADMIN, false},
	    {"kernel.shm_next_id", NEED_SYS_ADMIN, false},
	    {"vm.memfd_noexec", NEED_SYS_ADMIN, false},
	    {"vm.mmap_min_addr", 0, true},
	    {"kernel.yama.ptrace_scope", 0, true},
	    {"kernel.usermodehelper.bset", 0, true},
	    {"kernel.apparmor_restrict_unprivileged_userns", 0, true},
	    {"user.max_user_namespaces", 0, true},
	    {"fs.inotify.max_user_watches", 0, false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		const struct setting *setting;

		scene_want(scene, "sysctl", rows[i].key, RULE_EXACT, "1");
		scene_run(scene, tune_sysctl);
		setting = scene_setting(scene, rows[i].key);
		ck_assert_uint_eq(setting->wish->needs, rows[i].needs);
		ck_assert_int_eq(setting->state, rows[i].never ? STATE_SKIPPED : STATE_PENDING);
		ck_assert(!rows[i].never || strstr(setting->note, "needs CAP_"));
	}
}
END_TEST

/* Each changes the other; written one after the other they still are. */
START_TEST(switches_that_change_each_other)
{
	static const char *const keys[] = {"kernel.watchdog", "kernel.soft_watchdog",
					   "kernel.nmi_watchdog"};
	_cleanup_scene_ struct scene *scene = scene_new();

	for (size_t i = 0; i < COUNT(keys); i++)
		scene_want(scene, "sysctl", keys[i], RULE_EXACT, "0");
	scene_run(scene, tune_sysctl);
	for (size_t i = 1; i < COUNT(keys); i++) {
		const struct wish *all = scene_setting(scene, keys[0])->wish,
				  *one = scene_setting(scene, keys[i])->wish;

		ck_assert_int_ne(text_in(all->path, &one->after), text_in(one->path, &all->after));
	}
}
END_TEST

/* What only the node's own network namespace may choose is known beforehand. */
START_TEST(algorithms_that_are_allowed)
{
	static const enum tri answers[] = {TRI_YES, TRI_UNKNOWN, TRI_NO};

	for (size_t i = 0; i < COUNT(answers); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		bool is_bound = answers[i] == TRI_NO;
		const struct wish *wish;

		scene_want(scene, "sysctl", "net.ipv4.tcp_congestion_control", RULE_EXACT, "bbr");
		scene->facts.live.initial_netns = answers[i];
		scene_run(scene, tune_sysctl);
		wish = scene_setting(scene, "net.ipv4.tcp_congestion_control")->wish;
		ck_assert_int_eq(wish->kind, is_bound ? KIND_WORD_OF : KIND_TEXT);
		ck_assert(text_equal(wish->offered_path,
				     is_bound ? "/proc/sys/net/ipv4/tcp_allowed_congestion_control"
					      : NULL));
	}
}
END_TEST

START_TEST(the_wrong_network_namespace_is_skipped)
{
	static const struct {
		const char *key;
		bool in_broker, in_host;
	} rows[] = {
	    {"net.core.somaxconn", true, false},
	    {"net.ipv4.tcp_max_syn_backlog", true, false},
	    {"net.ipv4.tcp_rmem", true, false},
	    {"net.ipv4.tcp_wmem", true, false},
	    {"net.ipv4.tcp_slow_start_after_idle", true, false},
	    {"net.ipv4.tcp_mtu_probing", true, false},
	    {"net.ipv4.tcp_mem", false, true},
	    {"net.core.rps_sock_flow_entries", false, true},
	    {"net.core.netdev_max_backlog", false, true},
	    {"net.core.netdev_budget", false, true},
	    {"net.core.rmem_max", false, true},
	    {"vm.swappiness", true, true},
	    {"fs.aio-max-nr", true, true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		const bool pending[] = {[NETNS_BOTH] = true,
					[NETNS_BROKER] = rows[i].in_broker,
					[NETNS_HOST] = rows[i].in_host};

		scene_want(scene, "sysctl", rows[i].key, RULE_EXACT, "1");
		for (enum netns_kind netns = NETNS_BOTH; netns <= NETNS_HOST; netns++) {
			const struct setting *setting;

			scene->request.netns = netns;
			scene_run(scene, tune_sysctl);
			setting = scene_setting(scene, rows[i].key);
			ck_assert_msg((setting->state == STATE_PENDING) == pending[netns],
				      "%s in %u is %s", rows[i].key, netns,
				      plan_state_names[setting->state]);
			if (pending[netns])
				continue;
			ck_assert_int_eq(setting->state, STATE_SKIPPED);
			ck_assert_ptr_nonnull(strstr(setting->note, netns == NETNS_BROKER
									? "--netns host"
									: "--netns broker"));
		}
	}
}
END_TEST

/* memory ------------------------------------------------------------------------------------- */

START_TEST(huge_pages)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "memory", "transparent-hugepages", RULE_ONE_OF, "madvise|always");
	scene_want(scene, "memory", "transparent-hugepages-defrag", RULE_LEAVE, "");
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(scene_settings(scene),
			 "transparent_hugepage enabled choice one-of madvise|always\n");
	ck_assert_str_eq(scene->plan.settings.at[0].wish->path,
			 "/sys/kernel/mm/transparent_hugepage/enabled");
	ck_assert_str_eq(scene->plan.settings.at[0].wish->rpk_key, "tune_transparent_hugepages");
	scene_clear(scene);
	scene_want(scene, "memory", "transparent-hugepages", RULE_ONE_OF, "madvise|always");
	scene->facts.thp_pmd = "/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled";
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(
	    scene_settings(scene),
	    "transparent_hugepage enabled choice one-of madvise|always\n"
	    "transparent_hugepage hugepages-2048kB/enabled choice one-of inherit|madvise|always\n");
	scene_clear(scene);
	/* Where the profile has nothing for all sizes, it has nothing for one. */
	scene_want(scene, "memory", "transparent-hugepages", RULE_LEAVE, "");
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(scene_settings(scene), "");
	scene->facts.thp_pmd = NULL;
	scene_clear(scene);
	scene_want(scene, "memory", "transparent-hugepages-defrag", RULE_EXACT, "defer+madvise");
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(scene_settings(scene),
			 "transparent_hugepage defrag choice exact defer+madvise\n");
	ck_assert_str_eq(scene->plan.settings.at[0].wish->path,
			 "/sys/kernel/mm/transparent_hugepage/defrag");
}
END_TEST

RUN_SUITE("tuners", every_row_of_the_table_is_complete, a_profile_that_wants_nothing_gets_nothing,
	  aio_events_follow_cpus_and_what_others_use, aio_events_of_how_many_cpus_is_unknown,
	  aio_events_follow_the_flags_of_the_broker, the_sum_of_aio_events_is_printed,
	  what_cannot_be_read_makes_no_number, auto_keeps_the_bound_it_was_asked_for,
	  tcp_memory_is_three_percent, tcp_memory_follows_what_the_broker_leaves,
	  tcp_memory_is_never_lowered_below_a_floor, too_little_tcp_memory_for_the_peers_is_told,
	  without_a_number_nothing_is_guessed, kinds_paths_and_rights_of_sysctls, rights_of_sysctls,
	  algorithms_that_are_allowed, switches_that_change_each_other,
	  the_wrong_network_namespace_is_skipped, huge_pages)
