/* SPDX-License-Identifier: Apache-2.0 */
/* Which options go with the command and with each other. */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "apply/owner.h"
#include "base/cpuset.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/parsing.h"

static int check_formats(struct arena *arena, const struct options *options, struct err *err)
{
	enum command command = options->dry_run ? COMMAND_AUDIT : options->command;
	names formats = options_command_formats(arena, command);

	vec_for_each (form, &options->forms) {
		if (form->format && !text_in(form->format, &formats))
			return err_set(err, -EINVAL, "%s%s: there is no format '%s', only %s%s",
				       options_command_name(options->command),
				       options->dry_run ? " --dry-run" : "", form->format,
				       text_join(arena, &formats, ", "),
				       nearest_hint(arena, form->format, &formats));
	}
	return 0;
}

#define IO_CONFIG_NEEDS                                                                            \
	"option --io-config needs a default or a --full probe, without --jobs, --file and "        \
	"--buffered"

#define CPU_ALONE(other) "option --cpu measures no disk, so --" other " does not go with it"
#define RESUME_ALONE                                                                               \
	"option --resume goes without --repair, --interval, --publish and --nfd: it starts no "    \
	"watch"

static const struct {
	const char *one, *other;
	const char *sentence;
} contradictions[] = {
    {"quick", "full", "options --quick and --full exclude each other"},
    {"io-config", "quick", IO_CONFIG_NEEDS},
    {"io-config", "jobs", IO_CONFIG_NEEDS},
    {"io-config", "file", IO_CONFIG_NEEDS},
    {"io-config", "buffered", IO_CONFIG_NEEDS},
    {"file", "size", "options --file and --size exclude each other"},
    {"cpu", "quick", "option --cpu takes 10 s a CPU, or --runtime, and never --quick"},
    {"cpu", "jobs", CPU_ALONE("jobs")},
    {"cpu", "size", CPU_ALONE("size")},
    {"cpu", "file", CPU_ALONE("file")},
    {"cpu", "engine", CPU_ALONE("engine")},
    {"cpu", "io-config", CPU_ALONE("io-config")},
    {"cpu", "buffered", CPU_ALONE("buffered")},
    {"cpu", "verify", CPU_ALONE("verify")},
    {"cpu", "envelope", CPU_ALONE("envelope")},
    {"cpu", "numa", CPU_ALONE("numa")},
    {"envelope", "buffered",
     "option --envelope measures the disk, not the page cache of --buffered"},
    {"numa", "file",
     "option --numa is about the disks of the data directory, and --file may be on another one"},
    {"numa", "buffered", "option --numa measures the disk, not the page cache of --buffered"},
    {"resume", "repair", RESUME_ALONE},
    {"resume", "interval", RESUME_ALONE},
    {"resume", "publish", RESUME_ALONE},
    {"resume", "nfd", RESUME_ALONE},
    {"color", "no-color", "options --color and --no-color exclude each other"},
    {"io-config", "dry-run", "option --io-config needs a run that measures, not --dry-run"},
};

bool parsing_is_given(const bool *given, const char *name)
{
	return given[option_named(name, strlen(name)) - option_rows];
}

bool parsing_contradicts(const struct option_row *row, const bool *given)
{
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		const char *one = contradictions[i].one, *other = contradictions[i].other;

		if ((text_equal(row->name, one) && parsing_is_given(given, other)) ||
		    (text_equal(row->name, other) && parsing_is_given(given, one)))
			return true;
	}
	return false;
}

static int check_owner(struct arena *arena, const struct options *options, struct err *err)
{
	struct err cause = {0};
	int r = options->owner ? owner_check(arena, options->owner, &cause) : 0;

	return r < 0 ? err_set(err, r, "option --owner: %s", cause.text) : 0;
}

/* In the file with defaults --runtime may wait for a command line without --envelope. */
static int check_step(const struct parsing *parsing)
{
	const struct options *options = parsing->options;
	uint64_t limit = options->limit_us ? options->limit_us : OPTIONS_LIMIT_US;

	if (parsing->line || !options->envelope || !options->runtime_us)
		return 0;
	if (options->runtime_us > OPTIONS_STEP_MOST_US)
		return err_set(parsing->err, -ERANGE,
			       "option --runtime: with --envelope at most 10s, as each load has "
			       "2min for all its steps");
	if (options->runtime_us < OPTIONS_STEP_LIMITS * limit)
		return err_set(parsing->err, -ERANGE,
			       "option --runtime: with --envelope at least %d times --limit, or a "
			       "rate above what the disk does would seem to hold",
			       OPTIONS_STEP_LIMITS);
	return 0;
}

