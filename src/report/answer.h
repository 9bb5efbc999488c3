/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of gate and status, which tell of the last run and look at nothing else. */
#ifndef REPORT_ANSWER_H
#define REPORT_ANSWER_H

#include "report/report.h"

struct answer {
	const char *owner;
	names options; /* of the call, as they could be typed again */
	/* Why there is no verdict; NULL: there is one. */
	const char *missing;
	int exit_code;       /* of `gate` */
	const char *verdict; /* "start", "blocked", "withdrawn", "none" */
	const char *reason, *profile, *time, *user, *begun; /* each may be NULL */
	int64_t age_seconds;                                /* -1: unknown */
	const char *waiver; /* sentence: the answer hangs on one that ends soon, or has; NULL */
	bool is_taken_back; /* a start that the waiver no longer lets stand */
	enum tri half_applied;
	const char *journal_fault; /* why that is unknown; NULL */
	/* status only: */
	enum tri is_locked;
	const char *holder;    /* "thintune, process 4711"; NULL: unknown, or nobody */
	uint64_t history_line; /* the last one; 0: none */
	const char *history_hash, *history_time;
	struct {
		enum tri runs;
		const char *ended;   /* where one that runs no more published; NULL */
		const char *unknown; /* sentence: why its last look is; NULL */
		bool is_new;         /* it has started, and has not looked yet */
		uint64_t process;    /* 0: unknown */
		const char *date;    /* of the last look; NULL: none is known of */
		int64_t age_seconds; /* -1: unknown */
		const char *cause, *verdict, *fault;
	} watch;
};

char *answer_gate_json(struct arena *arena, const struct answer *answer);
/* One line below 80 characters, for the custom plugin of node-problem-detector. */
char *answer_gate_npd(struct arena *arena, const struct answer *answer);
/* A sentence, and what comes next. */
char *answer_status_text(struct arena *arena, const struct answer *answer, struct text_style style);
char *answer_status_json(struct arena *arena, const struct answer *answer);

#endif
