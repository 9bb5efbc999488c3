/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "facts/topology_tree.h"
#include "run_suite.h"
#include "topology_reader.h"

#define CPU_DIR  "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

/* Two packages, a node each, two cores of two threads in each. */
static struct tree *two_nodes(void)
{
	struct tree *tree = tree_new();

	tree_file(tree, CPU_DIR "/online", "0-7");
	tree_file(tree, CPU_DIR "/possible", "0-15");
	tree_cpus(tree, 0, 0, 3, 2);
	tree_cpus(tree, 1, 4, 7, 2);
	tree_file(tree, NODE_DIR "/online", "0-1");
	tree_node(tree, 0, "0f", 1000);
	tree_node(tree, 1, "f0", 2000);
	return tree;
}

/* Everything of a topology as one text, to compare whole ones. */
static const char *picture(struct tree *tree, const struct topology *topology)
{
	struct arena *arena = tree->arena;
	struct str out = str_new(arena);

	str_printf(&out, "possible %s online %s packages %u smt %d\n",
		   cpuset_list(arena, &topology->possible), cpuset_list(arena, &topology->online),
		   topology->packages, topology->smt);
	vec_for_each (core, &topology->cores)
		str_printf(&out, "core %d package %d numa %d: %s\n", core->os_index, core->package,
			   core->numa, cpuset_list(arena, &core->pus));
	vec_for_each (node, &topology->nodes)
		str_printf(&out, "node %d %llu: %s\n", node->os_index,
			   (unsigned long long)node->memory_bytes, cpuset_list(arena, &node->pus));
	vec_for_each (cache, &topology->caches)
		str_printf(&out, "L%u %llu x %u\n", cache->level,
			   (unsigned long long)cache->size_bytes, cache->count);
	vec_for_each (locality, &topology->localities)
		str_printf(&out, "%s %d\n", locality->name, locality->numa);
	return out.text;
}

static const char two_nodes_picture[] = "possible 0-15 online 0-7 packages 2 smt 1\n"
					"core 0 package 0 numa 0: 0-1\n"
					"core 2 package 0 numa 0: 2-3\n"
					"core 0 package 1 numa 1: 4-5\n"
					"core 2 package 1 numa 1: 6-7\n"
					"node 0 1024000: 0-3\n"
					"node 1 2048000: 4-7\n"
					"L1 32768 x 4\n"
					"L2 1048576 x 4\n";

START_TEST(cores_nodes_and_caches_of_a_tree_with_nothing_else)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology = topology_read(tree);

	ck_assert_str_eq(picture(tree, topology), two_nodes_picture);
	ck_assert_ptr_null(topology->cpu_model);
}
END_TEST

START_TEST(offline_cpus_are_possible_only)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	tree_file(tree, CPU_DIR "/online", "0,2-3,5-7");
	tree_node(tree, 0, "0d", 1000);
	tree_node(tree, 1, "e0", 2000);
	topology = topology_read(tree);
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->online), "0,2-3,5-7");
	ck_assert_uint_eq(topology->cores.count, 4);
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->cores.at[0].pus), "0");
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->cores.at[2].pus), "5");
	ck_assert(topology->smt);
}
END_TEST

START_TEST(names_of_kernels_before_5_3)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct topology *topology;

	tree_file(tree, CPU_DIR "/online", "0-1");
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		const char *dir = arena_printf(tree->arena, CPU_DIR "/cpu%u/topology", cpu);

		tree_file(tree, arena_printf(tree->arena, "%s/thread_siblings", dir), "3");
		tree_file(tree, arena_printf(tree->arena, "%s/core_siblings", dir), "3");
		tree_file(tree, arena_printf(tree->arena, "%s/core_id", dir), "0");
		tree_file(tree, arena_printf(tree->arena, "%s/physical_package_id", dir), "0");
	}
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->cores.count, 1);
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->possible), "0-1");
}
END_TEST

