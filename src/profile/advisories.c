/* SPDX-License-Identifier: Apache-2.0 */
/* Reads advisories and checks their form. */
#include "profile/advisories.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml.h"
#include "profile/builtin.h"
#include "profile/scalar.h"
#include "profile/schema.h"
#include "profile/start_flags.h"
#include "profile/when.h"

#define ADVISORIES_MAX 256
#define ITEMS_MAX      32
#define WORD_CHARS     64

static const struct yaml_limits limits = {.bytes = 256 * 1024, .depth = 8};

struct advisory_reader {
	struct arena *arena;
	const char *file;
	struct advisory now; /* the one that is being read */
	advisory_list *list;
	struct err *err;
};

/* What a key takes. */
enum part_kind {
	PART_ID,
	PART_TEXT,
	PART_DATE,
	PART_SEVERITY,
	PART_SOURCES,
	PART_RANGES,
	PART_FIXES,
	PART_WORDS, /* of the node: words, one of `choices`, or any where that is NULL */
	PART_FLAGS,
};

struct part {
	const char *key;
	enum part_kind kind;
	size_t offset; /* of the field in struct advisory */
	const char *choices;
	bool is_needed;
	bool is_condition; /* at least one must be there */
};

#define FIELD(name) offsetof(struct advisory, name)

static const struct part parts[] = {
    {.key = "id", .kind = PART_ID, .offset = FIELD(id), .is_needed = true},
    {.key = "title", .kind = PART_TEXT, .offset = FIELD(title), .is_needed = true},
    {.key = "kernel", .kind = PART_RANGES, .is_condition = true},
    {.key = "distributions", .kind = PART_FIXES},
    {.key = "filesystem", .kind = PART_WORDS, .offset = FIELD(filesystems), .is_condition = true},
    {.key = "mount-option",
     .kind = PART_WORDS,
     .offset = FIELD(mount_options),
     .is_condition = true},
    {.key = "container",
     .kind = PART_WORDS,
     .offset = FIELD(containers),
     .choices = "true|false|kubernetes|docker|podman|lxc|container",
     .is_condition = true},
    {.key = "driver", .kind = PART_WORDS, .offset = FIELD(drivers), .is_condition = true},
    {.key = "node",
     .kind = PART_WORDS,
     .offset = FIELD(node),
     .choices = "tsc-unstable|io-uring-disabled",
     .is_condition = true},
    {.key = "flags", .kind = PART_FLAGS, .offset = FIELD(flags), .is_condition = true},
    {.key = "unless-flags", .kind = PART_FLAGS, .offset = FIELD(unless_flags)},
    {.key = "severity", .kind = PART_SEVERITY},
    {.key = "advice", .kind = PART_TEXT, .offset = FIELD(advice), .is_needed = true},
    {.key = "sources", .kind = PART_SOURCES, .offset = FIELD(sources), .is_needed = true},
    {.key = "reviewed", .kind = PART_DATE, .offset = FIELD(reviewed), .is_needed = true},
};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

/* Ubuntu's kernels for clouds and boards count from here. */
#define UBUNTU_DERIVED 1000

static const char distributions[] = "debian|ubuntu|rhel|suse|other|any";

/* Keys ---------------------------------------------------------------------------------------- */

static int fault_unknown_key(struct advisory_reader *reader, const struct node *key,
			     const char *where, const names *known)
{
	return yaml_fault(reader->err, key, "unknown key '%.60s' in %s; %s", key->text, where,
			  nearest_or_all(reader->arena, key->text, known));
}

static int need_map(struct advisory_reader *reader, const struct node *node, const char *what)
{
	if (node->kind == NODE_MAP && node->keys.count)
		return 0;
	return yaml_fault(reader->err, node, "%s is a map of keys, not %s", what,
			  node->kind == NODE_MAP ? "an empty one" : yaml_kind_name(node));
}

