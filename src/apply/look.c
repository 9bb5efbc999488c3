/* SPDX-License-Identifier: Apache-2.0 */
/* Reads each setting of a plan and gives it a state. */
#include <errno.h>

#include "apply/ballast.h"
#include "apply/claims.h"
#include "apply/file.h"
#include "apply/journal.h"
#include "apply/look.h"
#include "base/text.h"
#include "plan/kind.h"
#include "plan/needs.h"
#include "plan/place.h"
#include "plan/waive.h"
#include "sys/systemctl.h"

static int read_raw(struct root *root, struct arena *arena, const struct wish *wish,
		    const char **ret)
{
	if (wish->kind == KIND_SPACE)
		return ballast_read(arena, wish->path, ret);
	return kind_is_of_kernel(wish->kind) ? root_read(root, arena, wish->path, ret)
					     : file_read(root, arena, wish->kind, wish->path, ret);
}

const char *look_read(struct root *root, struct arena *arena, struct setting *setting)
{
	const char *raw;
	int r = read_raw(root, arena, setting->wish, &raw);

	setting->have = NULL;
	if (r < 0) {
		setting->code = r;
		setting->note =
		    setting->wish->kind == KIND_SPACE
			? arena_printf(arena, "cannot look at it: %s", ballast_words(arena, r))
			: arena_printf(arena, "cannot read %s: %s",
				       place_words(arena, setting->wish->path), root_words(r));
		return NULL;
	}
	setting->have = kind_canonical(arena, setting->wish->kind, raw);
	if (!setting->have) {
		setting->code = -EBADMSG;
		setting->note = arena_printf(arena, "%s reads '%s', which is not of the kind %s",
					     place_words(arena, setting->wish->path), raw,
					     kind_name(setting->wish->kind));
		return NULL;
	}
	return raw;
}

const char *look_value(struct root *root, struct arena *arena, enum kind kind, const char *path)
{
	const struct wish wish = {.kind = kind, .path = path};
	struct setting now = {.wish = &wish};

	return look_read(root, arena, &now) ? now.have : NULL;
}

/* The sentence, and which setting of the unit takes the right away. */
static const char *under_unit(struct arena *arena, const struct live *live, const char *sentence,
			      const char *unit_setting)
{
	return live->unit && live->uid == 0
		   ? arena_printf(arena, "%s (see %s of %s)", sentence, unit_setting, live->unit)
		   : sentence;
}

static const char *missing_need(struct arena *arena, const struct live *live, unsigned needs)
{
	/* Whoever is the owner needs none to act as the owner: ballast_missing_right() tells. */
	unsigned always = needs & ~(unsigned)NEED_OWNER;

	if (live->capabilities_known != TRI_YES)
		return NULL;
	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		const struct need_capability *one = &need_capabilities[i];

		if (always & one->need && !(live->capabilities >> one->number & 1))
			return under_unit(arena, live, arena_printf(arena, "needs %s", one->name),
					  "CapabilityBoundingSet=");
	}
	return NULL;
}

/* A file's original must be kept as long as the file is, which a container's own layer is not. */
static const char *missing_place(struct root *root, const struct live *live,
				 const struct wish *wish)
{
	const char *dir;

	if (!journal_outlives_boot(&(struct journal){0}, wish->path))
		return NULL;
	dir = root_exists(root, STATE_DIR) ? STATE_DIR : STATE_DIR_PARENT;
	if (live->container && !text_equal(live->container, "none") &&
	    root_is_container_layer(root, dir))
		return "needs the node's own " STATE_DIR " for the original: bind it below --root";
	if (root_may_put_file(root, JOURNAL_FILES_FILE) < 0)
		return "needs " STATE_DIR " on a writable mount, for the original";
	return NULL;
}

const char *look_missing_right(struct root *root, struct arena *arena, const struct live *live,
			       const struct wish *wish)
{
	const char *need = missing_need(arena, live, wish->needs);
	bool is_kernels = kind_is_of_kernel(wish->kind);
	int r;

	if (need)
		return need;
	if (wish->kind == KIND_SPACE)
		return ballast_missing_right(arena, live, wish->path);
	r = is_kernels ? root_may_write(root, wish->path)
		       : file_may_write(root, wish->kind, wish->path);
	if (r == 0)
		return NULL;
	if (r == -EROFS)
		return under_unit(arena, live, "needs a writable mount: this one is read-only",
				  is_kernels ? "ProtectKernelTunables=" : "ReadWritePaths=");
	if ((r == -EACCES || r == -EPERM) && live->user_namespace == TRI_YES)
		return "needs the node's own user namespace: a pod with hostUsers: false or a "
		       "rootless "
		       "container may not write node settings";
	if ((r == -EACCES || r == -EPERM) && live->uid > 0)
		return "needs uid 0";
	if (r == -EACCES || r == -EPERM)
		return "needs a file that is writable: this one is read-only even for root";
	return arena_printf(arena, "cannot be written: %s", err_words(r));
}

