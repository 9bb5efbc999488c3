/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and options as tables, and their parser. Not getopt_long: it prints by itself, accepts
 * abbreviations and keeps its place in global variables, while here the default options of a file
 * go through the same parser, and --help is made from the same rows. */
#include <errno.h>
#include <stddef.h>

#include "apply/owner.h"
#include "base/text.h"
#include "cli/options_impl.h"
#include "sys/own.h"

#define ALL     (BIT(COMMAND_COUNT) - 1)
#define PLANS   (BIT(COMMAND_AUDIT) | BIT(COMMAND_APPLY) | BIT(COMMAND_RUN))
#define PROBE   BIT(COMMAND_PROBE)
#define NODE    (PLANS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD) | BIT(COMMAND_PROFILE))
#define WRITES  (BIT(COMMAND_APPLY) | BIT(COMMAND_RESTORE) | BIT(COMMAND_RUN))
#define OWNED   (PLANS | BIT(COMMAND_GATE))
#define REPORTS (PLANS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RESTORE))

const struct command_row command_rows[COMMAND_COUNT] = {
    [COMMAND_FACTS] = {.name = "facts",
		       .arguments = "",
		       .formats = "text json",
		       .help = "what this node is: CPUs, disks, NICs, cloud, rights"},
    [COMMAND_AUDIT] = {.name = "audit",
		       .arguments = "",
		       .formats = "text json sh k8s systemd prometheus",
		       .help = "compare the node with the profile; changes nothing"},
    [COMMAND_APPLY] = {.name = "apply",
		       .arguments = "",
		       .formats = "text json",
		       .help = "audit, write what differs, read every write back"},
    [COMMAND_RESTORE] = {.name = "restore",
			 .arguments = "",
			 .formats = "text json",
			 .help = "undo from the journal"},
    [COMMAND_PROBE] = {.name = "probe",
		       .arguments = "",
		       .formats = "text json",
		       .help = "prove direct I/O and measure the disk below the data directory"},
    [COMMAND_RUN] = {.name = "run",
		     .arguments = "",
		     .formats = "text json nfd",
		     .help = "apply, verify, probe, report, verdict: for systemd and init "
			     "containers"},
    [COMMAND_GATE] = {.name = "gate",
		      .arguments = "",
		      .formats = "",
		      .help = "exit code of the last run's verdict"},
    [COMMAND_PROFILE] = {.name = "profile",
			 .arguments = "list | show [NAME|FILE] | check FILE | schema",
			 .most = 2,
			 .formats = "",
			 .help = "work with profiles"},
    [COMMAND_EXPLAIN] = {.name = "explain",
			 .arguments = "[TUNER]",
			 .most = 1,
			 .formats = "text markdown",
			 .help = "what a tuner does, why, and how to undo it by hand"},
    [COMMAND_RECORD] = {.name = "record",
			.arguments = "FILE",
			.most = 1,
			.formats = "",
			.help = "save what an audit reads here as one text file"},
};

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
    {.name = "profile",
     .argument = "NAME|FILE",
     .take = TAKE_TEXT,
     .offset = AT(profile),
     .commands = PLANS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD),
     .help = "what the node should be (default thin-ledger)"},
    {.name = "root",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(root),
     .commands = ALL & ~BIT(COMMAND_EXPLAIN),
     .help = "the node: /, a pod's /host, or an unpacked record (default /)"},
    {.name = "no-defaults",
     .take = TAKE_FLAG,
     .offset = AT(no_defaults),
     .commands = (NODE & ~BIT(COMMAND_PROFILE)) | BIT(COMMAND_RESTORE) | BIT(COMMAND_GATE),
     .help = "without THINTUNE_OPTIONS of " OWN_DEFAULTS},
    {.name = "data-dir",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(data_dir),
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "Redpanda's data, in this mount namespace (default: redpanda.yaml's, else "
	     "/var/lib/redpanda/data)"},
    {.name = "redpanda-config",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(redpanda_config),
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "default /etc/redpanda/redpanda.yaml when it exists"},
    {.name = "disk",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(disks),
     .commands = NODE,
     .help = "also this disk; may be given several times"},
    {.name = "nic",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(nics),
     .commands = NODE,
     .help =
	 "network card that serves Redpanda, several times (default: by redpanda.yaml, else all)"},
    {.name = "netns",
     .argument = "broker|host",
     .take = TAKE_TEXT,
     .offset = AT(netns),
     .commands = PLANS | BIT(COMMAND_RECORD),
     .help = "whose network namespace this is (default: found out)"},
    {.name = "broker-cpus",
     .argument = "N",
     .take = TAKE_NUMBER,
     .offset = AT(broker_cpus),
     .commands = PLANS | PROBE,
     .help = "CPUs that the broker gets, from the downward API in a pod"},
    {.name = "broker-memory",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(broker_memory_bytes),
     .commands = PLANS | PROBE,
     .help = "memory that the broker gets, bytes or 64GiB"},
    {.name = "only",
     .argument = "TUNER,...",
     .take = TAKE_LIST,
     .offset = AT(only),
     .commands = PLANS | BIT(COMMAND_RECORD),
     .help = "only these tuners"},
    {.name = "skip",
     .argument = "TUNER,...",
     .take = TAKE_LIST,
     .offset = AT(skip),
     .commands = PLANS | BIT(COMMAND_RECORD),
     .help = "all but these tuners"},
    {.name = "allow-fewer-shards",
     .take = TAKE_FLAG,
     .offset = AT(allow_fewer_shards),
     .commands = PLANS,
     .help = "take CPUs for interrupts although the data was written with more shards"},
    {.name = "strict",
     .take = TAKE_FLAG,
     .offset = AT(strict),
     .commands = PLANS,
     .help = "advised settings and checks count like required ones"},
    {.name = "force",
     .take = TAKE_FLAG,
     .offset = AT(force),
     .commands = BIT(COMMAND_RESTORE) | PROBE,
     .help = "restore: also overwrite values that someone else has set since; probe: also in a "
	     "directory that a broker uses, where direct I/O is refuted, or over an "
	     "io-config.yaml that is there"},
    {.name = "quick",
     .take = TAKE_FLAG,
     .offset = AT(quick),
     .commands = PROBE,
     .help = "within 10 s, as `run` does it (without: 30 s)"},
    {.name = "full",
     .take = TAKE_FLAG,
     .offset = AT(full),
     .commands = PROBE,
     .help = "2 minutes, in place of iotune"},
    {.name = "jobs",
     .argument = "JOB,...",
     .take = TAKE_LIST,
     .offset = AT(jobs),
     .commands = PROBE,
     .help = "only these: read, write, randread or randwrite, each with block and depth "
	     "(randread-4k-qd32); append-16k; mixed"},
    {.name = "runtime",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(runtime_us),
     .commands = PROBE,
     .help = "for each job, exactly; the 10, 30 or 120 s then grow with it"},
    {.name = "size",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(size_bytes),
     .commands = PROBE,
     .help = "of the scratch file (default: 5 % of the free space, at most 1GiB, 2GiB, 4GiB)"},
    {.name = "file",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(file),
     .commands = PROBE,
     .help = "read this file instead; nothing is written"},
    {.name = "engine",
     .argument = "ENGINE",
     .take = TAKE_TEXT,
     .offset = AT(engine),
     .commands = PROBE,
     .help = "io_uring, io_uring-plain, linux-aio or threads (default: the first that works)"},
    {.name = "io-config",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(io_config),
     .commands = PROBE,
     .help = "write Redpanda's io-config.yaml from settled figures"},
    {.name = "mountpoint",
     .argument = "PATH",
     .take = TAKE_TEXT,
     .offset = AT(mountpoint),
     .commands = PROBE,
     .help = "the data directory as Redpanda sees it (default: as it is here)"},
    {.name = "buffered",
     .take = TAKE_FLAG,
     .offset = AT(buffered),
     .commands = PROBE,
     .help = "through the page cache: tells of this program, not of the disk"},
    {.name = "verify",
     .take = TAKE_FLAG,
     .offset = AT(verify),
     .commands = PROBE,
     .help = "check every block that is read against what was written"},
    {.name = "owner",
     .argument = "NAME",
     .take = TAKE_TEXT,
     .offset = AT(owner),
     .commands = OWNED,
     .help = "on whose behalf, where several thintunes work on one node (default host)"},
    {.name = "lock-wait",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(lock_wait_us),
     .commands = WRITES | PROBE,
     .help = "how long to wait for another thintune (default 10s)"},
    {.name = "format",
     .argument = "FORMAT",
     .take = TAKE_TEXT,
     .offset = AT(format),
     .commands = REPORTS | BIT(COMMAND_EXPLAIN),
     .help = "text, json; audit also sh, k8s, prometheus; run also nfd; explain also markdown"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(output),
     .commands = REPORTS,
     .help = "write the report to FILE, complete or not at all; - is standard output"},
    {.name = "quiet",
     .letter = 'q',
     .take = TAKE_FLAG,
     .offset = AT(quiet),
     .commands = ALL,
     .help = "only the verdict"},
    {.name = "verbose",
     .letter = 'v',
     .take = TAKE_FLAG,
     .offset = AT(verbose),
     .commands = ALL,
     .help = "also what is right already, and every reason"},
    {.name = "no-color",
     .take = TAKE_FLAG,
     .offset = AT(no_color),
     .commands = ALL,
     .help = "no colours, as with NO_COLOR set"},
    {.name = "help",
     .letter = 'h',
     .take = TAKE_FLAG,
     .offset = AT(help),
     .commands = ALL,
     .help = "this text"},
    {.name = "version",
     .take = TAKE_FLAG,
     .offset = AT(version),
     .commands = ALL,
     .help = "the version"},
};

