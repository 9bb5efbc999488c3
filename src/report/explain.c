/* SPDX-License-Identifier: Apache-2.0 */
/* The tuner table for people: on the terminal, and as docs/tuners.md. */
#include "report/layout.h"
#include "tuners/tuners.h"

static char *explain_all(struct arena *arena, struct text_style style)
{
	static const char *const heads[] = {"TUNER", "WHAT IT SETS", NULL};
	struct table table = table_new(arena, heads);

	for (size_t i = 0; i < tuner_count; i++) {
		const char *const cells[] = {tuner_table[i].name, tuner_table[i].summary};

		table_add(&table, cells);
	}
	return arena_printf(arena, "%s\n%s\n", table_text(&table, style),
			    "`thintune explain TUNER` says why, and how to undo it by hand.");
}

char *explain_text(struct arena *arena, const char *name, struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	struct table table = table_new(arena, heads);
	const struct tuner *tuner;

	if (!name)
		return explain_all(arena, style);
	tuner = tuner_find(name);
	if (!tuner)
		return NULL;
	table_add(&table, (const char *const[]){"Why", tuner->why});
	table_add(&table, (const char *const[]){"Trade-off", tuner->trade_off});
	table_add(&table, (const char *const[]){"Undo", tuner->undo});
	table_add(&table, (const char *const[]){"Peers", tuner->peers});
	table_add(&table, (const char *const[]){"Advice", tuner->advice});
	return arena_printf(arena, "%s: %s\n%s", tuner->name, tuner->summary,
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
		add_paragraph(&str, "Undo by hand", tuner->undo);
		add_paragraph(&str, "Peers", tuner->peers);
		if (tuner->advice)
			str_printf(&str, "\n**Advice.** <%s>\n", tuner->advice);
	}
	return str.text;
}
