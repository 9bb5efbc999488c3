/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, opens and reads the tracepoints of interrupts and softirqs. */
#include "probe/trace.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "sys/tracepoint.h"

/* A record takes some 40 bytes, and the ring is read at each gap. */
enum { ring_bytes = 128 * 1024, record_most = 256 };

/* Of arch/x86/include/asm/trace/irq_vectors.h those that come to a CPU at work. Not irq_work, which
 * may not be sampled: perf makes it itself. */
static const struct {
	const char *name, *label;
} vectors[] = {{"local_timer", "LOC"},
	       {"reschedule", "RES"},
	       {"call_function", "CAL"},
	       {"call_function_single", "CAL"},
	       {"thermal_apic", "TRM"}};

enum { vector_count = sizeof(vectors) / sizeof(vectors[0]) };

const char *trace_vector_label(unsigned vector)
{
	return vectors[vector].label;
}

/* "ID: 131" and "field:int irq;\toffset:8;\tsize:4;\tsigned:1;" of a file "format". */
static bool number_behind(const char *text, const char *words, uint64_t *ret)
{
	const char *found = text ? strstr(text, words) : NULL;
	char *end;

	if (!found)
		return false;
	found += strlen(words);
	*ret = strtoull(found, &end, 10);
	return end > found && *ret <= UINT16_MAX;
}

/* The field is NULL where nothing of the record is needed. */
static bool find_point(struct root *root, struct arena *arena, const char *name, const char *field,
		       struct trace_point *ret)
{
	const char *text = NULL;
	uint64_t number = 0;

	for (const char *const *place = tracepoint_places; *place && !text; place++) {
		const char *path = arena_printf(arena, "%s/%s/format", *place, name);

		if (root_read(root, arena, path, &text) < 0)
			text = NULL;
	}
	if (!number_behind(text, "ID: ", &ret->id))
		return false;
	if (field && !number_behind(text, arena_printf(arena, " %s;\toffset:", field), &number))
		return false;
	ret->name = name;
	ret->number = (unsigned)number;
	return true;
}

/* Both ends of a handler, or neither. */
static void add_pair(struct root *root, struct arena *arena, const char *name, const char *end,
		     const char *field, struct trace_point point, struct trace_points *ret)
{
	struct trace_point behind = point;

	if (!find_point(root, arena, name, field, &point) ||
	    !find_point(root, arena, end, field, &behind))
		return;
	behind.ends = true;
	ret->list[ret->count++] = point;
	ret->list[ret->count++] = behind;
}

void trace_points_find(struct root *root, struct arena *arena, struct trace_points *ret)
{
	*ret = (struct trace_points){0};
	add_pair(root, arena, "irq/irq_handler_entry", "irq/irq_handler_exit", "irq",
		 (struct trace_point){.kind = HANDLER_INTERRUPT}, ret);
	add_pair(root, arena, "irq/softirq_entry", "irq/softirq_exit", "vec",
		 (struct trace_point){.kind = HANDLER_SOFTIRQ}, ret);
	if (!ret->count) {
		ret->why = "no tracefs can be read at /sys/kernel/tracing";
		return;
	}
	for (unsigned i = 0; i < vector_count; i++)
		add_pair(root, arena, arena_printf(arena, "irq_vectors/%s_entry", vectors[i].name),
			 arena_printf(arena, "irq_vectors/%s_exit", vectors[i].name), NULL,
			 (struct trace_point){.kind = HANDLER_VECTOR, .vector = i}, ret);
}

/* No page of it is to be touched first while it is measured. -EPERM would be a missing right; here
 * it is that perf_event_mlock_kb and RLIMIT_MEMLOCK leave no room. */
static int map_ring(struct trace *trace)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = page + ring_bytes;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, trace->fds[0], 0);

	if (memory == MAP_FAILED)
		return errno == EPERM ? -ENOMEM : err_errno();
	trace->page = memory;
	trace->mapped = bytes;
	for (size_t at = 0; at < bytes; at += page)
		(void)*(volatile unsigned char *)((unsigned char *)memory + at);
	return 0;
}

