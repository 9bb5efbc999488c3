/* SPDX-License-Identifier: Apache-2.0 */
/* Observes what direct I/O does on a scratch file, and concludes whether it is real. */
#include "probe/direct_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/aio_abi.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/random.h"
#include "probe/scratch.h"

enum { sample_bytes = 1024 * 1024, page = 4096, seed = 77 };

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* From linux/mman.h of 6.5. */
struct cachestat_range {
	uint64_t offset, length;
};
struct cachestat {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* By the system call and its mask bit: not every header of libc knows these fields. */
static void ask_alignment(int fd, struct direct_io *direct)
{
	struct statx st;

	direct->memory_align = direct->offset_align = -1;
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) < 0 ||
	    !(st.stx_mask & STATX_DIOALIGN))
		return;
	direct->memory_align = st.stx_dio_mem_align;
	direct->offset_align = st.stx_dio_offset_align;
}

static int64_t cached_by_mincore(int fd)
{
	unsigned char present[sample_bytes / page];
	int64_t count = 0;
	void *map = mmap(NULL, sample_bytes, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -1;
	if (mincore(map, sample_bytes, present) < 0)
		count = -1;
	for (size_t i = 0; count >= 0 && i < sizeof(present); i++)
		count += present[i] & 1;
	(void)munmap(map, sample_bytes);
	return count;
}

static int64_t cached_pages(int fd)
{
	struct cachestat_range range = {.length = sample_bytes};
	struct cachestat stat;

	if (syscall(SYS_cachestat, fd, &range, &stat, 0) == 0)
		return (int64_t)stat.cached;
	return cached_by_mincore(fd);
}

/* Storage I/O of this process; false if the kernel does not count it. */
static bool counted_bytes(struct arena *arena, int account, uint64_t *ret_read,
			  uint64_t *ret_written)
{
	char text[1024];
	names words;
	unsigned found = 0;

	if (probe_reread(account, text, sizeof(text)) < 0)
		return false;
	words = text_words(arena, text);
	for (size_t i = 0; i + 1 < words.count; i++) {
		if (text_equal(words.at[i], "read_bytes:"))
			found += text_u64(words.at[i + 1], ret_read) == 0;
		if (text_equal(words.at[i], "write_bytes:"))
			found += text_u64(words.at[i + 1], ret_written) == 0;
	}
	return found == 2;
}

/* Writes 1 MiB and reads it back: every block must hold what was written there. */
static int write_and_read(struct arena *arena, int fd, int account, unsigned char *buffer,
			  struct direct_io *direct, struct err *err)
{
	uint64_t read_before = 0, written_before = 0, read_after = 0, written_after = 0;
	bool counted = counted_bytes(arena, account, &read_before, &written_before);
	ssize_t r = scratch_write_start(fd, buffer, sample_bytes);

	if (r < 0)
		return err_set(err, (int)r, "cannot write the scratch file: %s", err_words((int)r));
	memset(buffer, 0, sample_bytes);
	r = pread(fd, buffer, sample_bytes, 0);
	if (r != sample_bytes)
		return err_set(err, r < 0 ? -errno : -EIO, "cannot read the scratch file: %s",
			       err_words(r < 0 ? errno : EIO));
	direct->holds = mark_holds(buffer, sample_bytes, seed, 0) ? TRI_YES : TRI_NO;
	counted = counted && counted_bytes(arena, account, &read_after, &written_after);
	direct->counted = !counted ? TRI_UNKNOWN
			  : read_after - read_before >= sample_bytes &&
				  written_after - written_before >= sample_bytes
			      ? TRI_YES
			      : TRI_NO;
	return 0;
}

/* The smallest length and offset at which reads work. Redpanda needs 4096; 512 is only reported. */
static int64_t smallest_block(int fd, unsigned char *buffer)
{
	static const size_t ladder[] = {512, 4096};

	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		if (pread(fd, buffer, ladder[i], (off_t)ladder[i]) == (ssize_t)ladder[i])
			return (int64_t)ladder[i];
	}
	return -1;
}

static int nowait(int fd, unsigned char *buffer, bool is_write, off_t offset)
{
	struct iovec vector = {.iov_base = buffer, .iov_len = page};
	ssize_t r = is_write ? pwritev2(fd, &vector, 1, offset, RWF_NOWAIT)
			     : preadv2(fd, &vector, 1, offset, RWF_NOWAIT);

	return r < 0 ? -errno : 0;
}

/* Linux 6.0 and later refuse such a write where the file's time of change is not yet that of this
 * tick of the clock (fs/inode.c, file_modified_flags;
 * https://github.com/scylladb/seastar/issues/2974). What has just changed the file without the flag
 * has set it; some tries, since a tick may end. */
enum { nowait_tries = 8 };

static int nowait_overwrite(int fd, unsigned char *buffer)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < nowait_tries; i++) {
		(void)!pwrite(fd, buffer, page, 0);
		r = nowait(fd, buffer, true, 0);
	}
	return r;
}

/* As Redpanda appends. It reserves space (Redpanda's storage/segment_appender.cc,
 * do_next_adaptive_fallocation). Seastar lets a write make the file longer on XFS; on other file
 * systems of disks it sets the size first, so that the write stays within it (core/file.cc,
 * make_file_impl and append_challenged_posix_file_impl::optimize_queue). */
static int nowait_append(int fd, unsigned char *buffer, const char *fs_type)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < nowait_tries; i++) {
		(void)!fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, sample_bytes,
				 page);
		if (!text_equal(fs_type, "xfs") && ftruncate(fd, sample_bytes + page) < 0)
			return 1;
		r = nowait(fd, buffer, true, sample_bytes);
	}
	return r;
}

