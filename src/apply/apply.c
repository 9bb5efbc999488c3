/* SPDX-License-Identifier: Apache-2.0 */
/* Applies a phase: journals old values, writes in waves, puts back what the kernel reset. */
#include <errno.h>

#include "apply/apply.h"
#include "apply/ballast.h"
#include "apply/claims.h"
#include "apply/file.h"
#include "apply/identity.h"
#include "apply/journal.h"
#include "apply/look.h"
#include "apply/put_back.h"
#include "apply/siblings.h"
#include "apply/write.h"
#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/kind.h"
#include "plan/order.h"
#include "sys/signals.h"

bool apply_is_due(const struct setting *setting)
{
	return !setting->lacks_right && !setting->is_left_alone &&
	       (setting->state == STATE_DIFFERS ||
		(setting->state == STATE_MANAGED && setting->is_unproven));
}

static bool is_due(const struct setting *setting, enum phase phase)
{
	return setting->wish->phase == phase && apply_is_due(setting);
}

/* One phase while it is applied. */
struct applying {
	struct root *root;
	struct arena *arena;
	const struct live *live;
	struct plan *plan;
	enum phase phase;
	struct journal journal, before; /* before: as it was read */
	bool is_outdated_on_disk;       /* an entry has changed since the journal was written */
	struct order order;
	struct identity_cache identities;
	struct apply_result *result;
};

/* Journalling --------------------------------------------------------------------------------- */

static bool is_outdated(const struct applying *applying, const struct journal_entry *entry)
{
	return journal_is_outdated(applying->root, applying->arena, entry);
}

static void mark_device(struct applying *applying, struct journal_entry *entry,
			const char *reset_by)
{
	struct journal_device device;

	entry->reset_by = reset_by;
	if (journal_device(applying->root, applying->arena, entry, &device) < 0)
		device = (struct journal_device){0};
	journal_put_on(entry, &device);
	/* What makes new interrupts gives them numbers as it likes. */
	entry->identity = identity_of(applying->root, applying->arena, &applying->identities,
				      entry->path, reset_by);
}

/* Reads a sibling. Its kind is the plan's, else its name's. False: it cannot be put back, so it
 * needs no entry. A mount that is read-only here may be writable for the restore, which may run
 * elsewhere.
 */
static bool read_sibling(struct applying *applying, struct journal_entry *made)
{
	const struct setting *planned = order_find(&applying->order, made->path);
	struct arena *arena = applying->arena;
	const char *raw;
	int r = -EINVAL;

	made->kind = planned ? planned->wish->kind : kind_of_path(made->path);
	if (journal_takes(made->kind, made->path))
		r = root_may_write(applying->root, made->path);
	if ((r < 0 && r != -EROFS) || root_read(applying->root, arena, made->path, &raw) < 0)
		return false;
	if (made->kind == KIND_TEXT && strchr(raw, '['))
		made->kind = KIND_CHOICE;
	made->had = kind_canonical(arena, made->kind, raw);
	if (!made->had)
		made->kind = KIND_TEXT;
	/* A blank that a driver prints at the end is more than some take. */
	if (made->kind == KIND_TEXT)
		made->had = kind_canonical(arena, KIND_TEXT, text_trim(arena, raw));
	return true;
}

/* A file that the kernel may change by itself. */
static void enter_sibling(struct applying *applying, const struct wish *trigger, const char *path)
{
	struct journal_entry *entry = journal_find(&applying->journal, path);
	struct journal_entry made = {.path = path, .tuner = trigger->tuner};

	if (!entry || is_outdated(applying, entry)) {
		if (!read_sibling(applying, &made))
			return;
		if (entry)
			*entry = made;
		else
			entry = journal_add(applying->arena, &applying->journal, made);
	}
	mark_device(applying, entry, trigger->path);
}

