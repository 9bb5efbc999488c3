/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <linux/capability.h>

#include "base/text.h"
#include "report/report.h"
#include "report/rights.h"
#include "run_suite.h"

#define DATE "2026-11-30T14:00:00Z"

static const struct placement placement = {.mode = PLACEMENT_SHARED, .reason = "all share"};

static void set_cpus(struct arena *arena, struct topology *topology)
{
	struct cache cache = {.level = 2, .size_bytes = 1048576, .count = 2};

	for (unsigned cpu = 0; cpu < 4; cpu++) {
		struct core core = {.os_index = (int)cpu, .package = 0, .numa = (int)cpu / 2};

		cpuset_add(arena, &topology->possible, cpu);
		cpuset_add(arena, &topology->online, cpu);
		cpuset_add(arena, &core.pus, cpu);
		vec_push(arena, &topology->cores, core);
	}
	topology->packages = 1;
	topology->cpu_model = "Model X";
	vec_push(arena, &topology->caches, cache);
	for (int i = 0; i < 2; i++) {
		struct numa_node node = {.os_index = i,
					 .memory_bytes = UINT64_C(1) << 30,
					 .free_bytes = i ? 1 << 29 : -1};

		cpuset_add(arena, &node.pus, (unsigned)i * 2);
		cpuset_add(arena, &node.pus, (unsigned)i * 2 + 1);
		if (i)
			vec_push(arena, &node.distances, 21);
		if (i)
			vec_push(arena, &node.distances, 10);
		vec_push(arena, &topology->nodes, node);
	}
}

static void set_devices(struct arena *arena, struct facts *facts)
{
	struct disk disk = {.name = "nvme0n1",
			    .model = "Amazon \033[31mEBS",
			    .serial = "vol\xff"
				      "1",
			    .driver = "nvme",
			    .transport = "pcie",
			    .pci = "0000:01:00.0",
			    .numa = 1,
			    .rotational = TRI_NO,
			    .size_bytes = UINT64_C(1) << 40,
			    .logical_block_bytes = 512,
			    .physical_block_bytes = 4096,
			    .is_data = true,
			    .chain = "nvme0n1p1 < md0"};
	struct nic nic = {.name = "eth0",
			  .driver = "ena",
			  .pci = "0000:02:00.0",
			  .numa = 0,
			  .rx_queues = 8,
			  .tx_queues = 8,
			  .speed_mbps = 25000,
			  .operstate = "up"};

	vec_push(arena, &facts->disks, disk);
	disk = (struct disk){.name = "nvme0n2", .pci = "0000:01:00.0", .numa = -1};
	vec_push(arena, &facts->disks, disk);
	vec_push(arena, &facts->nics, nic);
	nic = (struct nic){.name = "bond0", .is_virtual = true, .numa = -1, .speed_mbps = -1};
	nic.operstate = "down";
	vec_push(arena, &nic.lowers, "eth0");
	vec_push(arena, &facts->nics, nic);
	nic = (struct nic){.name = "veth1", .is_virtual = true, .numa = -1, .speed_mbps = -1};
	nic.operstate = "up";
	vec_push(arena, &facts->nics, nic);
	for (unsigned i = 24; i < 40; i++) {
		struct irq irq = {.number = i, .actions = "x", .chip = "IO-APIC"};

		irq.device = i < 28 || i == 30 ? "nvme0n1" : i < 32 ? "eth0" : NULL;
		vec_push(arena, &facts->irqs, irq);
	}
	vec_push(arena, &facts->health,
		 (struct nvme_health){
		     .disk = "nvme0", .state = "live", .temperature_millicelsius = 31850});
}

static struct facts full(struct arena *arena)
{
	struct facts facts = {
	    .host = {.kernel_release = "6.1.0",
		     .arch = "x86_64",
		     .cmdline = "quiet",
		     .virtualization = "kvm",
		     .cloud = "aws",
		     .vendor = "Amazon\tEC2",
		     .product = "i4i.large",
		     .os = "Debian GNU/Linux 12",
		     .memory_bytes = UINT64_C(2) << 30},
	    .live = {.uid = 0,
		     .capabilities_known = TRI_YES,
		     .capabilities = RIGHTS_ALL & ~(UINT64_C(1) << CAP_SYS_ADMIN),
		     .user_namespace = TRI_NO,
		     .initial_netns = TRI_YES,
		     .container = "none",
		     .io_uring = TRI_NO,
		     .linux_aio = TRI_YES,
		     .data_dir = {.path = "/data",
				  .exists = TRI_YES,
				  .is_directory = true,
				  .dev_major = 259,
				  .dev_minor = 1,
				  .fs_type = "xfs",
				  .mount_point = "/data",
				  .mount_options = "rw,noatime",
				  .mount_source = "/dev/md0",
				  .uid = 101,
				  .gid = 101,
				  .mode = 0750,
				  .free_bytes = UINT64_C(1) << 39,
				  .size_bytes = UINT64_C(1) << 40}},
	    .clocksource = "tsc",
	    .clocksources = "tsc kvm-clock",
	};

