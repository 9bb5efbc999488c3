/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_own.h"

#include <errno.h>

#include "base/text.h"
#include "sys/own.h"

#define FILES_MAX 16

static struct {
	const char *path, *text;
	size_t length;
	int error;
} files[FILES_MAX];
static size_t file_count;

void fake_own_reset(void)
{
	file_count = 0;
}

void fake_own_add(const char *path, const char *text, size_t length, int error)
{
	if (file_count == FILES_MAX)
		__builtin_trap();
	files[file_count].path = path;
	files[file_count].text = text;
	files[file_count].length = length;
	files[file_count].error = error;
	file_count++;
}

void fake_own_text(const char *path, const char *text)
{
	fake_own_add(path, text, strlen(text), 0);
}

int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
	     size_t *ret_length, struct err *err)
{
	for (size_t i = 0; i < file_count; i++) {
		if (!text_equal(files[i].path, path))
			continue;
		if (files[i].error)
			return err_set(err, files[i].error, "cannot read '%s': %s", path,
				       err_words(files[i].error));
		if (files[i].length > limit)
			return err_set(err, -EFBIG, "cannot read '%s': too large", path);
		*ret = arena_strndup(arena, files[i].text, files[i].length);
		*ret_length = files[i].length;
		return 0;
	}
	return err_set(err, -ENOENT, "cannot open '%s': %s", path, err_words(ENOENT));
}

bool own_exists(const char *path)
{
	for (size_t i = 0; i < file_count; i++)
		if (text_equal(files[i].path, path))
			return true;
	return false;
}

int own_list(struct arena *arena, const char *dir, names *ret)
{
	size_t length = strlen(dir);
	names list = {0};

	for (size_t i = 0; i < file_count; i++)
		if (text_starts(files[i].path, dir) && files[i].path[length] == '/')
			vec_push(arena, &list, files[i].path + length + 1);
	if (list.count == 0)
		return -ENOENT;
	text_natural_sort(&list);
	*ret = list;
	return 0;
}
