/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is taken, what is refused with which words, and what --help says. */
#include <errno.h>

#include "base/text.h"
#include "cli/examples.h"
#include "options_fixture.h"
#include "plan/exit_code.h"
#include "run_suite.h"

START_TEST(defaults)
{
	struct options options;

	arena = arena_new();
	options = taken("audit");
	ck_assert(options.has_command);
	ck_assert_int_eq(options.command, COMMAND_AUDIT);
	ck_assert_str_eq(options.profile, "thin-ledger");
	ck_assert_str_eq(options.root, "/");
	ck_assert_str_eq(forms_of(&options), "text:1");
	ck_assert_uint_eq(options.lock_wait_us, 10000000);
	ck_assert_ptr_null(options.data_dir);
	ck_assert_ptr_null(options.redpanda_config);
	ck_assert_ptr_null(options.netns);
	ck_assert_ptr_null(options.arguments[0]);
	ck_assert_uint_eq(options.only.count + options.skip.count, 0);
	ck_assert_uint_eq(options.nics.count + options.disks.count, 0);
	ck_assert_uint_eq(options.broker_cpus + options.broker_memory_bytes, 0);
	ck_assert(!options.strict && !options.force && !options.quiet && !options.verbose);
	ck_assert(!options.no_color && !options.help && !options.version);
	arena_free(arena);
}
END_TEST

START_TEST(every_option_reaches_its_field)
{
	struct options options;

	arena = arena_new();
	options = taken("apply --profile p.yaml --root=/host --data-dir /data --strict -q -v "
			"--redpanda-config=/r.yaml --disk sda,sdb --disk=nvme0n1 --nic eth0 "
			"--netns broker --broker-cpus 8 --broker-memory=64GiB --only a,b --skip c "
			"--only=d --lock-wait 500ms --format json -o out --no-color --help");
	ck_assert_str_eq(options.profile, "p.yaml");
	ck_assert_str_eq(options.root, "/host");
	ck_assert_str_eq(options.data_dir, "/data");
	ck_assert_str_eq(options.redpanda_config, "/r.yaml");
	ck_assert_str_eq(text_join(arena, &options.disks, " "), "sda sdb nvme0n1");
	ck_assert_str_eq(text_join(arena, &options.nics, " "), "eth0");
	ck_assert_str_eq(options.netns, "broker");
	ck_assert_uint_eq(options.broker_cpus, 8);
	ck_assert_uint_eq(options.broker_memory_bytes, UINT64_C(64) << 30);
	ck_assert_str_eq(text_join(arena, &options.only, " "), "a b d");
	ck_assert_str_eq(text_join(arena, &options.skip, " "), "c");
	ck_assert_uint_eq(options.lock_wait_us, 500000);
	ck_assert_str_eq(forms_of(&options), "json:out");
	ck_assert(options.strict && options.quiet && options.verbose && options.no_color);
	ck_assert(options.help && !options.version && !options.force);
	ck_assert(taken("restore --force").force);
	ck_assert(taken("facts -h").help);
	ck_assert_str_eq(forms_taken("facts --output x"), "text:x");
	ck_assert(taken("facts --quiet").quiet);
	ck_assert(taken("facts --verbose").verbose);
	arena_free(arena);
}
END_TEST

START_TEST(order_and_repetition)
{
	struct options options;

	arena = arena_new();
	options = taken("--root /a audit --root /b");
	ck_assert_str_eq(options.root, "/b");
	ck_assert_int_eq(options.command, COMMAND_AUDIT);
	/* The word behind an option is its value, whatever it looks like. */
	ck_assert_str_eq(taken("audit --root --strict").root, "--strict");
	ck_assert_str_eq(taken("audit --profile=a=b").profile, "a=b");
	/* Behind "--" nothing is an option. */
	options = taken("record -- --file");
	ck_assert_str_eq(options.arguments[0], "--file");
	ck_assert_int_eq(taken("-- facts").command, COMMAND_FACTS);
	/* A single dash is a word. */
	ck_assert_str_eq(taken("record -").arguments[0], "-");
	options = taken("profile show thin-ledger");
	ck_assert_str_eq(options.arguments[0], "show");
	ck_assert_str_eq(options.arguments[1], "thin-ledger");
	ck_assert_str_eq(taken("explain governor").arguments[0], "governor");
	ck_assert_str_eq(taken("explain nvme0n1 queue 3").arguments[2], "3");
	arena_free(arena);
}
END_TEST

