/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a date into a number of days, and back. */
#include "base/day.h"

#include <errno.h>
#include <stdbool.h>

#include "base/text.h"

enum { first_year = 1970, last_year = 9999 };

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Of the years before this one since the year 1, so that centuries fall right. */
static int64_t days_before(unsigned year)
{
	int64_t past = (int64_t)year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

static bool read_digits(const char *text, size_t count, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*ret = *ret * 10 + (unsigned)(text[i] - '0');
	}
	return true;
}

int day_parse(const char *text, int64_t *ret)
{
	unsigned year, month, day;
	int64_t days;

	if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-' ||
	    !read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
	    !read_digits(text + 8, 2, &day) || year < first_year || month < 1 || month > 12 ||
	    day < 1 || day > days_of_month(year, month))
		return -EINVAL;
	days = days_before(year) - days_before(first_year);
	while (--month)
		days += days_of_month(year, month);
	*ret = days + day - 1;
	return 0;
}

const char *day_text(struct arena *arena, int64_t day)
{
	unsigned year = first_year, month = 1;

	if (day < 0 || day >= days_before(last_year + 1) - days_before(first_year))
		return "unknown";
	while (day >= 365 + is_leap(year))
		day -= 365 + is_leap(year++);
	while (day >= days_of_month(year, month))
		day -= days_of_month(year, month++);
	return arena_printf(arena, "%04u-%02u-%02u", year, month, (unsigned)day + 1);
}
