/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the condition of an overlay and decides whether it holds on a node. */
#include "profile/when.h"

#include "base/nearest.h"
#include "base/text.h"
#include "profile/layer.h"
#include "profile/scalar.h"

#define ITEMS_MAX 32

/* Which property of a disk a key is about. */
enum disk_part { NO_DISK, DISK_MODEL, DISK_DRIVER };

/* One key of `when`: it takes words (choices), comparisons, or globs over the data disks. */
struct matcher {
	struct when_key key;
	bool (*matches)(const char *text, const struct facts *facts);
	bool (*is_operand)(const char *text);
	/* False: the node's value is unknown. *ret: <0, 0, >0 if it is below, equal, above. */
	bool (*compare)(const char *operand, const struct facts *facts, int *ret);
	const char *(*have)(struct arena *arena, const struct facts *facts); /* NULL unknown */
	enum disk_part disk;
};

struct comparison {
	unsigned orders; /* enum order, or'ed */
	const char *operand;
	bool is_first; /* of a text such as ">= 5.10, < 6.1", all of which must hold */
};

struct condition {
	const struct matcher *matcher;
	names texts; /* any of them; comparisons: as written */
	VEC(struct comparison) comparisons;
};

/* What is compared ---------------------------------------------------------------------------- */

enum order { ORDER_LESS = 1, ORDER_EQUAL = 2, ORDER_GREATER = 4 };

static bool is_version(const char *text)
{
	for (;;) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0 || digits > 9)
			return false;
		text += digits;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
}

/* Saturates: only a strange kernel has longer numbers than is_version allows. */
static uint64_t read_digits(const char **text)
{
	uint64_t number = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		if (number < UINT32_MAX)
			number = number * 10 + (uint64_t)(**text - '0');
	return number;
}

int when_compare_version(const char *have, const char *want)
{
	while (*want) {
		uint64_t left = read_digits(&have), right = read_digits(&want);

		if (left != right)
			return left < right ? -1 : 1;
		/* What is no version ends there. */
		if (*want && *want++ != '.')
			return 0;
		/* A missing number, such as the third of "6.1-rc2", counts as 0. */
		have = *have == '.' ? have + 1 : "";
	}
	return 0;
}

static bool compare_kernel(const char *operand, const struct facts *facts, int *ret)
{
	if (!facts->host.kernel_release)
		return false;
	*ret = when_compare_version(facts->host.kernel_release, operand);
	return true;
}

static bool is_size(const char *text)
{
	uint64_t bytes;

	return text_size(text, &bytes) == 0;
}

static bool compare_memory(const char *operand, const struct facts *facts, int *ret)
{
	uint64_t have = facts->host.memory_bytes, want = 0;

	if (!have || text_size(operand, &want) < 0)
		return false;
	*ret = have < want ? -1 : have > want;
	return true;
}

static bool is_number(const char *text)
{
	uint64_t number;

	return text_u64(text, &number) == 0;
}

static bool compare_cpus(const char *operand, const struct facts *facts, int *ret)
{
	uint64_t have = cpuset_weight(&facts->topology.online), want = 0;

	if (!have || text_u64(operand, &want) < 0)
		return false;
	*ret = have < want ? -1 : have > want;
	return true;
}

static bool matches_cloud(const char *text, const struct facts *facts)
{
	return text_equal(text, facts->host.cloud);
}

static bool matches_arch(const char *text, const struct facts *facts)
{
	return facts->host.arch && text_glob(text, facts->host.arch);
}

static bool matches_virtualization(const char *text, const struct facts *facts)
{
	return text_equal(text, facts->host.virtualization);
}

static bool matches_container(const char *text, const struct facts *facts)
{
	const char *have = facts->live.container;

	if (!have)
		return false;
	if (text_equal(text, "true"))
		return !text_equal(have, "none");
	return text_equal(have, text_equal(text, "false") ? "none" : text);
}

static bool matches_nic_driver(const char *text, const struct facts *facts)
{
	vec_for_each (nic, &facts->nics)
		if (nic->driver && text_glob(text, nic->driver))
			return true;
	return false;
}

/* What the node has ---------------------------------------------------------------------------- */

static const char *have_cloud(struct arena *arena, const struct facts *facts)
{
	(void)arena;
	return facts->host.cloud;
}

