/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command's way through facts, profile and plan. Each step returns an exit code, EXIT_MATCH to
 * go on; anything else comes with the sentence in session.err.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"
#include "plan/plan.h"
#include "profile/redpanda.h"
#include "run/run.h"
#include "sys/root.h"

struct session {
	struct arena *arena;
	const struct options *options;
	struct err err;
	struct root *root;
	struct redpanda_config redpanda;
	struct facts facts;
	struct profile profile;
	struct plan_request request;
	struct plan plan;
	struct run_lock lock;
	const char
	    *unsafe; /* why nothing may be written: no lock, or no journal that stays; NULL */
};

_must_check_ enum exit_code session_root(struct session *session);
_must_check_ enum exit_code session_facts(struct session *session);
/* name: NULL takes --profile. */
_must_check_ enum exit_code session_profile(struct session *session, const char *name);
/* Builds and probes the plan from the facts at hand. */
_must_check_ enum exit_code session_plan(struct session *session);
/* Which CPUs are for what, without a plan. */
struct placement session_placement(struct session *session);
/* Gives up every capability that no setting of the plan needs. */
_must_check_ enum exit_code session_drop_rights(struct session *session);
/* Facts, profile and plan; the root is open. */
_must_check_ enum exit_code session_audit(struct session *session);

/* EXIT_LOCKED when another thintune holds it. A node without a /run that can be written and stays
 * is no failure here: session->unsafe says so, and apply then writes nothing. */
_must_check_ enum exit_code session_lock(struct session *session);

/* Phase by phase; facts are read again behind a phase that changed the structure of the node. */
_must_check_ enum exit_code session_apply(struct session *session, struct apply_result *result);

/* Plans again from fresh facts: what does not hold any more becomes CONTESTED. */
_must_check_ enum exit_code session_verify(struct session *session);

void session_close(struct session *session);

#endif
