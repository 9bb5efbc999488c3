/* SPDX-License-Identifier: Apache-2.0 */
/* What a record says in place of the kernel (/.thintune/live): it is read and written alike. */
#include "fuzz.h"
#include "live/live_impl.h"

FUZZ_TARGET(live)
{
	struct live live, again;
	const char *printed;
	struct err err = {0};

	(void)length;
	if (live_parse(arena, text, &live, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	printed = live_text(arena, &live);
	fuzz_check(live_parse(arena, printed, &again, &err) == 0, "its own text: %s\n%s", err.text,
		   printed);
	fuzz_check(text_equal(live_text(arena, &again), printed), "another text than\n%s", printed);
}
