/* SPDX-License-Identifier: Apache-2.0 */
/* A command to type after a report: it looks at what the report looked at, so it has the same
 * options. */
#ifndef REPORT_NEXT_COMMAND_H
#define REPORT_NEXT_COMMAND_H

#include "report/answer.h"
#include "report/report.h"

enum next_command {
	NEXT_APPLY,
	NEXT_AUDIT_ALL,       /* without --only and --skip */
	NEXT_AUDIT_DIRECTORY, /* the same, without --data-dir, which is to follow */
	NEXT_AUDIT_K8S,       /* prints what a pod needs */
	NEXT_AUDIT_SYSTEMD,   /* prints what a unit needs */
	NEXT_PROBE,
	NEXT_PROVE,   /* as it was, after a proof */
	NEXT_RUN,     /* as it was, after a run; as `apply` was, after that */
	NEXT_RESTORE, /* of all owners, unless the report is that of a restore or a proof of one */
	NEXT_RESTORE_FORCE, /* the same, over what others have set since */
	NEXT_SHOW_PROFILE,
	NEXT_EXPLAIN, /* what is to be explained follows */
};

/* For a shell: "sudo thintune apply --profile thin-ledger --data-dir /mnt/x", in a container
 * without sudo. Of a recorded node --root is left out, as it is to be typed on the node itself;
 * what there is to explain is in the record as well. */
const char *next_command(struct arena *arena, const struct report *report,
			 enum next_command command);
/* "... thintune explain 'nvme0n1 scheduler'": a setting or a check of the report. */
const char *next_explain(struct arena *arena, const struct report *report, const char *name);

/* What --profile takes: the file, where the profile is one. */
const char *next_profile(const struct profile *profile);
/* `value`: of --profile, as a report has it. */
const char *next_check_profile(struct arena *arena, const char *value);
/* One word of such a command. */
const char *next_word(struct arena *arena, const char *word);

/* What was typed, as it was: "sudo thintune record node.txt --data-dir /mnt/x". */
const char *next_again(struct arena *arena, bool is_by_sudo, const char *command,
		       const char *const *arguments, const names *options);

/* "audit" or "run", of the owner and the root that `gate` was asked about. */
const char *next_for_answer(struct arena *arena, const struct answer *answer, const char *command);

#endif
