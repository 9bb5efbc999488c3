/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the node and changes nothing. */
#include "flow/look_step.h"

#include "apply/history.h"
#include "apply/put_back.h"

enum exit_code look_step(struct outcome *outcome, struct report *ret_report)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_audit(session);

	if (code != EXIT_MATCH)
		return code;
	put_back_foresee(session->root, session->arena, &session->facts.live, &session->plan);
	*ret_report = outcome_report(outcome, NULL);
	return (enum exit_code)ret_report->exit_code;
}

void look_step_history(struct outcome *outcome, struct report *report)
{
	const struct history_tail last =
	    history_last(outcome->session.root, outcome->session.arena);

	report->run.history_line = last.seq;
	report->run.history_hash = last.hash;
}
