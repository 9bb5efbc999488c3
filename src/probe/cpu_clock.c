/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrates the clock by which gaps are found, and reads the accounts of a thread. */
#include "probe/cpu_clock.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probe/scratch.h"

enum { looks = 128, blocks = 16 };

static uint64_t time_of(clockid_t id)
{
	struct timespec now = {0};

	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

struct cpu_looker cpu_clock_looker(struct trace *trace)
{
	return (struct cpu_looker){
	    .schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC), .trace = trace};
}

void cpu_clock_looker_close(struct cpu_looker *looker)
{
	if (looker->schedstat >= 0)
		(void)close(looker->schedstat);
}

/* schedstat's own CPU time is that of the last tick; its second number is exact once the thread
 * runs. */
void cpu_clock_look(void *context, struct account *ret)
{
	const struct cpu_looker *looker = context;
	char text[96], *end;
	struct rusage usage = {0};

	*ret = (struct account){.raw_ns = cpu_clock_kernel(NULL)};
	ret->ran_ns = time_of(CLOCK_THREAD_CPUTIME_ID);
	ret->delay_unknown = true;
	ret->cpu = sched_getcpu();
	if (looker->schedstat >= 0 && probe_reread(looker->schedstat, text, sizeof(text)) == 0) {
		(void)strtoull(text, &end, 10);
		ret->delay_ns = strtoull(end, &end, 10);
		/* How often it was given a CPU: a thread that runs was, if anybody counts. */
		ret->delay_unknown = !strtoull(end, NULL, 10);
	}
	(void)getrusage(RUSAGE_THREAD, &usage);
	ret->involuntary = (uint64_t)usage.ru_nivcsw;
	if (looker->trace)
		trace_read(looker->trace);
}

void cpu_clock_spin(const struct cpu_clock *clock, struct spin *spin, struct cpu_looker *looker)
{
	if (clock->is_tsc)
		spin_run(spin, cpu_clock_tsc, cpu_clock_look, looker);
	else
		spin_run(spin, cpu_clock_kernel, cpu_clock_look, looker);
}

/* The counter and the kernel's time at one moment: of several tries the one that took least. */
static void read_both(uint64_t *ret_ticks, uint64_t *ret_ns)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 32; i++) {
		uint64_t first = cpu_clock_tsc(NULL), ns = cpu_clock_kernel(NULL);
		uint64_t took = cpu_clock_tsc(NULL) - first;

		if (took >= least)
			continue;
		least = took;
		*ret_ticks = first + took / 2;
		*ret_ns = ns;
	}
}

static double tick_ns(void)
{
	uint64_t from_ticks = 0, to_ticks = 0, from_ns = 0, to_ns = 0;

	read_both(&from_ticks, &from_ns);
	sleep_until(now_ns() + 50 * MS);
	read_both(&to_ticks, &to_ns);
	return to_ticks > from_ticks ? (double)(to_ns - from_ns) / (double)(to_ticks - from_ticks)
				     : 0;
}

/* Nothing counts as a gap here: of several short runs the one with the most turns. */
static double least_turn(const struct cpu_clock *clock, struct gaps *gaps,
			 struct cpu_looker *looker)
{
	static const bool never = false;
	uint64_t wall_ns = MS / 2;
	double least = 0;

	for (int i = 0; i < blocks; i++) {
		struct spin spin = {.gaps = gaps,
				    .ns_per_tick = clock->ns_per_tick,
				    .ticks = (uint64_t)((double)wall_ns / clock->ns_per_tick),
				    .limit = UINT64_MAX / 2,
				    .cpu = -1,
				    .stop = &never};
		double turn;

		gaps->turns = gaps->wall_ns = 0;
		cpu_clock_spin(clock, &spin, looker);
		turn = (double)gaps->wall_ns / (double)gaps->turns;
		if (!i || turn < least)
			least = turn;
	}
	return least;
}

static int compare_ticks(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* Nine of ten looks take no longer. */
static uint64_t look_ticks(const struct cpu_clock *clock, struct cpu_looker *looker)
{
	uint64_t took[looks];
	struct account account;

	for (size_t i = 0; i < looks; i++) {
		uint64_t from = cpu_clock_read(clock);

		cpu_clock_look(looker, &account);
		took[i] = cpu_clock_read(clock) - from;
	}
	qsort(took, looks, sizeof(took[0]), compare_ticks);
	return took[looks * 9 / 10];
}

struct cpu_clock cpu_clock_settle(bool has_steady_tsc)
{
	struct cpu_clock clock = {.ns_per_tick = 1};
	struct gaps *gaps = calloc(1, sizeof(*gaps));
	struct cpu_looker looker = cpu_clock_looker(NULL);
	struct account account;
	double least_ns;

	if (has_steady_tsc)
		clock.ns_per_tick = tick_ns();
	clock.is_tsc = has_steady_tsc && clock.ns_per_tick > 0;
	if (!clock.is_tsc)
		clock.ns_per_tick = 1;
	if (gaps)
		clock.turn_ns = least_turn(&clock, gaps, &looker);
	least_ns = GAP_LEAST_TURNS * clock.turn_ns;
	if (least_ns < GAP_LEAST_NS)
		least_ns = GAP_LEAST_NS;
	clock.limit = (uint64_t)(least_ns / clock.ns_per_tick);
	clock.look_ticks = look_ticks(&clock, &looker);
	cpu_clock_look(&looker, &account);
	clock.delay_unknown = account.delay_unknown;
	cpu_clock_looker_close(&looker);
	free(gaps);
	return clock;
}
