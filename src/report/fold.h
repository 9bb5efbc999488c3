/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node with 64 disks has 64 settings that say the same: one row for people, with the others
 * counted below it. Only for texts; machine reports list every setting.
 */
#ifndef REPORT_FOLD_H
#define REPORT_FOLD_H

#include "report/report.h"

struct fold_row {
	const struct setting *setting;
	unsigned alike;                     /* further settings that this row stands for */
	const char *last;                   /* name of the last of them */
	VEC(const struct setting *) others; /* all of them */
};
typedef VEC(struct fold_row) fold_rows;

/*
 * Rows that differ only in the first word of their name ("nvme0n1 scheduler", "nvme1n1 scheduler")
 * become one where there are more than `from` of them; it stays where the first one was. So do
 * the interrupts and sending queues of one device, whose CPUs differ.
 */
enum { FOLD_FROM = 8 }; /* in texts */
fold_rows fold_settings(struct arena *arena, const fold_rows *rows, size_t from);

/* The names of their tuners, in the order in which they come. */
names fold_tuners(struct arena *arena, const fold_rows *rows);

#endif
