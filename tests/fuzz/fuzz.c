/* SPDX-License-Identifier: Apache-2.0 */
/* What all fuzz targets share: which one runs, the tree that they read, and how one fails. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fuzz_target *targets;

void fuzz_register(struct fuzz_target *target)
{
	target->next = targets;
	targets = target;
}

void fuzz_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	abort();
}

static const struct fuzz_target *chosen(void)
{
	const char *name = getenv("FUZZ_TARGET");

	for (const struct fuzz_target *target = targets; target; target = target->next) {
		if (text_equal(target->name, name))
			return target;
	}
	(void)fprintf(stderr, "FUZZ_TARGET names none of:");
	for (const struct fuzz_target *target = targets; target; target = target->next)
		(void)fprintf(stderr, " %s", target->name);
	(void)fputc('\n', stderr);
	_exit(2);
}

/* Of the present input. */
static struct arena *input;
static struct root *root;
static char refusal[1024];

void fuzz_refuse(const char *sentence)
{
	fuzz_check(*sentence, "refused without a sentence");
	(void)snprintf(refusal, sizeof(refusal), "%s", sentence);
}

const char *fuzz_refusal(void)
{
	return refusal;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const struct fuzz_target *target;
	_cleanup_arena_ struct arena *arena = arena_new();
	char *text = arena_alloc(arena, size + 1);

	if (!target)
		target = chosen();
	if (size)
		memcpy(text, data, size);
	input = arena;
	*refusal = '\0';
	target->run(arena, text, size);
	root_close(root);
	root = NULL;
	return 0;
}

/* The tree ------------------------------------------------------------------------------------ */

static char tree[4096];
static int tree_fd = -1;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_tree(void)
{
	(void)nftw(tree, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_tree(void)
{
	const char *parent = getenv("TMPDIR");

	(void)umask(022);
	(void)snprintf(tree, sizeof(tree), "%s/thintune-fuzz-XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(tree))
		fuzz_fail("cannot make %s", tree);
	(void)atexit(remove_tree);
	tree_fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(tree_fd, "sys", 0755) < 0 || mkdirat(tree_fd, "proc", 0755) < 0)
		fuzz_fail("cannot make directories in %s", tree);
}

struct root *fuzz_root(void)
{
	struct err err;

	if (root)
		return root;
	if (tree_fd < 0)
		make_tree();
	if (root_open(input, tree, &root, &err) < 0)
		fuzz_fail("%s", err.text);
	return root;
}

static void make_parents(const char *path)
{
	char dir[256];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		if (mkdirat(tree_fd, dir, 0755) < 0 && errno != EEXIST)
			fuzz_fail("cannot make %s in %s", dir, tree);
	}
}

void fuzz_put(const char *path, const char *bytes, size_t length)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	const char *below = path + 1;
	int fd;

	if (tree_fd < 0)
		make_tree();
	if (!bytes) {
		(void)unlinkat(tree_fd, below, 0);
		return;
	}
	fd = openat(tree_fd, below, flags, 0644);
	if (fd < 0 && errno == ENOENT) {
		make_parents(below);
		fd = openat(tree_fd, below, flags, 0644);
	}
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length || close(fd) < 0)
		fuzz_fail("cannot write %s in %s", path, tree);
}

/* Inputs -------------------------------------------------------------------------------------- */

void fuzz_split(struct arena *arena, const char *text, size_t length, struct fuzz_part *parts,
		size_t count)
{
	static const char mark[] = "%%\n";
	const char *end = text + length;

	memset(parts, 0, count * sizeof(*parts));
	for (size_t i = 0; i < count && text; i++) {
		const char *next = text;

		do
			next = memmem(next, (size_t)(end - next), mark, strlen(mark));
		while (next && next > text && next[-1] != '\n' && next++);
		parts[i].length = (size_t)((next ? next : end) - text);
		parts[i].text = arena_strndup(arena, text, parts[i].length);
		text = next ? next + strlen(mark) : NULL;
	}
}

void fuzz_touch(const char *text)
{
	static volatile size_t total;

	total += text ? strlen(text) : 0;
}
