/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name table: what a vector is for, told by the driver of its device and the name under which
 * the driver asked for it. Each row names the kernel source that makes the name.
 */
#ifndef FACTS_IRQ_NAMES_H
#define FACTS_IRQ_NAMES_H

#include "facts/facts.h"

/* Fills role, queue and is_managed from irq->actions. nic: NULL for a disk, whose vectors are told
 * by their names alone. What no row knows is UNKNOWN, -1, false. */
void irq_name_vector(struct arena *arena, const struct nic *nic, struct irq *irq);

/* What only all vectors of one device together tell. */
typedef VEC(struct irq *) irq_group;
void irq_name_group(const struct nic *nic, const irq_group *group);

/* Both for all vectors whose device is known. */
void irq_roles(struct arena *arena, struct facts *facts);

#endif
