/* SPDX-License-Identifier: Apache-2.0 */
/* The command run: the whole job for a oneshot or an init container, and its verdict. */
#include "flow/apply_step.h"
#include "flow/commands.h"
#include "flow/cpu_step.h"
#include "flow/gate.h"
#include "flow/probe_step.h"

/* EXIT_USAGE: nothing was touched, and there is no verdict. */
static enum exit_code run_and_judge(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report report = {0};
	struct report_probe probe;
	enum exit_code code = apply_step(outcome, &report);

	if (code == EXIT_USAGE)
		return code;
	if (report.plan && !session->has_no_verdict) {
		enum exit_code probed = probe_step(outcome, &probe);

		probed = exit_code_worse(probed, cpu_step_in_run(outcome, &probe));
		report.probe = &probe;
		report.verdict = report.failure
				     ? report.verdict
				     : plan_verdict(&session->plan, session->options->strict);
		code = exit_code_worse(exit_code_worse(code, probed),
				       (enum exit_code)report.verdict.exit_code);
		if (probe_floors_missed(&probe.floors))
			code = exit_code_worse(code, EXIT_FLOOR);
		outcome_stamp(outcome, &report);
	}
	/* A step failed before the profile was loaded, whose mode the gate needs. Whether there is
	 * data is known even where the other facts are not. */
	if (!report.plan && !session->profile.name) {
		struct err first = session->err;

		if (session_any_profile(session) == EXIT_USAGE)
			return EXIT_USAGE;
		session->err = first;
	}
	return gate_conclude(outcome, &report, code);
}

enum exit_code command_run(struct outcome *outcome)
{
	enum exit_code code = run_and_judge(outcome);

	return code == EXIT_USAGE ? gate_refuse(outcome) : code;
}
