/* SPDX-License-Identifier: Apache-2.0 */
/* What watch adds to the metrics, the file `ready`, and the lines of its log. */
#include "report/watch.h"

#include "base/escape.h"
#include "base/text.h"
#include "report/layout.h"
#include "report/metrics.h"

enum { lines_most = 20 };

char *watch_metrics(struct arena *arena, const struct watch_state *state)
{
	struct str str = str_new(arena);

	metrics_number(&str, "gauge", "look_timestamp_seconds",
		       "When watch last looked, in seconds since 1970.", state->unix_time);
	metrics_head(&str, "counter", "looks_total",
		     "Looks of watch since the node's start, by what led to them.");
	for (enum watch_cause cause = 0; cause < WATCH_CAUSE_COUNT; cause++)
		str_printf(&str, "thintune_looks_total{cause=\"%s\"} %llu\n",
			   watch_cause_names[cause], (unsigned long long)state->looks[cause]);
	metrics_number(&str, "counter", "repairs_total",
		       "Settings that watch has written since the node's start.",
		       (int64_t)state->repairs_done);
	metrics_number(&str, "gauge", "contested",
		       "Settings that watch leaves alone, since somebody keeps rewriting them.",
		       contest_count(&state->contests, state->now));
	return str.text;
}

static bool is_ready(const struct watch_state *state, const struct report *report)
{
	return !state->fault && !(report && report->verdict.required_failed);
}

/* Without the time: a label that changes at each look makes the API server write each time. */
char *watch_features(struct arena *arena, const struct watch_state *state,
		     const struct report *report, const char *expires)
{
	struct report timeless = *report;

	timeless.run.started_unix = 0;
	return arena_printf(arena, "# +expiry-time=%s\n%s", expires,
			    report_nfd(arena, &timeless, is_ready(state, report)));
}

char *watch_ready(struct arena *arena, const struct watch_state *state, const struct report *report)
{
	if (is_ready(state, report))
		return arena_strdup(arena, "ready\n");
	if (state->fault)
		return arena_printf(arena, "not ready: %s\n",
				    escape_text(arena, state->fault, ESCAPE_ALL));
	return arena_printf(arena, "not ready: %s\n",
			    text_count(arena, report->verdict.required_failed,
				       "required setting or check does not hold",
				       "required settings and checks do not hold"));
}

/* "disk-queue nvme0n1 scheduler"; a check: "check swap" */
static const char *name_of(struct arena *arena, const struct off *off)
{
	return arena_printf(arena, "%s %s", off->is_check ? "check" : off->tuner, off->name);
}

static const char *off_line(struct arena *arena, const struct off *off)
{
	const struct setting *setting = off->setting;
	names notes =
	    setting ? layout_notes(arena, setting) : layout_check_notes(arena, off->check);
	const char *have =
	    setting ? layout_have(arena, setting) : text_or(off->check->have, "unknown");
	const char *wanted = setting ? layout_wanted(arena, setting) : off->check->required;

	return arena_printf(arena, "%s %s: %s, wanted %s%s%s", name_of(arena, off), off->state,
			    have, text_or(wanted, "unknown"), notes.count ? "; " : "",
			    notes.count ? text_join(arena, &notes, "; ") : "");
}

static bool is_among(const off_list *list, const struct off *off)
{
	vec_for_each (one, list) {
		if (one->is_check == off->is_check && text_equal(one->tuner, off->tuner) &&
		    text_equal(one->name, off->name))
			return true;
	}
	return false;
}

static bool is_repaired(const struct report *report, const struct off *off)
{
	vec_for_each (setting, &report->plan->settings) {
		if (setting->state == STATE_CHANGED && !off->is_check &&
		    text_equal(setting->wish->tuner, off->tuner) &&
		    text_equal(setting->wish->name, off->name))
			return true;
	}
	return false;
}

static void add_repairs(struct arena *arena, const struct report *report, names *lines)
{
	vec_for_each (setting, &report->plan->settings) {
		if (setting->state != STATE_CHANGED)
			continue;
		vec_push(
		    arena, lines,
		    arena_printf(arena, "repaired %s %s: %s, was %s", setting->wish->tuner,
				 setting->wish->name, layout_value(arena, setting, setting->have),
				 setting->before ? layout_value(arena, setting, setting->before)
						 : "unknown"));
	}
}

static const char *verdict_line(struct arena *arena, const struct watch_state *state)
{
	return arena_printf(arena, "%s (exit code %d): %s not right",
			    text_or(state->verdict, "no verdict"), state->exit_code,
			    text_count(arena, state->off.count, "is", "are"));
}

names watch_changes(struct arena *arena, const struct watch_state *before,
		    const struct watch_state *now, const struct report *report)
{
	const off_list appeared = off_without(arena, &now->off, &before->off),
		       gone = off_without(arena, &before->off, &now->off);
	names lines = {0}, all = {0};

	add_repairs(arena, report, &all);
	vec_for_each (off, &appeared)
		vec_push(arena, &all, off_line(arena, off));
	vec_for_each (off, &gone) {
		if (!is_among(&appeared, off) && !is_repaired(report, off))
			vec_push(arena, &all,
				 arena_printf(arena, "no longer so: %s %s", name_of(arena, off),
					      off->state));
	}
	if (all.count || !text_equal(before->verdict, now->verdict))
		vec_push(arena, &all, verdict_line(arena, now));
	for (size_t i = 0; i < all.count; i++) {
		if (all.count > lines_most && i == lines_most - 2) {
			vec_push(arena, &lines,
				 arena_printf(arena, "and %zu more, which report.json tells",
					      all.count - lines_most + 1));
			i = all.count - 1;
		}
		vec_push(arena, &lines, all.at[i]);
	}
	return lines;
}
