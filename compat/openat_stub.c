/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps hwloc from reading the caches of every CPU where nobody asks for them, by the linker's
 * --wrap. It opens ten files a CPU for them and more, whatever its filters of object types say
 * (hwloc/topology-linux.c, look_sysfscpu()): four fifths of all that it opens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int __wrap_openat(int dir, const char *path, int flags, ...);
int __real_openat(int dir, const char *path, int flags, ...);

/* Of the process that asks hwloc (src/facts/topology.c). */
static int hides_caches(void)
{
	static int answer = -1;

	if (answer < 0)
		answer = getenv("THINTUNE_NO_CACHES") != NULL;
	return answer;
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list rest;

	if (hides_caches() && strstr(path, "/cache/index")) {
		errno = ENOENT;
		return -1;
	}
	va_start(rest, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(rest, mode_t);
	va_end(rest);
	return __real_openat(dir, path, flags, mode);
}