START_TEST(help_and_version_need_no_command)
{
	arena = arena_new();
	ck_assert(taken("--help").help);
	ck_assert(!taken("-h").has_command);
	ck_assert(taken("--version").version);
	ck_assert(taken("--help --strict").help);
	ck_assert(taken("gate --version --strict").version);
	ck_assert(taken("gate --help").has_command);
	ck_assert(taken("help").help && !taken("help").has_command);
	ck_assert(taken("help gate").help);
	ck_assert_int_eq(taken("help gate").command, COMMAND_GATE);
	ck_assert(taken("-V").version);
	(void)refused("help help");
	(void)refused("audit help");
	(void)refused("--help nonsense");
	(void)refused("--version --nonsense");
	arena_free(arena);
}
END_TEST

START_TEST(bad_input)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
	    {"", "no command given"},
	    {"--strict", "no command given"},
	    {"nonsense", "there is no command 'nonsense'"},
	    {"AUDIT", "there is no command 'AUDIT'"},
	    {"aud", "there is no command 'aud'"},
	    {"_", "there is no command ''"},
	    {"-", "there is no command '-'"},
	    {"audit --nonsense", "unknown option '--nonsense'"},
	    {"audit --nonsense=x", "unknown option '--nonsense=x'"},
	    {"run --dry-run --format nfd", "run --dry-run: there is no format 'nfd', only text"},
	    {"run --dry-run --io-config /x", "needs a run that measures, not --dry-run"},
	    {"aduit", "there is no command 'aduit'; did you mean 'audit'?"},
	    {"audit --prof x", "unknown option '--prof'; did you mean '--profile'?"},
	    {"--rot=/x audit", "unknown option '--rot=/x'; did you mean '--root'?"},
	    {"audit --format jsn", "prometheus; did you mean 'json'?"},
	    {"audit --roots x", "unknown option '--roots'"},
	    {"audit --Root x", "unknown option '--Root'"},
	    {"audit --=x", "unknown option '--=x'"},
	    {"audit -x", "unknown option '-x'"},
	    {"audit -qv", "unknown option '-qv'"},
	    {"audit -ofile", "unknown option '-ofile'"},
	    {"audit -o=file", "unknown option '-o=file'"},
	    {"audit -root /", "unknown option '-root'"},
	    {"audit extra", "audit: unexpected argument 'extra'"},
	    {"audit apply", "audit: unexpected argument 'apply'"},
	    {"audit -- --root", "audit: unexpected argument '--root'"},
	    {"gate now", "gate: unexpected argument 'now'"},
	    {"record a b", "record: unexpected argument 'b'"},
	    {"explain a b c d e", "explain: unexpected argument 'e'"},
	    {"profile diff a b c", "profile: unexpected argument 'c'"},
	    {"audit --strict=yes", "option --strict takes no value"},
	    {"audit --help=", "option --help takes no value"},
	    {"audit --root=", "option --root: the value is empty"},
	    {"audit --root _", "option --root: the value is empty"},
	    {"audit -o _", "option --output: the value is empty"},
	    {"audit --only=", "option --only: the value is empty"},
	    {"audit --only a,,b", "option --only: 'a,,b' has an empty name"},
	    {"audit --skip ,", "option --skip: ',' has an empty name"},
	    {"audit --disk sda,", "option --disk: 'sda,' has an empty name"},
	    {"audit --root", "option --root needs a value: DIR"},
	    {"audit -o", "option --output needs a value: FILE"},
	    {"run --owner a%b", "option --owner: 'a%b' has characters other than letters"},
	    {"run --owner \xc3\xa9", "has characters other than letters"},
	    {"gate --owner=", "option --owner: the value is empty"},
	    {"probe --owner x", "option --owner does not go with it"},
	    {"apply --lock-wait", "option --lock-wait needs a value: TIME"},
	    {"probe --quick --full", "--quick and --full exclude each other"},
	    {"probe --mountpoint /x", "goes with --io-config"},
	    {"probe --io-config x --quick", "needs a default or a --full probe"},
	    {"probe --io-config x --jobs mixed", "needs a default or a --full probe"},
	    {"probe --io-config x --file y", "needs a default or a --full probe"},
	    {"probe --io-config x --buffered", "needs a default or a --full probe"},
	    {"probe --file x --size 1GiB", "exclude each other"},
	    {"probe --runtime 61min", "more than 1h"},
	    {"probe --limit 1ms", "goes with --envelope or --full"},
	    {"probe --full --runtime 1s --limit 1ms", "goes with --envelope or --full"},
	    {"probe --full --jobs mixed --limit 1ms", "goes with --envelope or --full"},
	    {"probe --numa --cpu", "--numa"},
	    {"probe --numa --buffered", "not the page cache"},
	    {"probe --numa --file x", "--file may be on another one"},
	    {"probe --envelope --limit 501ms", "option --limit: more than 500ms"},
	    {"probe --envelope --runtime 10001ms", "with --envelope at most 10s"},
	    {"probe --envelope --runtime 349ms", "at least 35 times --limit"},
	    {"probe --envelope --limit 100ms --runtime 3499ms", "at least 35 times --limit"},
	    {"probe --size 10GB", "is not of the form"},
	    {"apply --lock-wait 10", "option --lock-wait: '10' is not of the form TIME (10s"},
	    {"apply --lock-wait 1m", "'1m' is not of the form"},
	    {"apply --lock-wait -1s", "'-1s' is not of the form"},
	    {"apply --lock-wait 99999999999999999999s", "is not of the form"},
	    {"probe --runtime 0s", "option --runtime must be more than 0"},
	    {"probe --size 0", "option --size must be more than 0"},
	    {"audit --broker-cpus x", "option --broker-cpus: 'x' is not of the form N"},
	    {"audit --broker-cpus 1.5", "'1.5' is not of the form N"},
	    {"audit --broker-cpus -1", "'-1' is not of the form N"},
	    {"audit --broker-cpus 0 --broker-memory 4GiB",
	     "option --broker-cpus must be more than 0"},
	    {"audit --broker-memory 0", "option --broker-memory must be more than 0"},
	    {"audit --broker-memory 8G",
	     "'8G' is not of the form SIZE (bytes, 8GiB or 8Gi; 8G and"},
	    {"audit --broker-memory 8i", "'8i' is not of the form SIZE"},
	    {"audit --broker-memory Gi", "'Gi' is not of the form SIZE"},
	    {"audit --broker-memory 8gi", "'8gi' is not of the form SIZE"},
	    {"audit --broker-memory 99999999999Ti", "'99999999999Ti' is not of the form SIZE"},
	    {"audit --broker-memory 1GiB --broker-cpus 4294967297", "--broker-cpus: more than"},
	    {"audit --broker-memory 64GB", "--broker-memory: '64GB' is not of the form SIZE"},
	    {"audit --netns pod", "option --netns: 'pod' is not broker or host"},
	    {"audit --netns both", "'both' is not broker or host"},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *says = refused(rows[i].line);

		ck_assert_msg(strstr(says, rows[i].says), "'%s' says '%s', not '%s'", rows[i].line,
			      says, rows[i].says);
	}
	arena_free(arena);
}
END_TEST

