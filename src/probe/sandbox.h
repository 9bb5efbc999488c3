/* SPDX-License-Identifier: Apache-2.0 */
/* What the process that measures can still ask of the kernel: a filter of system calls (seccomp)
 * and of files (Landlock). Should somebody take it over, he has no more than that. */
#ifndef PROBE_SANDBOX_H
#define PROBE_SANDBOX_H

#include "probe/engine.h"
#include "probe/probe.h"

/* Tries in processes of their own what sandbox_enter() does, since a filter around this one may
 * answer with a signal: what would end it is left out later, and told in *ret. Before this process
 * becomes somebody else, who could stop them. */
void sandbox_try(int directory, struct probe_sandbox *ret);

/* Once this process is the directory's owner, and before it opens anything there: leaves it what
 * proofs and trials of engines need, of files the directory (-1: none) and reading /proc. What the
 * kernel does not have, or a filter around this process forbids, is left out and told in *ret. */
void sandbox_enter(int directory, struct probe_sandbox *ret);

/* Once the engine is chosen, and before a thread is started: leaves what jobs need with this one
 * engine, and of files the directory alone. */
void sandbox_narrow(int directory, const struct engine *engine, struct probe_sandbox *ret);

#endif
