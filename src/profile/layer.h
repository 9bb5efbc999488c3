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
	const struct node *named;   /* where its name is */
	const struct node *extends; /* NULL: it extends nothing */
	bool has_gate;
	enum gate_mode gate;
	unsigned gate_line;
	statements states;
	VEC(struct overlay) overlays;
	waiver_list waivers;  /* source is not filled */
	lowered_list lowered; /* of a pinned profile; now is not filled */
};

/* Every mistake of a profile instead of the first one; so many are enough. */
enum { layer_most_mistakes = 100 };

/* True: the mistake in err is kept, and the caller goes on. mistakes: NULL: it must not. */
static inline bool layer_goes_on(struct arena *arena, const struct err *err, mistake_list *mistakes)
{
	if (!mistakes || mistakes->count == layer_most_mistakes)
		return false;
	vec_push(arena, mistakes,
		 ((struct mistake){.text = arena_strdup(arena, err->text),
				   .line = arena_strdup(arena, err->line),
				   .mark = arena_strdup(arena, err->mark)}));
	return true;
}

/* With mistakes all of them are kept there; *ret has what was good. */
_must_check_ int layer_read(struct arena *arena, const struct node *root, mistake_list *mistakes,
			    struct layer *ret, struct err *err);

/* Whether it is a valid name: letters, digits, ".", "_", "-", first a letter or digit, at most 64.
 */
bool layer_is_name(const char *text);

#endif
