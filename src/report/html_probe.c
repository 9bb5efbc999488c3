/* SPDX-License-Identifier: Apache-2.0 */
/* The probe in an HTML report: what was proven, floors, figures, and plots of them. */
#include <math.h>

#include "base/escape.h"
#include "base/text.h"
#include "report/disk_text.h"
#include "report/distance.h"
#include "report/html.h"
#include "report/html_axis.h"
#include "report/html_plot.h"
#include "report/layout.h"

/* Latency by percentile ----------------------------------------------------------------------- */

static void add_latency(struct arena *arena, struct html_plot *plot, const char *name,
			const struct latency *from)
{
	const double values[] = {(double)from->p50, (double)from->p90, (double)from->p99,
				 (double)from->p99_9, (double)from->max};
	struct html_line line = {.name = name};

	if (!from->count || plot->lines.count == HTML_PLOT_LINES)
		return;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		/* p99.9 of fewer requests is the longest of them. */
		if (values[i] <= 0 || (i == 3 && from->count < 1000))
			continue;
		vec_push(arena, &line.points, (struct html_point){.x = (double)i, .y = values[i]});
	}
	if (line.points.count)
		vec_push(arena, &plot->lines, line);
}

static void plot_latency(struct str *page, const struct probe_result *result)
{
	static const char *const percentiles[] = {"p50", "p90", "p99", "p99.9", "longest"};
	struct arena *arena = page->arena;
	struct html_plot plot = {
	    .title = "How long single requests take",
	    .width = HTML_PLOT_WIDE,
	    .x = {.title = "percentile: so many of all requests are as fast"},
	    .y = {.title = "Latency; each line of the grid is ten times the one below",
		  .is_log = true}};
	double least, most;

	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];

		if (job->state != JOB_DONE || (job->depth > 1 && !job->sync.count))
			continue;
		if (job->sync.count)
			add_latency(arena, &plot, arena_printf(arena, "%s, fsync", job->name),
				    &job->sync);
		else
			add_latency(arena, &plot, job->name, &job->latency);
	}
	if (!plot.lines.count)
		return;
	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
		html_axis_tick(arena, &plot.x, (double)i, percentiles[i]);
	html_axis_range(&plot, &least, &most);
	html_axis_log(arena, &plot.y, least, most, html_axis_time);
	plot.words =
	    "A line that climbs to the right has a tail: a few requests wait far longer than "
	    "most.";
	if (most / least <= 100)
		plot.y.title = "Latency, on a logarithmic scale";
	html_plot(page, &plot);
}

/* IOPS by depth ------------------------------------------------------------------------------- */

/* Of random reads of 4 KiB, in the order of the depth. */
static void plot_depths(struct str *page, const struct probe_result *result)
{
	struct arena *arena = page->arena;
	struct html_line line = {.name = "randread-4k"};
	struct html_plot plot = {.title = "Random reads of 4 KiB by depth",
				 .width = HTML_PLOT_HALF,
				 .x = {.title = "requests in flight", .is_log = true},
				 .y = {.title = "IOPS"}};
	double least, most;

	for (unsigned depth = 1; depth && depth <= 4096; depth *= 2) {
		for (unsigned i = 0; i < result->job_count; i++) {
			const struct probe_job *job = &result->jobs[i];

			if (job->state != JOB_DONE || job->depth != depth ||
			    !text_starts(job->name, "randread-4k"))
				continue;
			vec_push(arena, &line.points,
				 (struct html_point){.x = depth,
						     .y = job->iops,
						     .is_marked = job->noisy || job->burst});
			html_axis_tick(arena, &plot.x, depth, html_axis_number(arena, depth));
			break;
		}
	}
	if (line.points.count < 2)
		return;
	vec_push(arena, &plot.lines, line);
	html_axis_range(&plot, &least, &most);
	html_axis_linear(arena, &plot.y, most, html_axis_number);
	plot.words =
	    "Where the line goes flat the disk is busy: more requests only wait. Larger amber "
	    "points did not settle.";
	html_plot(page, &plot);
}

/* IOPS over time ------------------------------------------------------------------------------ */

/* The job whose rate is known least; of those that settled random reads, by which disks are known.
 */
