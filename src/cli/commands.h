/* SPDX-License-Identifier: Apache-2.0 */
/* One function a command. Returns the exit code; what goes to stdout is in *ret_text (NULL:
 * nothing), the sentence for stderr in err. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <time.h>

#include "cli/session.h"
#include "report/report.h"

struct outcome {
	struct session session;
	struct text_style style;
	struct timespec started;     /* CLOCK_MONOTONIC */
	const char *started_rfc3339; /* UTC */
	/* Shows what is going on and for how many ms, on a terminal; NULL: there is none. */
	void (*progress)(const char *stage, uint64_t ms);
	int64_t started_unix;  /* seconds since 1970 */
	const char *sudo_user; /* who became root by sudo, as sudo says; NULL */
	char *text;
};

typedef enum exit_code (*command_fn)(struct outcome *outcome);

enum exit_code command_facts(struct outcome *outcome);
enum exit_code command_audit(struct outcome *outcome);
enum exit_code command_apply(struct outcome *outcome);
enum exit_code command_restore(struct outcome *outcome);
enum exit_code command_run(struct outcome *outcome);
enum exit_code command_probe(struct outcome *outcome);
enum exit_code command_gate(struct outcome *outcome);
enum exit_code command_profile(struct outcome *outcome);
enum exit_code command_explain(struct outcome *outcome);
enum exit_code command_record(struct outcome *outcome);

/* Milliseconds since outcome->started. */
uint64_t elapsed_ms(const struct outcome *outcome);

/* In the format asked for. */
char *render(struct outcome *outcome, const struct report *report);

/* The report of a finished plan; exit_code is the verdict's. */
struct report make_report(struct outcome *outcome, const struct apply_result *result);

/* apply's work, for run as well: lock, audit, write, verify. *ret_report is valid when it returns
 * a code that a verdict may have (0, 3, 4). */
enum exit_code apply_and_verify(struct outcome *outcome, struct report *ret_report);

#endif
