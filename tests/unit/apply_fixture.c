/* SPDX-License-Identifier: Apache-2.0 */
#include "apply_fixture.h"

#include <check.h>

#include "apply/claims.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "wish_of.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

struct arena *arena;
struct live live;
struct restore_result restored;

void set_up(void)
{
	arena = arena_new();
	fake_reset();
	live = (struct live){.uid = 0, .capabilities_known = TRI_YES, .capabilities = ~UINT64_C(0)};
}

void tear_down(void)
{
	arena_free(arena);
}

struct setting *want(struct plan *into, const char *name, enum kind kind, const char *path,
		     enum rule rule, const char *value)
{
	struct wish wish = {.tuner = "test",
			    .name = name,
			    .kind = kind,
			    .path = path,
			    .rule = rule,
			    .phase = PHASE_VALUES};

	vec_push(arena, &wish.operands, value);
	return plan_add(into, wish);
}

struct plan make_plan(void)
{
	struct plan made = {.arena = arena};
	struct setting *setting;

	want(&made, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	want(&made, "aio", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&made, "rmem", KIND_NUMBERS, "/proc/sys/net/ipv4/tcp_rmem", RULE_AT_LEAST,
	     "4096 87380 16777216");
	want(&made, "epp", KIND_WORD_OF, FAKE_POLICY "energy_performance_preference", RULE_EXACT,
	     "performance");
	setting = want(&made, "governor", KIND_WORD_OF, FAKE_POLICY "scaling_governor", RULE_EXACT,
		       "performance");
	wish_of(setting)->offered_path = FAKE_POLICY "scaling_available_governors";
	vec_push(arena, &wish_of(setting)->resets, FAKE_POLICY "scaling_min_freq");
	vec_push(arena, &wish_of(setting)->resets, FAKE_POLICY "energy_performance_preference");
	vec_push(arena, &wish_of(setting)->resets, FAKE_POLICY "schedutil/");
	setting = want(&made, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "wbt_lat_usec");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "iosched/");
	setting = want(&made, "wbt", KIND_NUMBER, FAKE_QUEUE "wbt_lat_usec", RULE_EXACT, "0");
	vec_push(arena, &wish_of(setting)->after, FAKE_QUEUE "scheduler");
	want(&made, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	want(&made, "timeout", KIND_JIFFIES_MS, FAKE_QUEUE "io_timeout", RULE_EXACT, "4294967295");
	return made;
}

struct apply_result apply_now(struct plan *what)
{
	struct apply_result result = {0};

	look_plan(fake_root(), arena, &live, what);
	apply_phase(fake_root(), arena, &live, what, PHASE_VALUES, &result);
	return result;
}

struct plan plan_of_owner(const char *owner)
{
	return (struct plan){.arena = arena, .owner = owner, .profile_sha256 = "abc"};
}

/* As build_plan() does with what its tuners do not want. */
void add_holdings(struct plan *plan)
{
	static holding_list list;
	size_t wanted = plan->settings.count;

	list = claims_holdings(fake_root(), arena, plan->owner, NULL);
	for (size_t i = list.count; i-- > 0;) {
		struct holding *holding = &list.at[i];
		struct wish back = {.tuner = holding->tuner,
				    .name = holding->setting,
				    .kind = holding->kind,
				    .path = holding->path,
				    .rule = RULE_EXACT,
				    .phase = text_starts(holding->path, FAKE_CHANNELS)
						 ? PHASE_STRUCTURAL
						 : PHASE_VALUES,
				    .is_left_over = true};
		bool is_wanted = false;

		for (size_t j = 0; j < wanted; j++) {
			struct setting *setting = &plan->settings.at[j];

			if (!text_equal(setting->wish->path, holding->path))
				continue;
			setting->holding = holding;
			is_wanted = true;
		}
		vec_push(arena, &back.operands, holding->had);
		if (holding->reset_by)
			vec_push(arena, &back.after, holding->reset_by);
		if (!is_wanted && holding->is_claimed && holding->setting && !holding->others.count)
			plan_add(plan, back)->holding = holding;
	}
}

struct apply_result apply_with_claims(struct plan *plan)
{
	struct apply_result result;

	add_holdings(plan);
	result = apply_now(plan);
	ck_assert_ptr_null(claims_keep(fake_root(), arena, plan));
	return result;
}

void apply_first(void)
{
	struct plan first = make_plan();

	first.owner = "host";
	(void)apply_with_claims(&first);
}

struct plan second_plan(void)
{
	struct plan second = plan_of_owner("host");

	want(&second, "wbt", KIND_NUMBER, FAKE_QUEUE "wbt_lat_usec", RULE_EXACT, "0");
	want(&second, "aio", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	return second;
}

int restore_now(bool force, struct plan *ret, struct err *err)
{
	int r;

	*err = (struct err){0};
	restored = (struct restore_result){0};
	r = restore_run(fake_root(), arena, &live,
			&(struct restore_request){.force = force, .time = "now", .user = "uid 0"},
			&restored, err);
	*ret = restored.plan;
	return r;
}

void assert_all(const struct plan *what, enum state state)
{
	vec_for_each (setting, &what->settings)
		ck_assert_msg(setting->state == state, "%s is %s: %s", setting->wish->name,
			      plan_state_names[setting->state], setting->note ? setting->note : "");
}

void expect_leaks(void)
{
#ifdef __SANITIZE_ADDRESS__
	__lsan_disable();
#endif
}