static int need_list(struct advisory_reader *reader, const struct node *node, const char *key)
{
	if (node->kind != NODE_LIST || node->items.count == 0)
		return yaml_fault(reader->err, node, "'%s' must be a list, not %s", key,
				  node->kind == NODE_LIST ? "an empty one" : yaml_kind_name(node));
	if (node->items.count > ITEMS_MAX)
		return yaml_fault(reader->err, node, "'%s' has more than %d items", key, ITEMS_MAX);
	return 0;
}

/* Scalars ------------------------------------------------------------------------------------- */

static bool is_word(const char *text, const char *more)
{
	size_t length = 0;

	for (; text[length]; length++) {
		char c = text[length];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !strchr(more, c))
			return false;
	}
	return length > 0 && length <= WORD_CHARS;
}

static int read_id(struct advisory_reader *reader, const struct node *node, const char **ret)
{
	if (node->kind != NODE_SCALAR || !is_word(node->text, "-") || *node->text == '-')
		return yaml_fault(reader->err, node,
				  "'id' must be a name of letters, digits and '-', at most %d long",
				  WORD_CHARS);
	vec_for_each (earlier, reader->list) {
		if (text_equal(earlier->id, node->text))
			return yaml_fault(reader->err, node, "'%s' is the id of %s:%u, too",
					  node->text, earlier->file, earlier->line);
	}
	*ret = node->text;
	return 0;
}

/* "2026-11-30" */
static bool is_date(const char *text)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year, month, day;

	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 || text[4] != '-' ||
	    text[7] != '-' || strspn(text, "0123456789") != 4 ||
	    strspn(text + 5, "0123456789") != 2 || strspn(text + 8, "0123456789") != 2)
		return false;
	year = (unsigned)strtoul(text, NULL, 10);
	month = (unsigned)strtoul(text + 5, NULL, 10);
	day = (unsigned)strtoul(text + 8, NULL, 10);
	if (month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2 && (year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)))
		return day <= 29;
	return day <= days[month - 1];
}

static int read_choice(struct advisory_reader *reader, const struct node *node, const char *key,
		       const char *choices, const char **ret)
{
	const struct schema_key row = {.type = TYPE_CHOICE, .choices = choices};
	const struct reading reading = {
	    .arena = reader->arena, .row = &row, .key = key, .err = reader->err};

	return scalar_read(&reading, node, ret);
}

static int read_version(struct advisory_reader *reader, const struct node *node, const char *key,
			const char **ret)
{
	const struct schema_key row = {.type = TYPE_VERSION};
	const struct reading reading = {
	    .arena = reader->arena, .row = &row, .key = key, .err = reader->err};

	return scalar_read(&reading, node, ret);
}

/* Lists --------------------------------------------------------------------------------------- */

static int read_words(struct advisory_reader *reader, const struct part *part,
		      const struct node *node, names *list)
{
	int r = need_list(reader, node, part->key);

	for (size_t i = 0; r == 0 && i < node->items.count; i++) {
		const struct node *item = node->items.at[i];
		const char *word = item->text;

		if (part->choices)
			r = read_choice(reader, item, part->key, part->choices, &word);
		else if (item->kind != NODE_SCALAR || !is_word(word, "_-.*?="))
			r = yaml_fault(reader->err, item,
				       "'%s' takes words of letters, digits and _-.*?=", part->key);
		if (r == 0)
			vec_push(reader->arena, list, word);
	}
	return r;
}

static int read_flags(struct advisory_reader *reader, const struct part *part,
		      const struct node *node, names *list)
{
	const names known = start_flag_names(reader->arena);
	int r = need_list(reader, node, part->key);

	for (size_t i = 0; r == 0 && i < node->items.count; i++) {
		const struct node *item = node->items.at[i];

		if (item->kind != NODE_SCALAR || !text_in(item->text, &known))
			r = yaml_fault(reader->err, item, "'%s' takes %s", part->key,
				       text_join(reader->arena, &known, ", "));
		else
			vec_push(reader->arena, list, item->text);
	}
	return r;
}

