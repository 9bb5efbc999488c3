/* SPDX-License-Identifier: Apache-2.0 */
/* The command about profiles: which there are, what one says, and whether it is good. */
#include <errno.h>
#include <string.h>

#include "apply/sysctl_hint.h"
#include "base/day.h"
#include "base/escape.h"
#include "base/nearest.h"
#include "base/text.h"
#include "flow/commands.h"
#include "plan/waive.h"
#include "profile/schema.h"
#include "report/profile_diff.h"
#include "tuners/tuners.h"
#include "tuners/waiver_names.h"
#include "version.h"

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
	outcome_say(outcome, table_text(&table, outcome->style));
	return EXIT_MATCH;
}

static enum exit_code show_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_facts(session);

	if (code == EXIT_MATCH)
		code = session_profile(session, name);
	if (code == EXIT_MATCH)
		outcome_say(outcome, profile_yaml(session->arena, &session->profile, true));
	return code;
}

/* Without a node: what applies here is decided where it is loaded. */
static enum exit_code pin_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	char *text;
	int r = profile_pin(session->arena, name ? name : session->options->profile, &text,
			    &session->err);

	if (r == -ENOTSUP) {
		(void)err_set(&session->err, r, "profile show --pin: %s",
			      arena_strdup(session->arena, session->err.text));
		return EXIT_ERROR;
	}
	if (r < 0)
		return EXIT_USAGE;
	outcome_say(outcome, text);
	return EXIT_MATCH;
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

/* What can be known of them without a node. */
static void warn_of_waivers(struct outcome *outcome, const struct profile *profile)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;

	if (profile->waivers.count && session->today == DAY_UNKNOWN)
		vec_push(arena, &outcome->warnings, REPORT_CLOCK_FAULT);
	vec_for_each (waiver, &profile->waivers) {
		const char *nothing = waiver_names_nothing(arena, profile, waiver);
		bool is_day_known = session->today != DAY_UNKNOWN;
		int64_t left = is_day_known ? waiver->last_day - session->today : 0;

		if (nothing)
			vec_push(arena, &outcome->warnings,
				 arena_printf(arena, "%s: waiver '%s': %s", waiver->where,
					      waiver->what, nothing));
		if (is_day_known && left <= WAIVE_WARNING_DAYS)
			vec_push(arena, &outcome->warnings,
				 arena_printf(arena, "%s: waiver '%s' %s on %s",
					      waiver->until_where, waiver->what,
					      left < 0 ? "expired" : "ends", waiver->until));
	}
}

/* A path may lead to a file of any name; only by its profile's name it would not be found. */
static void warn_of_name(struct outcome *outcome, const char *path, const char *name)
{
	struct arena *arena = outcome->session.arena;
	const char *file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	if (!profile_is_path(path) || text_equal(file, arena_printf(arena, "%s.yaml", name)))
		return;
	vec_push(arena, &outcome->warnings,
		 arena_printf(arena,
			      "%s: the profile is called '%s', so `--profile %s` finds it only in "
			      "a file called %s.yaml",
			      path, name, name, name));
}

/* No facts: a profile is good or bad on any machine alike. The node only adds warnings, and where
 * there is none to be seen, as in a build, there are none. */
static enum exit_code check_profile(struct outcome *outcome, const char *name)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	struct profile_check check;
	const char *line;

	if (profile_check(arena, name, session->today, &check) < 0) {
		session->mistakes = check.mistakes;
		return EXIT_USAGE;
	}
	warn_of_name(outcome, name, check.profile.name);
	warn_of_waivers(outcome, &check.profile);
	if (session_root(session) == EXIT_MATCH)
		warn_of_sysctls(outcome, &check);
	else if (!text_equal(session->options->root, "/"))
		return EXIT_USAGE;
	session->err = (struct err){0};
	vec_for_each (lowered, &check.profile.lowered)
		vec_push(arena, &outcome->warnings, profile_lowered_text(arena, lowered));
	line = arena_printf(
	    arena, "%s: profile %s is good: %s from %s%s%s", name, check.profile.name,
	    text_count(arena, check.profile.entries.count, "value", "values"),
	    text_join(arena, &check.profile.sources, ", "), outcome->warnings.count ? "; " : "",
	    outcome->warnings.count
		? text_count(arena, outcome->warnings.count, "warning", "warnings")
		: "");
	outcome_say(outcome, arena_printf(arena, "%s\n", escape_text(arena, line, ESCAPE_ALL)));
	return EXIT_MATCH;
}

/* Without a node: each overlay is a point of its own, whether it would apply here or not. */
static enum exit_code diff_profiles(struct outcome *outcome, const char *const *profiles)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	struct profile one, other;
	struct profile_diff diff;

	if (profile_load(arena, profiles[0], NULL, &one, &session->err) < 0 ||
	    profile_load(arena, profiles[1], NULL, &other, &session->err) < 0)
		return EXIT_USAGE;
	diff = profile_diff(arena, &one, &other);
	if (options_form(session->options, "text"))
		outcome_put(outcome, "text", profile_diff_text(arena, &diff, outcome->style));
	if (options_form(session->options, "json"))
		outcome_put(outcome, "json", profile_diff_json(arena, &diff));
	return diff.rows.count ? EXIT_DIFFERS : EXIT_MATCH;
}

enum exit_code command_profile(struct outcome *outcome)
{
	static const char *const verbs[] = {"list", "show", "check", "diff", "schema"};
	struct session *session = &outcome->session;
	const char *verb = session->options->arguments[0];
	const char *name = session->options->arguments[1];
	const char *second = name ? session->options->arguments[2] : NULL;
	bool is_known = false;
	names known = {0};

	if (session->options->pin && !text_equal(verb, "show")) {
		(void)err_set(&session->err, -EINVAL, "profile: only show has the option --pin");
		return EXIT_USAGE;
	}
	if (text_equal(verb, "diff") && second)
		return diff_profiles(outcome, session->options->arguments + 1);
	if (options_form(session->options, "json")) {
		(void)err_set(&session->err, -EINVAL, "profile: only diff has the format json");
		return EXIT_USAGE;
	}
	if (text_equal(verb, "list") && !name)
		return list_profiles(outcome);
	if (text_equal(verb, "show") && !second)
		return session->options->pin ? pin_profile(outcome, name)
					     : show_profile(outcome, name);
	if (text_equal(verb, "check") && name && !second)
		return check_profile(outcome, name);
	if (text_equal(verb, "schema") && !name) {
		outcome_say(outcome, profile_schema(session->arena));
		return EXIT_MATCH;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		vec_push(session->arena, &known, verbs[i]);
		is_known |= text_equal(verb, verbs[i]);
	}
	(void)err_set(&session->err, -EINVAL,
		      "profile: use list, show [NAME|FILE], check NAME|FILE, diff NAME|FILE "
		      "NAME|FILE, or schema%s",
		      is_known || !verb ? "" : nearest_hint(session->arena, verb, &known));
	return EXIT_USAGE;
}
