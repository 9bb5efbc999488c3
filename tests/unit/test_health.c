/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "facts/health.h"
#include "run_suite.h"
#include "sys/nvme.h"
#include "tree.h"

static const struct facts *read_health(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_health(tree_open(tree), tree->arena, facts);
	return facts;
}

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
	facts = read_health(tree);
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
		facts_health(tree_open(tree), tree->arena, &facts);
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

/* Byte by byte, as the specification numbers them. */
START_TEST(bytes_of_a_log)
{
	struct arena *arena = arena_new();
	unsigned char log[NVME_HEALTH_BYTES] = {0x05, 0x36, 0x01, 90, 10, 101};
	struct nvme_smart smart;

	log[160] = 0xfe;
	log[161] = 0x01;
	smart = health_decode(log);
	ck_assert_str_eq(health_text(arena, &smart),
			 "critical_warning=5 spare=90 threshold=10 used=101 kelvin=310 media=510");
	log[192] = 3; /* minutes above the warning temperature, above the critical one */
	log[196] = 4;
	log[217] = 1; /* changes to the first step of thermal management, to the second */
	log[220] = 5;
	log[224] = 6; /* seconds in each */
	log[231] = 1;
	smart = health_decode(log);
	ck_assert_uint_eq(smart.hot_minutes, 7);
	ck_assert_uint_eq(smart.throttles, 261);
	ck_assert_uint_eq(smart.throttled_s, 6 + (1 << 24));
	/* The counter has 16 bytes. */
	log[168] = 1;
	ck_assert(health_decode(log).media_errors == UINT64_MAX);
	arena_free(arena);
}
END_TEST

START_TEST(the_log_of_now)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct nvme_health before = {.disk = "nvme0"};
	struct nvme_smart now;
	struct root *root;

	tree_file(tree, "/sys/class/nvme/nvme0/state", "live");
	tree_file(tree, NVME_DIR "nvme0",
		  "critical_warning=2 spare=90 threshold=10 used=3 kelvin=360 media=1");
	root = tree_open(tree);
	ck_assert_int_eq(facts_health_again(root, tree->arena, &before, &now), 0);
	ck_assert_uint_eq(now.temperature_kelvin, 360);
	/* It is not asked: the answer may never come. */
	tree_file(tree, "/sys/class/nvme/nvme0/state", "dead");
	ck_assert_int_eq(facts_health_again(root, tree->arena, &before, &now), -ENODEV);
	tree_remove(tree, "/sys/class/nvme/nvme0");
	ck_assert_int_eq(facts_health_again(root, tree->arena, &before, &now), -ENODEV);
}
END_TEST

RUN_SUITE("health", the_log_of_now, health_of_nvme_controllers, health_logs_of_a_record,
	  bytes_of_a_log)
