/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the parent reads the memory that it shares with the child. The child has the rights of the
 * data directory's owner, the parent those of root, so that memory is not trusted: it is copied
 * once, and only the copy is checked and used.
 */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include "probe/probe.h"

/* A copy whose counts, enums and figures are within what the child can have measured, whose texts
 * end and print as text, and whose jobs beyond the count are empty. Else -EPROTO with a sentence
 * that names the field, and *ret is empty. */
_must_check_ int result_take(const struct probe_result *shared, struct probe_result *ret,
			     struct err *err);

/* What the child is doing, while it may still write there; "?" when that is no printable text. */
void result_stage(const struct probe_result *shared, char stage[static PROBE_NAME]);

#endif
