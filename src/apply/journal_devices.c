/* SPDX-License-Identifier: Apache-2.0 */
/* Finds each entry's device by whatever name, and those that are there no more. */
#include "apply/journal_devices.h"

#include <ctype.h>

#include "apply/identity.h"
#include "base/sysctl_key.h"
#include "base/text.h"
#include "sys/ethtool.h"

/* "eth0 queue 3" and "net.ipv4.conf.eth0.forwarding" by the new name. */
static const char *renamed(struct arena *arena, const char *setting, const char *from,
			   const char *to)
{
	const char *at = setting ? strstr(setting, from) : NULL;

	if (!at || (at > setting && at[-1] != '.') || isalnum((unsigned char)at[strlen(from)]))
		return setting;
	return arena_printf(arena, "%.*s%s%s", (int)(at - setting), setting, to, at + strlen(from));
}

/* What the entry is called once its path is that one. */
static const char *renamed_setting(struct arena *arena, const struct journal_entry *entry,
				   const char *path)
{
	const size_t top = strlen("/proc/sys/");

	if (identity_is_of_interface(arena, path) &&
	    text_equal(entry->setting, sysctl_key(arena, entry->path + top)))
		return sysctl_key(arena, path + top);
	return renamed(arena, entry->setting, entry->was, identity_name(arena, path));
}

/* Where an entry belongs now. */
struct followed {
	enum identity_found found;
	const char *path;
};

static bool is_found(enum identity_found found)
{
	return found == IDENTITY_SAME || found == IDENTITY_ANEW;
}

static void move_entry(struct root *root, struct arena *arena, struct journal_entry *entry,
		       const struct followed *to)
{
	struct journal_device device;

	if (!text_equal(entry->path, to->path)) {
		entry->was = identity_name(arena, entry->path);
		entry->setting = renamed_setting(arena, entry, to->path);
		if (text_starts(to->path, "/proc/irq/"))
			entry->was = arena_printf(arena, "irq %s", entry->was);
		entry->path = to->path;
	}
	entry->is_anew = to->found == IDENTITY_ANEW;
	/* A queue of the same card may still be another one than before. */
	if ((entry->is_anew || !root_is_live(root)) &&
	    journal_device(root, arena, entry, &device) == 0)
		journal_put_on(entry, &device);
}

/* A disk with another medium (block/disk-events.c, disk_force_media_change): a loop device that is
 * given another file, or none. The kernel counts it as a new one, but the queue has our values. */
static bool has_same_queue(struct root *root, struct arena *arena,
			   const struct journal_entry *entry)
{
	struct journal_device device;

	return root_is_live(root) && entry->device && text_starts(entry->path, "/sys/") &&
	       strstr(entry->path, "/queue/") && journal_device(root, arena, entry, &device) == 0 &&
	       journal_is_on(entry, &device);
}

/* The entries by the names that their devices have now; false: all are where they were. */
static bool find_devices(struct root *root, struct arena *arena, struct identity_cache *cache,
			 const struct journal *journal, struct followed *all)
{
	bool is_changed = false;

	vec_for_each (entry, &journal->entries) {
		if (!journal_is_elsewhere(root, entry))
			identity_settle(root, arena, cache, entry->path, entry->identity);
	}
	for (size_t i = 0; i < journal->entries.count; i++) {
		const struct journal_entry *entry = &journal->entries.at[i];

		all[i] = (struct followed){.found = IDENTITY_UNKNOWN, .path = entry->path};
		if (journal_is_elsewhere(root, entry))
			continue;
		all[i].found = identity_find(root, arena, cache, entry->path, entry->identity,
					     entry->reset_by ? 0 : entry->device, &all[i].path);
		if ((all[i].found == IDENTITY_OTHER || all[i].found == IDENTITY_ANEW) &&
		    has_same_queue(root, arena, entry))
			all[i] = (struct followed){.found = IDENTITY_SAME, .path = entry->path};
		is_changed |= all[i].found != IDENTITY_UNKNOWN &&
			      (all[i].found != IDENTITY_SAME || !root_is_live(root) ||
			       !text_equal(all[i].path, entry->path));
	}
	for (size_t i = 0; is_changed && i < journal->entries.count; i++) {
		if (all[i].found == IDENTITY_SAME)
			identity_settle(root, arena, cache, all[i].path,
					journal->entries.at[i].identity);
	}
	return is_changed;
}

