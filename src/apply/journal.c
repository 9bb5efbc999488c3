/* SPDX-License-Identifier: Apache-2.0 */
/* The journal in memory: its entries, found by path, and what each is worth. */
#include "apply/journal.h"

#include "apply/ballast.h"
#include "apply/file.h"
#include "base/sysctl_key.h"
#include "base/text.h"
#include "plan/kind.h"
#include "plan/space.h"
#include "sys/ethtool.h"
#include "sys/systemctl.h"

bool journal_takes(enum kind kind, const char *path)
{
	static const char *const trees[] = {"/sys/", "/proc/sys/", "/proc/irq/", ETHTOOL_DIR,
					    SYSTEMCTL_DIR};

	if (kind == KIND_SPACE)
		return space_is_path(path);
	if (!kind_is_of_kernel(kind))
		return file_is_ours(kind, path);
	if (strstr(path, "/../") || text_ends(path, "/..") || text_ends(path, "/"))
		return false;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (text_starts(path, trees[i]))
			return true;
	}
	return false;
}

bool journal_outlives_boot(const struct journal *journal, const char *path)
{
	if (text_starts(path, SYSTEMCTL_DIR))
		return journal_find(journal, FSTRIM_LINK);
	return text_starts(path, "/etc/") || text_starts(path, SPACE_DIR);
}

/* A NIC is asked by its name, so its directory tells it from another one of that name. */
static const char *device_dir(struct arena *arena, const char *path)
{
	const char *nic = path + strlen(ETHTOOL_DIR);

	if (text_starts(path, ETHTOOL_DIR))
		return arena_printf(arena, "/sys/class/net/%.*s", (int)strcspn(nic, "/"), nic);
	return arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
}

/* `device` and `network` are a network namespace's. */
static bool is_of_network(const struct journal_entry *entry)
{
	return text_starts(entry->reset_by ? entry->reset_by : entry->path, "/proc/sys/net/");
}

bool journal_is_on(const struct journal_entry *entry, const struct journal_device *device)
{
	return entry->network && device->network ? entry->network == device->network
						 : entry->device == device->device;
}

void journal_put_on(struct journal_entry *entry, const struct journal_device *device)
{
	entry->device = device->device;
	entry->network = device->network;
}

static struct journal_device network_now(struct root *root)
{
	struct network now = live_network(root);

	return (struct journal_device){.device = now.inode, .network = now.cookie};
}

bool journal_is_of_this_network(struct root *root, const struct journal_entry *entry)
{
	struct journal_device now = network_now(root);

	return journal_is_on(entry, &now);
}

bool journal_is_elsewhere(struct root *root, const struct journal_entry *entry)
{
	return root_is_live(root) && entry->device && is_of_network(entry) &&
	       text_starts(entry->path, "/proc/sys/net/") &&
	       !journal_is_of_this_network(root, entry);
}

int journal_device(struct root *root, struct arena *arena, const struct journal_entry *entry,
		   struct journal_device *ret)
{
	const char *dir = device_dir(arena, entry->reset_by ? entry->reset_by : entry->path);
	int r;

	*ret = (struct journal_device){0};
	if (entry->kind == KIND_SPACE)
		return ballast_find(arena, entry->path);
	if (!kind_is_of_kernel(entry->kind) || text_starts(entry->path, SYSTEMCTL_DIR))
		return 0;
	r = root_identity(root, dir, &ret->device);
	/* One path, and another value in each network namespace. */
	if (r == 0 && is_of_network(entry))
		*ret = network_now(root);
	/* procfs renumbers its files whenever they are looked up again. */
	else if (r == 0 && !text_starts(dir, "/sys/"))
		ret->device = 0;
	return r;
}

bool journal_is_unsure(const struct journal *journal, const struct journal_entry *entry)
{
	/* Two may reset each other. */
	for (size_t i = 0; !journal->settled && entry && i < journal->entries.count; i++) {
		entry = entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
		if (entry && entry->ours.count)
			return true;
	}
	return false;
}

bool journal_has_written(const struct journal_entry *entry, const char *value)
{
	vec_for_each (one, &entry->ours) {
		if (kind_equal(entry->kind, *one, value))
			return true;
	}
	return false;
}

bool journal_is_idle(const struct journal_entry *entry)
{
	return entry->setting && !entry->reset_by && !entry->claims.count && !entry->ours.count &&
	       !entry->is_managed;
}

bool journal_is_outdated(struct root *root, struct arena *arena, const struct journal_entry *entry)
{
	struct journal_device now;

	return entry->is_left || journal_is_idle(entry) ||
	       (entry->device && journal_device(root, arena, entry, &now) == 0 &&
		!journal_is_on(entry, &now));
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

void journal_detach(struct journal_entry *entry)
{
	entry->reset_by = NULL;
	journal_put_on(entry, &(struct journal_device){0});
}

const char *journal_name_of(struct arena *arena, const struct journal *journal,
			    const struct journal_entry *entry)
{
	const struct journal_entry *trigger =
	    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;
	const char *base = strrchr(entry->path, '/') + 1;
	size_t dir = trigger ? (size_t)(strrchr(trigger->path, '/') + 1 - trigger->path) : 0;
	const char *blank = trigger && trigger->setting ? strrchr(trigger->setting, ' ') : NULL;

	if (entry->setting)
		return entry->setting;
	if (text_starts(entry->path, "/proc/sys/"))
		return sysctl_key(arena, entry->path + strlen("/proc/sys/"));
	if (!blank)
		return base;
	if (strncmp(entry->path, trigger->path, dir) == 0) {
		base = entry->path + dir;
	} else {
		/* Elsewhere there are many of the name: "tx-1/xps_cpus", "27/smp_affinity_list". */
		for (base -= base > entry->path; base > entry->path && base[-1] != '/'; base--)
			;
	}
	return arena_printf(arena, "%.*s %s", (int)(blank - trigger->setting), trigger->setting,
			    base);
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