/* reset_by: the path whose write made this setting appear; else NULL. */
static void enter_setting(struct applying *applying, const struct setting *setting,
			  const char *reset_by)
{
	struct journal_entry *entry = journal_find(&applying->journal, setting->wish->path);
	const char *path = setting->wish->path, *had;
	const struct journal_entry made = {
	    .path = path,
	    .had = setting->have,
	    .outlives_boot =
		entry ? entry->outlives_boot : journal_outlives_boot(&applying->journal, path),
	};

	/* The first original wins; an entry that was only a sibling becomes a setting of its own.
	 */
	if (!entry || is_outdated(applying, entry)) {
		if (entry)
			*entry = made;
		else
			entry = journal_add(applying->arena, &applying->journal, made);
		mark_device(applying, entry, reset_by);
	}
	entry->kind = setting->wish->kind;
	had = kind_canonical(applying->arena, entry->kind, entry->had);
	entry->had = had ? had : entry->had;
	entry->tuner = setting->wish->tuner;
	entry->setting = setting->wish->name;
	claims_enter(applying->arena, applying->plan, setting, entry);
	vec_for_each (value, &entry->ours) {
		if (text_equal(*value, setting->want))
			return;
	}
	vec_push(applying->arena, &entry->ours, setting->want);
}

/* The journal of this boot, or a new one. */
static int open_journal(struct applying *applying, struct err *err)
{
	struct journal *journal = &applying->journal;
	int r = journal_read(applying->root, applying->arena, journal, err);
	const char *boot;

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT)
		*journal = (struct journal){.settled = true};
	if (!journal->boot_id) {
		journal->boot_id = BOOT_UNKNOWN;
		if (journal_boot_id(applying->root, applying->arena, &boot) == 0)
			journal->boot_id = boot;
	}
	applying->before = *journal;
	applying->before.entries.at = arena_alloc(
	    applying->arena, (journal->entries.count + 1) * sizeof(*journal->entries.at));
	for (size_t i = 0; i < journal->entries.count; i++)
		applying->before.entries.at[i] = journal->entries.at[i];
	/* It is not known who wrote it; a restore would overwrite it anyway. */
	vec_for_each (entry, &journal->entries)
		entry->is_written = journal_is_unsure(journal, entry);
	return 0;
}

/* What the journal must hold before the phase's first write. */
static int journal_phase(struct applying *applying, struct err *err)
{
	vec_for_each (setting, &applying->plan->settings) {
		if (is_due(setting, applying->phase))
			enter_setting(applying, setting, NULL);
	}
	vec_for_each (setting, &applying->plan->settings) {
		names siblings;

		if (!is_due(setting, applying->phase))
			continue;
		siblings = siblings_of(applying->root, applying->arena, setting->wish);
		vec_for_each (path, &siblings)
			enter_sibling(applying, setting->wish, *path);
	}
	applying->journal.settled = false;
	return journal_write(applying->root, applying->arena, &applying->journal, err);
}

/* Nothing has been written to the node: one of the two files may have been, and an unsettled one
 * would let a restore overwrite some of what others set from now on. */
static void put_journal_back(struct applying *applying)
{
	struct journal *before = &applying->before;

	if (journal_write(applying->root, applying->arena, before, NULL) < 0)
		(void)!journal_mark(applying->root, applying->arena, before, before->settled, NULL);
}

/* Writing ------------------------------------------------------------------------------------- */

/* The value a sibling should have again: what an earlier setting of this plan put there, else what
 * it was before this write. */
static void put_back(struct applying *applying, struct setting *trigger, const char *path,
		     enum kind kind, const char *value)
{
	const struct setting *planned = order_find(&applying->order, path);
	const struct wish wish = {.kind = kind, .path = path};
	struct setting sibling = {.wish = &wish, .want = value};

	if (!look_read(applying->root, applying->arena, &sibling) ||
	    kind_equal(kind, sibling.have, value) || (planned && planned->state == STATE_DIFFERS))
		return;
	write_setting(applying->root, applying->arena, &sibling);
	applying->result->writes++;
	if (sibling.state != STATE_CHANGED)
		trigger->note = arena_printf(
		    applying->arena, "%s%sthe kernel reset %s from %s to %s and keeps it",
		    trigger->note ? trigger->note : "", trigger->note ? "; " : "", path, value,
		    sibling.have ? sibling.have : "unknown");
}

