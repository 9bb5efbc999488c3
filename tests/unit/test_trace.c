/* SPDX-License-Identifier: Apache-2.0 */
/* The tracepoints that a made tracefs has, and records of a ring that a test has filled. */
#include <linux/perf_event.h>
#include <stdlib.h>

#include "base/text.h"
#include "probe/trace.h"
#include "run_suite.h"
#include "tree.h"

#define FORMAT(id, field)                                                                          \
	"name: it\nID: " id "\nformat:\n"                                                          \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n" field "\nprint fmt: \"\""
#define IRQ_FIELD "\tfield:int irq;\toffset:12;\tsize:4;\tsigned:1;"
#define VEC_FIELD "\tfield:unsigned int vec;\toffset:8;\tsize:4;\tsigned:0;"

static void put(struct tree *tree, const char *name, const char *text)
{
	tree_file(tree, arena_printf(tree->arena, "/sys/kernel/tracing/events/%s/format", name),
		  text);
}

static struct trace_points find(struct tree *tree)
{
	struct trace_points points;

	trace_points_find(tree_open(tree), tree->arena, &points);
	return points;
}

START_TEST(points_are_those_that_the_kernel_has)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct trace_points points;

	put(tree, "irq/irq_handler_entry", FORMAT("131", IRQ_FIELD));
	put(tree, "irq/irq_handler_exit", FORMAT("130", IRQ_FIELD));
	put(tree, "irq/softirq_entry", FORMAT("129", VEC_FIELD));
	put(tree, "irq/softirq_exit", FORMAT("128", VEC_FIELD));
	put(tree, "irq_vectors/local_timer_entry", FORMAT("90", VEC_FIELD));
	put(tree, "irq_vectors/local_timer_exit", FORMAT("89", VEC_FIELD));
	/* One whose end is not told is of no use. */
	put(tree, "irq_vectors/reschedule_entry", FORMAT("88", VEC_FIELD));
	points = find(tree);
	ck_assert_ptr_null(points.why);
	ck_assert_uint_eq(points.count, 6);
	ck_assert_uint_eq(points.list[0].id, 131);
	ck_assert_uint_eq(points.list[0].number, 12);
	ck_assert(!points.list[0].ends && points.list[1].ends);
	ck_assert_int_eq(points.list[2].kind, HANDLER_SOFTIRQ);
	ck_assert_uint_eq(points.list[3].id, 128);
	ck_assert_int_eq(points.list[5].kind, HANDLER_VECTOR);
	ck_assert_str_eq(trace_vector_label(points.list[5].vector), "LOC");
}
END_TEST

START_TEST(without_tracefs_there_are_none)
{
	static const char *const formats[] = {"", "ID: ", "ID: 70000\n" IRQ_FIELD,
					      "ID: 1\nfield:int irq",
					      "ID: 1\n\tfield:int irq;\toffset:x;"};
	_cleanup_tree_ struct tree *tree = tree_new();

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct trace_points points;

		put(tree, "irq/irq_handler_entry", formats[i]);
		put(tree, "irq/irq_handler_exit", FORMAT("130", IRQ_FIELD));
		points = find(tree);
		ck_assert_msg(points.count == 0 && points.why, "%s", formats[i]);
	}
}
END_TEST

/* A ring of 128 bytes behind its page, as the kernel maps it. */
enum { page_bytes = 4096, ring_bytes = 128 };

struct ring {
	struct trace_points points;
	struct trace trace;
	uint64_t written;
	union {
		struct perf_event_mmap_page page;
		unsigned char bytes[page_bytes + ring_bytes];
	};
};

static struct ring *ring_new(void)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	ck_assert_ptr_nonnull(ring);
	ring->points.list[0] = (struct trace_point){.id = 131, .number = 8};
	ring->points.list[1] = (struct trace_point){.id = 130, .number = 8, .ends = true};
	ring->points.list[2] =
	    (struct trace_point){.id = 90, .kind = HANDLER_VECTOR, .number = 4000, .vector = 1};
	ring->points.list[3] = ring->points.list[2];
	ring->points.list[3].id = 89;
	ring->points.list[3].ends = true;
	ring->points.count = 4;
	ring->page.data_offset = page_bytes;
	ring->page.data_size = ring_bytes;
	ring->trace.points = &ring->points;
	ring->trace.page = &ring->page;
	return ring;
}

static void put_bytes(struct ring *ring, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		ring->bytes[page_bytes + ring->written++ % ring_bytes] =
		    ((const unsigned char *)bytes)[i];
	ring->page.data_head = ring->written;
}

static void put_header(struct ring *ring, uint32_t type, size_t length)
{
	struct perf_event_header header = {.type = type,
					   .size = (uint16_t)(sizeof(header) + length)};

	put_bytes(ring, &header, sizeof(header));
}

