/* SPDX-License-Identifier: Apache-2.0 */
/* Measures both states by turns, in blocks, until enough is known or the time is over. */
#include "flow/prove_step.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "flow/prove_state.h"
#include "probe/random.h"
#include "report/progress.h"
#include "sys/signals.h"

enum {
	extra_ms = 200,      /* that a job takes besides, and that a phase takes besides */
	default_effect = 10, /* percent */
};

#define DEFAULT_TIME_US UINT64_C(600000000)

struct proving {
	struct outcome *outcome;
	const struct probe_request *request;
	const char *(*obstacle)(struct session *session);
	struct prove *prove;
	struct prove_state state;
	struct probe_result *result;
	struct random coin;
	uint64_t begun_ms;
	unsigned phase; /* within the block */
};

/* Phases -------------------------------------------------------------------------------------- */

static void show_progress(void *context, const struct probe_now *now)
{
	const struct proving *proving = context;
	const struct outcome *outcome = proving->outcome;
	struct probe_now all = {.rate = now->rate};
	char line[PROGRESS_MOST];

	(void)snprintf(all.stage, sizeof(all.stage), "block %u, %s %u/4",
		       proving->prove->blocks + 1, prove_left_name(proving->prove->left),
		       proving->phase + 1);
	all.elapsed_s = (double)outcome_elapsed_ms(outcome) / 1000;
	progress_line(&all, outcome->progress_columns, line);
	outcome->progress(line);
}

/* What keeps figures from being those of the disk. */
static int check_result(struct session *session, const struct probe_result *result)
{
	if (result->error)
		return err_set(&session->err, result->error, "the measurement failed: %s",
			       result->failure);
	if (result->invalid[0])
		return err_set(&session->err, -EBUSY, "the figures do not count: %s",
			       result->invalid);
	if (result->direct.proof != PROOF_PROVEN && !session->options->force)
		return err_set(&session->err, -EOPNOTSUPP, "direct I/O is not proven: %s",
			       result->direct.sentence);
	return 0;
}

/* A broker may have been started since the last one. */
static int check_node(struct proving *proving)
{
	struct session *session = &proving->outcome->session;
	const char *why = proving->obstacle(session);

	return why ? err_set(&session->err, -EBUSY, "%s", why) : 0;
}

/* One measurement in the state at hand. */
static int measure(struct proving *proving, double *values)
{
	struct session *session = &proving->outcome->session;
	struct probe_request request = *proving->request;
	struct arena *scratch = arena_new();
	int r;

	if (proving->outcome->progress)
		request.progress = show_progress;
	request.context = proving;
	r = probe_run(scratch, &request, proving->result, &session->err);
	arena_free(scratch);
	if (request.progress)
		proving->outcome->progress("");
	if (r == 0)
		r = check_result(session, proving->result);
	if (r == 0)
		r = effect_read(&proving->prove->effects, proving->result, values, &session->err);
	return r < 0 ? r : prove_state_hold(&proving->state);
}

/* Original, tuned, tuned, original; or the other way round. */
static int run_block(struct proving *proving)
{
	struct arena *arena = proving->outcome->session.arena;
	effects *list = &proving->prove->effects;
	bool begins_tuned = random_below(&proving->coin, 2);
	bool is_tuned[EFFECT_PHASES];
	double *values[EFFECT_PHASES];
	int r = 0;

	for (unsigned i = 0; i < EFFECT_PHASES && r == 0; i++) {
		is_tuned[i] = (i == 1 || i == 2) != begins_tuned;
		values[i] = arena_alloc(arena, list->count * sizeof(*values[i]));
		proving->phase = i;
		r = check_node(proving);
		if (r == 0)
			r = prove_state_switch(&proving->state, is_tuned[i]);
		if (r == 0)
			r = measure(proving, values[i]);
	}
	if (r < 0)
		return r;
	effect_add(arena, list, (const double *const[]){values[0], values[1], values[2], values[3]},
		   is_tuned);
	proving->prove->blocks++;
	return 0;
}

/* How many ------------------------------------------------------------------------------------- */

static uint64_t time_ms(const struct options *options)
{
	return (options->time_us ? options->time_us : DEFAULT_TIME_US) / 1000;
}

