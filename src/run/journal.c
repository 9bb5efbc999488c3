/* SPDX-License-Identifier: Apache-2.0 */
#include "run/journal.h"

#include <errno.h>
#include <jansson.h>

#include "base/text.h"
#include "run/kind.h"
#include "run/run.h"

static int damaged(struct err *err, size_t line, const char *what)
{
	return err_set(err, -EBADMSG,
		       "journal " JOURNAL_FILE
		       " is damaged or not ours (line %zu: %s): nothing was "
		       "restored from it",
		       line, what);
}

bool journal_takes(const char *path)
{
	return (text_starts(path, "/sys/") || text_starts(path, "/proc/sys/") ||
		text_starts(path, "/proc/irq/")) &&
	       !strstr(path, "/../") && !text_ends(path, "/..") && !text_ends(path, "/");
}

int journal_device(struct root *root, struct arena *arena, const struct record *record,
		   uint64_t *ret)
{
	const char *path = record->owner ? record->owner : record->path;
	const char *slash = strrchr(path, '/');
	int r = root_identity(root, arena_strndup(arena, path, (size_t)(slash - path)), ret);

	/* One path, and another value in each network namespace. */
	if (r == 0 && text_starts(path, "/proc/sys/net/")) {
		*ret = live_network(root);
		return 0;
	}
	/* procfs numbers its files anew whenever they are looked up again. */
	if (r == 0 && !text_starts(path, "/sys/"))
		*ret = 0;
	return r;
}

static json_t *parse_line(const char *line, size_t number, struct err *err)
{
	json_error_t problem;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &problem);

	if (!object || !json_is_object(object)) {
		(void)damaged(err, number, object ? "no JSON object" : problem.text);
		json_decref(object);
		return NULL;
	}
	return object;
}

static int read_head(struct arena *arena, const char *line, struct journal *journal,
		     size_t *ret_records, struct err *err)
{
	json_auto_t *head = parse_line(line, 1, err);
	const char *format = NULL, *boot = NULL;
	json_int_t records = -1;
	int settled = 0;

	if (!head)
		return -EBADMSG;
	if (json_unpack(head, "{s:s, s:s, s:b, s:I!}", "journal", &format, "boot_id", &boot,
			"settled", &settled, "records", &records) < 0 ||
	    records < 0)
		return damaged(err, 1, "no journal head");
	if (!text_equal(format, JOURNAL_FORMAT))
		return damaged(err, 1, "another format");
	journal->boot_id = arena_strdup(arena, boot);
	journal->settled = settled;
	*ret_records = (size_t)records;
	return 0;
}

static bool is_text_or_null(const json_t *value)
{
	return json_is_null(value) || json_is_string(value);
}

static const char *copy_text(struct arena *arena, const json_t *value)
{
	return json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
}

static int read_record(struct arena *arena, const char *line, size_t number, struct record *ret,
		       struct err *err)
{
	json_auto_t *object = parse_line(line, number, err);
	const char *path, *kind, *had, *tuner;
	const json_t *ours, *setting, *owner, *value;
	json_int_t device = 0;
	int left = 0;
	struct record record = {0};
	size_t i;

	if (!object)
		return -EBADMSG;
	if (json_unpack(object, "{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s?I, s?b!}", "path", &path,
			"kind", &kind, "had", &had, "ours", &ours, "tuner", &tuner, "setting",
			&setting, "owner", &owner, "device", &device, "left", &left) < 0)
		return damaged(err, number, "no journal record");
	if (!journal_takes(path))
		return damaged(err, number, "a path that is no kernel setting");
	if (json_is_string(owner) && !journal_takes(json_string_value(owner)))
		return damaged(err, number, "an owner that is no kernel setting");
	if (kind_from_name(kind, &record.kind) < 0)
		return damaged(err, number, "an unknown kind");
	if (!json_is_array(ours) || !is_text_or_null(owner) || !is_text_or_null(setting))
		return damaged(err, number, "a value of the wrong type");
	json_array_foreach(ours, i, value)
	{
		if (!json_is_string(value))
			return damaged(err, number, "a value of the wrong type");
		vec_push(arena, &record.ours, arena_strdup(arena, json_string_value(value)));
	}
	record.path = arena_strdup(arena, path);
	record.had = arena_strdup(arena, had);
	record.tuner = arena_strdup(arena, tuner);
	record.setting = copy_text(arena, setting);
	record.owner = copy_text(arena, owner);
	record.device = (uint64_t)device;
	record.is_left = left;
	*ret = record;
	return 0;
}

struct reading {
	struct arena *arena;
	struct journal *journal;
	size_t line, records;
	struct err *err;
};

