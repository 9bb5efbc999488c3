/* SPDX-License-Identifier: Apache-2.0 */
/* What to do next, as the list at the top of a page. */
#include <ctype.h>

#include "report/html.h"
#include "report/next.h"

enum { STEPS = 5 };

/* A sentence of its own. */
static const char *sentence(struct arena *arena, const struct next_step *step)
{
	char *text = arena_printf(arena, "%s%s.", step->what, text_or(step->more, ""));

	text[0] = (char)toupper((unsigned char)text[0]);
	return text;
}

static void add_list(struct str *page, const next_steps *steps, size_t from, size_t to)
{
	str_printf(page, "<ol class=\"next\" start=\"%zu\">\n", from + 1);
	for (size_t i = from; i < to; i++) {
		const struct next_step *step = &steps->at[i];

		str_printf(page, "<li>%s%s</li>\n",
			   html_prose(page->arena, sentence(page->arena, step)),
			   step->command ? html_command(page->arena, step->command) : "");
	}
	str_add(page, "</ol>\n");
}

void html_next(struct str *page, const struct report *report)
{
	next_steps steps = next_steps_of(page->arena, report);
	size_t count = steps.count;

	html_heading(page, "next", "What to do next");
	if (count == 1 && !steps.at[0].command) {
		html_note(page, sentence(page->arena, &steps.at[0]));
		return;
	}
	add_list(page, &steps, 0, count < STEPS ? count : STEPS);
	if (count <= STEPS)
		return;
	html_fold_open(page, false, NULL, arena_printf(page->arena, "And %zu more", count - STEPS));
	add_list(page, &steps, STEPS, count);
	html_fold_close(page);
}
