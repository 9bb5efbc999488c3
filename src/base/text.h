/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict parsers and a string builder. A parser accepts the whole text or nothing: no sign, no
 * leading zero, no blanks around, no text behind. Outputs are written only on success (return 0);
 * failures are -EINVAL (not of the form) or -ERANGE (does not fit).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

int text_u64(const char *text, uint64_t *ret);
/* "4096", "64KiB", "16MiB", "10GiB", "1TiB": bytes. Only powers of 1024; "10GB" is refused. */
int text_size(const char *text, uint64_t *ret_bytes);
/* "500us", "10ms", "240s", "5min", "1h": microseconds. A bare number is refused. */
int text_duration(const char *text, uint64_t *ret_us);
/* YAML 1.2 core schema: exactly true or false. */
int text_bool(const char *text, bool *ret);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool text_in(const char *text, const names *list);

/* Blanks (space, tab, newline) removed at both ends; the result is a copy. */
char *text_trim(struct arena *arena, const char *text);
/* Split at runs of blanks, or at one separator character (fields may then be empty). */
names text_words(struct arena *arena, const char *text);
names text_split(struct arena *arena, const char *text, char separator);
char *text_join(struct arena *arena, const names *parts, const char *separator);

/* Numbers inside names compare as numbers: rx-2 before rx-10, nvme2n1 before nvme10n1. */
int text_natural_compare(const char *a, const char *b);
void text_natural_sort(names *list);

/* Shell glob with * and ? only, case-sensitive, whole text. */
bool text_glob(const char *pattern, const char *text);

/* Cuts the text where it is longer than so many bytes, never within a UTF-8 character. */
void text_cut(char *text, size_t most);

/* Bytes of the well-formed UTF-8 character at text, 0 when there is none (RFC 3629). */
size_t text_utf8_length(const char *text);

/* "10.0 GiB", "512 B": for people, one decimal. */
char *text_human_size(struct arena *arena, uint64_t bytes);

#endif
