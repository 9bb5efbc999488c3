/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one report for a comparison: its head, and of each row what is compared. Reports come from
 * other machines, so nothing in them is taken for granted. */
#include <errno.h>
#include <stdlib.h>

#include "base/json_pull.h"
#include "base/text.h"
#include "report/compare.h"

/* A row before it is known which of them vary by themselves. Numbers of texts, plus 1; 0: none. */
struct read_row {
	uint32_t section, tuner, name;
	uint32_t have, wanted, state;
	bool is_waived;
};

struct reading {
	struct compare *compare;
	struct arena *scratch;
	struct json_pull pull;
	const char *file;
	/* What this report adds to those of the comparison: of one that is refused nothing may
	 * stay. */
	struct intern texts, keys, cells;
	struct compare_report report;
	VEC(struct read_row) rows;
	struct intern measured; /* names of settings */
	VEC(struct compare_said) said, waived;
	bool has_settings, has_checks;
	const char *problem; /* what makes it no report; NULL */
};

static void set_problem(struct reading *reading, const char *problem)
{
	if (!reading->problem)
		reading->problem = problem;
}

static uint32_t number_of(struct reading *reading, struct json_text text)
{
	return text.text ? intern_bytes(&reading->texts, text.text, text.length) + 1 : 0;
}

/* For as long as this report is read: keep_head() makes it last. */
static const char *read_text(struct reading *reading, struct json_text text)
{
	uint32_t number = number_of(reading, text);

	return number ? intern_text(&reading->texts, number - 1) : NULL;
}

/* Objects by their keys ----------------------------------------------------------------------- */

struct field {
	struct json_text key, text;
	bool is_there;
};

static struct field *field_of(struct field *fields, size_t count, struct json_text key)
{
	for (size_t i = 0; i < count; i++) {
		if (*key.text == *fields[i].key.text && json_text_equal(key, fields[i].key))
			return &fields[i];
	}
	return NULL;
}

/* Each of two equal keys would be another answer. */
static bool is_new(struct reading *reading, bool *is_there)
{
	if (*is_there)
		set_problem(reading, "it has one key twice");
	*is_there = true;
	return !reading->problem;
}

/* The texts among the values of one object; the others are read over. */
static void take_fields(struct reading *reading, struct field *fields, size_t count)
{
	struct json_pull *pull = &reading->pull;
	struct json_text key;

	if (!json_pull_object(pull)) {
		set_problem(reading, "an object is missing where a report has one");
		return;
	}
	while (json_pull_key(pull, &key)) {
		struct field *field = field_of(fields, count, key);

		if (field && is_new(reading, &field->is_there))
			field->text = json_pull_text(pull);
		else
			json_pull_skip(pull);
	}
}

/* Rows ---------------------------------------------------------------------------------------- */

/* What is wanted tells nothing more of a setting that satisfies it. */
static bool is_satisfied(struct json_text have, struct json_text wanted, struct json_text state)
{
	return json_text_is(state, plan_state_names[STATE_SAME]) ||
	       json_text_is(state, plan_state_names[STATE_CHANGED]) ||
	       json_text_equal(have, wanted);
}

static void take_setting(struct reading *reading)
{
	struct field fields[] = {
	    {.key = JSON_TEXT("tuner")}, {.key = JSON_TEXT("setting")}, {.key = JSON_TEXT("have")},
	    {.key = JSON_TEXT("want")},  {.key = JSON_TEXT("state")},
	};
	struct json_text have, wanted, state;
	struct read_row row = {.section = COMPARE_SETTINGS};

	take_fields(reading, fields, sizeof(fields) / sizeof(fields[0]));
	have = fields[2].text;
	wanted = fields[3].text;
	state = fields[4].text;
	row.tuner = number_of(reading, fields[0].text);
	row.name = number_of(reading, fields[1].text);
	row.have = number_of(reading, have);
	if (!is_satisfied(have, wanted, state))
		row.wanted = number_of(reading, wanted);
	row.is_waived = json_text_is(state, plan_state_names[STATE_WAIVED]);
	/* Why one differs, or was not set, is no part of the node. */
	if (!have.text)
		row.state = number_of(reading, state);
	if (!row.tuner || !row.name || !state.text)
		set_problem(reading, "a setting in it lacks tuner, setting or state");
	vec_push(reading->scratch, &reading->rows, row);
}

