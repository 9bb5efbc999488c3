/* SPDX-License-Identifier: Apache-2.0 */
/* The kind table, and what a look at the node makes of it (the kernel in memory). */
#include <errno.h>
#include <linux/capability.h>

#include "apply/look.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/kind.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

static names words(const char *text)
{
	return text_words(arena, text);
}

/* Operands may hold blanks, so they are separated by bars. */
static names bars(const char *text)
{
	names none = {0};

	return *text ? text_split(arena, text, '|') : none;
}

START_TEST(names_of_kinds_are_unique)
{
	enum kind kind = KIND_COUNT;

	for (enum kind one = 0; one < KIND_COUNT; one++) {
		ck_assert_int_eq(kind_from_name(kind_name(one), &kind), 0);
		ck_assert_int_eq(kind, one);
	}
	ck_assert_int_eq(kind_from_name("", &kind), -EINVAL);
	ck_assert_int_eq(kind_from_name("Number", &kind), -EINVAL);
	ck_assert_int_eq(kind_from_name(NULL, &kind), -EINVAL);
}
END_TEST

START_TEST(canonical_forms)
{
	static const struct {
		enum kind kind;
		const char *raw, *canonical; /* NULL: not of the kind */
	} rows[] = {
	    {KIND_TEXT, "core  %e", "core  %e"},
	    {KIND_TEXT, "4\t4  1 7", "4 4 1 7"},
	    {KIND_TEXT, "", ""},
	    {KIND_NUMBER, "2", "2"},
	    {KIND_NUMBER, " 1048576\n", "1048576"},
	    {KIND_NUMBER, "18446744073709551615", "18446744073709551615"},
	    {KIND_NUMBER, "18446744073709551616", NULL},
	    {KIND_NUMBER, "1 2", NULL},
	    {KIND_NUMBER, "-1", NULL},
	    {KIND_NUMBER, "sixty", NULL},
	    {KIND_NUMBER, "", NULL},
	    {KIND_NUMBERS, "4096\t131072\t6291456", "4096 131072 6291456"},
	    {KIND_NUMBERS, "7", "7"},
	    {KIND_NUMBERS, "4096 -1", NULL},
	    {KIND_NUMBERS, " ", NULL},
	    {KIND_CHOICE, "[none] mq-deadline", "none"},
	    {KIND_CHOICE, "none mq-deadline [bfq]\n", "bfq"},
	    {KIND_CHOICE, "always [ madvise ] never", "madvise"},
	    {KIND_CHOICE, "none\n", "none"},
	    {KIND_CHOICE, "none [mq-deadline", NULL},
	    {KIND_CHOICE, "none [] bfq", NULL},
	    {KIND_CHOICE, "none [[bfq]", NULL},
	    {KIND_CHOICE, "none [a  b]", "a b"},
	    {KIND_CHOICE, "", NULL},
	    {KIND_WORD_OF, "powersave\n", "powersave"},
	    {KIND_JIFFIES_MS, "30000", "30000"},
	    {KIND_JIFFIES_MS, "30 s", NULL},
	    {KIND_CPULIST, "0-3,8\n", "0-3,8"},
	    {KIND_CPULIST, "3,2,0-1,1", "0-3"},
	    {KIND_CPULIST, "\n", ""},
	    {KIND_CPULIST, "0,1", "0-1"},
	    {KIND_CPULIST, "3-3", "3"},
	    {KIND_CPULIST, "0-1,3,5-70", "0-1,3,5-70"},
	    {KIND_CPULIST, "03", NULL},
	    {KIND_CPULIST, "0,65536", NULL},
	    {KIND_CPULIST, "65535", "65535"},
	    {KIND_CPULIST, "1,", NULL},
	    {KIND_CPULIST, "0-", NULL},
	    {KIND_CPULIST, "all", NULL},
	    {KIND_CPUMASK, "00000000,00000003\n", "3"},
	    {KIND_CPUMASK, "3", "3"},
	    {KIND_CPUMASK, "00,00000000", "0"},
	    {KIND_CPUMASK, "FF,00000000,00000000", "ff,00000000,00000000"},
	    {KIND_CPUMASK, "0,0,3", "3"},
	    {KIND_CPUMASK, "00000000,0000000f,00000001", "f,00000001"},
	    {KIND_CPUMASK, "1,1", "1,00000001"},
	    {KIND_CPUMASK, "0000000003", NULL},
	    {KIND_CPUMASK, "0,,3", NULL},
	    {KIND_CPUMASK, ",3", NULL},
	    {KIND_CPUMASK, "3,", NULL},
	    {KIND_CPUMASK, "1,000000001", NULL},
	    {KIND_CPUMASK, "0x3", NULL},
	    {KIND_CPUMASK, "", NULL},
	    {KIND_MANUAL, "isolcpus", "isolcpus"},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *canonical = kind_canonical(arena, rows[i].kind, rows[i].raw);

		ck_assert_msg(text_equal(canonical, rows[i].canonical), "%s '%s' gives '%s'",
			      kind_name(rows[i].kind), rows[i].raw, canonical);
	}
	arena_free(arena);
}
END_TEST

