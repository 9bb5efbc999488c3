/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads from redpanda.yaml what matters for tuning: the data directory, the addresses it listens
 * on, the rpk tuners that an explicit false switches off, and the CPUs and memory with which rpk
 * starts Redpanda. Other keys are ignored. A file that is not YAML, or has a wrong type in one of
 * these places, is -EINVAL with file:line:column.
 */
#ifndef PROFILE_REDPANDA_H
#define PROFILE_REDPANDA_H

#include "base/arena.h"
#include "base/err.h"
#include "profile/start_flags.h"

struct redpanda_off {
	const char *key; /* "tune_swappiness" */
	unsigned line;
};

struct redpanda_config {
	const char *path;           /* as given; NULL: there is no such file */
	const char *data_directory; /* NULL: not given */
	unsigned data_directory_line;
	names addresses; /* of redpanda.rpc_server, redpanda.kafka_api[], redpanda.admin[] */
	VEC(struct redpanda_off) off;
	start_flags flags;
};

_must_check_ int redpanda_parse(struct arena *arena, const char *path, const char *text,
				size_t length, struct redpanda_config *ret, struct err *err);

/* A redpanda.yaml with only the data directory, the switched-off tuners and the flags, on the same
 * lines: for records, which must not contain anything else of that file. */
char *redpanda_reduced(struct arena *arena, const struct redpanda_config *config);

#endif
