/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupts that exist: from /sys/kernel/irq, else (kernels before 4.9) from /proc/interrupts
 * line by line, whose size grows with CPUs times interrupts. In numeric order, device not filled.
 */
#ifndef FACTS_IRQ_TABLE_H
#define FACTS_IRQ_TABLE_H

#include "facts/facts.h"

/* The chip is filled only from /proc/interrupts, which is masked in pods and leaves out what has no
 * handler. */
void irq_table(struct root *root, struct arena *arena, struct facts *facts);
void irq_sort(struct facts *facts);
/* Reads one file, so it is for interrupts that nothing else identifies; NULL unknown. */
const char *irq_chip(struct root *root, struct arena *arena, unsigned number);

#endif
