/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's side: a child in shared memory, watched until it ends or its time is up. */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/child.h"
#include "probe/clock.h"
#include "probe/quota.h"

/* What the child may take longer than its deadline: the last request of a slow disk. */
enum { grace_ms = 1500, look_ms = 100 };

int probe_check(const struct probe_request *request, struct err *err)
{
	specs list;
	struct arena *arena = arena_new();
	int r = specs_of(arena, request, &list, err);
	uint64_t size;

	if (r == 0 && request->size_bytes && request->dir->exists == TRI_YES)
		r = probe_size(request, &size, err);

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

/* What was at work when the child had to be ended. */
static void end_jobs(struct probe_result *result)
{
	for (unsigned i = 0; i < result->job_count; i++) {
		struct probe_job *job = &result->jobs[i];

		if (job->state != JOB_PENDING)
			continue;
		job->state = JOB_FAILED;
		job->error = -ETIMEDOUT;
		job->out_of_time = true;
		(void)snprintf(job->remark, sizeof(job->remark), "it did not end in time");
	}
}

/* Why nothing was finished; a quota that stopped the child is no fault of the disk. */
static int judge_end(const struct probe_result *result, bool ended, struct err *err)
{
	const char *stage = result->stage[0] ? result->stage : "starting";

	if (result->finished || (!ended && result->invalid[0]))
		return 0;
	if (ended)
		return err_set(err, -ECHILD, "the probe was killed while it did: %s", stage);
	return err_set(err, -ETIMEDOUT, "the disk did not answer in time; the probe hung in: %s",
		       stage);
}

int probe_run(struct arena *arena, const struct probe_request *request, struct probe_result *ret,
	      struct err *err)
{
	struct probe_result *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct quota before = quota_read(arena), after;
	uint64_t started = now_ns();
	uint64_t deadline = started + probe_budget_ns(request) + grace_ms * MS;
	pid_t child;
	int ends[2], leash[2];
	bool ended;

	if (shared == MAP_FAILED || pipe2(ends, O_CLOEXEC) < 0 || pipe2(leash, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot prepare the probe: %s", err_words(errno));
	child = fork();
	if (child == 0) {
		(void)close(leash[1]);
		probe_child(arena, request, leash[0], started, shared);
	}
	(void)close(ends[1]);
	(void)close(leash[0]);
	ended = child > 0 && wait_for(child, ends[0], request, shared, deadline);
	(void)close(ends[0]);
	(void)close(leash[1]);
	if (child < 0) {
		(void)munmap(shared, sizeof(*shared));
		return err_set(err, -EAGAIN, "cannot start the probe: %s", err_words(EAGAIN));
	}
	*ret = *shared;
	ret->elapsed_s = (double)(now_ns() - started) / (double)SECOND;
	/* A process that hangs in the disk cannot be waited for; it goes when the disk answers. */
	(void)waitpid(child, NULL, WNOHANG);
	(void)munmap(shared, sizeof(*shared));
	after = quota_read(arena);
	quota_judge(&before, &after, ret->invalid, sizeof(ret->invalid));
	ret->quota_known = before.limited != TRI_UNKNOWN;
	end_jobs(ret);
	return judge_end(ret, ended, err);
}
