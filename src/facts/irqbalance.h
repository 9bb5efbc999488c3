/* SPDX-License-Identifier: Apache-2.0 */
/*
 * irqbalance as its configuration and its run files show it: where its arguments are set, what they
 * are, and which interrupts they already keep it from moving.
 */
#ifndef FACTS_IRQBALANCE_H
#define FACTS_IRQBALANCE_H

#include "facts/facts.h"

/* The block of ours in its file; everything between the two lines goes when it is replaced. */
#define IRQBALANCE_BEGIN "# BEGIN thintune: made by thintune apply, undone by thintune restore"
#define IRQBALANCE_END   "# END thintune"

/* Interrupts of all --banirq=N, --banirq N, -i N and -iN in arguments; ascending, each once. */
number_list irqbalance_banned(struct arena *arena, const char *arguments);

/* The value that the last line KEY=VALUE of a configuration has, quotes removed; NULL: none. */
const char *irqbalance_value(struct arena *arena, const char *content, const char *key);

/* What the irqbalance of this root leaves alone if the configuration file `path` has this content:
 * by the command line of its unit, else by the variable that the file speaks of. */
number_list irqbalance_bans_in(struct root *root, struct arena *arena, const char *path,
			       const char *content);

/* Names of its sockets in IRQBALANCE_DIR: a killed irqbalance leaves its socket there. */
names irqbalance_sockets(struct root *root, struct arena *arena);

#endif
