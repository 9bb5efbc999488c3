/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test ends with: one suite of one test case, in the list of run_suites.c. */
#ifndef RUN_SUITE_H
#define RUN_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* check notes the place of every assertion that holds, and reads all of them back in a time that
 * grows with their square. They would only tell after which line a test crashed: a sanitizer tells
 * more. */
#define _mark_point(file, line) ((void)0)

/* A sweep asserts the same of many rounds. scripts/test takes all of them, and with --fast, which
 * sets THINTUNE_SWEEP, a part of them, as the tests of the command line do (tests/cli/lib.sh). */
static inline bool is_sweep_short(void)
{
	const char *sweep = getenv("THINTUNE_SWEEP");

	return sweep && strcmp(sweep, "short") == 0;
}

static inline int run_suite(const char *name, void (*prepare)(TCase *group),
			    const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *group = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(group, 300);
	if (prepare)
		prepare(group);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(group, tests[i]);
	suite_add_tcase(suite, group);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* One suite of a program that holds several. Its name is that of its file, without ".c". */
struct listed_suite {
	const char *file;
	int (*run)(void);
	struct listed_suite *next;
};

void list_suite(struct listed_suite *suite);

#define LIST_SUITE(function)                                                                       \
	__attribute__((constructor)) static void list_this_suite(void)                             \
	{                                                                                          \
		static struct listed_suite suite = {.file = __FILE__, .run = function};            \
                                                                                                   \
		list_suite(&suite);                                                                \
	}

#define RUN_SUITE(name, ...) RUN_SUITE_WITH(name, NULL, __VA_ARGS__)

/* prepare() adds what a list of tests cannot say: a fixture, tests that run once for each row of a
 * table, tests that a signal ends. */
#define RUN_SUITE_WITH(name, prepare, ...)                                                         \
	static int run_this_suite(void)                                                            \
	{                                                                                          \
		const TTest *const tests[] = {__VA_ARGS__};                                        \
                                                                                                   \
		return run_suite(name, prepare, tests, sizeof(tests) / sizeof(tests[0]));          \
	}                                                                                          \
                                                                                                   \
	LIST_SUITE(run_this_suite)

#endif
