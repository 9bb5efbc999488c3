/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: one model, one renderer per format. A renderer is a pure function of the model; nothing
 * here reads the node or the clock.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/build.h"
#include "facts/drive.h"
#include "plan/plan.h"
#include "plan/verdict.h"
#include "probe/cpu.h"
#include "probe/effect.h"
#include "probe/judge.h"
#include "probe/probe.h"

#define REPORT_SCHEMA "thintune.report/2"

/* Of the node, for people. */
#define REPORT_BEGUN "a run began %s and has not ended"
#define REPORT_HALF_APPLIED                                                                        \
	"the journal is not settled: a thintune is writing, or was stopped halfway; `thintune "    \
	"run` or `thintune restore` finishes its work"

#define REPORT_JOURNAL_FAULT                                                                       \
	"whether a thintune was stopped halfway is unknown, and what it wrote cannot be undone: "  \
	"%s"

/* Of a clock before the day on which this version was made (version.h). */
#define REPORT_CLOCK_FAULT                                                                         \
	"no waiver expires, since the clock is wrong: this thintune was made "                     \
	"on " THINTUNE_VERSION_DATE ", and the clock is before that day"

struct report_run {           /* what varies from run to run */
	const char *started;  /* RFC 3339, UTC */
	int64_t started_unix; /* seconds since 1970 */
	const char *date;     /* RFC 3339, UTC: when the report was made */
	uint64_t duration_ms;
	const char *journal;      /* path below the root, NULL: none */
	unsigned writes;          /* attribute writes made */
	unsigned trials;          /* and those that the kernel refused as predicted */
	uint64_t history_line;    /* number of the last line of the history; 0: not told */
	const char *history_hash; /* and its hash */
	const char *history_gap;  /* why no line says what was written; NULL */
	names options;            /* in effect, as they could be typed */
	names default_options;    /* those that come from the file OWN_DEFAULTS */
};

struct report_gate {      /* command run only */
	const char *mode; /* "required-only"; NULL: no gate in this report */
	bool may_start;
	const char *reason; /* why not, or why although */
};

struct report_probe { /* commands probe and run */
	enum probe_mode mode;
	const struct probe_result *result; /* of now; NULL: nothing was tried */
	bool measured;                     /* figures are of now; else proofs only */
	drive_changes drives;              /* NVMe controllers whose health was known before */
	VEC(const struct disk *) disks;    /* that were measured */
	const char *earlier; /* RFC 3339: the floors were judged then; NULL: now, or not */
	floors floors;
	bool is_of_cpus;              /* of these and not of the disk */
	const struct cpu_result *cpu; /* NULL: no CPU was measured */
	const char *cpu_skipped;    /* run, probe --full: why no CPU was, though it was asked for */
	const char *cpu_earlier;    /* RFC 3339: their floors were judged then; NULL: now, or not */
	effects distance;           /* what the distance between NUMA nodes costs; empty: unknown */
	const char *distance_note;  /* why; NULL also where nobody asked */
	const char *skipped;        /* why nothing was tried or measured; NULL */
	const char *io_config;      /* path that was written; NULL */
	const char *io_config_note; /* why it was not */
};

/* Floors that a measurement left open. Where there was none, that is what is told. */
static inline unsigned report_floors_open(const struct report_probe *probe)
{
	unsigned count = 0;

	for (size_t i = 0; probe && i < probe->floors.count; i++)
		count +=
		    probe->floors.at[i].state == FLOOR_UNJUDGED && !probe->floors.at[i].is_moot;
	return count;
}

struct report {
	const struct build *build; /* NULL: unknown */
	const char *command;       /* "audit", "apply", "restore", "probe", "run" */
	const struct facts *facts;
	const struct profile *profile; /* NULL for restore */
	const char *profile_fault;     /* run: `profile` is the last good one, and why; NULL */
	const char *profile_note;      /* run: why it was not kept as the last good one; NULL */
	const struct plan *plan;
	struct verdict verdict;
	bool is_strict;            /* advised ones count like required ones */
	int exit_code;             /* of the whole command; may differ from verdict's (run) */
	const char *failure;       /* why nothing, or not everything, could be written; NULL */
	enum tri half_applied;     /* of audit: the journal is not settled; UNKNOWN: not told */
	const char *journal_fault; /* of audit: why that is unknown; NULL: it is known */
	struct report_gate gate;
	const struct report_probe *probe; /* NULL: no part of this command */
	struct report_run run;
};

struct text_style {
	bool colour;
	unsigned width; /* columns; 0: unlimited (not a terminal) */
	bool verbose;   /* also settings that are already right, and each why */
	bool quiet;     /* verdict line only */
};

