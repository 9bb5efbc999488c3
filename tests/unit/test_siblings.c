/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel resets along with a setting is compared by meaning, and written back as the
 * kernel takes it: a row for each kind of file. */
#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "wish_of.h"

#define OWNER FAKE_QUEUE "nomerges"

struct row {
	const char *path;
	const char *raw;     /* what the kernel prints before the first write */
	const char *again;   /* the same in other words */
	const char *other;   /* what the kernel resets it to */
	const char *written; /* what a restore writes */
};

static const struct row rows[] = {
    {FAKE_NIC "rx-0/rps_cpus", "00", "0000", "ff", "0"},
    {FAKE_NIC "tx-1/xps_cpus", "0300", "300", "0", "300"},
    {FAKE_NIC "tx-2/xps_cpus", "00,00000001,0000000f", "1,0000000f", "00,00000000,00000000",
     "1,0000000f"},
    {FAKE_NIC "rx-1/rps_flow_cnt", "32768", "32768\n", "0", "32768"},
    {"/proc/irq/24/smp_affinity_list", "0-3,8", "0,1-3,8\n", "0", "0-3,8"},
    {"/proc/irq/25/smp_affinity_list", "5", "5", "0-15", "5"},
    {"/proc/irq/26/smp_affinity", "0000,000000ff", "ff", "1", "ff"},
    {"/proc/irq/default_smp_affinity", "00ff", "ff\n", "1", "ff"},
    {"/sys/block/sdb/queue/thp", "always [madvise] never", "madvise", "always madvise [never]",
     "madvise"},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc ", "tsc", "hpet",
     "tsc"},
    {FAKE_POLICY "energy_performance_preference", " balance_power \n", "balance_power",
     "performance", "balance_power"},
    {"/sys/block/sdb/queue/write_cache", "write back", "write back ", "write through",
     "write back"},
    {"/sys/block/sdb/queue/io_timeout", "30000", "29996", "60000", "30000"},
    {"/proc/sys/vm/lowmem_reserve_ratio", "256\t256\t32", "256 256  32", "1 1 1", "256 256 32"},
    {"/sys/block/sdb/queue/wbt_lat_usec", "-1", "-1 ", "75000", "-1"},
};

static struct plan plan_of(const struct row *row)
{
	struct plan plan = {.arena = arena};
	struct setting *owner = want(&plan, "owner", KIND_NUMBER, OWNER, RULE_EXACT, "2");

	vec_push(arena, &wish_of(owner)->resets, row->path);
	return plan;
}

/* As a killed run leaves it, so that a restore writes whatever is not the original. */
static void unsettle(void)
{
	const char *text = fake_get(JOURNAL_FILE), *at = strstr(text, "true ,");

	fake_set(JOURNAL_FILE, arena_printf(arena, "%.*sfalse,%s", (int)(at - text), text, at + 6));
}

/* What 0.1.0 wrote: the sibling as text, as the kernel printed it. */
static void old_journal(const struct row *row)
{
	names escaped = text_split(arena, row->raw, '\n'), parts;

	parts = text_split(arena, text_join(arena, &escaped, "\\n"), '\t');
	fake_set(
	    JOURNAL_FILE,
	    arena_printf(arena,
			 "{\"journal\":\"" JOURNAL_FORMAT
			 "\",\"boot_id\":\"boot-1\",\"settled\":false,\"records\":2}\n"
			 "{\"path\":\"" OWNER "\",\"kind\":\"number\",\"had\":\"0\",\"ours\":"
			 "[\"2\"],\"tuner\":\"t\",\"setting\":\"owner\",\"owner\":null}\n"
			 "{\"path\":\"%s\",\"kind\":\"%s\",\"had\":\"%s\",\"ours\":[],"
			 "\"tuner\":\"t\",\"setting\":null,\"owner\":\"" OWNER "\"}\n",
			 row->path, strchr(row->raw, '[') ? "choice" : "text",
			 strchr(row->raw, '[') ? row->written : text_join(arena, &parts, "\\t")));
}

