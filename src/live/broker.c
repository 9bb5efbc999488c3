/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out whether Redpanda runs, with how many shards, and whether it holds a data directory.
 * Looking at a process costs microseconds, so that is skipped if it cannot find anything: every
 * reactor has a linux-aio context, and fs.aio-nr counts those of the whole node.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "live/live_impl.h"
#include "sys/own.h"

#define BROKER "redpanda"

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static bool certainly_none(struct root *root, struct arena *arena, const struct live *live)
{
	const char *requests = NULL;

	/* Of a pod's broker the CPUs matter before it has begun to work. */
	return !live_has_pods(root, arena) &&
	       root_read(root, arena, "/proc/sys/fs/aio-nr", &requests) == 0 &&
	       text_equal(requests, "0") && live->data_dir.path &&
	       own_is_absent(arena_printf(arena, "%s/pid.lock", live->data_dir.path));
}

/* The main thread has the program's name and is a reactor, too. */
static unsigned count_shards(struct root *root, struct arena *arena, const char *process)
{
	const char *tasks = arena_printf(arena, "/proc/%s/task", process);
	names ids = {0};
	unsigned shards = 1;

	if (root_list(root, arena, tasks, &ids) < 0)
		return shards;
	vec_for_each (id, &ids) {
		const char *name = NULL;

		if (!text_equal(*id, process) &&
		    root_read(root, arena, arena_printf(arena, "%s/%s/comm", tasks, *id), &name) ==
			0 &&
		    text_starts(name, "reactor-"))
			shards++;
	}
	return shards;
}

/* A process has the name of the file that was executed. Where that is the dynamic loader, as in
 * wrappers that bring their own libraries, its arguments name the program. */
/* What the dynamic loader was asked to start (ld.so(8)): the first word that is neither an option
 * nor the value of one. */
static const char *loaded_program(const names *arguments)
{
	static const char *const with_value[] = {
	    "--library-path",         "--inhibit-rpath",    "--audit", "--preload", "--argv0",
	    "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask"};

	for (size_t i = 1; i < arguments->count; i++) {
		const char *word = arguments->at[i];

		if (!text_starts(word, "--"))
			return word;
		for (size_t j = 0; j < sizeof(with_value) / sizeof(with_value[0]); j++)
			i += text_equal(word, with_value[j]);
	}
	return "";
}

static bool names_broker(const char *program)
{
	return text_equal(program, BROKER) || text_ends(program, "/" BROKER);
}

static bool is_broker(struct root *root, struct arena *arena, const char *process)
{
	names arguments = {0};
	const char *name;

	if (root_read(root, arena, arena_printf(arena, "/proc/%s/comm", process), &name) < 0)
		return false;
	if (text_equal(name, BROKER))
		return true;
	if ((!text_starts(name, "ld.so") && !text_starts(name, "ld-")) ||
	    root_peek_arguments(root, arena, arena_printf(arena, "/proc/%s/cmdline", process),
				&arguments) < 0)
		return false;
	return names_broker(arguments.count ? arguments.at[0] : "") ||
	       names_broker(loaded_program(&arguments));
}

/* What of a line "ID:CONTROLLERS:PATH" (cgroups(7)) may be the group of a pod's container. To a
 * process with a cgroup namespace of its own the path goes up from its own group, and has none of
 * the names above the first that both have (fs/kernfs/dir.c, kernfs_path_from_node_locked): in a
 * pod often not that of the group that holds all pods. NULL: another group. */
static const char *pods_path(const char *line)
{
	const char *path = strstr(line, ":/"), *rest;

	if (!path)
		return NULL;
	path++;
	for (rest = path; text_starts(rest, "/..") && (rest[3] == '/' || !rest[3]);)
		rest += strlen("/..");
	if (rest == path && !strstr(path, "kubepods"))
		return NULL;
	return *rest && rest[1] ? rest + 1 : NULL;
}

/* NULL: it is in no pod's container, or that is not known. */
static const char *pod_group(struct root *root, struct arena *arena, const char *process)
{
	const char *text = NULL, *path = NULL;
	names lines;

	if (root_peek_file(root, arena, arena_printf(arena, "/proc/%s/cgroup", process), &text) < 0)
		return NULL;
	lines = text_split(arena, text, '\n');
	for (size_t i = 0; i < lines.count && !path; i++)
		path = pods_path(lines.at[i]);
	return path;
}

/* The main process of a container has no parent there. */
static bool is_main(struct root *root, struct arena *arena, const char *process, const char *group)
{
	const char *status = NULL, *parent;

	if (root_peek_file(root, arena, arena_printf(arena, "/proc/%s/status", process), &status) <
	    0)
		return false;
	parent = strstr(status, "\nPPid:\t");
	if (!parent)
		return false;
	parent += strlen("\nPPid:\t");
	parent = arena_strndup(arena, parent, strcspn(parent, "\n"));
	return !text_equal(pod_group(root, arena, parent), group);
}

static void add_group(struct root *root, struct arena *arena, const char *process,
		      struct live *live)
{
	const char *group = pod_group(root, arena, process);

	if (!group || !is_main(root, arena, process, group))
		return;
	live->broker_groups =
	    live->broker_groups ? arena_printf(arena, "%s\n%s", live->broker_groups, group) : group;
}

void live_ask_broker(struct root *root, struct arena *arena, struct live *live)
{
	names processes = {0};
	const char *second = NULL;

	/* That is kthreadd, but in a PID namespace of a container's own. */
	live->sees_processes =
	    root_read(root, arena, "/proc/2/comm", &second) == 0 && text_equal(second, "kthreadd");
	if (certainly_none(root, arena, live)) {
		live->broker_running = TRI_NO;
		return;
	}
	if (root_list(root, arena, "/proc", &processes) < 0)
		return;
	vec_for_each (process, &processes) {
		if (!is_number(*process) || !is_broker(root, arena, *process))
			continue;
		live->broker_running = TRI_YES;
		live->broker_shards += count_shards(root, arena, *process);
		add_group(root, arena, *process, live);
	}
	/* Where others are not shown it means nothing that none was found. */
	if (live->broker_running == TRI_UNKNOWN && live->sees_processes)
		live->broker_running = TRI_NO;
}

/* -1, and *ret: there is none, or it cannot be known. */
static int open_lock(struct arena *arena, const struct live_data_dir *dir, enum tri *ret)
{
	int fd = open(arena_printf(arena, "%s/pid.lock", dir->path),
		      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		*ret = errno == ENOENT || errno == ENOTDIR ? TRI_NO : TRI_UNKNOWN;
	return fd;
}

/* Redpanda locks this file while it runs; the lock is seen from any container. It is a POSIX lock.
 */
static enum tri is_locked(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &lock) < 0)
		return TRI_UNKNOWN;
	return lock.l_type != F_UNLCK ? TRI_YES : TRI_NO;
}

enum tri live_dir_is_locked(struct arena *arena, const struct live_data_dir *dir)
{
	enum tri locked;
	int fd = open_lock(arena, dir, &locked);

	if (fd < 0)
		return locked;
	locked = is_locked(fd);
	(void)close(fd);
	return locked;
}

enum tri live_dir_in_use(struct arena *arena, const struct live_data_dir *dir)
{
	enum tri used;
	int fd = open_lock(arena, dir, &used);

	if (fd < 0)
		return used;
	used = is_locked(fd);
	/* For forks of Redpanda that use the other kind. */
	if (used == TRI_NO)
		used = flock(fd, LOCK_SH | LOCK_NB) < 0 ? TRI_YES : TRI_NO;
	(void)close(fd);
	return used;
}
