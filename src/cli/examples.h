/* SPDX-License-Identifier: Apache-2.0 */
/* Two examples of each command, for --help and the man page. */
#ifndef CLI_EXAMPLES_H
#define CLI_EXAMPLES_H

#include "cli/options.h"

enum { EXAMPLES_OF_EACH = 2 };

struct example {
	const char *line;  /* what is typed after "thintune " */
	const char *means; /* what it does, in a few words */
};
extern const struct example examples[COMMAND_COUNT][EXAMPLES_OF_EACH];

#endif