static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	struct record record;
	int r;

	reading->line++;
	if (reading->line == 1)
		return read_head(reading->arena, line, reading->journal, &reading->records,
				 reading->err);
	r = read_record(reading->arena, line, reading->line, &record, reading->err);
	if (r < 0)
		return r;
	if (journal_find(reading->journal, record.path))
		return damaged(reading->err, reading->line, "a path that stands there twice");
	(void)journal_add(reading->arena, reading->journal, record);
	return 0;
}

int journal_read(struct root *root, struct arena *arena, struct journal *ret, struct err *err)
{
	struct journal journal = {0};
	struct reading reading = {.arena = arena, .journal = &journal, .err = err};
	const char *boot;
	int r = root_is_ours(root, JOURNAL_FILE);

	if (r == -EPERM)
		return err_set(err, r,
			       "the journal " JOURNAL_FILE " is not to be trusted: it or its "
			       "directory is a link, or may be written by others than root");
	if (r == 0)
		r = root_lines(root, JOURNAL_FILE, take_line, &reading);
	if (r == -ENOENT || r == -ENOTDIR)
		return -ENOENT;
	if (r == -EBADMSG)
		return r;
	if (r < 0)
		return err_set(err, r, "cannot read the journal " JOURNAL_FILE ": %s",
			       err_words(r));
	if (!reading.line)
		return damaged(err, 1, "it is empty");
	if (journal.records.count != reading.records)
		return damaged(err, reading.line, "it is cut short");
	vec_for_each (record, &journal.records) {
		const struct record *owner =
		    record->owner ? journal_find(&journal, record->owner) : NULL;

		if (record->owner && (!owner || owner == record))
			return damaged(err, reading.line, "an owner that has no record");
	}
	/* Without both ids nothing says that its values are gone. */
	journal.is_stale = !text_equal(journal.boot_id, BOOT_UNKNOWN) &&
			   boot_id(root, arena, &boot) == 0 && !text_equal(journal.boot_id, boot);
	*ret = journal;
	return 0;
}

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
	return add_line(text, object);
}

int journal_write(struct root *root, struct arena *arena, const struct journal *journal,
		  struct err *err)
{
	struct str text = str_new(arena);
	json_auto_t *head = json_pack("{s:s, s:s, s:b, s:I}", "journal", JOURNAL_FORMAT, "boot_id",
				      journal->boot_id, "settled", journal->settled, "records",
				      (json_int_t)journal->records.count);
	int r = add_line(&text, head);

	vec_for_each (record, &journal->records) {
		if (r == 0)
			r = add_record(&text, record);
		if (r < 0)
			return err_set(err, r,
				       "cannot write the journal " JOURNAL_FILE
				       ": a value of %s is no UTF-8 text",
				       record->path);
	}
	if (r == 0)
		r = root_mkdir(root, RUN_DIR);
	if (r == 0)
		r = root_replace(root, JOURNAL_FILE, text.text);
	if (r < 0)
		return err_set(err, r, "cannot write the journal " JOURNAL_FILE ": %s",
			       err_words(r));
	return 0;
}

int journal_remove(struct root *root)
{
	return root_remove(root, JOURNAL_FILE);
}

/* Index of records by path ----------------------------------------------------------------------
 */

/* The slot that holds the path, or the free one where it belongs. */
static size_t slot_of(const struct journal *journal, const char *path)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t at;

	for (const char *byte = path; *byte; byte++)
		hash = (hash ^ (unsigned char)*byte) * UINT64_C(1099511628211);
	for (at = hash % journal->slots.count; journal->slots.at[at];
	     at = (at + 1) % journal->slots.count) {
		if (text_equal(journal->records.at[journal->slots.at[at] - 1].path, path))
			break;
	}
	return at;
}

struct record *journal_add(struct arena *arena, struct journal *journal, struct record record)
{
	size_t count;

	vec_push(arena, &journal->records, record);
	count = journal->records.count;
	if (count * 2 <= journal->slots.count) {
		journal->slots.at[slot_of(journal, record.path)] = count;
		return &journal->records.at[count - 1];
	}
	journal->slots.count = journal->slots.room = count * 4;
	journal->slots.at = arena_alloc(arena, journal->slots.count * sizeof(*journal->slots.at));
	for (size_t i = 0; i < count; i++)
		journal->slots.at[slot_of(journal, journal->records.at[i].path)] = i + 1;
	return &journal->records.at[count - 1];
}

struct record *journal_find(const struct journal *journal, const char *path)
{
	size_t index;

	if (!journal->slots.count)
		return NULL;
	index = journal->slots.at[slot_of(journal, path)];
	return index ? &journal->records.at[index - 1] : NULL;
}
