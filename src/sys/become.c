/* SPDX-License-Identifier: Apache-2.0 */
/* Turns the child into the owner of the data directory, without other rights. It ends when its
 * parent does. */
#include "sys/become.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sys/rights.h"

/* Makes the kernel kill this process as soon as the other end of the pipe is closed. After the
 * change of user a parent without rights could not kill it, and PR_SET_PDEATHSIG would be reset. */
static int put_on_leash(int leash, struct err *err)
{
	struct pollfd end = {.fd = leash};

	if (fcntl(leash, F_SETOWN, getpid()) < 0 || fcntl(leash, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(leash, F_SETFL, O_ASYNC) < 0)
		return err_set(err, -errno, "cannot bind this process to its caller: %s",
			       err_words(errno));
	/* It is closed already. */
	if (poll(&end, 1, 0) != 0)
		_exit(1);
	return 0;
}

static int forbid_tracing(struct err *err)
{
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_GET_DUMPABLE) != 0)
		return err_set(err, -EPERM, "cannot keep other processes out of this one");
	return 0;
}

/* Other processes are checked against the real and the saved uid, files against the effective one.
 * So the effective uid changes first and the other two only once nobody can trace this process:
 * with fs.suid_dumpable = 1 a change of the effective uid makes it traceable again, one of the
 * others does not. */
int become_user(unsigned uid, unsigned gid, int leash, struct err *err)
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
	/* Who takes this process over may slip the leash by a flag of its descriptor. */
	if (r == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		r = err_set(err, -errno, "cannot bind this process to its caller: %s",
			    err_words(errno));
	if (r == 0 && is_root)
		r = rights_shrink(0, err);
	return r < 0 ? r : forbid_tracing(err);
}

/* All but the real and the saved uid, as above. */
static int begin_change(uid_t id)
{
	return setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 ||
		       setresuid((uid_t)-1, id, (uid_t)-1) < 0
		   ? err_errno()
		   : 0;
}

static int end_change(uid_t id, bool changes, const char *name, struct err *err)
{
	int r = forbid_tracing(err);

	if (r == 0 && changes && setresuid(id, id, id) < 0)
		r = err_set(err, -errno, "cannot become %s: %s", name, err_words(errno));
	if (r == 0)
		r = rights_shrink(0, err);
	return r < 0 ? r : forbid_tracing(err);
}

int become_nobody(bool is_wanted, struct err *err)
{
	static const uid_t nobody = 65534;
	bool is_root = is_wanted && geteuid() == 0;
	int r = is_root ? begin_change(nobody) : 0;

	if (r < 0 && r != -EPERM && r != -EINVAL)
		return err_set(err, r, "cannot become nobody: %s", err_words(r));
	return end_change(nobody, is_root && r == 0, "nobody", err);
}

int become_server(struct err *err)
{
	bool is_root = geteuid() == 0;
	int r = is_root ? begin_change(BECOME_SERVER) : 0;

	if (r < 0)
		return err_set(err, r,
			       "cannot become the user %d: %s; start it as a user who is not root",
			       BECOME_SERVER, err_words(r));
	return end_change(BECOME_SERVER, is_root, "the server's user", err);
}
