/* SPDX-License-Identifier: Apache-2.0 */
/* The history for people and programs. Times are UTC; nothing of it is escaped before. */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "apply/history_read.h"
#include "report/report.h"

/* The lines, oldest first, and whether the chain is whole. verify: the latter alone. */
char *history_text(struct arena *arena, const struct history *history,
		   const struct history_filter *filter, bool verify, struct text_style style);
/* `thintune.history-report/1`: both. */
char *history_json(struct arena *arena, const struct history *history);

/* One change a line; of a line without changes its gaps. verify: one fault or remark a
 * line. */
char *history_csv(struct arena *arena, const struct history *history, bool verify);

/* One page, with the same as the text. */
char *history_html(struct arena *arena, const struct history *history,
		   const struct history_filter *filter);

/* Why no line is there: "no change matches 'vm.swapiness'; did you mean 'vm.swappiness'?". */
const char *history_none(struct arena *arena, const struct history *history,
			 const struct history_filter *filter);

/* "ann (sudo), login uid 1000, session-3.scope"; "unknown". */
const char *history_who(struct arena *arena, const struct live_caller *user);

#endif
