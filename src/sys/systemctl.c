/* SPDX-License-Identifier: Apache-2.0 */
/* Runs systemctl, the only program that is ever executed. */
#include "sys/systemctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

#ifndef SYSTEMCTL_PROGRAM
#define SYSTEMCTL_PROGRAM "/usr/bin/systemctl"
#endif
#ifndef SYSTEMCTL_LIMIT_MS
#define SYSTEMCTL_LIMIT_MS 30000
#endif

/* This directory exists if systemd runs the machine: sd_booted(3). */
#define BOOTED_DIR "/run/systemd/system"

enum { WORDS_MOST = 4 };

static const struct {
	const char *arguments[WORDS_MOST];
	const char *command;
} actions[SYSTEMCTL_ACTIONS] = {
    [SYSTEMCTL_DAEMON_RELOAD] = {.arguments = {"systemctl", "daemon-reload"},
				 .command = "systemctl daemon-reload"},
    [SYSTEMCTL_RESTART_IRQBALANCE] = {.arguments = {"systemctl", "try-restart",
						    "irqbalance.service"},
				      .command = "systemctl try-restart irqbalance.service"},
    [SYSTEMCTL_IS_ACTIVE_FSTRIM] = {.arguments = {"systemctl", "is-active", "fstrim.timer"},
				    .command = "systemctl is-active fstrim.timer"},
    [SYSTEMCTL_START_FSTRIM] = {.arguments = {"systemctl", "start", "fstrim.timer"},
				.command = "systemctl start fstrim.timer"},
    [SYSTEMCTL_STOP_FSTRIM] = {.arguments = {"systemctl", "stop", "fstrim.timer"},
			       .command = "systemctl stop fstrim.timer"},
};

const char *systemctl_command(enum systemctl_action action)
{
	return actions[action].command;
}

/* execve() wants words without const, though it does not change them. */
struct words {
	char text[WORDS_MOST][48];
	char *at[WORDS_MOST + 1];
};

static void copy_words(const char *const *from, struct words *ret)
{
	for (size_t i = 0; i < WORDS_MOST && from[i]; i++) {
		(void)snprintf(ret->text[i], sizeof(ret->text[i]), "%s", from[i]);
		ret->at[i] = ret->text[i];
	}
}

static _Noreturn void become(enum systemctl_action action)
{
	static const char *const variables[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
						"SYSTEMD_PAGER=cat", "SYSTEMD_COLORS=0", NULL};
	struct words arguments = {0}, environment = {0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	copy_words(actions[action].arguments, &arguments);
	copy_words(variables, &environment);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	(void)close_range(3, ~0U, 0);
	(void)execve(SYSTEMCTL_PROGRAM, arguments.at, environment.at);
	_exit(127);
}

/* Its exit code; -ETIMEDOUT if the time limit comes first, -EREMOTEIO if a signal ended it. */
static int wait_for(pid_t child)
{
	_cleanup_fd_ int fd = (int)syscall(SYS_pidfd_open, child, 0);
	struct pollfd end = {.fd = fd, .events = POLLIN};
	int r, status;

	if (fd < 0)
		r = err_errno();
	else
		do
			r = poll(&end, 1, SYSTEMCTL_LIMIT_MS);
		while (r < 0 && errno == EINTR);
	if (r <= 0)
		(void)kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		return err_errno();
	if (r <= 0)
		return r < 0 ? r : -ETIMEDOUT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EREMOTEIO;
}

/* As wait_for() returns. */
static int run(const struct root *root, enum systemctl_action action)
{
	pid_t child;

	/* The root is "/", so its paths are this process's own. */
	if (!root->is_live || root->fd >= 0 || access(BOOTED_DIR, F_OK) < 0 ||
	    access(SYSTEMCTL_PROGRAM, X_OK) < 0)
		return -EOPNOTSUPP;
	child = fork();
	if (child < 0)
		return err_errno();
	if (child == 0)
		become(action);
	return wait_for(child);
}

int systemctl_run(const struct root *root, enum systemctl_action action)
{
	int r = run(root, action);

	return r > 0 ? -EREMOTEIO : r;
}

/* Whether a unit is active --------------------------------------------------------------------- */

/* What `systemctl is-active` ends with (systemctl(1), EXIT STATUS). */
enum { EXIT_ACTIVE = 0, EXIT_INACTIVE = 3, EXIT_NO_SUCH_UNIT = 4 };

bool systemctl_is_path(const struct root *root, const char *path)
{
	return root->is_live && text_starts(path, SYSTEMCTL_DIR);
}

static bool is_fstrim(const char *path)
{
	return text_equal(path, SYSTEMCTL_DIR "fstrim.timer");
}

int systemctl_read(const struct root *root, const char *path, const char **ret)
{
	int r = is_fstrim(path) ? run(root, SYSTEMCTL_IS_ACTIVE_FSTRIM) : -ENOENT;

	if (r < 0)
		return r;
	if (r != EXIT_ACTIVE && r != EXIT_INACTIVE)
		return r == EXIT_NO_SUCH_UNIT ? -ENOENT : -EREMOTEIO;
	*ret = r == EXIT_ACTIVE ? "active" : "inactive";
	return 0;
}

int systemctl_may_write(const char *path)
{
	if (!is_fstrim(path))
		return -ENOENT;
	return geteuid() == 0 ? 0 : -EACCES;
}

int systemctl_write(const struct root *root, const char *path, const char *text)
{
	if (!is_fstrim(path))
		return -ENOENT;
	if (text_equal(text, "active"))
		return systemctl_run(root, SYSTEMCTL_START_FSTRIM);
	return text_equal(text, "inactive") ? systemctl_run(root, SYSTEMCTL_STOP_FSTRIM) : -EINVAL;
}
