/* SPDX-License-Identifier: Apache-2.0 */
/* Reads who started this process. */
#include "live/caller.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

/* Their path is the same wherever it is asked, so none of it is below --root. NULL: unreadable. */
static const char *read_own(struct arena *arena, const char *path)
{
	enum { room = 16 * 1024 };
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(arena, room);
	ssize_t got = fd < 0 ? -1 : read(fd, text, room - 1);

	return got < 0 ? NULL : text;
}

/* "0::/system.slice/x.service" of version 2; "1:name=systemd:/..." where that is mounted as well.
 */
static const char *group_path(struct arena *arena, const char *text)
{
	names lines = text_split(arena, text, '\n');
	const char *path = NULL;

	vec_for_each (line, &lines) {
		const char *systemd = strstr(*line, ":name=systemd:");

		if (systemd)
			return systemd + strlen(":name=systemd:");
		if (text_starts(*line, "0::"))
			path = *line + strlen("0::");
	}
	return path;
}

/* "kubepods-burstable-podUID.slice", with _ for -, or "podUID". */
static const char *pod_of(struct arena *arena, const char *name)
{
	const char *at = strstr(name, "-pod");
	char *uid;

	if (text_starts(name, "pod"))
		at = name + strlen("pod");
	else if (text_starts(name, "kubepods") && at && text_ends(name, ".slice"))
		at += strlen("-pod");
	else
		return NULL;
	uid = arena_strndup(arena, at, strcspn(at, "."));
	for (char *byte = uid; *byte; byte++)
		*byte = *byte == '_' ? '-' : *byte;
	return *uid ? uid : NULL;
}

void live_caller_groups(struct arena *arena, const char *text, struct live_caller *ret)
{
	const char *path = group_path(arena, text);
	bool is_in_pods = path && strstr(path, "kubepods");
	names parts = {0};

	if (path)
		parts = text_split(arena, path, '/');
	vec_for_each (part, &parts) {
		const char *pod = is_in_pods ? pod_of(arena, *part) : NULL;

		if (pod)
			ret->pod = pod;
		else if (!is_in_pods &&
			 (text_ends(*part, ".service") || text_ends(*part, ".scope")))
			ret->unit = *part;
	}
}

struct live_caller live_caller_read(struct arena *arena)
{
	const char *login = read_own(arena, "/proc/self/loginuid");
	const char *groups = read_own(arena, "/proc/self/cgroup");
	struct live_caller caller = {.loginuid = -1};
	uint64_t uid;

	/* (uid_t)-1 says that nobody has logged in. */
	if (login && text_u64(text_trim(arena, login), &uid) == 0 && uid < UINT32_MAX)
		caller.loginuid = (int64_t)uid;
	if (groups)
		live_caller_groups(arena, groups, &caller);
	return caller;
}
