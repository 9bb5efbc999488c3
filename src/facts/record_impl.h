/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the recorder share. Nobody else includes this. */
#ifndef FACTS_RECORD_IMPL_H
#define FACTS_RECORD_IMPL_H

#include "facts/record.h"

/* record_more.c: reads what facts and plan may not have read. */
void record_more(struct root *root, struct arena *arena);

/*
 * record_scrub.c: first everything is shown to scrub_learn, then scrub_text gives the replacement.
 * What already is a replacement stays, so a record of an unpacked record is the same text.
 */
struct scrub;
struct scrub *scrub_new(struct arena *arena);
/* The host's own name; NULL and "(none)" are ignored. */
void scrub_learn_host(struct scrub *scrub, const char *name);
/* path: where the text was read, NULL: a path, name or link itself. */
void scrub_learn(struct scrub *scrub, const char *path, const char *text);
const char *scrub_text(struct scrub *scrub, const char *path, const char *text);

/* record_path.c: paths without links in them. */
struct link {
	const char *path, *target;
};
struct resolver {
	struct root *root;
	struct arena *arena;
	VEC(struct link) links; /* met on the way, possibly more than once */
	names asked, resolved;  /* of the path before: components, and what they resolved to */
};
/* The last component is resolved only with follow. */
const char *resolver_path(struct resolver *resolver, const char *path, bool follow);

#endif
