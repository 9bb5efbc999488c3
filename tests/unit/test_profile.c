/* SPDX-License-Identifier: Apache-2.0 */
/* Merging, overlays, looking up, listing and showing profiles; own.c is replaced. */
#include "run_suite.h"

#include "base/text.h"
#include "fake_own.h"
#include "profile/builtin.h"
#include "profile_fixture.h"

/* Shipped profiles ---------------------------------------------------------------------------- */

START_TEST(shipped_profiles_load)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	fake_own_reset();
	ck_assert_uint_eq(builtin_count, 3);
	for (size_t i = 0; i < builtin_count; i++) {
		struct profile profile = fixture_load(arena, builtin_profiles[i].name, NULL);

		ck_assert_str_eq(profile.name, builtin_profiles[i].name);
		ck_assert_ptr_nonnull(profile.summary);
		ck_assert_uint_eq(strlen(profile.sha256), 64);
	}
}
END_TEST

START_TEST(redpanda_requires_what_must_stop_a_start)
{
	static const char *const required[] = {"data-directory", "data-mount", "data-writable",
					       "filesystem",     "linux-aio",  "direct-io"};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = fixture_load(arena, "redpanda", NULL);
	size_t count = 0;

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		ck_assert_int_eq(fixture_get(&profile, "checks", required[i])->severity,
				 SEVERITY_REQUIRED);
	ck_assert_int_eq(fixture_get(&profile, "sysctl", "fs.aio-max-nr")->severity,
			 SEVERITY_REQUIRED);
	vec_for_each (entry, &profile.entries)
		count += entry->value.severity == SEVERITY_REQUIRED;
	ck_assert_uint_eq(count, 7);
	ck_assert_int_eq(profile.gate, GATE_REQUIRED_ONLY);
}
END_TEST

START_TEST(development_changes_and_stops_nothing)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = fixture_load(arena, "development", NULL);

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
	struct facts facts = fixture_facts(arena, cloud, model);
	struct profile profile = fixture_load(arena, "thin-ledger", &facts);
	const struct value *value = profile_get_disk(&profile, "io-timeout", &facts.disks.at[0]);

	if (want) {
		ck_assert_int_eq(value->rule, RULE_EXACT);
		ck_assert_str_eq(value->operands.at[0], want);
		ck_assert_ptr_nonnull(value->why);
	} else {
		ck_assert_int_eq(value->rule, RULE_LEAVE);
	}
	value = profile_get_disk(&profile, "io-timeout", &facts.disks.at[1]);
	ck_assert_int_eq(value->rule, RULE_LEAVE);
	ck_assert_int_eq(fixture_get(&profile, "disk", "io-timeout")->rule, RULE_LEAVE);
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
	struct profile profile = fixture_load(arena, "thin-ledger", NULL);

	ck_assert_str_eq(fixture_get(&profile, "sysctl", "net.ipv4.tcp_rmem")->operands.at[0],
			 "4096 131072 16777216");
	ck_assert(text_starts(fixture_get(&profile, "sysctl", "net.ipv4.tcp_rmem")->source,
			      "thin-ledger:"));
	ck_assert(
	    text_starts(fixture_get(&profile, "sysctl", "vm.swappiness")->source, "redpanda:"));
	ck_assert_uint_eq(profile.sources.count, 2);
	ck_assert_str_eq(profile.sources.at[0], "thin-ledger (built in)");
	ck_assert_str_eq(profile.sources.at[1], "redpanda (built in)");
}
END_TEST

/* Merging ------------------------------------------------------------------------------------- */

START_TEST(later_values_replace_and_severity_is_inherited)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile = fixture_load_text(arena,
						   "profile: p\n"
						   "extends: redpanda\n"
						   "gate: strict\n"
						   "sysctl:\n"
						   "  fs.aio-max-nr: 2000000\n"
						   "  vm.swappiness: {severity: required}\n"
						   "  x.y: {value: 1, why: mine}\n"
						   "checks: {data-mount: leave}\n",
						   NULL);
	struct profile parent = fixture_load(arena, "redpanda", NULL);
	const struct value *value = fixture_get(&profile, "sysctl", "fs.aio-max-nr");
	const char *older = fixture_get(&parent, "sysctl", "fs.aio-max-nr")->source;
	const char *replaced =
	    arena_printf(arena, "p:5, instead of at-least auto at %s, severity %s", older, older);

	ck_assert_int_eq(value->rule, RULE_EXACT);
	ck_assert_int_eq(value->severity, SEVERITY_REQUIRED);
	ck_assert_ptr_null(value->why);
	ck_assert_str_eq(value->source, replaced);
	value = fixture_get(&profile, "sysctl", "vm.swappiness");
	ck_assert_int_eq(value->rule, RULE_EXACT);
	ck_assert_int_eq(value->severity, SEVERITY_REQUIRED);
	ck_assert_ptr_nonnull(value->why);
	ck_assert_str_eq(value->source,
			 arena_printf(arena, "%s, severity p:6",
				      fixture_get(&parent, "sysctl", "vm.swappiness")->source));
	ck_assert_str_eq(fixture_get(&profile, "sysctl", "x.y")->why, "mine");
	ck_assert_int_eq(fixture_get(&profile, "checks", "data-mount")->rule, RULE_LEAVE);
	ck_assert_int_eq(profile.gate, GATE_STRICT);
	ck_assert_ptr_null(profile_get(&profile, "sysctl", "x.z"));
}
END_TEST