START_TEST(without_numa_there_is_one_node)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	tree_remove(tree, NODE_DIR);
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->nodes.count, 1);
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->nodes.at[0].pus), "0-7");
	ck_assert_int_eq(topology->cores.at[3].numa, 0);
}
END_TEST

START_TEST(all_memory_is_that_of_a_lone_node)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	struct facts facts = {.host.memory_bytes = 12345};
	struct err err = {0};

	ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), 0);
	ck_assert_uint_eq(facts.topology.nodes.at[0].memory_bytes, 1024000);
	tree_remove(tree, NODE_DIR);
	facts.topology = (struct topology){0};
	ck_assert_int_eq(topology_try(tree->root, tree->arena, &facts, &err), 0);
	ck_assert_uint_eq(facts.topology.nodes.at[0].memory_bytes, 12345);
}
END_TEST

START_TEST(a_node_of_memory_has_no_cpus)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	tree_file(tree, NODE_DIR "/online", "0-2");
	tree_node(tree, 2, "00", 4000);
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->nodes.count, 3);
	ck_assert_uint_eq(cpuset_weight(&topology->nodes.at[2].pus), 0);
	ck_assert_uint_eq(topology->nodes.at[2].memory_bytes, 4096000);
	ck_assert_int_eq(topology->cores.at[0].numa, 0);
}
END_TEST

/* An NVMe disk near node 1, a NIC that says nothing, a virtual device that is nowhere. */
static void add_devices(struct tree *tree)
{
	static const char pci[] = "/sys/devices/pci0000:40/0000:40:01.0/0000:41:00.0";

	tree_file(tree, arena_printf(tree->arena, "%s/local_cpus", pci), "f0");
	tree_file(tree, arena_printf(tree->arena, "%s/nvme/nvme0/nvme0n1/size", pci), "2048");
	tree_link(tree, "/sys/bus/pci/devices/0000:41:00.0",
		  "../../../devices/pci0000:40/0000:40:01.0/0000:41:00.0");
	tree_link(tree, "/sys/class/block/nvme0n1",
		  "../../devices/pci0000:40/0000:40:01.0/0000:41:00.0/nvme/nvme0/nvme0n1");
	tree_file(tree, "/sys/devices/virtual/block/md0/size", "1");
	tree_link(tree, "/sys/class/block/md0", "../../devices/virtual/block/md0");
	tree_file(tree, "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/mtu", "1500");
	tree_link(tree, "/sys/class/net/eth0", "../../devices/pci0000:00/0000:00:03.0/net/eth0");
}

START_TEST(disks_and_nics_stand_near_the_node_of_their_pci_function)
{
	_cleanup_tree_ struct tree *tree = two_nodes();

	add_devices(tree);
	ck_assert_str_eq(picture(tree, topology_read(tree)),
			 arena_printf(tree->arena, "%seth0 -1\nnvme0n1 1\n", two_nodes_picture));
}
END_TEST

/* A tree of what the record of this one would hold. */
static void copy_touched(struct tree *tree, struct tree *copy)
{
	const seen_entries *entries;

	root_record_start(tree->root, tree->arena);
	topology_tree_touch(tree->root, tree->arena);
	entries = root_record_entries(tree->root);
	vec_for_each (entry, entries) {
		if (entry->kind == SEEN_FILE)
			tree_file(copy, entry->path, entry->text);
		else if (entry->kind == SEEN_LINK)
			tree_link(copy, entry->path, entry->text);
	}
}

START_TEST(what_touch_reads_is_all_that_hwloc_needs)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	_cleanup_tree_ struct tree *copy = tree_new();
	const struct topology *topology;

	add_devices(tree);
	topology = topology_read(tree);
	copy_touched(tree, copy);
	ck_assert_str_eq(picture(copy, topology_read(copy)), picture(tree, topology));
}
END_TEST

