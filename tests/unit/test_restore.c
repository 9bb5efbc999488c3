/* SPDX-License-Identifier: Apache-2.0 */
/* Restore against the kernel in memory: what it leaves alone, what it forgets, what it says. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/verdict.h"
#include "run_suite.h"
#include "wish_of.h"

static struct plan plan;

START_TEST(a_foreign_value_is_left_alone)
{
	struct plan undone;
	const char *before = fake_state(arena);
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/proc/sys/vm/swappiness", "33");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "33");
	/* What is done has left the journal. */
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "swappiness"));
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILE), "nomerges"));
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILE), "scheduler"));
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 4);
	ck_assert_uint_gt(restored.writes, 1);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_uint_eq(restored.writes, 1);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

static const struct setting *undone_setting(const struct plan *undone, const char *name)
{
	vec_for_each (setting, &undone->settings) {
		if (text_equal(setting->wish->name, name))
			return setting;
	}
	ck_abort_msg("%s is not on the report", name);
	return NULL;
}

/* What hangs on a setting that somebody else has taken over is left with it, and says so. */
START_TEST(siblings_stay_with_a_contested_owner)
{
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_nonnull(strstr(fake_get(FAKE_QUEUE "scheduler"), "[bfq]"));
	vec_for_each (setting, &undone.settings)
		ck_assert_msg(setting->state != STATE_PENDING, "%s is pending",
			      setting->wish->name);
	ck_assert_int_eq(undone_setting(&undone, "scheduler")->state, STATE_CONTESTED);
}
END_TEST

/* ... and an operator who forces it gets them back with their owner. */
START_TEST(originals_of_siblings_outlive_a_contested_owner)
{
	const char *before = fake_state(arena);
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_ne(fake_state(arena), before);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* What an operator set and a restore left is the value to go back to from the next apply on. */
START_TEST(a_value_that_was_left_becomes_the_original)
{
	const char *before = fake_state(arena);
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/proc/sys/vm/swappiness", "30");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "30");
	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "30");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	fake_set("/proc/sys/vm/swappiness", "60");
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* What the kernel kept in place of a value is noted at once, so that it is undone however the run
 * ends, and after a later apply. Between the write and the note it cannot be told from somebody
 * else's value: it is left alone, and the original stays for --force. */
START_TEST(what_a_killed_run_left_is_undone)
{
	struct plan undone, killed = {.arena = arena}, what = {.arena = arena};
	const char *before = fake_state(arena);
	struct err err;

	expect_leaks();
	want(&killed, "somaxconn", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_AT_LEAST,
	     "100000");
	/* The journal, the write, the note; and death in place of the next one. */
	fake_die_at(_i ? 3 : 4);
	if (setjmp(fake_death) == 0)
		(void)apply_now(&killed);
	fake_die_at(0);
	ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "65535");
	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	(void)apply_now(&what);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	if (_i) {
		ck_assert_int_eq(undone_setting(&undone, "somaxconn")->state, STATE_CONTESTED);
		ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "65535");
		ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	}
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A card, its channels and its parameters, on a kernel that is running. */
static void plug(const char *name, const char *index, const char *value)
{
	fake_set(arena_printf(arena, "/sys/class/net/%s/ifindex", name), index);
	fake_set(arena_printf(arena, "/.thintune/ethtool/%s/permanent-address", name),
		 "02:00:00:00:00:01");
	fake_set(arena_printf(arena, "/.thintune/ethtool/%s/rings/rx", name), value);
	fake_set(arena_printf(arena, "/proc/sys/net/ipv4/conf/%s/rp_filter", name), value);
}

static void unplug(const char *name)
{
	fake_pull(arena_printf(arena, "/sys/class/net/%s/", name));
	fake_pull(arena_printf(arena, "/.thintune/ethtool/%s/", name));
	fake_pull(arena_printf(arena, "/proc/sys/net/ipv4/conf/%s/", name));
}

