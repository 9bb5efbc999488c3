/* SPDX-License-Identifier: Apache-2.0 */
/* A child process gives up what it does not need: other files (Landlock) and descriptors. */
#include "sys/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

bool confine_reads(const char *dir)
{
	struct landlock_ruleset_attr reads = {
	    .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	};
	struct landlock_path_beneath_attr below = {.allowed_access = reads.handled_access_fs};
	_cleanup_fd_ int rules =
	    (int)syscall(SYS_landlock_create_ruleset, &reads, sizeof(reads), 0);
	_cleanup_fd_ int tree = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	below.parent_fd = tree;
	return rules >= 0 && tree >= 0 &&
	       syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

/* The smallest descriptor to keep that is not below `from`; -1: none. */
static int next_kept(const int *keep, size_t count, int from)
{
	int next = -1;

	for (size_t i = 0; i < count; i++) {
		if (keep[i] >= from && (next < 0 || keep[i] < next))
			next = keep[i];
	}
	return next;
}

/* For kernels before 5.9 and seccomp filters that refuse close_range. */
static int close_one_by_one(const int *keep, size_t count)
{
	DIR *list = opendir("/proc/self/fd");
	struct dirent *entry;
	uint64_t fd;

	if (!list)
		return err_errno();
	while ((entry = readdir(list))) {
		if (text_u64(entry->d_name, &fd) == 0 && fd > STDERR_FILENO &&
		    (int)fd != dirfd(list) && next_kept(keep, count, (int)fd) != (int)fd)
			(void)close((int)fd);
	}
	(void)closedir(list);
	return 0;
}

int confine_descriptors(const int *keep, size_t count)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), from = STDERR_FILENO + 1, next;

	for (int fd = 0; fd < from; fd++) {
		if (null < 0 || dup2(null, fd) < 0)
			return err_errno();
	}
	do {
		next = next_kept(keep, count, from);
		if (next != from &&
		    close_range((unsigned)from, next < 0 ? ~0U : (unsigned)next - 1, 0) < 0)
			return close_one_by_one(keep, count);
		from = next + 1;
	} while (next >= 0);
	return 0;
}
