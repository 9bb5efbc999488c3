/* SPDX-License-Identifier: Apache-2.0 */
/* Channels of a NIC and whole files: applied, announced, undone, killed at every single change. */
#include <errno.h>

#include "apply/apply.h"
#include "apply/journal.h"
#include "apply/look.h"
#include "apply/restore.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/hand_over.h"
#include "run_suite.h"
#include "sys/systemctl.h"
#include "wish_of.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#define CONFIG "/etc/default/irqbalance"
#define OLD    "# Debian's file\n\nIRQBALANCE_ARGS=--hintpolicy=ignore"
#define TIMER  SYSTEMCTL_DIR "fstrim.timer"
#define VECTOR "/proc/irq/24/smp_affinity_list"
#define NEW    OLD "\nIRQBALANCE_ARGS=\"--hintpolicy=ignore --banirq=24 --banirq=7\"\n"

static struct arena *arena;
static struct live live;
static struct plan plan;

static void set_up(void)
{
	arena = arena_new();
	fake_reset();
	fake_set(CONFIG, OLD);
	fake_set("/run/irqbalance/irqbalance77.sock", "");
	fake_set(TIMER, "inactive");
	live = (struct live){.uid = 0, .capabilities_known = TRI_YES, .capabilities = ~UINT64_C(0)};
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct setting *want(const char *name, enum kind kind, const char *path, const char *value)
{
	struct wish wish = {.tuner = "test",
			    .name = name,
			    .kind = kind,
			    .path = path,
			    .rule = RULE_EXACT,
			    .phase = PHASE_VALUES};

	vec_push(arena, &wish.operands, value);
	return plan_add(&plan, wish);
}

static void want_channels(const char *count)
{
	struct setting *setting =
	    want("eth0 channels", KIND_NUMBER, FAKE_CHANNELS "combined", count);

	wish_of(setting)->phase = PHASE_STRUCTURAL;
	for (unsigned queue = 0; queue < 4; queue++) {
		vec_push(arena, &wish_of(setting)->resets,
			 arena_printf(arena, FAKE_NIC "rx-%u/rps_cpus", queue));
		vec_push(arena, &wish_of(setting)->resets,
			 arena_printf(arena, FAKE_NIC "tx-%u/xps_cpus", queue));
	}
}

static struct apply_result apply_now(enum phase phase)
{
	struct apply_result result = {0};

	look_plan(fake_root(), arena, &live, &plan);
	apply_phase(fake_root(), arena, &live, &plan, phase, &result);
	return result;
}

static int restore_now(bool force, struct plan *ret)
{
	struct restore_result restored = {0};
	struct err err = {0};
	int r =
	    restore_run(fake_root(), arena, &live,
			&(struct restore_request){.force = force, .time = "now", .user = "uid 0"},
			&restored, &err);

	*ret = restored.plan;
	return r;
}

static void plan_all(void)
{
	plan = (struct plan){.arena = arena};
	want_channels("2");
	want("bans", KIND_FILE, CONFIG, NEW);
	want("drop-in", KIND_FILE, PINNING_DROP_IN, "[Service]\nAllowedCPUs=2-3\n");
	want("timer", KIND_LINK, FSTRIM_LINK, "/usr/lib/systemd/system/fstrim.timer");
	want("timer active", KIND_TEXT, TIMER, "active");
	want("rps", KIND_TEXT, FAKE_NIC "rx-0/rps_cpus", "c");
	/* Beyond the new count: read again behind the structural phase, there is no such file. */
	want("rps of a queue that goes", KIND_TEXT, FAKE_NIC "rx-3/rps_cpus", "c");
}

static void apply_all(void)
{
	plan_all();
	ck_assert_uint_eq(apply_now(PHASE_STRUCTURAL).structural, 1);
	plan.settings.count--;
	(void)apply_now(PHASE_VALUES);
}

START_TEST(channels_keep_the_queues_that_stay)
{
	plan = (struct plan){.arena = arena};
	want_channels("2");
	(void)apply_now(PHASE_STRUCTURAL);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	ck_assert_str_eq(fake_get(FAKE_CHANNELS "combined"), "2");
	ck_assert_str_eq(fake_get(FAKE_NIC "rx-1/rps_cpus"), "f");
	ck_assert_str_eq(fake_get(FAKE_NIC "tx-1/xps_cpus"), "2");
	ck_assert_ptr_null(fake_get(FAKE_NIC "rx-2/rps_cpus"));
}
END_TEST

/* It is no error that what is to come is not there. */
START_TEST(what_comes_with_more_channels_differs)
{
	const struct setting *coming, *absent;
	struct setting *setting;

	plan = (struct plan){.arena = arena};
	want_channels("6");
	setting = want("rps of a queue to come", KIND_TEXT, FAKE_NIC "rx-5/rps_cpus", "c");
	vec_push(arena, &wish_of(setting)->after, FAKE_CHANNELS "combined");
	want("rps of no queue", KIND_TEXT, FAKE_NIC "rx-9/rps_cpus", "c");
	look_plan(fake_root(), arena, &live, &plan);
	coming = &plan.settings.at[1];
	absent = &plan.settings.at[2];
	ck_assert_int_eq(coming->state, STATE_DIFFERS);
	ck_assert_int_eq(coming->code, 0);
	ck_assert_str_eq(coming->want, "c");
	ck_assert_str_eq(coming->note, "appears when the queues are changed");
	ck_assert_int_eq(absent->state, STATE_UNSUPPORTED);
	ck_assert_int_ne(absent->code, 0);
}
END_TEST

START_TEST(more_channels_than_the_driver_takes)
{
	plan = (struct plan){.arena = arena};
	want_channels("9");
	(void)apply_now(PHASE_STRUCTURAL);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_int_eq(plan.settings.at[0].code, -EINVAL);
	ck_assert_str_eq(fake_get(FAKE_CHANNELS "combined"), "4");
}
END_TEST

/* A report tells its rows by their names. */
static void assert_names_differ(const struct plan *undone)
{
	for (size_t i = 0; i < undone->settings.count; i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(undone->settings.at[i].wish->name,
					 undone->settings.at[j].wish->name);
	}
}

START_TEST(restores_the_whole_state)
{
	const char *before = fake_state(arena);
	struct plan undone;

	apply_all();
	/* The channels are right since the phase before. */
	vec_for_each (setting, &plan.settings)
		ck_assert_msg(
		    setting->state ==
			(setting->wish->phase == PHASE_STRUCTURAL ? STATE_SAME : STATE_CHANGED),
		    "%s: %s %s", setting->wish->name, plan_state_names[setting->state],
		    setting->note);
	ck_assert_str_eq(fake_get(CONFIG), NEW);
	ck_assert_ptr_nonnull(fake_get(PINNING_DROP_IN));
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILES_FILE), "Debian's file"));
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILE), "Debian's file"));
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_str_eq(fake_state(arena), before);
	assert_names_differ(&undone);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
}
END_TEST