static void tune_card(void)
{
	plug("eth8", "8", "0");
	plan = (struct plan){.arena = arena};
	want(&plan, "eth8 rings/rx", KIND_NUMBER, "/.thintune/ethtool/eth8/rings/rx", RULE_EXACT,
	     "1");
	want(&plan, "net.ipv4.conf.eth8.rp_filter", KIND_TEXT,
	     "/proc/sys/net/ipv4/conf/eth8/rp_filter", RULE_EXACT, "1");
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	unplug("eth8");
}

START_TEST(a_card_gets_its_values_by_its_new_name)
{
	struct plan undone;
	struct err err;

	tune_card();
	plug("ens9", "8", "1");
	/* With force, too: it has not gone. */
	ck_assert_int_eq(restore_now(_i, &undone, &err), 0);
	ck_assert_uint_eq(undone.settings.count, 2);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(undone_setting(&undone, "ens9 rings/rx")->note,
			 "it was eth8 when thintune wrote to it");
	ck_assert_ptr_nonnull(undone_setting(&undone, "net.ipv4.conf.ens9.rp_filter"));
	ck_assert_str_eq(fake_get("/.thintune/ethtool/ens9/rings/rx"), "0");
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/conf/ens9/rp_filter"), "0");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A driver that was loaded again: what is ours still is undone, and any other value is its own. */
START_TEST(a_card_that_was_made_anew_has_values_of_its_own)
{
	struct plan undone;
	struct err err;

	tune_card();
	plug("eth8", "12", "1");
	fake_set("/proc/sys/net/ipv4/conf/eth8/rp_filter", "2");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "eth8 rings/rx")->state, STATE_CHANGED);
	ck_assert_int_eq(undone_setting(&undone, "net.ipv4.conf.eth8.rp_filter")->state,
			 STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "net.ipv4.conf.eth8.rp_filter")->note,
				     "before thintune it was 0"));
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/conf/eth8/rp_filter"), "2");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* What took its name keeps its value, even one that looks like ours. */
START_TEST(another_card_of_the_name_is_left_alone)
{
	struct plan undone;
	struct err err;

	tune_card();
	plug("eth8", "12", "1");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:02");
	ck_assert_int_eq(restore_now(_i, &undone, &err), 0);
	assert_all(&undone, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "eth8 rings/rx")->note,
				     "before thintune that of the old one was 0"));
	ck_assert_str_eq(fake_get("/.thintune/ethtool/eth8/rings/rx"), "1");
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/conf/eth8/rp_filter"), "1");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* The first original counts, by whatever name it was taken down. */
START_TEST(the_original_follows_the_card)
{
	struct plan undone;
	struct err err;

	tune_card();
	plug("ens9", "8", "1");
	plan = (struct plan){.arena = arena};
	want(&plan, "ens9 rings/rx", KIND_NUMBER, "/.thintune/ethtool/ens9/rings/rx", RULE_EXACT,
	     "5");
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/.thintune/ethtool/ens9/rings/rx"), "0");
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/conf/ens9/rp_filter"), "0");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

#define MSI "/sys/bus/pci/devices/0000:00:03.0/msi_irqs/"

/* A channel change that makes the kernel give the card's vectors out again. */
static void tune_vectors(void)
{
	struct setting *setting;

	fake_set("/sys/class/net/eth0/ifindex", "2");
	for (unsigned i = 24; i < 26; i++) {
		fake_set(arena_printf(arena, MSI "%u", i), "msix");
		fake_set(arena_printf(arena, "/proc/irq/%u/smp_affinity_list", i), "0-3");
	}
	plan = (struct plan){.arena = arena};
	setting = want(&plan, "eth0 channels/combined", KIND_NUMBER, FAKE_CHANNELS "combined",
		       RULE_EXACT, "2");
	for (unsigned i = 24; i < 26; i++)
		vec_push(arena, &wish_of(setting)->resets,
			 arena_printf(arena, "/proc/irq/%u/smp_affinity_list", i));
	want(&plan, "eth0 rx 0", KIND_CPULIST, "/proc/irq/24/smp_affinity_list", RULE_EXACT, "1");
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
}

static const char *channels;

static void hide_card(void)
{
	channels = fake_get(FAKE_CHANNELS "combined");
	fake_pull("/sys/class/net/eth0/");
	fake_pull("/.thintune/ethtool/eth0/");
}

static void show_card(void)
{
	fake_set("/sys/class/net/eth0/ifindex", "2");
	fake_set(FAKE_CHANNELS "combined", channels);
}

/* Its card is in another network namespace, the interrupt is not. The restore may be killed at any
 * change, and once the card is back all is as before. */
START_TEST(interrupts_of_a_card_elsewhere)
{
	struct plan undone;
	struct err err;
	bool is_dead = true;

	expect_leaks();
	for (unsigned at = 1; is_dead; at++) {
		fake_reset();
		tune_vectors();
		hide_card();
		/* What the journal says nothing of stays with the card. */
		fake_set("/proc/irq/25/smp_affinity_list", "2");
		is_dead = true;
		fake_die_at(at);
		if (setjmp(fake_death) == 0) {
			ck_assert_int_eq(restore_now(false, &undone, &err), 0);
			is_dead = false;
		}
		fake_die_at(0);
		if (is_dead)
			(void)!restore_now(false, &undone, &err);
		ck_assert_int_eq(undone_setting(&undone, "eth0 channels/combined")->state,
				 STATE_FAILED);
		ck_assert_str_eq(fake_get("/proc/irq/24/smp_affinity_list"), "0-3");
		ck_assert_str_eq(fake_get("/proc/irq/25/smp_affinity_list"), "2");
		ck_assert_ptr_nonnull(
		    strstr(undone_setting(&undone, "eth0 25/smp_affinity_list")->note, "0-3"));
		show_card();
		ck_assert_int_eq(restore_now(true, &undone, &err), 0);
		ck_assert_str_eq(fake_get(FAKE_CHANNELS "combined"), "4");
		ck_assert_str_eq(fake_get("/proc/irq/25/smp_affinity_list"), "0-3");
		ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	}
}
END_TEST

/* Forgotten with --force, the card does not keep its interrupts in the journal. One that somebody
 * else has set stays there without it. */
START_TEST(interrupts_of_a_card_that_is_forgotten)
{
	struct plan undone;
	struct err err;

	tune_vectors();
	hide_card();
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_ptr_nonnull(
	    strstr(undone_setting(&undone, "eth0 channels/combined")->note, "forgotten"));
	ck_assert_int_eq(undone_setting(&undone, "eth0 rx 0")->state, STATE_CHANGED);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));

	fake_reset();
	tune_vectors();
	hide_card();
	fake_set("/sys/class/net/eth0/ifindex", "9");
	fake_set("/.thintune/ethtool/eth0/channels/combined", "2");
	fake_set("/proc/irq/24/smp_affinity_list", "3");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "eth0 rx 0")->state, STATE_CONTESTED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "eth0 rx 0")->note,
				     "it is CPU 3 now, which is neither the original (CPUs 0-3)"));
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "eth0 channels/combined")->note,
				     "before thintune that of the old one was 4"));
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "/proc/irq/24/"));
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILE), FAKE_CHANNELS));
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/irq/24/smp_affinity_list"), "0-3");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* The number went with the card. */
START_TEST(interrupts_that_have_gone)
{
	struct plan undone;
	struct err err;

	tune_vectors();
	hide_card();
	fake_pull("/proc/irq/24/");
	fake_set("/proc/irq/77/smp_affinity_list", "0");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	/* It may come back with the queues. */
	ck_assert_int_eq(undone_setting(&undone, "eth0 rx 0")->state, STATE_SKIPPED);
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "eth0 rx 0")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(
	    strstr(undone_setting(&undone, "eth0 rx 0")->note,
		   "it is gone, and so is its value; before thintune it was CPUs 0-3"));
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* Parameters that all policies share stay when the policy goes whose governor made them. */
START_TEST(what_is_apart_from_its_trigger)
{
	const char *shared = "/sys/devices/system/cpu/cpufreq/ondemand/up_threshold";
	struct plan undone;
	struct setting *setting;
	struct err err;

	fake_set(shared, "80");
	plan = (struct plan){.arena = arena};
	setting = want(&plan, "governor", KIND_WORD_OF, FAKE_POLICY "scaling_governor", RULE_EXACT,
		       "performance");
	vec_push(arena, &wish_of(setting)->resets, shared);
	want(&plan, "threshold", KIND_NUMBER, shared, RULE_EXACT, "95");
	vec_push(arena, &wish_of(&plan.settings.at[1])->after, FAKE_POLICY "scaling_governor");
	(void)apply_now(&plan);
	ck_assert_str_eq(fake_get(shared), "95");
	fake_pull(FAKE_POLICY);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "governor")->state, STATE_UNSUPPORTED);
	ck_assert_int_eq(undone_setting(&undone, "threshold")->state, STATE_CHANGED);
	ck_assert_str_eq(fake_get(shared), "80");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* An interrupt's number is given out again, to another device. */
