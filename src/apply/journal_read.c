/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: read whole, with the names that its devices have now. */
#include <errno.h>
#include <jansson.h>

#include "apply/file.h"
#include "apply/journal.h"
#include "apply/journal_devices.h"
#include "apply/owner.h"
#include "base/escape.h"
#include "base/file_format.h"
#include "base/text.h"
#include "plan/kind.h"

/* One file being read. */
struct reading {
	struct arena *arena;
	const char *file;
	struct journal *journal;
	size_t line, entries;
	struct err *err;
};

static int damaged(const struct reading *reading, const char *what)
{
	return err_set(reading->err, -EBADMSG,
		       "journal %s is damaged or was not written by thintune (line %zu: %s): "
		       "nothing was restored from it",
		       reading->file, reading->line, what);
}

/* Only who wrote it knows how to undo all of it. */
static int is_of_other(const struct reading *reading, const char *how)
{
	return err_set(reading->err, -EBADMSG,
		       "journal %s %s: nothing was restored from it; use the version that "
		       "wrote it",
		       reading->file, how);
}

/* It is as a later version may write it, and as no damage is likely to make it. */
static int perhaps_of_other(const struct reading *reading, const char *what)
{
	return is_of_other(reading, arena_printf(reading->arena,
						 "is damaged, or another version of thintune "
						 "wrote it (line %zu: %s)",
						 reading->line, what));
}

/* Of an object that has the first of the known keys; NULL: it has none, or is something else. */
static const char *unknown_key(struct arena *arena, json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;

	if (!json_object_get(object, known[0]))
		return NULL;
	json_object_foreach(object, key, value)
	{
		size_t i = 0;

		while (known[i] && !text_equal(known[i], key))
			i++;
		if (!known[i])
			return arena_strdup(arena, escape_text(arena, key, ESCAPE_ALL));
	}
	return NULL;
}

/* Without what an unknown key means nobody could say that the rest is restored rightly. */
static int odd(const struct reading *reading, json_t *object, const char *const *known,
	       const char *what)
{
	const char *key = unknown_key(reading->arena, object, known);

	return key ? is_of_other(
			 reading,
			 arena_printf(reading->arena,
				      "was written by another version of thintune (line %zu "
				      "has '%.40s', which this version does not know)",
				      reading->line, key))
		   : damaged(reading, what);
}

static json_t *parse_line(const struct reading *reading, const char *line)
{
	json_error_t problem;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &problem);

	if (!json_is_object(object)) {
		(void)damaged(reading, object ? "no JSON object" : problem.text);
		json_decref(object);
		return NULL;
	}
	return object;
}

