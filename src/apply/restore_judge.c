/* SPDX-License-Identifier: Apache-2.0 */
/* Judges each entry of the journal: right already, to be undone, somebody else's, or gone. */
#include <errno.h>

#include "apply/identity.h"
#include "apply/journal.h"
#include "apply/look.h"
#include "apply/restore_impl.h"
#include "base/text.h"
#include "facts/sysfs.h"
#include "plan/counterparts.h"
#include "plan/kind.h"
#include "plan/needs.h"

enum fate {
	FATE_HERE,
	FATE_GONE, /* with its device */
	FATE_AWAY, /* not here, and perhaps elsewhere: the entry stays */
};

bool restore_is_done(enum state state)
{
	return state == STATE_SAME || state == STATE_CHANGED;
}

/* What we wrote, or what the kernel makes of that whenever it is written: 0 of a rival, else the
 * same, and of redirects the contrary (plan/counterparts.h). */
static bool is_ours(const struct restoring *restoring, const struct journal_entry *entry,
		    const char *value)
{
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(restoring->journal, entry->reset_by) : NULL;
	names carried = {0};

	if (journal_has_written(entry, value))
		return true;
	if (trigger)
		carried = counterparts_of(restoring->arena, trigger->path);
	vec_for_each (pattern, &carried) {
		if (!counterparts_match(*pattern, entry->path))
			continue;
		if (text_equal(counterparts_rival(entry->path), trigger->path))
			return text_equal(value, "0");
		return journal_has_written(trigger, text_ends(entry->path, "/accept_redirects")
							? text_equal(value, "0") ? "1" : "0"
							: value);
	}
	return false;
}

struct restore_item *restore_trigger_of(const struct restoring *restoring,
					const struct restore_item *item)
{
	const struct journal *journal = restoring->journal;
	const struct journal_entry *trigger =
	    item->entry->reset_by ? journal_find(journal, item->entry->reset_by) : NULL;

	return trigger ? &restoring->items.at[trigger - journal->entries.at] : NULL;
}

bool restore_is_held(const struct restoring *restoring, const struct restore_item *item)
{
	const struct restore_item *trigger = restore_trigger_of(restoring, item);

	return trigger && !restore_is_done(trigger->setting.state) &&
	       !(item->is_apart && trigger->is_gone);
}

/* Trees that look the same in every mount and namespace: what is missing there is gone. */
static bool is_seen_everywhere(struct restoring *restoring, const char *path)
{
	static const char *const trees[] = {"/sys/devices/", "/sys/block/", "/sys/kernel/",
					    "/proc/irq/"};

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		const char *top = arena_strndup(restoring->arena, trees[i], strlen(trees[i]) - 1);

		if (text_starts(path, trees[i]))
			return !strstr(path, "/net/") && root_exists(restoring->root, top);
	}
	return false;
}

/* An interface of this process's own network namespace, which shows all that are in it. */
static bool is_nowhere(const struct restoring *restoring, const struct journal_entry *entry)
{
	return entry->is_nowhere && text_starts(entry->path, "/proc/sys/net/") &&
	       journal_is_of_this_network(restoring->root, entry);
}

/* What the journal knows of the device does not say that it is gone: the card is in another network
 * namespace, the disk has another name, or this process is not shown it. */
static bool may_be_elsewhere(struct restoring *restoring, const struct journal_entry *entry)
{
	if (entry->is_unclear || entry->is_away)
		return true;
	/* A queue may go while its card stays. */
	if (entry->is_here || is_nowhere(restoring, entry))
		return false;
	if (!is_seen_everywhere(restoring, entry->path))
		return true;
	/* An interrupt is its number. */
	return !text_starts(entry->path, "/proc/irq/") && !entry->is_nowhere &&
	       identity_name(restoring->arena, entry->path);
}

static const char *had_words(struct restoring *restoring, const struct journal_entry *entry)
{
	return kind_words(restoring->arena, entry->kind, entry->had);
}

