/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a stretch of time was, of handlers whose moments are made up. */
#include "probe/handlers.h"
#include "run_suite.h"

static const struct handler disk = {HANDLER_INTERRUPT, 36}, tick = {HANDLER_VECTOR, 0},
			    network = {HANDLER_SOFTIRQ, 3}, timer = {HANDLER_SOFTIRQ, 1};

static void took(const struct handlers *handlers, uint64_t from, uint64_t to,
		 const struct handler *wanted)
{
	struct handler handler;
	bool found = handlers_took(handlers, from, to, &handler);

	ck_assert_int_eq(found, wanted != NULL);
	if (wanted)
		ck_assert(handler_is(&handler, wanted));
}

START_TEST(a_handler_that_had_half_of_it_took_it)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, disk, 10000);
	handlers_end(&handlers, disk, 40000);
	took(&handlers, 9000, 41000, &disk);
	/* 30 us of 60 us and of the one that getting there takes, and of more. */
	took(&handlers, 0, 61000, &disk);
	took(&handlers, 0, 61100, NULL);
	/* Only what lies within counts. */
	took(&handlers, 35000, 45500, &disk);
	took(&handlers, 39000, 60000, NULL);
	took(&handlers, 41000, 41200, NULL);
}
END_TEST

/* A softirq of 50 us within which a disk's interrupt comes twice, and the tick before it. */
START_TEST(time_is_that_of_the_handler_that_ran)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, tick, 1000);
	handlers_end(&handlers, tick, 2000);
	handlers_begin(&handlers, network, 2000);
	for (uint64_t at = 10000; at <= 30000; at += 20000) {
		handlers_begin(&handlers, disk, at);
		handlers_end(&handlers, disk, at + 15000);
	}
	handlers_end(&handlers, network, 52000);
	took(&handlers, 0, 53000, &disk);
	took(&handlers, 40000, 52000, &network);
	took(&handlers, 500, 2500, &tick);
}
END_TEST

START_TEST(several_may_take_it_together)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, timer, 0);
	handlers_end(&handlers, timer, 3000);
	handlers_begin(&handlers, network, 3000);
	handlers_end(&handlers, network, 6100);
	took(&handlers, 0, 13200, &network);
	took(&handlers, 0, 13300, NULL);
	handlers_begin(&handlers, timer, 7000);
	handlers_end(&handlers, timer, 7200);
	took(&handlers, 0, 13300, &timer);
}
END_TEST

START_TEST(an_end_alone_tells_nothing)
{
	struct handlers handlers = {0};

	handlers_end(&handlers, disk, 5000);
	took(&handlers, 0, 5000, NULL);
	handlers_begin(&handlers, network, 6000);
	handlers_end(&handlers, disk, 7000);
	handlers_end(&handlers, network, 16000);
	took(&handlers, 6000, 16000, &network);
	/* What is within a handler whose end is told has ended as well. */
	handlers_begin(&handlers, network, 20000);
	handlers_begin(&handlers, disk, 21000);
	handlers_end(&handlers, network, 30000);
	handlers_begin(&handlers, tick, 40000);
	handlers_end(&handlers, tick, 50000);
	took(&handlers, 30000, 40000, NULL);
	took(&handlers, 40000, 50000, &tick);
}
END_TEST

START_TEST(what_was_lost_is_not_made_up)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, disk, 1000);
	handlers_none(&handlers);
	handlers_begin(&handlers, tick, 90000);
	handlers_end(&handlers, tick, 91000);
	took(&handlers, 1000, 90000, NULL);
}
END_TEST

START_TEST(a_softirq_with_many_interrupts_within_took_it)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, network, 0);
	for (uint64_t at = 10000; at < 2000000; at += 10000) {
		handlers_begin(&handlers, disk, at);
		handlers_end(&handlers, disk, at + 2000);
	}
	handlers_end(&handlers, network, 2000000);
	took(&handlers, 0, 2001000, &network);
}
END_TEST

/* Of more stretches than are kept the latest count, and of deeper nests the outer ones. */
START_TEST(there_is_an_end_to_what_is_kept)
{
	struct handlers handlers = {0};
	uint64_t at = 0;

	for (int i = 0; i < 3 * HANDLERS_KEPT; i++, at += 10000) {
		handlers_begin(&handlers, disk, at);
		handlers_end(&handlers, disk, at + 10000);
	}
	took(&handlers, at - 10000 * HANDLERS_KEPT, at, &disk);
	took(&handlers, 0, 100000, NULL);
	for (unsigned i = 0; i < 2 * HANDLERS_NESTED; i++, at += 10000)
		handlers_begin(&handlers, (struct handler){HANDLER_INTERRUPT, 100 + i}, at);
	for (unsigned i = 2 * HANDLERS_NESTED; i-- > 0; at += 10000)
		handlers_end(&handlers, (struct handler){HANDLER_INTERRUPT, 100 + i}, at);
	ck_assert_uint_eq(handlers.depth, 0);
	took(&handlers, at - 20000, at - 10000, &(struct handler){HANDLER_INTERRUPT, 100});
}
END_TEST

/* Two CPUs' clocks, or a nested record that is written first. */
START_TEST(time_does_not_go_back)
{
	struct handlers handlers = {0};

	handlers_begin(&handlers, disk, 20000);
	handlers_begin(&handlers, network, 19990);
	handlers_end(&handlers, network, 19980);
	handlers_end(&handlers, disk, 30000);
	took(&handlers, 19000, 31000, &disk);
	took(&handlers, 0, 19970, NULL);
}
END_TEST

RUN_SUITE("handlers", a_handler_that_had_half_of_it_took_it, time_is_that_of_the_handler_that_ran,
	  several_may_take_it_together, an_end_alone_tells_nothing, what_was_lost_is_not_made_up,
	  a_softirq_with_many_interrupts_within_took_it, there_is_an_end_to_what_is_kept,
	  time_does_not_go_back)
