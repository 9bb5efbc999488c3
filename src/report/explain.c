/* SPDX-License-Identifier: Apache-2.0 */
/* The tuner table for people: on the terminal, and as docs/tuners.md; and advisories. */
#include "base/text.h"
#include "report/layout.h"
#include "tuners/tuners.h"

char *explain_all(struct arena *arena, const advisory_list *list, struct text_style style)
{
	static const char *const tuner_heads[] = {"TUNER", "WHAT IT SETS", NULL};
	static const char *const heads[] = {"ADVISORY", "WHAT IT WARNS OF", NULL};
	struct table tuners = table_new(arena, tuner_heads), advisories = table_new(arena, heads);

	for (size_t i = 0; i < tuner_count; i++) {
		const char *const cells[] = {tuner_table[i].name, tuner_table[i].summary};

		table_add(&tuners, cells);
	}
	vec_for_each (advisory, list)
		table_add(&advisories, (const char *const[]){advisory->id, advisory->title});
	return arena_printf(arena, "%s\n%s\n%s\n", table_text(&tuners, style),
			    table_text(&advisories, style),
			    "`thintune explain TUNER` says why, and how to undo it by hand; "
			    "`thintune explain SETTING`, or CHECK, what it is on this node; "
			    "`thintune explain ADVISORY` whom it concerns.");
}

static const char *watch_text(struct arena *arena, const struct tuner *tuner)
{
	return *tuner->not_by_watch
		   ? arena_printf(arena, "only told by `thintune watch --repair`: %s",
				  tuner->not_by_watch)
		   : "repaired by `thintune watch --repair`, but for what is marked disruptive";
}

char *explain_text(struct arena *arena, const char *name, struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	struct table table = table_new(arena, heads);
	const struct tuner *tuner;

	tuner = tuner_find(name);
	if (!tuner)
		return NULL;
	table_add(&table, (const char *const[]){"Why", tuner->why});
	table_add(&table, (const char *const[]){"Trade-off", tuner->trade_off});
	table_add(&table, (const char *const[]){"Watch", watch_text(arena, tuner)});
	table_add(&table, (const char *const[]){"Undo", tuner->undo});
	table_add(&table, (const char *const[]){"Peers", tuner->peers});
	table_add(&table, (const char *const[]){"Advice", tuner->advice});
	return arena_printf(arena, "%s: %s\n%s", tuner->name, tuner->summary,
			    table_text(&table, style));
}

/* Advisories ---------------------------------------------------------------------------------- */

static const char *kernels_text(struct arena *arena, const struct advisory *advisory)
{
	names parts = {0};

	vec_for_each (range, &advisory->ranges)
		vec_push(arena, &parts,
			 range->from
			     ? arena_printf(arena, "from %s, before %s", range->from, range->before)
			     : arena_printf(arena, "before %s", range->before));
	return parts.count ? text_join(arena, &parts, "; ") : NULL;
}

static const char *packages_text(struct arena *arena, const struct advisory *advisory)
{
	names parts = {0};

	vec_for_each (fix, &advisory->fixes) {
		const char *who =
		    text_equal(fix->distribution, "any") ? "all others" : fix->distribution;
		const char *from = fix->from ? arena_printf(arena, " from %s", fix->from) : "";

		vec_push(arena, &parts,
			 fix->fixed
			     ? arena_printf(arena, "%s%s: fixed in %s", who, from, fix->fixed)
			     : arena_printf(arena, "%s%s: not fixed", who, from));
	}
	return parts.count ? text_join(arena, &parts, "; ") : NULL;
}

static void add_words(struct arena *arena, struct table *table, const char *head,
		      const names *words)
{
	table_pair(table, head, words->count ? text_join(arena, words, ", ") : NULL);
}

char *explain_advisory(struct arena *arena, const struct advisory *advisory,
		       struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	struct table table = table_new(arena, heads);

	table_pair(&table, "Kernel", kernels_text(arena, advisory));
	table_pair(&table, "Packages", packages_text(arena, advisory));
	add_words(arena, &table, "File system", &advisory->filesystems);
	add_words(arena, &table, "Mount option", &advisory->mount_options);
	add_words(arena, &table, "Container", &advisory->containers);
	add_words(arena, &table, "Driver", &advisory->drivers);
	add_words(arena, &table, "Node", &advisory->node);
	add_words(arena, &table, "With flags", &advisory->flags);
	add_words(arena, &table, "Not with", &advisory->unless_flags);
	table_pair(&table, "Advice", advisory->advice);
	table_pair(&table, "Severity", plan_severity_names[advisory->severity]);
	add_words(arena, &table, "Sources", &advisory->sources);
	table_pair(&table, "Reviewed", advisory->reviewed);
	/* The built-in ones are in no file that anybody has. */
	if (*advisory->file == '/')
		table_pair(&table, "Stands in",
			   arena_printf(arena, "%s:%u", advisory->file, advisory->line));
	return arena_printf(arena, "%s: %s\n%s", advisory->id, advisory->title,
			    table_text(&table, style));
}

/* A cell of a Markdown table ends at a bar. */
static void add_cell(struct str *str, const char *text)
{
	str_add(str, " ");
	for (const char *at = text; *at; at++)
		str_add_n(str, *at == '|' ? "\\|" : at, *at == '|' ? 2 : 1);
	str_add(str, " |");
}

static void add_paragraph(struct str *str, const char *head, const char *text)
{
	if (text)
		str_printf(str, "\n**%s.** %s\n", head, text);
}

/* What peers say ends where "Here" begins: half of a row about others, half about us. */
static void add_peers(struct str *str)
{
	str_add(str, "\n## Beside rpk and perftune\n"
		     "\n"
		     "| tuner | rpk, perftune and others | thintune | why it matters |\n"
		     "|---|---|---|---|\n");
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];
		const char *ours = strstr(tuner->peers, "Here ");
		size_t theirs = ours ? (size_t)(ours - tuner->peers) : strlen(tuner->peers);
		char *half = arena_strndup(str->arena, tuner->peers, theirs);

		str_add(str, "|");
		add_cell(str, arena_printf(str->arena, "[%s](#%s)", tuner->name, tuner->name));
		add_cell(str, text_trim(str->arena, half));
		add_cell(str, ours ? ours : "");
		add_cell(str, tuner->why);
		str_add(str, "\n");
	}
}

char *explain_markdown(struct arena *arena)
{
	struct str str = str_new(arena);

	str_add(&str, "<!-- Generated from the table in src/tuners/tuners.c; edit that. -->\n"
		      "# Tuners\n"
		      "\n"
		      "| tuner | what it sets |\n"
		      "|---|---|\n");
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];

		str_add(&str, "|");
		add_cell(&str, arena_printf(arena, "[%s](#%s)", tuner->name, tuner->name));
		add_cell(&str, tuner->summary);
		str_add(&str, "\n");
	}
	add_peers(&str);
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];

		str_printf(&str, "\n## %s\n\n%s\n", tuner->name, tuner->summary);
		add_paragraph(&str, "Why", tuner->why);
		add_paragraph(&str, "Trade-off", tuner->trade_off);
		add_paragraph(&str, "Watch",
			      arena_printf(arena, "It is %s.", watch_text(arena, tuner)));
		add_paragraph(&str, "Undo by hand", tuner->undo);
		add_paragraph(&str, "Peers", tuner->peers);
		if (tuner->advice)
			str_printf(&str, "\n**Advice.** <%s>\n", tuner->advice);
	}
	return str.text;
}
