/* SPDX-License-Identifier: Apache-2.0 */
/* What was measured, as metrics: of the disk, of the CPUs, and what the floors say of both. What
 * was not measured has no series. */
#include <inttypes.h>

#include "base/text.h"
#include "report/metrics.h"

#define NS 1e-9

/* One series of a job: NAME{job="..."} VALUE */
static void job_series(struct str *str, const char *name, const struct probe_job *job, double value)
{
	str_printf(str, "thintune_probe_disk_%s{", name);
	metrics_label(str, "job", job->name);
	str_printf(str, "} %.9g\n", value);
}

static void job_percentile(struct str *str, const char *name, const struct probe_job *job,
			   const char *percentile, uint64_t ns)
{
	str_printf(str, "thintune_probe_disk_%s{", name);
	metrics_label(str, "job", job->name);
	str_printf(str, ",percentile=\"%s\"} %.9g\n", percentile, (double)ns * NS);
}

static void add_latencies(struct str *str, const char *name, const struct probe_job *job,
			  const struct latency *latency)
{
	const struct {
		const char *percentile;
		uint64_t ns;
	} rows[] = {{"50", latency->p50},
		    {"90", latency->p90},
		    {"99", latency->p99},
		    {"99.9", latency->p99_9},
		    {"100", latency->max}};

	for (size_t i = 0; latency->count && i < sizeof(rows) / sizeof(rows[0]); i++)
		job_percentile(str, name, job, rows[i].percentile, rows[i].ns);
}

static void add_jobs(struct str *str, const struct probe_result *result)
{
	enum { RATE, BYTES, SETTLED, LATENCY, SYNC, FAMILIES };
	static const struct {
		const char *name, *help;
	} rows[FAMILIES] = {
	    [RATE] = {"requests_per_second", "Mean rate of a job."},
	    [BYTES] = {"bytes_per_second", "Mean bandwidth of a job."},
	    [SETTLED] = {"settled", "1: the rate of the job neither wavered nor fell."},
	    [LATENCY] = {"latency_seconds",
			 "From submission to completion; percentile 100: the longest."},
	    [SYNC] = {"fdatasync_seconds",
		      "fdatasync alone, of an append; percentile 100: the longest."},
	};

	for (unsigned family = 0; family < FAMILIES; family++) {
		metrics_head(str, "gauge",
			     arena_printf(str->arena, "probe_disk_%s", rows[family].name),
			     rows[family].help);
		for (unsigned i = 0; i < result->job_count; i++) {
			const struct probe_job *job = &result->jobs[i];

			if (job->state != JOB_DONE)
				continue;
			if (family == RATE)
				job_series(str, rows[family].name, job, job->iops);
			else if (family == BYTES)
				job_series(str, rows[family].name, job, job->bandwidth);
			else if (family == SETTLED)
				job_series(str, rows[family].name, job, !job->noisy && !job->burst);
			else
				add_latencies(str, rows[family].name, job,
					      family == SYNC ? &job->sync : &job->latency);
		}
	}
}

static void add_distance(struct str *str, const struct report_probe *probe)
{
	enum { CHANGE, LOW, HIGH, SEEN, FAMILIES };
	static const struct {
		const char *name, *help;
	} rows[FAMILIES] = {
	    [CHANGE] = {"change_ratio", "By how much a figure is larger from the farthest NUMA "
					"node; 0: as large."},
	    [LOW] = {"change_low_ratio", "Lower end of its 95 % interval."},
	    [HIGH] = {"change_high_ratio", "Upper end of its 95 % interval."},
	    [SEEN] = {"seen", "1: it differs beyond chance."},
	};

	for (unsigned family = 0; family < FAMILIES && probe->distance.count; family++) {
		metrics_head(str, "gauge",
			     arena_printf(str->arena, "probe_numa_%s", rows[family].name),
			     rows[family].help);
		vec_for_each (effect, &probe->distance) {
			const double values[FAMILIES] = {
			    [CHANGE] = effect->change,
			    [LOW] = effect->low,
			    [HIGH] = effect->high,
			    [SEEN] =
				effect->verdict == EFFECT_HELPED || effect->verdict == EFFECT_WORSE,
			};

			str_printf(str, "thintune_probe_numa_%s{node=\"%d\",", rows[family].name,
				   probe->result->distances.far_node);
			metrics_label(str, "job", effect->job);
			str_printf(str, ",figure=\"%s\"} %.9g\n", effect->figure, values[family]);
		}
	}
}

