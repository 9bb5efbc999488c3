/* SPDX-License-Identifier: Apache-2.0 */
/* The measurement of the CPUs from its preconditions to its figures. */
#include "probe/cpu.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "probe/cpu_blame.h"
#include "probe/cpu_events.h"
#include "probe/cpu_help.h"
#include "probe/cpu_spin.h"
#include "probe/quota.h"
#include "sys/signals.h"

/* How long to look whether others use the CPUs: the kernel counts in 1/100 s. */
#define LOAD_NS (500 * MS)

/* What all measurements of a run share. */
struct means {
	const struct cpu_request *request;
	struct cpu_clock clock;
	struct quota quota; /* before */
	struct trace_points points;
};

static double foreign_load(struct root *root, const number_list *cpus)
{
	struct cpu_load before, after;

	if (cpu_load_read(root, cpus, &before) < 0)
		return -1;
	sleep_until(now_ns() + LOAD_NS);
	if (cpu_load_read(root, cpus, &after) < 0 || after.all <= before.all ||
	    after.busy < before.busy)
		return -1;
	return (double)(after.busy - before.busy) / (double)(after.all - before.all);
}

/* Adds a row for each CPU that was asked for; those that can be measured are listed as well. */
static number_list choose(struct arena *arena, const struct cpu_request *request,
			  const struct cpuset *allowed, struct cpu_result *ret)
{
	number_list list = {0};

	cpuset_for_each (cpu, &request->cpus) {
		struct cpu_figures figures = {.cpu = (unsigned)cpu};

		if (cpuset_has(allowed, (unsigned)cpu))
			vec_push(arena, &list, (unsigned)cpu);
		else
			figures.remark = "this process may not use it";
		vec_push(arena, &ret->cpus, figures);
	}
	return list;
}

/* It is there: the CPUs to measure were taken from these. */
static struct cpu_figures *figures_of(struct cpu_result *result, unsigned cpu)
{
	size_t i = 0;

	while (i + 1 < result->cpus.count && result->cpus.at[i].cpu != cpu)
		i++;
	return &result->cpus.at[i];
}

static void take(struct arena *arena, const struct cpu_result *result,
		 const struct spinner *spinner, struct cpu_figures *figures)
{
	const struct gaps *gaps = spinner->gaps;

	if (spinner->error)
		figures->remark =
		    arena_printf(arena, "no thread can run there: %s", err_words(spinner->error));
	else if (spinner->is_driven_away)
		figures->remark = "somebody took the thread away from this CPU";
	if (figures->remark)
		return;
	figures->gaps = gaps;
	figures->untold = spinner->trace ? spinner->trace->lost : 0;
	figures->began_ns = spinner->began_ns;
	figures->p50_ns = gaps_wait_ns(gaps, 0.5);
	figures->p99_ns = gaps_wait_ns(gaps, 0.99);
	figures->p999_ns = gaps_wait_ns(gaps, 0.999);
	figures->p9999_ns = gaps_wait_ns(gaps, 0.9999);
	figures->p99999_ns = gaps_wait_ns(gaps, 0.99999);
	cpu_blame(arena, result, figures);
}

static void stop_traces(struct spin_group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		if (group->spinners[i].trace)
			trace_close(group->spinners[i].trace);
	}
}

/* Of all these CPUs or of none; then it is not tried for those that follow. */
static void start_traces(const struct trace_points *points, struct spin_group *group,
			 struct cpu_result *result)
{
	int r = 0;
	size_t i;

	for (i = 0; !result->untraced && r == 0 && i < group->count; i++) {
		struct spinner *spinner = &group->spinners[i];

		spinner->trace = arena_alloc(group->arena, sizeof(*spinner->trace));
		r = trace_open(spinner->trace, group->request->root, points, spinner->cpu);
	}
	if (r == 0)
		return;
	stop_traces(group);
	for (size_t j = 0; j < i; j++)
		group->spinners[j].trace = NULL;
	if (r == -EACCES || r == -EPERM)
		result->untraced =
		    "the kernel does not let this process read its tracepoints (CAP_PERFMON; "
		    "where kernel.perf_event_paranoid is 3 CAP_SYS_ADMIN)";
	else
		result->untraced = arena_printf(
		    group->arena, "the kernel's tracepoints cannot be opened on %s: %s",
		    text_count(group->arena, group->count, "CPU", "CPUs"), err_words(r));
}

static void name_handlers(struct arena *arena, const struct event_table *table,
			  const struct spinner *spinner, struct cpu_figures *figures)
{
	for (unsigned i = 0; i < spinner->gaps->handler_count; i++) {
		const struct handler *handler = &spinner->gaps->handlers[i].handler;

		vec_push(arena, &figures->handlers,
			 handler->id == GAP_OTHERS ? "others"
						   : events_handler_name(table, handler));
	}
}

