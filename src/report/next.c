/* SPDX-License-Identifier: Apache-2.0 */
/* Words the steps that follow from a report: what each does, what it costs, and what to type. */
#include "report/next.h"

#include "base/escape.h"
#include "plan/waive.h"
#include "report/next_command.h"

struct steps {
	struct arena *arena;
	const struct report *report;
	next_steps list;
};

static void add(struct steps *steps, const char *what, const char *more, const char *command)
{
	vec_push(steps->arena, &steps->list,
		 (struct next_step){.what = what, .more = more, .command = command});
}

static bool is_command(const struct steps *steps, const char *command)
{
	return text_equal(steps->report->command, command);
}

static const char *command_of(const struct steps *steps, enum next_command command)
{
	return next_command(steps->arena, steps->report, command);
}

/* ": the reason"; NULL: there is none. */
static const char *reason(const struct steps *steps, const char *note)
{
	return note ? arena_printf(steps->arena, ": %s", note) : NULL;
}

static void add_half_applied(struct steps *steps)
{
	if (steps->report->half_applied == TRI_YES)
		add(steps,
		    "put back what the last run of thintune wrote: it was stopped halfway, or one "
		    "is at work",
		    NULL, command_of(steps, NEXT_RESTORE));
}

/* The last good one is in use instead, and is not what was asked for. */
static void add_profile_fault(struct steps *steps)
{
	static const char option[] = "--profile ";

	if (!steps->report->profile_fault)
		return;
	vec_for_each (one, &steps->report->run.options) {
		if (text_starts(*one, option))
			add(steps, "mend the profile, which could not be used", NULL,
			    next_check_profile(steps->arena, *one + strlen(option)));
	}
}

static void add_unmeasured(struct steps *steps)
{
	const struct report_probe *probe = steps->report->probe;
	bool is_short = probe && probe->result && probe->result->error;
	const char *again = command_of(steps, NEXT_PROBE);

	if (!probe || steps->report->failure || steps->report->exit_code != EXIT_ERROR)
		return;
	if (probe->skipped)
		add(steps,
		    steps->report->facts->live_root
			? "mend what kept the probe from measuring, then measure"
			: "measure on the node itself",
		    reason(steps, probe->skipped), again);
	else if (is_short)
		add(steps, "measure again, as this probe ended early",
		    reason(steps, probe->result->failure), again);
}

/* Checks -------------------------------------------------------------------------------------- */

static bool is_missing_directory(const struct steps *steps, const struct check *check)
{
	return text_equal(check->id, "data-directory") &&
	       steps->report->facts->live.data_dir.exists == TRI_NO;
}

/* Whoever has Redpanda elsewhere, or not at all, learns so. */
static void add_missing_directory(struct steps *steps, const struct check *check)
{
	add(steps,
	    steps->report->plan->redpanda
		? "make or mount the data directory, or name the one that there is"
		: "name the data directory, if this is a Redpanda node: there is neither that nor "
		  "a redpanda.yaml here",
	    reason(steps, check->note),
	    arena_printf(steps->arena, "%s --data-dir DIR",
			 command_of(steps, NEXT_AUDIT_DIRECTORY)));
}

/* What a check says is mostly what to do. */
static void add_checks(struct steps *steps, enum severity severity)
{
	struct arena *arena = steps->arena;

	vec_for_each (check, &steps->report->plan->checks) {
		const char *expired =
		    waive_has_expired(check->waiver) ? ", and its waiver has expired" : "";

		if (check->state != CHECK_FAIL || check->severity != severity)
			continue;
		if (is_missing_directory(steps, check)) {
			add_missing_directory(steps, check);
			continue;
		}
		add(steps,
		    arena_printf(arena, "by hand: the check `%s` fails%s", check->id, expired),
		    arena_printf(arena, " (found: %s; wanted: %s)%s%s",
				 text_or(check->have, "not that"),
				 text_or(check->required, "a pass"), check->note ? ": " : "",
				 text_or(check->note, "")),
		    next_explain(arena, steps->report, check->id));
	}
}

/* Required, and nobody could tell; direct I/O has a step of its own, where it can be tried. */
static bool is_open(const struct check *check)
{
	return verdict_check_counts(check) && check->state != CHECK_FAIL && !check->is_moot &&
	       !text_equal(check->id, "direct-io");
}

