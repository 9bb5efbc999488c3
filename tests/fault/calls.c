/* SPDX-License-Identifier: Apache-2.0 */
/* Stands between the file layer and libc: see calls.h. */
#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static struct {
	bool armed, struck;
	unsigned long count, number;
	int fault;
} state;

static struct {
	enum call_kind kind;
	const char *name;
	bool is_own;
} seen[calls_most];

/* What is known of open descriptors. */
static struct {
	bool is_attribute; /* keeps its value until the write: opening it to write does not empty it
			    */
	bool is_own;       /* thintune's */
} open_files[1024];

enum { open_files_most = sizeof(open_files) / sizeof(open_files[0]) };

void calls_arm(unsigned long number, int fault)
{
	state.armed = true;
	state.struck = false;
	state.count = 0;
	state.number = number;
	state.fault = fault;
	memset(open_files, 0, sizeof(open_files));
}

unsigned long calls_disarm(void)
{
	state.armed = false;
	return state.count;
}

enum call_kind calls_kind(unsigned long number)
{
	return seen[number].kind;
}

const char *calls_name(unsigned long number)
{
	return seen[number].name;
}

bool calls_is_own(unsigned long number)
{
	return seen[number].is_own;
}

bool calls_struck(void)
{
	return state.struck;
}

enum { nothing = 0 };

static bool is_own_path(const char *path)
{
	return strstr(path, "/run/thintune") || strstr(path, "/var/lib/thintune");
}

static bool is_own_file(int fd)
{
	return fd >= 0 && fd < open_files_most && open_files[fd].is_own;
}

/* What is to happen to this call instead of it: nothing, an errno, or one of FAULT_*. */
static int strike(enum call_kind kind, const char *name, bool is_own)
{
	if (!state.armed)
		return nothing;
	if (++state.count >= calls_most)
		abort();
	seen[state.count].kind = kind;
	seen[state.count].name = name;
	seen[state.count].is_own = is_own;
	if (state.count != state.number)
		return nothing;
	state.struck = true;
	if (state.fault == FAULT_KILL)
		(void)raise(SIGKILL);
	return state.fault;
}

/* For calls that know no other fault than an error. */
static bool fails(enum call_kind kind, const char *name, bool is_own)
{
	int fault = strike(kind, name, is_own);

	if (fault <= 0)
		return false;
	errno = fault;
	return true;
}

#define WRAPPED(result, name, ...)                                                                 \
	result __real_##name(__VA_ARGS__);                                                         \
	result __wrap_##name(__VA_ARGS__);                                                         \
	result __wrap_##name(__VA_ARGS__)

/* A child has the fault of its parent no more: it would be struck once more, in another place. */
WRAPPED(pid_t, fork, void)
{
	pid_t pid = __real_fork();

	if (pid == 0)
		state.armed = false;
	return pid;
}

static enum call_kind kind_of_open(int flags)
{
	bool changes = (flags & (O_CREAT | O_TRUNC)) || (flags & O_ACCMODE) != O_RDONLY;

	return changes ? CALL_CHANGE : flags & O_PATH ? CALL_OTHER : CALL_OPEN;
}

/* Descriptors are reused: each open tells anew. */
static int note_opened(int fd, bool is_attribute, bool is_own)
{
	if (fd >= 0 && fd < open_files_most) {
		open_files[fd].is_attribute = is_attribute;
		open_files[fd].is_own = is_own;
	}
	return fd;
}

WRAPPED(int, open64, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	if (fails(kind_of_open(flags), "open", is_own_path(path)))
		return -1;
	return note_opened(__real_open64(path, flags, mode), false, is_own_path(path));
}

