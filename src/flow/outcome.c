/* SPDX-License-Identifier: Apache-2.0 */
/* What a command makes of the session: its report, and that as a text. */
#include "flow/outcome.h"

#include "apply/journal.h"
#include "apply/sysctl_hint.h"
#include "base/text.h"
#include "report/next_command.h"
#include "sys/self.h"

enum { AGAIN_WIDTH = 400 };

void outcome_begin(struct outcome *outcome, struct arena *arena, const struct options *options)
{
	struct timespec boot;
	time_t now = time(NULL);

	(void)clock_gettime(CLOCK_MONOTONIC, &outcome->started);
	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	outcome->started_unix = now;
	outcome->started_boot = boot.tv_sec;
	outcome->started_rfc3339 = outcome_date(arena, now);
	outcome->session = (struct session){.arena = arena,
					    .options = options,
					    .today = session_day(now),
					    .lock = LOCK_NONE,
					    .reader = {.fd = -1}};
}

const struct build *outcome_build(struct outcome *outcome)
{
	const struct options *options = outcome->session.options;
	struct build *build = &outcome->build;

	if (!build->build_id)
		build->build_id = self_build_id(outcome->session.arena);
	if (!build->sha256 && (options->verbose || options_form(options, "html")))
		build->sha256 = self_sha256(outcome->session.arena);
	return build;
}

uint64_t outcome_elapsed_ms(const struct outcome *outcome)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - outcome->started.tv_sec) * 1000 +
			  (now.tv_nsec - outcome->started.tv_nsec) / 1000000);
}

const char *outcome_date(struct arena *arena, time_t time)
{
	struct tm tm;
	char text[32];

	if (!gmtime_r(&time, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "unknown";
	return arena_strdup(arena, text);
}

const char *outcome_now(struct arena *arena)
{
	return outcome_date(arena, time(NULL));
}

const char *outcome_user(const struct outcome *outcome)
{
	struct arena *arena = outcome->session.arena;
	int64_t uid = outcome->session.facts.live.uid;

	return arena_printf(arena, "uid %s%s%s%s",
			    uid < 0 ? "unknown" : arena_printf(arena, "%lld", (long long)uid),
			    outcome->sudo_user ? " (sudo of " : "",
			    outcome->sudo_user ? outcome->sudo_user : "",
			    outcome->sudo_user ? ")" : "");
}

void outcome_stamp(const struct outcome *outcome, struct report *report)
{
	report->run.date = outcome_now(outcome->session.arena);
	report->run.duration_ms = outcome_elapsed_ms(outcome);
}

/* The journal as it was when the plan was made, which an audit does not change. */
static enum tri half_applied(const struct session *session)
{
	if (session->options->command != COMMAND_AUDIT || session->journal_fault)
		return TRI_UNKNOWN;
	vec_for_each (holding, &session->request.holdings) {
		if (!holding->is_settled)
			return TRI_YES;
	}
	return TRI_NO;
}

static void put_at(struct outcome *outcome, size_t at, const char *text)
{
	while (outcome->texts.count <= at)
		vec_push(outcome->session.arena, &outcome->texts, NULL);
	outcome->texts.at[at] = text;
}

void outcome_say(struct outcome *outcome, const char *text)
{
	put_at(outcome, 0, text);
}

void outcome_put(struct outcome *outcome, const char *format, const char *text)
{
	const struct options *options = outcome->session.options;
	const struct options_form *form = options_form(options, format);

	if (form)
		put_at(outcome, (size_t)(form - options->forms.at), text);
}

const char *outcome_text(const struct outcome *outcome, const char *format)
{
	const struct options *options = outcome->session.options;
	const struct options_form *form = options_form(options, format);
	size_t at = form ? (size_t)(form - options->forms.at) : outcome->texts.count;

	return at < outcome->texts.count ? outcome->texts.at[at] : NULL;
}

bool outcome_has(const struct outcome *outcome, const char *format)
{
	return outcome_text(outcome, format) != NULL;
}

void outcome_hint(struct outcome *outcome, const struct next_step *step)
{
	struct arena *arena = outcome->session.arena;

	outcome->hint = arena_printf(arena, "next: %s", next_text(arena, step));
}

/* Reports have a line of their own about what comes next. */
static bool has_text(const struct outcome *outcome)
{
	vec_for_each (text, &outcome->texts) {
		if (*text)
			return true;
	}
	return false;
}

static const char *check_again(const struct outcome *outcome, const char *profile)
{
	return arena_printf(outcome->session.arena, "thintune profile check %s",
			    next_word(outcome->session.arena, profile));
}

void outcome_hint_again(struct outcome *outcome)
{
	const struct options *options = outcome->session.options;
	const struct next_step step = {.what = "again, once that is mended",
				       .command = next_again(outcome->session.arena,
							     outcome->sudo_user != NULL,
							     options_command_name(options->command),
							     options->arguments, &options->used)};

	/* A line of a thousand reports helps nobody. */
	if (layout_width(step.command) <= AGAIN_WIDTH)
		outcome_hint(outcome, &step);
}

void outcome_hint_refused(struct outcome *outcome, enum exit_code code)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	struct next_step step = {0};

	if (outcome->hint || (!session->err.code && !session->mistakes.count))
		return;
	if (code == EXIT_ERROR && !has_text(outcome)) {
		outcome_hint_again(outcome);
		return;
	}
	if (code == EXIT_LOCKED) {
		step.what = "it says who holds the lock";
		step.command = text_equal(options->root, "/")
				   ? "thintune status"
				   : arena_printf(session->arena, "thintune status --root %s",
						  next_word(session->arena, options->root));
	} else if (code == EXIT_USAGE && options->command == COMMAND_PROFILE &&
		   session->mistakes.count) {
		step.what = "it tells whether any mistake is left";
		step.command = check_again(outcome, options->arguments[1]);
	} else if (code == EXIT_USAGE && *session->err.line &&
		   options->command != COMMAND_PROFILE) {
		step.what = "it tells whether any mistake is left";
		step.command = check_again(outcome, options->profile);
	} else if (code == EXIT_USAGE) {
		step.what = "its options, and two examples";
		step.command = arena_printf(session->arena, "thintune %s --help",
					    options_command_name(options->command));
	}
	if (step.command)
		outcome_hint(outcome, &step);
}

void outcome_render(struct outcome *outcome, const struct report *report)
{
	static const struct {
		const char *format;
		char *(*render)(struct arena *arena, const struct report *report);
	} renderers[] = {
	    {"json", report_json},       {"html", report_html},
	    {"junit", report_junit},     {"csv", report_csv},
	    {"sh", report_sh},           {"k8s", report_k8s},
	    {"systemd", report_systemd}, {"prometheus", report_prometheus},
	};
	struct arena *arena = outcome->session.arena;

	if (options_form(outcome->session.options, "text"))
		outcome_put(outcome, "text", report_text(arena, report, outcome->style));
	for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		if (options_form(outcome->session.options, renderers[i].format))
			outcome_put(outcome, renderers[i].format,
				    renderers[i].render(arena, report));
	}
}

