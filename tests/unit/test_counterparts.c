/* SPDX-License-Identifier: Apache-2.0 */
/* Files of which one changes the other: the table, and apply and restore against the kernel in
 * memory. */
#include "plan/counterparts.h"

#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/verdict.h"
#include "run_suite.h"
#include "wish_of.h"

static const char *joined(const char *path)
{
	names list = counterparts_of(arena, path);

	return text_join(arena, &list, " ");
}

START_TEST(the_table)
{
	ck_assert_str_eq(joined("/proc/sys/vm/dirty_ratio"), "/proc/sys/vm/dirty_bytes");
	ck_assert_str_eq(joined("/proc/sys/vm/overcommit_kbytes"), "/proc/sys/vm/overcommit_ratio");
	ck_assert_str_eq(joined("/proc/sys/vm/overcommit_memory"), "");
	ck_assert_str_eq(joined(FAKE_IPV4 "ip_forward"),
			 FAKE_IPV4 "conf/all/forwarding " FAKE_IPV4 "conf/*/forwarding " FAKE_IPV4
				   "conf/all/accept_redirects");
	ck_assert_str_eq(joined(FAKE_IPV4 "conf/default/rp_filter"), FAKE_IPV4 "conf/*/rp_filter");
	ck_assert_str_eq(joined(FAKE_IPV4 "conf/default/forwarding"), "");
	ck_assert_str_eq(joined(FAKE_IPV4 "conf/eth0/forwarding"), "");
	ck_assert_str_eq(joined("/proc/sys/net/ipv6/conf/all/disable_ipv6"),
			 "/proc/sys/net/ipv6/conf/*/disable_ipv6");
	ck_assert_str_eq(joined("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "");
	ck_assert_str_eq(joined("/proc/sys/net/ipv6/neigh/default/retrans_time"),
			 "/proc/sys/net/ipv6/neigh/*/retrans_time "
			 "/proc/sys/net/ipv6/neigh/*/retrans_time_ms");
	ck_assert_str_eq(joined("/proc/sys/net/ipv4/neigh/default/mcast_solicit"),
			 "/proc/sys/net/ipv4/neigh/*/mcast_solicit");
	ck_assert_str_eq(joined("/proc/sys/net/ipv4/neigh/default/gc_thresh1"), "");
	ck_assert_str_eq(joined("/proc/sys/net/ipv4/neigh/eth0/unres_qlen"),
			 "/proc/sys/net/ipv4/neigh/eth0/unres_qlen_bytes");
	ck_assert_str_eq(joined(FAKE_SOFT), FAKE_WATCHDOG);
	ck_assert_str_eq(joined("/sys/block/sda/queue/scheduler"), "");
	ck_assert_ptr_null(counterparts_alias("/sys/block/sda/queue/scheduler"));
	ck_assert_ptr_null(counterparts_alias(FAKE_VM "dirty_ratio"));
	ck_assert_str_eq(counterparts_alias(FAKE_VM "nr_hugepages"),
			 FAKE_VM "nr_hugepages_mempolicy");
	ck_assert(counterparts_match("/a/*/b", "/a/eth0.1/b"));
	ck_assert(!counterparts_match("/a/*/b", "/a/eth0/c"));
	ck_assert(!counterparts_match("/a/*/b", "/a/x/y/b"));
	ck_assert(counterparts_match("/a/b", "/a/b"));
}
END_TEST

/* Pairs ---------------------------------------------------------------------------------------- */

static const char *const pairs[][2] = {
    {FAKE_VM "dirty_bytes", FAKE_VM "dirty_ratio"},
    {FAKE_VM "dirty_background_bytes", FAKE_VM "dirty_background_ratio"},
    {FAKE_VM "overcommit_kbytes", FAKE_VM "overcommit_ratio"},
};

/* Amount and ratio before; which of the two is wanted (2: the ratio becomes 0, with the amount). */
static const struct {
	const char *amount, *ratio;
	unsigned wanted;
} starts[] = {
    {"0", "20", 0}, {"0", "20", 1}, {"409600", "0", 0}, {"409600", "0", 1},
    {"0", "0", 0},  {"0", "0", 1},  {"0", "20", 2},     {"409600", "0", 2},
};
enum { CASES = 3 * 8 };

static struct plan plan_of_pair(unsigned pair, unsigned wanted)
{
	struct plan plan = {.arena = arena};

	for (unsigned i = 0; i < 2; i++) {
		const char *path = pairs[pair][i];
		struct setting *setting;

		if (wanted != 2 && wanted != i)
			continue;
		setting = want(&plan, path, KIND_TEXT, path, RULE_EXACT,
			       i == 0        ? "819200"
			       : wanted == 2 ? "0"
					     : "7");
		wish_of(setting)->carries = counterparts_of(arena, path);
		if (i == 1 && wanted == 2)
			vec_push(arena, &wish_of(setting)->after, pairs[pair][0]);
	}
	return plan;
}

static const char *before_of(unsigned pair, unsigned row)
{
	fake_set(pairs[pair][0], starts[row].amount);
	fake_set(pairs[pair][1], starts[row].ratio);
	return fake_state(arena);
}

static void assert_restored(const char *before)
{
	struct plan undone;
	struct err err;

	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	vec_for_each (setting, &undone.settings) {
		ck_assert_int_eq(setting->code, 0);
		ck_assert_ptr_null(setting->note);
	}
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}

START_TEST(a_pair_comes_back)
{
	const unsigned pair = (unsigned)_i % 3, row = (unsigned)_i / 3;
	const char *before = before_of(pair, row);
	struct plan plan = plan_of_pair(pair, starts[row].wanted);

	(void)apply_now(&plan);
	ck_assert_str_eq(fake_get(pairs[pair][0]), starts[row].wanted == 1 ? "0" : "819200");
	ck_assert_str_eq(fake_get(pairs[pair][1]), starts[row].wanted == 1 ? "7" : "0");
	vec_for_each (setting, &plan.settings)
		ck_assert(setting->state == STATE_CHANGED || setting->state == STATE_SAME);
	assert_restored(before);
}
END_TEST

/* Killed at any change of the apply, and then at any of the restore. */
START_TEST(a_pair_comes_back_after_a_kill)
{
	const unsigned pair = (unsigned)_i % 3, row = (unsigned)_i / 3;

	expect_leaks();
	for (volatile unsigned at = 1; at < 24; at++) {
		const char *before;
		struct plan plan, undone;
		struct err err;

		fake_reset();
		before = before_of(pair, row);
		plan = plan_of_pair(pair, starts[row].wanted);
		fake_die_at(at > 12 ? 0 : at);
		if (setjmp(fake_death) == 0)
			(void)apply_now(&plan);
		fake_die_at(at > 12 ? at - 12 : 0);
		if (setjmp(fake_death) == 0)
			(void)!restore_now(false, &undone, &err);
		fake_die_at(0);
		(void)!restore_now(false, &undone, &err);
		ck_assert_msg(text_equal(fake_state(arena), before), "died at %u: %s", at,
			      fake_state(arena));
		ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	}
}
END_TEST

/* Watchdogs ------------------------------------------------------------------------------------ */

static const char *const watchdogs[] = {FAKE_WATCHDOG, FAKE_SOFT, FAKE_NMI};

/* What anybody may do at any time: `sysctl -a`. */
static const char *read_watchdogs(void)
{
	names values = {0};

	for (size_t i = 0; i < 3; i++) {
		const char *value = "absent";

		(void)!root_read(fake_root(), arena, watchdogs[i], &value);
		vec_push(arena, &values, value);
	}
	return text_join(arena, &values, " ");
}

static void assert_restored_watchdogs(const char *before)
{
	struct plan undone;
	struct err err;

	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	vec_for_each (setting, &undone.settings)
		ck_assert(setting->state == STATE_CHANGED || setting->state == STATE_SAME);
	ck_assert_str_eq(read_watchdogs(), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}

/* Of each set that is on at first each set that a profile switches off. */
START_TEST(watchdogs_come_back)
{
	static const char *const starts_on[][3] = {
	    {"1", "1", "0"}, {"1", "0", "1"}, {"1", "1", "1"}};
	const char *const *start = starts_on[_i / 7];
	struct plan plan = {.arena = arena};
	const char *before;

	for (size_t i = 0; i < 3; i++)
		fake_set(watchdogs[i], start[i]);
	before = read_watchdogs();
	for (size_t i = 0; i < 3; i++) {
		struct setting *setting;

		if (!((_i % 7 + 1) & (1 << i)))
			continue;
		setting = want(&plan, watchdogs[i], KIND_TEXT, watchdogs[i], RULE_EXACT, "0");
		wish_of(setting)->carries = counterparts_of(arena, watchdogs[i]);
	}
	(void)apply_now(&plan);
	/* One was off already. */
	if (text_equal(read_watchdogs(), before))
		return;
	assert_restored_watchdogs(before);
}
END_TEST

/* All three are off, as on a node booted with kernel.watchdog=0, and each set of them is wanted. */
START_TEST(watchdogs_are_switched_on)
{
	const unsigned wanted = (unsigned)_i + 1;
	struct plan plan = {.arena = arena};
	struct apply_result result;

	for (size_t i = 0; i < 3; i++) {
		struct setting *setting;

		fake_set(watchdogs[i], "0");
		if (!(wanted & (1 << i)))
			continue;
		setting = want(&plan, watchdogs[i], KIND_TEXT, watchdogs[i], RULE_EXACT, "1");
		wish_of(setting)->carries = counterparts_of(arena, watchdogs[i]);
	}
	result = apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_uint_eq(result.writes, fake_attribute_writes());
	/* The hard one is nobody's who has not asked for it, and so is the soft one beside it. */
	ck_assert_str_eq(read_watchdogs(), wanted & 4 ? wanted & 2 ? "1 1 1" : "1 0 1" : "1 1 0");
	assert_restored_watchdogs("0 0 0");
}
END_TEST

/* What is to be 0, or is another owner's, is not written for it. */
START_TEST(a_watchdog_that_is_to_be_off_stays_off)
{
	struct plan plan = {.arena = arena};
	struct setting *setting;

	for (size_t i = 0; i < 3; i++)
		fake_set(watchdogs[i], "0");
	setting = want(&plan, FAKE_WATCHDOG, KIND_TEXT, FAKE_WATCHDOG, RULE_EXACT, "1");
	wish_of(setting)->carries = counterparts_of(arena, FAKE_WATCHDOG);
	(void)want(&plan, FAKE_SOFT, KIND_TEXT, FAKE_SOFT, RULE_EXACT, "0");
	(void)apply_now(&plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_str_eq(read_watchdogs(), "0 0 0");
	assert_restored_watchdogs("0 0 0");
}
END_TEST

/* What was written for one that the kernel refuses all the same is taken back. */
START_TEST(a_watchdog_that_is_refused_wakes_nothing)
{
	struct plan plan = {.arena = arena};
	struct setting *setting;
	struct apply_result result;

	for (size_t i = 0; i < 3; i++)
		fake_set(watchdogs[i], "0");
	fake_refuse(FAKE_NMI, -EOPNOTSUPP);
	setting = want(&plan, FAKE_NMI, KIND_TEXT, FAKE_NMI, RULE_EXACT, "1");
	wish_of(setting)->carries = counterparts_of(arena, FAKE_NMI);
	result = apply_now(&plan);
	assert_all(&plan, STATE_FAILED);
	/* It twice, and the other to 1 and back. */
	ck_assert_uint_eq(result.writes, 4);
	ck_assert_str_eq(read_watchdogs(), "0 0 0");
}
END_TEST

/* An older build's journal has one of them: nothing says what the other was. */
START_TEST(what_is_not_in_the_journal_is_not_switched_on)
{
	struct plan plan = {.arena = arena}, undone;
	struct err err;

	fake_set(FAKE_WATCHDOG, "1");
	fake_set(FAKE_SOFT, "1");
	fake_set(FAKE_NMI, "1");
	(void)want(&plan, FAKE_NMI, KIND_TEXT, FAKE_NMI, RULE_EXACT, "0");
	(void)apply_now(&plan);
	ck_assert_int_eq(root_write(fake_root(), FAKE_WATCHDOG, "0"), 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_WATCHDOG), "0");
	ck_assert_int_ne(plan_verdict(&undone, false).exit_code, 0);
}
END_TEST

/* A journal from before there was this table has one of the two. */
START_TEST(a_ratio_that_nobody_knows_is_no_match)
{
	const unsigned pair = (unsigned)_i;
	struct plan plan, undone;
	struct err err;

	(void)before_of(pair, 0);
	plan = plan_of_pair(pair, 0);
	wish_of(&plan.settings.at[0])->carries = (names){0};
	(void)apply_now(&plan);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(undone.settings.at[0].note, pairs[pair][1]));
	ck_assert_str_eq(fake_get(pairs[pair][0]), "819200");
	/* A person who knows it writes it. */
	ck_assert_int_eq(root_write(fake_root(), pairs[pair][1], "20"), 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_SAME);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* The first write of the ratio was refused; another setting's change makes it worth a second one,
 * and then the refusal is told no more. */
START_TEST(a_ratio_that_is_refused_once_is_written_again)
{
	const unsigned pair = (unsigned)_i;
	const char *before = before_of(pair, 0);
	struct plan plan = {.arena = arena};

	(void)want(&plan, "somaxconn", KIND_TEXT, "/proc/sys/net/core/somaxconn", RULE_EXACT,
		   "4096");
	wish_of(want(&plan, "amount", KIND_TEXT, pairs[pair][0], RULE_EXACT, "819200"))->carries =
	    counterparts_of(arena, pairs[pair][0]);
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	fake_refuse_once(pairs[pair][1], -EBUSY);
	assert_restored(before);
}
END_TEST

/* Somebody else has chosen the other one since. */
START_TEST(a_pair_that_somebody_else_set_is_left_alone)
{
	const unsigned pair = (unsigned)_i;
	struct plan plan, undone;
	const char *before = before_of(pair, 0);
	struct err err;

	plan = plan_of_pair(pair, 0);
	(void)apply_now(&plan);
	ck_assert_int_eq(root_write(fake_root(), pairs[pair][1], "33"), 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(pairs[pair][0]), "0");
	ck_assert_str_eq(fake_get(pairs[pair][1]), "33");
	ck_assert_int_ne(plan_verdict(&undone, false).exit_code, 0);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* Forwarding ----------------------------------------------------------------------------------- */

static void set_interfaces(const char *all, const char *eth0)
{
	fake_set(FAKE_IPV4 "ip_forward", all);
	fake_set(FAKE_IPV4 "conf/all/forwarding", all);
	fake_set(FAKE_IPV4 "conf/all/accept_redirects", "0");
	fake_set(FAKE_IPV4 "conf/default/forwarding", "0");
	fake_set(FAKE_IPV4 "conf/eth0/forwarding", eth0);
	fake_set(FAKE_IPV4 "conf/eth1/forwarding", "0");
}

START_TEST(forwarding_comes_back_on_each_interface)
{
	const char *path = _i < 2 ? FAKE_IPV4 "ip_forward" : FAKE_IPV4 "conf/all/forwarding";
	struct plan plan = {.arena = arena};
	struct setting *setting;
	const char *before;

	set_interfaces(_i % 2 ? "1" : "0", "1");
	before = fake_state(arena);
	setting = want(&plan, "forward", KIND_TEXT, path, RULE_EXACT, _i % 2 ? "0" : "1");
	wish_of(setting)->carries = counterparts_of(arena, path);
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	/* What a write means is not undone behind its back. */
	ck_assert_str_eq(fake_get(FAKE_IPV4 "conf/eth1/forwarding"), _i % 2 ? "0" : "1");
	ck_assert_str_eq(fake_get(FAKE_IPV4 "conf/eth0/forwarding"), _i % 2 ? "0" : "1");
	assert_restored(before);
}
END_TEST

/* An interface that came or went meanwhile: its value went with it, which is told; where nothing
 * says that it has gone, it may have another name, and the original stays. */
START_TEST(interfaces_come_and_go)
{
	bool is_known = _i;
	struct plan plan = {.arena = arena}, undone;
	struct setting *setting;
	struct err err;

	set_interfaces("0", "1");
	if (!is_known)
		fake_set(FAKE_INTERFACES "eth1", "");
	setting = want(&plan, "forward", KIND_TEXT, FAKE_IPV4 "ip_forward", RULE_EXACT, "1");
	wish_of(setting)->carries = counterparts_of(arena, FAKE_IPV4 "ip_forward");
	(void)apply_now(&plan);
	fake_drop(FAKE_IPV4 "conf/eth1/forwarding");
	fake_set(FAKE_IPV4 "conf/veth7/forwarding", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_IPV4 "conf/eth0/forwarding"), "1");
	ck_assert_str_eq(fake_get(FAKE_IPV4 "conf/veth7/forwarding"), "0");
	vec_for_each (row, &undone.settings) {
		if (!text_equal(row->wish->path, FAKE_IPV4 "conf/eth1/forwarding"))
			continue;
		ck_assert_int_eq(row->state, is_known ? STATE_UNSUPPORTED : STATE_FAILED);
		ck_assert_ptr_nonnull(strstr(row->note, "before thintune it was 0"));
		setting = row;
	}
	ck_assert_str_eq(setting->wish->path, FAKE_IPV4 "conf/eth1/forwarding");
	ck_assert_int_eq(fake_get(JOURNAL_FILE) != NULL, !is_known);
	ck_assert_int_eq(restore_now(true, &undone, &err), is_known ? -ENOENT : 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, interfaces_come_and_go, 0, 2);
	tcase_add_loop_test(group, a_pair_comes_back, 0, CASES);
	tcase_add_loop_test(group, a_pair_comes_back_after_a_kill, 0, CASES);
	tcase_add_loop_test(group, a_ratio_that_nobody_knows_is_no_match, 0, 3);
	tcase_add_loop_test(group, a_ratio_that_is_refused_once_is_written_again, 0, 3);
	tcase_add_loop_test(group, a_pair_that_somebody_else_set_is_left_alone, 0, 3);
	tcase_add_loop_test(group, forwarding_comes_back_on_each_interface, 0, 4);
	tcase_add_loop_test(group, watchdogs_come_back, 0, 3 * 7);
	tcase_add_loop_test(group, watchdogs_are_switched_on, 0, 7);
}

RUN_SUITE_WITH("counterparts", prepare, the_table, a_watchdog_that_is_to_be_off_stays_off,
	       a_watchdog_that_is_refused_wakes_nothing,
	       what_is_not_in_the_journal_is_not_switched_on)
