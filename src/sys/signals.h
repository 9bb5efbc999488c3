/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT, SIGTERM and SIGHUP as a question that a command answers between two steps: one that
 * changes the node ends after the write in hand, one that measures after what it has. */
#ifndef SYS_SIGNALS_H
#define SYS_SIGNALS_H

/* From here on these signals are only noted, however many there are. One that the caller has
 * ignored (nohup) stays so. */
void signals_catch(void);

/* For a child: what a terminal sends to all of its processes is for its parent to decide. */
void signals_leave_to_parent(void);

/* The name of the first one that came, "SIGTERM"; NULL: none. */
const char *signals_caught(void);

#endif