static const char *have_arch(struct arena *arena, const struct facts *facts)
{
	(void)arena;
	return facts->host.arch;
}

static const char *have_virtualization(struct arena *arena, const struct facts *facts)
{
	(void)arena;
	return facts->host.virtualization;
}

static const char *have_kernel(struct arena *arena, const struct facts *facts)
{
	(void)arena;
	return facts->host.kernel_release;
}

static const char *have_memory(struct arena *arena, const struct facts *facts)
{
	return facts->host.memory_bytes ? text_human_size(arena, facts->host.memory_bytes) : NULL;
}

static const char *have_cpus(struct arena *arena, const struct facts *facts)
{
	unsigned cpus = cpuset_weight(&facts->topology.online);

	return cpus ? arena_printf(arena, "%u", cpus) : NULL;
}

static const char *have_container(struct arena *arena, const struct facts *facts)
{
	(void)arena;
	return facts->live.container;
}

/* Each name once, in the order in which they are found. */
static void add_once(struct arena *arena, names *list, const char *name)
{
	vec_for_each (known, list) {
		if (text_equal(*known, name))
			return;
	}
	if (name)
		vec_push(arena, list, name);
}

static const char *have_disks(struct arena *arena, const struct facts *facts, enum disk_part part)
{
	names list = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			add_once(arena, &list, part == DISK_MODEL ? disk->model : disk->driver);
	}
	return list.count ? text_join(arena, &list, ", ") : NULL;
}

static const char *have_disk_model(struct arena *arena, const struct facts *facts)
{
	return have_disks(arena, facts, DISK_MODEL);
}

static const char *have_disk_driver(struct arena *arena, const struct facts *facts)
{
	return have_disks(arena, facts, DISK_DRIVER);
}

static const char *have_nic_driver(struct arena *arena, const struct facts *facts)
{
	names list = {0};

	vec_for_each (nic, &facts->nics)
		add_once(arena, &list, nic->driver);
	return list.count ? text_join(arena, &list, ", ") : NULL;
}

static const struct matcher matchers[] = {
    {.key = {.name = "cloud", .choices = "aws|azure|gcp|none"},
     .matches = matches_cloud,
     .have = have_cloud},
    {.key = {.name = "arch", .expected = "an architecture such as x86_64 or aarch64"},
     .matches = matches_arch,
     .have = have_arch},
    {.key = {.name = "virtualization",
	     .choices = "none|kvm|qemu|hyperv|xen|vmware|virtualbox|parallels|apple|"
			"bhyve|bochs"},
     .matches = matches_virtualization,
     .have = have_virtualization},
    {.key = {.name = "kernel",
	     .expected = "a comparison such as \">= 6.1\"",
	     .is_comparison = true},
     .is_operand = is_version,
     .compare = compare_kernel,
     .have = have_kernel},
    {.key = {.name = "memory",
	     .expected = "a comparison such as \">= 64GiB\"",
	     .is_comparison = true},
     .is_operand = is_size,
     .compare = compare_memory,
     .have = have_memory},
    {.key = {.name = "cpus", .expected = "a comparison such as \">= 16\"", .is_comparison = true},
     .is_operand = is_number,
     .compare = compare_cpus,
     .have = have_cpus},
    {.key = {.name = "disk-model", .expected = "a model of a data disk; * stands for any text"},
     .disk = DISK_MODEL,
     .have = have_disk_model},
    {.key = {.name = "disk-driver", .expected = "a driver of a data disk such as nvme"},
     .disk = DISK_DRIVER,
     .have = have_disk_driver},
    {.key = {.name = "nic-driver", .expected = "a driver of a network card such as ena"},
     .matches = matches_nic_driver,
     .have = have_nic_driver},
    {.key = {.name = "container",
	     .choices = "true|false|none|kubernetes|docker|podman|lxc|container"},
     .matches = matches_container,
     .have = have_container},
};

#define MATCHER_COUNT (sizeof(matchers) / sizeof(matchers[0]))

bool when_key(size_t index, struct when_key *ret)
{
	if (index >= MATCHER_COUNT)
		return false;
	*ret = matchers[index].key;
	return true;
}

/* Reading ------------------------------------------------------------------------------------- */

