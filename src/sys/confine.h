/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a child process that runs somebody else's file reader over a recorded node: from this call on
 * the kernel lets the process open nothing outside dir, so a link in the tree cannot lead it to the
 * machine at hand. False where the kernel has no Landlock: then the caller may believe only what
 * the file layer confirms.
 */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <stdbool.h>

bool confine_reads(const char *dir);

#endif
