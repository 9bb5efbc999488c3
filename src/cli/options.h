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
	COMMAND_PROVE,
	COMMAND_RUN,
	COMMAND_GATE,
	COMMAND_PROFILE,
	COMMAND_EXPLAIN,
	COMMAND_RECORD,
	COMMAND_UNPACK,
	COMMAND_COMPARE,
	COMMAND_STATUS,
	COMMAND_HISTORY,
	COMMAND_SERVE,
	COMMAND_WATCH,
	COMMAND_COUNT,
};

/* compare takes a fleet's reports. */
enum { OPTIONS_ARGUMENTS_MOST = 1000 };

/* watch looks at least once a day. */
#define OPTIONS_INTERVAL_MOST_US UINT64_C(86400000000)

/* Of the envelope: --limit unless it is given, and at most; --runtime of a step at most, and how
 * many limits long it is at least (see probe/search.h). */
#define OPTIONS_LIMIT_US      UINT64_C(10000)
#define OPTIONS_LIMIT_MOST_US UINT64_C(500000)
#define OPTIONS_STEP_MOST_US  UINT64_C(10000000)
#define OPTIONS_STEP_LIMITS   35

/* Of prove: the change that it looks for, and the time that it takes, at most. */
#define OPTIONS_EFFECT_MOST  100
#define OPTIONS_TIME_MOST_US UINT64_C(86400000000)

/* One report of the call: it is made once, and written in each format that is asked for. */
struct options_form {
	const char *format;
	const char *output; /* a file; NULL: output_fd */
	int output_fd;
};
typedef VEC(struct options_form) form_list;

struct options {
	bool has_command; /* false only with help or version */
	enum command command;
	bool help, version;
	const char *arguments[OPTIONS_ARGUMENTS_MOST + 1]; /* after the command; NULL after them */

	const char *profile, *root, *data_dir, *redpanda_config, *kubelet_dir, *netns;
	/* At least one, each format and each target once. */
	form_list forms;
	const char *owner; /* NULL: restore and history, of everything */
	const char *since, *until, *expect;
	names nics, disks, only, skip, jobs;
	uint64_t broker_cpus, broker_memory_bytes, lock_wait_us;
	const char *engine, *file, *io_config, *mountpoint, *color;
	const char *publish, *nfd, *listen;
	names host_names;
	uint64_t runtime_us, size_bytes, interval_us;
	uint64_t time_us, effect_percent; /* of a proof; 0: the default */
	bool repair, resume;
	bool quick, full, buffered, verify, exit_code;
	const char *cpus; /* of --cpus, well-formed; NULL: those that compute */
	bool cpu, in_turn, envelope, numa;
	uint64_t limit_us; /* of latency in the envelope; 0: the default */
	bool pin, allow_fewer_shards, strict, dry_run, force, quiet, verbose, no_color, no_defaults;
	names used;          /* options in effect, "--strict", "--only sysctl", the file's too */
	names defaults;      /* options that OWN_DEFAULTS has added, as they are written there */
	const char *warning; /* why OWN_DEFAULTS was ignored; NULL: it was not */
};

/* Whether all that belongs to a full probe is measured: --jobs, --file and --buffered ask for a
 * part.
 */
static inline bool options_is_whole(const struct options *options)
{
	return options->full && !options->jobs.count && !options->file && !options->buffered;
}
/* A length of jobs that was asked for may be none for the steps of an envelope. */
static inline bool options_has_envelope(const struct options *options)
{
	return options->envelope || (options_is_whole(options) && !options->runtime_us);
}
static inline bool options_has_distance(const struct options *options)
{
	return options->numa || options_is_whole(options);
}

/* The text of OWN_DEFAULTS, or NULL where there is none. */
typedef int options_reader(struct arena *arena, const char **ret, struct err *err);
int options_read_defaults(struct arena *arena, const char **ret, struct err *err);

/* Fails with a negative errno and a sentence for the user; then of *ret only the command counts.
 * Commands that look at the node get the options of OWN_DEFAULTS as well, unless the command line
 * has them. Where that file is not root's or has a mistake, only `gate` goes on, with a warning. */
_must_check_ int options_parse(struct arena *arena, int argc, char **argv,
			       options_reader *read_defaults, struct options *ret, struct err *err);

/* The open descriptor that a file's name means: "-", /dev/stdout, /dev/stderr, /dev/fd/N. -1: it is
 * the name of a file, or NULL. */
int options_descriptor(const char *name);

/* NULL: it is not asked for. */
const struct options_form *options_form(const struct options *options, const char *format);

/* has_command: help for that command, else the overview with the exit codes. <= 80 columns. */
char *options_help(struct arena *arena, bool has_command, enum command command);

const char *options_command_name(enum command command);

#endif
