/* SPDX-License-Identifier: Apache-2.0 */
/* Judges each entry of the journal and writes the original back. */
#include <errno.h>
#include <string.h>

#include "apply/claims.h"
#include "apply/journal.h"
#include "apply/last_verdict.h"
#include "apply/look.h"
#include "apply/restore.h"
#include "apply/write.h"
#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/kind.h"
#include "plan/needs.h"

/* One entry while it is restored. */
struct item {
	const struct journal_entry *entry;
	struct setting setting; /* want: the original */
	bool is_sibling;        /* never set by us: changed by the kernel at most */
	bool is_gone;           /* with its device: there is nothing to put back any more */
	bool is_kept;           /* in the journal */
	bool is_at_risk;        /* spared, and the kernel may reset it along with one that is not */
	unsigned changes;       /* the restore's, when this was tried last */
};

struct restoring {
	struct root *root;
	struct arena *arena;
	const struct live *live;
	struct journal *journal;
	VEC(struct item) items; /* one an entry, same order */
	const struct restore_request *request;
	bool is_settled;       /* the journal, when this began */
	VEC(uint64_t) devices; /* of what is not spared */
	unsigned writes;
	unsigned changes; /* writes that had an effect */
	struct restore_result *result;
};

static bool is_done(enum state state)
{
	return state == STATE_SAME || state == STATE_CHANGED;
}

static bool has_written(const struct journal_entry *entry, const char *value)
{
	vec_for_each (one, &entry->ours) {
		if (kind_equal(entry->kind, *one, value))
			return true;
	}
	return false;
}

/* What we wrote, or what the kernel makes of that whenever it is written: 0 of a rival, else the
 * same, and of redirects the contrary (plan/counterparts.h). */
static bool is_ours(const struct restoring *restoring, const struct journal_entry *entry,
		    const char *value)
{
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(restoring->journal, entry->reset_by) : NULL;
	names carried = {0};

	if (has_written(entry, value))
		return true;
	if (trigger)
		carried = counterparts_of(restoring->arena, trigger->path);
	vec_for_each (pattern, &carried) {
		if (!counterparts_match(*pattern, entry->path))
			continue;
		if (text_equal(counterparts_rival(entry->path), trigger->path))
			return text_equal(value, "0");
		return has_written(trigger, text_ends(entry->path, "/accept_redirects")
						? text_equal(value, "0") ? "1" : "0"
						: value);
	}
	return false;
}

/* The setting whose write makes the kernel reset this one; NULL: none. */
static struct item *trigger_of(const struct restoring *restoring, const struct item *item)
{
	const struct journal *journal = restoring->journal;
	const struct journal_entry *trigger =
	    item->entry->reset_by ? journal_find(journal, item->entry->reset_by) : NULL;

	return trigger ? &restoring->items.at[trigger - journal->entries.at] : NULL;
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
	       entry->device == live_network(restoring->root);
}

/* A device that was pulled took its values with it, and one that came in its place has values of
 * its own, which nobody knows any more once ours were written over them. NULL: it is there. */
static const char *gone(struct restoring *restoring, const struct journal_entry *entry)
{
	uint64_t device = 0;
	int r = journal_device(restoring->root, restoring->arena, entry, &device);

	if ((r == -ENOENT || r == -ENOTDIR) &&
	    (restoring->request->force || is_seen_everywhere(restoring, entry->path) ||
	     is_nowhere(restoring, entry)))
		return arena_printf(restoring->arena,
				    "it is gone, and so is its value; before thintune it was %s",
				    entry->had);
	if (r < 0 || !entry->device || device == entry->device)
		return NULL;
	return text_starts(entry->path, "/proc/sys/net/")
		   ? "it belongs to another network namespace, such as a pod's, and is removed "
		     "with it"
		   : "another device is in its place now, which keeps its own value";
}

static const char *contested(struct arena *arena, const struct journal_entry *entry,
			     const char *have)
{
	if (entry->kind == KIND_FILE)
		return "someone else changed it after thintune wrote it: left alone; restore "
		       "--force puts the original back";
	return arena_printf(arena,
			    "it is %s now, which is neither the original (%s) nor what thintune "
			    "wrote (%s): left alone; restore --force overwrites it",
			    have, entry->had,
			    entry->ours.count ? text_join(arena, &entry->ours, ", ") : "nothing");
}

