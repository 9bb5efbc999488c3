/* SPDX-License-Identifier: Apache-2.0 */
/* The user as whom a child process works in the data directory: its owner. */
#ifndef SYS_BECOME_H
#define SYS_BECOME_H

#include "base/err.h"

/*
 * Becomes the owner of the data directory for good and gives up every capability, if this process
 * is uid 0 with CAP_SETUID and CAP_SETGID; else it stays the user it is, with that user's rights.
 * Either way only root can then trace it, access its memory or see its descriptors, not even other
 * processes of the same user. And it ends as soon as the other end of the pipe `leash` is closed,
 * even if it is stopped.
 */
_must_check_ int become_user(unsigned uid, unsigned gid, int leash, struct err *err);

#endif
