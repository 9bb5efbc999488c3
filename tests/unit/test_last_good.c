/* SPDX-License-Identifier: Apache-2.0 */
/* The last good profile against the kernel in memory: when it is kept, found again, and not used.
 */
#include "apply/last_good.h"

#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "profile_fixture.h"
#include "run_suite.h"

#define FILE_OF_HOST STATE_DIR "/profiles/host.yaml"
#define HEAD         "# last good profile of thintune, sha256 "
#define HASH         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TEXT         "profile: site\nsysctl:\n  vm.swappiness: 1\n"

static const struct facts facts;
static struct profile profile, found;
static const char *kept;

static const char *keep(const char *time)
{
	return last_good_keep(fake_root(), arena, "host", time, &facts, &profile);
}

static int load(void)
{
	return last_good_load(fake_root(), arena, "host", &facts, &found, &kept);
}

START_TEST(what_is_kept_is_found)
{
	profile = fixture_load_text(arena, TEXT, &facts);
	ck_assert_int_eq(load(), -ENOENT);
	ck_assert_ptr_null(keep("noon"));
	ck_assert(text_starts(
	    fake_get(FILE_OF_HOST),
	    arena_printf(arena, HEAD "%s, kept noon\nprofile: site\n", profile.sha256)));
	ck_assert_int_eq(load(), 0);
	ck_assert_str_eq(kept, "noon");
	ck_assert_str_eq(found.sha256, profile.sha256);
	ck_assert_str_eq(profile_yaml(arena, &found, false), profile_yaml(arena, &profile, false));
	ck_assert_int_eq(last_good_load(fake_root(), arena, "pod", &facts, &found, &kept), -ENOENT);
}
END_TEST

/* A start each minute must not be a write each minute. */
START_TEST(what_is_there_is_not_written_again)
{
	unsigned changes;

	profile = fixture_load_text(arena, TEXT, &facts);
	ck_assert_ptr_null(keep("noon"));
	changes = fake_changes();
	ck_assert_ptr_null(keep("later"));
	ck_assert_uint_eq(fake_changes(), changes);
	/* The same text of other files, and another text. */
	profile.sha256 = HASH;
	ck_assert_ptr_null(keep("later"));
	ck_assert_int_eq(load(), 0);
	ck_assert_str_eq(found.sha256, HASH);
	ck_assert_str_eq(kept, "later");
	profile = fixture_load_text(arena, "profile: other\n", &facts);
	profile.sha256 = HASH;
	ck_assert_ptr_null(keep("at last"));
	ck_assert_int_eq(load(), 0);
	ck_assert_str_eq(found.name, "other");
}
END_TEST

START_TEST(what_is_damaged_is_not_used)
{
	static const struct {
		const char *text;
		int answer;
	} rows[] = {
	    {HEAD HASH ", kept noon\n" TEXT, 0},
	    {HEAD HASH ", kept \n" TEXT, 0},
	    {HEAD HASH ", kept noon", -EINVAL},
	    {HEAD HASH "\n" TEXT, -EBADMSG},
	    {HEAD HASH ", sept noon\n" TEXT, -EBADMSG},
	    {HEAD HASH "0, kept noon\n" TEXT, -EBADMSG},
	    {HEAD "x" HASH ", kept noon\n" TEXT, -EBADMSG},
	    {HEAD "0123\n" TEXT, -EBADMSG},
	    {"# lost good profile of thintune, sha256 " HASH ", kept noon\n" TEXT, -EBADMSG},
	    {TEXT, -EBADMSG},
	    {"", -EBADMSG},
	    {HEAD HASH ", kept noon\nsysctl: 1\n", -EINVAL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_set(FILE_OF_HOST, rows[i].text);
		ck_assert_msg(load() == rows[i].answer, "row %zu: %d", i, load());
	}
	ck_assert_str_eq(last_good_words(-EBADMSG), "it is damaged");
	ck_assert_str_eq(last_good_words(-EINVAL),
			 "another version of thintune wrote it, or it is damaged");
	ck_assert_ptr_nonnull(strstr(last_good_words(-EPERM), "users other than root"));
	ck_assert_str_eq(last_good_words(-ENOENT), root_words(-ENOENT));
}
END_TEST

START_TEST(what_others_may_write_is_not_used)
{
	profile = fixture_load_text(arena, TEXT, &facts);
	ck_assert_ptr_null(keep("noon"));
	fake_protect(FILE_OF_HOST, -EPERM);
	ck_assert_int_eq(load(), -EPERM);
	fake_protect(FILE_OF_HOST, -ENOTDIR);
	ck_assert_int_eq(load(), -ENOENT);
	fake_protect(FILE_OF_HOST, 0);
	fake_set(STATE_DIR, "");
	fake_protect(STATE_DIR, -EPERM);
	ck_assert_int_eq(load(), -EPERM);
	fake_protect(STATE_DIR, 0);
	ck_assert_int_eq(load(), 0);
	fake_mute(FILE_OF_HOST, -EIO);
	ck_assert_int_eq(load(), -EIO);
	fake_mute(FILE_OF_HOST, 0);
	/* 1 MiB: no profile, and no memory of ours. */
	fake_set(FILE_OF_HOST, arena_printf(arena, "%0*d", 1 << 20, 0));
	ck_assert_int_eq(load(), -EFBIG);
	fake_set(FILE_OF_HOST, arena_printf(arena, "%0*d", (1 << 20) - 1, 0));
	ck_assert_int_eq(load(), -EBADMSG);
}
END_TEST

/* The older one is another profile, and would be used in the place of this one. */
START_TEST(what_cannot_be_kept_leaves_no_older_one)
{
	const char *why;

	profile = fixture_load_text(arena, TEXT, &facts);
	ck_assert_ptr_null(keep("noon"));
	profile = fixture_load_text(arena, "profile: other\n", &facts);
	fake_storage(FAKE_FULL);
	why = keep("later");
	ck_assert_ptr_nonnull(strstr(why, FILE_OF_HOST ": No space left"));
	ck_assert(text_ends(why, "the next run would end with 2"));
	ck_assert_ptr_null(fake_get(FILE_OF_HOST));
	ck_assert(text_ends(keep("later"), "the next run would end with 2"));
	fake_storage(FAKE_ROOM);
	ck_assert_ptr_null(keep("later"));
	profile = fixture_load_text(arena, TEXT, &facts);
	fake_storage(FAKE_FULL);
	fake_keep(FILE_OF_HOST);
	ck_assert(text_ends(keep("later"), "the next run would go on with the older one there"));
	ck_assert_ptr_nonnull(fake_get(FILE_OF_HOST));
}
END_TEST

/* A value that the text cannot hold, one that it holds as another, and more than is read. */
START_TEST(what_would_not_be_read_back_is_not_kept)
{
	static const char *const operands[] = {"nonsense", "01"};

	for (size_t i = 0; i < 3; i++) {
		profile = fixture_load_text(arena, "profile: site\ndisk:\n  nomerges: 2\n", &facts);
		if (i < 2)
			profile.entries.at[0].value.operands.at[0] = operands[i];
		else
			profile.summary = arena_printf(arena, "%0*d", 1 << 20, 0);
		ck_assert_ptr_nonnull(
		    strstr(keep("noon"), "its merged overlays cannot be written"));
		ck_assert_ptr_null(fake_get(FILE_OF_HOST));
	}
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("last_good", prepare, what_is_kept_is_found, what_is_there_is_not_written_again,
	       what_is_damaged_is_not_used, what_others_may_write_is_not_used,
	       what_cannot_be_kept_leaves_no_older_one, what_would_not_be_read_back_is_not_kept)
