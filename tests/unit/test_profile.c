/* SPDX-License-Identifier: Apache-2.0 */
/* Loading, extending, overlays, looking up, listing and showing profiles; own.c is replaced. */
#include "run_suite.h"

#include <errno.h>
#include <time.h>

#include "base/text.h"
#include "fake_own.h"
#include "profile/builtin.h"
#include "profile/profile.h"

#define SITE "/etc/thintune/profiles/"

static struct profile load(struct arena *arena, const char *name, const struct facts *facts)
{
	struct profile profile;
	struct err err = {0};
	int r = profile_load(arena, name, facts, &profile, &err);

	ck_assert_msg(r == 0, "%s: %s", name, err.text);
	return profile;
}

static struct profile load_text(struct arena *arena, const char *text, const struct facts *facts)
{
	fake_own_reset();
	fake_own_text("/p.yaml", text);
	return load(arena, "/p.yaml", facts);
}

static const struct value *get(const struct profile *profile, const char *section, const char *key)
{
	const struct value *value = profile_get(profile, section, key);

	ck_assert_msg(value != NULL, "%s.%s", section, key);
	return value;
}

static void refuse(const char *name, const char *message)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = {.name = "untouched"};
	struct err err = {0};

	ck_assert_msg(profile_load(arena, name, NULL, &profile, &err) == -EINVAL,
		      "accepted, but should say '%s'", message);
	ck_assert_str_eq(profile.name, "untouched");
	ck_assert_msg(text_starts(err.text, message), "want '%s', got '%s'", message, err.text);
}

static void refuse_text(const char *text, const char *message)
{
	fake_own_reset();
	fake_own_text("/p.yaml", text);
	refuse("/p.yaml", message);
}

static struct facts on(struct arena *arena, const char *cloud, const char *model)
{
	struct facts facts = {.host = {.cloud = cloud, .virtualization = "none"}};

	vec_push(arena, &facts.disks,
		 (struct disk){.name = "nvme0n1", .model = model, .driver = "nvme", .is_data = true});
	vec_push(arena, &facts.disks,
		 (struct disk){.name = "sda", .model = "Other", .driver = "sd", .is_data = true});
	return facts;
}

/* Shipped profiles ---------------------------------------------------------------------------- */

START_TEST(shipped_profiles_load)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	fake_own_reset();
	ck_assert_uint_eq(builtin_count, 3);
	for (size_t i = 0; i < builtin_count; i++) {
		struct profile profile = load(arena, builtin_profiles[i].name, NULL);

		ck_assert_str_eq(profile.name, builtin_profiles[i].name);
		ck_assert_ptr_nonnull(profile.summary);
		ck_assert_uint_eq(strlen(profile.sha256), 64);
	}
}
END_TEST

START_TEST(redpanda_requires_what_must_stop_a_start)
{
	static const char *const required[] = {"data-directory", "data-mount", "data-writable",
					       "filesystem", "linux-aio"};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = load(arena, "redpanda", NULL);
	size_t count = 0;

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		ck_assert_int_eq(get(&profile, "checks", required[i])->severity,
				 SEVERITY_REQUIRED);
	ck_assert_int_eq(get(&profile, "sysctl", "fs.aio-max-nr")->severity, SEVERITY_REQUIRED);
	vec_for_each (entry, &profile.entries)
		count += entry->value.severity == SEVERITY_REQUIRED;
	ck_assert_uint_eq(count, 6);
	ck_assert_int_eq(profile.gate, GATE_REQUIRED_ONLY);
}
END_TEST

START_TEST(development_changes_and_stops_nothing)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = load(arena, "development", NULL);

	ck_assert_int_eq(profile.gate, GATE_REPORT);
	vec_for_each (entry, &profile.entries) {
		ck_assert(text_equal(entry->section, "checks") ||
			  text_equal(entry->section, "probe"));
		ck_assert_int_eq(entry->value.severity, SEVERITY_ADVISED);
	}
}
END_TEST