static void add_disk(struct str *str, const struct report_probe *probe)
{
	const struct probe_result *result = probe->result;

	metrics_number(str, "gauge", "probe_disk_measured",
		       "1: there are figures of the disk, of now.", probe->measured && result);
	if (!result)
		return;
	metrics_head(str, "gauge", "probe_direct_io",
		     "1 for what the proof of direct I/O came to.");
	for (enum proof proof = PROOF_UNKNOWN; proof <= PROOF_REFUTED; proof++)
		str_printf(str, "thintune_probe_direct_io{proof=\"%s\"} %d\n", proof_name(proof),
			   result->direct.proof == proof);
	if (!probe->measured)
		return;
	metrics_number(str, "gauge", "probe_disk_invalid",
		       "1: a CPU quota took effect or the directory was replaced, so the figures "
		       "are not the disk's.",
		       result->invalid[0] != '\0');
	add_jobs(str, result);
	add_distance(str, probe);
	if (result->load_count)
		metrics_envelope(str, result);
}

static void cpu_series(struct str *str, const char *name, const struct cpu_figures *figures,
		       double value)
{
	str_printf(str, "thintune_probe_cpu_%s{cpu=\"%u\"} %.9g\n", name, figures->cpu, value);
}

static void add_waits(struct str *str, const struct cpu_figures *figures)
{
	const struct {
		const char *percentile;
		uint64_t ns;
	} rows[] = {{"50", figures->p50_ns},
		    {"99", figures->p99_ns},
		    {"99.9", figures->p999_ns},
		    {"99.99", figures->p9999_ns},
		    {"99.999", figures->p99999_ns}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		str_printf(str,
			   "thintune_probe_cpu_wait_seconds{cpu=\"%u\",percentile=\"%s\"} %.9g\n",
			   figures->cpu, rows[i].percentile, (double)rows[i].ns * NS);
}

static void add_causes(struct str *str, const struct cpu_figures *figures, bool is_time)
{
	for (unsigned cause = 0; cause < GAP_CAUSES; cause++) {
		str_printf(str, "thintune_probe_cpu_%s{cpu=\"%u\",cause=\"%s\"} ",
			   is_time ? "gap_seconds" : "gaps", figures->cpu, gap_cause_name(cause));
		if (is_time)
			str_printf(str, "%.9g\n",
				   (double)figures->gaps->causes[cause].lost_ns * NS);
		else
			str_printf(str, "%" PRIu64 "\n", figures->gaps->causes[cause].count);
	}
}

static void add_cpus(struct str *str, const struct cpu_result *result)
{
	enum { TIME, WAIT, LONGEST, GAPS, LOST, FAMILIES };
	static const struct {
		const char *name, *help;
	} rows[FAMILIES] = {
	    [TIME] = {"time_seconds", "For how long the CPU was measured."},
	    [WAIT] = {"wait_seconds", "How long work that comes at a random moment waits for "
				      "the CPU."},
	    [LONGEST] = {"longest_gap_seconds", "The longest time that the CPU kept a thread from "
						"running."},
	    [GAPS] = {"gaps", "Times that it did so, by cause."},
	    [LOST] = {"gap_seconds", "Time in these gaps, by cause."},
	};

	metrics_number(str, "gauge", "probe_cpu_invalid",
		       "1: a CPU quota took effect, so the figures are not the CPUs'.",
		       result->invalid != NULL);
	for (unsigned family = 0; family < FAMILIES; family++) {
		const char *name = rows[family].name;

		metrics_head(str, "gauge", arena_printf(str->arena, "probe_cpu_%s", name),
			     rows[family].help);
		vec_for_each (figures, &result->cpus) {
			if (!figures->gaps)
				continue;
			if (family == TIME)
				cpu_series(str, name, figures, (double)figures->gaps->wall_ns * NS);
			else if (family == WAIT)
				add_waits(str, figures);
			else if (family == LONGEST)
				cpu_series(str, name, figures,
					   (double)figures->gaps->lengths.max * NS);
			else
				add_causes(str, figures, family == LOST);
		}
	}
}

static void add_floors(struct str *str, const floors *list)
{
	if (!list->count)
		return;
	metrics_head(str, "gauge", "probe_floor", "1 for the state of each floor of the profile.");
	vec_for_each (floor, list) {
		for (enum floor_state state = FLOOR_MET; state <= FLOOR_UNJUDGED; state++) {
			str_add(str, "thintune_probe_floor{");
			metrics_label(str, "floor", floor->name);
			str_printf(str, ",state=\"%s\"} %d\n", floor_state_name(state),
				   floor->state == state);
		}
	}
}

void metrics_probe(struct str *str, const struct report_probe *probe)
{
	if (!probe->is_of_cpus)
		add_disk(str, probe);
	if (probe->is_of_cpus || probe->cpu || probe->cpu_skipped || probe->cpu_earlier)
		metrics_number(str, "gauge", "probe_cpu_measured",
			       "1: there are figures of CPUs, of now.", probe->cpu != NULL);
	if (probe->cpu)
		add_cpus(str, probe->cpu);
	add_floors(str, &probe->floors);
}