/* Of the broker's share as much as is known, in Kubernetes' units as well. */
START_TEST(the_brokers_share_may_be_half_known)
{
	static const struct {
		const char *line;
		uint64_t cpus, bytes;
	} rows[] = {
	    {"audit --broker-cpus 4", 4, 0},
	    {"audit --broker-memory 8GiB", 0, UINT64_C(8) << 30},
	    {"audit --broker-memory 8Gi", 0, UINT64_C(8) << 30},
	    {"apply --broker-memory=512Mi", 0, UINT64_C(512) << 20},
	    {"run --broker-memory 8388608Ki", 0, UINT64_C(8) << 30},
	    {"audit --broker-memory 1Ti", 0, UINT64_C(1) << 40},
	    {"audit --broker-memory 64 --broker-cpus 2", 2, 64},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options options = taken(rows[i].line);

		ck_assert_uint_eq(options.broker_cpus, rows[i].cpus);
		ck_assert_uint_eq(options.broker_memory_bytes, rows[i].bytes);
	}
	arena_free(arena);
}
END_TEST

/* Which option goes with which command: a contract of its own, so it is written down again. */
static const struct {
	const char *option; /* as it is given */
	const char *commands;
} fits[] = {
    {"--profile x", "facts audit apply restore run probe record explain compare watch prove"},
    {"--no-defaults", "facts audit apply restore run gate probe record explain status watch prove"},
    {"--root /x",
     "facts audit apply restore run gate profile probe record explain status history watch prove"},
    {"--data-dir /x", "facts audit apply restore run profile probe record explain watch prove"},
    {"--redpanda-config /x",
     "facts audit apply restore run profile probe record explain watch prove"},
    {"--disk x", "facts audit apply run profile probe record explain watch prove"},
    {"--nic x", "facts audit apply run profile probe record explain watch prove"},
    {"--netns host", "audit apply run record explain watch prove"},
    {"--broker-cpus 1 --broker-memory 1GiB", "audit apply run probe explain watch prove"},
    {"--only x", "audit apply run record watch prove"},
    {"--skip x", "audit apply run record watch prove"},
    {"--strict", "audit apply run watch"},
    {"--allow-fewer-shards", "audit apply run explain watch prove"},
    {"--dry-run", "apply run"},
    {"--pin", "profile"},
    {"--force", "restore probe record prove"},
    {"--lock-wait 1s", "apply restore run probe prove"},
    {"--effect 5", "prove"},
    {"--time 1min", "prove"},
    {"--quick", "probe"},
    {"--full", "probe"},
    {"--jobs mixed", "probe prove"},
    {"--runtime 1s", "probe prove"},
    {"--size 1GiB", "probe prove"},
    {"--file x", "probe"},
    {"--engine threads", "probe prove"},
    {"--io-config x --mountpoint y", "probe run"},
    {"--buffered", "probe"},
    {"--verify", "probe history"},
    {"--since 2026-11", "history"},
    {"--until 2026-11", "history"},
    {"--expect 00", "history"},
    {"--exit-code", "status"},
    {"--listen 127.0.0.1:1", "serve"},
    {"--publish /x", "watch serve"},
    {"--host-name x --host-name y,z", "serve"},
    {"--repair", "watch"},
    {"--interval 1s", "watch"},
    {"--nfd f", "watch"},
    {"--resume", "watch"},
    {"--format text", "facts audit apply restore run probe explain compare profile gate "
		      "status history prove"},
    {"--output x", "facts audit apply restore run probe compare profile status history prove"},
    {"--quiet", "facts audit apply restore run gate profile probe explain record compare "
		"status history unpack serve watch prove"},
    {"--verbose", "facts audit apply restore run gate profile probe explain record compare "
		  "status history unpack serve watch prove"},
    {"--no-color", "facts audit apply restore run gate profile probe explain record compare "
		   "status history unpack serve watch prove"},
    {"--help", "facts audit apply restore run gate profile probe explain record compare "
	       "status history unpack serve watch prove"},
};

