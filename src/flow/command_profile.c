/* SPDX-License-Identifier: Apache-2.0 */
/* The commands about what the program itself holds: profiles, what its tuners do and why, and whom
 * advisories concern. */
#include <errno.h>

#include "apply/sysctl_hint.h"
#include "base/escape.h"
#include "base/text.h"
#include "flow/commands.h"
#include "profile/schema.h"
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

static const char *counted(struct arena *arena, size_t count, const char *noun)
{
	return arena_printf(arena, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

/* A kernel setting that this node does not have may be meant for others, or be misspelt. */
static void warn_of_sysctls(struct outcome *outcome, const struct profile_check *check)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;

	vec_for_each (sysctl, &check->sysctls) {
		const char *hint;

		if (!sysctl_hint_is_missing(session->root, arena, sysctl->key))
			continue;
		hint = sysctl_hint(session->root, arena, sysctl->key);
		vec_push(arena, &outcome->warnings,
			 arena_printf(arena, "%s: this node has no sysctl '%s'%s%s%s",
				      sysctl->where, sysctl->key, hint ? "; did you mean '" : "",
				      hint ? hint : "", hint ? "'?" : ""));
	}
}

/* No facts: a profile is good or bad on any machine alike. The node only adds warnings, and where
 * there is none to be seen, as in a build, there are none. */
static enum exit_code check_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	struct profile_check check;

	if (profile_check(arena, name, &check) < 0) {
		outcome->errors = check.mistakes;
		return EXIT_USAGE;
	}
	if (session_root(session) == EXIT_MATCH)
		warn_of_sysctls(outcome, &check);
	else if (!text_equal(session->options->root, "/"))
		return EXIT_USAGE;
	session->err = (struct err){0};
	outcome->text = arena_printf(
	    arena, "%s: profile %s is good: %zu values from %s%s%s", name, check.profile.name,
	    check.profile.entries.count, text_join(arena, &check.profile.sources, ", "),
	    outcome->warnings.count ? "; " : "",
	    outcome->warnings.count ? counted(arena, outcome->warnings.count, "warning") : "");
	outcome->text = arena_printf(arena, "%s\n", escape_text(arena, outcome->text, ESCAPE_ALL));
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

static enum exit_code explains_nothing(struct session *session, const char *name,
				       const advisory_list *list)
{
	names known = {0};
	const char *nearest;

	for (size_t i = 0; i < tuner_count; i++)
		vec_push(session->arena, &known, tuner_table[i].name);
	vec_for_each (advisory, list)
		vec_push(session->arena, &known, advisory->id);
	nearest = schema_nearest(name, &known);
	(void)err_set(&session->err, -EINVAL,
		      "explain: there is no tuner or advisory '%.60s'%s%s%s `thintune explain` "
		      "lists them",
		      name, nearest ? "; did you mean '" : ";", nearest ? nearest : "",
		      nearest ? "'?" : "");
	return EXIT_USAGE;
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

enum exit_code command_explain(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *name = session->options->arguments[0];
	const struct advisory *advisory = NULL;
	struct arena *arena = session->arena;

	if (text_equal(session->options->format, "markdown")) {
		outcome->text = explain_markdown(arena);
		return EXIT_MATCH;
	}
	if (name && tuner_find(name)) {
		outcome->text = explain_text(arena, name, outcome->style);
		return EXIT_MATCH;
	}
	find_advisories(outcome);
	advisory = name ? find_advisory(&session->advisories, name) : NULL;
	if (name && !advisory)
		return explains_nothing(session, name, &session->advisories);
	outcome->text = advisory ? explain_advisory(arena, advisory, outcome->style)
				 : explain_all(arena, &session->advisories, outcome->style);
	return EXIT_MATCH;
}
