/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/journal.h"
#include "run/kind.h"
#include "run/run.h"

static bool is_due(const struct setting *setting, enum phase phase)
{
	return setting->phase == phase && setting->state == STATE_DIFFERS && !setting->lacks_right;
}

int boot_id(struct root *root, struct arena *arena, const char **ret)
{
	const char *id;
	int r = root_read(root, arena, "/proc/sys/kernel/random/boot_id", &id);

	if (r < 0)
		return r;
	if (!*id)
		return -ENODATA;
	*ret = id;
	return 0;
}

/* Journalling --------------------------------------------------------------------------------- */

/* A file that the kernel may change by itself; only what can be read and put back is worth a
 * record. A mount that is read-only here may be writable for the restore, which may run elsewhere.
 */
static void record_sibling(struct root *root, struct arena *arena, struct journal *journal,
			   const struct setting *owner, const char *path)
{
	struct record *known = journal_find(journal, path);
	struct record record = {
	    .path = path, .kind = KIND_CHOICE, .tuner = owner->tuner, .owner = owner->path};
	const char *raw;
	int r;

	if (known) {
		known->owner = owner->path;
		return;
	}
	r = journal_takes(path) ? root_may_write(root, path) : -EINVAL;
	if ((r < 0 && r != -EROFS) || root_read(root, arena, path, &raw) < 0)
		return;
	if (!strchr(raw, '['))
		record.kind = KIND_TEXT;
	record.had = kind_canonical(arena, record.kind, raw);
	if (record.had)
		(void)journal_add(arena, journal, record);
}

/* A name that ends in "/" stands for every file in that directory. */
static names sibling_paths(struct root *root, struct arena *arena, const struct setting *setting)
{
	names paths = {0};

	vec_for_each (reset, &setting->resets) {
		names files;

		if (!text_ends(*reset, "/")) {
			vec_push(arena, &paths, *reset);
			continue;
		}
		if (root_list(root, arena, *reset, &files) < 0)
			continue;
		vec_for_each (file, &files)
			vec_push(arena, &paths, arena_printf(arena, "%s%s", *reset, *file));
	}
	return paths;
}

static void record_setting(struct arena *arena, struct journal *journal,
			   const struct setting *setting)
{
	struct record *record = journal_find(journal, setting->path);

	if (!record)
		record = journal_add(arena, journal,
				     (struct record){.path = setting->path, .had = setting->have});
	/* The first original wins; a record that was only a sibling becomes a setting of its own.
	 */
	record->kind = setting->kind;
	record->tuner = setting->tuner;
	record->setting = setting->name;
	vec_for_each (value, &record->ours) {
		if (text_equal(*value, setting->want))
			return;
	}
	vec_push(arena, &record->ours, setting->want);
}

/* What the journal must hold before the phase's first write. */
static int journal_phase(struct root *root, struct arena *arena, const struct plan *plan,
			 enum phase phase, struct journal *ret, struct err *err)
{
	struct journal journal = {0};
	int r = journal_read(root, arena, &journal, err);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT || journal.is_stale) {
		const char *boot;

		journal = (struct journal){.settled = true};
		journal.boot_id = boot_id(root, arena, &boot) == 0 ? boot : BOOT_UNKNOWN;
	}
	/* What a killed run left may be anybody's; a restore would overwrite it all the same. */
	vec_for_each (record, &journal.records)
		record->is_written = !journal.settled;
	vec_for_each (setting, &plan->settings) {
		if (is_due(setting, phase))
			record_setting(arena, &journal, setting);
	}
	vec_for_each (setting, &plan->settings) {
		names siblings;

		if (!is_due(setting, phase))
			continue;
		siblings = sibling_paths(root, arena, setting);
		vec_for_each (path, &siblings)
			record_sibling(root, arena, &journal, setting, *path);
	}
	journal.settled = false;
	*ret = journal;
	return journal_write(root, arena, &journal, err);
}

/* Writing ------------------------------------------------------------------------------------- */

/* The settings of a plan that have a path, sorted by it. */
typedef VEC(struct setting *) paths;

