/* SPDX-License-Identifier: Apache-2.0 */
/* Judges what a report says by another profile, as far as the report alone allows. */
#include "report/against.h"

#include <inttypes.h>

#include "base/text.h"
#include "plan/kind.h"
#include "plan/waive.h"
#include "profile/points.h"
#include "profile/waivers.h"
#include "profile/when.h"
#include "tuners/tuners.h"

/* Settings whose wanted value is the profile's and nothing else; the tuners of that name say so. */
static const struct judged {
	const char *tuner;
	const char *ending; /* of the setting's name */
	const char *section, *key;
	enum kind kind;
	uint64_t divisor; /* the file counts in units of so many bytes or microseconds */
} judged[] = {
    {"governor", " scaling_governor", "cpu", "governor", KIND_WORD_OF, 1},
    {"governor", " energy_performance_preference", "cpu", "energy-performance-preference",
     KIND_WORD_OF, 1},
    {"clocksource", "clocksource", "cpu", "clocksource", KIND_WORD_OF, 1},
    {"hugepages", "transparent_hugepage enabled", "memory", "transparent-hugepages", KIND_CHOICE,
     1},
    {"hugepages", "transparent_hugepage defrag", "memory", "transparent-hugepages-defrag",
     KIND_CHOICE, 1},
    {"disk-queue", " scheduler", "disk", "scheduler", KIND_CHOICE, 1},
    {"disk-queue", " nomerges", "disk", "nomerges", KIND_NUMBER, 1},
    {"disk-queue", " wbt_lat_usec", "disk", "wbt-latency", KIND_NUMBER, 1},
    {"disk-queue", " add_random", "disk", "add-random", KIND_NUMBER, 1},
    {"disk-queue", " nr_requests", "disk", "nr-requests", KIND_NUMBER, 1},
    {"disk-queue", " read_ahead_kb", "disk", "read-ahead", KIND_NUMBER, 1024},
    {"disk-queue", " rq_affinity", "disk", "rq-affinity", KIND_NUMBER, 1},
    {"disk-queue", " write_cache", "disk", "write-cache", KIND_TEXT, 1},
    {"disk-queue", " iostats", "disk", "iostats", KIND_NUMBER, 1},
    {"disk-queue", " io_timeout", "disk", "io-timeout", KIND_JIFFIES_MS, 1000},
};

enum { judged_count = sizeof(judged) / sizeof(judged[0]) };

struct judging {
	struct arena *arena;
	const struct profile *profile;
	struct against *against;
	struct plan waivers; /* nothing but the profile's waivers */
	struct intern seen;  /* "section key" of what the report lists */
	struct intern gaps;  /* what and why of each, a NUL between them */
	unsigned *unjudged;  /* settings by row of the tuner table; the last: of no tuner */
};

struct facts against_facts(struct arena *arena, const struct compare_report *report)
{
	struct facts facts = {0};
	uint64_t cpus = report->cpus < CPUSET_MAX ? report->cpus : CPUSET_MAX - 1;

	facts.host.cloud = report->cloud;
	facts.host.arch = report->arch;
	facts.host.virtualization = report->virtualization;
	facts.host.kernel_release = report->kernel;
	facts.host.memory_bytes = report->memory_bytes;
	facts.live.container = report->container;
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		cpuset_add(arena, &facts.topology.online, cpu);
	return facts;
}

static void add_gap(struct judging *judging, const char *what, const char *why)
{
	struct str pair = str_new(judging->arena);
	size_t known = judging->gaps.all.count;

	str_add(&pair, what);
	str_add_n(&pair, "", 1);
	str_add(&pair, why);
	if (intern_bytes(&judging->gaps, pair.text, pair.length) == known)
		vec_push(judging->arena, &judging->against->gaps,
			 ((struct against_gap){.what = what, .why = why}));
}

/* One value ----------------------------------------------------------------------------------- */

static names scaled(struct arena *arena, const names *operands, uint64_t divisor)
{
	names result = {0};

	vec_for_each (operand, operands) {
		uint64_t number;

		vec_push(arena, &result,
			 divisor > 1 && text_u64(*operand, &number) == 0
			     ? arena_printf(arena, "%" PRIu64, number / divisor)
			     : *operand);
	}
	return result;
}

