/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what every touched file held before our first write to it, in
 * ROOT/run/thintune/journal.jsonl. Format `thintune.journal/1`, stable:
 *
 *   {"journal": "thintune.journal/1", "boot_id": "...", "settled": true, "records": N}
 *   {"path": "/proc/sys/vm/swappiness", "kind": "number", "had": "60", "ours": ["1"],
 *    "tuner": "sysctl", "setting": "vm.swappiness", "owner": null, "device": 4026532,
 *    "left": false, "identity": "2|52:54:00:12:34:56|",
 *    "claims": [{"owner": "host", "profile_sha256": "0a1b...", "want": "1"}]}   (N such lines)
 *
 * `had` and `ours` are canonical for their kind (they are made so when they are read, since the
 * first builds wrote siblings down as the kernel printed them); `ours` lists every value we wrote
 * or were about to write. `owner` is the path of the file whose write makes the kernel reset this
 * one (nr_requests by the scheduler); where the profile does not set this file as well, its
 * `setting` is null.
 *
 * `device` tells the device that had the value from a later one in its place: the inode number of
 * the directory of the path, or of `owner`; below /proc/sys/net that of the network
 * namespace that the value belongs to; 0 or absent: not known. `network` is that namespace's
 * cookie (live/live.h); absent: there is none, or it is not known, as to older versions.
 *
 * `identity` finds the device again under another name: ifindex and permanent address of a network
 * card, serial number of a disk, and so on (apply/identity.h). Whoever reads the journal gets the
 * entries with the names that their devices have now.
 *
 * `left` is true when a restore found somebody else's value there and left it alone. The original
 * stays for restore --force; the next apply that overwrites that value takes it for the original.
 * Its claims count for nothing then, but tell which owner may restore it so.
 *
 * `managed` is true, and absent otherwise, when the kernel refused our write (EIO, EPERM), as it
 * does for interrupts that it places itself: neither an audit nor an apply asks for it again. It
 * counts for the same `setting` only, since a number may be another device's interrupt later.
 *
 * `lost` is true, and absent otherwise, when the device was nowhere, and another one had its name.
 * Nobody writes the path because of it; it is there until a restore has told what the value was:
 * one of everything, or of an owner that claims it. The path may be that of another line as well.
 * A network card or interface is looked for at each reading: it may have been in another network
 * namespace, or could not be asked. As long as that may be so, it stays. `along` is true, and
 * absent otherwise, for what only the kernel changed of that: `setting` is the name to tell it by
 * until then.
 *
 * `claims` tell who wants the path to be as it is (apply/owner.h), by which profile, and what: as
 * in a profile, a value, or {"at-least"|"at-most": value} or {"one-of": [value, ...]}. The original
 * is shared, a claim is its owner's. Lines of older versions have none: nobody knows whose they
 * are, so they are nobody's until an owner whose plan wants the path claims it; only a restore of
 * everything undoes them before. An entry whose setting is null is undone along with `owner`.
 *
 * `settled` is false from before the first write of an apply or restore until after its last. While
 * it is true, a value that is neither `had` nor in `ours` is somebody else's. While it is false (a
 * run was killed), it may also be what the kernel made along with a write of ours to `owner`;
 * without an `owner` that was written it is somebody else's all the same. It stays false where a
 * restore could neither put such a value back nor write it down. In the file a blank follows
 * `true`, so that either word has the same place: the mark is overwritten in place, which needs no
 * room.
 *
 * Entries of what outlives a reboot are in a journal of the same format in ROOT/var/lib/thintune,
 * with a boot_id of "unknown": it never goes stale. Those are files and links below /etc, what
 * those links have systemd start, and the ballast file. An entry stays in its file as long as it is
 * there, so that a crash leaves it in one of them. `had` of a file is its whole content, of a link
 * its text, or FILE_ABSENT; plan/space.h has that of the ballast file. In memory both are one.
 *
 * A change of entries is written to a temporary file, fsynced and renamed, and all entries of a
 * phase are in it before the first write of that phase. So no crash of ours leaves a damaged
 * journal: one that is damaged, truncated or foreign is refused, never restored in part.
 */
#ifndef APPLY_JOURNAL_H
#define APPLY_JOURNAL_H

#include "plan/plan.h"
#include "sys/root.h"

#define RUN_DIR          "/run/thintune"
#define STATE_DIR        "/var/lib/thintune" /* of what outlives a reboot */
#define STATE_DIR_PARENT "/var/lib"

#define JOURNAL_FILE       RUN_DIR "/journal.jsonl"
#define JOURNAL_FILES_FILE STATE_DIR "/journal.jsonl"
#define JOURNAL_FORMAT     "thintune.journal/1"