static void expect_timeout(const char *cloud, const char *model, const char *want)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = on(arena, cloud, model);
	struct profile profile = load(arena, "thin-ledger", &facts);
	const struct value *value =
	    profile_get_disk(&profile, "io-timeout", &facts.disks.at[0]);

	if (want) {
		ck_assert_int_eq(value->rule, RULE_EXACT);
		ck_assert_str_eq(value->operands.at[0], want);
		ck_assert_ptr_nonnull(value->why);
	} else {
		ck_assert_int_eq(value->rule, RULE_LEAVE);
	}
	value = profile_get_disk(&profile, "io-timeout", &facts.disks.at[1]);
	ck_assert_int_eq(value->rule, RULE_LEAVE);
	ck_assert_int_eq(get(&profile, "disk", "io-timeout")->rule, RULE_LEAVE);
}

START_TEST(ledger_timeouts_are_for_the_clouds_own_disks_only)
{
	fake_own_reset();
	expect_timeout("aws", "Amazon Elastic Block Store", "4294967295000");
	expect_timeout("aws", "Amazon EC2 NVMe Instance Storage", NULL);
	expect_timeout("azure", "MSFT NVMe Accelerator v1.0", "240000000");
	expect_timeout("azure", "Microsoft NVMe Direct Disk", NULL);
	expect_timeout("gcp", "nvme_card-pd", NULL);
	expect_timeout("none", "Amazon Elastic Block Store", NULL);
}
END_TEST

START_TEST(ledger_extends_redpanda)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = load(arena, "thin-ledger", NULL);

	ck_assert_str_eq(get(&profile, "sysctl", "net.ipv4.tcp_rmem")->operands.at[0],
			 "4096 131072 16777216");
	ck_assert(text_starts(get(&profile, "sysctl", "net.ipv4.tcp_rmem")->source,
			      "thin-ledger:"));
	ck_assert(text_starts(get(&profile, "sysctl", "vm.swappiness")->source, "redpanda:"));
	ck_assert_uint_eq(profile.sources.count, 2);
	ck_assert_str_eq(profile.sources.at[0], "thin-ledger (built in)");
	ck_assert_str_eq(profile.sources.at[1], "redpanda (built in)");
}
END_TEST

/* Merging ------------------------------------------------------------------------------------- */

START_TEST(later_values_replace_and_severity_is_inherited)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = load_text(arena,
					   "profile: p\n"
					   "extends: redpanda\n"
					   "gate: strict\n"
					   "sysctl:\n"
					   "  fs.aio-max-nr: 2000000\n"
					   "  vm.swappiness: {severity: required}\n"
					   "  x.y: {value: 1, why: mine}\n"
					   "checks: {data-mount: leave}\n",
					   NULL);
	const struct value *value = get(&profile, "sysctl", "fs.aio-max-nr");

	ck_assert_int_eq(value->rule, RULE_EXACT);
	ck_assert_int_eq(value->severity, SEVERITY_REQUIRED);
	ck_assert_ptr_null(value->why);
	ck_assert_str_eq(value->source, "p:5");
	value = get(&profile, "sysctl", "vm.swappiness");
	ck_assert_int_eq(value->rule, RULE_EXACT);
	ck_assert_int_eq(value->severity, SEVERITY_REQUIRED);
	ck_assert_ptr_nonnull(value->why);
	ck_assert_str_eq(value->source, "redpanda:12, severity p:6");
	ck_assert_str_eq(get(&profile, "sysctl", "x.y")->why, "mine");
	ck_assert_int_eq(get(&profile, "checks", "data-mount")->rule, RULE_LEAVE);
	ck_assert_int_eq(profile.gate, GATE_STRICT);
	ck_assert_ptr_null(profile_get(&profile, "sysctl", "x.z"));
}
END_TEST

static const char per_disk[] = "profile: p\n"
			       "disk: {nomerges: {value: 2, severity: required}}\n"
			       "overlays:\n"
			       "  - when: {disk-model: \"A*\"}\n"
			       "    disk: {nomerges: 0}\n"
			       "    sysctl: {a.b: 1}\n"
			       "  - when: {disk-driver: nvme}\n"
			       "    disk: {nomerges: {severity: advised}}\n"
			       "  - when: {cloud: aws}\n"
			       "    disk: {nomerges: 1}\n"
			       "  - when: {cloud: gcp}\n"
			       "    disk: {nomerges: 0, scheduler: none}\n";

