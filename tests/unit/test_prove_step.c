/* SPDX-License-Identifier: Apache-2.0 */
/* A proof on a kernel in memory, with a disk whose figures depend on its scheduler: which states
 * are measured, what is found, and what is left, also where it ends early. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

#include "apply/held.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "flow/prove_state.h"
#include "flow/prove_step.h"
#include "run_suite.h"
#include "sys/signals.h"

enum { seen_most = 400, usual = 1000000 /* ns */ };

static struct options options;
static struct outcome outcome;
static struct probe_request request;
static struct prove prove;
static char *before; /* the node's files */

/* What the disk is like, and what it was asked. */
static double factor;         /* of latency, while the scheduler is none */
static unsigned measurements; /* so far */
static unsigned event_at;     /* the measurement, from 1 on, in which something happens */
static void (*event)(struct probe_result *result);
static char seen[seen_most + 1]; /* 'o' and 't': the state of each measurement */
static names told;
static unsigned changes_before; /* of the node and below /run, when the proof begins */
/* A broker is found at this question of those that each phase begins with. */
static unsigned asked, broker_at;

/* Each measurement takes a second. */
uint64_t outcome_elapsed_ms(const struct outcome *of)
{
	(void)of;
	return 1000 * (uint64_t)measurements;
}

const char *outcome_user(const struct outcome *of)
{
	(void)of;
	return "uid 0";
}

static bool is_tuned(void)
{
	return text_equal(fake_get(FAKE_QUEUE "scheduler"), "[none] mq-deadline bfq");
}

/* Each figure scatters a little, so that there is something to judge by. */
static void answer(struct probe_result *result)
{
	double value = usual * (1 + 0.01 * (measurements % 5)) * (is_tuned() ? factor : 1);
	struct probe_job *job = &result->jobs[0];

	ck_assert_uint_lt(measurements, seen_most);
	seen[measurements++] = is_tuned() ? 't' : 'o';
	job->latency.p50 = (uint64_t)value;
	job->latency.p99 = (uint64_t)(3 * value);
	if (measurements == event_at)
		event(result);
}

int probe_run(struct arena *scratch, const struct probe_request *of, struct probe_result *ret,
	      struct err *err)
{
	(void)scratch;
	(void)err;
	*ret = (struct probe_result){
	    .finished = true, .direct = {.proof = PROOF_PROVEN}, .job_count = 1};
	(void)snprintf(ret->jobs[0].name, sizeof(ret->jobs[0].name), "%s", of->jobs.at[0]);
	ret->jobs[0].state = JOB_DONE;
	answer(ret);
	return 0;
}

static void note_told(enum outcome_level level, const char *text)
{
	ck_assert_int_eq(level, OUTCOME_NOTE);
	/* How long it takes and what it may not see is told while it can still be ended. */
	if (strstr(text, "this takes") || strstr(text, "how small") || strstr(text, "no figure"))
		ck_assert_uint_eq(fake_changes(), changes_before);
	vec_push(arena, &told, arena_strdup(arena, text));
}

static void add_setting(const char *tuner, const char *name, enum kind kind, const char *path,
			const char *value, const char *const *resets, const char *after)
{
	struct wish wish = {.tuner = tuner,
			    .name = name,
			    .kind = kind,
			    .path = path,
			    .rule = RULE_EXACT,
			    .phase = PHASE_VALUES};

	vec_push(arena, &wish.operands, value);
	for (; resets && *resets; resets++)
		vec_push(arena, &wish.resets, *resets);
	if (after)
		vec_push(arena, &wish.after, after);
	(void)plan_add(&outcome.session.plan, wish);
}

