/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what can be waited for, and empties it. */
#include "sys/wakes.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/kernel_news.h"

enum { group_of_kernel = 1 }; /* udev's own messages go to another one */

static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};

static sigset_t waited_for(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaddset(&set, numbers[i]);
	return set;
}

int wakes_open_signals(int *ret_fd)
{
	const sigset_t set = waited_for();

	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*ret_fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno();
	return 0;
}

int wakes_next_signal(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

void wakes_unblock_signals(void)
{
	const sigset_t set = waited_for();

	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int open_netlink(int protocol, uint32_t groups, int *ret_fd)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol), r;

	if (fd < 0)
		return err_errno();
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		r = err_errno();
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int wakes_open_devices(int *ret_fd)
{
	return open_netlink(NETLINK_KOBJECT_UEVENT, group_of_kernel, ret_fd);
}

int wakes_open_links(int *ret_fd)
{
	return open_netlink(NETLINK_ROUTE, RTMGRP_LINK, ret_fd);
}

static bool drain(int fd, bool (*is_hardware)(const char *bytes, size_t length))
{
	bool is_any = false;
	char bytes[8192];
	ssize_t length;

	/* ENOBUFS says that some were lost. */
	while ((length = read(fd, bytes, sizeof(bytes))) > 0 || errno == ENOBUFS ||
	       errno == EINTR) {
		is_any |= length > 0 ? is_hardware(bytes, (size_t)length) : errno == ENOBUFS;
		errno = 0;
	}
	return is_any;
}

bool wakes_drain_devices(int fd)
{
	return drain(fd, kernel_news_is_hardware_device);
}

bool wakes_drain_links(int fd)
{
	return drain(fd, kernel_news_is_hardware_link);
}

int wakes_open_files(int *ret_fd)
{
	*ret_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return *ret_fd < 0 ? err_errno() : 0;
}

enum {
	of_directory = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
		       IN_ATTRIB | IN_ONLYDIR,
	of_container = IN_CLOSE_WRITE | IN_ONLYDIR,
};

static int add(int fd, const char *dir, uint32_t events)
{
	return inotify_add_watch(fd, dir, events) < 0 ? err_errno() : 0;
}

int wakes_add_directory(int fd, const char *dir)
{
	return add(fd, dir, of_directory);
}

bool wakes_is_wanted(const char *name, const names *also)
{
	return text_ends(name, ".yaml") || text_ends(name, ".yml") || text_equal(name, "..data") ||
	       text_in(name, also);
}

/* The most that any of the changes is; of those that were lost, `most`. */
static unsigned
drain_changes(int fd, unsigned (*judge)(const struct inotify_event *event, const names *also),
	      const names *also, unsigned most)
{
	/* As inotify(7) asks for. */
	_Alignas(struct inotify_event) char bytes[4096];
	unsigned found = 0;
	ssize_t length;

	while ((length = read(fd, bytes, sizeof(bytes))) > 0) {
		for (const char *at = bytes; at < bytes + length;) {
			const struct inotify_event *event =
			    (const struct inotify_event *)(const void *)at;
			unsigned is = (event->mask & IN_Q_OVERFLOW) ? most : judge(event, also);

			found = is > found ? is : found;
			at += sizeof(*event) + event->len;
		}
	}
	return found;
}

static unsigned is_of_file(const struct inotify_event *event, const names *also)
{
	return (event->mask & IN_IGNORED) || (event->len && wakes_is_wanted(event->name, also));
}

bool wakes_drain_files(int fd, const names *also)
{
	return drain_changes(fd, is_of_file, also, true);
}

/* Below a group the kernel tells of directories and of writes as any file system does (vfs_mkdir,
 * vfs_rmdir, vfs_write). */
static int add_groups(int fd, struct arena *arena, const char *dir, unsigned depth,
		      const names *but, uint32_t events)
{
	const struct dirent *entry;
	int r = add(fd, dir, events);
	DIR *entries = r == 0 && depth ? opendir(dir) : NULL;

	if (!entries)
		return err_is_absent(r) ? 0 : r;
	while (r == 0 && (entry = readdir(entries))) {
		bool is_group = entry->d_type == DT_DIR && *entry->d_name != '.';

		vec_for_each (pattern, but)
			is_group &= !text_glob(*pattern, entry->d_name);
		if (is_group)
			r = add_groups(fd, arena, arena_printf(arena, "%s/%s", dir, entry->d_name),
				       depth - 1, but, depth > 1 ? of_directory : of_container);
	}
	(void)closedir(entries);
	return r;
}

int wakes_add_groups(int fd, struct arena *arena, const char *dir, unsigned depth, const names *but)
{
	return add_groups(fd, arena, dir, depth, but, of_directory);
}

static unsigned is_of_group(const struct inotify_event *event, const names *also)
{
	(void)also;
	if (!event->len)
		return WAKES_NO_GROUP;
	if (!(event->mask & IN_ISDIR))
		return text_equal(event->name, "cpuset.cpus") ? WAKES_GROUP : WAKES_NO_GROUP;
	if (event->mask & (IN_CREATE | IN_MOVED_TO))
		return WAKES_NEW_GROUP;
	return (event->mask & IN_ATTRIB) ? WAKES_NO_GROUP : WAKES_GROUP;
}

enum wakes_groups wakes_drain_groups(int fd)
{
	return drain_changes(fd, is_of_group, NULL, WAKES_NEW_GROUP);
}
