/* SPDX-License-Identifier: Apache-2.0 */
/* What gate and status answer, in few lines. */
#include "report/answer.h"

#include "base/escape.h"
#include "base/text.h"
#include "plan/exit_code.h"
#include "report/next.h"

/* node-problem-detector cuts what is longer (max_output_length). */
enum { npd_most = 79 };

static const char *may_start(const struct answer *answer)
{
	if (answer->missing)
		return answer->missing;
	return answer->exit_code == EXIT_MATCH ? "the broker may start"
					       : "the broker must not start";
}

char *answer_gate_npd(struct arena *arena, const struct answer *answer)
{
	const char *why = answer->missing ? NULL : text_or(answer->reason, answer->waiver);
	char *line =
	    arena_strdup(arena, escape_text(arena,
					    arena_printf(arena, "%s%s%s", may_start(answer),
							 why ? ": " : "", text_or(why, "")),
					    ESCAPE_ALL));

	if (strlen(line) <= npd_most)
		return arena_printf(arena, "%s\n", line);
	text_cut(line, npd_most - 3);
	return arena_printf(arena, "%s...\n", line);
}

static const char *age_text(struct arena *arena, int64_t seconds)
{
	long long minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days > 1)
		return arena_printf(arena, "%lld days ago", days);
	if (hours > 0)
		return arena_printf(arena, "%lld h %lld min ago", hours, minutes % 60);
	return minutes ? arena_printf(arena, "%lld min ago", minutes)
		       : arena_printf(arena, "%lld s ago", (long long)seconds);
}

/* "profile p, 2026-11-30T14:00:00Z, 3 h 5 min ago" */
static void add_origin(struct arena *arena, const struct answer *answer, names *parts)
{
	if (answer->profile)
		vec_push(arena, parts, arena_printf(arena, "profile %s", answer->profile));
	if (answer->time)
		vec_push(arena, parts, answer->time);
	if (answer->time && answer->age_seconds >= 0)
		vec_push(arena, parts, age_text(arena, answer->age_seconds));
}

static const char *lock_text(struct arena *arena, const struct answer *answer)
{
	if (answer->is_locked == TRI_UNKNOWN)
		return "who holds the lock is unknown";
	if (answer->is_locked == TRI_NO)
		return "nobody holds the lock";
	return arena_printf(arena, "the lock is held by %s", text_or(answer->holder, "a process"));
}

/* "watch runs (process 7) and looked 3 min ago: differs" */
static const char *watch_text(struct arena *arena, const struct answer *answer)
{
	struct str text = str_new(arena);

	if (answer->watch.runs == TRI_YES)
		str_add(&text, "watch runs");
	else
		str_add(&text, answer->watch.runs == TRI_NO ? "no watch runs"
							    : "whether watch runs is unknown");
	if (answer->watch.process)
		str_printf(&text, " (process %llu)", (unsigned long long)answer->watch.process);
	if (answer->watch.ended)
		str_printf(&text, ": the one that published in '%s' has ended",
			   answer->watch.ended);
	if (answer->watch.is_new)
		str_add(&text, ", and has not looked yet");
	if (!answer->watch.date && answer->watch.unknown)
		str_printf(&text, ", and its last look is unknown: %s", answer->watch.unknown);
	if (!answer->watch.date)
		return text.text;
	str_printf(&text,
		   answer->watch.is_new ? "; the last look before it was %s"
					: ", and the last look was %s",
		   answer->watch.age_seconds >= 0 ? age_text(arena, answer->watch.age_seconds)
						  : answer->watch.date);
	str_printf(&text, ": %s",
		   text_or(answer->watch.fault, text_or(answer->watch.verdict, "no verdict")));
	return text.text;
}

char *answer_status_text(struct arena *arena, const struct answer *answer, struct text_style style)
{
	const char *why = answer->missing ? NULL : answer->reason;
	struct next_step next = next_after_answer(arena, answer);
	struct str text = str_new(arena);
	names origin = {0}, parts = {0};

	add_origin(arena, answer, &origin);
	vec_push(arena, &parts,
		 origin.count ? arena_printf(arena, "%s (%s)", may_start(answer),
					     text_join(arena, &origin, ", "))
			      : may_start(answer));
	if (why)
		vec_push(arena, &parts, why);
	if (answer->waiver)
		vec_push(arena, &parts, answer->waiver);
	if (answer->begun)
		vec_push(arena, &parts, arena_printf(arena, REPORT_BEGUN, answer->begun));
	if (answer->half_applied == TRI_YES)
		vec_push(arena, &parts, REPORT_HALF_APPLIED);
	if (answer->journal_fault)
		vec_push(arena, &parts,
			 arena_printf(arena, REPORT_JOURNAL_FAULT, answer->journal_fault));
	vec_push(arena, &parts, lock_text(arena, answer));
	vec_push(arena, &parts, watch_text(arena, answer));
	layout_paragraph(&text, escape_text(arena, text_join(arena, &parts, "; "), ESCAPE_ALL), 0,
			 layout_columns(style));
	if (!style.quiet)
		next_line(&text, style, &next);
	return text.text;
}
