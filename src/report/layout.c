/* SPDX-License-Identifier: Apache-2.0 */
/* Cleans, measures, wraps and paints text for a terminal. */
#include "report/layout.h"

#include <stdint.h>

#include "base/escape.h"
#include "plan/kind.h"
#include "plan/space.h"
#include "plan/waive.h"
#include "version.h"

size_t layout_columns(struct text_style style)
{
	if (!style.width)
		return LAYOUT_UNLIMITED;
	return style.width < LAYOUT_MIN_WIDTH ? LAYOUT_MIN_WIDTH : style.width;
}

/* Characters ---------------------------------------------------------------------------------- */

/* Bytes of the character or colour sequence at text; *ret_width tells the columns it takes. */
static size_t step(const char *text, size_t *ret_width)
{
	size_t length = escape_colour_length(text);

	*ret_width = !length;
	if (!length)
		length = text_utf8_length(text);
	return length ? length : 1;
}

const char *layout_list(struct arena *arena, const char *list)
{
	size_t length = LAYOUT_MIN_WIDTH / 2;
	struct cpuset cpus;

	if (strlen(list) <= LAYOUT_MIN_WIDTH || cpuset_parse_list(arena, list, &cpus) < 0)
		return list;
	while (length && list[length] != ',')
		length--;
	return arena_printf(arena, "%.*s,... (%u CPUs)", (int)length, list, cpuset_weight(&cpus));
}

const char *layout_cpus(struct arena *arena, enum kind kind, const char *value)
{
	struct cpuset cpus;

	return kind_cpus(arena, kind, value, &cpus)
		   ? kind_cpu_words(arena, &cpus, layout_list(arena, cpuset_list(arena, &cpus)))
		   : value;
}

static bool is_wanted(const struct setting *setting, const char *value)
{
	const struct wish *wish = setting->wish;

	return (setting->want && kind_equal(wish->kind, value, setting->want)) ||
	       (wish->operands.count && kind_equal(wish->kind, value, wish->operands.at[0]));
}

const char *layout_value(struct arena *arena, const struct setting *setting, const char *value)
{
	unsigned lines = 0;

	if (!*value)
		return "(empty)";
	if (setting->wish->gist && is_wanted(setting, value))
		return setting->wish->gist;
	if (setting->wish->kind == KIND_SPACE)
		return space_words(arena, value);
	if (setting->wish->kind != KIND_FILE || text_equal(value, FILE_ABSENT))
		return layout_cpus(arena, setting->wish->kind, value);
	for (const char *at = value; *at; at++)
		lines += *at == '\n' || !at[1];
	return arena_printf(arena, "(%u %s)", lines, lines == 1 ? "line" : "lines");
}

static const char *rule_text(struct arena *arena, const struct setting *setting)
{
	const char *operands = text_join(arena, &setting->wish->operands, " or ");

	if (!setting->wish->operands.count)
		return setting->wish->kind == KIND_MANUAL ? "-" : "unknown";
	if (setting->wish->kind == KIND_FILE || setting->wish->gist)
		return layout_value(arena, setting, setting->wish->operands.at[0]);
	if (setting->wish->rule == RULE_AT_LEAST)
		return arena_printf(arena, ">= %s", operands);
	if (setting->wish->rule == RULE_AT_MOST)
		return arena_printf(arena, "<= %s", operands);
	return layout_cpus(arena, setting->wish->kind, operands);
}

/* What the node has is within the bound, and another owner wants more of it. */
static bool is_within_bound(struct arena *arena, const struct setting *setting)
{
	const struct wish *wish = setting->wish;
	struct setting own = *setting;
	const names any = {0};
	bool holds = false;

	return setting->have && !kind_equal(wish->kind, setting->have, setting->want) &&
	       kind_resolve(arena, &own, &any, &holds) == 0 && holds;
}

const char *layout_have(struct arena *arena, const struct setting *setting)
{
	if (!setting->have)
		return verdict_is_out_of_reach(setting->state) || setting->state == STATE_WAIVED
			   ? "-"
			   : "unknown";
	if (setting->is_managed && setting->effective &&
	    !text_equal(setting->have, setting->effective))
		return arena_printf(arena, "%s (on %s)",
				    layout_cpus(arena, setting->wish->kind, setting->have),
				    layout_cpus(arena, setting->wish->kind, setting->effective));
	return layout_value(arena, setting, setting->have);
}

