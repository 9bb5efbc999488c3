/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at the node and change nothing: facts, audit and record. */
#include <errno.h>

#include "base/text.h"
#include "facts/record.h"
#include "flow/commands.h"
#include "sys/own.h"

enum exit_code command_facts(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_facts(session);
	struct placement placement;

	if (code == EXIT_MATCH)
		code = session_profile(session, NULL);
	if (code != EXIT_MATCH)
		return code;
	placement = session_placement(session);
	outcome->text =
	    text_equal(session->options->format, "json")
		? facts_json(session->arena, &session->facts, &placement, session->request.redpanda)
		: facts_text(session->arena, &session->facts, &placement, session->request.redpanda,
			     outcome->style);
	return EXIT_MATCH;
}

enum exit_code command_audit(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_audit(session);
	struct report report;

	if (code != EXIT_MATCH)
		return code;
	report = outcome_report(outcome, NULL);
	outcome->text = outcome_render(outcome, &report);
	return (enum exit_code)report.exit_code;
}

enum exit_code command_record(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *file = session->options->arguments[0];
	char *text = NULL;
	enum exit_code code;
	int r;

	if (!file) {
		(void)err_set(&session->err, -EINVAL, "record: name the FILE to write");
		return EXIT_USAGE;
	}
	code = session_root(session);
	if (code != EXIT_MATCH)
		return code;
	/* What an audit reads is recorded by running one. */
	root_record_start(session->root, session->arena);
	code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	r = record_text(
	    session->root, session->arena, &session->facts,
	    session->redpanda.path ? redpanda_reduced(session->arena, &session->redpanda) : NULL,
	    &text);
	if (r < 0) {
		(void)err_set(&session->err, r, "cannot record this node: %s", err_words(r));
		return EXIT_ERROR;
	}
	if (options_is_stdout(file)) {
		outcome->text = text;
		return EXIT_MATCH;
	}
	return own_replace(file, text, &session->err) < 0 ? EXIT_ERROR : EXIT_MATCH;
}
