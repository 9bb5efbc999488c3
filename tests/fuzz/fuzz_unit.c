/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's files. Parts: redpanda.service, a drop-in of it, system.conf. */
#include "facts/facts.h"
#include "facts/unit.h"
#include "fuzz.h"

#define UNIT "redpanda.service"

static void touch_limit(const struct unit_limit *limit)
{
	fuzz_touch(limit->text);
	fuzz_touch(limit->where);
	fuzz_touch(limit->ignored);
}

FUZZ_TARGET(unit)
{
	struct fuzz_part parts[3];
	struct facts facts = {0};
	struct unit unit;
	names words;

	fuzz_split(arena, text, length, parts, 3);
	fuzz_put("/etc/systemd/system/" UNIT, parts[0].text, parts[0].length);
	fuzz_put("/etc/systemd/system/" UNIT ".d/a.conf", parts[1].text, parts[1].length);
	fuzz_put("/etc/systemd/system.conf", parts[2].text, parts[2].length);
	unit = unit_read(fuzz_root(), arena, UNIT);
	vec_for_each (line, &unit.lines) {
		fuzz_check(line->line > 0, "an assignment without a line");
		fuzz_touch(line->key);
		words = unit_words(arena, line->value);
		vec_for_each (word, &words)
			fuzz_touch(*word);
	}
	facts_limits(fuzz_root(), arena, &facts);
	touch_limit(&facts.limits.nofile);
	touch_limit(&facts.limits.memlock);
	touch_limit(&facts.limits.quota);
	fuzz_touch(cpuset_list(arena, &facts.limits.cpus));
}