/* Kernel values are gone with the boot, the configuration is not. */
START_TEST(files_outlive_a_boot)
{
	struct plan undone;

	apply_all();
	fake_set("/proc/sys/kernel/random/boot_id", "boot-2");
	fake_set(FAKE_CHANNELS "combined", "4");
	fake_drop(PINNING_DROP_IN);
	ck_assert_int_eq(restore_now(false, &undone), 0);
	/* With what has a timer started at each boot, so that it is active now. */
	ck_assert_uint_eq(undone.settings.count, 3);
	ck_assert_str_eq(fake_get(CONFIG), OLD);
	ck_assert_ptr_null(fake_get(FSTRIM_LINK));
	ck_assert_str_eq(fake_get(TIMER), "inactive");
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* By somebody's own link it is active at each boot, whatever thintune has started before. */
START_TEST(what_boot_starts_by_itself_stays)
{
	struct plan undone;

	plan = (struct plan){.arena = arena};
	want("timer active", KIND_TEXT, TIMER, "active");
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_get(TIMER), "active");
	ck_assert_ptr_null(fake_get(JOURNAL_FILES_FILE));
	/* Where its link is written later, it stays where it is. */
	want("timer", KIND_LINK, FSTRIM_LINK, "/lib/fstrim.timer");
	(void)apply_now(PHASE_VALUES);
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), TIMER));
	ck_assert_ptr_null(strstr(fake_get(JOURNAL_FILES_FILE), TIMER));
	fake_set("/proc/sys/kernel/random/boot_id", "boot-2");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_uint_eq(undone.settings.count, 1);
	ck_assert_str_eq(fake_get(TIMER), "active");
}
END_TEST

/* Nor does a second apply behind a boot take our own file for the original. */
START_TEST(the_first_original_wins_behind_a_boot)
{
	struct plan undone;

	apply_all();
	fake_set("/proc/sys/kernel/random/boot_id", "boot-2");
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, OLD "\nIRQBALANCE_ARGS=--banirq=99\n");
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_told(), "irqbalance77.sock: 99");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_str_eq(fake_get(CONFIG), OLD);
}
END_TEST

