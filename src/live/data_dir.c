/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at the data directory in the caller's mount namespace: its file system, mount, owner, and
 * what is in it. It is the only path of a node that is never looked up below --root, because the
 * broker will see what the caller sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "live/live_impl.h"
#include "sys/own.h"
#include "sys/walk.h"

#define MOUNTINFO "/proc/self/mountinfo"

enum { mountinfo_limit = 16 * 1024 * 1024 };

/* A line of mountinfo: "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER". */
struct mount {
	const char *id, *device, *root, *point, *options, *type, *source, *super_options;
};

/* The kernel writes blanks and backslashes in names as three octal digits. */
static const char *unescape(struct arena *arena, const char *text)
{
	struct str out = str_new(arena);

	for (; *text; text++) {
		char byte = *text;

		if (byte == '\\' && strspn(text + 1, "01234567") >= 3) {
			byte =
			    (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
			text += 3;
		}
		str_add_n(&out, &byte, 1);
	}
	return out.text;
}

static int parse_mount(struct arena *arena, const char *line, struct mount *ret)
{
	names words = text_words(arena, line);
	size_t dash = 6;

	while (dash < words.count && !text_equal(words.at[dash], "-"))
		dash++;
	if (dash + 3 > words.count)
		return -EINVAL;
	*ret = (struct mount){
	    .id = words.at[0],
	    .device = words.at[2],
	    .root = words.at[3],
	    .point = unescape(arena, words.at[4]),
	    .options = words.at[5],
	    .type = words.at[dash + 1],
	    .source = unescape(arena, words.at[dash + 2]),
	    .super_options = dash + 3 < words.count ? words.at[dash + 3] : "",
	};
	return 0;
}

static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	if (text_equal(point, "/"))
		return true;
	return text_starts(path, point) && (path[length] == '/' || !path[length]);
}

typedef VEC(struct mount) mounts;

static mounts read_mounts(struct arena *arena)
{
	const char *text = NULL;
	size_t length = 0;
	mounts list = {0};

	if (own_read(arena, MOUNTINFO, mountinfo_limit, &text, &length, NULL) < 0)
		return list;
	while (*text) {
		const char *end = strchr(text, '\n');
		const char *line = end ? arena_strndup(arena, text, (size_t)(end - text)) : text;
		struct mount mount;

		text = end ? end + 1 : "";
		if (parse_mount(arena, line, &mount) == 0)
			vec_push(arena, &list, mount);
	}
	return list;
}

/* The mount that a path is on: by its id, which Linux 5.8 and later tell; else the last one of the
 * same device above the path, since later mounts cover earlier ones. */
static const struct mount *find_mount(struct arena *arena, const mounts *list, const char *path,
				      const struct statx *st)
{
	bool by_id = st->stx_mask & STATX_MNT_ID;
	const char *id = arena_printf(arena, "%llu", (unsigned long long)st->stx_mnt_id);
	const char *device = arena_printf(arena, "%u:%u", st->stx_dev_major, st->stx_dev_minor);
	const struct mount *found = NULL;

	vec_for_each (mount, list) {
		if (by_id ? text_equal(mount->id, id)
			  : text_equal(mount->device, device) && is_below(path, mount->point))
			found = mount;
	}
	return found;
}

static bool is_one_of(const char *const *places, const char *point)
{
	for (; *places; places++) {
		if (text_equal(point, *places))
			return true;
	}
	return false;
}

/*
 * Does this mount make the file system one that others fill, too? What the system keeps at its
 * places, it writes there. /home, /opt and /srv are left to whoever runs the node: a disk that is
 * mounted there as a whole may well be the data's own, but not one of which only a part is there.
 */
static bool is_place_of_others(const struct mount *mount, const struct mount *own)
{
	static const char *const system[] = {"/",        "/boot",    "/etc",       "/root",
					     "/tmp",     "/usr",     "/usr/local", "/var",
					     "/var/lib", "/var/log", "/var/tmp",   NULL};
	static const char *const free[] = {"/home", "/opt", "/srv", NULL};

	if (is_one_of(system, mount->point))
		return true;
	return is_one_of(free, mount->point) && !text_equal(mount->point, own->point) &&
	       !text_equal(mount->root, "/");
}

