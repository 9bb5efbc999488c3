/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/journal.h"

#include <errno.h>
#include <jansson.h>

#include "apply/apply.h"
#include "apply/file.h"
#include "base/text.h"
#include "plan/kind.h"
#include "sys/ethtool.h"

/* One file on its way into memory. */
struct reading {
	struct arena *arena;
	const char *file;
	struct journal *journal;
	size_t line, records;
	struct err *err;
};

static int damaged(const struct reading *reading, const char *what)
{
	return err_set(reading->err, -EBADMSG,
		       "journal %s is damaged or not ours (line %zu: %s): nothing was restored "
		       "from it",
		       reading->file, reading->line, what);
}

bool journal_takes(enum kind kind, const char *path)
{
	static const char *const trees[] = {"/sys/", "/proc/sys/", "/proc/irq/", ETHTOOL_DIR};

	if (kind == KIND_FILE)
		return file_is_ours(path);
	if (strstr(path, "/../") || text_ends(path, "/..") || text_ends(path, "/"))
		return false;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (text_starts(path, trees[i]))
			return true;
	}
	return false;
}

/* A NIC is asked by its name, so its directory tells it from another one of that name. */
static const char *device_dir(struct arena *arena, const char *path)
{
	const char *nic = path + strlen(ETHTOOL_DIR);

	if (text_starts(path, ETHTOOL_DIR))
		return arena_printf(arena, "/sys/class/net/%.*s", (int)strcspn(nic, "/"), nic);
	return arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
}

int journal_device(struct root *root, struct arena *arena, const struct record *record,
		   uint64_t *ret)
{
	const char *dir = device_dir(arena, record->owner ? record->owner : record->path);
	int r;

	*ret = 0;
	if (record->kind == KIND_FILE)
		return 0;
	r = root_identity(root, dir, ret);
	/* One path, and another value in each network namespace. */
	if (r == 0 && text_starts(record->owner ? record->owner : record->path, "/proc/sys/net/"))
		*ret = live_network(root);
	/* procfs numbers its files anew whenever they are looked up again. */
	else if (r == 0 && !text_starts(dir, "/sys/"))
		*ret = 0;
	return r;
}

bool journal_is_outdated(struct root *root, struct arena *arena, const struct record *record)
{
	uint64_t device;

	return record->is_left ||
	       (record->device && journal_device(root, arena, record, &device) == 0 &&
		device != record->device);
}

static json_t *parse_line(const struct reading *reading, const char *line)
{
	json_error_t problem;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &problem);

	if (!object || !json_is_object(object)) {
		(void)damaged(reading, object ? "no JSON object" : problem.text);
		json_decref(object);
		return NULL;
	}
	return object;
}

