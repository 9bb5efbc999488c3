/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the frame of an HTML page and the parts that pages share. */
#include "report/html_page.h"

#include "base/escape.h"
#include "base/sha256.h"
#include "report/html_style.h"

const char html_required[] = "<b class=\"req\">required</b>";

const char *html_class(enum html_tone tone)
{
	static const char *const list[] = {[HTML_GOOD] = "good",
					   [HTML_ADVISED] = "warn",
					   [HTML_BAD] = "bad",
					   [HTML_UNKNOWN] = "unk",
					   [HTML_QUIET] = "mute"};

	return list[tone];
}

const char *html_symbol(enum html_tone tone)
{
	static const char *const list[] = {[HTML_GOOD] = "\u2713",
					   [HTML_ADVISED] = "\u2260",
					   [HTML_BAD] = "\u2715",
					   [HTML_UNKNOWN] = "?",
					   [HTML_QUIET] = "\u2013"};

	return list[tone];
}

/* As a Content-Security-Policy names a script. */
static const char *script_hash(struct arena *arena)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char hash[sha256_bytes + 1] = {0};
	struct str text = str_new(arena);
	struct sha256 state;

	sha256_start(&state);
	sha256_add(&state, html_script, strlen(html_script));
	sha256_end(&state, hash);
	for (size_t i = 0; i < sha256_bytes; i += 3) {
		unsigned bits = (unsigned)hash[i] << 16 | (unsigned)hash[i + 1] << 8;

		bits |= i + 2 < sha256_bytes ? hash[i + 2] : 0U;
		str_printf(&text, "%c%c%c", digits[bits >> 18], digits[bits >> 12 & 63],
			   digits[bits >> 6 & 63]);
		str_add_n(&text, i + 2 < sha256_bytes ? &digits[bits & 63] : "=", 1);
	}
	return text.text;
}

char *html_policy(struct arena *arena)
{
	return arena_printf(arena,
			    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'",
			    script_hash(arena));
}

struct str html_page_new(struct arena *arena, const char *title)
{
	struct str page = str_new(arena);

	str_printf(&page,
		   "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width\">\n"
		   "<meta name=\"referrer\" content=\"no-referrer\">\n"
		   "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n",
		   html_policy(arena), escape_html(arena, title), html_style);
	return page;
}

char *html_page_end(struct str *page, const char *footer)
{
	str_printf(page, "</main>\n<footer>%s</footer>\n<script>%s</script>\n</body>\n</html>\n",
		   escape_html(page->arena, footer), html_script);
	return page->text;
}

void html_band(struct str *page, enum html_tone tone, const char *headline, const char *detail,
	       const char *identity)
{
	struct arena *arena = page->arena;

	str_printf(page, "<header class=\"band %s\">\n<h1>%s %s</h1>\n", html_class(tone),
		   html_symbol(tone), escape_html(arena, headline));
	if (detail)
		str_printf(page, "<p>%s</p>\n", escape_html(arena, detail));
	if (identity)
		str_printf(page, "<p class=\"id\">%s</p>\n", escape_html(arena, identity));
	str_add(page, "</header>\n");
}

void html_tiles(struct str *page, const struct html_tile *tiles, size_t count)
{
	struct arena *arena = page->arena;

	str_add(page, "<nav class=\"tiles\" aria-label=\"How many\">\n");
	for (size_t i = 0; i < count; i++)
		str_printf(page, "<a href=\"#%s\"><b class=\"%s\">%zu</b><span>%s</span></a>\n",
			   escape_html(arena, tiles[i].target),
			   html_class(tiles[i].count ? tiles[i].tone : HTML_QUIET), tiles[i].count,
			   escape_html(arena, tiles[i].label));
	str_add(page, "</nav>\n");
}

void html_heading(struct str *page, const char *id, const char *heading)
{
	if (id)
		str_printf(page, "<h2 id=\"%s\">%s</h2>\n", escape_html(page->arena, id),
			   escape_html(page->arena, heading));
	else
		str_printf(page, "<h2>%s</h2>\n", escape_html(page->arena, heading));
}

void html_note(struct str *page, const char *text)
{
	str_printf(page, "<p class=\"note\">%s</p>\n", html_prose(page->arena, text));
}

