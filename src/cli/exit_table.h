/* SPDX-License-Identifier: Apache-2.0 */
/* What the exit codes mean, in words: for --help and the man page. */
#ifndef CLI_EXIT_TABLE_H
#define CLI_EXIT_TABLE_H

#include <stddef.h>

/* In the order of the codes. */
struct exit_row {
	int code;
	const char *brief; /* a few words, for the help of one command */
	const char *means;
};
extern const struct exit_row exit_rows[];
extern const size_t exit_count;

#define EXIT_PRIORITY "2 > 6 > 1 > 4 > 5 > 3 > 0"

/* May the broker start? One situation a row: the code of the other commands, and run's and gate's
 * by the profile's gate. In brackets: with data, where that makes a difference. */
struct gate_row {
	const char *situation, *others, *required_only, *strict, *report;
};
extern const struct gate_row exit_gate_rows[];
extern const size_t exit_gate_count;

#endif
