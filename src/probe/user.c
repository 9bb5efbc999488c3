/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sys/rights.h"

/* The kernel kills this process once nobody holds the other end any more. A parent that gave up its
 * rights may not do it itself after the change of user, nor does its death (PR_SET_PDEATHSIG). */
static int put_on_leash(int leash, struct err *err)
{
	struct pollfd end = {.fd = leash};

	if (fcntl(leash, F_SETOWN, getpid()) < 0 || fcntl(leash, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(leash, F_SETFL, O_ASYNC) < 0)
		return err_set(err, -errno, "cannot bind the probe to its caller: %s",
			       err_words(errno));
	/* It ended before. */
	if (poll(&end, 1, 0) != 0)
		_exit(1);
	return 0;
}

static int forbid_tracing(struct err *err)
{
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_GET_DUMPABLE) != 0)
		return err_set(err, -EPERM, "cannot keep other processes out of the probe");
	return 0;
}

/* To others a process belongs to its real and its saved uid, files ask for the effective one. So
 * the last two are given up once nobody can trace it: a change of the effective uid makes it
 * traceable again where fs.suid_dumpable is 1, and those of the others do not. */
int user_become(unsigned uid, unsigned gid, int leash, struct err *err)
{
	bool is_root = geteuid() == 0, changes = is_root && uid != 0;
	int r;

	if (changes && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
			setresuid((uid_t)-1, uid, (uid_t)-1) < 0)) {
		if (errno != EPERM)
			return err_set(err, -errno, "cannot become the owner %u:%u: %s", uid, gid,
				       err_words(errno));
		is_root = changes = false;
	}
	r = forbid_tracing(err);
	if (r == 0)
		r = put_on_leash(leash, err);
	if (r == 0 && changes && setresuid(uid, uid, uid) < 0)
		r = err_set(err, -errno, "cannot become the owner %u:%u: %s", uid, gid,
			    err_words(errno));
	if (r == 0 && is_root)
		r = rights_shrink(0, err);
	return r < 0 ? r : forbid_tracing(err);
}