struct snapshot {
	const char *path, *value;
	enum kind kind;
};

/* A file whose reader could not be told of it would pass for right at the next look. */
static void take_back(struct root *root, struct arena *arena, struct setting *setting)
{
	const char *why;

	if (!file_is_ours(setting->wish->kind, setting->wish->path) ||
	    setting->state != STATE_FAILED || !text_equal(setting->have, setting->want))
		return;
	if (file_write(root, setting->wish->kind, setting->wish->path, setting->before) < 0)
		return;
	why = setting->note;
	if (look_read(root, arena, setting))
		setting->note = arena_printf(
		    arena, "%s; the file was put back, so apply again once that works", why);
}

/* Nothing of thintune's has the path. What comes there is somebody else's, so no claim may have it
 * removed; and a value of ours would say that somebody has removed what was there. */
static void forget(struct applying *applying, struct journal_entry *entry)
{
	entry->ours = (names){0};
	entry->claims = (claim_list){0};
	applying->is_outdated_on_disk = true;
}

/* It was to be ours, and is not there. What hangs in the disk may come there yet. */
static void forget_refused(struct applying *applying, const struct setting *setting,
			   struct journal_entry *entry)
{
	if (setting->wish->kind == KIND_SPACE && setting->state != STATE_CHANGED && setting->have &&
	    setting->code != -EINPROGRESS)
		forget(applying, entry);
}

/* What reads 0 as long as the other is 0, and loses its own 1 by a read meanwhile, as the journal's
 * was one. The other is written only where it can be put back, and where nobody wants it to be 0.
 * NULL: there is nothing to write. */
static const char *to_wake(struct applying *applying, const struct setting *setting)
{
	const char *path = setting->wish->path, *first = counterparts_woken_with(path);
	names others = counterparts_woken_by(applying->arena, path);
	const struct journal_entry *entry = first ? journal_find(&applying->journal, first) : NULL;

	vec_for_each (other, &others) {
		const struct setting *planned = order_find(&applying->order, *other);

		if (planned && text_equal(planned->want, "1") && !planned->is_left_alone &&
		    journal_find(&applying->journal, *other))
			return *other;
	}
	return entry && (!entry->claims.count || entry->is_left) &&
		       !order_find(&applying->order, first)
		   ? first
		   : NULL;
}

/* Where the kernel kept 0 instead of 1, once more along with what has to be 1 first. */
static void write_woken(struct applying *applying, struct setting *setting)
{
	const char *other;

	write_setting(applying->root, applying->arena, setting);
	if (setting->state != STATE_FAILED || !text_equal(setting->want, "1") ||
	    !text_equal(setting->have, "0") || !root_is_live(applying->root))
		return;
	other = to_wake(applying, setting);
	if (!other ||
	    !text_equal(look_value(applying->root, applying->arena, KIND_TEXT, other), "0") ||
	    write_unread(applying->root, other, "1") < 0)
		return;
	applying->result->writes += 2; /* that one, and the first of these */
	write_setting(applying->root, applying->arena, setting);
	if (setting->state == STATE_FAILED && write_unread(applying->root, other, "0") == 0)
		applying->result->writes++;
}

static void write_with_siblings(struct applying *applying, struct setting *setting)
{
	names siblings = siblings_reset(applying->root, applying->arena, setting->wish);
	VEC(struct snapshot) before = {0};
	bool is_trial = setting->is_unproven;
	struct journal_entry *entry;

	vec_for_each (path, &siblings) {
		const char *value;

		entry = journal_find(&applying->journal, *path);
		if (!entry)
			continue;
		value = look_value(applying->root, applying->arena, entry->kind, *path);
		if (value)
			vec_push(
			    applying->arena, &before,
			    (struct snapshot){.path = *path, .value = value, .kind = entry->kind});
	}
	entry = journal_find(&applying->journal, setting->wish->path);
	entry->is_written = true;
	write_woken(applying, setting);
	forget_refused(applying, setting, entry);
	applying->is_outdated_on_disk |= entry->is_managed != (setting->state == STATE_MANAGED);
	entry->is_managed = setting->state == STATE_MANAGED;
	take_back(applying->root, applying->arena, setting);
	setting->is_unproven = false;
	if (is_trial && setting->state == STATE_MANAGED)
		applying->result->trials++;
	else
		applying->result->writes++;
	if (setting->state == STATE_CHANGED && setting->wish->phase == PHASE_STRUCTURAL)
		applying->result->structural++;
	vec_for_each (one, &before)
		put_back(applying, setting, one->path, one->kind, one->value);
}

