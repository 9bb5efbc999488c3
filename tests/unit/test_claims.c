/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of several owners against the kernel in memory: what suits all of them, what nobody wants
 * any more, and a kill at every single change of putting it back. */
#include <errno.h>
#include <signal.h>

#include "apply/claims.h"
#include "apply/put_back.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "sys/signals.h"
#include "wish_of.h"

static const struct setting *only(const struct plan *plan)
{
	ck_assert_uint_eq(plan->settings.count, 1);
	return &plan->settings.at[0];
}

START_TEST(what_is_left_over_goes_back_with_what_it_reset)
{
	struct plan second = second_plan(), third = second_plan(), undone;
	const char *before = fake_state(arena), *after;
	setting_list foreseen;
	struct err err;

	(void)apply_now(&second);
	after = fake_state(arena);
	fake_reset();
	apply_first();
	second = second_plan();
	add_holdings(&second);
	look_plan(fake_root(), arena, &live, &second);
	put_back_foresee(fake_root(), arena, &live, &second);
	foreseen = second.along[PHASE_VALUES];
	ck_assert_uint_gt(foreseen.count, 1);
	/* Each goes back in its own phase. */
	ck_assert_uint_eq(second.along[PHASE_STRUCTURAL].count, 0);
	second = second_plan();
	ck_assert_uint_gt(apply_with_claims(&second).writes, 5);
	/* A script of the same writes would have got there. */
	vec_for_each (along, &foreseen) {
		const char *now = fake_get(along->wish->path);

		ck_assert_msg(!now || strstr(now, along->want), "%s is %s, not %s",
			      along->wish->path, now, along->want);
	}
	vec_for_each (setting, &second.settings)
		ck_assert_msg(setting->state == STATE_CHANGED || setting->state == STATE_SAME,
			      "%s is %s: %s", setting->wish->name, plan_state_names[setting->state],
			      setting->note);
	/* As if there had never been another one. */
	ck_assert_str_eq(fake_state(arena), after);
	ck_assert_uint_eq(apply_with_claims(&third).writes, 0);
	ck_assert_uint_eq(third.settings.count, 2);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(killed_anywhere_while_it_is_put_back)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;

		fake_reset();
		apply_first();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			struct plan second = second_plan();

			(void)apply_with_claims(&second);
			finished = true;
		}
		fake_die_at(0);
		ck_assert_msg(restore_now(false, &undone, &err) == 0, "killed at %u: %s", n,
			      err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "killed at change %u, then restored, the node reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

/* Two channels for four, each queue with a value of its own. */
static void apply_channels(void)
{
	struct plan first = plan_of_owner("host");
	struct apply_result result = {0};
	struct setting *setting =
	    want(&first, "eth0 channels", KIND_NUMBER, FAKE_CHANNELS "combined", RULE_EXACT, "2");

	wish_of(setting)->phase = PHASE_STRUCTURAL;
	for (unsigned queue = 0; queue < 4; queue++) {
		vec_push(arena, &wish_of(setting)->resets,
			 arena_printf(arena, FAKE_NIC "rx-%u/rps_cpus", queue));
		vec_push(arena, &wish_of(setting)->resets,
			 arena_printf(arena, FAKE_NIC "tx-%u/xps_cpus", queue));
	}
	want(&first, "eth0/rx-0 rps_cpus", KIND_CPUMASK, FAKE_NIC "rx-0/rps_cpus", RULE_EXACT, "c");
	want(&first, "eth0/rx-3 rps_cpus", KIND_CPUMASK, FAKE_NIC "rx-3/rps_cpus", RULE_EXACT, "8");
	/* The queue that goes has been given a value before. */
	look_plan(fake_root(), arena, &live, &first);
	apply_phase(fake_root(), arena, &live, &first, PHASE_VALUES, &result);
	look_plan(fake_root(), arena, &live, &first);
	apply_phase(fake_root(), arena, &live, &first, PHASE_STRUCTURAL, &result);
	look_plan(fake_root(), arena, &live, &first);
	apply_phase(fake_root(), arena, &live, &first, PHASE_VALUES, &result);
	ck_assert_str_eq(fake_get(FAKE_CHANNELS "combined"), "2");
}

/* The plan is made again after the structural phase. */
static void apply_nothing(void)
{
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		struct plan second = plan_of_owner("host");
		struct apply_result result = {0};

		add_holdings(&second);
		look_plan(fake_root(), arena, &live, &second);
		if (phase == PHASE_STRUCTURAL)
			ck_assert_uint_eq(second.settings.count, 3);
		apply_phase(fake_root(), arena, &live, &second, phase, &result);
		ck_assert_ptr_null(result.no_journal);
	}
}

