/* SPDX-License-Identifier: Apache-2.0 */
/* Lays the lines of a record out as a tree: links, then directories, files, and what is unknown. */
#include "facts/record_unpack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/record_read.h"
#include "sys/keeper_place.h"
#include "sys/own.h"

#define ERRORS_FILE "/.thintune/errors"

enum { most_bytes = 256 << 20 };

struct unpacking {
	struct arena *arena;
	struct new_tree *tree;
	record_lines lines;
	VEC(uint64_t) listed; /* inodes of directories whose names are all known */
	struct err *err;
};

/* The record's own mistakes have one code. */
static int fault(const struct unpacking *unpacking, const struct record_line *line, int code)
{
	bool is_mistake = code == -EEXIST || code == -ELOOP || code == -EOVERFLOW ||
			  code == -ENOTDIR || code == -ENAMETOOLONG || code == -EISDIR ||
			  code == -ENOENT || code == -EXDEV;

	return err_set(unpacking->err, is_mistake ? -EBADMSG : code, "line %zu: '%s': %s",
		       line->number, line->path, new_tree_words(code));
}

static int add_file(struct unpacking *unpacking, const struct record_line *line)
{
	size_t length = line->length;

	/* The NUL after it, or the quote: in place of the line feed that was left out. */
	if (length && line->text[length - 1] != '\n')
		line->text[length++] = '\n';
	return new_tree_file(unpacking->tree, line->path, line->text, length);
}

static int add_directory(struct unpacking *unpacking, const struct record_line *line)
{
	uint64_t inode;
	int r = new_tree_directory(unpacking->tree, line->path, &inode);

	if (r == 0 && line->is_listed)
		vec_push(unpacking->arena, &unpacking->listed, inode);
	return r;
}

/* What could not be read is there all the same. */
static int add_failure(struct unpacking *unpacking, const struct record_line *line)
{
	return new_tree_blank(unpacking->tree, line->path, true, false);
}

/* Named, and never read: with the time stamp 0, by which the file layer knows it. */
static int add_unread(struct unpacking *unpacking, const struct record_line *line)
{
	char path[PATH_MAX];

	vec_for_each (name, &line->list) {
		int length = snprintf(path, sizeof(path), "%s%s", line->path, *name), r;

		if (length < 0 || (size_t)length >= sizeof(path))
			return -ENAMETOOLONG;
		r = new_tree_blank(unpacking->tree, path, false, true);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_link(struct unpacking *unpacking, const struct record_line *line)
{
	return new_tree_link(unpacking->tree, line->path, line->text);
}

/* Whatever order the lines have, this one finds what it needs. */
static const struct {
	enum record_kind kind;
	int (*add)(struct unpacking *unpacking, const struct record_line *line);
} steps[] = {
    {RECORD_LINK, add_link},       {RECORD_DIRECTORY, add_directory}, {RECORD_FILE, add_file},
    {RECORD_FAILURE, add_failure}, {RECORD_DIRECTORY, add_unread},
};

static int add_all(struct unpacking *unpacking)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		vec_for_each (line, &unpacking->lines) {
			int r = line->kind == steps[i].kind ? steps[i].add(unpacking, line) : 0;

			if (r < 0)
				return fault(unpacking, line, r);
		}
	}
	return 0;
}

static int add_errors(struct unpacking *unpacking)
{
	struct str text = str_new(unpacking->arena);
	int r;

	vec_for_each (line, &unpacking->lines) {
		if (line->kind == RECORD_FAILURE)
			str_printf(&text, "%s %s\n", line->text, line->path);
	}
	if (!text.length)
		return 0;
	r = new_tree_file(unpacking->tree, ERRORS_FILE, text.text, text.length);
	return r < 0 ? err_set(unpacking->err, r == -EEXIST ? -EBADMSG : r, "'%s': %s", ERRORS_FILE,
			       new_tree_words(r))
		     : 0;
}

static int compare_inodes(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int undate(struct unpacking *unpacking)
{
	size_t count = unpacking->listed.count;
	uint64_t *inodes = unpacking->listed.at;
	int r;

	if (count > 1)
		qsort(inodes, count, sizeof(*inodes), compare_inodes);
	for (size_t i = 1; i < count; i++) {
		if (inodes[i] == inodes[i - 1])
			return err_set(unpacking->err, -EBADMSG,
				       "a directory is listed twice in it");
	}
	r = new_tree_undate(unpacking->tree, inodes, count);
	return r < 0 ? err_set(unpacking->err, r, "cannot set a directory's time stamp: %s",
			       err_words(r))
		     : 0;
}

int record_unpack(int input, struct new_tree *tree, struct err *err)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct unpacking unpacking = {.arena = arena, .tree = tree, .err = err};
	size_t length;
	char *text;
	int r = own_read_open(arena, input, most_bytes, &text, &length, err);

	if (r == -EFBIG)
		return err_set(err, -EBADMSG, "it is larger than 256 MiB, and no record is");
	if (r == 0)
		r = record_read(arena, text, length, &unpacking.lines, err);
	if (r == 0)
		r = add_all(&unpacking);
	if (r == 0)
		r = add_errors(&unpacking);
	return r == 0 ? undate(&unpacking) : r;
}

/* Where -------------------------------------------------------------------------------------- */

static int start(const char *file, const struct keeper_place *place, bool is_nobodys,
		 struct keeper *ret, struct err *err)
{
	struct err cause = {0};
	struct keeper_task task = {
	    .parent = place->parent,
	    .name = place->name,
	    .is_nobodys = is_nobodys,
	    .most = RECORD_ENTRIES_MOST,
	    .fill = record_unpack,
	};
	int r = own_open(file, &task.input, err);

	if (r < 0)
		return r;
	r = keeper_start(&task, ret, &cause);
	own_close(task.input);
	return r < 0 ? err_set(err, r, "cannot unpack '%s': %s", file, cause.text) : 0;
}

int record_unpack_private(struct arena *arena, const char *file, const char *temporary,
			  struct keeper *ret, const char **ret_dir, struct err *err)
{
	struct keeper_place place;
	int r = keeper_place_private(arena, temporary, &place, err);

	if (r < 0)
		return r;
	r = start(file, &place, true, ret, err);
	keeper_place_close(&place);
	*ret_dir = r == 0 ? place.path : NULL;
	return r;
}

int record_unpack_to(struct arena *arena, const char *file, const char *dir, struct err *err)
{
	struct keeper_place place;
	struct keeper keeper;
	int r = keeper_place_named(arena, dir, &place, err);

	if (r < 0)
		return r;
	r = start(file, &place, false, &keeper, err);
	if (r == 0)
		r = keeper_leave(&keeper, err);
	keeper_place_close(&place);
	return r;
}
