/* SPDX-License-Identifier: Apache-2.0 */
#include "profile_fixture.h"

#include <check.h>
#include <errno.h>

#include "base/text.h"
#include "fake_own.h"

struct profile fixture_load(struct arena *arena, const char *name, const struct facts *facts)
{
	struct profile profile;
	struct err err = {0};
	int r = profile_load(arena, name, facts, &profile, &err);

	ck_assert_msg(r == 0, "%s: %s", name, err.text);
	return profile;
}

struct profile fixture_load_text(struct arena *arena, const char *text, const struct facts *facts)
{
	fake_own_reset();
	fake_own_text("/p.yaml", text);
	return fixture_load(arena, "/p.yaml", facts);
}

const struct value *fixture_get(const struct profile *profile, const char *section, const char *key)
{
	const struct value *value = profile_get(profile, section, key);

	ck_assert_msg(value != NULL, "%s.%s", section, key);
	return value;
}

void fixture_refuse(const char *name, const char *message)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = {.name = "untouched"};
	struct err err = {0};

	ck_assert_msg(profile_load(arena, name, NULL, &profile, &err) == -EINVAL,
		      "accepted, but should say '%s'", message);
	ck_assert_str_eq(profile.name, "untouched");
	ck_assert_msg(text_starts(err.text, message), "want '%s', got '%s'", message, err.text);
}

void fixture_refuse_text(const char *text, const char *message)
{
	fake_own_reset();
	fake_own_text("/p.yaml", text);
	fixture_refuse("/p.yaml", message);
}

struct facts fixture_facts(struct arena *arena, const char *cloud, const char *model)
{
	struct facts facts = {.host = {.cloud = cloud, .virtualization = "none"}};

	vec_push(
	    arena, &facts.disks,
	    (struct disk){.name = "nvme0n1", .model = model, .driver = "nvme", .is_data = true});
	vec_push(arena, &facts.disks,
		 (struct disk){.name = "sda", .model = "Other", .driver = "sd", .is_data = true});
	return facts;
}