/* Each CPU takes some 16. */
static void allow_more_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int trace_open(struct trace *trace, const struct root *root, const struct trace_points *points,
	       unsigned cpu)
{
	int r = 0;

	*trace = (struct trace){.points = points};
	allow_more_files();
	for (unsigned i = 0; r >= 0 && i < points->count; i++) {
		r = root_open_tracepoint(root, points->list[i].name, cpu);
		if (r < 0)
			break;
		trace->fds[trace->fd_count++] = r;
		if (i == 0)
			r = map_ring(trace);
		else if (ioctl(r, PERF_EVENT_IOC_SET_OUTPUT, trace->fds[0]) < 0)
			r = err_errno();
	}
	if (r < 0)
		trace_close(trace);
	return r < 0 ? r : 0;
}

void trace_close(struct trace *trace)
{
	if (trace->page)
		(void)munmap(trace->page, trace->mapped);
	trace->page = NULL;
	while (trace->fd_count)
		(void)close(trace->fds[--trace->fd_count]);
}

/* A record may go on at the ring's beginning. */
static void copy_out(const struct trace *trace, uint64_t from, unsigned char *to, size_t length)
{
	const unsigned char *ring = (unsigned char *)trace->page + trace->page->data_offset;
	uint64_t size = trace->page->data_size, at = from % size;
	size_t first = length < size - at ? length : (size_t)(size - at);

	memcpy(to, ring + at, first);
	memcpy(to + first, ring, length - first);
}

/* The bytes behind the header: its time, and the tracepoint's data with their length. */
static void take_sample(struct trace *trace, const unsigned char *bytes, size_t length)
{
	uint64_t at_ns;
	uint32_t size, number;
	uint16_t id;
	const unsigned char *data = bytes + sizeof(at_ns) + sizeof(size);

	if (length < sizeof(at_ns) + sizeof(size) + sizeof(id))
		return;
	memcpy(&at_ns, bytes, sizeof(at_ns));
	memcpy(&size, bytes + sizeof(at_ns), sizeof(size));
	memcpy(&id, data, sizeof(id));
	if (size > length - sizeof(at_ns) - sizeof(size))
		return;
	for (unsigned i = 0; i < trace->points->count; i++) {
		const struct trace_point *point = &trace->points->list[i];
		struct handler handler = {.kind = point->kind, .id = point->vector};

		if (point->id != id)
			continue;
		if (point->kind != HANDLER_VECTOR) {
			if (point->number + sizeof(number) > size)
				return;
			memcpy(&number, data + point->number, sizeof(number));
			handler.id = number;
		}
		(point->ends ? handlers_end : handlers_begin)(&trace->handlers, handler, at_ns);
		return;
	}
}

static void take_lost(struct trace *trace, const unsigned char *bytes, size_t length)
{
	uint64_t lost;

	if (length < 2 * sizeof(lost))
		return;
	memcpy(&lost, bytes + sizeof(lost), sizeof(lost));
	trace->lost += lost;
	handlers_none(&trace->handlers);
}

void trace_read(struct trace *trace)
{
	struct perf_event_header header;
	unsigned char bytes[record_most];
	uint64_t head, tail;

	if (!trace->page)
		return;
	head = __atomic_load_n(&trace->page->data_head, __ATOMIC_ACQUIRE);
	tail = trace->page->data_tail;
	while (head - tail >= sizeof(header)) {
		size_t length;

		copy_out(trace, tail, (unsigned char *)&header, sizeof(header));
		if (header.size < sizeof(header) || header.size > head - tail)
			break;
		length = header.size - sizeof(header);
		if (length > sizeof(bytes))
			length = sizeof(bytes);
		copy_out(trace, tail + sizeof(header), bytes, length);
		if (header.type == PERF_RECORD_SAMPLE)
			take_sample(trace, bytes, length);
		else if (header.type == PERF_RECORD_LOST)
			take_lost(trace, bytes, length);
		tail += header.size;
	}
	__atomic_store_n(&trace->page->data_tail, head, __ATOMIC_RELEASE);
	handlers_none(&trace->handlers);
}
