/* SPDX-License-Identifier: Apache-2.0 */
/* The check io-config. Pure. */
#ifndef TUNERS_CHECKS_IO_CONFIG_H
#define TUNERS_CHECKS_IO_CONFIG_H

#include "plan/plan.h"

void checks_io_config(const struct tuning *tuning);

#endif
