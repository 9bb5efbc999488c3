/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of the calendar, as a profile writes them: "2027-01-31" is a day of UTC. As a number it is
 * the days since 1970-01-01. Why not timegm and strftime: they look at TZ and at files of time
 * zones, and what plans must do neither.
 */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include <stdint.h>

#include "base/arena.h"

#define DAY_SECONDS 86400

/* No day is known: it is before each of them. */
#define DAY_UNKNOWN INT64_MIN

/* Exactly YYYY-MM-DD, a day that exists, from 1970-01-01 on; else -EINVAL. */
int day_parse(const char *text, int64_t *ret);

/* From 1970-01-01 to 9999-12-31; else "unknown". */
const char *day_text(struct arena *arena, int64_t day);

#endif
