/* SPDX-License-Identifier: Apache-2.0 */
/* The command table and the only place that prints. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/text.h"
#include "commit.h"
#include "flow/commands.h"
#include "flow/rights_step.h"
#include "sys/fd.h"
#include "sys/own.h"
#include "sys/rights.h"
#include "sys/self.h"
#include "sys/signals.h"
#include "version.h"

static const command_fn functions[COMMAND_COUNT] = {
    [COMMAND_FACTS] = command_facts,     [COMMAND_AUDIT] = command_audit,
    [COMMAND_APPLY] = command_apply,     [COMMAND_RESTORE] = command_restore,
    [COMMAND_RUN] = command_run,         [COMMAND_GATE] = command_gate,
    [COMMAND_PROFILE] = command_profile, [COMMAND_EXPLAIN] = command_explain,
    [COMMAND_RECORD] = command_record,   [COMMAND_PROBE] = command_probe,
    [COMMAND_COMPARE] = command_compare, [COMMAND_STATUS] = command_status,
    [COMMAND_HISTORY] = command_history, [COMMAND_UNPACK] = command_unpack,
    [COMMAND_SERVE] = command_serve,     [COMMAND_WATCH] = command_watch,
    [COMMAND_PROVE] = command_prove,
};

/* JOURNAL_STREAM names the journal's socket (systemd.exec(5)). A parent process may have left it
 * behind, so it counts only if that socket is the descriptor at hand. */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(fd, &st) < 0)
		return false;
	(void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return text_equal(stream, own);
}

/* Every line on standard error leaves here, and is one line whatever it quotes. The journal takes
 * the severity from "<3>". */
static void print_line(struct arena *arena, const char *severity, const char *text)
{
	(void)fprintf(stderr, "%sthintune: %s\n", is_journal(STDERR_FILENO) ? severity : "",
		      escape_text(arena, text, ESCAPE_ALL));
}

/* Of a command that stays: its memory must not grow with what it says. */
static void tell(enum outcome_level level, const char *text)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	print_line(arena, arena_printf(arena, "<%d>", (int)level), text);
}

static void print_error(struct arena *arena, const char *text)
{
	print_line(arena, "<3>", text);
}

/* line and mark: where it is; "": not told. */
static void print_mistake(struct arena *arena, const char *text, const char *line, const char *mark)
{
	print_error(arena, text);
	if (!*line)
		return;
	print_error(arena, line);
	print_error(arena, mark);
}

static void print_err(struct arena *arena, const struct err *err)
{
	print_mistake(arena, err->text, err->line, err->mark);
}

/* The user has to see which options the file has added, where no report says so. */
static void print_defaults(const struct outcome *outcome)
{
	const struct options *options = outcome->session.options;
	struct arena *arena = outcome->session.arena;
	bool has_head = options->command != COMMAND_FACTS && options->command != COMMAND_RECORD &&
			options->command != COMMAND_GATE && options->command != COMMAND_STATUS &&
			(outcome_has(outcome, "text") || outcome_has(outcome, "json"));

	if (options->warning)
		print_line(arena, "<4>", options->warning);
	if (options->defaults.count && !has_head && !options->quiet)
		print_line(arena, "<6>",
			   arena_printf(arena, "options from " OWN_DEFAULTS ": %s",
					text_join(arena, &options->defaults, " ")));
}

/* Where a line may be taken back and painted. */
static bool is_terminal(int fd)
{
	return fd >= 0 && isatty(fd) && !text_equal(getenv("TERM"), "dumb");
}

/* The option comes first, then the two variables that other programs know as well. */
static bool has_colour(const struct options *options, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");

	if (options->no_color)
		return false;
	if (!text_equal(options->color, "auto"))
		return text_equal(options->color, "always");
	if (no_color && *no_color)
		return false;
	return (force && *force && !text_equal(force, "0")) || is_terminal(fd);
}

