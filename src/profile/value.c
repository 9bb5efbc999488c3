/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one value of a profile from YAML in any of its forms, and writes it. */
#include "profile/value.h"

#include "base/nearest.h"
#include "base/text.h"
#include "profile/layer.h"
#include "profile/schema.h"

#define OPERANDS_MAX 32

/* Whoever asked for the value tells the last mistake in it; those before it are told here. False:
 * nobody wants more of them. */
static bool goes_on(const struct reading *reading, const struct err *one, int *last)
{
	if (one->code == 0)
		return true;
	if (*last < 0 && !layer_goes_on(reading->arena, reading->err, reading->mistakes))
		return false;
	*last = err_pass(reading->err, one);
	return true;
}

/* Lists --------------------------------------------------------------------------------------- */

static int check_count(const struct reading *reading, const struct node *list)
{
	if (list->items.count == 0)
		return yaml_fault(reading->err, list, "'%s': an empty list allows nothing",
				  reading->key);
	if (list->items.count > OPERANDS_MAX)
		return yaml_fault(reading->err, list, "'%s': more than %d items", reading->key,
				  OPERANDS_MAX);
	return 0;
}

static bool is_numbers(const struct schema_key *row)
{
	return row->type == TYPE_NUMBERS || row->type == TYPE_SYSCTL;
}

static int read_numbers(const struct reading *reading, const struct node *list, names *ret);

static int read_words(const struct reading *reading, const struct node *list, names *ret)
{
	int last = check_count(reading, list);

	if (last < 0)
		return last;
	for (size_t i = 0; i < list->items.count; i++) {
		const struct node *item = list->items.at[i];
		struct reading one = *reading;
		struct err err = {0};
		const char *text;

		one.err = &err;
		if (item->kind == NODE_LIST && is_numbers(reading->row))
			(void)!read_numbers(&one, item, ret);
		else if (scalar_read(&one, item, &text) == 0)
			vec_push(reading->arena, ret, text);
		if (!goes_on(reading, &err, &last))
			break;
	}
	return last;
}

/* [4096, 131072, 16777216] is one operand: "4096 131072 16777216". */
static int read_numbers(const struct reading *reading, const struct node *list, names *ret)
{
	static const struct schema_key number = {.type = TYPE_NUMBER};
	struct reading item = *reading;
	names parts = {0};
	int r;

	item.row = &number;
	r = read_words(&item, list, &parts);
	if (r == 0)
		vec_push(reading->arena, ret, text_join(reading->arena, &parts, " "));
	return r;
}

/* Rules --------------------------------------------------------------------------------------- */

static bool takes(const struct reading *reading, enum rule rule)
{
	return reading->row->rules & (1U << rule);
}

/* A value that stands alone or after `value:`. */
static int read_plain(const struct reading *reading, const struct node *node, struct value *value)
{
	const char *text;
	int r;

	if (scalar_is(node, "leave")) {
		value->rule = RULE_LEAVE;
		return 0;
	}
	if (scalar_is(node, "auto") && reading->row->may_auto) {
		value->rule = RULE_AUTO;
		return 0;
	}
	if (node->kind == NODE_LIST && is_numbers(reading->row) && takes(reading, RULE_EXACT)) {
		value->rule = RULE_EXACT;
		return read_numbers(reading, node, &value->operands);
	}
	if (node->kind == NODE_LIST && takes(reading, RULE_FIRST_OF)) {
		value->rule = RULE_FIRST_OF;
		return read_words(reading, node, &value->operands);
	}
	if (node->kind == NODE_MAP)
		return scalar_fault(reading, node);
	if (!takes(reading, RULE_EXACT))
		return yaml_fault(reading->err, node, "'%s' takes {%s: %s} or leave", reading->key,
				  takes(reading, RULE_AT_LEAST) ? "at-least" : "at-most",
				  scalar_expected(reading));
	value->rule = RULE_EXACT;
	r = scalar_read(reading, node, &text);
	if (r == 0)
		vec_push(reading->arena, &value->operands, text);
	return r;
}

static int read_bound(const struct reading *reading, const struct node *node, struct value *value)
{
	const char *text;
	uint64_t number;
	int r;

	if (scalar_is(node, "auto") && reading->row->may_auto) {
		value->auto_operand = true;
		return 0;
	}
	if (node->kind == NODE_LIST && is_numbers(reading->row))
		return read_numbers(reading, node, &value->operands);
	r = scalar_read(reading, node, &text);
	if (r < 0)
		return r;
	if (reading->row->type == TYPE_SYSCTL && (!node->is_plain || text_u64(text, &number) < 0))
		return yaml_fault(reading->err, node, "'%s': a bound must be a number, not '%.60s'",
				  reading->key, text);
	vec_push(reading->arena, &value->operands, text);
	return 0;
}

static int read_one_of(const struct reading *reading, const struct node *node, struct value *value)
{
	if (node->kind != NODE_LIST)
		return yaml_fault(reading->err, node, "'%s': one-of takes a list, not %s",
				  reading->key, yaml_kind_name(node));
	return read_words(reading, node, &value->operands);
}

