/* SPDX-License-Identifier: Apache-2.0 */
/* Goes through all lines of the history, and says which are not as they were written. */
#include "apply/history_read.h"

#include <errno.h>
#include <stdlib.h>

#include "apply/history_files.h"
#include "base/intern.h"
#include "base/text.h"
#include "sys/root_log.h"

/* Of a history that others write to meanwhile, and that looks broken. */
enum { reads_most = 5 };

/* What the chain needs of a line. */
struct link {
	const char *file;
	uint64_t number; /* in its file, from 1 on */
	bool is_line;
	bool is_of_other; /* it is none that this version can read, and whole by its hash */
	uint64_t seq;     /* 0: it is no link of the chain, or not known which */
	const char *hash, *computed, *prev, *cut;
	const char *time, *command; /* of a line that history.state did not know */
};

struct reading {
	struct root *root;
	struct arena *arena;
	const struct history_filter *filter;
	names patterns; /* of the filter */
	struct intern settings, owners;
	struct history *history;
	VEC(struct link) links;
	size_t *by_seq;      /* indices of links that have a number, by it */
	size_t count;        /* of by_seq */
	bool is_rotated_out; /* older files than these may have been dropped */
	/* What history.state said before the files were read, and after: others may be writing. */
	struct history_state before, after;
	uint64_t gaps; /* lines that tell of one */
};

static const char *where(struct reading *reading, const struct link *link)
{
	return arena_printf(reading->arena, "%s, line %llu", link->file,
			    (unsigned long long)link->number);
}

static void add_fault(struct reading *reading, const struct link *link, const char *what)
{
	vec_push(reading->arena, &reading->history->faults,
		 ((struct history_fault){.where = link ? where(reading, link) : "the history",
					 .what = what}));
}

static void add_remark(struct reading *reading, const char *what)
{
	vec_push(reading->arena, &reading->history->remarks, what);
}

/* Reading ------------------------------------------------------------------------------------- */

/* All that a person can ask for, also where it is not wanted now. */
static void note_names(struct reading *reading, const struct history_line *line)
{
	if (line->owner)
		(void)intern_bytes(&reading->owners, line->owner, strlen(line->owner));
	vec_for_each (change, &line->changes) {
		if (change->setting)
			(void)intern_bytes(&reading->settings, change->setting,
					   strlen(change->setting));
	}
}

/* Parsed once more into memory that stays: most lines of a long history are not wanted. */
static void keep_line(struct reading *reading, const char *text, size_t length)
{
	struct history_line line;
	history_changes some = {0};
	const char *computed;

	if (history_line_parse(reading->arena, text, length, &line, &computed) < 0)
		return;
	vec_for_each (change, &line.changes) {
		if (history_filter_takes_change(&reading->patterns, change))
			vec_push(reading->arena, &some, *change);
	}
	line.changes = some;
	vec_push(reading->arena, &reading->history->lines, line);
}

static const char *copied(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static void take_link(struct arena *arena, const struct history_line *line, struct link *link)
{
	link->seq = line->seq;
	link->hash = arena_strdup(arena, line->hash);
	link->prev = copied(arena, line->prev);
	link->cut = copied(arena, line->cut);
}

static void take_line(struct reading *reading, struct arena *own, const char *file, uint64_t number,
		      const char *text, size_t length)
{
	struct arena *arena = reading->arena;
	struct history_line line;
	const char *computed;
	struct link link = {.file = file, .number = number};

	if (history_line_parse(own, text, length, &line, &computed) == 0) {
		link.is_line = true;
		take_link(arena, &line, &link);
		if (line.seq > reading->before.seq) {
			link.time = arena_strdup(arena, line.time);
			link.command = arena_strdup(arena, line.command);
		}
		reading->gaps += line.gaps.count > 0;
		reading->history->count++;
		note_names(reading, &line);
		if (history_filter_takes(reading->filter, &reading->patterns, &line))
			keep_line(reading, text, length);
	} else {
		link.is_of_other = history_line_is_of_other(own, text, length, &line);
		if (link.is_of_other && line.seq)
			take_link(arena, &line, &link);
	}
	link.computed = arena_strdup(arena, computed);
	vec_push(arena, &reading->links, link);
}

static int read_file(struct reading *reading, unsigned number, struct err *err)
{
	_cleanup_arena_ struct arena *own = arena_new();
	const char *path = history_file(reading->arena, number), *text;
	uint64_t line = 0;
	size_t length;
	int r = root_log_read(reading->root, own, path, &text, &length);

	if (err_is_absent(r))
		return 0;
	if (r == -EPERM)
		return err_set(err, r, "the history %s " ROOT_NOT_OURS, path);
	if (r < 0)
		return err_set(err, r, "cannot read the history %s: %s", path, root_words(r));
	reading->is_rotated_out |= number == history_rotated_most && length;
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t size = end ? (size_t)(end - text) - at : length - at;

		take_line(reading, own, strrchr(path, '/') + 1, ++line, text + at, size);
		at += size + 1;
	}
	return 0;
}

