/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes the scalars of a profile, by the type that the schema gives a key. */
#include "profile/scalar.h"

#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "profile/schema.h"

#define TEXT_MAX 1024
#define WORD_MAX 64

/* Whether a YAML reader could take this plain text for something other than text. */
static bool looks_typed(const char *text)
{
	static const char *const words[] = {
	    "",      "~",     "null",  "Null", "NULL", "true", "True", "TRUE",
	    "false", "False", "FALSE", "yes",  "Yes",  "YES",  "no",   "No",
	    "NO",    "on",    "On",    "ON",   "off",  "Off",  "OFF",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal(text, words[i]))
			return true;
	return strchr("0123456789+-.", *text) &&
	       strspn(text, "0123456789abcdefABCDEFxXoOinINtTzZ_.:+-") == strlen(text);
}

bool scalar_is(const struct node *node, const char *plain)
{
	return node->kind == NODE_SCALAR && node->is_plain && text_equal(node->text, plain);
}

static const char *range_text(const struct reading *reading)
{
	const struct schema_key *row = reading->row;
	const char *min, *max;

	if (!row->min && !row->max)
		return "";
	min = scalar_yaml(reading->arena, row,
			  arena_printf(reading->arena, "%llu", (unsigned long long)row->min));
	if (!row->max)
		return arena_printf(reading->arena, ", %s or more", min);
	max = scalar_yaml(reading->arena, row,
			  arena_printf(reading->arena, "%llu", (unsigned long long)row->max));
	return arena_printf(reading->arena, " from %s to %s", min, max);
}

const char *scalar_expected(const struct reading *reading)
{
	const char *choices = reading->row->choices;
	struct str str;

	switch (reading->row->type) {
	case TYPE_NUMBER:
		return arena_printf(reading->arena, "a whole number%s", range_text(reading));
	case TYPE_NUMBERS:
		return "a list of whole numbers";
	case TYPE_SYSCTL:
		return "a whole number, a list of whole numbers or text";
	case TYPE_SIZE:
		return arena_printf(reading->arena, "a size such as 64KiB or 10GiB%s",
				    range_text(reading));
	case TYPE_DURATION:
		return arena_printf(reading->arena, "a time such as 500us, 10ms or 240s%s",
				    range_text(reading));
	case TYPE_BOOL:
		return choices ? "true" : "true or false";
	case TYPE_VERSION:
		return "a version in quotes such as \"5.10\"";
	case TYPE_CPUS:
		return "a list of CPUs such as 0-3,8";
	case TYPE_CHOICE:
		break;
	}
	if (!choices)
		return "a word";
	str = str_new(reading->arena);
	str_add(&str, strchr(choices, '|') ? "one of " : "");
	for (; *choices; choices++)
		str_printf(&str, *choices == '|' ? ", " : "%c", *choices);
	return str.text;
}

/* What people write for the units that there are. */
static const struct {
	enum value_type type;
	const char *unit, *written;
} slips[] = {
    {TYPE_SIZE, "KiB", "k kb ki kib"},
    {TYPE_SIZE, "MiB", "m mb mi mib"},
    {TYPE_SIZE, "GiB", "g gb gi gib"},
    {TYPE_SIZE, "TiB", "t tb ti tib"},
    {TYPE_SIZE, "", "b byte bytes"},
    {TYPE_DURATION, "us", "us usec"},
    {TYPE_DURATION, "ms", "ms msec"},
    {TYPE_DURATION, "s", "s sec secs second seconds"},
    {TYPE_DURATION, "min", "m min mins minute minutes"},
    {TYPE_DURATION, "h", "h hr hour hours"},
};

/* "; did you mean 10GiB?" for 10GB, what is missing for 10; "": it is no such slip. */
static const char *unit_hint(const struct reading *reading, const char *text)
{
	struct arena *arena = reading->arena;
	enum value_type type = reading->row->type;
	size_t digits = strspn(text, "0123456789");
	struct str unit = str_new(arena);

	if (!digits || digits > 18 || (*text == '0' && digits > 1))
		return "";
	if (!text[digits] && type == TYPE_DURATION)
		return arena_printf(arena, "; it needs a unit, as in %sms or %ss", text, text);
	for (const char *at = text + digits; *at; at++)
		if (*at != ' ')
			str_printf(&unit, "%c", *at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		names written = text_words(arena, slips[i].written);
		const char *meant = arena_printf(arena, "%.*s%s", (int)digits, text, slips[i].unit);

		if (type == slips[i].type && text_in(unit.text, &written) &&
		    !text_equal(meant, text))
			return arena_printf(arena, "; did you mean %s?", meant);
	}
	return "";
}

