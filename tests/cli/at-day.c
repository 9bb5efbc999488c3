/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: at-day SECONDS COMMAND...
 *
 * Runs the command with a clock that stands at so many seconds since 1970 (CLOCK_REALTIME; the
 * others go on). It asks for the time without a system call where it finds the kernel's vDSO, so
 * that is hidden from it, and a seccomp filter stops it at the calls that it makes instead. What it
 * forks has the same clock. Exit code 2: this cannot be done here.
 */
#include <elf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__

int main(void)
{
	(void)fputs("at-day: knows only the registers of x86-64\n", stderr);
	return 2;
}

#else

static void become(char **command)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_time, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_gettimeofday, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

	/* Only who is traced already can be stopped by the filter. */
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || raise(SIGSTOP) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
		perror("at-day");
		_exit(2);
	}
	(void)execvp(command[0], command);
	_exit(127);
}

static unsigned long peek(pid_t pid, unsigned long address)
{
	return (unsigned long)ptrace(PTRACE_PEEKDATA, pid, address, 0);
}

/* argc, the arguments, 0, the environment, 0, the auxiliary vector. */
static void hide_vdso(pid_t pid)
{
	struct user_regs_struct registers;
	unsigned long at, word = sizeof(long);

	if (ptrace(PTRACE_GETREGS, pid, 0, &registers) < 0)
		return;
	at = registers.rsp + word * (peek(pid, registers.rsp) + 2);
	while (peek(pid, at))
		at += word;
	for (at += word; peek(pid, at) != AT_NULL; at += 2 * word) {
		if (peek(pid, at) == AT_SYSINFO_EHDR)
			(void)ptrace(PTRACE_POKEDATA, pid, at, AT_IGNORE);
	}
}

/* Answers in place of the kernel. */
static void answer(pid_t pid, long seconds)
{
	struct user_regs_struct registers;
	unsigned long place;

	if (ptrace(PTRACE_GETREGS, pid, 0, &registers) < 0)
		return;
	if (registers.orig_rax == SYS_clock_gettime && registers.rdi != CLOCK_REALTIME)
		return;
	place = registers.orig_rax == SYS_clock_gettime ? registers.rsi : registers.rdi;
	if (place)
		(void)ptrace(PTRACE_POKEDATA, pid, place, seconds);
	/* Nanoseconds, or microseconds. */
	if (place && registers.orig_rax != SYS_time)
		(void)ptrace(PTRACE_POKEDATA, pid, place + sizeof(long), 0);
	registers.rax = registers.orig_rax == SYS_time ? (unsigned long)seconds : 0;
	registers.orig_rax = (unsigned long)-1;
	(void)ptrace(PTRACE_SETREGS, pid, 0, &registers);
}

/* Lets all go on until the command has ended; returns how waitpid() tells of it. */
static int watch(pid_t command, long seconds)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int signal = 0;

		if (pid == command && !WIFSTOPPED(status))
			return status;
		if (!WIFSTOPPED(status))
			continue;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
			hide_vdso(pid);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			answer(pid, seconds);
		/* The stops of ptrace itself are nobody's signals. */
		if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
			signal = WSTOPSIG(status);
		(void)ptrace(PTRACE_CONT, pid, 0, signal);
	}
	return 2 << 8;
}

int main(int argc, char **argv)
{
	long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	pid_t command;
	int status;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: at-day SECONDS COMMAND...\n");
		return 2;
	}
	command = fork();
	if (command == 0)
		become(argv + 2);
	if (command < 0 || waitpid(command, &status, 0) != command || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, command, 0, options) < 0) {
		perror("at-day");
		return 2;
	}
	(void)ptrace(PTRACE_CONT, command, 0, 0);
	status = watch(command, strtol(argv[1], NULL, 10));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