/* Terminals and pages show them as links. */
static int read_sources(struct advisory_reader *reader, const struct part *part,
			const struct node *node, names *list)
{
	int r = need_list(reader, node, part->key);

	for (size_t i = 0; r == 0 && i < node->items.count; i++) {
		const struct node *item = node->items.at[i];

		if (item->kind != NODE_SCALAR || !text_starts(item->text, "https://") ||
		    strpbrk(item->text, " \t\"<>") || strlen(item->text) > 512)
			r = yaml_fault(reader->err, item,
				       "a source is an address that begins with https://");
		else
			vec_push(reader->arena, list, item->text);
	}
	return r;
}

static int read_range(struct advisory_reader *reader, const struct node *node)
{
	static const char *const known[] = {"from", "before"};
	struct advisory_range range = {0};
	names keys = {0};
	int r = need_map(reader, node, "a range of kernels");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		vec_push(reader->arena, &keys, known[i]);
	for (size_t i = 0; r == 0 && i < node->keys.count; i++) {
		const struct node *key = node->keys.at[i], *item = node->items.at[i];

		if (text_equal(key->text, "from"))
			r = read_version(reader, item, "from", &range.from);
		else if (text_equal(key->text, "before"))
			r = read_version(reader, item, "before", &range.before);
		else
			r = fault_unknown_key(reader, key, "a range of kernels", &keys);
	}
	if (r < 0)
		return r;
	if (!range.before)
		return yaml_fault(reader->err, node, "this range has no 'before'");
	if (range.from && when_compare_version(range.from, range.before) >= 0)
		return yaml_fault(reader->err, node, "no kernel is from %s and before %s",
				  range.from, range.before);
	vec_push(reader->arena, &reader->now.ranges, range);
	return 0;
}

/* "6.1.66-1", "5.14.0-427.13.1": of the distribution, which may be named after it. */
static int read_package(struct advisory_reader *reader, const struct node *node, const char *key,
			const char *distribution, struct kernel_package *ret)
{
	if (text_equal(distribution, "any") || text_equal(distribution, "other"))
		return yaml_fault(reader->err, node,
				  "'%s' is one distribution's package; with the name '%s' goes "
				  "'fixed: never' only",
				  key, distribution);
	if (node->kind != NODE_SCALAR || !is_word(node->text, ".-+~_") ||
	    !kernel_package_parse(reader->arena, distribution, node->text, ret))
		return yaml_fault(reader->err, node,
				  "'%s' must be a package's version such as 6.1.66-1", key);
	if (text_equal(distribution, "ubuntu") && !ret->names_flavour &&
	    strtoul(ret->revision, NULL, 10) >= UBUNTU_DERIVED)
		return yaml_fault(reader->err, node,
				  "'%s' needs the flavour of this kernel, as in %.40s-azure", key,
				  node->text);
	return 0;
}

/* They cannot be told apart. */
static bool is_same_row(const struct advisory_fix *a, const struct advisory_fix *b)
{
	bool has_a = a->fixed || a->from, has_b = b->fixed || b->from;

	if (!text_equal(a->distribution, b->distribution) || has_a != has_b)
		return false;
	return !has_a || kernel_package_are_kin(a->fixed ? &a->fixed_package : &a->from_package,
						b->fixed ? &b->fixed_package : &b->from_package);
}

/* The packages of a row, whose distribution is known by now. */
static int read_packages(struct advisory_reader *reader, const struct node *node,
			 struct advisory_fix *fix)
{
	const struct node *from = yaml_get(node, "from"), *fixed = yaml_get(node, "fixed");
	int r = 0;

	if (from) {
		r = read_package(reader, from, "from", fix->distribution, &fix->from_package);
		fix->from = from->text;
	}
	if (r == 0 && !scalar_is(fixed, "never")) {
		r = read_package(reader, fixed, "fixed", fix->distribution, &fix->fixed_package);
		fix->fixed = fixed->text;
	}
	if (r < 0 || !fix->from || !fix->fixed)
		return r;
	if (!kernel_package_are_kin(&fix->from_package, &fix->fixed_package))
		return yaml_fault(reader->err, fixed,
				  "'from' and 'fixed' are of one series and flavour, and these are "
				  "not");
	if (kernel_package_compare(&fix->from_package, &fix->fixed_package) >= 0)
		return yaml_fault(reader->err, fixed, "no package is from %s and before %s",
				  fix->from, fix->fixed);
	return 0;
}