static void plan_node(void)
{
	static const char *const resets[] = {FAKE_QUEUE "nr_requests", FAKE_QUEUE "wbt_lat_usec",
					     FAKE_QUEUE "iosched/", NULL};
	struct session *session = &outcome.session;

	session->plan = (struct plan){.arena = arena, .owner = "host", .profile_sha256 = "0123"};
	add_setting("disk-queue", "sda scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", "none",
		    resets, NULL);
	add_setting("disk-queue", "sda wbt_lat_usec", KIND_NUMBER, FAKE_QUEUE "wbt_lat_usec", "0",
		    NULL, FAKE_QUEUE "scheduler");
	add_setting("disk-queue", "sda nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", "2", NULL,
		    NULL);
	add_setting("sysctl", "vm.swappiness", KIND_NUMBER, FAKE_VM "swappiness", "1", NULL, NULL);
	look_plan(session->root, arena, &session->facts.live, &session->plan);
}

static void begin(void)
{
	struct session *session = &outcome.session;

	fake_reset();
	arena = arena_new();
	options = (struct options){.command = COMMAND_PROVE, .owner = "host"};
	outcome = (struct outcome){.started_rfc3339 = "2026-01-02T03:04:05Z", .tell = note_told};
	session->arena = arena;
	session->options = &options;
	session->root = fake_root();
	session->lock = LOCK_NONE;
	session->facts.live = (struct live){.uid = 0,
					    .broker_running = TRI_NO,
					    .capabilities_known = TRI_YES,
					    .capabilities = ~UINT64_C(0),
					    .data_dir = {.path = "/data",
							 .exists = TRI_YES,
							 .is_directory = true,
							 .free_bytes = UINT64_C(1) << 40}};
	plan_node();
	request = (struct probe_request){.dir = &session->facts.live.data_dir, .runtime_us = 1000};
	vec_push(arena, &request.jobs, "append-4k");
	prove = (struct prove){0};
	before = fake_state(arena);
	factor = 1;
	measurements = event_at = asked = broker_at = 0;
	told = (names){0};
	for (size_t i = 0; i <= seen_most; i++)
		seen[i] = '\0';
}

static void end(void)
{
	arena_free(arena);
}

static const char *find_broker(struct session *session)
{
	(void)session;
	return ++asked == broker_at ? "a broker is running on this node" : NULL;
}

static enum exit_code run(void)
{
	struct session *session = &outcome.session;
	const char *why = prove_state_obstacle(session);

	changes_before = fake_changes();
	if (!why)
		return prove_step(&outcome, &request, find_broker, &prove);
	(void)err_set(&session->err, -EBUSY, "%s", why);
	return EXIT_ERROR;
}

static void expect_restored(void)
{
	const struct restore_request all = {.time = "now", .user = "uid 0"};
	struct restore_result result = {0};
	struct err err = {0};
	int r = restore_run(fake_root(), arena, &outcome.session.facts.live, &all, &result, &err);

	ck_assert_msg(r == 0 || r == -ENOENT, "%s", err.text);
	ck_assert_ptr_null(result.unfinished);
	ck_assert_str_eq(fake_state(arena), before);
}

static unsigned unequal_blocks(void)
{
	unsigned unequal = 0;

	ck_assert_uint_eq(strlen(seen), 4 * prove.blocks);
	for (const char *block = seen; *block; block += 4) {
		bool is_one = strncmp(block, "otto", 4) == 0,
		     is_other = strncmp(block, "toot", 4) == 0;

		ck_assert_msg(is_one || is_other, "%.4s", block);
		unequal += block > seen && strncmp(block, block - 4, 4) != 0;
	}
	return unequal;
}

/* What is found ------------------------------------------------------------------------------- */

