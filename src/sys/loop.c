/* SPDX-License-Identifier: Apache-2.0 */
/* The device below a loop device, by the loop driver's ioctl, else by the name of its file. */
#include "sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

bool loop_is_path(const struct root *root, const char *path)
{
	return root->is_live && text_starts(path, LOOP_DIR);
}

/* How the kernel puts a device number into the 64 bits of its ioctls (include/linux/kdev_t.h,
 * huge_encode_dev); makedev() of the C library does it in the same way. */
static int ask_device(const struct root *root, struct arena *arena, const char *name, dev_t *ret)
{
	_cleanup_fd_ int fd =
	    root_open_below(root, arena_printf(arena, "/dev/%s", name), O_RDONLY | O_NONBLOCK);
	struct loop_info64 info = {0};
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode))
		return -ENODEV;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return err_errno();
	/* drivers/block/loop.c, loop_get_status: the first is that of a backing device, the second
	 * that of the file system which the backing file or the device's name is in. */
	*ret = (dev_t)(info.lo_rdevice ? info.lo_rdevice : info.lo_device);
	return 0;
}

/* The name of its file, as the kernel sees it from the caller's root. */
static int file_of(const struct root *root, struct arena *arena, const char *name, const char **ret)
{
	char text[PATH_MAX + 1];
	_cleanup_fd_ int fd =
	    root_open_below(root, arena_printf(arena, "/sys/block/%s/loop/backing_file", name),
			    O_RDONLY | O_NONBLOCK);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read(fd, text, sizeof(text));
	if (length < 0)
		return err_errno();
	*ret = arena_strndup(arena, text, (size_t)length - (length && text[length - 1] == '\n'));
	return 0;
}

static int ask_file(const struct root *root, struct arena *arena, const char *name, dev_t *ret)
{
	_cleanup_fd_ int fd = -1;
	const char *file;
	struct stat st;
	int r = file_of(root, arena, name, &file);

	if (r < 0)
		return r;
	fd = root_open_below(root, file, O_PATH);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	*ret = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	return 0;
}

int loop_read(const struct root *root, struct arena *arena, const char *path, const char **ret)
{
	const char *name = path + strlen(LOOP_DIR);
	dev_t device = 0;
	int r;

	if (!text_starts(name, "loop") || strchr(name, '/'))
		return -ENOENT;
	r = ask_device(root, arena, name, &device);
	if (r < 0 && r != -ENXIO && ask_file(root, arena, name, &device) == 0)
		r = 0;
	if (r < 0)
		return r;
	*ret = arena_printf(arena, "%u:%u", major(device), minor(device));
	return 0;
}
