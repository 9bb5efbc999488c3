/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit's XML, as the readers of build servers take it: a suite each for settings, checks, floors
 * and what the profile lowered, a case for each of them. Attributes that some of these readers
 * miss, such as the time of a case, are there although they say nothing. tests/cli/junit.xsd
 * describes it.
 */
#include "base/escape.h"
#include "report/layout.h"
#include "report/points.h"
#include "version.h"

static const char *const suite_names[] = {
    [POINT_SETTING] = "settings",
    [POINT_CHECK] = "checks",
    [POINT_FLOOR] = "floors",
    [POINT_LOWERED] = "lowered",
};

struct counts {
	size_t of[POINT_RESULT_COUNT], all;
};

static struct counts count_all(const point_list *points)
{
	struct counts counts = {.all = points->count};

	vec_for_each (point, points)
		counts.of[point->result]++;
	return counts;
}

static point_list points_in(struct arena *arena, const point_list *all, enum point_kind kind)
{
	point_list points = {0};

	vec_for_each (point, all) {
		if (point->kind == kind)
			vec_push(arena, &points, *point);
	}
	return points;
}

static void add_attribute(struct str *xml, const char *name, const char *value)
{
	str_printf(xml, " %s=\"%s\"", name, escape_xml(xml->arena, value));
}

/* The name of a suite, or of all; then what is in it. */
static void add_counts(struct str *xml, const char *name, const struct counts *counts)
{
	add_attribute(xml, "name", name);
	str_printf(xml, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		   counts->all, counts->of[POINT_FAILS], counts->of[POINT_ERRS],
		   counts->of[POINT_OPEN]);
}

static void add_time(struct str *xml, const struct report *report)
{
	str_printf(xml, " time=\"%llu.%03llu\"",
		   (unsigned long long)(report->run.duration_ms / 1000),
		   (unsigned long long)(report->run.duration_ms % 1000));
}

static void add_property(struct str *xml, const char *name, const char *value)
{
	if (!value)
		return;
	str_add(xml, "\t\t\t<property");
	add_attribute(xml, "name", name);
	add_attribute(xml, "value", value);
	str_add(xml, "/>\n");
}

static void add_properties(struct str *xml, const struct report *report)
{
	const struct profile *profile = report->profile;

	str_add(xml, "\t\t<properties>\n");
	add_property(xml, "node", report->facts->host.hostname);
	add_property(xml, "node_id", report->facts->host.node_id);
	add_property(xml, "date", report->run.date);
	add_property(xml, "thintune", THINTUNE_VERSION);
	if (report->build) {
		add_property(xml, "commit", report->build->commit);
		add_property(xml, "build_id", report->build->build_id);
		add_property(xml, "program_sha256", report->build->sha256);
	}
	add_property(xml, "command", report->command);
	if (report->run.options.count)
		add_property(xml, "options", text_join(xml->arena, &report->run.options, " "));
	add_property(xml, "profile", profile ? profile->name : NULL);
	add_property(xml, "profile_sha256", profile ? profile->sha256 : NULL);
	add_property(xml, "verdict", report->verdict.text);
	add_property(xml, "exit_code", arena_printf(xml->arena, "%d", report->exit_code));
	str_add(xml, "\t\t</properties>\n");
}

static void add_fact(struct str *xml, const char *name, const char *value)
{
	if (value && *value)
		str_printf(xml, "%s: %s\n", name, escape_xml(xml->arena, value));
}

/* What a reader shows when the case is opened. */
static void add_facts(struct str *xml, const struct point *point)
{
	add_fact(xml, "note", point->note);
	add_fact(xml, "file", point->path);
	add_fact(xml, "have", point->have);
	add_fact(xml, "want", point->want);
	add_fact(xml, "severity", point->severity);
	add_fact(xml, "why", point->why);
	add_fact(xml, "source", point->source);
	add_fact(xml, "advice", point->advice);
}

static void add_result(struct str *xml, const struct point *point)
{
	const char *element = point_result_names[point->result];
	struct arena *arena = xml->arena;

	if (point->result == POINT_HOLDS) {
		str_add(xml, "/>\n");
		return;
	}
	str_printf(xml, ">\n\t\t\t<%s", element);
	if (point->result == POINT_OPEN) {
		add_attribute(xml, "message",
			      arena_printf(arena, "%s: %s", point->state,
					   text_or(point->note, "nothing follows from it")));
		str_add(xml, "/>\n\t\t</testcase>\n");
		return;
	}
	add_attribute(xml, "message",
		      arena_printf(arena, "%s (%s): have %s, want %s", point->state,
				   point->severity, point->shown_have, point->shown_want));
	add_attribute(xml, "type", point->state);
	str_add(xml, ">\n");
	add_facts(xml, point);
	str_printf(xml, "</%s>\n\t\t</testcase>\n", element);
}

static void add_case(struct str *xml, const struct point *point)
{
	str_add(xml, "\t\t<testcase");
	add_attribute(xml, "classname",
		      arena_printf(xml->arena, "thintune.%s.%s", suite_names[point->kind],
				   text_or(point->tuner, "unknown")));
	add_attribute(xml, "name", text_or(point->name, text_or(point->path, "unknown")));
	str_add(xml, " time=\"0\"");
	add_result(xml, point);
}

/* What is wrong with the whole, and with no case of it. */
static void add_faults(struct str *xml, const struct report *report)
{
	const char *const faults[] = {
	    report->failure,
	    report->profile_fault,
	    report->half_applied == TRI_YES ? REPORT_HALF_APPLIED : NULL,
	    report->journal_fault,
	    report->gate.may_start ? NULL : report->gate.reason,
	};
	names told = {0};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i])
			vec_push(xml->arena, &told, escape_xml(xml->arena, faults[i]));
	}
	if (told.count)
		str_printf(xml, "\t\t<system-err>%s</system-err>\n",
			   text_join(xml->arena, &told, "\n"));
}

static void add_suite(struct str *xml, const struct report *report, enum point_kind kind,
		      const point_list *points)
{
	const struct counts counts = count_all(points);
	const char *date = report->run.date;

	str_add(xml, "\t<testsuite");
	add_counts(xml, suite_names[kind], &counts);
	add_time(xml, report);
	/* In UTC, without the letter that says so: some readers know no zones. */
	add_attribute(xml, "timestamp", arena_strndup(xml->arena, date, strcspn(date, "Z")));
	add_attribute(xml, "hostname", text_or(report->facts->host.hostname, "unknown"));
	str_add(xml, ">\n");
	add_properties(xml, report);
	vec_for_each (point, points)
		add_case(xml, point);
	if (kind == POINT_SETTING)
		add_faults(xml, report);
	str_add(xml, "\t</testsuite>\n");
}

char *report_junit(struct arena *arena, const struct report *report)
{
	const point_list all = points_of(arena, report);
	const struct counts counts = count_all(&all);
	struct str xml = str_new(arena);

	str_add(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_counts(&xml, arena_printf(arena, "thintune %s", report->command), &counts);
	add_time(&xml, report);
	str_add(&xml, ">\n");
	for (enum point_kind kind = 0; kind < POINT_KIND_COUNT; kind++) {
		const point_list points = points_in(arena, &all, kind);

		/* The first is there in any case: it has what concerns the whole. */
		if (points.count || kind == POINT_SETTING)
			add_suite(&xml, report, kind, &points);
	}
	str_add(&xml, "</testsuites>\n");
	return xml.text;
}