/* The directory of the value is not there. */
static enum fate fate_of_missing(struct restoring *restoring, const struct journal_entry *entry,
				 const char **ret_note)
{
	const char *why, *until;

	if (!may_be_elsewhere(restoring, entry)) {
		*ret_note = arena_printf(
		    restoring->arena, "it is gone, and so is its value; before thintune it was %s",
		    had_words(restoring, entry));
		return FATE_GONE;
	}
	if (restoring->request->force && !entry->is_unclear) {
		*ret_note = arena_printf(restoring->arena,
					 "it is not found here, and forgotten, as --force says; "
					 "before thintune it was %s",
					 had_words(restoring, entry));
		return FATE_GONE;
	}
	why = entry->is_unclear ? "several devices look like it, so it cannot be told which has "
				  "the value"
	      : entry->kind == KIND_SPACE
		  ? "its directory is not found here, or another one is in its place"
		  : "it is not found here: it may be in another network namespace, "
		    "or have another name";
	until = entry->is_unclear ? "restore again once it has that name"
				  : "restore again where it is, or with --force to forget it";
	*ret_note = arena_printf(restoring->arena, "%s; %s; before thintune it was %s", why, until,
				 had_words(restoring, entry));
	return FATE_AWAY;
}

bool restore_is_away(struct restoring *restoring, const struct journal_entry *entry,
		     const char **ret_note)
{
	return fate_of_missing(restoring, entry, ret_note) == FATE_AWAY;
}

/* Another device is in its place, which has a value of its own. */
static enum fate fate_of_replaced(struct restoring *restoring, const struct journal_entry *entry,
				  const char **ret_note)
{
	bool is_network = text_starts(entry->path, "/proc/sys/net/");
	/* Those of pods end with them, and the node's own does not. */
	bool may_be_left =
	    is_network && restoring->live->initial_netns != TRI_YES && !restoring->request->force;

	*ret_note = arena_printf(
	    restoring->arena, "%s; before thintune it was %s",
	    may_be_left ? "it belongs to another network namespace: restore there, or with --force "
			  "to forget it"
	    : is_network ? "it belongs to another network namespace, such as a pod's, and is "
			   "removed with it"
			 : "another device is in its place now, which keeps its own value",
	    had_words(restoring, entry));
	return may_be_left ? FATE_AWAY : FATE_GONE;
}

/* A name is no proof of which interface it is. */
static enum fate fate_of_namesake(struct restoring *restoring, const struct journal_entry *entry,
				  const char **ret_note)
{
	if (!entry->is_unidentified || restoring->request->force)
		return FATE_HERE;
	*ret_note =
	    arena_printf(restoring->arena,
			 "the journal does not say which interface it was, and another one "
			 "may have its name now: restore with --force to write to the one "
			 "called %s; before thintune it was %s",
			 identity_name(restoring->arena, entry->path), had_words(restoring, entry));
	return FATE_AWAY;
}

/* Of a path whose trigger, if it has one, belongs to the same device. */
static enum fate fate_with_device(struct restoring *restoring, const struct journal_entry *entry,
				  const char **ret_note)
{
	struct journal_device device;
	int r = journal_device(restoring->root, restoring->arena, entry, &device);

	if (err_is_absent(r))
		return fate_of_missing(restoring, entry, ret_note);
	if (r < 0 || !entry->device || journal_is_on(entry, &device))
		return fate_of_namesake(restoring, entry, ret_note);
	return fate_of_replaced(restoring, entry, ret_note);
}

/* Of a path that only its trigger's write changes: an interrupt of a card, an interface that
 * follows the forwarding of all. It may be there without the trigger, and the other way round. */