int scalar_fault(const struct reading *reading, const struct node *node)
{
	if (node->kind != NODE_SCALAR || (node->is_plain && !*node->text))
		return yaml_fault(reading->err, node, "'%s' must be %s, not %s", reading->key,
				  scalar_expected(reading), yaml_kind_name(node));
	return yaml_fault(reading->err, node, "'%s' must be %s, not %s%.60s%s%s", reading->key,
			  scalar_expected(reading), node->is_plain ? "'" : "\"", node->text,
			  node->is_plain ? "'" : "\"", unit_hint(reading, node->text));
}

/* Reading ------------------------------------------------------------------------------------- */

static int check_range(const struct reading *reading, const struct node *node, uint64_t number)
{
	const struct schema_key *row = reading->row;

	if (number < row->min || (row->max && number > row->max))
		return scalar_fault(reading, node);
	if (row->step && number % row->step != 0)
		return yaml_fault(reading->err, node, "'%s': %.40s is not a whole number of %s",
				  reading->key, node->text,
				  row->type == TYPE_SIZE ? "KiB" : "milliseconds");
	return 0;
}

/* Numbers, sizes and durations, to decimal text. */
static int read_number(const struct reading *reading, const struct node *node, const char **ret)
{
	uint64_t number = 0;
	int r = -EINVAL;

	if (reading->row->type == TYPE_SIZE)
		r = text_size(node->text, &number);
	else if (reading->row->type == TYPE_DURATION)
		r = text_duration(node->text, &number);
	else if (node->is_plain)
		r = text_u64(node->text, &number);
	if (r == -ERANGE)
		return yaml_fault(reading->err, node, "'%s': %.40s is out of range", reading->key,
				  node->text);
	if (r < 0)
		return scalar_fault(reading, node);
	r = check_range(reading, node, number);
	if (r == 0)
		*ret = arena_printf(reading->arena, "%llu", (unsigned long long)number);
	return r;
}

static int read_sysctl(const struct reading *reading, const struct node *node, const char **ret)
{
	const char *text = node->text;
	uint64_t number;
	int r = 0;

	if (strlen(text) > TEXT_MAX)
		return yaml_fault(reading->err, node, "'%s' is longer than %d characters",
				  reading->key, TEXT_MAX);
	if (!node->is_plain && text[strspn(text, " \t")] == '\0')
		return yaml_fault(reading->err, node, "'%s': empty text cannot be written",
				  reading->key);
	if (node->is_plain && looks_typed(text))
		r = text_u64(*text == '-' ? text + 1 : text, &number);
	if (r == -ERANGE)
		return yaml_fault(reading->err, node, "'%s': %.40s is out of range", reading->key,
				  text);
	if (r < 0 && !*text)
		return scalar_fault(reading, node);
	if (r < 0)
		return yaml_fault(reading->err, node,
				  "'%s': '%.40s' is not a plain decimal number; text that looks "
				  "like this must be in quotes",
				  reading->key, text);
	*ret = text;
	return 0;
}

static bool is_choice(const char *choices, const char *word)
{
	for (size_t length; *choices; choices += length + (choices[length] == '|')) {
		length = strcspn(choices, "|");
		if (strlen(word) == length && strncmp(choices, word, length) == 0)
			return true;
	}
	return false;
}

static int read_choice(const struct reading *reading, const struct node *node, const char **ret)
{
	const char *choices = reading->row->choices;
	const char *hint;
	names candidates;

	if (!choices) {
		if ((node->is_plain && looks_typed(node->text)) || !*node->text ||
		    strpbrk(node->text, " \t,/") || strlen(node->text) > WORD_MAX)
			return scalar_fault(reading, node);
	} else if (!is_choice(choices, node->text)) {
		candidates = text_split(reading->arena, choices, '|');
		hint = nearest_hint(reading->arena, node->text, &candidates);
		if (*hint)
			return yaml_fault(reading->err, node, "'%s' must be %s, not '%.60s'%s",
					  reading->key, scalar_expected(reading), node->text, hint);
		return scalar_fault(reading, node);
	}
	*ret = node->text;
	return 0;
}

static int read_bool(const struct reading *reading, const struct node *node, const char **ret)
{
	bool is_true;

	if (!node->is_plain || text_bool(node->text, &is_true) < 0)
		return scalar_fault(reading, node);
	if (!is_true && reading->row->choices)
		return yaml_fault(reading->err, node,
				  "'%s' must be true; to switch the check off write leave",
				  reading->key);
	*ret = node->text;
	return 0;
}

static int read_version(const struct reading *reading, const struct node *node, const char **ret)
{
	names parts = text_split(reading->arena, node->text, '.');
	uint64_t number;

	if (parts.count > 4)
		return scalar_fault(reading, node);
	vec_for_each (part, &parts)
		if (text_u64(*part, &number) < 0 || number > UINT32_MAX)
			return scalar_fault(reading, node);
	if (node->is_plain && parts.count <= 2)
		return yaml_fault(reading->err, node,
				  "'%s': write \"%s\" in quotes, YAML reads it as a number",
				  reading->key, node->text);
	*ret = node->text;
	return 0;
}