START_TEST(what_helps_stays)
{
	factor = 0.7;
	ck_assert_int_eq(run(), EXIT_MATCH);
	ck_assert_int_eq(prove.verdict, EFFECT_HELPED);
	ck_assert_uint_eq(prove.blocks, EFFECT_LEAST);
	(void)unequal_blocks();
	ck_assert_int_eq(prove.left, PROVE_TUNED);
	ck_assert(is_tuned());
	ck_assert_ptr_null(prove.stopped);
	ck_assert_uint_eq(prove.settings.count, 3);
	ck_assert_str_eq(prove.settings.at[0].original, "mq-deadline");
	ck_assert_str_eq(prove.settings.at[0].tuned, "none");
	/* What no figure shows is told, and left alone. */
	ck_assert_uint_eq(prove.not_measured.count, 1);
	ck_assert_str_eq(prove.not_measured.at[0], "sysctl: 1 setting");
	ck_assert_str_eq(fake_get(FAKE_VM "swappiness"), "60");
	/* How long it takes, what stays out; then how many blocks, and what they show. */
	ck_assert_uint_eq(told.count, 4);
	ck_assert_str_eq(told.at[0], "this takes at least about 13 s for 8 blocks of four "
				     "measurements, and up to 10 min for at most 374");
	ck_assert_ptr_nonnull(
	    strstr(told.at[1], "one of 10 % will most likely be seen if a figure scatters from "
			       "block to block by at most 6.5 % in 8 blocks, or 68 % in 374"));
	ck_assert_ptr_nonnull(strstr(told.at[2], "sysctl: 1 setting"));
	ck_assert_ptr_nonnull(
	    strstr(told.at[3], "8 blocks in all, which takes about 16 s more; changes smaller than "
			       "these will hardly be seen: append-4k p50 "));
	expect_restored();
}
END_TEST

START_TEST(what_is_worse_is_undone)
{
	factor = 1.4;
	ck_assert_int_eq(run(), EXIT_REQUIRED);
	ck_assert_int_eq(prove.verdict, EFFECT_WORSE);
	ck_assert_int_eq(prove.left, PROVE_ORIGINAL);
	ck_assert_str_eq(fake_state(arena), before);
	/* watch respects it. */
	ck_assert_ptr_nonnull(strstr(fake_get("/run/thintune/held"), FAKE_QUEUE "scheduler"));
}
END_TEST

START_TEST(no_difference_is_no_reason_to_undo)
{
	ck_assert_int_eq(run(), EXIT_MATCH);
	ck_assert_int_eq(prove.verdict, EFFECT_NONE);
	ck_assert(is_tuned());
}
END_TEST

/* The order of the states is a matter of chance. */
START_TEST(a_coin_decides_which_comes_first)
{
	unsigned unequal = 0;

	for (unsigned i = 0; i < 4; i++) {
		outcome.started.tv_nsec = 1000 + i;
		ck_assert_int_eq(run(), EXIT_MATCH);
		unequal += unequal_blocks();
		end();
		begin();
	}
	ck_assert_uint_gt(unequal, 4);
	ck_assert_uint_lt(unequal, 24);
}
END_TEST

/* Every other measurement takes twice as long. */
static void scatter(struct probe_result *result)
{
	result->jobs[0].latency.p50 *= measurements % 3 ? 2 : 1;
	event_at++;
}

START_TEST(a_noisy_disk_takes_all_the_time_and_tells_nothing)
{
	event = scatter;
	event_at = 1;
	options.effect_percent = 1;
	options.time_us = 1;
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_uint_eq(prove.blocks, EFFECT_LEAST);
	ck_assert_int_eq(prove.verdict, EFFECT_UNKNOWN);
	ck_assert_int_eq(prove.left, PROVE_TUNED);
	ck_assert_ptr_nonnull(strstr(outcome.session.err.text, "cannot be told"));
}
END_TEST

/* Quiet while it is tried out, so that eight blocks would do: there is time for more. */
static void wake(struct probe_result *result)
{
	if (measurements > 4 * EFFECT_PILOT && measurements <= 4 * EFFECT_LEAST)
		result->jobs[0].latency.p50 =
		    result->jobs[0].latency.p50 * (100 + 7 * (measurements % 3)) / 100;
	event_at++;
}

