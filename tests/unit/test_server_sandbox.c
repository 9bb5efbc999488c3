/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of the server, as somebody sees it who has taken that process over: each test is a
 * process that enters it and tries what it should not get. */
#include "sys/server_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_suite.h"

/* A coverage build confines a thread of its own (tests/coverage/flush.c): nothing to see there. */
extern void __gcov_dump(void) __attribute__((weak));

enum { descriptors_most = 40 };

static char place[] = "/tmp/thintune-server-XXXXXX";
static int directory = -1, root = -1, listener = -1, peer = -1, connection = -1;
static struct server_sandbox *told;

/* An attempt's answer: 0 or an errno. */
static int answer(long r)
{
	return r < 0 ? errno : 0;
}

static int open_at(int at, const char *path, int flags)
{
	return openat(at, path, flags, 0600);
}

static int try_openat2(void)
{
	const struct open_how how = {.flags = O_RDONLY};

	return answer(syscall(SYS_openat2, directory, "file", &how, sizeof(how)));
}

static int try_open_outside(void)
{
	return answer(open_at(AT_FDCWD, "/etc/passwd", O_RDONLY));
}

static int try_open_by_root(void)
{
	return answer(open_at(root, "etc/passwd", O_RDONLY));
}

static int try_climb(void)
{
	return answer(open_at(directory, "../../etc/passwd", O_RDONLY));
}

static int try_link(void)
{
	return answer(open_at(directory, "link", O_RDONLY));
}

static int try_list(void)
{
	return answer(open_at(directory, ".", O_RDONLY | O_DIRECTORY));
}

static int try_proc(void)
{
	return answer(open_at(AT_FDCWD, "/proc/self/environ", O_RDONLY));
}

static int try_write(void)
{
	return answer(open_at(directory, "file", O_WRONLY));
}

static int try_create(void)
{
	return answer(open_at(directory, "new", O_WRONLY | O_CREAT));
}

static int try_create_outside(void)
{
	return answer(open_at(AT_FDCWD, "/tmp/thintune-server-new", O_WRONLY | O_CREAT));
}

static int try_execve(void)
{
	char *const arguments[] = {NULL};

	return answer(execve("/bin/true", arguments, arguments));
}

static int try_execveat(void)
{
	char *const arguments[] = {NULL};

	return answer(syscall(SYS_execveat, directory, "file", arguments, arguments, 0));
}