START_TEST(what_is_offered)
{
	static const struct {
		enum kind kind;
		const char *raw, *offered;
	} rows[] = {
	    {KIND_CHOICE, "[none] mq-deadline bfq\n", "none mq-deadline bfq"},
	    {KIND_CHOICE, "always [madvise] never", "always madvise never"},
	    {KIND_CHOICE, "none", ""},
	    {KIND_WORD_OF, "performance powersave \n", "performance powersave"},
	    {KIND_WORD_OF, "", ""},
	    {KIND_TEXT, "a [b] c", ""},
	    {KIND_NUMBER, "2", ""},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		names offered = kind_offered(arena, rows[i].kind, rows[i].raw);

		ck_assert_str_eq(text_join(arena, &offered, " "), rows[i].offered);
	}
	arena_free(arena);
}
END_TEST

START_TEST(equal_by_meaning)
{
	ck_assert(kind_equal(KIND_TEXT, "a b", "a b"));
	ck_assert(kind_equal(KIND_TEXT, "write back", " write back\t"));
	ck_assert(!kind_equal(KIND_TEXT, "a  b", "a b"));
	ck_assert(!kind_equal(KIND_TEXT, "a", "b"));
	ck_assert(!kind_equal(KIND_NUMBER, "2", "3"));
	ck_assert(!kind_equal(KIND_NUMBERS, "1 2", "1 3"));
	ck_assert(!kind_equal(KIND_CHOICE, "none", "noop"));
	/* Read back at 250 Hz and at 100 Hz. */
	ck_assert(kind_equal(KIND_JIFFIES_MS, "4294967295", "4294967288"));
	ck_assert(kind_equal(KIND_JIFFIES_MS, "4294967290", "4294967295"));
	ck_assert(!kind_equal(KIND_JIFFIES_MS, "30000", "30010"));
	ck_assert(!kind_equal(KIND_JIFFIES_MS, "30000", "29990"));
	ck_assert(!kind_equal(KIND_JIFFIES_MS, "30000", "none"));
	ck_assert(!kind_equal(KIND_NUMBER, "4294967295", "4294967288"));
}
END_TEST

struct resolve_row {
	enum kind kind;
	enum rule rule;
	const char *have, *operands, *offered;
	int code;
	const char *want; /* NULL: not resolved */
	bool same;
};

static void assert_resolves(const struct resolve_row *rows, size_t count)
{
	arena = arena_new();
	for (size_t i = 0; i < count; i++) {
		const struct resolve_row *row = &rows[i];
		const struct wish wish = {
		    .kind = row->kind, .rule = row->rule, .operands = bars(row->operands)};
		struct setting setting = {.wish = &wish, .have = row->have};
		names offered = words(row->offered);
		bool same = false;
		int r = kind_resolve(arena, &setting, &offered, &same);

		ck_assert_msg(r == row->code, "row %zu gives %d: %s", i, r,
			      setting.note ? setting.note : "");
		if (r < 0) {
			ck_assert_msg(row->rule == RULE_LEAVE || row->rule == RULE_AUTO ||
					  !*row->operands || setting.note,
				      "row %zu says nothing", i);
			continue;
		}
		ck_assert_msg(text_equal(setting.want, row->want), "row %zu wants '%s'", i,
			      setting.want);
		ck_assert_msg(same == row->same, "row %zu is %s", i, same ? "same" : "different");
	}
	arena_free(arena);
}

