/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/capability.h>

#include "apply/apply.h"
#include "apply/file.h"
#include "apply/journal.h"
#include "base/text.h"
#include "plan/kind.h"

const char *look_at(struct root *root, struct arena *arena, struct setting *setting)
{
	const char *raw;
	int r = setting->kind == KIND_FILE ? file_read(root, arena, setting->path, &raw)
					   : root_read(root, arena, setting->path, &raw);

	setting->have = NULL;
	if (r < 0) {
		setting->code = r;
		setting->note =
		    arena_printf(arena, "cannot read %s: %s", setting->path, err_words(r));
		return NULL;
	}
	setting->have = kind_canonical(arena, setting->kind, raw);
	if (!setting->have) {
		setting->code = -EBADMSG;
		setting->note = arena_printf(arena, "%s reads '%s', which is no %s", setting->path,
					     raw, kind_name(setting->kind));
		return NULL;
	}
	return raw;
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
	static const struct {
		enum need need;
		unsigned capability;
		const char *text;
	} rights[] = {
	    {.need = NEED_SYS_ADMIN, .capability = CAP_SYS_ADMIN, .text = "needs CAP_SYS_ADMIN"},
	    {.need = NEED_NET_ADMIN, .capability = CAP_NET_ADMIN, .text = "needs CAP_NET_ADMIN"},
	};

	if (live->capabilities_known != TRI_YES)
		return NULL;
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		if (needs & rights[i].need && !(live->capabilities >> rights[i].capability & 1))
			return under_unit(arena, live, rights[i].text, "CapabilityBoundingSet=");
	}
	return NULL;
}

/* A file's original must be kept as long as the file is, which a container's own layer is not. */
static const char *missing_place(struct root *root, const struct live *live,
				 const struct setting *setting)
{
	const char *dir = root_exists(root, STATE_DIR) ? STATE_DIR : STATE_DIR_PARENT;

	if (!file_outlives_boot(setting->path))
		return NULL;
	if (live->container && !text_equal(live->container, "none") && root_is_own_layer(root, dir))
		return "needs the node's own " STATE_DIR " for the original: bind it below --root";
	if (root_may_put_file(root, JOURNAL_FILES_FILE) < 0)
		return "needs " STATE_DIR " on a writable mount, for the original";
	return NULL;
}