static const struct form {
	const char *name;
	enum rule rule;
	int (*read)(const struct reading *reading, const struct node *node, struct value *value);
} forms[] = {
    {.name = "value", .rule = RULE_EXACT, .read = read_plain},
    {.name = "at-least", .rule = RULE_AT_LEAST, .read = read_bound},
    {.name = "at-most", .rule = RULE_AT_MOST, .read = read_bound},
    {.name = "one-of", .rule = RULE_ONE_OF, .read = read_one_of},
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static int read_form(const struct reading *reading, const struct form *form,
		     const struct node *node, struct stated *stated)
{
	struct value value = {.rule = form->rule};
	int r;

	if (form->rule != RULE_EXACT && !takes(reading, form->rule))
		return yaml_fault(reading->err, node, "'%s' takes no %s", reading->key, form->name);
	r = form->read(reading, node, &value);
	if (r < 0)
		return r;
	if (stated->has_rule && value_contradicts(&stated->value, &value))
		return yaml_fault(reading->err, node, "'%s': at-least and at-most contradict",
				  reading->key);
	if (stated->has_rule)
		return yaml_fault(reading->err, node,
				  "'%s' has more than one of value, at-least, at-most, one-of",
				  reading->key);
	value.severity = stated->value.severity;
	value.why = stated->value.why;
	stated->value = value;
	stated->has_rule = true;
	return 0;
}

static int read_severity(const struct reading *reading, const struct node *node,
			 struct stated *stated)
{
	bool is_required = node->kind == NODE_SCALAR && text_equal(node->text, "required");

	if (!is_required && !(node->kind == NODE_SCALAR && text_equal(node->text, "advised")))
		return yaml_fault(reading->err, node, "'severity' must be required or advised");
	stated->value.severity = is_required ? SEVERITY_REQUIRED : SEVERITY_ADVISED;
	stated->has_severity = true;
	return 0;
}

static int read_map_key(const struct reading *reading, const struct node *key,
			const struct node *node, struct stated *stated)
{
	names known = {0};

	if (text_equal(key->text, "severity"))
		return read_severity(reading, node, stated);
	if (text_equal(key->text, "why"))
		return scalar_read_text(node, "'why'", &stated->value.why, reading->err);
	for (size_t i = 0; i < FORM_COUNT; i++) {
		if (text_equal(key->text, forms[i].name))
			return read_form(reading, &forms[i], node, stated);
		vec_push(reading->arena, &known, forms[i].name);
	}
	vec_push(reading->arena, &known, "severity");
	return yaml_fault(
	    reading->err, key,
	    "unknown key '%.60s' in '%s'; known are value, at-least, at-most, one-of, "
	    "severity, why%s",
	    key->text, reading->key, nearest_hint(reading->arena, key->text, &known));
}

int value_read(const struct reading *reading, const struct node *node, struct stated *ret)
{
	struct stated stated = {.node = node};
	int r = 0;

	if (node->kind != NODE_MAP) {
		stated.has_rule = true;
		r = read_plain(reading, node, &stated.value);
	} else if (node->keys.count == 0) {
		r = yaml_fault(reading->err, node, "'%s': an empty map says nothing", reading->key);
	}
	for (size_t i = 0; node->kind == NODE_MAP && i < node->keys.count; i++) {
		struct reading one = *reading;
		struct err err = {0};

		one.err = &err;
		(void)!read_map_key(&one, node->keys.at[i], node->items.at[i], &stated);
		if (!goes_on(reading, &err, &r))
			break;
	}
	if (r == 0)
		*ret = stated;
	return r;
}

/* Canonical decimals, separated by blanks: the longer one is greater. */
static bool some_number_greater(const char *left, const char *right)
{
	while (*left && *right) {
		size_t length_left = strcspn(left, " "), length_right = strcspn(right, " ");

		if (length_left > length_right ||
		    (length_left == length_right && strncmp(left, right, length_left) > 0))
			return true;
		left += length_left + (left[length_left] == ' ');
		right += length_right + (right[length_right] == ' ');
	}
	return false;
}

bool value_contradicts(const struct value *a, const struct value *b)
{
	const struct value *least = a->rule == RULE_AT_LEAST ? a : b;
	const struct value *most = a->rule == RULE_AT_LEAST ? b : a;

	return least->rule == RULE_AT_LEAST && most->rule == RULE_AT_MOST &&
	       least->operands.count == 1 && most->operands.count == 1 &&
	       some_number_greater(least->operands.at[0], most->operands.at[0]);
}

/* Writing ------------------------------------------------------------------------------------- */

const char *value_form(const struct value *value)
{
	for (size_t i = 1; i < FORM_COUNT; i++)
		if (forms[i].rule == value->rule)
			return forms[i].name;
	return forms[0].name;
}

const char *value_yaml_operand(struct arena *arena, const struct schema_key *row,
			       const struct value *value)
{
	struct str str = str_new(arena);

	if (value->rule == RULE_LEAVE)
		return "leave";
	if (value->rule == RULE_AUTO || value->auto_operand)
		return "auto";
	if (value->rule != RULE_ONE_OF && value->rule != RULE_FIRST_OF)
		return scalar_yaml(arena, row, value->operands.at[0]);
	vec_for_each (operand, &value->operands)
		str_printf(&str, "%s%s", operand == value->operands.at ? "[" : ", ",
			   scalar_yaml(arena, row, *operand));
	str_add(&str, "]");
	return str.text;
}
