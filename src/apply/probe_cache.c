/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes the file with the floors of an earlier probe. */
#include "apply/probe_cache.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "apply/journal.h"
#include "base/file_format.h"
#include "base/text.h"

#define CACHE_FORMAT "thintune.probe/1"

/* Best first. */
static const char *const dirs[] = {"/var/lib/thintune", RUN_DIR};
enum { dir_count = sizeof(dirs) / sizeof(dirs[0]) };

static const struct {
	const char *file, *of;
} kinds[] = {
    [PROBE_CACHE_DISK] = {"probe.json", "filesystem"},
    [PROBE_CACHE_CPUS] = {"probe-cpu.json", "cpus"},
};

static const char *file_in(struct arena *arena, const char *dir, enum probe_cache_kind kind)
{
	return arena_printf(arena, "%s/%s", dir, kinds[kind].file);
}

static const char *kept(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static int parse_floor(struct arena *arena, json_t *object, struct floor *ret)
{
	const char *name, *required, *have = NULL, *figure = NULL, *state, *note = NULL,
				     *source = NULL;

	if (json_unpack(object, "{s:s, s:s, s?s, s?s, s:s, s?s, s?s}", "floor", &name, "required",
			&required, "have", &have, "figure", &figure, "state", &state, "note", &note,
			"source", &source) < 0)
		return -EBADMSG;
	*ret = (struct floor){
	    .name = kept(arena, name),
	    .required = kept(arena, required),
	    .have = kept(arena, have),
	    .figure = kept(arena, figure),
	    .note = kept(arena, note),
	    .source = kept(arena, source),
	};
	for (enum floor_state one = FLOOR_MET; one <= FLOOR_UNJUDGED; one++) {
		if (!text_equal(state, floor_state_name(one)))
			continue;
		ret->state = one;
		return 0;
	}
	return -EBADMSG;
}

static int parse(struct arena *arena, const char *text, enum probe_cache_kind kind,
		 struct probe_cache *ret, const char **ret_other)
{
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *schema, *of, *key, *measured;
	struct probe_cache cache = {0};
	json_t *list, *one;
	size_t i;

	*ret_other = file_format_other(arena, json_string_value(json_object_get(object, "schema")),
				       CACHE_FORMAT);
	if (!object ||
	    json_unpack(object, "{s:s, s:s, s:s, s:s, s:o}", "schema", &schema, kinds[kind].of, &of,
			"key", &key, "measured", &measured, "floors", &list) < 0 ||
	    !text_equal(schema, CACHE_FORMAT) || !json_is_array(list))
		return -EBADMSG;
	json_array_foreach(list, i, one)
	{
		struct floor floor;

		if (parse_floor(arena, one, &floor) < 0)
			return -EBADMSG;
		vec_push(arena, &cache.floors, floor);
	}
	cache.of = kept(arena, of);
	cache.key = kept(arena, key);
	cache.measured = kept(arena, measured);
	*ret = cache;
	return 0;
}

int probe_cache_read(struct root *root, struct arena *arena, enum probe_cache_kind kind,
		     struct probe_cache *ret, const char **ret_other)
{
	const char *other, *first = NULL;
	int r = -ENOENT;

	for (size_t i = 0; i < dir_count && r < 0; i++) {
		const char *path = file_in(arena, dirs[i], kind), *text;

		/* Who may write it decides whether a slow disk is let through. */
		if (root_is_ours(root, path) < 0 || root_read(root, arena, path, &text) < 0)
			continue;
		r = parse(arena, text, kind, ret, &other);
		if (other && !first)
			first = arena_printf(arena, "%s %s: it is not used", path, other);
	}
	*ret_other = r < 0 ? first : NULL;
	return r;
}

static json_t *floor_value(const struct floor *floor)
{
	return json_pack("{s:s, s:s, s:s*, s:s*, s:s, s:s*, s:s*}", "floor", floor->name,
			 "required", floor->required, "have", floor->have, "figure", floor->figure,
			 "state", floor_state_name(floor->state), "note", floor->note, "source",
			 floor->source);
}

int probe_cache_write(struct root *root, struct arena *arena, enum probe_cache_kind kind,
		      const struct probe_cache *cache)
{
	json_auto_t *object =
	    json_pack("{s:s, s:s, s:s, s:s, s:[]}", "schema", CACHE_FORMAT, kinds[kind].of,
		      cache->of, "key", cache->key, "measured", cache->measured, "floors");
	char *dumped = NULL;
	const char *text;
	int r = object ? 0 : -EILSEQ;

	vec_for_each (floor, &cache->floors) {
		if (r == 0 && json_array_append_new(json_object_get(object, "floors"),
						    floor_value(floor)) < 0)
			r = -EILSEQ;
	}
	if (r == 0)
		dumped = json_dumps(object, JSON_INDENT(2));
	if (!dumped)
		return -EILSEQ;
	text = arena_printf(arena, "%s\n", dumped);
	free(dumped);
	for (size_t i = 0; i < dir_count; i++) {
		r = root_mkdir(root, dirs[i]);
		if (r == 0)
			r = root_replace(root, file_in(arena, dirs[i], kind), text);
		if (r == 0)
			break;
	}
	return r;
}
