/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of the process that measures, as somebody sees it who has taken that process over:
 * each test is a process that enters it and tries what it should not get. */
#include "probe/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_suite.h"
#include "tree.h"

/* A coverage build confines a thread of its own (tests/coverage/flush.c): nothing to see there. */
extern void __gcov_dump(void) __attribute__((weak));

static int directory = -1;
static const char *inside, *outside;

/* An attempt's answer: 0 or an errno. */
static int answer(long r)
{
	return r < 0 ? errno : 0;
}

static int try_execve(void)
{
	char *const arguments[] = {NULL};

	return answer(execve("/bin/true", arguments, arguments));
}

static int try_socket(void)
{
	return answer(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_unix_pair(void)
{
	int pair[2];

	return answer(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static int try_ptrace(void)
{
	return answer(syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0));
}

static int try_peek(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&byte, 1};

	return answer(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int try_setuid(void)
{
	return answer(syscall(SYS_setuid, getuid()));
}

static int try_setresuid(void)
{
	return answer(syscall(SYS_setresuid, -1, -1, -1));
}

static int try_setgroups(void)
{
	return answer(syscall(SYS_setgroups, 0, NULL));
}

static int try_capset(void)
{
	return answer(syscall(SYS_capset, NULL, NULL));
}

static int try_mount(void)
{
	return answer(syscall(SYS_mount, "none", inside, "tmpfs", 0, NULL));
}

static int try_unshare(void)
{
	return answer(syscall(SYS_unshare, CLONE_NEWUSER));
}

static int try_new_user_namespace(void)
{
	long r = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (r == 0)
		_exit(0);
	return answer(r);
}

static int try_clone3(void)
{
	return answer(syscall(SYS_clone3, NULL, 0));
}

static int try_bpf(void)
{
	return answer(syscall(SYS_bpf, BPF_PROG_LOAD, NULL, 0));
}

static int try_perf(void)
{
	return answer(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
}

static int try_userfaultfd(void)
{
	return answer(syscall(SYS_userfaultfd, 0));
}

static int try_keyctl(void)
{
	return answer(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
}

static int try_ioctl(void)
{
	int count;

	return answer(ioctl(0, FIONREAD, &count));
}

static int try_prlimit(void)
{
	return answer(syscall(SYS_prlimit64, 0, 7, NULL, NULL));
}

static int try_dumpable(void)
{
	return answer(prctl(PR_SET_DUMPABLE, 1));
}

static int try_terminate(void)
{
	return answer(kill(getppid(), SIGTERM));
}

static int try_executable_memory(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

static int try_make_executable(void)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? 255 : answer(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

static int try_rename(void)
{
	return answer(syscall(SYS_renameat2, AT_FDCWD, inside, AT_FDCWD, outside, 0));
}

static int try_link(void)
{
	return answer(linkat(directory, "file", directory, "other", 0));
}

static int try_mkdir(void)
{
	return answer(mkdirat(directory, "new", 0700));
}

static int try_chmod(void)
{
	return answer(fchmod(directory, 0777));
}

static int try_duplicate(void)
{
	return answer(dup2(directory, 99));
}

static int try_read_outside(void)
{
	return answer(open("/etc/passwd", O_RDONLY));
}

static int try_list_outside(void)
{
	return answer(open("/", O_RDONLY | O_DIRECTORY));
}

static int try_climb(void)
{
	return answer(openat(directory, "../outside", O_RDONLY));
}

static int try_write_outside(void)
{
	return answer(open(outside, O_WRONLY | O_CREAT, 0600));
}

static int try_write_proc(void)
{
	return answer(open("/proc/self/comm", O_WRONLY));
}

static int try_read_proc(void)
{
	return answer(open("/proc/self/status", O_RDONLY));
}

static int try_scratch(void)
{
	int fd = openat(directory, ".", O_TMPFILE | O_RDWR, 0600);

	return fd < 0 ? errno : answer(ftruncate(fd, 4096));
}

static int try_named_scratch(void)
{
	int fd = openat(directory, "scratch", O_RDWR | O_CREAT | O_EXCL, 0600);

	return fd < 0 ? errno : answer(unlinkat(directory, "scratch", 0));
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return answer(child);
}

static void *do_nothing(void *nothing)
{
	return nothing;
}

static int try_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, do_nothing, NULL);

	return r ? r : pthread_join(thread, NULL);
}

/* No such context and no such ring: any other answer than this one comes from the kernel itself. */
static int try_aio(void)
{
	return answer(syscall(SYS_io_submit, 0, 0, NULL)) == ENOSYS ? ENOSYS : 0;
}

static int try_uring(void)
{
	return answer(syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0)) == ENOSYS ? ENOSYS : 0;
}

static int try_seccomp(void)
{
	return answer(syscall(SYS_seccomp, 0, 1, NULL)) == ENOSYS ? ENOSYS : 0;
}

/* The stages: entered, then narrowed to an engine. */
enum { ENTERED, NARROW_URING, NARROW_AIO, NARROW_THREADS, STAGES };

static const struct engine *const narrowed_to[] = {
    [NARROW_URING] = &engine_uring, [NARROW_AIO] = &engine_aio, [NARROW_THREADS] = &engine_threads};

#define EVER(error)                                                                                \
	{                                                                                          \
		(error), (error), (error), (error)                                                 \
	}
#define LATER(error)                                                                               \
	{                                                                                          \
		0, (error), (error), (error)                                                       \
	}
#define FORBIDDEN(what)                                                                            \
	{                                                                                          \
#what, what, EVER(ENOSYS), false                                                   \
	}
#define UNREACHED(what)                                                                            \
	{                                                                                          \
#what, what, EVER(EACCES), true                                                    \
	}

static const struct attempt {
	const char *name;
	int (*attempt)(void);
	int wanted[STAGES];
	bool by_files; /* it is the filter of files that answers */
} attempts[] = {
    FORBIDDEN(try_execve),
    FORBIDDEN(try_socket),
    FORBIDDEN(try_unix_pair),
    FORBIDDEN(try_ptrace),
    FORBIDDEN(try_peek),
    FORBIDDEN(try_setuid),
    FORBIDDEN(try_setresuid),
    FORBIDDEN(try_setgroups),
    FORBIDDEN(try_capset),
    FORBIDDEN(try_mount),
    FORBIDDEN(try_unshare),
    FORBIDDEN(try_new_user_namespace),
    FORBIDDEN(try_clone3),
    FORBIDDEN(try_bpf),
    FORBIDDEN(try_perf),
    FORBIDDEN(try_userfaultfd),
    FORBIDDEN(try_keyctl),
    FORBIDDEN(try_ioctl),
    FORBIDDEN(try_prlimit),
    FORBIDDEN(try_dumpable),
    FORBIDDEN(try_terminate),
    FORBIDDEN(try_executable_memory),
    FORBIDDEN(try_make_executable),
    FORBIDDEN(try_rename),
    FORBIDDEN(try_link),
    FORBIDDEN(try_mkdir),
    FORBIDDEN(try_chmod),
    FORBIDDEN(try_duplicate),
    UNREACHED(try_read_outside),
    UNREACHED(try_list_outside),
    UNREACHED(try_climb),
    UNREACHED(try_write_outside),
    UNREACHED(try_write_proc),
    {"try_read_proc", try_read_proc, LATER(EACCES), true},
    {"try_fork", try_fork, LATER(ENOSYS), false},
    {"try_seccomp", try_seccomp, LATER(ENOSYS), false},
    {"try_aio", try_aio, {0, ENOSYS, 0, ENOSYS}, false},
    {"try_uring", try_uring, {0, 0, ENOSYS, ENOSYS}, false},
    /* What it works with. */
    {"try_scratch", try_scratch, EVER(0), false},
    {"try_named_scratch", try_named_scratch, EVER(0), false},
    {"try_thread", try_thread, EVER(0), false},
};

static struct probe_sandbox *told;

static void enter(int stage)
{
	sandbox_try(directory, told);
	sandbox_enter(directory, told);
	if (stage != ENTERED)
		sandbox_narrow(directory, narrowed_to[stage], told);
}

/* How a process ends that tries this in the sandbox: its status, as of waitpid(). */
static int status_of(int (*attempt)(void), int stage)
{
	int status = -1;
	pid_t child;

	*told = (struct probe_sandbox){0};
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		enter(stage);
		_exit(attempt());
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

/* What is told has to be true, too: where the kernel does not have one of them, that must be why.
 */
static void see_told(enum tri held, int error)
{
	ck_assert(held != TRI_UNKNOWN);
	if (held == TRI_YES)
		ck_assert_int_eq(error, 0);
	else
		ck_assert_msg(error == -ENOSYS || error == -EOPNOTSUPP || error == -EPERM, "%d",
			      error);
}

static void see_attempt(const struct attempt *one, int stage)
{
	int status = status_of(one->attempt, stage);

	see_told(told->calls, told->calls_error);
	see_told(told->files, told->files_error);
	if ((one->by_files ? told->files : told->calls) != TRI_YES && one->wanted[stage])
		return;
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == one->wanted[stage],
		      "%s, stage %d: status %#x, %s", one->name, stage, (unsigned)status,
		      WIFEXITED(status) ? strerror(WEXITSTATUS(status)) : "a signal");
}

START_TEST(whoever_takes_it_over_gets_nothing)
{
	for (size_t i = 0; !__gcov_dump && i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		for (int stage = ENTERED; stage < STAGES; stage++)
			see_attempt(&attempts[i], stage);
	}
}
END_TEST

/* As many filters as there should be, and no way to new rights. */
static int look_at_itself(void)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	if (got < 0)
		return 255;
	text[got] = '\0';
	return !strstr(text, "\nNoNewPrivs:\t1\n") || !strstr(text, "\nSeccomp:\t2\n");
}

START_TEST(it_holds_for_good)
{
	if (__gcov_dump)
		return;
	ck_assert_int_eq(status_of(look_at_itself, ENTERED), 0);
	ck_assert(told->calls == TRI_YES);
}
END_TEST

#ifdef __x86_64__
static int call_as_x32(void)
{
	return answer(syscall(0x40000000 | SYS_getpid));
}

static int call_as_i386(void)
{
	long r = 20; /* getpid */

	__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
	return r < 0 ? ENOSYS : 0;
}

#endif

START_TEST(the_numbers_of_another_architecture_end_it)
{
#ifdef __x86_64__
	int status;

	if (__gcov_dump)
		return;
	status = status_of(call_as_x32, ENTERED);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%#x", (unsigned)status);
	/* A kernel without 32-bit programs has no such gate. */
	status = status_of(call_as_i386, ENTERED);
	ck_assert_msg(WIFSIGNALED(status) &&
			  (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV),
		      "%#x", (unsigned)status);
#endif
}
END_TEST

/* A probe of a named file has no directory. */
START_TEST(without_a_directory_there_is_no_file)
{
	int fd = directory;

	if (__gcov_dump)
		return;
	directory = -1;
	(void)status_of(try_read_outside, NARROW_AIO);
	if (told->files != TRI_YES)
		return;
	ck_assert_int_eq(status_of(try_read_outside, NARROW_AIO), EACCES << 8);
	ck_assert_int_eq(status_of(try_write_outside, NARROW_AIO), EACCES << 8);
	directory = fd;
}
END_TEST

static struct tree *tree;

static void setup(void)
{
	tree = tree_new();
	tree_file(tree, "/data/file", "");
	tree_file(tree, "/outside", "");
	inside = arena_printf(tree->arena, "%s/data/file", tree->dir);
	outside = arena_printf(tree->arena, "%s/outside", tree->dir);
	directory =
	    open(arena_printf(tree->arena, "%s/data", tree->dir), O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(directory, 0);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(told != MAP_FAILED);
}

static void teardown(void)
{
	(void)close(directory);
	(void)munmap(told, sizeof(*told));
	tree_freep(&tree);
}

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, setup, teardown);
}

RUN_SUITE_WITH("sandbox", prepare, whoever_takes_it_over_gets_nothing, it_holds_for_good,
	       without_a_directory_there_is_no_file, the_numbers_of_another_architecture_end_it)
