/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command's way through facts, profile and plan. Each step returns an exit code, EXIT_MATCH to
 * go on; anything else comes with the sentence in session.err. Steps that need the root open it.
 */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include "apply/apply.h"
#include "apply/journal.h"
#include "apply/lock.h"
#include "cli/options.h"
#include "plan/exit_code.h"
#include "plan/plan.h"
#include "profile/redpanda.h"
#include "sys/keeper.h"
#include "sys/reader.h"
#include "sys/root.h"
#include "tuners/build.h"

/* Where no option names another. */
#define SESSION_REDPANDA_CONFIG "/etc/redpanda/redpanda.yaml"

struct watch_rules;

struct session {
	struct arena *arena;
	const struct options *options;
	int64_t today; /* for waivers: session_day() of the command's start */
	struct err err;
	struct root *root; /* NULL: not open */
	struct reader reader;
	const char *temporary;     /* where a record is unpacked that --root names */
	const char *unpacked;      /* that directory; NULL: --root names none */
	struct keeper keeper;      /* of that directory */
	struct hwloc_answer hwloc; /* it takes as long as all the rest: asked once */
	struct redpanda_config redpanda;
	struct facts facts;
	struct profile profile;
	/* What is wrong with it besides err, for standard error after that. */
	mistake_list mistakes;
	/* run and watch: why the profile asked for cannot be used, and which one is used instead;
	 * NULL: it can */
	const char *profile_fault;
	/* run and watch: why the profile could not be kept as the last good one; NULL: it was */
	const char *profile_note;
	struct io_config io_config;
	advisory_list advisories;
	const char
	    *advisories_fault; /* run: why the node's own are not among them; NULL: they are */
	struct plan_request request;
	/* watch: the CPUs of containers that it follows; NULL: all that the facts tell of */
	const struct cpuset *exclusive;
	/* Why the journal, which is there, cannot be read; NULL: it can, or there is none */
	const char *journal_fault;
	struct plan plan;
	struct lock lock;
	bool is_shut;                /* run: the profile has a mistake, and the gate is strict */
	bool has_no_verdict;         /* run: no verdict can be written, so nothing is applied */
	struct history_pen *history; /* of a command that writes, under the lock; NULL */
	/* What a round of watch leaves alone; NULL: it is another command. */
	struct watch_rules *rules;
	/* Why nothing may be written: no lock, or no journal that stays; NULL: it may */
	const char *unsafe;
};

/* The day of UTC (base/day.h); DAY_UNKNOWN where the clock is before the day on which this version
 * was made, and so is wrong: then no waiver expires. */
int64_t session_day(int64_t unix_seconds);

/* Opens the root, unless it is open. */
_must_check_ enum exit_code session_root(struct session *session);
_must_check_ enum exit_code session_facts(struct session *session);
/* The built-in advisories and those of the open root. */
_must_check_ enum exit_code session_advisories(struct session *session);
/* name: NULL takes --profile. The facts are at hand. */
_must_check_ enum exit_code session_profile(struct session *session, const char *name);
/* --profile; for run and watch the last good one where that has a mistake, unless the gate is
 * strict. */
_must_check_ enum exit_code session_any_profile(struct session *session);
/* Builds the plan from the facts at hand, and looks what the node has. */
_must_check_ enum exit_code session_plan(struct session *session);
/* Facts, profile as session_any_profile() finds it, and plan. */
_must_check_ enum exit_code session_audit(struct session *session);

/* What the profile at hand wants of the node of the facts at hand; nobody has looked at it. */
_must_check_ enum exit_code session_wishes(struct session *session, struct plan *ret);

/* Which CPUs are for what, without a plan. */
struct placement session_placement(struct session *session);

/* EXIT_LOCKED when another thintune holds it. A node without a /run that can be written and stays
 * is no failure here: session->unsafe says so, and apply then writes nothing. */
_must_check_ enum exit_code session_lock(struct session *session);
/* Whether STATE_DIR below --root is inside this container, and is lost with it. */
bool session_loses_state(const struct session *session);
/* A profile that loads and plans is kept as the last good one of its owner; the lock is held. */
void session_keep_profile(struct session *session, const char *time);

void session_close(struct session *session);

#endif
