/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the kernel's counters of each CPU, and compares two readings. */
#include "probe/cpu_events.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/trace.h"

/* Of each CPU the most frequent ones are told. */
enum { events_told = 16, name_most = 80 };
/* No counter comes so far, and sums of smaller ones do not overflow. */
static const uint64_t count_most = UINT64_C(1) << 48;

/* A number and where it ends; false: there is none. */
static bool next_number(char **text, uint64_t *ret)
{
	char *end;

	*text += strspn(*text, " \t");
	if (**text < '0' || **text > '9')
		return false;
	*ret = strtoull(*text, &end, 10);
	*text = end;
	return *ret < count_most && (*end == ' ' || *end == '\t' || !*end);
}

struct event_reader {
	struct event_table *table;
	struct arena *arena; /* for as long as it is read */
	const char *kind;
	number_list
	    places; /* of each CPU among those asked for, from 1 on; 0: it is none of them */
	number_list columns; /* the place of the CPU of each column */
};

static void find_places(struct event_reader *reader, const number_list *cpus)
{
	unsigned last = 0;

	vec_for_each (cpu, cpus)
		last = *cpu > last ? *cpu : last;
	reader->places.at = arena_alloc(reader->arena, (last + 1) * sizeof(*reader->places.at));
	reader->places.count = last + 1;
	for (size_t i = 0; i < cpus->count; i++)
		reader->places.at[cpus->at[i]] = (unsigned)i + 1;
}

static unsigned place_of(const struct event_reader *reader, uint64_t cpu)
{
	return cpu < reader->places.count ? reader->places.at[cpu] : 0;
}

/* "           CPU0       CPU2": false: this is no such line. */
static bool take_columns(struct event_reader *reader, char *line)
{
	number_list columns = {0};
	uint64_t cpu;

	for (line += strspn(line, " \t"); *line; line += strspn(line, " \t")) {
		if (!text_starts(line, "CPU"))
			return false;
		line += 3;
		if (*line < '0' || *line > '9' || !next_number(&line, &cpu) || cpu > CPUSET_MAX)
			return false;
		vec_push(reader->arena, &columns, place_of(reader, cpu));
	}
	reader->columns = columns;
	return columns.count > 0;
}

/* What follows the last two blanks in a row: who handles the interrupt. */
static const char *event_name(struct arena *arena, const char *label, char *rest)
{
	char *name = text_trim(arena, rest), *found;

	while ((found = strstr(name, "  ")))
		name = found + 2;
	name = arena_printf(arena, *name ? "%s %s" : "%s", label, text_trim(arena, name));
	text_cut(name, name_most);
	return name;
}

static int take_line(void *context, char *line)
{
	struct event_reader *reader = context;
	struct event_table *table = reader->table;
	char *colon = strchr(line, ':'), *at;
	struct event_row row = {.kind = reader->kind};
	uint64_t count;

	if (!reader->columns.count) {
		(void)take_columns(reader, line);
		return 0;
	}
	if (!colon)
		return 0;
	*colon = '\0';
	row.name = text_trim(table->arena, line);
	if (!*row.name)
		return 0;
	at = colon + 1;
	row.counts = arena_alloc(table->arena, (table->cpus->count + 1) * sizeof(*row.counts));
	vec_for_each (place, &reader->columns) {
		/* ERR and MIS have one number for all CPUs. */
		if (!next_number(&at, &count))
			return 0;
		if (*place)
			row.counts[*place - 1] = count;
	}
	row.name = event_name(table->arena, row.name, at);
	vec_push(table->arena, &table->rows, row);
	return 0;
}

enum { stat_idle = 3, stat_iowait = 4, stat_steal = 7, stat_fields };

/* "cpu3 user nice system idle iowait irq softirq steal ...": false: this is no such line. */
static bool take_stat(char *line, uint64_t *ret_cpu, uint64_t ret[static stat_fields])
{
	if (!text_starts(line, "cpu") || line[3] < '0' || line[3] > '9')
		return false;
	line += 3;
	if (!next_number(&line, ret_cpu) || *ret_cpu > CPUSET_MAX)
		return false;
	for (int field = 0; field < stat_fields; field++) {
		if (!next_number(&line, &ret[field]))
			return false;
	}
	return true;
}

static int take_steal(void *context, char *line)
{
	struct event_reader *reader = context;
	uint64_t cpu, values[stat_fields];
	unsigned place;

	if (!take_stat(line, &cpu, values))
		return 0;
	place = place_of(reader, cpu);
	if (place)
		reader->table->steal[place - 1] = values[stat_steal];
	return 0;
}

