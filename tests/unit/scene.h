/* SPDX-License-Identifier: Apache-2.0 */
/* A node and a profile made by hand, for tests of tuners: nothing is known but what a test says. */
#ifndef SCENE_H
#define SCENE_H

#include "tuners/tuners.h"

struct scene {
	struct arena *arena;
	struct facts facts;
	struct profile profile;
	struct plan_request request;
	struct plan plan; /* of the last scene_run() */
};

struct scene *scene_new(void);
void scene_freep(struct scene **scene);
#define _cleanup_scene_ __attribute__((cleanup(scene_freep)))

void scene_cpus(struct scene *scene, unsigned count);
/* Operands separated by bars, "" for none. Valid until the next call. */
struct profile_entry *scene_want(struct scene *scene, const char *section, const char *key,
				 enum rule rule, const char *operands);
/* Forgets what the profile wants. */
void scene_clear(struct scene *scene);
names scene_words(struct scene *scene, const char *words);

/* What the tuner adds to an empty plan. Fails when it changed the facts. */
void scene_run(struct scene *scene, void (*tuner)(const struct tuning *tuning));

/* One line a setting: "vm.swappiness text exact 1". */
const char *scene_settings(struct scene *scene);
/* Fails when there is none. */
const struct setting *scene_setting(struct scene *scene, const char *name);
/* "pass tmpfs": state and what was found, "-" for nothing; "none" when there is no such check. */
const char *scene_check(struct scene *scene, const char *id);
/* Fails when there is none. */
const struct check *scene_find_check(struct scene *scene, const char *id);
/* Runs the checks; fails when there are others. */
const char *scene_only_check(struct scene *scene, const char *id);
/* What a check says, "" for nothing. */
const char *scene_note(struct scene *scene, const char *id);

#endif
