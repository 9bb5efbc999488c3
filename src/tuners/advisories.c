/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisories: one check each, which passes where the node is not affected. A distribution may have
 * mended its kernel without a new version number, so its kernels are unknown unless the advisory
 * says what that distribution did.
 */
#include "tuners/advisories.h"

#include <inttypes.h>

#include "base/text.h"
#include "profile/redpanda.h"
#include "profile/when.h"
#include "tuners/wish.h"

static enum tri both(enum tri a, enum tri b)
{
	if (a == TRI_NO || b == TRI_NO)
		return TRI_NO;
	return a == TRI_YES && b == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}

/* Kernel -------------------------------------------------------------------------------------- */

/* Is a version, of which only the series may be known, before this one? */
static enum tri is_before(struct arena *arena, const char *have, const char *want)
{
	bool knows_all = text_split(arena, have, '.').count > 2;
	const char *last = knows_all ? have : arena_printf(arena, "%s.999999", have);

	if (when_compare_version(have, want) >= 0)
		return TRI_NO;
	return when_compare_version(last, want) < 0 ? TRI_YES : TRI_UNKNOWN;
}

static enum tri opposite(enum tri answer)
{
	if (answer == TRI_UNKNOWN)
		return TRI_UNKNOWN;
	return answer == TRI_YES ? TRI_NO : TRI_YES;
}

static enum tri is_in_ranges(struct arena *arena, const struct advisory *advisory,
			     const char *upstream)
{
	enum tri any = TRI_NO;

	vec_for_each (range, &advisory->ranges) {
		enum tri in =
		    both(is_before(arena, upstream, range->before),
			 range->from ? opposite(is_before(arena, upstream, range->from)) : TRI_YES);

		if (in == TRI_YES)
			return TRI_YES;
		if (in == TRI_UNKNOWN)
			any = TRI_UNKNOWN;
	}
	return any;
}

/* Is it, with all it may have of later kernels, past all ranges? */
static bool is_past(const struct advisory *advisory, const char *upstream)
{
	vec_for_each (range, &advisory->ranges) {
		if (when_compare_version(upstream, range->before) < 0)
			return false;
	}
	return true;
}

/* Red Hat's and SUSE's kernels can have the fault of a later one. */
static enum tri by_ranges(struct arena *arena, const struct advisory *advisory,
			  const struct kernel_build *build)
{
	enum tri in = is_in_ranges(arena, advisory, build->upstream);

	if (in == TRI_NO && build->is_backport && !is_past(advisory, build->upstream))
		return TRI_UNKNOWN;
	return in;
}

