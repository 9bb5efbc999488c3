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
	if (journal_read(fuzz_root(), arena, &journal, &err) < 0)
		return;
	plan_restore(arena, &journal);
	first = written(arena, &journal);
	if (journal_read(fuzz_root(), arena, &again, &err) < 0) {
		fuzz_check(!journal.entries.count && !journal.lost.count,
			   "its own journal is refused: %s\n%s", err.text, first);
		return;
	}
	fuzz_check(text_equal(written(arena, &again), first), "another journal than\n%s", first);
}