/* Debian's file speaks of one variable, the unit of another: the unit counts, and what it does not
 * hand over bans nothing. */
START_TEST(irqbalance_is_told_what_its_unit_hands_over)
{
	struct plan undone;
	const char *file = OLD "\nARGS=\"--banirq=7\"\n";

	fake_set("/etc/systemd/system/irqbalance.service",
		 "[Service]\nEnvironmentFile=" CONFIG "\nExecStart=/usr/sbin/irqbalance $ARGS\n");
	fake_set(CONFIG, file);
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG,
	     "IRQBALANCE_ARGS=--banirq=99\nARGS=\"--banirq=7 --banirq=24\"\n");
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_told(), "irqbalance77.sock: 7 24");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_str_eq(fake_told(), "irqbalance77.sock: 7");
	ck_assert_str_eq(fake_get(CONFIG), file);
}
END_TEST

START_TEST(readers_are_told)
{
	struct plan undone;

	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_told(), "irqbalance77.sock: 7 24");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_str_eq(fake_told(), "irqbalance77.sock:");

	fake_drop("/run/irqbalance/irqbalance77.sock");
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_told(), "restart");
	plan = (struct plan){.arena = arena};
	want("drop-in", KIND_FILE, PINNING_DROP_IN, "[Service]\n");
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(fake_told(), "reload");
	plan = (struct plan){.arena = arena};
	want("drop-in", KIND_FILE, PINNING_DROP_IN, FILE_ABSENT);
	(void)apply_now(PHASE_VALUES);
	ck_assert_ptr_null(fake_get(PINNING_DROP_IN));
}
END_TEST

/* A file that nobody was told of must not pass for right at the next look. */
START_TEST(a_reader_that_cannot_be_told)
{
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	fake_listener(-ETIMEDOUT, -ETIMEDOUT);
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_str_eq(
	    plan.settings.at[0].note,
	    "`restart` did not end in time; the file was put back, so apply again once that "
	    "works");
	ck_assert_str_eq(fake_get(CONFIG), OLD);
	/* In a pod nobody but irqbalance itself can be asked, so what it says is what went wrong.
	 */
	fake_listener(-EPROTO, -EOPNOTSUPP);
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_nonnull(
	    strstr(plan.settings.at[0].note, "irqbalance could not be told over its socket"));
	ck_assert_str_eq(fake_get(CONFIG), OLD);
	fake_listener(-EOPNOTSUPP, -EREMOTEIO);
	(void)apply_now(PHASE_VALUES);
	ck_assert(text_starts(plan.settings.at[0].note, "`restart` failed; the file was put back"));
	fake_listener(-EOPNOTSUPP, -EACCES);
	(void)apply_now(PHASE_VALUES);
	ck_assert(text_starts(plan.settings.at[0].note, "`restart` Permission denied; "));
	/* On a tree that nobody runs there is nobody to tell. */
	fake_listener(-EOPNOTSUPP, -EOPNOTSUPP);
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	ck_assert_str_eq(plan.settings.at[0].note, "takes effect with `restart`, run on the node");
	fake_set(CONFIG, OLD);
	fake_listener(-EOPNOTSUPP, 0);
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(plan.settings.at[0].note, "ran `restart`");
	fake_set(CONFIG, OLD);
	fake_listener(0, -EACCES);
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(plan.settings.at[0].note,
			 "told irqbalance over its socket, without a restart");
}
END_TEST

