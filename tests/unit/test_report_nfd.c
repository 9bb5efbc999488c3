/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "report/report.h"
#include "run_suite.h"
#include "version.h"

#define LABEL "feature.node.kubernetes.io/thintune-"

static struct arena *arena;

static const char *nfd(const char *name, bool may_start)
{
	static struct facts facts;
	static struct profile profile;
	const struct report report = {
	    .facts = &facts, .profile = name ? &profile : NULL, .run.started_unix = 1700000000};

	if (!arena)
		arena = arena_new();
	facts.host.hostname = name ? "db1.example.org" : NULL;
	facts.host.node_id = name ? "5dfb5385463d42698317cbb09fae3bb6" : NULL;
	profile = (struct profile){.name = name, .sha256 = name ? "0123456789abcdef" : NULL};
	return report_nfd(arena, &report, may_start);
}

START_TEST(says_whether_the_broker_may_start)
{
	ck_assert_str_eq(
	    nfd("thin-ledger", true), LABEL
	    "ready=true\n" LABEL "profile=thin-ledger\n" LABEL "profile-sha256=0123456789ab\n" LABEL
	    "version=" THINTUNE_VERSION "\n" LABEL "hostname=db1.example.org\n" LABEL
	    "node-id=5dfb5385463d42698317cbb09fae3bb6\n" LABEL "run-seconds=1700000000\n");
	ck_assert_str_eq(nfd(NULL, false), LABEL "ready=false\n" LABEL "version=" THINTUNE_VERSION
						 "\n" LABEL "run-seconds=1700000000\n");
	arena_free(arena);
}
END_TEST

START_TEST(what_is_no_label_value_is_left_out)
{
	static const char *const odd[] = {
	    "",
	    "-x",
	    "x-",
	    "a b",
	    "a\nb=c",
	    "ä",
	    "a123456789012345678901234567890123456789012345678901234567890123"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		ck_assert_ptr_null(strstr(nfd(odd[i], true), LABEL "profile="));
	ck_assert_ptr_nonnull(strstr(nfd("A_b.9", true), "thintune-profile=A_b.9\n"));
	arena_free(arena);
}
END_TEST

RUN_SUITE("report_nfd", says_whether_the_broker_may_start, what_is_no_label_value_is_left_out)
