/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict parsers, and helpers for short texts. A parser accepts the whole text or nothing: no sign,
 * no leading zero, no blanks, nothing after the number. It writes its result only on success (0),
 * and fails with -EINVAL (wrong form) or -ERANGE (too large).
 *
 * Why not strtoull: it takes blanks, signs and leading zeros, wraps "-1" round, and reports
 * overflow in errno only. No linked library parses sizes or durations.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

int text_u64(const char *text, uint64_t *ret);
/* Bytes: "4096", "64KiB", "16MiB", "10GiB", "1TiB". Only powers of 1024: "10GB" is refused. */
int text_size(const char *text, uint64_t *ret_bytes);
/* Microseconds: "500us", "10ms", "240s", "5min", "1h". A bare number is refused. */
int text_duration(const char *text, uint64_t *ret_us);
/* Exactly true or false, as in the core schema of YAML 1.2. */
int text_bool(const char *text, bool *ret);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_equal(const char *a, const char *b);                /* NULL equals only NULL */
const char *text_or(const char *text, const char *otherwise); /* the text, unless it is NULL */
bool text_in(const char *text, const names *list);

/* A copy without the blanks (space, tab, newline) at both ends. */
char *text_trim(struct arena *arena, const char *text);
/* Splits at runs of blanks, or at each separator (fields may then be empty). */
names text_words(struct arena *arena, const char *text);
names text_split(struct arena *arena, const char *text, char separator);
char *text_join(struct arena *arena, const names *parts, const char *separator);

/* Compares numbers inside names as numbers: rx-2 before rx-10, nvme2n1 before nvme10n1. */
int text_natural_compare(const char *a, const char *b);
void text_natural_sort(names *list);

/* A shell glob with * and ? only, case-sensitive, over the whole text. Why not fnmatch: it also
 * takes brackets and backslashes, and depends on the locale. */
bool text_glob(const char *pattern, const char *text);

/* Shortens the text to at most so many bytes, never within a UTF-8 character. */
void text_cut(char *text, size_t most);

/* What some editors put before the first byte of a file. */
#define TEXT_BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* Length in bytes of the UTF-8 character at text; 0 if it is not well-formed (RFC 3629). */
size_t text_utf8_length(const char *text);

/* A word of a shell, in single quotes. */
char *text_shell(struct arena *arena, const char *text);

/* For people: "1 row", "2 rows". */
char *text_count(struct arena *arena, size_t count, const char *one, const char *many);

/* For people, with one decimal: "10.0 GiB", "512 B". */
char *text_human_size(struct arena *arena, uint64_t bytes);

#endif
