/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: what is read and printed reads back as the same profile. */
#include "fuzz.h"
#include "profile/profile.h"

static void load(struct arena *arena, const char *text, const struct facts *facts)
{
	struct profile profile, again;
	struct err err = {0};
	const char *yaml;

	if (profile_load_text(arena, "input", text, facts, &profile, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	vec_for_each (waiver, &profile.waivers) {
		if (waiver_check_day(arena, waiver, 20000, &err) < 0)
			fuzz_touch(err.text);
	}
	yaml = profile_yaml(arena, &profile, false);
	fuzz_check(profile_load_text(arena, "printed", yaml, facts, &again, &err) == 0,
		   "its own text is refused: %s\n%s", err.text, yaml);
	fuzz_check(text_equal(profile_yaml(arena, &again, false), yaml), "another text than\n%s",
		   yaml);
	fuzz_touch(profile_yaml(arena, &profile, true));
}

FUZZ_TARGET(profile)
{
	struct facts facts = {
	    .host = {.cloud = "aws", .kernel_release = "6.1.0-31-amd64", .arch = "x86_64"},
	};
	struct disk disk = {.name = "nvme0n1", .model = "MSFT NVMe Accelerator", .driver = "nvme"};

	(void)length;
	vec_push(arena, &facts.disks, disk);
	load(arena, text, NULL);
	load(arena, text, &facts);
}
