/* SPDX-License-Identifier: Apache-2.0 */
/* What was read in redpanda.yaml, with its lines: the same in facts and audits. */
#ifndef REPORT_REDPANDA_H
#define REPORT_REDPANDA_H

#include "profile/redpanda.h"

/* "--smp 4 (line 12), --memory 4G (line 13)"; NULL: it gives none. */
const char *redpanda_flags_text(struct arena *arena, const struct redpanda_config *redpanda);
/* "rpk.tune_aio_events: false (line 7) and 3 more"; NULL: nothing is switched off. */
const char *redpanda_off_text(struct arena *arena, const struct redpanda_config *redpanda);

#endif
