/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict files against the kernel in memory: what `gate` believes, and what a restore leaves.
 */
#include "apply/last_verdict.h"

#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/exit_code.h"
#include "run_suite.h"

#define BOOT_ID      "/proc/sys/kernel/random/boot_id"
#define HOST         VERDICT_DIR "/host.json"
#define POD          VERDICT_DIR "/pod%3Aa%2Fb.json"
#define POD_OWNER    "pod:a/b"
#define FIRST        RUN_DIR "/verdict.json" /* of the first builds */
#define FIRST_REPORT RUN_DIR "/report.json"

static const struct last_verdict blocked = {.exit_code = EXIT_REQUIRED,
					    .verdict = "blocked",
					    .reason = "vm.swappiness is 60",
					    .profile = "thin-ledger",
					    .time = "then"};
static const struct last_verdict start = {.exit_code = EXIT_MATCH, .verdict = "start"};

static struct last_verdict found;
static struct err err;

static int put(const char *owner, const struct last_verdict *verdict)
{
	err = (struct err){0};
	return last_verdict_write(fake_root(), arena, owner, verdict, "report\n", &err);
}

static int get(const char *owner)
{
	err = (struct err){0};
	return last_verdict_read(fake_root(), arena, owner, &found, &err);
}

static void assert_says(int code, const char *words)
{
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.text, words) != NULL, "'%s' in '%s'", words, err.text);
}

START_TEST(what_is_written_is_read)
{
	ck_assert_int_eq(put("host", &blocked), 0);
	ck_assert_int_eq(get("host"), 0);
	ck_assert_int_eq(found.exit_code, EXIT_REQUIRED);
	ck_assert_str_eq(found.verdict, "blocked");
	ck_assert_str_eq(found.reason, "vm.swappiness is 60");
	ck_assert_str_eq(found.profile, "thin-ledger");
	ck_assert_str_eq(found.time, "then");
	ck_assert_ptr_null(found.user);
	ck_assert_ptr_null(found.begun);
	ck_assert_str_eq(fake_get(REPORT_DIR "/host.json"), "report\n");
	ck_assert_int_eq(get(POD_OWNER), -ENOENT);
	assert_says(-ENOENT, "of the owner pod:a/b: `thintune run` has not run on its behalf");
	ck_assert_int_eq(put(POD_OWNER, &start), 0);
	ck_assert_int_eq(get(POD_OWNER), 0);
	ck_assert_int_eq(found.exit_code, EXIT_MATCH);
	ck_assert_str_eq(found.verdict, "start");
	ck_assert_ptr_nonnull(fake_get(POD));
	ck_assert_ptr_nonnull(fake_get(REPORT_DIR "/pod%3Aa%2Fb.json"));
	/* A run without a report leaves none of an earlier run. */
	ck_assert_int_eq(last_verdict_write(fake_root(), arena, "host", &start, NULL, &err), 0);
	ck_assert_ptr_null(fake_get(REPORT_DIR "/host.json"));
	fake_drop(HOST);
	ck_assert_int_eq(get("host"), -ENOENT);
	ck_assert(text_ends(err.text, "`thintune run` has not run"));
}
END_TEST

