/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the paths below /.thintune, which no person finds on a node. */
#include "plan/place.h"

#include "base/text.h"
#include "plan/space.h"
#include "sys/ethtool.h"
#include "sys/systemctl.h"

const char *place_words(struct arena *arena, const char *path)
{
	const char *id, *dir, *nic, *name;

	if (text_starts(path, SYSTEMCTL_DIR))
		return arena_printf(arena, "the unit %s", path + strlen(SYSTEMCTL_DIR));
	if (text_starts(path, SPACE_DIR))
		return space_split(arena, path, &id, &dir)
			   ? arena_printf(arena, "%s/" LIVE_BALLAST, dir)
			   : path;
	nic = text_starts(path, ETHTOOL_DIR) ? path + strlen(ETHTOOL_DIR) : NULL;
	name = nic ? strchr(nic, '/') : NULL;
	return name ? arena_printf(arena, "%s of the network card %.*s", name + 1,
				   (int)(name - nic), nic)
		    : path;
}