static bool read_comparison(const char *text, const struct matcher *matcher, struct comparison *ret)
{
	unsigned orders = 0;

	if (*text == '<')
		orders = ORDER_LESS;
	else if (*text == '>')
		orders = ORDER_GREATER;
	if (orders)
		text++;
	if (*text == '=') {
		orders |= ORDER_EQUAL;
		text++;
	}
	ret->orders = orders;
	ret->operand = text + strspn(text, " ");
	return orders && matcher->is_operand(ret->operand);
}

static int fault_item(const struct node *node, const struct matcher *matcher, struct err *err)
{
	return yaml_fault(err, node, "'%s' must be %s%s, not %s%.60s%s", matcher->key.name,
			  matcher->key.choices ? "one of " : "",
			  matcher->key.choices ? matcher->key.choices : matcher->key.expected,
			  node->kind == NODE_SCALAR && *node->text ? "'" : "",
			  node->kind == NODE_SCALAR && *node->text ? node->text
								   : yaml_kind_name(node),
			  node->kind == NODE_SCALAR && *node->text ? "'" : "");
}

static int read_item(struct arena *arena, const struct node *node, struct condition *condition,
		     struct err *err)
{
	const struct matcher *matcher = condition->matcher;
	const char *what = arena_printf(arena, "'%s'", matcher->key.name);
	const char *text = node->text;

	if (node->kind != NODE_SCALAR || !*text)
		return fault_item(node, matcher, err);
	if (matcher->key.is_comparison) {
		names parts = text_split(arena, text, ',');
		struct comparison comparison;

		vec_for_each (part, &parts) {
			if (!read_comparison(text_trim(arena, *part), matcher, &comparison))
				return fault_item(node, matcher, err);
			comparison.is_first = part == parts.at;
			vec_push(arena, &condition->comparisons, comparison);
		}
	} else if (matcher->key.choices) {
		names choices = text_split(arena, matcher->key.choices, '|');
		bool is_known = false;

		vec_for_each (choice, &choices)
			is_known = is_known || text_equal(*choice, text);
		if (!is_known)
			return fault_item(node, matcher, err);
	} else {
		int r = scalar_read_text(node, what, &text, err);

		if (r < 0)
			return r;
	}
	vec_push(arena, &condition->texts, text);
	return 0;
}

static int read_items(struct arena *arena, const struct node *node, struct condition *condition,
		      struct err *err)
{
	int r = 0;

	if (node->kind != NODE_LIST)
		return read_item(arena, node, condition, err);
	if (node->items.count == 0 || node->items.count > ITEMS_MAX)
		return yaml_fault(err, node, "'%s' takes 1 to %d items",
				  condition->matcher->key.name, ITEMS_MAX);
	for (size_t i = 0; r == 0 && i < node->items.count; i++)
		r = read_item(arena, node->items.at[i], condition, err);
	return r;
}

static const struct matcher *find_matcher(const char *name)
{
	for (size_t i = 0; i < MATCHER_COUNT; i++)
		if (text_equal(matchers[i].key.name, name))
			return &matchers[i];
	return NULL;
}

static int fault_unknown(struct arena *arena, const struct node *key, struct err *err)
{
	names known = {0};

	for (size_t i = 0; i < MATCHER_COUNT; i++)
		vec_push(arena, &known, matchers[i].key.name);
	return yaml_fault(err, key, "unknown key '%.60s' in 'when'; %s", key->text,
			  nearest_or_all(arena, key->text, &known));
}

static int read_condition(struct arena *arena, const struct node *key, const struct node *item,
			  struct when *when, struct err *err)
{
	struct condition condition = {.matcher = find_matcher(key->text)};
	int r;

	if (!condition.matcher)
		return fault_unknown(arena, key, err);
	r = read_items(arena, item, &condition, err);
	if (r < 0)
		return r;
	if (condition.matcher->disk == DISK_MODEL)
		when->disk_models = condition.texts;
	else if (condition.matcher->disk == DISK_DRIVER)
		when->disk_drivers = condition.texts;
	when->text =
	    arena_printf(arena, "%s%s%s%s%s", when->text ? when->text : "", when->text ? ", " : "",
			 key->text, condition.matcher->key.is_comparison ? " " : "=",
			 text_join(arena, &condition.texts, "|"));
	vec_push(arena, &when->conditions, condition);
	return 0;
}

