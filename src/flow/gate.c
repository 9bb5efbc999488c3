/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the broker may start after a run, why not, and the verdict that says so. */
#include "flow/gate.h"

#include <errno.h>

#include "apply/last_verdict.h"
#include "base/escape.h"
#include "base/text.h"
#include "flow/history_step.h"
#include "plan/waive.h"
#include "report/layout.h"
#include "sys/own.h"

#define TERMINATION_LOG   "/dev/termination-log"
#define TERMINATION_BYTES 1024

/* The value of a skipped setting, where it is known: " (65536, wanted >= 1048576)". */
static const char *found_text(struct arena *arena, const struct setting *setting)
{
	if (setting->state != STATE_SKIPPED || !setting->have || !setting->want)
		return "";
	return arena_printf(arena, " (%s, wanted %s)", layout_value(arena, setting, setting->have),
			    layout_wanted(arena, setting));
}

/* A row of the report has it in a line of its own. */
static const char *waived_text(struct arena *arena, const struct waiving *waiving)
{
	return waiving && waiving->is_expired
		   ? arena_printf(arena, ", %s", waive_words(arena, waiving))
		   : "";
}

/* A cause that several have is told once: "data-mount, filesystem: not judged: no data directory".
 */
static void add_reason(struct arena *arena, const char *name, const char *cause, names *list)
{
	const char *text = arena_printf(arena, ": %s", cause);
	size_t tail = strlen(text);

	vec_for_each (one, list) {
		size_t length = strlen(*one);

		if (length > tail && text_equal(*one + length - tail, text)) {
			*one = arena_printf(arena, "%.*s, %s%s", (int)(length - tail), *one, name,
					    text);
			return;
		}
	}
	vec_push(arena, list, arena_printf(arena, "%s%s", name, text));
}

/* `told`: what is told already; NULL. */
static void add_setting_reasons(struct arena *arena, const setting_list *settings, const char *told,
				enum severity severity, names *list)
{
	vec_for_each (setting, settings) {
		const char *note = text_equal(setting->note, told) ? NULL : setting->note;

		if (!verdict_is_settled(setting->state) && setting->wish->severity == severity)
			add_reason(arena, setting->wish->name,
				   arena_printf(arena, "%s%s%s%s%s",
						plan_state_names[setting->state], note ? ", " : "",
						text_or(note, ""), found_text(arena, setting),
						waived_text(arena, setting->wish->waiver)),
				   list);
	}
}

static void add_check_reasons(struct arena *arena, const check_list *checks, enum severity severity,
			      names *list)
{
	vec_for_each (check, checks) {
		bool bad = check->state == CHECK_FAIL || check->state == CHECK_UNKNOWN;
		bool counts = verdict_check_counts(check);

		if (counts ? severity != SEVERITY_REQUIRED : !bad || severity != SEVERITY_ADVISED)
			continue;
		add_reason(arena, check->id,
			   check->state == CHECK_SKIPPED && check->note
			       ? arena_printf(arena, "%s%s", check->note,
					      waived_text(arena, check->waiver))
			       : arena_printf(arena, "wanted %s, found %s%s",
					      check->required ? check->required : "an answer",
					      check->have ? check->have : "unknown",
					      waived_text(arena, check->waiver)),
			   list);
	}
}

static void add_floor_reasons(struct arena *arena, const floors *judged, names *list)
{
	vec_for_each (floor, judged) {
		if (floor->state == FLOOR_MISSED)
			vec_push(arena, list,
				 arena_printf(arena, "%s: wanted %s, found %s", floor->name,
					      floor->required,
					      floor->have ? floor->have : "unknown"));
	}
}

/* Why the broker must not start, in one line each. */
static void add_reasons(struct arena *arena, const struct report *report, const struct plan *plan,
			enum severity severity, names *list)
{
	add_check_reasons(arena, &plan->checks, severity, list);
	if (report->probe && severity == SEVERITY_REQUIRED)
		add_floor_reasons(arena, &report->probe->floors, list);
	add_setting_reasons(arena, &plan->settings, report->failure, severity, list);
	add_setting_reasons(arena, &plan->left_out.settings, report->failure, severity, list);
}

