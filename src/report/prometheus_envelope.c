/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope as metrics. Rates differ from one probe to the next, and a label must not, so a step
 * is named by its place among those of its load, from the lowest rate on. */
#include "report/envelope.h"
#include "report/metrics.h"

#define NS 1e-9

static void open_series(struct str *str, const char *name, const struct envelope_load *load)
{
	str_printf(str, "thintune_probe_envelope_%s{", name);
	metrics_label(str, "load", load->name);
}

static void add_loads(struct str *str, const struct probe_result *result)
{
	enum { PEAK, KNEE, SETTLED, BLOCKED, FAMILIES };
	static const struct {
		const char *name, *help;
	} rows[FAMILIES] = {
	    [PEAK] = {"peak_requests_per_second", "Rate of a disk that is never idle."},
	    [KNEE] = {"knee_requests_per_second",
		      "The highest rate that held the limit at this percentile."},
	    [SETTLED] = {"settled", "1: neither the sending thread nor a hot drive was in the way "
				    "of the answer, nor did the peak fall."},
	    [BLOCKED] = {"submit_blocked", "Times that submitting waited for the disk."},
	};

	for (unsigned family = 0; family < FAMILIES; family++) {
		const char *name = rows[family].name;

		metrics_head(str, "gauge", arena_printf(str->arena, "probe_envelope_%s", name),
			     rows[family].help);
		for (unsigned i = 0; i < result->load_count; i++) {
			const struct envelope_load *load = &result->loads[i];
			const double values[FAMILIES] = {
			    [PEAK] = load->peak,
			    [KNEE] = load->knee,
			    [SETTLED] = !load->noisy,
			    [BLOCKED] = (double)envelope_blocked(load),
			};

			if (load->state != JOB_DONE || (family <= KNEE && values[family] <= 0))
				continue;
			open_series(str, name, load);
			/* Without the "p". */
			if (family == KNEE)
				str_printf(str, ",percentile=\"%s\"",
					   envelope_percentile(str->arena, load) + 1);
			str_printf(str, "} %.9g\n", values[family]);
		}
	}
}

static void add_latencies(struct str *str, const char *name, const struct envelope_load *load,
			  const struct envelope_point *point, unsigned step)
{
	const struct {
		const char *percentile;
		uint64_t ns;
	} rows[] = {{"50", point->p50},
		    {"99", point->p99},
		    {"99.9", point->p99_9},
		    {"99.99", point->p99_99},
		    {"100", point->max}};

	for (size_t i = 0; point->count && i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_series(str, name, load);
		str_printf(str, ",step=\"%u\",percentile=\"%s\"} %.9g\n", step, rows[i].percentile,
			   (double)rows[i].ns * NS);
	}
}

static void add_points(struct str *str, const struct probe_result *result)
{
	enum { RATE, HOLDS, LATENCY, FAMILIES };
	static const struct {
		const char *name, *help;
	} rows[FAMILIES] = {
	    [RATE] = {"step_requests_per_second", "Rate that was offered; step 1: the lowest."},
	    [HOLDS] = {"step_holds", "1: the rate held the limit; none: too few samples."},
	    [LATENCY] = {"step_latency_seconds", "From the moment at which a request was to begin; "
						 "percentile 100: the longest."},
	};

	for (unsigned family = 0; family < FAMILIES; family++) {
		const char *name = rows[family].name;

		metrics_head(str, "gauge", arena_printf(str->arena, "probe_envelope_%s", name),
			     rows[family].help);
		for (unsigned i = 0; i < result->load_count; i++) {
			const struct envelope_load *load = &result->loads[i];
			const struct envelope_point *points[ENVELOPE_POINTS];

			envelope_sort(load, points);
			for (unsigned j = 0; j < load->point_count; j++) {
				if (family == LATENCY) {
					add_latencies(str, name, load, points[j], j + 1);
					continue;
				}
				if (family == HOLDS && points[j]->state == RATE_FEW)
					continue;
				open_series(str, name, load);
				str_printf(str, ",step=\"%u\"} %.9g\n", j + 1,
					   family == RATE ? points[j]->rate
							  : points[j]->state == RATE_HOLDS);
			}
		}
	}
}

void metrics_envelope(struct str *str, const struct probe_result *result)
{
	metrics_head(str, "gauge", "probe_envelope_limit_seconds",
		     "How long a request may take in the envelope.");
	str_printf(str, "thintune_probe_envelope_limit_seconds %.9g\n",
		   (double)result->limit_ns * NS);
	add_loads(str, result);
	add_points(str, result);
}
