/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an HTML report, one file each; each adds itself to the page. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/html_page.h"
#include "report/report.h"

/* What the report counts: in its first lines, its tiles and its steps. */
struct html_counts {
	unsigned required;        /* required settings that do not hold */
	unsigned advised;         /* advised settings that differ */
	unsigned manual;          /* advised settings to be set by hand */
	unsigned checks_failed;   /* of these: */
	unsigned required_failed; /* checks */
	unsigned checks_open;     /* checks that were not made, or whose answer is unknown */
	unsigned required_open;   /* of these, required and not moot */
	unsigned hold;            /* settings and checks */
	unsigned waived;          /* settings and checks */
	unsigned writable;        /* settings that an apply would write */
	/* Required, and not among the above, since --only or --skip left them out: */
	unsigned left_out_settings; /* settings that do not hold */
	unsigned left_out_failed;   /* checks that fail */
	unsigned left_out_open;     /* checks that were not made, or whose answer is unknown */
};
struct html_counts html_count(const struct report *report);

/* Five steps, and the others in a fold. */
void html_next(struct str *page, const struct report *report);
/* The node as a picture, and in words for who cannot see it. */
void html_picture(struct str *page, const struct report *report);
/* Settings that differ; what thintune has changed, before and after; all others; checks. */
void html_settings(struct str *page, const struct report *report);
void html_changes(struct str *page, const struct report *report);
void html_rest(struct str *page, const struct report *report);
void html_checks(struct str *page, const struct report *report);
/* The gaps of the CPUs: figures, causes and plots. */
void html_cpu(struct str *page, const struct cpu_result *result);
/* What each load holds within the limit, and its latency by rate. */
void html_envelope(struct str *page, const struct probe_result *result);

/* The probe's proofs, floors, figures and plots. */
void html_probe(struct str *page, const struct report *report);
/* What --only and --skip left out. */
void html_left_out(struct str *page, const struct report *report);

/* What the profile decided and no setting shows; where the report comes from. */
void html_profile(struct str *page, const struct report *report);
void html_provenance(struct str *page, const struct report *report);

#endif
