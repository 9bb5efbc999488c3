/* SPDX-License-Identifier: Apache-2.0 */
/* Checks: what must hold and cannot be set. They write nothing and are filled from facts alone. */
#include "base/text.h"
#include "profile/when.h"
#include "tuners/advisories.h"
#include "tuners/check.h"
#include "tuners/checks_hardware.h"
#include "tuners/checks_io_config.h"
#include "tuners/conflicts.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

/* First operand of checks.ID, "" when there is none. */
static const char *check_operand(const struct tuning *tuning, const char *id)
{
	const struct value *value = profile_get(tuning->profile, "checks", id);

	return value && value->operands.count ? value->operands.at[0] : "";
}

/* Data directory ------------------------------------------------------------------------------ */

/* Why nothing can be checked in the data directory; fills what a check says then. NULL: it is
 * there.
 */
static const char *no_directory(struct arena *arena, const struct live_data_dir *dir,
				enum check_state *ret_state, const char **ret_have)
{
	*ret_state = CHECK_FAIL;
	*ret_have = NULL;
	if (dir->exists == TRI_YES && dir->is_directory)
		return NULL;
	if (dir->exists == TRI_YES) {
		*ret_have = "not a directory";
		return arena_printf(arena, "%s is not a directory", dir->path);
	}
	if (dir->exists == TRI_NO) {
		*ret_have = "missing";
		return arena_printf(arena, "%s does not exist; --data-dir names another one",
				    dir->path);
	}
	*ret_state = CHECK_UNKNOWN;
	return arena_printf(arena, "%s cannot be looked at: %s",
			    dir->path ? dir->path : "the data directory",
			    dir->error ? err_words(dir->error) : "not recorded");
}

static bool has_told(const struct plan *plan, const char *note)
{
	vec_for_each (check, &plan->checks) {
		if (text_equal(check->note, note))
			return true;
	}
	return false;
}

/* Ends the check if there is no data directory to look at: the first one tells why, and fails; to
 * the others there was nothing to judge. */
static bool is_missing(const struct tuning *tuning, struct check *check)
{
	enum check_state state;
	const char *have,
	    *why = no_directory(tuning->plan->arena, &tuning->facts->live.data_dir, &state, &have);

	if (!why)
		return false;
	check->is_unwaivable = state == CHECK_FAIL;
	if (has_told(tuning->plan, why))
		check_end(check, CHECK_SKIPPED, NULL,
			  state == CHECK_FAIL ? "not judged: no data directory"
					      : "not judged: directory unknown");
	else
		check_end(check, state, have, why);
	return true;
}

static bool has_option(struct arena *arena, const char *options, const char *option)
{
	names list = text_split(arena, options, ',');

	return text_in(option, &list);
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
				       "the data would go to the file system of %s, which "
				       "others fill, too: is its own volume mounted?",
				       dir->system_use ? dir->system_use : "/"));
	else if (dir->is_ephemeral)
		check_end(check, CHECK_FAIL, dir->mount_point,
			  "this emptyDir is deleted with the pod, and so is the data: use a "
			  "persistent volume");
	else
		check_end(check, CHECK_PASS, dir->mount_point,
			  dir->shared_with ? "the node keeps files of its own on the same file "
					     "system, and may fill it"
					   : NULL);
}

/* A mount can be read-only though its file system is not: a bind mount, ReadOnlyPaths= of a unit, a
 * volumeMount with readOnly. The kernel's log knows only of file systems. */