START_TEST(channels_are_put_back_before_their_queues)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;

		fake_reset();
		apply_channels();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			apply_nothing();
			finished = true;
			ck_assert_str_eq(fake_state(arena), before);
		}
		fake_die_at(0);
		ck_assert_msg(restore_now(false, &undone, &err) == 0 || finished,
			      "killed at %u: %s", n, err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "killed at change %u, then restored, the node reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 5);
}
END_TEST

/* What becomes of `have` when this owner wants one thing and that one another: the value that both
 * have in the end, "contested" where there is none. */
static void both_want(enum rule one, const char *first, enum rule two, const char *second,
		      const char *wanted)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("broker:a/b"), again;
	bool is_contested = text_equal(wanted, "contested");

	fake_reset();
	fake_set(SWAPPINESS, "60");
	want(&a, "swappiness", KIND_NUMBER, SWAPPINESS, one, first);
	want(&b, "swappiness", KIND_NUMBER, SWAPPINESS, two, second);
	(void)apply_with_claims(&a);
	(void)apply_with_claims(&b);
	ck_assert_msg((only(&b)->state == STATE_CONTESTED) == is_contested, "%s then %s: %s", first,
		      second, plan_state_names[only(&b)->state]);
	if (is_contested)
		ck_assert_ptr_nonnull(strstr(only(&b)->note, "wanted by agent"));
	ck_assert_str_eq(fake_get(SWAPPINESS), is_contested ? first : wanted);
	/* And nobody undoes it. */
	for (unsigned round = 0; round < 4; round++) {
		again = plan_of_owner(round & 1 ? "broker:a/b" : "agent");
		want(&again, "swappiness", KIND_NUMBER, SWAPPINESS, round & 1 ? two : one,
		     round & 1 ? second : first);
		ck_assert_uint_eq(apply_with_claims(&again).writes, 0);
	}
}

START_TEST(a_value_that_suits_both_owners)
{
	both_want(RULE_AT_LEAST, "70", RULE_AT_LEAST, "90", "90");
	both_want(RULE_AT_LEAST, "90", RULE_AT_LEAST, "70", "90");
	both_want(RULE_AT_MOST, "50", RULE_AT_MOST, "30", "30");
	both_want(RULE_EXACT, "5", RULE_EXACT, "5", "5");
	both_want(RULE_EXACT, "5", RULE_EXACT, "6", "contested");
	both_want(RULE_EXACT, "90", RULE_AT_LEAST, "80", "90");
	both_want(RULE_EXACT, "90", RULE_AT_LEAST, "91", "contested");
	both_want(RULE_AT_LEAST, "70", RULE_EXACT, "80", "80");
	both_want(RULE_AT_LEAST, "70", RULE_EXACT, "69", "contested");
	both_want(RULE_AT_LEAST, "70", RULE_AT_MOST, "69", "contested");
	both_want(RULE_EXACT, "9", RULE_AT_MOST, "9", "9");
}
END_TEST

#define VECTOR "/proc/irq/24/smp_affinity_list"

static struct plan want_vector(const char *owner, const char *cpus, const char *prediction)
{
	struct plan plan = plan_of_owner(owner);

	wish_of(want(&plan, "vector", KIND_CPULIST, VECTOR, RULE_EXACT, cpus))->managed =
	    prediction;
	return plan;
}

