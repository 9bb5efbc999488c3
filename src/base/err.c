/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: the sentence for the person, and the words and names of an errno. */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	*err->line = *err->mark = '\0';
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

int err_pass(struct err *err, const struct err *from)
{
	if (err)
		*err = *from;
	return from->code;
}

const char *err_words(int code)
{
	const char *words = strerrordesc_np(code < 0 ? -code : code);

	return words ? words : "unknown error";
}

const char *err_name(int code)
{
	const char *name = strerrorname_np(code < 0 ? -code : code);

	return name ? name : "unknown errno";
}

bool err_is_absent(int code)
{
	return code == -ENOENT || code == -ENOTDIR;
}

int err_errno(void)
{
	assert(errno > 0);
	return -errno;
}
