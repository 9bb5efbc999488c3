/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of the history. Format `thintune.history/1`, stable: JSON in ASCII without blanks, the
 * keys in this order, all of them always there but for those in brackets:
 *
 *   {"seq":7,"time":"2026-11-30T14:00:00Z","boot":"...","prev":"HASH of line 6, null of line 1",
 *    "command":"apply","owner":"host","user":{"loginuid":1000,"sudo":"ann","unit":null,
 *    "pod":null},"profile":{"name":"redpanda","sha256":"..."},["waivers":["..."],]["part":[1,2],]
 *    "changes":[{"path":"/proc/sys/vm/swappiness","setting":"vm.swappiness","before":"60",
 *    "after":"1","state":"changed"[,"wanted":"1"]}],["gap":["..."],]["cut":"HASH",]
 *    "verdict":"match","exit_code":0,"hash":"..."}
 *
 * `hash` is the SHA-256 of the line's bytes without `,"hash":"..."`, so that any tool can check it.
 * Keys of later versions are passed over. What is unknown is null. A profile is null for restore,
 * and the owner where it restored everything. `time` is when the command began.
 *
 * `state` is "changed", "failed" (refused, or the kernel kept another value), "contested" (it was
 * right, and a moment later no more), or "begun": it was to be written, and the command was stopped
 * before it could tell; `wanted` is there for that one alone. A value of more than 4 KiB is told
 * by its size and SHA-256. What a command changed is in several lines where it is much: `part` has
 * the number of the line and their count.
 *
 * `waivers` are the exceptions of that profile, one sentence each, which
 * may be cut short: what, by whom, until when, why.
 *
 * `gap` says what the history does not know: of a command that wrote and could not tell, because it
 * was killed, or there was no room. Such a command has a line that the next one writes in its
 * place, with null for verdict and exit code. `cut` is the SHA-256 of the bytes just before this
 * line that are no line, since whoever wrote them was stopped halfway.
 */
#ifndef APPLY_HISTORY_LINE_H
#define APPLY_HISTORY_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "live/caller.h"

enum { history_hash_length = 64 }; /* lower-case hexadecimal digits */

/* Of a line; no history comes near it. */
#define history_seq_most (INT64_C(1) << 53)

struct history_change {
	const char *path, *setting;
	const char *before, *after; /* NULL: unknown, or not there */
	const char *state;
	const char *wanted; /* of "begun"; else NULL */
};
typedef VEC(struct history_change) history_changes;

struct history_line {
	uint64_t seq; /* from 1 on */
	const char *time, *boot;
	const char *prev; /* NULL: it is the first */
	const char *command, *owner;
	struct live_caller user;
	const char *profile, *profile_sha256; /* both NULL: none */
	names waivers;                        /* of the profile, in words */
	uint64_t part, parts;                 /* 0: all of it is here */
	history_changes changes;
	names gaps;
	const char *cut; /* NULL: nothing was cut short before it */
	const char *verdict;
	int exit_code; /* -1: unknown */
	const char *hash;
};

/* The line with its newline, and its hash in line->hash. */
const char *history_line_text(struct arena *arena, struct history_line *line);
/* The same without `hash` and without a newline, for a line that has not been written yet. */
const char *history_line_draft(struct arena *arena, const struct history_line *line);

/* Any bytes, without the newline. *ret_computed: the hash that the line should have. -EBADMSG: it
 * is no line of a history, and *ret_computed is the SHA-256 of all its bytes. */
_must_check_ int history_line_parse(struct arena *arena, const char *text, size_t length,
				    struct history_line *ret, const char **ret_computed);
/* Of bytes that history_line_parse() refused: a line all the same, whole by its hash, as another
 * version may write it. ret: what the chain needs of it, seq, time, prev, command, cut and hash;
 * what it has not, or in another form, is 0 or NULL. */
bool history_line_is_of_other(struct arena *arena, const char *text, size_t length,
			      struct history_line *ret);
_must_check_ int history_line_parse_draft(struct arena *arena, const char *text,
					  struct history_line *ret);

/* Of any bytes. */
const char *history_hash(struct arena *arena, const char *text, size_t length);
/* 64 lower-case hexadecimal digits and nothing else. */
bool history_is_hash(const char *text);

/* Rough size of a change as JSON. */
size_t history_change_size(const struct history_change *change);

#endif
