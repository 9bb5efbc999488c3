/* SPDX-License-Identifier: Apache-2.0 */
/* The results of the probe, as text for people. */
#include <errno.h>
#include <inttypes.h>

#include "base/escape.h"
#include "report/disk_text.h"
#include "report/distance.h"
#include "report/sheet.h"

/* A rate that is not 0 does not read as 0. */
static const char *rate_text(struct arena *arena, double rate)
{
	if (rate > 0 && rate < 0.01)
		return "<0.01";
	return arena_printf(arena,
			    rate <= 0 || rate >= 100 ? "%.0f"
			    : rate < 10              ? "%.2f"
						     : "%.1f",
			    rate);
}

static const char *job_word(const struct probe_job *job)
{
	if (job->state != JOB_DONE)
		return job_state_name(job->state);
	return job->burst ? "burst" : job->noisy ? "noisy" : "steady";
}

/* Columns of the table of jobs. */
enum { JOB, IOPS, BANDWIDTH, P50, P99, P99_9, MOST, CPU, RATE, JOB_COLUMNS };

static void job_cells(struct arena *arena, const struct probe_job *job,
		      const char *cells[static JOB_COLUMNS])
{
	const struct latency *latency = &job->latency;
	bool done = job->state == JOB_DONE;
	bool timed = done && latency->count;

	cells[JOB] = job->name;
	cells[IOPS] = done ? rate_text(arena, job->iops) : "-";
	cells[BANDWIDTH] = done ? rate_text(arena, job->bandwidth / 1048576) : "-";
	cells[P50] = timed ? layout_time(arena, latency->p50) : "-";
	cells[P99] = timed ? layout_time(arena, latency->p99) : "-";
	cells[P99_9] = timed ? layout_time(arena, latency->p99_9) : "-";
	cells[MOST] = timed ? layout_time(arena, latency->max) : "-";
	cells[CPU] =
	    done && job->cpu_ns_per_io > 0 ? layout_time(arena, (uint64_t)job->cpu_ns_per_io) : "-";
	cells[RATE] = job_word(job);
}

/* The jobs with these columns. */
static struct table jobs_table(struct arena *arena, const struct probe_result *result,
			       const unsigned *columns, size_t count)
{
	static const char *const heads[JOB_COLUMNS] = {
	    [JOB] = "JOB",  [IOPS] = "IOPS",  [BANDWIDTH] = "MiB/S",
	    [P50] = "P50",  [P99] = "P99",    [P99_9] = "P99.9",
	    [MOST] = "MAX", [CPU] = "CPU/IO", [RATE] = "RATE"};
	const char **some = arena_alloc(arena, (count + 1) * sizeof(*some));
	struct table table = table_new(arena, some);

	for (size_t i = 0; i < count; i++)
		some[i] = heads[columns[i]];
	for (unsigned i = 0; i < result->job_count; i++) {
		const char *cells[JOB_COLUMNS], *row[JOB_COLUMNS];

		job_cells(arena, &result->jobs[i], cells);
		for (size_t j = 0; j < count; j++)
			row[j] = cells[columns[j]];
		table_add(&table, row);
	}
	return table;
}

/* Of all jobs for which the same is to be said; "" for any but the first of them. */
static const char *names_of_remark(struct arena *arena, const struct probe_result *result,
				   unsigned at)
{
	const char *remark = result->jobs[at].remark;
	names list = {0};

	for (unsigned i = 0; i < result->job_count; i++) {
		if (!text_equal(result->jobs[i].remark, remark))
			continue;
		if (i < at)
			return "";
		vec_push(arena, &list, result->jobs[i].name);
	}
	return text_join(arena, &list, ", ");
}

