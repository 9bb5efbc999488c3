/* SPDX-License-Identifier: Apache-2.0 */
/* Gives up what the command at hand does not need. */
#include "flow/rights_step.h"

#include "flow/record_step.h"
#include "plan/needs.h"
#include "sys/rights.h"

/* It looks at the node and writes nothing to it. */
static bool only_looks(enum command command)
{
	return command == COMMAND_FACTS || command == COMMAND_AUDIT || command == COMMAND_RECORD ||
	       command == COMMAND_PROBE || command == COMMAND_EXPLAIN;
}

static uint64_t rights_of(const struct session *session)
{
	const struct options *options = session->options;
	enum command command = options->command;

	if (command == COMMAND_APPLY || command == COMMAND_RUN || command == COMMAND_RESTORE ||
	    command == COMMAND_WATCH || command == COMMAND_PROVE)
		return rights_writing;
	if (command == COMMAND_PROBE)
		return rights_reporting | rights_of_owner;
	/* It becomes somebody else at once, and keeps none. */
	if (command == COMMAND_SERVE)
		return rights_of_owner;
	vec_for_each (form, &options->forms) {
		if (form->output)
			return rights_reporting;
	}
	return command == COMMAND_RECORD || session->rules ? rights_reporting : rights_reading;
}

enum exit_code rights_step_start(struct session *session)
{
	const struct options *options = session->options;

	enum exit_code code;

	/* In two steps: facts tell what an apply or a probe would have. */
	if (rights_shrink(rights_ceiling, &session->err) < 0)
		return EXIT_ERROR;
	/* Becoming nobody takes rights that no command that looks keeps. */
	code = record_step_open(session);
	if (code != EXIT_MATCH)
		return code;
	/* A run asks the drives for their health once more, after it has measured. */
	if (((only_looks(options->command) || options->command == COMMAND_RUN) &&
	     reader_start(options->root, &session->reader, &session->err) < 0) ||
	    rights_shrink(rights_of(session), &session->err) < 0)
		return EXIT_ERROR;
	return EXIT_MATCH;
}

static uint64_t rights_for(unsigned needs)
{
	uint64_t keep = rights_reporting;

	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		if (needs & need_capabilities[i].need)
			keep |= UINT64_C(1) << need_capabilities[i].number;
	}
	return keep;
}

enum exit_code rights_step_plan(struct session *session, uint64_t more)
{
	unsigned needs = 0;

	vec_for_each (setting, &session->plan.settings)
		needs |= setting->is_left_alone ? 0 : setting->wish->needs;
	return rights_shrink(rights_for(needs) | more, &session->err) < 0 ? EXIT_ERROR : EXIT_MATCH;
}

enum exit_code rights_step_journal(struct session *session)
{
	struct journal journal = {0};
	const char *set_by;
	unsigned needs = 0;

	if (journal_read(session->root, session->arena, &journal, NULL) == 0) {
		vec_for_each (entry, &journal.entries)
			needs |= needs_of(entry->path, &set_by);
		vec_for_each (entry, &journal.lost)
			needs |= needs_of(entry->path, &set_by);
	}
	return rights_shrink(rights_for(needs), &session->err) < 0 ? EXIT_ERROR : EXIT_MATCH;
}