/* A submission that sleeps stalls a whole shard of Redpanda, which has one thread. Measured as
 * Seastar's own check does (core/fsqual.cc): one append after the other, within the file's size. */
static double switches_per_append(int fd, unsigned char *buffer)
{
	enum { most_appends = 64, most_ms = 200 };
	uint64_t started = now_ns();
	aio_context_t context = 0;
	struct iocb request = {.aio_lio_opcode = IOCB_CMD_PWRITE,
			       .aio_fildes = (uint32_t)fd,
			       .aio_buf = (uint64_t)(uintptr_t)buffer,
			       .aio_nbytes = page};
	struct iocb *list = &request;
	long switches = 0;
	int appends = 0;

	if (ftruncate(fd, sample_bytes + most_appends * page) < 0 ||
	    syscall(SYS_io_setup, 1, &context) < 0)
		return -1;
	for (; appends < most_appends && switches >= 0 && now_ns() - started < most_ms * MS;
	     appends++) {
		struct rusage before, after;
		struct io_event event = {0};
		long submitted;

		request.aio_offset = sample_bytes + (int64_t)appends * page;
		(void)getrusage(RUSAGE_THREAD, &before);
		submitted = syscall(SYS_io_submit, context, 1, &list);
		(void)getrusage(RUSAGE_THREAD, &after);
		if (submitted != 1 || syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1 ||
		    event.res != page)
			switches = -1;
		else
			switches += after.ru_nvcsw - before.ru_nvcsw;
	}
	/* The context ends with the process: each io_destroy would take 30 ms. */
	return switches < 0 || !appends ? -1 : (double)switches / appends;
}

static int look_closely(struct arena *arena, int fd, int account, const char *fs_type,
			unsigned char *buffer, struct direct_io *direct, struct err *err)
{
	int r = write_and_read(arena, fd, account, buffer, direct, err);
	ssize_t got;

	if (r < 0)
		return r;
	got = pread(fd, buffer + 1, page, 0);
	if (got >= 0)
		direct->shifted_refused = TRI_NO;
	else
		direct->shifted_refused = errno == EINVAL ? TRI_YES : TRI_UNKNOWN;
	direct->cached_pages = cached_pages(fd);
	direct->smallest_block = smallest_block(fd, buffer);
	direct->nowait_read = nowait(fd, buffer, false, 0);
	direct->nowait_write = nowait_overwrite(fd, buffer);
	direct->nowait_append = nowait_append(fd, buffer, fs_type);
	direct->switches_per_append = switches_per_append(fd, buffer);
	return 0;
}

/* What it means ------------------------------------------------------------------------------- */

/* What to do if direct I/O does not bypass the page cache on a file system. */
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
     .advice = "ZFS has direct I/O only from 2.3 on, with direct=standard or always: use XFS"},
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
		say(direct, PROOF_REFUTED, "the file system refuses O_DIRECT for this file",
		    advice);
		return;
	}
	if (direct->holds == TRI_NO) {
		say(direct, PROOF_REFUTED,
		    "the scratch file does not contain what was written to it", "look at the disk");
		return;
	}
	if (direct->cached_pages > 0) {
		(void)snprintf(text, sizeof(text),
			       "data written with O_DIRECT is in the page cache (%" PRId64
			       " of 256 pages)",
			       direct->cached_pages);
		say(direct, PROOF_REFUTED, text, advice);
		return;
	}
	/* If any address is allowed, accepting an odd one proves nothing. */
	if (direct->shifted_refused == TRI_NO && direct->memory_align != 1) {
		say(direct, PROOF_REFUTED,
		    "a buffer that no disk could use was accepted, so the I/O went through the "
		    "page "
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
	/* At least two of the three signs are needed; signs against it were handled above. */
	if ((direct->shifted_refused == TRI_YES) + (direct->cached_pages == 0) +
		(direct->counted == TRI_YES) <
	    2) {
		say(direct, PROOF_UNKNOWN, "the kernel reports too little to prove it", NULL);
		return;
	}
	say(direct, PROOF_PROVEN,
	    direct->counted == TRI_YES
		? "an odd buffer is refused, no page is cached, every byte was counted as disk I/O"
		: "an odd buffer is refused and no page is cached",
	    text_equal(fs_type, "overlay") ? advice : NULL);
}

/* All of it ----------------------------------------------------------------------------------- */

int direct_io_prove(struct arena *arena, int fd, int account, const char *fs_type,
		    struct direct_io *ret, struct err *err)
{
	struct random random = random_new(seed);
	struct direct_io direct = {.cached_pages = -1,
				   .switches_per_append = -1,
				   .smallest_block = -1,
				   .nowait_read = 1,
				   .nowait_write = 1,
				   .nowait_append = 1};
	unsigned char *buffer = mmap(NULL, sample_bytes + page, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int r = 0;

	if (buffer == MAP_FAILED)
		return err_set(err, -ENOMEM, "no memory for the buffers of the probe");
	random_fill(&random, buffer, sample_bytes);
	mark_put(buffer, sample_bytes, seed, 0);
	ask_alignment(fd, &direct);
	direct.opens = probe_make_direct(fd) == 0 ? TRI_YES : TRI_NO;
	if (direct.opens == TRI_YES)
		r = look_closely(arena, fd, account, fs_type, buffer, &direct, err);
	(void)munmap(buffer, sample_bytes + page);
	if (r < 0)
		return r;
	direct_io_judge(fs_type, &direct);
	*ret = direct;
	return 0;
}