static int read_fix(struct advisory_reader *reader, const struct node *node)
{
	static const char *const known[] = {"name", "from", "fixed"};
	const struct node *name = yaml_get(node, "name");
	struct advisory_fix fix = {0};
	names keys = {0};
	int r = need_map(reader, node, "a distribution");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		vec_push(reader->arena, &keys, known[i]);
	for (size_t i = 0; r == 0 && i < node->keys.count; i++) {
		if (!text_in(node->keys.at[i]->text, &keys))
			r = fault_unknown_key(reader, node->keys.at[i], "a distribution", &keys);
	}
	if (r == 0 && (!name || !yaml_get(node, "fixed")))
		r = yaml_fault(reader->err, node, "this distribution has no '%s'",
			       name ? "fixed" : "name");
	if (r == 0)
		r = read_choice(reader, name, "name", distributions, &fix.distribution);
	if (r == 0)
		r = read_packages(reader, node, &fix);
	if (r < 0)
		return r;
	vec_for_each (earlier, &reader->now.fixes) {
		if (is_same_row(earlier, &fix))
			return yaml_fault(reader->err, node,
					  "another row is for the same kernels of %s; there is one "
					  "for each series and flavour",
					  fix.distribution);
	}
	vec_push(reader->arena, &reader->now.fixes, fix);
	return 0;
}

static int read_each(struct advisory_reader *reader, const struct part *part,
		     const struct node *node)
{
	int r = need_list(reader, node, part->key);

	for (size_t i = 0; r == 0 && i < node->items.count; i++)
		r = part->kind == PART_RANGES ? read_range(reader, node->items.at[i])
					      : read_fix(reader, node->items.at[i]);
	return r;
}

/* One advisory -------------------------------------------------------------------------------- */

static int read_severity(struct advisory_reader *reader, const struct node *node)
{
	const char *word;
	int r = read_choice(reader, node, "severity", "advised|required", &word);

	if (r == 0)
		reader->now.severity =
		    text_equal(word, "required") ? SEVERITY_REQUIRED : SEVERITY_ADVISED;
	return r;
}

static int read_part(struct advisory_reader *reader, const struct part *part,
		     const struct node *node)
{
	void *field = (char *)&reader->now + part->offset;

	switch (part->kind) {
	case PART_ID:
		return read_id(reader, node, field);
	case PART_TEXT:
		return scalar_read_text(node, arena_printf(reader->arena, "'%s'", part->key), field,
					reader->err);
	case PART_DATE:
		if (node->kind != NODE_SCALAR || !is_date(node->text))
			return yaml_fault(reader->err, node,
					  "'reviewed' must be a day such as \"2026-11-30\"");
		reader->now.reviewed = node->text;
		return 0;
	case PART_SEVERITY:
		return read_severity(reader, node);
	case PART_SOURCES:
		return read_sources(reader, part, node, field);
	case PART_RANGES:
	case PART_FIXES:
		return read_each(reader, part, node);
	case PART_WORDS:
		return read_words(reader, part, node, field);
	case PART_FLAGS:
		return read_flags(reader, part, node, field);
	}
	return 0;
}

static const struct part *find_part(const char *key)
{
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (text_equal(parts[i].key, key))
			return &parts[i];
	}
	return NULL;
}

/* Some kernel of the package's series is in a range. Debian's version is the one of the source, so
 * it is not before the fault either. Red Hat and SUSE take faults into series before a range. */
static bool is_in_reach(struct arena *arena, const struct advisory *advisory,
			const struct advisory_fix *fix, const struct kernel_package *package)
{
	bool is_debian = text_equal(fix->distribution, "debian");
	bool takes_later =
	    text_equal(fix->distribution, "rhel") || text_equal(fix->distribution, "suse");
	const char *last =
	    is_debian ? package->version : arena_printf(arena, "%s.999999", package->series);

	vec_for_each (range, &advisory->ranges) {
		if (when_compare_version(package->series, range->before) < 0 &&
		    (takes_later || !range->from || when_compare_version(last, range->from) >= 0))
			return true;
	}
	return false;
}