const char *html_tag(struct arena *arena, enum html_tone tone, const char *word)
{
	return arena_printf(arena, "<span class=\"tag %s\">%s %s</span>", html_class(tone),
			    html_symbol(tone), escape_html(arena, word));
}

const char *html_code(struct arena *arena, const char *text)
{
	return arena_printf(arena, "<code>%s</code>", escape_html(arena, text));
}

const char *html_num(struct arena *arena, const char *text)
{
	return arena_printf(arena, "<span class=\"num\">%s</span>", escape_html(arena, text));
}

const char *html_prose(struct arena *arena, const char *text)
{
	const char *at = escape_html(arena, text), *end;
	struct str str = str_new(arena);

	for (const char *open; (open = strchr(at, '`')) && (end = strchr(open + 1, '`'));) {
		str_add_n(&str, at, (size_t)(open - at));
		str_printf(&str, "<code>%.*s</code>", (int)(end - open - 1), open + 1);
		at = end + 1;
	}
	str_add(&str, at);
	return str.text;
}

const char *html_command(struct arena *arena, const char *command)
{
	return arena_printf(arena, "<pre>%s</pre>", escape_html(arena, command));
}

const char *html_state(struct arena *arena, enum html_tone tone, const char *state,
		       const names *notes)
{
	struct str cell = str_new(arena);

	str_add(&cell, html_tag(arena, tone, state));
	vec_for_each (note, notes)
		str_printf(&cell, "<div class=\"note\">%s</div>", html_prose(arena, *note));
	return cell.text;
}

void html_fold_open(struct str *page, bool is_open, const char *id, const char *summary)
{
	str_printf(page, "<details%s%s%s%s>\n<summary>%s</summary>\n", id ? " id=\"" : "",
		   id ? escape_html(page->arena, id) : "", id ? "\"" : "", is_open ? " open" : "",
		   escape_html(page->arena, summary));
}

void html_fold_close(struct str *page)
{
	str_add(page, "</details>\n");
}

struct html_table html_table_open(struct str *page, const char *caption, const char *const *heads)
{
	struct arena *arena = page->arena;
	size_t columns = 0;

	while (heads[columns])
		columns++;
	str_printf(page, "<table%s>\n<caption class=\"hid\">%s</caption>\n<thead><tr>",
		   columns > 5 ? " class=\"many\"" : "", escape_html(arena, caption));
	for (const char *const *head = heads; *head; head++)
		str_printf(page, "<th scope=\"col\">%s</th>", escape_html(arena, *head));
	str_add(page, "</tr></thead>\n<tbody>\n");
	return (struct html_table){.page = page, .heads = heads};
}

void html_table_group(struct html_table *table, const char *name, size_t count)
{
	size_t columns = 0;

	while (table->heads[columns])
		columns++;
	str_printf(table->page,
		   "</tbody>\n<tbody>\n<tr class=\"grp\"><th colspan=\"%zu\" scope=\"rowgroup\">%s "
		   "<small>%zu</small></th></tr>\n",
		   columns, escape_html(table->page->arena, name), count);
}

void html_table_row(struct html_table *table, const char *const *cells)
{
	struct str *page = table->page;

	str_printf(page, "<tr><th scope=\"row\">%s</th>", cells[0]);
	for (size_t i = 1; table->heads[i]; i++)
		str_printf(page, "<td data-l=\"%s\">%s</td>",
			   escape_html(page->arena, table->heads[i]), cells[i]);
	str_add(page, "</tr>\n");
}

void html_table_close(struct html_table *table)
{
	str_add(table->page, "</tbody>\n</table>\n");
}

void html_filter(struct str *page)
{
	str_add(page, "<p class=\"tool\" hidden><label for=\"filter\">Show only rows with</label> "
		      "<input id=\"filter\" type=\"search\" autocomplete=\"off\"> "
		      "<span role=\"status\"></span></p>\n");
}

void html_list_open(struct str *page)
{
	str_add(page, "<dl>\n");
}

void html_list_pair(struct str *page, const char *name, const char *value)
{
	str_printf(page, "<dt>%s</dt><dd>%s</dd>\n", escape_html(page->arena, name), value);
}

void html_list_close(struct str *page)
{
	str_add(page, "</dl>\n");
}