START_TEST(exact_and_bounds)
{
	static const struct resolve_row rows[] = {
	    {KIND_TEXT, RULE_EXACT, "60", "1", "", 0, "1", false},
	    {KIND_TEXT, RULE_EXACT, "1", "1", "", 0, "1", true},
	    {KIND_TEXT, RULE_EXACT, "1 2 3", "1  2\t3", "", 0, "1 2 3", true},
	    {KIND_NUMBER, RULE_EXACT, "2", "two", "", -EINVAL, NULL, false},
	    {KIND_CHOICE, RULE_EXACT, "none", "none", "none bfq", 0, "none", true},
	    {KIND_CHOICE, RULE_EXACT, "bfq", "none", "none bfq", 0, "none", false},
	    {KIND_CHOICE, RULE_EXACT, "bfq", "none", "bfq", -ENOENT, NULL, false},
	    {KIND_CHOICE, RULE_EXACT, "bfq", "none", "", 0, "none", false},
	    {KIND_JIFFIES_MS, RULE_EXACT, "4294967288", "4294967295", "", 0, "4294967295", true},
	    {KIND_NUMBERS, RULE_AT_LEAST, "128", "4096", "", 0, "4096", false},
	    {KIND_NUMBERS, RULE_AT_LEAST, "4096", "4096", "", 0, "4096", true},
	    {KIND_NUMBERS, RULE_AT_LEAST, "8192", "4096", "", 0, "8192", true},
	    {KIND_NUMBERS, RULE_AT_MOST, "8192", "4096", "", 0, "4096", false},
	    {KIND_NUMBERS, RULE_AT_MOST, "128", "4096", "", 0, "128", true},
	    /* As numbers, not as text: 10000 is more than 9999. */
	    {KIND_NUMBERS, RULE_AT_LEAST, "10000", "9999", "", 0, "10000", true},
	    /* Element by element: what is larger already stays. */
	    {KIND_NUMBERS, RULE_AT_LEAST, "4096 131072 6291456", "4096 87380 16777216", "", 0,
	     "4096 131072 16777216", false},
	    {KIND_NUMBERS, RULE_AT_LEAST, "4096 131072 33554432", "4096 87380 16777216", "", 0,
	     "4096 131072 33554432", true},
	    {KIND_NUMBERS, RULE_AT_MOST, "1 9 9", "5 5 10", "", 0, "1 5 9", false},
	    {KIND_NUMBERS, RULE_AT_LEAST, "1 2", "1 2 3", "", -EINVAL, NULL, false},
	    {KIND_NUMBERS, RULE_AT_LEAST, "1 2 3", "1", "", -EINVAL, NULL, false},
	    {KIND_JIFFIES_MS, RULE_AT_LEAST, "239996", "240000", "", 0, "240000", true},
	    {KIND_NUMBER, RULE_AT_LEAST, "1", "", "", -EINVAL, NULL, false},
	    {KIND_NUMBER, RULE_LEAVE, "1", "1", "", -EINVAL, NULL, false},
	    {KIND_NUMBER, RULE_AUTO, "1", "1", "", -EINVAL, NULL, false},
	};

	assert_resolves(rows, COUNT(rows));
}
END_TEST

