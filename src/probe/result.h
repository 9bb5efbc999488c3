/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the memory that the parent shares with the child. The child has the rights of the data
 * directory's owner, the parent those of root, so the memory is not trusted: it is copied once, and
 * only the copy is checked and used.
 */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include "probe/probe.h"

/* Copies the result and checks it: counts, enums and figures are within limits, texts are
 * terminated and printable, jobs after the last one are empty. Else -EPROTO with a sentence that
 * names the field, and *ret is empty. */
_must_check_ int result_take(const struct probe_result *shared, struct probe_result *ret,
			     struct err *err);

/* What the child is doing, while it may still write there: a stage that is not printable is "?",
 * and a number that cannot be is 0. */
void result_now(const struct probe_result *shared, struct probe_now *now);

#endif
