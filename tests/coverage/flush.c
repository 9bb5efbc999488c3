/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into every program of a coverage build only: writes the counters of a process that ends by
 * _exit() or abort() or becomes another program, and of one that has no environment, no rights or
 * another user by then. scripts/coverage says in COVERAGE_DIR where to; everyone may write there.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void __gcov_dump(void);
int __real___gcov_execve(const char *path, char *const arguments[], char *const environment[]);
int __wrap___gcov_execve(const char *path, char *const arguments[], char *const environment[]);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
_Noreturn void __real_abort(void);
_Noreturn void __wrap_abort(void);
int __real_confine_files(int directory, const char *readable);
int __wrap_confine_files(int directory, const char *readable);
struct engine;
struct probe_sandbox;
void __real_sandbox_enter(int directory, struct probe_sandbox *ret);
void __wrap_sandbox_enter(int directory, struct probe_sandbox *ret);
void __real_sandbox_narrow(int directory, const struct engine *engine, struct probe_sandbox *ret);
void __wrap_sandbox_narrow(int directory, const struct engine *engine, struct probe_sandbox *ret);

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
	const char *readable; /* confine_files(); else one of the sandbox */
	int directory, result;
	const struct engine *engine; /* NULL: sandbox_enter() */
	struct probe_sandbox *ret;
};

static void *confine(void *given)
{
	struct confinement *confinement = given;

	if (confinement->readable)
		confinement->result =
		    __real_confine_files(confinement->directory, confinement->readable);
	else if (confinement->engine)
		__real_sandbox_narrow(confinement->directory, confinement->engine,
				      confinement->ret);
	else
		__real_sandbox_enter(confinement->directory, confinement->ret);
	return NULL;
}

/* In a thread of its own, so that the one that writes the counters stays free. */
static int confine_apart(struct confinement *confinement)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, confine, confinement) != 0)
		return -1;
	(void)pthread_join(thread, NULL);
	return confinement->result;
}

int __wrap_confine_files(int directory, const char *readable)
{
	return readable ? confine_apart(
			      &(struct confinement){.readable = readable, .directory = directory})
			: __real_confine_files(directory, readable);
}

void __wrap_sandbox_enter(int directory, struct probe_sandbox *ret)
{
	(void)confine_apart(&(struct confinement){.directory = directory, .ret = ret});
}

void __wrap_sandbox_narrow(int directory, const struct engine *engine, struct probe_sandbox *ret)
{
	(void)confine_apart(
	    &(struct confinement){.directory = directory, .engine = engine, .ret = ret});
}
