/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and compares versions of kernel packages. */
#include "profile/kernel_package.h"

#include "base/text.h"

#define DIGITS "0123456789"

/* Length of "6.8.0" at the beginning; fills how many numbers that are. */
static size_t numbers_length(const char *text, unsigned *ret_count)
{
	size_t length = strspn(text, DIGITS);

	for (*ret_count = length > 0; length > 0 && text[length] == '.'; ++*ret_count) {
		size_t more = strspn(text + length + 1, DIGITS);

		if (more == 0)
			break;
		length += 1 + more;
	}
	return length;
}

/* Numbers in order, whatever is between them; only as many as want has. */
static int compare_numbers(const char *have, const char *want)
{
	for (;;) {
		uint64_t left = 0, right = 0;

		want += strcspn(want, DIGITS);
		have += strcspn(have, DIGITS);
		if (!*want)
			return 0;
		for (; *have >= '0' && *have <= '9'; have++)
			left = left < UINT32_MAX ? left * 10 + (uint64_t)(*have - '0') : left;
		for (; *want >= '0' && *want <= '9'; want++)
			right = right < UINT32_MAX ? right * 10 + (uint64_t)(*want - '0') : right;
		if (left != right)
			return left < right ? -1 : 1;
	}
}

/* ".el9_4.x86_64", ".rt14.40.el9"; Oracle's and the real-time kernel have sources of their own. */
static bool take_rhel(const char *rest, struct kernel_package *package)
{
	if (*rest && !text_starts(rest, ".el") && !text_starts(rest, ".rt"))
		return false;
	if (strstr(rest, "uek"))
		package->flavour = "uek";
	else if (strstr(rest, ".rt") || strstr(rest, "+rt"))
		package->flavour = "rt";
	package->names_flavour = *rest;
	return true;
}

/* "~22.04.1-azure"; the flavour that most have may be missing. */
static bool take_flavour(struct arena *arena, const char *rest, const char *most,
			 struct kernel_package *package)
{
	const char *dash = strchr(rest, '-');
	size_t length = dash ? (size_t)(dash - rest) : strlen(rest);

	if (dash && !(dash[1] >= 'a' && dash[1] <= 'z') && !(dash[1] >= '0' && dash[1] <= '9'))
		return false;
	package->tail = arena_strndup(arena, rest, length);
	package->names_flavour = dash;
	/* generic-64k and generic-lpae come from the source of generic. */
	package->flavour = dash && !text_starts(dash + 1, most) ? dash + 1 : most;
	return true;
}

bool kernel_package_parse(struct arena *arena, const char *distribution, const char *text,
			  struct kernel_package *ret)
{
	struct kernel_package package = {.tail = "", .flavour = ""};
	unsigned count;
	size_t length = numbers_length(text, &count), series;
	const char *rest = text + length;

	if (count < 2 || *rest != '-')
		return false;
	package.version = arena_strndup(arena, text, length);
	series = strspn(text, DIGITS) + 1;
	series += strspn(text + series, DIGITS);
	package.series = arena_strndup(arena, text, series);
	length = numbers_length(rest + 1, &count);
	if (count == 0)
		return false;
	package.revision = arena_strndup(arena, rest + 1, length);
	rest += 1 + length;
	if (text_equal(distribution, "rhel")) {
		if (!take_rhel(rest, &package))
			return false;
	} else if (text_equal(distribution, "debian")) {
		package.tail = rest;
	} else if (!take_flavour(arena, rest,
				 text_equal(distribution, "suse") ? "default" : "generic",
				 &package)) {
		return false;
	}
	if (*package.tail && (!strchr("~+", *package.tail) || strchr(package.tail, '-')))
		return false;
	*ret = package;
	return true;
}

bool kernel_package_are_kin(const struct kernel_package *a, const struct kernel_package *b)
{
	return text_equal(a->series, b->series) && text_equal(a->flavour, b->flavour);
}

/* "~" is before, "+" after the same without. */
static int rank(const char *tail)
{
	if (!*tail)
		return 0;
	return *tail == '~' ? -1 : 1;
}

int kernel_package_compare(const struct kernel_package *have, const struct kernel_package *want)
{
	int order = compare_numbers(have->version, want->version);

	if (order == 0)
		order = compare_numbers(have->revision, want->revision);
	/* "6.1.66-1~bpo11+1" is 6.1.66-1, built for an earlier release. */
	if (order || !*want->tail)
		return order;
	if (rank(have->tail) != rank(want->tail))
		return rank(have->tail) < rank(want->tail) ? -1 : 1;
	return compare_numbers(have->tail, want->tail);
}