static void take_check(struct reading *reading)
{
	struct field fields[] = {{.key = JSON_TEXT("check")},
				 {.key = JSON_TEXT("have")},
				 {.key = JSON_TEXT("required")},
				 {.key = JSON_TEXT("state")}};
	struct read_row row = {.section = COMPARE_CHECKS};

	take_fields(reading, fields, sizeof(fields) / sizeof(fields[0]));
	row.name = number_of(reading, fields[0].text);
	row.have = number_of(reading, fields[1].text);
	row.wanted = number_of(reading, fields[2].text);
	row.state = number_of(reading, fields[3].text);
	row.is_waived = json_text_is(fields[3].text, plan_check_state_names[CHECK_WAIVED]);
	if (!row.name || !row.state)
		set_problem(reading, "a check in it lacks check or state");
	vec_push(reading->scratch, &reading->rows, row);
}

static void take_rows(struct reading *reading, void (*take)(struct reading *reading))
{
	if (!json_pull_list(&reading->pull)) {
		set_problem(reading, "its settings or checks are no list");
		return;
	}
	while (json_pull_item(&reading->pull)) {
		if (reading->problem)
			json_pull_skip(&reading->pull);
		else
			take(reading);
	}
}

/* The head ------------------------------------------------------------------------------------ */

/* What --only and --skip left out is judged all the same, where it is required. */
static void take_left_out(struct reading *reading)
{
	struct json_pull *pull = &reading->pull;
	bool has_by = false, has_settings = false, has_checks = false;
	struct json_text key;

	if (!json_pull_object(pull))
		return;
	while (json_pull_key(pull, &key)) {
		if (json_text_is(key, "by") && is_new(reading, &has_by))
			reading->report.left_out = read_text(reading, json_pull_text(pull));
		else if (json_text_is(key, "settings") && is_new(reading, &has_settings))
			take_rows(reading, take_setting);
		else if (json_text_is(key, "checks") && is_new(reading, &has_checks))
			take_rows(reading, take_check);
		else
			json_pull_skip(pull);
	}
}

/* Names of settings whose value is computed from what varies over time. */
static void take_measured(struct reading *reading)
{
	struct json_text key;

	if (!json_pull_object(&reading->pull))
		return;
	while (json_pull_key(&reading->pull, &key)) {
		intern_bytes(&reading->measured, key.text, key.length);
		json_pull_skip(&reading->pull);
	}
}

static void take_run(struct reading *reading)
{
	struct json_pull *pull = &reading->pull;
	bool has_date = false, has_started = false, has_measured = false;
	const char *date = NULL, *started = NULL;
	struct json_text key;

	if (!json_pull_object(pull))
		return;
	while (json_pull_key(pull, &key)) {
		if (json_text_is(key, "date") && is_new(reading, &has_date))
			date = read_text(reading, json_pull_text(pull));
		else if (json_text_is(key, "started") && is_new(reading, &has_started))
			started = read_text(reading, json_pull_text(pull));
		else if (json_text_is(key, "measured") && is_new(reading, &has_measured))
			take_measured(reading);
		else
			json_pull_skip(pull);
	}
	/* The first format has no date. */
	reading->report.date = date ? date : started;
}

static void take_node(struct reading *reading)
{
	struct compare_report *report = &reading->report;
	const struct {
		const char *key, **text;
		uint64_t *number;
	} parts[] = {
	    {"hostname", &report->hostname, NULL},
	    {"id", &report->id, NULL},
	    {"kernel", &report->kernel, NULL},
	    {"arch", &report->arch, NULL},
	    {"cloud", &report->cloud, NULL},
	    {"virtualization", &report->virtualization, NULL},
	    {"container", &report->container, NULL},
	    {"memory_bytes", NULL, &report->memory_bytes},
	    {"cpus", NULL, &report->cpus},
	};
	enum { count = sizeof(parts) / sizeof(parts[0]) };
	struct json_pull *pull = &reading->pull;
	bool is_there[count] = {0};
	struct json_text key;

	if (!json_pull_object(pull)) {
		set_problem(reading, "its node is no object");
		return;
	}
	while (json_pull_key(pull, &key)) {
		size_t i = 0;

		while (i < count && !json_text_is(key, parts[i].key))
			i++;
		if (i == count || !is_new(reading, &is_there[i])) {
			json_pull_skip(pull);
		} else if (parts[i].text) {
			*parts[i].text = read_text(reading, json_pull_text(pull));
		} else {
			int64_t number = json_pull_number(pull);

			*parts[i].number = number < 0 ? 0 : (uint64_t)number;
		}
	}
}

