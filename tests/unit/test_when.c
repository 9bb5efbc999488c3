/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of overlays against facts, and what is refused in them. */
#include "run_suite.h"

#include <errno.h>

#include "base/text.h"
#include "profile/when.h"

static const struct yaml_limits limits = {.bytes = 4096, .depth = 8};

static struct facts node(struct arena *arena)
{
	struct facts facts = {.host = {.kernel_release = "6.1.0-31-cloud-amd64",
				       .arch = "x86_64",
				       .virtualization = "kvm",
				       .cloud = "aws",
				       .memory_bytes = UINT64_C(64) << 30},
			      .live = {.container = "kubernetes"}};

	for (unsigned cpu = 0; cpu < 16; cpu++)
		cpuset_add(arena, &facts.topology.online, cpu);
	vec_push(arena, &facts.disks,
		 (struct disk){.name = "nvme0n1",
			       .model = "Amazon Elastic Block Store",
			       .driver = "nvme",
			       .is_data = true});
	vec_push(arena, &facts.disks,
		 (struct disk){.name = "nvme1n1",
			       .model = "Amazon EC2 NVMe Instance Storage",
			       .driver = "nvme"});
	vec_push(arena, &facts.disks,
		 (struct disk){.name = "vda", .driver = "virtio_blk", .is_data = true});
	vec_push(arena, &facts.nics, (struct nic){.name = "eth0", .driver = "ena"});
	vec_push(arena, &facts.nics, (struct nic){.name = "lo"});
	return facts;
}

static int read_when(struct arena *arena, const char *text, struct when *ret, struct err *err)
{
	const struct node *root;
	int r = yaml_parse(arena, "f", text, strlen(text), &limits, &root, err);

	return r < 0 ? r : when_read(arena, root, NULL, ret, err);
}

static bool holds_for(const char *text, const struct facts *facts)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct when when;
	struct err err = {0};

	ck_assert_msg(read_when(arena, text, &when, &err) == 0, "%s: %s", text, err.text);
	return when_decide(arena, &when, facts).holds;
}

static void expect(const char *text, bool holds)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = node(arena);

	ck_assert_msg(holds_for(text, &facts) == holds, "%s", text);
}

START_TEST(words)
{
	expect("cloud: aws", true);
	expect("cloud: azure", false);
	expect("cloud: [gcp, aws]", true);
	expect("arch: x86_64", true);
	expect("arch: [aarch64, arm*]", false);
	expect("virtualization: kvm", true);
	expect("virtualization: none", false);
	expect("container: true", true);
	expect("container: false", false);
	expect("container: kubernetes", true);
	expect("container: [docker, podman]", false);
	expect("nic-driver: en?", true);
	expect("nic-driver: gve", false);
}
END_TEST

START_TEST(comparisons)
{
	expect("kernel: \">= 6.1\"", true);
	expect("kernel: \"> 6.1\"", false);
	expect("kernel: \"<= 6.1\"", true);
	expect("kernel: \"=6.1.0\"", true);
	expect("kernel: \">= 6.1.1\"", false);
	expect("kernel: \">= 6.10\"", false);
	expect("kernel: \">= 5.15\"", true);
	expect("kernel: \">= 5.10, < 6.1\"", false);
	expect("kernel: \">= 5.10, < 6.2\"", true);
	expect("kernel: [\"< 5\", \">= 6, < 7\"]", true);
	expect("kernel: [\">= 6, < 6.1\", \"> 7\"]", false);
	expect("kernel: [\"< 6, > 5\", \"= 6\"]", true);
	expect("memory: \">= 64GiB\"", true);
	expect("memory: \"< 64GiB\"", false);
	expect("cpus: \"= 16\"", true);
	expect("cpus: \">16\"", false);
}
END_TEST

START_TEST(versions_compare_as_numbers_over_what_is_wanted)
{
	ck_assert_int_lt(when_compare_version("5.4.0", "5.10"), 0);
	ck_assert_int_gt(when_compare_version("6.10.1", "6.9"), 0);
	ck_assert_int_eq(when_compare_version("6.1.50-cloud", "6.1"), 0);
	ck_assert_int_eq(when_compare_version("6.1-rc2", "6.1.0"), 0);
	ck_assert_int_lt(when_compare_version("6.1-rc2", "6.1.1"), 0);
	ck_assert_int_lt(when_compare_version("6.1-31", "6.1.31"), 0);
	ck_assert_int_lt(when_compare_version("", "1"), 0);
	ck_assert_int_gt(when_compare_version("99999999999999999999", "6"), 0);
	/* What is no version ends the comparison. */
	ck_assert_int_eq(when_compare_version("6.1.0-31", "6.1.0-31"), 0);
	ck_assert_int_eq(when_compare_version("6.1", "Linux"), 1);
}
END_TEST

