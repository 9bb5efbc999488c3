/* SPDX-License-Identifier: Apache-2.0 */
/* Names of vectors compared with the patterns of facts/irq_rows.h. */
#ifndef FACTS_IRQ_PATTERN_H
#define FACTS_IRQ_PATTERN_H

#include "facts/facts.h"

struct irq_pattern {
	/* What "%" stands for, also after the driver's name and a dash; NULL: any name that an
	 * interface may have, since vectors keep the name of an interface that was renamed. */
	const char *interface, *driver;
	bool any_case;
};

/* The last number and the one before it; 0 where there is none. */
struct irq_numbers {
	uint64_t last, before;
};

bool irq_pattern_fits(const struct irq_pattern *pattern, const char *text, const char *name,
		      struct irq_numbers *ret);

#endif
