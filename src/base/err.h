/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of the program itself. Functions return 0 or a negative errno, and put the sentence for
 * the person into struct err. A sentence starts in lower case, has no full stop, and says first
 * what failed. A setting that could not be applied is no error: it is a state in the plan.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/excerpt.h"

#define _must_check_ __attribute__((warn_unused_result))

struct err {
	int code; /* negative errno, 0 while nothing failed */
	char text[1024];
	/* Of a mistake in a text: where it is (excerpt.h); "": not told. */
	char line[EXCERPT_BYTES], mark[EXCERPT_BYTES];
};

/* Stores code and sentence (err may be NULL); returns code, so that a caller can return it at once.
 */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes over what another one says (err may be NULL); returns its code. */
int err_pass(struct err *err, const struct err *from);

/* The words for an errno ("Permission denied"), positive or negative. Never NULL. */
const char *err_words(int code);

/* Its name ("EPERM"), or "unknown errno". Never NULL. */
const char *err_name(int code);

/* Of a path: there is nothing. */
bool err_is_absent(int code);

/* -errno, for use right after a failed call. */
int err_errno(void);

#endif
