/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of CSV (RFC 4180), whose cells no spreadsheet takes for a formula. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "base/str.h"

/* One line. cells: texts, not escaped; NULL is an empty cell. A cell that is no
 * number and begins as a formula does (=, +, -, @, a tab or a carriage return) gets an apostrophe
 * in front. Control characters become \xNN. */
void csv_line(struct str *str, const char *const *cells, size_t count);

#endif
