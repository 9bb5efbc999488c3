/* SPDX-License-Identifier: Apache-2.0 */
/* The user that the process that measures runs as. */
#ifndef PROBE_USER_H
#define PROBE_USER_H

#include "base/err.h"

/*
 * Becomes the owner of the data directory for good and gives up every capability, as far as this
 * process may: as uid 0 with CAP_SETUID and CAP_SETGID. Otherwise it stays who it is, and what that
 * may do decides. Either way nobody but root may trace it afterwards, read or write its memory or
 * see its descriptors, though others run as the same user; and it ends at once when the other end
 * of the pipe `leash` is closed, be it stopped or not.
 */
_must_check_ int user_become(unsigned uid, unsigned gid, int leash, struct err *err);

#endif