static bool is_of_this_run(const struct journal *journal, const struct journal_entry *entry)
{
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;

	return entry->is_written || (trigger && trigger->is_written);
}

/* What the kernel made of a write of ours (clamped, reset and not put back) is ours. True: it was
 * not in the journal. */
static bool adopt(struct applying *applying, struct journal_entry *entry)
{
	const char *now =
	    kind_is_of_kernel(entry->kind)
		? look_value(applying->root, applying->arena, entry->kind, entry->path)
		: NULL;
	bool is_known = !now || kind_equal(entry->kind, now, entry->had);

	vec_for_each (value, &entry->ours)
		is_known = is_known || kind_equal(entry->kind, now, *value);
	if (!is_known)
		vec_push(applying->arena, &entry->ours, now);
	return !is_known;
}

/* A file that was made, and whose turn to get its name has not come. */
static void forget_unnamed(struct applying *applying)
{
	vec_for_each (setting, &applying->plan->settings) {
		struct journal_entry *entry =
		    setting->made ? journal_find(&applying->journal, setting->wish->path) : NULL;

		if (!entry)
			continue;
		if (--entry->ours.count == 0)
			forget(applying, entry);
		applying->is_outdated_on_disk = true;
	}
}

/* An earlier run was killed, perhaps before the file had its name. */
static bool was_never_named(const struct applying *applying, const struct journal_entry *entry)
{
	return !applying->before.settled && entry->kind == KIND_SPACE && !entry->is_written &&
	       entry->ours.count && text_equal(entry->had, FILE_ABSENT) &&
	       text_equal(look_value(applying->root, applying->arena, KIND_SPACE, entry->path),
			  FILE_ABSENT);
}

/* From here on a value that no entry holds is somebody else's. A file that this run did not touch
 * may have got its value from anybody since. */
static int settle(struct applying *applying, struct err *err)
{
	struct journal *journal = &applying->journal;

	forget_unnamed(applying);
	vec_for_each (entry, &journal->entries) {
		if (is_of_this_run(journal, entry))
			applying->is_outdated_on_disk |= adopt(applying, entry);
		if (was_never_named(applying, entry))
			forget(applying, entry);
	}
	if (!applying->is_outdated_on_disk)
		return journal_mark(applying->root, applying->arena, journal, true, err);
	journal->settled = true;
	return journal_write(applying->root, applying->arena, journal, err);
}

/* Skips what this process may not write, and what no journal would bring back. */
static void skip_what_must_stay(struct setting *setting)
{
	if (setting->is_left_alone)
		return;
	if (setting->state != STATE_DIFFERS && setting->state != STATE_LEFT_OVER)
		return;
	if (setting->lacks_right) {
		setting->state = STATE_SKIPPED;
	} else if (!journal_takes(setting->wish->kind, setting->wish->path)) {
		setting->state = STATE_SKIPPED;
		setting->note = "not written, since it could not be undone: restore writes to "
				"/sys, /proc/sys, /proc/irq, network cards, " FSTRIM_TIMER
				", the ballast file and its own files only";
	}
}

static unsigned count_due(const struct plan *plan, enum phase phase)
{
	unsigned due = 0;

	vec_for_each (setting, &plan->settings)
		due += is_due(setting, phase);
	return due;
}

static void skip_all(struct plan *plan, enum phase phase, const char *why)
{
	vec_for_each (setting, &plan->settings) {
		if ((!is_due(setting, phase) && !put_back_is_due(setting, phase)) ||
		    setting->state == STATE_MANAGED)
			continue;
		setting->state = STATE_SKIPPED;
		setting->note = why;
	}
}

