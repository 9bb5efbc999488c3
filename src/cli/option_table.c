/* SPDX-License-Identifier: Apache-2.0 */
/* What commands and options there are. */
#include "cli/option_table.h"

#include "base/text.h"
#include "sys/own.h"

#define ALL   (BIT(COMMAND_COUNT) - 1)
#define PLANS (BIT(COMMAND_AUDIT) | BIT(COMMAND_APPLY) | BIT(COMMAND_RUN))
/* A setting is explained as an audit would find it. */
#define LOOKS (PLANS | WATCH | BIT(COMMAND_EXPLAIN))
#define WATCH BIT(COMMAND_WATCH)
#define SERVE BIT(COMMAND_SERVE)
#define PROBE BIT(COMMAND_PROBE)
#define PROVE BIT(COMMAND_PROVE)
#define NODE                                                                                       \
	(LOOKS | PROBE | PROVE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD) | BIT(COMMAND_PROFILE))
#define WRITES (BIT(COMMAND_APPLY) | BIT(COMMAND_RESTORE) | BIT(COMMAND_RUN))
#define OWNED                                                                                      \
	(LOOKS | BIT(COMMAND_GATE) | BIT(COMMAND_STATUS) | BIT(COMMAND_RESTORE) |                  \
	 BIT(COMMAND_HISTORY) | PROVE)
#define REPORTS                                                                                    \
	(PLANS | PROBE | PROVE | BIT(COMMAND_FACTS) | BIT(COMMAND_RESTORE) | BIT(COMMAND_STATUS) | \
	 BIT(COMMAND_HISTORY) | COMPARE | BIT(COMMAND_PROFILE))
#define COMPARE BIT(COMMAND_COMPARE)

