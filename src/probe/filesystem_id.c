/* SPDX-License-Identifier: Apache-2.0 */
/* A name for a file system that survives reboots and moves to other device numbers. */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/probe.h"

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

const char *probe_filesystem_id(struct arena *arena, const struct live_data_dir *dir)
{
	const char *uuid = uuid_of(arena, dir->path);
	struct statfs fs;
	struct statx st;
	uint32_t words[2];

	if (uuid)
		return uuid;
	/* Older kernels: what statfs gives, and when mkfs made the root directory. Without the
	 * latter only that of ext4 will do, which is made of the UUID: others give the device's
	 * number, which the next file system there has as well. */
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
