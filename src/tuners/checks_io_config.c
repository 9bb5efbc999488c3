/* SPDX-License-Identifier: Apache-2.0 */
/* The check of what Redpanda is told of its disk. */
#include "tuners/checks_io_config.h"

#include <errno.h>

#include "base/escape.h"
#include "base/text.h"
#include "tuners/check.h"

/* Is the path this directory, or below it? */
static bool is_within(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return text_equal(directory, "/") || text_equal(path, directory) ||
	       (text_starts(path, directory) && path[length] == '/');
}

/*
 * Is this mountpoint on the data's file system? Seastar goes by the device number of what it finds
 * there (src/core/disk_params.cc, parse_config), which is that of the data between the mount and
 * the data directory. What lies elsewhere on the mount may be another one.
 */
static enum tri is_of_data(const struct live_data_dir *dir, const char *mountpoint)
{
	if (text_equal(mountpoint, dir->path) || text_equal(mountpoint, dir->mount_point) ||
	    text_equal(mountpoint, dir->mount_source))
		return TRI_YES;
	if (!dir->path)
		return TRI_UNKNOWN;
	if (!dir->mount_point)
		return is_within(dir->path, mountpoint) ? TRI_UNKNOWN : TRI_NO;
	if (!is_within(mountpoint, dir->mount_point))
		return TRI_NO;
	return is_within(dir->path, mountpoint) ? TRI_YES : TRI_UNKNOWN;
}

/* Is there " SERIAL" at the end of the text, or before a comma? */
static bool names_serial(const char *measured, const char *serial)
{
	size_t length = strlen(serial);

	for (const char *at = measured; (at = strstr(at, serial)); at++) {
		if (at > measured && at[-1] == ' ' && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

/* A disk of the data that the figures are not of; NULL: none is known. No time stamp would tell
 * reliably, but thintune writes serial numbers into the file, "?" where a disk has none. */
static const struct disk *unmeasured_disk(const struct tuning *tuning)
{
	const char *measured = tuning->request->io_config.measured;

	if (!measured || names_serial(measured, "?"))
		return NULL;
	vec_for_each (disk, &tuning->facts->disks) {
		if (disk->is_data && disk->chain && !disk->is_stacked && disk->serial &&
		    !names_serial(measured,
				  escape_text(tuning->plan->arena, disk->serial, ESCAPE_ALL)))
			return disk;
	}
	return NULL;
}

static void judge_disks(const struct tuning *tuning, struct check *check, const char *have)
{
	const struct disk *other = unmeasured_disk(tuning);
	const struct io_config *config = &tuning->request->io_config;

	if (!other)
		check_end(check, CHECK_PASS, have, NULL);
	else
		check_end(check, CHECK_FAIL, have,
			  arena_printf(tuning->plan->arena,
				       "it was measured on %s, and the data is on %s %s %s: remove "
				       "it, and measure again with thintune run --io-config %s",
				       config->measured, other->name, text_or(other->model, "?"),
				       other->serial, config->path));
}

static void judge(const struct tuning *tuning, struct check *check, const char *have)
{
	const struct io_config *config = &tuning->request->io_config;
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	const char *data = text_or(dir->path, "a directory that is not known");
	struct arena *arena = tuning->plan->arena;
	const char *list = text_join(arena, &config->mountpoints, ", ");
	unsigned of_data = 0, unknown = 0;

	vec_for_each (mountpoint, &config->mountpoints) {
		enum tri answer = is_of_data(dir, *mountpoint);

		of_data += answer == TRI_YES;
		unknown += answer == TRI_UNKNOWN;
	}
	if (of_data > 1)
		check_end(check, CHECK_FAIL, have,
			  "it names the disk of the data more than once, and Redpanda does not "
			  "start with that");
	else if (of_data)
		judge_disks(tuning, check, have);
	else if (unknown)
		check_end(check, CHECK_UNKNOWN, have,
			  arena_printf(arena,
				       "it is for %s, and whether that is on the file system of %s "
				       "is not known",
				       list, data));
	else
		check_end(check, CHECK_FAIL, have,
			  arena_printf(arena, "it is for %s, and the data is in %s%s%s", list, data,
				       dir->mount_point ? ", on the mount " : "",
				       text_or(dir->mount_point, "")));
}

static void judge_without_file(const struct tuning *tuning, struct check *check)
{
	const struct io_config *config = &tuning->request->io_config;

	if (config->well_known)
		check_end(check, config->well_known_problem ? CHECK_FAIL : CHECK_PASS,
			  config->well_known, config->well_known_problem);
	else
		check_end(
		    check, CHECK_FAIL, "none",
		    arena_printf(tuning->plan->arena,
				 "Redpanda does not schedule its I/O without them, unless rpk "
				 "knows the cloud's machine: thintune run --io-config %s",
				 config->path));
}

/* rpk finds the file by itself, and takes that for the flag given twice (start.go,
 * buildRedpandaFlags); with --io-properties beside it, Seastar does not know which to trust
 * (src/core/disk_params.cc, parse_config). False: nothing is in the way of the flag. */
static bool is_named_twice(const struct tuning *tuning, struct check *check)
{
	const struct io_config *config = &tuning->request->io_config;
	struct arena *arena = tuning->plan->arena;

	if (!config->beside || config->beside_error == -ENOENT || config->beside_error == -ENOTDIR)
		return false;
	if (config->beside_error == 0)
		check_end(check, CHECK_FAIL, config->named,
			  arena_printf(arena,
				       "%s is there as well, and Redpanda does not start with "
				       "both: remove the flag or the file",
				       config->beside));
	else
		check_end(check, CHECK_UNKNOWN, config->named,
			  arena_printf(arena,
				       "whether %s is there as well is not known, and Redpanda "
				       "does not start with both: %s",
				       config->beside,
				       config->beside_error == -ENODATA
					   ? "it is not in this record"
					   : err_words(config->beside_error)));
	return true;
}

void checks_io_config(const struct tuning *tuning)
{
	const struct io_config *config = &tuning->request->io_config;
	struct check *check =
	    check_begin(tuning, "io-config", "figures of the data directory's disk");

	if (!check || is_named_twice(tuning, check))
		return;
	if (config->flag) {
		check_end(check, CHECK_UNKNOWN, config->flag, config->unread);
	} else if (!config->path) {
		check_end(check, CHECK_SKIPPED, NULL, "no redpanda.yaml is seen here");
		check->is_moot = true;
	} else if (config->error == -ENOENT || config->error == -ENOTDIR) {
		judge_without_file(tuning, check);
	} else if (config->error < 0) {
		check_end(check, CHECK_UNKNOWN, NULL,
			  arena_printf(tuning->plan->arena, "%s could not be read: %s",
				       config->path,
				       config->error == -ENODATA ? "it is not in this record"
								 : err_words(config->error)));
	} else if (config->problem) {
		check_end(check, CHECK_FAIL, config->path, config->problem);
	} else {
		judge(tuning, check, config->path);
	}
}