static int try_socket(void)
{
	return answer(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_unix_socket(void)
{
	return answer(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_netlink(void)
{
	return answer(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int try_connect(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	return answer(connect(connection, (struct sockaddr *)&address, sizeof(address)));
}

static int try_bind(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	return answer(bind(connection, (struct sockaddr *)&address, sizeof(address)));
}

static int try_listen(void)
{
	return answer(listen(listener, 1000));
}

static int try_ptrace(void)
{
	return answer(syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0));
}

static int try_peek(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&byte, 1};

	return answer(process_vm_readv(1, &here, 1, &there, 1, 0));
}

static int try_kill(void)
{
	return answer(syscall(SYS_kill, 1, 0));
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return answer(child);
}

static int try_new_user_namespace(void)
{
	return answer(syscall(SYS_unshare, CLONE_NEWUSER));
}

static int try_mount(void)
{
	return answer(syscall(SYS_mount, "none", place, "tmpfs", 0, NULL));
}

static int try_setuid(void)
{
	return answer(syscall(SYS_setresuid, 0, 0, 0));
}

static int try_capset(void)
{
	return answer(syscall(SYS_capset, NULL, NULL));
}

static int try_bpf(void)
{
	return answer(syscall(SYS_bpf, 0, NULL, 0));
}

static int try_uring(void)
{
	return answer(syscall(SYS_io_uring_setup, 1, NULL));
}

static int try_ioctl(void)
{
	return answer(syscall(SYS_ioctl, connection, 0x8912, NULL));
}

static int try_unlink(void)
{
	return answer(unlinkat(directory, "file", 0));
}

static int try_rename(void)
{
	return answer(renameat(directory, "file", directory, "other"));
}

static int try_chmod(void)
{
	return answer(fchmod(directory, 0777));
}

static int try_dup(void)
{
	return answer(syscall(SYS_dup, directory));
}

static int try_dumpable(void)
{
	return answer(prctl(PR_SET_DUMPABLE, 1));
}

static int try_limit(void)
{
	return answer(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, NULL));
}

static int try_executable_memory(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

static int try_too_many_files(void)
{
	int r = 0;

	for (int i = 0; i <= descriptors_most && r == 0; i++)
		r = answer(open_at(directory, "file", O_RDONLY));
	return r;
}

static int serve_once(void)
{
	char text[8];
	off_t offset = 0;
	struct sockaddr_in own;
	socklen_t length = sizeof(own);
	int fd = open_at(directory, "file", O_RDONLY), other;

	if (fd < 0)
		return answer(fd);
	other = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return recv(connection, text, sizeof(text), 0) <= 0 ||
		       getsockname(connection, (struct sockaddr *)&own, &length) < 0 ||
		       send(connection, text, 4, MSG_NOSIGNAL) != 4 ||
		       sendfile(connection, fd, &offset, 4) != 4 || pread(fd, text, 4, 0) != 4 ||
		       shutdown(connection, SHUT_WR) < 0 || close(fd) < 0 || other >= 0
		   ? 255
		   : 0;
}

#define FORBIDDEN(what)                                                                            \
	{                                                                                          \
#what, what, ENOSYS, false                                                         \
	}
#define UNREACHED(what)                                                                            \
	{                                                                                          \
#what, what, EACCES, true                                                          \
	}

static const struct attempt {
	const char *name;
	int (*attempt)(void);
	int wanted;
	bool by_files; /* it is the filter of files that answers */
} attempts[] = {
    UNREACHED(try_open_outside),
    UNREACHED(try_open_by_root),
    UNREACHED(try_climb),
    UNREACHED(try_link),
    UNREACHED(try_list),
    UNREACHED(try_proc),
    UNREACHED(try_write),
    UNREACHED(try_create),
    UNREACHED(try_create_outside),
    FORBIDDEN(try_openat2),
    FORBIDDEN(try_execve),
    FORBIDDEN(try_execveat),
    FORBIDDEN(try_socket),
    FORBIDDEN(try_unix_socket),
    FORBIDDEN(try_netlink),
    FORBIDDEN(try_connect),
    FORBIDDEN(try_bind),
    FORBIDDEN(try_listen),
    FORBIDDEN(try_ptrace),
    FORBIDDEN(try_peek),
    FORBIDDEN(try_kill),
    FORBIDDEN(try_fork),
    FORBIDDEN(try_new_user_namespace),
    FORBIDDEN(try_mount),
    FORBIDDEN(try_setuid),
    FORBIDDEN(try_capset),
    FORBIDDEN(try_bpf),
    FORBIDDEN(try_uring),
    FORBIDDEN(try_ioctl),
    FORBIDDEN(try_unlink),
    FORBIDDEN(try_rename),
    FORBIDDEN(try_chmod),
    FORBIDDEN(try_dup),
    FORBIDDEN(try_dumpable),
    FORBIDDEN(try_limit),
    FORBIDDEN(try_executable_memory),
    {"try_too_many_files", try_too_many_files, EMFILE, false},
    /* What it works with. */
    {"serve_once", serve_once, 0, false},
};

/* How a process ends that tries this in the sandbox: its status, as of waitpid(). */
static int status_of(int (*attempt)(void))
{
	struct err err = {0};
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (server_sandbox_enter(directory, descriptors_most, told, &err) < 0)
			_exit(254);
		_exit(attempt());
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void see_attempt(const struct attempt *one)
{
	int status;

	ck_assert_int_eq(send(peer, "text", 4, 0), 4);
	status = status_of(one->attempt);
	if (told->files < 0)
		ck_assert_msg(told->files == -ENOSYS || told->files == -EOPNOTSUPP, "%d",
			      told->files);
	ck_assert_int_eq(told->calls, 0);
	if (one->by_files && told->files < 0)
		return;
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == one->wanted, "%s: status %#x, %s",
		      one->name, (unsigned)status,
		      WIFEXITED(status) ? strerror(WEXITSTATUS(status)) : "a signal");
}

START_TEST(whoever_takes_it_over_gets_nothing)
{
	for (size_t i = 0; !__gcov_dump && i < sizeof(attempts) / sizeof(attempts[0]); i++)
		see_attempt(&attempts[i]);
}
END_TEST

static void make_file(const char *name)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT, 0644);

	ck_assert_int_eq(write(fd, "text", 4), 4);
	ck_assert_int_eq(close(fd), 0);
}

static void make_connection(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	peer = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	ck_assert_int_eq(connect(peer, (struct sockaddr *)&address, sizeof(address)), 0);
	connection = accept(listener, NULL, NULL);
	ck_assert_int_ge(connection, 0);
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(place));
	directory = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert(directory >= 0 && root >= 0);
	make_file("file");
	ck_assert_int_eq(symlinkat("/etc/passwd", directory, "link"), 0);
	make_connection();
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(told != MAP_FAILED);
}

static void teardown(void)
{
	const int fds[] = {directory, root, listener, peer, connection};

	ck_assert_int_eq(unlinkat(directory, "file", 0), 0);
	ck_assert_int_eq(unlinkat(directory, "link", 0), 0);
	ck_assert_int_eq(rmdir(place), 0);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		(void)close(fds[i]);
	(void)munmap(told, sizeof(*told));
}

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, setup, teardown);
}

RUN_SUITE_WITH("server_sandbox", prepare, whoever_takes_it_over_gets_nothing)
