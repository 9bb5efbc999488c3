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
#include "flow/commands.h"
#include "flow/rights_step.h"
#include "sys/fd.h"
#include "sys/own.h"
#include "sys/rights.h"
#include "sys/signals.h"
#include "version.h"

static const command_fn functions[COMMAND_COUNT] = {
    [COMMAND_FACTS] = command_facts,     [COMMAND_AUDIT] = command_audit,
    [COMMAND_APPLY] = command_apply,     [COMMAND_RESTORE] = command_restore,
    [COMMAND_RUN] = command_run,         [COMMAND_GATE] = command_gate,
    [COMMAND_PROFILE] = command_profile, [COMMAND_EXPLAIN] = command_explain,
    [COMMAND_RECORD] = command_record,   [COMMAND_PROBE] = command_probe,
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

static void print_error(struct arena *arena, const char *text)
{
	print_line(arena, "<3>", text);
}

/* The user has to see which options the file has added, where no report says so. */
static void print_defaults(const struct outcome *outcome)
{
	const struct options *options = outcome->session.options;
	struct arena *arena = outcome->session.arena;
	bool has_head =
	    options->command != COMMAND_FACTS && options->command != COMMAND_RECORD &&
	    options->command != COMMAND_GATE &&
	    (text_equal(options->format, "text") || text_equal(options->format, "json"));

	if (options->warning)
		print_line(arena, "<4>", options->warning);
	if (options->defaults.count && !(has_head && outcome->text) && !options->quiet)
		print_line(arena, "<6>",
			   arena_printf(arena, "options from " OWN_DEFAULTS ": %s",
					text_join(arena, &options->defaults, " ")));
}

static bool has_colour(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !options->no_color && !(no_color && *no_color) && isatty(STDOUT_FILENO) &&
	       !text_equal(term, "dumb");
}

static struct text_style style_of(const struct options *options)
{
	struct text_style style = {.quiet = options->quiet, .verbose = options->verbose};
	struct winsize size;

	if (options->output || options->output_fd != STDOUT_FILENO)
		return style;
	style.colour = has_colour(options);
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		style.width = size.ws_col;
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
static enum exit_code deliver(struct arena *arena, const struct options *options, const char *text,
			      enum exit_code code, struct err *err)
{
	unsigned keep = ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS |
			(style_of(options).colour ? ESCAPE_KEEP_COLOUR : ESCAPE_ALL);
	int r = 0;

	if (!text)
		return code;
	text = escape_text(arena, text, keep);
	if (options->output)
		return own_replace(options->output, text, err) < 0 ? EXIT_ERROR : code;
	if (options->output_fd >= 0)
		r = fd_write_all(options->output_fd, text);
	if (r < 0)
		(void)err_set(err, r, "cannot write to %s: %s", fd_name(arena, options->output_fd),
			      err_words(r));
	return err->code ? EXIT_ERROR : code;
}

/* Asked before anything else is opened, which could get a number that is free. A descriptor that is
 * not the caller's becomes -1: nothing is written to it. */
static int check_descriptor(struct arena *arena, struct options *options, struct err *err)
{
	int fd = options->output_fd, flags = fcntl(fd, F_GETFL);

	if (options->output || fd == STDOUT_FILENO || fd == STDERR_FILENO ||
	    (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH)))
		return 0;
	options->output_fd = -1;
	return err_set(err, -EBADF, "cannot write to %s: it is not open for writing",
		       fd_name(arena, fd));
}

/* One line that overwrites itself. */
static void print_progress(const char *stage, uint64_t ms)
{
	(void)fprintf(stderr, "\r\033[K%4.1f s  %s", (double)ms / 1000, stage);
}

/* Others change nothing that would be left halfway: a signal ends them as it ends any program. */
static bool is_ended_by_steps(enum command command)
{
	return command == COMMAND_APPLY || command == COMMAND_RESTORE || command == COMMAND_RUN ||
	       command == COMMAND_PROBE;
}

static enum exit_code run_command(struct arena *arena, struct options *options)
{
	time_t now = time(NULL);
	struct outcome outcome = {
	    .session = {.arena = arena,
			.options = options,
			.lock = LOCK_NONE,
			.reader = {.fd = -1}},
	    .style = style_of(options),
	    .started_rfc3339 = outcome_date(arena, now),
	    .started_unix = now,
	    .sudo_user = sudo_user(),
	};
	struct err err = {0};
	enum exit_code code, delivered;

	(void)clock_gettime(CLOCK_MONOTONIC, &outcome.started);
	/* Some supervisors start us with SIGCHLD ignored; then no child can be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (is_ended_by_steps(options->command))
		signals_catch();
	/* A mistake in --output is found before anything is written to the node; but for run, the
	 * verdict is worth more than its report. */
	if (check_descriptor(arena, options, &err) == 0 && options->output &&
	    options->command != COMMAND_RUN)
		(void)!own_may_replace(options->output, &err);
	if (err.code && options->command != COMMAND_RUN) {
		print_error(arena, err.text);
		return EXIT_ERROR;
	}
	if (options->command == COMMAND_PROBE && !options->quiet && isatty(STDERR_FILENO))
		outcome.progress = print_progress;
	code = rights_step_start(&outcome.session);
	if (code == EXIT_MATCH)
		code = functions[options->command](&outcome);
	if (outcome.progress)
		(void)fputs("\r\033[K", stderr);
	print_defaults(&outcome);
	vec_for_each (line, &outcome.errors)
		print_error(arena, *line);
	vec_for_each (line, &outcome.warnings)
		print_line(arena, "<4>", *line);
	delivered = deliver(arena, options, outcome.text, code, &err);
	/* A full disk under the log must not block a broker: the verdict counts. */
	if (options->command == COMMAND_RUN)
		delivered = code;
	if (outcome.session.err.code)
		print_error(arena, outcome.session.err.text);
	if (err.code)
		print_error(arena, err.text);
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
	enum exit_code code;

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
		(void)fprintf(stderr, "Try 'thintune --help'.\n");
		return EXIT_USAGE;
	}
	if (!options.version && !options.help)
		return (int)run_command(arena, &options);
	code = deliver(arena, &options,
		       options.version ? "thintune " THINTUNE_VERSION "\n"
				       : options_help(arena, options.has_command, options.command),
		       EXIT_MATCH, &err);
	if (err.code)
		print_error(arena, err.text);
	return (int)code;
}