/* null in a report of restore. */
static void take_profile(struct reading *reading)
{
	struct field fields[] = {{.key = JSON_TEXT("name")}, {.key = JSON_TEXT("sha256")}};
	struct json_pull *pull = &reading->pull, before = *pull;

	if (!json_pull_object(pull))
		return;
	*pull = before;
	take_fields(reading, fields, sizeof(fields) / sizeof(fields[0]));
	reading->report.profile = read_text(reading, fields[0].text);
	reading->report.profile_sha256 = read_text(reading, fields[1].text);
}

static void take_tool(struct reading *reading)
{
	struct field fields[] = {{.key = JSON_TEXT("version")}};

	take_fields(reading, fields, 1);
	reading->report.version = read_text(reading, fields[0].text);
}

static void take_settings(struct reading *reading)
{
	take_rows(reading, take_setting);
}

static void take_checks(struct reading *reading)
{
	take_rows(reading, take_check);
}

static void take_schema(struct reading *reading)
{
	reading->report.schema = read_text(reading, json_pull_text(&reading->pull));
}

static void take_command(struct reading *reading)
{
	reading->report.command = read_text(reading, json_pull_text(&reading->pull));
}

static void take_verdict(struct reading *reading)
{
	reading->report.verdict = read_text(reading, json_pull_text(&reading->pull));
}

static void take_exit_code(struct reading *reading)
{
	reading->report.exit_code = json_pull_number(&reading->pull);
}

static void take_report(struct reading *reading)
{
	static const struct {
		const char *key;
		void (*take)(struct reading *reading);
	} parts[] = {
	    {"schema", take_schema},       {"tool", take_tool},       {"command", take_command},
	    {"node", take_node},           {"profile", take_profile}, {"verdict", take_verdict},
	    {"settings", take_settings},   {"checks", take_checks},   {"left_out", take_left_out},
	    {"exit_code", take_exit_code}, {"run", take_run},
	};
	enum { count = sizeof(parts) / sizeof(parts[0]) };
	bool is_there[count] = {0};
	struct json_text key;

	if (!json_pull_object(&reading->pull)) {
		set_problem(reading, "it is no report");
		return;
	}
	while (json_pull_key(&reading->pull, &key)) {
		size_t i = 0;

		while (i < count && !json_text_is(key, parts[i].key))
			i++;
		/* Keys may be sorted: what another version has otherwise may come before its name.
		 */
		if (i < count && (is_new(reading, &is_there[i]) || parts[i].take == take_schema))
			parts[i].take(reading);
		else
			json_pull_skip(&reading->pull);
	}
	reading->has_settings = is_there[6];
	reading->has_checks = is_there[7];
}

/* What it came to ----------------------------------------------------------------------------- */

/* A value that is computed from what varies over time is another one in every report. */
static bool varies(const struct reading *reading, const struct read_row *row)
{
	const char *name;
	uint32_t number;

	if (row->section != COMPARE_SETTINGS || !row->name || !reading->measured.all.count)
		return false;
	name = intern_text(&reading->texts, row->name - 1);
	return intern_find(&reading->measured, name, strlen(name), &number);
}

static int compare_said(const void *a, const void *b)
{
	const struct compare_said *left = a, *right = b;

	return left->key < right->key ? -1 : left->key > right->key;
}

static void take_said(struct reading *reading)
{
	bool is_sorted = true;

	vec_for_each (row, &reading->rows) {
		const uint32_t key[] = {row->section, row->tuner, row->name};
		const uint32_t cell[] = {row->have, varies(reading, row) ? 0 : row->wanted,
					 row->state};
		struct compare_said said = {.key = intern_bytes(&reading->keys, key, sizeof(key)),
					    .cell =
						intern_bytes(&reading->cells, cell, sizeof(cell))};
		size_t count = reading->said.count;

		is_sorted = is_sorted && (!count || reading->said.at[count - 1].key < said.key);
		vec_push(reading->scratch, &reading->said, said);
		if (row->is_waived)
			vec_push(reading->scratch, &reading->waived, said);
	}
	if (is_sorted)
		return;
	qsort(reading->said.at, reading->said.count, sizeof(*reading->said.at), compare_said);
	for (size_t i = 1; i < reading->said.count; i++) {
		if (reading->said.at[i - 1].key == reading->said.at[i].key)
			set_problem(reading, "it lists one setting or check twice");
	}
}