/* Before anything is written: what is right already, ours to undo, or somebody else's. */
static void judge(struct restoring *restoring, struct item *item)
{
	const struct journal_entry *entry = item->entry;
	struct setting *setting = &item->setting;

	if (!look_read(restoring->root, restoring->arena, setting)) {
		bool may_overwrite = restoring->request->force || !restoring->journal->settled;

		/* Half a write, as a killed run leaves on a tree of plain files. */
		if (setting->code == -EBADMSG && may_overwrite) {
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
					     entry->had);
		return;
	}
	if (!restoring->request->force && restoring->journal->settled &&
	    !is_ours(restoring, entry, setting->have)) {
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

/* What people call it: "nvme0n1 nr_requests" beside "nvme0n1 scheduler", "vm.min_free_kbytes". */
static const char *name_of(const struct restoring *restoring, const struct journal_entry *entry)
{
	struct arena *arena = restoring->arena;
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(restoring->journal, entry->reset_by) : NULL;
	const char *base = strrchr(entry->path, '/') + 1;
	size_t dir = trigger ? (size_t)(strrchr(trigger->path, '/') + 1 - trigger->path) : 0;
	const char *blank = trigger && trigger->setting ? strrchr(trigger->setting, ' ') : NULL;
	char *key;

	if (entry->setting)
		return entry->setting;
	if (text_starts(entry->path, "/proc/sys/")) {
		key = arena_strdup(arena, entry->path + strlen("/proc/sys/"));
		for (char *at = key; *at; at++)
			*at = *at == '/' ? '.' : *at;
		return key;
	}
	if (!blank)
		return base;
	if (strncmp(entry->path, trigger->path, dir) == 0) {
		base = entry->path + dir;
	} else {
		/* Elsewhere there are many of the name: "tx-1/xps_cpus", "27/smp_affinity_list". */
		for (base -= base > entry->path; base > entry->path && base[-1] != '/'; base--)
			;
	}
	return arena_printf(arena, "%.*s %s", (int)(blank - trigger->setting), trigger->setting,
			    base);
}

static const char *renamed_note(struct arena *arena, const struct journal_entry *entry)
{
	return arena_printf(arena, "it was %s when thintune wrote to it", entry->was);
}

/* One that stays as it is: put back if undoing another one makes the kernel reset it. */
static void watch_over(struct restoring *restoring, struct item *item)
{
	bool shares_device = false;
	const struct journal_entry *trigger =
	    item->entry->reset_by ? journal_find(restoring->journal, item->entry->reset_by) : NULL;

	/* Of several settings that reset it the entry names one. */
	vec_for_each (device, &restoring->devices)
		shares_device |= *device == item->entry->device;
	item->is_at_risk = trigger && !item->is_gone && (!trigger->is_spared || shares_device);
	if (item->is_at_risk)
		(void)look_read(restoring->root, restoring->arena, &item->setting);
	item->is_gone = false;
	item->is_sibling = false;
	item->setting.want = item->setting.have;
	item->setting.state = STATE_SAME;
	item->setting.note = NULL;
}

static struct item make_item(struct restoring *restoring, const struct journal_entry *entry)
{
	const char *note = gone(restoring, entry);
	struct item item = {.entry = entry, .is_sibling = !entry->setting, .is_gone = note};
	struct wish *wish = arena_alloc(restoring->arena, sizeof(*wish));
	const char *set_by;

	*wish = (struct wish){
	    .tuner = entry->tuner,
	    .name = name_of(restoring, entry),
	    .kind = entry->kind,
	    .path = entry->path,
	    .rule = RULE_EXACT,
	    .needs = needs_of(entry->path, &set_by),
	    .severity = item.is_gone ? SEVERITY_ADVISED : SEVERITY_REQUIRED,
	    .why = "the value from before thintune's first write",
	    .source = JOURNAL_FILE,
	};
	vec_push(restoring->arena, &wish->operands, entry->had);
	item.setting = (struct setting){.wish = wish, .want = entry->had};
	if (entry->is_spared) {
		watch_over(restoring, &item);
	} else if (item.is_gone) {
		item.setting.state = STATE_UNSUPPORTED;
		item.setting.note = note;
	} else {
		judge(restoring, &item);
	}
	if (entry->was && !item.setting.note)
		item.setting.note = renamed_note(restoring->arena, entry);
	return item;
}

static void judge_all(struct restoring *restoring)
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

static bool fail(struct item *item, const char *note)
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
static bool write_rival(struct restoring *restoring, struct item *item, const char *path)
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

/* Below a root of plain files nothing becomes 0 by itself: there it is written, too. */
static void write_one(struct restoring *restoring, struct item *item, struct setting *again)
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
	write_setting(restoring->root, restoring->arena, again);
	restoring->writes++;
}

static void write_item(struct restoring *restoring, struct item *item)
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
		setting->note = renamed_note(restoring->arena, item->entry);
}

/* Second look: a write to reset_by makes the kernel reset this one, and a first try may have
 * come too early (a minimum above the present maximum): it is repeated only if another write has
 * changed something since. True: it still is not as it should be. */