/* What was right when it was looked at may be moved until irqbalance knows of its bans. */
START_TEST(an_interrupt_that_irqbalance_moves_until_it_is_told)
{
	struct history_pen pen = {.root = fake_root(), .arena = arena};
	struct apply_result result = {.history = &pen};
	struct journal journal;
	struct plan undone;
	struct setting *vector;
	bool is_noted = false;

	fake_set(VECTOR, "0");
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	vector = want("vector", KIND_CPULIST, VECTOR, "0");
	vec_push(arena, &wish_of(vector)->after, CONFIG);
	fake_moved_until_told(VECTOR, "1");
	look_plan(fake_root(), arena, &live, &plan);
	apply_phase(fake_root(), arena, &live, &plan, PHASE_VALUES, &result);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	ck_assert_int_eq(plan.settings.at[1].state, STATE_CHANGED);
	ck_assert_str_eq(plan.settings.at[1].before, "1");
	ck_assert_str_eq(fake_get(VECTOR), "0");
	/* If it were killed now, the history would tell of it all the same. */
	vec_for_each (change, &pen.line.changes)
		is_noted |= text_equal(change->path, VECTOR);
	ck_assert(is_noted);
	/* A restore gives it back, and keeps nothing of it for a file that is somebody else's. */
	fake_set(CONFIG, "# somebody else's\n");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_str_eq(fake_get(VECTOR), "1");
	ck_assert_int_eq(journal_read(fake_root(), arena, &journal, NULL), 0);
	ck_assert_ptr_nonnull(journal_find(&journal, CONFIG));
	ck_assert_ptr_null(journal_find(&journal, VECTOR));
	fake_set(CONFIG, OLD);
	/* It cannot be told: what it may do next, the last look finds. */
	fake_set(VECTOR, "0");
	fake_listener(-EPROTO, -EOPNOTSUPP);
	fake_moved_until_told(VECTOR, "1");
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_int_eq(plan.settings.at[1].state, STATE_SAME);
	ck_assert_str_eq(fake_get(VECTOR), "1");
}
END_TEST

/* It was gone when it was looked at, and is there once irqbalance is told. */
START_TEST(a_vector_that_comes_back_and_is_the_kernels)
{
	struct setting *vector;

	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	vector = want("vector", KIND_CPULIST, VECTOR, "0");
	wish_of(vector)->managed = "its driver places it";
	vec_push(arena, &wish_of(vector)->after, CONFIG);
	fake_moved_until_told(VECTOR, "1");
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	ck_assert_int_eq(plan.settings.at[1].state, STATE_MANAGED);
	ck_assert_str_eq(fake_get(VECTOR), "1");
}
END_TEST

START_TEST(what_to_type_where_systemd_cannot_be_asked)
{
	fake_mute(SYSTEMCTL_DIR, -EOPNOTSUPP);
	plan = (struct plan){.arena = arena};
	want("timer active", KIND_TEXT, TIMER, "active");
	want("timer back", KIND_TEXT, TIMER, "inactive");
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_MANUAL);
	ck_assert(text_ends(plan.settings.at[0].note, "run `systemctl start fstrim.timer`"));
	ck_assert_int_eq(plan.settings.at[1].state, STATE_MANUAL);
	ck_assert(text_ends(plan.settings.at[1].note, "run `systemctl stop fstrim.timer`"));
	/* systemd takes the word, and the unit ends at once. */
	fake_mute(SYSTEMCTL_DIR, 0);
	fake_ignore(TIMER);
	plan.settings.count = 1;
	(void)apply_now(PHASE_VALUES);
	ck_assert_str_eq(plan.settings.at[0].note, "wrote active, but systemd kept inactive");
	fake_mute(SYSTEMCTL_DIR, -EIO);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert(text_starts(plan.settings.at[0].note, "cannot read the unit fstrim.timer: "));
}
END_TEST

/* systemd has the link before the timer, and loses it after; both outlive a reboot. */
START_TEST(a_timer_and_its_link)
{
	struct plan undone;

	plan = (struct plan){.arena = arena};
	want("timer", KIND_LINK, FSTRIM_LINK, "/lib/fstrim.timer");
	want("timer active", KIND_TEXT, TIMER, "active");
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
	ck_assert_str_eq(plan.settings.at[0].note, "ran `reload`");
	ck_assert_str_eq(fake_get(FSTRIM_LINK), "/lib/fstrim.timer");
	ck_assert_str_eq(fake_get(TIMER), "active");
	fake_drop(JOURNAL_FILE);
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILES_FILE), TIMER));
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_ptr_null(fake_get(FSTRIM_LINK));
	ck_assert_str_eq(fake_get(TIMER), "inactive");
	/* Somebody leads it elsewhere. */
	(void)apply_now(PHASE_VALUES);
	fake_set(FSTRIM_LINK, "/etc/other.timer");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_int_eq(undone.settings.at[0].state, STATE_CONTESTED);
	ck_assert_str_eq(fake_get(FSTRIM_LINK), "/etc/other.timer");
	ck_assert_int_eq(restore_now(true, &undone), 0);
	ck_assert_ptr_null(fake_get(FSTRIM_LINK));
	/* systemd could not be told. */
	fake_listener(0, -ETIMEDOUT);
	plan.settings.count = 1;
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_null(fake_get(FSTRIM_LINK));
}
END_TEST