	set_cpus(arena, &facts.topology);
	set_devices(arena, &facts);
	return facts;
}

static struct facts unknown(void)
{
	return (struct facts){.live = {.uid = -1},
			      .data_problem = "the data directory is not known"};
}

/* Text ---------------------------------------------------------------------------------------- */

/* Blanks folded, so that widths of columns do not matter here. */
static const char *page(struct arena *arena, const struct facts *facts, struct text_style style)
{
	names lines = text_split(
	    arena,
	    facts_text(arena, facts, &(struct facts_about){.date = DATE, .placement = &placement},
		       style),
	    '\n');

	vec_for_each (line, &lines) {
		names words = text_words(arena, *line);

		*line = words.count ? text_join(arena, &words, " ") : "";
	}
	return arena_printf(arena, "\n%s\n", text_join(arena, &lines, "\n"));
}

static void check_lines(const char *text, const char *const *lines)
{
	for (; *lines; lines++)
		ck_assert_msg(strstr(text, *lines), "no line '%s' in:\n%s", *lines, text);
}

START_TEST(test_text)
{
	static const char *const lines[] = {
	    "\nkernel 6.1.0 (x86_64)\n",
	    "\nmachine Amazon\\x09EC2, i4i.large\n",
	    "\nmemory 2.0 GiB, swap none\n",
	    "\nclock source tsc (offered: tsc kvm-clock)\n",
	    "\nCPUs 4 online (0-3); 4 cores, 1 package; no SMT\n",
	    "\ncaches L2 2 x 1.0 MiB\n",
	    "\nNODE MEMORY FREE CPUS DISTANCES\n",
	    "\n0 1.0 GiB unknown 0-1 unknown\n",
	    "\n1 1.0 GiB 512.0 MiB 2-3 21 10\n",
	    "\nfile system xfs from /dev/md0, mounted at /data\n",
	    "\nowner 101:101, mode 0750\n",
	    "\nfree 512.0 GiB of 1.0 TiB\n",
	    "\non nvme0n1 < nvme0n1p1 < md0\n",
	    "\nnvme0n1 yes 1.0 TiB 512/4096 1 nvme pcie 0000:01:00.0 Amazon \\x1b[31mEBS\n",
	    "\nnvme0n2 no unknown unknown unknown unknown 0000:01:00.0 unknown\n",
	    "\nnvme0 controller live, 31 degrees Celsius\n",
	    "\neth0 up 25 Gb/s 8 rx, 8 tx 0 ena 0000:02:00.0 -\n",
	    "\nbond0 down unknown 0 rx, 0 tx - virtual eth0\n",
	    "\nvirtual 1 without a device below (--verbose lists them)\n",
	    "\nnvme0n1, nvme0n2 5 24-27,30\n",
	    "\neth0 3 28-29,31\n",
	    "\nothers 8 32-39\n",
	    "\nuser uid 0\n",
	    "\ncapabilities all but CAP_SYS_ADMIN\n",
	    "\nio_uring refused\n",
	    "\nmissing idle states and NUMA balancing cannot be set: CAP_SYS_ADMIN\n",
	    "\nmissing io_uring is refused\n",
	    NULL,
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	const char *text = page(arena, &facts, (struct text_style){0});

	check_lines(text, lines);
	ck_assert_ptr_null(strstr(text, "veth1"));
	ck_assert_ptr_null(strchr(text, '\033'));
	text = page(arena, &facts, (struct text_style){.verbose = true});
	ck_assert_ptr_nonnull(strstr(text, "\nveth1 up"));
}
END_TEST

/* Whose nearest neighbour with CPUs is known, and not. */
START_TEST(test_node_without_cpus)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);

	facts.topology.nodes.at[1].pus = (struct cpuset){0};
	ck_assert_ptr_nonnull(strstr(page(arena, &facts, (struct text_style){0}),
				     "\n1 1.0 GiB 512.0 MiB none, node 0 is nearest 21 10\n"));
	facts.topology.nodes.at[1].distances.at[0] = 255;
	ck_assert_ptr_nonnull(strstr(page(arena, &facts, (struct text_style){0}),
				     "\n1 1.0 GiB 512.0 MiB none 255 10\n"));
}
END_TEST