/* At least those with which anything can be judged. */
static unsigned blocks_in(uint64_t ms, uint64_t each_ms)
{
	uint64_t blocks = ms / (each_ms ? each_ms : 1);

	return blocks < EFFECT_LEAST  ? EFFECT_LEAST
	       : blocks > EFFECT_MOST ? EFFECT_MOST
				      : (unsigned)blocks;
}

static void tell(const struct proving *proving, const char *text)
{
	const struct outcome *outcome = proving->outcome;

	if (!outcome->session.options->quiet)
		outcome->tell(OUTCOME_NOTE, text);
}

/* Of what is left as it is, from the first-th on. */
static void tell_missing(const struct proving *proving, size_t first, const char *why)
{
	const names *all = &proving->prove->not_measured;
	names missing = {0};
	struct arena *arena = proving->outcome->session.arena;

	for (size_t i = first; i < all->count; i++)
		vec_push(arena, &missing, all->at[i]);
	if (missing.count)
		tell(proving, arena_printf(arena, "%s is left as it is: %s", why,
					   text_join(arena, &missing, ", ")));
}

/* Which scatter so many blocks can bear. */
static const char *bearable(const struct proving *proving, unsigned blocks)
{
	const struct prove *prove = proving->prove;

	struct arena *arena = proving->outcome->session.arena;

	return arena_printf(
	    arena, "%s in %u blocks",
	    prove_share(arena, effect_bearable(&prove->effects, prove->wanted, blocks)), blocks);
}

/* Before anything is written. How small a change shows depends on how much the disk scatters, which
 * only the first blocks tell: until then it is told how much it may. */
static void tell_plan(const struct proving *proving)
{
	const struct probe_request *request = proving->request;
	struct arena *arena = proving->outcome->session.arena;
	uint64_t job_ms = request->runtime_us / 1000 + extra_ms;
	uint64_t block_ms = (job_ms * request->jobs.count + extra_ms) * EFFECT_PHASES;
	unsigned most = blocks_in(time_ms(proving->outcome->session.options), block_ms);
	const char *longer = "";
	const char *scatter = bearable(proving, EFFECT_LEAST);

	if (most > EFFECT_LEAST) {
		longer = arena_printf(arena, ", and up to %s for at most %u",
				      prove_time(arena, block_ms * most), most);
		scatter = arena_printf(arena, "%s, or %s", scatter, bearable(proving, most));
	}
	tell(proving,
	     arena_printf(arena,
			  "this takes at least about %s for %u blocks of four "
			  "measurements%s",
			  prove_time(arena, block_ms * EFFECT_LEAST), EFFECT_LEAST, longer));
	tell(proving,
	     arena_printf(
		 arena,
		 "how small a change it can see is not known before %u blocks have shown "
		 "how much this disk scatters; one of %.0f %% will most likely be seen if "
		 "a figure scatters from block to block by at most %s, and a smaller one may go "
		 "unseen",
		 EFFECT_PILOT, 100 * proving->prove->wanted, scatter));
	tell_missing(proving, 0, "what no figure here can show");
}

/* After the pilot, and again when what it planned is done: how long it still takes, and what that
 * will show. Only the scatter decides, never what was found, so that chance is judged as before. */
static void decide(struct proving *proving)
{
	struct outcome *outcome = proving->outcome;
	struct arena *arena = outcome->session.arena;
	struct prove *prove = proving->prove;
	uint64_t each_ms = (outcome_elapsed_ms(outcome) - proving->begun_ms) / prove->blocks;
	unsigned most = blocks_in(time_ms(outcome->session.options), each_ms);
	unsigned needed = effect_needed(&prove->effects, prove->wanted, most);
	names parts = {0};

	prove->planned = needed > prove->blocks ? needed : prove->blocks;
	if (prove->planned == prove->blocks)
		return;
	vec_for_each (effect, &prove->effects)
		vec_push(arena, &parts,
			 arena_printf(arena, "%s %s %s", effect->job, effect->figure,
				      prove_share(arena, effect_foreseen(&prove->effects, effect,
									 prove->planned))));
	tell(proving,
	     arena_printf(arena,
			  "%u blocks in all, which takes about %s more; changes smaller than these "
			  "will hardly be seen: %s",
			  prove->planned,
			  prove_time(arena, each_ms * (prove->planned - prove->blocks)),
			  text_join(arena, &parts, ", ")));
}