static const struct probe_job *least_settled(const struct probe_result *result)
{
	const struct probe_job *least = NULL;

	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];
		bool is_noisy = job->noisy || job->burst;

		if (job->state != JOB_DONE || job->rate_count < 2 || job->iops <= 0)
			continue;
		if (is_noisy ? !least || !(least->noisy || least->burst) ||
				   job->uncertainty > least->uncertainty
			     : !least && text_starts(job->name, "randread-4k"))
			least = job;
	}
	return least;
}

static void plot_rates(struct str *page, const struct probe_result *result)
{
	const struct probe_job *job = least_settled(result);
	struct arena *arena = page->arena;
	struct html_plot plot = {.width = HTML_PLOT_HALF,
				 .x = {.title = "seconds since the job began"},
				 .y = {.title = "IOPS"}};
	struct html_line line = {0};
	double least, most, far = 0.25;
	unsigned marked = 0;

	if (!job)
		return;
	for (unsigned i = 0; i < job->rate_count; i++) {
		bool is_far = fabs(job->rates[i] - job->iops) > far * job->iops;

		marked += is_far;
		vec_push(arena, &line.points,
			 (struct html_point){.x = (i + 1) * job->rate_ms / 1e3,
					     .y = job->rates[i],
					     .is_marked = is_far});
	}
	line.name = job->name;
	vec_push(arena, &plot.lines, line);
	html_axis_range(&plot, &least, &most);
	html_axis_linear(arena, &plot.y, most, html_axis_number);
	html_axis_linear(arena, &plot.x, job->rate_count * job->rate_ms / 1e3, html_axis_number);
	plot.title = arena_printf(arena, "%s over time", job->name);
	plot.words = marked ? arena_printf(arena,
					   "The job that settled least: the %u larger amber "
					   "points are more than a quarter off its mean.",
					   marked)
			    : "No point is more than a quarter off the mean: the rate is steady.";
	html_plot(page, &plot);
}

/* Tables -------------------------------------------------------------------------------------- */

static const char *time_text(struct arena *arena, uint64_t ns)
{
	double value = (double)ns;

	if (!ns)
		return "\u2013";
	if (value < 1e6)
		return arena_printf(arena, "%.*f\u00a0us", value < 1e5, value / 1e3);
	return value < 1e9 ? arena_printf(arena, "%.*f\u00a0ms",
					  value < 1e8 ? 1 + (value < 1e7) : 0, value / 1e6)
			   : arena_printf(arena, "%.2f\u00a0s", value / 1e9);
}

static const char *job_state(struct arena *arena, const struct probe_job *job)
{
	const char *tag = job->state != JOB_DONE
			      ? html_tag(arena, HTML_UNKNOWN, job_state_name(job->state))
			  : job->burst ? html_tag(arena, HTML_ADVISED, "burst")
			  : job->noisy ? html_tag(arena, HTML_ADVISED, "noisy")
				       : html_tag(arena, HTML_GOOD, "steady");

	if (!job->remark[0])
		return tag;
	return arena_printf(arena, "%s<div class=\"note\">%s</div>", tag,
			    escape_html(arena, job->remark));
}

static void add_job(struct html_table *table, const struct probe_job *job)
{
	struct arena *arena = table->page->arena;
	bool done = job->state == JOB_DONE;
	const char *const cells[] = {
	    html_code(arena, job->name),
	    done ? html_num(arena, arena_printf(arena, "%.*f", job->iops < 100, job->iops))
		 : "\u2013",
	    done ? html_num(arena, arena_printf(arena, "%.1f", job->bandwidth / 1048576))
		 : "\u2013",
	    html_num(arena, time_text(arena, job->latency.p50)),
	    html_num(arena, time_text(arena, job->latency.p99)),
	    html_num(arena, time_text(arena, job->latency.max)),
	    job_state(arena, job),
	};

	html_table_row(table, cells);
}

static void add_jobs(struct str *page, const struct probe_result *result)
{
	static const char *const heads[] = {"Job", "IOPS",    "MiB/s", "p50",
					    "p99", "Longest", "Rate",  NULL};
	struct html_table table;

	html_fold_open(page, true, NULL, "All figures");
	table = html_table_open(page, "Figures of the probe", heads);
	for (unsigned i = 0; i < result->job_count; i++)
		add_job(&table, &result->jobs[i]);
	html_table_close(&table);
	html_fold_close(page);
}