/* Whoever copied this tree left out the masks of CPUs first to 7. */
static struct tree *listed_from(unsigned first, const char *name)
{
	struct tree *tree = two_nodes();

	for (unsigned cpu = first; cpu < 8; cpu++) {
		const char *dir = arena_printf(tree->arena, CPU_DIR "/cpu%u/topology", cpu);

		tree_remove(tree, arena_printf(tree->arena, "%s/core_cpus", dir));
		tree_remove(tree, arena_printf(tree->arena, "%s/package_cpus", dir));
		tree_file(tree, arena_printf(tree->arena, "%s/%s", dir, name),
			  arena_printf(tree->arena, "%u-%u,12", cpu / 2 * 2, cpu / 2 * 2 + 1));
	}
	return tree;
}

/* Without cores hwloc tells of no cache. */
static const char *without_caches(struct tree *tree, const char *text)
{
	const char *cache = strstr(text, "\nL1 ");

	return cache ? arena_strndup(tree->arena, text, (size_t)(cache - text) + 1) : text;
}

START_TEST(lists_do_where_there_are_no_masks)
{
	static const char *const lists[] = {"core_cpus_list", "thread_siblings_list"};

	for (unsigned first = 0; first < 8; first++) {
		_cleanup_tree_ struct tree *tree = listed_from(first, lists[first % 2]);
		_cleanup_tree_ struct tree *copy = tree_new();

		ck_assert_str_eq(without_caches(tree, picture(tree, topology_read(tree))),
				 without_caches(tree, two_nodes_picture));
		copy_touched(tree, copy);
		ck_assert_str_eq(without_caches(copy, picture(copy, topology_read(copy))),
				 without_caches(tree, two_nodes_picture));
	}
}
END_TEST

START_TEST(lists_that_say_nothing)
{
	static const char *const texts[] = {"", "5-4", "x"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_tree_ struct tree *tree = listed_from(4, "core_cpus_list");

		tree_file(tree, CPU_DIR "/cpu6/topology/core_cpus_list", texts[i]);
		tree_file(tree, CPU_DIR "/cpu7/topology/core_cpus_list", texts[i]);
		topology_expect_unknown(tree, "/cpu6/topology/core_cpus: ");
	}
}
END_TEST

/* It is not in the core that it lists. */
START_TEST(a_list_of_another_core)
{
	_cleanup_tree_ struct tree *tree = listed_from(4, "core_cpus_list");

	tree_file(tree, CPU_DIR "/cpu6/topology/core_cpus_list", "4-5");
	tree_file(tree, CPU_DIR "/cpu7/topology/core_cpus_list", "7");
	topology_expect_unknown(tree, "hwloc finds CPUs 0-5,7");
}
END_TEST

START_TEST(cpu_model_is_that_of_the_first_cpu)
{
	_cleanup_tree_ struct tree *tree = two_nodes();

	tree_file(tree, "/proc/cpuinfo",
		  "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2 GHz\n\n"
		  "processor\t: 1\nmodel name\t: Another");
	ck_assert_str_eq(topology_read(tree)->cpu_model, "Some CPU @ 2 GHz");
}
END_TEST

START_TEST(the_environment_leads_nowhere)
{
	_cleanup_tree_ struct tree *tree = two_nodes();

	ck_assert_int_eq(setenv("HWLOC_SYNTHETIC", "package:4 core:4 pu:2", 1), 0);
	ck_assert_int_eq(setenv("HWLOC_XMLFILE", "/nonexistent.xml", 1), 0);
	ck_assert_int_eq(setenv("HWLOC_COMPONENTS", "synthetic,stop", 1), 0);
	ck_assert_int_eq(setenv("HWLOC_FSROOT", "/", 1), 0);
	ck_assert_str_eq(picture(tree, topology_read(tree)), two_nodes_picture);
}
END_TEST