START_TEST(another_interrupt_of_the_number_is_left_alone)
{
	struct plan undone;
	struct err err;

	fake_set("/sys/kernel/irq/24/actions", "nvme0q1");
	fake_set("/proc/irq/24/smp_affinity_list", "0-3");
	plan = (struct plan){.arena = arena};
	want(&plan, "nvme0n1 queue 0", KIND_CPULIST, "/proc/irq/24/smp_affinity_list", RULE_EXACT,
	     "1");
	(void)apply_now(&plan);
	fake_replace("/sys/kernel/irq/24/");
	fake_set("/sys/kernel/irq/24/actions", "eth0-rx-0");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_UNSUPPORTED);
	ck_assert_str_eq(fake_get("/proc/irq/24/smp_affinity_list"), "1");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A renamed card renames its handlers: it is the same interrupt. */
START_TEST(an_interrupt_may_change_its_name)
{
	struct plan undone;
	struct err err;

	fake_set("/sys/kernel/irq/24/actions", "eth0-rx-0");
	fake_set("/proc/irq/24/smp_affinity_list", "0-3");
	plan = (struct plan){.arena = arena};
	want(&plan, "eth0 rx 0", KIND_CPULIST, "/proc/irq/24/smp_affinity_list", RULE_EXACT, "1");
	(void)apply_now(&plan);
	fake_set("/sys/kernel/irq/24/actions", "ens9-rx-0");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_CHANGED);
	ck_assert_str_eq(fake_get("/proc/irq/24/smp_affinity_list"), "0-3");
}
END_TEST

