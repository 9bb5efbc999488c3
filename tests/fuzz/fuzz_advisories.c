/* SPDX-License-Identifier: Apache-2.0 */
/* The file with advisories, a mistake of which is a sentence. */
#include "fuzz.h"
#include "profile/advisories.h"

FUZZ_TARGET(advisories)
{
	advisory_list list = {0};
	struct err err = {0};

	if (advisories_read(arena, "input", text, length, &list, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	vec_for_each (advisory, &list) {
		fuzz_touch(advisory->id);
		fuzz_touch(advisory->title);
		fuzz_touch(advisory->advice);
		vec_for_each (fix, &advisory->fixes)
			fuzz_touch(fix->distribution);
		vec_for_each (range, &advisory->ranges)
			fuzz_touch(range->before);
	}
}