START_TEST(a_disk_that_becomes_noisy_gets_more_blocks)
{
	event = wake;
	event_at = 1;
	options.effect_percent = 3;
	options.time_us = UINT64_C(390000000);
	(void)run();
	ck_assert_uint_gt(prove.blocks, EFFECT_LEAST);
	ck_assert_uint_eq(prove.blocks, prove.planned);
	ck_assert_uint_gt(told.count, 3);
}
END_TEST

/* Begins from the original only --------------------------------------------------------------- */

static void apply_plan(void)
{
	struct apply_result result = {0};

	apply_phase(fake_root(), arena, &outcome.session.facts.live, &outcome.session.plan,
		    PHASE_VALUES, &result);
	ck_assert_uint_gt(result.writes, 0);
}

/* Neither the node nor the journal. */
static void expect_untouched_by(enum exit_code code, const char *words)
{
	const char *state = fake_state(arena);
	const char *journal = arena_strdup(arena, text_or(fake_get(JOURNAL_FILE), ""));

	ck_assert_int_eq(run(), code);
	ck_assert_uint_eq(measurements, 0);
	ck_assert_str_eq(fake_state(arena), state);
	ck_assert_str_eq(text_or(fake_get(JOURNAL_FILE), ""), journal);
	if (words)
		ck_assert_msg(strstr(outcome.session.err.text, words) != NULL, "%s",
			      outcome.session.err.text);
}

START_TEST(a_node_that_is_tuned_already)
{
	apply_plan();
	plan_node();
	expect_untouched_by(EXIT_ERROR, "the journal has an original value of sda scheduler");
	ck_assert(is_tuned());
}
END_TEST

/* A restore would leave what somebody else has set since, and so would the next one. */
START_TEST(somebody_else_has_changed_what_was_tuned)
{
	const struct restore_request all = {.time = "now", .user = "uid 0"};
	struct restore_result result = {0};
	struct err err = {0};

	apply_plan();
	fake_set(FAKE_QUEUE "nomerges", "1");
	plan_node();
	if (_i == 1)
		ck_assert_int_eq(restore_run(fake_root(), arena, &outcome.session.facts.live, &all,
					     &result, &err),
				 0);
	/* What a plain restore would undo comes before it in the journal. */
	expect_untouched_by(EXIT_ERROR,
			    "sda nomerges: prove begins from a disk that is as it was "
			    "before thintune, so `thintune restore --force` comes first");
}
END_TEST

/* None of the tuners asked for is compared: that is none, not all. */
START_TEST(a_tuned_node_and_no_tuner_that_shows)
{
	apply_plan();
	vec_push(arena, &outcome.session.request.only, "sysctl");
	plan_node();
	expect_untouched_by(EXIT_MATCH, NULL);
	ck_assert(prove.is_nothing);
	ck_assert(is_tuned());
	ck_assert_str_eq(fake_get(FAKE_VM "swappiness"), "1");
}
END_TEST

/* Of another disk, of another profile, or of another owner: the same tuner, another path. */
START_TEST(what_the_tuners_have_set_elsewhere)
{
	struct plan *plan = &outcome.session.plan;

	if (_i == 1)
		plan->owner = "pod";
	plan->settings.at[0] = plan->settings.at[2];
	plan->settings.count = 1;
	apply_plan();
	plan_node();
	plan->settings.count = 1;
	expect_untouched_by(EXIT_ERROR, "the journal has an original value of sda nomerges");
}
END_TEST

/* The tuner's name in the journal is another one, as after a change of version. */
START_TEST(the_same_path_of_another_tuner)
{
	struct plan *plan = &outcome.session.plan;
	struct wish wish = *plan->settings.at[2].wish;

	wish.tuner = "sysctl";
	plan->settings.at[0].wish = &wish;
	plan->settings.count = 1;
	look_plan(fake_root(), arena, &outcome.session.facts.live, plan);
	apply_plan();
	plan_node();
	expect_untouched_by(EXIT_ERROR, "the journal has an original value of sda nomerges");
}
END_TEST

