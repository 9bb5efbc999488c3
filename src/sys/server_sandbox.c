/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of a server whose sockets and loop are open already. */
#include "sys/server_sandbox.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

#include "sys/call_filter.h"
#include "sys/confine.h"

/* No socket() and no connect(): nobody is ever called from here. */
static const struct call_rule rules[] = {
    /* Connections. */
    CALL(accept4, 1),
    CALL(recvfrom, 1),
    CALL(sendto, 1),
    CALL(sendfile, 1),
    CALL(shutdown, 1),
    CALL(getsockname, 1),
    /* Files; pread64 reads, read and write are also the pipe by which libevent learns of a signal.
     */
    CALL(openat, 1),
    CALL(fstat, 1),
    CALL(newfstatat, 1),
    CALL(pread64, 1),
    CALL(read, 1),
    CALL(write, 1),
    CALL(close, 1),
    /* The loop. */
    CALL(epoll_wait, 1),
    CALL(epoll_pwait, 1),
    CALL(epoll_ctl, 1),
    CALL(clock_gettime, 1),
    CALL(gettimeofday, 1),
    CALL(time, 1),
    CALLS_OF_ANY(1),
};

static int filter_calls(const void *unused)
{
	(void)unused;
	return call_filter_load(rules, sizeof(rules) / sizeof(rules[0]), 1);
}

static int confine(const void *directory)
{
	return confine_reading(*(const int *)directory);
}

static int set_limits(unsigned descriptors, struct err *err)
{
	const struct {
		int resource;
		rlim_t most;
	} limits[] = {{RLIMIT_NOFILE, descriptors}, {RLIMIT_NPROC, 0}, {RLIMIT_CORE, 0}};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		/* Only a privileged process may raise its limit. */
		if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) < 0 ||
		    limit.rlim_max > limits[i].most)
			limit.rlim_max = limits[i].most;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) < 0)
			return err_set(err, err_errno(),
				       "cannot limit what this process may take: %s",
				       err_words(errno));
	}
	return 0;
}

/* A filter around this process may answer an attempt with a signal, so others make it first; and
 * our own filter comes last, as it forbids the rest. */
int server_sandbox_enter(int directory, unsigned descriptors, struct server_sandbox *ret,
			 struct err *err)
{
	int r;

	ret->files = call_filter_outlive(confine, &directory);
	ret->calls = call_filter_outlive(filter_calls, NULL);
	if (ret->files == 0)
		ret->files = confine(&directory);
	r = set_limits(descriptors, err);
	if (r == 0 && ret->calls == 0)
		ret->calls = filter_calls(NULL);
	return r;
}
