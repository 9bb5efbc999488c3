/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused in profiles, with its place, and profiles that were damaged at random. */
#include "run_suite.h"

#include <errno.h>

#include "base/text.h"
#include "fake_own.h"
#include "profile/builtin.h"
#include "profile_fixture.h"

/* Mistakes ------------------------------------------------------------------------------------ */

START_TEST(mistakes_are_refused_with_place)
{
	fixture_refuse_text("a", "/p.yaml:1:1: a profile is a map of keys, not text");
	fixture_refuse_text("summary: x\n", "/p.yaml:1:1: 'profile' (the name) is missing");
	fixture_refuse_text("profile: ../x\n", "/p.yaml:1:10: 'profile' must be a name");
	fixture_refuse_text("profile: 12\n", "/p.yaml:1:10: 'profile' must be text");
	fixture_refuse_text("profile: p\ngate: maybe\n", "/p.yaml:2:7: 'gate' must be one of");
	fixture_refuse_text("profile: p\nsumary: x\n",
			    "/p.yaml:2:1: unknown key 'sumary'; did you mean 'summary'?");
	fixture_refuse_text("profile: p\ngovernor: x\n",
			    "/p.yaml:2:1: unknown key 'governor'; it belongs in 'cpu'");
	fixture_refuse_text("profile: p\nweather: x\n",
			    "/p.yaml:2:1: unknown key 'weather'; known are profile, ");
	fixture_refuse_text(
	    "profile: p\ncpu:\n  govenor: x\n",
	    "/p.yaml:3:3: unknown key 'govenor' in 'cpu'; did you mean 'governor'?");
	fixture_refuse_text("profile: p\ncpu:\n",
			    "/p.yaml:2:5: 'cpu' must be a map of keys, not nothing");
	fixture_refuse_text("profile: p\ncpu: {}\n",
			    "/p.yaml:2:6: 'cpu' must be a map of keys, not an e");
	fixture_refuse_text("profile: p\ncpu: []\n",
			    "/p.yaml:2:6: 'cpu' must be a map of keys, not a l");
	fixture_refuse_text("profile: p\nprobe: {floors.fsync-p99: {at-most: 1ms}}\n",
			    "/p.yaml:2:9: unknown key 'floors.fsync-p99' in 'probe'");
	fixture_refuse_text(
	    "profile: p\nprobe: {floors: {fsync-p9: {at-most: 1ms}}}\n",
	    "/p.yaml:2:18: unknown key 'fsync-p9' in 'probe'; did you mean 'fsync-p99'?");
	fixture_refuse_text("profile: p\noverlays: {}\n",
			    "/p.yaml:2:11: 'overlays' must be a list");
	fixture_refuse_text("profile: p\noverlays:\n  - cpu: {governor: performance}\n",
			    "/p.yaml:3:5: this overlay has no 'when'");
	fixture_refuse_text("profile: p\noverlays:\n  - when: {cloud: aws}\n",
			    "/p.yaml:3:5: this overlay sets nothing");
	fixture_refuse_text("profile: p\noverlays:\n  - {when: {cloud: aws}, gate: strict}\n",
			    "/p.yaml:3:26: unknown key 'gate' in an overlay");
	fixture_refuse_text("profile: p\ncpu: {governor: {severity: required}}\n",
			    "/p.yaml:2:17: 'governor' has no value yet");
}
END_TEST

