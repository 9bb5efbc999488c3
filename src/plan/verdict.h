/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict: whether a node is as the plan wants it, with the exit code that says so. */
#ifndef PLAN_VERDICT_H
#define PLAN_VERDICT_H

#include "plan/exit_code.h"
#include "plan/plan.h"

/* A required check that fails or could not be made: an unknown is no pass. */
bool verdict_check_counts(const struct check *check);
/* It has its value, or somebody has accepted that it has not. */
bool verdict_is_settled(enum state state);
/* A required setting that does not have its value. */
bool verdict_setting_counts(const struct setting *setting);
/* It counts against the verdict. strict: advised ones count like required ones. */
bool verdict_setting_is_fault(const struct setting *setting, bool strict);
bool verdict_check_is_fault(const struct check *check, bool strict);
/* Nothing that this process may do can set it. */
bool verdict_is_out_of_reach(enum state state);

/* The same for all commands. `gate` reads the verdict of the last run (apply/last_verdict.h). */
struct verdict {
	enum exit_code exit_code; /* MATCH, DIFFERS or REQUIRED */
	unsigned settings[STATE_COUNT];
	unsigned checks[CHECK_STATE_COUNT];
	unsigned required_failed; /* required settings and checks that do not hold, those that only
				   * differ and those left out included; with --strict all */
	unsigned required_differing; /* of the listed settings; no reason for code 4 */
	unsigned left_out_required, left_out_open; /* of --only and --skip; those that do not hold
						    */
	unsigned switched_off;                     /* skipped by redpanda.yaml */
	unsigned expired; /* listed settings and checks that a waiver named until it expired */
	const char *text; /* "match", "differs", "failed"; "partial": what is listed matches, and
			   * something required is left out */
};
struct verdict plan_verdict(const struct plan *plan, bool strict);

#endif