static void add_open_checks(struct steps *steps)
{
	struct arena *arena = steps->arena;
	const struct check *first = NULL;
	names open = {0};

	vec_for_each (check, &steps->report->plan->checks) {
		if (!is_open(check))
			continue;
		first = first ? first : check;
		vec_push(arena, &open,
			 arena_printf(arena, "`%s`%s%s%s", check->id, check->note ? " (" : "",
				      text_or(check->note, ""), check->note ? ")" : ""));
	}
	if (!first)
		return;
	add(steps,
	    arena_printf(arena, "by hand: find out what %s could not tell",
			 open.count == 1 ? arena_printf(arena, "the required check `%s`", first->id)
					 : arena_printf(arena, "%zu required checks", open.count)),
	    reason(steps, text_join(arena, &open, ", ")),
	    next_explain(arena, steps->report, first->id));
}

static void add_probe(struct steps *steps)
{
	bool is_before = is_command(steps, "audit") || is_command(steps, "apply");

	if (steps->report->facts->live.data_dir.exists == TRI_NO)
		return;
	vec_for_each (check, &steps->report->plan->checks) {
		bool is_unmade = check->state == CHECK_SKIPPED || check->state == CHECK_UNKNOWN;

		if (is_unmade && is_before && text_equal(check->id, "direct-io"))
			add(steps, "prove direct I/O and measure the disk, in 10 s",
			    ". This writes one unnamed scratch file in the data directory, so not "
			    "beside a running broker. Nothing is left to undo",
			    command_of(steps, NEXT_PROBE));
	}
}

static void add_io_config(struct steps *steps)
{
	const struct report_probe *probe = steps->report->probe;

	if (probe && probe->io_config_note && is_command(steps, "run"))
		add(steps, "the next run tries again to write io-config.yaml",
		    reason(steps, probe->io_config_note), command_of(steps, NEXT_RUN));
}

static void add_floors(struct steps *steps)
{
	const struct report_probe *probe = steps->report->probe;

	vec_for_each (floor, probe ? &probe->floors : &(const floors){0}) {
		if (floor->state == FLOOR_MISSED)
			add(steps,
			    arena_printf(
				steps->arena,
				"by hand: %s, or a profile with a lower "
				"floor: %s is %s, wanted %s",
				text_starts(floor->name, "cpu-") ? "keep other work off these CPUs"
								 : "take a faster disk",
				floor->name, text_or(floor->have, "unknown"), floor->required),
			    NULL, command_of(steps, NEXT_SHOW_PROFILE));
	}
}

/* Settings ------------------------------------------------------------------------------------ */

static bool is_to_write(const struct setting *setting)
{
	return setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER ||
	       setting->state == STATE_PENDING;
}

static const char *those_that_differ(struct arena *arena, unsigned count)
{
	return count == 1 ? "the setting that differs"
			  : arena_printf(arena, "the %u settings that differ", count);
}

static bool is_in_container(const struct steps *steps)
{
	const char *container = steps->report->facts->live.container;

	return container && !text_equal(container, "none");
}

/* Of what this process may not write: who may, or what it would have to be given. */
static void add_rights(struct steps *steps)
{
	const struct facts *facts = steps->report->facts;
	const char *what;
	unsigned count = 0;

	if (is_command(steps, "restore"))
		return;
	vec_for_each (setting, &steps->report->plan->settings)
		count += setting->lacks_right &&
			 (is_to_write(setting) || setting->state == STATE_SKIPPED);
	if (!count)
		return;
	what = those_that_differ(steps->arena, count);
	if (is_in_container(steps))
		add(steps, arena_printf(steps->arena, "give the pod what it needs for %s", what),
		    ", as this prints it", command_of(steps, NEXT_AUDIT_K8S));
	else if (facts->live.uid > 0)
		add(steps, arena_printf(steps->arena, "as root, write %s", what), NULL,
		    command_of(steps, is_command(steps, "run") ? NEXT_RUN : NEXT_APPLY));
	else
		add(steps,
		    arena_printf(steps->arena, "give thintune.service what it needs for %s", what),
		    ", as this prints it", command_of(steps, NEXT_AUDIT_SYSTEMD));
}

static void add_apply(struct steps *steps)
{
	unsigned count = 0, disruptive = 0;
	struct arena *arena = steps->arena;
	const char *price = "";

	vec_for_each (setting, &steps->report->plan->settings) {
		bool is_ours = is_to_write(setting) && !setting->lacks_right;

		count += is_ours;
		disruptive += is_ours && setting->wish->disruptive;
	}
	if (!count || !is_command(steps, "audit"))
		return;
	if (disruptive)
		price = arena_printf(arena, "; %u of them disturb%s a running broker", disruptive,
				     disruptive == 1 ? "s" : "");
	add(steps,
	    arena_printf(arena, "write %s%s%s", those_that_differ(arena, count),
			 steps->report->facts->live_root ? "" : ", on the node itself", price),
	    arena_printf(arena, "%s. Each is read back, and `thintune restore` undoes all of it",
			 disruptive ? ", so stop it first" : ""),
	    command_of(steps, NEXT_APPLY));
}

