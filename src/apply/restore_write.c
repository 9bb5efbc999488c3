/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the originals back, and what the kernel resets on the way. */
#include "apply/look.h"
#include "apply/restore_impl.h"
#include "apply/write.h"
#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/kind.h"
#include "sys/signals.h"

static bool fail(struct restore_item *item, const char *note)
{
	item->setting.state = STATE_FAILED;
	item->setting.note = note;
	return false;
}

/*
 * Of a pair the kernel keeps one (plan/counterparts.h), so the one that was 0 gets that by a write
 * of the other. Where both were 0, the ratio makes the amount 0 and then becomes 0 itself; for that
 * vm.dirty_ratio has to change (mm/page-writeback.c, dirty_ratio_handler()). False: nothing can be
 * written that would not make it worse.
 */
static bool write_rival(struct restoring *restoring, struct restore_item *item, const char *path)
{
	const struct journal_entry *entry = journal_find(restoring->journal, path);
	bool had_none = entry && text_equal(entry->had, "0");
	struct setting rival;
	const char *now;

	if (!entry)
		return fail(item,
			    arena_printf(restoring->arena,
					 "the kernel makes it 0 when %s is written, and what "
					 "that was is not known: write it, then restore again",
					 path));
	rival = restoring->items.at[entry - restoring->journal->entries.at].setting;
	now = look_value(restoring->root, restoring->arena, entry->kind, path);
	if (had_none && (!counterparts_is_amount(item->entry->path) || !text_equal(now, "0")))
		return true;
	if (had_none)
		rival.want = "1";
	else if (now && kind_equal(entry->kind, now, rival.want))
		return true;
	for (bool again = true; again; rival.want = "0") {
		write_setting(restoring->root, restoring->arena, &rival);
		restoring->writes++;
		if (rival.state != STATE_CHANGED && root_is_live(restoring->root))
			return fail(item, rival.note);
		again = had_none && !text_equal(rival.want, "0");
	}
	return true;
}

/* Where the other one was not 1, it is put back afterwards, if it is in the journal as well: else
 * nothing says what it was. What another owner wants it to be it stays. */
static void wake(struct restoring *restoring, const struct restore_item *item)
{
	const char *other = counterparts_woken_with(item->entry->path);
	const struct journal_entry *entry = other ? journal_find(restoring->journal, other) : NULL;

	if (!entry || entry->is_spared || !text_equal(item->entry->had, "1") ||
	    !root_is_live(restoring->root))
		return;
	if (write_unread(restoring->root, other, "1") == 0)
		restoring->writes++;
}

/* Below a root of plain files nothing becomes 0 by itself: there it is written, too. */
static void write_one(struct restoring *restoring, struct restore_item *item, struct setting *again)
{
	const char *rival =
	    text_equal(again->want, "0") ? counterparts_rival(item->entry->path) : NULL;

	if (rival && !write_rival(restoring, item, rival)) {
		*again = item->setting;
		return;
	}
	if (rival && look_read(restoring->root, restoring->arena, again) &&
	    kind_equal(again->wish->kind, again->have, again->want)) {
		again->state = STATE_CHANGED;
		again->note = NULL;
		again->code = 0;
		return;
	}
	wake(restoring, item);
	write_setting(restoring->root, restoring->arena, again);
	restoring->writes++;
}

static void write_item(struct restoring *restoring, struct restore_item *item)
{
	struct setting *setting = &item->setting;
	const char *first = setting->before ? setting->before : setting->have;
	struct setting again = *setting;

	write_one(restoring, item, &again);
	restoring->changes += again.state == STATE_CHANGED;
	item->changes = restoring->changes;
	if (setting->state == STATE_CONTESTED && again.state == STATE_CHANGED) {
		/* The kernel had reset it along with reset_by; it has their value again. */
		setting->have = again.have;
		return;
	}
	*setting = again;
	setting->before = first;
	if (item->entry->was && !setting->note)
		setting->note = restore_renamed_note(restoring->arena, item->entry);
}

/* Somebody else chose the trigger's value, or it could not be written: what it resets stays along
 * with it. */
static void leave_with(struct restoring *restoring, struct restore_item *item,
		       const struct restore_item *trigger)
{
	item->setting.state = STATE_SKIPPED;
	item->setting.note =
	    arena_printf(restoring->arena, "left as it is with %s; before thintune it was %s",
			 trigger->setting.wish->name,
			 kind_words(restoring->arena, item->entry->kind, item->entry->had));
}

/* Second look: a write to reset_by makes the kernel reset this one, and a first try may have
 * come too early (a minimum above the present maximum): it is repeated only if another write has
 * changed something since. True: it still is not as it should be. */
static bool write_again(struct restoring *restoring, struct restore_item *item)
{
	const struct restore_item *trigger = restore_trigger_of(restoring, item);
	bool is_held = restore_is_held(restoring, item);
	struct setting *setting = &item->setting;
	struct setting now = *setting;

	if (item->is_gone || item->is_away || item->is_put_off || !setting->want)
		return false;
	if (item->is_sibling && is_held) {
		if (setting->state == STATE_PENDING)
			leave_with(restoring, item, trigger);
		return false;
	}
	if (!look_read(restoring->root, restoring->arena, &now)) {
		if (!item->entry->reset_by || !look_is_unsupported(now.code))
			return !restore_is_done(setting->state);
		if (is_held) {
			leave_with(restoring, item, trigger);
			return false;
		}
		setting->state = STATE_SAME; /* went with the trigger's value */
		setting->note = NULL;
		return false;
	}
	setting->have = now.have;
	if (!kind_equal(setting->wish->kind, now.have, setting->want)) {
		if (!setting->lacks_right &&
		    (setting->state != STATE_FAILED || item->changes != restoring->changes))
			write_item(restoring, item);
	} else if (setting->state == STATE_PENDING || setting->state == STATE_FAILED) {
		setting->state = item->is_sibling ? STATE_SAME : STATE_CHANGED;
		setting->note = NULL;
	}
	return setting->state == STATE_FAILED;
}

/* After a signal only siblings are still put back, which the writes so far may have made the kernel
 * reset. */
static bool is_put_off(struct restoring *restoring, struct restore_item *item)
{
	const char *signal = signals_caught();

	if (!signal)
		return false;
	item->is_put_off = true;
	restoring->result->interrupted = signal;
	(void)fail(item, arena_printf(restoring->arena, "not written after the signal %s", signal));
	return true;
}

/* Last write first: the energy preference can only be set again once the governor is back. */
void restore_write_all(struct restoring *restoring)
{
	bool left = true;

	for (size_t i = restoring->items.count; i-- > 0;) {
		struct restore_item *item = &restoring->items.at[i];

		if (!item->is_sibling && item->setting.state == STATE_PENDING &&
		    item->setting.have && !is_put_off(restoring, item))
			write_item(restoring, item);
	}
	for (unsigned pass = 0; pass < 2 && left; pass++) {
		unsigned before = restoring->changes;

		left = false;
		vec_for_each (item, &restoring->items)
			left |= write_again(restoring, item);
		/* A change may have reset what was looked at before it. */
		left |= restoring->changes != before;
	}
}
