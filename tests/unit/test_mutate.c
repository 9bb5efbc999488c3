/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged input to every reader of foreign text: shipped profiles, redpanda.yaml, the journal, the
 * interrupt table, CPU lists and masks. Seeded, so that a failure comes back. The sanitizers of the
 * test build find what is read or written out of bounds; the asserts here say that a refusal has a
 * sentence and that what was accepted is consistent.
 */
#include <errno.h>

#include "apply/journal.h"
#include "base/cpuset.h"
#include "base/text.h"
#include "facts/irq_table.h"
#include "fake_kernel.h"
#include "fake_own.h"
#include "profile/builtin.h"
#include "profile/profile.h"
#include "profile/redpanda.h"
#include "run_suite.h"

enum { rounds = 600 };

static uint64_t seed;

/* splitmix64 (public domain, Vigna): small, and the same on every machine. */
static uint64_t draw(uint64_t below)
{
	uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

/* One to six changes: a byte replaced, a piece cut out, doubled, or swapped for a telling token. */
static char *mutate(struct arena *arena, const char *text)
{
	static const char *const tokens[] = {
	    "*a",   "&a ",  "!!str ", "---\n", "{",    "}",    "[",
	    "]",    ":",    "\"",     "\\x",   "\xff", "\x01", "999999999999999999999",
	    "-1",   "0x10", "null",   "auto",  "\t",   "\r\n", ",",
	    "/../", "%s%n"};
	char *out = arena_strdup(arena, text);

	for (uint64_t left = 1 + draw(6); left; left--) {
		size_t length = strlen(out), at = length ? draw(length) : 0;
		size_t end = length ? at + draw(length - at > 40 ? 40 : length - at) : 0;
		struct str next = str_new(arena);

		str_add_n(&next, out, at);
		switch (draw(4)) {
		case 0:
			str_printf(&next, "%c", (int)(1 + draw(255)));
			end = at + (at < length);
			break;
		case 1:
			break;
		case 2:
			str_add_n(&next, out + at, end - at);
			str_add_n(&next, out + at, end - at);
			break;
		default:
			str_add(&next, tokens[draw(sizeof(tokens) / sizeof(tokens[0]))]);
			break;
		}
		str_add(&next, out + end);
		out = next.text;
	}
	return out;
}

START_TEST(profiles)
{
	unsigned refused = 0;

	seed = 1;
	for (unsigned i = 0; i < rounds; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const struct builtin *origin = &builtin_profiles[draw(builtin_count)];
		const char *text = mutate(arena, origin->text);
		struct profile profile, again;
		struct err err = {0};

		fake_own_reset();
		fake_own_text("/x.yaml", text);
		if (profile_load(arena, "/x.yaml", NULL, &profile, &err) < 0) {
			refused++;
			ck_assert_msg(strchr(err.text, ':'), "no place in '%s'", err.text);
			continue;
		}
		/* What was accepted is accepted again once it has been shown. */
		fake_own_text("/x.yaml", profile_yaml(arena, &profile, true));
		ck_assert_msg(profile_load(arena, "/x.yaml", NULL, &again, &err) == 0,
			      "round %u: shown profile is refused: %s", i, err.text);
		ck_assert_uint_eq(again.entries.count, profile.entries.count);
	}
	ck_assert_uint_gt(refused, rounds / 4);
	ck_assert_uint_lt(refused, rounds);
}
END_TEST

START_TEST(redpanda_configs)
{
	static const char text[] = "redpanda:\n  data_directory: /data\n  kafka_api:\n"
				   "    - address: 0.0.0.0\n      port: 9092\n"
				   "  rpc_server: {address: 10.0.0.1, port: 33145}\n"
				   "rpk:\n  tune_swappiness: false\n  tune_network: true\n";

	seed = 2;
	for (unsigned i = 0; i < rounds; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const char *broken = mutate(arena, text);
		struct redpanda_config config = {0};
		struct err err = {0};

		if (redpanda_parse(arena, "r.yaml", broken, strlen(broken), &config, &err) < 0)
			ck_assert_msg(text_starts(err.text, "r.yaml:"), "'%s'", err.text);
		else
			ck_assert_ptr_nonnull(redpanda_reduced(arena, &config));
	}
}
END_TEST

/* A journal is taken whole or refused whole; a mutation that is taken changed no more than values.
 */
START_TEST(journals)
{
	static const char text[] =
	    "{\"journal\":\"" JOURNAL_FORMAT
	    "\",\"boot_id\":\"boot-1\",\"settled\":true,\"records\":2}\n"
	    "{\"path\":\"/proc/sys/vm/"
	    "swappiness\",\"kind\":\"number\",\"had\":\"60\",\"ours\":[\"1\"],"
	    "\"tuner\":\"sysctl\",\"setting\":\"vm.swappiness\",\"owner\":null}\n"
	    "{\"path\":\"/sys/block/sda/queue/scheduler\",\"kind\":\"choice\",\"had\":\"bfq\","
	    "\"ours\":[\"none\"],\"tuner\":\"disk-queue\",\"setting\":\"sda "
	    "scheduler\",\"owner\":null}\n";

	seed = 3;
	for (unsigned i = 0; i < rounds * 4; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct journal journal;
		struct err err = {0};
		int r;

		fake_reset();
		fake_set(JOURNAL_FILE, mutate(arena, text));
		r = journal_read(fake_root(), arena, &journal, &err);
		if (r < 0) {
			ck_assert_int_eq(r, -EBADMSG);
			ck_assert_ptr_nonnull(strstr(err.text, "nothing was restored"));
			continue;
		}
		vec_for_each (entry, &journal.entries) {
			ck_assert_ptr_nonnull(entry->had);
			ck_assert_msg(text_starts(entry->path, "/proc/") ||
					  text_starts(entry->path, "/sys/"),
				      "%s", entry->path);
			ck_assert_ptr_null(strstr(entry->path, "/../"));
		}
	}
}
END_TEST

START_TEST(interrupts)
{
	static const char text[] =
	    "           CPU0       CPU1       \n"
	    "  0:         45          0   IO-APIC   2-edge      timer\n"
	    " 24:       9999          1   PCI-MSIX-0000:00:03.0   0-edge      nvme0q0\n"
	    " 25:          0   12345678   PCI-MSIX-0000:00:03.0   1-edge      nvme0q1\n"
	    "NMI:          0          0   Non-maskable interrupts\n"
	    "ERR:          0\n";

	seed = 4;
	for (unsigned i = 0; i < rounds * 2; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct facts facts = {0};

		fake_reset();
		fake_set("/proc/interrupts", mutate(arena, text));
		(void)irq_table(fake_root(), arena, &facts);
		irq_sort(&facts);
		for (size_t j = 1; j < facts.irqs.count; j++)
			ck_assert_uint_le(facts.irqs.at[j - 1].number, facts.irqs.at[j].number);
	}
}
END_TEST

START_TEST(cpu_sets)
{
	seed = 5;
	for (unsigned i = 0; i < rounds * 4; i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		const char *list = mutate(arena, "0-3,8,10-11,64-127,1000");
		const char *mask = mutate(arena, "ff,00000000,80000001");
		struct cpuset set, again;

		if (cpuset_parse_list(arena, list, &set) == 0) {
			ck_assert_int_eq(cpuset_parse_list(arena, cpuset_list(arena, &set), &again),
					 0);
			ck_assert(cpuset_equal(&set, &again));
		}
		if (cpuset_parse_mask(arena, mask, &set) == 0) {
			ck_assert_int_eq(cpuset_parse_mask(arena, cpuset_mask(arena, &set), &again),
					 0);
			ck_assert(cpuset_equal(&set, &again));
		}
	}
}
END_TEST

RUN_SUITE("mutate", profiles, redpanda_configs, journals, interrupts, cpu_sets)