static int check_reach(struct advisory_reader *reader, const struct node *node)
{
	const struct node *rows = yaml_get(node, "distributions");

	for (size_t i = 0; i < reader->now.fixes.count; i++) {
		const struct advisory_fix *fix = &reader->now.fixes.at[i];
		const char *key = fix->fixed ? "fixed" : "from";

		if ((fix->fixed || fix->from) &&
		    !is_in_reach(reader->arena, &reader->now, fix,
				 fix->fixed ? &fix->fixed_package : &fix->from_package))
			return yaml_fault(reader->err, yaml_get(rows->items.at[i], key),
					  "'%s': no kernel of this package's series is in a range "
					  "of 'kernel'",
					  key);
	}
	return 0;
}

static int check_whole(struct advisory_reader *reader, const struct node *node)
{
	bool has_condition = false;

	for (size_t i = 0; i < PART_COUNT; i++) {
		bool is_there = yaml_get(node, parts[i].key);

		has_condition = has_condition || (is_there && parts[i].is_condition);
		if (parts[i].is_needed && !is_there)
			return yaml_fault(reader->err, node, "this advisory has no '%s'",
					  parts[i].key);
	}
	if (!has_condition)
		return yaml_fault(reader->err, node,
				  "this advisory says of no kernel, file system, mount option, "
				  "container, driver, flag or node that it is affected");
	if (reader->now.fixes.count && !reader->now.ranges.count)
		return yaml_fault(reader->err, node, "'distributions' goes with 'kernel' only");
	return check_reach(reader, node);
}

static int read_advisory(struct advisory_reader *reader, const struct node *node)
{
	names known = {0};
	int r = need_map(reader, node, "an advisory");

	for (size_t i = 0; i < PART_COUNT; i++)
		vec_push(reader->arena, &known, parts[i].key);
	reader->now = (struct advisory){.file = reader->file, .line = node->line};
	for (size_t i = 0; r == 0 && i < node->keys.count; i++) {
		const struct node *key = node->keys.at[i];
		const struct part *part = find_part(key->text);

		r = part ? read_part(reader, part, node->items.at[i])
			 : fault_unknown_key(reader, key, "an advisory", &known);
	}
	if (r == 0)
		r = check_whole(reader, node);
	if (r == 0 && reader->list->count == ADVISORIES_MAX)
		r = yaml_fault(reader->err, node, "more than %d advisories", ADVISORIES_MAX);
	if (r == 0)
		vec_push(reader->arena, reader->list, reader->now);
	return r;
}

/* File ---------------------------------------------------------------------------------------- */

int advisories_read(struct arena *arena, const char *file, const char *text, size_t length,
		    advisory_list *list, struct err *err)
{
	advisory_list all = *list;
	struct advisory_reader reader = {.arena = arena, .file = file, .list = &all, .err = err};
	const struct node *root, *items;
	int r = yaml_parse(arena, file, text, length, &limits, &root, err);

	if (r == 0)
		r = need_map(&reader, root, "a file of advisories");
	for (size_t i = 0; r == 0 && i < root->keys.count; i++) {
		names known = {0};

		vec_push(arena, &known, "advisories");
		if (!text_equal(root->keys.at[i]->text, "advisories"))
			r = fault_unknown_key(&reader, root->keys.at[i], "a file of advisories",
					      &known);
	}
	if (r < 0)
		return r;
	items = yaml_get(root, "advisories");
	if (items->kind != NODE_LIST)
		return yaml_fault(err, items, "'advisories' must be a list, not %s",
				  yaml_kind_name(items));
	for (size_t i = 0; r == 0 && i < items->items.count; i++)
		r = read_advisory(&reader, items->items.at[i]);
	if (r == 0)
		*list = all;
	return r;
}

void advisories_add_builtin(struct arena *arena, advisory_list *list)
{
	struct err err = {0};

	if (advisories_read(arena, "advisories", builtin_advisories, strlen(builtin_advisories),
			    list, &err) < 0)
		abort();
}