static int check_probe(const struct parsing *parsing)
{
	const struct options *options = parsing->options;
	struct cpuset cpus;

	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		if (parsing_is_given(parsing->given, contradictions[i].one) &&
		    parsing_is_given(parsing->given, contradictions[i].other))
			return err_set(parsing->err, -EINVAL, "%s", contradictions[i].sentence);
	}
	/* In the file with defaults it may wait for a command line with --io-config. */
	if (!parsing->line && parsing_is_given(parsing->given, "mountpoint") && !options->io_config)
		return err_set(parsing->err, -EINVAL, "option --mountpoint goes with --io-config");
	if (!parsing->line && !options->cpu &&
	    (parsing_is_given(parsing->given, "cpus") ||
	     parsing_is_given(parsing->given, "in-turn")))
		return err_set(parsing->err, -EINVAL, "option --%s goes with --cpu",
			       options->cpus ? "cpus" : "in-turn");
	if (!parsing->line && parsing_is_given(parsing->given, "limit") &&
	    !options_has_envelope(options))
		return err_set(parsing->err, -EINVAL,
			       "option --limit goes with --envelope or --full");
	if (options->cpus &&
	    (cpuset_parse_list(parsing->arena, options->cpus, &cpus) < 0 || !cpuset_weight(&cpus)))
		return err_set(parsing->err, -EINVAL,
			       "option --cpus: '%s' is no list of CPUs such as 2-7,10",
			       options->cpus);
	if (options_descriptor(options->io_config) >= 0)
		return err_set(parsing->err, -EINVAL, "option --io-config: '%s' is not a file",
			       options->io_config);
	if (options_descriptor(options->nfd) >= 0)
		return err_set(parsing->err, -EINVAL, "option --nfd: '%s' is not a file",
			       options->nfd);
	if (options->runtime_us > UINT64_C(3600000000))
		return err_set(parsing->err, -ERANGE, "option --runtime: more than 1h");
	if (options->limit_us > OPTIONS_LIMIT_MOST_US)
		return err_set(parsing->err, -ERANGE, "option --limit: more than 500ms");
	if (options->effect_percent > OPTIONS_EFFECT_MOST)
		return err_set(parsing->err, -ERANGE, "option --effect: more than 100");
	if (options->time_us > OPTIONS_TIME_MOST_US)
		return err_set(parsing->err, -ERANGE, "option --time: more than 24h");
	if (check_step(parsing) < 0)
		return parsing->err->code;
	if (options->interval_us > OPTIONS_INTERVAL_MOST_US)
		return err_set(parsing->err, -ERANGE, "option --interval: more than 24h");
	return 0;
}

/* How long or how much to measure must not be 0, nor what the broker gets; not to wait for a lock
 * is fine. */
static bool is_nothing(const struct option_row *row, const struct options *options)
{
	if (text_equal(row->name, "broker-cpus"))
		return !options->broker_cpus;
	if (text_equal(row->name, "broker-memory"))
		return !options->broker_memory_bytes;
	if (text_equal(row->name, "effect"))
		return !options->effect_percent;
	return !(row->commands & ~(BIT(COMMAND_PROBE) | BIT(COMMAND_PROVE) | BIT(COMMAND_WATCH))) &&
	       (row->take == TAKE_SIZE || row->take == TAKE_DURATION) &&
	       !*(const uint64_t *)(const void *)((const char *)options + row->offset);
}

/* Where the table lists the values that there are. */
static int check_value(const struct parsing *parsing, const struct option_row *row)
{
	const char *value;
	names values;

	if (row->take != TAKE_TEXT || !option_has_values(row))
		return 0;
	value = *(const char *const *)(const void *)((const char *)parsing->options + row->offset);
	values = text_split(parsing->arena, row->argument, '|');
	if (text_in(value, &values))
		return 0;
	return err_set(parsing->err, -EINVAL, "option --%s: '%s' is not %s%s", row->name, value,
		       text_join(parsing->arena, &values, " or "),
		       nearest_hint(parsing->arena, value, &values));
}

int parsing_fit(const struct parsing *parsing)
{
	const struct options *options = parsing->options;
	int r;

	if (options->version || (options->help && !parsing->options->has_command))
		return 0;
	if (!parsing->options->has_command)
		return err_set(parsing->err, -EINVAL, "no command given");
	for (size_t i = 0; i < option_count; i++) {
		if (parsing->given[i] && !(option_rows[i].commands & BIT(options->command)))
			return err_set(parsing->err, -EINVAL, "%s: option --%s does not go with it",
				       options_command_name(options->command), option_rows[i].name);
		if (parsing->given[i] && is_nothing(&option_rows[i], options))
			return err_set(parsing->err, -EINVAL, "option --%s must be more than 0",
				       option_rows[i].name);
		r = parsing->given[i] ? check_value(parsing, &option_rows[i]) : 0;
		if (r < 0)
			return r;
	}
	if (options->broker_cpus > CPUSET_MAX)
		return err_set(parsing->err, -ERANGE, "option --broker-cpus: more than %d",
			       CPUSET_MAX);
	if (options->kubelet_dir && *options->kubelet_dir != '/')
		return err_set(parsing->err, -EINVAL,
			       "option --kubelet-dir: '%s' does not begin with /",
			       options->kubelet_dir);
	r = check_owner(parsing->arena, options, parsing->err);
	if (r == 0)
		r = check_probe(parsing);
	if (r == 0)
		r = check_formats(parsing->arena, options, parsing->err);
	return r < 0 ? r : parsing_fit_forms(parsing);
}
