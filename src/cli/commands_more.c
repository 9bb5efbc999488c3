/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that neither judge nor change the node: profile, explain, record. */
#include <errno.h>

#include "base/text.h"
#include "cli/commands.h"
#include "facts/record.h"
#include "sys/own.h"
#include "tuners/tuners.h"

static enum exit_code usage(struct session *session, const char *sentence)
{
	(void)err_set(&session->err, -EINVAL, "%s", sentence);
	return EXIT_USAGE;
}

static enum exit_code list_profiles(struct outcome *outcome)
{
	static const char *const heads[] = {"PROFILE", "WHERE", "SUMMARY", NULL};
	struct session *session = &outcome->session;
	struct table table = table_new(session->arena, heads);
	profile_names list;

	if (profile_list(session->arena, &list, &session->err) < 0)
		return EXIT_USAGE;
	vec_for_each (one, &list) {
		const char *const cells[] = {one->name, one->where, one->summary};

		table_add(&table, cells);
	}
	outcome->text = table_text(&table, outcome->style);
	return EXIT_MATCH;
}

static enum exit_code show_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_root(session);

	if (code == EXIT_MATCH)
		code = session_facts(session);
	if (code == EXIT_MATCH)
		code = session_profile(session, name);
	if (code == EXIT_MATCH)
		outcome->text = profile_yaml(session->arena, &session->profile, true);
	return code;
}

/* No facts: a profile is checked the same on any machine. */
static enum exit_code check_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	struct profile profile;

	if (profile_load(session->arena, name, NULL, &profile, &session->err) < 0)
		return EXIT_USAGE;
	outcome->text = arena_printf(session->arena, "%s: profile %s is good: %zu values from %s\n",
				     name, profile.name, profile.entries.count,
				     text_join(session->arena, &profile.sources, ", "));
	return EXIT_MATCH;
}

enum exit_code command_profile(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *verb = session->options->arguments[0];
	const char *name = session->options->arguments[1];

	if (text_equal(verb, "list") && !name)
		return list_profiles(outcome);
	if (text_equal(verb, "show"))
		return show_profile(outcome, name);
	if (text_equal(verb, "check") && name)
		return check_profile(outcome, name);
	if (text_equal(verb, "schema") && !name) {
		outcome->text = profile_schema(session->arena);
		return EXIT_MATCH;
	}
	return usage(session, "profile: say list, show [NAME|FILE], check NAME|FILE, or schema");
}

enum exit_code command_explain(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *name = session->options->arguments[0];

	if (name && !tuner_find(name)) {
		(void)err_set(&session->err, -EINVAL,
			      "explain: there is no tuner '%s'; `thintune explain` lists them",
			      name);
		return EXIT_USAGE;
	}
	outcome->text = text_equal(session->options->format, "markdown")
			    ? explain_markdown(session->arena)
			    : explain_text(session->arena, name, outcome->style);
	return EXIT_MATCH;
}

enum exit_code command_record(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *file = session->options->arguments[0];
	char *text = NULL;
	enum exit_code code;
	int r;

	if (!file)
		return usage(session, "record: say which FILE to write");
	code = session_root(session);
	if (code != EXIT_MATCH)
		return code;
	/* What an audit reads is recorded by running one. */
	root_record_start(session->root, session->arena);
	code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	r = record_text(
	    session->root, session->arena, &session->facts.live,
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
