/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs /usr/bin/systemctl, the only program that is ever executed: with fixed arguments, a fixed
 * environment and a time limit, and only if the root is this machine's "/" and systemd runs it.
 *
 * Whether a unit is active is read and written like an attribute, by root_read() and root_write():
 *
 *   SYSTEMCTL_DIR UNIT   "active" or "inactive"
 *
 * A record and a tree of plain files have a file there.
 */
#ifndef SYS_SYSTEMCTL_H
#define SYS_SYSTEMCTL_H

#include "sys/root.h"

#define SYSTEMCTL_DIR "/.thintune/systemd/"

enum systemctl_action {
	SYSTEMCTL_DAEMON_RELOAD,
	SYSTEMCTL_RESTART_IRQBALANCE, /* if it runs */
	SYSTEMCTL_IS_ACTIVE_FSTRIM,
	SYSTEMCTL_START_FSTRIM,
	SYSTEMCTL_STOP_FSTRIM,
	SYSTEMCTL_ACTIONS,
};

/* The command as a person would type it. */
const char *systemctl_command(enum systemctl_action action);

/* 0: systemctl returned 0. -EOPNOTSUPP: the root is not this machine's "/", or systemd does not run
 * it; -ETIMEDOUT: it was killed after the time limit; -EREMOTEIO: it returned another code. */
_must_check_ int systemctl_run(const struct root *root, enum systemctl_action action);

/* A path below SYSTEMCTL_DIR of a live root. */
bool systemctl_is_path(const struct root *root, const char *path);
/* -ENOENT: systemd has no such unit, or it is none of ours; else as systemctl_run(). */
_must_check_ int systemctl_read(const struct root *root, const char *path, const char **ret);
_must_check_ int systemctl_may_write(const char *path);
_must_check_ int systemctl_write(const struct root *root, const char *path, const char *text);

#endif