/* 0: no limit. Who exports COLUMNS knows better than the terminal. */
static unsigned columns_of(int fd)
{
	const char *wanted = getenv("COLUMNS");
	struct winsize size;
	uint64_t columns;

	if (fd < 0)
		return 0;
	if (wanted && text_u64(wanted, &columns) == 0 && columns && columns <= UINT16_MAX)
		return (unsigned)columns;
	return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* Of the text, which only ever is one of the forms. */
static struct text_style style_of(const struct options *options)
{
	struct text_style style = {.quiet = options->quiet, .verbose = options->verbose};
	const struct options_form *form = options_form(options, "text");
	int fd = form && !form->output ? form->output_fd : -1;

	if (!form)
		return style;
	style.colour = has_colour(options, fd);
	style.width = columns_of(fd);
	return style;
}

/* A name as sudo writes it; root may have put anything into the variable. */
static const char *sudo_user(void)
{
	const char *name = getenv("SUDO_USER");
	size_t length = name ? strlen(name) : 0;

	return length && length <= 64 &&
		       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._-") == length
		   ? name
		   : NULL;
}

static const char *fd_name(struct arena *arena, int fd)
{
	return fd == STDOUT_FILENO   ? "standard output"
	       : fd == STDERR_FILENO ? "standard error"
				     : arena_printf(arena, "descriptor %d", fd);
}

/* Every text leaves here, except those that a command puts into a file of its own. Each format has
 * written what it quotes in its own way by now (JSON, YAML, the shell); whatever one of them let
 * through must not reach the terminal all the same. A report that could not be delivered is a
 * failure, whatever the node is like. */
static int deliver(struct arena *arena, const struct options_form *form, const char *text,
		   bool has_colours, struct err *err)
{
	unsigned keep = ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS;
	int r;

	/* check_targets() has said why. */
	if (!form->output && form->output_fd < 0)
		return -EBADF;
	if (has_colours)
		keep |= ESCAPE_KEEP_COLOUR;
	if (text_equal(form->format, "csv"))
		keep |= ESCAPE_KEEP_RETURNS;
	text = escape_text(arena, text, keep);
	if (form->output)
		return own_replace(form->output, text, err);
	r = fd_write_all(form->output_fd, text);
	return r < 0 ? err_set(err, r, "cannot write to %s: %s", fd_name(arena, form->output_fd),
			       err_words(r))
		     : 0;
}

/* One that cannot be written does not keep the others from it. */
static enum exit_code deliver_all(struct arena *arena, const struct outcome *outcome,
				  enum exit_code code)
{
	const form_list *forms = &outcome->session.options->forms;

	for (size_t i = 0; i < forms->count && i < outcome->texts.count; i++) {
		const struct options_form *form = &forms->at[i];
		struct err err = {0};

		if (!outcome->texts.at[i] ||
		    deliver(arena, form, outcome->texts.at[i],
			    outcome->style.colour && text_equal(form->format, "text"), &err) == 0)
			continue;
		if (err.code)
			print_error(arena, err.text);
		code = EXIT_ERROR;
	}
	return code;
}

/* Asked before anything else is opened, which could get a number that is free. */
static int check_descriptor(struct arena *arena, const struct options_form *form, struct err *err)
{
	int fd = form->output_fd, flags = fcntl(fd, F_GETFL);

	if (fd == STDOUT_FILENO || fd == STDERR_FILENO ||
	    (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH)))
		return 0;
	return err_set(err, -EBADF, "cannot write to %s: it is not open for writing",
		       fd_name(arena, fd));
}

/* A mistake in --output is found before anything is written to the node, and told. What cannot be
 * written has no target afterwards. Returns how many of them. For run, the verdict is worth more
 * than its reports, which may even find a place by then. */
static size_t check_targets(struct arena *arena, struct options *options)
{
	size_t faults = 0;

	vec_for_each (form, &options->forms) {
		struct err err = {0};
		int r = 0;

		if (!form->output)
			r = check_descriptor(arena, form, &err);
		else if (options->command != COMMAND_RUN)
			r = own_may_replace(form->output, &err);

		if (r == 0)
			continue;
		print_error(arena, err.text);
		*form = (struct options_form){.format = form->format, .output_fd = -1};
		faults++;
	}
	return faults;
}