static bool fits_command(size_t fit, enum command command)
{
	names commands = text_words(arena, fits[fit].commands);

	vec_for_each (name, &commands) {
		if (text_equal(*name, options_command_name(command)))
			return true;
	}
	return false;
}

START_TEST(options_that_do_not_go_with_a_command)
{
	arena = arena_new();
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		const char *name = options_command_name(command);

		ck_assert_int_eq(taken(name).command, command);
		for (size_t i = 0; i < COUNT(fits); i++) {
			const char *line = arena_printf(arena, "%s %s", name, fits[i].option);

			if (fits_command(i, command))
				(void)taken(line);
			else
				ck_assert_msg(strstr(refused(line), "does not go with it"), "%s",
					      line);
		}
	}
	arena_free(arena);
}
END_TEST

START_TEST(formats)
{
	static const struct {
		enum command command;
		const char *formats;
	} rows[] = {
	    {COMMAND_FACTS, "text json"},
	    {COMMAND_AUDIT, "text json html junit csv sh"},
	    {COMMAND_APPLY, "text json html junit csv"},
	    {COMMAND_RESTORE, "text json html junit csv"},
	    {COMMAND_RUN, "text json html junit csv"},
	    {COMMAND_EXPLAIN, "text markdown"},
	    {COMMAND_PROBE, "text json html"},
	    {COMMAND_PROVE, "text json"},
	};
	static const char *const all[] = {"text",  "json", "sh",   "markdown", "html",
					  "junit", "csv",  "JSON", "tex"};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		names offered = text_words(arena, rows[i].formats);

		ck_assert_str_eq(forms_taken(options_command_name(rows[i].command)), "text:1");
		for (size_t j = 0; j < COUNT(all); j++) {
			const char *line = arena_printf(
			    arena, "%s --format %s", options_command_name(rows[i].command), all[j]);
			bool known = false;

			vec_for_each (format, &offered)
				known |= text_equal(*format, all[j]);
			if (known)
				ck_assert_str_eq(forms_taken(line),
						 arena_printf(arena, "%s:1", all[j]));
			else
				ck_assert_msg(
				    strstr(refused(line),
					   arena_printf(arena,
							"there is no format '%s', only "
							"%s",
							all[j], text_join(arena, &offered, ", "))),
				    "%s", line);
		}
	}
	arena_free(arena);
}
END_TEST