/* These CPUs at the same time. */
static void measure(struct arena *arena, const struct means *means, const number_list *cpus,
		    struct cpu_result *ret)
{
	const struct cpu_request *request = means->request;
	struct event_table before, after;
	struct spin_group group = {.arena = arena,
				   .clock = &means->clock,
				   .request = request,
				   .allowed = cpu_spin_allowed(arena),
				   .count = cpus->count,
				   .gaps_kept = cpu_gaps_kept(ret->cpus.count),
				   .watches_quota = means->quota.limited == TRI_YES};

	group.spinners = arena_alloc(arena, cpus->count * sizeof(*group.spinners));
	for (size_t i = 0; i < cpus->count; i++) {
		struct gaps *gaps = arena_alloc(arena, sizeof(*gaps));

		/* No page may be touched first while it is measured. */
		memset(gaps, 0, sizeof(*gaps));
		gaps->part_ns = request->runtime_ns / GAPS_PARTS + 1;
		group.spinners[i] = (struct spinner){.cpu = cpus->at[i], .gaps = gaps};
	}
	group.stage = cpus->count == 1 ? arena_printf(arena, "CPU %u", cpus->at[0])
				       : arena_printf(arena, "%zu CPUs", cpus->count);
	start_traces(&means->points, &group, ret);
	before = events_read(request->root, arena, cpus);
	spin_group_run(&group);
	stop_traces(&group);
	after = events_read(request->root, arena, cpus);
	for (size_t i = 0; i < cpus->count; i++) {
		struct cpu_figures *figures = figures_of(ret, cpus->at[i]);

		name_handlers(arena, &after, &group.spinners[i], figures);
		take(arena, ret, &group.spinners[i], figures);
		events_between(&before, &after, i, figures);
	}
}

static void measure_all(struct arena *arena, const struct means *means, const number_list *cpus,
			struct cpu_result *ret)
{
	if (!ret->in_turn) {
		measure(arena, means, cpus, ret);
		return;
	}
	vec_for_each (cpu, cpus) {
		number_list one = {0};

		vec_push(arena, &one, *cpu);
		if (signals_caught())
			figures_of(ret, *cpu)->remark = "not measured after the signal";
		else
			measure(arena, means, &one, ret);
	}
}

static void judge_quota(struct arena *arena, const struct quota *before, const struct quota *after,
			struct cpu_result *ret)
{
	ret->quota_known = before->limited != TRI_UNKNOWN;
	if (after->limited == TRI_YES && after->throttled > before->throttled)
		ret->invalid = arena_printf(
		    arena,
		    "cpu quota: this control group may use %.2f CPUs and was stopped in %" PRIu64
		    " periods, so the figures are not those of the CPUs",
		    after->cpus, after->throttled - before->throttled);
}

/* Why there is no figure at all; NULL: there is one. */
static const char *why_none(const struct cpu_result *result)
{
	vec_for_each (figures, &result->cpus) {
		if (figures->gaps)
			return NULL;
	}
	return result->cpus.at[0].remark;
}

static void tell_clock(const struct cpu_clock *clock, struct cpu_result *ret)
{
	ret->clock = clock->is_tsc ? "tsc" : "clock_gettime";
	ret->turn_ns = clock->turn_ns;
	ret->look_ns = (double)clock->look_ticks * clock->ns_per_tick;
	ret->delay_unknown = clock->delay_unknown;
	ret->threshold_ns = (uint64_t)((double)clock->limit * clock->ns_per_tick + 0.5);
}

int cpu_run(struct arena *arena, const struct cpu_request *request, struct cpu_result *ret,
	    struct err *err)
{
	struct cpuset allowed = cpu_spin_allowed(arena);
	struct means means = {.request = request, .quota = quota_read(arena)};
	uint64_t started = now_ns();
	struct quota after;
	number_list cpus;
	const char *why;

	*ret = (struct cpu_result){.virtualized = request->virtualized};
	cpus = choose(arena, request, &allowed, ret);
	if (!cpus.count)
		return err_set(err, -EINVAL, "this process may use none of the CPUs %s",
			       cpuset_list(arena, &request->cpus));
	ret->in_turn = cpus.count <= CPU_IN_TURN || request->in_turn;
	ret->foreign = foreign_load(request->root, &cpus);
	if (ret->foreign > CPU_FOREIGN_MOST && !request->measure_anyway)
		return err_set(err, -EBUSY,
			       "others take %.0f %% of the time of CPUs %s: what was measured "
			       "would be theirs (--force measures all the same)",
			       100 * ret->foreign, cpuset_list(arena, &request->cpus));
	trace_points_find(request->root, arena, &means.points);
	ret->untraced = means.points.why;
	means.clock = cpu_clock_settle(request->has_steady_tsc);
	tell_clock(&means.clock, ret);
	measure_all(arena, &means, &cpus, ret);
	after = quota_read(arena);
	judge_quota(arena, &means.quota, &after, ret);
	ret->is_interrupted = signals_caught() != NULL;
	ret->duration_ms = (now_ns() - started) / MS;
	why = why_none(ret);
	if (why)
		return err_set(err, ret->is_interrupted ? -EINTR : -EINVAL,
			       "no CPU was measured: CPU %u: %s", ret->cpus.at[0].cpu, why);
	cpu_help(arena, request, ret);
	return 0;
}
