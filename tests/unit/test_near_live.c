/* SPDX-License-Identifier: Apache-2.0 */
/* The real libnuma and the kernel of whoever runs this, which may refuse it. */
#include <errno.h>
#include <fcntl.h>
#include <numa.h>
#include <numaif.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/engine.h"
#include "probe/near.h"
#include "run_suite.h"

enum { depth = 300, block_bytes = 4096 };

START_TEST(buffers_lie_where_they_were_wanted)
{
	/* Any that is there. */
	int node = numa_node_of_cpu(sched_getcpu());
	struct probe_near near = {.node = node, .cpu_node = node};
	struct queue queue = {.fd = -1, .depth = depth, .block_bytes = block_bytes};
	struct probe_numa numa;
	uint64_t pages = depth * block_bytes / (uint64_t)sysconf(_SC_PAGESIZE);

	near_settle(&near, &numa);
	ck_assert(numa.is_wanted);
	if (numa.available != TRI_YES) {
		ck_assert_int_lt(numa_available(), 0);
		return;
	}
	ck_assert_int_eq(numa.threads, TRI_YES);
	queue.numa = &numa;
	ck_assert_int_eq(engine_queue_alloc(&queue), 0);
	ck_assert_int_eq(numa.buffers_error, 0);
	/* A filter may refuse move_pages alone. */
	if (numa.pages_unknown != pages)
		ck_assert_uint_eq(numa.pages_there, pages);
	engine_queue_free(&queue);
}
END_TEST

/* Standard error of all this. */
static int open_output(int *ret_before)
{
	int file = memfd_create("stderr", MFD_CLOEXEC);

	*ret_before = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
	return file;
}

/* The library would print by itself. */
START_TEST(a_node_that_is_not_there_is_told_and_nothing_printed)
{
	struct probe_near near = {.node = 4000, .cpu_node = 4000};
	struct queue queue = {.fd = -1, .depth = depth, .block_bytes = block_bytes};
	struct probe_numa numa;
	int before, output = open_output(&before);

	near_settle(&near, &numa);
	if (numa.available == TRI_YES) {
		ck_assert_int_eq(numa.threads, TRI_NO);
		ck_assert_int_lt(numa.threads_error, 0);
		queue.numa = &numa;
		ck_assert_int_eq(engine_queue_alloc(&queue), 0);
		ck_assert_uint_eq(numa.pages_there, 0);
		ck_assert_uint_gt(numa.pages_elsewhere + numa.pages_unknown, 0);
		engine_queue_free(&queue);
	}
	ck_assert_int_ge(dup2(before, STDERR_FILENO), 0);
	ck_assert_int_eq(lseek(output, 0, SEEK_END), 0);
	(void)close(before);
	(void)close(output);
}
END_TEST

/* What the library tries before the program starts never comes to the kernel: a filter may kill for
 * it. */
START_TEST(no_policy_is_asked_for_or_set_before_the_probe)
{
	static const unsigned long none[1] = {0};

	errno = 0;
	ck_assert_int_eq(numa_available(), -1);
	ck_assert_int_eq(set_mempolicy(MPOL_DEFAULT, none, 1), -1);
	ck_assert_int_eq(errno, ENOSYS);
}
END_TEST

RUN_SUITE("near_live", no_policy_is_asked_for_or_set_before_the_probe,
	  buffers_lie_where_they_were_wanted, a_node_that_is_not_there_is_told_and_nothing_printed)