static enum fate fate_apart(struct restoring *restoring, const struct journal_entry *entry,
			    const struct journal_entry *trigger, const char **ret_note)
{
	struct journal_entry alone = *entry;
	const char *ignored;

	if (!text_starts(entry->path, "/proc/sys/net/"))
		alone.device = 0;
	alone.reset_by = NULL;
	/* Its number comes back with the queues. */
	if (text_starts(entry->path, "/proc/irq/") &&
	    !root_exists(restoring->root, sysfs_path_parent(restoring->arena, entry->path)) &&
	    fate_with_device(restoring, trigger, &ignored) != FATE_GONE)
		return FATE_HERE;
	return fate_with_device(restoring, &alone, ret_note);
}

/* A device that was pulled took its values with it, and one that came in its place has values of
 * its own, which nobody knows any more once ours were written over them. */
static void tell_fate(struct restoring *restoring, struct restore_item *item)
{
	const struct journal_entry *entry = item->entry;
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(restoring->journal, entry->reset_by) : NULL;
	enum fate fate;

	item->is_apart = trigger && !identity_is_of(restoring->arena, entry->path, trigger->path) &&
			 !text_equal(sysfs_path_parent(restoring->arena, entry->path),
				     sysfs_path_parent(restoring->arena, trigger->path));
	fate = item->is_apart ? fate_apart(restoring, entry, trigger, &item->setting.note)
			      : fate_with_device(restoring, entry, &item->setting.note);
	item->is_gone = fate == FATE_GONE;
	item->is_away = fate == FATE_AWAY;
}

static const char *contested(struct arena *arena, const struct journal_entry *entry,
			     const char *have)
{
	names ours = {0};

	if (!kind_is_of_kernel(entry->kind))
		return "someone else changed it after thintune wrote it: left alone; restore "
		       "--force puts the original back";
	if (journal_has_written(entry, have))
		return "an earlier restore found somebody else's value there: left alone; restore "
		       "--force overwrites it";
	vec_for_each (value, &entry->ours)
		vec_push(arena, &ours, kind_words(arena, entry->kind, *value));
	return arena_printf(arena,
			    "it is %s now, which is neither the original (%s) nor what thintune "
			    "wrote (%s): left alone; restore --force overwrites it",
			    kind_words(arena, entry->kind, have),
			    kind_words(arena, entry->kind, entry->had),
			    ours.count ? text_join(arena, &ours, ", ") : "nothing");
}

/* A run that was killed between the two steps of a write leaves an empty file on a tree of plain
 * files, where an attribute of a kernel would have one value or the other. */
static bool is_half_written(const struct restoring *restoring, const struct setting *setting)
{
	return !restoring->journal->settled && !root_is_live(restoring->root) &&
	       (setting->code == -EBADMSG || (setting->have && !*setting->have));
}

/* What an earlier restore left is somebody else's, also if it is like ours now: one owner's restore
 * asks for it with --force only. */
static bool may_overwrite(const struct restoring *restoring, const struct journal_entry *entry,
			  const struct setting *setting)
{
	if (restoring->request->force)
		return true;
	if (entry->is_left && restoring->request->owner)
		return false;
	return is_ours(restoring, entry, setting->have) ||
	       journal_is_unsure(restoring->journal, entry) || is_half_written(restoring, setting);
}