#define ROW_COUNT (sizeof(option_rows) / sizeof(option_rows[0]))
const size_t option_count = ROW_COUNT;

const char *command_name(enum command command)
{
	return command_rows[command].name;
}

static const struct option_row *find_row(const char *name, size_t length, char letter)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (letter ? option_rows[i].letter == letter
			   : strlen(option_rows[i].name) == length &&
				 strncmp(option_rows[i].name, name, length) == 0)
			return &option_rows[i];
	}
	return NULL;
}

const struct option_row *options_row(const char *name)
{
	return find_row(name, strlen(name), 0);
}

static int store(struct arena *arena, const struct option_row *row, const char *value,
		 struct options *options, struct err *err)
{
	char *field = (char *)options + row->offset;
	names parts;
	int r = 0;

	if (value && !*value)
		return err_set(err, -EINVAL, "option --%s: the value is empty", row->name);
	switch (row->take) {
	case TAKE_FLAG:
		*(bool *)field = true;
		return 0;
	case TAKE_TEXT:
		*(const char **)field = value;
		return 0;
	case TAKE_LIST:
		parts = text_split(arena, value, ',');
		vec_for_each (part, &parts) {
			if (!**part)
				return err_set(err, -EINVAL, "option --%s: '%s' has an empty name",
					       row->name, value);
			vec_push(arena, (names *)(void *)field, *part);
		}
		return 0;
	case TAKE_NUMBER:
		r = text_u64(value, (uint64_t *)(void *)field);
		break;
	case TAKE_SIZE:
		r = text_size(value, (uint64_t *)(void *)field);
		break;
	case TAKE_DURATION:
		r = text_duration(value, (uint64_t *)(void *)field);
		break;
	}
	if (r < 0)
		return err_set(err, r, "option --%s: '%s' is not of the form %s%s", row->name,
			       value, row->argument,
			       row->take == TAKE_DURATION ? " (10s, 500ms)" : "");
	return 0;
}

