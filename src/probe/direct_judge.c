/* SPDX-License-Identifier: Apache-2.0 */
/* What the observations of direct_io.c mean, and linux-aio's room. */
#include <errno.h>
#include <inttypes.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/direct_io.h"
#include "probe/file.h"

/* What to do about a file system whose direct I/O is none. */
static const struct {
	const char *fs_type, *advice;
} known[] = {
    {.fs_type = "tmpfs", .advice = "tmpfs is memory: mount a disk with XFS there"},
    {.fs_type = "ramfs", .advice = "ramfs is memory: mount a disk with XFS there"},
    {.fs_type = "btrfs",
     .advice = "btrfs goes through the page cache wherever it keeps checksums: use XFS"},
    {.fs_type = "overlay",
     .advice = "this is a container's own layer: mount a volume with XFS there"},
    {.fs_type = "nfs", .advice = "Redpanda does not support network file systems: use a disk"},
    {.fs_type = "nfs4", .advice = "Redpanda does not support network file systems: use a disk"},
    {.fs_type = "cifs", .advice = "Redpanda does not support network file systems: use a disk"},
    {.fs_type = "zfs",
     .advice =
	 "ZFS passes direct I/O on only from 2.3 and with direct=standard or always: use XFS"},
    {.fs_type = "f2fs", .advice = "f2fs buffers direct writes in some modes: use XFS"},
    {.fs_type = "fuse", .advice = "it is up to the FUSE server what reaches the disk: use XFS"},
    {.fs_type = "ext4",
     .advice = "ext4 buffers with data=journal, inline data or encryption: mount it without, or "
	       "use XFS"},
};

static const char *advice_for(const char *fs_type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (fs_type &&
		    (text_equal(known[i].fs_type, fs_type) ||
		     (text_equal(known[i].fs_type, "fuse") && text_starts(fs_type, "fuse"))))
			return known[i].advice;
	}
	return "use XFS on a disk";
}

static void say(struct direct_io *direct, enum proof proof, const char *what, const char *advice)
{
	direct->proof = proof;
	(void)snprintf(direct->sentence, sizeof(direct->sentence), "%s%s%s", what,
		       advice ? "; " : "", advice ? advice : "");
}

void direct_io_judge(const char *fs_type, struct direct_io *direct)
{
	const char *advice = advice_for(fs_type);
	char text[160];

	if (direct->opens != TRI_YES || direct->offset_align == 0) {
		say(direct, PROOF_REFUTED, "the file system takes no O_DIRECT for this file",
		    advice);
		return;
	}
	if (direct->holds == TRI_NO) {
		say(direct, PROOF_REFUTED, "the scratch file does not hold what was written to it",
		    "look at the disk");
		return;
	}
	if (direct->cached_pages > 0) {
		(void)snprintf(text, sizeof(text),
			       "what was written with O_DIRECT stands in the page cache (%" PRId64
			       " of 256 pages)",
			       direct->cached_pages);
		say(direct, PROOF_REFUTED, text, advice);
		return;
	}
	/* Where any address will do, taking an odd one says nothing. */
	if (direct->shifted_refused == TRI_NO && direct->memory_align != 1) {
		say(direct, PROOF_REFUTED,
		    "a buffer that no disk could use was taken, so the I/O went through the page "
		    "cache",
		    advice);
		return;
	}
	if (direct->counted == TRI_NO) {
		say(direct, PROOF_REFUTED, "1 MiB was written and read, and no disk saw it",
		    advice);
		return;
	}
	if (direct->smallest_block < 0) {
		say(direct, PROOF_REFUTED, "reads of 4096 bytes at offset 4096 fail", advice);
		return;
	}
	/* Two of the three must have been seen, and none against it. */
	if ((direct->shifted_refused == TRI_YES) + (direct->cached_pages == 0) +
		(direct->counted == TRI_YES) <
	    2) {
		say(direct, PROOF_UNKNOWN, "the kernel does not tell enough to prove it", NULL);
		return;
	}
	say(direct, PROOF_PROVEN,
	    direct->counted == TRI_YES
		? "an odd buffer is refused, no page is cached, every byte was counted as disk I/O"
		: "an odd buffer is refused and no page is cached",
	    text_equal(fs_type, "overlay") ? advice : NULL);
}

/* linux-aio ----------------------------------------------------------------------------------- */

/* Per shard, as Seastar asks: 1,024 for storage, 2 for preemption, 10,000 for the network
 * (src/core/reactor_backend.cc); the kernel rounds up to whole pages of events. */
enum { aio_per_shard = 11026, aio_counted = 11264 };

static uint64_t number_of(const char *path)
{
	char text[32];
	uint64_t number = 0;

	if (file_head(path, text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, &number) < 0 ? 0 : number;
}

void aio_prove(unsigned shards, bool give_back, struct aio_check *ret)
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