START_TEST(overlays_for_disks_keep_to_their_disks)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = on(arena, "aws", "Alpha");
	struct profile profile = load_text(arena, per_disk, &facts);
	const struct value *first = profile_get_disk(&profile, "nomerges", &facts.disks.at[0]);
	const struct value *second = profile_get_disk(&profile, "nomerges", &facts.disks.at[1]);

	/* The overlay of driver nvme copied the value for all disks, before cloud=aws changed it. */
	ck_assert_str_eq(first->operands.at[0], "2");
	ck_assert_int_eq(first->severity, SEVERITY_ADVISED);
	ck_assert_str_eq(second->operands.at[0], "1");
	ck_assert_int_eq(second->severity, SEVERITY_REQUIRED);
	ck_assert_str_eq(second->source, "p:10 (overlay cloud=aws)");
	ck_assert_str_eq(get(&profile, "sysctl", "a.b")->source, "p:6 (overlay disk-model=A*)");
	ck_assert_ptr_null(profile_get(&profile, "disk", "scheduler"));
}
END_TEST

START_TEST(a_child_replaces_what_its_parent_said_of_single_disks)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = on(arena, "aws", "Alpha");
	struct profile profile;

	fake_own_reset();
	fake_own_text("/d/p.yaml", per_disk);
	fake_own_text("/d/c.yaml", "profile: c\nextends: p.yaml\ndisk: {nomerges: 0}\n");
	profile = load(arena, "/d/c.yaml", &facts);
	for (size_t i = 0; i < 2; i++)
		ck_assert_str_eq(
		    profile_get_disk(&profile, "nomerges", &facts.disks.at[i])->source, "c:3");
}
END_TEST

START_TEST(entries_stand_in_order)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = load_text(arena,
					   "profile: p\n"
					   "probe: {floors: {read-iops: {at-least: 1}}, when: first}\n"
					   "sysctl: {a.b10: 1, a.b9: 1, a.B: 1}\n"
					   "cpu: {governor: performance}\n",
					   NULL);
	static const char *const want[] = {"a.B",      "a.b9",		   "a.b10",
					   "governor", "floors.read-iops", "when"};

	ck_assert_uint_eq(profile.entries.count, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(profile.entries.at[i].key, want[i]);
}
END_TEST

/* Mistakes ------------------------------------------------------------------------------------ */

START_TEST(mistakes_are_refused_with_place)
{
	refuse_text("a", "/p.yaml:1:1: a profile is a map of keys, not text");
	refuse_text("summary: x\n", "/p.yaml:1:1: 'profile' (the name) is missing");
	refuse_text("profile: ../x\n", "/p.yaml:1:10: 'profile' must be a name");
	refuse_text("profile: 12\n", "/p.yaml:1:10: 'profile' must be text");
	refuse_text("profile: p\ngate: maybe\n", "/p.yaml:2:7: 'gate' must be one of");
	refuse_text("profile: p\nsumary: x\n",
		    "/p.yaml:2:1: unknown key 'sumary'; did you mean 'summary'?");
	refuse_text("profile: p\ngovernor: x\n",
		    "/p.yaml:2:1: unknown key 'governor'; it belongs in 'cpu'");
	refuse_text("profile: p\nweather: x\n",
		    "/p.yaml:2:1: unknown key 'weather'; known are profile, ");
	refuse_text("profile: p\ncpu:\n  govenor: x\n",
		    "/p.yaml:3:3: unknown key 'govenor' in 'cpu'; did you mean 'governor'?");
	refuse_text("profile: p\ncpu:\n", "/p.yaml:2:5: 'cpu' must be a map of keys, not nothing");
	refuse_text("profile: p\ncpu: {}\n", "/p.yaml:2:6: 'cpu' must be a map of keys, not an e");
	refuse_text("profile: p\ncpu: []\n", "/p.yaml:2:6: 'cpu' must be a map of keys, not a l");
	refuse_text("profile: p\nprobe: {floors.fsync-p99: {at-most: 1ms}}\n",
		    "/p.yaml:2:9: unknown key 'floors.fsync-p99' in 'probe'");
	refuse_text("profile: p\nprobe: {floors: {fsync-p9: {at-most: 1ms}}}\n",
		    "/p.yaml:2:18: unknown key 'fsync-p9' in 'probe'; did you mean 'fsync-p99'?");
	refuse_text("profile: p\noverlays: {}\n", "/p.yaml:2:11: 'overlays' must be a list");
	refuse_text("profile: p\noverlays:\n  - cpu: {governor: performance}\n",
		    "/p.yaml:3:5: this overlay has no 'when'");
	refuse_text("profile: p\noverlays:\n  - when: {cloud: aws}\n",
		    "/p.yaml:3:5: this overlay sets nothing");
	refuse_text("profile: p\noverlays:\n  - {when: {cloud: aws}, gate: strict}\n",
		    "/p.yaml:3:26: unknown key 'gate' in an overlay");
	refuse_text("profile: p\ncpu: {governor: {severity: required}}\n",
		    "/p.yaml:2:17: 'governor' has no value yet");
}
END_TEST