/* Where else the same file system is mounted. The data directory may be a bind mount of a directory
 * of the root file system; and every container runtime binds some files of the node's system disk
 * into a container. */
static void find_company(const mounts *list, const struct mount *own, struct live_data_dir *dir)
{
	vec_for_each (mount, list) {
		if (!text_equal(mount->device, own->device))
			continue;
		if (!dir->system_use && is_place_of_others(mount, own))
			dir->system_use = mount->point;
		if (!dir->shared_with && mount != own &&
		    (text_starts(mount->point, "/etc/") || text_starts(mount->point, "/dev/")))
			dir->shared_with = mount->point;
	}
	dir->is_ephemeral = strstr(own->root, "kubernetes.io~empty-dir");
}

/* What an option of the super block names, "logdev=/dev/sdb1". */
static struct live_device device_of_option(struct arena *arena, const struct mount *mount,
					   const char *option)
{
	names options = text_split(arena, mount->super_options, ',');
	struct live_device device = {0};
	struct stat st;

	vec_for_each (one, &options) {
		size_t length = strlen(option);

		if (text_starts(*one, option) && (*one)[length] == '=')
			device.name = unescape(arena, *one + length + 1);
	}
	if (device.name && stat(device.name, &st) == 0 && S_ISBLK(st.st_mode))
		device.number = arena_printf(arena, "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return device;
}

/* Options of the mount, then the other ones of the super block. One "ro" makes all of it "ro". */
static const char *merge_options(struct arena *arena, const struct mount *mount)
{
	names own = text_split(arena, mount->options, ',');
	names super = text_split(arena, mount->super_options, ',');
	names merged = {0};
	bool read_only = false;

	vec_for_each (option, &super)
		vec_push(arena, &own, *option);
	vec_for_each (option, &own)
		read_only |= text_equal(*option, "ro");
	vec_push(arena, &merged, read_only ? "ro" : "rw");
	vec_for_each (option, &own) {
		bool known = !**option || text_equal(*option, "ro") || text_equal(*option, "rw");

		vec_for_each (other, &merged)
			known |= text_equal(*other, *option);
		if (!known)
			vec_push(arena, &merged, *option);
	}
	return text_join(arena, &merged, ",");
}

static bool is_read_only(struct arena *arena, const char *options)
{
	names list = text_split(arena, options, ',');

	return text_in("ro", &list);
}

static const char *name_of_magic(const char *path)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} types[] = {
	    {.magic = XFS_SUPER_MAGIC, .name = "xfs"},
	    {.magic = EXT4_SUPER_MAGIC, .name = "ext4"}, /* also ext2 and ext3 */
	    {.magic = BTRFS_SUPER_MAGIC, .name = "btrfs"},
	    {.magic = TMPFS_MAGIC, .name = "tmpfs"},
	    {.magic = OVERLAYFS_SUPER_MAGIC, .name = "overlay"},
	    {.magic = NFS_SUPER_MAGIC, .name = "nfs"},
	    {.magic = F2FS_SUPER_MAGIC, .name = "f2fs"},
	    {.magic = FUSE_SUPER_MAGIC, .name = "fuse"},
	    {.magic = 0x2fc12fc1, .name = "zfs"}, /* not in the kernel's headers */
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].magic == (unsigned long)fs.f_type)
			return types[i].name;
	}
	return NULL;
}

static struct live_ballast look_at_ballast(struct arena *arena, const char *path)
{
	struct live_ballast ballast = {0};
	struct stat st;

	if (lstat(arena_printf(arena, "%s/" LIVE_BALLAST, path), &st) < 0) {
		ballast.error = err_errno();
		if (ballast.error != -ENOENT && ballast.error != -ENOTDIR)
			return ballast;
		ballast.error = 0;
		ballast.exists = TRI_NO;
		return ballast;
	}
	ballast.exists = TRI_YES;
	ballast.is_file = S_ISREG(st.st_mode) && st.st_nlink == 1;
	ballast.size_bytes = (uint64_t)st.st_size;
	ballast.allocated_bytes = (uint64_t)st.st_blocks * 512;
	ballast.uid = st.st_uid;
	ballast.gid = st.st_gid;
	return ballast;
}

