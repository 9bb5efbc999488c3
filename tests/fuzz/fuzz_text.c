/* SPDX-License-Identifier: Apache-2.0 */
/* The strict parsers of numbers, sizes, durations and keys, and the helpers for short texts. */
#include "base/sysctl_key.h"
#include "fuzz.h"

static void check_numbers(struct arena *arena, const char *text)
{
	uint64_t number, bytes, us;
	bool truth;

	if (text_u64(text, &number) == 0)
		fuzz_check(text_equal(arena_printf(arena, "%ju", (uintmax_t)number), text),
			   "'%s' is not its number", text);
	if (text_size(text, &bytes) == 0)
		fuzz_touch(text_human_size(arena, bytes));
	(void)text_duration(text, &us);
	if (text_bool(text, &truth) == 0)
		fuzz_check(text_equal(text, truth ? "true" : "false"), "'%s' is no truth", text);
}

/* Two texts: an order, and a glob that ends. */
static void check_pair(const char *a, const char *b)
{
	fuzz_check(text_natural_compare(a, a) == 0, "'%s' is not its own equal", a);
	fuzz_check((text_natural_compare(a, b) < 0) == (text_natural_compare(b, a) > 0),
		   "'%s' and '%s' have no order", a, b);
	fuzz_check(text_glob("*", a), "* does not fit '%s'", a);
	if (!strpbrk(a, "*?"))
		fuzz_check(text_glob(a, b) == text_equal(a, b), "'%s' is no pattern", a);
	(void)text_glob(a, b);
}

static void check_words(struct arena *arena, const char *text)
{
	const char *trimmed = text_trim(arena, text);
	names words = text_words(arena, text), lines = text_split(arena, text, '\n');
	char *cut = arena_strdup(arena, text);

	fuzz_check(text_equal(text_join(arena, &lines, "\n"), text), "lines that do not join");
	fuzz_check(text_equal(text_trim(arena, trimmed), trimmed), "blanks are left");
	fuzz_check((words.count > 0) == (*trimmed != 0), "words of nothing, or none of some");
	text_natural_sort(&words);
	for (size_t i = 1; i < words.count; i++)
		fuzz_check(text_natural_compare(words.at[i - 1], words.at[i]) <= 0, "no order");
	text_cut(cut, 7);
	fuzz_check(strlen(cut) <= 7 && text_starts(text, cut), "'%s' is no beginning", cut);
	fuzz_touch(text_shell(arena, text));
}

FUZZ_TARGET(text)
{
	struct fuzz_part parts[2];
	const char *key;

	fuzz_split(arena, text, length, parts, 2);
	check_numbers(arena, text);
	check_words(arena, text);
	check_pair(parts[0].text, text_or(parts[1].text, text));
	key = sysctl_key(arena, parts[0].text);
	fuzz_touch(sysctl_key_file(arena, key));
	(void)sysctl_key_matches(arena, key,
				 text_or(parts[1].text, "net.ipv4.conf.eth0.forwarding"));
	for (const char *at = text; *at; at++)
		fuzz_check(text_utf8_length(at) <= strlen(at), "a character beyond the end");
}