static bool any_blocks(const setting_list *settings)
{
	vec_for_each (setting, settings) {
		if (verdict_setting_counts(setting))
			return true;
	}
	return false;
}

static const char *const gate_names[] = {
    [GATE_REQUIRED_ONLY] = "required-only",
    [GATE_STRICT] = "strict",
    [GATE_REPORT] = "report",
};

/*
 * Whether the gate `required-only` stays shut. A required check blocks every start (data directory
 * missing, not mounted, read-only, on a wrong file system; io_setup refused). A required setting
 * that does not hold blocks only while there is no data, even if --skip leaves it out: for a broker
 * with data, being down is worse. The same goes for the profile's floors, for a proof of direct
 * I/O that could not be tried, and for what was waived until its day came.
 */
static bool blocks(const struct report *report, const struct plan *plan, bool has_data)
{
	if (!has_data && report->probe && probe_floors_missed(&report->probe->floors))
		return true;
	vec_for_each (check, &plan->checks) {
		bool untried = text_equal(check->id, "direct-io") && check->state != CHECK_FAIL;

		if (verdict_check_counts(check) && !(untried && has_data))
			return true;
	}
	return !has_data && (any_blocks(&plan->settings) || any_blocks(&plan->left_out.settings));
}

/* The code of a strict gate, without what only expired waivers come to. */
static enum exit_code forgiving_code(const struct session *session, const struct report *report,
				     const struct plan *forgiven, enum exit_code code)
{
	bool is_of_plan = code == EXIT_DIFFERS || code == EXIT_REQUIRED;

	if (!is_of_plan || report->failure ||
	    (report->probe && probe_floors_missed(&report->probe->floors)))
		return code;
	return plan_verdict(forgiven, session->options->strict).exit_code;
}

/* A code that is no verdict (the run failed, or another thintune holds the lock) does not block a
 * broker with data, unless the gate is strict. */
static bool may_start(const struct session *session, const struct report *report,
		      enum exit_code code)
{
	bool has_data = session->facts.live.data_dir.has_data;
	enum gate_mode mode = session->profile.gate;
	struct plan judged = {0};

	if (report->plan) {
		judged = has_data ? waive_expired_too(report->plan) : *report->plan;
		code = forgiving_code(session, report, &judged, code);
	}
	/* `gate` could not say yes, so the run must not either. */
	if (session->has_no_verdict)
		return false;
	if (mode == GATE_REPORT)
		return true;
	if (mode == GATE_STRICT || session->options->strict)
		return code == EXIT_MATCH;
	if ((code == EXIT_ERROR || code == EXIT_LOCKED) && !has_data)
		return false;
	return !report->plan || !blocks(report, &judged, has_data);
}

/* The kubelet keeps few bytes of it: the verdict comes first, and a cut leaves valid UTF-8. */
static void write_termination_message(struct arena *arena, const char *head, const names *list)
{
	struct str text = str_new(arena);

	str_printf(&text, "%s\n", escape_text(arena, head, ESCAPE_ALL));
	vec_for_each (line, list)
		str_printf(&text, "%s\n", escape_text(arena, *line, ESCAPE_ALL));
	text_cut(text.text, TERMINATION_BYTES);
	/* Absent outside Kubernetes, and no reason to fail anywhere. */
	if (own_exists(TERMINATION_LOG))
		(void)own_overwrite(TERMINATION_LOG, text.text);
}

enum { most_reasons = 10 };

/* Few enough for a line in a log; the report has them all. */
static names shortened(struct arena *arena, const names *list)
{
	names few = {0};

	for (size_t i = 0; i < list->count && i < most_reasons; i++)
		vec_push(arena, &few, list->at[i]);
	if (list->count > most_reasons)
		vec_push(arena, &few,
			 arena_printf(arena, "and %zu more", list->count - most_reasons));
	return few;
}

