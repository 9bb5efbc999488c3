/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences of a report that are beside its tables, the same in text and on a page. What quotes a
 * file or the caller has no newlines left; the format that prints them escapes what it has to.
 */
#ifndef REPORT_REMARKS_H
#define REPORT_REMARKS_H

#include "report/report.h"

/* Options that nobody typed, the data directory, CPUs and what they are for, redpanda.yaml. */
names remarks_of_node(struct arena *arena, const struct report *report);
/* What was written or kept from it, what is to be tried, how it is undone. */
names remarks_of_writes(struct arena *arena, const struct report *report);
/* Whether the line about the gate gives this cause as a reason, so that nothing else has to. */
bool remarks_gate_tells(struct arena *arena, const struct report *report, const char *cause);

#endif
