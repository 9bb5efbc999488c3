/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the node is ready, by what watch has published of its last look. */
#ifndef FLOW_SERVE_READY_H
#define FLOW_SERVE_READY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* now: seconds of CLOCK_BOOTTIME of the boot of that ID (NULL: unknown), by which watch.json tells
 * when that look was. *ret_text: a line that says why not; unknown is not ready, and says
 * "unknown".
 */
bool serve_ready(struct arena *arena, int directory, const char *boot, int64_t now,
		 const char **ret_text);

#endif