const char *layout_wanted(struct arena *arena, const struct setting *setting)
{
	bool is_bound = setting->wish->rule == RULE_AT_LEAST || setting->wish->rule == RULE_AT_MOST;

	if (setting->state == STATE_SAME || !setting->want ||
	    (is_bound && !is_within_bound(arena, setting)))
		return rule_text(arena, setting);
	return layout_value(arena, setting, setting->want);
}

const char *layout_before(struct arena *arena, const struct setting *setting)
{
	if (!setting->before || text_equal(setting->before, setting->have))
		return NULL;
	return arena_printf(arena, "was %s", layout_value(arena, setting, setting->before));
}

names layout_causes(struct arena *arena, const struct setting *setting)
{
	names parts = {0};

	if (setting->wish->disruptive &&
	    (setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER))
		vec_push(arena, &parts, "disruptive: the write disturbs a running broker");
	if (setting->wish->waiver &&
	    (setting->state == STATE_WAIVED || !verdict_is_settled(setting->state)))
		vec_push(arena, &parts, waive_words(arena, setting->wish->waiver));
	if (setting->note)
		vec_push(arena, &parts, setting->note);
	if (setting->is_unproven)
		vec_push(arena, &parts, "apply tries a write once a boot");
	return parts;
}

names layout_notes(struct arena *arena, const struct setting *setting)
{
	const char *before = layout_before(arena, setting);
	names causes = layout_causes(arena, setting), parts = {0};

	if (before)
		vec_push(arena, &parts, before);
	vec_for_each (cause, &causes)
		vec_push(arena, &parts, *cause);
	return parts;
}

names layout_check_notes(struct arena *arena, const struct check *check)
{
	names parts = {0};

	if (check->waiver && check->state != CHECK_PASS && !check->is_moot)
		vec_push(arena, &parts, waive_words(arena, check->waiver));
	if (check->note)
		vec_push(arena, &parts, check->note);
	return parts;
}

const char *layout_origin(struct arena *arena, const struct report *report)
{
	const struct host *host = &report->facts->host;
	struct str line = str_new(arena);

	str_printf(&line, "node %s (id %s), %s, thintune " THINTUNE_VERSION,
		   text_or(host->hostname, "unknown"), text_or(host->node_id, "unknown"),
		   text_or(report->run.date, "unknown"));
	if (report->profile)
		str_printf(&line, ", profile sha256 %.*s", LAYOUT_HASH_DIGITS,
			   text_or(report->profile->sha256, "unknown"));
	return escape_text(arena, line.text, ESCAPE_ALL);
}

const char *layout_left_out(struct arena *arena, const struct left_out *left_out)
{
	const struct {
		unsigned count;
		const char *noun;
	} parts[] = {{left_out->settings_count, "setting"}, {left_out->checks_count, "check"}};
	names counts = {0};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].count)
			vec_push(arena, &counts,
				 arena_printf(arena, "%u %s%s", parts[i].count, parts[i].noun,
					      parts[i].count == 1 ? "" : "s"));
	}
	if (!counts.count)
		return NULL;
	return arena_printf(arena, "left out by %s: %s", left_out->by,
			    text_join(arena, &counts, " and "));
}

const char *layout_time(struct arena *arena, uint64_t ns)
{
	double value = (double)ns / 1000;
	const char *unit = "us";

	if (value >= 1000) {
		value /= 1000;
		unit = "ms";
	}
	if (value >= 1000) {
		value /= 1000;
		unit = "s";
	}
	return arena_printf(arena,
			    value < 10    ? "%.2f %s"
			    : value < 100 ? "%.1f %s"
					  : "%.0f %s",
			    value, unit);
}

size_t layout_width(const char *text)
{
	size_t total = 0, width;

	while (*text) {
		text += step(text, &width);
		total += width;
	}
	return total;
}

static bool is_unit(const char *word, size_t length)
{
	static const char *const units[] = {"%",    "ns",   "us",   "ms",   "s",   "min",   "B",
					    "KiB",  "MiB",  "GiB",  "TiB",  "PiB", "KiB/s", "MiB/s",
					    "MB/s", "Mb/s", "Gb/s", "GT/s", "MHz", "GHz",   "IOPS",
					    "h",    "day",  "days", "CPU",  "CPUs"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i]) == length && strncmp(units[i], word, length) == 0)
			return true;
	}
	return false;
}

