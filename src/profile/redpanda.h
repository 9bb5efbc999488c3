/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an existing redpanda.yaml says about tuning: where the data lies, what it listens on, which
 * rpk tuners are switched off by an explicit false, and with which CPUs and memory rpk starts
 * Redpanda. Unknown keys are not our business; a file that is no YAML, or has a wrong type where we
 * look, is -EINVAL with file:line:column.
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
	const char *data_directory; /* NULL: not said */
	unsigned data_directory_line;
	names addresses; /* of redpanda.rpc_server, redpanda.kafka_api[], redpanda.admin[] */
	VEC(struct redpanda_off) off;
	start_flags flags;
};

_must_check_ int redpanda_parse(struct arena *arena, const char *path, const char *text,
				size_t length, struct redpanda_config *ret, struct err *err);

/* The data directory, what is switched off and the flags, at the same line numbers: for records,
 * which must not carry anything else of that file. */
char *redpanda_reduced(struct arena *arena, const struct redpanda_config *config);

#endif
