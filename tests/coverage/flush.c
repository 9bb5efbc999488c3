/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into every program of a coverage build only: writes the counters of a process that ends by
 * _exit() or abort() or becomes another program, and of one that has no environment, no rights or
 * another user by then. scripts/mutate says in COVERAGE_DIR where to; everyone may write there.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/call_filter.h"

void __gcov_dump(void);
int __real___gcov_execve(const char *path, char *const arguments[], char *const environment[]);
int __wrap___gcov_execve(const char *path, char *const arguments[], char *const environment[]);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
_Noreturn void __real_abort(void);
_Noreturn void __wrap_abort(void);
int __real_confine_files(int directory, const char *readable);
int __wrap_confine_files(int directory, const char *readable);
int __real_confine_tree(int tree, int parent);
int __wrap_confine_tree(int tree, int parent);
int __real_confine_reading(int directory);
int __wrap_confine_reading(int directory);
int __real_call_filter_load(const struct call_rule *rules, size_t count, unsigned uses);
int __wrap_call_filter_load(const struct call_rule *rules, size_t count, unsigned uses);

static char *directory;

/* The files of counters are shared by all users that the tests become. */
static void flush(void)
{
	mode_t mask = umask(0);

	if (directory)
		(void)setenv("GCOV_PREFIX", directory, 1);
	__gcov_dump();
	(void)umask(mask);
}

__attribute__((constructor)) static void start(void)
{
	const char *given = getenv("COVERAGE_DIR");

	if (given)
		directory = strdup(given);
	(void)atexit(flush);
}

void __wrap__exit(int code)
{
	flush();
	__real__exit(code);
}

void __wrap_abort(void)
{
	flush();
	__real_abort();
}

int __wrap___gcov_execve(const char *path, char *const arguments[], char *const environment[])
{
	flush();
	return __real___gcov_execve(path, arguments, environment);
}

/* One call of a function that confines the thread that asks for it, and no other. */
struct confinement {
	enum { FILES, TREE, READING, CALLS } kind;
	int first, second, result;
	const char *readable;
	const struct call_rule *rules;
	size_t count;
	unsigned uses;
};

static void *confine(void *given)
{
	struct confinement *one = given;

	one->result = one->kind == FILES  ? __real_confine_files(one->first, one->readable)
		      : one->kind == TREE ? __real_confine_tree(one->first, one->second)
		      : one->kind == READING
			  ? __real_confine_reading(one->first)
			  : __real_call_filter_load(one->rules, one->count, one->uses);
	return NULL;
}

/* In a thread of its own, so that the one that writes the counters stays free; where a process may
 * have no other thread by then, not at all. */
static int confine_apart(struct confinement confinement)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, confine, &confinement) != 0)
		return 0;
	(void)pthread_join(thread, NULL);
	return confinement.result;
}

int __wrap_confine_files(int first, const char *readable)
{
	return confine_apart(
	    (struct confinement){.kind = FILES, .first = first, .readable = readable});
}

int __wrap_confine_tree(int tree, int parent)
{
	return confine_apart((struct confinement){.kind = TREE, .first = tree, .second = parent});
}

int __wrap_confine_reading(int directory)
{
	return confine_apart((struct confinement){.kind = READING, .first = directory});
}

int __wrap_call_filter_load(const struct call_rule *rules, size_t count, unsigned uses)
{
	return confine_apart(
	    (struct confinement){.kind = CALLS, .rules = rules, .count = count, .uses = uses});
}
