/* SPDX-License-Identifier: Apache-2.0 */
/* The whole job for a oneshot or an init container, and the gate that reads its verdict. */
#include <errno.h>

#include "base/text.h"
#include "cli/commands.h"
#include "sys/own.h"

#define TERMINATION_LOG   "/dev/termination-log"
#define TERMINATION_BYTES 1024

/* What stands against starting, most important first, in one line each. */
static names reasons(struct arena *arena, const struct plan *plan, bool required_only)
{
	names list = {0};

	vec_for_each (check, &plan->checks) {
		if ((check->state == CHECK_FAIL || check->state == CHECK_UNKNOWN) &&
		    (!required_only || check->severity == SEVERITY_REQUIRED))
			vec_push(arena, &list,
				 arena_printf(arena, "%s: wanted %s, found %s", check->id,
					      check->required ? check->required : "an answer",
					      check->have ? check->have : "unknown"));
	}
	vec_for_each (setting, &plan->settings) {
		bool good = setting->state == STATE_SAME || setting->state == STATE_CHANGED;

		if (!good && (!required_only || setting->severity == SEVERITY_REQUIRED))
			vec_push(arena, &list,
				 arena_printf(arena, "%s: %s%s%s", setting->name,
					      state_names[setting->state],
					      setting->note ? ", " : "",
					      setting->note ? setting->note : ""));
	}
	return list;
}

static const char *const gate_names[] = {
    [GATE_REQUIRED_ONLY] = "required-only",
    [GATE_STRICT] = "strict",
    [GATE_REPORT] = "report",
};

/*
 * DESIGN section 9. A code of the run that is no verdict (it failed, or another holds the lock)
 * never blocks a broker that has data, unless the gate is strict.
 */
static bool may_start(enum gate_mode mode, enum exit_code code, bool has_data)
{
	switch (mode) {
	case GATE_REPORT:
		return true;
	case GATE_STRICT:
		return code == EXIT_MATCH;
	case GATE_REQUIRED_ONLY:
		break;
	}
	if (code == EXIT_ERROR || code == EXIT_LOCKED)
		return has_data;
	return code == EXIT_MATCH || code == EXIT_DIFFERS;
}

/* The kubelet keeps few bytes of it: verdict first, nothing that is invalid when cut. */
static void write_termination_message(struct arena *arena, const char *head, const names *list)
{
	struct str text = str_new(arena);

	str_printf(&text, "%s\n", head);
	vec_for_each (line, list)
		str_printf(&text, "%s\n", *line);
	if (text.length > TERMINATION_BYTES)
		text.text[TERMINATION_BYTES] = '\0';
	/* Absent outside Kubernetes, and no reason to fail anywhere. */
	if (own_exists(TERMINATION_LOG))
		(void)own_overwrite(TERMINATION_LOG, text.text);
}

/* A usage error is the caller's and has no verdict; everything else leaves one for `gate`. */
static enum exit_code conclude(struct outcome *outcome, struct report *report, enum exit_code code)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	bool is_verdict = report->plan != NULL;
	enum gate_mode mode = session->profile.gate;
	names list = {0};
	struct gate_verdict verdict = {.time = outcome->started_rfc3339,
				       .profile = session->profile.name};
	struct err err = {0};
	const char *json = NULL;
	bool start = may_start(mode, code, session->facts.live.data_dir.has_data);

	if (is_verdict)
		list = reasons(arena, report->plan,
			       mode == GATE_REQUIRED_ONLY && !session->options->strict);
	else
		vec_push(arena, &list, session->err.text);
	verdict.verdict = start ? "start" : "blocked";
	verdict.reason = list.count ? text_join(arena, &list, "; ") : NULL;
	verdict.exit_code = (int)(start ? EXIT_MATCH : code);
	if (is_verdict) {
		report->gate = (struct report_gate){
		    .mode = gate_names[mode], .may_start = start, .reason = verdict.reason};
		report->exit_code = verdict.exit_code;
		json = report_json(arena, report);
		outcome->text = render(outcome, report);
	}
	write_termination_message(
	    arena,
	    arena_printf(arena, "thintune: %s (exit %d, profile %s)",
			 start ? "the broker may start" : "the broker must not start",
			 verdict.exit_code, verdict.profile ? verdict.profile : "unknown"),
	    &list);
	/* A pod that may not write /run still has its exit code; a gate later says there is none.
	 */
	if (verdict_write(session->root, arena, &verdict, json, &err) < 0 && start && is_verdict)
		session->err = err;
	return (enum exit_code)verdict.exit_code;
}

enum exit_code command_run(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report report = {0};
	enum exit_code code = session_root(session);

	if (code != EXIT_MATCH)
		return code;
	code = apply_and_verify(outcome, &report);
	if (code == EXIT_USAGE)
		return code;
	/* A step failed: the gate still wants the profile's mode. Whether there is data is known
	 * even where the other facts are not. */
	if (!report.plan && !session->profile.name) {
		struct err first = session->err;

		if (session_profile(session, NULL) == EXIT_USAGE)
			return EXIT_USAGE;
		session->err = first;
	}
	return conclude(outcome, &report, code);
}

enum exit_code command_gate(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct gate_verdict verdict;
	enum exit_code code = session_root(session);

	if (code != EXIT_MATCH)
		return code;
	if (verdict_read(session->root, session->arena, &verdict, &session->err) < 0)
		return EXIT_ERROR;
	outcome->text =
	    arena_printf(session->arena, "%s: profile %s, %s%s%s\n", verdict.verdict,
			 verdict.profile ? verdict.profile : "unknown", verdict.time,
			 verdict.reason ? ": " : "", verdict.reason ? verdict.reason : "");
	return (enum exit_code)verdict.exit_code;
}
