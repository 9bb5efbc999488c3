/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of the engines, and the choice of the engine for a file. */
#include "probe/engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "probe/near.h"
#include "probe/random.h"
#include "probe/scratch.h"

const struct engine *const engine_list[ENGINE_COUNT] = {&engine_uring, &engine_uring_plain,
							&engine_aio, &engine_threads};

int engine_queue_alloc(struct queue *queue)
{
	size_t length = (size_t)queue->depth * queue->block_bytes;
	struct random random = random_new(queue->depth);
	void *buffers =
	    mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (buffers == MAP_FAILED)
		return -ENOMEM;
	queue->slots = calloc(queue->depth, sizeof(*queue->slots));
	if (!queue->slots) {
		(void)munmap(buffers, length);
		return -ENOMEM;
	}
	queue->buffers = buffers;
	if (queue->numa)
		near_bind(queue->numa, buffers, length);
	random_fill(&random, queue->buffers, length);
	if (queue->numa)
		near_count(queue->numa, buffers, length);
	return 0;
}

void engine_queue_free(struct queue *queue)
{
	if (queue->buffers)
		(void)munmap(queue->buffers, (size_t)queue->depth * queue->block_bytes);
	free(queue->slots);
	queue->buffers = NULL;
	queue->slots = NULL;
}

/* Choosing ------------------------------------------------------------------------------------ */

enum { trial_batch = 4, trial_block = 4096, trial_turns = 8, trial_rounds = 4 };

/* Exit codes of a trial: 0, an errno, or one of these, which are larger than any errno. */
enum { trial_workers = 200, trial_data = 201 };

/* How often the kernel's worker threads of io_uring gave up their CPU: each goes to sleep after its
 * work, if nobody takes its CPU before. A request that goes through them takes 20 times the CPU
 * time of a plain read. */
static unsigned long worker_turns(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned long turns = 0;

	while (tasks && (entry = readdir(tasks))) {
		char path[64], text[4096];
		static const char *const keys[] = {"\nvoluntary_ctxt_switches:",
						   "\nnonvoluntary_ctxt_switches:"};

		if ((size_t)snprintf(path, sizeof(path), "/proc/self/task/%.20s/status",
				     entry->d_name) >= sizeof(path) ||
		    probe_read_small(path, text, sizeof(text)) < 0 ||
		    strncmp(text, "Name:\tiou-wrk", 13) != 0)
			continue;
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const char *line = strstr(text, keys[i]);

			turns += line ? strtoul(line + strlen(keys[i]), NULL, 10) : 0;
		}
	}
	if (tasks)
		(void)closedir(tasks);
	return turns;
}

/* Reads the first blocks of the file with a few requests at once. */
static int trial_reads(const struct engine *engine, struct queue *queue)
{
	uint32_t slots[trial_batch];
	struct done done[trial_batch];

	for (unsigned turn = 0; turn < trial_turns; turn++) {
		int got;

		for (unsigned i = 0; i < trial_batch; i++) {
			slots[i] = i;
			queue->slots[i].offset = (uint64_t)(turn * trial_batch + i) * trial_block;
		}
		got = engine->turn(queue, slots, trial_batch, trial_batch, done);
		if (got < 0)
			return -got;
		for (int i = 0; i < got; i++) {
			if (done[i].result < 0)
				return -done[i].result;
			if (done[i].result != trial_block)
				return trial_data;
		}
	}
	return 0;
}

/* Data that was just written may need the workers until it is on the disk, so the first round does
 * not count. On a busy host a worker may find the next request before it has gone to sleep: seen at
 * work, but not for half of them, they are watched for a round more. */
static int trial_in_rounds(const struct engine *engine, struct queue *queue)
{
	bool has_workers = engine == &engine_uring || engine == &engine_uring_plain;
	int r = trial_reads(engine, queue);

	for (unsigned round = 1; r == 0 && round < trial_rounds; round++) {
		unsigned long before = worker_turns(), turns;

		r = trial_reads(engine, queue);
		turns = worker_turns() - before;
		if (!has_workers || turns == 0)
			break;
		if (r == 0 && turns >= trial_turns / 2)
			r = trial_workers;
	}
	return r;
}

/* Its process ends afterwards, which releases everything. */
static int trial(const struct engine *engine, int fd, const struct engine_need *need)
{
	struct queue *queues = calloc(need->queues, sizeof(*queues));
	int r = queues ? 0 : ENOMEM;

	for (unsigned i = 0; r == 0 && i < need->queues; i++) {
		queues[i] = (struct queue){
		    .fd = fd,
		    .depth = need->depth < trial_batch ? trial_batch : need->depth,
		    .block_bytes = trial_block,
		};
		r = -engine_queue_alloc(&queues[i]);
		if (r == 0)
			r = -engine->open(&queues[i]);
	}
	return r ? r : trial_in_rounds(engine, &queues[0]);
}

/* 0, or an errno and the reason, which stays valid. */
static int try_engine(const struct engine *engine, int fd, const struct engine_need *need,
		      const char **ret_why)
{
	int status = 0;
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		/* It ends with its parent, even while it is stopped. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
			_exit(ESRCH);
		_exit(trial(engine, fd, need) & 0xff);
	}
	if (child < 0 || waitpid(child, &status, WUNTRACED) != child) {
		*ret_why = "it could not be tried";
		return -EAGAIN;
	}
	if (WIFSTOPPED(status)) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
		*ret_why = "the trial was stopped";
		return -EPERM;
	}
	if (WIFSIGNALED(status)) {
		*ret_why = WTERMSIG(status) == SIGSYS ? "a seccomp filter kills whoever calls it"
						      : "the trial was killed";
		return -EPERM;
	}
	switch (WEXITSTATUS(status)) {
	case 0:
		return 0;
	case trial_workers:
		*ret_why = "this file system hands every request to kernel worker threads";
		return -EOPNOTSUPP;
	case trial_data:
		*ret_why = "a read came back short";
		return -EIO;
	default:
		*ret_why = err_words(WEXITSTATUS(status));
		return -EPERM;
	}
}

static void add_reason(char *reason, size_t room, const struct engine *engine, const char *why)
{
	size_t length = strlen(reason);

	(void)snprintf(reason + length, room - length, "%s%s: %s", length ? "; " : "", engine->name,
		       why);
}

int engine_choose(int fd, const struct engine_need *need, const char *forced,
		  const struct engine **ret, char *reason, size_t room)
{
	bool known = !forced;

	reason[0] = '\0';
	for (unsigned i = 0; i < ENGINE_COUNT; i++) {
		const char *why = NULL;
		int r;

		if (forced && strcmp(engine_list[i]->name, forced) != 0)
			continue;
		known = true;
		r = try_engine(engine_list[i], fd, need, &why);
		if (r < 0)
			add_reason(reason, room, engine_list[i], why);
		/* A forced engine may be slow. */
		if (r < 0 && !(forced && r == -EOPNOTSUPP))
			continue;
		if (!reason[0])
			(void)snprintf(reason, room, "%s", forced ? "asked for" : "the best one");
		*ret = engine_list[i];
		return 0;
	}
	return known ? -ENOTSUP : -EINVAL;
}
