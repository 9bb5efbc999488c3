/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks the record that --root names, for commands that only look. */
#include "flow/record_step.h"

#include <errno.h>

#include "facts/record_unpack.h"
#include "sys/own.h"

static bool takes_records(enum command command)
{
	return command == COMMAND_FACTS || command == COMMAND_AUDIT || command == COMMAND_EXPLAIN ||
	       command == COMMAND_RECORD || command == COMMAND_PROFILE;
}

enum exit_code record_step_open(struct session *session)
{
	const struct options *options = session->options;
	int r;

	if (!own_is_file(options->root))
		return EXIT_MATCH;
	if (!takes_records(options->command)) {
		(void)err_set(&session->err, -EINVAL,
			      "%s: --root '%s' is a file: of a record only facts, audit, explain, "
			      "profile and record tell anything",
			      options_command_name(options->command), options->root);
		return EXIT_USAGE;
	}
	r = record_unpack_private(session->arena, options->root, session->temporary,
				  &session->keeper, &session->unpacked, &session->err);
	if (r < 0)
		return r == -EBADMSG ? EXIT_USAGE : EXIT_ERROR;
	return EXIT_MATCH;
}
