/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: kill-at [-SIGNAL | -c ACTION | -child] CALL NTH COMMAND...
 *
 * Runs the command and kills it right before its NTH system call of that name; exit code 137 then,
 * else the command's own. With the number of a signal it gets that instead, at this call and at
 * each later one. With -c a shell does the action at this call alone, and the command goes on. So
 * it does with -child, where what it has forked is killed at its call. It is stopped at these calls
 * alone, by a seccomp filter: strace stops it twice at every call, which takes most of the time.
 * Else what it forks is let be.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* As tests/cli/kill.sh and tests/vm/guest-kill.sh list what can change something; what is not here
 * fails the test. */
#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
    CALL(write),     CALL(pwrite64),  CALL(writev),    CALL(pwritev),   CALL(pwritev2),
    CALL(fsync),     CALL(fdatasync), CALL(ftruncate), CALL(fallocate), CALL(renameat),
    CALL(renameat2), CALL(unlinkat),  CALL(mkdirat),   CALL(linkat),    CALL(symlinkat),
    CALL(fchmod),    CALL(fchmodat),  CALL(fchown),    CALL(fchownat),  CALL(flock),
    CALL(openat),    CALL(openat2),   CALL(sendfile),  CALL(pipe2),     CALL(sendto),
    CALL(recvfrom),
/* Newer architectures have only the calls that take a directory. */
#ifdef SYS_open
    CALL(open),      CALL(creat),     CALL(rename),    CALL(unlink),    CALL(mkdir),
    CALL(rmdir),     CALL(link),      CALL(symlink),   CALL(chmod),
#endif
};

static unsigned number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	}
	(void)fprintf(stderr, "kill-at: does not know the call %s\n", name);
	exit(2);
}

static void become(unsigned number, char **command)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

	/* Only who is traced already can be stopped by the filter. */
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || raise(SIGSTOP) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
		perror("kill-at");
		_exit(2);
	}
	(void)execvp(command[0], command);
	_exit(127);
}

/* What to do at the NTH call. */
struct deed {
	const char *action; /* NULL: a signal */
	int signal;
	int of_child;
};

static void act(const struct deed *deed, pid_t caller, bool is_first)
{
	if (!deed->action)
		(void)kill(caller, deed->signal);
	else if (is_first && system(deed->action) != 0)
		(void)fprintf(stderr, "kill-at: failed: %s\n", deed->action);
}

/* Lets all go on until the command has ended; returns how waitpid() tells of it. */
static int watch(pid_t command, unsigned long nth, const struct deed *deed)
{
	unsigned long seen = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int signal = 0;

		if (pid == command && !WIFSTOPPED(status))
			return status;
		if (!WIFSTOPPED(status))
			continue;
		if ((pid == command) != deed->of_child &&
		    status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8) && ++seen >= nth) {
			act(deed, pid, seen == nth);
			if (!deed->action && deed->signal == SIGKILL)
				continue;
		}
		/* The stops of ptrace itself are nobody's signals. */
		if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
			signal = WSTOPSIG(status);
		(void)ptrace(PTRACE_CONT, pid, 0, signal);
	}
	return 2 << 8;
}

int main(int argc, char **argv)
{
	long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
		       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	unsigned long nth;
	unsigned number;
	pid_t command;
	struct deed deed = {.signal = SIGKILL};
	int status;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		deed.action = argv[2];
		argv += 2;
		argc -= 2;
	} else if (argc > 1 && strcmp(argv[1], "-child") == 0) {
		deed.of_child = 1;
		argv++;
		argc--;
	} else if (argc > 1 && argv[1][0] == '-') {
		deed.signal = (int)strtol(argv[1] + 1, NULL, 10);
		argv++;
		argc--;
	}
	if (argc < 4) {
		(void)fprintf(
		    stderr, "usage: kill-at [-SIGNAL | -c ACTION | -child] CALL NTH COMMAND...\n");
		return 2;
	}
	number = number_of(argv[1]);
	nth = strtoul(argv[2], NULL, 10);
	command = fork();
	if (command == 0)
		become(number, argv + 3);
	if (command < 0 || waitpid(command, &status, 0) != command || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, command, 0, options) < 0) {
		perror("kill-at");
		return 2;
	}
	(void)ptrace(PTRACE_CONT, command, 0, 0);
	status = watch(command, nth, &deed);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
