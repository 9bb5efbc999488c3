/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the names of jobs, and lists the jobs of each mode. */
#include "probe/spec.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"

enum { most_block_kib = 1024, most_depth = 1024 };

static const struct {
	const char *word;
	enum pattern pattern;
} patterns[] = {
    {.word = "read", .pattern = PATTERN_READ},
    {.word = "write", .pattern = PATTERN_WRITE},
    {.word = "randread", .pattern = PATTERN_RANDREAD},
    {.word = "randwrite", .pattern = PATTERN_RANDWRITE},
    {.word = "append", .pattern = PATTERN_APPEND},
};

/* A number between a prefix and a suffix, such as "qd32". */
static int parse_number(const char *text, const char *prefix, const char *suffix, uint64_t most,
			unsigned *ret)
{
	char digits[16];
	uint64_t number;
	size_t length = strlen(text), before = strlen(prefix), after = strlen(suffix);

	if (!text_starts(text, prefix) || !text_ends(text, suffix) || length <= before + after ||
	    length - before - after >= sizeof(digits))
		return -EINVAL;
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)(length - before - after),
		       text + before);
	if (text_u64(digits, &number) < 0 || !number || number > most)
		return -EINVAL;
	*ret = (unsigned)number;
	return 0;
}

/* Copies the text up to the next '-' into word; returns the rest after it, NULL at the end. */
static const char *next_word(const char *text, char *word, size_t room)
{
	size_t length = strcspn(text, "-");

	(void)snprintf(word, room, "%.*s", (int)(length < room ? length : room - 1), text);
	return text[length] ? text + length + 1 : NULL;
}

int spec_parse(const char *name, struct spec *ret)
{
	struct spec spec = {.depth = 1};
	char word[PROBE_NAME];
	const char *rest;
	unsigned kib;

	if (strlen(name) >= sizeof(spec.name))
		return -EINVAL;
	(void)snprintf(spec.name, sizeof(spec.name), "%s", name);
	if (text_equal(name, "mixed")) {
		spec.pattern = PATTERN_MIXED;
		spec.block_bytes = 4096;
		spec.depth = 4;
		*ret = spec;
		return 0;
	}
	rest = next_word(name, word, sizeof(word));
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		bool is_append = patterns[i].pattern == PATTERN_APPEND;

		if (!text_equal(patterns[i].word, word))
			continue;
		if (!rest)
			return -EINVAL;
		rest = next_word(rest, word, sizeof(word));
		if (parse_number(word, "", "k", most_block_kib, &kib) < 0 || kib % 4 ||
		    is_append == (rest != NULL))
			return -EINVAL;
		if (rest && parse_number(rest, "qd", "", most_depth, &spec.depth) < 0)
			return -EINVAL;
		spec.pattern = patterns[i].pattern;
		spec.block_bytes = kib * 1024;
		*ret = spec;
		return 0;
	}
	return -EINVAL;
}

bool spec_is_write(const struct spec *spec)
{
	return spec->pattern == PATTERN_WRITE || spec->pattern == PATTERN_RANDWRITE;
}

bool spec_is_random(const struct spec *spec)
{
	return spec->pattern == PATTERN_RANDREAD || spec->pattern == PATTERN_RANDWRITE ||
	       spec->pattern == PATTERN_MIXED || spec->pattern == PATTERN_HALVES;
}

static int add(struct arena *arena, specs *list, const char *name)
{
	struct spec spec;
	int r = spec_parse(name, &spec);

	if (r < 0)
		return r;
	vec_for_each (one, list) {
		if (text_equal(one->name, spec.name))
			return 0;
	}
	vec_push(arena, list, spec);
	return 0;
}

/* The depth of Seastar's own measurement: what the disks' queues hold, at most 128 for each shard.
 */
static unsigned full_depth(const struct probe_request *request)
{
	unsigned most = 128 * (request->shards ? request->shards : 1);
	unsigned depth = request->requests ? request->requests : 128;

	depth = depth < most ? depth : most;
	return depth < most_depth ? depth : most_depth;
}

/* The jobs that decide come first: on a slow disk the last ones find no time. */
static int add_mode(struct arena *arena, const struct probe_request *request, specs *list)
{
	unsigned deep = full_depth(request);
	unsigned leaves = request->leaves > 16 ? 16 : request->leaves ? request->leaves : 1;
	const char *const sequential_read = arena_printf(arena, "read-128k-qd%u", 16 * leaves);
	const char *const sequential_write = arena_printf(arena, "write-128k-qd%u", 16 * leaves);
	const char *const quick[] = {"append-4k",        "append-16k",    "randread-4k-qd1",
				     "randread-4k-qd32", sequential_read, "randwrite-4k-qd32",
				     sequential_write,   "mixed"};
	const char *const more[] = {"randwrite-4k-qd1",
				    "randread-4k-qd8",
				    "randread-4k-qd128",
				    "randwrite-4k-qd128",
				    arena_printf(arena, "randread-4k-qd%u", deep),
				    arena_printf(arena, "randwrite-4k-qd%u", deep)};
	int r = 0;

	for (size_t i = 0; i < sizeof(quick) / sizeof(quick[0]) && r == 0; i++)
		r = add(arena, list, quick[i]);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]) && r == 0; i++)
		r = request->mode == PROBE_QUICK ? 0 : add(arena, list, more[i]);
	return r;
}

int spec_list(struct arena *arena, const struct probe_request *request, specs *ret, struct err *err)
{
	specs list = {0};

	*ret = list;
	if (!request->jobs.count && add_mode(arena, request, &list) < 0)
		return err_set(err, -EINVAL, "the jobs of this mode are not well-formed");
	vec_for_each (name, &request->jobs) {
		if (add(arena, &list, *name) < 0)
			return err_set(err, -EINVAL,
				       "there is no job '%s'; jobs are (read|write|randread|"
				       "randwrite)-BLOCK-qdDEPTH (randread-4k-qd32), append-BLOCK, "
				       "mixed",
				       *name);
	}
	if (list.count >= PROBE_JOBS)
		return err_set(err, -EINVAL, "more than %d jobs", PROBE_JOBS - 1);
	*ret = list;
	return 0;
}
