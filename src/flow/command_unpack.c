/* SPDX-License-Identifier: Apache-2.0 */
/* The command `unpack`: a record as a directory, to look into it or to change it. */
#include <errno.h>

#include "facts/record_unpack.h"
#include "flow/commands.h"

enum exit_code command_unpack(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	const char *file = session->options->arguments[0], *dir = session->options->arguments[1];
	int r;

	if (!file || !dir) {
		(void)err_set(&session->err, -EINVAL,
			      "unpack: name the record, FILE, and the new directory, DIR");
		return EXIT_USAGE;
	}
	r = record_unpack_to(session->arena, file, dir, &session->err);
	if (r < 0)
		return r == -EBADMSG || r == -EEXIST ? EXIT_USAGE : EXIT_ERROR;
	return EXIT_MATCH;
}