/* size: of the data, as the record says. */
static void put_sample(struct ring *ring, uint64_t at, uint16_t id, uint32_t number, uint32_t size)
{
	struct {
		uint64_t at;
		uint32_t size;
		uint16_t id;
		unsigned char common[6];
		uint32_t number;
	} sample = {.at = at, .size = size, .id = id, .number = number};

	put_header(ring, PERF_RECORD_SAMPLE, sizeof(sample));
	put_bytes(ring, &sample, sizeof(sample));
}

static bool took(const struct ring *ring, uint64_t from, uint64_t to, enum handler_kind kind,
		 unsigned id)
{
	struct handler handler;

	return handlers_took(&ring->trace.handlers, from, to, &handler) &&
	       handler_is(&handler, &(struct handler){kind, id});
}

/* So many that the records cross the ring's end at each place. */
START_TEST(records_are_read_in_their_order)
{
	struct ring *ring = ring_new();

	for (uint32_t i = 0; i < 100; i++) {
		uint64_t at = 10000 * (i + 1);

		put_sample(ring, at, 131, 40 + i, 12);
		put_sample(ring, at + 9000, 130, 40 + i, 12);
		trace_read(&ring->trace);
		ck_assert_uint_eq(ring->page.data_tail, ring->written);
		ck_assert_msg(took(ring, at, at + 9000, HANDLER_INTERRUPT, 40 + i), "%u", i);
	}
	put_sample(ring, 5000000, 90, 0, 12);
	put_sample(ring, 5005000, 89, 0, 12);
	trace_read(&ring->trace);
	ck_assert(took(ring, 5000000, 5005000, HANDLER_VECTOR, 1));
	ck_assert_uint_eq(ring->trace.lost, 0);
	free(ring);
}
END_TEST

START_TEST(records_of_another_form_are_left)
{
	struct ring *ring = ring_new();
	uint64_t lost[2] = {0, 41};

	/* No such point; shorter than its data, and than the number is away. */
	put_sample(ring, 2000, 7, 40, 12);
	put_sample(ring, 3000, 131, 40, 64);
	put_sample(ring, 4000, 131, 40, 8);
	trace_read(&ring->trace);
	put_sample(ring, 60000, 130, 40, 12);
	trace_read(&ring->trace);
	ck_assert_uint_eq(ring->trace.handlers.next, 0);
	put_header(ring, PERF_RECORD_SAMPLE, 8);
	put_bytes(ring, lost, 8);
	put_header(ring, PERF_RECORD_LOST, sizeof(lost));
	put_bytes(ring, lost, sizeof(lost));
	trace_read(&ring->trace);
	ck_assert_uint_eq(ring->trace.lost, 41);
	/* A length that cannot be: all of it is left. */
	put_header(ring, PERF_RECORD_SAMPLE, 90);
	trace_read(&ring->trace);
	ck_assert_uint_eq(ring->page.data_tail, ring->written);
	put_bytes(ring, (const unsigned char[8]){0}, 8);
	trace_read(&ring->trace);
	ck_assert_uint_eq(ring->page.data_tail, ring->written);
	free(ring);
}
END_TEST

/* Its end came before the tracepoint of the end was opened, or was lost. */
START_TEST(a_handler_ends_at_the_latest_when_it_is_read)
{
	struct ring *ring = ring_new();
	uint64_t lost[2] = {0, 1};

	put_sample(ring, 1000, 131, 40, 12);
	trace_read(&ring->trace);
	put_sample(ring, 90000, 90, 0, 12);
	trace_read(&ring->trace);
	ck_assert(!took(ring, 1000, 90000, HANDLER_INTERRUPT, 40));
	put_sample(ring, 100000, 131, 40, 12);
	put_header(ring, PERF_RECORD_LOST, sizeof(lost));
	put_bytes(ring, lost, sizeof(lost));
	put_sample(ring, 190000, 90, 0, 12);
	trace_read(&ring->trace);
	ck_assert(!took(ring, 100000, 190000, HANDLER_INTERRUPT, 40));
	free(ring);
}
END_TEST

START_TEST(one_that_is_closed_tells_nothing)
{
	struct trace trace = {.handlers.depth = 0};

	trace_read(&trace);
	trace_close(&trace);
	ck_assert_uint_eq(trace.handlers.next, 0);
}
END_TEST

RUN_SUITE("trace", points_are_those_that_the_kernel_has, without_tracefs_there_are_none,
	  records_are_read_in_their_order, records_of_another_form_are_left,
	  a_handler_ends_at_the_latest_when_it_is_read, one_that_is_closed_tells_nothing)
