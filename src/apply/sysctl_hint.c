/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for a misspelt kernel setting among those that the node has. */
#include "apply/sysctl_hint.h"

#include "base/nearest.h"
#include "base/sysctl_key.h"
#include "base/text.h"
#include "plan/needs.h"

#define SYSCTL_DIR "/proc/sys"

static bool holds(const names *list, const char *name)
{
	vec_for_each (one, list) {
		if (text_equal(*one, name))
			return true;
	}
	return false;
}

/* One part may be wrong: of two nobody could say what was meant. */
const char *sysctl_hint(struct root *root, struct arena *arena, const char *key)
{
	const names parts = text_split(arena, sysctl_key_file(arena, key), '/');
	const char *path = SYSCTL_DIR;
	bool is_mended = false;

	if (profile_names_sysctl(key))
		return NULL;
	vec_for_each (part, &parts) {
		const char *name = *part;
		names there = {0};

		if (root_list(root, arena, path, &there) < 0)
			return NULL;
		if (!holds(&there, name)) {
			name = is_mended ? NULL : nearest_find(name, &there);
			is_mended = true;
		}
		if (!name)
			return NULL;
		path = arena_printf(arena, "%s/%s", path, name);
	}
	return is_mended ? sysctl_key(arena, path + strlen(SYSCTL_DIR "/")) : NULL;
}

bool sysctl_hint_is_missing(struct root *root, struct arena *arena, const char *key)
{
	const char *path = arena_printf(arena, SYSCTL_DIR "/%s", sysctl_key_file(arena, key));

	if (root_exists(root, path))
		return false;
	if (!root_is_live(root))
		return sysctl_hint(root, arena, key);
	/* tcp_mem tells whether this namespace is the node's own. */
	return !needs_initial_netns(key) || root_exists(root, SYSCTL_DIR "/net/ipv4/tcp_mem");
}