/* Judging ------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b, void *context)
{
	const struct reading *reading = context;
	size_t one = *(const size_t *)a, other = *(const size_t *)b;
	uint64_t left = reading->links.at[one].seq, right = reading->links.at[other].seq;

	if (left != right)
		return left < right ? -1 : 1;
	return one < other ? -1 : one > other;
}

static void sort_links(struct reading *reading)
{
	reading->by_seq =
	    arena_alloc(reading->arena, (reading->links.count + 1) * sizeof(*reading->by_seq));
	for (size_t i = 0; i < reading->links.count; i++) {
		if (reading->links.at[i].seq)
			reading->by_seq[reading->count++] = i;
	}
	qsort_r(reading->by_seq, reading->count, sizeof(*reading->by_seq), compare, reading);
}

/* The first line of that number; NULL: there is none. */
static const struct link *find(const struct reading *reading, uint64_t seq)
{
	size_t low = 0, high = reading->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reading->links.at[reading->by_seq[middle]].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == reading->count || reading->links.at[reading->by_seq[low]].seq != seq)
		return NULL;
	return &reading->links.at[reading->by_seq[low]];
}

static bool is_whole(const struct link *link)
{
	return link->is_of_other || text_equal(link->hash, link->computed);
}

/* Bytes that are no line. */
static void judge_bytes(struct reading *reading, const struct link *link)
{
	const struct link *end = reading->links.at + reading->links.count;
	const struct link *next = link + 1 < end ? link + 1 : NULL;

	if (next && next->seq && text_equal(next->cut, link->computed))
		add_remark(reading,
			   arena_printf(reading->arena,
					"%s was cut short by a kill or a full disk, as the line "
					"after it says",
					where(reading, link)));
	else if (link->is_of_other)
		add_fault(reading, link,
			  "not read: its hash is right, and another version of thintune wrote "
			  "it: verify it with that one");
	else
		add_fault(reading, link,
			  next ? "changed: it is no line of a history"
			       : "changed or cut short: it is no line of a history");
}

static void judge_line(struct reading *reading, const struct link *link, uint64_t highest)
{
	struct arena *arena = reading->arena;
	const struct link *first = find(reading, link->seq), *before = find(reading, link->seq - 1);
	unsigned long long seq = link->seq;

	if (!is_whole(link))
		add_fault(reading, link,
			  arena_printf(arena,
				       "changed: number %llu does not have the hash that "
				       "it states",
				       seq));
	if (first && first != link) {
		add_fault(reading, link,
			  arena_printf(arena, "repeated: number %llu is in %s as well", seq,
				       where(reading, first)));
		return;
	}
	if (seq < highest)
		add_fault(reading, link,
			  arena_printf(arena, "reordered: number %llu comes after number %llu", seq,
				       (unsigned long long)highest));
	if (seq == 1 && link->prev)
		add_fault(reading, link, "recomputed: the first line follows another one");
	else if (seq > 1 && !link->prev && !link->is_of_other && !(before && !is_whole(before)))
		add_fault(reading, link,
			  arena_printf(arena, "recomputed: number %llu follows none", seq));
	/* Of a changed line one of the two hashes is the old one. */
	else if (before && link->prev && !text_equal(link->prev, before->hash) &&
		 !text_equal(link->prev, before->computed))
		add_fault(reading, before,
			  arena_printf(arena,
				       "recomputed: number %llu has another hash than number %llu "
				       "was written after",
				       (unsigned long long)before->seq, seq));
}

