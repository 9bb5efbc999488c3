/* SPDX-License-Identifier: Apache-2.0 */
/* A test may change a wish that is in the plan already; nobody else does. */
#ifndef WISH_OF_H
#define WISH_OF_H

#include "plan/plan.h"

static inline struct wish *wish_of(const struct setting *setting)
{
	return (struct wish *)(uintptr_t)setting->wish;
}

#endif
