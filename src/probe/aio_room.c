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

static uint64_t number_of(const char *path)
{
	char text[32];
	uint64_t number = 0;

	if (probe_read_small(path, text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, &number) < 0 ? 0 : number;
}

/* EAGAIN is the limit's alone (kernel fs/aio.c, ioctx_alloc()). */
static enum aio_have why_not(int code)
{
	if (code == EAGAIN)
		return AIO_TOO_FEW;
	return code == EPERM || code == EACCES ? AIO_REFUSED
	       : code == ENOSYS                ? AIO_ABSENT
					       : AIO_FAILS;
}

static const char *reason(int code)
{
	switch (why_not(code)) {
	case AIO_TOO_FEW:
		return "fs.aio-max-nr is too small";
	case AIO_REFUSED:
		return "a seccomp filter forbids it";
	case AIO_ABSENT:
		return "the kernel does not have it, or a seccomp filter hides it";
	case AIO_FAILS:
		break;
	}
	return err_words(code);
}

void aio_room_prove(unsigned shards, const struct aio_need *need, bool give_back,
		    struct aio_check *ret)
{
	struct aio_check check = {
	    .needed = (shards ? shards : 1) * need->per_shard + need->once,
	    .in_use = number_of("/proc/sys/fs/aio-nr"),
	    .most = number_of("/proc/sys/fs/aio-max-nr"),
	};
	aio_context_t context = 0;
	char *text = check.sentence;
	size_t room = sizeof(check.sentence);

	if (syscall(SYS_io_setup, need->per_shard, &context) < 0) {
		check.proof = PROOF_REFUTED;
		check.have = why_not(errno);
		(void)snprintf(text, room,
			       "io_setup of the %" PRIu64
			       " requests that one shard needs fails: %s",
			       need->per_shard, reason(errno));
	} else if (need->unread) {
		check.proof = PROOF_UNKNOWN;
		(void)snprintf(text, room,
			       "one shard's io_setup works; how many requests Redpanda needs is "
			       "unknown: redpanda.yaml:%u, %s cannot be read",
			       need->unread->line, need->unread->name);
	} else if (!check.most) {
		check.proof = PROOF_UNKNOWN;
		(void)snprintf(text, room, "one shard's io_setup works; fs.aio-max-nr is unknown");
	} else if (check.in_use + check.needed > check.most) {
		check.proof = PROOF_REFUTED;
		check.have = AIO_TOO_FEW;
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
