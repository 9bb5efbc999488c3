/* SPDX-License-Identifier: Apache-2.0 */
/* Derives from the gaps of the CPUs, and from what interrupted them, what would help. */
#include "probe/cpu_help.h"

#include <inttypes.h>

#include "base/text.h"
#include "probe/clock.h"

/* A rarer interrupt is not worth moving; a tick comes 100 to 1000 times a second. */
enum { least_a_second = 1, tick_a_second = 90 };
/* A smaller share of stolen time is not worth telling where the kernel did not count it. */
static const double least_stolen = 0.001;

/* Counters are read before and after the measurement, so they cover a little more time. */
static bool is_as_often(const struct cpu_figures *figures, const struct cpu_event *event,
			unsigned a_second)
{
	return (double)event->count >= a_second * (double)figures->events_ns / (double)SECOND;
}

/* By the kernel's name for it on x86, and by that of arm64's driver. */
static bool is_tick(const struct cpu_event *event)
{
	return text_equal(event->kind, "interrupt") &&
	       (text_starts(event->name, "LOC ") || text_ends(event->name, " arch_timer"));
}

/* CPUs with gaps of this cause; "": none. */
static const char *blamed(struct arena *arena, const struct cpu_result *result,
			  enum gap_cause cause)
{
	struct cpuset cpus = {0};

	vec_for_each (figures, &result->cpus) {
		if (figures->gaps && figures->gaps->causes[cause].count)
			cpuset_add(arena, &cpus, figures->cpu);
	}
	return cpuset_list(arena, &cpus);
}

/* An event's name begins with the number of the interrupt. */
static bool is_movable(struct arena *arena, const struct cpu_request *request,
		       const struct cpu_event *event)
{
	names words = text_words(arena, event->name);

	return text_equal(event->kind, "interrupt") && words.count &&
	       text_in(words.at[0], &request->movable);
}

static void help_events(struct arena *arena, const struct cpu_request *request,
			struct cpu_result *result, struct cpuset *ticking)
{
	vec_for_each (figures, &result->cpus) {
		vec_for_each (event, &figures->events) {
			if (!figures->gaps)
				continue;
			if (is_tick(event) && is_as_often(figures, event, tick_a_second))
				cpuset_add(arena, ticking, figures->cpu);
			if (!is_movable(arena, request, event) ||
			    !is_as_often(figures, event, least_a_second))
				continue;
			vec_push(arena, &result->help,
				 arena_printf(arena,
					      "interrupt %s came %" PRIu64
					      " times to CPU %u: a placement that keeps interrupts "
					      "off it (irq.placement) moves it",
					      event->name, event->count, figures->cpu));
		}
	}
}

/* What the kernel counts as steal is the hypervisor's; what only the thread missed may as well be
 * an interrupt's. */
static void help_stolen(struct arena *arena, struct cpu_result *result)
{
	struct cpuset counted = {0}, missed = {0};

	vec_for_each (figures, &result->cpus) {
		if (!figures->gaps)
			continue;
		if (figures->steal_ticks)
			cpuset_add(arena, &counted, figures->cpu);
		else if ((double)figures->gaps->causes[GAP_STOLEN].lost_ns >=
			 least_stolen * (double)figures->gaps->wall_ns)
			cpuset_add(arena, &missed, figures->cpu);
	}
	if (cpuset_weight(&counted))
		vec_push(arena, &result->help,
			 arena_printf(arena,
				      "the hypervisor takes time of CPUs %s (steal in /proc/stat): "
				      "no setting of this node helps, a machine with CPUs of its "
				      "own does",
				      cpuset_list(arena, &counted)));
	if (cpuset_weight(&missed))
		vec_push(
		    arena, &result->help,
		    arena_printf(arena,
				 "the hypervisor or an interrupt (no account tells which) takes "
				 "time of CPUs %s: against a hypervisor no setting of this "
				 "node helps, a machine with CPUs of its own does",
				 cpuset_list(arena, &missed)));
}

void cpu_help(struct arena *arena, const struct cpu_request *request, struct cpu_result *result)
{
	const char *quota = blamed(arena, result, GAP_QUOTA);
	const char *delay = blamed(arena, result, GAP_RUN_DELAY);
	struct cpuset ticking = {0};

	if (*quota)
		vec_push(arena, &result->help,
			 "a CPU quota stopped the threads: give the broker whole CPUs of its own, "
			 "without a limit (static CPU manager; a unit without CPUQuota=)");
	if (*delay)
		vec_push(arena, &result->help,
			 arena_printf(arena,
				      "other threads run on CPUs %s: keep them away, by CPUs of "
				      "the broker's own (static CPU manager; AllowedCPUs= of the "
				      "other units)",
				      delay));
	help_events(arena, request, result, &ticking);
	if (cpuset_weight(&ticking))
		vec_push(arena, &result->help,
			 arena_printf(arena,
				      "the tick comes to CPUs %s: the boot option nohz_full= "
				      "stops it where one thread runs alone",
				      cpuset_list(arena, &ticking)));
	if (request->virtualized == TRI_YES)
		help_stolen(arena, result);
	if (request->has_tsc && !request->has_steady_tsc)
		vec_push(arena, &result->help,
			 "the time stamp counter is not steady here, or the kernel does not trust "
			 "it: see cpu.clocksource (thintune explain cpu)");
}
