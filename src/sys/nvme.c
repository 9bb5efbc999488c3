/* SPDX-License-Identifier: Apache-2.0 */
/* The admin command that reads a log page, sent to the controller's device below the root. */
#include "sys/nvme.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nvme_ioctl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "sys/fd.h"
#include "sys/reader_impl.h"

enum {
	opcode_get_log_page = 0x02,
	log_health = 0x02,
};

int nvme_read_health(const struct root *root, const char *controller,
		     unsigned char ret[NVME_HEALTH_BYTES])
{
	struct nvme_admin_cmd command = {
	    .opcode = opcode_get_log_page,
	    .nsid = UINT32_MAX,
	    .addr = (uintptr_t)ret,
	    .data_len = NVME_HEALTH_BYTES,
	    .cdw10 = log_health | (NVME_HEALTH_BYTES / 4 - 1) << 16,
	};
	_cleanup_fd_ int fd = -1;
	char path[sizeof("/dev/") + NAME_MAX];
	struct stat st;
	int status;

	if (root->reader >= 0) {
		status =
		    reader_ask(root, READER_HEALTH, controller, (char *)ret, NVME_HEALTH_BYTES);
		return status < 0 ? status : 0;
	}
	(void)snprintf(path, sizeof(path), "/dev/%s", controller);
	fd = root_open_below(root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
		return -ENODEV;
	status = ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
	if (status < 0)
		return err_errno();
	/* A positive one is a status of the controller, not an errno. */
	return status > 0 ? -EIO : 0;
}