static const char *steps_text(struct arena *arena, const struct value *value)
{
	merge_steps steps = merge_steps_of(arena, value->merged);
	struct str str = str_new(arena);

	vec_for_each (item, &steps)
		str_printf(&str, "%s:%u %s %s %s\n", (*item)->profile, (*item)->line,
			   text_or((*item)->overlay, "-"), text_or((*item)->value, "-"),
			   !(*item)->has_severity                   ? "-"
			   : (*item)->severity == SEVERITY_REQUIRED ? "required"
								    : "advised");
	return str.text;
}

START_TEST(every_line_that_had_a_part_in_a_value_is_known)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = fixture_facts(arena, "aws", "Alpha");
	struct profile parent = fixture_load(arena, "redpanda", NULL);
	struct profile profile = fixture_load_text(arena,
						   "profile: p\n"
						   "extends: redpanda\n"
						   "sysctl:\n"
						   "  vm.swappiness: {at-most: 10}\n"
						   "  x.y: [1, 2]\n"
						   "overlays:\n"
						   "  - when: {cloud: gcp}\n"
						   "    sysctl: {vm.swappiness: 7}\n"
						   "  - when: {cloud: aws}\n"
						   "    sysctl:\n"
						   "      vm.swappiness: {severity: required}\n"
						   "      x.y: {why: mine}\n",
						   &facts);
	const struct value *value = fixture_get(&profile, "sysctl", "vm.swappiness");
	const struct value *before = fixture_get(&parent, "sysctl", "vm.swappiness");

	ck_assert_str_eq(steps_text(arena, value), arena_printf(arena,
								"%s - 1 -\n"
								"p:4 - at-most 10 -\n"
								"p:11 cloud=aws - required\n",
								before->source));
	ck_assert_str_eq(value->source,
			 arena_printf(arena,
				      "p:4, instead of 1 at %s, severity p:11 (overlay "
				      "cloud=aws)",
				      before->source));
	ck_assert_str_eq(value->merged->file, profile.sources.at[0]);
	ck_assert_str_eq(value->merged->earlier->earlier->file, "redpanda (built in)");
	value = fixture_get(&profile, "sysctl", "x.y");
	ck_assert_str_eq(steps_text(arena, value), "p:5 - 1 2 -\np:12 cloud=aws - -\n");
	ck_assert_str_eq(value->source, "p:5");
}
END_TEST

static const char per_disk[] = "profile: p\n"
			       "disk: {nomerges: {value: 2, severity: required}}\n"
			       "overlays:\n"
			       "  - when: {disk-model: \"A*\"}\n"
			       "    disk: {nomerges: 0}\n"
			       "    sysctl: {a.b: 1}\n"
			       "  - when: {disk-model: \"A*\", cloud: aws}\n"
			       "    disk: {nomerges: {severity: advised}}\n"
			       "  - when: {cloud: aws}\n"
			       "    disk: {nomerges: 1}\n"
			       "  - when: {cloud: gcp}\n"
			       "    disk: {nomerges: 0, scheduler: none}\n";

START_TEST(overlays_for_disks_keep_to_their_disks)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = fixture_facts(arena, "aws", "Alpha");
	struct profile profile = fixture_load_text(arena, per_disk, &facts);
	const struct value *first = profile_get_disk(&profile, "nomerges", &facts.disks.at[0]);
	const struct value *second = profile_get_disk(&profile, "nomerges", &facts.disks.at[1]);

	ck_assert_str_eq(first->operands.at[0], "0");
	ck_assert_int_eq(first->severity, SEVERITY_ADVISED);
	ck_assert_str_eq(first->source,
			 "p:5 (overlay disk-model=A*), instead of 2 at p:2, severity p:8 (overlay "
			 "disk-model=A*, cloud=aws)");
	ck_assert_str_eq(second->operands.at[0], "1");
	ck_assert_int_eq(second->severity, SEVERITY_REQUIRED);
	ck_assert_str_eq(second->source,
			 "p:10 (overlay cloud=aws), instead of 2 at p:2, severity p:2");
	ck_assert_str_eq(fixture_get(&profile, "sysctl", "a.b")->source,
			 "p:6 (overlay disk-model=A*)");
	ck_assert_ptr_null(profile_get(&profile, "disk", "scheduler"));
}
END_TEST

