/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last run's verdict, for `gate`. Each owner (apply/owner.h) has its own: what one of them
 * wants of a node says nothing about whether another's broker may start.
 */
#ifndef APPLY_LAST_VERDICT_H
#define APPLY_LAST_VERDICT_H

#include "base/arena.h"
#include "base/err.h"
#include "sys/root.h"

#define VERDICT_DIR "/run/thintune/verdicts" /* OWNER.json */
#define REPORT_DIR  "/run/thintune/reports"  /* OWNER.json, of the last run */

enum { last_verdict_reason_most = 2000, last_verdict_waived_most = 400 };
struct last_verdict {
	int exit_code;       /* what `gate` returns */
	const char *verdict; /* "start", "blocked", "withdrawn" by a restore, "none" yet */
	const char *reason,
	    *profile;      /* UTF-8; the reason at most last_verdict_reason_most; NULL: none */
	const char *time;  /* RFC 3339; NULL: none yet */
	const char *user;  /* who withdrew it; NULL */
	const char *begun; /* when a run began that has not ended; NULL */
	/* Of a start: the waiver that ends first of those without which it would be none; NULL: it
	 * needs none. Expired, it holds a broker back that has no data in data_dir. */
	const char *waived, *waived_until; /* "check x, waived by y"; "2027-01-31" */
	const char *data_dir;              /* NULL: it is not known */
};
/* Before a run changes anything: the last answer stays, and a run that cannot say how it ended
 * leaves its trace. What cannot be written now could not be written then. */
_must_check_ int last_verdict_begin(struct root *root, struct arena *arena, const char *owner,
				    const char *time, struct err *err);
/* The report is written if there is room for it; the verdict counts without it, too. */
_must_check_ int last_verdict_write(struct root *root, struct arena *arena, const char *owner,
				    const struct last_verdict *verdict, const char *report_json,
				    struct err *err);
/* Needs no room: `gate` then finds none. */
_must_check_ int last_verdict_remove(struct root *root, struct arena *arena, const char *owner);
/* For a restore, after which no verdict describes the node any more. 0 if there are none. */
_must_check_ int last_verdict_withdraw(struct root *root, struct arena *arena, const char *time,
				       const char *user);
/* The same for the verdict of one owner. */
_must_check_ int last_verdict_withdraw_one(struct root *root, struct arena *arena,
					   const char *owner, const char *time, const char *user);
/* -ENOENT: no run since the boot; -EBADMSG: the file is damaged; -ESTALE: nothing says of which
 * boot it is; -EPERM: somebody else may have written it. */
_must_check_ int last_verdict_read(struct root *root, struct arena *arena, const char *owner,
				   struct last_verdict *ret, struct err *err);

#endif
