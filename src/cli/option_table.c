/* SPDX-License-Identifier: Apache-2.0 */
/* What commands and options there are. */
#include "cli/option_table.h"

#include "base/text.h"
#include "sys/own.h"

#define ALL   (BIT(COMMAND_COUNT) - 1)
#define PLANS (BIT(COMMAND_AUDIT) | BIT(COMMAND_APPLY) | BIT(COMMAND_RUN))
/* A setting is explained as an audit would find it. */
#define LOOKS   (PLANS | BIT(COMMAND_EXPLAIN))
#define PROBE   BIT(COMMAND_PROBE)
#define NODE    (LOOKS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD) | BIT(COMMAND_PROFILE))
#define WRITES  (BIT(COMMAND_APPLY) | BIT(COMMAND_RESTORE) | BIT(COMMAND_RUN))
#define OWNED   (LOOKS | BIT(COMMAND_GATE) | BIT(COMMAND_RESTORE))
#define REPORTS (PLANS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RESTORE))

const struct command_row options_command_rows[COMMAND_COUNT] = {
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
		       .help = "prove direct I/O and measure the disk under the data directory"},
    [COMMAND_RUN] = {.name = "run",
		     .arguments = "",
		     .formats = "text json nfd",
		     .help = "apply, verify, probe, report, verdict: for systemd and init "
			     "containers"},
    [COMMAND_GATE] = {.name = "gate",
		      .arguments = "",
		      .formats = "",
		      .help = "exit with the code of the last run's verdict"},
    [COMMAND_PROFILE] = {.name = "profile",
			 .arguments = "list | show [NAME|FILE] | check FILE | schema",
			 .most = 2,
			 .formats = "",
			 .help = "work with profiles"},
    [COMMAND_EXPLAIN] = {.name = "explain",
			 .arguments = "[TUNER|SETTING|CHECK|ADVISORY]",
			 .most = OPTIONS_ARGUMENTS_MOST,
			 .formats = "text markdown",
			 .help = "what a tuner, setting, check or advisory is, and why"},
    [COMMAND_RECORD] = {.name = "record",
			.arguments = "FILE",
			.most = 1,
			.formats = "",
			.help = "save what an audit reads on this node as one text file"},
};

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
    {.name = "profile",
     .argument = "NAME|FILE",
     .take = TAKE_TEXT,
     .offset = AT(profile),
     .commands = LOOKS | PROBE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD) | BIT(COMMAND_RESTORE),
     .help = "what the node should be like (default: thin-ledger); restore: which settings are "
	     "required"},
    {.name = "root",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(root),
     .commands = ALL,
     .help = "the node: /, a pod's /host, or an unpacked record (default: /)"},
    {.name = "no-defaults",
     .take = TAKE_FLAG,
     .offset = AT(no_defaults),
     .commands = (NODE & ~BIT(COMMAND_PROFILE)) | BIT(COMMAND_RESTORE) | BIT(COMMAND_GATE),
     .help = "ignore THINTUNE_OPTIONS of " OWN_DEFAULTS},
    {.name = "data-dir",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(data_dir),
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "Redpanda's data, as this mount namespace shows it (default: redpanda.yaml's, else "
	     "/var/lib/redpanda/data)"},
    {.name = "redpanda-config",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(redpanda_config),
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "Redpanda's configuration (default: /etc/redpanda/redpanda.yaml, if it exists)"},
    {.name = "kubelet-dir",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(kubelet_dir),
     .commands = NODE,
     .help = "the kubelet's directory on the node (default: the running kubelet's --root-dir, else "
	     "/var/lib/kubelet and where distributions have it)"},
    {.name = "disk",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(disks),
     .commands = NODE,
     .help = "a disk that also holds data; may be repeated"},
    {.name = "nic",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(nics),
     .commands = NODE,
     .help =
	 "network card that serves Redpanda; may be repeated (default: those that redpanda.yaml "
	 "listens on, else all)"},
    {.name = "netns",
     .argument = "broker|host",
     .take = TAKE_TEXT,
     .offset = AT(netns),
     .commands = LOOKS | BIT(COMMAND_RECORD),
     .help = "whose network namespace this is (default: detected)"},
    {.name = "broker-cpus",
     .argument = "N",
     .take = TAKE_NUMBER,
     .offset = AT(broker_cpus),
     .commands = LOOKS | PROBE,
     .help = "how many CPUs the broker gets; in a pod, from the downward API; may be without "
	     "--broker-memory"},
    {.name = "broker-memory",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(broker_memory_bytes),
     .commands = LOOKS | PROBE,
     .help = "how much memory the broker gets: in bytes, or with a unit such as 64GiB or 64Gi (not "
	     "64G); "
	     "may be without --broker-cpus"},
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
     .commands = LOOKS,
     .help = "dedicate interrupt CPUs even if fewer shards remain than the data was written with"},
    {.name = "strict",
     .take = TAKE_FLAG,
     .offset = AT(strict),
     .commands = PLANS,
     .help = "advised settings and checks count like required ones"},
    {.name = "dry-run",
     .take = TAKE_FLAG,
     .offset = AT(dry_run),
     .commands = BIT(COMMAND_APPLY) | BIT(COMMAND_RUN),
     .help = "audit instead: show what would be written, and write nothing"},
    {.name = "force",
     .take = TAKE_FLAG,
     .offset = AT(force),
     .commands = BIT(COMMAND_RESTORE) | PROBE,
     .help = "restore: also overwrite values that someone else has set since; probe: also "
	     "measure in a directory that a broker uses or where direct I/O is refuted, and "
	     "overwrite an existing io-config.yaml"},
    {.name = "quick",
     .take = TAKE_FLAG,
     .offset = AT(quick),
     .commands = PROBE,
     .help = "take at most 10 s, as `run` does (default: 30 s)"},
    {.name = "full",
     .take = TAKE_FLAG,
     .offset = AT(full),
     .commands = PROBE,
     .help = "take 2 minutes, to replace iotune"},
    {.name = "jobs",
     .argument = "JOB,...",
     .take = TAKE_LIST,
     .offset = AT(jobs),
     .commands = PROBE,
     .help = "run only these: read, write, randread or randwrite, each with block and depth "
	     "(randread-4k-qd32); append-16k; mixed"},
    {.name = "runtime",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(runtime_us),
     .commands = PROBE,
     .help = "run each job for TIME; the total grows accordingly"},
    {.name = "size",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(size_bytes),
     .commands = PROBE,
     .help = "size of the scratch file (default: 5 % of the free space; at most 1GiB with --quick, "
	     "4GiB with --full, else 2GiB)"},
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
     .commands = PROBE | BIT(COMMAND_RUN),
     .help = "write Redpanda's io-config.yaml, only if the measured rates were stable; run: where "
	     "there is none, after a probe of 30 s"},
    {.name = "mountpoint",
     .argument = "PATH",
     .take = TAKE_TEXT,
     .offset = AT(mountpoint),
     .commands = PROBE | BIT(COMMAND_RUN),
     .help = "the data directory as Redpanda sees it (default: as it is here)"},
    {.name = "buffered",
     .take = TAKE_FLAG,
     .offset = AT(buffered),
     .commands = PROBE,
     .help = "use the page cache; does not measure the disk"},
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
     .help = "on whose behalf, if several thintunes work on one node (default: host; restore: "
	     "undo what every owner wrote)"},
    {.name = "lock-wait",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(lock_wait_us),
     .commands = WRITES | PROBE,
     .help = "how long to wait for another thintune (default: 10s)"},
    {.name = "format",
     .argument = "FORMAT",
     .take = TAKE_TEXT,
     .offset = AT(format),
     .commands = REPORTS | BIT(COMMAND_EXPLAIN),
     .help = "text, json; audit also sh, k8s, systemd, prometheus; run also nfd; explain also "
	     "markdown"},
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
     .help = "print only the verdict"},
    {.name = "verbose",
     .letter = 'v',
     .take = TAKE_FLAG,
     .offset = AT(verbose),
     .commands = ALL,
     .help = "also show what is right already, and every reason"},
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
     .letter = 'V',
     .take = TAKE_FLAG,
     .offset = AT(version),
     .commands = ALL,
     .help = "the version"},
};

const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

const char *options_command_name(enum command command)
{
	return options_command_rows[command].name;
}

const struct option_row *option_named(const char *name, size_t length)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strlen(option_rows[i].name) == length &&
		    strncmp(option_rows[i].name, name, length) == 0)
			return &option_rows[i];
	}
	return NULL;
}

const struct option_row *option_lettered(char letter)
{
	for (size_t i = 0; i < option_count; i++) {
		if (letter && option_rows[i].letter == letter)
			return &option_rows[i];
	}
	return NULL;
}

names options_command_formats(struct arena *arena, enum command command)
{
	return text_words(arena, options_command_rows[command].formats);
}
