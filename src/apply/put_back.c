/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a part of the journal to restore, and takes over on the plan what came of it. */
#include "apply/put_back.h"

#include "apply/claims.h"
#include "apply/look.h"
#include "apply/restore.h"
#include "base/text.h"
#include "sys/signals.h"

/* One phase. */
struct putting {
	struct root *root;
	struct arena *arena;
	const struct live *live;
	struct plan *plan;
	enum phase phase;
	struct journal journal;
	struct apply_result *result;
};

char *put_back_signal_text(struct arena *arena)
{
	return arena_printf(arena, "nothing more was written after the signal %s",
			    signals_caught());
}

bool put_back_is_due(const struct setting *setting, enum phase phase)
{
	return setting->wish->is_left_over && setting->wish->phase == phase &&
	       setting->state == STATE_LEFT_OVER && setting->have && !setting->lacks_right &&
	       !setting->is_left_alone;
}

typedef bool (*due_fn)(const struct setting *setting, enum phase phase);

static void select_entries(struct putting *putting, due_fn is_due)
{
	vec_for_each (entry, &putting->journal.entries)
		entry->is_spared = true;
	/* A restore is to tell them. */
	vec_for_each (entry, &putting->journal.lost)
		entry->is_spared = true;
	vec_for_each (setting, &putting->plan->settings) {
		struct journal_entry *entry =
		    is_due(setting, putting->phase)
			? journal_find(&putting->journal, setting->wish->path)
			: NULL;

		if (entry)
			entry->is_spared = false;
	}
	claims_select_siblings(&putting->journal);
}

static struct setting *find_left_over(struct plan *plan, const char *path)
{
	vec_for_each (setting, &plan->settings) {
		if (setting->wish->is_left_over && text_equal(setting->wish->path, path))
			return setting;
	}
	return NULL;
}

/* What only the kernel changed, and keeps, gets a row of its own. */
static void tell(struct putting *putting, const struct setting *done)
{
	struct setting *row = find_left_over(putting->plan, done->wish->path);

	if (!row) {
		struct wish wish = *done->wish;

		wish.severity = SEVERITY_ADVISED;
		wish.phase = putting->phase;
		wish.is_left_over = true;
		row = plan_add(putting->plan, wish);
	}
	row->have = done->have;
	row->before = done->before;
	row->state = done->state;
	row->code = done->code;
	row->note = done->note;
	putting->result->structural +=
	    putting->phase == PHASE_STRUCTURAL && done->state == STATE_CHANGED;
}

/* Undoing one setting may have changed others, or made them appear. */
static void look_again(struct putting *putting)
{
	vec_for_each (setting, &putting->plan->settings) {
		const struct journal_entry *entry =
		    setting->wish->path && !setting->wish->is_left_over
			? journal_find(&putting->journal, setting->wish->path)
			: NULL;
		const struct journal_entry *trigger =
		    entry && entry->reset_by ? journal_find(&putting->journal, entry->reset_by)
					     : NULL;

		if (trigger && !trigger->is_spared && setting->wish->phase == putting->phase)
			look_setting(putting->root, putting->arena, putting->live, setting);
	}
}

static bool refuse(struct putting *putting, const char *why)
{
	putting->result->no_journal = arena_printf(
	    putting->arena, "nothing was written, since it could not be undone: %s", why);
	return false;
}

bool put_back_phase(struct root *root, struct arena *arena, const struct live *live,
		    struct plan *plan, enum phase phase, struct apply_result *result)
{
	struct putting putting = {.root = root,
				  .arena = arena,
				  .live = live,
				  .plan = plan,
				  .phase = phase,
				  .result = result};
	struct err why = {0};
	struct journal mark;
	setting_list done;
	unsigned writes;
	bool is_due = false;

	vec_for_each (setting, &plan->settings)
		is_due |= put_back_is_due(setting, phase);
	if (!is_due)
		return true;
	if (journal_read(root, arena, &putting.journal, &why) < 0)
		return refuse(&putting, why.text);
	mark = putting.journal;
	if (journal_mark(root, arena, &mark, false, &why) < 0) {
		(void)!journal_mark(root, arena, &mark, putting.journal.settled, NULL);
		return refuse(&putting, why.text);
	}
	vec_for_each (setting, &plan->settings) {
		if (put_back_is_due(setting, phase))
			history_plan(result->history, setting);
	}
	history_begin(result->history);
	select_entries(&putting, put_back_is_due);
	if (restore_entries(root, arena, live, &putting.journal, &done, &writes, &why) < 0)
		result->failed_late = arena_printf(
		    arena, "nothing more was written after the journal failed: %s", why.text);
	result->writes += writes;
	vec_for_each (one, &done) {
		tell(&putting, one);
		if (one->state == STATE_FAILED && signals_caught() && !result->failed_late)
			result->failed_late = put_back_signal_text(arena);
	}
	look_again(&putting);
	return true;
}

/* Whoever runs the script may have rights that this process has not. */
static bool is_left_over(const struct setting *setting, enum phase phase)
{
	return setting->wish->is_left_over && setting->wish->phase == phase &&
	       setting->state == STATE_LEFT_OVER;
}

void put_back_foresee(struct root *root, struct arena *arena, const struct live *live,
		      struct plan *plan)
{
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		struct putting putting = {.plan = plan, .phase = phase};
		bool is_any = false;

		vec_for_each (setting, &plan->settings)
			is_any |= is_left_over(setting, phase);
		if (!is_any)
			continue;
		if (journal_read(root, arena, &putting.journal, NULL) < 0)
			return;
		select_entries(&putting, is_left_over);
		restore_foresee(root, arena, live, &putting.journal, &plan->along[phase]);
	}
}