WRAPPED(int, openat64, int dir, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	if (fails(kind_of_open(flags), "openat", is_own_file(dir)))
		return -1;
	return note_opened(__real_openat64(dir, path, flags, mode), false, is_own_file(dir));
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* Like libc's own, it takes six arguments of whoever gave fewer. */
__attribute__((no_sanitize_address)) long __wrap_syscall(long number, ...)
{
	long a[6];
	struct open_how how = {0};
	const char *path;
	bool truncates;
	int fd;
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_faccessat2 && fails(CALL_OTHER, "faccessat2", is_own_file((int)a[0])))
		return -1;
	if (number != SYS_openat2)
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	/* NOLINTBEGIN(performance-no-int-to-ptr): that is how they are handed over. */
	path = (const char *)a[1];
	how = *(const struct open_how *)a[2];
	/* NOLINTEND(performance-no-int-to-ptr) */
	if (fails(kind_of_open((int)how.flags), "openat2", is_own_path(path)))
		return -1;
	truncates = how.flags & O_TRUNC;
	how.flags &= ~(uint64_t)O_TRUNC;
	/* Here, or the program asks again, and has made one call more than when they were counted:
	 * a rename anywhere on the machine does that. */
	do
		fd = (int)__real_syscall(number, a[0], a[1], &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return note_opened(fd, truncates, is_own_path(path));
}

WRAPPED(ssize_t, read, int fd, void *buffer, size_t size)
{
	int fault = strike(CALL_READ, "read", is_own_file(fd));
	ssize_t got;

	if (fault > 0) {
		errno = fault;
		return -1;
	}
	got = __real_read(fd, buffer, size);
	if (fault != FAULT_SHORT || got < 2)
		return got;
	/* The rest is for the next read; of a pipe it cannot be given back. */
	return lseek(fd, -(got - got / 2), SEEK_CUR) < 0 ? got : got / 2;
}

ssize_t __real_write(int fd, const void *text, size_t size);

/* The kernel ends a value with a newline, whether it got one or not. */
static ssize_t write_half(int fd, const char *text, size_t size, bool is_attribute)
{
	ssize_t written = __real_write(fd, text, size > 1 ? size / 2 : size);

	if (is_attribute && written > 0 && text[written - 1] != '\n' &&
	    __real_write(fd, "\n", 1) != 1)
		return -1;
	return written;
}

WRAPPED(ssize_t, write, int fd, const void *text, size_t size)
{
	int fault = strike(CALL_WRITE, "write", is_own_file(fd));
	bool is_attribute;

	if (fault > 0) {
		errno = fault;
		return -1;
	}
	if (fault == FAULT_LIE)
		return (ssize_t)size;
	is_attribute = fd >= 0 && fd < open_files_most && open_files[fd].is_attribute;
	if (is_attribute && ftruncate(fd, 0) < 0)
		return -1;
	return fault == FAULT_SHORT ? write_half(fd, text, size, is_attribute)
				    : __real_write(fd, text, size);
}

WRAPPED(ssize_t, pwrite64, int fd, const void *text, size_t size, off_t offset)
{
	int fault = strike(CALL_WRITE, "pwrite", is_own_file(fd));

	if (fault > 0) {
		errno = fault;
		return -1;
	}
	if (fault == FAULT_LIE)
		return (ssize_t)size;
	return __real_pwrite64(fd, text, fault == FAULT_SHORT && size > 1 ? size / 2 : size,
			       offset);
}

/* Libc's own reads for a stream become calls as well. */
static ssize_t stream_read(void *cookie, char *buffer, size_t size)
{
	return __wrap_read(*(int *)cookie, buffer, size);
}

static int stream_close(void *cookie)
{
	int r = close(*(int *)cookie);

	free(cookie);
	return r;
}

WRAPPED(FILE *, fdopen, int fd, const char *mode)
{
	const cookie_io_functions_t functions = {.read = stream_read, .close = stream_close};
	int *cookie;

	(void)mode;
	if (fails(CALL_OTHER, "fdopen", is_own_file(fd)))
		return NULL;
	cookie = malloc(sizeof(*cookie));
	if (!cookie)
		abort();
	*cookie = fd;
	return fopencookie(cookie, "r", functions);
}

/* The error of a directory that cannot be read on is told by errno alone. */
WRAPPED(struct dirent *, readdir64, DIR *dir)
{
	return fails(CALL_READ, "readdir", is_own_file(dirfd(dir))) ? NULL : __real_readdir64(dir);
}

WRAPPED(DIR *, fdopendir, int fd)
{
	return fails(CALL_OTHER, "fdopendir", is_own_file(fd)) ? NULL : __real_fdopendir(fd);
}

WRAPPED(DIR *, opendir, const char *path)
{
	return fails(CALL_OPEN, "opendir", is_own_path(path)) ? NULL : __real_opendir(path);
}

/* The others are passed on, or fail. */
#define PASSED(kind, result, name, told, is_own, parameters, arguments)                            \
	result __real_##name parameters;                                                           \
	result __wrap_##name parameters;                                                           \
	result __wrap_##name parameters                                                            \
	{                                                                                          \
		return fails(kind, told, is_own) ? -1 : __real_##name arguments;                   \
	}

PASSED(CALL_CHANGE, int, fsync, "fsync", is_own_file(fd), (int fd), (fd))
PASSED(CALL_CHANGE, int, fdatasync, "fdatasync", is_own_file(fd), (int fd), (fd))
PASSED(CALL_CHANGE, int, fchmod, "fchmod", is_own_file(fd), (int fd, mode_t mode), (fd, mode))
PASSED(CALL_CHANGE, int, fchown, "fchown", is_own_file(fd), (int fd, uid_t uid, gid_t gid),
       (fd, uid, gid))
PASSED(CALL_CHANGE, int, unlinkat, "unlinkat", is_own_file(dir),
       (int dir, const char *path, int flags), (dir, path, flags))
PASSED(CALL_CHANGE, int, mkdirat, "mkdirat", is_own_file(dir),
       (int dir, const char *path, mode_t mode), (dir, path, mode))
PASSED(CALL_CHANGE, int, fchmodat, "fchmodat", is_own_file(dir),
       (int dir, const char *path, mode_t mode, int flags), (dir, path, mode, flags))
PASSED(CALL_CHANGE, int, renameat, "renameat", is_own_file(to),
       (int from, const char *path, int to, const char *target), (from, path, to, target))
PASSED(CALL_CHANGE, int, renameat2, "renameat2", is_own_file(to),
       (int from, const char *path, int to, const char *target, unsigned flags),
       (from, path, to, target, flags))
PASSED(CALL_OTHER, int, flock, "flock", is_own_file(fd), (int fd, int operation), (fd, operation))
PASSED(CALL_OTHER, int, fstat64, "fstat", is_own_file(fd), (int fd, struct stat *st), (fd, st))
PASSED(CALL_OTHER, int, lstat64, "lstat", is_own_path(path), (const char *path, struct stat *st),
       (path, st))
PASSED(CALL_OTHER, int, stat64, "stat", is_own_path(path), (const char *path, struct stat *st),
       (path, st))
PASSED(CALL_OTHER, int, fstatat64, "fstatat", is_own_file(dir),
       (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))
PASSED(CALL_OTHER, int, fstatfs64, "fstatfs", is_own_file(fd), (int fd, struct statfs *fs),
       (fd, fs))
PASSED(CALL_OTHER, ssize_t, readlinkat, "readlinkat", is_own_file(dir),
       (int dir, const char *path, char *target, size_t size), (dir, path, target, size))
