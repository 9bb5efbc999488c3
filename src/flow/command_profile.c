/* SPDX-License-Identifier: Apache-2.0 */
/* The commands about what the program itself holds: profiles, and what its tuners do and why. */
#include <errno.h>

#include "base/text.h"
#include "flow/commands.h"
#include "tuners/tuners.h"

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
	enum exit_code code = session_facts(session);

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
	(void)err_set(&session->err, -EINVAL,
		      "profile: use list, show [NAME|FILE], check NAME|FILE, or schema");
	return EXIT_USAGE;
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