/* Required, or as good as that, and out of this command's reach. */
static void add_out_of_reach(struct steps *steps)
{
	struct arena *arena = steps->arena;

	vec_for_each (setting, &steps->report->plan->settings) {
		const struct wish *wish = setting->wish;

		if (!verdict_is_out_of_reach(setting->state) || setting->lacks_right ||
		    !verdict_setting_is_fault(setting, steps->report->is_strict))
			continue;
		add(steps,
		    arena_printf(arena, "by hand: %s is %s, and %s", wish->name,
				 wish->severity == SEVERITY_REQUIRED ? "required"
								     : "advised (--strict)",
				 plan_state_names[setting->state]),
		    reason(steps, setting->note), next_explain(arena, steps->report, wish->name));
	}
}

/* The settings in that state: the name of the one, or their number; NULL: there is none. */
static const char *left_behind(struct steps *steps, enum state state,
			       const struct setting **ret_first, unsigned *ret_count)
{
	*ret_first = NULL;
	*ret_count = 0;
	vec_for_each (setting, &steps->report->plan->settings) {
		if (setting->state != state)
			continue;
		*ret_first = *ret_first ? *ret_first : setting;
		++*ret_count;
	}
	return *ret_count > 1 ? arena_printf(steps->arena, "%u settings", *ret_count)
	       : *ret_first   ? (*ret_first)->wish->name
			      : NULL;
}

static void add_failed(struct steps *steps)
{
	const struct setting *first;
	unsigned count;
	const char *which = left_behind(steps, STATE_FAILED, &first, &count);

	if (which)
		add(steps, arena_printf(steps->arena, "by hand: %s could not be written", which),
		    "; the reason stands beside each",
		    is_command(steps, "restore")
			? command_of(steps, NEXT_RESTORE)
			: next_explain(steps->arena, steps->report, first->wish->name));
}

/* A restore leaves alone what others have set since. */
static void add_contested(struct steps *steps)
{
	const char *more = "; decide which of the two it is to be";
	const struct setting *first;
	unsigned count;
	const char *which = left_behind(steps, STATE_CONTESTED, &first, &count);

	if (which && is_command(steps, "restore"))
		add(steps,
		    arena_printf(steps->arena,
				 "overwrite what somebody else has set since: %s; or leave it",
				 which),
		    more, command_of(steps, NEXT_RESTORE_FORCE));
	else if (which)
		add(steps,
		    arena_printf(steps->arena, "by hand: %s %s written by somebody else as well",
				 which, count > 1 ? "are" : "is"),
		    more, next_explain(steps->arena, steps->report, first->wish->name));
}

/* The report has told why, in words that are often no step. */
static void add_once_more(struct steps *steps)
{
	if (is_command(steps, "apply"))
		add(steps, "mend first what is told above", NULL, command_of(steps, NEXT_APPLY));
	else if (is_command(steps, "restore"))
		add(steps, "mend first what is told above", NULL, command_of(steps, NEXT_RESTORE));
	else
		add(steps, "mend first what is told above", NULL, command_of(steps, NEXT_RUN));
}

/* Of an apply that could not do all of it. */
static void add_refused(struct steps *steps)
{
	if (steps->report->failure)
		add_once_more(steps);
	add_out_of_reach(steps);
	add_failed(steps);
	add_contested(steps);
}

/* Not listed by this command, and still in the way of a start. */
static void add_left_out(struct steps *steps)
{
	enum { NAMED = 3 };
	const struct left_out *left_out = &steps->report->plan->left_out;
	struct arena *arena = steps->arena;
	names open = {0};
	const char *more = "";
	size_t count;

	vec_for_each (setting, &left_out->settings) {
		if (verdict_setting_counts(setting))
			vec_push(arena, &open, setting->wish->name);
	}
	vec_for_each (check, &left_out->checks) {
		if (verdict_check_counts(check))
			vec_push(arena, &open, check->id);
	}
	count = open.count;
	if (!count)
		return;
	if (count > NAMED) {
		open.count = NAMED;
		more = arena_printf(arena, " and %zu more", count - NAMED);
	}
	add(steps,
	    arena_printf(arena,
			 "look at all of the node: %zu required %s that %s left out %s not "
			 "known to hold: %s%s",
			 count, count == 1 ? "point" : "points", left_out->by,
			 count == 1 ? "is" : "are", text_join(arena, &open, ", "), more),
	    ". This changes nothing", command_of(steps, NEXT_AUDIT_ALL));
}

static void add_manual(struct steps *steps)
{
	vec_for_each (setting, &steps->report->plan->settings) {
		if (setting->state == STATE_MANUAL && setting->wish->severity != SEVERITY_REQUIRED)
			add(steps, arena_printf(steps->arena, "by hand: %s", setting->wish->name),
			    reason(steps, setting->note),
			    next_explain(steps->arena, steps->report, setting->wish->name));
	}
}

