/* SPDX-License-Identifier: Apache-2.0 */
/* One measurement of the CPUs within a command. */
#ifndef FLOW_CPU_STEP_H
#define FLOW_CPU_STEP_H

#include "flow/outcome.h"
#include "probe/cpu.h"

/* What options, facts and plan ask for. */
struct cpu_request cpu_step_request(struct session *session);
/* Why nothing can be measured; NULL: go on. */
const char *cpu_step_obstacle(struct session *session);
/* The same beside a measurement of the disk. */
struct cpu_request cpu_step_request_beside(struct session *session);
/* "20 s for CPUs 0-1, one after the other" */
const char *cpu_step_time(struct arena *arena, const struct cpu_request *request);
/* Nothing is measured, and so no floor judged. The report tells why in one place. */
void cpu_step_skip(struct session *session, struct report_probe *probe, const char *why);
/* Measures and fills *probe. EXIT_ERROR with the sentence in session->err. */
enum exit_code cpu_step_measure(struct outcome *outcome, const struct cpu_request *request,
				struct report_probe *probe);
/* Measures and adds to what the probe of the disk has filled; not if a broker ended that. What
 * keeps it from measuring is no error, but a signal. */
enum exit_code cpu_step_beside(struct outcome *outcome, const struct cpu_request *request,
			       struct report_probe *probe);
/* The same as the last step of run, as far as probe.cpu says so. */
enum exit_code cpu_step_in_run(struct outcome *outcome, struct report_probe *probe);

#endif