static int read_head(struct reading *reading, const char *line)
{
	static const char *const keys[] = {"journal", "boot_id", "settled", "records", NULL};
	json_auto_t *head = parse_line(reading, line);
	const char *format = NULL, *boot = NULL, *other;
	json_int_t entries = -1;
	int settled = 0;

	if (!head)
		return -EBADMSG;
	other = file_format_other(
	    reading->arena, json_string_value(json_object_get(head, "journal")), JOURNAL_FORMAT);
	if (other)
		return is_of_other(reading, other);
	if (json_unpack(head, "{s:s, s:s, s:b, s:I!}", "journal", &format, "boot_id", &boot,
			"settled", &settled, "records", &entries) < 0 ||
	    entries < 0)
		return odd(reading, head, keys, "no journal head");
	if (!text_equal(format, JOURNAL_FORMAT))
		return damaged(reading, "another format");
	reading->journal->boot_id = arena_strdup(reading->arena, boot);
	reading->journal->settled = settled;
	reading->entries = (size_t)entries;
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

/* By meaning, also where the first builds wrote it down as the kernel printed it. What is not of
 * its kind is a text, which the file's name may say more of: as it is read again. */
static void make_canonical(struct arena *arena, struct journal_entry *entry)
{
	const char *had = entry->had;

	if (!kind_canonical(arena, entry->kind, had))
		entry->kind = KIND_TEXT;
	if (entry->kind == KIND_TEXT)
		entry->kind = kind_of_path(entry->path);
	if (entry->kind == KIND_TEXT && !entry->setting)
		had = text_trim(arena, had);
	had = kind_canonical(arena, entry->kind, had);
	if (!had) {
		entry->kind = KIND_TEXT;
		return;
	}
	entry->had = had;
	vec_for_each (value, &entry->ours) {
		const char *canonical = kind_canonical(arena, entry->kind, *value);

		*value = canonical ? canonical : *value;
	}
}

static bool read_operands(struct arena *arena, const json_t *value, names *ret)
{
	const json_t *one;
	size_t i;

	if (json_is_string(value)) {
		vec_push(arena, ret, arena_strdup(arena, json_string_value(value)));
		return true;
	}
	json_array_foreach(value, i, one)
	{
		if (!json_is_string(one))
			return false;
		vec_push(arena, ret, arena_strdup(arena, json_string_value(one)));
	}
	return json_is_array(value) && ret->count;
}

static bool read_want(struct arena *arena, const json_t *want, struct claim *claim)
{
	static const enum rule rules[] = {RULE_AT_LEAST, RULE_AT_MOST, RULE_ONE_OF};

	claim->rule = RULE_EXACT;
	if (json_is_string(want))
		return read_operands(arena, want, &claim->operands);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const json_t *value = json_object_get(want, journal_rule_key(rules[i]));

		if (!value || json_object_size(want) != 1 ||
		    (rules[i] == RULE_ONE_OF) != json_is_array(value))
			continue;
		claim->rule = rules[i];
		return read_operands(arena, value, &claim->operands);
	}
	return false;
}

static int read_claims(const struct reading *reading, json_t *array, claim_list *ret)
{
	static const char *const keys[] = {"owner", "profile_sha256", "want", NULL};
	struct arena *arena = reading->arena;
	json_t *value;
	size_t i;

	if (array && !json_is_array(array))
		return damaged(reading, "a value of the wrong type");
	json_array_foreach(array, i, value)
	{
		struct claim claim = {0};
		const json_t *sha256, *want;
		const char *owner;

		if (json_unpack(value, "{s:s, s:o, s:o!}", "owner", &owner, "profile_sha256",
				&sha256, "want", &want) < 0 ||
		    !is_text_or_null(sha256) || owner_check(arena, owner, NULL) < 0)
			return odd(reading, value, keys, "no claim of an owner");
		if (!read_want(arena, want, &claim))
			return json_is_object(want)
				   ? perhaps_of_other(reading, "an unknown rule of a claim")
				   : damaged(reading, "no claim of an owner");
		claim.owner = arena_strdup(arena, owner);
		claim.profile_sha256 = copy_text(arena, sha256);
		vec_push(arena, ret, claim);
	}
	return 0;
}

static int read_entry(const struct reading *reading, const char *line, struct journal_entry *ret)
{
	static const char *const keys[] = {
	    "path",    "kind", "had",     "ours", "tuner", "setting",  "owner",  "device",
	    "network", "left", "managed", "lost", "along", "identity", "claims", NULL};
	json_auto_t *object = parse_line(reading, line);
	struct arena *arena = reading->arena;
	const char *path, *kind, *had, *tuner;
	const json_t *ours, *setting, *reset_by, *value, *identity = NULL;
	json_t *claims = NULL;
	json_int_t device = 0, network = 0;
	int left = 0, managed = 0, lost = 0, along = 0;
	struct journal_entry entry = {0};
	size_t i;

	if (!object)
		return -EBADMSG;
	if (json_unpack(
		object,
		"{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s?I, s?I, s?b, s?b, s?b, s?b, s?o, s?o!}",
		"path", &path, "kind", &kind, "had", &had, "ours", &ours, "tuner", &tuner,
		"setting", &setting, "owner", &reset_by, "device", &device, "network", &network,
		"left", &left, "managed", &managed, "lost", &lost, "along", &along, "identity",
		&identity, "claims", &claims) < 0)
		return odd(reading, object, keys, "no journal entry");
	if (read_claims(reading, claims, &entry.claims) < 0)
		return -EBADMSG;
	if (json_is_string(reset_by) && !journal_takes(KIND_TEXT, json_string_value(reset_by)))
		return perhaps_of_other(reading, "an owner of what is not a kernel setting");
	if (kind_from_name(kind, &entry.kind) < 0)
		return perhaps_of_other(reading, "an unknown kind");
	if (!journal_takes(entry.kind, path))
		return perhaps_of_other(reading, "a path that is not a kernel setting");
	if (!json_is_array(ours) || !is_text_or_null(reset_by) || !is_text_or_null(setting))
		return damaged(reading, "a value of the wrong type");
	json_array_foreach(ours, i, value)
	{
		if (!json_is_string(value))
			return damaged(reading, "a value of the wrong type");
		vec_push(arena, &entry.ours, arena_strdup(arena, json_string_value(value)));
	}
	entry.path = arena_strdup(arena, path);
	entry.had = arena_strdup(arena, had);
	entry.tuner = arena_strdup(arena, tuner);
	entry.setting = copy_text(arena, setting);
	entry.reset_by = copy_text(arena, reset_by);
	entry.device = (uint64_t)device;
	entry.network = (uint64_t)network;
	entry.identity = copy_text(arena, identity);
	entry.is_left = left;
	entry.is_managed = managed;
	entry.is_lost = lost;
	entry.is_along = along;
	entry.outlives_boot = text_equal(reading->file, JOURNAL_FILES_FILE);
	make_canonical(arena, &entry);
	*ret = entry;
	return 0;
}

