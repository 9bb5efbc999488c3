/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps an owner's last good profile, and finds it again. */
#include "apply/last_good.h"

#include <errno.h>

#include "apply/journal.h"
#include "apply/owner.h"
#include "base/text.h"

#define PROFILE_DIR STATE_DIR "/profiles"
/* "# last good profile of thintune, sha256 HEX, kept TIME" */
#define HEAD "# last good profile of thintune, sha256 "
#define KEPT ", kept "

enum { file_most = 1024 * 1024, hash_length = 64 };

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

static int add_text(void *context, char *line)
{
	struct str *text = context;

	str_printf(text, "%s\n", line);
	return text->length > file_most ? -EFBIG : 0;
}

static int read_kept(struct root *root, struct arena *arena, const char *path, const char **ret)
{
	struct str text = str_new(arena);
	int r = root_is_our_dir(root, STATE_DIR);

	if (r == 0)
		r = root_is_ours(root, path);
	if (r == 0)
		r = root_lines(root, path, ROOT_LONG_TEXT, add_text, &text);
	*ret = text.text;
	return r;
}

/* The form of the text can be too narrow for what overlays have made of a profile. */
static bool reads_back(struct arena *arena, const struct facts *facts, const char *path,
		       const char *text)
{
	struct profile again;

	return strlen(text) < file_most &&
	       profile_load_text(arena, path, text, facts, &again, NULL) == 0 &&
	       text_equal(profile_yaml(arena, &again, false), text);
}

static const char *not_kept(struct root *root, struct arena *arena, const char *path,
			    const char *why)
{
	bool is_left = root_exists(root, path) && root_remove(root, path) < 0;

	return arena_printf(arena,
			    "the profile could not be kept as the last good one, %s: %s; with a "
			    "mistake in it the next run %s",
			    path, why,
			    is_left ? "would go on with the older one there" : "would end with 2");
}

const char *last_good_keep(struct root *root, struct arena *arena, const char *owner,
			   const char *time, const struct facts *facts,
			   const struct profile *profile)
{
	const char *path = last_good_file(arena, owner);
	const char *text = profile_yaml(arena, profile, false), *there, *sha256, *kept;
	int r;

	if (read_kept(root, arena, path, &there) == 0 &&
	    text_equal(split(arena, there, &sha256, &kept), text) &&
	    text_equal(sha256, profile->sha256))
		return NULL;
	if (!reads_back(arena, facts, path, text))
		return not_kept(
		    root, arena, path,
		    "its merged overlays cannot be written in a form that can be read again");
	r = root_mkdir(root, PROFILE_DIR);
	if (r == 0)
		r = root_replace(
		    root, path,
		    arena_printf(arena, HEAD "%s" KEPT "%s\n%s", profile->sha256, time, text));
	return r < 0 ? not_kept(root, arena, path, err_words(r)) : NULL;
}

const char *last_good_words(int code)
{
	if (code == -EPERM)
		return "it or its directory is a link, or users other than root may write to it";
	if (code == -EBADMSG)
		return "it is damaged";
	if (code == -EINVAL)
		return "another version of thintune wrote it, or it is damaged";
	return root_words(code);
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
