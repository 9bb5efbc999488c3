/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of the probe: checks the request, starts the child, watches it until it ends or its
 * time is up, and takes over its results. */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/child.h"
#include "probe/clock.h"
#include "probe/distance.h"
#include "probe/envelope.h"
#include "probe/quota.h"
#include "probe/result.h"
#include "probe/scratch.h"
#include "sys/signals.h"

/* How much longer than its deadline the child may take: a slow disk has a last request. */
enum { grace_ms = 1500, look_ms = 100, lock_ms = 1000 };

int probe_check(const struct probe_request *request, struct err *err)
{
	specs list;
	struct arena *arena = arena_new();
	int r = spec_list(arena, request, &list, err);
	uint64_t size;

	if (r == 0 && request->size_bytes && request->dir->exists == TRI_YES)
		r = probe_size(request, &size, err);

	for (unsigned i = 0; r == 0 && request->engine && i <= ENGINE_COUNT; i++) {
		if (i == ENGINE_COUNT)
			r = err_set(err, -EINVAL,
				    "there is no engine '%s', only io_uring, io_uring-plain, "
				    "linux-aio, threads",
				    request->engine);
		else if (text_equal(engine_list[i]->name, request->engine))
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

/* How the child ended, or its state when its time was up. */
struct ending {
	bool ended;
	int status;     /* of waitpid, if it ended */
	int stopped;    /* the signal that stopped it, if it was not continued; 0 */
	bool is_in_use; /* a broker has come, so it was not waited for */
};

/* The looks at the broker's lock. */
struct lock_looks {
	uint64_t next_ns, done;
};

/* Redpanda has been started meanwhile. Only what this process may read is seen. Opening the lock
 * could wait for a disk that hangs, so nobody looks before the disk has answered the child since
 * the last look; before the first request the child itself has looked. */
static bool is_in_use(const struct probe_request *request, const struct probe_result *shared,
		      struct lock_looks *looks)
{
	uint64_t done = __atomic_load_n(&shared->done_now, __ATOMIC_RELAXED), now = now_ns();
	struct arena *arena;
	bool used;

	if (request->measure_anyway || request->file || done == looks->done || now < looks->next_ns)
		return false;
	*looks = (struct lock_looks){.next_ns = now + lock_ms * MS, .done = done};
	arena = arena_new();
	used = live_dir_is_locked(arena, request->dir) == TRI_YES;
	arena_free(arena);
	return used;
}

/* Never blocks: a process can hang in the disk even while it ends. */
static struct ending look_at(pid_t child, struct ending before)
{
	struct ending now = before;
	int status = 0;
	pid_t pid = waitpid(child, &status, WNOHANG | WUNTRACED | WCONTINUED);

	if (pid == 0)
		return before;
	/* Somebody else has reaped it, so how it ended is unknown: taken as well. */
	now.ended = pid < 0 || !(WIFSTOPPED(status) || WIFCONTINUED(status));
	now.status = now.ended ? status : 0;
	now.stopped = pid > 0 && WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	return now;
}

/* How many jobs there will be, with the one that writes the file first. */
static unsigned count_jobs(struct arena *arena, const struct probe_request *request)
{
	specs list = {0};
	struct err err;

	if (spec_list(arena, request, &list, &err) < 0)
		return 0;
	return (unsigned)list.count + !request->file;
}

/* With --runtime, which is not about the prefill, the deadline of the jobs is twice what they take.
 */
static double about_s(const struct probe_request *request, unsigned jobs)
{
	unsigned timed = jobs && !request->file ? jobs - 1 : jobs;
	uint64_t ns = request->runtime_us
			  ? request->runtime_us * 1000 * timed + distance_budget_ns(request) +
				envelope_budget_ns(request)
			  : probe_budget_ns(request);

	return (double)ns / (double)SECOND;
}

/* Waits for the child's end, the deadline, or a signal. Kernels before 5.3 have no pidfd: there the
 * end is seen at the next look. */
static struct ending wait_for(pid_t child, const struct probe_request *request,
			      const struct probe_result *shared, uint64_t started, unsigned jobs)
{
	uint64_t deadline = started + probe_budget_ns(request) + grace_ms * MS;
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	struct probe_now now = {.jobs = jobs, .about_s = about_s(request, jobs)};
	struct lock_looks looks = {0};
	struct ending ending = {0};
	bool told = !request->jobs_end;

	for (;;) {
		(void)poll(&end, 1, look_ms);
		if (!told && __atomic_load_n(&shared->load_count, __ATOMIC_RELAXED)) {
			told = true;
			request->jobs_end(request->context);
		}
		ending = look_at(child, ending);
		if (ending.ended || now_ns() >= deadline || signals_caught())
			break;
		ending.is_in_use = is_in_use(request, shared, &looks);
		if (ending.is_in_use)
			break;
		if (!request->progress)
			continue;
		result_now(shared, &now);
		now.elapsed_s = (double)(now_ns() - started) / (double)SECOND;
		request->progress(request->context, &now);
	}
	if (end.fd >= 0)
		(void)close(end.fd);
	return ending;
}

static unsigned jobs_done(const struct probe_result *result)
{
	unsigned done = 0;

	for (unsigned i = 0; i < result->job_count; i++)
		done += result->jobs[i].state == JOB_DONE;
	return done;
}

/* Why the child did not finish. If a CPU quota held it up, that is no error of the disk. */
static int judge_end(const struct probe_result *result, const struct ending *ending, unsigned jobs,
		     struct err *err)
{
	const char *stage = result->stage[0] ? result->stage : "starting";

	if (result->finished)
		return 0;
	if (signals_caught() && !ending->ended)
		return err_set(err, -EINTR,
			       "interrupted by %s while doing: %s; %u of %u jobs were done",
			       signals_caught(), stage, jobs_done(result), jobs);
	if (ending->is_in_use)
		return err_set(err, -EBUSY,
			       "a running broker holds the data directory since: measuring would "
			       "disturb it; it ended while doing: %s; %u of %u jobs were done",
			       stage, jobs_done(result), jobs);
	if (ending->ended && WIFSIGNALED(ending->status) && WTERMSIG(ending->status) == SIGSYS)
		return err_set(err, -ECHILD,
			       "the probe was killed by a filter of system calls (signal %d) while "
			       "doing: %s",
			       SIGSYS, stage);
	if (ending->ended && WIFSIGNALED(ending->status))
		return err_set(err, -ECHILD, "the probe was killed by signal %d while doing: %s",
			       WTERMSIG(ending->status), stage);
	if (ending->ended)
		return err_set(err, -ECHILD, "the probe ended too early, with %d, while doing: %s",
			       WEXITSTATUS(ending->status), stage);
	if (ending->stopped)
		return err_set(err, -ECHILD,
			       "the probe was stopped by signal %d and did not continue in time; "
			       "it was doing: %s",
			       ending->stopped, stage);
	if (result->invalid[0])
		return 0;
	return err_set(err, -ETIMEDOUT, "the disk did not answer in time; the probe hung in: %s",
		       stage);
}

/* Fails the jobs that were running when the child ended. They are out of time if the disk was too
 * slow, but not if it was ended for another reason. */
static void end_jobs(struct probe_result *result, int error)
{
	const char *remark = error == -EINTR    ? "interrupted"
			     : error == -ECHILD ? "somebody killed or stopped the probe"
			     : error == -EBUSY  ? "a broker was started"
						: "it did not end in time";
	bool is_late = error != -ECHILD && error != -EINTR && error != -EBUSY;

	for (unsigned i = 0; i < result->job_count; i++) {
		struct probe_job *job = &result->jobs[i];

		if (job->state != JOB_PENDING)
			continue;
		job->state = JOB_FAILED;
		job->out_of_time = is_late;
		job->error = job->out_of_time ? -ETIMEDOUT : error;
		(void)snprintf(job->remark, sizeof(job->remark), "%s", remark);
	}
	for (unsigned i = 0; i < result->load_count; i++) {
		struct envelope_load *load = &result->loads[i];

		if (load->state != JOB_PENDING)
			continue;
		load->state = JOB_FAILED;
		load->out_of_time = is_late;
		load->error = load->out_of_time ? -ETIMEDOUT : error;
		(void)snprintf(load->remark, sizeof(load->remark), "%s", remark);
	}
}

/* Puts the result together: from shared memory, the child's end, and the CPU quota. */
static int conclude(const struct probe_result *shared, const struct ending *ending, unsigned jobs,
		    const struct quota *before, const struct quota *after, struct probe_result *ret,
		    struct err *err)
{
	int r = result_take(shared, ret, err);

	quota_judge(before, after, ret->invalid, sizeof(ret->invalid));
	ret->quota_known = before->limited != TRI_UNKNOWN;
	if (r == 0)
		r = judge_end(ret, ending, jobs, err);
	end_jobs(ret, r);
	if (r < 0 && !ret->failure[0])
		(void)snprintf(ret->failure, sizeof(ret->failure), "%.*s", PROBE_SENTENCE - 1,
			       err->text);
	return r;
}

/* Another file system may have been mounted over the directory while it was measured, or its own
 * taken away: then the broker does not get what was found. */
static int check_place(const struct probe_request *request, struct probe_result *ret,
		       struct err *err)
{
	int fd, r;

	if (request->file)
		return 0;
	r = live_dir_open(request->dir, &fd, err);
	if (r == 0) {
		(void)close(fd);
		return 0;
	}
	(void)snprintf(ret->failure, sizeof(ret->failure), "%.*s", PROBE_SENTENCE - 1, err->text);
	(void)snprintf(ret->invalid, sizeof(ret->invalid), "%s", ret->failure);
	return r;
}

int probe_run(struct arena *arena, const struct probe_request *request, struct probe_result *ret,
	      struct err *err)
{
	struct probe_result *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct quota before = quota_read(arena), after;
	unsigned jobs = count_jobs(arena, request);
	uint64_t started = now_ns();
	struct ending ending = {0};
	pid_t child;
	int leash[2], r;

	if (shared == MAP_FAILED || pipe2(leash, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot prepare the probe: %s", err_words(errno));
	child = fork();
	if (child == 0)
		probe_child(arena, request, leash[0], started, shared);
	(void)close(leash[0]);
	if (child > 0)
		ending = wait_for(child, request, shared, started, jobs);
	(void)close(leash[1]);
	if (child < 0) {
		(void)munmap(shared, sizeof(*shared));
		return err_set(err, -EAGAIN, "cannot start the probe: %s", err_words(EAGAIN));
	}
	after = quota_read(arena);
	r = conclude(shared, &ending, jobs, &before, &after, ret, err);
	/* A disk that hangs would hold this up as well. */
	if (r == 0 && ret->finished)
		r = check_place(request, ret, err);
	ret->elapsed_s = (double)(now_ns() - started) / (double)SECOND;
	/* Waiting for a process that hangs in the disk could take forever; it ends with the hang.
	 */
	(void)waitpid(child, NULL, WNOHANG);
	(void)munmap(shared, sizeof(*shared));
	return r;
}
