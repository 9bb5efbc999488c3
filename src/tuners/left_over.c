/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what the owner claims in the journal with what the tuners want now. */
#include "tuners/left_over.h"

#include <stdlib.h>

#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/hand_over.h"
#include "plan/irq_map.h"
#include "plan/needs.h"
#include "sys/ethtool.h"
#include "sys/systemctl.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define NET_DIR "/sys/class/net/"

/* What is wanted ------------------------------------------------------------------------------ */

static const char *path_of(const struct wish *wish)
{
	return wish->path ? wish->path : "";
}

static int compare_paths(const void *a, const void *b)
{
	const struct wish *const *left = a, *const *right = b;

	return strcmp(path_of(*left), path_of(*right));
}

static int compare_names(const void *a, const void *b)
{
	const struct wish *const *left = a, *const *right = b;
	int order = strcmp((*left)->tuner, (*right)->tuner);

	return order ? order : strcmp((*left)->name, (*right)->name);
}

typedef VEC(const struct wish *) wish_list;

/* Those that are wanted; or those that redpanda.yaml switches off, which nobody wants. */
static wish_list sorted(const struct plan *plan, bool is_off,
			int (*compare)(const void *a, const void *b))
{
	wish_list list = {0};

	if (!is_off)
		vec_reserve(plan->arena, &list, plan->settings.count);
	vec_for_each (setting, &plan->settings) {
		if (setting->wish->decided.is_switched_off == is_off)
			vec_push(plan->arena, &list, setting->wish);
	}
	if (list.count)
		qsort(list.at, list.count, sizeof(*list.at), compare);
	return list;
}

static bool has(const wish_list *list, const struct wish *wish,
		int (*compare)(const void *a, const void *b))
{
	return list->count && bsearch(&wish, list->at, list->count, sizeof(*list->at), compare);
}

/* What is not known ---------------------------------------------------------------------------- */

/* XPS that the profile asks for, of a card of which it is not known which queue serves which CPU:
 * then it is not planned. */
static bool is_untold_queue(const struct tuning *tuning, const char *path)
{
	const struct value *value = profile_get(tuning->profile, "net", "xps");
	const char *name = path + strlen(NET_DIR);

	if (!text_starts(path, NET_DIR) || !text_ends(path, "/xps_cpus") || !value ||
	    value->rule != RULE_AUTO)
		return false;
	vec_for_each (nic, &tuning->facts->nics) {
		size_t length = strlen(nic->name);

		if (strncmp(name, nic->name, length) == 0 && name[length] == '/')
			return nic->is_tuned && nic_is_card(nic) &&
			       !irq_map_tells_queues(tuning->plan->irq_map, nic->name);
	}
	return false;
}

/* The tuner may want it all the same: it does not know this node well enough. */
static bool is_blind(const struct tuning *tuning, const struct tuner *tuner,
		     const struct holding *holding)
{
	const struct facts *facts = tuning->facts;
	unsigned needs = tuner->needs_facts;

	if (needs & FACTS_DISKS &&
	    (facts->data_problem || facts->data_gap || facts->live.data_dir.exists != TRI_YES))
		return true;
	if (needs & FACTS_PLACEMENT && !wish_knows_cpus(tuning))
		return true;
	if (needs & FACTS_IRQBALANCE && !facts->irqbalance.runs)
		return true;
	if (text_equal(holding->path, PINNING_DROP_IN) && !facts->has_systemd)
		return true;
	if (needs & FACTS_HOST && !text_equal(facts->live.container, "none"))
		return true;
	return is_untold_queue(tuning, holding->path);
}

/* Cards that a pod's network namespace shows are not those of the node. */
static bool is_elsewhere(const struct tuning *tuning, const char *path)
{
	return tuning->request->netns == NETNS_BROKER &&
	       (text_starts(path, ETHTOOL_DIR) || text_starts(path, NET_DIR));
}

/* The PCI function of a card or disk; NULL: unknown, or there is no such device. */
static const char *function_of(const struct facts *facts, const char *name, size_t length)
{
	vec_for_each (nic, &facts->nics) {
		if (strlen(nic->name) == length && strncmp(nic->name, name, length) == 0)
			return nic->pci;
	}
	vec_for_each (disk, &facts->disks) {
		if (strlen(disk->name) == length && strncmp(disk->name, name, length) == 0)
			return disk->pci;
	}
	return NULL;
}

/* By the name of before: the same one, or another port or disk of the same function, which shares
 * its vectors. */
static bool is_of(const struct facts *facts, const char *device, const char *setting)
{
	size_t length = strcspn(setting, " ");
	const char *then = function_of(facts, setting, length);

	return (strlen(device) == length && strncmp(device, setting, length) == 0) ||
	       (then && text_equal(then, function_of(facts, device, strlen(device))));
}

/* The number of a vector may be another device's by now. */
static bool is_of_another(const struct tuning *tuning, const struct holding *holding)
{
	const char *number = holding->path + strlen("/proc/irq/");

	if (!text_starts(holding->path, "/proc/irq/") || !strspn(number, "0123456789"))
		return false;
	vec_for_each (irq, &tuning->facts->irqs) {
		if (irq->number == strtoul(number, NULL, 10))
			return !irq->device ||
			       (!holding->is_here &&
				!is_of(tuning->facts, irq->device, holding->setting));
	}
	return true;
}

/* The wish ------------------------------------------------------------------------------------- */

static bool is_structural(const char *path)
{
	return text_starts(path, ETHTOOL_DIR) &&
	       (strstr(path, "/channels/") || strstr(path, "/rings/"));
}

