/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the text of a record from what the file layer saw, without what identifies the node. */
#include "facts/record.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/health.h"
#include "facts/identify.h"
#include "facts/record_scrub.h"
#include "facts/topology_tree.h"

#define REDPANDA_FILE "/etc/redpanda/redpanda.yaml"
#define HOSTNAME_FILE "/proc/sys/kernel/hostname"

/* Paths without links in them ----------------------------------------------------------------- */

struct link {
	const char *path, *target;
};

struct resolver {
	struct root *root;
	struct arena *arena;
	VEC(struct link) links; /* met on the way, possibly more than once */
	names asked, resolved;  /* of the path before: components, and what they resolved to */
};

/* As many as the kernel follows. */
enum { MOST_LINKS = 40 };

static const char *resolve(struct resolver *resolver, const char *path, unsigned depth);

/* base has no link in it, so its ".." is the parent in the text as well. */
static const char *walk_target(struct resolver *resolver, const char *base, const char *target,
			       unsigned depth)
{
	names parts = text_split(resolver->arena, target, '/');
	const char *at = target[0] == '/' ? "" : base;

	vec_for_each (part, &parts) {
		const char *slash = strrchr(at, '/');

		if (!**part || text_equal(*part, "."))
			continue;
		if (text_equal(*part, ".."))
			at = slash ? arena_strndup(resolver->arena, at, (size_t)(slash - at)) : "";
		else
			at = resolve(resolver, arena_printf(resolver->arena, "%s/%s", at, *part),
				     depth + 1);
	}
	return at;
}

/* path: all but its last component resolved. */
static const char *resolve(struct resolver *resolver, const char *path, unsigned depth)
{
	const char *slash = strrchr(path, '/'), *target;

	if (depth > MOST_LINKS || root_link(resolver->root, resolver->arena, path, &target) < 0)
		return path;
	vec_push(resolver->arena, &resolver->links, (struct link){.path = path, .target = target});
	return walk_target(resolver, arena_strndup(resolver->arena, path, (size_t)(slash - path)),
			   target, depth);
}

/* The last component is resolved only with follow. */
static const char *resolver_path(struct resolver *resolver, const char *path, bool follow)
{
	names parts = text_split(resolver->arena, path, '/');
	const char *at = "";
	size_t known = 0;

	/* Below /proc links lead to the caller itself. */
	if (text_starts(path, "/proc/") || parts.count < 2)
		return path;
	/* Sorted paths begin like the one before. parts.at[0] is empty: paths are absolute. */
	while (known < resolver->asked.count && known + 2 < parts.count &&
	       text_equal(resolver->asked.at[known], parts.at[known + 1]))
		known++;
	resolver->asked.count = resolver->resolved.count = known;
	if (known)
		at = resolver->resolved.at[known - 1];
	for (size_t i = known + 1; i < parts.count; i++) {
		bool last = i + 1 == parts.count;

		at = arena_printf(resolver->arena, "%s/%s", at, parts.at[i]);
		if (!last || follow)
			at = resolve(resolver, at, 0);
		if (!last) {
			vec_push(resolver->arena, &resolver->asked, parts.at[i]);
			vec_push(resolver->arena, &resolver->resolved, at);
		}
	}
	return at;
}

/* Lines --------------------------------------------------------------------------------------- */

struct line {
	const char *path; /* by which lines are sorted; one line for each */
	enum seen kind;
	const char *text;  /* content, target, or name of the errno */
	const names *list; /* SEEN_DIR; NULL: not listed */
};

struct recorder {
	struct arena *arena;
	struct resolver resolver;
	struct scrub *scrub;
	VEC(struct line) lines;
};

/* Processes come and go, and their names are nobody's business; our own files are no facts; what
 * has a line of its own making does not need the one that was read. */
static bool is_left_out(const char *path)
{
	static const char *const files[] = {"/proc",       LIVE_FILE,       REDPANDA_FILE,
					    HOSTNAME_FILE, "/etc/hostname", "/etc/machine-id"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (text_equal(path, files[i]))
			return true;
	}
	if (text_starts(path, NVME_DIR))
		return true;
	if (text_starts(path, "/proc/") && path[6] >= '0' && path[6] <= '9')
		return true;
	return text_starts(path, "/proc/self/") || text_starts(path, "/run/thintune") ||
	       text_starts(path, "/var/lib/thintune");
}

