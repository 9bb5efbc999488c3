/* SPDX-License-Identifier: Apache-2.0 */
/* Reads from the disks' NUMA node and from the farthest one in turn, and compares. */
#include "probe/distance.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/near.h"

/* Of each job in each phase; the rest of the budget is its lead-in, and what opening and closing a
 * queue takes. */
#define READ_NS (250 * MS)
#define MORE_NS (300 * MS)

#define MIB UINT64_C(1048576)

_Static_assert((int)DISTANCE_BLOCKS >= (int)EFFECT_LEAST, "fewer blocks tell nothing");
_Static_assert((int)DISTANCE_PHASES == (int)EFFECT_PHASES, "a block is one of effect.h");

/* One after the other shows what a single request costs; many at once what the way to the disk
 * carries. */
static const char *const jobs[] = {"randread-4k-qd1", "randread-4k-qd32"};
enum { job_count = sizeof(jobs) / sizeof(jobs[0]) };

static uint64_t read_ns(const struct probe_request *request)
{
	uint64_t asked = request->runtime_us * 1000;

	return asked && asked < READ_NS ? asked : READ_NS;
}

uint64_t distance_budget_ns(const struct probe_request *request)
{
	if (!request->distance || request->proof_only || request->near.far_node < 0)
		return 0;
	return DISTANCE_BLOCKS * EFFECT_PHASES * job_count * (read_ns(request) + MORE_NS);
}

static specs list_jobs(struct arena *arena)
{
	specs list = {0};

	for (size_t i = 0; i < job_count; i++) {
		struct spec spec;

		if (spec_parse(jobs[i], &spec) == 0)
			vec_push(arena, &list, spec);
	}
	return list;
}

static void refuse(struct probe_distances *distances, const char *why)
{
	(void)snprintf(distances->note, sizeof(distances->note), "%s", why);
}

static void find_cpus(int node, struct near_cpus *ret, struct probe_distances *distances)
{
	int r = distances->note[0] ? 0 : near_cpus_of(node, ret);

	if (r < 0)
		(void)snprintf(distances->note, sizeof(distances->note),
			       "the CPUs of node %d are not known: %s", node, err_words(r));
}

void distance_prepare(struct bench *bench, const struct probe_numa *settled,
		      struct probe_distances *ret)
{
	const struct probe_near *near = &bench->request->near;

	if (!bench->request->distance)
		return;
	*ret = (struct probe_distances){.is_wanted = true,
					.node = near->node,
					.far_node = near->far_node,
					.distance = near->far_distance};
	if (near->far_node < 0)
		refuse(ret, near->far_note ? near->far_note : "there is only one NUMA node");
	else if (settled->available != TRI_YES)
		refuse(ret, "the kernel has no NUMA, or does not let this process use it");
	else if (settled->threads != TRI_YES)
		refuse(ret, "no thread could be put on the disks' node");
	find_cpus(near->cpu_node, &bench->near_cpus, ret);
	find_cpus(near->far_node, &bench->far_cpus, ret);
}

/* What the phases share. */
struct rounds {
	struct bench *bench;
	struct probe_result *result;
	specs jobs;
	effects figures;
	struct probe_result *phase;  /* the jobs of the one that runs */
	struct probe_numa places[2]; /* where the buffers were: near, far */
};

/* The threads of a job run where the one runs that starts them. */
static int go_to(struct rounds *rounds, bool is_far)
{
	struct bench *bench = rounds->bench;
	const struct probe_near *near = &bench->request->near;
	struct probe_distances *distances = &rounds->result->distances;
	int r = near_move(is_far ? &bench->far_cpus : &bench->near_cpus);

	bench->numa = &rounds->places[is_far];
	if (r < 0 && !distances->note[0])
		(void)snprintf(distances->note, sizeof(distances->note),
			       "no thread could be put on node %d: %s",
			       is_far ? near->far_node : near->cpu_node, err_words(r));
	return r;
}