/* Whether text[at] is a blank at which no line ends: between a number and its unit, between "<=" or
 * ">=" and a number, in front of "[1]", and in "(exit 4)". */
static bool is_firm(const char *text, size_t at)
{
	const char *word = text + at + 1;

	if (!at || text[at] != ' ')
		return false;
	if (*word == '[' && word[1] >= '0' && word[1] <= '9')
		return true;
	if (text[at - 1] >= '0' && text[at - 1] <= '9')
		return is_unit(word, strcspn(word, " \n.,;:)\033"));
	/* "(exit 4)" */
	if (at >= 5 && strncmp(text + at - 5, "(exit", 5) == 0)
		return true;
	return at >= 2 && text[at - 1] == '=' && strchr("<>", text[at - 2]) && *word >= '0' &&
	       *word <= '9';
}

void layout_measure(const char *text, size_t *line, size_t *word)
{
	size_t in_line = 0, in_word = 0, indent = 0, width;

	for (const char *at = text; *at;) {
		bool blank = *at == ' ' && !is_firm(text, (size_t)(at - text));
		bool newline = *at == '\n';

		at += step(at, &width);
		in_line = newline ? 0 : in_line + width;
		in_word = newline || blank ? 0 : in_word + width;
		if (newline)
			indent = 0;
		else if (blank && indent + 1 == in_line)
			indent++;
		/* Blanks at the end of a line are not printed. */
		if (in_word && in_line > *line)
			*line = in_line;
		if (in_word && indent + in_word > *word)
			*word = indent + in_word;
	}
}

const char *layout_paint(struct arena *arena, struct text_style style, enum paint paint,
			 const char *text)
{
	static const char *const codes[] = {
	    [PAINT_GREEN] = "32", [PAINT_YELLOW] = "33", [PAINT_RED] = "31"};

	if (!style.colour || paint == PAINT_NONE)
		return text;
	return arena_printf(arena, "\033[%sm%s\033[0m", codes[paint], text);
}

/* Wrapping ------------------------------------------------------------------------------------ */

static bool is_break(const char *text, size_t at)
{
	return text[at] == ' ' && !is_firm(text, at);
}

/* Bytes of the longest start of text[0..length) that fits into width and ends before a blank. Where
 * the first word alone is longer: all of it. */
static size_t line_length(const char *text, size_t length, size_t width)
{
	size_t at = 0, used = 0, columns, end = 0;

	while (at < length && used < width) {
		if (at && is_break(text, at) && text[at - 1] != ' ')
			end = at;
		at += step(text + at, &columns);
		used += columns;
	}
	/* Colour that is switched off again at the very end takes no room. */
	while (at < length && escape_colour_length(text + at))
		at += escape_colour_length(text + at);
	if (at >= length || is_break(text, at))
		return at < length ? at : length;
	if (end)
		return end;
	while (at < length && !is_break(text, at))
		at++;
	return at;
}

static void wrap_paragraph(struct arena *arena, names *lines, const char *text, size_t length,
			   size_t width)
{
	size_t indent = 0;
	char *margin;

	while (indent < length && text[indent] == ' ')
		indent++;
	if (indent == length) {
		vec_push(arena, lines, "");
		return;
	}
	margin = arena_strndup(arena, text, indent);
	text += indent;
	length -= indent;
	width = width > indent ? width - indent : 1;
	while (length) {
		size_t taken = line_length(text, length, width), shown = taken;

		while (text[shown - 1] == ' ')
			shown--;
		vec_push(arena, lines, arena_printf(arena, "%s%.*s", margin, (int)shown, text));
		while (taken < length && text[taken] == ' ')
			taken++;
		text += taken;
		length -= taken;
	}
}

names layout_wrap(struct arena *arena, const char *text, size_t width)
{
	names lines = {0};

	for (;;) {
		const char *end = strchrnul(text, '\n');

		wrap_paragraph(arena, &lines, text, (size_t)(end - text), width);
		if (!*end)
			return lines;
		text = end + 1;
	}
}

