/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counts for each CPU, read from made files. */
#include "base/text.h"
#include "probe/cpu_events.h"
#include "run_suite.h"
#include "tree.h"

static const char *const first =
    "           CPU0       CPU2       CPU3       \n"
    " 24:         10          0          7  IO-APIC   5-edge      ACPI:Ged\n"
    "136:        100        200        300 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0\n"
    "LOC:       1000       2000       3000   Local timer interrupts\n"
    "ERR:          0\n";
static const char *const then =
    "           CPU0       CPU2       CPU3       \n"
    " 24:         10          0          2  IO-APIC   5-edge      ACPI:Ged\n"
    " 25:          0          0          4  IO-APIC   6-edge      late, later\n"
    "136:        100        205        310 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0\n"
    "LOC:       1500       2250       3250   Local timer interrupts\n"
    "ERR:          9\n";

static void put(struct tree *tree, const char *interrupts, const char *softirqs)
{
	tree_file(tree, "/proc/interrupts", interrupts);
	tree_file(tree, "/proc/softirqs", softirqs);
}

static const char *all(struct arena *arena, const struct cpu_figures *figures)
{
	struct str text = str_new(arena);

	vec_for_each (event, &figures->events)
		str_printf(&text, "%s %s %u;", event->kind, event->name, (unsigned)event->count);
	return text.text;
}

START_TEST(what_came_between_two_readings)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct arena *arena = tree->arena;
	struct cpu_figures two = {0}, three = {0};
	struct event_table before, after;
	number_list cpus = {0};

	vec_push(arena, &cpus, 3);
	vec_push(arena, &cpus, 2);
	put(tree, first, "    CPU0  CPU1  CPU2  CPU3\n  HI: 1 1 1 1\n  RCU: 0 0 0 5\n");
	before = events_read(tree_open(tree), arena, &cpus);
	put(tree, then, "    CPU0  CPU1  CPU2  CPU3\n  HI: 1 1 2 1\n  RCU: 0 0 0 7\n");
	after = events_read(tree_open(tree), arena, &cpus);
	events_between(&before, &after, 0, &three);
	events_between(&before, &after, 1, &two);
	ck_assert(two.events_known);
	/* IRQ 24 has come less often than before, so it is another one. */
	ck_assert_str_eq(all(arena, &three), "interrupt LOC Local timer interrupts 250;"
					     "interrupt 136 virtio1-req.0 10;"
					     "interrupt 25 late, later 4;softirq RCU 2;");
	ck_assert_str_eq(all(arena, &two), "interrupt LOC Local timer interrupts 250;"
					   "interrupt 136 virtio1-req.0 5;softirq HI 1;");
	/* Rates are by the time between the two, whatever was measured meanwhile. */
	before.at_ns = 1000;
	after.at_ns = 5000;
	events_between(&before, &after, 0, &three);
	ck_assert_uint_eq(three.events_ns, 4000);
}
END_TEST

/* Some of many, in any order: each has the numbers of its own column. */
START_TEST(columns_belong_to_their_cpus)
{
	enum { columns = 700 };
	static const unsigned asked[] = {699, 0, 350, 5, 2000};
	_cleanup_tree_ struct tree *tree = tree_new();
	struct arena *arena = tree->arena;
	struct str heads = str_new(arena), counts = str_new(arena);
	struct event_table table;
	number_list cpus = {0};

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		vec_push(arena, &cpus, asked[i]);
	/* CPU 1 is offline. */
	for (unsigned i = 0; i < columns; i++) {
		if (i != 1) {
			str_printf(&heads, " CPU%u", i);
			str_printf(&counts, " %u", 10 + i);
		}
	}
	put(tree, arena_printf(arena, "%s\nLOC:%s  Local timer\n", heads.text, counts.text), "");
	table = events_read(tree_open(tree), arena, &cpus);
	ck_assert_uint_eq(table.rows.count, 1);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(table.rows.at[0].counts[i], 10 + asked[i]);
	ck_assert_uint_eq(table.rows.at[0].counts[4], 0);
}
END_TEST

START_TEST(steal_is_that_of_each_cpu)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct arena *arena = tree->arena;
	struct cpu_figures ten = {0}, one = {0};
	struct event_table before, after;
	number_list cpus = {0};

	vec_push(arena, &cpus, 10);
	vec_push(arena, &cpus, 1);
	tree_file(tree, "/proc/stat",
		  "cpu  9 9 9 9 9 9 9 99 0 0\n"
		  "cpu1 1 1 1 1 1 1 1 7 0 0\n"
		  "cpu10 1 1 1 1 1 1 1 4 0 0\n");
	before = events_read(tree_open(tree), arena, &cpus);
	tree_file(tree, "/proc/stat",
		  "cpu  9 9 9 9 9 9 9 199 0 0\n"
		  "cpu1 1 1 1 1 1 1 1 7 0 0\n"
		  "cpu10 1 1 1 1 1 1 1 9 0 0\n");
	after = events_read(tree->root, arena, &cpus);
	events_between(&before, &after, 0, &ten);
	events_between(&before, &after, 1, &one);
	ck_assert_uint_eq(ten.steal_ticks, 5);
	ck_assert_uint_eq(one.steal_ticks, 0);
	/* A container that does not show it. */
	events_between(&after, &before, 0, &one);
	ck_assert_uint_eq(one.steal_ticks, 0);
}
END_TEST

START_TEST(a_container_shows_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct cpu_figures figures = {0};
	struct event_table table;
	number_list cpus = {0};

	vec_push(tree->arena, &cpus, 0);
	tree_file(tree, "/proc/interrupts", "");
	table = events_read(tree_open(tree), tree->arena, &cpus);
	events_between(&table, &table, 0, &figures);
	ck_assert(!figures.events_known);
	ck_assert_uint_eq(figures.events.count, 0);
}
END_TEST

START_TEST(load_of_these_cpus)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct cpu_load load;
	number_list cpus = {0};

	vec_push(tree->arena, &cpus, 1);
	vec_push(tree->arena, &cpus, 10);
	tree_file(tree, "/proc/stat",
		  "cpu  999 999 999 999 999 999 999 999 0 0\n"
		  "cpu0 500 0 0 0 0 0 0 0 0 0\n"
		  "cpu1 1 2 4 8 16 32 64 128 256 512\n"
		  "cpu10 1 0 0 0 0 0 0 0 0 0\n"
		  "intr 12345 1 2 3\n");
	ck_assert_int_eq(cpu_load_read(tree_open(tree), &cpus, &load), 0);
	ck_assert_uint_eq(load.busy, 1 + 2 + 4 + 32 + 64 + 1);
	ck_assert_uint_eq(load.all, 255 + 1);
	cpus.count = 0;
	ck_assert_int_lt(cpu_load_read(tree->root, &cpus, &load), 0);
}
END_TEST

RUN_SUITE("cpu_events", what_came_between_two_readings, columns_belong_to_their_cpus,
	  steal_is_that_of_each_cpu, a_container_shows_nothing, load_of_these_cpus)
