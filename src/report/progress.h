/* SPDX-License-Identifier: Apache-2.0 */
/* A probe that is under way, as one line for a terminal. */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "probe/probe.h"

enum { PROGRESS_MOST = 128 };

/* "job 6/9 randread-4k-qd32  6.1 of about 10 s  88k IOPS"; parts that have no room in these columns
 * are left out, the last ones first. columns: 0: no limit. */
void progress_line(const struct probe_now *now, unsigned columns, char line[static PROGRESS_MOST]);

#endif
