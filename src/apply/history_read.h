/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the whole history, and judges whether it is as it was written. */
#ifndef APPLY_HISTORY_READ_H
#define APPLY_HISTORY_READ_H

#include "apply/history.h"
#include "apply/history_filter.h"

struct history_fault {
	const char *where; /* "history.jsonl.1, line 12" */
	const char *what;  /* sentence */
};

struct history {
	VEC(struct history_line) lines; /* those wanted, oldest first */
	VEC(struct history_fault) faults;
	names remarks;        /* what is no fault, and is to be known */
	names settings;       /* of all lines, wanted or not, each once */
	names owners;         /* likewise */
	uint64_t count;       /* all lines */
	uint64_t first, last; /* their numbers; 0: there is none */
	const char *hash;     /* of the last; NULL */
};

/*
 * Everything below ROOT/var/lib/thintune. expected: a hash that one of the lines must have, as it
 * was told elsewhere when the line was written; NULL: none is known. -ENOENT: there is no history;
 * other errors with a sentence: it cannot be read.
 *
 * Faults are: a changed line, a missing, repeated or reordered one, lines missing at the start or
 * the end as far as history.state knows, lines after its last one that no draft announced, one
 * that was written anew with a hash of its own (the next line has the old hash), and an expected
 * hash that no line has. Not to be told: a chain that was written anew from some line to its end
 * along with history.state, unless a hash is expected. Others may write meanwhile.
 */
_must_check_ int history_read(struct root *root, struct arena *arena,
			      const struct history_filter *filter, const char *expected,
			      struct history *ret, struct err *err);

#endif
