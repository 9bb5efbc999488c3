/* SPDX-License-Identifier: Apache-2.0 */
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
#include "probe/file.h"
#include "probe/random.h"

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

/* Not in every header; the layout is the kernel's, asked for by its mask bit. */
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

/* Storage I/O of this process; false where the kernel does not count. */
static bool counted_bytes(struct arena *arena, int account, uint64_t *ret_read,
			  uint64_t *ret_written)
{
	char text[1024];
	names words;
	unsigned found = 0;

	if (file_head_of(account, text, sizeof(text)) < 0)
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

/* Writes 1 MiB and reads it back: every block must hold what belongs there. */
static int write_and_read(struct arena *arena, int fd, int account, unsigned char *buffer,
			  struct direct_io *direct, struct err *err)
{
	uint64_t read_before = 0, written_before = 0, read_after = 0, written_after = 0;
	bool counted = counted_bytes(arena, account, &read_before, &written_before);
	ssize_t r = file_write_start(fd, buffer, sample_bytes);

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

/* Where reads of this length and offset work; Redpanda needs 4096, 512 is told for completeness. */
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

/* A submission that sleeps stalls a whole shard of Redpanda: it has one thread. Asked as Seastar's
 * own check asks it (core/fsqual.cc): one after the other into a file that has its size already. */
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
	/* The context goes with the process: giving it back takes 30 ms, and so for all together.
	 */
	return switches < 0 || !appends ? -1 : (double)switches / appends;
}

static int look_closely(struct arena *arena, int fd, int account, unsigned char *buffer,
			struct direct_io *direct, struct err *err)
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
	direct->nowait_write = nowait(fd, buffer, true, 0);
	direct->nowait_append = nowait(fd, buffer, true, sample_bytes);
	direct->switches_per_append = switches_per_append(fd, buffer);
	return 0;
}

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
	direct.opens = file_make_direct(fd) == 0 ? TRI_YES : TRI_NO;
	if (direct.opens == TRI_YES)
		r = look_closely(arena, fd, account, buffer, &direct, err);
	(void)munmap(buffer, sample_bytes + page);
	if (r < 0)
		return r;
	direct_io_judge(fs_type, &direct);
	*ret = direct;
	return 0;
}
