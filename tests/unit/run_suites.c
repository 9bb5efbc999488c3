/* SPDX-License-Identifier: Apache-2.0 */
/* The main() of the unit tests: a program holds many of them, and runs that by whose name it is
 * called. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "run_suite.h"

static struct listed_suite *suites;

void list_suite(struct listed_suite *suite)
{
	suite->next = suites;
	suites = suite;
}

static bool is_called(const struct listed_suite *suite, const char *name)
{
	const char *slash = strrchr(suite->file, '/');
	const char *file = slash ? slash + 1 : suite->file;
	size_t length = strlen(name);

	return strncmp(file, name, length) == 0 && strcmp(file + length, ".c") == 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : basename(argv[0]);

	for (const struct listed_suite *suite = suites; suite; suite = suite->next) {
		if (is_called(suite, name))
			return suite->run();
	}
	printf("not ok 1 - %s is a suite of this program\n", name);
	return EXIT_FAILURE;
}