/* What we narrowed ourselves is no reason to leave it narrow; what others claim or have set is. */
START_TEST(at_most_of_what_was_narrowed_before)
{
	static const char *const others[] = {"host", "agent"};

	for (unsigned i = 0; i < 2; i++) {
		struct plan a = plan_of_owner(others[i]), b = plan_of_owner("host"),
			    again = plan_of_owner("host"), late = plan_of_owner("host"), undone;
		struct err err;

		fake_set(VECTOR, "0-7");
		want(&a, "eth0 control irq 41", KIND_CPULIST, VECTOR, RULE_EXACT, "1");
		want(&b, "eth0 control irq 41", KIND_CPULIST, VECTOR, RULE_AT_MOST, "0-5");
		want(&again, "eth0 control irq 41", KIND_CPULIST, VECTOR, RULE_AT_MOST, "1-6");
		want(&late, "eth0 control irq 41", KIND_CPULIST, VECTOR, RULE_AT_MOST, "0-5");
		(void)apply_with_claims(&a);
		ck_assert_str_eq(fake_get(VECTOR), "1");
		fake_protect(VECTOR, i ? -EROFS : 0);
		(void)apply_with_claims(&b);
		fake_protect(VECTOR, 0);
		ck_assert_int_eq(only(&b)->state, i ? STATE_SAME : STATE_CHANGED);
		ck_assert(!only(&b)->lacks_right);
		ck_assert_ptr_null(only(&b)->note);
		ck_assert_str_eq(fake_get(VECTOR), i ? "1" : "0-5");
		(void)apply_with_claims(&again);
		ck_assert_str_eq(fake_get(VECTOR), i ? "1" : "1-6");
		fake_set(VECTOR, "2");
		add_holdings(&late);
		look_plan(fake_root(), arena, &live, &late);
		ck_assert_int_eq(only(&late)->state, STATE_SAME);
		(void)!restore_now(true, &undone, &err);
		ck_assert_str_eq(fake_get(VECTOR), "0-7");
	}
}
END_TEST

/* A prediction is tried once a boot, but not on what another owner has set, or was refused. */
START_TEST(a_prediction_is_not_tried_on_anothers_claim)
{
	struct plan a = want_vector("agent", "2", "predicted"), b;
	const char *first = NULL;

	fake_set(VECTOR, "0-3");
	(void)apply_with_claims(&a);
	ck_assert_int_eq(only(&a)->state, STATE_CHANGED);
	b = want_vector("host", "1", "predicted");
	ck_assert_uint_eq(apply_with_claims(&b).writes, 0);
	ck_assert_int_eq(only(&b)->state, STATE_CONTESTED);
	ck_assert_str_eq(fake_get(VECTOR), "2");
	b = want_vector("host", "2", "predicted");
	ck_assert_uint_eq(apply_with_claims(&b).writes, 0);
	ck_assert_int_eq(only(&b)->state, STATE_MANAGED);

	for (unsigned round = 0; round < 2; round++) {
		const char *prediction = round ? NULL : "predicted";
		struct plan undone;
		struct err err;

		(void)!restore_now(true, &undone, &err);
		fake_set(VECTOR, "0-3");
		fake_refuse(VECTOR, -EIO);
		a = want_vector("agent", "2", prediction);
		(void)apply_with_claims(&a);
		b = want_vector("host", "1", prediction);
		ck_assert_uint_eq(apply_with_claims(&b).writes, 0);
		ck_assert_int_eq(only(&b)->state, STATE_MANAGED);
		ck_assert(!only(&b)->is_overruled);
		first = fake_get(VECTOR);
	}
	ck_assert_str_eq(first, "0-3");
}
END_TEST

/* The later one would be content with what the first one has not, and the first one with that. */
START_TEST(another_of_several_that_suits_both)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");
	struct setting *setting;

	setting = want(&a, "swappiness", KIND_NUMBER, SWAPPINESS, RULE_ONE_OF, "1");
	vec_push(arena, &wish_of(setting)->operands, "7");
	setting = want(&b, "swappiness", KIND_NUMBER, SWAPPINESS, RULE_ONE_OF, "8");
	vec_push(arena, &wish_of(setting)->operands, "7");
	(void)apply_with_claims(&a);
	ck_assert_str_eq(fake_get(SWAPPINESS), "1");
	(void)apply_with_claims(&b);
	ck_assert_str_eq(fake_get(SWAPPINESS), "7");
	ck_assert_int_eq(only(&b)->state, STATE_CHANGED);
}
END_TEST

