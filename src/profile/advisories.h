/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisories: known faults that no setting mends, each with where it applies and what to do. The
 * built-in ones are profiles/advisories.yaml; /etc/thintune/advisories.yaml adds to them. The file
 * is as strict as a profile: a mistake is -EINVAL with `file:line:column: message`. What an
 * advisory means for a node is decided in tuners/advisories.c.
 */
#ifndef PROFILE_ADVISORIES_H
#define PROFILE_ADVISORIES_H

#include "profile/kernel_package.h"
#include "profile/profile.h"

#define ADVISORIES_FILE "/etc/thintune/advisories.yaml"

/* Of kernel.org's versions: the first that has the fault, and the first after it that has not. */
struct advisory_range {
	const char *from, *before; /* from: NULL: any earlier one has it */
};

/* What a distribution's own package says, whatever version of kernel.org's it was made from. */
struct advisory_fix {
	const char *distribution; /* "debian", ...; "any": those without a row of their own */
	const char *from;         /* the first package with the fault; NULL: as by the ranges */
	const char *fixed;        /* the first without it; NULL: none is */
	struct kernel_package from_package, fixed_package; /* where those are not NULL */
};

/* All parts that are not empty must hold; a list holds if one of its items does. */
struct advisory {
	const char *id, *title, *advice;
	const char *reviewed; /* "2026-11-30" */
	const char *file;     /* where it is */
	unsigned line;
	names sources;
	enum severity severity;
	VEC(struct advisory_range) ranges;
	VEC(struct advisory_fix) fixes;
	names filesystems, mount_options, containers, node;
	names drivers; /* globs, over data disks and network cards */
	names flags, unless_flags;
};
typedef VEC(struct advisory) advisory_list;

/* Adds those of a text to the list; `file` names it in messages. */
_must_check_ int advisories_read(struct arena *arena, const char *file, const char *text,
				 size_t length, advisory_list *list, struct err *err);
/* Adds the built-in ones, which are free of mistakes. */
void advisories_add_builtin(struct arena *arena, advisory_list *list);

#endif
