/* SPDX-License-Identifier: Apache-2.0 */
/* The command prove: does tuning help this disk, and how sure is that. */
#include <errno.h>

#include "flow/commands.h"
#include "flow/history_step.h"
#include "flow/probe_step.h"
#include "flow/prove_state.h"
#include "flow/prove_step.h"
#include "flow/rights_step.h"
#include "sys/rights.h"

#define MIB UINT64_C(1048576)

enum {
	runtime_us = 1000000, /* of each job in each phase */
	scratch_mib = 256,
};

static struct probe_request make_request(struct session *session)
{
	/* One figure of each kind: what a broker's log and its reads wait for, and how much of it a
	 * disk does at once. */
	static const char *const jobs[] = {"append-16k", "randread-4k-qd1", "randread-4k-qd32",
					   "randwrite-4k-qd32"};
	struct probe_request request = probe_step_request(session);
	uint64_t room = request.dir->free_bytes / 20;

	request.mode = PROBE_QUICK;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]) && !session->options->jobs.count; i++)
		vec_push(session->arena, &request.jobs, jobs[i]);
	if (!request.runtime_us)
		request.runtime_us = runtime_us;
	/* It is written anew in each phase. Less than the probe can use has it tell so. */
	if (!request.size_bytes && room > scratch_mib * MIB)
		request.size_bytes = scratch_mib * MIB;
	return request;
}

static const char *obstacle(struct session *session)
{
	const struct live *live = &session->facts.live;
	const char *why = probe_step_obstacle(session);

	if (why || session->options->force)
		return why;
	if (live->broker_running == TRI_YES)
		return "a broker is running on this node: switching and measuring would disturb it";
	if (live->data_dir.has_data)
		return "the data directory holds data: prove is for a node that does not serve yet "
		       "(--force)";
	return NULL;
}

/* The same of the node as it is now. */
static const char *obstacle_now(struct session *session)
{
	struct live *live = &session->facts.live, now = {0};
	struct arena *arena = arena_new();
	struct err err = {0};
	const char *why = NULL;

	if (live_read(session->root, arena, live->data_dir.path, &now, &err) < 0) {
		why = arena_printf(session->arena, "cannot tell whether a broker is running: %s",
				   err.text);
	} else {
		live->broker_running = now.broker_running;
		live->data_dir.exists = now.data_dir.exists;
		live->data_dir.is_directory = now.data_dir.is_directory;
		live->data_dir.has_data = now.data_dir.has_data;
	}
	arena_free(arena);
	return why ? why : obstacle(session);
}

static enum exit_code refuse(struct session *session, const char *why)
{
	(void)err_set(&session->err, -EBUSY, "nothing was measured: %s", why);
	return EXIT_ERROR;
}

/* Mistakes of the caller first, then what is in the way, both before anything is touched. The plan
 * that counts is made under the lock. */
static enum exit_code prepare(struct outcome *outcome, struct probe_request *ret)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_audit(session);
	const char *why;

	if (code != EXIT_MATCH)
		return code;
	*ret = make_request(session);
	if (probe_check(ret, &session->err) < 0)
		return EXIT_USAGE;
	why = obstacle(session);
	if (why)
		return refuse(session, why);
	code = session_lock(session);
	if (code == EXIT_MATCH && session->unsafe)
		return refuse(session, session->unsafe);
	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	if (session->journal_fault)
		return refuse(session, session->journal_fault);
	*ret = make_request(session);
	why = obstacle(session);
	if (!why)
		why = prove_state_obstacle(session);
	return why ? refuse(session, why) : rights_step_plan(session, rights_of_owner);
}

enum exit_code command_prove(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct probe_request request;
	struct prove prove = {0};
	struct report about;
	enum exit_code code = prepare(outcome, &request);

	if (code != EXIT_MATCH)
		return code;
	history_step_open(outcome);
	code = prove_step(outcome, &request, obstacle_now, &prove);
	about = outcome_report(outcome, NULL);
	about.exit_code = (int)code;
	about.verdict.text = prove_verdict_name(&prove);
	history_step_close(outcome, &about, code);
	prove.about = &about;
	if (options_form(session->options, "text"))
		outcome_put(outcome, "text", prove_text(session->arena, &prove, outcome->style));
	if (options_form(session->options, "json"))
		outcome_put(outcome, "json", prove_json(session->arena, &prove));
	return code;
}