/* What hangs on the device of a trigger is where that is. What is a thing of its own, such as an
 * interrupt of a card, only shares its being made anew. */
static struct followed follow_trigger(struct arena *arena, const struct journal_entry *entry,
				      const struct journal_entry *trigger,
				      const struct followed *own, const struct followed *by)
{
	if (by->found == IDENTITY_UNKNOWN)
		return *own;
	if (identity_is_of(arena, entry->path, trigger->path))
		return (struct followed){
		    .found = by->found,
		    .path = identity_follow(arena, entry->path, trigger->path, by->path)};
	if (by->found == IDENTITY_ANEW &&
	    (!entry->identity ||
	     (own->found == IDENTITY_SAME && text_starts(entry->path, "/proc/irq/"))))
		return (struct followed){.found = IDENTITY_ANEW, .path = entry->path};
	return *own;
}

/* Down to the last one of a chain. */
static void follow_triggers(struct arena *arena, const struct journal *journal,
			    struct followed *all)
{
	bool again = true;

	/* Two may reset each other. */
	for (size_t round = 0; again && round <= journal->entries.count; round++) {
		again = false;
		for (size_t i = 0; i < journal->entries.count; i++) {
			const struct journal_entry *entry = &journal->entries.at[i];
			const struct journal_entry *trigger =
			    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
			struct followed now;

			if (!trigger)
				continue;
			now = follow_trigger(arena, entry, trigger, &all[i],
					     &all[trigger - journal->entries.at]);
			again |= now.found != all[i].found || !text_equal(now.path, all[i].path);
			all[i] = now;
		}
	}
}

/* The kernel gives interfaces other names, and this entry does not say which one it was. */
static bool is_unidentified(struct root *root, struct arena *arena,
			    const struct journal_entry *entry, enum identity_found found)
{
	return found == IDENTITY_UNKNOWN && root_is_live(root) &&
	       identity_is_of_interface(arena, entry->path) && !journal_is_elsewhere(root, entry);
}

/* False: its device is lost. */
static bool follow_entry(struct root *root, struct arena *arena, const struct journal *journal,
			 const struct followed *all, size_t index, struct journal_entry *ret)
{
	const struct journal_entry *entry = &journal->entries.at[index];
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
	const struct followed *by = trigger ? &all[trigger - journal->entries.at] : NULL;
	struct followed to = all[index];

	if (to.found == IDENTITY_OTHER)
		return false;
	*ret = *entry;
	if (by && by->found == IDENTITY_OTHER)
		journal_detach(ret);
	else if (by)
		ret->reset_by = by->path;
	ret->is_here = is_found(to.found);
	ret->is_nowhere = to.found == IDENTITY_GONE;
	ret->is_unclear = to.found == IDENTITY_UNCLEAR;
	ret->is_unidentified = is_unidentified(root, arena, entry, to.found);
	if (ret->is_here)
		move_entry(root, arena, ret, &to);
	return true;
}

/* What only the kernel changed is told along with what made it. */
static struct journal_entry lose(struct arena *arena, const struct journal *journal,
				 const struct journal_entry *entry)
{
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
	struct journal_entry lost = *entry;

	lost.is_lost = true;
	lost.is_along = !entry->setting;
	lost.setting = journal_name_of(arena, journal, entry);
	if (trigger && !entry->setting && !entry->claims.count)
		lost.claims = trigger->claims;
	return lost;
}

/* One that sysfs shows. */
static bool is_of_card(const struct journal_entry *entry)
{
	return text_starts(entry->path, "/sys/class/net/") || text_starts(entry->path, ETHTOOL_DIR);
}

/* A card that may be back, or that could not be asked before. */
static bool is_looked_for(struct root *root, struct arena *arena, const struct journal_entry *entry)
{
	return entry->identity && !journal_is_elsewhere(root, entry) &&
	       (is_of_card(entry) || identity_is_of_interface(arena, entry->path));
}

