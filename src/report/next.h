/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do next, the most urgent first. Texts end with the first step, an HTML page lists all;
 * both take their words from here.
 */
#ifndef REPORT_NEXT_H
#define REPORT_NEXT_H

#include "report/answer.h"
#include "report/layout.h"

#define NEXT_NOTHING "nothing: what this report is about is as it should be"

struct next_step {
	const char *what;    /* "write the 3 settings that differ", without a full stop */
	const char *more;    /* goes on from there, where there is room; NULL */
	const char *command; /* to type, for a shell; NULL: there is none */
};
typedef VEC(struct next_step) next_steps;

/* At least one: where nothing is to be done, it says so. */
next_steps next_steps_of(struct arena *arena, const struct report *report);

/* After an answer of `gate`. */
struct next_step next_after_answer(struct arena *arena, const struct answer *answer);

/* Without "next: " and in one line: "thintune audit (it lists what is wrong)". */
const char *next_text(struct arena *arena, const struct next_step *step);

/* The last lines of a text: "next: " and the command, which can be copied as it stands. */
void next_line(struct str *str, struct text_style style, const struct next_step *step);

#endif