/*
 * A write may make another setting appear or change (no scheduler: write-back throttling comes to
 * life with its default), and irqbalance may have moved an interrupt before it was told of its
 * bans. One that comes `after` a written path is looked at again. True: it differs now, and its
 * journal entry has to reach the disk before it is written. A refusal that is predicted only now
 * is left for the next apply to try.
 */
static bool look_again(struct applying *applying, struct setting *setting)
{
	bool is_new = !setting->is_left_alone &&
		      (setting->state == STATE_SAME || setting->state == STATE_UNSUPPORTED);
	const struct wish *trigger = NULL;

	vec_for_each (path, &setting->wish->after) {
		const struct setting *earlier = order_find(&applying->order, *path);

		if (earlier && earlier->state == STATE_CHANGED)
			trigger = earlier->wish;
	}
	if (!trigger || !setting->wish->path || !is_new)
		return false;
	look_setting(applying->root, applying->arena, applying->live, setting);
	setting->is_unproven = false;
	skip_what_must_stay(setting);
	if (setting->state != STATE_DIFFERS)
		return false;
	enter_setting(applying, setting, kind_is_of_kernel(trigger->kind) ? trigger->path : NULL);
	return true;
}

/* Of a pair the kernel keeps one: a write of an earlier wave has made this one 0 already, and to
 * write it again would make the other 0. */
static bool came_with_rival(struct applying *applying, struct setting *setting, unsigned wave)
{
	const char *have;

	if (!wave || !counterparts_rival(setting->wish->path))
		return false;
	have =
	    look_value(applying->root, applying->arena, setting->wish->kind, setting->wish->path);
	if (!have || !kind_equal(setting->wish->kind, have, setting->want))
		return false;
	setting->before = setting->have;
	setting->have = have;
	setting->state = STATE_CHANGED;
	return true;
}

/* The kernel kept another value than the one that was written. Nothing but this run knows that it
 * is not somebody else's, and the run may be killed: it is written down at once. What cannot be
 * written down does not stay. */
static int note_kept(struct applying *applying, struct setting *setting, struct err *err)
{
	struct journal *journal = &applying->journal;
	struct setting back = *setting;
	int r;

	if (setting->state == STATE_CHANGED || !setting->before ||
	    !adopt(applying, journal_find(journal, setting->wish->path)))
		return 0;
	r = journal_write(applying->root, applying->arena, journal, err);
	if (r == 0)
		return 0;
	back.want = setting->before;
	write_with_siblings(applying, &back);
	setting->have = back.have;
	if (setting->note && back.state == STATE_CHANGED)
		setting->note = arena_printf(applying->arena, "%s; it was put back", setting->note);
	applying->is_outdated_on_disk |= back.state != STATE_CHANGED;
	return r;
}

/* The journal can undo it by now. */
static void tell_history(const struct applying *applying)
{
	vec_for_each (setting, &applying->plan->settings) {
		if (is_due(setting, applying->phase) && setting->state == STATE_DIFFERS)
			history_plan(applying->result->history, setting);
	}
	history_begin(applying->result->history);
}

/* Settings that come `after` others are in later waves: the entries of all that appear in one wave
 * are written to disk together. */
