/* SPDX-License-Identifier: Apache-2.0 */
/* The note that a restore leaves, against the kernel in memory. */
#include "apply/held.h"

#include <errno.h>

#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

static names paths;

static int get(const char **ret_time, const char **ret_user)
{
	return held_read(fake_root(), arena, ret_time, ret_user, &paths);
}

/* Some come, some go, and what an earlier restore has left stays, with its time. */
START_TEST(paths_come_and_go)
{
	struct plan plan = make_plan();
	names some = {0}, none = {0};
	const char *time, *user;

	held_change(fake_root(), arena, "dawn", "bob", &none, &none);
	ck_assert_ptr_null(fake_get(HELD_FILE));
	held_write(fake_root(), arena, "noon", "ann", &plan.settings);
	vec_push(arena, &some, plan.settings.at[0].wish->path);
	held_change(fake_root(), arena, "dusk", "bob", &none, &some);
	ck_assert_int_eq(get(&time, &user), 0);
	ck_assert_uint_eq(paths.count, plan.settings.count - 1);
	ck_assert(!text_in(some.at[0], &paths));
	ck_assert_str_eq(time, "noon");
	ck_assert_str_eq(user, "ann");
	held_change(fake_root(), arena, "dusk", "bob", &some, &none);
	held_change(fake_root(), arena, "dusk", "bob", &some, &none);
	ck_assert_int_eq(get(&time, &user), 0);
	ck_assert_uint_eq(paths.count, plan.settings.count);
	ck_assert_str_eq(time, "dusk");
	ck_assert_str_eq(user, "bob");
	held_change(fake_root(), arena, "dusk", "bob", &none, &paths);
	ck_assert_ptr_null(fake_get(HELD_FILE));
	/* What cannot be understood stays. */
	fake_set(HELD_FILE, "{}");
	held_change(fake_root(), arena, "dusk", "bob", &some, &none);
	ck_assert_str_eq(fake_get(HELD_FILE), "{}");
}
END_TEST

START_TEST(a_restore_is_noted)
{
	struct plan plan = make_plan();
	const char *time, *user;

	ck_assert_int_eq(get(&time, &user), -ENOENT);
	plan.settings.at[0].state = STATE_UNSUPPORTED;
	held_write(fake_root(), arena, "noon", "ann", &plan.settings);
	ck_assert_int_eq(get(&time, &user), 0);
	ck_assert_str_eq(time, "noon");
	ck_assert_str_eq(user, "ann");
	ck_assert(text_ends(fake_get(HELD_FILE), "}\n"));
	ck_assert_uint_eq(paths.count, plan.settings.count - 1);
	ck_assert_str_eq(paths.at[0], plan.settings.at[1].wish->path);
	ck_assert_ptr_null(strstr(fake_get(HELD_FILE), plan.settings.at[0].wish->path));
	for (size_t i = 1; i < plan.settings.count; i++)
		ck_assert_ptr_nonnull(strstr(fake_get(HELD_FILE), plan.settings.at[i].wish->path));
	fake_protect(HELD_FILE, -EPERM);
	ck_assert_int_eq(get(&time, &user), -EPERM);
	fake_protect(HELD_FILE, 0);
	fake_mute(HELD_FILE, -EIO);
	ck_assert_int_eq(get(&time, &user), -EIO);
	fake_mute(HELD_FILE, 0);
	fake_set(HELD_FILE, "{\"time\": \"noon\"}");
	ck_assert_int_eq(get(&time, &user), -EBADMSG);
	fake_set(HELD_FILE, "{\"time\": \"noon\", \"user\": \"ann\", \"user\": \"bob\"}");
	ck_assert_int_eq(get(&time, &user), -EBADMSG);
	/* Another version may name what it means in another way. */
	fake_set(HELD_FILE, "{\"time\": \"noon\", \"user\": \"ann\", \"settings\": [\"/a\"]}");
	ck_assert_int_eq(get(&time, &user), -EBADMSG);
	fake_set(HELD_FILE, "{\"time\": \"noon\", \"user\": \"ann\", \"paths\": {\"/a\": 1}}");
	ck_assert_int_eq(get(&time, &user), -EBADMSG);
	fake_set(HELD_FILE, "{\"time\": \"noon\", \"user\": \"ann\", \"paths\": [\"/a\", {}]}");
	ck_assert_int_eq(get(&time, &user), -EBADMSG);
	fake_set(HELD_FILE, "{\"time\": \"noon\", \"user\": \"ann\", \"paths\": []}");
	ck_assert_int_eq(get(&time, &user), 0);
	ck_assert_uint_eq(paths.count, 0);
	/* Where there is no room for this one, the one before says something else. */
	fake_storage(FAKE_FULL);
	held_write(fake_root(), arena, "noon", "ann", &plan.settings);
	ck_assert_ptr_null(fake_get(HELD_FILE));
	fake_storage(FAKE_ROOM);
	held_write(fake_root(), arena, "noon", "ann", &plan.settings);
	held_remove(fake_root());
	ck_assert_ptr_null(fake_get(HELD_FILE));
	held_remove(fake_root());
	held_write(fake_root(), arena, "noon", "\xff", &plan.settings);
	ck_assert_ptr_null(fake_get(HELD_FILE));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("held", prepare, a_restore_is_noted, paths_come_and_go)
