/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags with which `rpk redpanda start` starts Redpanda, from rpk.additional_start_flags in
 * redpanda.yaml: --x=v or --x v, in one item or two, several in one item, quoted or not; also
 * Seastar's short options, -c for --smp and -m for --memory. As in rpk,
 * a flag begins with any number of dashes, a value never does, and of repeated flags the last
 * counts.
 *
 * Why not getopt_long: it refuses unknown flags, permutes its arguments, and does not split items.
 */
#ifndef PROFILE_START_FLAGS_H
#define PROFILE_START_FLAGS_H

#include <stdbool.h>

#include "base/arena.h"

/* Only flags that decide how many CPUs, how much memory and how many requests Redpanda takes, how
 * busy its reactors are, and what it knows of its disk. */
struct start_flag {
	const char *name;  /* "--cpuset", or "rpk.smp": a key of its own */
	const char *value; /* printable ASCII without quotes; "": none */
	unsigned line;     /* of the file, where the flag is */
};

typedef VEC(struct start_flag) start_flags;

/* Keys of rpk's own that come to the same. */
#define RPK_SMP             "rpk.smp"
#define RPK_OVERPROVISIONED "rpk.overprovisioned"
#define RPK_WELL_KNOWN_IO   "rpk.well_known_io"

/* Those that are kept. */
names start_flag_names(struct arena *arena);

/* Adds the flags of items, a text and its line each. */
struct start_item {
	const char *text;
	unsigned line;
};
typedef VEC(struct start_item) start_items;
void start_flags_add(struct arena *arena, start_flags *flags, const start_items *items);
/* Adds one of the keys above. For rpk, 0, false and nothing mean that it is not given. */
void start_flags_add_key(struct arena *arena, start_flags *flags, const char *name,
			 const char *value, unsigned line);
/* The key without "rpk."; NULL: it is a flag. */
const char *start_flag_key(const struct start_flag *flag);

/* NULL: not given. */
const struct start_flag *start_flag_find(const start_flags *flags, const char *name);

/* For a sentence: "--cpuset 0-3", "rpk.smp: 4". */
const char *start_flag_text(struct arena *arena, const struct start_flag *flag);
/* An item of rpk.additional_start_flags that reads back as the flag. */
const char *start_flag_item(struct arena *arena, const struct start_flag *flag);

#endif
