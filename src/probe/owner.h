/* SPDX-License-Identifier: Apache-2.0 */
/* The rights of the process that measures. */
#ifndef PROBE_OWNER_H
#define PROBE_OWNER_H

#include "base/err.h"

/*
 * Becomes the owner of the data directory for good and gives up every capability, as far as this
 * process may: as uid 0 with CAP_SETUID and CAP_SETGID. Otherwise it stays who it is, and what that
 * may do decides. Either way nobody but root may trace it afterwards, read or write its memory or
 * see its descriptors, though others run as the same user; and it ends at once when the other end
 * of the pipe `leash` is closed, be it stopped or not.
 */
_must_check_ int owner_become(unsigned uid, unsigned gid, int leash, struct err *err);

#endif
