/* SPDX-License-Identifier: Apache-2.0 */
/* The commands and options of one call: what they are, and how they are read. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum command {
	COMMAND_FACTS,
	COMMAND_AUDIT,
	COMMAND_APPLY,
	COMMAND_RESTORE,
	COMMAND_PROBE,
	COMMAND_RUN,
	COMMAND_GATE,
	COMMAND_PROFILE,
	COMMAND_EXPLAIN,
	COMMAND_RECORD,
	COMMAND_COUNT,
};

/* A setting's name may have blanks: "nvme0n1 queue 3". */
enum { OPTIONS_ARGUMENTS_MOST = 4 };

struct options {
	bool has_command; /* false only with help or version */
	enum command command;
	bool help, version;
	const char *arguments[OPTIONS_ARGUMENTS_MOST]; /* after the command; NULL: not given */

	const char *profile, *root, *data_dir, *redpanda_config, *kubelet_dir, *netns, *format,
	    *output;       /* a file; NULL: output_fd */
	int output_fd;     /* where the report, or the record, goes */
	const char *owner; /* NULL: restore, of everything */
	names nics, disks, only, skip, jobs;
	uint64_t broker_cpus, broker_memory_bytes, lock_wait_us;
	const char *engine, *file, *io_config, *mountpoint;
	uint64_t runtime_us, size_bytes;
	bool quick, full, buffered, verify;
	bool allow_fewer_shards, strict, dry_run, force, quiet, verbose, no_color, no_defaults;
	names defaults;      /* options that OWN_DEFAULTS has added, as they are written there */
	const char *warning; /* why OWN_DEFAULTS was ignored; NULL: it was not */
};

/* The text of OWN_DEFAULTS, or NULL where there is none. */
typedef int options_reader(struct arena *arena, const char **ret, struct err *err);
int options_read_defaults(struct arena *arena, const char **ret, struct err *err);

/* Fails with a negative errno and a sentence for the user. Commands that look at the node get the
 * options of OWN_DEFAULTS as well, unless the command line has them. Where that file is not root's
 * or has a mistake, only `gate` goes on, with a warning. */
_must_check_ int options_parse(struct arena *arena, int argc, char **argv,
			       options_reader *read_defaults, struct options *ret, struct err *err);

/* The open descriptor that a file's name means: "-", /dev/stdout, /dev/stderr, /dev/fd/N. -1: it is
 * the name of a file, or NULL. */
int options_descriptor(const char *name);

/* has_command: help for that command, else the overview with the exit codes. <= 80 columns. */
char *options_help(struct arena *arena, bool has_command, enum command command);

const char *options_command_name(enum command command);

#endif
