/* SPDX-License-Identifier: Apache-2.0 */
/* The kind table, and the rules that compare and choose values. */
#include "plan/kind.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "plan/space.h"

static const char *canonical_word(struct arena *arena, const char *raw)
{
	names words = text_words(arena, raw);

	return text_join(arena, &words, " ");
}

static const char *canonical_numbers(struct arena *arena, const char *raw)
{
	names words = text_words(arena, raw);

	if (!words.count)
		return NULL;
	vec_for_each (word, &words) {
		uint64_t number;

		if (text_u64(*word, &number) < 0)
			return NULL;
		*word = arena_printf(arena, "%" PRIu64, number);
	}
	return text_join(arena, &words, " ");
}

/* Blanks within a text are part of it (a pattern with arguments); those between numbers are not. */
static const char *canonical_text(struct arena *arena, const char *raw)
{
	const char *numbers = canonical_numbers(arena, raw);

	return numbers ? numbers : raw;
}

static const char *canonical_number(struct arena *arena, const char *raw)
{
	const char *canonical = canonical_numbers(arena, raw);

	return canonical && !strchr(canonical, ' ') ? canonical : NULL;
}

/* "[none] mq-deadline" is none. A recorded or written-to plain file holds the bare word. */
static const char *canonical_choice(struct arena *arena, const char *raw)
{
	const char *open = strchr(raw, '['), *close = open ? strchr(open, ']') : NULL;
	const char *chosen =
	    close ? arena_strndup(arena, open + 1, (size_t)(close - open - 1)) : raw;
	const char *bare = canonical_word(arena, chosen);

	return *bare && !strchr(bare, '[') ? bare : NULL;
}

/* A number below CPUSET_MAX as the kernel prints it; -1: none. */
static int take_cpu(const char **at)
{
	size_t digits = strspn(*at, "0123456789");
	int cpu = 0;

	if (!digits || digits > 5 || (**at == '0' && digits > 1))
		return -1;
	for (; digits > 0; digits--)
		cpu = cpu * 10 + *(*at)++ - '0';
	return cpu < CPUSET_MAX ? cpu : -1;
}

/* As the kernel prints it, which is the canonical form: on a large node thousands of values are,
 * and take no memory. */
static bool is_printed_list(const char *at)
{
	int last = -2;

	for (;; at++) {
		int first = take_cpu(&at);

		if (first <= last + 1)
			return false;
		last = first;
		if (*at == '-') {
			at++;
			last = take_cpu(&at);
			if (last <= first)
				return false;
		}
		if (*at != ',')
			return !*at;
	}
}

static const char *canonical_cpulist(struct arena *arena, const char *raw)
{
	struct cpuset set;

	if (is_printed_list(raw))
		return raw;
	return cpuset_parse_list(arena, text_trim(arena, raw), &set) < 0 ? NULL
									 : cpuset_list(arena, &set);
}

#define HEX_DIGITS "0123456789abcdef"

/* The same of a mask, without the zeroes in front; NULL: it is something else, or empty. */
static const char *printed_mask(const char *raw)
{
	const char *mask = raw;
	size_t digits, zeroes;

	for (;; mask += digits + 1) {
		digits = strspn(mask, HEX_DIGITS);
		zeroes = strspn(mask, "0");
		if (!digits || digits > 8)
			return NULL;
		if (zeroes < digits)
			break;
		if (mask[digits] != ',')
			return NULL;
	}
	for (const char *at = mask + digits; *at; at += 9) {
		if (*at != ',' || strspn(at + 1, HEX_DIGITS) < 8 || (at[9] && at[9] != ','))
			return NULL;
	}
	return strlen(raw) > CPUSET_MAX / 32 * 9 ? NULL : mask + zeroes;
}

/* xps_cpus and rps_cpus pad with zeroes to the number of possible CPUs, smp_affinity does not. */
static const char *canonical_cpumask(struct arena *arena, const char *raw)
{
	const char *mask = printed_mask(raw);
	struct cpuset set;

	if (mask)
		return mask;
	mask = text_trim(arena, raw);
	return !*mask || cpuset_parse_mask(arena, mask, &set) < 0 ? NULL : cpuset_mask(arena, &set);
}

/* Only text that the journal can hold. */
static const char *canonical_file(struct arena *arena, const char *raw)
{
	(void)arena;
	for (const char *at = raw; *at; at += text_utf8_length(at)) {
		if (!text_utf8_length(at))
			return NULL;
	}
	return raw;
}

static bool equal_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const char *skip_blanks(const char *text, size_t *ret_length)
{
	text += strspn(text, " \t\n");
	*ret_length = strlen(text);
	while (*ret_length && strchr(" \t\n", text[*ret_length - 1]))
		--*ret_length;
	return text;
}

/* Some drivers print a blank at the end, whatever was written. */
static bool equal_trimmed(const char *a, const char *b)
{
	size_t left, right;

	a = skip_blanks(a, &left);
	b = skip_blanks(b, &right);
	return left == right && strncmp(a, b, left) == 0;
}

