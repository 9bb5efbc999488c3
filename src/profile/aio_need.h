/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many linux-aio requests a broker asks the kernel for, as Seastar counts them
 * (src/core/reactor.cc, smp::adjust_max_networking_aio_io_control_blocks): each shard 1,024 for the
 * disk, 2 for preemption and --max-networking-io-control-blocks, and --reserve-io-control-blocks
 * once. Seastar rounds nothing. The kernel counts what io_setup(2) was asked for, not the events
 * that it allocates (fs/aio.c, ioctx_alloc: max_reqs).
 */
#ifndef PROFILE_AIO_NEED_H
#define PROFILE_AIO_NEED_H

#include <stdint.h>

#include "profile/start_flags.h"

struct aio_need {
	uint64_t per_shard, once;
	const struct start_flag *network; /* the flag that counts in per_shard; NULL: the default */
	const struct start_flag *unread;  /* a flag whose value cannot be read; NULL: none */
};

/* flags may be NULL. */
struct aio_need aio_need_of(const start_flags *flags);

#endif
