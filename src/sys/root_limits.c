/* SPDX-License-Identifier: Apache-2.0 */
/* How much is read of one file, and what is said where it is more. */
#include <errno.h>

#include "sys/root_impl.h"

/* The codes are of their own, so that a record tells them apart as well. */
const struct root_limit root_limits[] = {
    [ROOT_TEXT] = {1 << 20, -E2BIG, "larger than 1 MiB: not read"},
    [ROOT_LONG_TEXT] = {16 << 20, -EOVERFLOW, "larger than 16 MiB: not read"},
    [ROOT_TABLE] = {128 << 20, -ENOBUFS, "larger than 128 MiB: not read"},
    {attribute_bytes, -EFBIG, "larger than 64 KiB: not read"},
    {root_line_bytes, -EMSGSIZE, "a line is longer than 1 MiB: not read"},
    {0, -EMEDIUMTYPE, "it is no regular file"},
};

const char *root_words(int code)
{
	for (size_t i = 0; i < sizeof(root_limits) / sizeof(root_limits[0]); i++) {
		if (root_limits[i].code == code)
			return root_limits[i].words;
	}
	return err_words(code);
}