/* Which of several the node offers is not in the report: a later one than the first may be right.
 */
static bool is_choice_open(const struct value *value, const char *have)
{
	return value->rule == RULE_FIRST_OF && value->operands.count > 1 &&
	       !text_equal(value->operands.at[0], have) && text_in(have, &value->operands);
}

/* NULL: it can be judged. */
static const char *why_not(const struct compare_point *point, const struct value *value)
{
	if (value->rule == RULE_AUTO || value->auto_operand)
		return "`auto` is computed from the node";
	if (!point->have)
		return "the report does not know what the node has";
	if (is_choice_open(value, point->have))
		return "which of the profile's words the node offers is not in a report";
	return NULL;
}

static void add_row(struct judging *judging, const struct compare_point *point, const char *section,
		    const char *key, const struct value *value)
{
	const char *scope = point->is_check ? WAIVER_OF_CHECK : point->tuner;
	const struct against_row row = {
	    .is_check = point->is_check,
	    .tuner = point->tuner,
	    .name = point->name,
	    .have = point->have,
	    .wanted = profile_value_words(judging->arena, section, key, value),
	    .severity = value->severity,
	    .source = value->source,
	    .waiver = waive_find(&judging->waivers, scope, point->name),
	};

	if (row.waiver && !row.waiver->is_expired)
		vec_push(judging->arena, &judging->against->waived, row);
	else
		vec_push(judging->arena, &judging->against->rows, row);
}

static void judge_value(struct judging *judging, const struct compare_point *point,
			const struct judged *row, const struct value *value)
{
	const struct wish wish = {.kind = row->kind,
				  .rule = value->rule,
				  .operands =
				      scaled(judging->arena, &value->operands, row->divisor)};
	struct setting setting = {.wish = &wish, .have = point->have};
	const char *name = arena_printf(judging->arena, "%s %s", point->tuner, point->name);
	const char *why = why_not(point, value);
	const names none = {0};
	bool is_same = false;

	if (why)
		add_gap(judging, name, why);
	else if (kind_resolve(judging->arena, &setting, &none, &is_same) < 0)
		add_gap(judging, name, text_or(setting.note, "the two cannot be compared"));
	else if (is_same)
		judging->against->held_count++;
	else
		add_row(judging, point, row->section, row->key, value);
}

static bool is_undecided(const struct judging *judging, const struct overlay_said *said)
{
	vec_for_each (overlay, &judging->profile->overlays) {
		if (text_equal(overlay->profile, said->profile) &&
		    text_equal(overlay->when, said->when))
			return !overlay->is_applied && !overlay->value;
	}
	return false;
}

/* An overlay that nobody can decide may want another value of it. */
static bool is_left_open(struct judging *judging, const char *section, const char *key)
{
	vec_for_each (said, &judging->profile->said) {
		if (!text_equal(said->section, section) || !text_equal(said->key, key) ||
		    !is_undecided(judging, said))
			continue;
		add_gap(judging, arena_printf(judging->arena, "%s %s", section, key),
			arena_printf(judging->arena,
				     "an overlay (%s:%u) speaks of it where %s, which a report "
				     "does not tell",
				     said->profile, said->line, said->when));
		return true;
	}
	return false;
}

static void judge_setting(struct judging *judging, const struct compare_point *point,
			  const struct judged *row)
{
	const struct value *value = profile_get(judging->profile, row->section, row->key);

	const char *what = arena_printf(judging->arena, "%s %s", row->section, row->key);

	intern_bytes(&judging->seen, what, strlen(what));
	if (is_left_open(judging, row->section, row->key))
		return;
	if (!value || value->rule == RULE_LEAVE)
		judging->against->alone_count++;
	else
		judge_value(judging, point, row, value);
}

/* Checks -------------------------------------------------------------------------------------- */

