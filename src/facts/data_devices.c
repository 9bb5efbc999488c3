/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an fsync waits for beside the mounted device: log and realtime device of XFS, which its
 * mount options name (fs/xfs/xfs_super.c, xfs_fs_show_options), and the external journal of ext4,
 * which only the journal's own traces give away.
 */
#include "facts/data_devices.h"

#include <errno.h>

#include "base/text.h"
#include "facts/sysfs.h"

#define JOURNALS "/proc/fs/jbd2"

/* By name ---------------------------------------------------------------------------------------
 */

/* "vg--a-log" for "vg-a/log": so device-mapper names a logical volume. */
static const char *mapper_name(struct arena *arena, const char *volume)
{
	struct str name = str_new(arena);

	for (; *volume; volume++) {
		if (*volume == '-')
			str_add(&name, "--");
		else
			str_add_n(&name, *volume == '/' ? "-" : volume, 1);
	}
	return name.text;
}

static const char *find_mapper(struct root *root, struct arena *arena, const char *name)
{
	names devices = {0};

	if (root_list(root, arena, "/sys/block", &devices) < 0)
		return NULL;
	vec_for_each (device, &devices) {
		const char *sysfs = text_starts(*device, "dm-")
					? sysfs_target(root, arena, "/sys/block", *device)
					: NULL;

		if (sysfs && text_equal(sysfs_text(root, arena, sysfs, "dm/name"), name))
			return sysfs;
	}
	return NULL;
}

/* "/dev/sdb1", "/dev/mapper/log", "/dev/vg/log"; NULL for other names. */
static const char *find_by_name(struct root *root, struct arena *arena, const char *path)
{
	const char *name = path + strlen("/dev/");

	if (!text_starts(path, "/dev/") || !*name)
		return NULL;
	if (text_starts(name, "mapper/"))
		return find_mapper(root, arena, name + strlen("mapper/"));
	if (strchr(name, '/'))
		return find_mapper(root, arena, mapper_name(arena, name));
	return sysfs_target(root, arena, "/sys/class/block", name);
}

static void add(struct root *root, struct arena *arena, const struct live_device *device,
		const char *role, data_device_list *ret, names *problems)
{
	const char *sysfs;

	if (!device->name)
		return;
	sysfs = device->number ? sysfs_target(root, arena, "/sys/dev/block", device->number)
			       : find_by_name(root, arena, device->name);
	if (sysfs)
		vec_push(arena, ret, (struct data_device){.sysfs = sysfs, .role = role});
	else
		vec_push(
		    arena, problems,
		    arena_printf(arena, "%s, the %s, is not found below /sys", device->name, role));
}

/* Journals of ext4 ------------------------------------------------------------------------------
 */

/* "sda1-8" of sda1: in a file of the file system itself (fs/jbd2/journal.c,
 * jbd2_journal_init_inode). */
static bool is_internal(const char *journal, const char *name)
{
	const char *rest = journal + strlen(name);

	return text_starts(journal, name) && rest[0] == '-' && rest[1] &&
	       !rest[1 + strspn(rest + 1, "0123456789")];
}

/*
 * The thread that writes the journal is called after it: "jbd2/sdb1" (fs/jbd2/journal.c,
 * jbd2_journal_start_thread), cut to 15 characters before Linux 5.17. Its number is that of the
 * reader's PID namespace (fs/ext4/sysfs.c, journal_task_show), in a pod 0. True also if that is not
 * known.
 */
static bool may_be_ours(struct arena *arena, const char *thread, const char *journal)
{
	const char *name = arena_printf(arena, "jbd2/%s", journal);

	if (!thread || !text_starts(thread, "jbd2/"))
		return true;
	return text_equal(thread, name) || (strlen(thread) == 15 && text_starts(name, thread));
}

static const char *thread_of(struct root *root, struct arena *arena, const char *task)
{
	uint64_t pid;

	if (text_u64(task, &pid) < 0 || !pid)
		return NULL;
	return sysfs_text(root, arena, arena_printf(arena, "/proc/%s", task), "comm");
}

/* The devices of the journals that may be the one of a file system without a journal of its own. */
static names candidates(struct root *root, struct arena *arena, const names *journals,
			const char *thread)
{
	names devices = {0};

	vec_for_each (journal, journals) {
		const char *sysfs = may_be_ours(arena, thread, *journal)
					? sysfs_target(root, arena, "/sys/class/block", *journal)
					: NULL;

		if (sysfs)
			vec_push(arena, &devices, sysfs);
	}
	return devices;
}

/*
 * An external journal is the entry that has a device's name (fs/jbd2/journal.c,
 * jbd2_journal_init_dev). Whose it is no file tells, nor do the mount options
 * (fs/ext4/super.c, _ext4_show_options). A file system that has a journal but no entry of its own
 * uses one of them.
 */
const char *data_journal(struct root *root, struct arena *arena, const char *own, names *problems)
{
	const char *name = sysfs_path_base(own);
	const char *task =
	    sysfs_text(root, arena, arena_printf(arena, "/sys/fs/ext4/%s", name), "journal_task");
	names journals = {0}, devices;
	int r;

	if (!task || text_equal(task, "<none>"))
		return NULL;
	r = root_list(root, arena, JOURNALS, &journals);
	if (r < 0) {
		if (r != -ENOENT && r != -ENOTDIR)
			vec_push(arena, problems,
				 arena_printf(arena,
					      "where %s has its journal cannot be told: " JOURNALS
					      ": %s",
					      name, err_words(r)));
		return NULL;
	}
	vec_for_each (journal, &journals) {
		if (is_internal(*journal, name))
			return NULL;
	}
	devices = candidates(root, arena, &journals, thread_of(root, arena, task));
	if (devices.count > 1)
		vec_push(arena, problems,
			 arena_printf(arena,
				      "which of %zu external journals below " JOURNALS
				      " is that of %s cannot be told",
				      devices.count, name));
	return devices.count == 1 ? devices.at[0] : NULL;
}

void data_devices(struct root *root, struct arena *arena, const struct live_data_dir *dir,
		  const char *own, data_device_list *ret, names *problems)
{
	const char *journal = data_journal(root, arena, own, problems);

	vec_push(arena, ret, (struct data_device){.sysfs = own});
	add(root, arena, &dir->log, "XFS log", ret, problems);
	add(root, arena, &dir->realtime, "XFS realtime device", ret, problems);
	if (journal)
		vec_push(arena, ret,
			 (struct data_device){.sysfs = journal, .role = "ext4 journal"});
}
