/* SPDX-License-Identifier: Apache-2.0 */
/* Sysctls of single interfaces, where sysfs shows another network namespace. */
#include "apply/identity.h"
#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"

static struct plan plan;

static const char *path_of(const char *name)
{
	return arena_printf(arena, FAKE_IPV4 "conf/%s/rp_filter", name);
}

/* An interface of this network namespace, which sysfs does not show. "": it is gone. */
static void give(const char *name, const char *number, const char *value)
{
	fake_set(arena_printf(arena, FAKE_INTERFACES "%s", name), number);
	if (*number)
		fake_set(path_of(name), value);
	else
		fake_drop(path_of(name));
}

static void tune_one(void)
{
	give("one", "5", "0");
	plan = (struct plan){.arena = arena};
	want(&plan, "net.ipv4.conf.one.rp_filter", KIND_TEXT, path_of("one"), RULE_EXACT, "1");
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
}

static const char *note_of(const struct plan *undone)
{
	ck_assert_uint_eq(undone->settings.count, 1);
	return undone->settings.at[0].note;
}

START_TEST(the_journal_knows_its_number)
{
	struct identity_cache cache = {0};

	give("one", "5", "0");
	ck_assert_str_eq(identity_of(fake_root(), arena, &cache, path_of("one"), false), "5||");
	/* The node's, which sysfs shows and this namespace does not have. */
	give("eth8", "", "");
	fake_set("/sys/class/net/eth8/ifindex", "2");
	cache = (struct identity_cache){0};
	ck_assert_ptr_null(identity_of(fake_root(), arena, &cache, path_of("eth8"), false));
	ck_assert_str_eq(identity_of(fake_root(), arena, &cache,
				     "/sys/class/net/eth8/queues/rx-0/rps_cpus", false),
			 "2||");
	ck_assert(identity_is_of_interface(arena, "/proc/sys/net/mpls/conf/one/input"));
	ck_assert(!identity_is_of_interface(arena, FAKE_IPV4 "neigh/default/gc_interval"));
	ck_assert(!identity_is_of_interface(arena, "/sys/class/net/one/mtu"));
}
END_TEST

