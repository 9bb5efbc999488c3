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

#include "base/text.h"
#include "flow/commands.h"
#include "flow/rights_step.h"
#include "report/layout.h"
#include "sys/own.h"
#include "sys/rights.h"
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

/* The journal takes the severity from "<3>". */
static void print_line(const char *severity, const char *text)
{
	(void)fprintf(stderr, "%sthintune: %s\n", is_journal(STDERR_FILENO) ? severity : "", text);
}

static void print_error(const char *text)
{
	print_line("<3>", text);
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
		print_line("<4>", layout_clean(arena, options->warning, KEEP_NOTHING));
	if (options->defaults.count && !(has_head && outcome->text) && !options->quiet)
		print_line("<6>",
			   layout_clean(arena,
					arena_printf(arena, "options from " OWN_DEFAULTS ": %s",
						     text_join(arena, &options->defaults, " ")),
					KEEP_NOTHING));
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

	if (options->output)
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

/* A report that could not be delivered is a failure, whatever the node is like. */
static enum exit_code deliver(const struct options *options, const char *text, enum exit_code code,
			      struct err *err)
{
	if (!text)
		return code;
	if (options->output)
		return own_replace(options->output, text, err) < 0 ? EXIT_ERROR : code;
	if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
		(void)err_set(err, -1, "cannot write to standard output");
		return EXIT_ERROR;
	}
	return code;
}

/* One line that overwrites itself. */
static void print_progress(const char *stage, uint64_t ms)
{
	(void)fprintf(stderr, "\r\033[K%4.1f s  %s", (double)ms / 1000, stage);
}

static enum exit_code run_command(struct arena *arena, const struct options *options)
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
	/* A mistake in --output is found before anything is written to the node; but for run, the
	 * verdict is worth more than its report. */
	if (options->output && options->command != COMMAND_RUN &&
	    own_may_replace(options->output, &err) < 0) {
		print_error(err.text);
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
		print_error(layout_clean(arena, *line, KEEP_NOTHING));
	vec_for_each (line, &outcome.warnings)
		print_line("<4>", layout_clean(arena, *line, KEEP_NOTHING));
	delivered = deliver(options, outcome.text, code, &err);
	/* A full disk under the log must not block a broker: the verdict counts. */
	if (options->command == COMMAND_RUN)
		delivered = code;
	if (outcome.session.err.code)
		print_error(outcome.session.err.text);
	if (err.code)
		print_error(err.text);
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
	print_error("there is not enough memory: a limit (ulimit -v) or that of a control group is "
		    "too low; the command has ended early");
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
	/* Writing beyond a limit on file size must fail, not end us halfway by a signal. */
	(void)signal(SIGXFSZ, SIG_IGN);
	arena_on_exhaustion(give_up_without_memory);
	if (!may_run(&err)) {
		print_error(err.text);
		return EXIT_ERROR;
	}
	arena = arena_new();
	/* All times are UTC; without this, libc would read the time zone from the caller's /etc. */
	(void)setenv("TZ", "UTC0", 1);
	if (options_parse(arena, argc, argv, options_read_defaults, &options, &err) < 0) {
		print_error(err.text);
		(void)fprintf(stderr, "Try 'thintune --help'.\n");
		return EXIT_USAGE;
	}
	if (options.version)
		return deliver(&options, "thintune " THINTUNE_VERSION "\n", EXIT_MATCH, &err);
	if (options.help)
		return deliver(&options, options_help(arena, options.has_command, options.command),
			       EXIT_MATCH, &err);
	return (int)run_command(arena, &options);
}