START_TEST(members)
{
	static const struct resolve_row rows[] = {
	    /* one-of: any member is right, else the first that is offered. */
	    {KIND_CHOICE, RULE_ONE_OF, "always", "madvise|always", "always madvise never", 0,
	     "always", true},
	    {KIND_CHOICE, RULE_ONE_OF, "never", "madvise|always", "always madvise never", 0,
	     "madvise", false},
	    {KIND_CHOICE, RULE_ONE_OF, "never", "madvise|always", "always never", 0, "always",
	     false},
	    {KIND_CHOICE, RULE_ONE_OF, "never", "madvise", "always never", -ENOENT, NULL, false},
	    {KIND_TEXT, RULE_ONE_OF, "bbr", "cubic|bbr", "", 0, "bbr", true},
	    {KIND_TEXT, RULE_ONE_OF, "reno", "cubic|bbr", "", 0, "cubic", false},
	    {KIND_JIFFIES_MS, RULE_ONE_OF, "239996", "30000|240000", "", 0, "239996", true},
	    /* first-of: the first that is offered, whatever later member is there now. */
	    {KIND_CHOICE, RULE_FIRST_OF, "noop", "none|noop", "noop deadline cfq", 0, "noop", true},
	    {KIND_CHOICE, RULE_FIRST_OF, "noop", "none|noop", "none noop", 0, "none", false},
	    {KIND_CHOICE, RULE_FIRST_OF, "none", "none|noop", "none noop", 0, "none", true},
	    {KIND_CHOICE, RULE_FIRST_OF, "cfq", "none|noop", "deadline cfq", -ENOENT, NULL, false},
	    {KIND_WORD_OF, RULE_FIRST_OF, "hpet", "tsc|hpet", "hpet acpi_pm", 0, "hpet", true},
	};

	assert_resolves(rows, COUNT(rows));
}
END_TEST

START_TEST(what_the_node_does_not_offer_is_named)
{
	struct wish wish = {.kind = KIND_CHOICE, .rule = RULE_EXACT};
	struct setting setting = {.wish = &wish, .have = "bfq"};
	names offered;
	bool same;

	arena = arena_new();
	wish.operands = words("none");
	offered = words("mq-deadline bfq");
	ck_assert_int_eq(kind_resolve(arena, &setting, &offered, &same), -ENOENT);
	ck_assert_str_eq(setting.note, "this node does not offer none; it offers mq-deadline, bfq");
	wish.offered_by = "the list";
	ck_assert_int_eq(kind_resolve(arena, &setting, &offered, &same), -ENOENT);
	ck_assert_str_eq(setting.note, "the list does not offer none; it offers mq-deadline, bfq");
	arena_free(arena);
}
END_TEST

/* A look ------------------------------------------------------------------------------------- */

static struct live live;

static struct setting look(enum kind kind, const char *path, const char *value)
{
	struct plan plan = {.arena = arena};
	struct wish wish = {
	    .name = "x", .kind = kind, .path = path, .rule = RULE_EXACT, .operands = words(value)};

	if (kind == KIND_WORD_OF)
		wish.offered_path = FAKE_POLICY "scaling_available_governors";
	plan_add(&plan, wish);
	look_plan(fake_root(), arena, &live, &plan);
	return plan.settings.at[0];
}

static void start(void)
{
	arena = arena_new();
	fake_reset();
	live = (struct live){.uid = 0, .capabilities_known = TRI_YES, .capabilities = ~UINT64_C(0)};
}

START_TEST(a_look_gives_a_state)
{
	struct setting setting;

	start();
	setting = look(KIND_TEXT, "/proc/sys/vm/swappiness", "60");
	ck_assert_int_eq(setting.state, STATE_SAME);
	ck_assert_str_eq(setting.have, "60");
	setting = look(KIND_TEXT, "/proc/sys/vm/swappiness", "1");
	ck_assert_int_eq(setting.state, STATE_DIFFERS);
	ck_assert_str_eq(setting.want, "1");
	ck_assert_ptr_null(setting.note);
	ck_assert(!setting.lacks_right);
	setting = look(KIND_CHOICE, FAKE_QUEUE "scheduler", "kyber");
	ck_assert_int_eq(setting.state, STATE_UNSUPPORTED);
	setting = look(KIND_WORD_OF, FAKE_POLICY "scaling_governor", "ondemand");
	ck_assert_int_eq(setting.state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(setting.note, "performance, schedutil, powersave"));
	setting = look(KIND_NUMBER, FAKE_QUEUE "nomerges", "two");
	ck_assert_int_eq(setting.state, STATE_FAILED);
	/* Throttling that the driver does not have: the file is there and answers EINVAL. */
	fake_set(FAKE_QUEUE "wbt_lat_usec", NULL);
	setting = look(KIND_NUMBER, FAKE_QUEUE "wbt_lat_usec", "0");
	ck_assert_int_eq(setting.state, STATE_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(setting.note, "EINVAL"));
	ck_assert_ptr_null(setting.have);
	fake_protect("/proc/sys/vm/swappiness", -EROFS);
	setting = look(KIND_TEXT, "/proc/sys/vm/swappiness", "1");
	ck_assert_int_eq(setting.state, STATE_DIFFERS);
	ck_assert(setting.lacks_right);
	ck_assert_ptr_nonnull(setting.note);
	/* What was read before is no answer once it cannot be read any more. */
	fake_drop("/proc/sys/vm/swappiness");
	ck_assert_ptr_null(look_read(fake_root(), arena, &setting));
	ck_assert_ptr_null(setting.have);
	ck_assert_int_eq(setting.code, -ENOENT);
	arena_free(arena);
}
END_TEST