/* Between the numbers, and before the first of them. */
static void judge_gaps(struct reading *reading)
{
	struct arena *arena = reading->arena;
	const uint64_t first = reading->before.first;
	uint64_t before = first ? first - 1 : 0;

	if (first > 1)
		add_remark(reading, arena_printf(arena,
						 "it begins with number %llu: older files were "
						 "dropped",
						 (unsigned long long)first));
	for (size_t i = 0; i < reading->count; i++) {
		const struct link *link = &reading->links.at[reading->by_seq[i]];
		uint64_t missing = link->seq > before ? link->seq - before - 1 : 0;

		if (!i && !first && missing && reading->is_rotated_out)
			add_remark(
			    reading,
			    arena_printf(arena,
					 "it begins with number %llu: older files were dropped, "
					 "and lines missing at its start cannot be told",
					 (unsigned long long)link->seq));
		else if (missing == 1)
			add_fault(reading, link,
				  arena_printf(arena, "missing: number %llu, before this line",
					       (unsigned long long)before + 1));
		else if (missing)
			add_fault(reading, link,
				  arena_printf(arena,
					       "missing: numbers %llu to %llu, before this line",
					       (unsigned long long)before + 1,
					       (unsigned long long)link->seq - 1));
		before = link->seq;
	}
}

static bool has_draft(struct arena *arena, const names *drafts, const struct link *link)
{
	struct history_line line;

	vec_for_each (draft, drafts) {
		if (history_line_parse_draft(arena, *draft, &line) == 0 &&
		    text_equal(line.time, link->time) && text_equal(line.command, link->command))
			return true;
	}
	return false;
}

/* A line is written before history.state says so, and after a draft of its command. */
static void judge_unknown(struct reading *reading)
{
	struct arena *arena = reading->arena;

	vec_for_each (link, &reading->links) {
		if (link->is_line && link->seq > reading->after.seq && link->time &&
		    !has_draft(arena, &reading->before.drafts, link) &&
		    !has_draft(arena, &reading->after.drafts, link))
			add_fault(reading, link,
				  arena_printf(arena,
					       "added: the last one that was written is number "
					       "%llu, and nothing says that a command wrote number "
					       "%llu",
					       (unsigned long long)reading->after.seq,
					       (unsigned long long)link->seq));
	}
}

/* What history.state remembers of the last line. */
static void judge_end(struct reading *reading)
{
	struct arena *arena = reading->arena;
	const struct history_state *state = &reading->before;
	const struct link *link = find(reading, state->seq);
	uint64_t last = reading->history->last;

	if (state->other)
		add_remark(reading, arena_printf(arena,
						 "history.state %s: lines missing at the end, and "
						 "commands without a line, cannot be told",
						 state->other));
	if (!state->is_there) {
		if (last && !state->other)
			add_remark(reading, "history.state is missing or cannot be read, so lines "
					    "missing at the end cannot be told");
		return;
	}
	judge_unknown(reading);
	if (last < state->seq)
		add_fault(reading, NULL,
			  arena_printf(arena,
				       "missing: it ends with number %llu, and number %llu was "
				       "written",
				       (unsigned long long)last, (unsigned long long)state->seq));
	else if (link && is_whole(link) && !text_equal(link->hash, state->hash))
		add_fault(reading, link,
			  arena_printf(arena,
				       "recomputed: number %llu had another hash when it was "
				       "written",
				       (unsigned long long)link->seq));
}

