/* SPDX-License-Identifier: Apache-2.0 */
/* Words the command that comes after a report, with those options of the report that it takes. */
#include "report/next_command.h"

#include "base/text.h"

#define BIT(command) (1u << (command))
#define PLANS                                                                                      \
	(BIT(NEXT_APPLY) | BIT(NEXT_AUDIT_ALL) | BIT(NEXT_AUDIT_DIRECTORY) | BIT(NEXT_AUDIT_K8S) | \
	 BIT(NEXT_AUDIT_SYSTEMD))
#define LOOKS (PLANS | BIT(NEXT_EXPLAIN))
#define ALL   (LOOKS | BIT(NEXT_PROBE))

static const struct {
	const char *words;
	bool is_for_anyone; /* it takes no right */
} commands[] = {
    [NEXT_APPLY] = {.words = "apply"},
    [NEXT_AUDIT_ALL] = {.words = "audit"},
    [NEXT_AUDIT_DIRECTORY] = {.words = "audit"},
    [NEXT_AUDIT_K8S] = {.words = "audit --format k8s"},
    [NEXT_AUDIT_SYSTEMD] = {.words = "audit --format systemd"},
    [NEXT_PROBE] = {.words = "probe --quick"},
    [NEXT_PROVE] = {.words = "prove"},
    [NEXT_RUN] = {.words = "run"},
    [NEXT_RESTORE] = {.words = "restore"},
    [NEXT_RESTORE_FORCE] = {.words = "restore --force"},
    [NEXT_SHOW_PROFILE] = {.words = "profile show", .is_for_anyone = true},
    [NEXT_EXPLAIN] = {.words = "explain"},
};

/* What changes the node that is looked at or what is wanted of it; cli/option_table.c says which
 * command takes what. */
static const struct {
	const char *name;
	unsigned commands;
} passed[] = {
    {"--data-dir", ALL & ~BIT(NEXT_AUDIT_DIRECTORY)},
    {"--redpanda-config", ALL},
    {"--kubelet-dir", ALL},
    {"--disk", ALL},
    {"--nic", ALL},
    {"--broker-cpus", ALL},
    {"--broker-memory", ALL},
    {"--no-defaults", ALL},
    {"--netns", LOOKS},
    {"--allow-fewer-shards", LOOKS},
    {"--strict", PLANS},
    {"--owner", LOOKS},
    {"--only", BIT(NEXT_APPLY)},
    {"--skip", BIT(NEXT_APPLY)},
};

const char *next_word(struct arena *arena, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./,:-";

	return *word && !word[strspn(word, plain)] ? word : text_shell(arena, word);
}

/* The report quotes for thintune's own file of options (cli/used.c), which knows fewer characters
 * than a shell. */
static const char *requoted(struct arena *arena, const char *value)
{
	size_t length = strlen(value);

	if (length > 1 && value[0] == '\'' && value[length - 1] == '\'')
		value = arena_printf(arena, "%.*s", (int)length - 2, value + 1);
	return next_word(arena, value);
}

/* A probe, a proof and a run are made again as they were. */
static bool is_made_again(enum next_command command, const struct report *report)
{
	return (command == NEXT_PROBE && text_equal(report->command, "probe")) ||
	       (command == NEXT_PROVE && text_equal(report->command, "prove")) ||
	       (command == NEXT_RUN && text_equal(report->command, "run"));
}

static bool is_restore(enum next_command command)
{
	return command == NEXT_RESTORE || command == NEXT_RESTORE_FORCE;
}

static bool is_of_the_job(const char *name)
{
	static const char *const others[] = {"--profile", "--format", "--output",  "--quiet",
					     "--verbose", "--color",  "--no-color"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (text_equal(others[i], name))
			return false;
	}
	return true;
}

static bool takes(enum next_command command, const struct report *report, const char *name)
{
	if (text_equal(name, "--root"))
		return command != NEXT_SHOW_PROFILE &&
		       (report->facts->live_root || command == NEXT_EXPLAIN);
	if (is_made_again(command, report))
		return is_of_the_job(name);
	/* What somebody else has changed keeps its claim (apply/journal.h, `left`). */
	if (text_equal(name, "--owner") && is_restore(command))
		return text_equal(report->command, "restore") ||
		       text_equal(report->command, "prove");
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		if (text_equal(passed[i].name, name))
			return passed[i].commands & BIT(command);
	}
	return false;
}