/* Its last CPU goes offline: nothing has failed, and nothing is forgotten. */
START_TEST(an_offline_policy_waits_for_its_cpus)
{
	struct plan undone, again;
	const char *before = fake_state(arena);
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_mute(FAKE_POLICY, -EBUSY);
	again = make_plan();
	look_plan(fake_root(), arena, &live, &again);
	ck_assert_int_eq(undone_setting(&again, "governor")->state, STATE_UNSUPPORTED);
	ck_assert_str_eq(undone_setting(&again, "governor")->note, "its CPUs are offline");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	vec_for_each (setting, &undone.settings)
		ck_assert_msg(setting->state != STATE_FAILED, "%s failed: %s", setting->wish->name,
			      setting->note);
	ck_assert_int_eq(undone_setting(&undone, "governor")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(
	    strstr(undone_setting(&undone, "governor")->note, "its CPUs are offline"));
	fake_mute(FAKE_POLICY, 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A mask that was made when more CPUs were online: refused, or taken without those. */
START_TEST(a_mask_waits_for_its_cpus)
{
	struct plan undone, what = {.arena = arena};
	struct err err;

	fake_set("/sys/devices/system/cpu/online", "0-3");
	fake_set("/proc/irq/24/smp_affinity_list", "4-5");
	fake_set(FAKE_NIC "tx-0/xps_cpus", "3f");
	want(&what, "irq", KIND_CPULIST, "/proc/irq/24/smp_affinity_list", RULE_EXACT, "1");
	want(&what, "xps", KIND_CPUMASK, FAKE_NIC "tx-0/xps_cpus", RULE_EXACT, "1");
	(void)apply_now(&what);
	fake_refuse("/proc/irq/24/smp_affinity_list", -EINVAL);
	fake_ignore(FAKE_NIC "tx-0/xps_cpus");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_UNSUPPORTED);
	ck_assert_str_eq(undone_setting(&undone, "irq")->note,
			 "it names CPUs that are offline: 4-5");
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	/* With all of them online it is a failure like any other. */
	fake_set("/sys/devices/system/cpu/online", "0-7");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	assert_all(&undone, STATE_FAILED);
}
END_TEST

/* Blanks within a text are part of it. */
START_TEST(texts_come_back_as_they_were)
{
	struct plan undone, what = {.arena = arena};
	struct err err;

	fake_set("/proc/sys/kernel/core_pattern", "|/usr/bin/x  a   b");
	want(&what, "core_pattern", KIND_TEXT, "/proc/sys/kernel/core_pattern", RULE_EXACT,
	     "core  %e");
	(void)apply_now(&what);
	assert_all(&what, STATE_CHANGED);
	ck_assert_str_eq(fake_get("/proc/sys/kernel/core_pattern"), "core  %e");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/kernel/core_pattern"), "|/usr/bin/x  a   b");
}
END_TEST

START_TEST(siblings_have_names_of_their_own)
{
	struct plan undone, what = {.arena = arena};
	struct setting *setting =
	    want(&what, "sda scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	struct err err;

	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "iosched/");
	vec_push(arena, &wish_of(setting)->resets, "/proc/sys/vm/swappiness");
	(void)apply_now(&what);
	fake_set(FAKE_QUEUE "nr_requests", "77");
	fake_set("/proc/sys/vm/swappiness", "77");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "sda nr_requests")->state, STATE_CONTESTED);
	ck_assert_int_eq(undone_setting(&undone, "vm.swappiness")->state, STATE_CONTESTED);
	ck_assert_int_eq(undone_setting(&undone, "sda iosched/fifo_batch")->state, STATE_CHANGED);
}
END_TEST

