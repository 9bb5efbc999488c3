/* SPDX-License-Identifier: Apache-2.0 */
/* The exit codes of the whole program. */
#ifndef PLAN_EXIT_CODE_H
#define PLAN_EXIT_CODE_H

/* Of all commands that look at a node. If several apply, priority is 2 > 6 > 1 > 4 > 5 > 3 > 0. */
enum exit_code {
	EXIT_MATCH = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_DIFFERS = 3,
	EXIT_REQUIRED = 4,
	EXIT_FLOOR = 5,
	EXIT_LOCKED = 6,
};

#endif
