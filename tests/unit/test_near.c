/* SPDX-License-Identifier: Apache-2.0 */
/* Threads and buffers on the disks' NUMA node, with a libnuma of two nodes that does as it is told.
 */
#include <errno.h>
#include <numa.h>
#include <string.h>

#include "probe/near.h"
#include "run_suite.h"

/* In place of libnuma ------------------------------------------------------------------------- */

enum { page_bytes = 4096, most_pages = 400 };

static struct {
	bool missing;                /* numa_available() */
	int run_error, bind_error;   /* errno, 0 */
	int move_error;              /* of the call */
	int runs_on;                 /* node of the CPU that this thread is on */
	int distances[2];            /* from node 1 */
	int wanted_node, bound_node; /* what it was asked for, -1 */
	bool is_strict, is_local;
	unsigned elsewhere, unknown; /* pages that lie on node 0, and that are nowhere */
	unsigned asked;              /* pages */
	int cpus_error, pin_error;   /* errno, 0 */
	bool is_cpu_set;             /* whether the CPU at hand is one of the node's */
	int cpus_of;                 /* the node that was asked for */
} fake;
static struct bitmask mask;

int numa_available(void)
{
	return fake.missing ? -1 : 0;
}

int numa_pagesize(void)
{
	return page_bytes;
}

void numa_set_localalloc(void)
{
	fake.is_local = true;
}

struct bitmask *numa_allocate_nodemask(void)
{
	fake.wanted_node = -1;
	return &mask;
}

struct bitmask *numa_bitmask_setbit(struct bitmask *set, unsigned node)
{
	ck_assert_int_eq(fake.wanted_node, -1);
	fake.wanted_node = (int)node;
	return set;
}

void numa_bitmask_free(struct bitmask *set)
{
	ck_assert_ptr_eq(set, &mask);
}

int numa_run_on_node_mask_all(struct bitmask *set)
{
	ck_assert_ptr_eq(set, &mask);
	errno = fake.run_error;
	return fake.run_error ? -1 : 0;
}

int numa_node_of_cpu(int cpu)
{
	ck_assert_int_ge(cpu, 0);
	return fake.runs_on;
}

int numa_distance(int from, int to)
{
	ck_assert_int_eq(from, 1);
	return to >= 0 && to < 2 ? fake.distances[to] : 0;
}

void numa_set_bind_policy(int strict)
{
	fake.is_strict = strict;
}

void numa_tonode_memory(void *memory, size_t length, int node)
{
	ck_assert_ptr_nonnull(memory);
	ck_assert_uint_gt(length, 0);
	ck_assert(!fake.is_strict);
	fake.bound_node = node;
	if (!fake.bind_error)
		return;
	errno = fake.bind_error;
	numa_error((char *)(uintptr_t) "mbind");
}

int numa_move_pages(int pid, unsigned long count, void **pages, const int *nodes, int *status,
		    int flags)
{
	ck_assert(pid == 0 && !nodes && flags == 0);
	if (fake.move_error) {
		errno = fake.move_error;
		return -1;
	}
	for (unsigned long i = 0; i < count; i++) {
		ck_assert_uint_eq((uintptr_t)pages[i] % page_bytes, 0);
		status[i] = fake.asked < fake.elsewhere                  ? 0
			    : fake.asked < fake.elsewhere + fake.unknown ? -ENOENT
									 : 1;
		fake.asked++;
	}
	return 0;
}

struct bitmask *numa_allocate_cpumask(void)
{
	return &mask;
}

int numa_node_to_cpus(int node, struct bitmask *cpus)
{
	ck_assert_ptr_eq(cpus, &mask);
	fake.cpus_of = node;
	errno = fake.cpus_error;
	return fake.cpus_error ? -1 : 0;
}

int numa_sched_setaffinity(pid_t pid, struct bitmask *cpus)
{
	ck_assert_int_eq(pid, 0);
	ck_assert_ptr_eq(cpus, &mask);
	errno = fake.pin_error;
	return fake.pin_error ? -1 : 0;
}

int numa_bitmask_isbitset(const struct bitmask *cpus, unsigned cpu)
{
	ck_assert_ptr_eq(cpus, &mask);
	ck_assert_uint_lt(cpu, 8192);
	return fake.is_cpu_set;
}

/* --------------------------------------------------------------------------------------------- */

static struct arena *arena;
static struct probe_near near;
static struct probe_numa numa;

/* The disks are on node 1, which has CPUs. */
static void set_up(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.is_strict = true;
	fake.runs_on = 1;
	fake.distances[0] = 21;
	fake.distances[1] = 10;
	fake.bound_node = fake.wanted_node = -1;
	arena = arena_new();
	near = (struct probe_near){.node = 1, .cpu_node = 1};
	vec_push(arena, &near.distances, (struct probe_distance){0, 21});
	vec_push(arena, &near.distances, (struct probe_distance){1, 10});
	memset(&numa, 0xa5, sizeof(numa));
}

/* Memory is only named, never touched here. */
static void *at(size_t page)
{
	return (void *)(uintptr_t)(UINT64_C(0x100000) + page * page_bytes);
}