/* What other tuners have set is neither compared nor undone. */
START_TEST(what_other_tuners_have_set_stays)
{
	struct plan *plan = &outcome.session.plan;

	plan->settings.at[0] = plan->settings.at[3];
	plan->settings.count = 1;
	apply_plan();
	plan_node();
	factor = 1.4;
	ck_assert_int_eq(run(), EXIT_REQUIRED);
	ck_assert_uint_gt(measurements, 0);
	ck_assert(!is_tuned());
	ck_assert_str_eq(fake_get(FAKE_VM "swappiness"), "1");
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "swappiness"));
	expect_restored();
}
END_TEST

START_TEST(a_command_that_was_killed)
{
	struct plan *plan = &outcome.session.plan;
	struct journal journal;

	plan->settings.at[0] = plan->settings.at[3];
	plan->settings.count = 1;
	apply_plan();
	ck_assert_int_eq(journal_read(fake_root(), arena, &journal, NULL), 0);
	ck_assert_int_eq(journal_mark(fake_root(), arena, &journal, false, NULL), 0);
	plan_node();
	expect_untouched_by(EXIT_ERROR, "was stopped while it wrote");
}
END_TEST

START_TEST(a_journal_that_cannot_be_read)
{
	fake_set(JOURNAL_FILE, "no journal\n");
	expect_untouched_by(EXIT_ERROR, JOURNAL_FILE);
}
END_TEST

/* What watch leaves alone, and what the history tells ----------------------------------------- */

#define OTHER_HELD "/sys/block/sdb/queue/nomerges"

static void hold_earlier(void)
{
	fake_set(HELD_FILE, "{\"time\": \"earlier\", \"user\": \"ann\", \"paths\": [\"" OTHER_HELD
			    "\", \"" FAKE_QUEUE "nomerges\"]}\n");
}

static bool is_held(const char *path)
{
	const char *time, *user;
	names paths;
	int r = held_read(fake_root(), arena, &time, &user, &paths);

	ck_assert(r == 0 || r == -ENOENT);
	return r == 0 && text_in(path, &paths);
}

START_TEST(what_an_earlier_restore_holds_stays_held)
{
	hold_earlier();
	factor = _i ? 1.4 : 0.7;
	ck_assert_int_eq(run(), _i ? EXIT_REQUIRED : EXIT_MATCH);
	ck_assert(is_held(OTHER_HELD));
	ck_assert_int_eq(is_held(FAKE_QUEUE "nomerges"), _i);
	ck_assert_int_eq(is_held(FAKE_QUEUE "scheduler"), _i);
}
END_TEST

START_TEST(nothing_to_compare_leaves_what_is_held)
{
	const char *held;

	hold_earlier();
	held = arena_strdup(arena, fake_get(HELD_FILE));
	outcome.session.plan.settings.count = 0;
	ck_assert_int_eq(run(), EXIT_MATCH);
	ck_assert_str_eq(prove_verdict_name(&prove), "nothing to compare");
	ck_assert_str_eq(fake_get(HELD_FILE), held);
}
END_TEST

static struct history_pen pen;

static void open_history(void)
{
	pen = (struct history_pen){.root = fake_root(),
				   .arena = arena,
				   .line = {.time = "2026-01-02T03:04:05Z", .command = "prove"}};
	history_open(&pen);
	outcome.session.history = &pen;
}

/* The change of this path in the line that is to be written; NULL: it tells of none. */
static const struct history_change *change_of(const char *path)
{
	vec_for_each (change, &pen.line.changes) {
		if (text_equal(change->path, path))
			return change;
	}
	return NULL;
}