/* Within a range, the distribution may have mended it. */
static enum tri unless_mended(struct arena *arena, const struct advisory *advisory,
			      const struct kernel_build *build)
{
	return by_ranges(arena, advisory, build) == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

/* What a row says of a package of its series and flavour. */
static enum tri is_affected_package(struct arena *arena, const struct advisory *advisory,
				    const struct advisory_fix *fix,
				    const struct kernel_build *build,
				    const struct kernel_package *package)
{
	if (fix->fixed && kernel_package_compare(package, &fix->fixed_package) >= 0)
		return TRI_NO;
	if (fix->from)
		return kernel_package_compare(package, &fix->from_package) >= 0 ? TRI_YES : TRI_NO;
	return by_ranges(arena, advisory, build);
}

/* By the distribution's own rows, else by that for any. A row without a package is for each series
 * that has none of its own. */
static enum tri by_rows(struct arena *arena, const struct advisory *advisory,
			const struct kernel_build *build)
{
	struct kernel_package package;
	bool is_package = build->package && kernel_package_parse(arena, build->distribution,
								 build->package, &package);
	bool has_own = false, has_any = false, has_package = false, has_rest = false;

	vec_for_each (fix, &advisory->fixes) {
		const struct kernel_package *first =
		    fix->fixed ? &fix->fixed_package : &fix->from_package;

		has_any = has_any || text_equal(fix->distribution, "any");
		if (!text_equal(fix->distribution, build->distribution))
			continue;
		has_own = true;
		if (!fix->fixed && !fix->from)
			has_rest = true;
		else if (is_package && kernel_package_are_kin(&package, first))
			return is_affected_package(arena, advisory, fix, build, &package);
		else
			has_package = true;
	}
	/* Which row is its own cannot be told. */
	if (has_package && !is_package)
		return unless_mended(arena, advisory, build);
	return has_rest || (has_any && !has_own) ? by_ranges(arena, advisory, build)
						 : unless_mended(arena, advisory, build);
}

static enum tri is_affected_kernel(struct arena *arena, const struct advisory *advisory,
				   const struct kernel_build *build)
{
	if (!advisory->ranges.count)
		return TRI_YES;
	if (!build->upstream)
		return TRI_UNKNOWN;
	return build->distribution ? by_rows(arena, advisory, build)
				   : is_in_ranges(arena, advisory, build->upstream);
}

/* The rest of the node ------------------------------------------------------------------------ */

static enum tri is_one_of(const names *list, const char *have)
{
	if (!list->count)
		return TRI_YES;
	if (!have)
		return TRI_UNKNOWN;
	return text_in(have, list) ? TRI_YES : TRI_NO;
}

static enum tri has_mount_option(struct arena *arena, const names *list, const char *options)
{
	names have;

	if (!list->count)
		return TRI_YES;
	if (!options)
		return TRI_UNKNOWN;
	have = text_split(arena, options, ',');
	vec_for_each (option, list) {
		if (text_in(*option, &have))
			return TRI_YES;
	}
	return TRI_NO;
}

static enum tri is_container(const names *list, const char *container)
{
	if (!list->count)
		return TRI_YES;
	if (!container)
		return TRI_UNKNOWN;
	if (text_in(text_equal(container, "none") ? "false" : "true", list))
		return TRI_YES;
	return text_in(container, list) ? TRI_YES : TRI_NO;
}

static bool matches(const names *globs, const char *text)
{
	vec_for_each (glob, globs) {
		if (text && text_glob(*glob, text))
			return true;
	}
	return false;
}

/* Of the disks below the data directory and of the network cards. */
static names drivers_of(struct arena *arena, const struct facts *facts, bool *ret_knows_all)
{
	names drivers = {0};

	*ret_knows_all = !facts->data_problem && !facts->data_gap;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data || disk->is_stacked)
			continue;
		if (!disk->driver)
			*ret_knows_all = false;
		else if (!text_in(disk->driver, &drivers))
			vec_push(arena, &drivers, disk->driver);
	}
	vec_for_each (nic, &facts->nics) {
		if (!nic->is_tuned)
			continue;
		if (!nic->driver)
			*ret_knows_all = *ret_knows_all && !nic_is_card(nic);
		else if (!text_in(nic->driver, &drivers))
			vec_push(arena, &drivers, nic->driver);
	}
	return drivers;
}

static enum tri has_driver(struct arena *arena, const names *globs, const struct facts *facts)
{
	names drivers;
	bool knows_all;

	if (!globs->count)
		return TRI_YES;
	drivers = drivers_of(arena, facts, &knows_all);
	vec_for_each (driver, &drivers) {
		if (matches(globs, *driver))
			return TRI_YES;
	}
	return knows_all ? TRI_NO : TRI_UNKNOWN;
}

static bool is_switched_on(const struct start_flag *flag)
{
	return flag && !text_equal(flag->value, "false") && !text_equal(flag->value, "0");
}

/* The first of the flags that is in redpanda.yaml. */
static const char *find_flag(const names *list, const struct redpanda_config *config)
{
	vec_for_each (name, list) {
		if (config && is_switched_on(start_flag_find(&config->flags, *name)))
			return *name;
	}
	return NULL;
}

/* Where no redpanda.yaml is seen, nothing tells the flags; that one saves the broker is not
 * supposed then. */
static enum tri passes_flags(const struct advisory *advisory, const struct redpanda_config *config)
{
	if (find_flag(&advisory->unless_flags, config))
		return TRI_NO;
	if (!advisory->flags.count || find_flag(&advisory->flags, config))
		return TRI_YES;
	return config ? TRI_NO : TRI_UNKNOWN;
}

