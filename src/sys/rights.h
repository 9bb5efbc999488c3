/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rights of this process only ever shrink. At start they fall to a fixed ceiling, once the plan
 * is known to what it needs; nothing that is executed later can gain any (no_new_privs).
 */
#ifndef SYS_RIGHTS_H
#define SYS_RIGHTS_H

#include <stdint.h>

#include "base/err.h"

/* Bit N = CAP_N of linux/capability.h. What no command ever needs more than: SYS_ADMIN and
 * NET_ADMIN for settings, DAC_OVERRIDE and DAC_READ_SEARCH for profiles, records and reports of
 * other owners. */
extern const uint64_t rights_ceiling;

/* Keeps, of what is held, only these; sets no_new_privs. */
_must_check_ int rights_shrink(uint64_t keep, struct err *err);

#endif
