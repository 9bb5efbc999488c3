/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all texts for people share: values from the node made safe to print, colour, wrapping, and
 * rows of a table one by one. Nothing printed can reach the terminal's control functions; nothing
 * is cut off. Widths are counted in characters; colour takes no width.
 */
#ifndef REPORT_LAYOUT_H
#define REPORT_LAYOUT_H

#include "base/text.h"
#include "profile/redpanda.h"
#include "report/report.h"

#define LAYOUT_UNLIMITED SIZE_MAX
#define LAYOUT_MIN_WIDTH 60

/* Of a hash, where all of it has no room. */
#define LAYOUT_HASH_DIGITS 12

/* Columns to use: never fewer than LAYOUT_MIN_WIDTH. */
size_t layout_columns(struct text_style style);

/* A list of CPUs that fits a line: the rest of a longer one is counted. Only JSON has all of it. */
const char *layout_list(struct arena *arena, const char *list);
/* A value of that kind; lists and masks of CPUs alike as "CPU 3", "CPUs 0-3,8", "no CPU". Only JSON
 * has them as the node's files do. */
const char *layout_cpus(struct arena *arena, enum kind kind, const char *value);

/* A value of the setting as a row shows it: of a file the gist, or how many lines it has; of CPUs
 * as above. */
const char *layout_value(struct arena *arena, const struct setting *setting, const char *value);

/* What it has: "unknown" is what should have been read; what nobody looked at, or is not there, is
 * "-". */
const char *layout_have(struct arena *arena, const struct setting *setting);

/* What is wanted of it, as a row shows it: a rule that other values satisfy as well is never
 * shortened to the one that would be written. */
const char *layout_wanted(struct arena *arena, const struct setting *setting);

/* "was 0": what it was before a write; NULL: there was none. Not escaped, nor are the next ones. */
const char *layout_before(struct arena *arena, const struct setting *setting);
/* What a write would disturb, what waives it, the reason of its state. */
names layout_causes(struct arena *arena, const struct setting *setting);
/* Both: what there is to say of it besides. */
names layout_notes(struct arena *arena, const struct setting *setting);
/* The same of a check: what waives it, what to do. */
names layout_check_notes(struct arena *arena, const struct check *check);

/* "node db1 (id 0123...), 2026-11-30T14:00:00Z, thintune 0.2.0, profile sha256 0123456789ab": where
 * a report comes from. One line, whatever the node's name holds. */
const char *layout_origin(struct arena *arena, const struct report *report);

/* "left out by --skip sysctl: 12 settings and 1 check"; NULL: --only and --skip leave nothing out.
 */
const char *layout_left_out(struct arena *arena, const struct left_out *left_out);

/* Three digits and a unit, as people compare times: "12.3 ms". */
const char *layout_time(struct arena *arena, uint64_t ns);

size_t layout_width(const char *text);

/* Columns of the longest line and of the longest word of text, the word with the blanks in front of
 * its paragraph; both only ever grow. */
void layout_measure(const char *text, size_t *line, size_t *word);

enum paint { PAINT_NONE, PAINT_GREEN, PAINT_YELLOW, PAINT_RED };
const char *layout_paint(struct arena *arena, struct text_style style, enum paint paint,
			 const char *text);

/* Lines of at most width characters, broken at blanks and newlines; leading blanks of a paragraph
 * are repeated on each of its lines. A longer word (a path, a command) stays whole. */
names layout_wrap(struct arena *arena, const char *text, size_t width);

/* Adds text wrapped to width, every line indented. */
void layout_paragraph(struct str *str, const char *text, size_t indent, size_t width);

/* "verdict: " and the text in its colour, wrapped. */
void layout_verdict(struct str *str, struct text_style style, enum paint paint, const char *text);

/* The head line, then one text per row (several lines where a cell was wrapped), without the final
 * newline. */
names table_blocks(const struct table *table, struct text_style style);

/* "CPUs 2-7 (isolcpus 2-7, nohz_full 4-7)", "none", or why it is not known. */
const char *layout_isolated(struct arena *arena, const struct isolated *isolated);

/* What was read in redpanda.yaml, with its lines. */
/* "--smp 4 (line 12), --memory 4G (line 13)"; NULL: it gives none. */
const char *layout_flags(struct arena *arena, const struct redpanda_config *redpanda);
/* "rpk.tune_aio_events: false (line 7) and 3 more"; NULL: there is no rpk.tune_*. */
const char *layout_switches(struct arena *arena, const struct redpanda_config *redpanda);
/* What a key rpk.tune_* that is not there means, and since which line. */
const char *layout_absent(struct arena *arena, const struct redpanda_config *redpanda);

#endif