/* Two names may lead to one file, of which the second report would leave nothing. */
static bool are_targets_apart(struct arena *arena, const struct options *options)
{
	const form_list *forms = &options->forms;

	for (size_t i = 0; i < forms->count; i++) {
		for (size_t j = 0; j < i; j++) {
			const char *one = forms->at[j].output, *other = forms->at[i].output;

			if (!one || !other || !own_is_same(one, other))
				continue;
			print_error(arena, arena_printf(
					       arena, "option --output: '%s' and '%s' are one file",
					       one, other));
			return false;
		}
	}
	return true;
}

/* One line that overwrites itself. */
static void print_progress(const char *line)
{
	(void)fprintf(stderr, "\r\033[K%s", line);
}

/* Of what takes seconds, on a terminal only. */
static void set_progress(struct outcome *outcome)
{
	const struct options *options = outcome->session.options;
	bool is_long = options->command == COMMAND_PROBE || options->command == COMMAND_RUN ||
		       options->command == COMMAND_PROVE;

	if (!is_long || options->quiet || !is_terminal(STDERR_FILENO))
		return;
	outcome->progress = print_progress;
	outcome->progress_columns = columns_of(STDERR_FILENO);
}

/* Others change nothing that would be left halfway: a signal ends them as it ends any program. */
static bool is_ended_by_steps(enum command command)
{
	return command == COMMAND_APPLY || command == COMMAND_RESTORE || command == COMMAND_RUN ||
	       command == COMMAND_PROBE || command == COMMAND_PROVE;
}

/* Nothing is changed or measured that could not be told; who only looks can tell the others. */
static bool goes_on(const struct options *options, size_t faults)
{
	return options->command == COMMAND_RUN ||
	       (!is_ended_by_steps(options->command) && faults < options->forms.count);
}

static const char *version_text(struct arena *arena, bool is_verbose)
{
	if (!is_verbose)
		return "thintune " THINTUNE_VERSION "\n";
	return arena_printf(
	    arena, "thintune " THINTUNE_VERSION "\ncommit   %s\nbuild-id %s\nsha256   %s\n",
	    THINTUNE_COMMIT, text_or(self_build_id(arena), "unknown"),
	    text_or(self_sha256(arena), "unknown"));
}

/* systemd asks for a sign of life by $WATCHDOG_USEC, of the process that $WATCHDOG_PID names. */
static uint64_t watchdog_us(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
	uint64_t us = 0, pid = 0;

	if (!time || text_u64(time, &us) < 0 ||
	    (process && (text_u64(process, &pid) < 0 || pid != (uint64_t)getpid())))
		return 0;
	return us;
}

/* The last line there. */
static void print_hint(const struct outcome *outcome)
{
	if (outcome->hint && !outcome->session.options->quiet)
		print_line(outcome->session.arena, "<6>", outcome->hint);
}

static enum exit_code run_command(struct arena *arena, struct options *options)
{
	struct outcome outcome = {
	    .style = style_of(options),
	    .build.commit = THINTUNE_COMMIT,
	    .sudo_user = sudo_user(),
	    .tell = tell,
	    .supervisor = {.socket = getenv("NOTIFY_SOCKET"), .watchdog_us = watchdog_us()},
	};
	enum exit_code code, delivered;
	size_t faults;

