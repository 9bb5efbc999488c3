/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of udev. */
#include "facts/facts.h"
#include "fuzz.h"

FUZZ_TARGET(udev_rules)
{
	struct facts facts = {0};

	fuzz_put("/etc/udev/rules.d/60-a.rules", text, length);
	facts_udev_rules(fuzz_root(), arena, &facts);
	vec_for_each (rival, &facts.rivals) {
		fuzz_touch(rival->where);
		fuzz_touch(rival->key);
		fuzz_touch(rival->value);
		vec_for_each (name, &rival->match.names)
			fuzz_touch(*name);
	}
}
