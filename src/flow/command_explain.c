/* SPDX-License-Identifier: Apache-2.0 */
/* The command that explains: what a tuner does and why, what a setting or a check is on this node,
 * and whom an advisory concerns. */
#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "flow/commands.h"
#include "tuners/tuners.h"

/* As a report names it, or without "advisory-". */
static const struct advisory *find_advisory(const advisory_list *list, const char *name)
{
	static const char prefix[] = "advisory-";

	vec_for_each (advisory, list) {
		if (text_equal(advisory->id, name) ||
		    (text_starts(name, prefix) && text_equal(advisory->id, name + strlen(prefix))))
			return advisory;
	}
	return NULL;
}

static enum exit_code explains_nothing(struct session *session, const char *name)
{
	struct arena *arena = session->arena;
	names known = {0};
	const char *hint, *unseen = "";

	/* Without an audit nobody knows which settings this node has. */
	if (session->err.code)
		unseen = arena_printf(arena, " (settings and checks of this node are unknown: %s)",
				      session->err.text);
	for (size_t i = 0; i < tuner_count; i++)
		vec_push(arena, &known, tuner_table[i].name);
	vec_for_each (advisory, &session->advisories)
		vec_push(arena, &known, advisory->id);
	vec_for_each (setting, &session->plan.settings)
		vec_push(arena, &known, setting->wish->name);
	vec_for_each (check, &session->plan.checks)
		vec_push(arena, &known, check->id);
	hint = nearest_hint(arena, name, &known);
	(void)err_set(&session->err, -EINVAL,
		      "explain: there is no tuner, setting, check or advisory '%.60s'%s%s "
		      "`thintune explain` lists the tuners and advisories, `thintune audit "
		      "--verbose` the settings and checks%s",
		      name, hint, *hint ? "" : ";", unseen);
	return EXIT_USAGE;
}

/* By its name in a report, or by its file. */
static bool is_named(const struct setting *setting, const char *name)
{
	return text_equal(setting->wish->name, name) || text_equal(setting->wish->path, name);
}

/* NULL: the plan of this node has no such setting or check. */
static char *explain_of_node(struct outcome *outcome, const char *name)
{
	struct arena *arena = outcome->session.arena;
	struct report report = outcome_report(outcome, NULL);
	names parts = {0};

	vec_for_each (setting, &report.plan->settings)
		if (is_named(setting, name))
			vec_push(arena, &parts,
				 explain_setting(arena, report.plan, setting, outcome->style));
	vec_for_each (check, &report.plan->checks)
		if (text_equal(check->id, name))
			vec_push(arena, &parts, explain_check(arena, check, outcome->style));
	return parts.count ? text_join(arena, &parts, "\n") : NULL;
}

/* The node's own stand below the root. Without a node, or with a mistake in its file, the built-in
 * ones are left. */
static void find_advisories(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;

	if (session_root(session) == EXIT_MATCH && session_advisories(session) == EXIT_MATCH) {
		if (session->advisories_fault)
			vec_push(arena, &outcome->warnings, session->advisories_fault);
		return;
	}
	vec_push(arena, &outcome->warnings, arena_strdup(arena, session->err.text));
	session->err = (struct err){0};
	session->advisories = (advisory_list){0};
	advisories_add_builtin(arena, &session->advisories);
}

/* The words after the command; NULL: there are none. */
static const char *name_of(struct session *session)
{
	names words = {0};

	for (size_t i = 0; session->options->arguments[i]; i++)
		vec_push(session->arena, &words, session->options->arguments[i]);
	return words.count ? text_join(session->arena, &words, " ") : NULL;
}

/* What is no tuner; name: NULL lists what there is. NULL: there is nothing of that name. */
static char *explain_other(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	const struct advisory *advisory;

	find_advisories(outcome);
	if (!name)
		return explain_all(session->arena, &session->advisories, outcome->style);
	advisory = find_advisory(&session->advisories, name);
	if (advisory)
		return explain_advisory(session->arena, advisory, outcome->style);
	return session_audit(session) == EXIT_MATCH ? explain_of_node(outcome, name) : NULL;
}

enum exit_code command_explain(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	const char *name = name_of(session);
	char *text;

	if (options_form(session->options, "markdown")) {
		if (name) {
			(void)err_set(&session->err, -EINVAL,
				      "explain: --format markdown is the page of all tuners; leave "
				      "out '%.60s'",
				      name);
			return EXIT_USAGE;
		}
		outcome_say(outcome, explain_markdown(arena));
		return EXIT_MATCH;
	}
	text = name ? explain_text(arena, name, outcome->style) : NULL;
	if (!text)
		text = explain_other(outcome, name);
	outcome_say(outcome, text);
	return text ? EXIT_MATCH : explains_nothing(session, name);
}
