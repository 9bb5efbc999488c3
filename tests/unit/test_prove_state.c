/* SPDX-License-Identifier: Apache-2.0 */
/* The two states of a proof where something else than the proof has changed what they are of. */
#include <errno.h>

#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "flow/prove_state.h"
#include "run_suite.h"

#define NOMERGES FAKE_QUEUE "nomerges"

static struct options options;
static struct outcome outcome;
static struct prove prove;

const char *outcome_user(const struct outcome *of)
{
	(void)of;
	return "uid 0";
}

static void begin(void)
{
	struct session *session = &outcome.session;
	struct wish wish = {.tuner = "disk-queue",
			    .name = "sda nomerges",
			    .kind = KIND_NUMBER,
			    .path = NOMERGES,
			    .rule = RULE_EXACT,
			    .phase = PHASE_VALUES};

	set_up();
	options = (struct options){.command = COMMAND_PROVE, .owner = "host"};
	outcome = (struct outcome){.started_rfc3339 = "2026-01-02T03:04:05Z"};
	prove = (struct prove){0};
	session->arena = arena;
	session->options = &options;
	session->root = fake_root();
	session->facts.live = live;
	session->plan = (struct plan){.arena = arena, .owner = "host", .profile_sha256 = "0123"};
	vec_push(arena, &wish.operands, "2");
	(void)plan_add(&session->plan, wish);
}

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, begin, tear_down);
}

/* As an older version wrote it. */
static void forget_identity(void)
{
	static const char identity[] = ",\"identity\":\"1||\"";
	const char *text = fake_get(JOURNAL_FILE), *found = strstr(text, identity);

	ck_assert_ptr_nonnull(found);
	fake_set(JOURNAL_FILE, arena_printf(arena, "%.*s%s", (int)(found - text), text,
					    found + strlen(identity)));
}

/* Another disk has the name: a plain restore forgets what the first one had. */
START_TEST(another_disk_is_nobody_elses_change)
{
	struct plan undone;
	struct err err = {0};
	const char *obstacle;

	(void)apply_now(&outcome.session.plan);
	forget_identity();
	fake_replace("/sys/block/sda/");
	fake_set(NOMERGES, "1");
	obstacle = prove_state_obstacle(&outcome.session);
	ck_assert_ptr_nonnull(obstacle);
	ck_assert_msg(text_ends(obstacle, ", so `thintune restore` comes first"), "%s", obstacle);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_ptr_null(prove_state_obstacle(&outcome.session));
}
END_TEST

START_TEST(the_same_disk_is)
{
	const char *obstacle;

	(void)apply_now(&outcome.session.plan);
	forget_identity();
	fake_set(NOMERGES, "1");
	obstacle = prove_state_obstacle(&outcome.session);
	ck_assert_ptr_nonnull(obstacle);
	ck_assert_msg(strstr(obstacle, "so `thintune restore --force` comes first"), "%s",
		      obstacle);
}
END_TEST

/* What was left to somebody else the first time is back the next, once that is over. */
START_TEST(what_is_contested_is_so_until_it_is_back)
{
	struct prove_state state;

	ck_assert(prove_state_open(&state, &outcome, &prove));
	ck_assert_int_eq(prove_state_begin(&state), 0);
	fake_set(NOMERGES, "1");
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(prove_state_switch(&state, false), -EBUSY);
		ck_assert(prove.is_contested);
		ck_assert(!prove.is_undone);
	}
	fake_set(NOMERGES, "0");
	ck_assert_int_eq(prove_state_switch(&state, false), 0);
	ck_assert(!prove.is_contested);
	ck_assert(prove.is_undone);
}
END_TEST

RUN_SUITE_WITH("prove_state", prepare, another_disk_is_nobody_elses_change, the_same_disk_is,
	       what_is_contested_is_so_until_it_is_back)