char *report_text(struct arena *arena, const struct report *report, struct text_style style);
char *report_json(struct arena *arena, const struct report *report);
/* One page for people: it loads nothing, and without a script everything is there. */
char *report_html(struct arena *arena, const struct report *report);
/* For build servers: a case for each setting, check and floor, as JUnit writes them. */
char *report_junit(struct arena *arena, const struct report *report);
/* For spreadsheets and databases: a row for each of them. */
char *report_csv(struct arena *arena, const struct report *report);
/* A reviewable POSIX sh script of the same writes, `ROOT` in the environment prefixed to every
 * path; what the kernel resets is put back. */
char *report_sh(struct arena *arena, const struct report *report);
/* The least a pod needs for this plan: securityContext, mounts, volumes, as part of a pod template.
 */
char *report_k8s(struct arena *arena, const struct report *report);
/* The least a unit needs for this plan, as a drop-in for thintune.service. */
char *report_systemd(struct arena *arena, const struct report *report);
/* Metrics for node_exporter's textfile collector: of a look the node, of probe and run what was
 * measured and what the gate says. */
char *report_prometheus(struct arena *arena, const struct report *report);

/* Labels for the node, by which pods can wait for it; without a plan, and without a profile where
 * none could be loaded. */
char *report_nfd(struct arena *arena, const struct report *report, bool may_start);

/* The part of report_text about the probe. */
char *probe_text(struct arena *arena, const struct report_probe *probe, struct text_style style);
/* Its part about the CPUs. */
char *probe_cpu_text(struct arena *arena, const struct cpu_result *result, struct text_style style);
/* Its part about the envelope. */
char *probe_envelope_text(struct arena *arena, const struct probe_result *result,
			  struct text_style style);
/* What the verdict line says of it. */
void probe_faults(struct arena *arena, const struct report_probe *probe, names *parts);

/* What of a profile makes no setting: each overlay, with the fact that decided, and each value
 * that is left alone, with the reason. "" where there is none of either. */
char *profile_text(struct arena *arena, const struct profile *profile, struct text_style style);
/* What is no longer required, always told; "" where there is none. One of them as a sentence. */
char *profile_lowered(struct arena *arena, const struct profile *profile, struct text_style style);
const char *profile_lowered_by(struct arena *arena, const struct lowered *lowered);
const char *profile_lowered_text(struct arena *arena, const struct lowered *lowered);
unsigned profile_leave_count(const struct profile *profile);

/* Sentences about waivers that end soon, have expired, are not needed or name nothing, each one
 * clean line; of which nothing is said otherwise. */
names waiver_warnings(struct arena *arena, const struct report *report);

/* What facts shows beside them. */
struct facts_about {
	const struct build *build; /* NULL: unknown */
	const char *date;          /* of the look, "2026-11-30T14:00:00Z" */
	const struct placement *placement;
	const struct redpanda_config *redpanda; /* NULL: there is no redpanda.yaml */
};
char *facts_text(struct arena *arena, const struct facts *facts, const struct facts_about *about,
		 struct text_style style);
char *facts_json(struct arena *arena, const struct facts *facts, const struct facts_about *about);

/* Aligned columns, used by all texts. Rows of equal length; NULL cell prints nothing. */
struct table {
	struct arena *arena;
	const char *const *heads; /* NULL-terminated */
	bool is_painted;          /* the last column may hold what layout_paint() makes */
	VEC(const char **) rows;
};
struct table table_new(struct arena *arena, const char *const *heads);
void table_add(struct table *table, const char *const *cells);
/* Of two columns; nothing where there is no text. */
void table_pair(struct table *table, const char *head, const char *text);
/* Columns that it takes where nothing is wrapped. */
size_t table_width(const struct table *table);
/* The last column is wrapped at style.width. */
char *table_text(const struct table *table, struct text_style style);

/* explain: what there is; a tuner (NULL: there is no such one); the generated docs/tuners.md; an
 * advisory. */
char *explain_all(struct arena *arena, const advisory_list *list, struct text_style style);
char *explain_text(struct arena *arena, const char *tuner, struct text_style style);
char *explain_markdown(struct arena *arena);
char *explain_advisory(struct arena *arena, const struct advisory *advisory,
		       struct text_style style);
/* What an audit found of it; setting: one of the plan's. */
char *explain_setting(struct arena *arena, const struct plan *plan, const struct setting *setting,
		      struct text_style style);
char *explain_check(struct arena *arena, const struct check *check, struct text_style style);

#endif
