/* SPDX-License-Identifier: Apache-2.0 */
/* Opens tracepoints of interrupts. */
#include "sys/tracepoint.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/reader_impl.h"

/* A folder and a name, both of small letters. */
static bool is_of_interrupts(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	const char *rest = text_starts(name, "irq/")           ? name + strlen("irq/")
			   : text_starts(name, "irq_vectors/") ? name + strlen("irq_vectors/")
							       : "";

	return *rest && !rest[strspn(rest, letters)];
}

static int read_id(const struct root *root, const char *name, uint64_t *ret)
{
	char path[128], text[24];
	int r = -ENOENT;

	for (const char *const *place = tracepoint_places; *place; place++) {
		_cleanup_fd_ int fd = -1;
		ssize_t length;

		(void)snprintf(path, sizeof(path), "%s/%s/id", *place, name);
		fd = root_open_below(root, path, O_RDONLY);
		r = fd;
		if (fd < 0)
			continue;
		length = read(fd, text, sizeof(text) - 1);
		if (length <= 0)
			return length < 0 ? err_errno() : -ENODATA;
		text[length] = '\0';
		text[strcspn(text, "\n")] = '\0';
		return text_u64(text, ret);
	}
	return r;
}

int tracepoint_open(const struct root *root, const char *name, unsigned cpu)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT,
				       .size = sizeof(attr),
				       .sample_period = 1,
				       .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
				       .watermark = 1,
				       .wakeup_watermark = UINT32_MAX,
				       .use_clockid = 1,
				       .clockid = CLOCK_MONOTONIC_RAW};
	uint64_t id;
	long fd;
	int r;

	if (!is_of_interrupts(name) || cpu > INT16_MAX)
		return -EPERM;
	r = read_id(root, name, &id);
	if (r < 0)
		return r;
	attr.config = id;
	fd = syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? err_errno() : (int)fd;
}

int root_open_tracepoint(const struct root *root, const char *name, unsigned cpu)
{
	if (root->reader < 0)
		return tracepoint_open(root, name, cpu);
	return reader_ask_descriptor(
	    root, (struct reader_what){.kind = READER_TRACEPOINT, .number = cpu}, name);
}
