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

int options_descriptor(const char *name)
{
	static const char *const dirs[] = {"/dev/fd/", "/proc/self/fd/"};
	uint64_t number;

	if (text_equal(name, "-") || text_equal(name, "/dev/stdout"))
		return STDOUT_FILENO;
	if (text_equal(name, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; name && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (text_starts(name, dirs[i]) && text_u64(name + strlen(dirs[i]), &number) == 0 &&
		    number <= INT_MAX)
			return (int)number;
	}
	return -1;
}

static int check_format(struct arena *arena, const struct options *options, struct err *err)
{
	enum command command = options->dry_run ? COMMAND_AUDIT : options->command;
	names formats = options_command_formats(arena, command);

	if (!options->format || text_in(options->format, &formats))
		return 0;
	return err_set(err, -EINVAL, "%s%s: there is no format '%s', only %s%s",
		       options_command_name(options->command), options->dry_run ? " --dry-run" : "",
		       options->format, text_join(arena, &formats, ", "),
		       nearest_hint(arena, options->format, &formats));
}

#define IO_CONFIG_NEEDS                                                                            \
	"option --io-config needs a default or a --full probe, without --jobs, --file and "        \
	"--buffered"

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

static int check_probe(const struct parsing *parsing)
{
	const struct options *options = parsing->options;

	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		if (parsing_is_given(parsing->given, contradictions[i].one) &&
		    parsing_is_given(parsing->given, contradictions[i].other))
			return err_set(parsing->err, -EINVAL, "%s", contradictions[i].sentence);
	}
	/* In the file with defaults it may wait for a command line with --io-config. */
	if (!parsing->line && parsing_is_given(parsing->given, "mountpoint") && !options->io_config)
		return err_set(parsing->err, -EINVAL, "option --mountpoint goes with --io-config");
	if (options_descriptor(options->io_config) >= 0)
		return err_set(parsing->err, -EINVAL, "option --io-config: '%s' is not a file",
			       options->io_config);
	if (options->runtime_us > UINT64_C(3600000000))
		return err_set(parsing->err, -ERANGE, "option --runtime: more than 1h");
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
	return row->commands == BIT(COMMAND_PROBE) &&
	       (row->take == TAKE_SIZE || row->take == TAKE_DURATION) &&
	       !*(const uint64_t *)(const void *)((const char *)options + row->offset);
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
	}
	if (options->netns && !text_equal(options->netns, "broker") &&
	    !text_equal(options->netns, "host"))
		return err_set(parsing->err, -EINVAL, "option --netns: '%s' is not broker or host",
			       options->netns);
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
	return r < 0 ? r : check_format(parsing->arena, options, parsing->err);
}
