/* SPDX-License-Identifier: Apache-2.0 */
/* One function a command. It returns the exit code; what goes to standard output is in
 * outcome->text, the sentence for standard error in outcome->session.err. */
#ifndef FLOW_COMMANDS_H
#define FLOW_COMMANDS_H

#include "flow/outcome.h"

typedef enum exit_code (*command_fn)(struct outcome *outcome);

enum exit_code command_facts(struct outcome *outcome);
enum exit_code command_audit(struct outcome *outcome);
enum exit_code command_apply(struct outcome *outcome);
enum exit_code command_restore(struct outcome *outcome);
enum exit_code command_run(struct outcome *outcome);
enum exit_code command_probe(struct outcome *outcome);
enum exit_code command_prove(struct outcome *outcome);
enum exit_code command_gate(struct outcome *outcome);
enum exit_code command_profile(struct outcome *outcome);
enum exit_code command_explain(struct outcome *outcome);
enum exit_code command_record(struct outcome *outcome);
enum exit_code command_unpack(struct outcome *outcome);
enum exit_code command_compare(struct outcome *outcome);
enum exit_code command_status(struct outcome *outcome);
enum exit_code command_history(struct outcome *outcome);
enum exit_code command_serve(struct outcome *outcome);
enum exit_code command_watch(struct outcome *outcome);

#endif