START_TEST(a_device_that_has_gone_leaves_nothing_to_restore)
{
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/sys/block/sdb/size", "1");
	fake_pull("/sys/block/sda/");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "scheduler")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "scheduler")->note, "gone"));
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "60");
}
END_TEST

/* A restore that is shown no disks at all, or another network namespace, cannot say that they have
 * gone: the entries stay for one that is, or for --force. */
START_TEST(what_is_not_shown_has_not_gone)
{
	struct plan undone, what = {.arena = arena};
	struct err err;

	fake_set("/sys/devices/net/eth0/queues/rx-0/rps_cpus", "0");
	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	want(&what, "rps", KIND_TEXT, "/sys/devices/net/eth0/queues/rx-0/rps_cpus", RULE_EXACT,
	     "3");
	(void)apply_now(&what);
	assert_all(&what, STATE_CHANGED);
	fake_pull("/sys/block/");
	fake_pull("/sys/devices/net/eth0/");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "nomerges")->state, STATE_FAILED);
	ck_assert_int_eq(undone_setting(&undone, "rps")->state, STATE_FAILED);
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 4);
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	ck_assert_int_eq(restore_now(true, &undone, &err), 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(a_new_device_keeps_its_own_values)
{
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_replace("/sys/block/sda/");
	fake_set(FAKE_QUEUE "nomerges", "1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "1");
	ck_assert_ptr_nonnull(strstr(fake_get(FAKE_QUEUE "scheduler"), "[none]"));
	ck_assert_int_eq(undone_setting(&undone, "nomerges")->state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "nomerges")->note, "another device"));
	ck_assert_int_eq(plan_verdict(&undone, false).exit_code, 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(a_network_setting_stays_with_its_namespace)
{
	const char *path = "/proc/sys/net/core/somaxconn";
	struct plan undone;
	struct err err;

	plan = (struct plan){.arena = arena};
	fake_set(path, "128");
	want(&plan, "somaxconn", KIND_NUMBER, path, RULE_EXACT, "4096");
	(void)apply_now(&plan);
	fake_enter_network(2, 0);
	/* From a pod it may be the node's, which stays; seen from the node it was a pod's. */
	live.initial_netns = TRI_NO;
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "somaxconn")->state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "somaxconn")->note,
				     "restore there, or with --force to forget it; before "
				     "thintune it was 128"));
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	live.initial_netns = TRI_YES;
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(path), "4096");
	ck_assert_ptr_nonnull(
	    strstr(undone_setting(&undone, "somaxconn")->note, "removed with it"));
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(the_original_is_that_of_the_device_at_hand)
{
	const char *before;
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_replace("/sys/block/sda/");
	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "mq-deadline"), 0);
	fake_set(FAKE_QUEUE "nomerges", "1");
	fake_set(FAKE_QUEUE "nr_requests", "55");
	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	before = fake_state(arena);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "1");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "55");
	ck_assert_ptr_nonnull(strstr(before, "[mq-deadline]"));
}
END_TEST