static names offered_by(struct root *root, struct arena *arena, const struct wish *wish,
			const char *raw)
{
	names offered = {0};
	const char *text;

	if (wish->kind != KIND_WORD_OF)
		return kind_offered(arena, wish->kind, raw);
	if (wish->offered_path && root_read(root, arena, wish->offered_path, &text) == 0)
		offered = kind_offered(arena, wish->kind, text);
	return offered;
}

bool look_is_unsupported(int code)
{
	return err_is_absent(code) || code == -EINVAL || code == -EOPNOTSUPP || code == -ENODEV ||
	       code == -ENXIO;
}

/* drivers/cpufreq/cpufreq.c, show(): nothing else there says EBUSY when it is read. */
bool look_is_offline(const char *path, int code)
{
	return code == -EBUSY && text_starts(path, "/sys/devices/system/cpu/cpufreq/policy");
}

/* No right is checked for what the kernel sets itself: on a large node those are thousands of
 * files. If only one CPU is possible, the interrupt arrives there. */
static void expect_refusal(struct root *root, struct arena *arena, struct setting *setting,
			   const char *why, const char *effective_path)
{
	const char *raw;

	setting->is_managed = true;
	setting->state = STATE_MANAGED;
	setting->note = why;
	if (!strpbrk(setting->have, ",-"))
		setting->effective = setting->have;
	else if (effective_path && root_read(root, arena, effective_path, &raw) == 0)
		setting->effective = kind_canonical(arena, setting->wish->kind, raw);
}

const char *look_managed_note(struct arena *arena, const struct setting *setting)
{
	const struct wish *wish = setting->wish;
	struct cpuset cpus, spared;
	unsigned count;

	if (!wish->managed_spanning || cpuset_parse_list(arena, setting->have, &cpus) < 0)
		return wish->managed;
	spared = cpuset_and(arena, &cpus, wish->spared);
	count = cpuset_weight(&spared);
	return count && count < cpuset_weight(&cpus) ? wish->managed_spanning : wish->managed;
}

static void tell_failed_read(struct root *root, struct arena *arena, struct setting *setting)
{
	if (setting->code == -EXDEV) {
		setting->state = STATE_SKIPPED;
		setting->note = "needs the node's own network namespace: a pod with hostNetwork, "
				"or the node itself";
	} else if (root_is_unrecorded(root, setting->wish->path)) {
		setting->state = STATE_UNSUPPORTED;
		setting->note = "not in this record";
	} else if (text_starts(setting->wish->path, SYSTEMCTL_DIR) &&
		   setting->code == -EOPNOTSUPP) {
		setting->state = STATE_MANUAL;
		setting->note = arena_printf(
		    arena,
		    "systemd cannot be asked from here: on the node, run `systemctl "
		    "%s " FSTRIM_TIMER "`",
		    text_equal(setting->wish->operands.at[0], "active") ? "start" : "stop");
	} else if (setting->code == -ENOENT || setting->code == -ENOTDIR) {
		setting->state = STATE_UNSUPPORTED;
		setting->note = "not on this node";
	} else if (look_is_offline(setting->wish->path, setting->code)) {
		setting->state = STATE_UNSUPPORTED;
		setting->note = LOOK_OFFLINE;
	} else if (look_is_unsupported(setting->code)) {
		setting->state = STATE_UNSUPPORTED;
		setting->note = arena_printf(arena, "the driver does not have it: reading says %s",
					     err_name(setting->code));
	} else {
		setting->state = STATE_FAILED;
	}
}

static bool is_ours(const struct holding *holding, const char *value)
{
	if (!holding->is_settled)
		return true;
	vec_for_each (one, &holding->ours) {
		if (kind_equal(holding->kind, *one, value))
			return true;
	}
	return false;
}

