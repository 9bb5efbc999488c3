/* SPDX-License-Identifier: Apache-2.0 */
/* What this process may do and what it cannot, in words. */
#ifndef REPORT_RIGHTS_H
#define REPORT_RIGHTS_H

#include <linux/capability.h>

#include "live/live.h"

/* "CAP_CHOWN", ... of a capability mask, in numeric order; "CAP_41" where this build knows no name.
 */
names rights_capabilities(struct arena *arena, uint64_t mask);

/* All that this build knows. */
#define RIGHTS_ALL ((UINT64_C(2) << CAP_LAST_CAP) - 1)

/* One sentence for each thing that cannot be done for want of a right; empty: nothing is missing.
 * What is not known is said to be not known. live_root: this node itself; of a recorded one only
 * what the recorder held is known, and it holds no more than recording takes. */
names rights_missing(struct arena *arena, const struct live *live, bool live_root);

#endif
