/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PROBE_JSON_H
#define REPORT_PROBE_JSON_H

#include "report/json_value.h"
#include "report/report.h"

/* The value of `probe` in a report. */
json_t *probe_value(struct arena *arena, const struct report_probe *probe);

#endif
