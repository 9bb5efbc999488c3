/* SPDX-License-Identifier: Apache-2.0 */
/* What an owner may be called, and that no two share a file. */
#include <errno.h>

#include "apply/owner.h"
#include "base/text.h"
#include "run_suite.h"

static struct arena *arena;

static int checked(const char *owner)
{
	struct err err = {0};
	int r = owner_check(arena, owner, &err);

	ck_assert((r == 0) == (err.code == 0));
	return r;
}

static const char *repeated(char c, size_t count)
{
	char *text = arena_alloc(arena, count + 1);

	memset(text, c, count);
	return text;
}

START_TEST(names_that_are_taken)
{
	arena = arena_new();
	ck_assert_int_eq(checked("host"), 0);
	ck_assert_int_eq(checked("broker:thin-ledger/redpanda-0"), 0);
	ck_assert_int_eq(checked("."), 0);
	ck_assert_int_eq(checked(".."), 0);
	ck_assert_int_eq(checked("A_b.9"), 0);
	ck_assert_int_eq(checked(repeated('a', 128)), 0);
	ck_assert_int_eq(checked(repeated('/', 76)), 0);
	arena_free(arena);
}
END_TEST

START_TEST(names_that_are_refused)
{
	arena = arena_new();
	ck_assert_int_eq(checked(""), -EINVAL);
	ck_assert_int_eq(checked(repeated('a', 129)), -EINVAL);
	ck_assert_int_eq(checked(repeated(':', 77)), -EINVAL);
	ck_assert_int_eq(checked("a b"), -EINVAL);
	ck_assert_int_eq(checked("a%2Fb"), -EINVAL);
	ck_assert_int_eq(checked("a\nb"), -EINVAL);
	ck_assert_int_eq(checked("a\033[31m"), -EINVAL);
	ck_assert_int_eq(checked("\xc3\xa9"), -EINVAL);
	arena_free(arena);
}
END_TEST

START_TEST(files_of_owners)
{
	arena = arena_new();
	ck_assert_str_eq(owner_file(arena, "/run/x", "host", ".json"), "/run/x/host.json");
	ck_assert_str_eq(owner_file(arena, "/run/x", "broker:ns/p-0", ".json"),
			 "/run/x/broker%3Ans%2Fp-0.json");
	ck_assert_str_eq(owner_file(arena, "/d", "../../etc/x", ".yaml"),
			 "/d/..%2F..%2Fetc%2Fx.yaml");
	arena_free(arena);
}
END_TEST

RUN_SUITE("owner", names_that_are_taken, names_that_are_refused, files_of_owners)
