/* SPDX-License-Identifier: Apache-2.0 */
/* The ballast file: when it is made, what is wrong with it, and what to type. */
#include <errno.h>

#include "base/text.h"
#include "plan/space.h"
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

#define ID   "0a1b-128"
#define PATH SPACE_DIR ID "/data/ballast"

/* One whose directory can be found again. */
static struct scene *scene_of_known_dir(void)
{
	struct scene *scene = scene_of_dir();

	scene->facts.live.data_dir.id = ID;
	scene->facts.live.data_dir.ballast.exists = TRI_NO;
	return scene;
}

START_TEST(one_that_is_not_there_is_made)
{
	_cleanup_scene_ struct scene *scene = scene_of_known_dir();
	struct live_data_dir *dir = &scene->facts.live.data_dir;
	const struct setting *setting = judged(scene);

	ck_assert_str_eq(scene_settings(scene), "ballast file space exact 1073741824\n");
	ck_assert_int_eq(setting->state, STATE_PENDING);
	ck_assert_str_eq(setting->wish->path, PATH);
	ck_assert_str_eq(setting->wish->gist, "1GiB");
	ck_assert_uint_eq(setting->wish->needs, NEED_OWNER);
	ck_assert(setting->wish->disruptive);
	/* It stays thintune's, or becomes so. */
	dir->ballast = (struct live_ballast){TRI_YES, 0, true, GIB, GIB, 101, 102};
	ck_assert_str_eq(judged(scene)->wish->path, PATH);
	/* What is there and differs is not overwritten. */
	dir->ballast.size_bytes = GIB - 4096;
	ck_assert_int_eq(judged(scene)->state, STATE_MANUAL);
	ck_assert_ptr_null(judged(scene)->wish->path);
	dir->ballast.exists = TRI_NO;
	dir->uid = 0;
	ck_assert_uint_eq(judged(scene)->wish->needs, NEED_NONE);
	/* A path that no journal could hold. */
	dir->path = "/data\n";
	ck_assert_int_eq(judged(scene)->state, STATE_MANUAL);
	dir->path = "data";
	ck_assert_int_eq(judged(scene)->state, STATE_MANUAL);
}
END_TEST

START_TEST(a_node_is_not_filled_up)
{
	_cleanup_scene_ struct scene *scene = scene_of_known_dir();
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	dir->free_bytes = 2 * GIB;
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
	dir->free_bytes--;
	ck_assert_int_eq(judged(scene)->state, STATE_FAILED);
	ck_assert_str_eq(judged(scene)->note,
			 "not made: 2.0 GiB are free, and 1.0 GiB are to stay free beside it");
	scene_want(scene, "checks", "free-space", RULE_AT_LEAST, "5368709120");
	dir->free_bytes = 6 * GIB;
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
	dir->free_bytes--;
	ck_assert_int_eq(judged(scene)->state, STATE_FAILED);
}
END_TEST

/* At three in the morning, for its room. */
START_TEST(what_somebody_removed_is_not_made_again)
{
	_cleanup_scene_ struct scene *scene = scene_of_known_dir();
	struct holding holding = {.tuner = "ballast",
				  .path = PATH,
				  .kind = KIND_SPACE,
				  .had = FILE_ABSENT,
				  .is_settled = true};

	vec_push(scene->arena, &holding.ours, "1073741824 5.1.2.3.4");
	vec_push(scene->arena, &scene->request.holdings, holding);
	ck_assert_int_eq(judged(scene)->state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(judged(scene)->note, "somebody has removed it since"));
	ck_assert_str_eq(judged(scene)->wish->path, PATH);
	/* Another volume at the same place. */
	scene->facts.live.data_dir.id = "0a1b-129";
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
	scene->facts.live.data_dir.id = ID;
	/* A run was killed, or could not make it. */
	scene->request.holdings.at[0].is_settled = false;
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
	scene->request.holdings.at[0].is_settled = true;
	scene->request.holdings.at[0].ours.count = 0;
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
	/* Asked for by name. */
	scene->request.holdings.at[0].ours.count = 1;
	vec_push(scene->arena, &scene->request.only, "sysctl");
	ck_assert_int_eq(judged(scene)->state, STATE_SKIPPED);
	vec_push(scene->arena, &scene->request.only, "ballast");
	ck_assert_int_eq(judged(scene)->state, STATE_PENDING);
}
END_TEST

/* Path and value ------------------------------------------------------------------------------ */

START_TEST(which_directory_and_which_file)
{
	static const char *const no_paths[] = {
	    "/data/ballast",
	    SPACE_DIR "/data/ballast",
	    SPACE_DIR ID "/data/other",
	    SPACE_DIR ID "/data/../etc/ballast",
	    SPACE_DIR ID "/../ballast",
	    SPACE_DIR ID "/da\nta/ballast",
	    SPACE_DIR ID,
	    SPACE_DIR,
	};
	static const struct {
		const char *a, *b;
		bool equal;
	} values[] = {
	    {"4096", "4096", true},
	    {"4096", "4096 7.1.2.3.4", true},
	    {"4096 7.1.2.3.4", "4096", true},
	    {"4096 7.1.2.3.4", "4096 7.1.2.3.4", true},
	    {"4096 7.1.2.3.4", "4096 8.1.2.3.4", false},
	    {"4096", "40960 7.1.2.3.4", false},
	    {"4096", "4096 7.1.2.3.4 sparse", false},
	    {"4096", "4096 ", false},
	    {"", " 7.1.2.3.4", false},
	    {FILE_ABSENT, "4096", false},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *id, *dir;

	ck_assert(space_split(arena, PATH, &id, &dir));
	ck_assert_str_eq(id, ID);
	ck_assert_str_eq(dir, "/data");
	for (size_t i = 0; i < COUNT(no_paths); i++)
		ck_assert_msg(!space_split(arena, no_paths[i], &id, &dir), "%s", no_paths[i]);
	for (size_t i = 0; i < COUNT(values); i++)
		ck_assert_msg(space_equal(values[i].a, values[i].b) == values[i].equal,
			      "'%s', '%s'", values[i].a, values[i].b);
	ck_assert_str_eq(space_words(arena, "1048576 7.1.2.3.4"), "1.0 MiB");
	ck_assert_str_eq(space_words(arena, FILE_ABSENT), FILE_ABSENT);
}
END_TEST

RUN_SUITE("ballast", what_is_wrong_with_it, without_room_nothing_is_advised,
	  a_directory_that_is_not_seen, only_if_the_profile_asks, one_that_is_not_there_is_made,
	  a_node_is_not_filled_up, what_somebody_removed_is_not_made_again,
	  which_directory_and_which_file)
