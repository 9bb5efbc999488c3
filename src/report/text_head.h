/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a report for people: which node, which data directory, which CPUs for what. */
#ifndef REPORT_TEXT_HEAD_H
#define REPORT_TEXT_HEAD_H

#include "base/text.h"
#include "report/report.h"

void text_head(struct str *text, const struct report *report, struct text_style style,
	       size_t columns);

#endif
