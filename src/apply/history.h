/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history: who changed what and when, in ROOT/var/lib/thintune/history.jsonl, one line
 * (apply/history_line.h) for each command that wrote. Root's, 0644: it tells nothing that others
 * may not read elsewhere, and an auditor need not be root. From 10 MiB on the file becomes
 * history.jsonl.1, that one .2 and so on up to .9, and the chain goes on. Nothing in these files is
 * ever written over.
 *
 * A line is written when the command ends. Before its first write to the node, and after the
 * journal, a draft of it reaches the disk: history.state beside the history holds number and hash
 * of the last line, and all drafts that no line tells of. So whatever kills the command, the next
 * one that holds the lock finds the draft and writes a line in its place that says so. Where there
 * is no room, history.state is written over in place; where that is not to be done either, or
 * /var/lib/thintune is not the node's, it is in /run/thintune instead, which is there wherever
 * anything is written, until the next boot. A history never keeps a change from being made.
 *
 * Number and hash in history.state also tell when lines at the end are missing: the next line then
 * goes on from what was written, not from what is left, so that the chain stays broken. A line that
 * history.state does not know, and that no draft announced, is told as well.
 */
#ifndef APPLY_HISTORY_H
#define APPLY_HISTORY_H

#include "apply/history_line.h"
#include "base/intern.h"
#include "plan/plan.h"
#include "sys/root.h"

/* The end of the history as it is on disk. */
struct history_tail {
	uint64_t seq;     /* of the last line; 0: there is none */
	const char *hash; /* as it is written there */
	const char *time, *command;
	bool is_part;      /* of several, and not the last */
	size_t size;       /* of history.jsonl */
	bool is_open;      /* it does not end with a newline */
	const char *cut;   /* SHA-256 of bytes at its end that are no line; NULL: none */
	const char *fault; /* why it cannot be read; NULL: it can */
};

/* What is kept beside it. */
struct history_state {
	bool is_there;     /* it could be read */
	const char *other; /* why not, if another version wrote it: what its drafts say is lost */
	uint64_t first;    /* the oldest line that must still be there; 0: unknown */
	uint64_t seq;      /* of the last line that was written; 0: none */
	const char *hash;  /* NULL: none */
	names drafts;      /* of commands that no line tells of, as JSON, oldest first */
	uint64_t dropped;  /* such drafts that are lost: no room, or nothing that can be read */
};

/* What one command writes with. The lock is held. */
struct history_pen {
	struct root *root;
	struct arena *arena;
	const char *unkept;       /* why STATE_DIR is none that stays; NULL: it is */
	struct history_line line; /* of this command; the caller has filled all up to the profile */
	struct history_state state;
	struct history_tail tail;
	struct intern paths; /* of the line's changes */
	bool has_tail;       /* it has been read */
	bool is_begun;       /* it has begun to write to the node */
	bool is_noted;       /* a draft of it is among those that are kept */
	/* What came of it: */
	uint64_t seq;     /* of the last line written by this command; 0: none */
	const char *hash; /* NULL: none */
	names written;    /* "line 7, hash ...", of each that the person does not know of yet */
	const char *gap;  /* sentence: it has changed the node, and no line says so; NULL */
	names closed;     /* sentences: what earlier commands left untold, and lines say now */
};

/* Reads what is there, and writes lines for what earlier commands left untold. */
void history_open(struct history_pen *pen);
/* About to be written. NULL: nobody tells of it. */
void history_plan(struct history_pen *pen, const struct setting *setting);
/* Right before the writes: what was planned since reaches the disk. */
void history_begin(struct history_pen *pen);
/* After the writes, while the command goes on: what became of the settings. */
void history_written(struct history_pen *pen, const setting_list *settings);
/* Before the command ends: its line, if it has begun to write. */
void history_close(struct history_pen *pen, const char *verdict, int exit_code);

/* Number, hash and time of the last line; seq 0: there is none that can be read. */
struct history_tail history_last(struct root *root, struct arena *arena);

#endif
