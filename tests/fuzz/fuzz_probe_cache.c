/* SPDX-License-Identifier: Apache-2.0 */
/* The floors of an earlier probe, and the note of a restore: what is read and written is the same.
 * Parts: probe.json, held. */
#include "apply/held.h"
#include "apply/probe_cache.h"
#include "fuzz.h"

#define CACHE "/var/lib/thintune/probe.json"

static void check_again(struct arena *arena, const struct probe_cache *cache)
{
	struct probe_cache again;
	const char *other;
	int r = probe_cache_write(fuzz_root(), arena, PROBE_CACHE_DISK, cache);

	fuzz_check(r == 0, "what was read cannot be written");
	/* What is larger than the file layer reads is a probe not made. */
	if (probe_cache_read(fuzz_root(), arena, PROBE_CACHE_DISK, &again, &other) < 0)
		return;
	fuzz_check(text_equal(again.key, cache->key) && text_equal(again.of, cache->of) &&
		       text_equal(again.measured, cache->measured),
		   "another probe");
	fuzz_check(again.floors.count == cache->floors.count, "other floors");
	for (size_t i = 0; i < again.floors.count; i++)
		fuzz_check(text_equal(again.floors.at[i].name, cache->floors.at[i].name) &&
			       again.floors.at[i].state == cache->floors.at[i].state,
			   "floor %zu is another", i);
}

FUZZ_TARGET(probe_cache)
{
	struct fuzz_part parts[2];
	struct probe_cache cache;
	const char *time = "", *user = "", *other;
	names paths;

	fuzz_split(arena, text, length, parts, 2);
	fuzz_put(CACHE, parts[0].text, parts[0].length);
	fuzz_put(HELD_FILE, parts[1].text, parts[1].length);
	if (probe_cache_read(fuzz_root(), arena, PROBE_CACHE_DISK, &cache, &other) == 0)
		check_again(arena, &cache);
	else
		fuzz_refuse("no probe");
	if (held_read(fuzz_root(), arena, &time, &user, &paths) == 0) {
		fuzz_touch(time);
		fuzz_touch(user);
		vec_for_each (path, &paths)
			fuzz_touch(*path);
	}
}
