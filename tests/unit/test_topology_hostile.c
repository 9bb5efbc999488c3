/* SPDX-License-Identifier: Apache-2.0 */
/* A tree that gets the better of hwloc: what the child does then harms nobody but itself. */
#define HWLOC_SECONDS 1
#define HWLOC_BYTES   65536

#include <hwloc.h>

static int hostile_load(hwloc_topology_t topology);
#define hwloc_topology_load hostile_load
#include "facts/topology.c"

#include <fcntl.h>

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

static void expect_refusal(void (*child)(void), const char *part)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/devices/system/cpu/online", "0-1");
	tree_file(tree, "/sys/devices/system/cpu/possible", "0-1");
	tree_cpus(tree, 0, 0, 1, 1);
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
	expect_refusal(be_silent, "did not finish root");
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

RUN_SUITE("topology_hostile", more_than_any_node_has, it_does_not_end, it_goes_on_without_the_pipe,
	  lines_that_cannot_be, nothing_else_is_open)