START_TEST(what_does_not_add_up_is_unknown)
{
	static const struct {
		const char *file, *text, *part;
	} cases[] = {
	    {CPU_DIR "/online", "", "names no CPU"},
	    {CPU_DIR "/online", "7-0", CPU_DIR "/online: "},
	    {CPU_DIR "/cpu0", NULL, "contradicts itself: " CPU_DIR "/online lists CPU 0, and"},
	    {CPU_DIR "/cpu0/topology", NULL, "not known: " CPU_DIR "/cpu0/topology/core_cpus: No"},
	    {CPU_DIR "/cpu6/topology", NULL, "not known: " CPU_DIR "/cpu6/topology/core_cpus: No"},
	    {CPU_DIR "/cpu6/topology/core_cpus", "binary", "cpu6/topology/core_cpus: Invalid"},
	    {CPU_DIR "/cpu6/topology/core_cpus", "30",
	     "contradicts itself: hwloc finds CPUs 0-5, "},
	    {CPU_DIR "/online", "0-8", "contradicts itself: " CPU_DIR "/online lists CPU 8, and"},
	    {NODE_DIR "/online", "", "names no NUMA node"},
	    {NODE_DIR "/online", "1-0", "the NUMA nodes of " NODE_DIR ": Invalid"},
	    {NODE_DIR "/node0/cpumap", "1f", "contradicts itself: by " NODE_DIR " node 0 has CPUs"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = two_nodes();

		tree_remove(tree, cases[i].file);
		if (cases[i].text)
			tree_file(tree, cases[i].file, cases[i].text);
		topology_expect_unknown(tree, cases[i].part);
	}
}
END_TEST

/* How many there are is not known either, whatever else there is against the tree. */
START_TEST(cpus_that_are_not_there_do_not_count)
{
	_cleanup_tree_ struct tree *tree = two_nodes(), *other = two_nodes();

	tree_file(tree, CPU_DIR "/online", "0-511");
	tree_file(tree, NODE_DIR "/online", "");
	for (unsigned possible = 0; possible <= 1024; possible += 1024) {
		struct facts facts = {0};
		struct err err = {0};

		if (possible)
			tree_file(tree, CPU_DIR "/possible", "0-1023");
		ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), 0);
		ck_assert_str_eq(facts.topology.problem,
				 "the CPU topology contradicts itself: " CPU_DIR
				 "/online lists CPU 8, and there is no " CPU_DIR "/cpu8");
		ck_assert_uint_eq(cpuset_weight(&facts.topology.online), 0);
		ck_assert_uint_eq(cpuset_weight(&facts.topology.possible), possible);
	}
	tree_remove(other, CPU_DIR "/online");
	tree_file(other, CPU_DIR "/offline", "6-");
	topology_expect_unknown(other, CPU_DIR "/offline: Invalid");
}
END_TEST

