/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the threads that read the clock, looks every 20 ms whether the quota took effect, and
 * blames the gaps of such times on it. */
#include "probe/cpu_spin.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "probe/quota.h"
#include "sys/signals.h"

enum { stack_bytes = 128 * 1024, look_every_ms = 20, progress_every = 5 };

/* Shorter ones are no quota's: it stops a thread for most of a period. */
#define QUOTA_LEAST_NS MS

/* When the quota took effect, between two looks. */
struct spell {
	uint64_t from_ns, to_ns;
};
typedef VEC(struct spell) spell_list;

struct runner {
	struct spin_group *group;
	struct spinner *spinner;
	struct spin spin;
	pthread_mutex_t *start;
	pthread_t thread;
	bool is_started;
};

struct cpuset cpu_spin_allowed(struct arena *arena)
{
	size_t size = CPU_ALLOC_SIZE(CPUSET_MAX);
	cpu_set_t *set = arena_alloc(arena, size);
	struct cpuset allowed = {0};

	if (sched_getaffinity(0, size, set) < 0)
		return allowed;
	for (unsigned cpu = 0; cpu < CPUSET_MAX; cpu++) {
		if (CPU_ISSET_S(cpu, size, set))
			cpuset_add(arena, &allowed, cpu);
	}
	return allowed;
}

static cpu_set_t *affinity_of(struct arena *arena, const struct cpuset *cpus, size_t *ret_size)
{
	cpu_set_t *set;

	*ret_size = CPU_ALLOC_SIZE(CPUSET_MAX);
	set = arena_alloc(arena, *ret_size);
	cpuset_for_each (cpu, cpus)
		CPU_SET_S((size_t)cpu, *ret_size, set);
	return set;
}

/* Of the thread that calls it; where it may not, it stays where it is. */
static void stay_on(struct arena *arena, const struct cpuset *cpus)
{
	size_t size;
	cpu_set_t *set = affinity_of(arena, cpus, &size);

	(void)pthread_setaffinity_np(pthread_self(), size, set);
}

static void *spin_thread(void *argument)
{
	struct runner *runner = argument;
	struct cpu_looker looker = cpu_clock_looker(runner->spinner->trace);

	/* Held until all are there. */
	pthread_mutex_lock(runner->start);
	pthread_mutex_unlock(runner->start);
	cpu_clock_spin(runner->group->clock, &runner->spin, &looker);
	runner->spinner->is_driven_away =
	    runner->spin.is_moved || sched_getcpu() != (int)runner->spinner->cpu;
	cpu_clock_looker_close(&looker);
	return NULL;
}

static void start(struct runner *runner, struct arena *arena)
{
	struct cpuset here = {0};
	pthread_attr_t attributes;
	cpu_set_t *set;
	size_t size;

	cpuset_add(arena, &here, runner->spinner->cpu);
	set = affinity_of(arena, &here, &size);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack_bytes);
	pthread_attr_setaffinity_np(&attributes, size, set);
	runner->spinner->error = -pthread_create(&runner->thread, &attributes, spin_thread, runner);
	runner->is_started = !runner->spinner->error;
	pthread_attr_destroy(&attributes);
}

static uint64_t throttled_now(void)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	return quota_read(arena).throttled;
}

static uint64_t since(const struct cpu_clock *clock, uint64_t origin)
{
	return (uint64_t)((double)(cpu_clock_read(clock) - origin) * clock->ns_per_tick);
}

/* Wakes up only if there is a CPU for it, or a quota to look at; else it would disturb what it is
 * to look at. */
static void look_on(struct spin_group *group, uint64_t origin, bool is_apart, bool *stop,
		    spell_list *spells)
{
	const struct cpu_request *request = group->request;
	uint64_t end = now_ns() + request->runtime_ns, from = 0, before, now;
	bool wakes = is_apart || group->watches_quota;

	before = group->watches_quota ? throttled_now() : 0;
	if (request->progress)
		request->progress(request->context, group->stage);
	for (unsigned turn = 1; !signals_caught() && (now = now_ns()) < end; turn++) {
		uint64_t next = now + look_every_ms * MS;

		sleep_until(wakes && next < end ? next : end);
		if (group->watches_quota) {
			uint64_t throttled = throttled_now(), to = since(group->clock, origin);

			if (throttled != before)
				vec_push(group->arena, spells, (struct spell){from, to});
			before = throttled;
			from = to;
		}
		if (is_apart && request->progress && turn % progress_every == 0)
			request->progress(request->context, group->stage);
	}
	if (signals_caught())
		__atomic_store_n(stop, true, __ATOMIC_RELAXED);
}

static void blame_quota(struct gaps *gaps, const spell_list *spells)
{
	for (unsigned i = 0; i < gaps->kept; i++) {
		struct gap *gap = &gaps->longest[i];

		if (gap->length_ns < QUOTA_LEAST_NS || gap->handler)
			continue;
		vec_for_each (spell, spells) {
			if (gap->at_ns < spell->to_ns &&
			    gap->at_ns + gap->length_ns > spell->from_ns) {
				gaps_blame_again(gaps, gap, GAP_QUOTA);
				break;
			}
		}
	}
}

/* Signals are for the thread that looks on. */
static void start_all(struct spin_group *group, struct runner *runners, const struct spin *spin,
		      pthread_mutex_t *gate)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (size_t i = 0; i < group->count; i++) {
		runners[i] = (struct runner){
		    .group = group, .spinner = &group->spinners[i], .spin = *spin, .start = gate};
		runners[i].spin.gaps = group->spinners[i].gaps;
		runners[i].spin.cpu = (int)group->spinners[i].cpu;
		if (group->spinners[i].trace)
			runners[i].spin.handlers = &group->spinners[i].trace->handlers;
		start(&runners[i], group->arena);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void spin_group_run(struct spin_group *group)
{
	struct runner *runners = arena_alloc(group->arena, group->count * sizeof(*runners));
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	const struct cpu_clock *clock = group->clock;
	struct cpuset mine = {0}, apart;
	spell_list spells = {0};
	struct timespec began;
	bool stop = false;
	struct spin spin = {.ns_per_tick = clock->ns_per_tick,
			    .origin = cpu_clock_read(clock),
			    .ticks =
				(uint64_t)((double)group->request->runtime_ns / clock->ns_per_tick),
			    .limit = clock->limit,
			    .look_ticks = clock->look_ticks,
			    .stop = &stop};

	(void)clock_gettime(CLOCK_MONOTONIC_RAW, &began);
	for (size_t i = 0; i < group->count; i++) {
		cpuset_add(group->arena, &mine, group->spinners[i].cpu);
		group->spinners[i].began_ns =
		    (uint64_t)began.tv_sec * SECOND + (uint64_t)began.tv_nsec;
	}
	apart = cpuset_minus(group->arena, &group->allowed, &mine);
	pthread_mutex_lock(&gate);
	start_all(group, runners, &spin, &gate);
	stay_on(group->arena, cpuset_weight(&apart) ? &apart : &group->allowed);
	pthread_mutex_unlock(&gate);
	look_on(group, spin.origin, cpuset_weight(&apart) > 0, &stop, &spells);
	for (size_t i = 0; i < group->count; i++) {
		if (runners[i].is_started)
			pthread_join(runners[i].thread, NULL);
		blame_quota(group->spinners[i].gaps, &spells);
		gaps_shorten(group->spinners[i].gaps, group->gaps_kept);
		gaps_sort(group->spinners[i].gaps);
	}
	stay_on(group->arena, &group->allowed);
	pthread_mutex_destroy(&gate);
}