/* Once, unless another write of the restore may have cleared the way. */
START_TEST(a_refused_write_is_not_repeated)
{
	struct plan undone, what = {.arena = arena};
	unsigned writes;
	struct err err;

	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	(void)apply_now(&what);
	fake_refuse(FAKE_QUEUE "nomerges", -EIO);
	writes = fake_attribute_writes();
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_uint_eq(fake_attribute_writes(), writes + 1);
	ck_assert_int_eq(undone_setting(&undone, "nomerges")->state, STATE_FAILED);
}
END_TEST

/* ... which is no value that somebody chose: a second restore tries it again. */
START_TEST(what_the_kernel_made_of_an_original_is_not_contested)
{
	struct plan undone, what = {.arena = arena};
	struct err err;

	fake_set("/proc/sys/net/core/somaxconn", "100000");
	want(&what, "somaxconn", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_EXACT, "4096");
	(void)apply_now(&what);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(restore_now(false, &undone, &err), 0);
		ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "65535");
		ck_assert_int_eq(undone_setting(&undone, "somaxconn")->state, STATE_FAILED);
	}
	fake_set("/proc/sys/net/core/somaxconn", "300");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "somaxconn")->state, STATE_CONTESTED);
	ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "300");
}
END_TEST

START_TEST(what_may_not_be_written_is_not_tried)
{
	struct plan undone, what = {.arena = arena};
	unsigned writes;
	struct err err;

	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	want(&what, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	(void)apply_now(&what);
	fake_protect(FAKE_QUEUE "nomerges", -EROFS);
	writes = fake_attribute_writes();
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_uint_eq(fake_attribute_writes(), writes + 1);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "60");
	ck_assert_int_eq(undone_setting(&undone, "nomerges")->state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(undone_setting(&undone, "nomerges")->note, "read-only"));
}
END_TEST

