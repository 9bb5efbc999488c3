/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes out of a record what identifies a node. First everything is shown to scrub_learn(), then
 * scrub_text() gives the replacement. What already is a replacement stays, so a record of an
 * unpacked record is the same text.
 */
#ifndef FACTS_RECORD_SCRUB_H
#define FACTS_RECORD_SCRUB_H

#include "base/arena.h"

struct scrub;
struct scrub *scrub_new(struct arena *arena);
/* The host's own name; NULL and "(none)" are ignored. */
void scrub_learn_host(struct scrub *scrub, const char *name);
/* path: where the text was read, NULL: a path, name or link itself. */
void scrub_learn(struct scrub *scrub, const char *path, const char *text);
const char *scrub_text(struct scrub *scrub, const char *path, const char *text);

#endif