/* io_timeout is stored in jiffies: at 100 Hz, the slowest clock Linux is built with, a value reads
 * back up to 10 ms off (4294967295 becomes 4294967288 at 250 Hz). */
static bool equal_jiffies(const char *a, const char *b)
{
	uint64_t left, right;

	if (text_u64(a, &left) < 0 || text_u64(b, &right) < 0)
		return false;
	return (left > right ? left - right : right - left) < 10;
}

struct kind_row {
	const char *name;
	const char *(*canonical)(struct arena *arena, const char *raw);
	bool (*equal)(const char *a, const char *b);
};

static const struct kind_row kinds[KIND_COUNT] = {
    [KIND_TEXT] = {.name = "text", .canonical = canonical_text, .equal = equal_trimmed},
    [KIND_NUMBER] = {.name = "number", .canonical = canonical_number, .equal = equal_text},
    [KIND_NUMBERS] = {.name = "numbers", .canonical = canonical_numbers, .equal = equal_text},
    [KIND_CHOICE] = {.name = "choice", .canonical = canonical_choice, .equal = equal_text},
    [KIND_WORD_OF] = {.name = "word", .canonical = canonical_word, .equal = equal_text},
    [KIND_JIFFIES_MS] = {.name = "jiffies-ms",
			 .canonical = canonical_number,
			 .equal = equal_jiffies},
    [KIND_CPULIST] = {.name = "cpu-list", .canonical = canonical_cpulist, .equal = equal_text},
    [KIND_CPUMASK] = {.name = "cpu-mask", .canonical = canonical_cpumask, .equal = equal_text},
    [KIND_FILE] = {.name = "file", .canonical = canonical_file, .equal = equal_text},
    [KIND_LINK] = {.name = "link", .canonical = canonical_file, .equal = equal_text},
    [KIND_SPACE] = {.name = "space", .canonical = canonical_file, .equal = space_equal},
    [KIND_MANUAL] = {.name = "manual", .canonical = canonical_word, .equal = equal_text},
};

bool kind_is_of_kernel(enum kind kind)
{
	return kind != KIND_FILE && kind != KIND_LINK && kind != KIND_SPACE;
}

const char *kind_name(enum kind kind)
{
	return kinds[kind].name;
}

int kind_from_name(const char *name, enum kind *ret)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		if (!text_equal(kinds[kind].name, name))
			continue;
		*ret = kind;
		return 0;
	}
	return -EINVAL;
}

enum kind kind_of_path(const char *path)
{
	static const struct {
		const char *name;
		enum kind kind;
	} rows[] = {
	    {.name = "/rps_cpus", .kind = KIND_CPUMASK},
	    {.name = "/xps_cpus", .kind = KIND_CPUMASK},
	    {.name = "/xps_rxqs", .kind = KIND_CPUMASK},
	    {.name = "/smp_affinity", .kind = KIND_CPUMASK},
	    {.name = "/default_smp_affinity", .kind = KIND_CPUMASK},
	    {.name = "/smp_affinity_list", .kind = KIND_CPULIST},
	    {.name = "/io_timeout", .kind = KIND_JIFFIES_MS},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_ends(path, rows[i].name))
			return rows[i].kind;
	}
	return KIND_TEXT;
}

const char *kind_canonical(struct arena *arena, enum kind kind, const char *raw)
{
	return kinds[kind].canonical(arena, raw);
}

names kind_offered(struct arena *arena, enum kind kind, const char *raw)
{
	names offered = {0};

	if (kind == KIND_WORD_OF)
		return text_words(arena, raw);
	if (kind != KIND_CHOICE || !strchr(raw, '['))
		return offered;
	offered = text_words(arena, raw);
	vec_for_each (word, &offered)
		*word = canonical_choice(arena, *word) ? canonical_choice(arena, *word) : *word;
	return offered;
}

bool kind_equal(enum kind kind, const char *a, const char *b)
{
	return kinds[kind].equal(a, b);
}

/* Element by element the larger (or smaller) of two number lists; NULL when they do not match. */
static const char *bounded(struct arena *arena, const char *have, const char *bound, bool at_least)
{
	names haves = text_words(arena, have), bounds = text_words(arena, bound);

	if (!haves.count || haves.count != bounds.count)
		return NULL;
	for (size_t i = 0; i < haves.count; i++) {
		uint64_t left, right;

		if (text_u64(haves.at[i], &left) < 0 || text_u64(bounds.at[i], &right) < 0)
			return NULL;
		if (at_least ? left < right : left > right)
			haves.at[i] = bounds.at[i];
	}
	return text_join(arena, &haves, " ");
}