START_TEST(test_text_of_the_unknown)
{
	static const char *const lines[] = {
	    "\nthintune facts: a recorded node, " DATE "\n",
	    "\nkernel unknown (unknown)\n",
	    "\nmachine unknown\n",
	    "\ncloud unknown\n",
	    "\nmemory unknown\n",
	    "\nclock source unknown\n",
	    "\nclock synced unknown\n",
	    "\nmodel unknown\n",
	    "\nnodes unknown\n",
	    "\npath unknown\n",
	    "\nstate unknown\n",
	    "\ndisks the data directory is not known\n",
	    "\ndisks none seen\n",
	    "\ninterrupts none seen\n",
	    "\nuser unknown\n",
	    "\ncapabilities unknown\n",
	    "\nlinux-aio unknown\n",
	    "\nmissing whether settings can be written is not known: uid unknown\n",
	    "\nmissing whether this process has the capabilities it needs is not known\n",
	    NULL,
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = unknown();

	check_lines(page(arena, &facts, (struct text_style){0}), lines);
}
END_TEST

START_TEST(test_width)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	names lines;

	facts.host.cmdline =
	    "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i "
	    "j k l m n o p q r s t u v w x y z";
	lines = text_split(arena,
			   facts_text(arena, &facts,
				      &(struct facts_about){.date = DATE, .placement = &placement},
				      (struct text_style){.width = 80}),
			   '\n');
	vec_for_each (line, &lines)
		ck_assert_uint_le(strlen(*line), 80);
}
END_TEST

START_TEST(test_nothing_is_missing)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct live live = {.uid = 0, .capabilities_known = TRI_YES, .capabilities = RIGHTS_ALL};
	names list;

	ck_assert_uint_eq(rights_missing(arena, &live, true).count, 0);
	list = rights_capabilities(arena, UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << 63);
	ck_assert_str_eq(text_join(arena, &list, " "), "CAP_SYS_ADMIN CAP_63");
	live.capabilities &= ~(UINT64_C(1) << CAP_SETUID);
	ck_assert_uint_eq(rights_missing(arena, &live, true).count, 0);
	live.data_dir = (struct live_data_dir){.exists = TRI_YES, .uid = 101};
	ck_assert_uint_eq(rights_missing(arena, &live, false).count, 0);
	list = rights_missing(arena, &live, true);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0],
			 "the probe cannot act as the owner of the data directory: CAP_SETUID");
	live.uid = 1000;
	live.capabilities = 0;
	live.user_namespace = TRI_YES;
	live.initial_netns = TRI_NO;
	ck_assert_uint_eq(rights_missing(arena, &live, true).count, 5);
}
END_TEST

START_TEST(test_the_unit_is_named)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct live live = {.uid = 0,
			    .unit = "x.service",
			    .capabilities_known = TRI_YES,
			    .capabilities = RIGHTS_ALL & ~(UINT64_C(1) << CAP_NET_ADMIN)};
	names list = rights_missing(arena, &live, true);

	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0], "NIC queues and packet steering cannot be set: CAP_NET_ADMIN "
				     "(see CapabilityBoundingSet= of x.service)");
}
END_TEST

/* JSON ---------------------------------------------------------------------------------------- */

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(object, "%s", error.text);
	return object;
}

static const json_t *at(const json_t *object, const char *list, size_t index, const char *key)
{
	const json_t *item = json_array_get(json_object_get(object, list), index);

	ck_assert_ptr_nonnull(item);
	ck_assert_ptr_nonnull(json_object_get(item, key));
	return json_object_get(item, key);
}

