/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads from redpanda.yaml what matters for tuning: the data directory, the addresses it listens
 * on, which of rpk's tuners are switched on and off, and the CPUs and memory with which rpk starts
 * Redpanda. Other keys are ignored. A file that is not YAML, or has a wrong type in one of
 * these places, is -EINVAL with file:line:column.
 */
#ifndef PROFILE_REDPANDA_H
#define PROFILE_REDPANDA_H

#include "base/arena.h"
#include "base/err.h"
#include "profile/start_flags.h"

struct redpanda_key {
	const char *key; /* "tune_swappiness", without its section; NULL: it is not there */
	unsigned line;
};
typedef VEC(struct redpanda_key) redpanda_keys;

struct redpanda_config {
	const char *path;           /* as given; NULL: there is no such file */
	const char *data_directory; /* NULL: not given */
	unsigned data_directory_line;
	names addresses;       /* of redpanda.rpc_server, redpanda.kafka_api[], redpanda.admin[] */
	redpanda_keys off, on; /* rpk.tune_*: false, true */
	redpanda_keys forbidden;            /* rpk.allow_*: false */
	struct redpanda_key developer_mode; /* redpanda.developer_mode: true */
	start_flags flags;
};

_must_check_ int redpanda_parse(struct arena *arena, const char *path, const char *text,
				size_t length, struct redpanda_config *ret, struct err *err);

/*
 * Why a key rpk.tune_* that is not there means false; NULL: it means nothing. rpk drops each false
 * when it writes the file (src/go/rpk/pkg/config, "omitempty"), and `rpk redpanda mode development`
 * drops all. So one true, or developer mode, says that rpk has written it.
 */
const struct redpanda_key *redpanda_absent_is_off(const struct redpanda_config *config);
/* A sentence: why rpk's tuner of this key is switched off; NULL: it is not. */
const char *redpanda_switched_off(struct arena *arena, const struct redpanda_config *config,
				  const char *key);
/*
 * The line with this explicit false; 0: none. Unlike tune_*, these keys keep a false when rpk
 * writes them. rpk then does not choose dedicated CPUs for interrupts by itself
 * (allow_dedicated_interrupt_mode; src/go/rpk/pkg/tuners/network/nics.go, GetDefaultMode), or
 * switches RPS and RFS off (allow_rps_rfs_tuner; GetRpsCPUMask).
 */
unsigned redpanda_forbids(const struct redpanda_config *config, const char *key);
#define REDPANDA_ALLOW_STEERING  "allow_rps_rfs_tuner"
#define REDPANDA_ALLOW_DEDICATED "allow_dedicated_interrupt_mode"
/* "rpk.tune_network", "redpanda.developer_mode" */
const char *redpanda_key_name(struct arena *arena, const struct redpanda_key *key);

/* A redpanda.yaml with only the data directory, what switches tuners and the flags, on the same
 * lines: for records, which must not contain anything else of that file. */
char *redpanda_reduced(struct arena *arena, const struct redpanda_config *config);

#endif
