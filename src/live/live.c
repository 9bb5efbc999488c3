/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LIVE_FILE: one `key=value` a line, sorted by key, final newline. A key that is missing is
 * unknown (0, false). Values:
 *   words      yes, no; numbers in decimal, capabilities in hexadecimal without 0x
 *   texts      as they are; backslash and newline as \\ and \n
 * Keys: broker.running broker.shards capabilities capabilities.known clock-synchronised container
 *   data-dir.{dev-major,dev-minor,error,exists,free-bytes,fs-type,gid,has-data,is-directory,mode,
 *   mount-options,mount-point,mount-source,path,size-bytes,uid} hypervisor initial-netns io-uring
 *   kernel-release linux-aio machine page-bytes uid unit user-namespace
 * data-dir.error is the positive errno, data-dir.mode the permission bits in decimal.
 */
#include "live/live.h"

#include <errno.h>

#include "base/text.h"
#include "live/live_impl.h"

#define DEFAULT_DATA_DIR "/var/lib/redpanda/data"

struct live live_unknown(void)
{
	return (struct live){.uid = -1};
}

static int read_recorded(struct root *root, struct arena *arena, const char *data_dir,
			 struct live *ret, struct err *err)
{
	const char *text = NULL;
	int r = root_read(root, arena, LIVE_FILE, &text);

	if (r == -ENOENT) {
		*ret = live_unknown();
		r = 0;
	} else if (r < 0) {
		return err_set(err, r, "cannot read %s of root '%s': %s", LIVE_FILE, root_dir(root),
			       err_words(r));
	} else {
		r = live_parse(arena, text, ret, err);
	}
	if (r == 0 && data_dir && !text_equal(data_dir, ret->data_dir.path))
		ret->data_dir = (struct live_data_dir){.path = data_dir, .error = -ENODATA};
	return r;
}

int live_read(struct root *root, struct arena *arena, const char *data_dir, struct live *ret,
	      struct err *err)
{
	if (!root_is_live(root))
		return read_recorded(root, arena, data_dir, ret, err);
	*ret = live_unknown();
	live_ask_kernel(root, arena, ret);
	ret->data_dir = live_ask_dir(arena, data_dir ? data_dir : DEFAULT_DATA_DIR);
	live_ask_broker(root, arena, ret);
	return 0;
}