START_TEST(test_json)
{
	static const char *const keys[] = {
	    "schema", "tool",   "host",   "cpu",       "numa_nodes", "data_directory",
	    "disks",  "nics",   "irqs",   "placement", "redpanda",   "rpk_state_file",
	    "rights", "rivals", "limits", "fstrim",    "run"};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	json_t *object = parse(facts_json(
	    arena, &facts, &(struct facts_about){.date = DATE, .placement = &placement}));
	const char *key;
	json_t *value;
	size_t count = 0;

	json_object_foreach(object, key, value) ck_assert_str_eq(key, keys[count++]);
	ck_assert_uint_eq(count, sizeof(keys) / sizeof(keys[0]));
	ck_assert_str_eq(json_string_value(json_object_get(object, "schema")), "thintune.facts/1");
	ck_assert_str_eq(json_string_value(at(object, "disks", 0, "model")), "Amazon \033[31mEBS");
	ck_assert_str_eq(json_string_value(at(object, "disks", 0, "serial")), "vol\\xff1");
	ck_assert(json_is_false(at(object, "disks", 0, "rotational")));
	ck_assert(json_is_null(at(object, "disks", 1, "rotational")));
	ck_assert(json_is_null(at(object, "disks", 1, "numa_node")));
	ck_assert(json_is_null(at(object, "disks", 1, "size_bytes")));
	ck_assert_int_eq(json_integer_value(at(object, "disks", 0, "size_bytes")), INT64_C(1)
										       << 40);
	ck_assert_str_eq(json_string_value(at(object, "numa_nodes", 1, "cpus")), "2-3");
	ck_assert(json_is_null(at(object, "numa_nodes", 0, "distances")));
	ck_assert_int_eq(
	    json_integer_value(json_array_get(at(object, "numa_nodes", 1, "distances"), 0)), 21);
	ck_assert_int_eq(json_integer_value(at(object, "numa_nodes", 1, "nearest_node_with_cpus")),
			 1);
	ck_assert(json_is_null(at(object, "nics", 1, "speed_mbps")));
	ck_assert_str_eq(json_string_value(at(object, "irqs", 0, "device")), "nvme0n1");
	value = json_object_get(object, "data_directory");
	ck_assert_str_eq(json_string_value(json_object_get(value, "mode")), "0750");
	ck_assert_str_eq(json_string_value(json_object_get(value, "device")), "259:1");
	json_decref(object);
}
END_TEST

/* Of two looks at the same node only "run" may differ. */
START_TEST(test_json_run)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	json_t *before = parse(facts_json(
		   arena, &facts, &(struct facts_about){.date = DATE, .placement = &placement})),
	       *after;

	ck_assert_str_eq(
	    facts_json(arena, &facts, &(struct facts_about){.date = DATE, .placement = &placement}),
	    facts_json(arena, &facts,
		       &(struct facts_about){.date = DATE, .placement = &placement}));
	facts.live.data_dir.free_bytes = 1;
	facts.live.clock_synchronised = TRI_YES;
	facts.live.broker_running = TRI_YES;
	facts.live.broker_shards = 3;
	facts.host.aio_nr = 9;
	facts.live_root = true;
	facts.health.at[0].temperature_millicelsius = 45850;
	after = parse(facts_json(arena, &facts,
				 &(struct facts_about){.date = DATE, .placement = &placement}));
	ck_assert(!json_equal(before, after));
	ck_assert_int_eq(json_object_del(before, "run"), 0);
	ck_assert_int_eq(json_object_del(after, "run"), 0);
	ck_assert(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}
END_TEST

START_TEST(test_json_of_the_unknown)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = unknown();
	json_t *object = parse(facts_json(
	    arena, &facts, &(struct facts_about){.date = DATE, .placement = &placement}));
	json_t *rights = json_object_get(object, "rights");
	json_t *dir = json_object_get(object, "data_directory");

	ck_assert(json_is_null(json_object_get(rights, "uid")));
	ck_assert(json_is_null(json_object_get(rights, "capabilities")));
	ck_assert(json_is_null(json_object_get(dir, "path")));
	ck_assert(json_is_null(json_object_get(dir, "exists")));
	ck_assert(json_is_null(json_object_get(dir, "has_data")));
	ck_assert_uint_eq(json_array_size(json_object_get(object, "disks")), 0);
	json_decref(object);
}
END_TEST