START_TEST(sysctl_keys_are_refused_with_the_reason)
{
	static const struct {
		const char *key, *reason;
	} cases[] = {
	    {"vm..swappiness", "has an empty part"},
	    {"vm//swappiness", "has an empty part"},
	    {"/vm/swappiness", "has an empty part"},
	    {"../vm.swappiness", "has an empty part"},
	    {"a.//.b", "has a '/' that stands for no dot"},
	    {"a./.b", "has a '/' that stands for no dot"},
	    {"vm.swappiness/", "has a '/' that stands for no dot"},
	    {"..vm", "has an empty part"},
	    {"vm.", "has an empty part"},
	    {"swappiness", "has no dot"},
	    {"1.x", "does not begin with a letter"},
	    {"vm.swap piness", "has characters other than"},
	    {"vm.\xc3\xa4", "has characters other than"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();

		fixture_refuse_text(
		    arena_printf(arena, "profile: p\nsysctl:\n  \"%s\": 1\n", cases[i].key),
		    arena_printf(arena, "/p.yaml:3:3: sysctl key '%s' %s", cases[i].key,
				 cases[i].reason));
	}
	fixture_refuse_text("profile: p\nsysctl:\n  \"a.b\\0c\": 1\n",
			    "/p.yaml:3:3: NUL characters");
	fixture_refuse_text(
	    "profile: p\nsysctl:\n  a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: 1\n",
	    "/p.yaml:3:3: sysctl key");
}
END_TEST

START_TEST(contradictions_are_refused_also_where_the_overlay_does_not_hold)
{
	fixture_refuse_text(
	    "profile: p\nextends: redpanda\nsysctl: {net.core.somaxconn: {at-most: 100}}\n",
	    "/p.yaml:3:30: 'net.core.somaxconn': contradicts the at-least of redpanda:");
	fixture_refuse_text("profile: p\nsysctl: {a.b: {at-most: 100}}\noverlays:\n"
			    "  - when: {cloud: aws}\n    sysctl: {a.b: {at-least: 101}}\n",
			    "/p.yaml:5:19: 'a.b': contradicts the at-most of p:2");
	fixture_refuse_text("profile: p\noverlays:\n  - when: {cloud: aws}\n"
			    "    sysctl: {a.b: {severity: required}}\n",
			    "/p.yaml:4:19: 'a.b' has no value yet");
	fixture_refuse_text(
	    "profile: p\ndisk: {nomerges: 2}\noverlays:\n  - when: {disk-model: A}\n"
	    "    disk: {nomerges: {severity: required}}\n",
	    "/p.yaml:5:22: 'nomerges' has no value yet for just these disks");
}
END_TEST

START_TEST(extends_is_followed_and_its_cycles_are_named)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile;

	fake_own_reset();
	fake_own_text("/d/a.yaml", "profile: a\nextends: sub/b.yaml\n");
	fake_own_text("/d/sub/b.yaml", "profile: b\nsysctl: {a.b: 1}\n");
	profile = fixture_load(arena, "/d/a.yaml", NULL);
	ck_assert_str_eq(fixture_get(&profile, "sysctl", "a.b")->source, "b:2");
	ck_assert_str_eq(profile.sources.at[1], "/d/sub/b.yaml");

	fake_own_text("/c/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/c/b.yaml", "profile: b\nextends: /c/a.yaml\n");
	fixture_refuse("/c/a.yaml", "/c/b.yaml:2:10: the profile extends itself: a -> b -> a");
	fake_own_text("/e/a.yaml", "profile: a\nextends: ./a.yaml\n");
	fake_own_text("/e/./a.yaml", "profile: a\nextends: ./a.yaml\n");
	fixture_refuse("/e/a.yaml", "/e/a.yaml:2:10: two profiles are both called 'a': a -> a");
	fake_own_text(SITE "redpanda.yaml", "profile: redpanda\nextends: redpanda\n");
	fixture_refuse("redpanda",
		       SITE "redpanda.yaml:2:10: the profile extends itself: redpanda -> redpanda");
	fixture_refuse_text("profile: p\nextends: nowhere.yaml\n",
			    "/p.yaml:2:10: 'extends': cannot open '/nowhere.yaml'");
	fixture_refuse_text("profile: p\nextends: redpnda\n",
			    "/p.yaml:2:10: 'extends': no profile 'redpnda'");
	fixture_refuse_text("profile: p\nextends: [redpanda]\n",
			    "/p.yaml:2:10: 'extends' must be text");
	fixture_refuse_text("profile: p\nextends: \"..\"\n",
			    "/p.yaml:2:10: 'extends': '..' is neither a profile");
}
END_TEST

START_TEST(long_chains_are_refused)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	fake_own_reset();
	for (unsigned i = 0; i < 10; i++)
		fake_own_text(arena_printf(arena, "/p%u.yaml", i),
			      arena_printf(arena, "profile: p%u\nextends: p%u.yaml\n", i, i + 1));
	fixture_refuse("/p0.yaml",
		       "/p7.yaml:2:10: more than 8 profiles extend each other: p0 -> p1 -> ");
}
END_TEST

