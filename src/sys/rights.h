/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rights of this process, which only ever shrink: at the start to a fixed ceiling, then to what
 * the command needs (to read, or to write what its plan or its journal holds). No program executed
 * later can gain any (no_new_privs).
 */
#ifndef SYS_RIGHTS_H
#define SYS_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* The most that any command needs; bit N is CAP_N of linux/capability.h. SYS_ADMIN and NET_ADMIN
 * are for settings, DAC_OVERRIDE and DAC_READ_SEARCH for profiles, records and reports of other
 * owners, the two of rights_of_owner, and PERFMON for tracepoints. */
extern const uint64_t rights_ceiling;
/* SETUID and SETGID: a child process becomes the owner of the data directory. */
extern const uint64_t rights_of_owner;
/* What apply and its like keep until they know what they write: all but PERFMON, which the reader
 * alone needs. */
extern const uint64_t rights_writing;
/* Of these the one that reading takes: files of other owners. What else asks for a right when it is
 * read, the reader gets (sys/reader.h). */
extern const uint64_t rights_reading;
/* Those of a command that writes its own files besides, in directories of other owners. */
extern const uint64_t rights_reporting;

/* Keeps only these of the capabilities it has, and sets no_new_privs. */
_must_check_ int rights_shrink(uint64_t keep, struct err *err);

/* For a process that waits, and leaves the work to its children: only these are in effect. The
 * others it keeps at hand; what a child keeps by rights_shrink() is in effect again. */
_must_check_ int rights_rest(uint64_t effective, struct err *err);

/* The effective capabilities that the first rights_shrink() left: what a command that writes would
 * have. Before that those of now. False: they cannot be told. */
bool rights_at_start(uint64_t *ret);

/* The program runs with rights that whoever started it does not have: set-user-ID, set-group-ID or
 * with file capabilities. Not so where a security module alone has changed its domain. */
bool rights_are_borrowed(void);

#endif