/* "At most" spares what somebody has narrowed with a reason. What an earlier apply of ours narrowed
 * is none: there the original counts, in what it makes of the bound. */
static int resolve(struct arena *arena, struct setting *setting, const names *offered,
		   bool *ret_same)
{
	const struct holding *holding = setting->holding;
	const char *have = setting->have;
	int r;

	if (setting->wish->rule != RULE_AT_MOST || !holding || holding->is_anew ||
	    holding->kind != setting->wish->kind || !is_ours(holding, have))
		return kind_resolve(arena, setting, offered, ret_same);
	setting->have = holding->had;
	r = kind_resolve(arena, setting, offered, ret_same);
	setting->have = have;
	if (r == 0)
		*ret_same = kind_equal(setting->wish->kind, have, setting->want);
	return r;
}

static void compare(struct root *root, struct arena *arena, const struct live *live,
		    struct setting *setting)
{
	const struct wish *wish = setting->wish;
	const char *raw = look_read(root, arena, setting);
	bool same = false;
	names offered;
	int r;

	if (!raw) {
		tell_failed_read(root, arena, setting);
		return;
	}
	offered = offered_by(root, arena, wish, raw);
	r = resolve(arena, setting, &offered, &same);
	if (r < 0) {
		setting->code = r;
		setting->state = r == -ENOENT ? STATE_UNSUPPORTED : STATE_FAILED;
		return;
	}
	setting->state = same ? STATE_SAME : STATE_DIFFERS;
	if (wish->managed) {
		expect_refusal(root, arena, setting, look_managed_note(arena, setting),
			       wish->effective_path);
		setting->is_unproven = !same;
		return;
	}
	if (same)
		return;
	setting->note = look_missing_right(root, arena, live, wish);
	if (!setting->note)
		setting->note = missing_place(root, live, wish);
	setting->lacks_right = setting->note;
	if (!setting->note)
		setting->note = wish->decided.note;
}

/* The original is wanted back, but not over what somebody else has set since. */
static void judge_left_over(struct arena *arena, struct setting *setting)
{
	const struct holding *holding = setting->holding;

	if (setting->state != STATE_DIFFERS)
		return;
	setting->state = STATE_LEFT_OVER;
	if (is_ours(holding, setting->have))
		return;
	setting->lacks_right = false;
	/* As a new device has it. */
	if (holding->is_anew) {
		setting->state = STATE_UNSUPPORTED;
		return;
	}
	setting->state = STATE_CONTESTED;
	setting->note =
	    !kind_is_of_kernel(holding->kind)
		? "someone else changed it after thintune wrote it, and this profile does not want "
		  "it: left alone; restore --force puts the original back"
		: arena_printf(
		      arena,
		      "it is neither the original nor what thintune wrote (%s), and this "
		      "profile does not want it: left alone; restore --force overwrites it",
		      text_join(arena, &holding->ours, ", "));
}

static void look_at_file(struct root *root, struct arena *arena, const struct live *live,
			 struct setting *setting)
{
	const struct wish *wish = setting->wish;

	compare(root, arena, live, setting);
	claims_weigh(arena, setting);
	if (wish->is_left_over)
		judge_left_over(arena, setting);
	/* What is already right is right, also where someone has switched it off. */
	if (wish->decided.state == STATE_SKIPPED && setting->state != STATE_SAME) {
		setting->is_overruled = false;
		setting->state = STATE_SKIPPED;
		setting->note = wish->decided.note;
		setting->lacks_right = false;
	}
}

void look_setting(struct root *root, struct arena *arena, const struct live *live,
		  struct setting *setting)
{
	const struct holding *holding = setting->holding;
	bool is_left_alone = setting->is_left_alone;

	*setting = plan_setting(setting->wish);
	setting->holding = holding;
	setting->is_left_alone = is_left_alone;
	if (setting->wish->path)
		look_at_file(root, arena, live, setting);
	waive_setting(arena, setting);
}

static bool comes_with_a_change(const struct plan *plan, const struct setting *setting)
{
	vec_for_each (path, &setting->wish->after) {
		vec_for_each (other, &plan->settings) {
			if (text_equal(other->wish->path, *path) &&
			    other->wish->phase == PHASE_STRUCTURAL &&
			    (other->state == STATE_DIFFERS || other->state == STATE_LEFT_OVER) &&
			    !other->lacks_right)
				return true;
		}
	}
	return false;
}