static void add_floors(struct str *page, const struct report_probe *probe)
{
	static const char *const heads[] = {"Floor", "Required", "Found", "State", NULL};
	static const enum html_tone tones[] = {
	    [FLOOR_MET] = HTML_GOOD, [FLOOR_MISSED] = HTML_BAD, [FLOOR_UNJUDGED] = HTML_UNKNOWN};
	struct arena *arena = page->arena;
	struct html_table table;

	if (!probe->floors.count)
		return;
	table = html_table_open(page, "Floors of the profile", heads);
	vec_for_each (floor, &probe->floors) {
		names notes = {0};

		if (floor->figure)
			vec_push(arena, &notes, floor->figure);
		if (floor->note)
			vec_push(arena, &notes, floor->note);
		const char *const cells[] = {
		    html_code(arena, floor->name), html_num(arena, floor->required),
		    html_num(arena, text_or(floor->have, "unknown")),
		    html_state(arena, tones[floor->state], floor_state_name(floor->state), &notes)};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
	if (probe->earlier)
		html_note(page, arena_printf(arena, "Measured %s.", probe->earlier));
}

static void add_proof(struct str *page, const char *name, enum proof proof, const char *sentence)
{
	static const enum html_tone tones[] = {
	    [PROOF_UNKNOWN] = HTML_UNKNOWN, [PROOF_PROVEN] = HTML_GOOD, [PROOF_REFUTED] = HTML_BAD};

	if (sentence[0])
		html_list_pair(page, name,
			       arena_printf(page->arena, "%s %s",
					    html_tag(page->arena, tones[proof], proof_name(proof)),
					    html_prose(page->arena, sentence)));
}

static void add_result(struct str *page, const struct report_probe *probe)
{
	const struct probe_result *result = probe->result;
	struct arena *arena = page->arena;
	const char *distance = distance_sentence(arena, probe);

	html_list_open(page);
	add_proof(page, "Direct I/O", result->direct.proof, result->direct.sentence);
	add_proof(page, "io_setup", result->aio.proof, result->aio.sentence);
	if (result->engine[0])
		html_list_pair(
		    page, "Engine",
		    escape_html(arena,
				arena_printf(arena, "%s (%s), a file of %s, %.1f s (%s)",
					     result->engine, result->engine_reason,
					     text_human_size(arena, result->file_bytes),
					     result->elapsed_s, probe_mode_name(probe->mode))));
	if (distance)
		html_list_pair(page, "NUMA distance", escape_html(arena, distance));
	vec_for_each (disk, &probe->disks)
		html_list_pair(page, "Disk",
			       escape_html(arena, arena_printf(arena, "%s: %s", (*disk)->name,
							       disk_text(arena, *disk))));
	vec_for_each (drive, &probe->drives)
		html_list_pair(page, "Drive", escape_html(arena, drive->text));
	if (result->failure[0])
		html_list_pair(page, "Failed", escape_html(arena, result->failure));
	if (result->invalid[0])
		html_list_pair(page, "Invalid", escape_html(arena, result->invalid));
	html_list_close(page);
}

void html_probe(struct str *page, const struct report *report)
{
	const struct report_probe *probe = report->probe;
	struct arena *arena = page->arena;

	if (!probe)
		return;
	html_heading(page, "probe",
		     probe->is_of_cpus ? "The CPUs, measured"
		     : probe->cpu      ? "The disk and the CPUs, measured"
				       : "The disk, measured");
	if (probe->result)
		add_result(page, probe);
	if (probe->cpu)
		html_cpu(page, probe->cpu);
	if (probe->skipped)
		html_note(page, arena_printf(arena, "Not measured: %s.", probe->skipped));
	if (probe->cpu_skipped)
		html_note(page, arena_printf(arena, "CPUs not measured: %s.", probe->cpu_skipped));
	if (probe->cpu_earlier)
		html_note(page, arena_printf(arena, "CPUs measured %s.", probe->cpu_earlier));
	add_floors(page, probe);
	if (probe->result && probe->measured && probe->result->job_count) {
		str_add(page, "<div class=\"plots\">\n");
		plot_latency(page, probe->result);
		plot_depths(page, probe->result);
		plot_rates(page, probe->result);
		str_add(page, "</div>\n");
		add_jobs(page, probe->result);
	}
	if (probe->result && probe->result->load_count)
		html_envelope(page, probe->result);
	if (probe->io_config)
		html_note(page, arena_printf(arena, "Wrote %s.", probe->io_config));
	if (probe->io_config_note)
		html_note(page,
			  arena_printf(arena, "No io-config.yaml: %s.", probe->io_config_note));
}