START_TEST(files_that_cannot_be_read_are_refused)
{
	fake_own_reset();
	fake_own_add("/dir/", "", 0, -EISDIR);
	fake_own_add("/big.yaml", "", 300 * 1024, 0);
	fake_own_add("/secret.yaml", "", 0, -EACCES);
	fake_own_text(SITE "mine.yaml", "profile: other\n");
	fixture_refuse("/dir/", "cannot read '/dir/'");
	fixture_refuse("/big.yaml", "cannot read '/big.yaml': too large");
	fixture_refuse("/secret.yaml", "cannot read '/secret.yaml'");
	fixture_refuse("missing.yaml", "cannot open 'missing.yaml'");
	fixture_refuse("redpand", "no profile 'redpand' in /etc/thintune/profiles; built in are "
				  "development, redpanda, thin-ledger; did you mean 'redpanda'?");
	fixture_refuse("", "'' is neither a profile name");
	fixture_refuse("mine",
		       SITE "mine.yaml:1:10: 'profile' is 'other' in a file called 'mine.yaml'");
}
END_TEST

/* Hostile input ------------------------------------------------------------------------------- */

static char *many(struct arena *arena, const char *head, const char *item, unsigned count)
{
	struct str text = str_new(arena);

	str_add(&text, head);
	for (unsigned i = 0; i < count; i++)
		str_printf(&text, "  %s%u: 1\n", item, i);
	return text.text;
}

START_TEST(too_many_values_are_refused)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	fixture_refuse_text(many(arena, "profile: p\nsysctl:\n", "a.b", 10000),
			    "/p.yaml:1027:3: more than 1024 values");
	fixture_refuse_text(many(arena, "profile: p\noverlays:\n", "- x", 65),
			    "/p.yaml:3:3: more than 64 overlays");
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* A few bytes changed, dropped, doubled or moved; the seed makes every run the same. */
static size_t mutate(char *text, size_t length, uint32_t *state)
{
	static const char pieces[] = "{}[]:,&*!|>'\"#%@-\n\t \\0123456789autoleave";

	for (uint32_t count = 1 + next_random(state) % 4; count > 0 && length > 8; count--) {
		size_t at = next_random(state) % length;
		size_t span = 1 + next_random(state) % 8;

		if (span > length - at)
			span = length - at;
		switch (next_random(state) % 4) {
		case 0:
			text[at] = (char)next_random(state);
			break;
		case 1:
			memmove(text + at, text + at + span, length - at - span);
			length -= span;
			break;
		case 2:
			text[at] = pieces[next_random(state) % (sizeof(pieces) - 1)];
			break;
		default:
			memcpy(text + at, text + next_random(state) % (length - span + 1), 1);
			break;
		}
	}
	return length;
}

START_TEST(damaged_profiles_load_or_fail_but_never_crash)
{
	uint32_t state = 1;
	unsigned loaded = 0, refused = 0, rounds = is_sweep_short() ? 1000 : 3000;

	for (unsigned round = 0; round < rounds; round++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const char *text = builtin_profiles[round % builtin_count].text;
		char *copy = arena_strdup(arena, text);
		struct facts facts = fixture_facts(arena, "aws", "Amazon Elastic Block Store");
		struct profile profile;
		struct err err = {0};

		fake_own_reset();
		fake_own_add("/p.yaml", copy, mutate(copy, strlen(text), &state), 0);
		if (profile_load(arena, "/p.yaml", &facts, &profile, &err) == 0) {
			ck_assert_ptr_nonnull(profile_yaml(arena, &profile, true));
			loaded++;
		} else {
			ck_assert_msg(text_starts(err.text, "/p.yaml:"), "%s", err.text);
			refused++;
		}
	}
	ck_assert_uint_gt(loaded, rounds / 30);
	ck_assert_uint_gt(refused, rounds / 30);
}
END_TEST

RUN_SUITE("profile_input", mistakes_are_refused_with_place, sysctl_keys_are_refused_with_the_reason,
	  contradictions_are_refused_also_where_the_overlay_does_not_hold,
	  extends_is_followed_and_its_cycles_are_named, long_chains_are_refused,
	  files_that_cannot_be_read_are_refused, too_many_values_are_refused,
	  damaged_profiles_load_or_fail_but_never_crash)
