/* SPDX-License-Identifier: Apache-2.0 */
/* The journal on its way to the disk: whole, beside the old one, or its mark alone, in place. */
#include <errno.h>
#include <jansson.h>

#include "apply/apply.h"
#include "apply/file.h"
#include "apply/journal.h"
#include "base/text.h"
#include "plan/kind.h"

/* -EILSEQ: a value that is no UTF-8 cannot stand in JSON; better no journal than a wrong one. */
static int add_line(struct str *text, const json_t *object)
{
	char *line = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	if (!line)
		return -EILSEQ;
	str_printf(text, "%s\n", line);
	free(line);
	return 0;
}

static int add_record(struct str *text, const struct record *record)
{
	json_auto_t *object = NULL;
	json_t *ours = json_array();

	vec_for_each (value, &record->ours) {
		if (json_array_append_new(ours, json_string(*value)) < 0) {
			json_decref(ours);
			return -EILSEQ;
		}
	}
	object =
	    json_pack("{s:s, s:s, s:s, s:o, s:s, s:s?, s:s?, s:I, s:b}", "path", record->path,
		      "kind", kind_name(record->kind), "had", record->had, "ours", ours, "tuner",
		      record->tuner, "setting", record->setting, "owner", record->owner, "device",
		      (json_int_t)record->device, "left", record->is_left);
	if (record->is_managed)
		(void)json_object_set_new(object, "managed", json_true());
	return add_line(text, object);
}

static bool outlives_boot(const struct record *record)
{
	return record->kind == KIND_FILE && file_outlives_boot(record->path);
}

/* One of the two files: the records whose values end with the boot, or those that do not. */
struct part {
	const char *file, *dir, *boot_id;
	bool outlives;
};

#define MARK_KEY  "\"settled\":"
#define SETTLED   "true "
#define UNSETTLED "false"

static int add_part(struct str *text, const struct journal *journal, const struct part *part,
		    size_t count, struct err *err)
{
	json_auto_t *head = json_pack("{s:s, s:s, s:b, s:I}", "journal", JOURNAL_FORMAT, "boot_id",
				      part->boot_id, "settled", 0, "records", (json_int_t)count);
	int r = add_line(text, head);

	if (r == 0 && journal->settled)
		memcpy(strstr(text->text, MARK_KEY) + strlen(MARK_KEY), SETTLED, strlen(SETTLED));
	vec_for_each (record, &journal->records) {
		if (outlives_boot(record) != part->outlives)
			continue;
		if (r == 0)
			r = add_record(text, record);
		if (r < 0)
			return err_set(err, r,
				       "cannot write the journal %s: a value of %s is no UTF-8 "
				       "text",
				       part->file, record->path);
	}
	return r;
}

static size_t count_records(const struct journal *journal, const struct part *part)
{
	size_t count = 0;

	vec_for_each (record, &journal->records)
		count += outlives_boot(record) == part->outlives;
	return count;
}

/* A part without records is no file. */
static int write_part(struct root *root, struct arena *arena, const struct journal *journal,
		      const struct part *part, struct err *err)
{
	struct str text = str_new(arena);
	size_t count = count_records(journal, part);
	int r;

	if (!count) {
		r = root_exists(root, part->file) ? root_remove(root, part->file) : 0;
		return r < 0 ? err_set(err, r, "cannot remove the journal %s: %s", part->file,
				       err_words(r))
			     : 0;
	}
	r = add_part(&text, journal, part, count, err);
	if (r < 0)
		return r;
	r = root_mkdir(root, part->dir);
	if (r == 0)
		r = root_replace(root, part->file, text.text);
	return r < 0 ? err_set(err, r, "cannot write the journal %s: %s", part->file, err_words(r))
		     : 0;
}

struct head {
	struct arena *arena;
	const char *line;
};

static int take_head(void *context, char *line)
{
	struct head *head = context;

	head->line = arena_strdup(head->arena, line);
	return 1;
}

static int mark_part(struct root *root, struct arena *arena, const struct journal *journal,
		     const struct part *part, struct err *err)
{
	const char *word = journal->settled ? SETTLED : UNSETTLED, *mark;
	struct head head = {.arena = arena, .line = ""};
	int r;

	if (!count_records(journal, part))
		return 0;
	r = root_lines(root, part->file, take_head, &head);
	/* No text within the head can hold this: its quotes would have backslashes. */
	mark = strstr(head.line, MARK_KEY);
	mark = mark ? mark + strlen(MARK_KEY) : "";
	if (text_starts(mark, journal->settled ? "true" : UNSETTLED))
		return 0;
	if (!text_starts(mark, SETTLED) && !text_starts(mark, UNSETTLED) && r >= 0)
		return write_part(root, arena, journal, part, err);
	if (r >= 0)
		r = root_overwrite(root, part->file, (size_t)(mark - head.line), word);
	return r < 0 ? err_set(err, r, "cannot mark the journal %s: %s", part->file, err_words(r))
		     : 0;
}

typedef int (*part_fn)(struct root *root, struct arena *arena, const struct journal *journal,
		       const struct part *part, struct err *err);

/* The first failure, with the sentences of all. */
static int each_part(struct root *root, struct arena *arena, const struct journal *journal,
		     part_fn function, struct err *err)
{
	const struct part parts[] = {
	    {.file = JOURNAL_FILE,
	     .dir = RUN_DIR,
	     .boot_id = journal->boot_id ? journal->boot_id : BOOT_UNKNOWN},
	    {.file = JOURNAL_FILES_FILE,
	     .dir = STATE_DIR,
	     .boot_id = BOOT_UNKNOWN,
	     .outlives = true},
	};
	names sentences = {0};
	int first = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct err one = {0};
		int r = function(root, arena, journal, &parts[i], &one);

		if (r == 0)
			continue;
		first = first ? first : r;
		vec_push(arena, &sentences, arena_strdup(arena, one.text));
	}
	return first ? err_set(err, first, "%s", text_join(arena, &sentences, "; ")) : 0;
}

int journal_write(struct root *root, struct arena *arena, const struct journal *journal,
		  struct err *err)
{
	return each_part(root, arena, journal, write_part, err);
}

int journal_mark(struct root *root, struct arena *arena, struct journal *journal, bool settled,
		 struct err *err)
{
	journal->settled = settled;
	return each_part(root, arena, journal, mark_part, err);
}
