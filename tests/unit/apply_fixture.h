/* SPDX-License-Identifier: Apache-2.0 */
/* Apply and restore against the kernel in memory: a node, a process with every right, and a plan.
 */
#ifndef APPLY_FIXTURE_H
#define APPLY_FIXTURE_H

#include "apply/apply.h"
#include "apply/look.h"
#include "apply/restore.h"

#define SWAPPINESS "/proc/sys/vm/swappiness"

extern struct arena *arena;
extern struct live live;
extern struct restore_result restored; /* by the last restore_now() */

/* Around each test: tcase_add_checked_fixture. */
void set_up(void);
void tear_down(void);

struct setting *want(struct plan *into, const char *name, enum kind kind, const char *path,
		     enum rule rule, const char *value);
/* The plan a profile would give, with every trap in it. */
struct plan make_plan(void);

/* Looks at the node and applies its values. */
struct apply_result apply_now(struct plan *what);
/* A plan of one owner, and what it and others hold, as build_plan() adds what its tuners do not
 * want; apply_now() with both. */
struct plan plan_of_owner(const char *owner);
void add_holdings(struct plan *plan);
struct apply_result apply_with_claims(struct plan *plan);
/* The whole plan of a profile, and then one that wants of it only what stands in the way: a write
 * of the scheduler resets what is still wanted. */
void apply_first(void);
struct plan second_plan(void);
int restore_now(bool force, struct plan *ret, struct err *err);

/* A process that dies frees nothing: the simulated deaths leak what a real one would not. */
void expect_leaks(void);

void assert_all(const struct plan *what, enum state state);

#endif
