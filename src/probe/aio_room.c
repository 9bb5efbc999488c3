/* SPDX-License-Identifier: Apache-2.0 */
/* Finds out whether the node has room for the linux-aio requests that Redpanda asks for. */
#include "probe/aio_room.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/scratch.h"

/* Requests of a shard in Seastar: 1,024 for storage, 2 for preemption, 10,000 for the network
 * (src/core/reactor_backend.cc). The kernel rounds up to whole pages of events. */
enum { aio_per_shard = 11026, aio_counted = 11264 };

static uint64_t number_of(const char *path)
{
	char text[32];
	uint64_t number = 0;

	if (probe_read_small(path, text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, &number) < 0 ? 0 : number;
}

void aio_room_prove(unsigned shards, bool give_back, struct aio_check *ret)
{
	struct aio_check check = {
	    .needed = (uint64_t)(shards ? shards : 1) * aio_counted,
	    .in_use = number_of("/proc/sys/fs/aio-nr"),
	    .most = number_of("/proc/sys/fs/aio-max-nr"),
	};
	aio_context_t context = 0;
	char *text = check.sentence;
	size_t room = sizeof(check.sentence);

	if (syscall(SYS_io_setup, aio_per_shard, &context) < 0) {
		check.proof = PROOF_REFUTED;
		(void)snprintf(text, room,
			       "io_setup of the %d requests that one shard needs fails: %s",
			       aio_per_shard,
			       errno == EAGAIN ? "fs.aio-max-nr is too small" : err_words(errno));
	} else if (!check.most) {
		check.proof = PROOF_UNKNOWN;
		(void)snprintf(text, room, "one shard's io_setup works; fs.aio-max-nr is unknown");
	} else if (check.in_use + check.needed > check.most) {
		check.proof = PROOF_REFUTED;
		(void)snprintf(text, room,
			       "%u shards need %" PRIu64 " requests, %" PRIu64
			       " are in use, fs.aio-max-nr allows %" PRIu64,
			       shards, check.needed, check.in_use, check.most);
	} else {
		check.proof = PROOF_PROVEN;
		(void)snprintf(text, room,
			       "one shard's io_setup works; %u shards need %" PRIu64
			       " requests, %" PRIu64 " of %" PRIu64 " are free",
			       shards, check.needed, check.most - check.in_use, check.most);
	}
	if (context && give_back)
		(void)syscall(SYS_io_destroy, context);
	*ret = check;
}
