/* SPDX-License-Identifier: Apache-2.0 */
/* The ballast file of a real directory, with a journal in memory: made, undone, and left alone
 * where somebody else had a hand in it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "live/live_impl.h"
#include "own_mounts.h"
#include "plan/space.h"
#include "refuse.h"
#include "run_suite.h"
#include "sys/signals.h"

#define SIZE "65536"

static char place[] = "/tmp/thintune-ballast-XXXXXX";
static char file[sizeof(place) + 16];
static struct plan plan, undone;
static struct err err;

/* A data directory of somebody else; false: not for this user. */
static bool make_place(void)
{
	ck_assert_ptr_nonnull(mkdtemp(place));
	(void)snprintf(file, sizeof(file), "%s/" LIVE_BALLAST, place);
	if (!own_mounts(0) || mount("none", place, "tmpfs", 0, "size=512k") < 0) {
		ck_assert_int_eq(rmdir(place), 0);
		return false;
	}
	ck_assert_int_eq(chown(place, 101, 102), 0);
	ck_assert_int_eq(chmod(place, 0750), 0);
	return true;
}

static void drop_place(void)
{
	ck_assert_int_eq(umount2(place, MNT_DETACH), 0);
	ck_assert_int_eq(rmdir(place), 0);
}

static bool is_there(void)
{
	struct stat st;

	return lstat(file, &st) == 0;
}

static struct setting *want_ballast(const char *data_dir, const char *size)
{
	struct live_data_dir dir = live_ask_dir(arena, data_dir);
	const char *path = space_path(arena, &dir);

	ck_assert_ptr_nonnull(path);
	plan = (struct plan){.arena = arena};
	return want(&plan, "ballast file", KIND_SPACE, path, RULE_EXACT, size);
}

static enum state apply_ballast(const char *size)
{
	(void)want_ballast(place, size);
	(void)apply_now(&plan);
	return plan.settings.at[0].state;
}

static enum state restore_ballast(bool force)
{
	ck_assert_int_eq(restore_now(force, &undone, &err), 0);
	return undone.settings.at[0].state;
}

/* The journal knows it as made by thintune. */
static bool is_noted(void)
{
	struct journal journal;

	if (journal_read(fake_root(), arena, &journal, &err) < 0)
		return false;
	vec_for_each (entry, &journal.entries) {
		if (entry->kind == KIND_SPACE)
			return !journal_is_idle(entry);
	}
	return false;
}

/* Written before the ballast file has its name. */
static void want_swappiness(struct plan *into)
{
	(void)want(into, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
}

START_TEST(made_and_removed)
{
	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	ck_assert(is_there());
	ck_assert_ptr_null(plan.settings.at[0].made);
	/* It outlives a reboot, and so does what is known of it. */
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILES_FILE), "\"kind\":\"space\""));
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_int_eq(apply_ballast(SIZE), STATE_SAME);
	ck_assert_int_eq(restore_ballast(false), STATE_CHANGED);
	ck_assert(!is_there());
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	/* An operator was faster. */
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(restore_ballast(false), STATE_SAME);
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	drop_place();
}
END_TEST

/* Between the look and the write. */
START_TEST(something_else_takes_its_name)
{
	struct apply_result result = {0};

	if (!make_place())
		return;
	(void)want_ballast(place, SIZE);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_DIFFERS);
	ck_assert_int_eq(mkfifo(file, 0666), 0);
	apply_phase(fake_root(), arena, &live, &plan, PHASE_VALUES, &result);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_str_eq(plan.settings.at[0].note,
			 "something else has its name, and is left as it is");
	/* It is not thintune's, and counts as removed by nobody. */
	ck_assert(!is_noted());
	ck_assert_int_eq(restore_ballast(true), STATE_SAME);
	ck_assert(is_there());
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	ck_assert_int_eq(unlink(file), 0);
	drop_place();
}
END_TEST