/* Of CPUs "at most" means none but these: those of them that it has, or all if it has none. */
static const char *narrowed(struct arena *arena, enum kind kind, const char *have,
			    const char *bound)
{
	struct cpuset cpus, limit, both;
	bool is_mask = kind == KIND_CPUMASK;
	int r =
	    is_mask ? cpuset_parse_mask(arena, have, &cpus) : cpuset_parse_list(arena, have, &cpus);

	if (r == 0)
		r = is_mask ? cpuset_parse_mask(arena, bound, &limit)
			    : cpuset_parse_list(arena, bound, &limit);
	if (r < 0)
		return NULL;
	both = cpuset_and(arena, &cpus, &limit);
	if (!cpuset_weight(&both))
		return bound;
	return is_mask ? cpuset_mask(arena, &both) : cpuset_list(arena, &both);
}

static bool is_offered(enum kind kind, const names *offered, const char *value)
{
	vec_for_each (item, offered) {
		if (kind_equal(kind, *item, value))
			return true;
	}
	return !offered->count;
}

static int not_offered(struct arena *arena, struct setting *setting, const names *wanted,
		       const names *offered)
{
	setting->note =
	    arena_printf(arena, "%s does not offer %s; it offers %s",
			 text_or(setting->wish->offered_by, "this node"),
			 text_join(arena, wanted, " or "), text_join(arena, offered, ", "));
	return -ENOENT;
}

/* ONE_OF is content with any member; FIRST_OF wants the first member that the node offers. */
static int resolve_members(struct arena *arena, struct setting *setting, const names *wanted,
			   const names *offered, bool *ret_same)
{
	enum kind kind = setting->wish->kind;

	vec_for_each (operand, wanted) {
		if (setting->wish->rule == RULE_ONE_OF &&
		    kind_equal(kind, setting->have, *operand)) {
			setting->want = setting->have;
			*ret_same = true;
			return 0;
		}
	}
	vec_for_each (operand, wanted) {
		if (!is_offered(kind, offered, *operand))
			continue;
		setting->want = *operand;
		*ret_same = kind_equal(kind, setting->have, *operand);
		return 0;
	}
	return not_offered(arena, setting, wanted, offered);
}

/* Operands come from the profile as people write them; compare and write the canonical form. */
static int canonical_operands(struct arena *arena, struct setting *setting, names *ret)
{
	const struct wish *wish = setting->wish;
	names canonical = {0};

	vec_for_each (operand, &wish->operands) {
		const char *value = kind_canonical(arena, wish->kind, *operand);

		if (!value) {
			setting->note =
			    arena_printf(arena, "the wanted value '%s' is not of the kind %s",
					 *operand, kinds[wish->kind].name);
			return -EINVAL;
		}
		vec_push(arena, &canonical, value);
	}
	*ret = canonical;
	return canonical.count ? 0 : -EINVAL;
}

int kind_resolve(struct arena *arena, struct setting *setting, const names *offered, bool *ret_same)
{
	const struct wish *wish = setting->wish;
	names wanted;
	int r = canonical_operands(arena, setting, &wanted);

	if (r < 0)
		return r;
	switch (wish->rule) {
	case RULE_LEAVE:
	case RULE_AUTO:
		return -EINVAL;
	case RULE_EXACT:
		setting->want = wanted.at[0];
		if (!is_offered(wish->kind, offered, setting->want))
			return not_offered(arena, setting, &wanted, offered);
		break;
	case RULE_AT_LEAST:
	case RULE_AT_MOST:
		if (wish->rule == RULE_AT_MOST &&
		    (wish->kind == KIND_CPUMASK || wish->kind == KIND_CPULIST))
			setting->want = narrowed(arena, wish->kind, setting->have, wanted.at[0]);
		else
			setting->want = bounded(arena, setting->have, wanted.at[0],
						wish->rule == RULE_AT_LEAST);
		if (!setting->want) {
			setting->note = arena_printf(arena, "cannot compare '%s' with '%s'",
						     setting->have, wanted.at[0]);
			return -EINVAL;
		}
		break;
	case RULE_ONE_OF:
	case RULE_FIRST_OF:
		return resolve_members(arena, setting, &wanted, offered, ret_same);
	}
	*ret_same = kind_equal(wish->kind, setting->have, setting->want);
	return 0;
}

/* Words --------------------------------------------------------------------------------------- */

bool kind_cpus(struct arena *arena, enum kind kind, const char *value, struct cpuset *ret)
{
	return kind == KIND_CPULIST   ? cpuset_parse_list(arena, value, ret) == 0
	       : kind == KIND_CPUMASK ? cpuset_parse_mask(arena, value, ret) == 0
				      : false;
}

const char *kind_cpu_words(struct arena *arena, const struct cpuset *cpus, const char *list)
{
	unsigned count = cpuset_weight(cpus);

	return count ? arena_printf(arena, "%s %s", count == 1 ? "CPU" : "CPUs", list) : "no CPU";
}

const char *kind_words(struct arena *arena, enum kind kind, const char *value)
{
	struct cpuset cpus;

	if (kind == KIND_SPACE)
		return space_words(arena, value);
	return kind_cpus(arena, kind, value, &cpus)
		   ? kind_cpu_words(arena, &cpus, cpuset_list(arena, &cpus))
		   : value;
}