/* What went wrong as a whole comes first, as it may be why the points do not hold. Each once. */
static void add_faults(const struct session *session, const struct report *report, names *list)
{
	const char *failure = report->failure, *error = session->err.code ? session->err.text : "";
	const char *fault = session->profile_fault;

	if (fault)
		vec_push(session->arena, list, fault);
	if (failure)
		vec_push(session->arena, list, failure);
	if (*error && !text_equal(error, fault) && !(failure && strstr(failure, error)))
		vec_push(session->arena, list, error);
}

/* Why the broker must not start, or why there is no verdict, in few lines. */
static names all_reasons(struct outcome *outcome, const struct report *report)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	names list = {0};

	add_faults(session, report, &list);
	add_reasons(arena, report, &session->plan, SEVERITY_REQUIRED, &list);
	if (session->profile.gate != GATE_REQUIRED_ONLY || session->options->strict)
		add_reasons(arena, report, &session->plan, SEVERITY_ADVISED, &list);
	return shortened(arena, &list);
}

/* Values found on the node may hold anything: what a file or a terminal must not get is replaced,
 * and what is too long is cut. */
static const char *reason_text(struct arena *arena, const names *list)
{
	char *text;

	if (!list->count)
		return NULL;
	text = arena_strdup(arena, escape_text(arena, text_join(arena, list, "; "), ESCAPE_ALL));
	text_cut(text, last_verdict_reason_most);
	return text;
}

/* Where the verdict cannot be written, `gate` reads what last_verdict_begin() has left. That must
 * not let a broker start which this run blocks, and this run must not say yes where `gate` says no.
 * Returns the sentence about it; NULL: the verdict is written. */
static const char *leave_verdict(struct outcome *outcome, const char *report_json,
				 struct last_verdict *verdict)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	const char *owner = session->options->owner, *now;
	struct last_verdict left;
	struct err err = {0};

	if (last_verdict_write(session->root, arena, owner, verdict, report_json, &err) == 0)
		return NULL;
	if (verdict->exit_code != EXIT_MATCH)
		(void)!last_verdict_remove(session->root, arena, owner);
	if (last_verdict_read(session->root, arena, owner, &left, NULL) < 0)
		left = (struct last_verdict){.exit_code = EXIT_ERROR, .verdict = "there is none"};
	if (verdict->exit_code == EXIT_MATCH)
		verdict->exit_code = left.exit_code;
	now = arena_printf(arena, "%s; `gate` now says: %s", err.text, left.verdict);
	if (!session->err.code)
		(void)err_set(&session->err, err.code, "%s", now);
	return now;
}

/* Also where a step failed before there was a report. */
static char *labels(const struct outcome *outcome, bool start)
{
	const struct session *session = &outcome->session;
	const struct report report = {.facts = &session->facts,
				      .profile = session->profile.name ? &session->profile : NULL,
				      .run.started_unix = outcome->started_unix};

	return report_nfd(session->arena, &report, start);
}

/* Whether its end would change the answer of `gate`, while there is no data. */
static bool is_needed(const struct session *session, const struct waiving *waiving)
{
	const struct plan *plan = &session->plan;
	bool is_strict = session->profile.gate == GATE_STRICT || session->options->strict;

	if (session->profile.gate == GATE_REPORT || waiving->is_expired)
		return false;
	vec_for_each (setting, &plan->settings) {
		if (waive_is_same(setting->wish->waiver, waiving) &&
		    setting->state == STATE_WAIVED &&
		    (is_strict || setting->wish->severity == SEVERITY_REQUIRED))
			return true;
	}
	vec_for_each (setting, &plan->left_out.settings) {
		if (waive_is_same(setting->wish->waiver, waiving) &&
		    setting->state == STATE_WAIVED && setting->wish->severity == SEVERITY_REQUIRED)
			return true;
	}
	vec_for_each (check, &plan->checks) {
		if (waive_is_same(check->waiver, waiving) && check->state == CHECK_WAIVED &&
		    (is_strict || check->severity == SEVERITY_REQUIRED))
			return true;
	}
	return false;
}