/* All of them ---------------------------------------------------------------------------------- */

/* What a job ended with is on standard error; the node may be as it should be all the same. */
static void add_rest(struct steps *steps)
{
	if (steps->list.count)
		return;
	if (steps->report->exit_code == EXIT_MATCH)
		add(steps, NEXT_NOTHING, NULL, NULL);
	else
		add(steps, "look again once what kept this from ending well is mended", NULL,
		    command_of(steps, NEXT_AUDIT_ALL));
}

next_steps next_steps_of(struct arena *arena, const struct report *report)
{
	struct steps steps = {.arena = arena, .report = report};

	add_half_applied(&steps);
	add_profile_fault(&steps);
	add_unmeasured(&steps);
	add_checks(&steps, SEVERITY_REQUIRED);
	add_apply(&steps);
	add_rights(&steps);
	add_refused(&steps);
	add_left_out(&steps);
	add_open_checks(&steps);
	add_floors(&steps);
	add_probe(&steps);
	add_checks(&steps, SEVERITY_ADVISED);
	add_manual(&steps);
	add_io_config(&steps);
	add_rest(&steps);
	return steps.list;
}

struct next_step next_after_answer(struct arena *arena, const struct answer *answer)
{
	struct next_step step = {0};

	if (answer->journal_fault) {
		step.what = "it says what is wrong with the journal";
		step.command = next_for_answer(arena, answer, "audit");
	} else if (answer->half_applied == TRI_YES) {
		step.what = "it finishes what was stopped halfway, unless one is at work";
		step.command = next_for_answer(arena, answer, "run");
	} else if (answer->missing || answer->begun || answer->is_taken_back ||
		   text_equal(answer->verdict, "withdrawn") ||
		   text_equal(answer->verdict, "none")) {
		step.what = "it looks, writes what differs, and answers anew";
		step.command = next_for_answer(arena, answer, "run");
	} else if (answer->exit_code == EXIT_MATCH) {
		step.what = "nothing; `thintune audit` looks again";
	} else {
		step.what = "it lists what is wrong";
		step.command = next_for_answer(arena, answer, "audit");
	}
	return step;
}

/* As a line --------------------------------------------------------------------------------------
 */

const char *next_text(struct arena *arena, const struct next_step *step)
{
	const char *text =
	    step->command ? arena_printf(arena, "%s (%s)", step->command, step->what) : step->what;

	return escape_text(arena, text, ESCAPE_ALL);
}

/* Where the next word of a shell begins, so that a line may end before it; the end of the text. */
static size_t word_length(const char *command)
{
	bool is_quoted = false;
	size_t at = 0;

	while (command[at] && (is_quoted || command[at] != ' ')) {
		if (!is_quoted && command[at] == '\\' && command[at + 1])
			at++;
		else if (command[at] == '\'')
			is_quoted = !is_quoted;
		at++;
	}
	return at;
}

/* Lines that a shell joins again: all but the last one end with a backslash. */
static void add_command(struct str *str, const char *command, size_t columns)
{
	static const char head[] = "next: ", margin[] = "  ";
	size_t used = strlen(head);

	str_add(str, head);
	for (const char *at = command; *at;) {
		size_t length = word_length(at);
		const char *word = arena_strndup(str->arena, at, length);
		size_t width = layout_width(word), after = at[length] ? 2 : 0;

		if (at != command && columns != LAYOUT_UNLIMITED &&
		    used + 1 + width + after > columns) {
			str_printf(str, " \\\n%s", margin);
			used = strlen(margin);
		} else if (at != command) {
			str_add(str, " ");
			used++;
		}
		str_add(str, word);
		used += width;
		at += length;
		at += strspn(at, " ");
	}
	str_add(str, "\n");
}

void next_line(struct str *str, struct text_style style, const struct next_step *step)
{
	struct arena *arena = str->arena;
	const char *line = arena_printf(arena, "next: %s", next_text(arena, step));
	size_t columns = layout_columns(style);

	if (layout_width(line) <= columns) {
		str_printf(str, "%s\n", line);
	} else if (step->command) {
		add_command(str, escape_text(arena, step->command, ESCAPE_ALL), columns);
		layout_paragraph(
		    str, escape_text(arena, arena_printf(arena, "(%s)", step->what), ESCAPE_ALL), 2,
		    columns);
	} else {
		names lines = layout_wrap(arena, line, columns > 24 ? columns - 2 : columns);

		vec_for_each (one, &lines)
			str_printf(str, "%s%s\n", one == lines.at ? "" : "  ", *one);
	}
}
