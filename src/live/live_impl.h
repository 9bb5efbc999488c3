/* SPDX-License-Identifier: Apache-2.0 */
/* What live.c puts together in live_read(). Only files of live/ include this. */
#ifndef LIVE_LIVE_IMPL_H
#define LIVE_LIVE_IMPL_H

#include "live/live.h"

/* Everything unknown. */
struct live live_unknown(void);

/* Strict: unknown, repeated or unsorted keys and malformed values are -EINVAL with the line. */
_must_check_ int live_parse(struct arena *arena, const char *text, struct live *ret,
			    struct err *err);

/* Fills all but the data directory and the broker. */
void live_ask_kernel(struct root *root, struct arena *arena, struct live *live);
struct live_data_dir live_ask_dir(struct arena *arena, const char *path);
/* The node's control groups show pods of a kubelet, or cannot be looked at. */
bool live_has_pods(struct root *root, struct arena *arena);
/* Needs live->data_dir. */
void live_ask_broker(struct root *root, struct arena *arena, struct live *live);

#endif
