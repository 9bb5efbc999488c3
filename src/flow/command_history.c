/* SPDX-License-Identifier: Apache-2.0 */
/* The command history: shows it, and says whether it is whole. */
#include <errno.h>

#include "apply/history_read.h"
#include "base/day.h"
#include "base/text.h"
#include "flow/commands.h"
#include "report/history.h"

static bool is_number(const char *text, size_t digits, int most)
{
	int number = 0;

	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + text[i] - '0';
	}
	return number <= most;
}

/* "T14:00:00Z" */
static bool is_time(const char *text)
{
	return strlen(text) == 10 && text[0] == 'T' && is_number(text + 1, 2, 23) &&
	       text[3] == ':' && is_number(text + 4, 2, 59) && text[6] == ':' &&
	       is_number(text + 7, 2, 59) && text[9] == 'Z';
}

/* A year, a month, a day or a time, as it is compared. */
static bool is_date(struct arena *arena, const char *date)
{
	static const char first_day[] = "0000-01-01";
	const size_t day_length = strlen(first_day);
	size_t length = strlen(date);
	int64_t day;

	if (length > day_length)
		return day_parse(arena_strndup(arena, date, day_length), &day) == 0 &&
		       is_time(date + day_length);
	return (length == 4 || length == 7 || length == day_length) &&
	       day_parse(arena_printf(arena, "%s%s", date, first_day + length), &day) == 0;
}

static int check_date(struct arena *arena, const char *option, const char *date, struct err *err)
{
	if (!date || is_date(arena, date))
		return 0;
	return err_set(err, -EINVAL,
		       "option --%s: '%s' is no date: 2026, 2026-11, 2026-11-30 or "
		       "2026-11-30T14:00:00Z",
		       option, date);
}

static int check(struct arena *arena, const struct options *options, struct err *err)
{
	int r = check_date(arena, "since", options->since, err);

	if (r == 0)
		r = check_date(arena, "until", options->until, err);
	if (r == 0 && options->expect && !options->verify)
		r = err_set(err, -EINVAL, "option --expect goes with --verify");
	if (r == 0 && options->expect && !history_is_hash(options->expect))
		r = err_set(err, -EINVAL, "option --expect: '%s' is no SHA-256: 64 of 0-9 and a-f",
			    options->expect);
	return r;
}

/* A setting's name may have blanks. NULL: none is given. */
static const char *wanted(struct session *session)
{
	names words = {0};

	for (size_t i = 0; session->options->arguments[i]; i++)
		vec_push(session->arena, &words, session->options->arguments[i]);
	return words.count ? text_join(session->arena, &words, " ") : NULL;
}

enum exit_code command_history(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	struct history_filter filter = {
	    .since = options->since, .until = options->until, .owner = options->owner};
	struct history history;
	enum exit_code code;
	int r;

	if (check(session->arena, options, &session->err) < 0)
		return EXIT_USAGE;
	code = session_root(session);
	if (code != EXIT_MATCH)
		return code;
	filter.what = wanted(session);
	r = history_read(session->root, session->arena, &filter, options->expect, &history,
			 &session->err);
	/* Nothing is there to be shown, but nothing can be said to be whole, either. */
	if (r < 0)
		return r == -ENOENT && !options->verify ? EXIT_MATCH : EXIT_ERROR;
	if (options_form(options, "text"))
		outcome_put(outcome, "text",
			    history_text(session->arena, &history, &filter, options->verify,
					 outcome->style));
	if (options_form(options, "json"))
		outcome_put(outcome, "json", history_json(session->arena, &history));
	if (options_form(options, "csv"))
		outcome_put(outcome, "csv", history_csv(session->arena, &history, options->verify));
	if (options_form(options, "html"))
		outcome_put(outcome, "html", history_html(session->arena, &history, &filter));
	return options->verify && history.faults.count ? EXIT_REQUIRED : EXIT_MATCH;
}