/* Of these a report says what was found in words that can be judged again. */
static void judge_check(struct judging *judging, const struct compare_point *point)
{
	const struct value *value = profile_get(judging->profile, "checks", point->name);
	bool is_kernel = text_equal(point->name, "kernel") && value &&
			 value->rule == RULE_AT_LEAST && value->operands.count;
	bool is_words = text_equal(point->name, "filesystem") && value &&
			(value->rule == RULE_ONE_OF || value->rule == RULE_FIRST_OF ||
			 value->rule == RULE_EXACT);

	if (is_left_open(judging, "checks", point->name))
		return;
	if (!value || value->rule == RULE_LEAVE)
		judging->against->alone_count++;
	else if ((!is_kernel && !is_words) || !point->have)
		add_gap(judging, arena_printf(judging->arena, "check %s", point->name),
			point->have || !is_kernel
			    ? "what was found does not tell what this profile would make of it"
			    : "the report does not know what the node has");
	else if (is_kernel ? when_compare_version(point->have, value->operands.at[0]) >= 0
			   : text_in(point->have, &value->operands))
		judging->against->held_count++;
	else
		add_row(judging, point, "checks", point->name, value);
}

/* All of it ----------------------------------------------------------------------------------- */

static const struct judged *find_judged(const struct compare_point *point)
{
	for (size_t i = 0; i < judged_count; i++) {
		if (text_equal(judged[i].tuner, point->tuner) &&
		    text_ends(point->name, judged[i].ending))
			return &judged[i];
	}
	return NULL;
}

static void judge_point(struct judging *judging, const struct compare_point *point)
{
	const struct judged sysctl = {
	    "sysctl", "", "sysctl", point->name, KIND_TEXT, 1,
	};
	const struct judged *row =
	    text_equal(point->tuner, "sysctl") ? &sysctl : find_judged(point);
	size_t tuner = 0;

	if (point->is_check) {
		judge_check(judging, point);
	} else if (row) {
		judge_setting(judging, point, row);
	} else {
		while (tuner < tuner_count && !text_equal(tuner_table[tuner].name, point->tuner))
			tuner++;
		judging->unjudged[tuner]++;
	}
}

static void add_unjudged(struct judging *judging)
{
	for (size_t i = 0; i <= tuner_count; i++) {
		unsigned count = judging->unjudged[i];
		const char *name = i < tuner_count ? tuner_table[i].name : "unknown tuners";

		if (count)
			add_gap(judging,
				arena_printf(judging->arena, "%s (%u setting%s)", name, count,
					     count == 1 ? "" : "s"),
				"follows from CPUs, queues and files of the node, not from the "
				"profile alone");
	}
}

/* What the profile speaks of and the report does not. */
static void add_unseen(struct judging *judging)
{
	vec_for_each (entry, &judging->profile->entries) {
		const char *what =
		    arena_printf(judging->arena, "%s %s", entry->section, entry->key);
		bool is_judged = text_equal(entry->section, "sysctl");
		uint32_t number;

		for (size_t i = 0; i < judged_count; i++)
			is_judged |= text_equal(judged[i].section, entry->section) &&
				     text_equal(judged[i].key, entry->key);
		if (is_judged && entry->value.rule != RULE_LEAVE &&
		    !intern_find(&judging->seen, what, strlen(what), &number))
			add_gap(judging, what, "the report does not list it");
		if (text_starts(entry->key, "floors."))
			add_gap(judging, "floors of the probe",
				"`thintune probe` judges them where it measures");
	}
}

struct against against_judge(struct arena *arena, const struct compare *compare,
			     const struct profile *profile, int64_t today)
{
	struct against against = {.report = &compare->reports.at[0], .profile = profile};
	struct judging judging = {
	    .arena = arena,
	    .profile = profile,
	    .against = &against,
	    .waivers = {.arena = arena},
	    .seen = intern_new(arena),
	    .gaps = intern_new(arena),
	    .unjudged = arena_alloc(arena, (tuner_count + 1) * sizeof(*judging.unjudged)),
	};

	waive_begin(&judging.waivers, profile, today);
	vec_for_each (said, &against.report->said) {
		const struct compare_point point = compare_point(compare, said);

		judge_point(&judging, &point);
	}
	add_unjudged(&judging);
	add_unseen(&judging);
	against.open_count = against.report->said.count - against.rows.count -
			     against.waived.count - against.held_count - against.alone_count;
	return against;
}