	outcome_begin(&outcome, arena, options);
	outcome.session.temporary = text_or(getenv("TMPDIR"), "/tmp");
	/* Some supervisors start us with SIGCHLD ignored; then no child can be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (is_ended_by_steps(options->command))
		signals_catch();
	if (!are_targets_apart(arena, options))
		return EXIT_USAGE;
	faults = check_targets(arena, options);
	if (faults && !goes_on(options, faults)) {
		outcome_hint_again(&outcome);
		print_hint(&outcome);
		return EXIT_ERROR;
	}
	set_progress(&outcome);
	code = rights_step_start(&outcome.session);
	if (code == EXIT_MATCH)
		code = functions[options->command](&outcome);
	outcome_hint_refused(&outcome, code);
	print_defaults(&outcome);
	vec_for_each (line, &outcome.errors)
		print_error(arena, *line);
	vec_for_each (line, &outcome.warnings)
		print_line(arena, "<4>", *line);
	if (!options->quiet)
		vec_for_each (line, &outcome.notes)
			print_line(arena, "<6>", *line);
	delivered = deliver_all(arena, &outcome, code);
	/* A full disk under the log must not block a broker: the verdict counts. */
	if (options->command == COMMAND_RUN)
		delivered = code;
	if (outcome.session.err.code)
		print_err(arena, &outcome.session.err);
	vec_for_each (mistake, &outcome.session.mistakes)
		print_mistake(arena, mistake->text, mistake->line, mistake->mark);
	print_hint(&outcome);
	session_close(&outcome.session);
	return delivered;
}

/* If one of them is closed, the next file opened would take its place and get the report.
 * /dev/null is opened for reading, so that writing a report to it fails. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

/* Whatever was being done ends here, as by kill -9: a journal that is not settled says so. */
static void give_up_without_memory(void)
{
	/* Without an arena: a text that is clean is printed as it is. */
	print_error(NULL, "there is not enough memory: a limit (ulimit -v) or that of a control "
			  "group is too low; the command has ended early");
	_exit(EXIT_ERROR);
}

/* What would otherwise end in the middle, by a signal or with half of the node unread. */
static bool has_room(struct err *err)
{
	static const struct {
		int resource;
		rlim_t least;
		const char *of, *option;
	} rooms[] = {
	    {RLIMIT_STACK, 256 * 1024, "bytes of stack", "-s"},
	    {RLIMIT_NOFILE, 8, "open files", "-n"},
	};

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		struct rlimit limit;

		if (getrlimit(rooms[i].resource, &limit) < 0 || limit.rlim_cur >= rooms[i].least)
			continue;
		(void)err_set(err, -ENOMEM,
			      "this process may have %llu %s (ulimit %s), and thintune takes up to "
			      "%llu",
			      (unsigned long long)limit.rlim_cur, rooms[i].of, rooms[i].option,
			      (unsigned long long)rooms[i].least);
		return false;
	}
	return true;
}

/* Asked before anything is read. */
static bool may_run(struct err *err)
{
	/* Of the caller's environment, files and options nothing may be used with rights that the
	 * caller does not have. */
	if (rights_are_borrowed()) {
		(void)err_set(
		    err, -EPERM,
		    "set-user-ID, set-group-ID or file capabilities give this program rights that "
		    "its caller does not have: it does not run so; take them away, and start it as "
		    "root");
		return false;
	}
	return has_room(err);
}

int main(int argc, char **argv)
{
	_cleanup_arena_ struct arena *arena = NULL;
	struct options options;
	struct err err = {0};

	fill_standard_descriptors();
	/* Writing beyond a limit on file size, or to a pipe that nobody reads any more, must fail,
	 * not end us halfway by a signal. */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	arena_on_exhaustion(give_up_without_memory);
	arena = arena_new();
	if (!may_run(&err)) {
		print_error(arena, err.text);
		return EXIT_ERROR;
	}
	/* All times are UTC; without this, libc would read the time zone from the caller's /etc. */
	(void)setenv("TZ", "UTC0", 1);
	if (options_parse(arena, argc, argv, options_read_defaults, &options, &err) < 0) {
		print_error(arena, err.text);
		print_line(
		    arena, "<6>",
		    arena_printf(arena, "next: thintune %s%s--help",
				 options.has_command ? options_command_name(options.command) : "",
				 options.has_command ? " " : ""));
		return EXIT_USAGE;
	}
	if (!options.version && !options.help)
		return (int)run_command(arena, &options);
	if (deliver(arena, &options.forms.at[0],
		    options.version ? version_text(arena, options.verbose)
				    : options_help(arena, options.has_command, options.command),
		    false, &err) == 0)
		return EXIT_MATCH;
	print_error(arena, err.text);
	return EXIT_ERROR;
}