/* `gate` judges by its day again. */
static void note_waiver(const struct session *session, struct last_verdict *verdict)
{
	const char *dir = session->facts.live.data_dir.path;
	const struct waiver *first = NULL;
	char *text;

	vec_for_each (waiving, &session->plan.waivings) {
		if (is_needed(session, waiving) &&
		    (!first || waiving->waiver->last_day < first->last_day))
			first = waiving->waiver;
	}
	if (!first)
		return;
	text = arena_strdup(
	    session->arena,
	    escape_text(session->arena,
			arena_printf(session->arena, "%s, waived by %s", first->what, first->owner),
			ESCAPE_ALL));
	text_cut(text, last_verdict_waived_most);
	verdict->waived = text;
	verdict->waived_until = first->until;
	if (dir && strlen(dir) <= last_verdict_waived_most && escape_is_clean(dir, ESCAPE_ALL))
		verdict->data_dir = dir;
}

static void tell_verdict(struct report *report, bool start, int code, const char *reason)
{
	report->gate.may_start = start;
	report->gate.reason = reason;
	report->exit_code = code;
}

enum exit_code gate_conclude(struct outcome *outcome, struct report *report, enum exit_code code)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	bool start = may_start(session, report, code);
	names list = all_reasons(outcome, report);
	const char *unwritten = NULL;
	struct last_verdict verdict = {.time = outcome->started_rfc3339,
				       .profile = session->profile.name,
				       .verdict = start ? "start" : "blocked",
				       .exit_code = (int)(start ? EXIT_MATCH : code)};

	verdict.reason = reason_text(arena, &list);
	if (start && report->plan)
		note_waiver(session, &verdict);
	report->gate.mode = gate_names[session->profile.gate];
	tell_verdict(report, start, verdict.exit_code, verdict.reason);
	/* While another thintune holds the lock, the last verdict stays. */
	if (code != EXIT_LOCKED && !session->has_no_verdict)
		unwritten = leave_verdict(outcome, report->plan ? report_json(arena, report) : NULL,
					  &verdict);
	if (unwritten) {
		vec_push(arena, &list, unwritten);
		start = verdict.exit_code == EXIT_MATCH;
		tell_verdict(report, start, verdict.exit_code, reason_text(arena, &list));
	}
	history_step_close(outcome, report, (enum exit_code)verdict.exit_code);
	if (report->plan)
		outcome_render(outcome, report);
	outcome_put(outcome, "nfd", labels(outcome, start));
	write_termination_message(
	    arena,
	    arena_printf(arena, "thintune: %s (exit %d, profile %s)",
			 start ? "the broker may start" : "the broker must not start",
			 verdict.exit_code, verdict.profile ? verdict.profile : "unknown"),
	    &list);
	if (session->profile_fault && !session->err.code)
		(void)err_set(&session->err, -EINVAL, "%s", session->profile_fault);
	return (enum exit_code)verdict.exit_code;
}

/* The last verdict stays, unless the gate is strict: it counts for this boot only. The label of a
 * Kubernetes node outlives a boot, so it says that the node is not ready. */
enum exit_code gate_refuse(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report report = {0};
	names list = {0};

	vec_push(session->arena, &list, session->err.text);
	history_step_close(outcome, &report, EXIT_USAGE);
	if (session->is_shut) {
		const struct last_verdict verdict = {.exit_code = EXIT_USAGE,
						     .verdict = "blocked",
						     .time = outcome->started_rfc3339,
						     .reason = reason_text(session->arena, &list)};

		(void)!last_verdict_write(session->root, session->arena, session->options->owner,
					  &verdict, NULL, NULL);
	}
	write_termination_message(
	    session->arena, "thintune: a mistake in the options or the profile (exit 2)", &list);
	outcome_put(outcome, "nfd", labels(outcome, false));
	return EXIT_USAGE;
}
