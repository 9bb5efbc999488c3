/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the name table: under which name a driver asks for each of its vectors, and which of
 * them it leaves to the kernel to place (PCI_IRQ_AFFINITY). Each names the kernel source that makes
 * it so, file and function, below the kernel's drivers/ unless it says otherwise.
 */
#ifndef FACTS_IRQ_ROWS_H
#define FACTS_IRQ_ROWS_H

#include "facts/facts.h"

/* Vectors that a driver keeps for itself in front of those that the kernel places. */
enum irq_reserved {
	RESERVED_NONE,
	RESERVED_FIRST,       /* number 0 serves control, unless there is no other */
	RESERVED_FIRST_QUEUE, /* number 0 is a queue that the kernel does not place */
	RESERVED_LOW_LATENCY, /* megaraid_sas: 8 queues in balanced mode, else number 0 for control
			       */
	RESERVED_HIGH_IOPS,   /* mpt3sas: 8 queues on some cards, else none */
};

/* Of Linux: KERNEL(6, 17) is 6.17. */
#define KERNEL(major, minor) ((major)*1000U + (minor))

struct irq_row {
	const char *drivers; /* of the NIC, separated by "|"; NULL: a disk */
	/* "%" the name of an interface, "$" a PCI function, "#" a number, "*" any text; the last
	 * number is the queue's */
	const char *name;
	enum irq_role role;
	unsigned first;     /* number of the first queue in such names */
	bool has_no_number; /* the number is no queue's: vectors count in their own order */
	bool is_ranked; /* the numbers have gaps or do not begin at 0: their order is the queue's */
	bool is_range;  /* the last two numbers are the first and the last queue of the vector */
	bool is_managed;
	bool is_not_on_x86;    /* managed on other processors alone */
	unsigned since, until; /* managed by kernels from, and before; 0: no limit */
	enum irq_reserved reserved;
	const char *source;
};

struct irq_rows {
	const struct irq_row *at;
	size_t count;
};

/* First match wins, so the rows of control vectors come before others that match them. */
struct irq_rows irq_rows_disk(void);
struct irq_rows irq_rows_net(void);
/* For network drivers that have no row; letters may be large or small. */
struct irq_rows irq_rows_generic(void);

#endif