START_TEST(what_is_damaged_is_no_verdict)
{
	static const struct {
		const char *schema, *boot, *code, *verdict;
		int answer;
	} rows[] = {
	    {"thintune.verdict/1", "\"boot-1\"", "0", "start", 0},
	    {"thintune.verdict/1", "\"boot-1\"", "6", "blocked", 0},
	    {"thintune.verdict/1", "\"boot-1\"", "1", "none", 0},
	    {"thintune.verdict/1", "\"boot-1\"", "-1", "blocked", -EBADMSG},
	    {"thintune.verdict/1", "\"boot-1\"", "7", "blocked", -EBADMSG},
	    {"thintune.verdict/1", "\"boot-1\"", "0", "blocked", -EBADMSG},
	    {"thintune.verdict/1", "\"boot-1\"", "3", "start", -EBADMSG},
	    {"thintune.verdict/1", "\"boot-1\"", "0, \"exit_code\": 0", "start", -EBADMSG},
	    {"thintune.verdict/1", "1", "0", "start", -EBADMSG},
	    {"thintune.verdict/2", "\"boot-1\"", "0", "start", -EBADMSG},
	    {"thintune.verdict/1", "\"boot-0\"", "0", "start", -ENOENT},
	    {"thintune.verdict/1", "\"unknown\"", "0", "start", -ESTALE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_set(HOST,
			 arena_printf(arena,
				      "{\"schema\": \"%s\", \"boot_id\": %s, "
				      "\"exit_code\": %s, \"verdict\": \"%s\"}",
				      rows[i].schema, rows[i].boot, rows[i].code, rows[i].verdict));
		ck_assert_msg(get("host") == rows[i].answer, "row %zu: %s", i, err.text);
		if (rows[i].answer == -EBADMSG)
			assert_says(-EBADMSG, text_equal(rows[i].schema, "thintune.verdict/2")
						  ? HOST " was written by another version"
						  : HOST " is damaged");
	}
	assert_says(-ESTALE, "could not be read when it was written");
	fake_set(HOST, "{");
	ck_assert_int_eq(get("host"), -EBADMSG);
}
END_TEST

/* Without the boot's name an old answer and a new one look alike. */
START_TEST(no_start_without_the_boot)
{
	ck_assert_int_eq(put("host", &blocked), 0);
	fake_set(BOOT_ID, "boot-2");
	ck_assert_int_eq(get("host"), -ENOENT);
	assert_says(-ENOENT, "earlier boot");
	fake_drop(BOOT_ID);
	ck_assert_int_eq(get("host"), -ESTALE);
	assert_says(-ESTALE, "boot_id cannot be read");
	ck_assert_int_eq(put(POD_OWNER, &start), -ESTALE);
	ck_assert_ptr_null(fake_get(POD));
	ck_assert_int_eq(put(POD_OWNER, &blocked), 0);
	ck_assert_ptr_nonnull(strstr(fake_get(POD), "\"boot_id\": \"unknown\""));
}
END_TEST

START_TEST(a_run_that_began_keeps_the_last_answer)
{
	ck_assert_int_eq(last_verdict_begin(fake_root(), arena, "host", "noon", &err), 0);
	ck_assert_int_eq(get("host"), 0);
	ck_assert_int_eq(found.exit_code, EXIT_ERROR);
	ck_assert_str_eq(found.verdict, "none");
	ck_assert_str_eq(found.begun, "noon");
	ck_assert_ptr_null(found.reason);
	ck_assert_int_eq(put("host", &blocked), 0);
	ck_assert_int_eq(last_verdict_begin(fake_root(), arena, "host", "noon", &err), 0);
	ck_assert_int_eq(get("host"), 0);
	ck_assert_int_eq(found.exit_code, EXIT_REQUIRED);
	ck_assert_str_eq(found.reason, "vm.swappiness is 60");
	ck_assert_str_eq(found.begun, "noon");
	fake_storage(FAKE_FULL);
	err = (struct err){0};
	ck_assert_int_eq(last_verdict_begin(fake_root(), arena, POD_OWNER, "noon", &err), -ENOSPC);
	assert_says(-ENOSPC, "cannot write the verdict " POD ": No space left");
}
END_TEST

/* Every text has one size, so that a full file system still takes the next one. */
START_TEST(a_verdict_fits_where_the_last_one_was)
{
	struct last_verdict large = blocked;
	const char *text;
	size_t room;

	ck_assert_int_eq(put("host", &start), 0);
	ck_assert_uint_eq(strlen(fake_get(HOST)), 8192);
	ck_assert(text_ends(fake_get(HOST), " \n"));
	fake_storage(FAKE_FULL);
	ck_assert_int_eq(put("host", &blocked), 0);
	ck_assert_uint_eq(strlen(fake_get(HOST)), 8192);
	ck_assert_int_eq(get("host"), 0);
	ck_assert_str_eq(found.verdict, "blocked");
	/* The report had no room; that of the run before says something else. */
	ck_assert_ptr_null(fake_get(REPORT_DIR "/host.json"));
	ck_assert_int_eq(put(POD_OWNER, &blocked), -ENOSPC);
	assert_says(-ENOSPC, "cannot write the verdict " POD);
	fake_storage(FAKE_ROOM);

	text = fake_get(HOST);
	room = 8190 - (size_t)(strrchr(text, '}') - text);
	large.reason = arena_printf(arena, "%s%0*d", blocked.reason, (int)room, 0);
	ck_assert_int_eq(put("host", &large), 0);
	ck_assert(text_ends(fake_get(HOST), "}\n"));
	large.reason = arena_printf(arena, "%s0", large.reason);
	ck_assert_int_eq(put("host", &large), -EFBIG);
	large.reason = "\xff";
	ck_assert_int_eq(put("host", &large), -EILSEQ);
}
END_TEST

/* Who writes a verdict must not be contradicted by what is there to be read. */
START_TEST(what_did_not_get_there_is_an_error)
{
	ck_assert_int_eq(put("host", &start), 0);
	fake_mute(HOST, -EIO);
	ck_assert_int_eq(put("host", &blocked), -EIO);
	ck_assert_int_eq(get("host"), -EIO);
	assert_says(-EIO, "cannot read the verdict " HOST);
	fake_mute(HOST, -ENOTDIR);
	ck_assert_int_eq(get("host"), -ENOENT);
	fake_mute(HOST, 0);
	ck_assert_int_eq(put("host", &start), 0);
	fake_ignore(HOST);
	ck_assert_int_eq(put("host", &blocked), -EIO);
	ck_assert_int_eq(get("host"), 0);
	ck_assert_str_eq(found.verdict, "start");
}
END_TEST

START_TEST(what_others_may_write_is_not_believed)
{
	ck_assert_int_eq(put("host", &start), 0);
	fake_protect(HOST, -EPERM);
	ck_assert_int_eq(get("host"), -EPERM);
	assert_says(-EPERM, HOST " cannot be trusted");
	fake_protect(HOST, 0);
	fake_set(RUN_DIR, "");
	fake_protect(RUN_DIR, -EPERM);
	ck_assert_int_eq(get("host"), -EPERM);
	ck_assert_int_eq(put("host", &blocked), -EPERM);
	for (size_t i = 0; i < 2; i++) {
		/* No directory yet, so nobody's. */
		fake_protect(RUN_DIR, i ? -ENOTDIR : -ENOENT);
		ck_assert_int_eq(put("host", &blocked), 0);
		ck_assert_int_eq(get("host"), 0);
		ck_assert_str_eq(found.verdict, "blocked");
	}
	fake_set("/run/read-only", "");
	ck_assert_int_eq(put(POD_OWNER, &blocked), -EROFS);
}
END_TEST

static void set_first(void)
{
	fake_set(FIRST, "{\"schema\": \"thintune.verdict/1\", \"boot_id\": \"boot-1\", "
			"\"exit_code\": 0, \"verdict\": \"start\"}");
	fake_set(FIRST_REPORT, "report\n");
}

/* The first builds had one verdict for everybody: it is the default owner's. */
START_TEST(the_first_builds_verdict_is_the_default_owners)
{
	set_first();
	ck_assert_int_eq(get("host"), 0);
	ck_assert_str_eq(found.verdict, "start");
	ck_assert_int_eq(get(POD_OWNER), -ENOENT);
	ck_assert_int_eq(put(POD_OWNER, &blocked), 0);
	ck_assert_ptr_nonnull(fake_get(FIRST));
	ck_assert_ptr_nonnull(fake_get(FIRST_REPORT));
	ck_assert_int_eq(put("host", &blocked), 0);
	ck_assert_ptr_null(fake_get(FIRST));
	ck_assert_ptr_null(fake_get(FIRST_REPORT));
	/* An own one comes first. */
	set_first();
	ck_assert_int_eq(get("host"), 0);
	ck_assert_str_eq(found.verdict, "blocked");
	fake_drop(HOST);
	fake_set(FIRST, "{");
	ck_assert_int_eq(get("host"), -EBADMSG);
	assert_says(-EBADMSG, FIRST " is damaged");
}
END_TEST

START_TEST(a_verdict_is_removed)
{
	ck_assert_int_eq(last_verdict_remove(fake_root(), arena, "host"), 0);
	set_first();
	ck_assert_int_eq(put(POD_OWNER, &start), 0);
	ck_assert_int_eq(last_verdict_remove(fake_root(), arena, POD_OWNER), 0);
	ck_assert_ptr_null(fake_get(POD));
	ck_assert_ptr_nonnull(fake_get(FIRST));
	ck_assert_int_eq(last_verdict_remove(fake_root(), arena, "host"), 0);
	ck_assert_ptr_null(fake_get(FIRST));
	ck_assert_int_eq(put("host", &start), 0);
	set_first();
	fake_storage(FAKE_READ_ONLY);
	ck_assert_int_eq(last_verdict_remove(fake_root(), arena, "host"), -EROFS);
	fake_storage(FAKE_ROOM);
	ck_assert_int_eq(last_verdict_remove(fake_root(), arena, "host"), 0);
	ck_assert_ptr_null(fake_get(HOST));
	ck_assert_ptr_null(fake_get(FIRST));
}
END_TEST

static int withdraw(const char *owner)
{
	return owner ? last_verdict_withdraw_one(fake_root(), arena, owner, "noon", "ann")
		     : last_verdict_withdraw(fake_root(), arena, "noon", "ann");
}

static void assert_withdrawn(const char *owner)
{
	ck_assert_int_eq(get(owner), 0);
	ck_assert_int_eq(found.exit_code, EXIT_REQUIRED);
	ck_assert_str_eq(found.verdict, "withdrawn");
	ck_assert_str_eq(found.time, "noon");
	ck_assert_str_eq(found.user, "ann");
	ck_assert(text_starts(found.reason, "ann withdrew it by putting original values back"));
}

START_TEST(a_restore_withdraws_every_verdict)
{
	ck_assert_int_eq(withdraw(NULL), 0);
	ck_assert_int_eq(get("host"), -ENOENT);
	ck_assert_int_eq(put("host", &start), 0);
	ck_assert_int_eq(put(POD_OWNER, &start), 0);
	fake_set(VERDICT_DIR "/half.tmp", "x");
	set_first();
	ck_assert_int_eq(withdraw(NULL), 0);
	assert_withdrawn("host");
	assert_withdrawn(POD_OWNER);
	ck_assert_str_eq(fake_get(VERDICT_DIR "/half.tmp"), "x");
	ck_assert_ptr_null(fake_get(REPORT_DIR "/host.json"));
	ck_assert_ptr_null(fake_get(REPORT_DIR "/pod%3Aa%2Fb.json"));
	ck_assert_ptr_null(fake_get(FIRST));
	ck_assert_ptr_null(fake_get(FIRST_REPORT));
	/* The first builds' file alone becomes the default owner's. */
	fake_drop(HOST);
	set_first();
	ck_assert_int_eq(withdraw(NULL), 0);
	assert_withdrawn("host");
	ck_assert_ptr_null(fake_get(FIRST));
}
END_TEST

START_TEST(one_verdict_is_withdrawn_alone)
{
	ck_assert_int_eq(withdraw(POD_OWNER), 0);
	ck_assert_ptr_null(fake_get(POD));
	ck_assert_int_eq(put("host", &start), 0);
	ck_assert_int_eq(put(POD_OWNER, &start), 0);
	set_first();
	ck_assert_int_eq(withdraw(POD_OWNER), 0);
	assert_withdrawn(POD_OWNER);
	ck_assert_ptr_null(fake_get(REPORT_DIR "/pod%3Aa%2Fb.json"));
	ck_assert_int_eq(get("host"), 0);
	ck_assert_str_eq(found.verdict, "start");
	ck_assert_ptr_nonnull(fake_get(FIRST));
	ck_assert_int_eq(withdraw("host"), 0);
	assert_withdrawn("host");
	ck_assert_ptr_null(fake_get(FIRST));
}
END_TEST

/* A verdict that cannot be written over is removed; one that stays is told of, if it counts. */
START_TEST(a_verdict_that_cannot_be_withdrawn_is_told_of)
{
	for (size_t i = 0; i < 2; i++) {
		const char *owner = i ? "host" : NULL;

		fake_set(HOST, "short");
		fake_storage(FAKE_FULL);
		ck_assert_int_eq(withdraw(owner), 0);
		ck_assert_ptr_null(fake_get(HOST));
		fake_storage(FAKE_ROOM);
		ck_assert_int_eq(put("host", &start), 0);
		fake_storage(FAKE_READ_ONLY);
		ck_assert_int_eq(withdraw(owner), -EROFS);
		fake_protect(HOST, -EPERM);
		ck_assert_int_eq(withdraw(owner), 0);
		/* A later one that is well does not hide it. */
		fake_protect(HOST, 0);
		fake_set(VERDICT_DIR "/zoo.json", "short");
		fake_protect(VERDICT_DIR "/zoo.json", -EPERM);
		ck_assert_int_eq(withdraw(owner), -EROFS);
		fake_drop(HOST);
		set_first();
		ck_assert_int_eq(withdraw(owner), -EROFS);
		fake_drop(FIRST);
		fake_drop(FIRST_REPORT);
		ck_assert_int_eq(withdraw(owner), 0);
		fake_storage(FAKE_ROOM);
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("last_verdict", prepare, what_is_written_is_read, what_is_damaged_is_no_verdict,
	       no_start_without_the_boot, a_run_that_began_keeps_the_last_answer,
	       a_verdict_fits_where_the_last_one_was, what_did_not_get_there_is_an_error,
	       what_others_may_write_is_not_believed,
	       the_first_builds_verdict_is_the_default_owners, a_verdict_is_removed,
	       a_restore_withdraws_every_verdict, one_verdict_is_withdrawn_alone,
	       a_verdict_that_cannot_be_withdrawn_is_told_of)
