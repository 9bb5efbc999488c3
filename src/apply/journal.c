/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: read whole, with the names that its devices have now. */
#include "apply/journal.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>

#include "apply/file.h"
#include "apply/identity.h"
#include "apply/owner.h"
#include "base/text.h"
#include "plan/kind.h"
#include "sys/ethtool.h"

/* Reading ------------------------------------------------------------------------------------- */

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

int journal_device(struct root *root, struct arena *arena, const struct journal_entry *entry,
		   uint64_t *ret)
{
	const char *dir = device_dir(arena, entry->reset_by ? entry->reset_by : entry->path);
	int r;

	*ret = 0;
	if (entry->kind == KIND_FILE)
		return 0;
	r = root_identity(root, dir, ret);
	/* One path, and another value in each network namespace. */
	if (r == 0 &&
	    text_starts(entry->reset_by ? entry->reset_by : entry->path, "/proc/sys/net/"))
		*ret = live_network(root);
	/* procfs renumbers its files whenever they are looked up again. */
	else if (r == 0 && !text_starts(dir, "/sys/"))
		*ret = 0;
	return r;
}

bool journal_is_idle(const struct journal_entry *entry)
{
	return entry->setting && !entry->reset_by && !entry->claims.count && !entry->ours.count &&
	       !entry->is_managed;
}

bool journal_is_outdated(struct root *root, struct arena *arena, const struct journal_entry *entry)
{
	uint64_t device;

	return entry->is_left || journal_is_idle(entry) ||
	       (entry->device && journal_device(root, arena, entry, &device) == 0 &&
		device != entry->device);
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
	json_int_t entries = -1;
	int settled = 0;

	if (!head)
		return -EBADMSG;
	if (json_unpack(head, "{s:s, s:s, s:b, s:I!}", "journal", &format, "boot_id", &boot,
			"settled", &settled, "records", &entries) < 0 ||
	    entries < 0)
		return damaged(reading, "no journal head");
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

/* By meaning, also where 0.1.0 wrote it down as the kernel printed it. */
static void make_canonical(struct arena *arena, struct journal_entry *entry)
{
	const char *had = entry->had;

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

/* What a claim may want, as it is written down: a bare value is RULE_EXACT. */
static const struct {
	enum rule rule;
	const char *key;
} claim_rules[] = {
    {.rule = RULE_AT_LEAST, .key = "at-least"},
    {.rule = RULE_AT_MOST, .key = "at-most"},
    {.rule = RULE_ONE_OF, .key = "one-of"},
};

enum { claim_rule_count = sizeof(claim_rules) / sizeof(claim_rules[0]) };

const char *journal_rule_key(enum rule rule)
{
	for (size_t i = 0; i < claim_rule_count; i++) {
		if (claim_rules[i].rule == rule)
			return claim_rules[i].key;
	}
	return NULL;
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
	claim->rule = RULE_EXACT;
	if (json_is_string(want))
		return read_operands(arena, want, &claim->operands);
	for (size_t i = 0; i < claim_rule_count; i++) {
		const json_t *value = json_object_get(want, claim_rules[i].key);

		if (!value || json_object_size(want) != 1 ||
		    (claim_rules[i].rule == RULE_ONE_OF) != json_is_array(value))
			continue;
		claim->rule = claim_rules[i].rule;
		return read_operands(arena, value, &claim->operands);
	}
	return false;
}

static int read_claims(const struct reading *reading, json_t *array, claim_list *ret)
{
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
		    !is_text_or_null(sha256) || owner_check(arena, owner, NULL) < 0 ||
		    !read_want(arena, want, &claim))
			return damaged(reading, "no claim of an owner");
		claim.owner = arena_strdup(arena, owner);
		claim.profile_sha256 = copy_text(arena, sha256);
		vec_push(arena, ret, claim);
	}
	return 0;
}