static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	struct journal_entry entry;
	int r;

	reading->line++;
	if (reading->line == 1)
		return read_head(reading, line);
	r = read_entry(reading, line, &entry);
	if (r < 0)
		return r;
	if (entry.is_lost && !entry.setting)
		return damaged(reading, "a lost value without a name");
	/* Of what has the same path now there may be another entry. */
	if (entry.is_lost) {
		vec_push(reading->arena, &reading->journal->lost, entry);
		return 0;
	}
	if (journal_find(reading->journal, entry.path))
		return damaged(reading, "a path that appears twice");
	(void)journal_add(reading->arena, reading->journal, entry);
	return 0;
}

/* -ENOENT: there is none. */
static int read_file(struct root *root, struct reading *reading)
{
	int r = root_is_ours(root, reading->file);

	if (r == -EPERM)
		return err_set(reading->err, r, "the journal %s " ROOT_NOT_OURS, reading->file);
	if (r == 0)
		r = root_lines(root, reading->file, ROOT_TABLE, take_line, reading);
	if (err_is_absent(r))
		return -ENOENT;
	if (r == -EBADMSG)
		return r;
	if (r < 0)
		return err_set(reading->err, r, "cannot read the journal %s: %s", reading->file,
			       root_words(r));
	if (!reading->line) {
		reading->line = 1;
		return damaged(reading, "it is empty");
	}
	if (reading->journal->entries.count + reading->journal->lost.count != reading->entries)
		return damaged(reading, "it is truncated");
	vec_for_each (entry, &reading->journal->entries) {
		const struct journal_entry *trigger =
		    entry->reset_by ? journal_find(reading->journal, entry->reset_by) : NULL;

		if (entry->reset_by && (!trigger || trigger == entry))
			return damaged(reading, "an owner that has no entry");
	}
	return 0;
}

int journal_boot_id(struct root *root, struct arena *arena, const char **ret)
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

/* Without both ids nothing says that its values are gone. */
static bool is_stale(struct root *root, struct arena *arena, const struct journal *journal)
{
	const char *boot;

	return !text_equal(journal->boot_id, BOOT_UNKNOWN) &&
	       journal_boot_id(root, arena, &boot) == 0 && !text_equal(journal->boot_id, boot);
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
	vec_for_each (entry, &files.entries) {
		if (journal_find(&journal, entry->path))
			return damaged(&reading, "a path that is in the other journal too");
		(void)journal_add(arena, &journal, *entry);
	}
	vec_for_each (entry, &files.lost)
		vec_push(arena, &journal.lost, *entry);
	journal.settled = journal.settled && files.settled;
	journal_follow_devices(root, arena, &journal);
	*ret = journal;
	return first < 0 && second < 0 ? -ENOENT : 0;
}
