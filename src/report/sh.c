/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as a POSIX shell script that a person can review and run. */
#include <inttypes.h>

#include "base/escape.h"
#include "plan/counterparts.h"
#include "plan/kind.h"
#include "plan/place.h"
#include "plan/space.h"
#include "plan/waive.h"
#include "report/layout.h"
#include "report/sh_functions.h"
#include "sys/ethtool.h"
#include "sys/systemctl.h"
#include "version.h"

/* The kernel rounds milliseconds to jiffies: 10 ms at CONFIG_HZ=100, the slowest there is. */
#define JIFFY_MS "10"

/* A shell that does not overwrite makes the file, so that it is a new one. */
static const char make_space[] =
    "sh -c 'set -C; umask 077; : >./" LIVE_BALLAST " && { fallocate -l \"$1\" ./" LIVE_BALLAST
    " || { rm -f ./" LIVE_BALLAST "; exit 1; }; }' sh";

static void add_quoted(struct str *str, const char *text)
{
	str_printf(str, " %s", text_shell(str->arena, text));
}

/* What cannot be in a script, or not be done by one. */
static void add_complaint(struct str *str, const struct setting *setting)
{
	const char *what = setting->wish->path ? place_words(str->arena, setting->wish->path)
					       : setting->wish->name;

	str_add(str, "complain");
	add_quoted(str, escape_text(str->arena, what, ESCAPE_ALL));
	str_add(str, " 'this cannot be done by a script'\n");
}

/* A comment ends at a newline: every line of the text gets its own mark. */
static void add_comment(struct str *str, const char *head, const char *text)
{
	names lines;

	if (!text)
		return;
	text = escape_text(str->arena, text, ESCAPE_KEEP_NEWLINES);
	lines = layout_wrap(str->arena, text, LAYOUT_UNLIMITED);
	vec_for_each (line, &lines)
		str_printf(str, "# %s%s\n", line == lines.at ? head : "    ", *line);
}

static bool is_below(const char *path, const names *resets)
{
	vec_for_each (reset, resets) {
		size_t length = strlen(*reset);

		if (text_equal(path, *reset))
			return true;
		if (text_ends(*reset, "/") && text_starts(path, *reset) &&
		    !strchr(path + length, '/'))
			return true;
	}
	return false;
}

static bool is_due(const struct setting *setting)
{
	return setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER;
}

/* A script is text that people look at: no control character, mark or byte that an escape would
 * have to stand for. What lines of files are made of may be in it. */
static bool is_plain(const char *text)
{
	return escape_is_clean(text, ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS);
}

static bool is_scriptable(const struct setting *setting)
{
	const struct wish *wish = setting->wish;

	vec_for_each (reset, &wish->resets) {
		if (!is_plain(*reset))
			return false;
	}
	return is_plain(wish->path) && is_plain(setting->want);
}

static bool is_written(const struct setting *setting)
{
	return is_due(setting) && setting->wish->path && setting->want && is_scriptable(setting);
}

/* In another directory than the one that the audit was asked about, whose owner is not known. */
static bool is_of_another_dir(const struct report *report, const struct setting *setting)
{
	const struct live_data_dir *dir = &report->facts->live.data_dir;

	return setting->wish->kind == KIND_SPACE &&
	       !text_equal(space_path(report->plan->arena, dir), setting->wish->path);
}

/* The file itself and those that get their own value further down must not be put back. */
static void add_keep(struct str *str, const struct setting *setting, const struct setting *end)
{
	str_add(str, "keep");
	vec_for_each (reset, &setting->wish->resets)
		add_quoted(str, *reset);
	str_add(str, " but");
	for (const struct setting *later = setting; later < end; later++) {
		if (is_written(later) && is_below(later->wish->path, &setting->wish->resets))
			add_quoted(str, later->wish->path);
	}
	str_add(str, "\n");
}

/* ETHTOOL_DIR NIC/channels/combined as `ethtool -L NIC combined N`. */
static void add_driver(struct str *str, const struct setting *setting)
{
	static const struct {
		const char *file, *set, *show, *name, *label;
	} calls[] = {
	    {.file = "channels/combined",
	     .set = "-L",
	     .show = "-l",
	     .name = "combined",
	     .label = "Combined"},
	    {.file = "channels/rx", .set = "-L", .show = "-l", .name = "rx", .label = "RX"},
	    {.file = "channels/tx", .set = "-L", .show = "-l", .name = "tx", .label = "TX"},
	    {.file = "rings/rx", .set = "-G", .show = "-g", .name = "rx", .label = "RX"},
	    {.file = "rings/tx", .set = "-G", .show = "-g", .name = "tx", .label = "TX"},
	    {.file = "features/rx-ntuple-filter",
	     .set = "-K",
	     .show = "-k",
	     .name = "ntuple",
	     .label = "ntuple-filters"},
	};
	const char *nic = setting->wish->path + strlen(ETHTOOL_DIR);
	const char *file = strchr(nic, '/') + 1;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (!text_equal(calls[i].file, file))
			continue;
		str_printf(str, "driver %s %s", calls[i].set, calls[i].show);
		add_quoted(str, arena_strndup(str->arena, nic, (size_t)(file - 1 - nic)));
		str_printf(str, " %s '%s'", calls[i].name, calls[i].label);
		add_quoted(str, setting->want);
		str_add(str, "\n");
	}
}

