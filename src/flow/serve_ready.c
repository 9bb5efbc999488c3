/* SPDX-License-Identifier: Apache-2.0 */
/* Reads `ready`, which says how the last look ended, and watch.json, which says when it was. */
#include "flow/serve_ready.h"

#include <string.h>

#include "base/escape.h"
#include "base/file_format.h"
#include "base/json_pull.h"
#include "base/text.h"
#include "cli/options.h"
#include "sys/published.h"

/* An answer that old tells nothing: two looks were left out. */
enum { intervals_most = 3 };

enum { ready_most = 64 << 10, watch_most = 16 << 20 };

struct look {
	bool is_known;     /* the schema is one that we know */
	const char *other; /* why not, if another version wrote it; NULL */
	bool is_of_other_boot;
	int64_t seconds;
	double interval;
};

static bool unknown(struct arena *arena, const char *why, const char **ret_text)
{
	*ret_text = arena_printf(arena, "unknown: %s\n", escape_text(arena, why, ESCAPE_ALL));
	return false;
}

static void take_schema(struct arena *arena, struct json_text text, struct look *ret)
{
	ret->is_known = json_text_is(text, "thintune.watch/1");
	if (text.text)
		ret->other = file_format_other(arena, arena_strndup(arena, text.text, text.length),
					       "thintune.watch/1");
}

static const char *read_look(struct arena *arena, int directory, const char *boot, struct look *ret)
{
	struct err err = {0};
	struct json_pull pull;
	struct json_text key;
	const char *text;
	size_t length;

	*ret = (struct look){.seconds = -1, .interval = -1};
	if (published_read(arena, directory, "watch.json", watch_most, &text, &length, &err) < 0)
		return arena_strdup(arena, err.text);
	pull = json_pull_new(arena, text, length);
	(void)json_pull_object(&pull);
	while (json_pull_key(&pull, &key)) {
		if (json_text_is(key, "schema"))
			take_schema(arena, json_pull_text(&pull), ret);
		else if (boot && json_text_is(key, "boot"))
			ret->is_of_other_boot = !json_text_is(json_pull_text(&pull), boot);
		else if (json_text_is(key, "seconds"))
			ret->seconds = json_pull_number(&pull);
		else if (json_text_is(key, "interval_seconds"))
			ret->interval = json_pull_real(&pull);
		else
			json_pull_skip(&pull);
	}
	if (ret->other)
		return arena_printf(arena, "watch.json %s", ret->other);
	if (!json_pull_end(&pull))
		return arena_printf(arena, "watch.json:%u: %s", json_pull_line(&pull), pull.fault);
	return ret->is_known && ret->seconds >= 0 && ret->interval > 0 &&
		       ret->interval <= OPTIONS_INTERVAL_MOST_US / 1e6
		   ? NULL
		   : "watch.json is damaged or was not written by thintune";
}

/* NULL: it is not too old. */
static const char *too_old(struct arena *arena, const struct look *look, int64_t now)
{
	int64_t age = now - look->seconds;

	if (age < 0 || look->is_of_other_boot)
		return "the look in watch.json is from another boot";
	if ((double)age <= intervals_most * look->interval)
		return NULL;
	return arena_printf(arena, "watch looked %lld s ago, and should look every %.0f s",
			    (long long)age, look->interval);
}

bool serve_ready(struct arena *arena, int directory, const char *boot, int64_t now,
		 const char **ret_text)
{
	struct err err = {0};
	struct look look;
	const char *text, *why;
	size_t length;

	if (published_read(arena, directory, "ready", ready_most, &text, &length, &err) < 0)
		return unknown(arena, err.text, ret_text);
	why = read_look(arena, directory, boot, &look);
	if (!why)
		why = too_old(arena, &look, now);
	if (why)
		return unknown(arena, why, ret_text);
	*ret_text =
	    arena_printf(arena, "%s\n", escape_text(arena, text_trim(arena, text), ESCAPE_ALL));
	if (text_equal(text, "ready\n"))
		return true;
	return text_starts(text, "not ready: ")
		   ? false
		   : unknown(arena, "the file ready is damaged or was not written by thintune",
			     ret_text);
}