/* What hwloc gets wrong or drops, and the kernel tells in another way. */
START_TEST(what_is_not_told_follows)
{
	static const struct {
		const char *files[13]; /* in turn a file and its text; NULL: removed */
		const char *first, *second;
	} cases[] = {
	    {{CPU_DIR "/online", NULL}, "0-3", "4-7"},
	    {{CPU_DIR "/online", NULL, CPU_DIR "/cpu3/online", "0", CPU_DIR "/cpu4/online", "1"},
	     "0-2",
	     "4-7"},
	    /* CPUs without a file `online`, as if they could not go offline. */
	    {{CPU_DIR "/online", NULL, CPU_DIR "/offline", "6-7", CPU_DIR "/cpu6/topology", NULL,
	      CPU_DIR "/cpu7/topology", NULL},
	     "0-3",
	     "4-5"},
	    {{CPU_DIR "/online", NULL, CPU_DIR "/offline", "4-7", CPU_DIR "/cpu4/online", "1",
	      CPU_DIR "/cpu5/online", "1", CPU_DIR "/cpu6", NULL, CPU_DIR "/cpu7", NULL},
	     "0-3",
	     "4-5"},
	    {{CPU_DIR "/online", NULL, CPU_DIR "/offline", ""}, "0-3", "4-7"},
	    /* Nodes that cross packages, and that interleave. */
	    {{NODE_DIR "/node0/cpumap", "3f", NODE_DIR "/node1/cpumap", "c0"}, "0-5", "6-7"},
	    {{NODE_DIR "/node0/cpumap", "33", NODE_DIR "/node1/cpumap", "cc"},
	     "0-1,4-5",
	     "2-3,6-7"},
	    /* Emulated nodes, and memory that is near to all. */
	    {{NODE_DIR "/node0/cpumap", "ff", NODE_DIR "/node1/cpumap", "ff"}, "0-7", "0-7"},
	    {{NODE_DIR "/node0/cpumap", "0f", NODE_DIR "/node1/cpumap", "ff"}, "0-3", "0-7"},
	    {{NODE_DIR "/node1/cpumap", NULL, NODE_DIR "/node1/cpulist", "4-7"}, "0-3", "4-7"},
	    {{NODE_DIR "/node0/cpumap", "ff", NODE_DIR "/node1/cpumap", NULL}, "0-7", ""},
	    {{NODE_DIR "/node1/cpumap", "binary", NODE_DIR "/node1/cpu5/online", "1"}, "0-3", "5"},
	    {{CPU_DIR "/cpu4/topology/physical_package_id", "0"}, "0-3", "4-7"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = two_nodes();
		const struct topology *topology;

		for (const char *const *file = cases[i].files; *file; file += 2) {
			if (file[1])
				tree_file(tree, file[0], file[1]);
			else
				tree_remove(tree, file[0]);
		}
		topology = topology_read(tree);
		ck_assert_uint_eq(topology->nodes.count, 2);
		ck_assert_str_eq(cpuset_list(tree->arena, &topology->nodes.at[0].pus),
				 cases[i].first);
		ck_assert_str_eq(cpuset_list(tree->arena, &topology->nodes.at[1].pus),
				 cases[i].second);
		ck_assert_uint_eq(topology->nodes.at[1].memory_bytes, 2048000);
		ck_assert_uint_eq(topology->packages, 2);
	}
}
END_TEST

START_TEST(the_only_node_has_all_cpus)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	tree_remove(tree, NODE_DIR "/node1");
	tree_remove(tree, NODE_DIR "/online");
	tree_remove(tree, NODE_DIR "/node0/cpumap");
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->nodes.count, 1);
	ck_assert_str_eq(cpuset_list(tree->arena, &topology->nodes.at[0].pus), "0-7");
	ck_assert_uint_eq(topology->nodes.at[0].memory_bytes, 1024000);
	ck_assert_int_eq(topology->cores.at[3].numa, 0);
}
END_TEST

/* Package 1 claims CPU 3, and hwloc drops one of the two. */
START_TEST(packages_are_those_that_the_kernel_numbers)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	for (unsigned cpu = 4; cpu < 8; cpu++)
		tree_file(tree,
			  arena_printf(tree->arena, CPU_DIR "/cpu%u/topology/package_cpus", cpu),
			  "f8");
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->packages, 2);
	ck_assert_int_eq(topology->cores.at[0].package, 0);
	ck_assert_int_eq(topology->cores.at[2].package, 1);
}
END_TEST

START_TEST(a_tree_without_cpus_is_no_node)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};
	struct err err = {0};

	tree_file(tree, CPU_DIR "/cpufreq/boost", "1");
	ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), -ENOTDIR);
	ck_assert_msg(strstr(err.text, "is not a node: it shows no CPU below") != NULL, "%s",
		      err.text);
}
END_TEST

START_TEST(an_empty_node_directory_would_make_hwloc_abort)
{
	_cleanup_tree_ struct tree *tree = two_nodes();

	tree_remove(tree, NODE_DIR);
	tree_dir(tree, NODE_DIR);
	topology_expect_unknown(tree, "names no NUMA node");
}
END_TEST