static void add_job_notes(struct arena *arena, const struct probe_result *result, unsigned at,
			  size_t columns, struct str *text)
{
	const struct probe_job *job = &result->jobs[at];
	const char *who = job->remark[0] ? names_of_remark(arena, result, at) : "";

	if (job->sync.count)
		layout_paragraph(text,
				 arena_printf(arena,
					      "%s: the row is write and fdatasync together; "
					      "fdatasync alone p50 %s, p99 %s",
					      job->name, layout_time(arena, job->sync.p50),
					      layout_time(arena, job->sync.p99)),
				 0, columns);
	if (job->state == JOB_DONE && !job->requests)
		layout_paragraph(text, arena_printf(arena, "%s: no request completed", job->name),
				 0, columns);
	if (*who)
		layout_paragraph(
		    text,
		    arena_printf(arena, "%s: %s", who, escape_text(arena, job->remark, ESCAPE_ALL)),
		    0, columns);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where one table would be too wide, rates and latencies get one each. */
static void add_jobs(struct arena *arena, const struct probe_result *result,
		     struct text_style style, struct str *text)
{
	static const unsigned all[] = {JOB, IOPS, BANDWIDTH, P50, P99, P99_9, MOST, CPU, RATE};
	static const unsigned rates[] = {JOB, IOPS, BANDWIDTH, CPU, RATE};
	static const unsigned latencies[] = {JOB, P50, P99, P99_9, MOST};
	struct table table = jobs_table(arena, result, all, COUNT(all));
	size_t columns = layout_columns(style);

	if (table_width(&table) > columns) {
		table = jobs_table(arena, result, rates, COUNT(rates));
		str_printf(text, "\n%s", table_text(&table, style));
		table = jobs_table(arena, result, latencies, COUNT(latencies));
	}
	str_printf(text, "\n%s", table_text(&table, style));
	for (unsigned i = 0; i < result->job_count; i++)
		add_job_notes(arena, result, i, columns, text);
}

static void add_floors(struct arena *arena, const struct report_probe *probe,
		       struct text_style style, struct str *text)
{
	static const char *const heads[] = {"FLOOR", "REQUIRED", "HAVE", "STATE", NULL};
	struct sheet sheet = sheet_new(arena, heads);

	vec_for_each (floor, &probe->floors) {
		enum paint paint = floor->state == FLOOR_MET      ? PAINT_GREEN
				   : floor->state == FLOOR_MISSED ? PAINT_RED
								  : PAINT_YELLOW;
		const char *const cells[] = {
		    floor->name, floor->required, floor->have ? floor->have : "unknown",
		    layout_paint(arena, style, paint, floor_state_name(floor->state))};
		struct sheet_remark remark = {0};

		if (floor->figure)
			vec_push(arena, &remark.own, floor->figure);
		if (floor->note)
			vec_push(arena, &remark.causes, floor->note);
		sheet_add(&sheet, cells, remark);
	}
	str_add(text, sheet_text(&sheet, 1, style));
	if (probe->floors.count && probe->earlier)
		layout_paragraph(text, arena_printf(arena, "(measured %s)", probe->earlier), 0,
				 layout_columns(style));
}

/* "direct I/O  proven: ..." */
static void add_proof(struct arena *arena, const char *what, enum proof proof, const char *sentence,
		      struct text_style style, struct str *text)
{
	if (sentence[0])
		layout_paragraph(text,
				 arena_printf(arena, "%s: %s: %s", what, proof_name(proof),
					      escape_text(arena, sentence, ESCAPE_ALL)),
				 0, layout_columns(style));
}

static bool has_unregistered(const struct probe_result *result)
{
	for (unsigned i = 0; i < result->job_count; i++) {
		if (result->jobs[i].registered == TRI_NO)
			return true;
	}
	return false;
}

/* EINVAL of either call means that the node has no CPU or memory, or none in this cpuset. */
static const char *refusal_text(int error, const char *what)
{
	return error == -EINVAL ? what : err_words(error);
}

static const char *threads_text(struct arena *arena, const struct probe_numa *numa)
{
	if (numa->cpu_node < 0)
		return arena_printf(arena,
				    "threads anywhere, since node %d has no CPUs and which node is "
				    "the nearest that has some is not known",
				    numa->node);
	if (numa->threads != TRI_YES)
		return arena_printf(
		    arena, "threads anywhere, not on node %d: %s", numa->cpu_node,
		    numa->threads_error
			? refusal_text(numa->threads_error, "this process may not use its CPUs")
			: "the kernel runs them elsewhere");
	if (numa->cpu_node == numa->node)
		return arena_printf(arena, "threads on node %d, where the disks are", numa->node);
	return arena_printf(arena,
			    "threads on node %d, the nearest with CPUs to node %d of the disks",
			    numa->cpu_node, numa->node);
}

static const char *pages_text(struct arena *arena, const struct probe_numa *numa)
{
	uint64_t pages = numa->pages_there + numa->pages_elsewhere + numa->pages_unknown;
	struct str text = str_new(arena);

	if (!pages)
		return "no buffers";
	str_printf(&text, "%" PRIu64 " of %" PRIu64 " buffer pages on node %d", numa->pages_there,
		   pages, numa->node);
	if (numa->pages_unknown)
		str_printf(&text, ", %" PRIu64 " not known", numa->pages_unknown);
	if (numa->buffers_error)
		str_printf(
		    &text, " (%s)",
		    refusal_text(numa->buffers_error, "no memory on that node for this process"));
	return text.text;
}

/* Nothing is said if there is one node. */
static void add_numa(struct arena *arena, const struct probe_numa *numa, struct text_style style,
		     struct str *text)
{
	const char *line = NULL;

	if (numa->note[0])
		line = arena_printf(arena, "NUMA: threads and buffers anywhere: %s",
				    escape_text(arena, numa->note, ESCAPE_ALL));
	else if (numa->is_wanted && numa->available != TRI_YES)
		line = arena_printf(
		    arena,
		    "NUMA: threads and buffers anywhere, though the disks are on "
		    "node %d: the kernel has no NUMA, or does not let this process use it",
		    numa->node);
	else if (numa->is_wanted)
		line = arena_printf(
		    arena, "NUMA: %s; %s%s", threads_text(arena, numa), pages_text(arena, numa),
		    numa->distances_agree == TRI_NO ? "; distances are not those of the facts"
						    : "");
	if (line)
		layout_paragraph(text, line, 0, layout_columns(style));
}

/* What an error of one half means; the other errors speak for themselves. */
static const char *sandbox_obstacle(int error)
{
	if (error == -ENOSYS || error == -EOPNOTSUPP)
		return "the kernel does not have that, or does not offer it here";
	if (error == -EPERM || error == -EACCES)
		return "a filter around thintune forbids it";
	return err_words(error);
}

/* Nothing is said if the probe did not come to it. */
static void add_sandbox(struct arena *arena, const struct probe_sandbox *sandbox,
			struct text_style style, struct str *text)
{
	const char *calls = "system calls were filtered", *files = "files outside the data "
								   "directory were out of reach";

	if (sandbox->calls == TRI_UNKNOWN || sandbox->files == TRI_UNKNOWN)
		return;
	if (sandbox->calls == TRI_NO)
		calls = arena_printf(arena, "system calls were not filtered (%s)",
				     sandbox_obstacle(sandbox->calls_error));
	if (sandbox->files == TRI_NO)
		files =
		    arena_printf(arena, "files outside the data directory could be reached (%s)",
				 sandbox_obstacle(sandbox->files_error));
	layout_paragraph(text, arena_printf(arena, "sandbox: %s; %s", calls, files), 0,
			 layout_columns(style));
}

static void add_result(struct arena *arena, const struct report_probe *probe,
		       struct text_style style, struct str *text)
{
	const struct probe_result *result = probe->result;
	const char *distance = distance_sentence(arena, probe);
	size_t columns = layout_columns(style);

	add_proof(arena, "direct I/O", result->direct.proof, result->direct.sentence, style, text);
	add_proof(arena, "io_setup", result->aio.proof, result->aio.sentence, style, text);
	if (result->engine[0])
		layout_paragraph(
		    text,
		    arena_printf(arena, "engine: %s (%s); a file of %" PRIu64 " MiB; %.1f s (%s)",
				 result->engine, result->engine_reason,
				 result->file_bytes / 1048576, result->elapsed_s,
				 probe_mode_name(probe->mode)),
		    0, columns);
	add_numa(arena, &result->numa, style, text);
	if (distance)
		layout_paragraph(text, arena_printf(arena, "NUMA distance: %s", distance), 0,
				 columns);
	add_sandbox(arena, &result->sandbox, style, text);
	vec_for_each (disk, &probe->disks)
		layout_paragraph(text,
				 arena_printf(arena, "disk %s: %s",
					      escape_text(arena, (*disk)->name, ESCAPE_ALL),
					      disk_text(arena, *disk)),
				 0, columns);
	vec_for_each (drive, &probe->drives)
		layout_paragraph(text, escape_text(arena, drive->text, ESCAPE_ALL), 0, columns);
	if (has_unregistered(result))
		layout_paragraph(
		    text,
		    "buffers are not registered in some jobs, since RLIMIT_MEMLOCK is too "
		    "low: 8 to 12 % more CPU time a request",
		    0, columns);
	if (result->failure[0])
		layout_paragraph(text,
				 arena_printf(arena, "failed: %s",
					      escape_text(arena, result->failure, ESCAPE_ALL)),
				 0, columns);
	if (probe->measured && result->job_count)
		add_jobs(arena, result, style, text);
	if (result->load_count)
		str_add(text, probe_envelope_text(arena, result, style));
	if (result->invalid[0])
		layout_paragraph(text, arena_printf(arena, "invalid: %s", result->invalid), 0,
				 columns);
}

char *probe_text(struct arena *arena, const struct report_probe *probe, struct text_style style)
{
	struct str text = str_new(arena);
	size_t columns = layout_columns(style);

	if (probe->result)
		add_result(arena, probe, style, &text);
	if (probe->cpu)
		str_add(&text, probe_cpu_text(arena, probe->cpu, style));
	if (probe->skipped)
		layout_paragraph(&text, arena_printf(arena, "probe: %s", probe->skipped), 0,
				 columns);
	if (probe->cpu_skipped)
		layout_paragraph(&text, arena_printf(arena, "CPUs: %s", probe->cpu_skipped), 0,
				 columns);
	if (probe->cpu_earlier)
		layout_paragraph(&text,
				 arena_printf(arena, "CPUs: measured %s", probe->cpu_earlier), 0,
				 columns);
	add_floors(arena, probe, style, &text);
	if (probe->io_config)
		layout_paragraph(&text, arena_printf(arena, "wrote %s", probe->io_config), 0,
				 columns);
	if (probe->io_config_note)
		layout_paragraph(
		    &text, arena_printf(arena, "no io-config.yaml: %s", probe->io_config_note), 0,
		    columns);
	str_add(&text, "\n");
	return text.text;
}

void probe_faults(struct arena *arena, const struct report_probe *probe, names *parts)
{
	unsigned missed = probe_floors_missed(&probe->floors);
	unsigned unjudged = report_floors_open(probe);

	if (probe->result && probe->result->error && !probe->skipped)
		vec_push(arena, parts, "the probe failed");
	if (missed)
		vec_push(arena, parts,
			 arena_printf(arena, "%u floor%s missed", missed, missed > 1 ? "s" : ""));
	if (unjudged)
		vec_push(arena, parts,
			 arena_printf(arena, "%u floor%s not judged", unjudged,
				      unjudged > 1 ? "s" : ""));
}
