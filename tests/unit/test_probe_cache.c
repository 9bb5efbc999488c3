/* SPDX-License-Identifier: Apache-2.0 */
/* The floors of an earlier probe against the kernel in memory. */
#include "apply/probe_cache.h"

#include <errno.h>

#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

#define LASTING "/var/lib/thintune/probe.json"
#define PASSING "/run/thintune/probe.json"

static struct probe_cache found;
static const char *other;

static int get(void)
{
	found = (struct probe_cache){.key = "untouched"};
	return probe_cache_read(fake_root(), arena, PROBE_CACHE_DISK, &found, &other);
}

static struct probe_cache make(const char *key)
{
	struct probe_cache cache = {.of = "ext4", .key = key, .measured = "noon"};

	vec_push(arena, &cache.floors,
		 (struct floor){.name = "fsync-p99",
				.required = "<= 10ms",
				.have = "12 ms",
				.figure = "p99",
				.state = FLOOR_MISSED,
				.note = "too long",
				.source = "site:3"});
	vec_push(arena, &cache.floors,
		 (struct floor){.name = "read-iops", .required = ">= 1", .state = FLOOR_MET});
	vec_push(arena, &cache.floors,
		 (struct floor){.name = "read-p99", .required = "", .state = FLOOR_UNJUDGED});
	return cache;
}

START_TEST(what_is_written_is_read)
{
	const struct probe_cache cache = make("key");

	ck_assert_int_eq(get(), -ENOENT);
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), 0);
	ck_assert_ptr_null(fake_get(PASSING));
	ck_assert(text_ends(fake_get(LASTING), "}\n"));
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.of, "ext4");
	ck_assert_str_eq(found.key, "key");
	ck_assert_str_eq(found.measured, "noon");
	ck_assert_uint_eq(found.floors.count, cache.floors.count);
	for (size_t i = 0; i < cache.floors.count; i++) {
		const struct floor *have = &found.floors.at[i], *want = &cache.floors.at[i];

		ck_assert_str_eq(have->name, want->name);
		ck_assert_str_eq(have->required, want->required);
		ck_assert(text_equal(have->have, want->have));
		ck_assert(text_equal(have->figure, want->figure));
		ck_assert(text_equal(have->note, want->note));
		ck_assert(text_equal(have->source, want->source));
		ck_assert_int_eq(have->state, want->state);
	}
}
END_TEST

/* A pod may have no lasting place; where there is one, it counts. */
START_TEST(there_are_two_places)
{
	struct probe_cache cache = make("passing");

	fake_fail_replace(1);
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), 0);
	ck_assert_ptr_null(fake_get(LASTING));
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.key, "passing");
	cache.key = "lasting";
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), 0);
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.key, "lasting");
	/* Who may write it decides whether a slow disk is let through. */
	fake_protect(LASTING, -EPERM);
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.key, "passing");
	fake_protect(LASTING, 0);
	fake_mute(LASTING, -EIO);
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.key, "passing");
	fake_mute(LASTING, 0);
	fake_set(LASTING, "{");
	ck_assert_int_eq(get(), 0);
	ck_assert_str_eq(found.key, "passing");
	fake_drop(PASSING);
	ck_assert_int_eq(get(), -EBADMSG);
	ck_assert_str_eq(found.key, "untouched");
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), -ENOSPC);
	fake_storage(FAKE_ROOM);
	fake_drop(LASTING);
	fake_set("/run/read-only", "");
	fake_fail_replace(1);
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), -EROFS);
	ck_assert_ptr_null(fake_get(PASSING));
}
END_TEST

START_TEST(what_is_damaged_is_no_probe)
{
	static const struct {
		const char *schema, *floors;
		int answer;
	} rows[] = {
	    {"thintune.probe/1", "[]", 0},
	    {"thintune.probe/1", "[{\"floor\": \"a\", \"required\": \"b\", \"state\": \"met\"}]",
	     0},
	    {"thintune.probe/2", "[]", -EBADMSG},
	    {"thintune.probe/1", "[{\"floor\": \"a\", \"required\": \"b\", \"state\": \"new\"}]",
	     -EBADMSG},
	    {"thintune.probe/1", "{}", -EBADMSG},
	    {"thintune.probe/1", "[], \"key\": \"again\"", -EBADMSG},
	    {"thintune.probe/1", "[{\"floor\": \"a\", \"required\": \"b\"}]", -EBADMSG},
	    {"thintune.probe/1", "[1]", -EBADMSG},
	};
	struct probe_cache cache = make("key");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_set(LASTING,
			 arena_printf(arena,
				      "{\"schema\": \"%s\", \"filesystem\": \"f\", \"key\": "
				      "\"k\", \"measured\": \"m\", \"floors\": %s}",
				      rows[i].schema, rows[i].floors));
		ck_assert_msg(get() == rows[i].answer, "row %zu", i);
		ck_assert((other != NULL) == text_equal(rows[i].schema, "thintune.probe/2"));
		/* Whether anything is measured is not known here. */
		ck_assert(!other || text_ends(other, "thintune.probe/1): it is not used"));
	}
	/* What JSON cannot hold is not written. */
	fake_drop(LASTING);
	cache.floors.at[1].note = "\xff";
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), -EILSEQ);
	cache = make("\xff");
	ck_assert_int_eq(probe_cache_write(fake_root(), arena, PROBE_CACHE_DISK, &cache), -EILSEQ);
	ck_assert_ptr_null(fake_get(LASTING));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("probe_cache", prepare, what_is_written_is_read, there_are_two_places,
	       what_is_damaged_is_no_probe)