const struct command_row options_command_rows[COMMAND_COUNT] = {
    [COMMAND_FACTS] = {.name = "facts",
		       .arguments = "",
		       .formats = "text json",
		       .help = "what this node is: CPUs, disks, NICs, cloud, rights"},
    [COMMAND_AUDIT] = {.name = "audit",
		       .arguments = "",
		       .formats = "text json html junit csv sh k8s systemd prometheus",
		       .help = "compare the node with the profile; changes nothing"},
    [COMMAND_APPLY] = {.name = "apply",
		       .arguments = "",
		       .formats = "text json html junit csv",
		       .help = "audit, write what differs, read every write back"},
    [COMMAND_RESTORE] = {.name = "restore",
			 .arguments = "",
			 .formats = "text json html junit csv",
			 .help = "undo from the journal"},
    [COMMAND_PROBE] = {.name = "probe",
		       .arguments = "",
		       .formats = "text json html prometheus",
		       .help =
			   "prove direct I/O and measure the disk below the data directory, or the "
			   "CPUs"},
    [COMMAND_PROVE] = {.name = "prove",
		       .arguments = "",
		       .formats = "text json",
		       .help = "measure, apply, measure again: did it help the disk, and how sure "
			       "is that"},
    [COMMAND_RUN] = {.name = "run",
		     .arguments = "",
		     .formats = "text json html junit csv nfd prometheus",
		     .help = "apply, verify, probe, report, verdict: for systemd and init "
			     "containers"},
    [COMMAND_GATE] = {.name = "gate",
		      .arguments = "",
		      .formats = "text json npd",
		      .help = "exit with the code of the last run's verdict"},
    [COMMAND_PROFILE] = {.name = "profile",
			 .arguments =
			     "list | show [NAME|FILE] | check FILE | diff NAME|FILE NAME|FILE "
			     "| schema",
			 .most = 3,
			 .formats = "text json",
			 .help = "work with profiles"},
    [COMMAND_EXPLAIN] = {.name = "explain",
			 .arguments = "[TUNER|SETTING|CHECK|ADVISORY]",
			 /* A setting's name may have blanks: "nvme0n1 queue 3". */
			 .most = 4,
			 .formats = "text markdown",
			 .help = "what a tuner, setting, check or advisory is, and why"},
    [COMMAND_RECORD] = {.name = "record",
			.arguments = "FILE|-",
			.most = 1,
			.formats = "",
			.help = "save what an audit reads on this node as one text file"},
    [COMMAND_UNPACK] = {.name = "unpack",
			.arguments = "FILE DIR",
			.most = 2,
			.formats = "",
			.help = "make a directory of a record, to look into it or to change it"},
    [COMMAND_COMPARE] = {.name = "compare",
			 .arguments = "REPORT REPORT... | REPORT --profile NAME|FILE",
			 .most = OPTIONS_ARGUMENTS_MOST,
			 .formats = "text json csv html",
			 .help = "what differs between reports (JSON) of nodes, days or a fleet"},
    [COMMAND_STATUS] = {.name = "status",
			.arguments = "",
			.formats = "text json",
			.help =
			    "the last verdict and its age, what holds it back, what comes next"},
    [COMMAND_HISTORY] = {.name = "history",
			 .arguments = "[PATH|SETTING]",
			 .most = 4,
			 .formats = "text json csv html",
			 .help = "who changed what and when, and whether that record is whole"},
    [COMMAND_SERVE] = {.name = "serve",
		       .arguments = "",
		       .formats = "",
		       .help = "answer over HTTP with what watch publishes, and with nothing else"},
    [COMMAND_WATCH] = {.name = "watch",
		       .arguments = "",
		       .formats = "",
		       .help = "stay and look again when something happens; repair if asked; "
			       "publish reports"},
};

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
    {.name = "profile",
     .argument = "NAME|FILE",
     .take = TAKE_TEXT,
     .offset = AT(profile),
     .commands = LOOKS | PROBE | PROVE | BIT(COMMAND_FACTS) | BIT(COMMAND_RECORD) |
		 BIT(COMMAND_RESTORE) | COMPARE,
     .help = "what the node should be like (default: thin-ledger); restore: which settings are "
	     "required; compare: judge one report by it"},
    {.name = "root",
     .argument = "DIR|FILE",
     .take = TAKE_TEXT,
     .offset = AT(root),
     .is_common = true,
     .commands = ALL & ~COMPARE & ~SERVE & ~BIT(COMMAND_UNPACK),
     .help = "the node: /, a pod's /host, or a record, as it is or unpacked (default: /)"},
    {.name = "no-defaults",
     .take = TAKE_FLAG,
     .offset = AT(no_defaults),
     .is_common = true,
     .commands = (NODE & ~BIT(COMMAND_PROFILE)) | BIT(COMMAND_RESTORE) | BIT(COMMAND_GATE) |
		 BIT(COMMAND_STATUS),
     .help = "ignore THINTUNE_OPTIONS of " OWN_DEFAULTS},
    {.name = "data-dir",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(data_dir),
     .is_common = true,
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "Redpanda's data, as this mount namespace shows it (default: redpanda.yaml's, else "
	     "/var/lib/redpanda/data)"},
    {.name = "redpanda-config",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(redpanda_config),
     .is_common = true,
     .commands = NODE | BIT(COMMAND_RESTORE),
     .help = "Redpanda's configuration (default: /etc/redpanda/redpanda.yaml, if it exists)"},
    {.name = "kubelet-dir",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(kubelet_dir),
     .is_common = true,
     .commands = NODE,
     .help = "the kubelet's directory on the node (default: the running kubelet's --root-dir, else "
	     "/var/lib/kubelet and where distributions have it)"},
    {.name = "disk",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(disks),
     .is_common = true,
     .commands = NODE,
     .help = "a disk that also holds data; may be repeated"},
    {.name = "nic",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(nics),
     .is_common = true,
     .commands = NODE,
     .help =
	 "network card that serves Redpanda; may be repeated (default: those that redpanda.yaml "
	 "listens on, else all)"},
    {.name = "netns",
     .argument = "broker|host",
     .take = TAKE_TEXT,
     .offset = AT(netns),
     .commands = LOOKS | PROVE | BIT(COMMAND_RECORD),
     .help = "whose network namespace this is (default: detected)"},
    {.name = "broker-cpus",
     .argument = "N",
     .take = TAKE_NUMBER,
     .offset = AT(broker_cpus),
     .commands = LOOKS | PROBE | PROVE,
     .help = "how many CPUs the broker gets; in a pod, from the downward API; may be without "
	     "--broker-memory"},
    {.name = "broker-memory",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(broker_memory_bytes),
     .commands = LOOKS | PROBE | PROVE,
     .help = "how much memory the broker gets: in bytes, or with a unit such as 64GiB or 64Gi (not "
	     "64G); "
	     "may be without --broker-cpus"},
    {.name = "only",
     .argument = "TUNER,...",
     .take = TAKE_LIST,
     .offset = AT(only),
     .commands = PLANS | PROVE | WATCH | BIT(COMMAND_RECORD),
     .help = "only these tuners"},
    {.name = "skip",
     .argument = "TUNER,...",
     .take = TAKE_LIST,
     .offset = AT(skip),
     .commands = PLANS | PROVE | WATCH | BIT(COMMAND_RECORD),
     .help = "all but these tuners"},
    {.name = "allow-fewer-shards",
     .take = TAKE_FLAG,
     .offset = AT(allow_fewer_shards),
     .commands = LOOKS | PROVE,
     .help = "dedicate interrupt CPUs even if fewer shards remain than the data was written with"},
    {.name = "strict",
     .take = TAKE_FLAG,
     .offset = AT(strict),
     .commands = PLANS | WATCH,
     .help = "advised settings and checks count like required ones"},
    {.name = "dry-run",
     .take = TAKE_FLAG,
     .offset = AT(dry_run),
     .commands = BIT(COMMAND_APPLY) | BIT(COMMAND_RUN),
     .help = "audit instead: show what would be written, and write nothing"},
    {.name = "repair",
     .take = TAKE_FLAG,
     .offset = AT(repair),
     .commands = WATCH,
     .help = "write what differs, if that disturbs no running broker"},
    {.name = "interval",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(interval_us),
     .commands = WATCH,
     .help = "how often to look where nothing happens (default: 10min)"},
    {.name = "publish",
     .argument = "DIR",
     .take = TAKE_TEXT,
     .offset = AT(publish),
     .commands = WATCH | SERVE,
     .help = "watch: where to leave metrics and reports, on the node (default: "
	     "/run/thintune/public); serve: where metrics and reports are (default: "
	     "/run/thintune/public)"},
    {.name = "nfd",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(nfd),
     .commands = WATCH,
     .help = "rewrite this feature file of Node Feature Discovery at each look; what it says "
	     "expires after three intervals"},
    {.name = "listen",
     .argument = "ADDRESS:PORT",
     .take = TAKE_TEXT,
     .offset = AT(listen),
     .commands = SERVE,
     .help = "where to answer (default: 127.0.0.1:17644); port 0: any that is free, which is told"},
    {.name = "host-name",
     .argument = "NAME",
     .take = TAKE_LIST,
     .offset = AT(host_names),
     .commands = SERVE,
     .help = "a name by which the server may be called, besides its address; may be repeated"},
    {.name = "resume",
     .take = TAKE_FLAG,
     .offset = AT(resume),
     .commands = WATCH,
     .help = "only this, then exit: what a person has restored may be repaired again"},
    {.name = "force",
     .take = TAKE_FLAG,
     .offset = AT(force),
     .commands = BIT(COMMAND_RESTORE) | PROBE | PROVE | BIT(COMMAND_RECORD),
     .help =
	 "restore: also overwrite values that someone else has set since; probe: also "
	 "measure in a directory that a broker uses or where direct I/O is refuted, or CPUs "
	 "that others use, and "
	 "overwrite an existing io-config.yaml; prove: also beside a broker, and where there is "
	 "data; record: overwrite FILE"},
    {.name = "pin",
     .take = TAKE_FLAG,
     .offset = AT(pin),
     .commands = BIT(COMMAND_PROFILE),
     .help =
	 "show: one profile with all that this one inherits, for any node, whose values no later "
	 "version changes"},
    {.name = "quick",
     .take = TAKE_FLAG,
     .offset = AT(quick),
     .commands = PROBE,
     .help = "take at most 10 s, as `run` does (default: 30 s)"},
    {.name = "full",
     .take = TAKE_FLAG,
     .offset = AT(full),
     .commands = PROBE,
     .help = "take up to 10 minutes, to replace iotune"},
    {.name = "cpu",
     .take = TAKE_FLAG,
     .offset = AT(cpu),
     .commands = PROBE,
     .help = "measure how quiet the CPUs are, not the disk; 10 s a CPU, with --full 60 s"},
    {.name = "cpus",
     .argument = "LIST",
     .take = TAKE_TEXT,
     .offset = AT(cpus),
     .commands = PROBE,
     .help = "with --cpu: these (default: those of Redpanda); such as 2-7,10"},
    {.name = "in-turn",
     .take = TAKE_FLAG,
     .offset = AT(in_turn),
     .commands = PROBE,
     .help = "with --cpu: one CPU after the other; up to 4 always are"},
    {.name = "envelope",
     .take = TAKE_FLAG,
     .offset = AT(envelope),
     .commands = PROBE,
     .help = "then also which rates stay below --limit, in 6 minutes"},
    {.name = "numa",
     .take = TAKE_FLAG,
     .offset = AT(numa),
     .commands = PROBE,
     .help = "then also what the farthest NUMA node costs, in 36 s"},
    {.name = "limit",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(limit_us),
     .commands = PROBE,
     .help = "with --envelope: the longest latency (default: 10ms)"},
    {.name = "jobs",
     .argument = "JOB,...",
     .take = TAKE_LIST,
     .offset = AT(jobs),
     .commands = PROBE | PROVE,
     .help = "only these: append-16k, mixed, (rand)read or (rand)write with block and depth "
	     "(randread-4k-qd32)"},
    {.name = "runtime",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(runtime_us),
     .commands = PROBE | PROVE,
     .help = "run each job, CPU or step for TIME; prove: run each job for TIME in each phase "
	     "(default: 1s)"},
    {.name = "effect",
     .argument = "PERCENT",
     .take = TAKE_NUMBER,
     .offset = AT(effect_percent),
     .commands = PROVE,
     .help = "the change that is looked for, if there is the time (default: 10)"},
    {.name = "time",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(time_us),
     .commands = PROVE,
     .help = "take at most about TIME, but always as long as 8 blocks take (default: 10min)"},
    {.name = "size",
     .argument = "SIZE",
     .take = TAKE_SIZE,
     .offset = AT(size_bytes),
     .commands = PROBE | PROVE,
     .help = "size of the scratch file (default: 5 % of what is free); at most 1GiB with --quick, "
	     "4GiB with --full, else 2GiB; prove: size of the scratch file (default: 256MiB)"},
    {.name = "file",
     .argument = "FILE",
     .take = TAKE_TEXT,
     .offset = AT(file),
     .commands = PROBE,
     .help = "read this file instead, and write nothing"},
    {.name = "engine",
     .argument = "ENGINE",
     .take = TAKE_TEXT,
     .offset = AT(engine),
     .commands = PROBE | PROVE,
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
     .help = "data directory as Redpanda sees it (default: as here)"},
    {.name = "buffered",
     .take = TAKE_FLAG,
     .offset = AT(buffered),
     .commands = PROBE,
     .help = "use the page cache, which does not measure the disk"},
    {.name = "verify",
     .take = TAKE_FLAG,
     .offset = AT(verify),
     .commands = PROBE | BIT(COMMAND_HISTORY),
     .help = "probe: check each block read against what was written; history: end with 4 "
	     "if a line was changed, moved or taken away since it was written"},
    {.name = "expect",
     .argument = "HASH",
     .take = TAKE_TEXT,
     .offset = AT(expect),
     .commands = BIT(COMMAND_HISTORY),
     .help = "with --verify: a hash that a log or a metric told, which a line must have"},
    {.name = "since",
     .argument = "DATE",
     .take = TAKE_TEXT,
     .offset = AT(since),
     .commands = BIT(COMMAND_HISTORY),
     .help = "from that day, month or time on, in UTC: 2026-11-30, 2026-11, "
	     "2026-11-30T14:00:00Z"},
    {.name = "until",
     .argument = "DATE",
     .take = TAKE_TEXT,
     .offset = AT(until),
     .commands = BIT(COMMAND_HISTORY),
     .help = "to the end of that day, month or time"},
    {.name = "exit-code",
     .take = TAKE_FLAG,
     .offset = AT(exit_code),
     .commands = BIT(COMMAND_STATUS),
     .help = "end with the code of `gate` (default: with 0)"},
    {.name = "owner",
     .argument = "NAME",
     .take = TAKE_TEXT,
     .offset = AT(owner),
     .commands = OWNED,
     .help =
	 "on whose behalf, if several thintunes work on one node (default: host); restore: undo "
	 "only what this owner asked for; history: show only what this owner changed"},
    {.name = "lock-wait",
     .argument = "TIME",
     .take = TAKE_DURATION,
     .offset = AT(lock_wait_us),
     .commands = WRITES | PROBE | PROVE,
     .help = "how long to wait for another thintune (default: 10s)"},
    {.name = "format",
     .argument = "FORMAT",
     .take = TAKE_FORM,
     .commands = REPORTS | BIT(COMMAND_EXPLAIN) | BIT(COMMAND_GATE),
     .help = "text, json; all but facts, gate, prove and status also html; audit, apply, restore "
	     "and run "
	     "junit and csv; history csv; audit also sh, k8s, systemd, prometheus; run also nfd, "
	     "prometheus; probe also prometheus; explain also markdown; gate also npd"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .take = TAKE_FORM,
     .commands = REPORTS,
     .help = "write the report to FILE, complete or not at all; - is standard output; with several "
	     "formats, one after each --format"},
    {.name = "quiet",
     .letter = 'q',
     .take = TAKE_FLAG,
     .offset = AT(quiet),
     .is_common = true,
     .commands = ALL,
     .help = "print only the verdict"},
    {.name = "verbose",
     .letter = 'v',
     .take = TAKE_FLAG,
     .offset = AT(verbose),
     .is_common = true,
     .commands = ALL,
     .help = "also show what is right already, and every reason"},
    {.name = "color",
     .argument = "auto|always|never",
     .take = TAKE_TEXT,
     .offset = AT(color),
     .is_common = true,
     .commands = ALL,
     .help =
	 "colours in texts (default: auto, by NO_COLOR and CLICOLOR_FORCE, else on a terminal)"},
    {.name = "no-color",
     .take = TAKE_FLAG,
     .offset = AT(no_color),
     .is_common = true,
     .commands = ALL,
     .help = "the same as --color=never"},
    {.name = "help",
     .letter = 'h',
     .take = TAKE_FLAG,
     .offset = AT(help),
     .is_common = true,
     .commands = ALL,
     .help = "this text"},
    {.name = "version",
     .letter = 'V',
     .take = TAKE_FLAG,
     .offset = AT(version),
     .is_common = true,
     .commands = ALL,
     .help = "the version; with --verbose also the commit, the build ID and the program's SHA-256"},
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

bool option_has_values(const struct option_row *row)
{
	return row->argument && strchr(row->argument, '|') && *row->argument >= 'a';
}

names options_command_formats(struct arena *arena, enum command command)
{
	return text_words(arena, options_command_rows[command].formats);
}
