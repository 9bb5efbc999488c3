/* SPDX-License-Identifier: Apache-2.0 */
/* sysctl.d: two files and /etc/sysctl.conf, one a part. */
#include "facts/facts.h"
#include "fuzz.h"

FUZZ_TARGET(sysctl_d)
{
	static const char *const files[] = {"/etc/sysctl.d/10-a.conf",
					    "/usr/lib/sysctl.d/20-b.conf", "/etc/sysctl.conf"};
	struct fuzz_part parts[3];
	struct facts facts = {0};

	fuzz_split(arena, text, length, parts, 3);
	for (size_t i = 0; i < 3; i++)
		fuzz_put(files[i], parts[i].text, parts[i].length);
	facts_sysctl_d(fuzz_root(), arena, &facts);
	vec_for_each (rival, &facts.rivals) {
		fuzz_check(rival->key && rival->value && rival->where, "half an assignment");
		fuzz_touch(rival->where);
		fuzz_touch(rival->key);
		fuzz_touch(rival->value);
	}
	vec_for_each (key, &facts.sysctl_exempt)
		fuzz_touch(*key);
}