/* The kernel offers no clock source that its watchdog has found to be wrong
 * (kernel/time/clocksource.c, available_clocksource_show and __clocksource_unstable). */
static enum tri is_tsc_unstable(struct arena *arena, const struct facts *facts)
{
	names offered;

	if (!facts->host.cpu_flags.count || !facts->clocksources)
		return TRI_UNKNOWN;
	if (!text_in("constant_tsc", &facts->host.cpu_flags) ||
	    !text_in("nonstop_tsc", &facts->host.cpu_flags))
		return TRI_NO;
	offered = text_words(arena, facts->clocksources);
	return text_in("tsc", &offered) ? TRI_NO : TRI_YES;
}

/* 1: for those without the right; 2: for all (io_uring/io_uring.c, io_uring_allowed). That this
 * process may use it says little: it may have the right. */
static enum tri is_io_uring_disabled(const struct facts *facts)
{
	if (facts->host.io_uring_disabled >= 0)
		return facts->host.io_uring_disabled > 0 ? TRI_YES : TRI_NO;
	return facts->host.has_no_io_uring_key ? TRI_NO : TRI_UNKNOWN;
}

static enum tri has_state(struct arena *arena, const names *list, const struct facts *facts)
{
	enum tri any = list->count ? TRI_NO : TRI_YES;

	vec_for_each (name, list) {
		enum tri one = text_equal(*name, "tsc-unstable") ? is_tsc_unstable(arena, facts)
								 : is_io_uring_disabled(facts);

		if (one == TRI_YES)
			return TRI_YES;
		if (one == TRI_UNKNOWN)
			any = TRI_UNKNOWN;
	}
	return any;
}

/* Checks -------------------------------------------------------------------------------------- */

static enum tri is_affected(const struct tuning *tuning, const struct advisory *advisory)
{
	struct arena *arena = tuning->plan->arena;
	const struct facts *facts = tuning->facts;
	const struct live_data_dir *dir = &facts->live.data_dir;
	enum tri all = is_affected_kernel(arena, advisory, &facts->host.build);

	all = both(all, is_one_of(&advisory->filesystems, dir->fs_type));
	all = both(all, has_mount_option(arena, &advisory->mount_options, dir->mount_options));
	all = both(all, is_container(&advisory->containers, facts->live.container));
	all = both(all, has_driver(arena, &advisory->drivers, facts));
	all = both(all, has_state(arena, &advisory->node, facts));
	return both(all, passes_flags(advisory, tuning->request->redpanda));
}

static const char *kernel_words(struct arena *arena, const struct kernel_build *build)
{
	if (!build->distribution)
		return arena_printf(arena, "Linux %s", build->upstream);
	return arena_printf(arena, "Linux %s (%s%s%s)", build->upstream, build->distribution,
			    build->package ? " " : "", text_or(build->package, ""));
}

/* "lazytime", "without lazytime" */
static const char *option_words(struct arena *arena, const names *list, const char *options)
{
	const names have = text_split(arena, options, ',');

	vec_for_each (option, list) {
		if (text_in(*option, &have))
			return *option;
	}
	return arena_printf(arena, "without %s", text_join(arena, list, ", "));
}

static const char *driver_words(struct arena *arena, const struct facts *facts)
{
	bool knows_all;
	const names drivers = drivers_of(arena, facts, &knows_all);

	return drivers.count ? arena_printf(arena, "drivers %s", text_join(arena, &drivers, ", "))
			     : "no disk and no card";
}

/* NULL: nothing is known of it. */
static const char *state_words(struct arena *arena, const char *name, const struct facts *facts)
{
	if (text_equal(name, "tsc-unstable")) {
		if (is_tsc_unstable(arena, facts) == TRI_UNKNOWN)
			return NULL;
		return text_in("constant_tsc", &facts->host.cpu_flags) &&
			       text_in("nonstop_tsc", &facts->host.cpu_flags)
			   ? arena_printf(arena, "clock sources %s", facts->clocksources)
			   : "no steady time stamp counter";
	}
	if (facts->host.io_uring_disabled >= 0)
		return arena_printf(arena, "kernel.io_uring_disabled = %" PRId64,
				    facts->host.io_uring_disabled);
	return facts->host.has_no_io_uring_key ? "no kernel.io_uring_disabled" : NULL;
}

