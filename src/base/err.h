/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of the program itself: 0 or a negative errno as return value, and the sentence for the
 * person in struct err. Sentences start in lower case, have no full stop, and say what failed
 * first. A setting that could not be applied is not an error here: it is a state in the plan.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define _must_check_ __attribute__((warn_unused_result))

struct err {
	int code; /* negative errno, 0 while nothing failed */
	char text[1024];
};

/* Stores code and sentence (err may be NULL) and returns code, so callers can return in one line.
 */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Plain words for an errno ("permission denied"), code positive or negative. Never NULL. */
const char *err_words(int code);

/* The symbol ("EPERM"); "unknown errno" for a number that has none. Never NULL. */
const char *err_name(int code);

/* -errno, for use right after a failed call. */
int err_errno(void);

#endif
