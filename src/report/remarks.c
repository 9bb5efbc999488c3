/* SPDX-License-Identifier: Apache-2.0 */
/* Words the sentences of remarks.h. */
#include "report/remarks.h"

#include "base/escape.h"
#include "base/text.h"
#include "plan/far_memory.h"
#include "report/layout.h"
#include "sys/own.h"

struct remarks {
	struct arena *arena;
	const struct report *report;
	names list;
};

static void add(struct remarks *remarks, const char *sentence)
{
	vec_push(remarks->arena, &remarks->list, sentence);
}

/* What a file or the caller says: a newline in it must not look like a line of ours. */
static void add_quoted(struct remarks *remarks, const char *sentence)
{
	add(remarks, escape_text(remarks->arena, sentence, ESCAPE_ALL));
}

static void add_default_options(struct remarks *remarks)
{
	const names *options = &remarks->report->run.default_options;

	if (options->count)
		add_quoted(remarks,
			   arena_printf(remarks->arena, "options from " OWN_DEFAULTS ": %s",
					text_join(remarks->arena, options, " ")));
}

/* Whether the table of checks gives this cause. */
static bool is_told_by_check(const struct report *report, const char *cause)
{
	vec_for_each (check, &report->plan->checks) {
		if (check->state != CHECK_PASS && check->note && text_starts(check->note, cause))
			return true;
	}
	return false;
}

static void add_data_dir(struct remarks *remarks)
{
	const struct facts *facts = remarks->report->facts;
	const char *why = facts->data_problem ? facts->data_problem : facts->data_gap;
	const struct live_data_dir *dir = &facts->live.data_dir;
	struct arena *arena = remarks->arena;
	const char *found = dir->fs_type ? dir->fs_type : "file system unknown";
	struct str line = str_new(arena);
	names disks = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(arena, &disks,
				 disk->file ? arena_printf(arena, "%s (%s)", disk->name, disk->file)
					    : disk->name);
	}
	str_printf(&line, "data directory %s: %s", dir->path ? dir->path : "unknown",
		   dir->exists == TRI_NO ? "missing" : found);
	if (disks.count)
		str_printf(&line, " on %s", text_join(arena, &disks, ", "));
	if (why && !is_told_by_check(remarks->report, why))
		str_printf(&line, " (%s)", why);
	add_quoted(remarks, line.text);
}

static void add_isolated(struct remarks *remarks)
{
	const struct isolated *isolated = &remarks->report->facts->isolated;
	const char *text = layout_isolated(remarks->arena, isolated);

	if (!text_equal(text, "none"))
		add_quoted(remarks, isolated->problem
					? text
					: arena_printf(remarks->arena,
						       "isolated from interrupts: %s", text));
}

/* NULL: all of the memory that Redpanda is to be started with is near its CPUs, or it is not known
 * how many of these it takes. */
static const char *memory_text(const struct remarks *remarks)
{
	const struct plan *plan = remarks->report->plan;
	const struct cpuset *cpus = &plan->placement.compute_cpus;
	uint64_t far = 0;

	if (plan->start_options.smp == cpuset_weight(cpus))
		far = far_memory(&remarks->report->facts->topology, cpus,
				 plan->start_options.memory_bytes);
	return far ? arena_printf(remarks->arena,
				  "at least %s of that memory are on NUMA nodes that are not near "
				  "its CPUs",
				  text_human_size(remarks->arena, far))
		   : NULL;
}