static void set_apart(struct root *root, struct arena *arena, struct identity_cache *cache,
		      struct journal *journal, struct journal_entry lost, enum identity_found found)
{
	/* Where another entry has the path already, the card is here. */
	lost.is_away =
	    !is_found(found) && identity_may_be_away(root, arena, cache, lost.path, lost.identity);
	lost.is_along &= lost.is_away;
	vec_push(arena, &journal->lost, lost);
}

/* One that is back, as it was before it was set apart. */
static void take_back(struct root *root, struct arena *arena, struct journal *journal,
		      struct journal_entry entry, const struct followed *to)
{
	if (entry.is_along) {
		entry.setting = NULL;
		entry.claims = (claim_list){0};
	}
	entry.is_lost = entry.is_along = false;
	if (entry.reset_by)
		entry.reset_by = identity_follow(arena, entry.reset_by, entry.path, to->path);
	entry.is_here = true;
	move_entry(root, arena, &entry, to);
	(void)journal_add(arena, journal, entry);
}

/* Cards that another network namespace had are looked for, by whatever name. */
static void follow_lost(struct root *root, struct arena *arena, struct identity_cache *cache,
			const struct journal *before, struct journal *journal)
{
	vec_for_each (entry, &before->lost) {
		struct followed to = {.found = IDENTITY_UNKNOWN};

		if (is_looked_for(root, arena, entry))
			to.found = identity_find(root, arena, cache, entry->path, entry->identity,
						 0, &to.path);
		if (is_found(to.found) && !journal_find(journal, to.path))
			take_back(root, arena, journal, *entry, &to);
		else
			set_apart(root, arena, cache, journal, *entry, to.found);
	}
	vec_for_each (entry, &journal->entries) {
		if (entry->reset_by && !journal_find(journal, entry->reset_by))
			journal_detach(entry);
	}
}

/* "eth0 rx 0" of an interrupt, whose path says nothing of the card. An interface of that name that
 * has sysctls may be one of another network namespace than sysfs shows. */
static void rename_interrupts(struct arena *arena, struct journal *journal)
{
	names from = {0}, to = {0};

	vec_for_each (entry, &journal->entries) {
		if (!entry->was || !is_of_card(entry) ||
		    (from.count && text_equal(from.at[from.count - 1], entry->was)))
			continue;
		vec_push(arena, &from, entry->was);
		vec_push(arena, &to, identity_name(arena, entry->path));
	}
	vec_for_each (entry, &journal->entries) {
		for (size_t i = 0; i < from.count && !entry->was; i++) {
			const char *name =
			    text_starts(entry->path, "/proc/irq/")
				? renamed(arena, entry->setting, from.at[i], to.at[i])
				: entry->setting;

			entry->was = text_equal(name, entry->setting) ? NULL : from.at[i];
			entry->setting = name;
		}
	}
}

/* Names change as they like, so all are looked up by those from before. */
void journal_follow_devices(struct root *root, struct arena *arena, struct journal *journal)
{
	const struct journal before = *journal;
	struct identity_cache cache = {0};
	struct followed *all = arena_alloc(arena, (before.entries.count + 1) * sizeof(*all));

	if (!find_devices(root, arena, &cache, &before, all) && !before.lost.count) {
		for (size_t i = 0; i < before.entries.count; i++) {
			struct journal_entry *entry = &before.entries.at[i];

			entry->is_here = all[i].found == IDENTITY_SAME;
			entry->is_unidentified = is_unidentified(root, arena, entry, all[i].found);
		}
		return;
	}
	follow_triggers(arena, &before, all);
	*journal = (struct journal){
	    .boot_id = before.boot_id, .was_stale = before.was_stale, .settled = before.settled};
	for (size_t i = 0; i < before.entries.count; i++) {
		struct journal_entry entry;

		if (follow_entry(root, arena, &before, all, i, &entry) &&
		    !journal_find(journal, entry.path))
			(void)journal_add(arena, journal, entry);
		else
			set_apart(root, arena, &cache, journal,
				  lose(arena, &before, &before.entries.at[i]), all[i].found);
	}
	follow_lost(root, arena, &cache, &before, journal);
	rename_interrupts(arena, journal);
}
