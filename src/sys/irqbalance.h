/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running irqbalance, over its own socket (irqbalance(1), "API"): root only, one request a
 * connection, no answer to a command. What it was told is asked for again.
 */
#ifndef SYS_IRQBALANCE_H
#define SYS_IRQBALANCE_H

#include "base/numbers.h"
#include "sys/root.h"

#define IRQBALANCE_DIR "/run/irqbalance"

/* Newer versions keep this much of a list, "24 25 26", and silently drop the rest; older ones keep
 * more. */
enum { IRQBALANCE_LIST_BYTES = 255 };

/*
 * Replaces the interrupts that irqbalance leaves alone by these, in ascending order; none: it may
 * move all. socket: name in IRQBALANCE_DIR. -EOPNOTSUPP: not on this root; -EFBIG: more than it
 * takes at once; -EPROTO: it lists others afterwards; -ETIMEDOUT: it does not answer.
 */
_must_check_ int irqbalance_ban(struct root *root, const char *socket, const unsigned *irqs,
				size_t count);

/* The interrupts in an answer to "setup", in ascending order: "SLEEP 10 IRQ 24 LOAD 0 ... BANNED
 * 00000000". -EPROTO when it is no such answer. */
_must_check_ int irqbalance_parse(struct arena *arena, const char *answer, number_list *ret);

#endif
