/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the running kernel what is in no file: rights, namespaces, container, CPUID, clock, system
 * calls. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "base/text.h"
#include "live/live_impl.h"
#include "sys/fd.h"
#include "sys/own.h"
#include "sys/rights.h"

static enum tri tri_of(bool yes)
{
	return yes ? TRI_YES : TRI_NO;
}

/* A small file of the caller's own procfs; NULL when it cannot be read. */
static const char *own_text(struct arena *arena, const char *path, size_t *ret_length)
{
	const char *text = NULL;

	return own_read(arena, path, 64 * 1024, &text, ret_length, NULL) < 0 ? NULL : text;
}

static const char *own_link(struct arena *arena, const char *path)
{
	char target[256];
	ssize_t length = readlink(path, target, sizeof(target));

	return length < 0 ? NULL : arena_strndup(arena, target, (size_t)length);
}

/* ---- rights and namespaces --------------------------------------------------------------- */

/* Those of a command that writes; this one may have given them up already. */
static void ask_capabilities(struct live *live)
{
	if (rights_at_start(&live->capabilities))
		live->capabilities_known = TRI_YES;
}

static enum tri ask_user_namespace(struct arena *arena)
{
	size_t length = 0;
	const char *map = own_text(arena, "/proc/self/uid_map", &length);
	names words;

	if (!map)
		return TRI_UNKNOWN;
	words = text_words(arena, map);
	return tri_of(!(words.count == 3 && text_equal(words.at[0], "0") &&
			text_equal(words.at[1], "0") && text_equal(words.at[2], "4294967295")));
}

/* /proc/sys/net shows the network namespace of the process that reads it, through any mount. Only
 * the node's own has tcp_mem. */
static enum tri ask_initial_netns(struct root *root)
{
	if (own_exists("/proc/sys/net/ipv4"))
		return tri_of(own_exists("/proc/sys/net/ipv4/tcp_mem"));
	if (root_exists(root, "/proc/sys/net/ipv4"))
		return tri_of(root_exists(root, "/proc/sys/net/ipv4/tcp_mem"));
	return TRI_UNKNOWN;
}

/* A socket is of the network namespace that its maker was in. */
static uint64_t ask_cookie(void)
{
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 &&
		       length == sizeof(cookie)
		   ? cookie
		   : 0;
}

struct network live_network(struct root *root)
{
	struct network now = {0};
	struct stat st;

	if (!root_is_live(root) || stat("/proc/self/ns/net", &st) < 0)
		return now;
	now.inode = st.st_ino;
	now.cookie = ask_cookie();
	return now;
}

/* The number is fixed (include/linux/proc_ns.h, PROC_UTS_INIT_INO). */
enum tri live_uts_is_initial(void)
{
	struct stat st;

	return stat("/proc/self/ns/uts", &st) == 0 ? tri_of(st.st_ino == 0xEFFFFFFE) : TRI_UNKNOWN;
}

/* ---- container --------------------------------------------------------------------------- */

/* The kernel's fixed inode number of the first PID namespace (PROC_PID_INIT_INO). */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

/* The first mount namespace has a fixed number, too, or on older kernels one of the first two that
 * were given out (PROC_DYNAMIC_FIRST). None made after boot has one as low. */
static const uint64_t last_boot_namespace = 0xF0000001;

/* "container=NAME" in the environment of the first process, as systemd and LXC set it. */
static const char *first_process_says(struct arena *arena)
{
	static const char *const known[] = {"docker", "podman", "lxc"};
	size_t length = 0;
	const char *text = own_text(arena, "/proc/1/environ", &length);

	for (const char *at = text; text && at < text + length; at += strlen(at) + 1) {
		if (!text_starts(at, "container=") || !at[strlen("container=")])
			continue;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (text_starts(at + strlen("container="), known[i]))
				return known[i];
		}
		return "container";
	}
	return NULL;
}

static const char *cgroup_says(struct arena *arena)
{
	static const struct {
		const char *part, *name;
	} known[] = {
	    {.part = "kubepods", .name = "kubernetes"},
	    {.part = "/docker", .name = "docker"},
	    {.part = "libpod", .name = "podman"},
	    {.part = "/lxc", .name = "lxc"},
	    {.part = "cri-containerd", .name = "container"},
	};
	size_t length = 0;
	const char *text = own_text(arena, "/proc/self/cgroup", &length);

	for (size_t i = 0; text && i < sizeof(known) / sizeof(known[0]); i++) {
		/* docker.service is the daemon on its host, not a container. */
		if (strstr(text, known[i].part) && !strstr(text, "/docker.service"))
			return known[i].name;
	}
	return NULL;
}

/* Whether this process is in the namespaces of the node's first process. */
static bool lives_on_node(struct arena *arena, const char *pids)
{
	const char *mounts = own_link(arena, "/proc/self/ns/mnt");
	uint64_t number;
	size_t length;

	if (!text_equal(pids, FIRST_PID_NAMESPACE) || !mounts || !text_starts(mounts, "mnt:["))
		return false;
	if (text_equal(mounts, own_link(arena, "/proc/1/ns/mnt")))
		return true;
	mounts += strlen("mnt:[");
	length = strcspn(mounts, "]");
	return text_u64(arena_strndup(arena, mounts, length), &number) == 0 &&
	       number <= last_boot_namespace;
}