/* NULL: there is no redpanda.yaml, or this advisory does not ask for flags. */
static const char *flag_words(struct arena *arena, const struct advisory *advisory,
			      const struct redpanda_config *config)
{
	const char *flag = find_flag(&advisory->unless_flags, config);

	if (flag || !config || !advisory->flags.count)
		return flag;
	flag = find_flag(&advisory->flags, config);
	return flag ? flag : arena_printf(arena, "no %s", text_join(arena, &advisory->flags, ", "));
}

/* "Linux 6.1.64 (debian 6.1.64-1), ext4": what was seen of all that the answer rests on; NULL:
 * nothing, and then it is not known. */
static const char *basis(const struct tuning *tuning, const struct advisory *advisory)
{
	const struct facts *facts = tuning->facts;
	const struct live_data_dir *dir = &facts->live.data_dir;
	struct arena *arena = tuning->plan->arena;
	const char *flag = flag_words(arena, advisory, tuning->request->redpanda);
	names words = {0};

	if (advisory->ranges.count && facts->host.build.upstream)
		vec_push(arena, &words, kernel_words(arena, &facts->host.build));
	if (advisory->filesystems.count && dir->fs_type)
		vec_push(arena, &words, dir->fs_type);
	if (advisory->mount_options.count && dir->mount_options)
		vec_push(arena, &words,
			 option_words(arena, &advisory->mount_options, dir->mount_options));
	if (advisory->containers.count && facts->live.container)
		vec_push(arena, &words,
			 arena_printf(arena, "container: %s", facts->live.container));
	if (advisory->drivers.count)
		vec_push(arena, &words, driver_words(arena, facts));
	vec_for_each (name, &advisory->node) {
		const char *state = state_words(arena, *name, facts);

		if (state)
			vec_push(arena, &words, state);
	}
	if (flag)
		vec_push(arena, &words, flag);
	return words.count ? text_join(arena, &words, ", ") : NULL;
}

static const char *advice(struct arena *arena, const struct advisory *advisory, enum tri affected)
{
	if (affected == TRI_NO)
		return NULL;
	return arena_printf(
	    arena, "%s%s: %s See %s (reviewed %s)",
	    affected == TRI_UNKNOWN ? "not known whether this kernel or node is free of it: " : "",
	    advisory->title, advisory->advice, text_join(arena, &advisory->sources, ", "),
	    advisory->reviewed);
}

/* With every profile that does not say `leave`: one that says nothing of them knew of none. */
void advisories_check(const struct tuning *tuning)
{
	static const enum check_state states[] = {
	    [TRI_UNKNOWN] = CHECK_UNKNOWN, [TRI_NO] = CHECK_PASS, [TRI_YES] = CHECK_FAIL};
	const struct value *value = profile_get(tuning->profile, "checks", "advisories");
	enum severity severity = value ? value->severity : SEVERITY_ADVISED;
	struct arena *arena = tuning->plan->arena;

	if (value && value->rule == RULE_LEAVE)
		return;
	if (tuning->request->advisories_fault)
		wish_check(tuning, (struct check){.id = "advisories",
						  .required = "a file without mistakes",
						  .state = CHECK_UNKNOWN,
						  .severity = severity,
						  .source = value ? value->source : ADVISORIES_FILE,
						  .merged = value ? value->merged : NULL,
						  .note = tuning->request->advisories_fault});
	vec_for_each (advisory, &tuning->request->advisories) {
		enum tri affected = is_affected(tuning, advisory);

		wish_check(
		    tuning,
		    (struct check){
			.id = arena_printf(arena, "advisory-%s", advisory->id),
			.required = "not affected",
			.have = basis(tuning, advisory),
			.state = states[affected],
			.severity =
			    advisory->severity == SEVERITY_REQUIRED ? SEVERITY_REQUIRED : severity,
			.source = arena_printf(arena, "%s:%u", advisory->file, advisory->line),
			.note = advice(arena, advisory, affected),
		    });
	}
}