START_TEST(what_people_changed_since_is_left_alone)
{
	struct plan undone;

	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	(void)apply_now(PHASE_VALUES);
	fake_set(CONFIG, NEW "IRQBALANCE_ONESHOT=1\n");
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_int_eq(undone.settings.at[0].state, STATE_CONTESTED);
	ck_assert_str_eq(fake_get(CONFIG), NEW "IRQBALANCE_ONESHOT=1\n");
	ck_assert_int_eq(restore_now(true, &undone), 0);
	ck_assert_str_eq(fake_get(CONFIG), OLD);
}
END_TEST

/* Its owner is right again; the journal that keeps it must still be one. */
START_TEST(a_sibling_that_cannot_be_put_back)
{
	struct setting *setting;
	struct plan undone;

	plan = (struct plan){.arena = arena};
	setting = want("scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", "none");
	vec_push(arena, &wish_of(setting)->resets, FAKE_QUEUE "nr_requests");
	(void)apply_now(PHASE_VALUES);
	fake_refuse(FAKE_QUEUE "nr_requests", -EBUSY);
	ck_assert_int_eq(restore_now(false, &undone), 0);
	ck_assert_ptr_nonnull(fake_get(JOURNAL_FILE));
	fake_refuse(FAKE_QUEUE "nr_requests", 0);
	ck_assert_int_eq(restore_now(true, &undone), 0);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "99");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

START_TEST(no_other_file_is_ever_written)
{
	struct plan undone;

	plan = (struct plan){.arena = arena};
	fake_set("/etc/passwd", "root\n");
	want("passwd", KIND_FILE, "/etc/passwd", "toor\n");
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
	ck_assert_str_eq(fake_get("/etc/passwd"), "root\n");
	fake_set(JOURNAL_FILES_FILE,
		 "{\"journal\":\"thintune.journal/1\",\"boot_id\":\"unknown\",\"settled\":true,"
		 "\"records\":1}\n{\"path\":\"/etc/passwd\",\"kind\":\"file\",\"had\":\"x\","
		 "\"ours\":[\"root\\n\"],\"tuner\":\"t\",\"setting\":\"s\",\"owner\":null}\n");
	ck_assert_int_eq(restore_now(true, &undone), -EBADMSG);
	ck_assert_str_eq(fake_get("/etc/passwd"), "root\n");
}
END_TEST

START_TEST(an_original_that_could_not_be_kept)
{
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	fake_set("/var/lib/in-container", "");
	live.container = "kubernetes";
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_SKIPPED);
	ck_assert_str_eq(fake_get(CONFIG), OLD);
	ck_assert_ptr_nonnull(strstr(plan.settings.at[0].note, STATE_DIR));
	/* On the node itself everything lies on the same mount as "/". */
	live.container = "none";
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_CHANGED);
}
END_TEST

START_TEST(a_file_that_is_no_text)
{
	plan = (struct plan){.arena = arena};
	want("bans", KIND_FILE, CONFIG, NEW);
	fake_set(CONFIG, "\xff\xfe");
	(void)apply_now(PHASE_VALUES);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_str_eq(fake_get(CONFIG), "\xff\xfe");
}
END_TEST

START_TEST(killed_anywhere)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

#ifdef __SANITIZE_ADDRESS__
	/* A process that dies frees nothing. */
	__lsan_disable();
#endif
	for (; !finished; n++) {
		struct plan undone;
		int r;

		arena_free(arena);
		set_up();
		before = fake_state(arena);
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			apply_all();
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %d", n, r);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "killed at change %u, then restored, the node reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 8);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("structure", prepare, channels_keep_the_queues_that_stay,
	       what_comes_with_more_channels_differs, more_channels_than_the_driver_takes,
	       restores_the_whole_state, files_outlive_a_boot, what_boot_starts_by_itself_stays,
	       the_first_original_wins_behind_a_boot, irqbalance_is_told_what_its_unit_hands_over,
	       readers_are_told, a_reader_that_cannot_be_told,
	       an_interrupt_that_irqbalance_moves_until_it_is_told,
	       a_vector_that_comes_back_and_is_the_kernels,
	       what_to_type_where_systemd_cannot_be_asked, a_timer_and_its_link,
	       what_people_changed_since_is_left_alone, a_sibling_that_cannot_be_put_back,
	       no_other_file_is_ever_written, an_original_that_could_not_be_kept,
	       a_file_that_is_no_text, killed_anywhere)
