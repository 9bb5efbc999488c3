/* SPDX-License-Identifier: Apache-2.0 */
/* fstrim.timer: what its links and its stamp say, and what the report makes of them. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "scene.h"
#include "tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNIT  "/usr/lib/systemd/system/fstrim.timer"
#define LINK  "/timers.target.wants/fstrim.timer"
#define STAMP "/var/lib/systemd/timers/stamp-fstrim.timer"

static const struct fstrim *read_fstrim(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_fstrim(tree_open(tree), tree->arena, facts);
	return &facts->fstrim;
}

START_TEST(links_say_whether_it_is_enabled)
{
	static const struct {
		const char *path, *target;
		enum tri enabled;
	} rows[] = {
	    {"/etc/systemd/system" LINK, UNIT, TRI_YES},
	    {"/usr/lib/systemd/system" LINK, "../fstrim.timer", TRI_YES},
	    {"/etc/systemd/system/multi-user.target.wants/fstrim.service", UNIT, TRI_NO},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, UNIT, "[Timer]");
		tree_dir(tree, "/etc/systemd/system");
		ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_NO);
		tree_link(tree, rows[i].path, rows[i].target);
		ck_assert_int_eq(read_fstrim(tree)->enabled, rows[i].enabled);
		ck_assert_str_eq(read_fstrim(tree)->unit, UNIT);
	}
}
END_TEST

START_TEST(a_link_to_nothing_takes_it_out)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, UNIT, "[Timer]");
	tree_link(tree, "/usr/lib/systemd/system" LINK, UNIT);
	tree_link(tree, "/etc/systemd/system" LINK, "/dev/null");
	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_NO);
	ck_assert(!read_fstrim(tree)->is_masked);
	tree_link(tree, "/etc/systemd/system/fstrim.timer", "/dev/null");
	ck_assert(read_fstrim(tree)->is_masked);
}
END_TEST

START_TEST(what_is_not_shown_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_UNKNOWN);
	ck_assert_int_eq(read_fstrim(tree)->has_begun, TRI_UNKNOWN);
	ck_assert_ptr_null(read_fstrim(tree)->unit);
	tree_dir(tree, "/etc/systemd/system");
	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_NO);
	tree_file(tree, "/etc/systemd/system" LINK, "no link");
	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_UNKNOWN);
}
END_TEST

/* A record that was made before thintune looked there. */
START_TEST(what_a_record_does_not_hold_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	const char *dir = arena_printf(tree->arena, "%s/etc/systemd/system", tree->dir);
	const struct timespec unlisted[2] = {0};

	tree_dir(tree, "/etc/systemd/system");
	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_NO);
	ck_assert_int_eq(utimensat(AT_FDCWD, dir, unlisted, 0), 0);
	ck_assert_int_eq(read_fstrim(tree)->enabled, TRI_UNKNOWN);
}
END_TEST

START_TEST(its_stamp_says_that_it_was_started)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_dir(tree, "/var/lib/systemd");
	ck_assert_int_eq(read_fstrim(tree)->has_begun, TRI_NO);
	tree_dir(tree, "/var/lib/systemd/timers");
	ck_assert_int_eq(read_fstrim(tree)->has_begun, TRI_NO);
	tree_file(tree, STAMP, "");
	ck_assert_int_eq(read_fstrim(tree)->has_begun, TRI_YES);
}
END_TEST

START_TEST(stamps_that_cannot_be_read)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, STAMP, "");
	tree_file(tree, "/.thintune/errors", "EACCES /var/lib/systemd/timers");
	ck_assert_int_eq(read_fstrim(tree)->has_begun, TRI_UNKNOWN);
}
END_TEST