static const char *read_only_note(const struct tuning *tuning)
{
	switch (tuning->facts->live.data_dir.fs_read_only) {
	case TRI_NO:
		return text_equal(tuning->facts->live.container, "none")
			   ? "its file system is writable, only this mount of it is not: look at "
			     "its "
			     "mount options (fstab, mount unit, bind mount), or at what the unit "
			     "that "
			     "thintune runs in makes read-only"
			   : "its file system is writable, only this mount of it is not: mount the "
			     "volume without readOnly";
	case TRI_YES:
		return "its file system is read-only: look into the kernel log whether an error "
		       "made it "
		       "so, else at its mount options";
	case TRI_UNKNOWN:
		break;
	}
	return "look at its mount options, and into the kernel log whether an error made its file "
	       "system read-only";
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
		check_end(check, CHECK_FAIL, "mounted read-only", read_only_note(tuning));
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

/* What only a probe can tell. */
static void check_by_probe(const struct tuning *tuning, const char *id, const char *required)
{
	struct check *check = check_begin(tuning, id, required);

	if (!check)
		return;
	check_end(check, CHECK_SKIPPED, NULL, "not tested by an audit; run `thintune probe`");
	check->is_moot = true;
}

/* Node ---------------------------------------------------------------------------------------- */

static void check_memory(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;
	const struct plan_request *request = tuning->request;
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "memory-per-core", NULL);
	uint64_t wanted, memory = host_ordinary_bytes(&facts->host);
	unsigned cpus = cpuset_weight(&facts->topology.online);
	bool is_broker = request->broker_cpus && request->broker_memory_bytes;

	if (!check || text_u64(check_operand(tuning, "memory-per-core"), &wanted) < 0)
		return;
	check->required = arena_printf(arena, ">= %s", text_human_size(arena, wanted));
	if (!is_broker && (request->broker_cpus || request->broker_memory_bytes)) {
		check_end(check, CHECK_UNKNOWN, NULL,
			  request->broker_cpus
			      ? "only the broker's CPUs are known; pass --broker-memory, too"
			      : "only the broker's memory is known; pass --broker-cpus, too");
		return;
	}
	if (is_broker) {
		cpus = request->broker_cpus;
		memory = request->broker_memory_bytes;
	}
	if (!cpus || !memory) {
		check_end(check, CHECK_UNKNOWN, NULL,
			  cpus && facts->host.hugetlb_problem
			      ? facts->host.hugetlb_problem
			      : "memory or CPUs of the node are unknown");
		return;
	}
	check_end(
	    check, memory / cpus >= wanted ? CHECK_PASS : CHECK_FAIL,
	    text_human_size(arena, memory / cpus),
	    is_broker ? "of the broker's share"
	    : facts->host.hugetlb_bytes
		? arena_printf(arena,
			       "whole node less %s that are reserved as huge pages; pass "
			       "--broker-cpus and --broker-memory for the broker's share",
			       text_human_size(arena, facts->host.hugetlb_bytes))
		: "whole node; pass --broker-cpus and --broker-memory for the broker's share");
}

static void check_swap(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	const struct value *value = profile_get(tuning->profile, "checks", "swap");
	int64_t swap = tuning->facts->host.swap_bytes;
	const char *have = swap > 0 ? text_human_size(arena, (uint64_t)swap) : "none";
	bool wanted;
	struct check *check;

	if (value && value->rule == RULE_LEAVE) {
		wish_check(tuning, (struct check){.id = "swap",
						  .required = "only reported",
						  .have = swap < 0 ? NULL : have,
						  .state = swap < 0 ? CHECK_UNKNOWN : CHECK_PASS,
						  .source = value->source,
						  .merged = value->merged});
		return;
	}
	check = check_begin(tuning, "swap", NULL);
	if (!check || text_bool(check_operand(tuning, "swap"), &wanted) < 0)
		return;
	check->required = wanted ? "some" : "none";
	if (swap < 0)
		check_end(check, CHECK_UNKNOWN, NULL, "/proc/meminfo does not say");
	else
		check_end(check, wanted == (swap > 0) ? CHECK_PASS : CHECK_FAIL, have, NULL);
}

static void check_kernel(const struct tuning *tuning)
{
	const char *release = tuning->facts->host.kernel_release;
	const char *wanted = check_operand(tuning, "kernel");
	struct arena *arena = tuning->plan->arena;
	struct check *check = check_begin(tuning, "kernel", arena_printf(arena, ">= %s", wanted));

	if (!check)
		return;
	if (!release)
		check_end(check, CHECK_UNKNOWN, NULL, "the kernel's release is unknown");
	else if (when_compare_version(release, wanted) < 0)
		check_end(check, CHECK_FAIL, release, "plan a kernel update");
	else
		check_end(check, CHECK_PASS, release,
			  when_compare_version(release, "6.1") < 0 ? "6.1 or later is advised"
								   : NULL);
}

static void check_answer(const struct tuning *tuning, const char *id, const char *required,
			 enum tri answer, const char *yes, const char *no, const char *note)
{
	struct check *check = check_begin(tuning, id, required);

	if (!check)
		return;
	if (answer == TRI_UNKNOWN)
		check_end(check, CHECK_UNKNOWN, NULL, "the kernel did not say");
	else
		check_end(check, answer == TRI_YES ? CHECK_PASS : CHECK_FAIL,
			  answer == TRI_YES ? yes : no, answer == TRI_YES ? NULL : note);
}

/* Whether the kernel lets io_setup in, and whether any request is left; that there are enough for
 * every shard is what the setting fs.aio-max-nr sees to. */
