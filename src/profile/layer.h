/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One profile file, checked against the schema but not merged yet: what it states, what each of its
 * overlays states, and what it extends.
 */
#ifndef PROFILE_LAYER_H
#define PROFILE_LAYER_H

#include "profile/value.h"
#include "profile/when.h"

struct statement {
	const struct schema_key *row;
	const char *key; /* differs from row->key for "*"; a sysctl's has dots between its parts */
	unsigned line;   /* of the key */
	struct stated stated;
};

typedef VEC(struct statement) statements;

struct overlay {
	struct when when;
	unsigned line;
	statements states;
};

struct layer {
	const char *name, *summary; /* summary: NULL: none */
	const struct node *extends; /* NULL: it extends nothing */
	bool has_gate;
	enum gate_mode gate;
	statements states;
	VEC(struct overlay) overlays;
};

_must_check_ int layer_read(struct arena *arena, const struct node *root, struct layer *ret,
			    struct err *err);

/* Whether it is a valid name: letters, digits, ".", "_", "-", first a letter or digit, at most 64.
 */
bool layer_is_name(const char *text);

#endif