/* What a structural change creates is not there yet; facts and plan are made again after it. */
static void expect_changes(struct arena *arena, struct plan *plan)
{
	vec_for_each (setting, &plan->settings) {
		if (setting->state != STATE_UNSUPPORTED || setting->have ||
		    setting->wish->rule != RULE_EXACT || setting->wish->phase == PHASE_STRUCTURAL ||
		    !comes_with_a_change(plan, setting))
			continue;
		setting->state = setting->wish->is_left_over ? STATE_LEFT_OVER : STATE_DIFFERS;
		setting->code = 0;
		setting->want =
		    kind_canonical(arena, setting->wish->kind, setting->wish->operands.at[0]);
		setting->note = "appears when the queues are changed";
	}
}

static bool may_be_known(const struct setting *setting)
{
	return (setting->state == STATE_DIFFERS ||
		(setting->is_overruled && setting->state != STATE_WAIVED)) &&
	       setting->wish->kind == KIND_CPULIST &&
	       text_starts(setting->wish->path, "/proc/irq/");
}

/* What an apply of this boot found to be managed without a prediction. */
static void recall_refusals(struct root *root, struct arena *arena, struct plan *plan,
			    const struct journal *journal)
{
	vec_for_each (setting, &plan->settings) {
		const char *path = setting->wish->path;
		const struct journal_entry *entry;

		if (!may_be_known(setting))
			continue;
		entry = journal_find(journal, path);
		if (!entry || !entry->is_managed ||
		    !text_equal(entry->setting, setting->wish->name) ||
		    journal_is_outdated(root, arena, entry))
			continue;
		setting->lacks_right = setting->is_overruled = false;
		expect_refusal(root, arena, setting,
			       "the kernel refused it in an apply since the last boot, as it does "
			       "for interrupts that it places itself",
			       arena_printf(arena, "%.*s/effective_affinity_list",
					    (int)(strrchr(path, '/') - path), path));
	}
}

/* Plain files below --root refuse nothing, so they prove nothing. All of /proc/irq is one mount and
 * has one owner, so its first file tells whether this process may write. */
void look_trials(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		 const struct journal *journal)
{
	const char *missing = NULL;
	bool is_known = false;

	vec_for_each (setting, &plan->settings) {
		const struct wish *wish = setting->wish;
		const struct journal_entry *entry;

		if (!setting->is_unproven)
			continue;
		if (!is_known)
			missing = look_missing_right(root, arena, live, wish);
		is_known = true;
		entry = journal_find(journal, wish->path);
		setting->is_unproven = !missing && root_is_live(root) &&
				       journal_takes(wish->kind, wish->path) &&
				       (!entry || journal_is_outdated(root, arena, entry));
	}
}

/* What the journal says of interrupts. One that cannot be read is ignored here; an apply refuses
 * it. */
static void look_into_journal(struct root *root, struct arena *arena, const struct live *live,
			      struct plan *plan)
{
	struct journal journal = {0};
	bool is_needed = false;

	vec_for_each (setting, &plan->settings)
		is_needed |= setting->is_unproven || may_be_known(setting);
	if (!is_needed)
		return;
	if (journal_read(root, arena, &journal, NULL) < 0)
		journal = (struct journal){0};
	recall_refusals(root, arena, plan, &journal);
	look_trials(root, arena, live, plan, &journal);
}

/* An original that is there already, or has no place to be, is nobody's business. */
static void drop_what_is_back(struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->settings.count; i++) {
		const struct setting *setting = &plan->settings.at[i];
		bool is_shown = !setting->wish->is_left_over || setting->state == STATE_LEFT_OVER ||
				setting->state == STATE_CONTESTED ||
				setting->state == STATE_FAILED ||
				(setting->state == STATE_SKIPPED && setting->have);

		if (is_shown)
			plan->settings.at[kept++] = *setting;
		else if (setting->state == STATE_SAME)
			vec_push(plan->arena, &plan->unclaimed, setting->wish->path);
	}
	plan->settings.count = kept;
}

void look_plan(struct root *root, struct arena *arena, const struct live *live, struct plan *plan)
{
	vec_for_each (setting, &plan->settings)
		look_setting(root, arena, live, setting);
	vec_for_each (setting, &plan->left_out.settings)
		look_setting(root, arena, live, setting);
	expect_changes(arena, plan);
	look_into_journal(root, arena, live, plan);
	drop_what_is_back(plan);
}
