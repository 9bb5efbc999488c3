/* SPDX-License-Identifier: Apache-2.0 */
/* The history: whatever its files hold, the next line is written and says what it can; a line that
 * is whole is read back as it was written. */
#include "apply/history_files.h"
#include "apply/history_read.h"
#include "fuzz.h"

static const struct history_filter all;

static void touch(const struct history *history)
{
	vec_for_each (fault, &history->faults) {
		fuzz_touch(fault->where);
		fuzz_touch(fault->what);
	}
	vec_for_each (remark, &history->remarks)
		fuzz_touch(*remark);
	vec_for_each (line, &history->lines) {
		fuzz_touch(line->time);
		fuzz_touch(line->user.unit);
		vec_for_each (change, &line->changes)
			fuzz_touch(change->before);
		vec_for_each (waiver, &line->waivers)
			fuzz_touch(*waiver);
	}
}

/* What is read of a line is all that it says. */
static void read_back(struct arena *arena, const char *text, size_t length)
{
	struct history_line line, again;
	const char *computed, *written;

	if (history_line_parse(arena, text, length, &line, &computed) < 0)
		return;
	written = history_line_text(arena, &line);
	fuzz_check(history_line_parse(arena, written, strlen(written) - 1, &again, &computed) == 0,
		   "what was read is refused: %s", written);
	fuzz_check(text_equal(again.hash, computed), "the hash of %s", written);
	fuzz_check(text_equal(history_line_text(arena, &again), written), "another line than %s",
		   written);
}

static void write_next(struct arena *arena)
{
	struct wish wish = {.path = "/proc/sys/vm/swappiness", .name = "vm.swappiness"};
	struct setting setting = {.wish = &wish, .have = "60", .want = "1", .state = STATE_DIFFERS};
	setting_list list = {0};
	struct history_pen pen = {.root = fuzz_root(),
				  .arena = arena,
				  .line = {.time = "2026-12-01T10:00:00Z",
					   .command = "apply",
					   .user = {.loginuid = -1},
					   .exit_code = -1}};

	history_open(&pen);
	history_plan(&pen, &setting);
	history_begin(&pen);
	setting.before = "60";
	setting.have = "1";
	setting.state = STATE_CHANGED;
	vec_push(arena, &list, setting);
	history_written(&pen, &list);
	history_close(&pen, "match", 0);
	fuzz_check(!pen.gap && pen.seq && history_is_hash(pen.hash), "no line: %s", pen.gap);
}

/* history.jsonl, the file that was rotated out before it, and history.state. */
FUZZ_TARGET(history)
{
	struct fuzz_part parts[3];
	struct history before, after;
	struct err err = {0};

	fuzz_split(arena, text, length, parts, 3);
	fuzz_put(HISTORY_FILE, parts[0].text, parts[0].length);
	fuzz_put(HISTORY_FILE ".1", parts[1].text, parts[1].length);
	fuzz_put(HISTORY_STATE, parts[2].text, parts[2].length);
	fuzz_put(HISTORY_STATE_OF_BOOT, NULL, 0);
	read_back(arena, parts[0].text, strcspn(parts[0].text, "\n"));
	if (history_read(fuzz_root(), arena, &all, NULL, &before, &err) == 0)
		touch(&before);
	else
		fuzz_refuse(err.text);
	write_next(arena);
	fuzz_check(history_read(fuzz_root(), arena, &all, NULL, &after, &err) == 0, "%s", err.text);
	touch(&after);
	fuzz_check(after.count > 0, "its own line cannot be read");
}
