/* SPDX-License-Identifier: Apache-2.0 */
/* The one program that is run, with another one in its place. */
#define SYSTEMCTL_PROGRAM  program
#define SYSTEMCTL_LIMIT_MS limit_ms
static const char *program;
static int limit_ms = 60000;
#include "sys/systemctl.c"

#include <sys/stat.h>

#include "own_mounts.h"
#include "run_suite.h"
#include "tree.h"

/* The machine's own root, on which systemd seems to run. */
static struct root *machine(struct tree *tree)
{
	struct root *root = tree_open(tree);

	tree_dir(tree, "/run/systemd/system");
	root->is_live = true;
	return root;
}

static void script(struct tree *tree, const char *text)
{
	const char *path = arena_printf(tree->arena, "%s/systemctl", tree->dir);

	tree_file(tree, "/systemctl", arena_printf(tree->arena, "#!/bin/sh\n%s", text));
	ck_assert_int_eq(chmod(path, 0755), 0);
	program = path;
}

static const char *said(struct tree *tree)
{
	const char *text = NULL;

	ck_assert_int_eq(root_read(tree->root, tree->arena, "/said", &text), 0);
	return text;
}

START_TEST(only_the_machine_itself)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root = tree_open(tree);

	script(tree, "exit 0");
	ck_assert_int_eq(systemctl_run(root, SYSTEMCTL_DAEMON_RELOAD), -EOPNOTSUPP);
	/* Live, but a pod's view of its node. */
	ck_assert_int_eq(systemctl_run(machine(tree), SYSTEMCTL_DAEMON_RELOAD), -EOPNOTSUPP);
}
END_TEST

START_TEST(fixed_arguments_and_environment)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	pid_t child;
	int status;

	(void)tree_open(tree);
	script(tree, arena_printf(tree->arena,
				  "{ echo \"$0 $*\" | sed 's,^[^ ]*/,,'; echo \"$HOME$EVIL\"; "
				  "echo \"$LC_ALL $PATH\"; } >%s/said; cat; exit 0",
				  tree->dir));
	(void)setenv("EVIL", "1", 1);
	child = fork();
	if (child == 0)
		become(SYSTEMCTL_RESTART_IRQBALANCE);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(said(tree), "systemctl try-restart irqbalance.service\n\n"
				     "C /usr/sbin:/usr/bin:/sbin:/bin");
	ck_assert_str_eq(systemctl_command(SYSTEMCTL_DAEMON_RELOAD), "systemctl daemon-reload");
}
END_TEST

static void note(int number)
{
	(void)number;
}

static int outcome(struct tree *tree, const char *text)
{
	pid_t child;

	script(tree, text);
	child = fork();
	if (child == 0)
		become(SYSTEMCTL_DAEMON_RELOAD);
	/* What an earlier call left says nothing of this one. */
	errno = EINTR;
	return wait_for(child);
}

START_TEST(its_end_is_told)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_int_eq(outcome(tree, "exit 0"), 0);
	ck_assert_int_eq(outcome(tree, "exit 5"), 5);
	ck_assert_int_eq(outcome(tree, "kill -9 $$"), -EREMOTEIO);
	/* A signal to this process does not end the wait. It sleeps nowhere but there, and until it
	 * has taken the signal the program must not end, which would end the wait, too. */
	ck_assert_int_eq(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = note}, NULL), 0);
	ck_assert_int_eq(outcome(tree, "has() { grep -q \"$1\" /proc/$PPID/status; }\n"
				       "until has '^State:.S'; do :; done\n"
				       "kill -USR1 $PPID\n"
				       "until has '^ShdPnd:.0*$'; do :; done\n"
				       "exit 5"),
			 5);
	/* It must not hold a node's start for ever. */
	limit_ms = 300;
	ck_assert_int_eq(outcome(tree, "exec sleep 100"), -ETIMEDOUT);
}
END_TEST