static bool write_again(struct restoring *restoring, struct item *item)
{
	const struct item *trigger = trigger_of(restoring, item);
	struct setting *setting = &item->setting;
	struct setting now = *setting;

	if (item->is_gone || !setting->want)
		return false;
	/* Somebody else chose the trigger's value, so what it resets is theirs too. */
	if (item->is_sibling && trigger && !is_done(trigger->setting.state)) {
		if (setting->state == STATE_PENDING) {
			setting->state = STATE_SKIPPED;
			setting->note = arena_printf(restoring->arena, "left as it is with %s",
						     trigger->setting.wish->name);
		}
		return false;
	}
	if (!look_read(restoring->root, restoring->arena, &now)) {
		if (item->entry->reset_by && look_is_unsupported(now.code))
			setting->state = STATE_SAME; /* went with the trigger's value */
		return !is_done(setting->state);
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

/* Last write first: the energy preference can only be set again once the governor is back. */
static void write_all(struct restoring *restoring)
{
	bool left = true;

	for (size_t i = restoring->items.count; i-- > 0;) {
		struct item *item = &restoring->items.at[i];

		if (!item->is_sibling && item->setting.state == STATE_PENDING && item->setting.have)
			write_item(restoring, item);
	}
	for (unsigned pass = 0; pass < 2 && left; pass++) {
		left = false;
		vec_for_each (item, &restoring->items)
			left |= write_again(restoring, item);
	}
}

static bool has_work(const struct restoring *restoring)
{
	vec_for_each (item, &restoring->items) {
		if (item->setting.state == STATE_PENDING)
			return true;
	}
	return false;
}

/* Nobody claims what somebody else has set, or what is as it was. */
static void release(const struct item *item, struct journal_entry *entry)
{
	bool is_back = is_done(item->setting.state);

	entry->is_left = item->setting.state == STATE_CONTESTED;
	if (is_back || entry->is_left)
		entry->claims = (claim_list){0};
	if (is_back)
		entry->ours = (names){0};
}

static bool is_trigger(const struct journal *journal, const struct journal_entry *trigger)
{
	vec_for_each (entry, &journal->entries) {
		if (entry != trigger && text_equal(entry->reset_by, trigger->path))
			return true;
	}
	return false;
}

/* What stayed for those that it resets goes after the last of them. */
static void drop_idle(struct journal *journal)
{
	for (size_t i = 0; i < journal->entries.count;) {
		struct journal_entry *entry = &journal->entries.at[i];

		if (!journal_is_idle(entry) || is_trigger(journal, entry)) {
			i++;
			continue;
		}
		memmove(entry, entry + 1,
			(--journal->entries.count - i) * sizeof(*journal->entries.at));
	}
}

/* What could not be put back stays in the journal, with the siblings it resets, or with its
 * trigger and the trigger's own: an entry is only found to be of the same device through that. */
static int keep_the_rest(struct restoring *restoring, struct err *err)
{
	struct journal rest = {.boot_id = restoring->journal->boot_id, .settled = true};
	struct journal_entry kept;
	const char *now;

	vec_for_each (item, &restoring->items) {
		struct item *trigger = trigger_of(restoring, item);

		if (item->is_gone)
			continue;
		item->is_kept |= item->entry->is_spared || !is_done(item->setting.state) ||
				 (trigger && !is_done(trigger->setting.state));
		/* Up to one that is kept already, since two may reset each other. */
		for (; item->is_kept && trigger && !trigger->is_kept;
		     trigger = trigger_of(restoring, trigger))
			trigger->is_kept = true;
	}
	vec_for_each (item, &restoring->items) {
		if (!item->is_kept)
			continue;
		kept = *item->entry;
		if (kept.is_spared)
			rest.settled = restoring->is_settled;
		else
			release(item, &kept);
		/* It came to life by what was undone, with a value that nobody chose. */
		now = item->is_at_risk && !item->setting.want
			  ? look_value(restoring->root, restoring->arena, kept.kind, kept.path)
			  : NULL;
		if (now)
			vec_push(restoring->arena, &kept.ours, now);
		vec_push(restoring->arena, &rest.entries, kept);
	}
	vec_for_each (entry, &restoring->journal->lost) {
		if (entry->is_spared)
			vec_push(restoring->arena, &rest.lost, *entry);
	}
	drop_idle(&rest);
	return journal_write(restoring->root, restoring->arena, &rest, err);
}

/* Restored entries leave the journal. If that fails, the journal stays as it was, but settled: what
 * somebody sets from now on is theirs. It also stays if the verdict does, so that a second restore
 * withdraws that. */
static void finish(struct restoring *restoring, int verdict)
{
	struct restore_result *result = restoring->result;
	struct arena *arena = restoring->arena;
	struct err err = {0};

	if (verdict < 0)
		result->unfinished = arena_printf(
		    arena,
		    "cannot withdraw the verdict of the last run, which `gate` still shows: %s",
		    err_words(verdict));
	else if (keep_the_rest(restoring, &err) < 0)
		result->unfinished = arena_strdup(arena, err.text);
	if (!result->unfinished)
		return;
	result->unfinished = arena_printf(
	    arena, "%s; the journal stays: restore again once this works", result->unfinished);
	(void)!journal_mark(restoring->root, arena, restoring->journal, true, NULL);
}

int restore_withdraw(struct root *root, struct arena *arena, const struct restore_request *request)
{
	return request->owner ? last_verdict_withdraw_one(root, arena, request->owner,
							  request->time, request->user)
			      : last_verdict_withdraw(root, arena, request->time, request->user);
}

static void restore_journal(struct restoring *restoring)
{
	struct arena *arena = restoring->arena;
	struct err err = {0};
	int verdict;

	restoring->is_settled = restoring->journal->settled;
	judge_all(restoring);
	if (has_work(restoring) &&
	    journal_mark(restoring->root, arena, restoring->journal, false, &err) < 0)
		restoring->result->unmarked =
		    arena_printf(arena, "%s; what it holds was restored anyway", err.text);
	verdict = restore_withdraw(restoring->root, arena, restoring->request);
	write_all(restoring);
	finish(restoring, verdict);
}

/* They leave the journal, and are told, so that somebody may still want the values. */
static void add_lost(const struct restoring *restoring, struct plan *plan)
{
	struct arena *arena = restoring->arena;

	vec_for_each (entry, &restoring->journal->lost) {
		struct wish *wish = arena_alloc(arena, sizeof(*wish));

		if (entry->is_spared)
			continue;
		*wish = (struct wish){.tuner = entry->tuner,
				      .name = entry->setting,
				      .kind = entry->kind,
				      .path = entry->path,
				      .severity = SEVERITY_ADVISED,
				      .why = "the value from before thintune's first write",
				      .source = JOURNAL_FILE};
		vec_push(arena, &wish->operands, entry->had);
		vec_push(arena, &plan->settings,
			 ((struct setting){
			     .wish = wish,
			     .want = entry->had,
			     .state = STATE_UNSUPPORTED,
			     .note = arena_printf(
				 arena,
				 "another device is in its place now, which keeps its own value; "
				 "before thintune that of the old one was %s",
				 entry->had)}));
	}
}

int restore_run(struct root *root, struct arena *arena, const struct live *live,
		const struct restore_request *request, struct restore_result *ret, struct err *err)
{
	struct restore_result result = {.plan = {.arena = arena}};
	struct journal journal;
	struct restoring restoring = {.root = root,
				      .arena = arena,
				      .live = live,
				      .journal = &journal,
				      .request = request,
				      .result = &result};
	int r = journal_read(root, arena, &journal, err);

	if (r == -ENOENT)
		return err_set(err, r, "nothing to restore: there is no journal " JOURNAL_FILE);
	if (r < 0)
		return r;
	if (journal.was_stale && !journal.entries.count) {
		r = journal_write(root, arena, &journal, err);
		return r < 0 ? r
			     : err_set(err, -ENOENT,
				       "nothing to restore: the journal was from an earlier boot, "
				       "and its values were lost at the reboot");
	}
	if (request->owner && !claims_select(&journal, request->owner))
		return err_set(err, -ENOENT, "nothing to restore: %s claims nothing in the journal",
			       request->owner);
	restore_journal(&restoring);
	add_lost(&restoring, &result.plan);
	vec_for_each (item, &restoring.items) {
		struct setting told = item->setting;

		/* A sibling is worth a line only when something happened to it. */
		if (item->entry->is_spared ||
		    (item->is_sibling && (told.state == STATE_SAME || item->is_gone)))
			continue;
		/* While it restored, their value was to stay. */
		if (told.state == STATE_CONTESTED)
			told.want = item->entry->had;
		vec_push(arena, &result.plan.settings, told);
	}
	result.writes = restoring.writes;
	*ret = result;
	return 0;
}

int restore_entries(struct root *root, struct arena *arena, const struct live *live,
		    struct journal *journal, setting_list *ret, unsigned *ret_writes,
		    struct err *err)
{
	const struct restore_request request = {0};
	struct restore_result result = {0};
	struct restoring restoring = {.root = root,
				      .arena = arena,
				      .live = live,
				      .journal = journal,
				      .request = &request,
				      .is_settled = journal->settled,
				      .result = &result};

	judge_all(&restoring);
	write_all(&restoring);
	*ret = (setting_list){0};
	vec_for_each (item, &restoring.items) {
		if (!item->entry->is_spared &&
		    (!item->is_sibling || item->setting.state == STATE_FAILED))
			vec_push(arena, ret, item->setting);
	}
	*ret_writes = restoring.writes;
	return keep_the_rest(&restoring, err);
}
