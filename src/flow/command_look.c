/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at the node and change nothing: facts and audit. */
#include "apply/put_back.h"
#include "base/text.h"
#include "flow/commands.h"

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
	about.redpanda = session->request.redpanda;
	outcome->text = text_equal(session->options->format, "json")
			    ? facts_json(session->arena, &session->facts, &about)
			    : facts_text(session->arena, &session->facts, &about, outcome->style);
	return EXIT_MATCH;
}

enum exit_code command_audit(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_audit(session);
	struct report report;

	if (code != EXIT_MATCH)
		return code;
	put_back_foresee(session->root, session->arena, &session->facts.live, &session->plan);
	report = outcome_report(outcome, NULL);
	outcome->text = outcome_render(outcome, &report);
	return (enum exit_code)report.exit_code;
}
