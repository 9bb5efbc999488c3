/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text_head.h"

#include "plan/plan.h"
#include "report/layout.h"
#include "report/redpanda.h"
#include "sys/own.h"

struct head {
	struct arena *arena;
	const struct report *report;
	struct text_style style;
	size_t columns;
	struct str *text;
};

static const char *where_it_runs(const struct facts *facts)
{
	const struct host *host = &facts->host;

	if (host->cloud && !text_equal(host->cloud, "none"))
		return host->cloud;
	if (!host->virtualization || text_equal(host->virtualization, "unknown"))
		return "virtualization unknown";
	return text_equal(host->virtualization, "none") ? "bare metal" : host->virtualization;
}

static void add_node(const struct head *head)
{
	const struct facts *facts = head->report->facts;
	const struct host *host = &facts->host;
	struct arena *arena = head->arena;
	unsigned cpus = cpuset_weight(&facts->topology.online);
	unsigned nodes = (unsigned)facts->topology.nodes.count;
	names parts = {0};
	const char *subject = "";

	if (head->report->profile)
		subject = arena_printf(arena, "profile %s on ", head->report->profile->name);
	if (cpus)
		vec_push(arena, &parts,
			 arena_printf(arena, "%u CPU%s", cpus, cpus == 1 ? "" : "s"));
	if (nodes)
		vec_push(arena, &parts,
			 arena_printf(arena, "%u NUMA node%s", nodes, nodes == 1 ? "" : "s"));
	vec_push(arena, &parts,
		 host->memory_bytes ? text_human_size(arena, host->memory_bytes)
				    : "memory unknown");
	vec_push(arena, &parts,
		 arena_printf(arena, "kernel %s",
			      host->kernel_release ? host->kernel_release : "unknown"));
	vec_push(arena, &parts, where_it_runs(facts));
	if (facts->live.container && !text_equal(facts->live.container, "none"))
		vec_push(arena, &parts, arena_printf(arena, "in %s", facts->live.container));
	if (!facts->live_root)
		vec_push(arena, &parts, "recorded node");
	layout_paragraph(head->text,
			 arena_printf(arena, "thintune %s: %s%s", head->report->command, subject,
				      text_join(arena, &parts, ", ")),
			 0, head->columns);
}

static void add_data_dir(const struct head *head)
{
	const struct facts *facts = head->report->facts;
	const struct live_data_dir *dir = &facts->live.data_dir;
	const char *found = dir->fs_type ? dir->fs_type : "file system unknown";
	struct str line = str_new(head->arena);
	names disks = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(head->arena, &disks, disk->name);
	}
	str_printf(&line, "data directory %s: %s", dir->path ? dir->path : "unknown",
		   dir->exists == TRI_NO ? "missing" : found);
	if (disks.count)
		str_printf(&line, " on %s", text_join(head->arena, &disks, ", "));
	if (facts->data_problem)
		str_printf(&line, " (%s)", facts->data_problem);
	/* The path is the caller's: a newline in it must not look like a line of ours. */
	layout_paragraph(head->text, layout_clean(head->arena, line.text, KEEP_NOTHING), 0,
			 head->columns);
}

static void add_placement(const struct head *head)
{
	const struct placement *placement = &head->report->plan->placement;
	struct arena *arena = head->arena;
	const struct start_options *start = &head->report->plan->start_options;
	const char *options = start_options_text(arena, start);
	names parts = {0};

	if (!head->report->profile || placement->mode == PLACEMENT_LEAVE)
		return;
	layout_paragraph(
	    head->text,
	    arena_printf(arena, "interrupts on CPUs %s, Redpanda %s%s (%s: %s)",
			 cpuset_list(arena, &placement->interrupt_cpus),
			 placement->is_kubelets ? "where the kubelet puts it" : "on CPUs ",
			 placement->is_kubelets ? "" : cpuset_list(arena, &placement->compute_cpus),
			 placement_mode_names[placement->mode], placement->reason),
	    0, head->columns);
	if (options)
		vec_push(arena, &parts, arena_printf(arena, "start Redpanda with %s", options));
	if (start->state_file)
		vec_push(arena, &parts,
			 arena_printf(arena, "rpk 25.3 and later takes its CPUs from %s",
				      start->state_file));
	if (parts.count)
		layout_paragraph(head->text, text_join(arena, &parts, "; "), 0, head->columns);
}

/* Keys are the file's: a newline in them must not look like a line of ours. */
static void add_redpanda(const struct head *head)
{
	const struct redpanda_config *redpanda = head->report->plan->redpanda;
	struct arena *arena = head->arena;
	const char *flags, *off;

	if (!redpanda)
		return;
	flags = redpanda_flags_text(arena, redpanda);
	off = head->report->plan->ignores_switches ? redpanda_off_text(arena, redpanda) : NULL;
	if (flags)
		layout_paragraph(
		    head->text, arena_printf(arena, "redpanda.yaml starts Redpanda with %s", flags),
		    0, head->columns);
	if (off)
		layout_paragraph(
		    head->text,
		    layout_clean(
			arena,
			arena_printf(arena,
				     "redpanda.yaml says %s: ignored, since in a broker's "
				     "pod that switches off the tuners of rpk, not thintune",
				     off),
			KEEP_NOTHING),
		    0, head->columns);
}

/* Whoever typed the command has not typed these. */
static void add_default_options(const struct head *head)
{
	const names *options = &head->report->run.default_options;

	if (options->count)
		layout_paragraph(
		    head->text,
		    arena_printf(head->arena, "options from " OWN_DEFAULTS ": %s",
				 layout_clean(head->arena, text_join(head->arena, options, " "),
					      KEEP_NOTHING)),
		    0, head->columns);
}

void text_head(struct str *text, const struct report *report, struct text_style style,
	       size_t columns)
{
	const struct head whole = {.arena = text->arena,
				   .report = report,
				   .style = style,
				   .columns = columns,
				   .text = text};
	const struct head *head = &whole;
	const struct profile *profile = report->profile;

	if (report->profile_fault)
		layout_paragraph(head->text, report->profile_fault, 0, head->columns);
	add_node(head);
	if (profile && head->style.verbose)
		layout_paragraph(head->text,
				 arena_printf(head->arena, "profile from %s; sha256 %s",
					      text_join(head->arena, &profile->sources, ", "),
					      profile->sha256 ? profile->sha256 : "unknown"),
				 0, head->columns);
	add_default_options(head);
	add_data_dir(head);
	add_placement(head);
	add_redpanda(head);
}
