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

/* Of linux/landlock.h of 6.2, 6.7, 6.10 and 6.12; headers may be older than the kernel. */
enum {
	access_truncate = 1 << 14,
	access_ioctl_dev = 1 << 15,
	net_tcp = 1 << 0 | 1 << 1,       /* bind, connect */
	scope_all = 1 << 0 | 1 << 1,     /* abstract Unix sockets, signals */
	access_of_first = (1 << 13) - 1, /* all that version 1 knows */
	access_refer = 1 << 13,
};

struct ruleset {
	uint64_t files, net, scoped;
};

/* All that this version can forbid; the kernel takes a structure that ends in zeros it does not
 * know. */
static struct ruleset all_of(long version)
{
	struct ruleset all = {.files = access_of_first};

	if (version >= 2)
		all.files |= access_refer;
	if (version >= 3)
		all.files |= access_truncate;
	if (version >= 4)
		all.net = net_tcp;
	if (version >= 5)
		all.files |= access_ioctl_dev;
	if (version >= 6)
		all.scoped = scope_all;
	return all;
}

static int allow_below(int rules, int directory, uint64_t access)
{
	struct landlock_path_beneath_attr below = {.allowed_access = access,
						   .parent_fd = directory};

	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) < 0
		   ? err_errno()
		   : 0;
}

static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t working = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
				LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
				LANDLOCK_ACCESS_FS_REMOVE_FILE | access_truncate;

/* A directory, and what is allowed below it. */
struct place {
	int fd;
	uint64_t access;
};

/* fd < 0: the place is left out. */
static int confine_to(const struct place *places, size_t count)
{
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset all = all_of(version);
	_cleanup_fd_ int rules = -1;
	int r = 0;

	if (version < 0)
		return err_errno();
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return err_errno();
	for (size_t i = 0; i < count && r == 0; i++) {
		if (places[i].fd >= 0)
			r = allow_below(rules, places[i].fd, places[i].access & all.files);
	}
	if (r == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		       syscall(SYS_landlock_restrict_self, rules, 0) < 0))
		r = err_errno();
	return r;
}

int confine_files(int directory, const char *readable)
{
	_cleanup_fd_ int tree = readable ? open(readable, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	const struct place places[] = {{tree, reading}, {directory, working}};

	return readable && tree < 0 ? err_errno() : confine_to(places, 2);
}

int confine_tree(int tree, int parent)
{
	const struct place places[] = {
	    {tree, working | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SYM |
		       LANDLOCK_ACCESS_FS_REMOVE_DIR},
	    {parent, LANDLOCK_ACCESS_FS_REMOVE_DIR},
	};

	return confine_to(places, 2);
}

int confine_reading(int directory)
{
	const struct place place = {directory, LANDLOCK_ACCESS_FS_READ_FILE};

	return confine_to(&place, 1);
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