/* The end ---------------------------------------------------------------------------------------
 */

/* Back to the original after a failure: whoever asked for a proof did not ask for a node that was
 * changed without one. After a signal nothing more is written. */
static void put_back(struct proving *proving)
{
	struct session *session = &proving->outcome->session;
	struct prove *prove = proving->prove;
	struct err first = session->err;

	prove->stopped = arena_strdup(session->arena, first.text);
	if (!signals_caught() && prove_state_switch(&proving->state, false) < 0)
		prove->left_note = arena_strdup(session->arena, session->err.text);
	session->err = first;
}

static enum exit_code conclude(struct proving *proving, int r)
{
	struct session *session = &proving->outcome->session;
	struct prove *prove = proving->prove;

	effect_judge(&prove->effects, prove->wanted);
	prove->verdict = effect_verdict_of(&prove->effects);
	if (r == 0) {
		r = prove_state_switch(&proving->state, prove->verdict != EFFECT_WORSE);
		if (r < 0)
			prove->left_note = arena_strdup(session->arena, session->err.text);
	} else {
		put_back(proving);
	}
	prove_state_end(&proving->state);
	if (r == 0 && prove->left_note)
		(void)err_set(&session->err, -EIO, "%s", prove->left_note);
	if (r < 0 || prove->left_note)
		return EXIT_ERROR;
	if (prove->verdict == EFFECT_UNKNOWN) {
		(void)err_set(&session->err, -ENODATA,
			      "whether it helped cannot be told: the disk was not quiet enough for "
			      "%s",
			      prove->blocks < EFFECT_MOST ? "the time given (--time)"
							  : "as many blocks as a proof may have");
		return EXIT_ERROR;
	}
	return prove->verdict == EFFECT_WORSE ? EXIT_REQUIRED : EXIT_MATCH;
}

/* Nothing that a figure could show changes. */
static enum exit_code conclude_nothing(struct proving *proving)
{
	struct session *session = &proving->outcome->session;
	struct prove *prove = proving->prove;
	bool is_kept_out = proving->state.failed > 0;

	prove->is_nothing = true;
	prove->verdict = is_kept_out ? EFFECT_UNKNOWN : EFFECT_NONE;
	prove->stopped = is_kept_out
			     ? "none of the settings that differ could be written"
			     : "no setting that a figure of the disk can show is to be changed";
	prove_state_end(&proving->state);
	if (!is_kept_out)
		return EXIT_MATCH;
	(void)err_set(&session->err, -EACCES, "nothing was measured: %s", prove->stopped);
	return EXIT_ERROR;
}

enum exit_code prove_step(struct outcome *outcome, const struct probe_request *request,
			  const char *(*obstacle)(struct session *session), struct prove *ret)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	struct proving proving = {
	    .outcome = outcome, .request = request, .obstacle = obstacle, .prove = ret};
	size_t missing;
	specs list;
	int r = spec_list(session->arena, request, &list, &session->err);

	ret->wanted =
	    (double)(options->effect_percent ? options->effect_percent : default_effect) / 100;
	ret->effects = effect_list(session->arena, &list);
	proving.result = arena_alloc(session->arena, sizeof(*proving.result));
	proving.coin = random_new((uint64_t)outcome->started.tv_nsec +
				  (uint64_t)outcome->started.tv_sec * UINT64_C(1000000000));
	if (r < 0)
		return EXIT_ERROR;
	if (prove_state_open(&proving.state, outcome, ret))
		tell_plan(&proving);
	missing = ret->not_measured.count;
	r = prove_state_begin(&proving.state);
	if (r < 0)
		return conclude(&proving, r);
	if (!ret->settings.count)
		return conclude_nothing(&proving);
	tell_missing(&proving, missing, "what could not be written");
	proving.begun_ms = outcome_elapsed_ms(outcome);
	while (r == 0 && (!ret->planned || ret->blocks < ret->planned)) {
		r = run_block(&proving);
		if (r == 0 && (ret->blocks == EFFECT_PILOT || ret->blocks == ret->planned))
			decide(&proving);
	}
	return conclude(&proving, r);
}
