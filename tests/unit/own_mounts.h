/* SPDX-License-Identifier: Apache-2.0 */
/* A mount table of its own, for the rest of this (forked) test. */
#ifndef OWN_MOUNTS_H
#define OWN_MOUNTS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>

/* more: other namespaces, CLONE_NEW*. false: only root may have it, and not in every container. */
static inline bool own_mounts(int more)
{
	return unshare(CLONE_NEWNS | more) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

#endif
