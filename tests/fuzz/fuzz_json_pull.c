/* SPDX-License-Identifier: Apache-2.0 */
/* JSON piece by piece: what jansson takes is taken, and nothing else; but for the depth, and for
 * numbers that jansson cannot hold, and it drops a NUL byte that ends a number. */
#include <jansson.h>

#include "base/json_pull.h"
#include "fuzz.h"

/* A sign is not for us, not even that of -0; nor are more than 18 digits. */
static json_int_t number_of(const json_t *value, const char *text, size_t length)
{
	json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;

	return number < 1000000000000000000 && !memchr(text, '-', length) ? number : -1;
}

FUZZ_TARGET(json_pull)
{
	struct json_pull pull = json_pull_new(arena, text, length);
	json_error_t error;
	json_auto_t *value = json_loadb(text, length, JSON_DECODE_ANY, &error);
	bool is_taken;

	json_pull_skip(&pull);
	is_taken = json_pull_end(&pull);
	if (!is_taken)
		fuzz_refuse(pull.fault);
	fuzz_check(!is_taken || value || json_error_code(&error) == json_error_numeric_overflow,
		   "jansson refuses it: %s", error.text);
	fuzz_check(is_taken || !value || memchr(text, 0, length) ||
		       text_equal(pull.fault, "it nests too deeply"),
		   "jansson takes it: %s", pull.fault);
	if (!is_taken || !value)
		return;
	pull = json_pull_new(arena, text, length);
	if (json_is_string(value))
		fuzz_check(json_text_is(json_pull_text(&pull), json_string_value(value)),
			   "another text than jansson's");
	else
		fuzz_check(json_pull_number(&pull) == number_of(value, text, length),
			   "another number than jansson's");
}
