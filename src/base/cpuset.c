/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of CPU numbers, and the two forms in which the kernel writes them. */
#include "base/cpuset.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"

#define WORD_BITS 64u

static uint64_t word(const struct cpuset *set, size_t index)
{
	return index < set->count ? set->words[index] : 0;
}

void cpuset_add(struct arena *arena, struct cpuset *set, unsigned cpu)
{
	size_t index = cpu / WORD_BITS;

	if (index >= set->count) {
		size_t count = index + 1 > set->count * 2 ? index + 1 : set->count * 2;
		uint64_t *words = arena_alloc(arena, count * sizeof(*words));

		if (set->count)
			memcpy(words, set->words, set->count * sizeof(*words));
		set->words = words;
		set->count = count;
	}
	set->words[index] |= UINT64_C(1) << (cpu % WORD_BITS);
}

bool cpuset_has(const struct cpuset *set, unsigned cpu)
{
	return word(set, cpu / WORD_BITS) >> (cpu % WORD_BITS) & 1;
}

unsigned cpuset_weight(const struct cpuset *set)
{
	unsigned weight = 0;

	for (size_t i = 0; i < set->count; i++)
		weight += (unsigned)__builtin_popcountll(set->words[i]);
	return weight;
}

bool cpuset_equal(const struct cpuset *a, const struct cpuset *b)
{
	return cpuset_subset(a, b) && cpuset_subset(b, a);
}

bool cpuset_subset(const struct cpuset *inner, const struct cpuset *outer)
{
	for (size_t i = 0; i < inner->count; i++) {
		if (inner->words[i] & ~word(outer, i))
			return false;
	}
	return true;
}

static struct cpuset combine(struct arena *arena, const struct cpuset *a, const struct cpuset *b,
			     bool invert)
{
	struct cpuset set = {.count = a->count};

	set.words = arena_alloc(arena, a->count * sizeof(*set.words));
	for (size_t i = 0; i < a->count; i++)
		set.words[i] = a->words[i] & (invert ? ~word(b, i) : word(b, i));
	return set;
}

struct cpuset cpuset_or(struct arena *arena, const struct cpuset *a, const struct cpuset *b)
{
	struct cpuset set = {.count = a->count > b->count ? a->count : b->count};

	set.words = arena_alloc(arena, set.count * sizeof(*set.words));
	for (size_t i = 0; i < set.count; i++)
		set.words[i] = word(a, i) | word(b, i);
	return set;
}

struct cpuset cpuset_and(struct arena *arena, const struct cpuset *a, const struct cpuset *b)
{
	return combine(arena, a, b, false);
}

struct cpuset cpuset_minus(struct arena *arena, const struct cpuset *a, const struct cpuset *b)
{
	return combine(arena, a, b, true);
}

int cpuset_next(const struct cpuset *set, unsigned from)
{
	for (size_t i = from / WORD_BITS; i < set->count; i++) {
		uint64_t bits = set->words[i];

		if (i == from / WORD_BITS)
			bits &= ~UINT64_C(0) << (from % WORD_BITS);
		if (bits)
			return (int)(i * WORD_BITS) + __builtin_ctzll(bits);
	}
	return -1;
}

/* A whole word at a time: large nodes have lists of a thousand CPUs. */
static void add_range(struct arena *arena, struct cpuset *set, unsigned first, unsigned last)
{
	/* The last CPU first: it makes room for all the others. */
	cpuset_add(arena, set, last);
	while (first < last) {
		if (first % WORD_BITS == 0 && last - first >= WORD_BITS) {
			set->words[first / WORD_BITS] = ~UINT64_C(0);
			first += WORD_BITS;
		} else {
			set->words[first / WORD_BITS] |= UINT64_C(1) << (first % WORD_BITS);
			first++;
		}
	}
}

int cpuset_parse_list(struct arena *arena, const char *text, struct cpuset *ret)
{
	struct cpuset set = {0};
	names ranges;

	if (!*text) {
		*ret = set;
		return 0;
	}
	ranges = text_split(arena, text, ',');
	vec_for_each (range, &ranges) {
		names ends = text_split(arena, *range, '-');
		uint64_t first, last;
		int r;

		if (ends.count > 2)
			return -EINVAL;
		r = text_u64(ends.at[0], &first);
		if (r < 0)
			return r;
		r = text_u64(ends.at[ends.count - 1], &last);
		if (r < 0)
			return r;
		if (last >= CPUSET_MAX)
			return -ERANGE;
		if (first > last)
			return -EINVAL;
		add_range(arena, &set, (unsigned)first, (unsigned)last);
	}
	*ret = set;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One 32-bit group of a mask; base is the number of its lowest CPU. */
static int parse_group(struct arena *arena, const char *group, size_t length, unsigned base,
		       struct cpuset *set)
{
	if (length == 0 || length > 8)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		int digit = hex_digit(group[length - 1 - i]);

		if (digit < 0)
			return -EINVAL;
		for (unsigned bit = 0; bit < 4; bit++) {
			if (digit >> bit & 1)
				cpuset_add(arena, set, base + (unsigned)i * 4 + bit);
		}
	}
	return 0;
}

int cpuset_parse_mask(struct arena *arena, const char *text, struct cpuset *ret)
{
	struct cpuset set = {0};
	size_t groups = 1;

	if (!*text) {
		*ret = set;
		return 0;
	}
	for (const char *at = text; *at; at++)
		groups += *at == ',';
	if (groups * 32 > CPUSET_MAX)
		return -ERANGE;
	while (groups-- > 0) {
		size_t length = strcspn(text, ",");
		int r = parse_group(arena, text, length, (unsigned)groups * 32, &set);

		if (r < 0)
			return r;
		text += length + 1;
	}
	*ret = set;
	return 0;
}

char *cpuset_list(struct arena *arena, const struct cpuset *set)
{
	struct str str = str_new(arena);

	for (int first = cpuset_next(set, 0); first >= 0;) {
		int last = first;

		while (cpuset_has(set, (unsigned)last + 1))
			last++;
		str_printf(&str, last > first ? "%s%d-%d" : "%s%d", str.length ? "," : "", first,
			   last);
		first = cpuset_next(set, (unsigned)last + 1);
	}
	return str.text;
}

char *cpuset_mask(struct arena *arena, const struct cpuset *set)
{
	size_t groups = set->count * 2, length = 0, room;
	char *text;

	while (groups > 1 && !(uint32_t)(word(set, (groups - 1) / 2) >> ((groups - 1) % 2 * 32)))
		groups--;
	if (!groups)
		return arena_strdup(arena, "0");
	room = groups * sizeof(",00000000");
	text = arena_alloc(arena, room);
	for (size_t i = groups; i-- > 0;) {
		uint32_t group = (uint32_t)(word(set, i / 2) >> (i % 2 * 32));

		length += (size_t)snprintf(text + length, room - length,
					   i + 1 == groups ? "%x" : ",%08x", group);
	}
	return text;
}
