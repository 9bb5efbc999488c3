/* SPDX-License-Identifier: Apache-2.0 */
/* Apply and restore against the kernel in memory: a node, a process with every right, and a plan.
 */
#ifndef APPLY_FIXTURE_H
#define APPLY_FIXTURE_H

#include "apply/apply.h"
#include "apply/look.h"
#include "apply/restore.h"

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
int restore_now(bool force, struct plan *ret, struct err *err);

/* A process that dies frees nothing: the simulated deaths leak what a real one would not. */
void expect_leaks(void);

void assert_all(const struct plan *what, enum state state);

#endif