START_TEST(what_systemctl_would_link)
{
	static const struct {
		const char *unit;
		bool takes_one_link;
	} rows[] = {
	    {"[Install]\nWantedBy=timers.target\n", true},
	    {"[Timer]\nOnCalendar=weekly\n", false},
	    {"[Install]\nWantedBy=timers.target\nAlias=trim.timer\n", false},
	    {"[Install]\nWantedBy=multi-user.target\n", false},
	    {"[Install]\nWantedBy=\n", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, UNIT, rows[i].unit);
		tree_dir(tree, "/etc/systemd/system");
		ck_assert_msg(read_fstrim(tree)->takes_one_link == rows[i].takes_one_link, "%s",
			      rows[i].unit);
		ck_assert_ptr_null(read_fstrim(tree)->link);
		tree_link(tree, FSTRIM_LINK, "../x");
		ck_assert_str_eq(read_fstrim(tree)->link, "../x");
		/* There is no more to link. */
		ck_assert(!read_fstrim(tree)->takes_one_link);
	}
}
END_TEST

/* The tuner ----------------------------------------------------------------------------------- */

struct row {
	const char *name;
	struct fstrim fstrim;
	const char *container;
	bool is_record, has_no_systemd;
	enum state state;
	const char *have, *note;
};

static const struct row rows[] = {
    {.name = "a pod that sees that it runs",
     .fstrim = {.enabled = TRI_YES, .has_begun = TRI_YES},
     .container = "kubernetes",
     .state = STATE_SAME,
     .have = "enabled"},
    {.name = "a pod that sees /etc alone",
     .fstrim = {.enabled = TRI_YES},
     .container = "kubernetes",
     .state = STATE_SKIPPED,
     .have = "enabled",
     .note = "`systemctl is-active fstrim.timer`"},
    {.name = "never started, from a pod",
     .fstrim = {.unit = UNIT, .enabled = TRI_YES, .has_begun = TRI_NO},
     .container = "kubernetes",
     .state = STATE_MANUAL,
     .have = "enabled, never started",
     .note = "`systemctl enable --now fstrim.timer`"},
    {.name = "disabled, from a pod",
     .fstrim = {.enabled = TRI_NO, .takes_one_link = true},
     .container = "kubernetes",
     .state = STATE_MANUAL,
     .have = "disabled",
     .note = "on the node"},
    {.name = "a unit that wants other links",
     .fstrim = {.unit = UNIT, .enabled = TRI_NO},
     .state = STATE_MANUAL,
     .have = "disabled",
     .note = "run `systemctl enable --now fstrim.timer`"},
    {.name = "somebody took the link out",
     .fstrim = {.unit = UNIT, .enabled = TRI_NO, .link = "/dev/null", .takes_one_link = true},
     .state = STATE_MANUAL,
     .have = "disabled",
     .note = "run `systemctl enable --now fstrim.timer`"},
    {.name = "masked",
     .fstrim = {.unit = "/etc/systemd/system/fstrim.timer", .is_masked = true, .enabled = TRI_YES},
     .state = STATE_MANUAL,
     .have = "masked",
     .note = "`systemctl unmask fstrim.timer`"},
    {.name = "a link to a unit that is gone",
     .fstrim = {.enabled = TRI_YES},
     .state = STATE_UNSUPPORTED,
     .have = "not installed",
     .note = "util-linux"},
    {.name = "a pod that sees nothing",
     .container = "kubernetes",
     .state = STATE_SKIPPED,
     .note = "not seen from here"},
    {.name = "an old record",
     .is_record = true,
     .state = STATE_UNSUPPORTED,
     .note = "not in this record"},
    {.name = "another init",
     .fstrim = {.enabled = TRI_NO},
     .has_no_systemd = true,
     .state = STATE_UNSUPPORTED,
     .note = "systemd does not run this node"},
};

static const struct setting *judged(struct scene *scene, const struct row *row)
{
	scene->facts.fstrim = row->fstrim;
	scene->facts.live.container = row->container ? row->container : "none";
	scene->facts.live_root = !row->is_record;
	scene->facts.has_systemd = !row->has_no_systemd;
	scene_run(scene, tune_fstrim);
	return scene_setting(scene, "fstrim.timer");
}

static const struct row *named(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_equal(rows[i].name, name))
			return &rows[i];
	}
	ck_abort_msg("no row %s", name);
	return NULL;
}

