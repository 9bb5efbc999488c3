/* SPDX-License-Identifier: Apache-2.0 */
/* Undoes a journal, and keeps in it what could not be undone. */
#include "apply/restore.h"

#include <errno.h>
#include <string.h>

#include "apply/claims.h"
#include "apply/last_verdict.h"
#include "apply/look.h"
#include "apply/restore_impl.h"
#include "base/text.h"
#include "plan/kind.h"

static bool has_work(const struct restoring *restoring)
{
	vec_for_each (item, &restoring->items) {
		if (item->setting.state == STATE_PENDING)
			return true;
	}
	return false;
}

/* Nobody claims what is as it was. A claim on what somebody else has set counts for nothing
 * (is_left), but its owner may ask for the value again, with --force. */
static void release(const struct restore_item *item, struct journal_entry *entry)
{
	bool is_back = restore_is_done(item->setting.state);

	entry->is_left = item->setting.state == STATE_CONTESTED || (entry->is_left && !is_back);
	if (is_back) {
		entry->claims = (claim_list){0};
		entry->ours = (names){0};
	}
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

/* Its trigger has gone without it. */
static bool is_alone(const struct restoring *restoring, const struct restore_item *item)
{
	const struct restore_item *trigger = restore_trigger_of(restoring, item);

	return item->is_apart && trigger && trigger->is_gone;
}

/* A value that nobody chose: the kernel made it of a write of the original, or of one to what
 * resets it, or it came to life by what was undone. A second restore shall not take it for somebody
 * else's. NULL: it has none. */
static const char *value_of_nobody(struct restoring *restoring, const struct restore_item *item)
{
	const struct setting *setting = &item->setting;
	bool is_tried = setting->state == STATE_FAILED && setting->before;
	const char *now;

	if (!kind_is_of_kernel(item->entry->kind) ||
	    (!is_tried && !(item->is_at_risk && !setting->want)))
		return NULL;
	now = look_value(restoring->root, restoring->arena, item->entry->kind, item->entry->path);
	return now && is_tried && item->found && kind_equal(item->entry->kind, now, item->found)
		   ? NULL
		   : now;
}

/* What could not be put back stays in the journal, with the siblings it resets, or with its
 * trigger and the trigger's own: an entry is only found to be of the same device through that. */
static int keep_the_rest(struct restoring *restoring, struct err *err)
{
	struct journal rest = {.boot_id = restoring->journal->boot_id, .settled = true};
	struct journal_entry kept;
	const char *nobodys;

	vec_for_each (item, &restoring->items) {
		struct restore_item *trigger = restore_trigger_of(restoring, item);

		if (item->is_gone)
			continue;
		item->is_kept |= item->entry->is_spared || !restore_is_done(item->setting.state) ||
				 restore_is_held(restoring, item);
		if (is_alone(restoring, item))
			continue;
		/* Up to one that is kept already, since two may reset each other. */
		for (; item->is_kept && trigger && !trigger->is_kept;
		     trigger = restore_trigger_of(restoring, trigger))
			trigger->is_kept = true;
	}
	vec_for_each (item, &restoring->items) {
		if (!item->is_kept)
			continue;
		kept = *item->entry;
		if (is_alone(restoring, item))
			journal_detach(&kept);
		if (kept.is_spared)
			rest.settled = restoring->is_settled;
		else
			release(item, &kept);
		nobodys = value_of_nobody(restoring, item);
		if (nobodys)
			vec_push(restoring->arena, &kept.ours, nobodys);
		vec_push(restoring->arena, &rest.entries, kept);
	}
	vec_for_each (entry, &restoring->journal->lost) {
		if (entry->is_spared || (entry->is_away && !restoring->request->force))
			vec_push(restoring->arena, &rest.lost, *entry);
	}
	drop_idle(&rest);
	return journal_write(restoring->root, restoring->arena, &rest, err);
}

/* The journal stays as it was, and cannot tell what is nobody's. Without such a value it is
 * settled, if it may be: what somebody sets from now on is theirs. */
static void mark_what_stays(struct restoring *restoring, bool settled)
{
	struct journal mark = *restoring->journal;

	vec_for_each (item, &restoring->items)
		settled = settled && !value_of_nobody(restoring, item);
	(void)!journal_mark(restoring->root, restoring->arena, &mark, settled, NULL);
}

/* Restored entries leave the journal. It stays if that fails, and also if the verdict does, so that
 * a second restore withdraws that. */
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
	mark_what_stays(restoring, true);
}