static void tell_drafts(struct reading *reading)
{
	const struct history_state *state = &reading->after;
	uint64_t lost = state->dropped;

	vec_for_each (draft, &state->drafts) {
		struct history_line line;

		if (history_line_parse_draft(reading->arena, *draft, &line) == 0)
			add_remark(reading,
				   arena_printf(reading->arena,
						"the %s that began %s has no line: it is at work, "
						"was stopped, or had no room; the next apply, run "
						"or restore writes one",
						line.command, line.time));
		else
			lost++;
	}
	if (lost)
		add_remark(reading, arena_printf(reading->arena,
						 "%llu more commands wrote, and what is known of "
						 "them cannot be read; the next line says so",
						 (unsigned long long)lost));
	if (reading->gaps)
		add_remark(reading, arena_printf(reading->arena,
						 "lines with a gap: %llu; `thintune history` has "
						 "what they say",
						 (unsigned long long)reading->gaps));
}

static void judge_expected(struct reading *reading, const char *expected)
{
	bool is_there = !expected;

	vec_for_each (link, &reading->links)
		is_there |= link->seq && is_whole(link) && text_equal(link->hash, expected);
	if (!is_there)
		add_fault(reading, NULL,
			  arena_printf(reading->arena,
				       "recomputed or missing: no line has the hash %s", expected));
}

static void judge(struct reading *reading, const char *expected)
{
	uint64_t highest = 0;

	sort_links(reading);
	if (reading->count) {
		const struct link *last = &reading->links.at[reading->by_seq[reading->count - 1]];

		reading->history->first = reading->links.at[reading->by_seq[0]].seq;
		reading->history->last = last->seq;
		reading->history->hash = last->hash;
	}
	vec_for_each (link, &reading->links) {
		if (!link->is_line)
			judge_bytes(reading, link);
		if (link->seq)
			judge_line(reading, link, highest);
		highest = link->seq > highest ? link->seq : highest;
	}
	judge_gaps(reading);
	judge_end(reading);
	tell_drafts(reading);
	judge_expected(reading, expected);
}

static names all_of(const struct intern *intern)
{
	names all = {0};

	vec_for_each (one, &intern->all)
		vec_push(intern->arena, &all, one->bytes);
	return all;
}

/* Somebody is writing, or was stopped: what looks broken may have been halfway. */
static bool is_moving(const struct reading *reading)
{
	const struct history_state *before = &reading->before, *after = &reading->after;

	return after->drafts.count || before->drafts.count || before->seq != after->seq ||
	       before->is_there != after->is_there || before->first != after->first;
}

static int read_once(struct reading *reading, const char *expected, struct err *err)
{
	int r = 0;

	*reading->history = (struct history){0};
	history_state_read(reading->root, reading->arena, &reading->before);
	for (unsigned number = history_rotated_most + 1; number-- > 0 && r == 0;)
		r = read_file(reading, number, err);
	if (r < 0)
		return r;
	history_state_read(reading->root, reading->arena, &reading->after);
	judge(reading, expected);
	return 0;
}

int history_read(struct root *root, struct arena *arena, const struct history_filter *filter,
		 const char *expected, struct history *ret, struct err *err)
{
	struct reading reading;
	int r = 0, tries = 0;

	do {
		reading = (struct reading){.root = root,
					   .arena = arena,
					   .filter = filter,
					   .patterns = history_filter_patterns(arena, filter),
					   .settings = intern_new(arena),
					   .owners = intern_new(arena),
					   .history = ret};
		r = read_once(&reading, expected, err);
	} while (r == 0 && ret->faults.count && is_moving(&reading) && ++tries < reads_most);
	if (r < 0)
		return r;
	ret->settings = all_of(&reading.settings);
	ret->owners = all_of(&reading.owners);
	if (!reading.links.count && !ret->faults.count)
		return err_set(err, -ENOENT,
			       "there is no history: no thintune that keeps one has "
			       "written to this node");
	return 0;
}