START_TEST(sysctl_keys_are_refused_with_the_reason)
{
	static const struct {
		const char *key, *reason;
	} cases[] = {
	    {"net/ipv4/tcp_mem", "has a '/'"},
	    {"net.ipv4.conf.eth0/1.rp_filter", "has a '/'; keys are written with dots, and inter"},
	    {"vm..swappiness", "has an empty part"},
	    {"../vm.swappiness", "has a '/'"},
	    {"..vm", "has an empty part"},
	    {"vm.", "has an empty part"},
	    {"swappiness", "has no dot"},
	    {"1.x", "does not begin with a letter"},
	    {"vm.swap piness", "has characters other than"},
	    {"vm.\xc3\xa4", "has characters other than"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();

		refuse_text(
		    arena_printf(arena, "profile: p\nsysctl:\n  \"%s\": 1\n", cases[i].key),
		    arena_printf(arena, "/p.yaml:3:3: sysctl key '%s' %s", cases[i].key,
				 cases[i].reason));
	}
	refuse_text("profile: p\nsysctl:\n  \"a.b\\0c\": 1\n", "/p.yaml:3:3: NUL characters");
	refuse_text("profile: p\nsysctl:\n  a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: 1\n",
		    "/p.yaml:3:3: sysctl key");
}
END_TEST

START_TEST(contradictions_are_refused_also_where_the_overlay_does_not_hold)
{
	refuse_text("profile: p\nextends: redpanda\nsysctl: {net.core.somaxconn: {at-most: 100}}\n",
		    "/p.yaml:3:30: 'net.core.somaxconn': contradicts the at-least of redpanda:15");
	refuse_text("profile: p\nsysctl: {a.b: {at-most: 100}}\noverlays:\n"
		    "  - when: {cloud: aws}\n    sysctl: {a.b: {at-least: 101}}\n",
		    "/p.yaml:5:19: 'a.b': contradicts the at-most of p:2");
	refuse_text("profile: p\noverlays:\n  - when: {cloud: aws}\n"
		    "    sysctl: {a.b: {severity: required}}\n",
		    "/p.yaml:4:19: 'a.b' has no value yet");
}
END_TEST

START_TEST(extends_is_followed_and_its_cycles_are_named)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile;

	fake_own_reset();
	fake_own_text("/d/a.yaml", "profile: a\nextends: sub/b.yaml\n");
	fake_own_text("/d/sub/b.yaml", "profile: b\nsysctl: {a.b: 1}\n");
	profile = load(arena, "/d/a.yaml", NULL);
	ck_assert_str_eq(get(&profile, "sysctl", "a.b")->source, "b:2");
	ck_assert_str_eq(profile.sources.at[1], "/d/sub/b.yaml");

	fake_own_text("/c/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/c/b.yaml", "profile: b\nextends: /c/a.yaml\n");
	refuse("/c/a.yaml", "/c/b.yaml:2:10: the profile extends itself: a -> b -> a");
	fake_own_text("/e/a.yaml", "profile: a\nextends: ./a.yaml\n");
	fake_own_text("/e/./a.yaml", "profile: a\nextends: ./a.yaml\n");
	refuse("/e/a.yaml", "/e/a.yaml:2:10: two profiles are both called 'a': a -> a");
	fake_own_text(SITE "redpanda.yaml", "profile: redpanda\nextends: redpanda\n");
	refuse("redpanda",
	       SITE "redpanda.yaml:2:10: the profile extends itself: redpanda -> redpanda");
	refuse_text("profile: p\nextends: nowhere.yaml\n",
		    "/p.yaml:2:10: 'extends': cannot open '/nowhere.yaml'");
	refuse_text("profile: p\nextends: redpnda\n",
		    "/p.yaml:2:10: 'extends': no profile 'redpnda'");
	refuse_text("profile: p\nextends: [redpanda]\n", "/p.yaml:2:10: 'extends' must be text");
	refuse_text("profile: p\nextends: \"..\"\n", "/p.yaml:2:10: 'extends': '..' is no profile");
}
END_TEST

