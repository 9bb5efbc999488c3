/* SPDX-License-Identifier: Apache-2.0 */
/* A small node, profile and plan for the tests of reports; each test changes what it is about. */
#ifndef REPORT_FIXTURE_H
#define REPORT_FIXTURE_H

#include "report/report.h"

struct fixture {
	struct arena *arena;
	struct facts facts;
	struct profile profile;
	struct plan plan; /* settings: aio-max-nr, somaxconn, scheduler, nomerges */
	struct report report;
};

struct fixture *fixture_new(void);
void fixture_freep(struct fixture **fixture);
#define _cleanup_fixture_ __attribute__((cleanup(fixture_freep)))

/* The report with the verdict of the plan as it is now. */
struct report *fixture_report(struct fixture *fixture);

/* A list of one. */
names fixture_name(struct fixture *fixture, const char *name);

#endif