/* Help ----------------------------------------------------------------------------------------- */

/* No line wider than a terminal, none with blanks at its end. */
static void assert_tidy(const char *help)
{
	names lines = text_split(arena, help, '\n');

	vec_for_each (line, &lines) {
		ck_assert_msg(strlen(*line) <= 80, "%zu columns: %s", strlen(*line), *line);
		ck_assert_msg(!text_ends(*line, " "), "blanks behind '%s'", *line);
	}
	ck_assert(text_ends(help, "\n"));
	ck_assert(!text_ends(help, "\n\n"));
}

/* All of them, in one paragraph; those of some commands say something else. */
static void assert_brief_exit_codes(const char *help, enum command command)
{
	static const char *const own[COMMAND_COUNT] = {
	    [COMMAND_FACTS] = "0 they were shown; ",
	    [COMMAND_PROVE] = "0 it helped, or ",
	    [COMMAND_PROFILE] = "0 done, or the ",
	    [COMMAND_EXPLAIN] = "0 it was explained; ",
	    [COMMAND_RECORD] = "0 the record is complete; ",
	    [COMMAND_UNPACK] = "0 done; ",
	    [COMMAND_COMPARE] = "0 equal; 1 ",
	    [COMMAND_STATUS] = "0 the line was printed; ",
	    [COMMAND_HISTORY] = "0 it was shown, ",
	    [COMMAND_SERVE] = "0 it was ended by SIGTERM ",
	    [COMMAND_WATCH] = "0 it was ended by SIGTERM ",
	};
	const char *at =
	    strstr(help, arena_printf(arena, "\nExit codes: %s",
				      text_or(own[command], "0 as the profile wants; 1 ")));

	ck_assert_msg(at, "no exit codes in\n%s", help);
	for (char code = '2'; !own[command] && code <= '6'; code++)
		ck_assert_msg(strstr(at, arena_printf(arena, " %c ", code)) ||
				  strstr(at, arena_printf(arena, "\n  %c ", code)),
			      "no %c in\n%s", code, at);
}