struct event_table events_read(struct root *root, struct arena *arena, const number_list *cpus)
{
	_cleanup_arena_ struct arena *scratch = arena_new();
	static const char *const paths[] = {"/proc/interrupts", "/proc/softirqs"};
	static const char *const kinds[] = {"interrupt", "softirq"};
	struct event_table table = {.arena = arena, .cpus = cpus, .is_known = true};
	struct event_reader reader = {.table = &table, .arena = scratch};

	find_places(&reader, cpus);
	table.steal = arena_alloc(arena, (cpus->count + 1) * sizeof(*table.steal));
	table.at_ns = now_ns();
	for (size_t i = 0; i < 2; i++) {
		reader.kind = kinds[i];
		reader.columns = (number_list){0};
		if (root_lines(root, paths[i], ROOT_TABLE, take_line, &reader) < 0 ||
		    !reader.columns.count)
			table.is_known = false;
	}
	if (root_lines(root, "/proc/stat", ROOT_LONG_TEXT, take_steal, &reader) < 0)
		table.steal = NULL;
	return table;
}

static int compare_events(const void *a, const void *b)
{
	const struct cpu_event *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return text_natural_compare(left->name, right->name);
}

/* Lines stay in their order; a few may come or go. from: where to begin. */
static const struct event_row *find_row(const struct event_table *table,
					const struct event_row *wanted, size_t from)
{
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct event_row *row = &table->rows.at[(from + i) % table->rows.count];

		if (row->kind == wanted->kind && text_equal(row->name, wanted->name))
			return row;
	}
	return NULL;
}

void events_between(const struct event_table *before, const struct event_table *after, size_t place,
		    struct cpu_figures *figures)
{
	figures->events_known = before->is_known && after->is_known;
	figures->events_ns = after->at_ns - before->at_ns;
	if (before->steal && after->steal && after->steal[place] > before->steal[place])
		figures->steal_ticks = after->steal[place] - before->steal[place];
	for (size_t i = 0; i < after->rows.count; i++) {
		const struct event_row *row = &after->rows.at[i], *earlier = NULL;
		uint64_t had;

		if (!row->counts[place])
			continue;
		earlier = find_row(before, row, i);
		had = earlier ? earlier->counts[place] : 0;
		/* Fewer than before: it was freed and is another one now. */
		if (row->counts[place] > had)
			vec_push(after->arena, &figures->events,
				 (struct cpu_event){.kind = row->kind,
						    .name = row->name,
						    .count = row->counts[place] - had});
	}
	if (figures->events.count)
		qsort(figures->events.at, figures->events.count, sizeof(*figures->events.at),
		      compare_events);
	if (figures->events.count > events_told)
		figures->events.count = events_told;
}

/* The kernel lists softirqs in the order of their numbers. */
static const struct event_row *find_softirq(const struct event_table *table, unsigned number)
{
	vec_for_each (row, &table->rows) {
		if (text_equal(row->kind, "softirq") && number-- == 0)
			return row;
	}
	return NULL;
}

static const struct event_row *find_label(const struct event_table *table, const char *label)
{
	const char *prefix = arena_printf(table->arena, "%s ", label);

	vec_for_each (row, &table->rows) {
		if (text_equal(row->kind, "interrupt") &&
		    (text_starts(row->name, prefix) || text_equal(row->name, label)))
			return row;
	}
	return NULL;
}

const char *events_handler_name(const struct event_table *table, const struct handler *handler)
{
	const char *label = handler->kind == HANDLER_VECTOR
				? trace_vector_label(handler->id)
				: arena_printf(table->arena, "%u", handler->id);
	const struct event_row *row = handler->kind == HANDLER_SOFTIRQ
					  ? find_softirq(table, handler->id)
					  : find_label(table, label);

	return row ? row->name : label;
}

struct load_reader {
	const number_list *cpus;
	struct cpu_load load;
};

/* Who waits for a disk or for the hypervisor does not use the CPU. */
static int take_load(void *context, char *line)
{
	struct load_reader *reader = context;
	uint64_t cpu, values[stat_fields];

	if (!take_stat(line, &cpu, values) || !numbers_has(reader->cpus, (unsigned)cpu))
		return 0;
	for (int field = 0; field < stat_fields; field++) {
		reader->load.all += values[field];
		if (field != stat_idle && field != stat_iowait && field != stat_steal)
			reader->load.busy += values[field];
	}
	return 0;
}

int cpu_load_read(struct root *root, const number_list *cpus, struct cpu_load *ret)
{
	struct load_reader reader = {.cpus = cpus};
	int r = root_lines(root, "/proc/stat", ROOT_LONG_TEXT, take_load, &reader);

	if (r == 0 && !reader.load.all)
		r = -ENODATA;
	*ret = reader.load;
	return r;
}
