/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: rights-at FILE COMMAND...
 *
 * Runs the command, with what it forks, and stops it at every file that it opens by name. Each time
 * a line goes to FILE, from /proc/PID/status of the process that is stopped there:
 *   command|child CAPEFF CAPPRM NO_NEW_PRIVS PATH
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc's and the kernel's header do not go together. */
long ptrace(int request, ...);
enum {
	trace_me = 0,
	go_on = 7,
	set_options = 0x4200,
	options = 1 << 20 | 1 << 7 | 1 << 1 | 1 << 2 | 1 << 3, /* EXITKILL, SECCOMP, forks */
	event_seccomp = 7,
};

static void become(char **command)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

	if (ptrace(trace_me, 0, 0, 0) < 0 || raise(SIGSTOP) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
		perror("rights-at");
		_exit(2);
	}
	(void)execvp(command[0], command);
	_exit(127);
}

/* The text of a path may end where a page does. */
static void path_of(pid_t pid, char *text, size_t room)
{
	struct ptrace_syscall_info info;
	size_t length = 0;

	*text = '\0';
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return;
	while (length + 1 < room) {
		struct iovec to = {text + length, 1};
		struct iovec from = {(void *)(info.seccomp.args[1] + length), 1};

		if (process_vm_readv(pid, &to, 1, &from, 1, 0) != 1 || !text[length])
			break;
		length++;
	}
	text[length] = '\0';
}

static void tell(FILE *out, pid_t pid, pid_t command)
{
	char path[4096], name[64], line[256], value[64];
	FILE *status;

	path_of(pid, path, sizeof(path));
	(void)snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
	status = fopen(name, "re");
	(void)fprintf(out, "%s", pid == command ? "command" : "child");
	while (status && fgets(line, sizeof(line), status)) {
		if (sscanf(line, "CapEff: %63s", value) == 1 ||
		    sscanf(line, "CapPrm: %63s", value) == 1 ||
		    sscanf(line, "NoNewPrivs: %63s", value) == 1)
			(void)fprintf(out, " %s", value);
	}
	if (status)
		(void)fclose(status);
	(void)fprintf(out, " %s\n", path);
}

static int watch(FILE *out, pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int signal = 0;

		if (pid == command && !WIFSTOPPED(status))
			return status;
		if (!WIFSTOPPED(status))
			continue;
		if (status >> 8 == (SIGTRAP | event_seccomp << 8))
			tell(out, pid, command);
		else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP &&
			 WSTOPSIG(status) != SIGTRAP)
			signal = WSTOPSIG(status);
		(void)ptrace(go_on, pid, 0, (long)signal);
	}
	return 2 << 8;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "we") : NULL;
	pid_t command = out ? fork() : -1;
	int status;

	if (command == 0)
		become(argv + 2);
	if (command < 0 || waitpid(command, &status, 0) != command || !WIFSTOPPED(status) ||
	    ptrace(set_options, command, 0, (long)options) < 0) {
		(void)fprintf(stderr, "usage: rights-at FILE COMMAND...\n");
		return 2;
	}
	(void)ptrace(go_on, command, 0, 0L);
	status = watch(out, command);
	(void)fclose(out);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
