/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a record (record.h), which may be any bytes. */
#ifndef FACTS_RECORD_READ_H
#define FACTS_RECORD_READ_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* Of lines, and of names in lists. */
enum { RECORD_ENTRIES_MOST = 400000 };

enum record_kind { RECORD_FILE, RECORD_LINK, RECORD_DIRECTORY, RECORD_FAILURE };

struct record_line {
	enum record_kind kind;
	size_t number;    /* of the line, from 1 */
	const char *path; /* absolute, without ".." */
	char *text;       /* content, which may hold NUL; target; name of the errno */
	size_t length;    /* of text */
	bool is_listed;   /* a directory: the names are known */
	names list;       /* none has a slash, or is "." or ".." */
};
typedef VEC(struct record_line) record_lines;

/* text: is changed, and *ret points into it; text[length] is NUL. Comments are left out. -EBADMSG
 * and a sentence: it is no record, or has a mistake. */
_must_check_ int record_read(struct arena *arena, char *text, size_t length, record_lines *ret,
			     struct err *err);

#endif
