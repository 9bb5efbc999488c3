/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

int run_lock(struct root *root, uint64_t wait_us, int *ret_fd)
{
	int r = root_mkdir(root, RUN_DIR);

	*ret_fd = -1;
	return r < 0 ? r : root_lock(root, LOCK_FILE, wait_us, ret_fd);
}