static int compare_paths(const void *a, const void *b)
{
	const struct setting *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

static paths index_paths(struct arena *arena, struct plan *plan)
{
	paths index = {0};

	vec_for_each (setting, &plan->settings) {
		if (setting->path)
			vec_push(arena, &index, setting);
	}
	qsort(index.at, index.count, sizeof(*index.at), compare_paths);
	return index;
}

static const struct setting *find_setting(const paths *index, const char *path)
{
	const struct setting key = {.path = path}, *wanted = &key;
	struct setting **found =
	    bsearch(&wanted, index->at, index->count, sizeof(*index->at), compare_paths);

	return found ? *found : NULL;
}

static bool is_due_later(const paths *index, const struct setting *now, const char *path)
{
	const struct setting *setting = find_setting(index, path);

	return setting && setting > now && setting->state == STATE_DIFFERS;
}

/* The value a sibling should have again: what an earlier setting of this plan put there, else what
 * it was before this write. */
static void put_back(struct root *root, struct arena *arena, const paths *index,
		     struct setting *owner, const char *path, enum kind kind, const char *value,
		     struct apply_result *result)
{
	struct setting sibling = {.kind = kind, .path = path, .want = value};

	if (!look_at(root, arena, &sibling) || kind_equal(kind, sibling.have, value) ||
	    is_due_later(index, owner, path))
		return;
	write_setting(root, arena, &sibling);
	result->writes++;
	if (sibling.state != STATE_CHANGED)
		owner->note =
		    arena_printf(arena, "%s%sthe kernel reset %s from %s to %s and keeps it",
				 owner->note ? owner->note : "", owner->note ? "; " : "", path,
				 value, sibling.have ? sibling.have : "unknown");
}

struct snapshot {
	const char *path, *value;
	enum kind kind;
};

static void write_with_siblings(struct root *root, struct arena *arena, const paths *index,
				const struct journal *journal, struct setting *setting,
				struct apply_result *result)
{
	names siblings = sibling_paths(root, arena, setting);
	VEC(struct snapshot) before = {0};

	vec_for_each (path, &siblings) {
		const struct record *record = journal_find(journal, *path);
		struct setting now = {.path = *path};

		if (!record)
			continue;
		now.kind = record->kind;
		if (look_at(root, arena, &now))
			vec_push(arena, &before,
				 (struct snapshot){
				     .path = *path, .value = now.have, .kind = record->kind});
	}
	journal_find(journal, setting->path)->is_written = true;
	write_setting(root, arena, setting);
	result->writes++;
	if (setting->state == STATE_CHANGED && setting->phase == PHASE_STRUCTURAL)
		result->structural++;
	vec_for_each (one, &before)
		put_back(root, arena, index, setting, one->path, one->kind, one->value, result);
}

static bool is_of_this_run(const struct journal *journal, const struct record *record)
{
	const struct record *owner = record->owner ? journal_find(journal, record->owner) : NULL;

	return record->is_written || (owner && owner->is_written);
}

/* From here on a value that stands in no record is somebody else's. What the kernel made of our
 * writes (clamped, reset and not put back) is ours; a file that this run did not touch may have got
 * its value from anybody since. */
static int settle(struct root *root, struct arena *arena, struct journal *journal, struct err *err)
{
	vec_for_each (record, &journal->records) {
		struct setting now = {.path = record->path, .kind = record->kind};
		bool is_known;

		if (!is_of_this_run(journal, record))
			continue;
		is_known =
		    !look_at(root, arena, &now) || kind_equal(record->kind, now.have, record->had);
		vec_for_each (value, &record->ours)
			is_known = is_known || kind_equal(record->kind, now.have, *value);
		if (!is_known)
			vec_push(arena, &record->ours, now.have);
	}
	journal->settled = true;
	return journal_write(root, arena, journal, err);
}

/* Skips what this process may not write, and what no journal would bring back. */
static void skip_what_must_stay(struct setting *setting)
{
	if (setting->state != STATE_DIFFERS)
		return;
	if (setting->lacks_right) {
		setting->state = STATE_SKIPPED;
	} else if (!journal_takes(setting->path)) {
		setting->state = STATE_SKIPPED;
		setting->note = "not written, since it could not be undone: restore writes to "
				"/sys, /proc/sys and /proc/irq only";
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
		if (!is_due(setting, phase))
			continue;
		setting->state = STATE_SKIPPED;
		setting->note = why;
	}
}

/*
 * A write may make another setting appear or change (no scheduler: write-back throttling comes to
 * life with its default). Those that come `after` a written path are looked at again, and what then
 * differs gets its journal record before it is written.
 */
static int look_again(struct root *root, struct arena *arena, const struct live *live,
		      const paths *index, struct journal *journal, struct setting *setting,
		      struct err *err)
{
	bool is_new = setting->state == STATE_SAME || setting->state == STATE_UNSUPPORTED;
	const char *owner = NULL;
	bool known;

	vec_for_each (path, &setting->after) {
		const struct setting *one = find_setting(index, *path);

		if (one && one < setting && one->state == STATE_CHANGED)
			owner = one->path;
	}
	if (!owner || !setting->path || !is_new)
		return 0;
	probe_setting(root, arena, live, setting);
	skip_what_must_stay(setting);
	if (setting->state != STATE_DIFFERS)
		return 0;
	known = journal_find(journal, setting->path) != NULL;
	record_setting(arena, journal, setting);
	if (!known)
		journal_find(journal, setting->path)->owner = owner;
	return journal_write(root, arena, journal, err);
}

int apply_phase(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		enum phase phase, struct apply_result *result, struct err *err)
{
	struct journal journal;
	struct err why = {0};
	paths index;
	int r;

	(void)err; /* what fails here is on the result */

	vec_for_each (setting, &plan->settings) {
		if (setting->phase == phase)
			skip_what_must_stay(setting);
	}
	if (result->failed_late)
		skip_all(plan, phase, result->failed_late);
	if (!count_due(plan, phase))
		return 0;
	r = journal_phase(root, arena, plan, phase, &journal, &why);
	if (r < 0) {
		result->no_journal = arena_printf(
		    arena, "nothing was written, since it could not be undone: %s", why.text);
		skip_all(plan, phase, result->no_journal);
		return 0;
	}
	index = index_paths(arena, plan);
	vec_for_each (setting, &plan->settings) {
		if (setting->phase == phase && setting->after.count)
			r = look_again(root, arena, live, &index, &journal, setting, &why);
		if (r < 0)
			break;
		if (is_due(setting, phase))
			write_with_siblings(root, arena, &index, &journal, setting, result);
	}
	if (r == 0)
		r = settle(root, arena, &journal, &why);
	if (r < 0) {
		result->failed_late = arena_printf(
		    arena, "nothing more was written after the journal failed: %s", why.text);
		skip_all(plan, phase, result->failed_late);
	}
	return 0;
}