START_TEST(the_history_tells_from_what_to_what)
{
	open_history();
	factor = _i ? 1.4 : 0.7;
	ck_assert_int_eq(run(), _i ? EXIT_REQUIRED : EXIT_MATCH);
	ck_assert(pen.is_begun);
	ck_assert_str_eq(change_of(FAKE_QUEUE "scheduler")->before, "mq-deadline");
	ck_assert_str_eq(change_of(FAKE_QUEUE "scheduler")->after, _i ? "mq-deadline" : "none");
	ck_assert_ptr_nonnull(change_of(FAKE_QUEUE "nomerges"));
	ck_assert_ptr_null(change_of(FAKE_VM "swappiness"));
}
END_TEST

/* The write that a signal follows is the last one, long before anything is measured. */
START_TEST(the_history_tells_of_a_proof_that_ends_before_it_measures)
{
	open_history();
	signals_catch();
	fake_signal_at((unsigned)_i, SIGTERM);
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_uint_eq(measurements, 0);
	if (is_tuned())
		ck_assert_str_eq(change_of(FAKE_QUEUE "scheduler")->after, "none");
	if (text_equal(fake_get(FAKE_QUEUE "nomerges"), "2"))
		ck_assert_str_eq(change_of(FAKE_QUEUE "nomerges")->after, "2");
	ck_assert_int_ne(prove.left, PROVE_TUNED);
	ck_assert(prove.settings.count || !is_tuned());
}
END_TEST

