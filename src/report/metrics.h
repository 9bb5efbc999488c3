/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the text format of Prometheus. */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "base/str.h"
#include "report/report.h"

/* # HELP and # TYPE; type: "gauge" or "counter". Names without "thintune_". */
void metrics_head(struct str *str, const char *type, const char *name, const char *help);
/* The only series of its name. */
void metrics_number(struct str *str, const char *type, const char *name, const char *help,
		    int64_t number);
/* NAME="VALUE" */
void metrics_label(struct str *str, const char *name, const char *value);

/* A series for each setting and each check that is not right, required ones first, at most so many
 * of each. */
enum { METRICS_OFF_MOST = 200 };
void metrics_off(struct str *str, const struct report *report);

/* What the probe has measured, and what the floors say of it. */
void metrics_probe(struct str *str, const struct report_probe *probe);
/* Of a result with loads: what each holds, and its steps. */
void metrics_envelope(struct str *str, const struct probe_result *result);

#endif