START_TEST(only_absence_is_unsupported)
{
	static const int absent[] = {ENOENT, ENOTDIR, EINVAL, EOPNOTSUPP, ENODEV, ENXIO};
	static const int refused[] = {EACCES, EPERM, EIO, ELOOP, EFBIG, EMFILE, EBADMSG, EAGAIN};

	for (size_t i = 0; i < COUNT(absent); i++)
		ck_assert(look_is_unsupported(-absent[i]));
	for (size_t i = 0; i < COUNT(refused); i++)
		ck_assert(!look_is_unsupported(-refused[i]));
	ck_assert(!look_is_unsupported(0));
}
END_TEST

START_TEST(skipped_stays_skipped_unless_it_is_right_already)
{
	struct plan plan = {.arena = arena};
	struct wish wish = {.name = "x",
			    .kind = KIND_TEXT,
			    .path = "/proc/sys/vm/swappiness",
			    .rule = RULE_EXACT,
			    .decided = {.state = STATE_SKIPPED,
					.note = "redpanda.yaml:3",
					.is_switched_off = true}};

	start();
	plan.arena = arena;
	wish.operands = words("1");
	plan_add(&plan, wish);
	wish.operands = words("60");
	plan_add(&plan, wish);
	wish.path = "/proc/sys/vm/nothing";
	plan_add(&plan, wish);
	fake_protect("/proc/sys/vm/swappiness", -EROFS);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
	ck_assert_str_eq(plan.settings.at[0].note, "redpanda.yaml:3");
	ck_assert_str_eq(plan.settings.at[0].have, "60");
	ck_assert(!plan.settings.at[0].lacks_right);
	ck_assert(plan_is_switched_off(&plan.settings.at[0]));
	ck_assert_int_eq(plan.settings.at[1].state, STATE_SAME);
	ck_assert(!plan_is_switched_off(&plan.settings.at[1]));
	ck_assert_int_eq(plan.settings.at[2].state, STATE_SKIPPED);
	ck_assert_str_eq(plan.settings.at[2].note, "redpanda.yaml:3");
	arena_free(arena);
}
END_TEST

