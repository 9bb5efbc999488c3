/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracepoints of the kernel as perf events. Reading them takes CAP_PERFMON, and where
 * perf_event_paranoid is 3 (a patch of Debian's kernels) CAP_SYS_ADMIN; so the reader opens them
 * for a process that has neither (reader.h).
 */
#ifndef SYS_TRACEPOINT_H
#define SYS_TRACEPOINT_H

#include "sys/root.h"

/* Where the events of tracefs may be. */
static const char *const tracepoint_places[] = {"/sys/kernel/tracing/events",
						"/sys/kernel/debug/tracing/events", NULL};

/* "irq/softirq_entry", "irq_vectors/local_timer_exit": others are refused (-EPERM). Each time that
 * it is passed on this CPU makes a record with its time by CLOCK_MONOTONIC_RAW and its own data
 * (PERF_SAMPLE_TIME, PERF_SAMPLE_RAW). A wake-up, which is an interrupt, comes once in each ring
 * full of them. A descriptor or -errno; -EACCES, -EPERM: this process may not. */
int tracepoint_open(const struct root *root, const char *name, unsigned cpu);
/* The same by the root's reader, if it has one. */
int root_open_tracepoint(const struct root *root, const char *name, unsigned cpu);

#endif