START_TEST(long_chains_are_refused)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	fake_own_reset();
	for (unsigned i = 0; i < 10; i++)
		fake_own_text(arena_printf(arena, "/p%u.yaml", i),
			      arena_printf(arena, "profile: p%u\nextends: p%u.yaml\n", i, i + 1));
	refuse("/p0.yaml", "/p7.yaml:2:10: more than 8 profiles extend each other: p0 -> p1 -> ");
}
END_TEST

START_TEST(files_that_cannot_be_read_are_refused)
{
	fake_own_reset();
	fake_own_add("/dir/", "", 0, -EISDIR);
	fake_own_add("/big.yaml", "", 300 * 1024, 0);
	fake_own_add("/secret.yaml", "", 0, -EACCES);
	fake_own_text(SITE "mine.yaml", "profile: other\n");
	refuse("/dir/", "cannot read '/dir/'");
	refuse("/big.yaml", "cannot read '/big.yaml': too large");
	refuse("/secret.yaml", "cannot read '/secret.yaml'");
	refuse("missing.yaml", "cannot open 'missing.yaml'");
	refuse("redpand", "no profile 'redpand' in /etc/thintune/profiles; built in are "
			  "development, redpanda, thin-ledger; did you mean 'redpanda'?");
	refuse("", "'' is no profile name");
	refuse("mine", SITE "mine.yaml:1:1: 'profile' is 'other' in a file called 'mine.yaml'");
}
END_TEST

/* Listing, showing, hash ---------------------------------------------------------------------- */

START_TEST(site_files_win_and_bad_ones_do_not_hide_the_rest)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	profile_names list = {0};
	struct err err = {0};

	fake_own_reset();
	fake_own_text(SITE "redpanda.yaml", "profile: redpanda\nsummary: ours\n");
	fake_own_text(SITE "broken.yaml", "profile: [\n");
	fake_own_text(SITE "notes.txt", "");
	ck_assert_str_eq(load(arena, "redpanda", NULL).summary, "ours");
	ck_assert_int_eq(profile_list(arena, &list, &err), 0);
	ck_assert_uint_eq(list.count, 4);
	ck_assert_str_eq(list.at[0].name, "broken");
	ck_assert(text_starts(list.at[0].summary, "cannot be used: " SITE "broken.yaml:2:1: "));
	ck_assert_str_eq(list.at[1].where, "development (built in)");
	ck_assert_str_eq(list.at[2].name, "redpanda");
	ck_assert_str_eq(list.at[2].summary, "ours");
	ck_assert_str_eq(list.at[2].where, SITE "redpanda.yaml");
}
END_TEST