/* The kernel keeps one of the two, so each would make the other's value 0. */
START_TEST(two_files_of_which_the_kernel_keeps_one)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");
	struct setting *setting;

	fake_set("/proc/sys/vm/dirty_ratio", "20");
	fake_set("/proc/sys/vm/dirty_bytes", "0");
	setting = want(&a, "ratio", KIND_NUMBER, "/proc/sys/vm/dirty_ratio", RULE_AT_LEAST, "30");
	vec_push(arena, &wish_of(setting)->carries, "/proc/sys/vm/dirty_bytes");
	want(&b, "bytes", KIND_NUMBER, "/proc/sys/vm/dirty_bytes", RULE_EXACT, "4096000");
	(void)apply_with_claims(&a);
	add_holdings(&b);
	look_plan(fake_root(), arena, &live, &b);
	ck_assert_int_eq(only(&b)->state, STATE_CONTESTED);
	ck_assert_ptr_nonnull(strstr(only(&b)->note, "wanted by agent"));
}
END_TEST

START_TEST(restore_of_one_owner)
{
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = "agent"};
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");
	const char *before;
	struct err err = {0};

	want(&a, "swappiness", KIND_TEXT, SWAPPINESS, RULE_EXACT, "1");
	want(&a, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	want(&b, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	before = arena_strdup(arena, fake_get(SWAPPINESS));
	(void)apply_with_claims(&a);
	(void)apply_with_claims(&b);
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_uint_eq(restored.plan.settings.count, 1);
	ck_assert_str_eq(fake_get(SWAPPINESS), before);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "2");
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "\"settled\":true "));
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err),
			 -ENOENT);
	request.owner = "host";
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A scheduler that only one owner wants back, beside what the other one set. */
START_TEST(what_others_claim_is_put_back_when_the_kernel_resets_it)
{
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = "agent"};
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");
	struct setting *setting;
	struct err err = {0};

	setting = want(&a, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "wbt_lat_usec");
	want(&b, "nr_requests", KIND_NUMBER, FAKE_QUEUE "nr_requests", RULE_EXACT, "48");
	(void)apply_with_claims(&a);
	(void)apply_with_claims(&b);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "48");
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_ptr_nonnull(strstr(fake_get(FAKE_QUEUE "scheduler"), "[mq-deadline]"));
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "48");
	request.owner = NULL;
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "99");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A device that the kernel has made anew has values of its own, which nobody has set. */
START_TEST(what_the_kernel_made_anew_is_not_contested)
{
	struct plan first = plan_of_owner("host"), second = plan_of_owner("host"),
		    third = plan_of_owner("host");

	want(&first, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	(void)apply_with_claims(&first);
	fake_set(FAKE_QUEUE "nomerges", "1");
	add_holdings(&second);
	look_plan(fake_root(), arena, &live, &second);
	ck_assert_int_eq(only(&second)->state, STATE_CONTESTED);
	add_holdings(&third);
	((struct holding *)(uintptr_t)only(&third)->holding)->is_anew = true;
	look_plan(fake_root(), arena, &live, &third);
	ck_assert_uint_eq(third.settings.count, 0);
}
END_TEST

/* Of another network namespace, or switched off: that it is right is chance, and no claim. */
START_TEST(what_is_skipped_is_not_claimed)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");

	want(&a, "swappiness", KIND_TEXT, SWAPPINESS, RULE_EXACT, "1");
	want(&b, "swappiness", KIND_TEXT, SWAPPINESS, RULE_EXACT, "1");
	wish_of(only(&b))->decided.state = STATE_SKIPPED;
	(void)apply_with_claims(&a);
	(void)apply_with_claims(&b);
	ck_assert_int_eq(only(&b)->state, STATE_SAME);
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILE), "\"owner\":\"host\""));
}
END_TEST

/* The entry names one of the two settings that reset it; the other one is undone. */
START_TEST(one_of_two_triggers)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host");
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = "agent"};
	struct setting *setting;
	struct err err = {0};

	setting = want(&a, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	(void)apply_with_claims(&a);
	setting = want(&b, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	want(&b, "nr_requests", KIND_NUMBER, FAKE_QUEUE "nr_requests", RULE_EXACT, "48");
	(void)apply_with_claims(&b);
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "48");
}
END_TEST

