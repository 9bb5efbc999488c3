/* SPDX-License-Identifier: Apache-2.0 */
/* What the distance between NUMA nodes costs, in reports. */
#ifndef REPORT_DISTANCE_H
#define REPORT_DISTANCE_H

#include <jansson.h>

#include "report/report.h"

/* "from node 0, the farthest from node 1 of the disks: ..."; "not measured: ..."; NULL: nobody
 * asked. */
const char *distance_sentence(struct arena *arena, const struct report_probe *probe);

/* "better", "worse" or "no difference seen" from far away, "cannot tell". */
const char *distance_verdict(const struct effect *effect);

json_t *distance_json(struct arena *arena, const struct report_probe *probe);

#endif