void layout_paragraph(struct str *str, const char *text, size_t indent, size_t width)
{
	size_t room = width > indent + 20 ? width - indent : 20;
	names lines =
	    layout_wrap(str->arena, escape_text(str->arena, text, ESCAPE_KEEP_NEWLINES), room);

	vec_for_each (line, &lines)
		str_printf(str, "%*s%s\n", (int)(**line ? indent : 0), "", *line);
}

/* Wrapped before it is painted: colours have no width. --quiet promises one line. */
void layout_verdict(struct str *str, struct text_style style, enum paint paint, const char *text)
{
	static const char head[] = "verdict: ";
	size_t columns = layout_columns(style);
	const char *clean = escape_text(str->arena, text, ESCAPE_ALL);
	names lines = layout_wrap(str->arena, arena_printf(str->arena, "%s%s", head, clean),
				  columns > 24 ? columns - 2 : columns);

	vec_for_each (line, &lines) {
		bool is_first = line == lines.at;

		str_printf(str, "%s%s\n", is_first ? head : "  ",
			   layout_paint(str->arena, style, paint,
					is_first ? *line + strlen(head) : *line));
	}
}

/* The others are counted. */
enum { SWITCHES_SHOWN = 3 };

const char *layout_flags(struct arena *arena, const struct redpanda_config *redpanda)
{
	names parts = {0};

	vec_for_each (flag, &redpanda->flags)
		vec_push(
		    arena, &parts,
		    arena_printf(arena, "%s (line %u)", start_flag_text(arena, flag), flag->line));
	return parts.count ? text_join(arena, &parts, ", ") : NULL;
}

static void add_switches(struct arena *arena, names *parts, const redpanda_keys *keys,
			 const char *value)
{
	vec_for_each (key, keys)
		vec_push(arena, parts,
			 arena_printf(arena, "%s: %s (line %u)", redpanda_key_name(arena, key),
				      value, key->line));
}

/* Those with a false first: they alone say something by themselves. */
const char *layout_switches(struct arena *arena, const struct redpanda_config *redpanda)
{
	names parts = {0};
	size_t more;

	add_switches(arena, &parts, &redpanda->off, "false");
	add_switches(arena, &parts, &redpanda->on, "true");
	if (!parts.count)
		return NULL;
	more = parts.count > SWITCHES_SHOWN ? parts.count - SWITCHES_SHOWN : 0;
	parts.count -= more;
	return arena_printf(arena, "%s%s", text_join(arena, &parts, ", "),
			    more ? arena_printf(arena, " and %zu more", more) : "");
}

const char *layout_absent(struct arena *arena, const struct redpanda_config *redpanda)
{
	const struct redpanda_key *because = redpanda_absent_is_off(redpanda);

	if (!because)
		return "redpanda.yaml: what has no rpk.tune_* key there is up to the profile, "
		       "since "
		       "none is true and there is no developer mode";
	return arena_printf(arena,
			    "redpanda.yaml: what has no rpk.tune_* key there is off, since line %u "
			    "says %s: true",
			    because->line, redpanda_key_name(arena, because));
}

static void add_source(struct arena *arena, names *parts, const char *what,
		       const struct cpuset *cpus)
{
	if (cpuset_weight(cpus))
		vec_push(arena, parts,
			 arena_printf(arena, "%s %s", what,
				      layout_list(arena, cpuset_list(arena, cpus))));
}

const char *layout_isolated(struct arena *arena, const struct isolated *isolated)
{
	names parts = {0};
	const char *text = "none";

	add_source(arena, &parts, "isolcpus", &isolated->boot);
	add_source(arena, &parts, "nohz_full", &isolated->tickless);
	add_source(arena, &parts, "control group partitions", &isolated->partitions);
	if (parts.count)
		text = arena_printf(
		    arena, "%s (%s)",
		    cpuset_weight(&isolated->cpus)
			? arena_printf(arena, "CPUs %s", cpuset_list(arena, &isolated->cpus))
			: "none that is online",
		    text_join(arena, &parts, ", "));
	if (isolated->problem && !parts.count)
		return isolated->problem;
	if (isolated->problem || isolated->remark)
		text = arena_printf(arena, "%s; %s", text,
				    isolated->problem ? isolated->problem : isolated->remark);
	return text;
}