#define NEIGH FAKE_IPV4 "neigh/"

/* The last of three that hang on each other stays, so all of them do: a journal in which one names
 * another that is not there is damaged. */
START_TEST(a_chain_of_triggers)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host"), undone;
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = "host"};
	struct setting *setting;
	struct err err = {0};

	/* By this directory an interface is one of this network namespace. */
	fake_set(FAKE_IPV4 "conf/eth0/forwarding", "0");
	fake_set(NEIGH "default/base_reachable_time", "30");
	fake_set(NEIGH "eth0/base_reachable_time", "30");
	fake_set(NEIGH "eth0/base_reachable_time_ms", "30000");
	setting =
	    want(&b, "all", KIND_NUMBER, NEIGH "default/base_reachable_time", RULE_EXACT, "40");
	vec_push(arena, &wish_of(setting)->resets, NEIGH "eth0/base_reachable_time");
	setting = want(&b, "one", KIND_NUMBER, NEIGH "eth0/base_reachable_time", RULE_EXACT, "50");
	vec_push(arena, &wish_of(setting)->resets, NEIGH "eth0/base_reachable_time_ms");
	want(&a, "finer", KIND_NUMBER, NEIGH "eth0/base_reachable_time_ms", RULE_EXACT, "50500");
	(void)apply_with_claims(&b);
	(void)apply_with_claims(&a);
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_str_eq(fake_get(NEIGH "default/base_reachable_time"), "30");
	ck_assert_str_eq(fake_get(NEIGH "eth0/base_reachable_time_ms"), "50500");
	ck_assert_msg(restore_now(false, &undone, &err) == 0, "%s", err.text);
	ck_assert_str_eq(fake_get(NEIGH "eth0/base_reachable_time_ms"), "30000");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* Two that reset each other. */
