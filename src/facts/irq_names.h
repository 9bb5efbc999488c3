/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name table: what a vector is for, told by the driver of its device and the name under which
 * the driver asked for it; and whether the kernel places it. The rows are in irq_rows_*.c.
 */
#ifndef FACTS_IRQ_NAMES_H
#define FACTS_IRQ_NAMES_H

#include "facts/facts.h"
#include "facts/irq_rows.h"

/* What rows depend on besides the name. */
struct irq_kernel {
	unsigned version; /* KERNEL(6, 1); 0 unknown: then every row that is managed by some is */
	bool is_x86;
	unsigned online; /* CPUs */
};

struct irq_vector {
	struct irq *irq;
	const struct irq_row *row; /* NULL: none knows it */
	bool is_plain;             /* has its interface's name and nothing else */
};

/* Fills role, queue and is_managed from irq->actions. nic: NULL for a disk, whose vectors are told
 * by their names alone. What no row knows is UNKNOWN, -1, false. */
struct irq_vector irq_name_vector(struct arena *arena, const struct irq_kernel *kernel,
				  const struct nic *nic, struct irq *irq);

/* What only all vectors of one device together tell. */
typedef VEC(struct irq_vector) irq_group;
void irq_name_group(struct arena *arena, const struct irq_kernel *kernel, const struct nic *nic,
		    const irq_group *group);

/* One handler, asked for under this interface's present name or the driver's before it. */
bool irq_name_fits(const struct nic *nic, const char *handler);

/* Both for all vectors whose device is known. */
void irq_roles(struct root *root, struct arena *arena, struct facts *facts);

#endif