/* The kernel's own, and its name tells on which device a journal is (data_devices.c). */
static bool is_journal_thread(const struct seen_entry *entry)
{
	return entry->kind == SEEN_FILE && text_starts(entry->path, "/proc/") &&
	       text_starts(entry->text, "jbd2/");
}

static const char *without_newlines(struct arena *arena, const char *text)
{
	size_t length = strlen(text);

	while (length && text[length - 1] == '\n')
		length--;
	return arena_strndup(arena, text, length);
}

static void add_line(struct recorder *recorder, struct line line)
{
	vec_push(recorder->arena, &recorder->lines, line);
}

/* The root is a record itself, and this file is not in it. */
static bool is_unknown(const struct recorder *recorder, const struct seen_entry *entry)
{
	return entry->kind == SEEN_ERROR && entry->error == -ENODATA &&
	       root_is_unrecorded(recorder->resolver.root, entry->path);
}

static void add_entry(struct recorder *recorder, const struct seen_entry *entry)
{
	struct arena *arena = recorder->arena;
	struct line line = {.kind = entry->kind, .path = entry->path};

	if ((is_left_out(entry->path) && !is_journal_thread(entry)) || is_unknown(recorder, entry))
		return;
	if (entry->kind == SEEN_ERROR && entry->error == -EISDIR)
		line.kind = SEEN_DIR;
	switch (line.kind) {
	case SEEN_ABSENT:
		return;
	case SEEN_ERROR:
		line.text = err_name(entry->error);
		break;
	case SEEN_FILE:
		line.path = resolver_path(&recorder->resolver, entry->path, true);
		line.text = entry->text ? without_newlines(arena, entry->text) : "";
		break;
	case SEEN_LINK:
		line.path = resolver_path(&recorder->resolver, entry->path, false);
		line.text = entry->text;
		break;
	case SEEN_DIR:
		line.path = resolver_path(&recorder->resolver, entry->path, true);
		line.list = entry->kind == SEEN_DIR ? &entry->list : NULL;
		break;
	}
	add_line(recorder, line);
}

static void add_own(struct recorder *recorder, const char *path, const char *text)
{
	if (text)
		add_line(recorder, (struct line){.path = path,
						 .kind = SEEN_FILE,
						 .text = without_newlines(recorder->arena, text)});
}

/* What came from a controller on a live node is no file. text: NULL: that failed by code. */
static void add_answer(struct recorder *recorder, const char *name, const char *text, int code)
{
	const char *path = arena_printf(recorder->arena, NVME_DIR "%s", name);

	if (text)
		add_own(recorder, path, text);
	else if (code && code != -ENOENT && code != -ENOTDIR)
		add_line(recorder,
			 (struct line){.path = path, .kind = SEEN_ERROR, .text = err_name(code)});
}

static void add_answers(struct recorder *recorder, const struct facts *facts)
{
	struct arena *arena = recorder->arena;

	vec_for_each (health, &facts->health)
		add_answer(recorder, health->disk,
			   health->smart_known ? health_text(arena, &health->smart) : NULL,
			   health->smart_error);
	vec_for_each (disk, &facts->disks)
		add_answer(recorder, disk->name,
			   disk->identity.known ? identify_text(arena, &disk->identity) : NULL,
			   disk->identity.error);
}

static void collect(struct recorder *recorder, const seen_entries *seen)
{
	vec_for_each (entry, seen)
		add_entry(recorder, entry);
	vec_for_each (link, &recorder->resolver.links)
		add_line(
		    recorder,
		    (struct line){.path = link->path, .kind = SEEN_LINK, .text = link->target});
}

/* Scrubbing ----------------------------------------------------------------------------------- */

static void learn_line(struct scrub *scrub, const struct line *line)
{
	scrub_learn(scrub, NULL, line->path);
	if (line->kind == SEEN_FILE)
		scrub_learn(scrub, line->path, line->text);
	if (line->kind == SEEN_LINK)
		scrub_learn(scrub, NULL, line->text);
	if (!line->list)
		return;
	vec_for_each (name, line->list)
		scrub_learn(scrub, NULL, *name);
}

