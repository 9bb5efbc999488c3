/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's side: a child in shared memory, watched until it ends or its time is up. */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/child.h"
#include "probe/clock.h"

/* What the child may take longer than its deadline: the last request of a slow disk. */
enum { grace_ms = 1500, look_ms = 100 };

int probe_check(const struct probe_request *request, struct err *err)
{
	specs list;
	struct arena *arena = arena_new();
	int r = specs_of(arena, request, &list, err);

	for (unsigned i = 0; r == 0 && request->engine && i <= ENGINE_COUNT; i++) {
		if (i == ENGINE_COUNT)
			r = err_set(err, -EINVAL,
				    "there is no engine '%s', only io_uring, io_uring-plain, "
				    "linux-aio, threads",
				    request->engine);
		else if (text_equal(engines[i]->name, request->engine))
			break;
	}
	vec_for_each (spec, &list) {
		if (r == 0 && request->file && request->jobs.count &&
		    spec->pattern != PATTERN_READ && spec->pattern != PATTERN_RANDREAD)
			r = err_set(err, -EINVAL, "job '%s' writes, and --file is only read",
				    spec->name);
	}
	arena_free(arena);
	return r;
}

/* The child's end, as far as the caller waits for it. `alive` is read from a pipe that only the
 * child has open for writing. */
static bool wait_for(pid_t child, int alive, const struct probe_request *request,
		     const struct probe_result *shared, uint64_t deadline)
{
	struct pollfd end = {.fd = alive};

	for (;;) {
		int r = poll(&end, 1, look_ms);

		if (r > 0 && end.revents & (POLLHUP | POLLERR))
			return waitpid(child, NULL, 0) == child || errno == ECHILD;
		if (now_ns() >= deadline)
			return false;
		if (request->progress)
			request->progress(request->context, shared);
	}
}

int probe_run(struct arena *arena, const struct probe_request *request, struct probe_result *ret,
	      struct err *err)
{
	struct probe_result *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t started = now_ns();
	uint64_t deadline = started + probe_budget_ns(request) + grace_ms * MS;
	pid_t parent = getpid(), child;
	int ends[2];
	bool ended;

	if (shared == MAP_FAILED || pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot prepare the probe: %s", err_words(errno));
	child = fork();
	if (child == 0)
		probe_child(arena, request, parent, started, shared);
	(void)close(ends[1]);
	ended = child > 0 && wait_for(child, ends[0], request, shared, deadline);
	(void)close(ends[0]);
	if (child < 0) {
		(void)munmap(shared, sizeof(*shared));
		return err_set(err, -EAGAIN, "cannot start the probe: %s", err_words(EAGAIN));
	}
	if (!ended)
		(void)kill(child, SIGKILL);
	*ret = *shared;
	ret->elapsed_s = (double)(now_ns() - started) / (double)SECOND;
	/* A process that hangs in the disk cannot be waited for; it goes when the disk answers. */
	(void)waitpid(child, NULL, WNOHANG);
	(void)munmap(shared, sizeof(*shared));
	if (ret->finished)
		return 0;
	return err_set(err, ended ? -ECHILD : -ETIMEDOUT,
		       ended ? "the probe was killed while it did: %s"
			     : "the disk did not answer in time; the probe hung in: %s",
		       ret->stage[0] ? ret->stage : "starting");
}