/* What is said of one command is cut out of what is said of all: never in the middle. */
static void assert_whole(const char *help)
{
	int depth = 0;

	for (const char *at = help; *at; at++) {
		depth += (*at == '(') - (*at == ')');
		ck_assert_msg(depth == 0 || depth == 1, "brackets do not match before '%s'", at);
		ck_assert_msg(depth == 0 || at[0] != '\n' || at[1] != ' ' || at[2] != ' ' ||
				  at[3] != '-',
			      "an option begins in brackets: %s", at);
	}
	ck_assert_int_eq(depth, 0);
}

static void assert_exit_codes(const char *help)
{
	static const char *const codes[] = {
	    [EXIT_MATCH] = "  0  the node matches", [EXIT_ERROR] = "  1  could not do the job",
	    [EXIT_USAGE] = "  2  usage or profile", [EXIT_DIFFERS] = "  3  differences found",
	    [EXIT_REQUIRED] = "  4  a required",    [EXIT_FLOOR] = "  5  the probe",
	    [EXIT_LOCKED] = "  6  another thintune"};

	for (size_t i = 0; i < COUNT(codes); i++)
		ck_assert_msg(strstr(help, codes[i]), "no '%s' in\n%s", codes[i], help);
	ck_assert_ptr_nonnull(strstr(help, "2 > 6 > 1 > 4 > 5 > 3 > 0"));
}

/* Is that option in it? At the beginning of a line, or among the common ones. */
static bool lists(const char *help, size_t fit)
{
	const char *name = text_words(arena, fits[fit].option).at[0];
	const char *common = strstr(help, "\nCommon options");
	names lines = text_split(arena, help, '\n');

	vec_for_each (line, &lines) {
		names words = text_words(arena, *line);

		if (words.count && (text_equal(words.at[0], name) ||
				    (words.count > 1 && text_equal(words.at[1], name))))
			return true;
	}
	return common && (strstr(common, arena_printf(arena, " %s,", name)) ||
			  strstr(common, arena_printf(arena, " %s ", name)));
}

static void forms_refused(const char *line, const char *says)
{
	const char *sentence = refused(line);

	ck_assert_msg(strstr(sentence, says), "'%s' says '%s', not '%s'", line, sentence, says);
}

START_TEST(several_formats)
{
	static const struct {
		const char *line, *forms;
	} rows[] = {
	    {"audit --output a.json --format json", "json:a.json"},
	    {"audit --format json --output a --format sh --output b", "json:a sh:b"},
	    {"audit --format=json -o a --strict --format sh", "json:a sh:1"},
	    {"audit --format sh --format json -o a", "sh:1 json:a"},
	    {"audit --format json -o a --format text -o -", "json:a text:1"},
	    {"audit --format json -o /dev/stderr --format text", "json:2 text:1"},
	    {"audit --format json -o /dev/fd/7 --format text -o /dev/fd/8", "json:7 text:8"},
	    {"audit --format json -o a --format text -o b --format k8s -o c --format systemd",
	     "json:a text:b k8s:c systemd:1"},
	    /* Said twice is said once. */
	    {"audit --format json --format json", "json:1"},
	    {"audit --format json -o a --format json", "json:a"},
	    {"audit --format json -o a --format text --format json", "json:a text:1"},
	    {"run --dry-run --format json -o a --format sh", "json:a sh:1"},
	    {"record -", "text:1"},
	    {"record /dev/fd/5", "text:5"},
	    {"record x", "text:1"},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_str_eq(forms_taken(rows[i].line), rows[i].forms);
	arena_free(arena);
}
END_TEST

START_TEST(wrong_combinations)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
	    {"audit -o a -o b", "--output is given 2 times: there may be one for each --format"},
	    {"audit --format json -o a -o b", "--output is given 2 times"},
	    {"audit -o a --format json -o b", "--output is given 2 times"},
	    {"audit -o a --format json --format text", "'a' comes before the --format"},
	    {"audit --format json -o a -o b --format sh -o c",
	     "format json is to go to 'a' and to 'b'; there may be one for each format"},
	    {"audit --format json -o a --format json -o b --format sh",
	     "format json is to go to 'a' and to 'b'"},
	    {"audit --format json --format text",
	     "formats json and text would both go to standard output"},
	    {"audit --format json --format text -o -", "would both go to standard output"},
	    {"audit --format json -o /dev/stdout --format text -o -",
	     "would both go to standard output"},
	    {"audit --format json -o a --format text -o a", "'a' is given for both json and text"},
	    {"audit --format json -o /dev/fd/2 --format text -o /dev/stderr",
	     "'/dev/stderr' is given for both json and text"},
	    {"audit --format json -o a --format html2 -o b", "there is no format 'html2'"},
	    {"audit --format json -o a --format sh -o _", "the value is empty"},
	    {"explain --format text --format markdown", "would both go to standard output"},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++)
		forms_refused(rows[i].line, rows[i].says);
	/* What would be right. */
	forms_refused("audit -o a -o b",
		      "as in --format json --output a.json --format html --output a.html");
	arena_free(arena);
}
END_TEST

