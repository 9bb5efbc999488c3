/* SPDX-License-Identifier: Apache-2.0 */
/* The file with default options: how it is read, what gives way to the command line, and what is
 * wrong with it. */
#include <errno.h>

#include "base/text.h"
#include "options_fixture.h"
#include "run_suite.h"

/* A command line with the file of default options beside it. */
static struct options with_file(const char *text, const char *line)
{
	struct options options;

	file_text = text;
	options = taken(line);
	file_text = NULL;
	return options;
}

static const char *refused_with_file(const char *text, const char *line)
{
	const char *says;

	file_text = text;
	says = refused(line);
	file_text = NULL;
	return says;
}

static const char *from_file(const char *text, const char *line)
{
	struct options options = with_file(text, line);

	return text_join(arena, &options.defaults, " ");
}

START_TEST(defaults_are_read_as_systemd_reads_them)
{
	static const struct {
		const char *text, *options;
	} rows[] = {
	    {"", ""},
	    {"\n\n", ""},
	    {"THINTUNE_OPTIONS=", ""},
	    {"THINTUNE_OPTIONS=--strict", "--strict"},
	    {"THINTUNE_OPTIONS=--strict\n", "--strict"},
	    {"THINTUNE_OPTIONS=  --strict   -q \t\n", "--strict --quiet"},
	    {"  THINTUNE_OPTIONS = --strict\n", "--strict"},
	    {"\tTHINTUNE_OPTIONS\t=--strict\n", "--strict"},
	    {"THINTUNE_OPTIONS=\"--strict --profile a\"\n", "--strict --profile a"},
	    {"THINTUNE_OPTIONS='--strict --profile a'\n", "--strict --profile a"},
	    {"THINTUNE_OPTIONS=\"--profile 'a b'\"\n", "--profile 'a b'"},
	    {"THINTUNE_OPTIONS='--profile \"a b\"'\n", "--profile 'a b'"},
	    {"THINTUNE_OPTIONS=--profile \"a b\"\n", "--profile 'a b'"},
	    {"THINTUNE_OPTIONS=--profile='a b' --strict\n", "--profile 'a b' --strict"},
	    {"THINTUNE_OPTIONS=\"--profile \\\"a b\\\"\"\n", "--profile 'a b'"},
	    {"THINTUNE_OPTIONS=\"--profile a\\\\ b\"\n", "--profile 'a b'"},
	    {"THINTUNE_OPTIONS=\"--profile $a\"\n", "--profile $a"},
	    {"THINTUNE_OPTIONS=--profile ${a}`b`*\n", "--profile ${a}`b`*"},
	    {"THINTUNE_OPTIONS=\"--profile \\$a\"\n", "--profile $a"},
	    {"THINTUNE_OPTIONS=\"--strict\" ' -q'\n", "--strict --quiet"},
	    {"THINTUNE_OPTIONS=\"--str\"ict\n", "--strict"},
	    {"THINTUNE_OPTIONS=--strict \\\n  -q\n", "--strict --quiet"},
	    {"THINTUNE_OPTIONS=--strict \\\r\n  -q\r\n", "--strict --quiet"},
	    {"THINTUNE_OPTIONS=\"--strict \\\n  -q\"\n", "--strict --quiet"},
	    {"THINTUNE_OPTIONS=\"--strict\n  -q\"\n", "--strict --quiet"},
	    {"THINTUNE_OPTIONS=--strict\r\nOTHER=x\r\n", "--strict"},
	    {"THINTUNE_OPTIONS=\"--strict\"\r\n", "--strict"},
	    {"THINTUNE_OPTIONS=--strict\rOTHER=x\r", "--strict"},
	    {"#THINTUNE_OPTIONS=--strict\n;THINTUNE_OPTIONS=-q\n", ""},
	    {"  # THINTUNE_OPTIONS=--strict\n", ""},
	    {"# ends in a backslash \\\nTHINTUNE_OPTIONS=--strict\n", "--strict"},
	    {"THINTUNE_OPTIONS=--profile a#b\n", "--profile a#b"},
	    {"OTHER=--strict\nTHINTUNE_OPTIONSX=-q\nXTHINTUNE_OPTIONS=-q\n", ""},
	    {"thintune_options=-q\nTHINTUNE_RUN_OPTIONS=-q\nexport THINTUNE_OPTIONS=-q\n", ""},
	    {"no assignment\nTHINTUNE_OPTIONS\nTHINTUNE_OPTIONS=--strict\n", "--strict"},
	    {"OTHER='a\nTHINTUNE_OPTIONS=-q\n'\n", ""},
	    {"OTHER=a \\\nTHINTUNE_OPTIONS=-q\n", ""},
	    {"THINTUNE_OPTIONS=--strict\nTHINTUNE_OPTIONS=-q\n", "--quiet"},
	    {"THINTUNE_OPTIONS=--strict\nTHINTUNE_OPTIONS=\n", ""},
	    {"THINTUNE_OPTIONS=--only a --only b,c\n", "--only a --only b,c"},
	    {"=--strict\n", ""},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(text_equal(from_file(rows[i].text, "audit"), rows[i].options),
			      "'%s' gives '%s'", rows[i].text, from_file(rows[i].text, "audit"));
	arena_free(arena);
}
END_TEST

START_TEST(the_command_line_wins_over_the_file)
{
	struct options options;

	arena = arena_new();
	options =
	    with_file("THINTUNE_OPTIONS=--profile mine --strict --only a,b --skip c --disk x\n",
		      "audit --only d --profile yours");
	ck_assert_str_eq(options.profile, "yours");
	ck_assert(options.strict);
	ck_assert_str_eq(text_join(arena, &options.only, " "), "d");
	ck_assert_uint_eq(options.skip.count, 0);
	ck_assert_str_eq(text_join(arena, &options.disks, " "), "x");
	ck_assert_str_eq(text_join(arena, &options.defaults, " "), "--strict --disk x");
	options = with_file("THINTUNE_OPTIONS=--only a,b\n", "audit --skip a");
	ck_assert_uint_eq(options.only.count, 0);
	ck_assert_str_eq(text_join(arena, &options.skip, " "), "a");
	/* One of the broker's share, one that excludes another, a format of another command. */
	options = with_file("THINTUNE_OPTIONS=--broker-cpus 8 --broker-memory 16GiB\n",
			    "audit --broker-cpus 4");
	ck_assert_uint_eq(options.broker_cpus, 4);
	ck_assert_uint_eq(options.broker_memory_bytes, UINT64_C(16) << 30);
	options = with_file("THINTUNE_OPTIONS=--quick\n", "probe --full");
	ck_assert(options.full && !options.quick);
	options = with_file("THINTUNE_OPTIONS=--io-config x --mountpoint y\n", "probe --quick");
	ck_assert(options.quick);
	ck_assert_ptr_null(options.io_config);
	options = with_file("THINTUNE_OPTIONS=--mountpoint y\n", "probe --io-config x");
	ck_assert_str_eq(options.mountpoint, "y");
	/* What does not go with the command. */
	ck_assert_str_eq(from_file("THINTUNE_OPTIONS=--lock-wait 1s --strict --force\n", "facts"),
			 "");
	ck_assert_str_eq(from_file("THINTUNE_OPTIONS=--profile x -q\n", "gate"), "--quiet");
	arena_free(arena);
}
END_TEST

START_TEST(forms_of_the_file)
{
	static const struct {
		const char *text, *line, *forms, *told;
	} rows[] = {
	    {"--format prometheus", "apply", "text:1", ""},
	    {"--format json", "apply", "json:1", "--format json"},
	    {"--output x", "apply -o -", "text:1", ""},
	    {"--output x", "apply --format json", "json:x", "--output x"},
	    {"--format json", "apply --output x", "json:x", "--format json"},
	    {"--format json -o y", "apply --output x", "json:x", "--format json"},
	    {"--format json -o y", "apply --format text", "text:y", "--output y"},
	    {"--format json -o y", "apply --format text -o x", "text:x", ""},
	    {"--format json -o 'y z' --format text", "apply", "json:y z text:1",
	     "--format json --output 'y z' --format text"},
	    /* Of several, all or none. */
	    {"--format json -o y --format text", "apply --format text", "text:1", ""},
	    {"--format json -o y --format text", "apply -o x", "text:x", ""},
	    {"-o y", "apply --format text --format json -o x", "text:1 json:x", ""},
	    /* A format of another command takes its file with it. */
	    {"--format json -o y --format prometheus -o z", "apply", "json:y",
	     "--format json --output y"},
	    {"--format prometheus -o z", "apply", "text:1", ""},
	    {"--format markdown -o z", "explain", "markdown:1", "--format markdown"},
	    {"--format json -o z", "gate", "text:1", ""},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options options = with_file(
		    arena_printf(arena, "THINTUNE_OPTIONS=%s\n", rows[i].text), rows[i].line);

		ck_assert_str_eq(forms_of(&options), rows[i].forms);
		ck_assert_str_eq(text_join(arena, &options.defaults, " "), rows[i].told);
	}
	arena_free(arena);
}
END_TEST

START_TEST(whom_the_file_is_for)
{
	static const char strict[] = "THINTUNE_OPTIONS=--quiet\n";
	static const char *const lines[] = {"facts", "audit", "apply",    "restore", "probe",
					    "run",   "gate",  "record x", "explain"};
	static const char *const others[] = {"profile list",     "--help",    "audit --help",
					     "audit --version",  "--version", "audit --root /host",
					     "run --no-defaults"};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert_msg(with_file(strict, lines[i]).quiet, "%s", lines[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		ck_assert_msg(!with_file(strict, others[i]).quiet, "%s", others[i]);
	ck_assert(with_file(strict, "audit --root /").quiet);
	arena_free(arena);
}
END_TEST

START_TEST(mistakes_in_the_file_name_it)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"THINTUNE_OPTIONS=--nonsense\n", "thintune:1: unknown option '--nonsense'"},
	    {"\n# a\nTHINTUNE_OPTIONS=\"--strict \\\n --nonsense\"\n", ":4: unknown option"},
	    {"OTHER='a\nb'\r\nTHINTUNE_OPTIONS=-x\n", ":3: unknown option '-x'"},
	    {"THINTUNE_OPTIONS=--profile\n", ":1: option --profile needs a value"},
	    {"THINTUNE_OPTIONS=--strict=yes\n", ":1: option --strict takes no value"},
	    {"THINTUNE_OPTIONS=--profile ''\n", ":1: option --profile: the value is empty"},
	    {"THINTUNE_OPTIONS=--netns pod\n", ":1: option --netns: 'pod'"},
	    {"THINTUNE_OPTIONS=--broker-cpus 0\n", ":1: option --broker-cpus must be"},
	    {"THINTUNE_OPTIONS=--format nonsense\n", ":1: audit: there is no format 'nonsense'"},
	    {"THINTUNE_OPTIONS=-o a -o b\n", ":1: option --output is given 2 times"},
	    {"THINTUNE_OPTIONS=--format json --format text\n",
	     ":1: formats json and text would both go"},
	    {"THINTUNE_OPTIONS=audit\n", ":1: unexpected argument 'audit'"},
	    {"THINTUNE_OPTIONS=--\n", ":1: unknown option '--'"},
	    {"THINTUNE_OPTIONS=-\n", ":1: unexpected argument '-'"},
	    {"THINTUNE_OPTIONS=--help\n", ":1: option --help does not belong there"},
	    {"THINTUNE_OPTIONS=--version\n", ":1: option --version does not belong there"},
	    {"THINTUNE_OPTIONS=\"--strict\n", ":1: a quote that is not closed"},
	    {"A=b\nOTHER='a\nTHINTUNE_OPTIONS=-q\n", ":2: a quote that is not closed"},
	    {"THINTUNE_OPTIONS=--profile \"a\n", ":1: a quote that is not closed"},
	    {"THINTUNE_OPTIONS='--profile a\\'\n", ":1: a backslash at the end"},
	    /* Also where the command has no use for it. */
	    {"THINTUNE_OPTIONS=--lock-wait x\n", ":1: option --lock-wait: 'x'"},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *says = refused_with_file(rows[i].text, "audit");

		ck_assert_msg(strstr(says, rows[i].says), "'%s' says '%s', not '%s'", rows[i].text,
			      says, rows[i].says);
		ck_assert_ptr_nonnull(strstr(says, "/etc/default/thintune:"));
		ck_assert_ptr_nonnull(strstr(says, "--no-defaults"));
		/* A broker that may start is not kept from it. */
		if (!strstr(says, "option --broker") && !strstr(says, "--netns") &&
		    !strstr(says, "format"))
			ck_assert_ptr_nonnull(
			    strstr(with_file(rows[i].text, "gate").warning, rows[i].says));
	}
	/* A mistake of the command line is not the file's. */
	ck_assert_ptr_null(strstr(refused_with_file("THINTUNE_OPTIONS=-q\n", "audit --netns pod"),
				  "/etc/default"));
	file_error = -EPERM;
	ck_assert_str_eq(refused("run"), "the file cannot be trusted");
	ck_assert_str_eq(taken("gate").warning, "the file cannot be trusted");
	ck_assert_ptr_null(taken("gate --no-defaults").warning);
	file_error = 0;
	arena_free(arena);
}
END_TEST

START_TEST(a_time_is_told_as_it_would_be_typed)
{
	static const struct {
		const char *typed, *told;
	} rows[] = {{"2h", "2h"},         {"90min", "90min"}, {"60s", "1min"}, {"90s", "90s"},
		    {"1500ms", "1500ms"}, {"1000ms", "1s"},   {"10us", "10us"}};

	arena = arena_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct options options =
		    taken(arena_printf(arena, "apply --lock-wait %s", rows[i].typed));

		ck_assert_str_eq(text_join(arena, &options.used, " "),
				 arena_printf(arena, "--lock-wait %s", rows[i].told));
	}
	arena_free(arena);
}
END_TEST

RUN_SUITE("options_defaults", defaults_are_read_as_systemd_reads_them,
	  the_command_line_wins_over_the_file, forms_of_the_file, whom_the_file_is_for,
	  mistakes_in_the_file_name_it, a_time_is_told_as_it_would_be_typed)