static void check_same(const struct profile *a, const struct profile *b)
{
	ck_assert_str_eq(a->name, b->name);
	ck_assert(text_equal(a->summary, b->summary));
	ck_assert_int_eq(a->gate, b->gate);
	ck_assert_uint_eq(a->entries.count, b->entries.count);
	for (size_t i = 0; i < a->entries.count; i++) {
		const struct entry *left = &a->entries.at[i], *right = &b->entries.at[i];

		ck_assert_str_eq(left->section, right->section);
		ck_assert_str_eq(left->key, right->key);
		ck_assert_int_eq(left->value.rule, right->value.rule);
		ck_assert_int_eq(left->value.severity, right->value.severity);
		ck_assert(left->value.auto_operand == right->value.auto_operand);
		ck_assert(text_equal(left->value.why, right->value.why));
		ck_assert_uint_eq(left->value.operands.count, right->value.operands.count);
		for (size_t at = 0; at < left->value.operands.count; at++)
			ck_assert_str_eq(left->value.operands.at[at],
					 right->value.operands.at[at]);
		ck_assert_uint_eq(left->disk_models.count, right->disk_models.count);
	}
}

START_TEST(what_is_shown_loads_as_the_same)
{
	static const char *const texts[] = {"profile: p\nextends: thin-ledger\n",
					    "profile: p\nextends: development\n", per_disk};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct facts facts = on(arena, "aws", "Amazon Elastic Block Store");
		struct profile profile = load_text(arena, texts[i], &facts);
		const char *yaml = profile_yaml(arena, &profile);
		struct profile again = load_text(arena, yaml, &facts);

		check_same(&profile, &again);
		vec_for_each (entry, &profile.entries)
			ck_assert_ptr_nonnull(
			    strstr(yaml, arena_printf(arena, "# %s\n", entry->value.source)));
	}
}
END_TEST

START_TEST(hash_names_all_texts_of_the_chain)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *one, *other;

	/* printf 'profile: p\n' | sha256sum */
	ck_assert_str_eq(load_text(arena, "profile: p\n", NULL).sha256,
			 "5c68ca6fd66b72c7b2ef5e8fbbe89e3ba3d6bdc16a67b2d93cf2ecd03b8a6df1");
	fake_own_reset();
	fake_own_text("/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/b.yaml", "profile: b\n");
	one = load(arena, "/a.yaml", NULL).sha256;
	fake_own_reset();
	fake_own_text("/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/b.yaml", "profile: b\n# changed\n");
	other = load(arena, "/a.yaml", NULL).sha256;
	ck_assert_str_ne(one, other);
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

	refuse_text(many(arena, "profile: p\nsysctl:\n", "a.b", 10000),
		    "/p.yaml:1027:3: more than 1024 values");
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
	unsigned loaded = 0, refused = 0;

	for (unsigned round = 0; round < 3000; round++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const char *text = builtin_profiles[round % builtin_count].text;
		char *copy = arena_strdup(arena, text);
		struct facts facts = on(arena, "aws", "Amazon Elastic Block Store");
		struct profile profile;
		struct err err = {0};

		fake_own_reset();
		fake_own_add("/p.yaml", copy, mutate(copy, strlen(text), &state), 0);
		if (profile_load(arena, "/p.yaml", &facts, &profile, &err) == 0) {
			ck_assert_ptr_nonnull(profile_yaml(arena, &profile));
			loaded++;
		} else {
			ck_assert_msg(text_starts(err.text, "/p.yaml:"), "%s", err.text);
			refused++;
		}
	}
	ck_assert_uint_gt(loaded, 100);
	ck_assert_uint_gt(refused, 100);
}
END_TEST

RUN_SUITE("profile", shipped_profiles_load, redpanda_requires_what_must_stop_a_start,
	  development_changes_and_stops_nothing,
	  ledger_timeouts_are_for_the_clouds_own_disks_only, ledger_extends_redpanda,
	  later_values_replace_and_severity_is_inherited, overlays_for_disks_keep_to_their_disks,
	  a_child_replaces_what_its_parent_said_of_single_disks, entries_stand_in_order,
	  mistakes_are_refused_with_place, sysctl_keys_are_refused_with_the_reason,
	  contradictions_are_refused_also_where_the_overlay_does_not_hold,
	  extends_is_followed_and_its_cycles_are_named, long_chains_are_refused,
	  files_that_cannot_be_read_are_refused, site_files_win_and_bad_ones_do_not_hide_the_rest,
	  what_is_shown_loads_as_the_same, hash_names_all_texts_of_the_chain,
	  too_many_values_are_refused, damaged_profiles_load_or_fail_but_never_crash)
