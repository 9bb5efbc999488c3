/* SPDX-License-Identifier: Apache-2.0 */
/* The files by which CPUs are handed over to whoever starts Redpanda. */
#ifndef PLAN_FILES_H
#define PLAN_FILES_H

#include "facts/facts.h"

/* Drop-in of the unit; gone at the next boot, as the placement it belongs to. */
#define PINNING_DROP_IN    "/run/systemd/system/redpanda.service.d/50-thintune.conf"
#define PINNING_STATE_FILE RPK_STATE_FILE

#endif
