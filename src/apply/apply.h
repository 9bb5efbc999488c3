/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What touches the node: look, apply, restore, the gate's verdict file. Every write goes through
 * write_setting(): written once, read back, classified; every old value stands in the journal on
 * disk before its write: those of a phase together before its first, those of settings that only
 * appear through a write just before their own.
 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "plan/plan.h"
#include "sys/root.h"

#define RUN_DIR          "/run/thintune"
#define STATE_DIR        "/var/lib/thintune" /* of what outlives a reboot */
#define STATE_DIR_PARENT "/var/lib"
#define LOCK_FILE        RUN_DIR "/lock"     /* 0.1.0 makes it; locked where it is there */
#define VERDICT_DIR      RUN_DIR "/verdicts" /* OWNER.json */
#define REPORT_DIR       RUN_DIR "/reports"  /* OWNER.json, of the last run */

/* Makes all settings of the plan anew from what the node has. Reads only. */
void look_plan(struct root *root, struct arena *arena, const struct live *live, struct plan *plan);

/* The same for one of them. A decision of the wish counts unless the node is as wanted. */
void look_setting(struct root *root, struct arena *arena, const struct live *live,
		  struct setting *setting);

/* An errno of a *read* that means "this node does not have it": absent, or a driver without it (a
 * queue without write-back throttling answers EINVAL). Anything else is a failure. */
bool is_unsupported(int code);

/* Present value, canonical, into setting->have. Returns the raw text; NULL and a note on failure.
 */
const char *look_at(struct root *root, struct arena *arena, struct setting *setting);
/* The same where only the value counts; NULL: it cannot be told. */
const char *look_value(struct root *root, struct arena *arena, enum kind kind, const char *path);

/* Why this process may not write it ("needs CAP_SYS_ADMIN"); NULL: it may. */
const char *missing_right(struct root *root, struct arena *arena, const struct live *live,
			  const struct wish *wish);

/*
 * Writes setting->want once, reads back, sets state CHANGED or FAILED and the note. The caller has
 * journalled the old value. Also for restore.
 */
void write_setting(struct root *root, struct arena *arena, struct setting *setting);

/* Plain words for a refused write, with what to do: the errno table. code is negative. */
char *write_failure(struct arena *arena, const char *path, int code);

struct apply_result {
	unsigned writes;     /* write(2) calls on the node, put-backs included */
	unsigned structural; /* structural settings changed: facts must be read again */
	const char
	    *no_journal; /* sentence: there was something to write but nothing to journal to */
	const char *failed_late; /* sentence: the journal failed after the first write of a phase.
				  * What had been written by then stays and is on the plan, the rest
				  * is SKIPPED, the journal on disk can be restored from. The run is
				  * an error, but one with a report. */
};

/*
 * Applies the settings of one phase that differ. Those that this process may not write become
 * SKIPPED. Without a writable journal nothing is written, and nothing more once result says
 * failed_late. The lock must be held.
 */
void apply_phase(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		 enum phase phase, struct apply_result *result);

struct restore_request {
	bool force;              /* also overwrite values that neither we nor the original had */
	const char *time, *user; /* RFC 3339; in words: what the withdrawn verdicts tell */
};

struct restore_result {
	struct plan plan; /* one setting a path: SAME, CHANGED, FAILED, CONTESTED, UNSUPPORTED */
	unsigned writes;
	const char *unmarked; /* sentence: the journal could not be marked before the first write;
			       * NULL */
	const char
	    *unfinished; /* sentence: the journal or the verdict stays although the settings
			  * have been dealt with, so that a restore is to be repeated; NULL */
};

/*
 * Undoes what the journal holds, then the journal is removed, or holds what is left. All verdicts
 * are withdrawn. A journal that cannot be written is restored from all the same. -ENOENT: there is
 * no journal of this boot.
 */
_must_check_ int restore(struct root *root, struct arena *arena, const struct live *live,
			 const struct restore_request *request, struct restore_result *ret,
			 struct err *err);

/* Descriptors that hold the lock, -1 each while it is not held. */
struct run_lock {
	int dir, file;
};
#define RUN_LOCK_NONE ((struct run_lock){.dir = -1, .file = -1})

/* One thintune at a time: the directory RUN_DIR is locked, and 0.1.0's file where it is there.
 * -EWOULDBLOCK: another holds it; any other error: no lock can be had here (not root, no RUN_DIR
 * and none can be made), and then no journal either. *ret_path: what could not be locked. */
_must_check_ int run_lock(struct root *root, uint64_t wait_us, struct run_lock *ret,
			  const char **ret_path);
void run_unlock(struct run_lock *lock);

/*
 * The last run's verdict, for `gate`. Each owner (apply/owner.h) has its own: what one of them
 * wants of a node says nothing about whether another's broker may start.
 */
enum { verdict_reason_most = 2000 };
struct gate_verdict {
	int exit_code;       /* what `gate` returns */
	const char *verdict; /* "start", "blocked", "withdrawn" by a restore, "none" yet */
	const char *reason,
	    *profile;      /* UTF-8; the reason at most verdict_reason_most; NULL: none */
	const char *time;  /* RFC 3339; NULL: none yet */
	const char *begun; /* when a run began that has not ended; NULL */
};
/* Before a run changes anything: the last answer stays, and a run that cannot say how it ended
 * leaves its trace. What cannot be written now could not be written then. */
_must_check_ int verdict_begin(struct root *root, struct arena *arena, const char *owner,
			       const char *time, struct err *err);
/* The report is written where there is room for it; without one the verdict counts all the same. */
_must_check_ int verdict_write(struct root *root, struct arena *arena, const char *owner,
			       const struct gate_verdict *verdict, const char *report_json,
			       struct err *err);
/* Needs no room: `gate` then finds none. */
_must_check_ int verdict_remove(struct root *root, struct arena *arena, const char *owner);
/* For a restore: all verdicts were about a node that is no more. Fine when there are none. */
_must_check_ int verdict_withdraw(struct root *root, struct arena *arena, const char *time,
				  const char *user);
/* -ENOENT: no run since the boot; -EBADMSG: the file is damaged; -ESTALE: nothing says of which
 * boot it is; -EPERM: somebody else may have written it. */
_must_check_ int verdict_read(struct root *root, struct arena *arena, const char *owner,
			      struct gate_verdict *ret, struct err *err);

/* boot_id of the node; an errno when there is none to read. */
_must_check_ int boot_id(struct root *root, struct arena *arena, const char **ret);

#endif
