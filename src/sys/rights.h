/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rights of this process, which only ever shrink: at the start to a fixed ceiling, and to what
 * the plan needs once that is known. No program executed later can gain any (no_new_privs).
 */
#ifndef SYS_RIGHTS_H
#define SYS_RIGHTS_H

#include <stdint.h>

#include "base/err.h"

/* The most that any command needs; bit N is CAP_N of linux/capability.h. SYS_ADMIN and NET_ADMIN
 * are for settings, DAC_OVERRIDE and DAC_READ_SEARCH for profiles, records and reports of other
 * owners. */
extern const uint64_t rights_ceiling;

/* Keeps only these of the capabilities it has, and sets no_new_privs. */
_must_check_ int rights_shrink(uint64_t keep, struct err *err);

#endif
