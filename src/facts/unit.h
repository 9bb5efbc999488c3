/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service as systemd puts it together (systemd.unit(5)): its file from the first directory that
 * has one, then the drop-ins of all directories in the order of their names, those for all services
 * included. Kept is section [Service].
 */
#ifndef FACTS_UNIT_H
#define FACTS_UNIT_H

#include "facts/facts.h"

struct unit_line {
	const char *key, *value; /* "ExecStart", "" */
};

struct unit {
	const char *path; /* NULL: there is no such file */
	bool is_masked;   /* it is empty or a link to /dev/null, and systemd starts no such unit */
	VEC(struct unit_line) lines;
};

/* name: "irqbalance.service". */
struct unit unit_read(struct root *root, struct arena *arena, const char *name);

/* Values of a key that may be given several times; an empty one takes the earlier ones back. */
names unit_values(struct arena *arena, const struct unit *unit, const char *key);
/* The value of a key that counts once: the last; NULL: none, or taken back. */
const char *unit_value(const struct unit *unit, const char *key);

/* Words of a command line, their quotes removed. */
names unit_words(struct arena *arena, const char *value);

#endif