START_TEST(a_node_that_cannot_be_read_is_unknown)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;
	struct facts facts = {.host.memory_bytes = 12345};
	struct err err = {0};

	tree_remove(tree, NODE_DIR "/node1/cpumap");
	ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), 0);
	ck_assert_uint_eq(facts.topology.nodes.count, 1);
	/* The one that is left has no more memory for it. */
	ck_assert_uint_eq(facts.topology.nodes.at[0].memory_bytes, 1024000);
	topology = topology_read(tree);
	ck_assert_int_eq(topology->cores.at[0].numa, 0);
	ck_assert_int_eq(topology->cores.at[3].numa, -1);
}
END_TEST

/* Somebody who copied the tree left it out. */
START_TEST(a_node_that_is_not_there_leaves_no_memory)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	struct facts facts = {.host.memory_bytes = 12345};
	struct err err = {0};

	for (int i = 0; i < 2; i++) {
		tree_remove(tree, i ? NODE_DIR "/online" : NODE_DIR "/node1");
		facts.topology = (struct topology){0};
		ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), 0);
		ck_assert_uint_eq(facts.topology.nodes.count, 1);
		ck_assert_uint_eq(facts.topology.nodes.at[0].memory_bytes, 1024000);
	}
}
END_TEST

START_TEST(links_out_of_the_tree_are_refused)
{
	static const char *const links[] = {CPU_DIR, NODE_DIR, "/sys/devices", "/sys/class/net"};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		_cleanup_tree_ struct tree *tree = two_nodes();
		struct facts facts = {0};
		struct err err = {0};

		tree_dir(tree, "/sys/class");
		tree_dir(tree, "/sys/class/net");
		tree_remove(tree, links[i]);
		tree_link(tree, links[i], links[i]);
		ck_assert_int_eq(topology_try(tree_open(tree), tree->arena, &facts, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "is a link to") != NULL, "%s", err.text);
	}
}
END_TEST

/* This machine has a cpu0 with a topology and caches, and a node0 with memory: none may be seen. */
START_TEST(absolute_links_never_show_this_machine)
{
	_cleanup_tree_ struct tree *topology = two_nodes(), *loop = two_nodes();
	_cleanup_tree_ struct tree *memory = two_nodes(), *caches = two_nodes();
	const struct topology *seen;

	tree_remove(topology, CPU_DIR "/cpu0/topology");
	tree_link(topology, CPU_DIR "/cpu0/topology", CPU_DIR "/cpu0/topology");
	topology_expect_unknown(topology, "cpu0/topology");

	tree_remove(loop, CPU_DIR "/online");
	tree_link(loop, CPU_DIR "/online", "online");
	topology_expect_unknown(loop, CPU_DIR "/online: ");

	tree_remove(memory, NODE_DIR "/node0/meminfo");
	tree_link(memory, NODE_DIR "/node0/meminfo", "/proc/meminfo");
	seen = topology_read(memory);
	ck_assert_uint_eq(seen->nodes.at[0].memory_bytes, 0);

	for (unsigned cpu = 0; cpu < 8; cpu++) {
		const char *dir = arena_printf(caches->arena, CPU_DIR "/cpu%u/cache", cpu);

		tree_remove(caches, dir);
		tree_link(caches, dir, CPU_DIR "/cpu0/cache");
	}
	seen = topology_read(caches);
	ck_assert_uint_eq(seen->caches.count, 0);
}
END_TEST

/* From here on landlock_create_ruleset is answered as by a kernel without Landlock. */
static void hide_landlock(void)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* A link to a file beside the tree that says one thing, while the tree has one of that name that
 * says another: only hwloc goes out there. */