struct journal_entry {
	const char *path;
	enum kind kind;
	const char *had;
	names ours;
	const char *tuner;
	const char *setting;  /* name of the setting, NULL: only ever changed by the kernel */
	const char *reset_by; /* `owner` above: path of another entry, NULL */
	uint64_t device;      /* see above; 0 unknown */
	uint64_t network;     /* see above; 0 unknown */
	const char *identity; /* of the device, see apply/identity.h; NULL: none, or not known */
	const char *was;      /* name of the device when this was written down, if it has another
			       * one now; not on disk */
	bool is_here;         /* its device is; not on disk */
	bool is_nowhere;      /* no device here is the one that it was; not on disk */
	bool is_unclear;      /* several devices may be it; not on disk */
	bool is_unidentified; /* nothing tells whether what has its name is it; not on disk */
	bool is_anew;         /* the kernel has made the device anew since; not on disk */
	bool is_left;
	bool is_managed;
	bool outlives_boot; /* it is in the file that does; settled when it is made */
	bool is_lost;       /* of `lost` below */
	bool is_along;      /* of those: only ever changed by the kernel, though it has a name */
	bool is_away;       /* of those: it may be elsewhere, or could not be asked; not on disk */
	claim_list claims;
	bool is_written; /* by this very run; not on disk */
	bool is_spared;  /* this very restore leaves it as it is; not on disk */
};

struct journal {
	const char *boot_id; /* NULL: it has nothing of this boot */
	bool was_stale;      /* there was one of an earlier boot: its values are gone with it */
	bool settled;
	VEC(struct journal_entry) entries;
	VEC(struct journal_entry)
	lost;              /* their device is nowhere, another one has its name; no two lists have
			    * the same entry, but a path may be in both */
	VEC(size_t) slots; /* hash by path: index + 1 of an entry, 0: free */
};

#define BOOT_UNKNOWN "unknown"

/* Only kernel values and a few files are ours to restore; a path from a foreign file must not reach
 * anything else, and nothing may be written that the journal could not bring back. */
bool journal_takes(enum kind kind, const char *path);

/* Whether the original of the path is to be known after a reboot. Files are as they were left. A
 * unit is active because of thintune only if the journal has the link that starts it, too: by
 * somebody's own link systemd starts it at each boot. */
bool journal_outlives_boot(const struct journal *journal, const char *path);

/* What `device` and `network` of an entry are to hold. */
struct journal_device {
	uint64_t device, network;
};

/* What they are now; an errno when it cannot be told, -ENOENT or -ENOTDIR when the device is not
 * there. */
_must_check_ int journal_device(struct root *root, struct arena *arena,
				const struct journal_entry *entry, struct journal_device *ret);

/* Whether the entry was made for that: by the cookie where both are known. */
bool journal_is_on(const struct journal_entry *entry, const struct journal_device *device);
void journal_put_on(struct journal_entry *entry, const struct journal_device *device);

/* The namespace of the entry is the one that this process is in. */
bool journal_is_of_this_network(struct root *root, const struct journal_entry *entry);

/* A sysctl of another network namespace than this process is in. */
bool journal_is_elsewhere(struct root *root, const struct journal_entry *entry);

/* Both files. -ENOENT: there is none; -EBADMSG with a sentence: damaged or foreign. */
_must_check_ int journal_read(struct root *root, struct arena *arena, struct journal *ret,
			      struct err *err);
/* Without entries the files are removed. What can be done with one file is done, whatever becomes
 * of the other. */
_must_check_ int journal_write(struct root *root, struct arena *arena,
			       const struct journal *journal, struct err *err);

/* Marks the files on disk as settled or not, whose entries are those of the journal. A file of
 * the first builds has no room for the mark and is rewritten. */
_must_check_ int journal_mark(struct root *root, struct arena *arena, struct journal *journal,
			      bool settled, struct err *err);

/* A value that is neither the original nor ours may be what the kernel made of a write of ours,
 * since a run was killed before it could tell. */
bool journal_is_unsure(const struct journal *journal, const struct journal_entry *entry);

/* The value is one that thintune wrote. */
bool journal_has_written(const struct journal_entry *entry, const char *value);

/* "at-least" of a claim that wants no less; NULL: exactly that. */
const char *journal_rule_key(enum rule rule);

/* It was put back, and stays for those that it resets: its value is nobody's business any more, and
 * the original of the next write is the value then. */
bool journal_is_idle(const struct journal_entry *entry);

/* What people call it: "nvme0n1 nr_requests" beside "nvme0n1 scheduler", "vm.min_free_kbytes". */
const char *journal_name_of(struct arena *arena, const struct journal *journal,
			    const struct journal_entry *entry);

/* Its trigger has gone, and it has not. */
void journal_detach(struct journal_entry *entry);

/* The original that an entry holds is none any more: the device has gone and another is there,
 * or a restore left somebody else's value, which is the one to go back to now. */
bool journal_is_outdated(struct root *root, struct arena *arena, const struct journal_entry *entry);

struct journal_entry *journal_add(struct arena *arena, struct journal *journal,
				  struct journal_entry entry);
struct journal_entry *journal_find(const struct journal *journal, const char *path);

/* boot_id of the node; an errno when there is none to read. */
_must_check_ int journal_boot_id(struct root *root, struct arena *arena, const char **ret);

#endif