static int run_phase(struct rounds *rounds, double *values)
{
	struct probe_result *result = rounds->result, *phase = rounds->phase;
	struct err err = {0};
	int r;

	memset(phase, 0, sizeof(*phase));
	vec_for_each (spec, &rounds->jobs) {
		struct probe_job *job = &phase->jobs[phase->job_count++];

		(void)snprintf(job->name, sizeof(job->name), "%s", spec->name);
		job_run(rounds->bench, spec, read_ns(rounds->bench->request), 0, job);
		result->distances.has_few_reads |=
		    spec->depth <= 1 && job->latency.count < PERCENTILE_SAMPLES;
		if (!result->distances.error)
			result->distances.error = job->error;
		if (!job->error || result->error)
			continue;
		result->error = job->error;
		(void)snprintf(result->failure, sizeof(result->failure), "%s: %.400s", job->name,
			       job->remark);
	}
	r = effect_read(&rounds->figures, phase, values, &err);
	if (r < 0)
		(void)snprintf(result->distances.note, sizeof(result->distances.note), "%.*s",
			       PROBE_SENTENCE - 1, err.text);
	return r;
}

/* False: it did not come to its end, for which there is a note. */
static bool run_block(struct rounds *rounds)
{
	struct probe_distances *distances = &rounds->result->distances;
	uint64_t phase_ns = job_count * (read_ns(rounds->bench->request) + MORE_NS);
	unsigned block = distances->block_count;

	for (unsigned phase = 0; phase < EFFECT_PHASES; phase++) {
		if (now_ns() + phase_ns > rounds->bench->deadline) {
			refuse(distances, "no time was left for it");
			return false;
		}
		if (go_to(rounds, distance_is_far(block, phase)) < 0 ||
		    run_phase(rounds, distances->values[block][phase]) < 0)
			return false;
	}
	distances->block_count++;
	return true;
}

/* Buffers elsewhere would make both sides alike, or different for another reason. */
static void check_pages(const struct probe_numa places[static 2], struct probe_distances *distances)
{
	for (unsigned i = 0; i < 2 && !distances->note[0]; i++) {
		const struct probe_numa *place = &places[i];

		if (place->pages_elsewhere)
			(void)snprintf(
			    distances->note, sizeof(distances->note),
			    "%" PRIu64 " of %" PRIu64 " buffer pages were not on node %d",
			    place->pages_elsewhere,
			    place->pages_there + place->pages_elsewhere + place->pages_unknown,
			    place->node);
		else if (place->pages_unknown)
			refuse(distances, "where the buffers were is not known");
	}
}

void distance_run(struct bench *bench, struct probe_result *result)
{
	struct probe_distances *distances = &result->distances;
	struct probe_numa *before = bench->numa;
	bool goes_on = true;
	struct rounds rounds = {
	    .bench = bench,
	    .result = result,
	    .places = {{.node = distances->node}, {.node = distances->far_node}},
	};

	/* A disk that wrote no more in the time of the prefill, or a small named file. */
	if (distances->is_wanted && !distances->note[0] && bench->bytes < MIB)
		refuse(distances, "not even 1 MiB was there to read");
	if (!distances->is_wanted || distances->note[0])
		return;
	(void)snprintf(result->stage, sizeof(result->stage), "NUMA distance");
	rounds.jobs = list_jobs(bench->arena);
	rounds.figures = effect_list(bench->arena, &rounds.jobs);
	rounds.phase = arena_alloc(bench->arena, sizeof(*rounds.phase));
	while (goes_on && distances->block_count < DISTANCE_BLOCKS)
		goes_on = run_block(&rounds);
	check_pages(rounds.places, distances);
	(void)go_to(&rounds, false);
	bench->numa = before;
}

/* They had too few reads for one. */
static effects without_tails(struct arena *arena, const effects *list)
{
	effects kept = {0};

	vec_for_each (effect, list) {
		if (!effect->is_tail)
			vec_push(arena, &kept, *effect);
	}
	return kept;
}

effects distance_judge(struct arena *arena, const struct probe_distances *distances)
{
	specs list = list_jobs(arena);
	effects figures = effect_list(arena, &list);

	for (unsigned block = 0; block < distances->block_count; block++) {
		const double *values[EFFECT_PHASES];
		bool is_far[EFFECT_PHASES];

		for (unsigned phase = 0; phase < EFFECT_PHASES; phase++) {
			values[phase] = distances->values[block][phase];
			is_far[phase] = distance_is_far(block, phase);
		}
		effect_add(arena, &figures, values, is_far);
	}
	if (distances->has_few_reads)
		figures = without_tails(arena, &figures);
	effect_judge(&figures, DISTANCE_WANTED);
	return figures;
}
