/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at the node and change nothing: facts and audit. */
#include "flow/commands.h"
#include "flow/look_step.h"

enum exit_code command_facts(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_facts(session);
	struct placement placement;
	struct facts_about about = {.placement = &placement};

	if (code == EXIT_MATCH)
		code = session_profile(session, NULL);
	if (code != EXIT_MATCH)
		return code;
	placement = session_placement(session);
	about.date = outcome_now(session->arena);
	about.build = outcome_build(outcome);
	about.redpanda = session->request.redpanda;
	if (options_form(session->options, "json"))
		outcome_put(outcome, "json", facts_json(session->arena, &session->facts, &about));
	if (options_form(session->options, "text"))
		outcome_put(outcome, "text",
			    facts_text(session->arena, &session->facts, &about, outcome->style));
	return EXIT_MATCH;
}

enum exit_code command_audit(struct outcome *outcome)
{
	struct report report = {0};
	enum exit_code code = look_step(outcome, &report);

	if (!report.plan)
		return code;
	if (options_form(outcome->session.options, "prometheus"))
		look_step_history(outcome, &report);
	outcome_render(outcome, &report);
	return code;
}
