/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command's way through facts, profile and plan. Each step returns an exit code, EXIT_MATCH to
 * go on; anything else comes with the sentence in session.err.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "apply/apply.h"
#include "apply/journal.h"
#include "apply/lock.h"
#include "cli/options.h"
#include "plan/plan.h"
#include "plan/verdict.h"
#include "profile/redpanda.h"
#include "sys/root.h"
#include "tuners/build.h"

struct session {
	struct arena *arena;
	const struct options *options;
	struct err err;
	struct root *root;
	struct redpanda_config redpanda;
	struct facts facts;
	struct profile profile;
	const char *profile_fault; /* run: why the profile asked for cannot be used, and which one
				    * is instead; NULL: it can */
	const char *profile_note;  /* run: why the profile could not be kept as the last good one;
				    * NULL: it was */
	struct plan_request request;
	struct plan plan;
	struct run_lock lock;
	bool is_shut;        /* run: the profile has a mistake, and the gate is strict */
	bool has_no_verdict; /* of this run, since none can be written: it applies nothing */
	const char
	    *unsafe; /* why nothing may be written: no lock, or no journal that stays; NULL */
};

_must_check_ enum exit_code session_root(struct session *session);
_must_check_ enum exit_code session_facts(struct session *session);
/* A profile that loads and plans is kept as the last good one of its owner; the lock is held. */
void session_keep_profile(struct session *session, const char *time);

/* name: NULL takes --profile. */
_must_check_ enum exit_code session_profile(struct session *session, const char *name);
/* --profile; for run the last good one where that has a mistake, unless the gate is strict. */
_must_check_ enum exit_code session_any_profile(struct session *session);
/* Builds and probes the plan from the facts at hand. */
_must_check_ enum exit_code session_plan(struct session *session);
/* Which CPUs are for what, without a plan. */
struct placement session_placement(struct session *session);
/* Gives up every capability that no setting of the plan needs. */
_must_check_ enum exit_code session_drop_rights(struct session *session);
/* Facts, profile as session_any_profile() finds it, and plan; the root is open. */
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