START_TEST(threads_and_buffers_are_on_the_disks_node)
{
	set_up();
	near_settle(&near, &numa);
	ck_assert(numa.is_wanted && numa.available == TRI_YES && numa.threads == TRI_YES);
	ck_assert_int_eq(numa.distances_agree, TRI_YES);
	ck_assert_int_eq(fake.wanted_node, 1);
	ck_assert(fake.is_local);
	near_bind(&numa, at(0), most_pages * page_bytes);
	ck_assert_int_eq(fake.bound_node, 1);
	fake.elsewhere = 3;
	fake.unknown = 2;
	near_count(&numa, at(0), most_pages * page_bytes);
	near_count(&numa, at(most_pages), page_bytes);
	ck_assert_uint_eq(numa.pages_there, most_pages + 1 - 5);
	ck_assert_uint_eq(numa.pages_elsewhere, 3);
	ck_assert_uint_eq(numa.pages_unknown, 2);
	ck_assert(!numa.threads_error && !numa.buffers_error && !numa.note[0]);
	arena_free(arena);
}
END_TEST

START_TEST(a_node_without_cpus_lends_those_of_the_nearest)
{
	set_up();
	near.cpu_node = fake.runs_on = 0;
	near_settle(&near, &numa);
	ck_assert_int_eq(fake.wanted_node, 0);
	ck_assert_int_eq(numa.threads, TRI_YES);
	near_bind(&numa, at(0), page_bytes);
	ck_assert_int_eq(fake.bound_node, 1);
	/* Nobody knows which is the nearest. */
	near.cpu_node = fake.wanted_node = -1;
	near_settle(&near, &numa);
	ck_assert_int_eq(fake.wanted_node, -1);
	ck_assert_int_eq(numa.threads, TRI_UNKNOWN);
	arena_free(arena);
}
END_TEST

/* A cpuset without the node's CPUs; a kernel that puts the thread elsewhere all the same. */
START_TEST(threads_that_are_refused_are_told)
{
	set_up();
	fake.run_error = EINVAL;
	near_settle(&near, &numa);
	ck_assert_int_eq(numa.threads, TRI_NO);
	ck_assert_int_eq(numa.threads_error, -EINVAL);
	ck_assert_int_eq(numa.distances_agree, TRI_YES);
	fake.run_error = 0;
	fake.runs_on = 0;
	near_settle(&near, &numa);
	ck_assert_int_eq(numa.threads, TRI_NO);
	ck_assert_int_eq(numa.threads_error, 0);
	arena_free(arena);
}
END_TEST

/* No memory on the node, or none for this process; and a filter against the question where it is.
 */
START_TEST(memory_that_is_refused_is_told)
{
	set_up();
	near_settle(&near, &numa);
	fake.bind_error = EINVAL;
	near_bind(&numa, at(0), page_bytes);
	fake.bind_error = 0;
	near_bind(&numa, at(1), page_bytes);
	ck_assert_int_eq(numa.buffers_error, -EINVAL);
	fake.move_error = EPERM;
	near_count(&numa, at(0), most_pages * page_bytes);
	ck_assert_uint_eq(numa.pages_there + numa.pages_elsewhere, 0);
	ck_assert_uint_eq(numa.pages_unknown, most_pages);
	arena_free(arena);
}
END_TEST

START_TEST(without_numa_nothing_else_is_called)
{
	set_up();
	fake.missing = true;
	near_settle(&near, &numa);
	ck_assert(numa.is_wanted && numa.available == TRI_NO);
	ck_assert(numa.threads == TRI_UNKNOWN && numa.distances_agree == TRI_UNKNOWN);
	ck_assert(!fake.is_local && fake.wanted_node == -1);
	arena_free(arena);
}
END_TEST

START_TEST(distances_are_compared)
{
	set_up();
	near.distances.at[0].distance = 31;
	near_settle(&near, &numa);
	ck_assert_int_eq(numa.distances_agree, TRI_NO);
	/* The library can tell none, or the facts have none. */
	fake.distances[0] = fake.distances[1] = 0;
	near_settle(&near, &numa);
	ck_assert_int_eq(numa.distances_agree, TRI_UNKNOWN);
	fake.distances[1] = 10;
	near.distances.count = 0;
	near_settle(&near, &numa);
	ck_assert_int_eq(numa.distances_agree, TRI_UNKNOWN);
	arena_free(arena);
}
END_TEST

START_TEST(a_thread_goes_back_and_forth)
{
	struct near_cpus cpus = {0};

	set_up();
	fake.is_cpu_set = true;
	ck_assert_int_eq(near_cpus_of(1, &cpus), 0);
	ck_assert_int_eq(fake.cpus_of, 1);
	ck_assert_int_eq(near_move(&cpus), 0);
	/* A kernel that leaves it elsewhere, and one that refuses. */
	fake.is_cpu_set = false;
	ck_assert_int_eq(near_move(&cpus), -EBUSY);
	fake.pin_error = EINVAL;
	ck_assert_int_eq(near_move(&cpus), -EINVAL);
	fake.cpus_error = ERANGE;
	ck_assert_int_eq(near_cpus_of(1, &cpus), -ERANGE);
	arena_free(arena);
}
END_TEST

RUN_SUITE("near", a_thread_goes_back_and_forth, threads_and_buffers_are_on_the_disks_node,
	  a_node_without_cpus_lends_those_of_the_nearest, threads_that_are_refused_are_told,
	  memory_that_is_refused_is_told, without_numa_nothing_else_is_called,
	  distances_are_compared)
