/* SPDX-License-Identifier: Apache-2.0 */
/* A table whose rows have notes: why a value is so, and what to do about it. */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "report/layout.h"

/* What one row has besides its cells. */
struct sheet_remark {
	names notes; /* after the row if there is room, else below it */
	names below;
};

struct sheet {
	struct table table;
	VEC(struct sheet_remark) remarks; /* one per row */
};

struct sheet sheet_new(struct arena *arena, const char *const *heads);
void sheet_add(struct sheet *sheet, const char *const *cells, struct sheet_remark remark);

/* An empty line, the head and the rows; "" if there are no rows. */
const char *sheet_text(const struct sheet *sheet, struct text_style style);

#endif
