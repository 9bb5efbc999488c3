/* SPDX-License-Identifier: Apache-2.0 */
/* A filter of system calls for a process that parses hostile bytes or measures. */
#include "sys/call_filter.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int add_rule(scmp_filter_ctx filter, const struct call_rule *rule)
{
	const struct scmp_arg_cmp compare =
	    SCMP_CMP64(rule->argument, SCMP_CMP_MASKED_EQ, rule->mask, rule->value);

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->number, rule->mask != 0,
				      &compare);
}

/*
 * Kernels before 5.16 slow a filtered process down (they switch speculation past stores off), which
 * would falsify what a process measures, so that is declined. Where one of the attributes is
 * unknown the filter holds without it.
 */
int call_filter_load(const struct call_rule *rules, size_t count, unsigned uses)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r = 0;

	if (!filter)
		return -ENOMEM;
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < count && r == 0; i++) {
		if (rules[i].use & uses)
			r = add_rule(filter, &rules[i]);
	}
	errno = 0;
	/* Of the kernel's errors the library knows only some by name. */
	if (r == 0 && seccomp_load(filter) < 0)
		r = errno ? -errno : -ECANCELED;
	seccomp_release(filter);
	return r;
}

int call_filter_outlive(int (*attempt)(const void *), const void *what)
{
	int status = 0;
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
			_exit(1);
		(void)attempt(what);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, WUNTRACED) != child)
		return err_errno();
	if (WIFSTOPPED(status)) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	return WIFEXITED(status) ? 0 : -EPERM;
}