START_TEST(the_last_overlay_for_a_disk_counts)
{
	static const char *const order[] = {"0", "1"};

	for (size_t i = 0; i < 2; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct facts facts = fixture_facts(arena, "aws", "Alpha");
		const char *text = arena_printf(
		    arena,
		    "profile: p\noverlays:\n"
		    "  - {when: {disk-driver: nvme}, disk: {nomerges: %s}}\n"
		    "  - {when: {disk-model: Alpha}, disk: {nomerges: %s}}\n"
		    "  - {when: {disk-driver: nvme, cloud: aws}, disk: {nomerges: %s}}\n",
		    order[i], order[i], order[1 - i]);
		struct profile profile = fixture_load_text(arena, text, &facts);

		ck_assert_str_eq(
		    profile_get_disk(&profile, "nomerges", &facts.disks.at[0])->operands.at[0],
		    order[1 - i]);
		ck_assert_ptr_null(profile_get_disk(&profile, "nomerges", &facts.disks.at[1]));
	}
}
END_TEST

START_TEST(a_child_replaces_what_its_parent_said_of_single_disks)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = fixture_facts(arena, "aws", "Alpha");
	struct profile profile;

	fake_own_reset();
	fake_own_text("/d/p.yaml", per_disk);
	fake_own_text("/d/c.yaml", "profile: c\nextends: p.yaml\ndisk: {nomerges: 0}\n");
	profile = fixture_load(arena, "/d/c.yaml", &facts);
	for (size_t i = 0; i < 2; i++)
		ck_assert_str_eq(profile_get_disk(&profile, "nomerges", &facts.disks.at[i])->source,
				 "c:3, instead of 1 at p:10 (overlay cloud=aws), severity p:2");
}
END_TEST

START_TEST(entries_stand_in_order)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct profile profile =
	    fixture_load_text(arena,
			      "profile: p\n"
			      "probe: {floors: {read-iops: {at-least: 1}}, when: first}\n"
			      "sysctl: {a.b10: 1, a.b9: 1, a.B: 1}\n"
			      "cpu: {governor: performance}\n",
			      NULL);
	static const char *const want[] = {"a.B", "a.b9", "a.b10", "governor", "floors.read-iops",
					   "when"};

	ck_assert_uint_eq(profile.entries.count, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(profile.entries.at[i].key, want[i]);
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
	ck_assert_str_eq(fixture_load(arena, "redpanda", NULL).summary, "ours");
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
		const struct profile_entry *left = &a->entries.at[i], *right = &b->entries.at[i];

		ck_assert_str_eq(left->section, right->section);
		ck_assert_str_eq(left->key, right->key);
		ck_assert_int_eq(left->value.rule, right->value.rule);
		ck_assert_int_eq(left->value.severity, right->value.severity);
		ck_assert(left->value.auto_operand == right->value.auto_operand);
		ck_assert(text_equal(left->value.why, right->value.why));
		ck_assert_uint_eq(left->value.operands.count, right->value.operands.count);
		for (size_t at = 0; at < left->value.operands.count; at++)
			ck_assert_str_eq(left->value.operands.at[at], right->value.operands.at[at]);
		ck_assert_uint_eq(left->disk_models.count, right->disk_models.count);
	}
}

START_TEST(what_is_shown_loads_as_the_same)
{
	static const char *const texts[] = {"profile: p\nextends: thin-ledger\n",
					    "profile: p\nextends: development\n", per_disk};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct facts facts = fixture_facts(arena, "aws", "Amazon Elastic Block Store");
		struct profile profile = fixture_load_text(arena, texts[i], &facts);
		const char *yaml = profile_yaml(arena, &profile, true);
		struct profile again = fixture_load_text(arena, yaml, &facts);

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
	ck_assert_str_eq(fixture_load_text(arena, "profile: p\n", NULL).sha256,
			 "23930dba7790118a7b5239c0869fa147b797ec4091df3eb78e08cf51308e5797");
	fake_own_reset();
	fake_own_text("/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/b.yaml", "profile: b\n");
	one = fixture_load(arena, "/a.yaml", NULL).sha256;
	fake_own_reset();
	fake_own_text("/a.yaml", "profile: a\nextends: b.yaml\n");
	fake_own_text("/b.yaml", "profile: b\n# changed\n");
	other = fixture_load(arena, "/a.yaml", NULL).sha256;
	ck_assert_str_ne(one, other);
}
END_TEST

RUN_SUITE("profile", shipped_profiles_load, redpanda_requires_what_must_stop_a_start,
	  development_changes_and_stops_nothing, ledger_timeouts_are_for_the_clouds_own_disks_only,
	  ledger_extends_redpanda, later_values_replace_and_severity_is_inherited,
	  every_line_that_had_a_part_in_a_value_is_known, overlays_for_disks_keep_to_their_disks,
	  the_last_overlay_for_a_disk_counts, a_child_replaces_what_its_parent_said_of_single_disks,
	  entries_stand_in_order, site_files_win_and_bad_ones_do_not_hide_the_rest,
	  what_is_shown_loads_as_the_same, hash_names_all_texts_of_the_chain)
