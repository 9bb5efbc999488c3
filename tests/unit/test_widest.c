/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "profile/profile.h"
#include "run_suite.h"

/* Whoever adds a row to the schema has added it here. */
static void speaks_of_every_row_if(bool steers)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct profile widest = profile_widest(arena, steers);

	for (size_t i = 0; i < profile_schema_count; i++) {
		const struct schema_key *row = &profile_schema_keys[i];
		bool is_setting = !text_equal(row->section, "checks") &&
				  !text_equal(row->section, "probe") &&
				  !text_equal(row->key, "*") && row->type != TYPE_CPUS;
		const struct value *value = profile_get(&widest, row->section, row->key);

		ck_assert_msg((value != NULL) == is_setting, "%s.%s", row->section, row->key);
	}
}

START_TEST(speaks_of_every_row)
{
	speaks_of_every_row_if(false);
	speaks_of_every_row_if(true);
}
END_TEST

/* A profile as a person could have written it: the values are of each row's type and in its bounds.
 */
static void is_a_good_profile_if(bool steers)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct profile widest = profile_widest(arena, steers);
	const char *text = profile_yaml(arena, &widest, false);
	struct profile again;
	struct err err = {0};
	int r = profile_load_text(arena, "widest", text, NULL, &again, &err);

	ck_assert_msg(r == 0, "%s\n%s", err.text, text);
	ck_assert_uint_eq(again.entries.count, widest.entries.count);
	ck_assert_int_eq(profile_get(&again, "net", "rps")->rule == RULE_AUTO, steers);
}

START_TEST(is_a_good_profile)
{
	is_a_good_profile_if(false);
	is_a_good_profile_if(true);
}
END_TEST

RUN_SUITE("widest", speaks_of_every_row, is_a_good_profile)
