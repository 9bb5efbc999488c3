/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the facts text share. Every value of the node goes through escape_text. */
#ifndef REPORT_FACTS_PAGE_H
#define REPORT_FACTS_PAGE_H

#include "report/layout.h"
#include "report/report.h"

struct facts_page {
	struct arena *arena;
	const struct facts *facts;
	struct text_style style;
	struct str text;
};

void page_section(struct facts_page *page, const char *title);
/* A line "  key  value", the value wrapped; NULL is printed as unknown. */
void page_row(struct facts_page *page, const char *key, const char *value);
void page_table(struct facts_page *page, const struct table *table);
/* "unknown" for NULL. */
const char *page_or_unknown(const char *text);

/* facts_devices.c */
void page_disks(struct facts_page *page);
void page_nics(struct facts_page *page);
void page_irqs(struct facts_page *page);

#endif