static void add_file(struct str *str, const struct setting *setting)
{
	static const char put_file[] =
	    "# shellcheck disable=SC2016 # the file's own words\nput_file";
	bool is_absent = text_equal(setting->want, FILE_ABSENT);

	str_add(str, is_absent                          ? "take_file"
		     : setting->wish->kind == KIND_LINK ? "put_link"
							: put_file);
	add_quoted(str, setting->wish->path);
	if (!is_absent)
		add_quoted(str, setting->want);
	str_add(str, "\n");
	if (setting->wish->command)
		str_printf(str, "on_node %s\n", setting->wish->command);
}

/* The data directory is the caller's, whatever the root. */
static void add_space(struct str *str, const struct setting *setting,
		      const struct live_data_dir *dir)
{
	str_printf(str, "as_owner %u %u %" PRIu64, dir->uid, dir->gid, dir->inode);
	add_quoted(str, dir->path);
	if (text_equal(setting->want, FILE_ABSENT))
		str_add(str, " rm -f ./" LIVE_BALLAST "\n");
	else
		str_printf(str, " \\\n\t%s %s\n", make_space, setting->want);
}

static bool is_unit(const struct setting *setting)
{
	return setting->wish->path && text_starts(setting->wish->path, SYSTEMCTL_DIR);
}

static void add_unit(struct str *str, const struct setting *setting)
{
	str_printf(str, "on_node systemctl %s",
		   text_equal(setting->want, "active") ? "start" : "stop");
	add_quoted(str, setting->wish->path + strlen(SYSTEMCTL_DIR));
	str_add(str, "\n");
}

static bool is_driver(const struct setting *setting)
{
	return setting->wish->path && text_starts(setting->wish->path, ETHTOOL_DIR);
}

static void add_attribute(struct str *str, const char *function, const struct setting *setting)
{
	str_add(str, function);
	add_quoted(str, setting->wish->path);
	add_quoted(str, setting->want);
	str_add(str, setting->wish->kind == KIND_JIFFIES_MS ? " " JIFFY_MS "\n"
		     : setting->wish->kind == KIND_CPUMASK  ? " mask\n"
							    : "\n");
}

static void add_write(struct str *str, const struct report *report, const struct setting *setting)
{
	if (setting->wish->kind == KIND_SPACE) {
		add_space(str, setting, &report->facts->live.data_dir);
	} else if (!kind_is_of_kernel(setting->wish->kind)) {
		add_file(str, setting);
	} else if (is_unit(setting)) {
		add_unit(str, setting);
	} else if (is_driver(setting)) {
		add_driver(str, setting);
	} else {
		add_attribute(str, "put", setting);
	}
}

/* It becomes 0 by the write that it comes after; its own would make the other 0. */
static bool comes_with_rival(const struct setting *setting)
{
	return text_equal(setting->want, "0") && setting->wish->after.count &&
	       counterparts_rival(setting->wish->path);
}

static void add_setting(struct str *str, const struct report *report, const struct setting *setting,
			const struct setting *end)
{
	str_add(str, "\n");
	add_comment(str, arena_printf(str->arena, "%s: ", setting->wish->tuner),
		    setting->wish->name);
	add_comment(str, "why: ", setting->wish->why);
	add_comment(str, "source: ", setting->wish->source);
	if (comes_with_rival(setting)) {
		str_add(str, "# set by the write above\n");
		return;
	}
	if (!is_written(setting) || is_of_another_dir(report, setting)) {
		add_complaint(str, setting);
		return;
	}
	if (setting->wish->disruptive)
		str_add(str, "# this disturbs a running broker\n");
	if (setting->wish->resets.count)
		add_keep(str, setting, end);
	add_write(str, report, setting);
	if (setting->wish->resets.count)
		str_add(str, "put_back\n");
}

/* After all that is left over in a phase, as apply does it. */
static void add_along(struct str *str, const setting_list *along)
{
	if (along->count)
		str_add(str,
			"\n# what the kernel may have changed along with what was left over\n");
	vec_for_each (setting, along) {
		if (is_scriptable(setting))
			add_attribute(str, "back", setting);
		else
			add_complaint(str, setting);
	}
}

