/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one list of points, for the formats that are lists: each setting, check and floor
 * with what is known of it, and what it means for the verdict; then what the profile lowered. What
 * --only and --skip leave out and the verdict judges all the same is in the list as well.
 */
#ifndef REPORT_POINTS_H
#define REPORT_POINTS_H

#include "report/report.h"

enum point_kind { POINT_SETTING, POINT_CHECK, POINT_FLOOR, POINT_LOWERED, POINT_KIND_COUNT };
extern const char *const point_kind_names[POINT_KIND_COUNT]; /* "setting", ... */

/* HOLDS: as wanted. FAILS: looked at, and not as wanted. ERRS: a write was refused, or what had to
 * be known could not be. OPEN: neither, and nothing follows from it. */
enum point_result { POINT_HOLDS, POINT_FAILS, POINT_ERRS, POINT_OPEN, POINT_RESULT_COUNT };
extern const char *const point_result_names[POINT_RESULT_COUNT]; /* "pass", "failure", ... */

/* Texts as they are, not escaped; NULL: unknown, or there is none. */
struct point {
	enum point_kind kind;
	enum point_result result;
	const char *tuner, *name, *path;
	const char *have, *want, *rule, *bounds;
	const char *shown_have, *shown_want; /* as a row for people has them, never NULL */
	const char *state, *severity;
	const char *note, *why, *source, *advice;
	const struct waiver *waiver; /* NULL: none names it */
	bool is_left_out;
};
typedef VEC(struct point) point_list;

point_list points_of(struct arena *arena, const struct report *report);

/* "exact", "at-least", "at-most", "one-of"; NULL: it wants nothing that could be compared. Of a
 * plain list the first that is offered is wanted, and no other: "exact". */
const char *point_rule(const struct setting *setting);

#endif
