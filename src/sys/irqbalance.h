/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells a running irqbalance over its socket which interrupts to leave alone (irqbalance(1),
 * "API"). Only root may; each request is a connection of its own. It does not answer to a command,
 * so it is asked afterwards what it has.
 */
#ifndef SYS_IRQBALANCE_H
#define SYS_IRQBALANCE_H

#include "base/numbers.h"
#include "sys/root.h"

#define IRQBALANCE_DIR "/run/irqbalance"

/* Newer versions keep this much of a list such as "24 25 26" and silently drop the rest; older ones
 * keep more. */
enum { IRQBALANCE_LIST_BYTES = 255 };

/*
 * Sets the interrupts that irqbalance leaves alone, in ascending order; with none it may move all.
 * socket: its name in IRQBALANCE_DIR. -EOPNOTSUPP: the root is not live; -EFBIG: more than it takes
 * at once; -EPROTO: it lists others afterwards; -ETIMEDOUT: it does not answer.
 */
_must_check_ int irqbalance_ban(struct root *root, const char *socket, const unsigned *irqs,
				size_t count);

/* The interrupts in an answer to "setup", in ascending order: "SLEEP 10 IRQ 24 LOAD 0 ... BANNED
 * 00000000". -EPROTO if it does not look like that. */
_must_check_ int irqbalance_parse(struct arena *arena, const char *answer, number_list *ret);

#endif