START_TEST(disks_are_the_data_disks_and_keys_speak_of_one_disk)
{
	expect("disk-model: Amazon Elastic Block Store", true);
	expect("disk-model: Amazon*", true);
	expect("disk-model: amazon*", false);
	expect("disk-model: Amazon EC2*", false);
	expect("disk-driver: [sd, virtio_blk]", true);
	expect("{disk-model: Amazon*, disk-driver: nvme}", true);
	expect("{disk-model: Amazon*, disk-driver: virtio_blk}", false);
}
END_TEST

START_TEST(all_keys_must_hold)
{
	expect("{cloud: aws, kernel: \">= 6\", disk-model: Amazon*}", true);
	expect("{cloud: aws, kernel: \">= 7\"}", false);
	expect("{cloud: gcp, disk-model: Amazon*}", false);
}
END_TEST

START_TEST(unknown_matches_nothing)
{
	static const char *const texts[] = {
	    "cloud: none",       "arch: \"*\"",     "virtualization: none", "kernel: \">= 1\"",
	    "memory: \">= 0\"",  "cpus: \">= 0\"",  "disk-model: \"*\"",    "disk-driver: \"*\"",
	    "nic-driver: \"*\"", "container: true", "container: false",
	};
	struct facts nothing = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!holds_for(texts[i], &nothing), "%s", texts[i]);
}
END_TEST

START_TEST(text_names_the_condition)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct when when;
	struct err err = {0};

	ck_assert_int_eq(read_when(arena,
				   "{cloud: [aws, gcp], kernel: \">= 6.1\", disk-model: A B*}",
				   &when, &err),
			 0);
	ck_assert_str_eq(when.text, "cloud=aws|gcp, kernel >= 6.1, disk-model=A B*");
	ck_assert_uint_eq(when.disk_models.count, 1);
	ck_assert_uint_eq(when.disk_drivers.count, 0);
}
END_TEST

START_TEST(mistakes_are_refused_with_place)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"{}", "f:1:1: 'when' must be a map of conditions, not an empty one"},
	    {"aws", "f:1:1: 'when' must be a map of conditions, not text"},
	    {"clod: aws", "f:1:1: unknown key 'clod' in 'when'; did you mean 'cloud'?"},
	    {"weekday: red", "f:1:1: unknown key 'weekday' in 'when'; known are cloud, "},
	    {"cloud: alibaba", "f:1:8: 'cloud' must be one of aws|azure|gcp|none, not 'alibaba'"},
	    {"cloud: []", "f:1:8: 'cloud' takes 1 to 32 items"},
	    {"cloud: [[aws]]", "f:1:9: 'cloud' must be one of"},
	    {"cloud:", "f:1:7: 'cloud' must be one of aws|azure|gcp|none, not nothing"},
	    {"kernel: \"6.1\"", "f:1:9: 'kernel' must be a comparison"},
	    {"kernel: \">= six\"", "f:1:9: 'kernel' must be a comparison"},
	    {"kernel: \">= 6.1,\"", "f:1:9: 'kernel' must be a comparison"},
	    {"kernel: \">= 6.\"", "f:1:9: 'kernel' must be a comparison"},
	    {"kernel: \"=> 6\"", "f:1:9: 'kernel' must be a comparison"},
	    {"memory: \">= 64GB\"", "f:1:9: 'memory' must be a comparison"},
	    {"cpus: \">= 08\"", "f:1:7: 'cpus' must be a comparison"},
	    {"disk-model: 12", "f:1:13: 'disk-model' must be text"},
	    {"container: maybe", "f:1:12: 'container' must be one of"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct err err = {0};
		struct when when;

		ck_assert_int_eq(read_when(arena, cases[i].text, &when, &err), -EINVAL);
		ck_assert_msg(text_starts(err.text, cases[i].message), "want '%s', got '%s'",
			      cases[i].message, err.text);
	}
}
END_TEST

RUN_SUITE("when", words, comparisons, versions_compare_as_numbers_over_what_is_wanted,
	  disks_are_the_data_disks_and_keys_speak_of_one_disk, all_keys_must_hold,
	  unknown_matches_nothing, text_names_the_condition, mistakes_are_refused_with_place)
