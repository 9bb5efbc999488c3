/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of drives, and of what slows disks, cards and CPUs down by itself. Pure. */
#ifndef TUNERS_CHECKS_HARDWARE_H
#define TUNERS_CHECKS_HARDWARE_H

#include "plan/plan.h"

void checks_hardware(const struct tuning *tuning);

#endif