static void add_placement(struct remarks *remarks)
{
	const struct placement *placement = &remarks->report->plan->placement;
	const struct start_options *start = &remarks->report->plan->start_options;
	struct arena *arena = remarks->arena;
	const char *options = start_options_text(arena, start), *memory = memory_text(remarks);
	names parts = {0};

	if (!remarks->report->profile || placement->mode == PLACEMENT_LEAVE)
		return;
	add(remarks,
	    arena_printf(arena, "interrupts on CPUs %s, Redpanda %s%s (%s: %s)",
			 layout_list(arena, cpuset_list(arena, &placement->interrupt_cpus)),
			 placement->is_kubelets ? "where the kubelet puts it" : "on CPUs ",
			 placement->is_kubelets
			     ? ""
			     : layout_list(arena, cpuset_list(arena, &placement->compute_cpus)),
			 placement_mode_names[placement->mode], placement->reason));
	if (options)
		vec_push(arena, &parts, arena_printf(arena, "start Redpanda with %s", options));
	if (memory)
		vec_push(arena, &parts, memory);
	if (start->state_file)
		vec_push(arena, &parts,
			 arena_printf(arena, "rpk 25.3 and later takes its CPUs from %s",
				      start->state_file));
	if (parts.count)
		add(remarks, text_join(arena, &parts, "; "));
}

static void add_redpanda(struct remarks *remarks)
{
	const struct redpanda_config *redpanda = remarks->report->plan->redpanda;
	struct arena *arena = remarks->arena;
	bool is_ignored = remarks->report->plan->ignores_switches;
	const char *flags, *off;

	if (!redpanda)
		return;
	flags = layout_flags(arena, redpanda);
	off = is_ignored ? layout_switches(arena, redpanda) : NULL;
	if (flags)
		add(remarks, arena_printf(arena, "redpanda.yaml starts Redpanda with %s", flags));
	if (off)
		add_quoted(remarks,
			   arena_printf(arena,
					"redpanda.yaml says %s: ignored, since in a broker's pod "
					"that switches the tuners of rpk, not thintune",
					off));
	if (!is_ignored)
		add_quoted(remarks, layout_absent(arena, redpanda));
}

names remarks_of_node(struct arena *arena, const struct report *report)
{
	struct remarks remarks = {.arena = arena, .report = report};

	add_default_options(&remarks);
	add_data_dir(&remarks);
	add_isolated(&remarks);
	add_placement(&remarks);
	add_redpanda(&remarks);
	return remarks.list;
}

/* Of interrupts that the kernel is predicted to place itself: those that an apply would try, or
 * those that this one has tried. */
static void add_trials(struct remarks *remarks)
{
	unsigned count = plan_trials(remarks->report->plan), tried = remarks->report->run.trials;
	struct arena *arena = remarks->arena;

	if (count)
		add(remarks,
		    arena_printf(arena,
				 "%s to come: apply tries, once a boot, whether the kernel "
				 "refuses %s as predicted",
				 text_count(arena, count, "trial write", "trial writes"),
				 count == 1 ? "it" : "them"));
	if (tried)
		add(remarks, arena_printf(arena, "%s, refused by the kernel as predicted",
					  text_count(arena, tried, "trial write", "trial writes")));
}

bool remarks_gate_tells(struct arena *arena, const struct report *report, const char *cause)
{
	return report->gate.mode && report->gate.reason &&
	       strstr(report->gate.reason, escape_text(arena, cause, ESCAPE_ALL));
}

names remarks_of_writes(struct arena *arena, const struct report *report)
{
	struct remarks remarks = {.arena = arena, .report = report};
	const struct report_run *run = &report->run;
	const char *undo = "";

	if (report->failure && !remarks_gate_tells(arena, report, report->failure))
		add(&remarks, report->failure);
	if (run->history_gap)
		add(&remarks, run->history_gap);
	if (report->half_applied == TRI_YES)
		add(&remarks, REPORT_HALF_APPLIED);
	if (report->journal_fault)
		add(&remarks, arena_printf(arena, REPORT_JOURNAL_FAULT, report->journal_fault));
	add_trials(&remarks);
	if (run->journal && !text_equal(report->command, "restore"))
		undo = arena_printf(arena, "; `thintune restore` undoes them (journal %s)",
				    run->journal);
	if (run->writes)
		add(&remarks,
		    arena_printf(arena, "%s%s", text_count(arena, run->writes, "write", "writes"),
				 undo));
	return remarks.list;
}
