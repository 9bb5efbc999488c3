/* SPDX-License-Identifier: Apache-2.0 */
/* Whether Redpanda's shards can have the linux-aio requests that they ask for. */
#ifndef PROBE_AIO_ROOM_H
#define PROBE_AIO_ROOM_H

#include "probe/probe.h"

/* Calls io_setup for what one shard needs, and compares the need of all shards with what the node
 * has left. give_back: at once, which takes 30 ms, instead of at the end of the process. */
void aio_room_prove(unsigned shards, const struct aio_need *need, bool give_back,
		    struct aio_check *ret);

#endif