/* Before anything is written: what is right already, ours to undo, or somebody else's. */
static void judge(struct restoring *restoring, struct restore_item *item)
{
	const struct journal_entry *entry = item->entry;
	struct setting *setting = &item->setting;

	if (!look_read(restoring->root, restoring->arena, setting)) {
		if ((setting->code == -EBADMSG && restoring->request->force) ||
		    is_half_written(restoring, setting)) {
			setting->have = "";
			setting->note = NULL;
			setting->code = 0;
			setting->state = STATE_PENDING;
			return;
		}
		/* The policy keeps it until a CPU is back: the entry stays. */
		if (look_is_offline(entry->path, setting->code)) {
			setting->state = STATE_UNSUPPORTED;
			setting->note = LOOK_OFFLINE ": restore again when one is back";
			return;
		}
		/* It may come back once reset_by is restored. */
		setting->state = entry->reset_by && look_is_unsupported(setting->code)
				     ? STATE_PENDING
				     : STATE_FAILED;
		return;
	}
	if (journal_is_idle(entry))
		setting->want = setting->have;
	if (kind_equal(entry->kind, setting->have, setting->want)) {
		setting->state = STATE_SAME;
		return;
	}
	if (entry->is_anew && !is_ours(restoring, entry, setting->have)) {
		item->is_gone = true;
		setting->state = STATE_UNSUPPORTED;
		setting->note = arena_printf(restoring->arena,
					     "the kernel has made it anew since, with a value of "
					     "its own; before thintune it was %s",
					     had_words(restoring, entry));
		return;
	}
	if (!may_overwrite(restoring, entry, setting)) {
		setting->state = STATE_CONTESTED;
		setting->want = setting->have;
		setting->note = contested(restoring->arena, entry, setting->have);
		return;
	}
	setting->state = STATE_PENDING;
	if (!item->is_sibling)
		setting->note = look_missing_right(restoring->root, restoring->arena,
						   restoring->live, setting->wish);
	setting->lacks_right = setting->note;
	if (setting->lacks_right)
		setting->state = STATE_FAILED;
}

const char *restore_renamed_note(struct arena *arena, const struct journal_entry *entry)
{
	return arena_printf(arena, "it was %s when thintune wrote to it", entry->was);
}

/* One that stays as it is: put back if undoing another one makes the kernel reset it. */
static void watch_over(struct restoring *restoring, struct restore_item *item)
{
	bool shares_device = false;
	const struct journal_entry *trigger =
	    item->entry->reset_by ? journal_find(restoring->journal, item->entry->reset_by) : NULL;

	/* Of several settings that reset it the entry names one. */
	vec_for_each (device, &restoring->devices)
		shares_device |= *device == item->entry->device;
	item->is_at_risk =
	    trigger && !item->is_gone && !item->is_away && (!trigger->is_spared || shares_device);
	if (item->is_at_risk)
		(void)look_read(restoring->root, restoring->arena, &item->setting);
	item->is_gone = item->is_away = false;
	item->is_sibling = false;
	item->setting.want = item->setting.have;
	item->setting.state = STATE_SAME;
	item->setting.note = NULL;
}

static struct restore_item make_item(struct restoring *restoring, const struct journal_entry *entry)
{
	struct restore_item item = {.entry = entry, .is_sibling = !entry->setting};
	struct wish *wish = arena_alloc(restoring->arena, sizeof(*wish));
	const char *set_by;

	tell_fate(restoring, &item);
	*wish = (struct wish){
	    .tuner = entry->tuner,
	    .name = journal_name_of(restoring->arena, restoring->journal, entry),
	    .kind = entry->kind,
	    .path = entry->path,
	    .rule = RULE_EXACT,
	    .needs = needs_of(entry->path, &set_by),
	    .severity = item.is_gone ? SEVERITY_ADVISED : SEVERITY_REQUIRED,
	    .why = "the value from before thintune's first write",
	    .source = JOURNAL_FILE,
	};
	vec_push(restoring->arena, &wish->operands, entry->had);
	item.setting.wish = wish;
	item.setting.want = entry->had;
	if (entry->is_spared) {
		watch_over(restoring, &item);
	} else if (item.is_gone || item.is_away) {
		item.setting.state = item.is_gone ? STATE_UNSUPPORTED : STATE_FAILED;
	} else {
		judge(restoring, &item);
	}
	item.found = item.setting.have;
	if (entry->was && !item.setting.note)
		item.setting.note = restore_renamed_note(restoring->arena, entry);
	return item;
}

void restore_judge_all(struct restoring *restoring)
{
	uint64_t last = 0;

	vec_for_each (entry, &restoring->journal->entries) {
		if (entry->is_spared || !entry->device || entry->device == last)
			continue;
		last = entry->device;
		vec_push(restoring->arena, &restoring->devices, last);
	}
	vec_for_each (entry, &restoring->journal->entries)
		vec_push(restoring->arena, &restoring->items, make_item(restoring, entry));
}
