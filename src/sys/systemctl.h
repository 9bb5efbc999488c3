/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one program that is ever run: /usr/bin/systemctl, with fixed arguments, a fixed environment
 * and a time limit, and only where the root is this machine's own "/" and systemd runs it.
 */
#ifndef SYS_SYSTEMCTL_H
#define SYS_SYSTEMCTL_H

#include "sys/root.h"

enum systemctl_action {
	SYSTEMCTL_DAEMON_RELOAD,
	SYSTEMCTL_RESTART_IRQBALANCE, /* if it runs */
	SYSTEMCTL_ACTIONS,
};

/* The same as a person would type it. */
const char *systemctl_command(enum systemctl_action action);

/* 0: systemctl ended with 0. -EOPNOTSUPP: this root is not the machine's own, or no systemd runs
 * it; -ETIMEDOUT: it was stopped after the time limit; -EREMOTEIO: it ended with another code. */
_must_check_ int systemctl_run(struct root *root, enum systemctl_action action);

#endif