/* A user who is not root could write nothing: where something differs, that is no match. */
static const char *only_for_root(const struct session *session)
{
	if (session->facts.live.uid <= 0)
		return NULL;
	vec_for_each (setting, &session->plan.settings) {
		if (setting->state == STATE_SKIPPED && setting->lacks_right)
			return "only root may write node settings";
	}
	return NULL;
}

/* A name in the profile may be misspelt. Not part of the look: a record must not depend on what was
 * looked for in vain. */
static void add_hints(struct session *session)
{
	if (session->options->command == COMMAND_RESTORE)
		return;
	vec_for_each (setting, &session->plan.settings) {
		const char *hint = NULL;

		if (setting->state == STATE_UNSUPPORTED &&
		    text_equal(setting->wish->tuner, "sysctl"))
			hint = sysctl_hint(session->root, session->arena, setting->wish->name);
		if (hint)
			setting->note = arena_printf(session->arena, "%s; did you mean %s?",
						     text_or(setting->note, "unknown"), hint);
	}
}

struct report outcome_report(struct outcome *outcome, const struct apply_result *result)
{
	struct session *session = &outcome->session;
	const struct tuning tuning = {.plan = &session->plan,
				      .facts = &session->facts,
				      .profile = &session->profile,
				      .request = &session->request};
	struct report report = {
	    .build = outcome_build(outcome),
	    .command = options_command_name(session->options->command),
	    .facts = &session->facts,
	    .profile = &session->profile,
	    .profile_fault = session->profile_fault,
	    .profile_note = session->profile_note,
	    .plan = &session->plan,
	    .verdict = plan_verdict(&session->plan, session->options->strict),
	    .is_strict = session->options->strict,
	    .run = {.started = outcome->started_rfc3339,
		    .started_unix = outcome->started_unix,
		    .options = session->options->used,
		    .default_options = session->options->defaults},
	    .half_applied = half_applied(session),
	    .journal_fault =
		session->options->command == COMMAND_AUDIT ? session->journal_fault : NULL,
	};

	add_hints(session);
	outcome_stamp(outcome, &report);

	/* What has become of the state file decides what else names the CPUs. */
	if (session->plan.irq_map)
		session->plan.start_options = start_options_decide(&tuning);
	if (result) {
		report.run.writes = result->writes;
		report.run.trials = result->trials;
		report.run.journal = root_exists(session->root, JOURNAL_FILE) ? JOURNAL_FILE
				     : root_exists(session->root, JOURNAL_FILES_FILE)
					 ? JOURNAL_FILES_FILE
					 : NULL;
		report.failure = result->no_journal ? result->no_journal : only_for_root(session);
		if (report.failure) {
			report.verdict.exit_code = EXIT_REQUIRED;
			report.verdict.text = "failed";
		}
	}
	report.exit_code = report.verdict.exit_code;
	return report;
}
