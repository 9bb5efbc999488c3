/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child process that keeps CAP_SYS_ADMIN and CAP_PERFMON for the few things that ask for one of
 * them when they are read: the health log and the Identify data of an NVMe controller, some keys of
 * /proc/sys, and tracepoints of interrupts, which it opens and hands over. So the process that
 * parses what the node and its users wrote need not hold them. The child parses nothing
 * but a name, opens nothing but these, and ends when its other end is closed.
 */
#ifndef SYS_READER_H
#define SYS_READER_H

#include "sys/root.h"

struct reader {
	int fd;  /* the socket to ask; -1: there is none */
	int pid; /* then 0 */
};

/* Starts one for that root if it is live and this process has one of both rights; else *ret is
 * none. */
_must_check_ int reader_start(const char *dir, struct reader *ret, struct err *err);
/* Ends it and waits for it. */
void reader_stop(struct reader *reader);

#endif