/* Apply puts back what is left over in a phase before it writes what is wanted. */
static void add_phase(struct str *str, const struct report *report, enum phase phase,
		      bool is_left_over)
{
	const struct plan *plan = report->plan;
	const struct setting *end =
	    plan->settings.count ? &plan->settings.at[plan->settings.count] : NULL;

	vec_for_each (setting, &plan->settings) {
		if (is_due(setting) && setting->wish->phase == phase &&
		    setting->wish->is_left_over == is_left_over)
			add_setting(str, report, setting, end);
	}
}

static void add_head(struct str *str, const struct report *report)
{
	const struct left_out *left_out = &report->plan->left_out;
	const char *lists = left_out->by ? left_out->by : "";

	str_add(str, "#!/bin/sh\n");
	add_comment(str,
		    arena_printf(str->arena,
				 "thintune " THINTUNE_VERSION
				 ": the writes of `thintune apply%s%s`, profile ",
				 *lists ? " " : "", lists),
		    report->profile ? report->profile->name : "none");
	add_comment(str, "", layout_origin(str->arena, report));
	add_comment(str, "", layout_left_out(str->arena, left_out));
	str_add(str,
		"# Made for one node as it was; nothing is journalled: unlike `thintune apply`,\n"
		"# this cannot be undone by `thintune restore`.\n"
		"# ROOT=/host in the environment is put in front of every path.\n"
		"# Exit code: 0 every value reads back as wanted, 4 not all do.\n"
		"set -u\n"
		": \"${ROOT:=}\"\n");
}

/* What apply would only try: the script would fail by it for nothing. */
static void add_trials(struct str *str, const struct plan *plan)
{
	unsigned count = plan_trials(plan);

	if (!count)
		return;
	add_comment(str, "",
		    arena_printf(str->arena,
				 "not in here: %u trial write%s, which apply makes once a boot to "
				 "prove that the kernel refuses %s",
				 count, count == 1 ? "" : "s", count == 1 ? "it" : "them"));
	vec_for_each (setting, &plan->settings) {
		if (setting->is_unproven)
			add_comment(str, "trial: ",
				    arena_printf(str->arena, "%s: %s to %s", setting->wish->name,
						 setting->want, setting->wish->path));
	}
}

/* Lists what apply would not write either. */
static void add_not_written(struct str *str, const struct plan *plan)
{
	add_trials(str, plan);
	vec_for_each (setting, &plan->settings) {
		const char *text;

		if (setting->state == STATE_SAME || is_due(setting) || setting->is_unproven)
			continue;
		text = setting->state == STATE_WAIVED
			   ? waive_words(str->arena, setting->wish->waiver)
			   : setting->note;
		add_comment(str,
			    arena_printf(str->arena, "not in here: %s (%s)%s",
					 escape_text(str->arena, setting->wish->name, ESCAPE_ALL),
					 plan_state_names[setting->state], text ? ": " : ""),
			    text_or(text, ""));
	}
}

/* The shell functions that its lines call. */
static unsigned uses_of(const struct report *report, const struct setting *setting)
{
	const struct wish *wish = setting->wish;

	if (!is_due(setting))
		return 0;
	if (!is_written(setting) || is_of_another_dir(report, setting))
		return SH_COMPLAIN;
	if (wish->kind == KIND_SPACE)
		return SH_COMPLAIN | SH_AS_OWNER;
	if (!kind_is_of_kernel(wish->kind))
		return SH_COMPLAIN | (wish->command ? SH_ON_NODE : 0) |
		       (text_equal(setting->want, FILE_ABSENT) ? SH_TAKE_FILE
			: wish->kind == KIND_LINK              ? SH_PUT_LINK
							       : SH_PUT_FILE);
	return SH_COMPLAIN | (wish->resets.count ? SH_PUT | SH_KEEP : 0) |
	       (is_unit(setting)     ? SH_ON_NODE
		: is_driver(setting) ? SH_DRIVER
				     : SH_PUT);
}

char *report_sh(struct arena *arena, const struct report *report)
{
	const struct plan *plan = report->plan;
	struct str str = str_new(arena);
	unsigned uses = 0;

	vec_for_each (setting, &plan->settings)
		uses |= uses_of(report, setting);
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++)
		uses |= plan->along[phase].count ? SH_PUT | SH_BACK : 0;
	add_head(&str, report);
	sh_functions_add(&str, uses);
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		add_phase(&str, report, phase, true);
		add_along(&str, &plan->along[phase]);
		add_phase(&str, report, phase, false);
	}
	str_add(&str, "\n");
	add_not_written(&str, plan);
	str_add(&str, "exit $rc\n");
	return str.text;
}
