/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: FUZZ_TARGET=NAME fuzz DIR...
 * Gives nothing, then each file of these directories to the target. The parser must refuse those
 * whose names begin with "refused", and no others. Prints TAP, and the name of a file before it is
 * run, so that one that ends the process is known.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static int is_input(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static bool run_file(const char *dir, const char *name, int number)
{
	char path[4096];
	struct stat st;
	unsigned char *data;
	bool is_right;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	printf("# %s\n", path);
	(void)fflush(stdout);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		fuzz_fail("cannot open %s", path);
	data = calloc(1, (size_t)st.st_size + 1);
	if (!data || read(fd, data, (size_t)st.st_size) != st.st_size)
		fuzz_fail("cannot read %s", path);
	(void)close(fd);
	(void)LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	free(data);
	is_right = (*fuzz_refusal() != '\0') == text_starts(name, "refused");
	printf("%s %d - %s\n", is_right ? "ok" : "not ok", number, name);
	if (!is_right)
		printf("# %s\n", *fuzz_refusal() ? fuzz_refusal() : "it was taken");
	return is_right;
}

int main(int argc, char **argv)
{
	int number = 1, total = 1;
	bool all_right = true;

	(void)LLVMFuzzerTestOneInput((const unsigned char *)"", 0);
	printf("ok 1 - nothing\n");
	for (int i = 1; i < argc; i++) {
		struct dirent **list = NULL;
		int count = scandir(argv[i], &list, is_input, alphasort);

		if (count < 0)
			fuzz_fail("cannot list %s", argv[i]);
		total += count;
		for (int j = 0; j < count; j++) {
			all_right &= run_file(argv[i], list[j]->d_name, ++number);
			free(list[j]);
		}
		free(list);
	}
	/* Last: a parser that leaves the process leaves no plan. */
	printf("1..%d\n", total);
	return all_right && total > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
