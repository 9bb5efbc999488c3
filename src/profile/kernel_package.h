/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of a distribution's kernel packages. A number says which of two is the later one only
 * within one series and one flavour: Ubuntu's 6.5.0-45.45 is later than 6.8.0-1.1, and its azure
 * kernel counts from 1001.
 */
#ifndef PROFILE_KERNEL_PACKAGE_H
#define PROFILE_KERNEL_PACKAGE_H

#include <stdbool.h>

#include "base/arena.h"

struct kernel_package {
	const char *version;  /* "6.8.0" */
	const char *series;   /* "6.8" */
	const char *revision; /* "40.40" */
	const char *tail;     /* "~22.04.1", "+deb12u1"; "": none */
	const char *flavour;  /* of a source of its own: "generic", "azure", "uek"; "": no such */
	bool names_flavour;   /* it is in the text */
};

/* False: it has not the form of the distribution's. */
bool kernel_package_parse(struct arena *arena, const char *distribution, const char *text,
			  struct kernel_package *ret);
bool kernel_package_are_kin(const struct kernel_package *a, const struct kernel_package *b);
/* Of kin. Only as many numbers count as want has. */
int kernel_package_compare(const struct kernel_package *have, const struct kernel_package *want);

#endif
