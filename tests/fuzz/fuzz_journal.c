/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is read and written is read back as the same, and a restore can be planned from
 * it. */
#include "apply/claims.h"
#include "apply/journal.h"
#include "apply/restore.h"
#include "fuzz.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Nothing of the input may have made one file of the two, or changed the other. */
static const char *written(struct arena *arena, const struct journal *journal)
{
	struct str both = str_new(arena);
	static const char *const files[] = {JOURNAL_FILE, JOURNAL_FILES_FILE};
	const char *content;
	struct err err = {0};
	int r = journal_write(fuzz_root(), arena, journal, &err);

	fuzz_check(r == 0, "what was read cannot be written: %s", err.text);
	for (size_t i = 0; i < 2; i++) {
		content = "absent";
		(void)!root_read_file(fuzz_root(), arena, files[i], &content);
		str_printf(&both, "%s\n", content);
	}
	return both.text;
}

static bool same_names(const names *a, const names *b)
{
	bool are_same = a->count == b->count;

	for (size_t i = 0; are_same && i < a->count; i++)
		are_same = text_equal(a->at[i], b->at[i]);
	return are_same;
}

static bool same_claims(const claim_list *a, const claim_list *b)
{
	bool are_same = a->count == b->count;

	for (size_t i = 0; are_same && i < a->count; i++)
		are_same = text_equal(a->at[i].owner, b->at[i].owner) &&
			   a->at[i].rule == b->at[i].rule &&
			   text_equal(a->at[i].profile_sha256, b->at[i].profile_sha256) &&
			   same_names(&a->at[i].operands, &b->at[i].operands);
	return are_same;
}

/* Whatever is on disk. */
static bool same_entry(const struct journal_entry *a, const struct journal_entry *b)
{
	return a->kind == b->kind && text_equal(a->had, b->had) && same_names(&a->ours, &b->ours) &&
	       text_equal(a->tuner, b->tuner) && text_equal(a->setting, b->setting) &&
	       text_equal(a->reset_by, b->reset_by) && a->device == b->device &&
	       text_equal(a->identity, b->identity) && a->is_left == b->is_left &&
	       a->is_managed == b->is_managed && a->is_lost == b->is_lost &&
	       a->is_along == b->is_along && same_claims(&a->claims, &b->claims);
}

static void compare(const struct journal *journal, const struct journal *again)
{
	fuzz_check(journal->entries.count == again->entries.count &&
		       journal->lost.count == again->lost.count,
		   "%zu entries and %zu lost ones became %zu and %zu", journal->entries.count,
		   journal->lost.count, again->entries.count, again->lost.count);
	vec_for_each (entry, &journal->entries) {
		const struct journal_entry *other = journal_find(again, entry->path);

		fuzz_check(other && same_entry(entry, other), "%s reads back otherwise",
			   entry->path);
	}
}

static void plan_restore(struct arena *arena, struct journal *journal)
{
	struct live live = {.uid = 0};
	setting_list settings = {0};
	struct err err = {0};
	holding_list holdings = claims_holdings(fuzz_root(), arena, "host", &err);

	vec_for_each (holding, &holdings)
		fuzz_touch(holding->path);
	restore_foresee(fuzz_root(), arena, &live, journal, &settings);
	vec_for_each (setting, &settings)
		fuzz_check(journal_takes(setting->wish->kind, setting->wish->path),
			   "%s would be written", setting->wish->path);
}

FUZZ_TARGET(journal)
{
	struct fuzz_part parts[2];
	struct journal journal, again;
	const char *first;
	struct err err = {0};

	fuzz_split(arena, text, length, parts, 2);
	fuzz_put(BOOT_ID, "boot-1\n", 7);
	fuzz_put("/proc/sys/vm/swappiness", "60\n", 3);
	fuzz_put(JOURNAL_FILE, parts[0].text, parts[0].length);
	fuzz_put(JOURNAL_FILES_FILE, parts[1].text, parts[1].length);
	if (journal_read(fuzz_root(), arena, &journal, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	plan_restore(arena, &journal);
	first = written(arena, &journal);
	if (journal_read(fuzz_root(), arena, &again, &err) < 0) {
		fuzz_check(!journal.entries.count && !journal.lost.count,
			   "its own journal is refused: %s\n%s", err.text, first);
		return;
	}
	compare(&journal, &again);
	fuzz_check(text_equal(written(arena, &again), first), "another journal than\n%s", first);
}