static int read_head(struct reading *reading, const char *line)
{
	json_auto_t *head = parse_line(reading, line);
	const char *format = NULL, *boot = NULL;
	json_int_t records = -1;
	int settled = 0;

	if (!head)
		return -EBADMSG;
	if (json_unpack(head, "{s:s, s:s, s:b, s:I!}", "journal", &format, "boot_id", &boot,
			"settled", &settled, "records", &records) < 0 ||
	    records < 0)
		return damaged(reading, "no journal head");
	if (!text_equal(format, JOURNAL_FORMAT))
		return damaged(reading, "another format");
	reading->journal->boot_id = arena_strdup(reading->arena, boot);
	reading->journal->settled = settled;
	reading->records = (size_t)records;
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

/* By meaning, also where 0.1.0 wrote it down as the kernel printed it. */
static void make_canonical(struct arena *arena, struct record *record)
{
	const char *had = record->had;

	if (record->kind == KIND_TEXT)
		record->kind = kind_of_path(record->path);
	if (record->kind == KIND_TEXT && !record->setting)
		had = text_trim(arena, had);
	had = kind_canonical(arena, record->kind, had);
	if (!had) {
		record->kind = KIND_TEXT;
		return;
	}
	record->had = had;
	vec_for_each (value, &record->ours) {
		const char *canonical = kind_canonical(arena, record->kind, *value);

		*value = canonical ? canonical : *value;
	}
}

static int read_record(const struct reading *reading, const char *line, struct record *ret)
{
	json_auto_t *object = parse_line(reading, line);
	struct arena *arena = reading->arena;
	const char *path, *kind, *had, *tuner;
	const json_t *ours, *setting, *owner, *value;
	json_int_t device = 0;
	int left = 0, managed = 0;
	struct record record = {0};
	size_t i;

	if (!object)
		return -EBADMSG;
	if (json_unpack(object, "{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s?I, s?b, s?b!}", "path",
			&path, "kind", &kind, "had", &had, "ours", &ours, "tuner", &tuner,
			"setting", &setting, "owner", &owner, "device", &device, "left", &left,
			"managed", &managed) < 0)
		return damaged(reading, "no journal record");
	if (json_is_string(owner) && !journal_takes(KIND_TEXT, json_string_value(owner)))
		return damaged(reading, "an owner that is no kernel setting");
	if (kind_from_name(kind, &record.kind) < 0)
		return damaged(reading, "an unknown kind");
	if (!journal_takes(record.kind, path))
		return damaged(reading, "a path that is no kernel setting");
	if (!json_is_array(ours) || !is_text_or_null(owner) || !is_text_or_null(setting))
		return damaged(reading, "a value of the wrong type");
	json_array_foreach(ours, i, value)
	{
		if (!json_is_string(value))
			return damaged(reading, "a value of the wrong type");
		vec_push(arena, &record.ours, arena_strdup(arena, json_string_value(value)));
	}
	record.path = arena_strdup(arena, path);
	record.had = arena_strdup(arena, had);
	record.tuner = arena_strdup(arena, tuner);
	record.setting = copy_text(arena, setting);
	record.owner = copy_text(arena, owner);
	record.device = (uint64_t)device;
	record.is_left = left;
	record.is_managed = managed;
	make_canonical(arena, &record);
	*ret = record;
	return 0;
}

static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	struct record record;
	int r;

	reading->line++;
	if (reading->line == 1)
		return read_head(reading, line);
	r = read_record(reading, line, &record);
	if (r < 0)
		return r;
	if (journal_find(reading->journal, record.path))
		return damaged(reading, "a path that stands there twice");
	(void)journal_add(reading->arena, reading->journal, record);
	return 0;
}

/* -ENOENT: there is none. */
static int read_file(struct root *root, struct reading *reading)
{
	int r = root_is_ours(root, reading->file);

	if (r == -EPERM)
		return err_set(reading->err, r,
			       "the journal %s is not to be trusted: it or its directory is a "
			       "link, or may be written by others than root",
			       reading->file);
	if (r == 0)
		r = root_lines(root, reading->file, take_line, reading);
	if (r == -ENOENT || r == -ENOTDIR)
		return -ENOENT;
	if (r == -EBADMSG)
		return r;
	if (r < 0)
		return err_set(reading->err, r, "cannot read the journal %s: %s", reading->file,
			       err_words(r));
	if (!reading->line) {
		reading->line = 1;
		return damaged(reading, "it is empty");
	}
	if (reading->journal->records.count != reading->records)
		return damaged(reading, "it is cut short");
	vec_for_each (record, &reading->journal->records) {
		const struct record *owner =
		    record->owner ? journal_find(reading->journal, record->owner) : NULL;

		if (record->owner && (!owner || owner == record))
			return damaged(reading, "an owner that has no record");
	}
	return 0;
}

/* Without both ids nothing says that its values are gone. */
static bool is_stale(struct root *root, struct arena *arena, const struct journal *journal)
{
	const char *boot;

	return !text_equal(journal->boot_id, BOOT_UNKNOWN) && boot_id(root, arena, &boot) == 0 &&
	       !text_equal(journal->boot_id, boot);
}

int journal_read(struct root *root, struct arena *arena, struct journal *ret, struct err *err)
{
	struct journal journal = {.settled = true}, files = {.settled = true};
	struct reading reading = {
	    .arena = arena, .file = JOURNAL_FILE, .journal = &journal, .err = err};
	int first = read_file(root, &reading), second;

	if (first < 0 && first != -ENOENT)
		return first;
	if (first == 0 && is_stale(root, arena, &journal))
		journal = (struct journal){.settled = true, .was_stale = true};
	reading = (struct reading){
	    .arena = arena, .file = JOURNAL_FILES_FILE, .journal = &files, .err = err};
	second = read_file(root, &reading);
	if (second < 0 && second != -ENOENT)
		return second;
	vec_for_each (record, &files.records) {
		if (journal_find(&journal, record->path))
			return damaged(&reading, "a path that stands in the other journal too");
		(void)journal_add(arena, &journal, *record);
	}
	journal.settled = journal.settled && files.settled;
	*ret = journal;
	return first < 0 && second < 0 ? -ENOENT : 0;
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