/* Whether the comparison may grow by what of this report is new in it. */
static void check_room(struct reading *reading)
{
	if (reading->compare->texts.bytes + reading->texts.bytes > COMPARE_MOST_TEXT)
		set_problem(reading, "the reports hold more than 256 MiB of different texts");
	if (reading->compare->said_count + reading->rows.count > COMPARE_MOST_ROWS)
		set_problem(reading, "the reports have more than 33,554,432 rows together");
}

/* What is kept -------------------------------------------------------------------------------- */

static void keep_head(struct reading *reading)
{
	struct compare_report *report = &reading->report;
	struct intern *texts = &reading->compare->texts;
	const char **const kept[] = {
	    &report->schema,   &report->command,   &report->version,        &report->verdict,
	    &report->hostname, &report->id,        &report->kernel,         &report->date,
	    &report->profile,  &report->cloud,     &report->profile_sha256, &report->arch,
	    &report->left_out, &report->container, &report->virtualization};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (*kept[i])
			*kept[i] =
			    intern_text(texts, intern_bytes(texts, *kept[i], strlen(*kept[i])));
	}
}

static void keep_rows(struct reading *reading)
{
	struct compare *compare = reading->compare;
	struct compare_report *report = &reading->report;

	report->said.at =
	    arena_alloc(compare->arena, (reading->said.count + 1) * sizeof(*report->said.at));
	vec_for_each (said, &reading->said)
		report->said.at[report->said.count++] = *said;
	vec_for_each (said, &reading->waived)
		vec_push(compare->arena, &report->waived, *said);
	compare->said_count += report->said.count;
	intern_keep(&compare->keys, &reading->keys);
	intern_keep(&compare->cells, &reading->cells);
}

/* Other versions are told, not guessed. */
static int check_schema(const struct reading *reading, struct err *err)
{
	const char *schema = reading->report.schema;

	if (!schema)
		return err_set(err, -EBADMSG,
			       "cannot compare '%s': it is no report (it names no schema); "
			       "`thintune audit --format json` makes one",
			       reading->file);
	if (text_equal(schema, REPORT_SCHEMA) || text_equal(schema, "thintune.report/1"))
		return 0;
	if (text_starts(schema, "thintune.report/"))
		return err_set(
		    err, -EBADMSG,
		    "cannot compare '%s': its format is '%.40s', and this thintune knows "
		    "thintune.report/1 and " REPORT_SCHEMA,
		    reading->file, schema);
	return err_set(err, -EBADMSG,
		       "cannot compare '%s': it is no report but '%.40s'; `thintune audit --format "
		       "json` makes one",
		       reading->file, schema);
}

static int check_report(struct reading *reading, struct err *err)
{
	int r;

	/* A document cut short, or something else: where, and what. */
	if (!json_pull_end(&reading->pull))
		return err_set(err, -EBADMSG, "cannot compare '%s': line %u: %s", reading->file,
			       json_pull_line(&reading->pull), reading->pull.fault);
	r = check_schema(reading, err);
	if (r < 0)
		return r;
	if (!reading->has_settings || !reading->has_checks)
		set_problem(reading, "it has no settings or no checks");
	take_said(reading);
	check_room(reading);
	if (reading->problem)
		return err_set(err, -EBADMSG, "cannot compare '%s': %s", reading->file,
			       reading->problem);
	return 0;
}

int compare_read(struct compare *compare, struct arena *scratch, const char *file, const char *text,
		 size_t length, struct err *err)
{
	struct reading reading = {
	    .compare = compare,
	    .scratch = scratch,
	    .pull = json_pull_new(scratch, text, length),
	    .file = file,
	    .texts = intern_above(scratch, &compare->texts),
	    .keys = intern_above(scratch, &compare->keys),
	    .cells = intern_above(scratch, &compare->cells),
	    .measured = intern_new(scratch),
	    .report = {.file = file, .exit_code = -1},
	};
	int r;

	take_report(&reading);
	r = check_report(&reading, err);
	if (r < 0)
		return r;
	intern_keep(&compare->texts, &reading.texts);
	keep_rows(&reading);
	keep_head(&reading);
	vec_push(compare->arena, &compare->reports, reading.report);
	return 0;
}