START_TEST(a_ring_of_triggers)
{
	struct plan a = plan_of_owner("agent"), b = plan_of_owner("host"), undone;
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = "host"};
	struct setting *setting;
	struct err err = {0};

	setting = want(&b, "swappiness", KIND_NUMBER, SWAPPINESS, RULE_EXACT, "1");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nomerges");
	setting = want(&b, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	vec_push(arena, &wish_of(setting)->resets, SWAPPINESS);
	want(&a, "swappiness", KIND_NUMBER, SWAPPINESS, RULE_EXACT, "1");
	(void)apply_with_claims(&b);
	(void)apply_with_claims(&a);
	ck_assert_int_eq(restore_run(fake_root(), arena, &live, &request, &restored, &err), 0);
	ck_assert_str_eq(fake_get(SWAPPINESS), "1");
	ck_assert_msg(restore_now(false, &undone, &err) == 0, "%s", err.text);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

static void tune(const char *owner, const char *name, const char *path)
{
	struct plan plan = plan_of_owner(owner);

	want(&plan, name, KIND_NUMBER, path, RULE_EXACT, "1");
	(void)apply_with_claims(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_CHANGED);
}

static const char *told(const char *owner)
{
	struct restore_request request = {.time = "now", .user = "uid 0", .owner = owner};
	names found = {0};
	struct err err = {0};

	if (restore_run(fake_root(), arena, &live, &request, &restored, &err) < 0)
		return err.text[0] ? arena_strdup(arena, err.text) : "";
	vec_for_each (setting, &restored.plan.settings)
		vec_push(arena, &found,
			 arena_printf(arena, "%s %s", setting->wish->name,
				      plan_state_names[setting->state]));
	return text_join(arena, &found, ", ");
}

/* Each owner is told of its own, however many journals were written in between, and the new device
 * of the name has entries of its own. */
START_TEST(what_went_with_a_device_is_told_to_its_owner)
{
	static const char rx[] = "/.thintune/ethtool/eth8/rings/rx",
			  *const tx = "/.thintune/ethtool/eth8/rings/tx";
	struct plan both = plan_of_owner("agent");

	fake_set("/sys/class/net/eth8/ifindex", "8");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:01");
	fake_set(rx, "0");
	fake_set(tx, "0");
	tune("agent", "eth8 rings/rx", rx);
	tune("host", "eth8 rings/tx", tx);
	fake_set("/sys/class/net/eth8/ifindex", "12");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:02");
	fake_set(rx, "7");
	want(&both, "swappiness", KIND_NUMBER, SWAPPINESS, RULE_EXACT, "1");
	want(&both, "eth8 rings/rx", KIND_NUMBER, rx, RULE_EXACT, "1");
	(void)apply_with_claims(&both);
	tune("host", "nomerges", FAKE_QUEUE "nomerges");
	ck_assert_str_eq(told("agent"),
			 "eth8 rings/rx unsupported, swappiness changed, eth8 rings/rx changed");
	ck_assert_str_eq(fake_get(rx), "7");
	ck_assert_str_eq(told("agent"), "nothing to restore: agent claims nothing in the journal");
	ck_assert_str_eq(told("host"), "eth8 rings/tx unsupported, nomerges changed");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* Nothing else is in the journal. */
START_TEST(an_owner_of_nothing_but_what_is_lost)
{
	static const char rx[] = "/.thintune/ethtool/eth8/rings/rx";

	fake_set("/sys/class/net/eth8/ifindex", "8");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:01");
	fake_set(rx, "0");
	tune("agent", "eth8 rings/rx", rx);
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:02");
	tune("host", "swappiness", SWAPPINESS);
	ck_assert_str_eq(told("host"), "swappiness changed");
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	ck_assert_str_eq(told("agent"), "eth8 rings/rx unsupported");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* It stays, with what the kernel changed along with it, whatever has its name, and is found again
 * by any other. */
START_TEST(a_card_that_comes_back)
{
	static const char *const identity = "\"identity\":\"8|02:00:00:00:00:01|0000:00:03.0\"",
				 *const rings = "/.thintune/ethtool/eth8/rings/rx",
				 *const steering = "/sys/class/net/eth8/queues/rx-0/rps_cpus";

	fake_set(JOURNAL_FILE,
		 arena_printf(
		     arena,
		     "{\"journal\":\"" JOURNAL_FORMAT
		     "\",\"boot_id\":\"boot-1\",\"settled\":true ,\"records\":2}\n"
		     "{\"path\":\"%s\",\"kind\":\"number\",\"had\":\"8\","
		     "\"ours\":[\"1\"],\"tuner\":\"t\",\"setting\":\"eth8 rings\",\"owner\":null,"
		     "\"claims\":[{\"owner\":\"agent\",\"profile_sha256\":null,\"want\":\"1\"}],"
		     "%s}\n"
		     "{\"path\":\"%s\",\"kind\":\"cpu-mask\",\"had\":\"3\",\"ours\":[\"0\"],"
		     "\"tuner\":\"t\",\"setting\":null,\"owner\":\"%s\",%s}\n",
		     rings, identity, steering, rings, identity));
	fake_set("/sys/bus/pci/devices/0000:00:03.0/class", "0x020000");
	fake_set("/sys/class/net/eth8/ifindex", "12");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:02");
	fake_set(rings, "5");
	fake_set(steering, "6");
	for (int i = 0; i < 2; i++)
		ck_assert_str_eq(told("agent"), "eth8 rings failed, eth8 rx-0/rps_cpus failed");
	tune("agent", "eth8 rings", rings);
	fake_set("/sys/class/net/ens9/ifindex", "8");
	fake_set("/.thintune/ethtool/ens9/permanent-address", "02:00:00:00:00:01");
	fake_set("/.thintune/ethtool/ens9/rings/rx", "1");
	fake_set("/sys/class/net/ens9/queues/rx-0/rps_cpus", "0");
	ck_assert_str_eq(told("agent"),
			 "eth8 rings changed, ens9 rings changed, ens9 rx-0/rps_cpus changed");
	ck_assert_str_eq(fake_get(rings), "5");
	ck_assert_str_eq(fake_get("/sys/class/net/ens9/queues/rx-0/rps_cpus"), "3");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* A loop device gets another file, or none: the kernel counts a new disk, but its queue is the one
 * that has our values. */
START_TEST(another_medium_below_the_same_queue)
{
	struct plan plan = plan_of_owner("host");
	const char *before;
	struct setting *setting =
	    want(&plan, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");

	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	want(&plan, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	fake_set("/sys/block/sda/diskseq", "9");
	fake_set("/sys/block/sda/loop/backing_file", "/x");
	before = arena_strdup(arena, fake_get(FAKE_QUEUE "nr_requests"));
	(void)apply_with_claims(&plan);
	fake_set("/sys/block/sda/diskseq", "10");
	if (_i == 0)
		fake_set("/sys/block/sda/loop/backing_file", "/y");
	else if (_i == 1)
		fake_drop("/sys/block/sda/loop/backing_file");
	/* And what another has set there since is theirs. */
	fake_set(FAKE_QUEUE "nomerges", "1");
	ck_assert_str_eq(told(NULL), "scheduler changed, nomerges contested, nr_requests changed");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), before);
	fake_set(FAKE_QUEUE "nomerges", "2");
	ck_assert_str_eq(told(NULL), "nomerges changed");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(another_disk_has_a_queue_of_its_own)
{
	struct plan plan = plan_of_owner("host");

	want(&plan, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	fake_set("/sys/block/sda/diskseq", "9");
	(void)apply_with_claims(&plan);
	fake_set("/sys/block/sda/diskseq", "10");
	fake_replace("/sys/block/sda/");
	ck_assert_str_eq(told(NULL), "nomerges unsupported");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "2");
}
END_TEST

/* What hangs on what hangs on it is lost as well: no entry names one that is not there. */
START_TEST(a_chain_of_triggers_whose_device_is_lost)
{
	static const char *const lines =
	    "{\"journal\":\"" JOURNAL_FORMAT
	    "\",\"boot_id\":\"boot-1\",\"settled\":true ,\"records\":3}\n"
	    "{\"path\":\"/.thintune/ethtool/eth8/rings/rx\",\"kind\":\"number\",\"had\":\"0\","
	    "\"ours\":[\"1\"],\"tuner\":\"t\",\"setting\":\"rx\",\"owner\":null,"
	    "\"identity\":\"8|02:00:00:00:00:01|\"}\n"
	    "{\"path\":\"" SWAPPINESS "\",\"kind\":\"number\",\"had\":\"60\",\"ours\":[\"1\"],"
	    "\"tuner\":\"t\",\"setting\":\"swappiness\","
	    "\"owner\":\"/.thintune/ethtool/eth8/rings/rx\"}\n"
	    "{\"path\":\"" FAKE_QUEUE
	    "nomerges\",\"kind\":\"number\",\"had\":\"0\",\"ours\":[\"2\"],"
	    "\"tuner\":\"t\",\"setting\":\"nomerges\",\"owner\":\"" SWAPPINESS "\"}\n";

	fake_set(JOURNAL_FILE, lines);
	fake_set("/sys/class/net/eth8/ifindex", "8");
	fake_set("/.thintune/ethtool/eth8/permanent-address", "02:00:00:00:00:02");
	fake_set("/.thintune/ethtool/eth8/rings/rx", "1");
	tune("host", "aio", "/proc/sys/fs/aio-max-nr");
	ck_assert_str_eq(told("host"), "aio changed");
	/* What is no part of the card has not gone with it. */
	ck_assert_str_eq(told(NULL), "rx unsupported, swappiness same, nomerges same");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, another_medium_below_the_same_queue, 0, 3);
}

RUN_SUITE_WITH("claims", prepare, what_is_left_over_goes_back_with_what_it_reset,
	       killed_anywhere_while_it_is_put_back, channels_are_put_back_before_their_queues,
	       a_value_that_suits_both_owners, at_most_of_what_was_narrowed_before,
	       a_prediction_is_not_tried_on_anothers_claim, another_of_several_that_suits_both,
	       two_files_of_which_the_kernel_keeps_one, restore_of_one_owner,
	       what_others_claim_is_put_back_when_the_kernel_resets_it,
	       what_the_kernel_made_anew_is_not_contested, what_is_skipped_is_not_claimed,
	       one_of_two_triggers, a_chain_of_triggers, a_ring_of_triggers,
	       what_went_with_a_device_is_told_to_its_owner, an_owner_of_nothing_but_what_is_lost,
	       a_card_that_comes_back, another_disk_has_a_queue_of_its_own,
	       a_chain_of_triggers_whose_device_is_lost)
