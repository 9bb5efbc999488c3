/* SPDX-License-Identifier: Apache-2.0 */
/* The running program itself. */
#ifndef SYS_SELF_H
#define SYS_SELF_H

#include "base/arena.h"

/* The build ID that the linker put into it, in hexadecimal; NULL: none. */
const char *self_build_id(struct arena *arena);

/* Of its file, whatever has become of that since it was started; NULL: it cannot be read. Takes as
 * long as several audits. */
const char *self_sha256(struct arena *arena);

#endif
