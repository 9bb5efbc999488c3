/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watch leaves for others beside the reports, and reads again at its next look: watch.json,
 * the metrics that it adds, the file `ready`, and what it says in the log.
 */
#ifndef REPORT_WATCH_H
#define REPORT_WATCH_H

#include "plan/contest.h"
#include "plan/follow.h"
#include "plan/off.h"
#include "report/report.h"

#define WATCH_SCHEMA "thintune.watch/1"

/* What led to a look; of several at once the first counts. */
enum watch_cause {
	WATCH_START,
	WATCH_SIGHUP,
	WATCH_SIGUSR1,
	WATCH_FILE,      /* a profile or redpanda.yaml has changed */
	WATCH_LINK,      /* a network card */
	WATCH_DEVICE,    /* another device: disk, CPU, memory */
	WATCH_CONTAINER, /* a container came or went, or was given other CPUs */
	WATCH_TIMER,
	WATCH_CAUSE_COUNT,
};
extern const char *const watch_cause_names[WATCH_CAUSE_COUNT];

/* Times are seconds of the clock that goes on while the node sleeps and never jumps. */
struct watch_state {
	const char *boot;  /* the node's boot that its times are of; NULL unknown */
	int64_t process;   /* in its own PID namespace */
	const char *date;  /* of the last look, RFC 3339, UTC */
	int64_t now;       /* the same by that clock */
	int64_t unix_time; /* the same, in seconds since 1970 */
	bool repairs;      /* it may write */
	uint64_t interval_us;
	enum watch_cause cause;
	int exit_code;
	const char *verdict;          /* NULL: the look came to none */
	const char *fault;            /* why not all could be done; NULL */
	const char *profile, *sha256; /* that the node was compared with; NULL: none */
	const char *profile_fault;    /* why it is not the one asked for; NULL: it is */
	const char *held;             /* a person's restore that is respected; NULL: none */
	uint64_t looks[WATCH_CAUSE_COUNT], repairs_done;
	names unwatched; /* what cannot wake it, and why */
	off_list off;
	struct contests contests;
	/* Of a watch that may write; what is read is_judged by no look yet. */
	struct follow follow;
};

char *watch_json(struct arena *arena, const struct watch_state *state);
/* Fails if it is no watch.json of this version, and *ret_why says so, to follow its name; unknown
 * keys are fine. */
_must_check_ int watch_read(struct arena *arena, const char *text, struct watch_state *ret,
			    const char **ret_why);

/* To follow those of report_prometheus(). */
char *watch_metrics(struct arena *arena, const struct watch_state *state);
/* "ready\n", or "not ready: REASON\n": whether all that is required held at the last look. */
char *watch_ready(struct arena *arena, const struct watch_state *state,
		  const struct report *report);
/* The same of a watch that has not looked yet: what the one before it saw says nothing of now. */
#define WATCH_NOT_LOOKED "not ready: watch has started, and has not looked yet\n"
/* Labels for Node Feature Discovery 0.14 and later, which takes them away when that time, RFC 3339,
 * has come. */
char *watch_features(struct arena *arena, const struct watch_state *state,
		     const struct report *report, const char *expires);
/* What has changed since the look before: a line each, at most twenty. */
names watch_changes(struct arena *arena, const struct watch_state *before,
		    const struct watch_state *now, const struct report *report);

#endif