START_TEST(only_where_systemd_runs_the_machine)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root;

	if (!own_mounts(0) || mount("none", "/run", "tmpfs", 0, NULL) < 0)
		return;
	(void)tree_open(tree);
	script(tree, "exit 1");
	ck_assert_int_eq(root_open(tree->arena, "/", &root, NULL), 0);
	ck_assert_int_eq(systemctl_run(root, SYSTEMCTL_DAEMON_RELOAD), -EOPNOTSUPP);
	ck_assert_int_eq(mkdir("/run/systemd", 0755), 0);
	ck_assert_int_eq(mkdir("/run/systemd/system", 0755), 0);
	ck_assert_int_eq(systemctl_run(root, SYSTEMCTL_DAEMON_RELOAD), -EREMOTEIO);
	script(tree, arena_printf(tree->arena, "echo $* >%s/said", tree->dir));
	ck_assert_int_eq(systemctl_run(root, SYSTEMCTL_DAEMON_RELOAD), 0);
	ck_assert_str_eq(said(tree), "daemon-reload");
	ck_assert_int_eq(chmod(program, 0644), 0);
	ck_assert_int_eq(systemctl_run(root, SYSTEMCTL_DAEMON_RELOAD), -EOPNOTSUPP);
	root_close(root);
}
END_TEST

START_TEST(a_unit_reads_and_writes_like_an_attribute)
{
	static const char path[] = SYSTEMCTL_DIR "fstrim.timer";
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;
	struct root *root;

	ck_assert(!systemctl_is_path(tree_open(tree), path));
	ck_assert(systemctl_is_path(machine(tree), path));
	ck_assert_int_eq(systemctl_read(tree->root, path, &text), -EOPNOTSUPP);
	if (!own_mounts(0) || mount("none", "/run", "tmpfs", 0, NULL) < 0)
		return;
	ck_assert_int_eq(mkdir("/run/systemd", 0755), 0);
	ck_assert_int_eq(mkdir("/run/systemd/system", 0755), 0);
	ck_assert_int_eq(root_open(tree->arena, "/", &root, NULL), 0);
	script(tree, arena_printf(tree->arena, "echo $* >%s/said", tree->dir));
	ck_assert_int_eq(root_read(root, tree->arena, path, &text), 0);
	ck_assert_str_eq(text, "active");
	ck_assert_str_eq(said(tree), "is-active fstrim.timer");
	ck_assert_int_eq(root_write(root, path, "active"), 0);
	ck_assert_str_eq(said(tree), "start fstrim.timer");
	ck_assert_int_eq(root_write(root, path, "inactive"), 0);
	ck_assert_str_eq(said(tree), "stop fstrim.timer");
	ck_assert_int_eq(root_write(root, path, "failed"), -EINVAL);
	ck_assert_int_eq(root_may_write(root, path), geteuid() == 0 ? 0 : -EACCES);
	script(tree, "exit 3");
	ck_assert_int_eq(root_read(root, tree->arena, path, &text), 0);
	ck_assert_str_eq(text, "inactive");
	ck_assert_int_eq(root_write(root, path, "active"), -EREMOTEIO);
	script(tree, "exit 4");
	ck_assert_int_eq(root_read(root, tree->arena, path, &text), -ENOENT);
	script(tree, "exit 1");
	ck_assert_int_eq(root_read(root, tree->arena, path, &text), -EREMOTEIO);
	/* No other unit. */
	ck_assert_int_eq(root_read(root, tree->arena, SYSTEMCTL_DIR "sshd.service", &text),
			 -ENOENT);
	ck_assert_int_eq(root_write(root, SYSTEMCTL_DIR "sshd.service", "inactive"), -ENOENT);
	ck_assert_int_eq(root_may_write(root, SYSTEMCTL_DIR "sshd.service"), -ENOENT);
	root_close(root);
}
END_TEST

RUN_SUITE("systemctl", only_the_machine_itself, fixed_arguments_and_environment, its_end_is_told,
	  only_where_systemd_runs_the_machine, a_unit_reads_and_writes_like_an_attribute)
