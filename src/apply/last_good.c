/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps an owner's last good profile, and finds it again. */
#include "apply/last_good.h"

#include <errno.h>

#include "apply/apply.h"
#include "apply/owner.h"
#include "base/text.h"

#define PROFILE_DIR STATE_DIR "/profiles"
/* "# last good profile of thintune, sha256 HEX, kept TIME" */
#define HEAD "# last good profile of thintune, sha256 "
#define KEPT ", kept "

/* What root_read_file() takes, less the first line. */
enum { text_most = 60 * 1024, hash_length = 64 };

char *last_good_file(struct arena *arena, const char *owner)
{
	return owner_file(arena, PROFILE_DIR, owner, ".yaml");
}

/* The text after the first line; NULL when that is not ours. */
static const char *split(struct arena *arena, const char *text, const char **ret_sha256,
			 const char **ret_kept)
{
	const char *end = strchr(text, '\n'), *hash = text + strlen(HEAD), *kept;

	if (!end || !text_starts(text, HEAD) || end - hash < hash_length)
		return NULL;
	kept = hash + hash_length;
	if (strspn(hash, "0123456789abcdef") != hash_length || !text_starts(kept, KEPT))
		return NULL;
	kept += strlen(KEPT);
	*ret_sha256 = arena_strndup(arena, hash, hash_length);
	*ret_kept = arena_strndup(arena, kept, (size_t)(end - kept));
	return end + 1;
}

static int read_kept(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	int r = root_is_ours(root, path);

	return r < 0 ? r : root_read_file(root, arena, path, ret);
}

int last_good_keep(struct root *root, struct arena *arena, const char *owner, const char *time,
		   const struct profile *profile)
{
	const char *path = last_good_file(arena, owner);
	const char *text = profile_yaml(arena, profile), *there, *sha256, *kept;
	int r;

	if (strlen(text) > text_most)
		return -EFBIG;
	if (read_kept(root, arena, path, &there) == 0 &&
	    text_equal(split(arena, there, &sha256, &kept), text) &&
	    text_equal(sha256, profile->sha256))
		return 0;
	r = root_mkdir(root, PROFILE_DIR);
	return r < 0 ? r
		     : root_replace(root, path,
				    arena_printf(arena, HEAD "%s" KEPT "%s\n%s", profile->sha256,
						 time, text));
}

int last_good_load(struct root *root, struct arena *arena, const char *owner,
		   const struct facts *facts, struct profile *ret, const char **ret_kept)
{
	const char *path = last_good_file(arena, owner);
	const char *text, *body, *sha256;
	int r = read_kept(root, arena, path, &text);

	if (r < 0)
		return r == -ENOTDIR ? -ENOENT : r;
	body = split(arena, text, &sha256, ret_kept);
	if (!body)
		return -EBADMSG;
	r = profile_load_text(arena, path, body, facts, ret, NULL);
	if (r == 0)
		ret->sha256 = sha256;
	return r;
}
