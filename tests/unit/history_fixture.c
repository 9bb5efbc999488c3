/* SPDX-License-Identifier: Apache-2.0 */
#include "history_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "sys/root_log.h"

const char *waived[1] = {"check memory, by ops until 2027-01-31: \"agreed\""};
struct history history;
struct err err;

struct tree *new_tree(void)
{
	struct tree *tree = tree_new();

	tree_dir(tree, "/run/thintune");
	(void)tree_open(tree);
	return tree;
}

const char *path_of(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

struct history_pen pen_of(struct tree *tree, const char *command, const char *time)
{
	return (struct history_pen){
	    .root = tree->root,
	    .arena = tree->arena,
	    .line = {.time = time,
		     .boot = "boot-1",
		     .command = command,
		     .owner = "host",
		     .user = {.loginuid = 1000, .sudo = "ann", .unit = "x\033[31m.service"},
		     .profile = "redpanda",
		     .profile_sha256 = "00",
		     .waivers = {.at = waived, .count = 1},
		     .exit_code = -1}};
}

struct setting *changed(struct tree *tree, const char *before, const char *after)
{
	struct setting *setting = arena_alloc(tree->arena, sizeof(*setting));
	struct wish *wish = arena_alloc(tree->arena, sizeof(*wish));

	*wish = (struct wish){.path = "/proc/sys/vm/swappiness", .name = "vm.swappiness"};
	*setting =
	    (struct setting){.wish = wish, .have = before, .want = after, .state = STATE_DIFFERS};
	return setting;
}

/* One command from its start to its end, with one change. */
struct history_pen write_change(struct tree *tree, const char *command, const char *time,
				const char *before, const char *after)
{
	struct history_pen pen = pen_of(tree, command, time);
	struct setting *setting = changed(tree, before, after);
	setting_list list = {0};

	history_open(&pen);
	history_plan(&pen, setting);
	history_begin(&pen);
	setting->before = setting->have;
	setting->have = after;
	setting->state = STATE_CHANGED;
	vec_push(tree->arena, &list, *setting);
	history_written(&pen, &list);
	history_close(&pen, "match", 0);
	return pen;
}

void write_three(struct tree *tree)
{
	(void)write_change(tree, "apply", "2026-10-31T10:00:00Z", "60", "1");
	(void)write_change(tree, "restore", "2026-11-15T10:00:00Z", "1", "60");
	(void)write_change(tree, "run", "2026-12-01T10:00:00Z", "60", "1");
}

int read_all(struct tree *tree, const char *expected)
{
	static const struct history_filter all;

	err = (struct err){0};
	return history_read(tree->root, tree->arena, &all, expected, &history, &err);
}

void assert_whole(struct tree *tree, uint64_t count)
{
	ck_assert_int_eq(read_all(tree, NULL), 0);
	if (history.faults.count)
		ck_abort_msg("%s: %s", history.faults.at[0].where, history.faults.at[0].what);
	ck_assert_uint_eq(history.count, count);
}

/* One of the faults begins so. */
void assert_fault(struct tree *tree, const char *where, const char *what)
{
	ck_assert_int_eq(read_all(tree, NULL), 0);
	vec_for_each (fault, &history.faults) {
		if (text_equal(fault->where, where) && text_starts(fault->what, what))
			return;
	}
	ck_abort_msg("no fault '%s: %s', but %s", where, what,
		     history.faults.count ? history.faults.at[0].what : "none");
}

const char *content(struct tree *tree, const char *path, size_t *ret_length)
{
	const char *text = "";

	*ret_length = 0;
	ck_assert_int_eq(root_log_read(tree->root, tree->arena, path, &text, ret_length), 0);
	return text;
}

void put(struct tree *tree, const char *path, const char *text, size_t length)
{
	int fd = open(path_of(tree, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, length), (int)length);
	(void)close(fd);
}

/* The lines of the chain, each with its newline. */
names lines_of(struct tree *tree)
{
	size_t length;
	const char *text = content(tree, FILE1, &length);
	names lines = {0};

	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		vec_push(tree->arena, &lines,
			 arena_strndup(tree->arena, text, (size_t)(end - text) + 1));
	return lines;
}

void put_lines(struct tree *tree, const char *const *lines)
{
	struct str all = str_new(tree->arena);

	for (; *lines; lines++)
		str_add(&all, *lines);
	put(tree, FILE1, all.text, all.length);
}
