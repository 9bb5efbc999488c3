/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process that stays can wait for: signals, events of the kernel, and changes of files. Each
 * is a descriptor that can be read when something has happened. Of what the kernel tells only the
 * names of files are read, and whether a device may be hardware: whoever is woken looks at the node
 * itself.
 */
#ifndef SYS_WAKES_H
#define SYS_WAKES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* From here on SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGCHLD come by the descriptor alone. */
_must_check_ int wakes_open_signals(int *ret_fd);
/* The number of the next one; 0: there is none. */
int wakes_next_signal(int fd);
/* In a child: signals come as to any process. */
void wakes_unblock_signals(void);

/* Devices that come, go and change, as the kernel's kobjects tell. */
_must_check_ int wakes_open_devices(int *ret_fd);
/* Network cards that come, go, and get or lose their link. */
_must_check_ int wakes_open_links(int *ret_fd);
/* Both read what is there; whoever has missed some of it is woken all the same. Whether any of it
 * may be about hardware (kernel_news.h), as what was missed may. */
bool wakes_drain_devices(int fd);
bool wakes_drain_links(int fd);

_must_check_ int wakes_open_files(int *ret_fd);
/* A directory, since files are replaced by a rename; a second time for the same changes nothing. */
_must_check_ int wakes_add_directory(int fd, const char *dir);
/* Whether any of what has happened is about a profile, redpanda.yaml or one of these names. */
bool wakes_drain_files(int fd, const names *also);
/* The same of one name. Of a ConfigMap the kubelet replaces the link "..data". */
bool wakes_is_wanted(const char *name, const names *also);

/* Control groups: a directory, and with depth those below it, each once. Of the last ones, the
 * containers', only the CPUs that they are given count: what a container makes in its own group is
 * its affair. What matches one of the patterns (text_glob) is passed over, with all below it. Fails
 * if one that is there cannot be watched. */
_must_check_ int wakes_add_groups(int fd, struct arena *arena, const char *dir, unsigned depth,
				  const names *but);
/* The most that has happened: nothing, a group went or was given other CPUs, or one came. */
enum wakes_groups { WAKES_NO_GROUP, WAKES_GROUP, WAKES_NEW_GROUP };
enum wakes_groups wakes_drain_groups(int fd);

#endif
