/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: one model, one renderer per format. A renderer is a pure function of the model; nothing
 * here reads the node or the clock.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "plan/plan.h"
#include "plan/verdict.h"
#include "probe/judge.h"
#include "probe/probe.h"

#define REPORT_SCHEMA "thintune.report/2"

/* Of the node, for people. */
#define REPORT_HALF_APPLIED                                                                        \
	"the journal is not settled: a thintune is writing, or was stopped halfway; `thintune "    \
	"run` or `thintune restore` finishes its work"

#define REPORT_JOURNAL_FAULT                                                                       \
	"whether a thintune was stopped halfway is unknown, and what it wrote cannot be undone: "  \
	"%s"

struct report_run {           /* what varies from run to run */
	const char *started;  /* RFC 3339, UTC */
	int64_t started_unix; /* seconds since 1970 */
	const char *date;     /* RFC 3339, UTC: when the report was made */
	uint64_t duration_ms;
	const char *journal;   /* path below the root, NULL: none */
	unsigned writes;       /* attribute writes made */
	unsigned trials;       /* and those that the kernel refused as predicted */
	names default_options; /* those that come from the file OWN_DEFAULTS */
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
	const char *earlier; /* RFC 3339: the floors were judged then; NULL: now, or not */
	floors floors;
	const char *skipped;        /* why nothing was tried or measured; NULL */
	const char *io_config;      /* path that was written; NULL */
	const char *io_config_note; /* why it was not */
};

struct report {
	const char *command; /* "audit", "apply", "restore", "probe", "run" */
	const struct facts *facts;
	const struct profile *profile; /* NULL for restore */
	const char *profile_fault;     /* run: `profile` is the last good one, and why; NULL */
	const char *profile_note;      /* run: why it was not kept as the last good one; NULL */
	const struct plan *plan;
	struct verdict verdict;
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
/* A reviewable POSIX sh script of the same writes, `ROOT` in the environment prefixed to every
 * path; what the kernel resets is put back. */
char *report_sh(struct arena *arena, const struct report *report);
/* The least a pod needs for this plan: securityContext, mounts, volumes, as part of a pod template.
 */
char *report_k8s(struct arena *arena, const struct report *report);
/* The least a unit needs for this plan, as a drop-in for thintune.service. */
char *report_systemd(struct arena *arena, const struct report *report);
/* Metrics for node_exporter's textfile collector. */
char *report_prometheus(struct arena *arena, const struct report *report);

/* Labels for the node, by which pods can wait for it; without a plan, and without a profile where
 * none could be loaded. */
char *report_nfd(struct arena *arena, const struct report *report, bool may_start);

/* The part of report_text about the probe. */
char *probe_text(struct arena *arena, const struct report_probe *probe, struct text_style style);
/* What the verdict line says of it. */
void probe_faults(struct arena *arena, const struct report_probe *probe, names *parts);

/* What of a profile makes no setting: each overlay, with the fact that decided, and each value
 * that is left alone, with the reason. "" where there is none of either. */
char *profile_text(struct arena *arena, const struct profile *profile, struct text_style style);
unsigned profile_leave_count(const struct profile *profile);

/* What facts shows beside them. */
struct facts_about {
	const char *date; /* of the look, "2026-11-30T14:00:00Z" */
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
/* What an audit found of it. */
char *explain_setting(struct arena *arena, const struct setting *setting, struct text_style style);
char *explain_check(struct arena *arena, const struct check *check, struct text_style style);

#endif