static const char *ask_container(struct arena *arena)
{
	const char *pids = own_link(arena, "/proc/self/ns/pid");
	const char *said;

	if (getenv("KUBERNETES_SERVICE_HOST"))
		return "kubernetes";
	/* Before the marker files: a real node may have one left over from an image. */
	if (lives_on_node(arena, pids))
		return "none";
	if (own_exists("/run/.containerenv"))
		return "podman";
	if (own_exists("/.dockerenv"))
		return "docker";
	said = first_process_says(arena);
	if (!said)
		said = cgroup_says(arena);
	if (said)
		return said;
	return !pids ? NULL : text_equal(pids, FIRST_PID_NAMESPACE) ? "none" : "container";
}

/* "0::/system.slice/thintune.service": the last name, if it is that of a service. */
static const char *ask_unit(struct arena *arena)
{
	size_t length = 0;
	const char *text = own_text(arena, "/proc/self/cgroup", &length);
	const char *group = text ? strstr(text, "0::/") : NULL;
	const char *name;

	if (!group)
		return NULL;
	group = arena_strndup(arena, group, strcspn(group, "\n"));
	name = strrchr(group, '/') + 1;
	return text_ends(name, ".service") ? name : NULL;
}

/* ---- CPUID ------------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__)
static const char *signature_at(struct arena *arena, unsigned leaf)
{
	unsigned eax = 0, words[4] = {0};

	__cpuid(leaf, eax, words[0], words[1], words[2]);
	for (const char *at = (const char *)words; *at; at++) {
		if (*at < ' ' || *at > '~')
			return NULL;
	}
	return words[0] ? arena_strdup(arena, (const char *)words) : NULL;
}

static const char *ask_hypervisor(struct arena *arena)
{
	unsigned eax, ebx, ecx = 0, edx;
	const char *first, *second;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1u << 31))
		return NULL;
	first = signature_at(arena, 0x40000000);
	if (!text_equal(first, "Microsoft Hv"))
		return first;
	/* KVM and Xen may present themselves as Hyper-V, and under their own name after it. */
	second = signature_at(arena, 0x40000100);
	return text_equal(second, "KVMKVMKVM") || text_equal(second, "XenVMMXenVMM") ? second
										     : first;
}
#else
static const char *ask_hypervisor(struct arena *arena)
{
	(void)arena;
	return NULL;
}
#endif

/* ---- clock and system calls -------------------------------------------------------------- */

/* By the kernel's error bound, which grows to 16 s if nothing synchronises the clock. STA_UNSYNC
 * may be set on purpose (to keep the kernel from writing the RTC). */
static enum tri ask_clock(void)
{
	struct timex state = {0};

	if (adjtimex(&state) < 0)
		return TRI_UNKNOWN;
	return tri_of(state.maxerror < 16000000);
}

enum { calls = 2 };

/* With arguments that the kernel refuses before it makes anything: io_destroy takes 30 ms. */
static enum tri try_call(int number)
{
	long r =
	    number == 0 ? syscall(SYS_io_setup, 0, NULL) : syscall(SYS_io_uring_setup, 0, NULL);

	if (r >= 0)
		return TRI_UNKNOWN;
	if (errno == EFAULT || errno == EINVAL)
		return TRI_YES;
	return errno == ENOSYS || errno == EPERM || errno == EACCES ? TRI_NO : TRI_UNKNOWN;
}

/* In a child, since a seccomp filter may answer with a signal: what killed it is forbidden. */
static void ask_calls(struct live *live)
{
	unsigned char answers[calls] = {TRI_UNKNOWN, TRI_UNKNOWN};
	int fds[2], got = 0, status = 0;
	pid_t child;

	if (pipe(fds) < 0)
		return;
	child = fork();
	if (child == 0) {
		for (int number = 0; number < calls; number++) {
			unsigned char answer = (unsigned char)try_call(number);

			if (write(fds[1], &answer, 1) != 1)
				break;
		}
		_exit(0);
	}
	(void)close(fds[1]);
	while (child > 0 && got < calls && read(fds[0], &answers[got], 1) == 1)
		got++;
	(void)close(fds[0]);
	if (child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && got < calls)
		answers[got] = TRI_NO;
	live->linux_aio = (enum tri)answers[0];
	live->io_uring = (enum tri)answers[1];
}

void live_ask_kernel(struct root *root, struct arena *arena, struct live *live)
{
	struct utsname system;
	long page = sysconf(_SC_PAGESIZE);

	if (uname(&system) == 0) {
		live->kernel_release = arena_strdup(arena, system.release);
		live->machine = arena_strdup(arena, system.machine);
	}
	live->uid = geteuid();
	live->page_bytes = page > 0 ? (uint64_t)page : 0;
	ask_capabilities(live);
	live->user_namespace = ask_user_namespace(arena);
	live->initial_netns = ask_initial_netns(root);
	live->container = ask_container(arena);
	live->unit = text_equal(live->container, "none") ? ask_unit(arena) : NULL;
	live->hypervisor = ask_hypervisor(arena);
	live->clock_synchronised = ask_clock();
	ask_calls(live);
}