static void assert_undone(const struct row *row)
{
	struct plan undone;
	struct err err;

	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	vec_for_each (setting, &undone.settings)
		ck_assert_msg(setting->state == STATE_CHANGED, "%s is %s: %s", row->path,
			      plan_state_names[setting->state], setting->note ? setting->note : "");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_str_eq(fake_get(OWNER), "0");
}

/* The same value in other words: nothing to write, nothing that failed. */
START_TEST(the_same_in_other_words_is_the_same)
{
	const struct row *row = &rows[_i];
	unsigned writes;

	for (unsigned old = 0; old < 2; old++) {
		struct plan plan = plan_of(row);

		fake_set(row->path, row->raw);
		(void)apply_now(&plan);
		if (old)
			old_journal(row);
		else
			unsettle();
		fake_set(row->path, row->again);
		writes = fake_attribute_writes();
		assert_undone(row);
		ck_assert_uint_eq(fake_attribute_writes(), writes + 1);
		ck_assert_str_eq(fake_get(row->path), row->again);
	}
}
END_TEST

START_TEST(what_was_reset_is_written_back_as_the_kernel_takes_it)
{
	const struct row *row = &rows[_i];

	for (unsigned old = 0; old < 2; old++) {
		struct plan plan = plan_of(row);

		fake_set(row->path, row->raw);
		(void)apply_now(&plan);
		if (old)
			old_journal(row);
		else
			unsettle();
		fake_set(row->path, row->other);
		assert_undone(row);
		ck_assert_str_eq(fake_get(row->path), row->written);
	}
}
END_TEST

/* A structural phase takes down as a sibling what the next phase finds to be a setting. */
START_TEST(a_sibling_that_becomes_a_setting_is_of_its_kind)
{
	struct plan plan = plan_of(&rows[0]), again = {.arena = arena}, undone;
	struct err err;

	fake_set(rows[0].path, "00");
	fake_set("/sys/kernel/odd_name", "0300");
	vec_push(arena, &wish_of(&plan.settings.at[0])->resets, "/sys/kernel/odd_name");
	/* The plan knows what a name does not tell. */
	want(&plan, "odd", KIND_CPUMASK, "/sys/kernel/odd_name", RULE_EXACT, "300");
	(void)apply_now(&plan);
	want(&again, "rps", KIND_CPUMASK, rows[0].path, RULE_EXACT, "f");
	(void)apply_now(&again);
	unsettle();
	fake_set("/sys/kernel/odd_name", "0000300");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	vec_for_each (setting, &undone.settings)
		ck_assert_msg(setting->state == STATE_CHANGED, "%s is %s: %s", setting->wish->name,
			      plan_state_names[setting->state], setting->note ? setting->note : "");
	ck_assert_str_eq(fake_get(rows[0].path), "0");
	ck_assert_str_eq(fake_get("/sys/kernel/odd_name"), "0000300");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A mask that is none is kept as it is. */
START_TEST(what_is_not_of_its_kind_is_a_text)
{
	const struct row row = {FAKE_NIC "rx-0/rps_cpus", "none", "none", "ff", "none"};
	struct plan plan = plan_of(&row);

	fake_set(row.path, row.raw);
	(void)apply_now(&plan);
	unsettle();
	fake_set(row.path, row.other);
	assert_undone(&row);
	ck_assert_str_eq(fake_get(row.path), "none");
}
END_TEST

static void prepare(TCase *group)
{
	const int count = (int)(sizeof(rows) / sizeof(rows[0]));

	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, the_same_in_other_words_is_the_same, 0, count);
	tcase_add_loop_test(group, what_was_reset_is_written_back_as_the_kernel_takes_it, 0, count);
}

RUN_SUITE_WITH("siblings", prepare, a_sibling_that_becomes_a_setting_is_of_its_kind,
	       what_is_not_of_its_kind_is_a_text)
