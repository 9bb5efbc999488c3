/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of CPUs by the kernel's numbers, from and to the kernel's two text forms: the list "0-3,8"
 * and the mask "ff,00000000" (groups of 32 bits, highest first). Numbers go up to CPUSET_MAX; an
 * empty text is the empty set.
 *
 * Why not hwloc_bitmap: its parsers also accept "3-", "5-3" and "1-2x", its sets come from malloc,
 * and only facts/topology.c may link hwloc. Why not libnuma's bitmask: its parsers accept only CPUs
 * of the machine they run on.
 */
#ifndef BASE_CPUSET_H
#define BASE_CPUSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define CPUSET_MAX 65536

struct cpuset {
	uint64_t *words;
	size_t count; /* of words */
};

void cpuset_add(struct arena *arena, struct cpuset *set, unsigned cpu);
bool cpuset_has(const struct cpuset *set, unsigned cpu);
unsigned cpuset_weight(const struct cpuset *set);
bool cpuset_equal(const struct cpuset *a, const struct cpuset *b);
bool cpuset_subset(const struct cpuset *inner, const struct cpuset *outer);
struct cpuset cpuset_or(struct arena *arena, const struct cpuset *a, const struct cpuset *b);
struct cpuset cpuset_and(struct arena *arena, const struct cpuset *a, const struct cpuset *b);
struct cpuset cpuset_minus(struct arena *arena, const struct cpuset *a, const struct cpuset *b);

/* First member >= from, or -1. */
int cpuset_next(const struct cpuset *set, unsigned from);
#define cpuset_for_each(cpu, set)                                                                  \
	for (int cpu = cpuset_next((set), 0); cpu >= 0; cpu = cpuset_next((set), (unsigned)cpu + 1))

/* -EINVAL on anything that is not the form, -ERANGE beyond CPUSET_MAX. */
int cpuset_parse_list(struct arena *arena, const char *text, struct cpuset *ret);
int cpuset_parse_mask(struct arena *arena, const char *text, struct cpuset *ret);
char *cpuset_list(struct arena *arena, const struct cpuset *set);
char *cpuset_mask(struct arena *arena, const struct cpuset *set);

#endif
