/* SPDX-License-Identifier: Apache-2.0 */
/* The user as whom a child process works in the data directory: its owner. */
#ifndef SYS_BECOME_H
#define SYS_BECOME_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Becomes the owner of the data directory for good and gives up every capability, if this process
 * is uid 0 with CAP_SETUID and CAP_SETGID; else it stays the user it is, with that user's rights.
 * Either way only root can then trace it, access its memory or see its descriptors, not even other
 * processes of the same user. And it ends as soon as the other end of the pipe `leash` is closed,
 * even if it is stopped.
 */
_must_check_ int become_user(unsigned uid, unsigned gid, int leash, struct err *err);

/*
 * Gives up every capability for good, and becomes nobody (uid and gid 65534) if is_wanted and this
 * process is root with CAP_SETUID and CAP_SETGID, in a user namespace that has such a user; else it
 * stays the user it is. Only root can then trace it. It may outlive its parent.
 */
_must_check_ int become_nobody(bool is_wanted, struct err *err);

/* The user and the group of a server that root has started: nobody else's on any distribution, and
 * what images without a root call nonroot. */
#define BECOME_SERVER 65532

/*
 * Gives up every capability for good, and becomes that user if this process is root; else it stays
 * the user it is. Fails where it is root and cannot. Only root can then trace it.
 */
_must_check_ int become_server(struct err *err);

#endif
