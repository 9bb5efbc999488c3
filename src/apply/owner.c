/* SPDX-License-Identifier: Apache-2.0 */
/* What an owner may be called, and what the files of one are called. */
#include "apply/owner.h"

#include <errno.h>

#include "base/text.h"

/* A name of 255 bytes is the most that a file system takes; the rest is for suffixes and for
 * the temporary file. */
enum { owner_most = 128, file_most = 230 };

static const char owner_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";

char *owner_file(struct arena *arena, const char *dir, const char *owner, const char *suffix)
{
	struct str file = str_new(arena);

	str_printf(&file, "%s/", dir);
	for (; *owner; owner++) {
		if (*owner == ':' || *owner == '/')
			str_add(&file, *owner == ':' ? "%3A" : "%2F");
		else
			str_add_n(&file, owner, 1);
	}
	str_add(&file, suffix);
	return file.text;
}

int owner_check(struct arena *arena, const char *owner, struct err *err)
{
	size_t length = strlen(owner);

	if (length == 0)
		return err_set(err, -EINVAL, "an owner needs a name");
	if (length > owner_most || strlen(owner_file(arena, "", owner, "")) > file_most)
		return err_set(err, -EINVAL,
			       "'%s' is too long: an owner has at most %d characters, %d where "
			       "each ':' and '/' counts as three",
			       owner, owner_most, file_most);
	if (strspn(owner, owner_characters) != length)
		return err_set(err, -EINVAL,
			       "'%s' has characters other than letters, digits and . _ : / -",
			       owner);
	return 0;
}
