/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what can be waited for, and empties it. */
#include "sys/wakes.h"

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

int wakes_add_directory(int fd, const char *dir)
{
	const uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
				IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

	return inotify_add_watch(fd, dir, events) < 0 ? err_errno() : 0;
}

bool wakes_is_wanted(const char *name, const names *also)
{
	return text_ends(name, ".yaml") || text_ends(name, ".yml") || text_equal(name, "..data") ||
	       text_in(name, also);
}

bool wakes_drain_files(int fd, const names *also)
{
	/* As inotify(7) asks for. */
	_Alignas(struct inotify_event) char bytes[4096];
	bool is_any = false;
	ssize_t length;

	while ((length = read(fd, bytes, sizeof(bytes))) > 0) {
		const struct inotify_event *event;

		for (const char *at = bytes; at < bytes + length;
		     at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(const void *)at;
			is_any |= (event->mask & (IN_Q_OVERFLOW | IN_IGNORED)) ||
				  (event->len && wakes_is_wanted(event->name, also));
		}
	}
	return is_any;
}
