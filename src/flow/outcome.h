/* SPDX-License-Identifier: Apache-2.0 */
/* What a command has to answer: the session, when and by whom it was started, and the text that it
 * prints. */
#ifndef FLOW_OUTCOME_H
#define FLOW_OUTCOME_H

#include <time.h>

#include "flow/session.h"
#include "report/next.h"
#include "report/report.h"

/* As journald counts them. */
enum outcome_level { OUTCOME_ERROR = 3, OUTCOME_WARNING = 4, OUTCOME_NOTE = 6 };

struct outcome {
	struct session session;
	struct text_style style;
	struct timespec started;     /* CLOCK_MONOTONIC */
	const char *started_rfc3339; /* UTC */
	/* Shows a line on a terminal in place of the last one, and takes that back for ""; NULL:
	 * there is no terminal, or nobody wants to see it. */
	void (*progress)(const char *line);
	unsigned progress_columns;
	/* Prints a line at once, of a command that stays. */
	void (*tell)(enum outcome_level level, const char *text);
	struct {
		const char *socket;   /* of systemd, NULL: none */
		uint64_t watchdog_us; /* how often it wants to hear; 0: never */
	} supervisor;
	struct build build;     /* its commit; the rest is filled where a report needs it */
	int64_t started_unix;   /* seconds since 1970 */
	int64_t started_boot;   /* of the clock that never jumps, and goes on in sleep */
	const char *sudo_user;  /* who became root by sudo, as sudo says; NULL */
	names errors, warnings, /* for standard error, before session.err */
	    notes;              /* and these, unless --quiet */
	const char *hint;       /* the last line there, unless --quiet: what comes next; NULL */
	names texts; /* what each of options->forms gets, in their order; NULL: nothing */
};

/* Of a command that begins now. */
void outcome_begin(struct outcome *outcome, struct arena *arena, const struct options *options);

/* Fills outcome->build. Reading the whole program takes as long as several audits: only for an HTML
 * page, and where --verbose asks for all there is. */
const struct build *outcome_build(struct outcome *outcome);

/* Milliseconds since outcome->started. */
uint64_t outcome_elapsed_ms(const struct outcome *outcome);

/* RFC 3339, UTC. */
const char *outcome_date(struct arena *arena, time_t time);
/* The same of this moment. */
const char *outcome_now(struct arena *arena);

/* Who this is: "uid 0 (sudo of ann)". */
const char *outcome_user(const struct outcome *outcome);

/* The report is made now. */
void outcome_stamp(const struct outcome *outcome, struct report *report);

/* The answer of a command that has no report: for the first form. */
void outcome_say(struct outcome *outcome, const char *text);
/* For the form with this format, if it is asked for. */
void outcome_put(struct outcome *outcome, const char *format, const char *text);
/* Tells on standard error what comes next, where there is no report that ends with it. */
void outcome_hint(struct outcome *outcome, const struct next_step *step);
/* The same command once more, after what kept it from being done; nothing, where it is too long. */
void outcome_hint_again(struct outcome *outcome);
/* What comes next where a command left no report: a mistake of the caller, the lock, an error. */
void outcome_hint_refused(struct outcome *outcome, enum exit_code code);
/* In each format asked for that every report has, from one model. */
void outcome_render(struct outcome *outcome, const struct report *report);
/* What is to be printed in this format; NULL: nothing. */
const char *outcome_text(const struct outcome *outcome, const char *format);
/* Whether there is. */
bool outcome_has(const struct outcome *outcome, const char *format);

/* The report of a finished plan; exit_code is the verdict's. result: NULL when nothing was to be
 * written. */
struct report outcome_report(struct outcome *outcome, const struct apply_result *result);

#endif
