/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the data directory; those of the node are in checks_node.c. */
#include "tuners/checks.h"

#include <inttypes.h>

#include "base/text.h"
#include "tuners/wish.h"

struct check *check_begin(const struct tuning *tuning, const char *id, const char *required)
{
	const struct value *value = profile_get(tuning->profile, "checks", id);

	if (!value || value->rule == RULE_LEAVE)
		return NULL;
	return wish_check(tuning, (struct check){.id = id,
						 .required = required,
						 .severity = value->severity,
						 .source = value->source,
						 .state = CHECK_UNKNOWN});
}

void check_end(struct check *check, enum check_state state, const char *have, const char *note)
{
	check->state = state;
	check->have = have;
	check->note = note;
}

const char *check_operand(const struct tuning *tuning, const char *id)
{
	const struct value *value = profile_get(tuning->profile, "checks", id);

	return value && value->operands.count ? value->operands.at[0] : "";
}

/* What can be said of a data directory that is not there or could not be looked at. */
static bool is_missing(const struct tuning *tuning, struct check *check)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct arena *arena = tuning->plan->arena;

	if (dir->exists == TRI_YES && dir->is_directory)
		return false;
	if (dir->exists == TRI_YES)
		check_end(check, CHECK_FAIL, "not a directory",
			  arena_printf(arena, "%s is no directory", dir->path));
	else if (dir->exists == TRI_NO)
		check_end(check, CHECK_FAIL, "missing",
			  arena_printf(arena, "%s does not exist; --data-dir names another one",
				       dir->path));
	else
		check_end(check, CHECK_UNKNOWN, NULL,
			  arena_printf(arena, "%s could not be looked at: %s",
				       dir->path ? dir->path : "the data directory",
				       dir->error ? err_words(dir->error) : "not recorded"));
	return true;
}

static bool has_option(struct arena *arena, const char *options, const char *option)
{
	names list = text_split(arena, options, ',');

	vec_for_each (one, &list) {
		if (text_equal(*one, option))
			return true;
	}
	return false;
}

static void check_directory(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct check *check = check_begin(tuning, "data-directory", "an existing directory");

	if (check && !is_missing(tuning, check))
		check_end(check, CHECK_PASS, dir->path, NULL);
}

static void check_mount(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct check *check = check_begin(tuning, "data-mount", "a mount of its own");

	if (!check || is_missing(tuning, check))
		return;
	if (!dir->mount_point)
		check_end(check, CHECK_UNKNOWN, NULL, "the mount of the data directory is unknown");
	else if (dir->system_use || text_equal(dir->mount_point, "/"))
		check_end(check, CHECK_FAIL, dir->mount_point,
			  arena_printf(tuning->plan->arena,
				       "the data would go to the file system of %s, which the "
				       "system fills too: is its own volume mounted?",
				       dir->system_use ? dir->system_use : "/"));
	else if (dir->is_ephemeral)
		check_end(check, CHECK_FAIL, dir->mount_point,
			  "this emptyDir goes with the pod, and the data with it: use a persistent "
			  "volume");
	else
		check_end(check, CHECK_PASS, dir->mount_point,
			  dir->shared_with ? "the node keeps files of its own on the same file "
					     "system, and may fill it"
					   : NULL);
}

/* By mount flags and mode only: an audit writes nothing. */
static void check_writable(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct check *check = check_begin(tuning, "data-writable", "writable by its owner");
	const char *have;

	if (!check || is_missing(tuning, check))
		return;
	have = arena_printf(tuning->plan->arena, "mode %04o, owner %u:%u", dir->mode, dir->uid,
			    dir->gid);
	if (!dir->mount_options)
		check_end(check, CHECK_UNKNOWN, have, "the mount options are unknown");
	else if (has_option(tuning->plan->arena, dir->mount_options, "ro"))
		check_end(check, CHECK_FAIL, "mounted read-only",
			  "look into the kernel log why the file system went read-only");
	else if ((dir->mode & 0300) != 0300)
		check_end(check, CHECK_FAIL, have, "its owner may not write to it");
	else
		check_end(check, CHECK_PASS, have, NULL);
}

static void check_filesystem(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	const struct value *value = profile_get(tuning->profile, "checks", "filesystem");
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(
	    tuning, "filesystem", value ? text_join(arena, &value->operands, " or ") : NULL);

	if (!check || is_missing(tuning, check))
		return;
	if (!dir->fs_type) {
		check_end(check, CHECK_UNKNOWN, NULL, "the type of the file system is unknown");
		return;
	}
	vec_for_each (operand, &value->operands) {
		if (text_equal(*operand, dir->fs_type)) {
			check_end(check, CHECK_PASS, dir->fs_type, NULL);
			return;
		}
	}
	check_end(check, CHECK_FAIL, dir->fs_type,
		  arena_printf(arena, "Redpanda's direct I/O is not safe or not fast on %s",
			       dir->fs_type));
}

static void check_mount_options(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	const struct value *value = profile_get(tuning->profile, "checks", "mount-options");
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "mount-options",
					  value ? text_join(arena, &value->operands, ",") : NULL);
	names missing = {0};

	if (!check || is_missing(tuning, check))
		return;
	if (!dir->mount_options) {
		check_end(check, CHECK_UNKNOWN, NULL, "the mount options are unknown");
		return;
	}
	vec_for_each (operand, &value->operands) {
		if (!has_option(arena, dir->mount_options, *operand))
			vec_push(arena, &missing, *operand);
	}
	check_end(check, missing.count ? CHECK_FAIL : CHECK_PASS, dir->mount_options,
		  missing.count ? arena_printf(arena, "mount %s with %s", dir->mount_point,
					       text_join(arena, &missing, ","))
				: NULL);
}

static void check_free_space(const struct tuning *tuning)
{
	const struct live_data_dir *dir = &tuning->facts->live.data_dir;
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "free-space", NULL);
	uint64_t wanted;

	if (!check || text_u64(check_operand(tuning, "free-space"), &wanted) < 0)
		return;
	check->required = arena_printf(arena, ">= %s", text_human_size(arena, wanted));
	check->varies = true;
	if (is_missing(tuning, check))
		return;
	if (!dir->size_bytes)
		check_end(check, CHECK_UNKNOWN, NULL, "the free space could not be read");
	else
		check_end(check, dir->free_bytes >= wanted ? CHECK_PASS : CHECK_FAIL,
			  text_human_size(arena, dir->free_bytes),
			  dir->free_bytes >= wanted ? NULL : "make room before the broker starts");
}

static void check_direct_io(const struct tuning *tuning)
{
	struct check *check = check_begin(tuning, "direct-io", "proven");

	if (!check)
		return;
	check_end(check, CHECK_SKIPPED, NULL,
		  "only writing can prove it: `thintune probe` does, and `thintune run`");
	check->is_moot = true;
}

void tune_checks(const struct tuning *tuning)
{
	check_directory(tuning);
	check_mount(tuning);
	check_writable(tuning);
	check_filesystem(tuning);
	check_mount_options(tuning);
	check_free_space(tuning);
	check_direct_io(tuning);
	checks_of_node(tuning);
}
