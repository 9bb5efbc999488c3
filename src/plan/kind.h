/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kind table: how a value of each kind reads, when two are equal, and how a rule turns what the
 * node has into what is wanted. Pure; values are compared by meaning, never as raw text.
 */
#ifndef PLAN_KIND_H
#define PLAN_KIND_H

#include <stdbool.h>

#include "plan/plan.h"

const char *kind_name(enum kind kind); /* "number", for the journal */
/* -EINVAL for an unknown name. */
_must_check_ int kind_from_name(const char *name, enum kind *ret);

/* The kernel has its value, and may make another one of what is written. Else it is a file or link
 * that somebody else may have changed meanwhile. */
bool kind_is_of_kernel(enum kind kind);

/* The kind of a file that no setting names, by the file's name; KIND_TEXT if that is not known. */
enum kind kind_of_path(const char *path);

/* Canonical form of what the kernel prints; NULL when it is not of that kind. */
const char *kind_canonical(struct arena *arena, enum kind kind, const char *raw);

/* What a KIND_CHOICE text offers ("[none] mq-deadline"); empty when it does not say. */
names kind_offered(struct arena *arena, enum kind kind, const char *raw);

/* For people: CPUs, in whatever form the kernel has them, as "CPU 3", "CPUs 0-3,8", "no CPU"; bytes
 * as "1.0 MiB". What is no such value, or of another kind, stays as it is. */
const char *kind_words(struct arena *arena, enum kind kind, const char *value);
/* The CPUs that a list or a mask names; false: it is neither, or says something else. */
bool kind_cpus(struct arena *arena, enum kind kind, const char *value, struct cpuset *ret);
/* "CPUs 0-3", of a list in whatever form it is to be shown. */
const char *kind_cpu_words(struct arena *arena, const struct cpuset *cpus, const char *list);

/* Both canonical. */
bool kind_equal(enum kind kind, const char *a, const char *b);

/*
 * Applies the wish's rule to setting->have (canonical). offered: empty when unknown. Fills
 * setting->want. *ret_same: have already satisfies the rule. -EINVAL: an operand is not of the
 * kind; -ENOENT: nothing that is wanted is offered. setting->note says why on failure.
 */
_must_check_ int kind_resolve(struct arena *arena, struct setting *setting, const names *offered,
			      bool *ret_same);

#endif