/* After it was removed, and of its very size. */
START_TEST(somebody_makes_one_like_it)
{
	int fd;

	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	ck_assert_int_eq(unlink(file), 0);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_eq(fallocate(fd, 0, 0, 65536), 0);
	ck_assert_int_eq(fchown(fd, 101, 102), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(restore_ballast(false), STATE_CONTESTED);
	ck_assert_ptr_nonnull(strstr(undone.settings.at[0].note, "restore --force"));
	ck_assert(is_there());
	ck_assert_int_eq(restore_ballast(true), STATE_CHANGED);
	ck_assert(!is_there());
	drop_place();
}
END_TEST

START_TEST(what_was_written_to_is_somebodys)
{
	int fd;

	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(pwrite(fd, "x", 1, 0), 1);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(restore_ballast(false), STATE_CONTESTED);
	ck_assert(is_there());
	ck_assert_int_eq(unlink(file), 0);
	drop_place();
}
END_TEST

START_TEST(another_directory_in_its_place)
{
	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	/* Another volume is mounted there. */
	ck_assert_int_eq(mount("none", place, "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(restore_ballast(false), STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(undone.settings.at[0].note, "not found here"));
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILES_FILE));
	ck_assert_int_eq(umount2(place, MNT_DETACH), 0);
	ck_assert_int_eq(restore_ballast(false), STATE_CHANGED);
	ck_assert(!is_there());
	drop_place();
}
END_TEST

START_TEST(why_it_is_not_made)
{
	static const uint64_t owner = UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID;

	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast("1048576"), STATE_FAILED);
	ck_assert_str_eq(plan.settings.at[0].note,
			 "not made: cannot allocate its space: No space left on device");
	ck_assert_int_eq(plan.settings.at[0].code, -ENOSPC);
	/* Nothing is noted of what was never there. */
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	live.capabilities = ~owner;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(plan.settings.at[0].note, "needs CAP_SETUID and CAP_SETGID"));
	live.capabilities = ~UINT64_C(0);
	ck_assert_int_eq(mount(NULL, place, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	ck_assert_int_eq(apply_ballast(SIZE), STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(plan.settings.at[0].note, "needs a writable mount"));
	ck_assert(!is_there());
	drop_place();
}
END_TEST

/* Its owner would say in whose directory it is made. */
START_TEST(a_link_of_somebody_else_on_the_way)
{
	char theirs[sizeof(place) + 8], real[sizeof(theirs) + 8];

	if (!make_place())
		return;
	(void)snprintf(theirs, sizeof(theirs), "%s/a", place);
	(void)snprintf(real, sizeof(real), "%s/b", place);
	ck_assert_int_eq(mkdir(real, 0755), 0);
	ck_assert_int_eq(symlink("b", theirs), 0);
	(void)want_ballast(theirs, SIZE);
	(void)apply_now(&plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(plan.settings.at[0].note, "another user may change a link"));
	/* Root's own is followed. */
	ck_assert_int_eq(chown(place, 0, 0), 0);
	(void)want_ballast(theirs, SIZE);
	(void)apply_now(&plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	drop_place();
}
END_TEST

/* Before each change of the journal; the file itself is made in between. */
START_TEST(killed_anywhere)
{
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	if (!make_place())
		return;
	for (; !finished; n++) {
		int r;

		tear_down();
		set_up();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone, &err);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %d", n, r);
		ck_assert_msg(!is_there(), "killed at %u", n);
		ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	}
	ck_assert_uint_gt(n, 2);
	drop_place();
}
END_TEST

/* What comes first in the plan is written before the ballast file gets its name. */
static enum state apply_both(void)
{
	struct setting ballast = *want_ballast(place, SIZE);

	plan = (struct plan){.arena = arena};
	want_swappiness(&plan);
	(void)want(&plan, "ballast file", KIND_SPACE, ballast.wish->path, RULE_EXACT, SIZE);
	(void)apply_now(&plan);
	return plan.settings.at[1].state;
}

START_TEST(a_signal_at_any_change)
{
	enum state state;

	if (!make_place())
		return;
	signals_catch();
	fake_signal_at((unsigned)_i, SIGTERM);
	state = apply_both();
	ck_assert_msg(state == STATE_SKIPPED || (_i > 1 && state == STATE_CHANGED), "at %d: %s", _i,
		      plan_state_names[state]);
	ck_assert_int_eq(is_there(), state == STATE_CHANGED);
	/* Else it would count as one that somebody has removed. */
	ck_assert_int_eq(is_noted(), state == STATE_CHANGED);
	drop_place();
}
END_TEST

static void stop(int number)
{
	(void)number;
	(void)kill(getpid(), SIGSTOP);
}

static void tell_to_end(int number)
{
	(void)number;
	(void)raise(SIGTERM);
}

/* The process that makes it stops, which its parent is told by the signal. */
START_TEST(a_signal_while_it_is_made)
{
	if (!make_place())
		return;
	signals_catch();
	ck_assert_ptr_ne(signal(SIGSYS, stop), SIG_ERR);
	ck_assert_ptr_ne(signal(SIGCHLD, tell_to_end), SIG_ERR);
	answer_syscall(SYS_fallocate, SECCOMP_RET_TRAP);
	ck_assert_int_eq(apply_both(), STATE_SKIPPED);
	ck_assert_str_eq(plan.settings.at[1].note,
			 "nothing more was written after the signal SIGTERM");
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert(!is_there());
	drop_place();
}
END_TEST

/* A run is killed, and an apply of something else settles the journal. The processes that hold the
 * files of such runs stay until this test ends. */
START_TEST(killed_and_settled)
{
	volatile unsigned n = 1, unnamed = 0;
	volatile bool finished = false;

	expect_leaks();
	if (!make_place())
		return;
	for (; !finished; n++) {
		tear_down();
		set_up();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			ck_assert_int_eq(apply_both(), STATE_CHANGED);
			finished = true;
		}
		fake_die_at(0);
		unnamed += is_noted() && !is_there();
		fake_set("/proc/sys/vm/swappiness", "60");
		plan = (struct plan){.arena = arena};
		want_swappiness(&plan);
		(void)apply_now(&plan);
		ck_assert_msg(is_noted() == is_there(), "killed at %u", n);
		(void)restore_now(false, &undone, &err);
		ck_assert_msg(!is_there(), "killed at %u", n);
	}
	ck_assert_uint_gt(unnamed, 0);
	drop_place();
}
END_TEST

START_TEST(why_it_is_not_removed)
{
	if (!make_place())
		return;
	ck_assert_int_eq(apply_ballast(SIZE), STATE_CHANGED);
	refuse_syscall(SYS_setresuid, EPERM);
	ck_assert_int_eq(restore_ballast(false), STATE_FAILED);
	ck_assert_str_eq(undone.settings.at[0].note,
			 "cannot act as the owner 101:102 of the directory: that takes CAP_SETUID "
			 "and CAP_SETGID");
	ck_assert(is_there());
	drop_place();
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, a_signal_at_any_change, 1, 8);
}

RUN_SUITE_OF_MOUNTS(0, "ballast-apply", prepare, made_and_removed, something_else_takes_its_name,
		    somebody_makes_one_like_it, what_was_written_to_is_somebodys,
		    another_directory_in_its_place, a_link_of_somebody_else_on_the_way,
		    why_it_is_not_made, why_it_is_not_removed, a_signal_while_it_is_made,
		    killed_anywhere, killed_and_settled)
