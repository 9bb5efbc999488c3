/* SPDX-License-Identifier: Apache-2.0 */
/* The command `compare`: what differs between reports that were kept. The node plays no part. */
#include <errno.h>

#include "base/text.h"
#include "flow/commands.h"
#include "report/against.h"
#include "sys/own.h"

/* What cannot be compared is told, and the others are compared all the same. */
static void read_report(struct outcome *outcome, struct compare *compare, char *buffer,
			const char *file)
{
	_cleanup_arena_ struct arena *scratch = arena_new();
	size_t length;
	struct err err = {0};

	if (own_read_into(buffer, file, COMPARE_MOST_BYTES, &length, &err) == 0 &&
	    compare_read(compare, scratch, file, buffer, length, &err) == 0)
		return;
	vec_push(outcome->session.arena, &compare->unread,
		 arena_strdup(outcome->session.arena, err.text));
	vec_push(outcome->session.arena, &outcome->errors,
		 compare->unread.at[compare->unread.count - 1]);
}

/* One by one into the same memory, of which the kernel gives as much as the largest takes. */
static void read_reports(struct outcome *outcome, struct compare *compare)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char *buffer = arena_alloc(arena, COMPARE_MOST_BYTES + 1);
	const char *const *files = outcome->session.options->arguments;

	for (size_t i = 0; files[i]; i++)
		read_report(outcome, compare, buffer, files[i]);
}

/* A report is equal to itself, which would hide a slip of the command line. By file, not by name:
 * a second path may lead to it. */
static bool has_twice(struct session *session)
{
	const char *const *files = session->options->arguments;
	struct intern seen = intern_new(session->arena);
	names known = {0}; /* by number in seen */
	struct own_id id;

	for (size_t i = 0; files[i]; i++) {
		uint32_t number;

		/* That it cannot be read is told later. */
		if (!own_find_id(files[i], &id))
			continue;
		number = intern_bytes(&seen, &id, sizeof(id));
		if (number < known.count) {
			const char *first = known.at[number];

			(void)(text_equal(files[i], first)
				   ? err_set(&session->err, -EINVAL, "compare: '%s' is named twice",
					     first)
				   : err_set(&session->err, -EINVAL,
					     "compare: '%s' and '%s' are the same file", first,
					     files[i]));
			return true;
		}
		vec_push(session->arena, &known, files[i]);
	}
	return false;
}

static void render(struct outcome *outcome, const struct compare_result *result)
{
	static const struct {
		const char *format;
		char *(*render)(struct arena *arena, const struct compare_result *result);
	} renderers[] = {{"json", compare_json}, {"csv", compare_csv}, {"html", compare_html}};
	const struct options *options = outcome->session.options;
	struct arena *arena = outcome->session.arena;

	if (options_form(options, "text"))
		outcome_put(outcome, "text", compare_text(arena, result, outcome->style));
	for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		if (options_form(options, renderers[i].format))
			outcome_put(outcome, renderers[i].format,
				    renderers[i].render(arena, result));
	}
}

/* One report, and what another profile would want of the node that it was made of. */
static enum exit_code compare_with_profile(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	struct arena *arena = session->arena;
	struct compare compare = compare_new(arena);
	struct against against;
	struct profile profile;
	struct facts facts;

	read_reports(outcome, &compare);
	if (!compare.reports.count)
		return EXIT_ERROR;
	facts = against_facts(arena, &compare.reports.at[0]);
	if (profile_load(arena, options->profile, &facts, &profile, &session->err) < 0)
		return EXIT_USAGE;
	against = against_judge(arena, &compare, &profile, session->today);
	if (options_form(options, "text"))
		outcome_put(outcome, "text", against_text(arena, &against, outcome->style));
	if (options_form(options, "json"))
		outcome_put(outcome, "json", against_json(arena, &against));
	return against.rows.count ? EXIT_DIFFERS : EXIT_MATCH;
}

static bool has_other_forms(const struct options *options)
{
	return options_form(options, "csv") || options_form(options, "html");
}

enum exit_code command_compare(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *const *files = session->options->arguments;
	struct compare compare = compare_new(session->arena);
	struct compare_result result;

	if (session->options->profile) {
		if (files[0] && !files[1] && !has_other_forms(session->options))
			return compare_with_profile(outcome);
		(void)err_set(&session->err, -EINVAL,
			      "compare: --profile goes with one REPORT, as text or json");
		return EXIT_USAGE;
	}

	if (!files[0] || !files[1]) {
		(void)err_set(&session->err, -EINVAL,
			      "compare: name at least two REPORTs, which `thintune audit --format "
			      "json` makes, or one with --profile");
		return EXIT_USAGE;
	}
	if (has_twice(session))
		return EXIT_USAGE;
	read_reports(outcome, &compare);
	if (compare.reports.count < 2) {
		(void)err_set(&session->err, -EBADMSG,
			      "nothing to compare: %zu of the reports can "
			      "be read",
			      compare.reports.count);
		return EXIT_ERROR;
	}
	result = compare_result(&compare);
	render(outcome, &result);
	return result.exit_code;
}