static void scrub_line(struct recorder *recorder, struct line *line)
{
	struct scrub *scrub = recorder->scrub;
	names *list;

	if (line->kind == SEEN_FILE)
		line->text = scrub_text(scrub, line->path, line->text);
	if (line->kind == SEEN_LINK)
		line->text = scrub_text(scrub, NULL, line->text);
	line->path = scrub_text(scrub, NULL, line->path);
	if (!line->list)
		return;
	list = arena_alloc(recorder->arena, sizeof(*list));
	vec_for_each (name, line->list)
		vec_push(recorder->arena, list, scrub_text(scrub, NULL, *name));
	/* A new name may sort elsewhere. */
	text_natural_sort(list);
	line->list = list;
}

static void learn_host(struct recorder *recorder, struct root *root)
{
	static const char *const files[] = {HOSTNAME_FILE, "/etc/hostname"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *text;

		if (root_read(root, recorder->arena, files[i], &text) == 0)
			scrub_learn_host(recorder->scrub, text_trim(recorder->arena, text));
	}
}

/* Text ---------------------------------------------------------------------------------------- */

/* In names blanks would end the word. */
static void add_escaped(struct str *str, const char *text, bool is_name)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n')
			str_add(str, "\\n");
		else if (byte == '\t')
			str_add(str, "\\t");
		else if (byte == '\\' || byte == '"')
			str_printf(str, "\\%c", byte);
		else if (byte < ' ' || byte > '~' || (is_name && byte == ' '))
			str_printf(str, "\\x%02x", byte);
		else
			str_add_n(str, text, 1);
	}
}

static void format_line(struct str *str, const struct line *line)
{
	add_escaped(str, line->path, true);
	switch (line->kind) {
	case SEEN_FILE:
		str_add(str, " = \"");
		add_escaped(str, line->text, false);
		str_add(str, "\"");
		break;
	case SEEN_LINK:
		str_add(str, " -> ");
		add_escaped(str, line->text, true);
		break;
	case SEEN_DIR:
		str_add(str, text_equal(line->path, "/") ? "" : "/");
		str_add(str, line->list ? " :" : "");
		for (size_t i = 0; line->list && i < line->list->count; i++) {
			str_add(str, " ");
			add_escaped(str, line->list->at[i], true);
		}
		break;
	case SEEN_ABSENT:
	case SEEN_ERROR:
		str_printf(str, " ! %s", line->text);
		break;
	}
	str_add(str, "\n");
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	if (order)
		return order;
	/* Of a directory the line with the names, of anything the one that saw most. */
	if (left->kind != right->kind)
		return (int)left->kind - (int)right->kind;
	return (int)!left->list - (int)!right->list;
}

static char *format(struct recorder *recorder, const char *made)
{
	struct str str = str_new(recorder->arena);
	const char *last = NULL;

	if (recorder->lines.count > 1)
		qsort(recorder->lines.at, recorder->lines.count, sizeof(*recorder->lines.at),
		      compare_lines);
	str_add(&str, RECORD_HEADER "\n");
	if (made)
		str_printf(&str, RECORD_RUN "%s\n", made);
	vec_for_each (line, &recorder->lines) {
		if (!text_equal(line->path, last))
			format_line(&str, line);
		last = line->path;
	}
	str_add(&str, RECORD_END "\n");
	return str.text;
}

int record_text(struct root *root, struct arena *arena, const struct facts *facts,
		const char *redpanda_reduced, const char *made, char **ret)
{
	struct recorder recorder = {.arena = arena, .resolver = {.root = root, .arena = arena}};
	seen_entries seen;

	topology_tree_touch(root, arena);
	/* A copy: resolving paths makes further entries. */
	seen = *root_record_entries(root);
	recorder.scrub = scrub_new(arena);
	learn_host(&recorder, root);
	collect(&recorder, &seen);
	add_own(&recorder, LIVE_FILE, live_text(arena, &facts->live));
	add_own(&recorder, REDPANDA_FILE, redpanda_reduced);
	add_answers(&recorder, facts);
	vec_for_each (line, &recorder.lines)
		learn_line(recorder.scrub, line);
	vec_for_each (line, &recorder.lines)
		scrub_line(&recorder, line);
	*ret = format(&recorder, made);
	return 0;
}
