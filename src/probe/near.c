/* SPDX-License-Identifier: Apache-2.0 */
/* Puts threads and buffers on a NUMA node by libnuma, and checks where they are. */
#include "probe/near.h"

#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For the functions below, which replace functions of libnuma. They must be visible to the shared
 * library, too. */
#define SEEN __attribute__((visibility("default")))

/* Before main() of every command the library tries memory policies on this process. A seccomp
 * filter may kill it for that, and only the probe needs it, so these two calls fail until then. */
static bool is_asked;

static bool is_too_early(void)
{
	if (!is_asked)
		errno = ENOSYS;
	return !is_asked;
}

SEEN long get_mempolicy(int *mode, unsigned long *nodes, unsigned long most, void *address,
			unsigned flags)
{
	return is_too_early() ? -1 : syscall(SYS_get_mempolicy, mode, nodes, most, address, flags);
}

SEEN long set_mempolicy(int mode, const unsigned long *nodes, unsigned long most)
{
	return is_too_early() ? -1 : syscall(SYS_set_mempolicy, mode, nodes, most);
}

/* Some functions of the library report a failure only by calling this. The library's own version
 * prints. */
static _Thread_local int failed;

SEEN void numa_error(char *where)
{
	(void)where;
	failed = errno;
}

SEEN void numa_warn(int number, char *format, ...)
{
	(void)number;
	(void)format;
}

/* With _all, since cpu_node may have no memory, which the function without it refuses. */
static void move_threads(int cpu_node, struct probe_numa *ret)
{
	struct bitmask *nodes = numa_allocate_nodemask();

	ret->threads = TRI_NO;
	(void)numa_bitmask_setbit(nodes, (unsigned)cpu_node);
	if (numa_run_on_node_mask_all(nodes) < 0)
		ret->threads_error = -errno;
	else if (numa_node_of_cpu(sched_getcpu()) == cpu_node)
		ret->threads = TRI_YES;
	numa_bitmask_free(nodes);
}

/* The library reads the kernel's table by itself, and returns 0 if it cannot. */
static enum tri compare_distances(const struct probe_near *near)
{
	enum tri agree = TRI_UNKNOWN;

	vec_for_each (other, &near->distances) {
		int distance = numa_distance(near->node, other->node);

		if (distance > 0 && distance != other->distance)
			return TRI_NO;
		if (distance > 0)
			agree = TRI_YES;
	}
	return agree;
}

void near_settle(const struct probe_near *near, struct probe_numa *ret)
{
	*ret =
	    (struct probe_numa){.is_wanted = true, .node = near->node, .cpu_node = near->cpu_node};
	is_asked = true;
	/* No other function may be called before this one. */
	ret->available = numa_available() < 0 ? TRI_NO : TRI_YES;
	if (ret->available == TRI_NO)
		return;
	/* The parent may have set another policy, which would apply to all unbound memory. */
	numa_set_localalloc();
	if (near->cpu_node >= 0)
		move_threads(near->cpu_node, ret);
	ret->distances_agree = compare_distances(near);
}

int near_cpus_of(int node, struct near_cpus *ret)
{
	struct bitmask *mask = numa_allocate_cpumask();
	int r;

	if (!mask)
		return -ENOMEM;
	r = numa_node_to_cpus(node, mask) < 0 ? -errno : 0;
	if (r < 0)
		numa_bitmask_free(mask);
	else
		ret->mask = mask;
	return r;
}

int near_move(const struct near_cpus *cpus)
{
	int cpu;

	if (numa_sched_setaffinity(0, cpus->mask) < 0)
		return -errno;
	cpu = sched_getcpu();
	return cpu >= 0 && numa_bitmask_isbitset(cpus->mask, (unsigned)cpu) ? 0 : -EBUSY;
}

void near_bind(struct probe_numa *numa, void *memory, size_t length)
{
	/* For this thread. With the strict policy the kernel would kill a process to get a page of
	 * a full node. */
	numa_set_bind_policy(0);
	failed = 0;
	numa_tonode_memory(memory, length, numa->node);
	if (failed)
		__atomic_store_n(&numa->buffers_error, -failed, __ATOMIC_RELAXED);
}

void near_count(struct probe_numa *numa, void *memory, size_t length)
{
	enum { batch = 128 };
	size_t page = (size_t)numa_pagesize(), count = (length + page - 1) / page, there = 0;
	size_t elsewhere = 0;

	for (size_t done = 0, now; done < count; done += now) {
		void *pages[batch];
		int where[batch];

		now = count - done < batch ? count - done : batch;
		for (size_t i = 0; i < now; i++)
			pages[i] = (char *)memory + (done + i) * page;
		/* Without a list of target nodes it moves nothing. */
		if (numa_move_pages(0, now, pages, NULL, where, 0) < 0)
			continue;
		for (size_t i = 0; i < now; i++) {
			there += where[i] == numa->node;
			elsewhere += where[i] >= 0 && where[i] != numa->node;
		}
	}
	__atomic_fetch_add(&numa->pages_there, there, __ATOMIC_RELAXED);
	__atomic_fetch_add(&numa->pages_elsewhere, elsewhere, __ATOMIC_RELAXED);
	__atomic_fetch_add(&numa->pages_unknown, count - there - elsewhere, __ATOMIC_RELAXED);
}