static int write_wave(struct applying *applying, unsigned wave, struct err *err)
{
	struct plan *plan = applying->plan;
	bool is_new = false;
	int r = 0;

	vec_for_each (setting, &plan->settings) {
		if (setting->wish->phase == applying->phase && wave &&
		    applying->order.waves[setting - plan->settings.at] == wave)
			is_new |= look_again(applying, setting);
	}
	if (is_new)
		r = journal_write(applying->root, applying->arena, &applying->journal, err);
	if (r < 0)
		return r;
	if (is_new)
		tell_history(applying);
	vec_for_each (setting, &plan->settings) {
		if (!is_due(setting, applying->phase) ||
		    applying->order.waves[setting - plan->settings.at] != wave ||
		    came_with_rival(applying, setting, wave))
			continue;
		if (signals_caught())
			return err_set(err, -EINTR, "%s", put_back_signal_text(applying->arena));
		write_with_siblings(applying, setting);
		r = note_kept(applying, setting, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A signal, and a journal that fails late, end the phase. What was written is settled all the same,
 * which takes no room if no entry has changed. */
static void write_waves(struct applying *applying)
{
	struct apply_result *result = applying->result;
	struct err why = {0}, unsettled = {0};
	int failed = 0, r;

	for (unsigned wave = 0; wave < applying->order.count && failed == 0; wave++)
		failed = write_wave(applying, wave, &why);
	r = settle(applying, &unsettled);
	if (failed == 0 && r == 0)
		return;
	result->failed_late =
	    failed == -EINTR ? arena_strdup(applying->arena, why.text)
			     : arena_printf(applying->arena,
					    "nothing more was written after the journal failed: %s",
					    failed < 0 ? why.text : unsettled.text);
	if (r < 0)
		result->failed_late = arena_printf(
		    applying->arena,
		    "%s; it stays unsettled: until the next apply or restore succeeds, a restore "
		    "may overwrite what others have set since where the kernel changes it along "
		    "with a write of thintune",
		    result->failed_late);
	skip_all(applying->plan, applying->phase, result->failed_late);
}

static bool has_work(const struct plan *plan, enum phase phase)
{
	vec_for_each (setting, &plan->settings) {
		if (is_due(setting, phase) || put_back_is_due(setting, phase))
			return true;
	}
	return false;
}

/* What is to have its entry in the journal before it has its name. */
static void prepare(struct applying *applying)
{
	vec_for_each (setting, &applying->plan->settings) {
		if (setting->wish->kind == KIND_SPACE && is_due(setting, applying->phase))
			(void)!ballast_prepare(applying->arena, setting);
	}
}

/* There is something to write. */
static void write_phase(struct applying *applying)
{
	struct plan *plan = applying->plan;
	struct err why = {0};
	int r = open_journal(applying, &why);

	if (r == 0) {
		look_trials(applying->root, applying->arena, applying->live, plan,
			    &applying->journal);
		prepare(applying);
	}
	if (r == 0 && !count_due(plan, applying->phase))
		return;
	if (r == 0 && signals_caught()) {
		applying->result->failed_late = put_back_signal_text(applying->arena);
		skip_all(plan, applying->phase, applying->result->failed_late);
		return;
	}
	if (r == 0) {
		order_make(applying->arena, plan, &applying->order);
		r = journal_phase(applying, &why);
		if (r < 0)
			put_journal_back(applying);
	}
	if (r < 0) {
		applying->result->no_journal =
		    arena_printf(applying->arena,
				 "nothing was written, since it could not be undone: %s", why.text);
		skip_all(plan, applying->phase, applying->result->no_journal);
		return;
	}
	tell_history(applying);
	write_waves(applying);
}

void apply_phase(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		 enum phase phase, struct apply_result *result)
{
	struct applying applying = {.root = root,
				    .arena = arena,
				    .live = live,
				    .plan = plan,
				    .phase = phase,
				    .result = result};

	vec_for_each (setting, &plan->settings) {
		if (setting->wish->phase != phase)
			continue;
		/* What an earlier phase was to make, and did not. */
		if ((setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER) &&
		    !setting->have && !setting->is_left_alone)
			look_setting(root, arena, live, setting);
		skip_what_must_stay(setting);
	}
	if (!result->failed_late && signals_caught() && has_work(plan, phase))
		result->failed_late = put_back_signal_text(arena);
	if (!result->failed_late && !put_back_phase(root, arena, live, plan, phase, result)) {
		skip_all(plan, phase, result->no_journal);
		return;
	}
	if (result->failed_late)
		skip_all(plan, phase, result->failed_late);
	if (!count_due(plan, phase))
		return;
	write_phase(&applying);
	vec_for_each (setting, &plan->settings)
		ballast_drop(setting);
}
