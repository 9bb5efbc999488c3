/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile with all that it inherits as one text, whose values no longer change with those that it
 * extends. It means the same on every node: overlays stay overlays.
 */
#ifndef PROFILE_PIN_H
#define PROFILE_PIN_H

#include "profile/layer.h"

typedef VEC(const struct layer *) pin_layers;

/* layers: the extended one first. merged: what they make without a node; its name, summary, gate
 * and waivers are taken from there. -ENOTSUP with a sentence: one text cannot say what they say. */
_must_check_ int pin_text(struct arena *arena, const pin_layers *layers,
			  const struct profile *merged, char **ret, struct err *err);

#endif