/* The same as where a tuner changes it. */
static void spare_running_broker(const struct tuning *tuning, struct wish *wish)
{
	bool is_drop_in = text_equal(wish->path, PINNING_DROP_IN);
	bool may_wait = wish->phase == PHASE_STRUCTURAL || is_drop_in;

	wish->disruptive =
	    may_wait || wish->kind == KIND_SPACE || text_starts(wish->path, SYSTEMCTL_DIR);
	if (!may_wait || tuning->facts->live.broker_running != TRI_YES)
		return;
	wish_decide(wish, STATE_SKIPPED,
		    is_drop_in ? "left over from an earlier profile; Redpanda runs, and would "
				 "change CPUs under its shards: stop it first"
			       : "left over from an earlier profile; Redpanda runs, and the change "
				 "would take its link down for a moment: stop it first");
}

static void want_back(const struct tuning *tuning, const struct holding *holding, bool is_off)
{
	struct arena *arena = tuning->plan->arena;
	const char *set_by;
	struct wish wish = {
	    .tuner = holding->tuner,
	    .name = holding->setting,
	    .kind = holding->kind,
	    .path = holding->path,
	    .rule = RULE_EXACT,
	    .severity = SEVERITY_ADVISED,
	    .why = is_off ? "redpanda.yaml switches it off; the value from before thintune's first "
			    "write comes back"
			  : "this profile does not want it; the value from before thintune's "
			    "first write comes back",
	    .source = "the journal",
	    .needs = needs_of(holding->path, &set_by),
	    .phase = is_structural(holding->path) ? PHASE_STRUCTURAL : PHASE_VALUES,
	    .is_left_over = true,
	};

	vec_push(arena, &wish.operands, holding->had);
	if (holding->reset_by && is_structural(holding->reset_by))
		vec_push(arena, &wish.after, holding->reset_by);
	spare_running_broker(tuning, &wish);
	plan_add(tuning->plan, wish)->holding = holding;
}

/* It has no setting that --only and --skip could leave out. */
static void give_up(const struct tuning *tuning, const struct holding *holding)
{
	if (plan_asks_for(tuning->request, holding->tuner))
		vec_push(tuning->plan->arena, &tuning->plan->unclaimed, holding->path);
}

static bool has_path(const wish_list *by_path, const char *path)
{
	const struct wish like = {.path = path};

	return path && has(by_path, &like, compare_paths);
}

static bool is_among(const wish_list *by_path, const wish_list *by_name,
		     const struct holding *holding)
{
	/* Also where the tuner cannot write it just now, or has it at another path. */
	const struct wish like = {.tuner = holding->tuner,
				  .name = holding->setting ? holding->setting : ""};

	/* The kernel keeps one of a pair: the other has no value of its own meanwhile. */
	return has_path(by_path, holding->path) ||
	       has_path(by_path, counterparts_rival(holding->path)) ||
	       has(by_name, &like, compare_names);
}

/* Vectors of a card whose link is down: many drivers give them back meanwhile, and the tuner plans
 * them again once it is up. */
static bool has_no_link(const struct tuning *tuning, const struct holding *holding)
{
	const char *name = holding->setting;
	size_t device = name ? strcspn(name, " ") : 0;

	if (!device || !text_equal(holding->tuner, "net-irq"))
		return false;
	vec_for_each (nic, &tuning->facts->nics) {
		if (strlen(nic->name) == device && strncmp(nic->name, name, device) == 0)
			return text_equal(nic->operstate, "down");
	}
	return false;
}

/* One path has one setting. What is switched off stays on the report, with its reason. */
static void give_path_away(const struct tuning *tuning, struct setting *setting,
			   const wish_list *back)
{
	struct wish *wish;

	if (!setting->wish->decided.is_switched_off || !has_path(back, setting->wish->path))
		return;
	wish = arena_alloc(tuning->plan->arena, sizeof(*wish));
	*wish = *setting->wish;
	wish->path = NULL;
	wish->kind = KIND_MANUAL;
	*setting = plan_setting(wish);
}

void left_over_add(const struct tuning *tuning)
{
	const holding_list *holdings = &tuning->request->holdings;
	struct plan *plan = tuning->plan;
	wish_list by_path = sorted(plan, false, compare_paths),
		  by_name = sorted(plan, false, compare_names),
		  off_by_path = sorted(plan, true, compare_paths),
		  off_by_name = sorted(plan, true, compare_names), back;
	setting_list wanted = plan->settings;

	plan->settings = (setting_list){0};
	for (size_t i = holdings->count; i-- > 0;) {
		const struct holding *holding = &holdings->at[i];
		const struct tuner *tuner = tuner_find(holding->tuner);

		if (!holding->is_claimed || is_among(&by_path, &by_name, holding) || !tuner ||
		    is_blind(tuning, tuner, holding) || is_elsewhere(tuning, holding->path) ||
		    has_no_link(tuning, holding))
			continue;
		if (holding->others.count || !holding->setting)
			give_up(tuning, holding);
		else if (!is_of_another(tuning, holding))
			want_back(tuning, holding, is_among(&off_by_path, &off_by_name, holding));
	}
	if (!plan->settings.count) {
		plan->settings = wanted;
		return;
	}
	back = sorted(plan, false, compare_paths);
	vec_for_each (setting, &wanted) {
		give_path_away(tuning, setting, &back);
		vec_push(plan->arena, &plan->settings, *setting);
	}
}
