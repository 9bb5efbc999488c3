/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a journal by the names that their devices have now. */
#ifndef APPLY_JOURNAL_DEVICES_H
#define APPLY_JOURNAL_DEVICES_H

#include "apply/journal.h"

/* Entries whose device is nowhere, and whose path is another one's, become lost. */
void journal_follow_devices(struct root *root, struct arena *arena, struct journal *journal);

#endif
