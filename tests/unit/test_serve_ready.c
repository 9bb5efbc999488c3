/* SPDX-License-Identifier: Apache-2.0 */
/* What /readyz answers to, where no server is needed: which boot it is, and how old the look is. */
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "flow/serve_ready.h"
#include "run_suite.h"
#include "tree.h"

#define THIS_BOOT "11111111-2222-4333-8444-555555555555"

/* What a watch has published at second 1000 of this boot, looking every ten minutes. */
static struct tree *published(void)
{
	struct tree *tree = tree_new();

	tree_file(tree, "/public/ready", "ready");
	tree_file(tree, "/public/watch.json",
		  "{\"schema\": \"thintune.watch/1\",\n \"boot\": \"" THIS_BOOT
		  "\",\n \"seconds\": 1000,\n \"interval_seconds\": 600}");
	return tree;
}

static const char *answer(struct tree *tree, const char *boot, int64_t now, bool *ret_ready)
{
	int directory = open(arena_printf(tree->arena, "%s/public", tree->dir),
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *text = NULL;

	ck_assert_int_ge(directory, 0);
	*ret_ready = serve_ready(tree->arena, directory, boot, now, &text);
	ck_assert_int_eq(close(directory), 0);
	return text;
}

START_TEST(a_look_of_this_boot_counts_for_three_intervals)
{
	_cleanup_tree_ struct tree *tree = published();
	bool is_ready;

	ck_assert_str_eq(answer(tree, THIS_BOOT, 2800, &is_ready), "ready\n");
	ck_assert(is_ready);
	ck_assert_str_eq(answer(tree, THIS_BOOT, 2801, &is_ready),
			 "unknown: watch looked 1801 s ago, and should look every 600 s\n");
	ck_assert(!is_ready);
}
END_TEST

START_TEST(a_look_of_another_boot_does_not_count)
{
	_cleanup_tree_ struct tree *tree = published();
	bool is_ready;

	ck_assert_str_eq(answer(tree, "99999999-2222-4333-8444-555555555555", 1001, &is_ready),
			 "unknown: the look in watch.json is from another boot\n");
	ck_assert(!is_ready);
}
END_TEST

/* As under systemd's ProcSubset=pid, which hides /proc/sys. */
START_TEST(where_the_boot_is_unknown_its_clock_decides)
{
	_cleanup_tree_ struct tree *tree = published();
	bool is_ready;

	ck_assert_str_eq(answer(tree, NULL, 1001, &is_ready), "ready\n");
	ck_assert(is_ready);
	ck_assert_str_eq(answer(tree, NULL, 999, &is_ready),
			 "unknown: the look in watch.json is from another boot\n");
	ck_assert(!is_ready);
	ck_assert(text_starts(answer(tree, NULL, 2801, &is_ready), "unknown: watch looked "));
	ck_assert(!is_ready);
}
END_TEST

/* Whatever else is in it. */
START_TEST(what_another_version_wrote_is_told_as_such)
{
	static const char *const texts[] = {
	    "{\"schema\": \"thintune.watch/2\", \"seconds\": 1000, \"interval_seconds\": 600}",
	    "{\"schema\": \"thintune.watch/2\", \"looks\": []}",
	    "{\"seconds\": \"now\", \"schema\": \"thintune.watch/2\"}",
	};
	_cleanup_tree_ struct tree *tree = published();
	bool is_ready;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tree_file(tree, "/public/watch.json", texts[i]);
		ck_assert_str_eq(answer(tree, THIS_BOOT, 1001, &is_ready),
				 "unknown: watch.json was written by another version of thintune "
				 "(it is thintune.watch/2, and this version knows "
				 "thintune.watch/1)\n");
		ck_assert(!is_ready);
	}
	tree_file(tree, "/public/watch.json", "{\"schema\": \"other\"}");
	ck_assert_str_eq(answer(tree, THIS_BOOT, 1001, &is_ready),
			 "unknown: watch.json is damaged or was not written by thintune\n");
	ck_assert(!is_ready);
}
END_TEST

RUN_SUITE("serve_ready", a_look_of_this_boot_counts_for_three_intervals,
	  a_look_of_another_boot_does_not_count, where_the_boot_is_unknown_its_clock_decides,
	  what_another_version_wrote_is_told_as_such)
