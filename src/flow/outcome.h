/* SPDX-License-Identifier: Apache-2.0 */
/* What a command has to answer: the session, when and by whom it was started, and the text that it
 * prints. */
#ifndef FLOW_OUTCOME_H
#define FLOW_OUTCOME_H

#include <time.h>

#include "flow/session.h"
#include "report/report.h"

struct outcome {
	struct session session;
	struct text_style style;
	struct timespec started;     /* CLOCK_MONOTONIC */
	const char *started_rfc3339; /* UTC */
	/* Shows what is going on and for how many ms, on a terminal; NULL: there is none. */
	void (*progress)(const char *stage, uint64_t ms);
	int64_t started_unix;   /* seconds since 1970 */
	const char *sudo_user;  /* who became root by sudo, as sudo says; NULL */
	names errors, warnings; /* for standard error, before session.err */
	char *text;             /* for standard output or --output; NULL: nothing */
};

/* Milliseconds since outcome->started. */
uint64_t outcome_elapsed_ms(const struct outcome *outcome);

/* RFC 3339, UTC. */
const char *outcome_date(struct arena *arena, time_t time);
/* The same of this moment. */
const char *outcome_now(struct arena *arena);

/* The report is made now. */
void outcome_stamp(const struct outcome *outcome, struct report *report);

/* In the format asked for. */
char *outcome_render(struct outcome *outcome, const struct report *report);

/* The report of a finished plan; exit_code is the verdict's. result: NULL when nothing was to be
 * written. */
struct report outcome_report(struct outcome *outcome, const struct apply_result *result);

#endif
