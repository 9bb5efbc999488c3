/* SPDX-License-Identifier: Apache-2.0 */
/* The io-config.yaml that probe and run write for Redpanda, from a probe whose figures settled. */
#ifndef FLOW_IO_CONFIG_H
#define FLOW_IO_CONFIG_H

#include "flow/outcome.h"

/* run is to write one, there is none yet, and there can be one: it measures for as long as `probe`
 * does. */
bool io_config_is_due(const struct options *options);
/* Why run, asked for one, need not measure for it: what is in its place is no file, or none can be
 * written there. NULL: nothing is in the way. */
const char *io_config_obstacle(struct arena *arena, const struct options *options);

/* Writes it, or says in *probe why not; for probe, but not for run, that is an EXIT_ERROR, too. */
_must_check_ enum exit_code io_config_write(struct outcome *outcome, struct report_probe *probe);

#endif
