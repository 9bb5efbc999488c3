/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof found, as text for people. */
#include <inttypes.h>
#include <math.h>

#include "report/next.h"
#include "report/next_command.h"
#include "report/prove.h"

enum { MINUTE_MS = 60000 };

const char *prove_time(struct arena *arena, uint64_t ms)
{
	uint64_t seconds = (ms + 500) / 1000;

	if (seconds < 60)
		return arena_printf(arena, "%" PRIu64 " s", seconds);
	return seconds % 60 ? arena_printf(arena, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
					   seconds % 60)
			    : arena_printf(arena, "%" PRIu64 " min", seconds / 60);
}

static const char *percent(struct arena *arena, double share)
{
	double value = 100 * share;

	if (isinf(value) || value >= 1000)
		return "above +1000 %";
	return arena_printf(arena, "%+.*f %%", fabs(value) < 9.95 ? 1 : 0, value);
}

/* Half as much is as large a change as twice as much, which shares of large ones do not show. */
const char *prove_share(struct arena *arena, double share)
{
	if (isinf(share) || share >= 1000)
		return "none";
	if (share >= 1)
		return arena_printf(arena, "factor %.*f", share < 9 ? 1 : 0, 1 + share);
	return arena_printf(arena, "%.*f %%", share < 0.0995 ? 1 : 0, 100 * share);
}

static const char *value_text(struct arena *arena, const struct effect *effect, double value)
{
	return effect->is_rate ? arena_printf(arena, "%.0f", value)
			       : layout_time(arena, (uint64_t)(value + 0.5));
}

static void add_settings(const struct prove *prove, struct text_style style, struct str *text)
{
	static const char *const heads[] = {"SETTING", "ORIGINAL", "TUNED", NULL};
	struct arena *arena = text->arena;
	struct table table = table_new(arena, heads);

	vec_for_each (one, &prove->settings) {
		const struct setting setting = {.wish = one->wish};
		const char *const cells[] = {
		    one->wish->name,
		    one->original ? layout_value(arena, &setting, one->original) : "-",
		    one->tuned ? layout_value(arena, &setting, one->tuned) : "-"};

		table_add(&table, cells);
	}
	if (table.rows.count)
		str_printf(text, "\n%s", table_text(&table, style));
}

static void add_figures(const struct prove *prove, struct text_style style, struct str *text)
{
	static const char *const heads[] = {"FIGURE", "ORIGINAL",  "TUNED",   "CHANGE", "95 % FROM",
					    "TO",     "SEEN FROM", "VERDICT", NULL};
	struct arena *arena = text->arena;
	struct table table = table_new(arena, heads);

	vec_for_each (effect, &prove->effects) {
		const char *const cells[] = {
		    arena_printf(arena, "%s %s", effect->job, effect->figure),
		    value_text(arena, effect, effect->original),
		    value_text(arena, effect, effect->tuned),
		    percent(arena, effect->change),
		    percent(arena, effect->low),
		    percent(arena, effect->high),
		    prove->blocks < EFFECT_LEAST ? "-" : prove_share(arena, effect->smallest),
		    effect_verdict_name(effect->verdict)};

		table_add(&table, cells);
	}
	if (prove->blocks)
		str_printf(text, "\n%s", table_text(&table, style));
}

static void add_remarks(const struct prove *prove, struct text_style style, struct str *text)
{
	struct arena *arena = text->arena;
	names missing = prove->not_measured;
	size_t columns = layout_columns(style);

	if (prove->blocks)
		layout_paragraph(
		    text,
		    arena_printf(arena,
				 "%u block%s of four measurements, two in each state, in %s. %s",
				 prove->blocks, prove->blocks == 1 ? "" : "s",
				 prove_time(arena, prove->about->run.duration_ms),
				 prove->blocks < EFFECT_LEAST
				     ? "So few tell nothing."
				     : "SEEN FROM: a change of that size would have been found in "
				       "nine of ten such proofs, a smaller one more rarely. No "
				       "CHANGE below 0.8 % is called helped or worse."),
		    0, columns);
	if (missing.count)
		layout_paragraph(
		    text, arena_printf(arena, "not measured: %s", text_join(arena, &missing, ", ")),
		    0, columns);
	if (prove->stopped)
		layout_paragraph(text, prove->stopped, 0, columns);
	if (prove->left_note)
		layout_paragraph(text, prove->left_note, 0, columns);
}

static const char *left_text(const struct prove *prove)
{
	if (prove->is_nothing)
		return "the node is as it was";
	if (prove->left == PROVE_TUNED)
		return "the node is left tuned, as `thintune apply` leaves it";
	return prove->left == PROVE_ORIGINAL ? "the node is left with its original values"
					     : "the node is in neither of the two states";
}

/* Of this owner alone, whether --owner was typed or not. */
static const char *restore_command(struct arena *arena, const struct report *about,
				   enum next_command restore)
{
	const char *command = next_command(arena, about, restore);

	if (strstr(command, " --owner ") || !about->plan->owner)
		return command;
	return arena_printf(arena, "%s --owner %s", command, next_word(arena, about->plan->owner));
}

static struct next_step next_of(struct arena *arena, const struct prove *prove)
{
	const struct report *about = prove->about;

	if (prove->is_nothing && prove->verdict == EFFECT_UNKNOWN)
		return (struct next_step){.what = "it says what keeps them from being written",
					  .command = next_command(arena, about, NEXT_AUDIT_ALL)};
	if (prove->is_contested)
		return (struct next_step){.what = "overwrite what somebody else has set since, and "
						  "undo all else that the journal has of this "
						  "owner; or leave it",
					  .command =
					      restore_command(arena, about, NEXT_RESTORE_FORCE)};
	if ((prove->left == PROVE_BETWEEN && !prove->is_undone) ||
	    (prove->left == PROVE_TUNED && prove->stopped))
		return (struct next_step){.what = "it undoes what the journal has of this owner",
					  .command = restore_command(arena, about, NEXT_RESTORE)};
	if (prove->stopped && !prove->is_nothing)
		return (struct next_step){.what = "again, once that is mended",
					  .command = next_command(arena, about, NEXT_PROVE)};
	if (prove->verdict == EFFECT_WORSE)
		return (struct next_step){.what = "what each of these settings is for",
					  .command = next_command(arena, about, NEXT_EXPLAIN)};
	if (prove->verdict == EFFECT_UNKNOWN)
		return (struct next_step){.what =
					      "before a longer proof (--time), which begins from "
					      "the original values",
					  .command = restore_command(arena, about, NEXT_RESTORE)};
	return (struct next_step){.what = "also what prove does not switch",
				  .command = next_command(arena, about, NEXT_APPLY)};
}

char *prove_text(struct arena *arena, const struct prove *prove, struct text_style style)
{
	enum paint paint = prove->verdict == EFFECT_WORSE     ? PAINT_RED
			   : prove->verdict == EFFECT_UNKNOWN ? PAINT_YELLOW
							      : PAINT_GREEN;
	struct next_step next = next_of(arena, prove);
	struct str text = str_new(arena);

	if (!style.quiet) {
		layout_paragraph(&text, layout_origin(arena, prove->about), 0,
				 layout_columns(style));
		add_settings(prove, style, &text);
		add_figures(prove, style, &text);
		add_remarks(prove, style, &text);
	}
	layout_verdict(&text, style, paint,
		       arena_printf(arena, "%s; %s", prove_verdict_name(prove), left_text(prove)));
	if (!style.quiet)
		next_line(&text, style, &next);
	return text.text;
}
