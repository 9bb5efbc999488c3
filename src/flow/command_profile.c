/* SPDX-License-Identifier: Apache-2.0 */
/* The command about profiles: which there are, what one says, and whether it is good. */
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