START_TEST(the_missing_right_is_named)
{
	static const struct {
		unsigned needs;
		uint64_t capabilities;
		int64_t uid;
		enum tri user_namespace;
		int answer;       /* of root_may_write */
		const char *says; /* NULL: may be written */
	} rows[] = {
	    {NEED_NONE, 0, 0, TRI_NO, 0, NULL},
	    {NEED_SYS_ADMIN, ~UINT64_C(0), 0, TRI_NO, 0, NULL},
	    {NEED_SYS_ADMIN, UINT64_C(1) << CAP_SYS_ADMIN, 0, TRI_NO, 0, NULL},
	    {NEED_SYS_ADMIN, ~(UINT64_C(1) << CAP_SYS_ADMIN), 0, TRI_NO, 0, "needs CAP_SYS_ADMIN"},
	    {NEED_NET_ADMIN, ~(UINT64_C(1) << CAP_NET_ADMIN), 0, TRI_NO, 0, "needs CAP_NET_ADMIN"},
	    {NEED_NET_ADMIN, UINT64_C(1) << CAP_NET_ADMIN, 0, TRI_NO, 0, NULL},
	    {NEED_NONE, 0, 0, TRI_NO, -EROFS, "read-only"},
	    {NEED_NONE, 0, 1000, TRI_NO, -EACCES, "needs uid 0"},
	    {NEED_NONE, 0, 1, TRI_NO, -EACCES, "needs uid 0"},
	    {NEED_NONE, 0, 0, TRI_YES, -EACCES, "user namespace"},
	    {NEED_NONE, 0, 0, TRI_NO, -EPERM, "read-only even for root"},
	    {NEED_NONE, 0, 0, TRI_NO, -ELOOP, "cannot be written"},
	};

	start();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct wish wish = {.path = "/proc/sys/vm/swappiness",
					  .needs = rows[i].needs};
		const char *says;

		live.capabilities = rows[i].capabilities;
		live.uid = rows[i].uid;
		live.user_namespace = rows[i].user_namespace;
		fake_protect(wish.path, rows[i].answer);
		says = look_missing_right(fake_root(), arena, &live, &wish);
		ck_assert_msg(says && rows[i].says ? strstr(says, rows[i].says) != NULL
						   : says == rows[i].says,
			      "row %zu says '%s'", i, says);
	}
	/* What is not known is not held against anybody; the write itself will tell. */
	live.capabilities_known = TRI_UNKNOWN;
	live.capabilities = 0;
	fake_protect("/proc/sys/vm/swappiness", 0);
	ck_assert_ptr_null(look_missing_right(
	    fake_root(), arena, &live,
	    &(struct wish){.path = "/proc/sys/vm/swappiness", .needs = NEED_SYS_ADMIN}));
	arena_free(arena);
}
END_TEST

START_TEST(the_setting_of_the_unit_is_named)
{
	struct wish wish = {.path = "/proc/sys/vm/swappiness", .needs = NEED_SYS_ADMIN};

	start();
	live.uid = 0;
	live.unit = "x.service";
	live.capabilities = 0;
	ck_assert_str_eq(look_missing_right(fake_root(), arena, &live, &wish),
			 "needs CAP_SYS_ADMIN (see CapabilityBoundingSet= of x.service)");
	wish.needs = NEED_NONE;
	fake_protect(wish.path, -EROFS);
	ck_assert_str_eq(look_missing_right(fake_root(), arena, &live, &wish),
			 "needs a writable mount: this one is read-only (see "
			 "ProtectKernelTunables= of x.service)");
	/* Nothing that a unit of another user says. */
	live.uid = 1000;
	ck_assert_str_eq(look_missing_right(fake_root(), arena, &live, &wish),
			 "needs a writable mount: this one is read-only");
	arena_free(arena);
}
END_TEST

START_TEST(values_in_words)
{
	static const struct {
		enum kind kind;
		const char *value, *words;
	} rows[] = {
	    {KIND_CPULIST, "3", "CPU 3"},
	    {KIND_CPULIST, "0-3,8", "CPUs 0-3,8"},
	    {KIND_CPUMASK, "ff,00000000", "CPUs 32-39"},
	    {KIND_CPUMASK, "0", "no CPU"},
	    {KIND_CPUMASK, "0x3", "0x3"},
	    {KIND_SPACE, "1048576", "1.0 MiB"},
	    {KIND_NUMBER, "3", "3"},
	};

	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(kind_words(arena, rows[i].kind, rows[i].value), rows[i].words);
	arena_free(arena);
}
END_TEST

RUN_SUITE("kind", names_of_kinds_are_unique, canonical_forms, what_is_offered, equal_by_meaning,
	  exact_and_bounds, members, what_the_node_does_not_offer_is_named, a_look_gives_a_state,
	  only_absence_is_unsupported, skipped_stays_skipped_unless_it_is_right_already,
	  the_missing_right_is_named, the_setting_of_the_unit_is_named, values_in_words)
