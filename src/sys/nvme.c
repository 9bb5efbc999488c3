/* SPDX-License-Identifier: Apache-2.0 */
/* The admin commands that read a log page and Identify data, sent to the controller's device below
 * the root. */
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
	opcode_identify = 0x06,
	log_health = 0x02,
	identify_namespace = 0x00,
	identify_controller = 0x01,
};

static int send_command(const struct root *root, const char *controller,
			struct nvme_admin_cmd *command)
{
	_cleanup_fd_ int fd = -1;
	char path[sizeof("/dev/") + NAME_MAX];
	struct stat st;
	int status;

	(void)snprintf(path, sizeof(path), "/dev/%s", controller);
	fd = root_open_below(root, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
		return -ENODEV;
	status = ioctl(fd, NVME_IOCTL_ADMIN_CMD, command);
	if (status < 0)
		return err_errno();
	/* A positive one is a status of the controller, not an errno. */
	return status > 0 ? -EIO : 0;
}

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
	int r;

	if (root->reader < 0)
		return send_command(root, controller, &command);
	r = reader_ask(root, (struct reader_what){.kind = READER_HEALTH}, controller, (char *)ret,
		       NVME_HEALTH_BYTES);
	return r < 0 ? r : 0;
}

int nvme_identify(const struct root *root, const char *controller, unsigned nsid,
		  unsigned char ret[NVME_IDENTIFY_BYTES])
{
	struct nvme_admin_cmd command = {
	    .opcode = opcode_identify,
	    .nsid = nsid,
	    .addr = (uintptr_t)ret,
	    .data_len = NVME_IDENTIFY_BYTES,
	    .cdw10 = nsid ? identify_namespace : identify_controller,
	};
	int r;

	if (root->reader < 0)
		return send_command(root, controller, &command);
	r = reader_ask(root, (struct reader_what){.kind = READER_IDENTIFY, .number = nsid},
		       controller, (char *)ret, NVME_IDENTIFY_BYTES);
	return r < 0 ? r : 0;
}
