/* SPDX-License-Identifier: Apache-2.0 */
/* The ballast file: what is wrong with it, and what to type. */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define GIB UINT64_C(1073741824)
#define AS  "sudo -u '#101' -g '#102' "

struct row {
	struct live_ballast ballast;
	enum state state;
	const char *have, *note;
};

static struct scene *scene_of_dir(void)
{
	struct scene *scene = scene_new();
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	scene->facts.live_root = true;
	dir->path = "/data";
	dir->exists = TRI_YES;
	dir->is_directory = true;
	dir->uid = 101;
	dir->gid = 102;
	dir->free_bytes = 10 * GIB;
	scene_want(scene, "storage", "ballast", RULE_EXACT, "1073741824");
	return scene;
}

static const struct setting *judged(struct scene *scene)
{
	scene_run(scene, tune_ballast);
	return scene_setting(scene, "ballast file");
}

static void expect(struct scene *scene, const struct row *row)
{
	const struct setting *setting;

	scene->facts.live.data_dir.ballast = row->ballast;
	setting = judged(scene);
	ck_assert_int_eq(setting->state, row->state);
	ck_assert_pstr_eq(setting->have, row->have);
	ck_assert_str_eq(setting->want, "1GiB");
	ck_assert_ptr_null(setting->wish->path);
	ck_assert_msg(row->note ? setting->note && strstr(setting->note, row->note)
				: !setting->note,
		      "%s", setting->note);
}

START_TEST(what_is_wrong_with_it)
{
	static const struct row rows[] = {
	    {{TRI_YES, 0, true, GIB, GIB, 101, 102}, STATE_SAME, "1GiB", NULL},
	    /* The file system may keep blocks behind the end. */
	    {{TRI_YES, 0, true, GIB, 2 * GIB, 101, 102}, STATE_SAME, "1GiB", NULL},
	    {{.exists = TRI_NO},
	     STATE_MANUAL,
	     "none",
	     "run `" AS "fallocate -l 1GiB '/data/ballast'`"},
	    {{TRI_YES, 0, false, GIB, GIB, 101, 102},
	     STATE_MANUAL,
	     "not a file of its own",
	     "look at '/data/ballast'"},
	    {{TRI_YES, 0, true, GIB, GIB, 0, 102},
	     STATE_MANUAL,
	     "1GiB, owner 0:102",
	     "remove it, and run `" AS "fallocate"},
	    {{TRI_YES, 0, true, GIB, GIB, 101, 0}, STATE_MANUAL, "1GiB, owner 101:0", "remove it"},
	    {{TRI_YES, 0, true, 1000000000, 1000001536, 101, 102},
	     STATE_MANUAL,
	     "1000000000 bytes",
	     "rpk takes 1GiB for 10^9 bytes: run `" AS "fallocate"},
	    {{TRI_YES, 0, true, 0, 0, 101, 102}, STATE_MANUAL, "0 bytes", "run `" AS "fallocate"},
	    {{TRI_YES, 0, true, 3 << 20, 3 << 20, 101, 102}, STATE_MANUAL, "3MiB", "fallocate"},
	    {{TRI_YES, 0, true, 5 << 10, 8 << 10, 101, 102}, STATE_MANUAL, "5KiB", "fallocate"},
	    {{TRI_YES, 0, true, 2 * GIB, 2 * GIB, 101, 102},
	     STATE_MANUAL,
	     "2GiB",
	     "run `" AS "truncate -s 1GiB '/data/ballast'`"},
	    {{TRI_YES, 0, true, GIB, 4096, 101, 102},
	     STATE_MANUAL,
	     "1GiB, 4.0 KiB of it allocated",
	     "it is sparse and keeps no space free: run `" AS "fallocate"},
	    {{.error = -EACCES}, STATE_FAILED, NULL, "cannot look at '/data/ballast': Permission"},
	};
	_cleanup_scene_ struct scene *scene = scene_of_dir();

	for (size_t i = 0; i < COUNT(rows); i++)
		expect(scene, &rows[i]);
}
END_TEST

START_TEST(without_room_nothing_is_advised)
{
	_cleanup_scene_ struct scene *scene = scene_of_dir();
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	dir->ballast.exists = TRI_NO;
	dir->free_bytes = GIB - 1;
	ck_assert_str_eq(judged(scene)->note, "there is no room for it: 1024.0 MiB are free");
	dir->ballast = (struct live_ballast){TRI_YES, 0, true, GIB, 4096, 101, 102};
	dir->free_bytes = GIB - 4096;
	ck_assert_ptr_nonnull(strstr(judged(scene)->note, "fallocate"));
}
END_TEST

START_TEST(a_directory_that_is_not_seen)
{
	_cleanup_scene_ struct scene *scene = scene_of_dir();
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	dir->exists = TRI_NO;
	ck_assert_int_eq(judged(scene)->state, STATE_SKIPPED);
	dir->exists = TRI_YES;
	dir->is_directory = false;
	ck_assert_int_eq(judged(scene)->state, STATE_SKIPPED);
	*dir = (struct live_data_dir){0};
	scene->facts.live_root = false;
	ck_assert_int_eq(judged(scene)->state, STATE_UNSUPPORTED);
	ck_assert_str_eq(judged(scene)->note, "not in this record");
	dir->exists = TRI_YES;
	dir->is_directory = true;
	dir->ballast.error = -EACCES;
	ck_assert_int_eq(judged(scene)->state, STATE_FAILED);
}
END_TEST

START_TEST(only_if_the_profile_asks)
{
	_cleanup_scene_ struct scene *scene = scene_of_dir();

	scene_clear(scene);
	scene_run(scene, tune_ballast);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

RUN_SUITE("ballast", what_is_wrong_with_it, without_room_nothing_is_advised,
	  a_directory_that_is_not_seen, only_if_the_profile_asks)