static void lure(struct tree *tree, struct tree *outside, const char *path, const char *text)
{
	const char *inside = NULL;

	ck_assert_int_eq(root_read(tree_open(tree), tree->arena, path, &inside), 0);
	tree_file(outside, path, text);
	tree_file(tree, arena_printf(tree->arena, "%s%s", outside->dir, path), inside);
	tree_remove(tree, path);
	tree_link(tree, path, arena_printf(tree->arena, "%s%s", outside->dir, path));
}

START_TEST(without_landlock_cores_packages_and_nodes_are_compared)
{
	static const struct {
		const char *path, *other, *text, *part;
	} cases[] = {
	    {CPU_DIR "/cpu0/topology/core_cpus", NULL, "01", "hwloc finds CPUs 0,2-7"},
	    {CPU_DIR "/cpu0/topology/core_cpus", CPU_DIR "/cpu2/topology/core_cpus", "0f",
	     "hwloc makes one core of CPUs 0-3"},
	};

	hide_landlock();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = two_nodes();
		_cleanup_tree_ struct tree *outside = tree_new();

		lure(tree, outside, cases[i].path, cases[i].text);
		if (cases[i].other)
			lure(tree, outside, cases[i].other, cases[i].text);
		topology_expect_unknown(tree, cases[i].part);
	}
}
END_TEST

START_TEST(without_landlock_only_verified_facts_stand)
{
	_cleanup_tree_ struct tree *tree = two_nodes();
	const struct topology *topology;

	hide_landlock();
	tree_remove(tree, NODE_DIR "/node0/meminfo");
	tree_link(tree, NODE_DIR "/node0/meminfo", "/proc/meminfo");
	topology = topology_read(tree);
	ck_assert_uint_eq(topology->cores.count, 4);
	ck_assert_uint_eq(topology->caches.count, 0);
	ck_assert_uint_eq(topology->nodes.at[0].memory_bytes, 0);

	tree_remove(tree, CPU_DIR "/cpu0/topology");
	tree_link(tree, CPU_DIR "/cpu0/topology", CPU_DIR "/cpu0/topology");
	topology_expect_unknown(tree, "cpu0/topology");
}
END_TEST

START_TEST(this_machine)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	_cleanup_root_ struct root *root = NULL;
	struct facts facts = {0};
	struct err err = {0};
	const char *online = NULL;

	ck_assert_int_eq(root_open(arena, "/", &root, &err), 0);
	ck_assert_msg(topology_try(root, arena, &facts, &err) == 0, "%s", err.text);
	ck_assert_int_eq(root_read(root, arena, CPU_DIR "/online", &online), 0);
	ck_assert_str_eq(cpuset_list(arena, &facts.topology.online), online);
}
END_TEST

RUN_SUITE("topology", cores_nodes_and_caches_of_a_tree_with_nothing_else,
	  offline_cpus_are_possible_only, names_of_kernels_before_5_3,
	  without_numa_there_is_one_node, all_memory_is_that_of_a_lone_node,
	  a_node_of_memory_has_no_cpus, disks_and_nics_stand_near_the_node_of_their_pci_function,
	  what_touch_reads_is_all_that_hwloc_needs, lists_do_where_there_are_no_masks,
	  lists_that_say_nothing, a_list_of_another_core, cpu_model_is_that_of_the_first_cpu,
	  the_environment_leads_nowhere, what_does_not_add_up_is_unknown,
	  cpus_that_are_not_there_do_not_count, what_is_not_told_follows,
	  the_only_node_has_all_cpus, packages_are_those_that_the_kernel_numbers,
	  a_tree_without_cpus_is_no_node, an_empty_node_directory_would_make_hwloc_abort,
	  a_node_that_cannot_be_read_is_unknown, a_node_that_is_not_there_leaves_no_memory,
	  links_out_of_the_tree_are_refused, absolute_links_never_show_this_machine,
	  without_landlock_cores_packages_and_nodes_are_compared,
	  without_landlock_only_verified_facts_stand, this_machine)