static void check_aio(const struct tuning *tuning)
{
	const struct host *host = &tuning->facts->host;
	struct check *check = check_begin(tuning, "linux-aio", "io_setup allowed");

	if (!check)
		return;
	if (tuning->facts->live.linux_aio == TRI_UNKNOWN)
		check_end(check, CHECK_UNKNOWN, NULL, "the kernel did not say");
	else if (tuning->facts->live.linux_aio == TRI_NO)
		check_end(check, CHECK_FAIL, "refused",
			  "Redpanda does its I/O through linux-aio: look at the seccomp profile");
	else if (host->aio_nr >= 0 && host->aio_max_nr >= 0 && host->aio_nr >= host->aio_max_nr)
		check_end(check, CHECK_FAIL, "allowed, but all requests are in use",
			  "raise fs.aio-max-nr, or stop what holds fs.aio-nr");
	else
		check_end(check, CHECK_PASS, "allowed", NULL);
}

/* "soft:hard"; a process starts with the soft one. */
static bool is_enough(struct arena *arena, const char *have, const char *wanted)
{
	const char *soft = text_split(arena, have, ':').at[0];
	uint64_t number = 0, least = 0;

	return text_equal(soft, "infinity") || text_equal(soft, wanted) ||
	       (text_u64(soft, &number) == 0 && text_u64(wanted, &least) == 0 && number >= least);
}

/* What to do about it, or where it comes from if that is not the unit. */
static const char *limit_note(struct arena *arena, const struct limits *limits,
			      const struct unit_limit *limit, const char *directive,
			      const char *wanted)
{
	if (limit->text && is_enough(arena, limit->text, wanted))
		return text_equal(limit->where, limits->unit)
			   ? NULL
			   : arena_printf(arena, "set by %s", limit->where);
	if (limit->ignored)
		return arena_printf(arena,
				    "systemd cannot read %s and ignores it: set %s=%s in a drop-in "
				    "of %s",
				    limit->ignored, directive, wanted, limits->unit);
	return arena_printf(arena, "%s %s%s%s in a drop-in of %s", limit->text ? "raise" : "set",
			    directive, limit->text ? "" : "=", limit->text ? "" : wanted,
			    limits->unit);
}

static void check_limits(const struct tuning *tuning)
{
	const struct limits *limits = &tuning->facts->limits;
	struct arena *arena = tuning->plan->arena;
	struct {
		const char *id, *directive;
		const struct unit_limit *limit;
	} rows[] = {
	    {.id = "nofile", .limit = &limits->nofile, .directive = "LimitNOFILE"},
	    {.id = "memlock", .limit = &limits->memlock, .directive = "LimitMEMLOCK"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wanted = check_operand(tuning, rows[i].id);
		const char *have = rows[i].limit->text;
		struct check *check = check_begin(
		    tuning, rows[i].id,
		    arena_printf(arena, "%s of redpanda.service: %s", rows[i].directive, wanted));

		if (!check)
			continue;
		if (!limits->unit) {
			check_end(check, CHECK_SKIPPED, NULL,
				  tuning->facts->sees_etc
				      ? "there is no redpanda.service on this node"
				      : "the node's /etc is not visible below --root");
			check->is_moot = tuning->facts->sees_etc;
			continue;
		}
		if (rows[i].limit->gap) {
			check_end(check, CHECK_UNKNOWN, NULL, rows[i].limit->gap);
			continue;
		}
		check_end(check, have && is_enough(arena, have, wanted) ? CHECK_PASS : CHECK_FAIL,
			  text_or(have, "not set"),
			  limit_note(arena, limits, rows[i].limit, rows[i].directive, wanted));
	}
}

void tune_checks(const struct tuning *tuning)
{
	const struct live *live = &tuning->facts->live;

	check_directory(tuning);
	check_mount(tuning);
	check_writable(tuning);
	check_filesystem(tuning);
	check_mount_options(tuning);
	check_free_space(tuning);
	check_by_probe(tuning, "direct-io", "proven");
	check_by_probe(tuning, "nowait", "writes with RWF_NOWAIT are taken");
	checks_io_config(tuning);
	check_memory(tuning);
	check_swap(tuning);
	check_kernel(tuning);
	check_answer(tuning, "clock-synchronised", "synchronised", live->clock_synchronised,
		     "synchronised", "not synchronised", "start a time service (chrony)");
	check_limits(tuning);
	check_aio(tuning);
	check_answer(tuning, "io-uring", "allowed", live->io_uring, "allowed", "refused",
		     "the seccomp profile or kernel.io_uring_disabled refuses it; Redpanda itself "
		     "does not need it");
	check_conflicts(tuning);
	checks_hardware(tuning);
	advisories_check(tuning);
}
