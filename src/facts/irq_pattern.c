/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the name of an interrupt with a driver's pattern, and reads the numbers in it. */
#include "facts/irq_pattern.h"

#include <ctype.h>

#include "base/text.h"
#include "facts/sysfs.h"

/* More queues than any driver has; a larger number in a name is no queue number. */
#define NUMBER_MAX 1000000

/* One comparison: what was read so far, and where the numbers go when all fits. */
struct attempt {
	const struct irq_pattern *pattern;
	struct irq_numbers *ret;
};

static bool fits(const struct attempt *attempt, const char *text, const char *name,
		 struct irq_numbers numbers);

/* dev_valid_name() of net/core/dev.c allows neither of them in an interface's name. */
static bool ends_interface(char c)
{
	return !c || c == ':' || c == '/' || c == ',' || isspace((unsigned char)c);
}

static bool fits_interface(const struct attempt *attempt, const char *text, const char *name,
			   struct irq_numbers numbers)
{
	const char *interface = attempt->pattern->interface, *driver = attempt->pattern->driver;
	size_t length = driver ? strlen(driver) : 0;

	if (!interface) {
		for (; !ends_interface(*name); name++) {
			if (fits(attempt, text, name + 1, numbers))
				return true;
		}
		return false;
	}
	if (text_starts(name, interface) && fits(attempt, text, name + strlen(interface), numbers))
		return true;
	return length && text_starts(name, driver) && name[length] == '-' &&
	       text_starts(name + length + 1, interface) &&
	       fits(attempt, text, name + length + 1 + strlen(interface), numbers);
}

static bool fits_anything(const struct attempt *attempt, const char *text, const char *name,
			  struct irq_numbers numbers)
{
	for (;; name++) {
		if (fits(attempt, text, name, numbers))
			return true;
		if (!*name)
			return false;
	}
}

/* 0: it does not begin with a PCI function. */
static size_t pci_length(const char *name)
{
	size_t length = strcspn(name, ".");

	length += name[length] ? 2 : 0;
	return length <= strlen(name) && sysfs_is_pci_address(name, length) ? length : 0;
}

static size_t read_number(const char *name, struct irq_numbers *numbers)
{
	size_t length = strspn(name, "0123456789");
	uint64_t number = 0;

	for (size_t i = 0; i < length; i++)
		number = number < NUMBER_MAX ? number * 10 + (uint64_t)(name[i] - '0') : number;
	*numbers = (struct irq_numbers){.last = number, .before = numbers->last};
	return length;
}

static bool is_same(char a, char b, bool any_case)
{
	return a == b || (any_case && tolower((unsigned char)a) == tolower((unsigned char)b));
}

static bool fits(const struct attempt *attempt, const char *text, const char *name,
		 struct irq_numbers numbers)
{
	for (; *text; text++) {
		size_t length = 1;

		if (*text == '*')
			return fits_anything(attempt, text + 1, name, numbers);
		if (*text == '%')
			return fits_interface(attempt, text + 1, name, numbers);
		if (*text == '$')
			length = pci_length(name);
		else if (*text == '#')
			length = read_number(name, &numbers);
		else if (!is_same(*text, *name, attempt->pattern->any_case))
			length = 0;
		if (!length)
			return false;
		name += length;
	}
	if (*name)
		return false;
	*attempt->ret = numbers;
	return true;
}

bool irq_pattern_fits(const struct irq_pattern *pattern, const char *text, const char *name,
		      struct irq_numbers *ret)
{
	const struct attempt attempt = {.pattern = pattern, .ret = ret};

	return fits(&attempt, text, name, (struct irq_numbers){0});
}