const char *missing_right(struct root *root, struct arena *arena, const struct live *live,
			  const struct setting *setting)
{
	const char *need = missing_need(arena, live, setting->needs);
	int r;

	if (need)
		return need;
	r = setting->kind == KIND_FILE ? root_may_put_file(root, setting->path)
				       : root_may_write(root, setting->path);
	if (r == 0)
		return NULL;
	if (r == -EROFS)
		return under_unit(arena, live, "needs a writable mount: this one is read-only",
				  setting->kind == KIND_FILE ? "ReadWritePaths="
							     : "ProtectKernelTunables=");
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

static names offered_by(struct root *root, struct arena *arena, const struct setting *setting,
			const char *raw)
{
	names offered = {0};
	const char *text;

	if (setting->kind != KIND_WORD_OF)
		return kind_offered(arena, setting->kind, raw);
	if (setting->offered_path && root_read(root, arena, setting->offered_path, &text) == 0)
		offered = kind_offered(arena, setting->kind, text);
	return offered;
}

bool is_unsupported(int code)
{
	return code == -ENOENT || code == -ENOTDIR || code == -EINVAL || code == -EOPNOTSUPP ||
	       code == -ENODEV || code == -ENXIO;
}

/* What the kernel sets by itself is not asked for a right to write it: on a large node those are
 * thousands. Where only one CPU is possible, that is where it arrives. */
static void expect_refusal(struct root *root, struct arena *arena, struct setting *setting)
{
	const char *raw;

	setting->state = STATE_MANAGED;
	setting->note = setting->managed;
	if (!strpbrk(setting->have, ",-"))
		setting->effective = setting->have;
	else if (setting->effective_path &&
		 root_read(root, arena, setting->effective_path, &raw) == 0)
		setting->effective = kind_canonical(arena, setting->kind, raw);
}

/* State of a setting that nobody has decided on yet. */
void look_setting(struct root *root, struct arena *arena, const struct live *live,
		  struct setting *setting)
{
	const char *raw = look_at(root, arena, setting);
	bool same = false;
	names offered;
	int r;

	if (!raw) {
		setting->state = STATE_FAILED;
		if (setting->code == -EXDEV) {
			setting->state = STATE_SKIPPED;
			setting->note = "needs the node's own network namespace: a pod with "
					"hostNetwork, or the node itself";
		} else if (is_unsupported(setting->code)) {
			setting->state = STATE_UNSUPPORTED;
			setting->note =
			    setting->code == -ENOENT || setting->code == -ENOTDIR
				? "not on this node"
				: arena_printf(arena,
					       "the driver does not have it: reading says %s",
					       err_name(setting->code));
		}
		return;
	}
	offered = offered_by(root, arena, setting, raw);
	r = kind_resolve(arena, setting, &offered, &same);
	if (r < 0) {
		setting->code = r;
		setting->state = r == -ENOENT ? STATE_UNSUPPORTED : STATE_FAILED;
		return;
	}
	setting->state = same ? STATE_SAME : STATE_DIFFERS;
	if (setting->managed) {
		expect_refusal(root, arena, setting);
		setting->is_unproven = !same;
		return;
	}
	if (same)
		return;
	setting->note = missing_right(root, arena, live, setting);
	if (!setting->note && setting->kind == KIND_FILE)
		setting->note = missing_place(root, live, setting);
	setting->lacks_right = setting->note;
}

static bool comes_with_a_change(const struct plan *plan, const struct setting *setting)
{
	vec_for_each (path, &setting->after) {
		vec_for_each (other, &plan->settings) {
			if (text_equal(other->path, *path) && other->phase == PHASE_STRUCTURAL &&
			    other->state == STATE_DIFFERS && !other->lacks_right)
				return true;
		}
	}
	return false;
}

/* What a structural change makes is not there yet; facts and plan are made anew behind it. */
static void expect_changes(struct arena *arena, struct plan *plan)
{
	vec_for_each (setting, &plan->settings) {
		if (setting->state != STATE_UNSUPPORTED || setting->have ||
		    setting->rule != RULE_EXACT || setting->phase == PHASE_STRUCTURAL ||
		    !comes_with_a_change(plan, setting))
			continue;
		setting->state = STATE_DIFFERS;
		setting->code = 0;
		setting->want = kind_canonical(arena, setting->kind, setting->operands.at[0]);
		setting->note = "is made by the change of the queues";
	}
}

static bool may_be_known(const struct setting *setting)
{
	return setting->state == STATE_DIFFERS && setting->kind == KIND_CPULIST &&
	       text_starts(setting->path, "/proc/irq/");
}

/* What no prediction foresaw and an apply of this boot found out. An unreadable journal says
 * nothing here; an apply refuses it. */
static void recall_refusals(struct root *root, struct arena *arena, struct plan *plan)
{
	struct journal journal;
	bool is_read = false;

	vec_for_each (setting, &plan->settings) {
		const struct record *record;

		if (!may_be_known(setting))
			continue;
		if (!is_read && journal_read(root, arena, &journal, NULL) < 0)
			return;
		is_read = true;
		record = journal_find(&journal, setting->path);
		if (!record || !record->is_managed || !text_equal(record->setting, setting->name) ||
		    journal_is_outdated(root, arena, record))
			continue;
		setting->managed = "the kernel refused it at an apply since the boot, as it "
				   "does for interrupts that it places itself";
		setting->effective_path =
		    arena_printf(arena, "%.*s/effective_affinity_list",
				 (int)(strrchr(setting->path, '/') - setting->path), setting->path);
		setting->lacks_right = false;
		expect_refusal(root, arena, setting);
	}
}

static void look_all(struct root *root, struct arena *arena, const struct live *live,
		     const setting_list *settings)
{
	vec_for_each (setting, settings) {
		const struct setting decided = *setting;

		if (!setting->path)
			continue;
		look_setting(root, arena, live, setting);
		/* What is already right is right, also where someone has switched it off. */
		if (decided.state == STATE_SKIPPED && setting->state != STATE_SAME) {
			setting->state = STATE_SKIPPED;
			setting->note = decided.note;
			setting->lacks_right = false;
		} else {
			setting->is_switched_off = false;
		}
	}
}

void look_plan(struct root *root, struct arena *arena, const struct live *live, struct plan *plan)
{
	look_all(root, arena, live, &plan->settings);
	look_all(root, arena, live, &plan->left_out.settings);
	expect_changes(arena, plan);
	recall_refusals(root, arena, plan);
}