enum tri live_dir_has_data(struct arena *arena, const char *path)
{
	names entries = {0};

	if (own_list(arena, path, &entries) < 0)
		return TRI_UNKNOWN;
	vec_for_each (entry, &entries) {
		bool is_ballast =
		    text_equal(*entry, LIVE_BALLAST) && look_at_ballast(arena, path).is_file;

		if (!is_ballast && !text_equal(*entry, "lost+found"))
			return TRI_YES;
	}
	return TRI_NO;
}

/* Each shard has a store, a partition of one internal topic, in a directory "SHARD_REVISION". */
static unsigned count_shards(struct arena *arena, const char *path)
{
	names entries = {0};
	unsigned shards = 0;

	if (own_list(arena, arena_printf(arena, "%s/redpanda/kvstore", path), &entries) < 0)
		return 0;
	vec_for_each (entry, &entries) {
		size_t digits = strspn(*entry, "0123456789");

		shards += digits && (*entry)[digits] == '_';
	}
	return shards;
}

static void fill_mount(struct arena *arena, const char *path, const struct statx *st,
		       struct live_data_dir *dir)
{
	char real[PATH_MAX];
	mounts list = read_mounts(arena);
	const struct mount *mount =
	    find_mount(arena, &list, realpath(path, real) ? real : path, st);
	struct statvfs fs;

	if (mount) {
		dir->fs_type = mount->type;
		dir->mount_point = mount->point;
		dir->mount_source = mount->source;
		dir->mount_options = merge_options(arena, mount);
		dir->fs_read_only = is_read_only(arena, mount->super_options) ? TRI_YES : TRI_NO;
		find_company(&list, mount, dir);
		if (text_equal(mount->type, "xfs")) {
			dir->log = device_of_option(arena, mount, "logdev");
			dir->realtime = device_of_option(arena, mount, "rtdev");
		}
	} else {
		dir->fs_type = name_of_magic(path);
	}
	if (statvfs(path, &fs) == 0) {
		dir->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
		dir->size_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
	}
}

/* By when it was made, and its inode number, which stay whatever the kernel calls its device. What
 * mke2fs makes may have no such time, but ext4 has an id made from its UUID; that of other file
 * systems is the device's number. */
static const char *id_of(struct arena *arena, const char *path, const struct statx *st)
{
	const char *filesystem = "";
	struct statfs fs;
	uint32_t words[2];

	if (statfs(path, &fs) < 0)
		return NULL;
	if (fs.f_type == EXT4_SUPER_MAGIC) {
		memcpy(words, &fs.f_fsid, sizeof(words));
		filesystem = arena_printf(arena, "%08x%08x-", words[0], words[1]);
	} else if (!(st->stx_mask & STATX_BTIME)) {
		return NULL;
	}
	return arena_printf(arena, "%s%" PRId64 ".%u-%" PRIu64, filesystem,
			    (int64_t)st->stx_btime.tv_sec, (unsigned)st->stx_btime.tv_nsec,
			    (uint64_t)st->stx_ino);
}

struct live_data_dir live_ask_dir(struct arena *arena, const char *path)
{
	struct live_data_dir dir = {.path = arena_strdup(arena, path)};
	struct statx st;

	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &st) < 0) {
		dir.error = err_errno();
		dir.exists = dir.error == -ENOENT || dir.error == -ENOTDIR ? TRI_NO : TRI_UNKNOWN;
		return dir;
	}
	dir.exists = TRI_YES;
	dir.is_directory = S_ISDIR(st.stx_mode);
	dir.id = dir.is_directory ? id_of(arena, path, &st) : NULL;
	dir.dev_major = st.stx_dev_major;
	dir.dev_minor = st.stx_dev_minor;
	dir.inode = st.stx_ino;
	dir.uid = st.stx_uid;
	dir.gid = st.stx_gid;
	dir.mode = st.stx_mode & 07777;
	/* An unreadable directory counts as data: nobody may conclude that there is none to lose.
	 */
	dir.has_data = dir.is_directory && live_dir_has_data(arena, path) != TRI_NO;
	dir.shards = count_shards(arena, path);
	dir.ballast = look_at_ballast(arena, path);
	fill_mount(arena, path, &st, &dir);
	return dir;
}