/* A later apply that does not touch a file must not take what somebody wrote there for its own. */
START_TEST(only_own_values_are_adopted)
{
	struct plan undone, what = {.arena = arena};
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	fake_set("/proc/sys/vm/swappiness", "33");
	want(&what, "somaxconn", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_AT_LEAST,
	     "4096");
	(void)apply_now(&what);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "33");
	ck_assert_int_eq(undone_setting(&undone, "swappiness")->state, STATE_CONTESTED);
	ck_assert_str_eq(fake_get("/proc/sys/net/core/somaxconn"), "128");
}
END_TEST

/* The queue was busy when its scheduler was to go back first: going back later, it resets what was
 * written in between. */
START_TEST(what_a_late_write_resets_is_put_back_too)
{
	const char *before = fake_state(arena);
	struct setting *setting;
	struct plan undone;
	struct err err;

	plan = (struct plan){.arena = arena};
	want(&plan, "nr_requests", KIND_NUMBER, FAKE_QUEUE "nr_requests", RULE_EXACT, "77");
	(void)apply_now(&plan);
	plan = (struct plan){.arena = arena};
	want(&plan, "nr_requests", KIND_NUMBER, FAKE_QUEUE "nr_requests", RULE_EXACT, "78");
	setting = want(&plan, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "wbt_lat_usec");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "iosched/");
	(void)apply_now(&plan);
	fake_refuse_once(FAKE_QUEUE "scheduler", -EBUSY);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_int_eq(undone_setting(&undone, "scheduler")->state, STATE_CHANGED);
	ck_assert_int_eq(undone_setting(&undone, "nr_requests")->state, STATE_CHANGED);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* A value that cannot be read is not known to be ours. */
START_TEST(what_cannot_be_read_is_not_overwritten)
{
	static const int codes[] = {-EIO, -EACCES, -EINVAL, -ENOENT};
	struct plan undone, what = {.arena = arena};
	unsigned writes;
	struct err err;

	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	(void)apply_now(&what);
	writes = fake_attribute_writes();
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		fake_mute(FAKE_QUEUE "nomerges", codes[i]);
		(void)!restore_now(false, &undone, &err);
		ck_assert_int_eq(undone_setting(&undone, "nomerges")->state, STATE_FAILED);
		ck_assert_int_eq(undone_setting(&undone, "nomerges")->code, codes[i]);
		ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	}
	ck_assert_uint_eq(fake_attribute_writes(), writes);
	fake_mute(FAKE_QUEUE "nomerges", 0);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "0");
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, a_card_gets_its_values_by_its_new_name, 0, 2);
	tcase_add_loop_test(group, another_card_of_the_name_is_left_alone, 0, 2);
	tcase_add_loop_test(group, what_a_killed_run_left_is_undone, 0, 2);
}

RUN_SUITE_WITH("restore", prepare, a_foreign_value_is_left_alone,
	       what_cannot_be_read_is_not_overwritten, siblings_stay_with_a_contested_owner,
	       originals_of_siblings_outlive_a_contested_owner,
	       a_value_that_was_left_becomes_the_original,
	       a_card_that_was_made_anew_has_values_of_its_own, the_original_follows_the_card,
	       interrupts_of_a_card_elsewhere, interrupts_of_a_card_that_is_forgotten,
	       interrupts_that_have_gone, what_is_apart_from_its_trigger,
	       another_interrupt_of_the_number_is_left_alone, an_interrupt_may_change_its_name,
	       an_offline_policy_waits_for_its_cpus, a_mask_waits_for_its_cpus,
	       texts_come_back_as_they_were, siblings_have_names_of_their_own,
	       a_device_that_has_gone_leaves_nothing_to_restore, what_is_not_shown_has_not_gone,
	       a_new_device_keeps_its_own_values, a_network_setting_stays_with_its_namespace,
	       the_original_is_that_of_the_device_at_hand, a_refused_write_is_not_repeated,
	       what_the_kernel_made_of_an_original_is_not_contested,
	       what_may_not_be_written_is_not_tried, what_a_late_write_resets_is_put_back_too,
	       only_own_values_are_adopted)
