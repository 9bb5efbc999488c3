/* SPDX-License-Identifier: Apache-2.0 */
/* Which engine is chosen for a file and what is said of the others; what each does with a kernel
 * that refuses. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/engine.h"
#include "refuse.h"
#include "run_suite.h"

enum { block = 4096, file_bytes = 131072 };

static const struct engine *chosen;
static char reason[512];

/* A file without a name. */
static int file_of(size_t bytes, int flags)
{
	char path[] = "/tmp/thintune-probe-XXXXXX";
	int fd = mkstemp(path), other;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
	other = open(path, flags | O_CLOEXEC);
	ck_assert_int_ge(other, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(close(fd), 0);
	return other;
}

static int choose(int fd, const char *forced)
{
	static const struct engine_need need = {.depth = 8, .queues = 2};
	int r;

	chosen = NULL;
	r = engine_choose(fd, &need, forced, &chosen, reason, sizeof(reason));
	ck_assert_int_eq(r == 0, chosen != NULL);
	ck_assert_int_eq(close(fd), 0);
	return r;
}

START_TEST(the_one_that_is_asked_for)
{
	ck_assert_int_eq(choose(file_of(file_bytes, O_RDWR), "threads"), 0);
	ck_assert_ptr_eq(chosen, &engine_threads);
	ck_assert_str_eq(reason, "asked for");
	ck_assert_int_eq(choose(file_of(file_bytes, O_RDWR), "posix-aio"), -EINVAL);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_has_none)
{
	ck_assert_int_eq(choose(file_of(file_bytes, O_WRONLY), "threads"), -ENOTSUP);
	ck_assert_str_eq(reason, "threads: Bad file descriptor");
	ck_assert_int_eq(choose(file_of(file_bytes - 1, O_RDWR), "threads"), -ENOTSUP);
	ck_assert_str_eq(reason, "threads: a read came back short");
	ck_assert_int_eq(choose(file_of(file_bytes, O_WRONLY), NULL), -ENOTSUP);
	for (unsigned i = 0; i < ENGINE_COUNT; i++)
		ck_assert_ptr_nonnull(strstr(reason, engine_list[i]->name));
}
END_TEST

START_TEST(without_io_uring_the_next_one)
{
	refuse_syscall(SYS_io_uring_setup, EPERM);
	ck_assert_int_eq(choose(file_of(file_bytes, O_RDWR), NULL), 0);
	ck_assert_ptr_eq(chosen, &engine_aio);
	ck_assert_str_eq(reason, "io_uring: Operation not permitted; "
				 "io_uring-plain: Operation not permitted");
	refuse_syscall(SYS_io_setup, ENOSYS);
	ck_assert_int_eq(choose(file_of(file_bytes, O_RDWR), NULL), 0);
	ck_assert_ptr_eq(chosen, &engine_threads);
}
END_TEST

START_TEST(a_filter_that_kills_meets_only_the_trial)
{
	answer_syscall(SYS_io_setup, SECCOMP_RET_KILL_PROCESS);
	ck_assert_int_eq(choose(file_of(file_bytes, O_RDWR), "linux-aio"), -ENOTSUP);
	ck_assert_str_eq(reason, "linux-aio: a seccomp filter kills whoever calls it");
}
END_TEST

/* Queues -------------------------------------------------------------------------------------- */

static struct queue queue_of(int fd, bool is_write, unsigned depth)
{
	struct queue queue = {.fd = fd, .is_write = is_write, .depth = depth, .block_bytes = block};

	ck_assert_int_eq(engine_queue_alloc(&queue), 0);
	for (unsigned i = 0; i < depth; i++)
		queue.slots[i].offset = (uint64_t)i * block;
	return queue;
}

static int one_turn(const struct engine *engine, struct queue *queue)
{
	static const uint32_t slots[] = {0, 1};
	struct done done[2] = {{.slot = 7}, {.slot = 7}};
	int r = engine->turn(queue, slots, 2, 2, done);

	for (int i = 0; i < r; i++)
		ck_assert_int_eq(done[i].result, block);
	if (r == 2)
		ck_assert_uint_eq(done[0].slot + done[1].slot, 1);
	return r;
}

START_TEST(what_was_written_is_read)
{
	for (unsigned i = 0; i < ENGINE_COUNT; i++) {
		const struct engine *engine = engine_list[i];
		int fd = file_of(0, O_RDWR);
		struct queue writes = queue_of(fd, true, 2), reads = queue_of(fd, false, 2);
		int r = engine->open(&writes);

		/* Not every machine has each of them. */
		if (r == 0) {
			ck_assert_int_eq(engine->open(&reads), 0);
			ck_assert_int_eq(one_turn(engine, &writes), 2);
			memset(reads.buffers, 0, (size_t)2 * block);
			ck_assert_int_eq(one_turn(engine, &reads), 2);
			ck_assert_int_eq(memcmp(reads.buffers, writes.buffers, (size_t)2 * block),
					 0);
			engine->close(&reads);
			engine->close(&writes);
		}
		engine_queue_free(&reads);
		engine_queue_free(&writes);
		ck_assert_int_eq(close(fd), 0);
	}
}
END_TEST

/* The queue's turn, from when on the kernel answers this call with EIO. */
static int turn_refused(const struct engine *engine, unsigned call)
{
	int fd = file_of(file_bytes, O_RDWR), r;
	struct queue queue = queue_of(fd, false, 2);

	r = engine->open(&queue);
	if (r == 0) {
		refuse_syscall(call, EIO);
		r = one_turn(engine, &queue);
		engine->close(&queue);
	} else {
		/* It cannot be tried here. */
		r = -EIO;
	}
	engine_queue_free(&queue);
	ck_assert_int_eq(close(fd), 0);
	return r;
}

START_TEST(what_linux_aio_does_not_take)
{
	ck_assert_int_eq(turn_refused(&engine_aio, SYS_io_submit), -EIO);
}
END_TEST

START_TEST(what_never_comes_back)
{
	ck_assert_int_eq(turn_refused(&engine_aio, SYS_io_getevents), -EIO);
	ck_assert_int_eq(turn_refused(&engine_uring_plain, SYS_io_uring_enter), -EIO);
}
END_TEST

static int open_refused(const struct engine *engine, bool *ret_unregistered)
{
	int fd = file_of(file_bytes, O_RDWR), r;
	struct queue queue = queue_of(fd, false, 2);

	r = engine->open(&queue);
	*ret_unregistered = queue.buffers_unregistered;
	if (r == 0) {
		ck_assert_int_eq(one_turn(engine, &queue), 2);
		engine->close(&queue);
	}
	engine_queue_free(&queue);
	ck_assert_int_eq(close(fd), 0);
	return r;
}

START_TEST(a_queue_that_cannot_be_opened_leaves_nothing)
{
	bool unregistered;

	refuse_syscall(SYS_io_setup, EAGAIN);
	ck_assert_int_eq(open_refused(&engine_aio, &unregistered), -EAGAIN);
	refuse_syscall(SYS_io_uring_register, EACCES);
	ck_assert_int_ne(open_refused(&engine_uring, &unregistered), 0);
	refuse_syscall(SYS_io_uring_setup, EPERM);
	ck_assert_int_eq(open_refused(&engine_uring, &unregistered), -EPERM);
	ck_assert_int_eq(open_refused(&engine_uring_plain, &unregistered), -EPERM);
}
END_TEST

/* Nothing was asked, so nothing ever comes. */
START_TEST(a_turn_ends_when_its_patience_does)
{
	for (unsigned i = 0; i < ENGINE_COUNT; i++) {
		struct queue queue = queue_of(file_of(file_bytes, O_RDWR), false, 2);
		struct done done[2];
		int r = engine_list[i]->open(&queue);

		if (r == 0) {
			queue.patience_ns = 1000000;
			ck_assert_int_eq(engine_list[i]->turn(&queue, NULL, 0, 1, done), 0);
			queue.patience_ns = 0;
			ck_assert_int_eq(one_turn(engine_list[i], &queue), 2);
			engine_list[i]->close(&queue);
		}
		/* A container may have no io_uring. */
		ck_assert(r == 0 || i < 2);
		engine_queue_free(&queue);
		ck_assert_int_eq(close(queue.fd), 0);
	}
}
END_TEST

/* Both are there at once, and are taken by two turns. */
START_TEST(what_a_turn_leaves_is_handed_back_by_the_next_one)
{
	static const uint32_t slots[] = {0, 1};

	for (unsigned i = 0; i < ENGINE_COUNT; i++) {
		const struct engine *engine = engine_list[i];
		struct queue queue = queue_of(file_of(file_bytes, O_RDWR), false, 2);
		struct done done[2] = {{.slot = 7}, {.slot = 7}};

		if (engine->open(&queue) == 0) {
			queue.most = 1;
			ck_assert_int_eq(engine->turn(&queue, slots, 2, 2, &done[0]), 1);
			ck_assert_uint_eq(done[1].slot, 7);
			ck_assert_int_eq(engine->turn(&queue, NULL, 0, 1, &done[1]), 1);
			ck_assert_uint_eq(done[0].slot + done[1].slot, 1);
			ck_assert_int_eq(done[0].result, block);
			ck_assert_int_eq(done[1].result, block);
			ck_assert_int_eq(engine->turn(&queue, NULL, 0, 0, done), 0);
			engine->close(&queue);
		}
		engine_queue_free(&queue);
		ck_assert_int_eq(close(queue.fd), 0);
	}
}
END_TEST

RUN_SUITE("engine", a_turn_ends_when_its_patience_does,
	  what_a_turn_leaves_is_handed_back_by_the_next_one, the_one_that_is_asked_for,
	  a_file_that_cannot_be_read_has_none, without_io_uring_the_next_one,
	  a_filter_that_kills_meets_only_the_trial, what_was_written_is_read,
	  what_linux_aio_does_not_take, what_never_comes_back,
	  a_queue_that_cannot_be_opened_leaves_nothing)
