/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables whose rows have causes: why a value is so, and what to do about it. A cause that several
 * rows have is told once, below the table: "[1] needs uid 0"; each of them has its mark behind its
 * state. One that is a row's alone stands behind that row, or below it. The same goes for what the
 * rows are good for.
 */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "report/layout.h"

/* What one row has besides its cells. */
struct sheet_remark {
	names own;    /* of this row alone, whatever others say */
	names causes; /* with the above after the row if there is room, else below it */
	names below;
	const char *why;    /* one that is this row's alone stands below it; NULL */
	const char *source; /* whence it comes, which stays with the row; NULL */
	names after;        /* below that */
};

struct sheet {
	struct table table;
	VEC(struct sheet_remark) remarks; /* one per row */
};

struct sheet sheet_new(struct arena *arena, const char *const *heads);
void sheet_add(struct sheet *sheet, const char *const *cells, struct sheet_remark remark);

/* Of each: an empty line, the head, the rows and the causes; "" if none has a row. Marks go behind
 * the last cells of the rows. The sheets share their causes, as parts of one text. */
const char *sheet_text(struct sheet *sheets, size_t count, struct text_style style);

#endif
