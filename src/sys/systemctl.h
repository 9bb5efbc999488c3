/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs /usr/bin/systemctl, the only program that is ever executed: with fixed arguments, a fixed
 * environment and a time limit, and only if the root is this machine's "/" and systemd runs it.
 */
#ifndef SYS_SYSTEMCTL_H
#define SYS_SYSTEMCTL_H

#include "sys/root.h"

enum systemctl_action {
	SYSTEMCTL_DAEMON_RELOAD,
	SYSTEMCTL_RESTART_IRQBALANCE, /* if it runs */
	SYSTEMCTL_ACTIONS,
};

/* The command as a person would type it. */
const char *systemctl_command(enum systemctl_action action);

/* 0: systemctl returned 0. -EOPNOTSUPP: the root is not this machine's "/", or systemd does not run
 * it; -ETIMEDOUT: it was killed after the time limit; -EREMOTEIO: it returned another code. */
_must_check_ int systemctl_run(struct root *root, enum systemctl_action action);

#endif
