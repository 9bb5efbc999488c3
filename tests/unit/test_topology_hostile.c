/* SPDX-License-Identifier: Apache-2.0 */
/* A tree that gets the better of hwloc: what the child does then harms nobody but itself. */
#define HWLOC_SECONDS 1
#define HWLOC_BYTES   65536

#include <hwloc.h>

static int hostile_load(hwloc_topology_t topology);
#define hwloc_topology_load hostile_load
#include "facts/topology.c"

#include <fcntl.h>
#include <sys/stat.h>

#include "run_suite.h"
#include "topology_reader.h"

static void (*behave)(void);

/* The pipe is also where it complains. */
static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

static int hostile_load(hwloc_topology_t topology)
{
	sigset_t all;

	(void)topology;
	(void)alarm(0);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	behave();
	return -1;
}

static _Noreturn void talk_for_ever(void)
{
	for (;;)
		say("begin\ndevice a -\n");
}

static _Noreturn void be_silent(void)
{
	for (;;)
		(void)pause();
}

static _Noreturn void close_all(void)
{
	(void)close_range(0, ~0U, 0);
	be_silent();
}

static const char *line;

static _Noreturn void lie(void)
{
	say("begin\n");
	say(line);
	say("\nend\n");
	close_all();
}

static int kept_open;

static _Noreturn void tell_what_is_open(void)
{
	say(fcntl(kept_open, F_GETFD) < 0 ? "closed" : "open");
	close_all();
}

static _Noreturn void fail_an_assertion(void)
{
	say("Assertion `nbnodes' failed.\n");
	abort();
}

static void two_cpus(struct tree *tree)
{
	tree_file(tree, "/sys/devices/system/cpu/online", "0-1");
	tree_file(tree, "/sys/devices/system/cpu/possible", "0-1");
	tree_cpus(tree, 0, 0, 1, 1);
}

static void expect_refusal(void (*child)(void), const char *part)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	two_cpus(tree);
	behave = child;
	topology_expect_unknown(tree, part);
}

START_TEST(more_than_any_node_has)
{
	expect_refusal(talk_for_ever, "reports more about root");
}
END_TEST

START_TEST(it_does_not_end)
{
	expect_refusal(be_silent, "the CPU topology is not known: hwloc did not answer in 1 s");
}
END_TEST

/* Long before its time is over. */
START_TEST(a_fifo_that_it_waits_for)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	static const char fifo[] = "/sys/devices/system/cpu/cpu1/topology/die_cpus";

	two_cpus(tree);
	ck_assert_int_eq(mkfifo(arena_printf(tree->arena, "%s%s", tree->dir, fifo), 0644), 0);
	behave = be_silent;
	topology_expect_unknown(
	    tree,
	    "the CPU topology is not known: /sys/devices/system/cpu/cpu1/topology/die_cpus is "
	    "no regular file, and hwloc would wait for it");
}
END_TEST

START_TEST(an_abort_is_a_sentence)
{
	expect_refusal(fail_an_assertion, "Assertion `nbnodes' failed.");
}
END_TEST

static void ask_again(struct tree *tree, struct hwloc_answer *answer, bool is_asked)
{
	const struct facts_request request = {.hwloc = answer};
	struct facts facts = {0};
	struct hwloc_child child;

	ck_assert_int_eq(
	    facts_topology_start(tree_open(tree), tree->arena, &request, &facts, &child, NULL), 0);
	ck_assert_int_eq(child.pid > 0, is_asked);
	facts_topology(tree->root, tree->arena, &child, &facts);
	ck_assert_ptr_nonnull(facts.topology.problem);
	ck_assert_str_eq(facts.topology.problem, answer->problem);
}

/* Not once a second for each time that facts are collected. */
START_TEST(it_is_asked_once)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct hwloc_answer answer = {0};

	two_cpus(tree);
	behave = close_all;
	ask_again(tree, &answer, true);
	ask_again(tree, &answer, false);
	tree_file(tree, "/sys/devices/system/cpu/online", "0");
	ask_again(tree, &answer, true);
	ask_again(tree, &answer, false);
}
END_TEST

START_TEST(it_goes_on_without_the_pipe)
{
	expect_refusal(close_all, "cannot read the CPU topology");
}
END_TEST

START_TEST(lines_that_cannot_be)
{
	static const char *const lines[] = {
	    "packages 4294967296",
	    "packages -1",
	    "cache 4294967297 1",
	    "cache 1 18446744073709551616",
	    "core 2147483648 0 0",
	    "core 0 -2 0",
	    "core 0 0 4294967296",
	    "node 0 1 0-99999999999",
	    "device a",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		line = lines[i];
		expect_refusal(lie, lines[i]);
	}
}
END_TEST

START_TEST(nothing_else_is_open)
{
	kept_open = fcntl(STDIN_FILENO, F_DUPFD, 100);
	ck_assert_int_ge(kept_open, 100);
	expect_refusal(tell_what_is_open, ": closed");
}
END_TEST

RUN_SUITE("topology_hostile", more_than_any_node_has, it_does_not_end, a_fifo_that_it_waits_for,
	  an_abort_is_a_sentence, it_is_asked_once, it_goes_on_without_the_pipe,
	  lines_that_cannot_be, nothing_else_is_open)