int options_take(struct parsing *parsing)
{
	struct options unused = {0};
	const char *word = parsing->argv[parsing->at];
	const char *equals = strchr(word, '=');
	bool is_long = word[1] == '-';
	const struct option_row *row;
	const char *value = NULL;

	if (is_long)
		row =
		    find_row(word + 2, equals ? (size_t)(equals - word - 2) : strlen(word) - 2, 0);
	else
		row = strlen(word) == 2 ? find_row(NULL, 0, word[1]) : NULL;
	if (!row)
		return err_set(parsing->err, -EINVAL, "unknown option '%s'", word);
	if (row->take == TAKE_FLAG) {
		if (is_long && equals)
			return err_set(parsing->err, -EINVAL, "option --%s takes no value",
				       row->name);
	} else if (is_long && equals) {
		value = equals + 1;
	} else if (parsing->at + 1 < parsing->argc) {
		value = parsing->argv[++parsing->at];
	} else {
		return err_set(parsing->err, -EINVAL, "option --%s needs a value: %s", row->name,
			       row->argument);
	}
	if (parsing->line && !options_default_counts(parsing, row, value))
		return store(parsing->arena, row, value, &unused, parsing->err);
	parsing->given[row - option_rows] = true;
	return store(parsing->arena, row, value, parsing->options, parsing->err);
}

static int take_word(struct parsing *parsing)
{
	const char *word = parsing->argv[parsing->at];

	if (parsing->options->has_command) {
		if (parsing->arguments >= command_rows[parsing->options->command].most)
			return err_set(parsing->err, -EINVAL, "%s: unexpected argument '%s'",
				       command_name(parsing->options->command), word);
		parsing->options->arguments[parsing->arguments++] = word;
		return 0;
	}
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		if (!text_equal(command_rows[command].name, word))
			continue;
		parsing->options->command = command;
		parsing->options->has_command = true;
		return 0;
	}
	return err_set(parsing->err, -EINVAL, "there is no command '%s'", word);
}

int options_parse(struct arena *arena, int argc, char **argv, options_reader *read_defaults,
		  struct options *ret, struct err *err)
{
	struct options options = {
	    .profile = "thin-ledger",
	    .root = "/",
	    .owner = OWNER_DEFAULT,
	    .lock_wait_us = UINT64_C(10000000),
	};
	struct parsing parsing = {.arena = arena,
				  .argc = argc,
				  .argv = argv,
				  .options = &options,
				  .given = arena_alloc(arena, sizeof(bool) * ROW_COUNT),
				  .err = err};
	bool only_words = false;
	int r = 0;

	for (parsing.at = 1; parsing.at < argc && r == 0; parsing.at++) {
		const char *word = argv[parsing.at];

		if (!only_words && text_equal(word, "--"))
			only_words = true;
		else if (!only_words && word[0] == '-' && word[1])
			r = options_take(&parsing);
		else
			r = take_word(&parsing);
	}
	if (r == 0)
		r = options_add_defaults(&parsing, read_defaults);
	if (r == 0)
		r = options_fit(&parsing);
	if (r == 0) {
		options_fill(&parsing);
		*ret = options;
	}
	return r;
}