START_TEST(what_the_report_says)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "storage", "fstrim", RULE_EXACT, "true");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct setting *setting = judged(scene, &rows[i]);

		ck_assert_msg(setting->state == rows[i].state, "%s: %s", rows[i].name,
			      plan_state_names[setting->state]);
		ck_assert_pstr_eq(setting->have, rows[i].have);
		ck_assert_str_eq(setting->want, "enabled");
		ck_assert_ptr_null(setting->wish->path);
		ck_assert_int_eq(setting->wish->kind, KIND_MANUAL);
		ck_assert_msg(!rows[i].note == !setting->note, "%s", rows[i].name);
		if (rows[i].note)
			ck_assert_msg(strstr(setting->note, rows[i].note) != NULL, "%s: %s",
				      rows[i].name, setting->note);
	}
}
END_TEST

/* A node of its own. */
static void run_on_node(struct scene *scene, struct fstrim fstrim)
{
	scene->facts.fstrim = fstrim;
	scene->facts.live.container = "none";
	scene->facts.live_root = true;
	scene->facts.has_systemd = true;
	scene_run(scene, tune_fstrim);
}

START_TEST(what_is_written)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct fstrim fstrim = {.unit = UNIT, .enabled = TRI_NO, .takes_one_link = true};

	scene_want(scene, "storage", "fstrim", RULE_EXACT, "true");
	run_on_node(scene, fstrim);
	ck_assert_str_eq(scene_settings(scene), "fstrim.timer link exact " UNIT "\n"
						"fstrim.timer active text exact active\n");
	ck_assert_str_eq(scene_setting(scene, "fstrim.timer")->wish->path, FSTRIM_LINK);
	ck_assert(scene_setting(scene, "fstrim.timer active")->wish->disruptive);
	/* Whatever it leads to, systemd goes by its name. */
	fstrim = (struct fstrim){.unit = UNIT, .enabled = TRI_YES, .link = "../fstrim.timer"};
	run_on_node(scene, fstrim);
	ck_assert_str_eq(scene_settings(scene),
			 "fstrim.timer link one-of " UNIT "|../fstrim.timer\n"
			 "fstrim.timer active text exact active\n");
	/* A vendor's link, below /usr: there is nothing to write. */
	fstrim.link = NULL;
	run_on_node(scene, fstrim);
	ck_assert_int_eq(scene_setting(scene, "fstrim.timer")->wish->kind, KIND_MANUAL);
	ck_assert_int_eq(scene_setting(scene, "fstrim.timer")->state, STATE_SAME);
	ck_assert_int_eq(scene_setting(scene, "fstrim.timer active")->state, STATE_PENDING);
}
END_TEST

START_TEST(redpanda_yaml_switches_it_off)
{
	static const char text[] = "rpk: {tune_fstrim: false}\n";
	_cleanup_scene_ struct scene *scene = scene_new();
	struct redpanda_config config;
	struct err err;

	ck_assert_int_eq(
	    redpanda_parse(scene->arena, "redpanda.yaml", text, strlen(text), &config, &err), 0);
	scene->request.redpanda = &config;
	scene_want(scene, "storage", "fstrim", RULE_EXACT, "true");
	ck_assert_int_eq(judged(scene, named("disabled, from a pod"))->state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(judged(scene, named("disabled, from a pod"))->note,
				     "redpanda.yaml:1 says rpk.tune_fstrim: false"));
	run_on_node(scene,
		    (struct fstrim){.unit = UNIT, .enabled = TRI_NO, .takes_one_link = true});
	ck_assert_int_eq(scene_setting(scene, "fstrim.timer")->state, STATE_SKIPPED);
	ck_assert_int_eq(scene_setting(scene, "fstrim.timer active")->state, STATE_SKIPPED);
	/* What is right already is right. */
	ck_assert_int_eq(judged(scene, &rows[0])->state, STATE_SAME);
}
END_TEST

RUN_SUITE("fstrim", links_say_whether_it_is_enabled, a_link_to_nothing_takes_it_out,
	  what_is_not_shown_is_unknown, what_a_record_does_not_hold_is_unknown,
	  its_stamp_says_that_it_was_started, stamps_that_cannot_be_read, what_systemctl_would_link,
	  what_the_report_says, what_is_written, redpanda_yaml_switches_it_off)