/* Both as they are, whatever a profile wants. */
START_TEST(test_fstrim_and_ballast)
{
	static const struct {
		struct fstrim fstrim;
		struct live_ballast ballast;
		const char *timer, *file;
	} rows[] = {
	    {{0}, {0}, "unknown", "unknown"},
	    {{.is_masked = true, .enabled = TRI_YES}, {.exists = TRI_NO}, "masked", "none"},
	    {{.enabled = TRI_NO, .has_begun = TRI_YES},
	     {.exists = TRI_YES},
	     "disabled",
	     "not a file of its own"},
	    {{.enabled = TRI_YES, .has_begun = TRI_NO}, {0}, "enabled, never started", "unknown"},
	    {{.enabled = TRI_YES, .has_begun = TRI_YES},
	     {TRI_YES, 0, true, 1 << 30, 4096, 101, 102},
	     "enabled",
	     "1.0 GiB, 4.0 KiB of it allocated, owner 101:102"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *lines[3] = {0}, *text;

		facts.fstrim = rows[i].fstrim;
		facts.live.data_dir.exists = TRI_YES;
		facts.live.data_dir.ballast = rows[i].ballast;
		text = page(arena, &facts, (struct text_style){.width = 100});
		lines[0] = arena_printf(arena, "\nfstrim.timer %s\n", rows[i].timer);
		lines[1] = arena_printf(arena, "\nballast file %s\n", rows[i].file);
		check_lines(text, lines);
	}
}
END_TEST

START_TEST(test_json_of_fstrim_and_ballast)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	json_t *object, *file, *timer;

	facts.fstrim = (struct fstrim){.unit = "/a/fstrim.timer", .enabled = TRI_YES};
	facts.live.data_dir.ballast =
	    (struct live_ballast){TRI_YES, 0, true, 1 << 30, 4096, 101, 102};
	object = parse(facts_json(arena, &facts,
				  &(struct facts_about){.date = DATE, .placement = &placement}));
	file = json_object_get(json_object_get(object, "data_directory"), "ballast");
	timer = json_object_get(object, "fstrim");
	ck_assert_int_eq(json_integer_value(json_object_get(file, "size_bytes")), 1 << 30);
	ck_assert_int_eq(json_integer_value(json_object_get(file, "allocated_bytes")), 4096);
	ck_assert(json_is_true(json_object_get(timer, "enabled")));
	ck_assert(json_is_null(json_object_get(timer, "has_begun")));
	json_decref(object);
}
END_TEST

/* Which CPU is for what, and which devices stand where. */
START_TEST(test_map)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = full(arena);
	struct placement split = {.mode = PLACEMENT_AUTO, .reason = "told so"};
	const char *text, *map;

	ck_assert_int_eq(cpuset_parse_list(arena, "2", &split.interrupt_cpus), 0);
	ck_assert_int_eq(cpuset_parse_list(arena, "0-2", &split.compute_cpus), 0);
	text = facts_text(arena, &facts, &(struct facts_about){.date = DATE, .placement = &split},
			  (struct text_style){.width = 80});
	map = strstr(text, "Map (");
	ck_assert_ptr_nonnull(map);
	map = arena_strndup(arena, map, (size_t)(strstr(map, "\nRights") - map));
	ck_assert_str_eq(map, "Map (I interrupts, C Redpanda, B both)\n"
			      "  placement       auto: told so\n"
			      "  package 0\n"
			      "    node 0: eth0\n"
			      "      [C0] [C1]\n"
			      "    node 1: nvme0n1 (data)\n"
			      "      [B2] [-3]\n"
			      "  near no node: nvme0n2\n");
	/* Many cores of one use: the first, dots, the last. */
	for (unsigned cpu = 4; cpu < 20; cpu++) {
		struct core core = {.package = 1, .numa = 1};

		cpuset_add(arena, &core.pus, cpu);
		cpuset_add(arena, &split.compute_cpus, cpu);
		vec_push(arena, &facts.topology.cores, core);
	}
	text = facts_text(arena, &facts, &(struct facts_about){.date = DATE, .placement = &split},
			  (struct text_style){.width = 80});
	ck_assert_ptr_nonnull(strstr(text, "\n      [C4] [C5] ... [C19]\n"));
	text = facts_text(arena, &facts, &(struct facts_about){.date = DATE, .placement = &split},
			  (struct text_style){.width = 80, .verbose = true});
	ck_assert_ptr_nonnull(strstr(text, "[C6] [C7]"));
}
END_TEST

RUN_SUITE("facts-report", test_fstrim_and_ballast, test_json_of_fstrim_and_ballast, test_map,
	  test_text, test_node_without_cpus, test_text_of_the_unknown, test_width,
	  test_nothing_is_missing, test_the_unit_is_named, test_json, test_json_run,
	  test_json_of_the_unknown)
