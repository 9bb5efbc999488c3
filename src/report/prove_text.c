/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof found, as text for people. */
#include <inttypes.h>
#include <math.h>

#include "report/next.h"
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
static const char *smallest(struct arena *arena, double share)
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
		    smallest(arena, effect->smallest),
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
				 "%u block%s of four measurements, two in each state, in %s. SEEN "
				 "FROM: a change of that size would have been found in nine of ten "
				 "such proofs, a smaller one more rarely.",
				 prove->blocks, prove->blocks == 1 ? "" : "s",
				 prove_time(arena, prove->about->run.duration_ms)),
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
	return prove->left == PROVE_ORIGINAL
		   ? "the node is left with its original values"
		   : "the node is between the two states; the journal has all original values";
}

static struct next_step next_of(const struct prove *prove)
{
	if (prove->left == PROVE_BETWEEN ||
	    (prove->left == PROVE_TUNED && prove->stopped && !prove->is_nothing))
		return (struct next_step){.what = "it brings the original values back",
					  .command = "thintune restore"};
	if (prove->is_nothing && prove->verdict == EFFECT_UNKNOWN)
		return (struct next_step){.what = "it says what keeps them from being written",
					  .command = "thintune audit"};
	if (prove->stopped && !prove->is_nothing)
		return (struct next_step){.what = "again, once that is mended",
					  .command = "thintune prove"};
	if (prove->verdict == EFFECT_WORSE)
		return (struct next_step){.what = "what each of these settings is for",
					  .command = "thintune explain"};
	if (prove->verdict == EFFECT_UNKNOWN)
		return (struct next_step){.what = "more blocks show smaller changes",
					  .command = "thintune prove --time 1h"};
	return (struct next_step){.what = "the rest of the profile", .command = "thintune apply"};
}

char *prove_text(struct arena *arena, const struct prove *prove, struct text_style style)
{
	enum paint paint = prove->verdict == EFFECT_WORSE     ? PAINT_RED
			   : prove->verdict == EFFECT_UNKNOWN ? PAINT_YELLOW
							      : PAINT_GREEN;
	struct next_step next = next_of(prove);
	struct str text = str_new(arena);

	if (!style.quiet) {
		layout_paragraph(&text, layout_origin(arena, prove->about), 0,
				 layout_columns(style));
		add_settings(prove, style, &text);
		add_figures(prove, style, &text);
		add_remarks(prove, style, &text);
	}
	layout_verdict(
	    &text, style, paint,
	    arena_printf(arena, "%s; %s", effect_verdict_name(prove->verdict), left_text(prove)));
	if (!style.quiet)
		next_line(&text, style, &next);
	return text.text;
}