START_TEST(overview)
{
	const char *help;

	arena = arena_new();
	help = options_help(arena, false, COMMAND_FACTS);
	assert_tidy(help);
	assert_whole(help);
	assert_exit_codes(help);
	ck_assert(text_starts(help, "Usage: thintune COMMAND"));
	for (enum command command = 0; command < COMMAND_COUNT; command++)
		ck_assert_ptr_nonnull(
		    strstr(help, arena_printf(arena, "\n  %s ", options_command_name(command))));
	for (size_t i = 0; i < COUNT(fits); i++)
		ck_assert_msg(lists(help, i), "no %s", fits[i].option);
	ck_assert_ptr_nonnull(strstr(help, "--version"));
	arena_free(arena);
}
END_TEST

static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

/* Two of each command, of that command, which it takes, and which its help shows. */
static void assert_examples(const char *help, enum command command)
{
	for (size_t i = 0; i < EXAMPLES_OF_EACH; i++) {
		const struct example *one = &examples[command][i];

		ck_assert_msg(one->line && one->means, "%s has too few examples",
			      options_command_name(command));
		ck_assert_msg(
		    text_equal(text_words(arena, one->line).at[0], options_command_name(command)),
		    "%s", one->line);
		(void)taken(one->line);
		ck_assert_msg(strstr(help, arena_printf(arena, "\n  thintune %s", one->line)),
			      "no '%s' in\n%s", one->line, help);
	}
}

START_TEST(help_of_a_command_lists_what_goes_with_it)
{
	arena = arena_new();
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		const char *help = options_help(arena, true, command);

		assert_tidy(help);
		assert_whole(help);
		assert_brief_exit_codes(help, command);
		assert_examples(help, command);
		ck_assert_msg(lines_of(help) <= 50, "%zu lines: %s", lines_of(help), help);
		ck_assert(text_starts(help, arena_printf(arena, "Usage: thintune %s ",
							 options_command_name(command))));
		ck_assert_ptr_nonnull(strstr(help, "[OPTION...]\n"));
		for (size_t i = 0; i < COUNT(fits); i++)
			ck_assert_msg(lists(help, i) == fits_command(i, command), "%s: %s",
				      options_command_name(command), fits[i].option);
	}
	ck_assert_ptr_nonnull(strstr(options_help(arena, true, COMMAND_RECORD), " FILE|- "));
	arena_free(arena);
}
END_TEST

RUN_SUITE("options", defaults, every_option_reaches_its_field, order_and_repetition,
	  help_and_version_need_no_command, bad_input, the_brokers_share_may_be_half_known,
	  options_that_do_not_go_with_a_command, formats, several_formats, wrong_combinations,
	  overview, help_of_a_command_lists_what_goes_with_it)
