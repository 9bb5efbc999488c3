/* SPDX-License-Identifier: Apache-2.0 */
/* Which of two exit codes a command ends with. */
#include "plan/exit_code.h"

enum exit_code exit_code_worse(enum exit_code one, enum exit_code other)
{
	static const int rank[] = {
	    [EXIT_USAGE] = 6, [EXIT_LOCKED] = 5,  [EXIT_ERROR] = 4, [EXIT_REQUIRED] = 3,
	    [EXIT_FLOOR] = 2, [EXIT_DIFFERS] = 1, [EXIT_MATCH] = 0};

	return rank[one] >= rank[other] ? one : other;
}