int when_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
	      struct when *ret, struct err *err)
{
	struct when when = {0};
	int last = 0;

	if (node->kind != NODE_MAP || node->keys.count == 0)
		return yaml_fault(err, node, "'when' must be a map of conditions, not %s",
				  node->kind == NODE_MAP ? "an empty one" : yaml_kind_name(node));
	for (size_t i = 0; i < node->keys.count; i++) {
		struct err one = {0};
		int r = read_condition(arena, node->keys.at[i], node->items.at[i], &when, &one);

		if (r == 0)
			continue;
		if (last < 0 && !layer_goes_on(arena, err, mistakes))
			break;
		last = err_pass(err, &one);
	}
	*ret = when;
	return last;
}

/* Deciding ------------------------------------------------------------------------------------ */

static bool any_matches(const names *globs, const char *text)
{
	if (globs->count == 0)
		return true;
	vec_for_each (glob, globs)
		if (text && text_glob(*glob, text))
			return true;
	return false;
}

bool when_disk_matches(const names *models, const names *drivers, const struct disk *disk)
{
	return any_matches(models, disk->model) && any_matches(drivers, disk->driver);
}

static bool comparison_holds(const struct matcher *matcher, const struct comparison *comparison,
			     const struct facts *facts)
{
	unsigned wanted = ORDER_EQUAL;
	int order;

	if (!matcher->compare(comparison->operand, facts, &order))
		return false;
	if (order != 0)
		wanted = order < 0 ? ORDER_LESS : ORDER_GREATER;
	return comparison->orders & wanted;
}

static bool condition_holds(const struct condition *condition, const struct facts *facts)
{
	const struct matcher *matcher = condition->matcher;
	bool holds = false;

	vec_for_each (text, &condition->texts)
		if (matcher->matches && matcher->matches(*text, facts))
			return true;
	vec_for_each (comparison, &condition->comparisons) {
		if (comparison->is_first && holds)
			return true;
		holds =
		    (comparison->is_first || holds) && comparison_holds(matcher, comparison, facts);
	}
	return holds;
}

/* Both keys are about the same disk: the model of one and the driver of another do not match. */
static bool is_for_some_disk(const struct when *when, const struct facts *facts)
{
	if (when->disk_models.count == 0 && when->disk_drivers.count == 0)
		return true;
	vec_for_each (disk, &facts->disks)
		if (disk->is_data &&
		    when_disk_matches(&when->disk_models, &when->disk_drivers, disk))
			return true;
	return false;
}

/* Of an overlay that is for none of the disks: without one of the model no driver counts. */
static enum disk_part missing_part(const struct when *when, const struct facts *facts)
{
	if (when->disk_models.count == 0)
		return DISK_DRIVER;
	vec_for_each (disk, &facts->disks)
		if (disk->is_data && any_matches(&when->disk_models, disk->model))
			return DISK_DRIVER;
	return DISK_MODEL;
}

struct when_decision when_decide(struct arena *arena, const struct when *when,
				 const struct facts *facts)
{
	bool has_disk = is_for_some_disk(when, facts);
	struct when_decision decision = {.holds = true};

	vec_for_each (condition, &when->conditions) {
		const struct matcher *matcher = condition->matcher;

		decision.holds = matcher->disk == NO_DISK
				     ? condition_holds(condition, facts)
				     : has_disk || matcher->disk != missing_part(when, facts);
		decision.fact = matcher->key.name;
		decision.value = matcher->have(arena, facts);
		if (!decision.holds)
			break;
	}
	return decision;
}

char *when_yaml(struct arena *arena, const struct when *when)
{
	struct str str = str_new(arena);

	str_add(&str, "{");
	vec_for_each (condition, &when->conditions) {
		bool is_list = condition->texts.count != 1;

		str_printf(&str, "%s%s: %s", condition == when->conditions.at ? "" : ", ",
			   condition->matcher->key.name, is_list ? "[" : "");
		vec_for_each (text, &condition->texts)
			str_printf(&str, "%s%s", text == condition->texts.at ? "" : ", ",
				   yaml_quote(arena, *text));
		str_add(&str, is_list ? "]" : "");
	}
	str_add(&str, "}");
	return str.text;
}