static int read_entry(const struct reading *reading, const char *line, struct journal_entry *ret)
{
	json_auto_t *object = parse_line(reading, line);
	struct arena *arena = reading->arena;
	const char *path, *kind, *had, *tuner;
	const json_t *ours, *setting, *reset_by, *value, *identity = NULL;
	json_t *claims = NULL;
	json_int_t device = 0;
	int left = 0, managed = 0, lost = 0;
	struct journal_entry entry = {0};
	size_t i;

	if (!object)
		return -EBADMSG;
	if (json_unpack(
		object, "{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s?I, s?b, s?b, s?b, s?o, s?o!}",
		"path", &path, "kind", &kind, "had", &had, "ours", &ours, "tuner", &tuner,
		"setting", &setting, "owner", &reset_by, "device", &device, "left", &left,
		"managed", &managed, "lost", &lost, "identity", &identity, "claims", &claims) < 0)
		return damaged(reading, "no journal entry");
	if (read_claims(reading, claims, &entry.claims) < 0)
		return -EBADMSG;
	if (json_is_string(reset_by) && !journal_takes(KIND_TEXT, json_string_value(reset_by)))
		return damaged(reading, "an owner of what is not a kernel setting");
	if (kind_from_name(kind, &entry.kind) < 0)
		return damaged(reading, "an unknown kind");
	if (!journal_takes(entry.kind, path))
		return damaged(reading, "a path that is not a kernel setting");
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
	entry.identity = copy_text(arena, identity);
	entry.is_left = left;
	entry.is_managed = managed;
	entry.is_lost = lost;
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
		return err_set(reading->err, r,
			       "the journal %s cannot be trusted: it or its directory is a link, "
			       "or users other than root may write to it",
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

static void follow_devices(struct root *root, struct arena *arena, struct journal *journal);

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
	follow_devices(root, arena, &journal);
	*ret = journal;
	return first < 0 && second < 0 ? -ENOENT : 0;
}

/* Index of entries by path -------------------------------------------------------------------- */

/* The slot that holds the path, or the free one where it belongs. */
static size_t slot_of(const struct journal *journal, const char *path)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t at;

	for (const char *byte = path; *byte; byte++)
		hash = (hash ^ (unsigned char)*byte) * UINT64_C(1099511628211);
	for (at = hash % journal->slots.count; journal->slots.at[at];
	     at = (at + 1) % journal->slots.count) {
		if (text_equal(journal->entries.at[journal->slots.at[at] - 1].path, path))
			break;
	}
	return at;
}

struct journal_entry *journal_add(struct arena *arena, struct journal *journal,
				  struct journal_entry entry)
{
	size_t count;

	vec_push(arena, &journal->entries, entry);
	count = journal->entries.count;
	if (count * 2 <= journal->slots.count) {
		journal->slots.at[slot_of(journal, entry.path)] = count;
		return &journal->entries.at[count - 1];
	}
	journal->slots.count = journal->slots.room = count * 4;
	journal->slots.at = arena_alloc(arena, journal->slots.count * sizeof(*journal->slots.at));
	for (size_t i = 0; i < count; i++)
		journal->slots.at[slot_of(journal, journal->entries.at[i].path)] = i + 1;
	return &journal->entries.at[count - 1];
}

struct journal_entry *journal_find(const struct journal *journal, const char *path)
{
	size_t index;

	if (!journal->slots.count)
		return NULL;
	index = journal->slots.at[slot_of(journal, path)];
	return index ? &journal->entries.at[index - 1] : NULL;
}

/* Devices ------------------------------------------------------------------------------------- */

/* "eth0 queue 3" and "net.ipv4.conf.eth0.forwarding" by the new name. */
static const char *renamed(struct arena *arena, const char *setting, const char *from,
			   const char *to)
{
	const char *at = setting ? strstr(setting, from) : NULL;

	if (!at || (at > setting && at[-1] != '.') || isalnum((unsigned char)at[strlen(from)]))
		return setting;
	return arena_printf(arena, "%.*s%s%s", (int)(at - setting), setting, to, at + strlen(from));
}

/* Where an entry belongs now. */
struct followed {
	enum identity_found found;
	const char *path;
};

static void move_entry(struct root *root, struct arena *arena, struct journal_entry *entry,
		       const struct followed *to)
{
	uint64_t device;

	if (!text_equal(entry->path, to->path)) {
		entry->was = identity_name(arena, entry->path);
		entry->setting =
		    renamed(arena, entry->setting, entry->was, identity_name(arena, to->path));
		if (text_starts(to->path, "/proc/irq/"))
			entry->was = arena_printf(arena, "irq %s", entry->was);
		entry->path = to->path;
	}
	entry->is_anew = to->found == IDENTITY_ANEW;
	/* A queue of the same card may still be another one than before. */
	if ((entry->is_anew || !root_is_live(root)) &&
	    journal_device(root, arena, entry, &device) == 0)
		entry->device = device;
}

/* A disk with another medium (block/disk-events.c, disk_force_media_change): a loop device that is
 * given another file, or none. The kernel counts it as a new one, but the queue has our values. */
static bool has_same_queue(struct root *root, struct arena *arena,
			   const struct journal_entry *entry)
{
	uint64_t device;

	return root_is_live(root) && entry->device && text_starts(entry->path, "/sys/") &&
	       strstr(entry->path, "/queue/") && journal_device(root, arena, entry, &device) == 0 &&
	       device == entry->device;
}

