/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: written whole, or marked in place. */
#include <errno.h>
#include <jansson.h>

#include "apply/journal.h"
#include "base/text.h"
#include "plan/kind.h"

/* -EILSEQ: a value that is not UTF-8 cannot be in JSON; better no journal than a wrong one. */
static int add_line(struct str *text, const json_t *object)
{
	char *line = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	if (!line)
		return -EILSEQ;
	str_printf(text, "%s\n", line);
	free(line);
	return 0;
}

/* NULL: it cannot be written as JSON. */
static json_t *want_json(const struct claim *claim)
{
	const char *key = journal_rule_key(claim->rule);
	json_t *value = json_string(claim->operands.at[0]);

	if (claim->rule == RULE_ONE_OF) {
		json_decref(value);
		value = json_array();
		vec_for_each (operand, &claim->operands)
			(void)json_array_append_new(value, json_string(*operand));
		if (json_array_size(value) != claim->operands.count) {
			json_decref(value);
			return NULL;
		}
	}
	return key ? json_pack("{s:o}", key, value) : value;
}

static json_t *claims_json(const struct journal_entry *entry)
{
	json_t *array = json_array();

	vec_for_each (claim, &entry->claims) {
		json_t *object =
		    json_pack("{s:s, s:s?, s:o}", "owner", claim->owner, "profile_sha256",
			      claim->profile_sha256, "want", want_json(claim));

		if (json_array_append_new(array, object) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int add_entry(struct str *text, const struct journal_entry *entry)
{
	json_auto_t *object = NULL;
	json_t *ours = json_array();

	vec_for_each (value, &entry->ours) {
		if (json_array_append_new(ours, json_string(*value)) < 0) {
			json_decref(ours);
			return -EILSEQ;
		}
	}
	object = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s?, s:s?, s:I, s:b}", "path", entry->path,
			   "kind", kind_name(entry->kind), "had", entry->had, "ours", ours, "tuner",
			   entry->tuner, "setting", entry->setting, "owner", entry->reset_by,
			   "device", (json_int_t)entry->device, "left", entry->is_left);
	if (entry->network)
		(void)json_object_set_new(object, "network",
					  json_integer((json_int_t)entry->network));
	if (entry->is_managed)
		(void)json_object_set_new(object, "managed", json_true());
	if (entry->is_lost)
		(void)json_object_set_new(object, "lost", json_true());
	if (entry->is_along)
		(void)json_object_set_new(object, "along", json_true());
	if (entry->identity)
		(void)json_object_set_new(object, "identity", json_string(entry->identity));
	if (entry->claims.count && json_object_set_new(object, "claims", claims_json(entry)) < 0)
		return -EILSEQ;
	return add_line(text, object);
}

/* One of the two files: the entries whose values end with the boot, or those that do not. */
struct part {
	const char *file, *dir, *boot_id;
	bool outlives;
};

#define MARK_KEY  "\"settled\":"
#define SETTLED   "true "
#define UNSETTLED "false"

static int add_own(struct str *text, const struct journal_entry *entry, const struct part *part,
		   struct err *err)
{
	int r = entry->outlives_boot == part->outlives ? add_entry(text, entry) : 0;

	return r < 0 ? err_set(err, r,
			       "cannot write the journal %s: a value of %s is not valid UTF-8",
			       part->file, entry->path)
		     : 0;
}

static int add_part(struct str *text, const struct journal *journal, const struct part *part,
		    size_t count, struct err *err)
{
	json_auto_t *head = json_pack("{s:s, s:s, s:b, s:I}", "journal", JOURNAL_FORMAT, "boot_id",
				      part->boot_id, "settled", 0, "records", (json_int_t)count);
	int r = add_line(text, head);

	if (r == 0 && journal->settled)
		memcpy(strstr(text->text, MARK_KEY) + strlen(MARK_KEY), SETTLED, strlen(SETTLED));
	vec_for_each (entry, &journal->entries)
		r = r == 0 ? add_own(text, entry, part, err) : r;
	vec_for_each (entry, &journal->lost)
		r = r == 0 ? add_own(text, entry, part, err) : r;
	return r;
}

static size_t count_entries(const struct journal *journal, const struct part *part)
{
	size_t count = 0;

	vec_for_each (entry, &journal->entries)
		count += entry->outlives_boot == part->outlives;
	vec_for_each (entry, &journal->lost)
		count += entry->outlives_boot == part->outlives;
	return count;
}

/* A part without entries has no file. */
static int write_part(struct root *root, struct arena *arena, const struct journal *journal,
		      const struct part *part, struct err *err)
{
	struct str text = str_new(arena);
	size_t count = count_entries(journal, part);
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

	if (!count_entries(journal, part))
		return 0;
	r = root_lines(root, part->file, ROOT_TABLE, take_head, &head);
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