/* "--name value", as the report has it. */
static const char *option_name(struct arena *arena, const char *option)
{
	return arena_printf(arena, "%.*s", (int)strcspn(option, " "), option);
}

static void add_option(struct str *line, const char *option)
{
	size_t length = strcspn(option, " ");

	str_printf(line, " %.*s", (int)length, option);
	if (option[length])
		str_printf(line, " %s", requoted(line->arena, option + length + 1));
}

/* The file of default options would narrow it again. */
static bool is_narrowed_by_default(const struct report *report)
{
	vec_for_each (option, &report->run.default_options) {
		if (text_starts(*option, "--only") || text_starts(*option, "--skip"))
			return true;
	}
	return false;
}

/* Nobody types sudo in a container, nor for what is in a record. */
static bool is_by_sudo(const struct report *report, enum next_command command)
{
	const struct facts *facts = report->facts;

	if (commands[command].is_for_anyone)
		return false;
	if (!facts->live_root)
		return command != NEXT_EXPLAIN;
	return !facts->live.container || text_equal(facts->live.container, "none");
}

const char *next_profile(const struct profile *profile)
{
	return profile->sources.count && !text_ends(profile->sources.at[0], " (built in)")
		   ? profile->sources.at[0]
		   : profile->name;
}

const char *next_command(struct arena *arena, const struct report *report,
			 enum next_command command)
{
	bool is_all = command == NEXT_AUDIT_ALL || command == NEXT_AUDIT_DIRECTORY;
	const char *name = report->profile ? next_profile(report->profile) : NULL;
	struct str line = str_new(arena);

	str_printf(&line, "%sthintune %s", is_by_sudo(report, command) ? "sudo " : "",
		   command == NEXT_PROBE && text_equal(report->command, "probe")
		       ? "probe"
		       : commands[command].words);
	if (name && !is_restore(command))
		str_printf(&line, "%s %s", command == NEXT_SHOW_PROFILE ? "" : " --profile",
			   next_word(arena, name));
	vec_for_each (option, &report->run.options) {
		if (takes(command, report, option_name(arena, *option)))
			add_option(&line, *option);
	}
	if (is_all && is_narrowed_by_default(report))
		str_add(&line, " --no-defaults");
	return line.text;
}

const char *next_explain(struct arena *arena, const struct report *report, const char *name)
{
	return arena_printf(arena, "%s %s", next_command(arena, report, NEXT_EXPLAIN),
			    next_word(arena, name));
}

const char *next_check_profile(struct arena *arena, const char *value)
{
	return arena_printf(arena, "thintune profile check %s", requoted(arena, value));
}

static bool is_like_option(const char *const *arguments)
{
	for (; *arguments; arguments++) {
		if (text_starts(*arguments, "-") && !text_equal(*arguments, "-"))
			return true;
	}
	return false;
}

static void add_arguments(struct str *line, const char *const *arguments)
{
	for (; *arguments; arguments++)
		str_printf(line, " %s", next_word(line->arena, *arguments));
}

const char *next_again(struct arena *arena, bool is_by_sudo, const char *command,
		       const char *const *arguments, const names *options)
{
	bool is_last = is_like_option(arguments);
	struct str line = str_new(arena);

	str_printf(&line, "%sthintune %s", is_by_sudo ? "sudo " : "", command);
	if (!is_last)
		add_arguments(&line, arguments);
	vec_for_each (option, options)
		add_option(&line, *option);
	if (is_last) {
		str_add(&line, " --");
		add_arguments(&line, arguments);
	}
	return line.text;
}

const char *next_for_answer(struct arena *arena, const struct answer *answer, const char *command)
{
	struct str line = str_new(arena);

	str_printf(&line, "thintune %s", command);
	if (answer->profile && !text_equal(answer->profile, "thin-ledger"))
		str_printf(&line, " --profile %s", next_word(arena, answer->profile));
	vec_for_each (option, &answer->options) {
		const char *name = option_name(arena, *option);

		if (text_equal(name, "--owner") || text_equal(name, "--root"))
			add_option(&line, *option);
	}
	return line.text;
}