/* The entries by the names that their devices have now; false: all are where they were. */
static bool find_devices(struct root *root, struct arena *arena, const struct journal *journal,
			 struct followed *all)
{
	struct identity_cache cache = {0};
	bool is_changed = false;

	for (size_t i = 0; i < journal->entries.count; i++) {
		const struct journal_entry *entry = &journal->entries.at[i];

		all[i].found = identity_find(root, arena, &cache, entry->path, entry->identity,
					     entry->reset_by ? 0 : entry->device, &all[i].path);
		if ((all[i].found == IDENTITY_OTHER || all[i].found == IDENTITY_ANEW) &&
		    has_same_queue(root, arena, entry))
			all[i] = (struct followed){.found = IDENTITY_SAME, .path = entry->path};
		is_changed |= all[i].found != IDENTITY_UNKNOWN &&
			      (all[i].found != IDENTITY_SAME || !root_is_live(root) ||
			       !text_equal(all[i].path, entry->path));
	}
	return is_changed;
}

/* What hangs on a device that is lost is lost with it, down to the last one. */
static void lose_with_triggers(const struct journal *journal, struct followed *all)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < journal->entries.count; i++) {
			const char *reset_by = journal->entries.at[i].reset_by;
			const struct journal_entry *trigger =
			    reset_by ? journal_find(journal, reset_by) : NULL;

			if (!trigger || all[i].found == IDENTITY_OTHER ||
			    all[trigger - journal->entries.at].found != IDENTITY_OTHER)
				continue;
			all[i].found = IDENTITY_OTHER;
			again = true;
		}
	}
}

/* False: its device is lost. */
static bool follow_entry(struct root *root, struct arena *arena, const struct journal *journal,
			 const struct followed *all, size_t index, struct journal_entry *ret)
{
	const struct journal_entry *entry = &journal->entries.at[index];
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
	const struct followed *by = trigger ? &all[trigger - journal->entries.at] : NULL;
	struct followed to = all[index];

	if (to.found == IDENTITY_OTHER)
		return false;
	*ret = *entry;
	if (by) {
		ret->reset_by = by->path;
		if (!entry->identity)
			to = (struct followed){
			    .found = by->found,
			    .path = identity_follow(arena, entry->path, trigger->path, by->path)};
	}
	ret->is_nowhere = to.found == IDENTITY_GONE;
	if (to.found == IDENTITY_SAME || to.found == IDENTITY_ANEW)
		move_entry(root, arena, ret, &to);
	return true;
}

/* "eth0 rx 0" of an interrupt, whose path says nothing of the card. */
static void rename_interrupts(struct arena *arena, struct journal *journal)
{
	names from = {0}, to = {0};

	vec_for_each (entry, &journal->entries) {
		if (!entry->was || (from.count && text_equal(from.at[from.count - 1], entry->was)))
			continue;
		vec_push(arena, &from, entry->was);
		vec_push(arena, &to, identity_name(arena, entry->path));
	}
	vec_for_each (entry, &journal->entries) {
		for (size_t i = 0; i < from.count && !entry->was; i++) {
			const char *name =
			    text_starts(entry->path, "/proc/irq/")
				? renamed(arena, entry->setting, from.at[i], to.at[i])
				: entry->setting;

			entry->was = text_equal(name, entry->setting) ? NULL : from.at[i];
			entry->setting = name;
		}
	}
}

/* Names change as they like, so all are looked up by those from before. */
static void follow_devices(struct root *root, struct arena *arena, struct journal *journal)
{
	const struct journal before = *journal;
	struct followed *all = arena_alloc(arena, (before.entries.count + 1) * sizeof(*all));

	if (!find_devices(root, arena, &before, all))
		return;
	lose_with_triggers(&before, all);
	*journal = (struct journal){.boot_id = before.boot_id,
				    .was_stale = before.was_stale,
				    .settled = before.settled,
				    .lost = before.lost};
	for (size_t i = 0; i < before.entries.count; i++) {
		struct journal_entry entry, lost = before.entries.at[i];

		if (follow_entry(root, arena, &before, all, i, &entry) &&
		    !journal_find(journal, entry.path)) {
			(void)journal_add(arena, journal, entry);
		} else if (lost.setting) {
			/* What only the kernel changed has no name to tell it by. */
			lost.is_lost = true;
			vec_push(arena, &journal->lost, lost);
		}
	}
	rename_interrupts(arena, journal);
}