int live_dir_open(const struct live_data_dir *dir, int *ret_fd, struct err *err)
{
	int fd = open(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_set(err, err_errno(), "cannot open %s: %s", dir->path, err_words(errno));
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != dir->uid || st.st_gid != dir->gid ||
	    st.st_dev != makedev(dir->dev_major, dir->dev_minor) || st.st_ino != dir->inode) {
		if (fd >= 0)
			(void)close(fd);
		return err_set(err, -ESTALE, "%s is no longer the directory that was looked at",
			       dir->path);
	}
	*ret_fd = fd;
	return 0;
}

int live_dir_find(struct arena *arena, const char *path, const char *id, struct live_data_dir *ret,
		  int *ret_fd)
{
	struct walk walk;
	struct stat st;
	int r;

	*ret = live_ask_dir(arena, path);
	if (ret->exists == TRI_UNKNOWN)
		return ret->error;
	if (ret->exists == TRI_NO || !ret->is_directory || !text_equal(ret->id, id))
		return -ENOENT;
	r = walk_path(&walk, arena_printf(arena, "%s/" LIVE_BALLAST, path), WALK_WRITE);
	if (r < 0)
		return walk.why ? -ELOOP : r;
	if (fstat(walk.dir, &st) < 0 || st.st_ino != ret->inode ||
	    st.st_dev != makedev(ret->dev_major, ret->dev_minor)) {
		walk_close(&walk);
		return -ESTALE;
	}
	*ret_fd = walk.dir;
	return 0;
}

/* ---- name of the file system -------------------------------------------------------------- */

/* linux/fs.h of 6.9. */
struct fs_uuid {
	uint8_t length, bytes[16];
};
#define IOC_GET_UUID _IOR(0x15, 0, struct fs_uuid)

static const char *uuid_of(struct arena *arena, const char *path)
{
	struct fs_uuid uuid = {0};
	struct str text = str_new(arena);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return NULL;
	r = ioctl(fd, IOC_GET_UUID, &uuid);
	(void)close(fd);
	if (r < 0 || uuid.length > sizeof(uuid.bytes))
		return NULL;
	for (unsigned i = 0; i < uuid.length; i++)
		str_printf(&text, "%02x", uuid.bytes[i]);
	return text.length ? text.text : NULL;
}

const char *live_dir_filesystem_id(struct arena *arena, const struct live_data_dir *dir)
{
	const char *uuid = uuid_of(arena, dir->path);
	struct statfs fs;
	struct statx st;
	uint32_t words[2];

	if (uuid)
		return uuid;
	/* Before Linux 6.9: the id that statfs gives, and the time at which mkfs made the root
	 * directory. Without that time only ext4 has a usable id, made from its UUID; that of
	 * others is the device number, which the next file system there gets, too. */
	if (statfs(dir->path, &fs) < 0)
		return NULL;
	memcpy(words, &fs.f_fsid, sizeof(words));
	if (dir->mount_point && statx(AT_FDCWD, dir->mount_point, 0, STATX_BTIME, &st) == 0 &&
	    st.stx_mask & STATX_BTIME)
		return arena_printf(arena, "%08x%08x-%" PRId64 ".%09u", words[0], words[1],
				    (int64_t)st.stx_btime.tv_sec, (unsigned)st.stx_btime.tv_nsec);
	return fs.f_type == EXT4_SUPER_MAGIC
		   ? arena_printf(arena, "ext4-%08x%08x", words[0], words[1])
		   : NULL;
}
