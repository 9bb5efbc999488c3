/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a record, before anything is made of them: no path and no name can lead upwards, and
 * nothing but the content of a file holds NUL. */
#include <errno.h>

#include "facts/record_read.h"
#include "fuzz.h"

static void check_name(const char *name)
{
	fuzz_check(*name && !strchr(name, '/') && !text_equal(name, ".") && !text_equal(name, ".."),
		   "'%s' is the name of something in a directory", name);
}

FUZZ_TARGET(record_lines)
{
	char *copy = arena_alloc(arena, length + 1);
	struct err err = {0};
	record_lines lines;
	size_t number = 0;

	memcpy(copy, text, length);
	if (record_read(arena, copy, length, &lines, &err) < 0) {
		fuzz_check(err.code == -EBADMSG, "the code is %d", err.code);
		fuzz_refuse(err.text);
		return;
	}
	vec_for_each (line, &lines) {
		names parts = text_split(arena, line->path, '/');

		fuzz_check(*line->path == '/', "'%s' is no absolute path", line->path);
		fuzz_check(line->number > number, "line %zu comes after %zu", line->number, number);
		number = line->number;
		vec_for_each (part, &parts)
			fuzz_check(!text_equal(*part, ".."), "'%s' leads upwards", line->path);
		vec_for_each (name, &line->list)
			check_name(*name);
		fuzz_touch(line->text);
		fuzz_check(line->kind != RECORD_LINK || *line->text, "'%s' leads nowhere",
			   line->path);
	}
}