int restore_withdraw(struct root *root, struct arena *arena, const struct restore_request *request)
{
	return request->owner ? last_verdict_withdraw_one(root, arena, request->owner,
							  request->time, request->user)
			      : last_verdict_withdraw(root, arena, request->time, request->user);
}

static void tell_history(const struct restoring *restoring)
{
	vec_for_each (item, &restoring->items) {
		if (item->setting.state == STATE_PENDING)
			history_plan(restoring->request->history, &item->setting);
	}
	history_begin(restoring->request->history);
}

static void restore_journal(struct restoring *restoring)
{
	struct arena *arena = restoring->arena;
	struct err err = {0};
	int verdict;

	restoring->is_settled = restoring->journal->settled;
	restore_judge_all(restoring);
	if (has_work(restoring) &&
	    journal_mark(restoring->root, arena, restoring->journal, false, &err) < 0)
		restoring->result->unmarked =
		    arena_printf(arena, "%s; what it holds was restored anyway", err.text);
	tell_history(restoring);
	verdict = restore_withdraw(restoring->root, arena, restoring->request);
	restore_write_all(restoring);
	finish(restoring, verdict);
}

/* They are told, so that somebody may still want the values, and leave the journal unless their
 * device may be back some time. */
static void add_lost(struct restoring *restoring, struct plan *plan)
{
	struct arena *arena = restoring->arena;

	vec_for_each (entry, &restoring->journal->lost) {
		struct wish *wish = arena_alloc(arena, sizeof(*wish));
		const char *note;
		bool is_kept;

		if (entry->is_spared)
			continue;
		is_kept = entry->is_away && restore_is_away(restoring, entry, &note);
		if (!entry->is_away)
			note = arena_printf(
			    arena,
			    "another device is in its place now, which keeps its own value; "
			    "before thintune that of the old one was %s",
			    kind_words(arena, entry->kind, entry->had));
		*wish = (struct wish){.tuner = entry->tuner,
				      .name = entry->setting,
				      .kind = entry->kind,
				      .path = entry->path,
				      .severity = is_kept ? SEVERITY_REQUIRED : SEVERITY_ADVISED,
				      .why = "the value from before thintune's first write",
				      .source = JOURNAL_FILE};
		vec_push(arena, &wish->operands, entry->had);
		vec_push(arena, &plan->settings,
			 ((struct setting){.wish = wish,
					   .want = entry->had,
					   .state = is_kept ? STATE_FAILED : STATE_UNSUPPORTED,
					   .note = note}));
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
	if (request->owner && !claims_select(&journal, request->owner, request->tuners))
		return err_set(err, -ENOENT, "nothing to restore: %s claims nothing in the journal",
			       request->owner);
	restore_journal(&restoring);
	if (result.interrupted && !result.unfinished)
		result.unfinished = arena_printf(
		    arena,
		    "interrupted by %s: what was not written stays in the journal: restore again",
		    result.interrupted);
	add_lost(&restoring, &result.plan);
	vec_for_each (item, &restoring.items) {
		struct setting told = item->setting;

		/* A sibling is worth a line only when something happened to it. */
		if (item->entry->is_spared || (item->is_sibling && told.state == STATE_SAME))
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
	int r;

	restore_judge_all(&restoring);
	restore_write_all(&restoring);
	*ret = (setting_list){0};
	vec_for_each (item, &restoring.items) {
		if (!item->entry->is_spared &&
		    (!item->is_sibling || item->setting.state == STATE_FAILED || item->is_gone))
			vec_push(arena, ret, item->setting);
	}
	*ret_writes = restoring.writes;
	r = keep_the_rest(&restoring, err);
	if (r < 0)
		mark_what_stays(&restoring, restoring.is_settled);
	return r;
}

void restore_foresee(struct root *root, struct arena *arena, const struct live *live,
		     struct journal *journal, setting_list *ret)
{
	const struct restore_request request = {0};
	struct restoring restoring = {.root = root,
				      .arena = arena,
				      .live = live,
				      .journal = journal,
				      .request = &request,
				      .is_settled = journal->settled};

	restore_judge_all(&restoring);
	vec_for_each (item, &restoring.items) {
		bool is_along = item->is_at_risk || (item->is_sibling && !item->entry->is_spared &&
						     !item->is_gone && !item->is_away);

		if (is_along && item->setting.want)
			vec_push(arena, ret, item->setting);
	}
}
