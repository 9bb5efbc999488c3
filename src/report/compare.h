/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between reports: two of them, days of one node, or a fleet. Of each report only its
 * head and what its rows say is kept, as numbers of strings that all reports share, since a
 * thousand reports of large nodes would not fit in memory. A row is a setting or a check. Two
 * reports are equal when all their rows say the same.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "base/err.h"
#include "base/intern.h"
#include "plan/exit_code.h"
#include "report/report.h"

#define COMPARE_SCHEMA "thintune.compare/1"

/* Of what one call may read; of how many reports, cli/ says. */
enum {
	COMPARE_MOST_BYTES = 64 << 20, /* a report */
	COMPARE_MOST_ROWS = 1 << 25,   /* of all reports */
	COMPARE_MOST_TEXT = 256 << 20, /* bytes of different strings in all of them */
};

/* What one report says of one row: numbers in compare.keys and compare.cells. */
struct compare_said {
	uint32_t key, cell;
};

struct compare_report {
	const char *file;
	const char *name; /* unlike that of any other, and printable; from compare_result() on */
	const char *schema, *command, *version, *verdict;
	int64_t exit_code; /* negative unknown */
	/* NULL unknown, or none */
	const char *hostname, *id, *kernel, *date, *profile, *profile_sha256;
	/* What overlays of a profile may rest on; NULL, 0: unknown. */
	const char *cloud, *arch, *virtualization, *container;
	uint64_t memory_bytes, cpus;
	const char *left_out;          /* "--skip sysctl": what it lacks for that; NULL: nothing */
	VEC(struct compare_said) said; /* ascending by key */
	VEC(struct compare_said) waived; /* those of them that a waiver excuses */
};

struct compare {
	struct arena *arena;
	struct intern texts, keys, cells;
	VEC(struct compare_report) reports;
	names unread; /* why others could not be read; filled by the caller */
	size_t said_count;
};

/* What a report says of one row, as texts. */
struct compare_point {
	bool is_check;
	const char *tuner, *name, *have, *state; /* NULL: not part of it */
};

enum compare_section { COMPARE_SETTINGS, COMPARE_CHECKS };

/* Of a row, what some of the reports say of it. have, wanted, state: NULL: not part of it. */
struct compare_value {
	const char *have;    /* NULL: unknown, or it varies by itself; then state says why */
	const char *wanted;  /* of a setting: where that is not satisfied; of a check: always */
	const char *state;   /* of a setting: only without `have`; "absent": the report lacks it */
	VEC(uint32_t) nodes; /* indices of reports, ascending */
};

struct compare_row {
	enum compare_section section;
	const char *tuner; /* NULL for a check */
	const char *name;
	VEC(struct compare_value) values; /* that of most nodes first */
};

struct compare_group {
	VEC(uint32_t) nodes; /* indices of reports that are equal, ascending */
	VEC(uint32_t) apart; /* rows that say another thing than the first group's */
};

struct compare_result {
	const struct compare *compare;
	VEC(struct compare_row) rows;     /* that differ */
	VEC(struct compare_group) groups; /* the largest first */
	size_t row_count;                 /* all rows of all reports */
	bool is_in_time;                  /* all reports are of one node: names are dates */
	enum exit_code exit_code;         /* MATCH: equal; DIFFERS; ERROR: some are unread */
};

#define COMPARE_ABSENT "absent"

struct compare compare_new(struct arena *arena);
/* Takes one report. text: of length bytes, and a NUL; it is not kept. scratch: for as long as this
 * call. -EBADMSG with a sentence about the file: it is no report that can be compared; then nothing
 * is taken. */
_must_check_ int compare_read(struct compare *compare, struct arena *scratch, const char *file,
			      const char *text, size_t length, struct err *err);
struct compare_point compare_point(const struct compare *compare, const struct compare_said *said);
/* Gives every report its name. True: all are of one node, and named by their dates. */
bool compare_give_names(struct compare *compare);
/* Of all that were read; gives the names. */
struct compare_result compare_result(struct compare *compare);

/* "60 (wanted 1)", "fail: ext4", "(absent)": of a value, for people; not escaped. */
const char *compare_value_text(struct arena *arena, const struct compare_row *row,
			       const struct compare_value *value);
/* "sysctl vm.swappiness", "check filesystem"; not escaped. */
const char *compare_row_name(struct arena *arena, const struct compare_row *row);
/* The same of what a report says. */
const char *compare_said_name(struct arena *arena, const struct compare *compare,
			      const struct compare_said *said);
/* "profile thin-ledger 1289a344f7ef", "no profile"; not escaped. */
const char *compare_profile(struct arena *arena, const struct compare_report *report);
/* "db1, db2 and 7 more", or all where there is only one more. */
const char *compare_some_names(struct arena *arena, const struct compare_result *result,
			       const uint32_t *nodes, size_t count, size_t most);
/* What the report with this index says of the row. */
const struct compare_value *compare_value_of(const struct compare_row *row, uint32_t node);
/* No second group is as large as the first one. */
bool compare_has_largest(const struct compare_result *result);
/* "the largest group", else "the first group": from which the others are set apart. */
const char *compare_first_group(const struct compare_result *result);
/* What may make reports unlike that are none of their rows, and what has to be known of them all
 * the same: profiles, versions, what was left out, what is waived. compare_notes.c */
names compare_notes(struct arena *arena, const struct compare_result *result);

char *compare_text(struct arena *arena, const struct compare_result *result,
		   struct text_style style);
char *compare_json(struct arena *arena, const struct compare_result *result);
char *compare_html(struct arena *arena, const struct compare_result *result);
char *compare_csv(struct arena *arena, const struct compare_result *result);

#endif