static int read_cpus(const struct reading *reading, const struct node *node, const char **ret)
{
	struct cpuset cpus = {0};

	if (!*node->text || cpuset_parse_list(reading->arena, node->text, &cpus) < 0)
		return scalar_fault(reading, node);
	*ret = cpuset_list(reading->arena, &cpus);
	return 0;
}

int scalar_read(const struct reading *reading, const struct node *node, const char **ret)
{
	if (node->kind != NODE_SCALAR)
		return scalar_fault(reading, node);
	if (scalar_is(node, "leave") || scalar_is(node, "auto"))
		return yaml_fault(reading->err, node, "'%s': %s is not possible here", reading->key,
				  node->text);
	switch (reading->row->type) {
	case TYPE_NUMBER:
	case TYPE_NUMBERS:
	case TYPE_SIZE:
	case TYPE_DURATION:
		return read_number(reading, node, ret);
	case TYPE_SYSCTL:
		return read_sysctl(reading, node, ret);
	case TYPE_CHOICE:
		return read_choice(reading, node, ret);
	case TYPE_BOOL:
		return read_bool(reading, node, ret);
	case TYPE_VERSION:
		return read_version(reading, node, ret);
	case TYPE_CPUS:
		return read_cpus(reading, node, ret);
	}
	return scalar_fault(reading, node);
}

int scalar_read_text(const struct node *node, const char *what, const char **ret, struct err *err)
{
	if (node->kind != NODE_SCALAR || !*node->text ||
	    (node->is_plain && looks_typed(node->text)))
		return yaml_fault(err, node, "%s must be text", what);
	if (strlen(node->text) > TEXT_MAX)
		return yaml_fault(err, node, "%s is longer than %d characters", what, TEXT_MAX);
	*ret = node->text;
	return 0;
}

/* Writing ------------------------------------------------------------------------------------- */

struct unit {
	uint64_t factor;
	const char *suffix;
};

/* In the largest unit that gives a whole number. */
static const char *with_unit(struct arena *arena, const struct unit *units, uint64_t number)
{
	while (number % units->factor != 0 || (number == 0 && units->factor > 1))
		units++;
	return arena_printf(arena, "%llu%s", (unsigned long long)(number / units->factor),
			    units->suffix);
}

const char *scalar_yaml_text(struct arena *arena, const char *text)
{
	bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');

	for (const char *at = text; *at && is_plain; at++)
		is_plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			   (*at >= '0' && *at <= '9') || strchr("_.+-", *at);
	if (is_plain && !looks_typed(text) && !text_equal(text, "leave") &&
	    !text_equal(text, "auto"))
		return text;
	return yaml_quote(arena, text);
}

static const char *yaml_sysctl(struct arena *arena, const char *canonical)
{
	names parts = text_split(arena, canonical, ' ');
	uint64_t number;

	vec_for_each (part, &parts)
		if (text_u64(*part, &number) < 0)
			return scalar_yaml_text(arena, canonical);
	if (parts.count == 1)
		return canonical;
	return arena_printf(arena, "[%s]", text_join(arena, &parts, ", "));
}

const char *scalar_yaml(struct arena *arena, const struct schema_key *row, const char *canonical)
{
	static const struct unit sizes[] = {
	    {.factor = UINT64_C(1) << 40, .suffix = "TiB"},
	    {.factor = UINT64_C(1) << 30, .suffix = "GiB"},
	    {.factor = UINT64_C(1) << 20, .suffix = "MiB"},
	    {.factor = UINT64_C(1) << 10, .suffix = "KiB"},
	    {.factor = 1, .suffix = ""},
	};
	static const struct unit times[] = {
	    {.factor = UINT64_C(3600000000), .suffix = "h"},
	    {.factor = UINT64_C(60000000), .suffix = "min"},
	    {.factor = UINT64_C(1000000), .suffix = "s"},
	    {.factor = UINT64_C(1000), .suffix = "ms"},
	    {.factor = 1, .suffix = "us"},
	};
	uint64_t number;

	switch (row->type) {
	case TYPE_SIZE:
	case TYPE_DURATION:
		if (text_u64(canonical, &number) < 0)
			return canonical;
		return with_unit(arena, row->type == TYPE_SIZE ? sizes : times, number);
	case TYPE_NUMBERS:
	case TYPE_SYSCTL:
		return yaml_sysctl(arena, canonical);
	case TYPE_CHOICE:
		return scalar_yaml_text(arena, canonical);
	case TYPE_VERSION:
	case TYPE_CPUS:
		return yaml_quote(arena, canonical);
	case TYPE_NUMBER:
	case TYPE_BOOL:
		break;
	}
	return canonical;
}