START_TEST(nothing_that_shows)
{
	fake_set(FAKE_QUEUE "scheduler", "[none] mq-deadline bfq");
	fake_set(FAKE_QUEUE "wbt_lat_usec", "0");
	fake_set(FAKE_QUEUE "nomerges", "2");
	before = fake_state(arena);
	plan_node();
	ck_assert_int_eq(run(), EXIT_MATCH);
	ck_assert(prove.is_nothing);
	ck_assert_uint_eq(measurements, 0);
	ck_assert_uint_eq(told.count, 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(nothing_that_could_be_written)
{
	fake_refuse(FAKE_QUEUE "scheduler", -EPERM);
	fake_refuse(FAKE_QUEUE "wbt_lat_usec", -EPERM);
	fake_refuse(FAKE_QUEUE "nomerges", -EPERM);
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_uint_eq(measurements, 0);
	ck_assert_ptr_nonnull(strstr(outcome.session.err.text, "could be written"));
	ck_assert_uint_eq(prove.not_measured.count, 4);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* One of them is told, and the others are compared. */
START_TEST(one_that_could_not_be_written)
{
	fake_refuse(FAKE_QUEUE "nomerges", -EPERM);
	ck_assert_int_eq(run(), EXIT_MATCH);
	ck_assert_uint_eq(prove.settings.count, 2);
	ck_assert_ptr_nonnull(strstr(prove.not_measured.at[1], "sda nomerges: "));
	ck_assert_ptr_nonnull(
	    strstr(told.at[3], "what could not be written is left as it is: sda nomerges: "));
}
END_TEST

/* Ends early ---------------------------------------------------------------------------------- */

enum { first_phases = 8 }; /* two blocks */

static void break_down(struct probe_result *result)
{
	result->error = -EIO;
	(void)snprintf(result->failure, sizeof(result->failure), "the disk is gone");
}

START_TEST(a_measurement_fails)
{
	event = break_down;
	event_at = (unsigned)_i;
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_str_eq(outcome.session.err.text, "the measurement failed: the disk is gone");
	ck_assert_ptr_nonnull(prove.stopped);
	ck_assert_uint_eq(prove.blocks, (event_at - 1) / 4);
	ck_assert_int_eq(prove.left, PROVE_ORIGINAL);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

static void interrupt(struct probe_result *result)
{
	ck_assert_int_eq(raise(SIGTERM), 0);
	result->error = -EINTR;
	(void)snprintf(result->failure, sizeof(result->failure), "interrupted by SIGTERM");
}

/* Nothing more is written, and the report says in which state that leaves the node. */
START_TEST(a_signal_leaves_what_restore_brings_back)
{
	signals_catch();
	event = interrupt;
	event_at = (unsigned)_i;
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_int_eq(prove.left, seen[event_at - 1] == 't' ? PROVE_TUNED : PROVE_ORIGINAL);
	ck_assert_int_eq(is_tuned(), prove.left == PROVE_TUNED);
	ck_assert_ptr_nonnull(strstr(prove.stopped, "interrupted by SIGTERM"));
	/* The journal is whole and settled: what is tuned can be undone by the next process. */
	ck_assert_int_eq(is_tuned(), fake_get(JOURNAL_FILE) &&
					 strstr(fake_get(JOURNAL_FILE), "\"settled\":true ") &&
					 strstr(fake_get(JOURNAL_FILE), "\"had\":\"mq-deadline\""));
}
END_TEST

static void meddle(struct probe_result *result)
{
	(void)result;
	fake_set(FAKE_QUEUE "nomerges", "1");
}

START_TEST(somebody_else_sets_it_meanwhile)
{
	event = meddle;
	event_at = (unsigned)_i;
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_ptr_nonnull(strstr(prove.stopped, "sda nomerges was to be "));
	ck_assert_ptr_nonnull(strstr(prove.stopped, " and is 1: somebody else sets it"));
	/* Theirs stays theirs; all the others come back. */
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nomerges"), "1");
	ck_assert(!is_tuned());
	/* So it has neither all that was original nor all that was tuned. */
	ck_assert_int_eq(prove.left, PROVE_BETWEEN);
	ck_assert_ptr_nonnull(prove.left_note);
	ck_assert(!is_held(FAKE_QUEUE "nomerges"));
	/* While it was tuned its original is in the journal, for a restore that overwrites. */
	ck_assert_int_eq(prove.is_contested, seen[event_at - 1] == 't');
	ck_assert_int_eq(prove.is_undone, seen[event_at - 1] == 'o');
}
END_TEST

static void lose_journal(struct probe_result *result)
{
	(void)result;
	fake_drop(JOURNAL_FILE);
}

/* What is not in the journal any more is not taken for original. */
START_TEST(the_journal_is_lost_while_tuned)
{
	event = lose_journal;
	event_at = (unsigned)_i;
	if (run() == EXIT_MATCH)
		return; /* it was original, and is journalled anew */
	ck_assert_int_eq(seen[event_at - 1], 't');
	ck_assert(is_tuned());
	ck_assert_int_eq(prove.left, PROVE_BETWEEN);
	ck_assert_ptr_nonnull(strstr(prove.stopped, "the journal no longer has"));
	ck_assert_str_eq(prove.settings.at[0].original, "mq-deadline");
}
END_TEST

START_TEST(a_broker_is_started_meanwhile)
{
	broker_at = (unsigned)_i;
	ck_assert_int_eq(run(), EXIT_ERROR);
	ck_assert_uint_eq(measurements, broker_at - 1);
	ck_assert_str_eq(prove.stopped, "a broker is running on this node");
	ck_assert_int_eq(prove.left, PROVE_ORIGINAL);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* Any one change of the first two blocks fails: what is said is what the node has. */
START_TEST(a_write_fails)
{
	enum exit_code code;

	fake_fail((unsigned)_i, 1, -EIO);
	code = run();
	if (prove.left == PROVE_ORIGINAL)
		ck_assert_str_eq(fake_state(arena), before);
	if (prove.left == PROVE_TUNED && prove.settings.count == 3)
		ck_assert(is_tuned() && text_equal(fake_get(FAKE_QUEUE "nomerges"), "2"));
	ck_assert(prove.left != PROVE_BETWEEN || code == EXIT_ERROR);
	fake_fail(1, 0, 0);
	expect_restored();
}
END_TEST

/* The journal fails late in the first apply, after a write to the node, and stays so. */
START_TEST(all_writes_fail_from_one_on)
{
	fake_fail((unsigned)_i, 0, -EIO);
	ck_assert_int_eq(run(), EXIT_ERROR);
	if (strcmp(fake_state(arena), before) != 0)
		ck_assert_int_ne(prove.left, PROVE_ORIGINAL);
	fake_fail(1, 0, 0);
	expect_restored();
}
END_TEST

static void expect_restored_after_death_at(unsigned change)
{
	volatile bool is_dead = true;

	expect_leaks();
	fake_die_at(change);
	if (setjmp(fake_death) == 0) {
		(void)run();
		is_dead = false;
	}
	fake_die_at(0);
	ck_assert_msg(is_dead, "there are fewer changes than %u", change);
	expect_restored();
}

/* Killed at any change of the first two blocks: a restore brings everything back. */
START_TEST(a_kill_leaves_what_restore_brings_back)
{
	if (is_sweep_short() && _i % 3)
		return;
	expect_restored_after_death_at((unsigned)_i);
}
END_TEST

/* Or at any of the last ones: of the last switch, and of what is told and claimed after it. */
START_TEST(a_kill_at_the_end_leaves_what_restore_brings_back)
{
	const double faster = _i % 2 ? 1.4 : 0.7;
	unsigned changes;

	factor = faster;
	ck_assert_int_eq(run(), _i % 2 ? EXIT_REQUIRED : EXIT_MATCH);
	changes = fake_changes() - changes_before;
	end();
	begin();
	factor = faster;
	expect_restored_after_death_at(changes - (unsigned)_i / 2);
}
END_TEST

static void add_loops(TCase *group)
{
	tcase_add_checked_fixture(group, begin, end);
	tcase_add_loop_test(group, a_measurement_fails, 1, first_phases + 1);
	tcase_add_loop_test(group, a_signal_leaves_what_restore_brings_back, 1, first_phases + 1);
	tcase_add_loop_test(group, somebody_else_sets_it_meanwhile, 1, first_phases + 1);
	tcase_add_loop_test(group, the_journal_is_lost_while_tuned, 1, first_phases + 1);
	tcase_add_loop_test(group, a_broker_is_started_meanwhile, 1, first_phases + 1);
	tcase_add_loop_test(group, somebody_else_has_changed_what_was_tuned, 0, 2);
	tcase_add_loop_test(group, what_the_tuners_have_set_elsewhere, 0, 2);
	tcase_add_loop_test(group, what_an_earlier_restore_holds_stays_held, 0, 2);
	tcase_add_loop_test(group, the_history_tells_from_what_to_what, 0, 2);
	tcase_add_loop_test(group, the_history_tells_of_a_proof_that_ends_before_it_measures, 1, 8);
	tcase_add_loop_test(group, a_write_fails, 1, 60);
	tcase_add_loop_test(group, all_writes_fail_from_one_on, 1, 60);
	tcase_add_loop_test(group, a_kill_leaves_what_restore_brings_back, 1, 100);
	tcase_add_loop_test(group, a_kill_at_the_end_leaves_what_restore_brings_back, 0, 40);
}

RUN_SUITE_WITH("prove_step", add_loops, what_helps_stays, what_is_worse_is_undone,
	       no_difference_is_no_reason_to_undo, a_coin_decides_which_comes_first,
	       a_noisy_disk_takes_all_the_time_and_tells_nothing,
	       a_disk_that_becomes_noisy_gets_more_blocks, a_node_that_is_tuned_already,
	       a_tuned_node_and_no_tuner_that_shows, the_same_path_of_another_tuner,
	       what_other_tuners_have_set_stays, a_command_that_was_killed,
	       a_journal_that_cannot_be_read, nothing_to_compare_leaves_what_is_held,
	       nothing_that_shows, nothing_that_could_be_written, one_that_could_not_be_written)