/* Whatever is called as it was, and has our value. */
START_TEST(it_is_followed_to_its_new_name)
{
	struct plan undone;
	struct err err;

	tune_one();
	give("eth0.100", "5", "1");
	give("one", "6", "1");
	ck_assert_int_eq(restore_now(_i, &undone, &err), 0);
	ck_assert_str_eq(note_of(&undone), "it was one when thintune wrote to it");
	ck_assert_str_eq(undone.settings.at[0].wish->name, "net.ipv4.conf.eth0/100.rp_filter");
	ck_assert_str_eq(fake_get(path_of("eth0.100")), "0");
	ck_assert_str_eq(fake_get(path_of("one")), "1");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(another_one_of_its_name_is_left_alone)
{
	struct plan undone;
	struct err err;

	tune_one();
	give("one", "6", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone.settings.at[0].state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(note_of(&undone), "that of the old one was 0"));
	ck_assert_str_eq(fake_get(path_of("one")), "1");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* An older version's journal, and a kernel that does not tell. */
START_TEST(a_name_alone_is_no_proof)
{
	struct plan undone;
	char *journal, *at;
	struct err err;

	tune_one();
	if (_i) {
		fake_set(FAKE_INTERFACES "one", "");
	} else {
		journal = arena_strdup(arena, fake_get(JOURNAL_FILE));
		at = strstr(journal, "\"5||\"");
		ck_assert_ptr_nonnull(at);
		memcpy(at, "null ", strlen("null "));
		fake_set(JOURNAL_FILE, journal);
	}
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_int_eq(undone.settings.at[0].state, STATE_FAILED);
		ck_assert_ptr_nonnull(strstr(note_of(&undone), "--force to write to the one called "
							       "one; before thintune it was 0"));
		ck_assert_str_eq(fake_get(path_of("one")), "1");
		ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	}
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(fake_get(path_of("one")), "0");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* As where a filter refuses sockets: that none is found does not prove that it is gone. */
START_TEST(one_that_cannot_be_asked_is_not_gone)
{
	struct plan undone;
	struct err err;

	tune_one();
	if (_i)
		give("one", "6", "1"); /* another one */
	else
		give("one", "", "");
	fake_set(FAKE_INTERFACES "two", FAKE_SILENT);
	fake_set(path_of("two"), "1");
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_int_eq(undone.settings.at[0].state, STATE_FAILED);
		ck_assert_ptr_nonnull(strstr(note_of(&undone), "it is not found here"));
		ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	}
	give("two", "5", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(fake_get(path_of("two")), "0");
	ck_assert_int_eq(!fake_get(path_of("one")), !_i);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* The original of another one that has the name is its own. */
START_TEST(an_apply_meanwhile_keeps_both_apart)
{
	struct plan undone;
	struct err err;

	tune_one();
	give("one", "6", "2");
	fake_set(FAKE_INTERFACES "two", FAKE_SILENT);
	fake_set(path_of("two"), "1");
	plan = (struct plan){.arena = arena};
	want(&plan, "net.ipv4.conf.one.rp_filter", KIND_TEXT, path_of("one"), RULE_EXACT, "1");
	(void)apply_now(&plan);
	give("two", "5", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(fake_get(path_of("one")), "2");
	ck_assert_str_eq(fake_get(path_of("two")), "0");
}
END_TEST

/* Its number is another interface's there. */
START_TEST(numbers_of_another_namespace_say_nothing)
{
	struct plan undone;
	struct err err;

	tune_one();
	fake_enter_network(2, 0);
	give("one", "3", "1");
	give("two", "5", "1");
	live.initial_netns = TRI_NO;
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone.settings.at[0].state, STATE_FAILED);
	ck_assert_str_eq(undone.settings.at[0].wish->path, path_of("one"));
	ck_assert_ptr_nonnull(strstr(note_of(&undone), "it belongs to another network namespace"));
	fake_enter_network(1, 0);
	give("one", "5", "1");
	give("two", "3", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(path_of("one")), "0");
	ck_assert_str_eq(fake_get(path_of("two")), "1");
}
END_TEST

/* Cards have interrupts, and those are the ones of sysfs. */
START_TEST(interrupts_of_a_namesake_keep_its_name)
{
	const char *irq = "/proc/irq/24/smp_affinity_list";
	struct plan undone;
	struct err err;

	give("one", "5", "0");
	fake_set(irq, "0-3");
	plan = (struct plan){.arena = arena};
	want(&plan, "net.ipv4.conf.one.rp_filter", KIND_TEXT, path_of("one"), RULE_EXACT, "1");
	want(&plan, "one queue 0", KIND_CPULIST, irq, RULE_EXACT, "1");
	(void)apply_now(&plan);
	give("two", "5", "1");
	give("one", "", "");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_uint_eq(undone.settings.count, 2);
	ck_assert_str_eq(undone.settings.at[0].wish->name, "net.ipv4.conf.two.rp_filter");
	ck_assert_str_eq(undone.settings.at[1].wish->name, "one queue 0");
	ck_assert_ptr_null(undone.settings.at[1].note);
}
END_TEST

/* The inode number of a namespace that has ended is another one's, whose interfaces have the same
 * numbers. */
START_TEST(a_namespace_is_known_by_its_cookie)
{
	struct plan undone;
	struct err err;

	fake_enter_network(1, 7);
	tune_one();
	fake_enter_network(1, 8);
	live.initial_netns = TRI_NO;
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(note_of(&undone), "it belongs to another network namespace"));
	ck_assert_str_eq(fake_get(path_of("one")), "1");
	fake_enter_network(1, 7);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(path_of("one")), "0");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* An older version's journal, and an older kernel: the inode number counts. */
START_TEST(without_a_cookie_the_inode_counts)
{
	static const char written[] = "\"network\":7,";
	struct plan undone;
	char *journal, *at;
	struct err err;

	fake_enter_network(1, 7);
	tune_one();
	if (_i) {
		fake_enter_network(1, 0);
	} else {
		journal = arena_strdup(arena, fake_get(JOURNAL_FILE));
		at = strstr(journal, written);
		ck_assert_ptr_nonnull(at);
		memset(at, ' ', strlen(written));
		fake_set(JOURNAL_FILE, journal);
	}
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(fake_get(path_of("one")), "0");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, it_is_followed_to_its_new_name, 0, 2);
	tcase_add_loop_test(group, a_name_alone_is_no_proof, 0, 2);
	tcase_add_loop_test(group, one_that_cannot_be_asked_is_not_gone, 0, 2);
	tcase_add_loop_test(group, without_a_cookie_the_inode_counts, 0, 2);
}

RUN_SUITE_WITH("interfaces", prepare, the_journal_knows_its_number,
	       another_one_of_its_name_is_left_alone, an_apply_meanwhile_keeps_both_apart,
	       numbers_of_another_namespace_say_nothing, a_namespace_is_known_by_its_cookie,
	       interrupts_of_a_namesake_keep_its_name)
