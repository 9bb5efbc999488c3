/* SPDX-License-Identifier: Apache-2.0 */
/* A line of a text with a mark below one of its characters, as a compiler shows a mistake. */
#ifndef BASE_EXCERPT_H
#define BASE_EXCERPT_H

#include <stddef.h>

/* Two lines without a newline at their ends:
 *
 *   12 |   nomerges: x
 *      |             ^
 *
 * line and column count from 1, a column is a character. Tabs become blanks up to the next eighth
 * column, what may not leave (escape.h) becomes \xNN, and of a long line the part around the mark
 * is shown. Both are "" where there is nothing to show: no such line, or an empty one. Neither is
 * wider than 70 columns. */
enum { EXCERPT_BYTES = 448 };
void excerpt(const char *text, size_t length, unsigned line, unsigned column,
	     char ret_line[EXCERPT_BYTES], char ret_mark[EXCERPT_BYTES]);

#endif
