/* SPDX-License-Identifier: Apache-2.0 */
/* Tuner of channels and rings. A channel change takes the link down for a moment and
 * recreates interrupts and queues, so it belongs to the structural phase, and all settings of
 * queues come after it. */
#include <inttypes.h>

#include "base/text.h"
#include "plan/waive.h"
#include "sys/ethtool.h"
#include "tuners/net_queues.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

const char *net_queues_path(struct arena *arena, const struct nic *nic, const char *name)
{
	return arena_printf(arena, ETHTOOL_DIR "%s/%s", nic->name, name);
}

/* Channels that this run leaves alone stay as they are, whatever the profile says. */
static bool is_left_out(const struct tuning *tuning)
{
	return tuning->facts->live.broker_running == TRI_YES ||
	       !plan_asks_for(tuning->request, "net-queues") || wish_is_off(tuning, "tune_network");
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* 0: the profile leaves the number alone. One queue for each CPU that serves interrupts: more would
 * share CPUs, fewer would leave some idle. */
static unsigned channels_asked(const struct tuning *tuning)
{
	const struct value *value = profile_get(tuning->profile, "net", "queues");
	const struct placement *placement = &tuning->plan->placement;
	uint64_t number;

	if (!value || value->rule == RULE_LEAVE)
		return 0;
	if (value->rule == RULE_AUTO)
		return placement->is_split ? cpuset_weight(&placement->interrupt_cpus) : 0;
	return text_u64(value->operands.at[0], &number) < 0 || number > UINT32_MAX
		   ? 0
		   : (unsigned)number;
}

static bool is_ours(const struct holding *holding, const char *have)
{
	if (!holding->is_settled)
		return true;
	vec_for_each (value, &holding->ours) {
		if (text_equal(*value, have))
			return true;
	}
	return false;
}

/* The number that comes back to this path (tuners/left_over.h), since the profile has none. */
static unsigned number_back(const struct tuning *tuning, const char *path, unsigned have)
{
	uint64_t had;

	vec_for_each (holding, &tuning->request->holdings) {
		if (!text_equal(holding->path, path))
			continue;
		return holding->is_claimed && !holding->others.count && holding->setting &&
			       text_u64(holding->had, &had) == 0 && had <= UINT32_MAX &&
			       is_ours(holding, arena_printf(tuning->plan->arena, "%u", have))
			   ? (unsigned)had
			   : have;
	}
	return have;
}

/* What goes back to the number of before, since the profile no longer asks for one. */
static struct nic_channels channels_back(const struct tuning *tuning, const struct nic *nic)
{
	struct arena *arena = tuning->plan->arena;
	struct nic_channels back = nic->channels;
	const struct nic_channels *now = &nic->channels;

	/* Then left_over.c puts none back. */
	if (!wish_knows_cpus(tuning))
		return back;
	back.combined =
	    number_back(tuning, net_queues_path(arena, nic, "channels/combined"), now->combined);
	back.rx = number_back(tuning, net_queues_path(arena, nic, "channels/rx"), now->rx);
	back.tx = number_back(tuning, net_queues_path(arena, nic, "channels/tx"), now->tx);
	return back;
}

/* Channels that a NIC should have: those of the profile, up to the driver's limit; what it has now
 * if the profile asks for nothing or the driver does not report them. */
static struct nic_channels channels_wanted(const struct tuning *tuning, const struct nic *nic)
{
	struct nic_channels wanted = nic->channels;
	unsigned asked = channels_asked(tuning);

	if (!wanted.known)
		return wanted;
	if (!asked)
		return channels_back(tuning, nic);
	if (wanted.combined_max) {
		/* Queues of one direction only are extra, and stay as they are. */
		wanted.combined = smaller(asked, wanted.combined_max);
	} else {
		wanted.rx = smaller(asked, wanted.rx_max);
		wanted.tx = smaller(asked, wanted.tx_max);
	}
	return wanted;
}

/* What is waived stays as it is. */
static void spare_waived(const struct tuning *tuning, const struct nic *nic,
			 struct nic_channels *wanted)
{
	const struct nic_channels *now = &nic->channels;
	const struct {
		const char *file;
		unsigned now, *wanted;
	} numbers[] = {
	    {.file = "channels/combined", .now = now->combined, .wanted = &wanted->combined},
	    {.file = "channels/rx", .now = now->rx, .wanted = &wanted->rx},
	    {.file = "channels/tx", .now = now->tx, .wanted = &wanted->tx},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (waive_is_in_force(
			tuning->plan, "net-queues",
			arena_printf(tuning->plan->arena, "%s %s", nic->name, numbers[i].file)))
			*numbers[i].wanted = numbers[i].now;
	}
}

static bool channels_differ(const struct nic *nic, const struct nic_channels *wanted)
{
	return nic->channels.combined != wanted->combined || nic->channels.rx != wanted->rx ||
	       nic->channels.tx != wanted->tx;
}

struct net_queues net_queues_wanted(const struct tuning *tuning, const struct nic *nic)
{
	struct nic_channels wanted = channels_wanted(tuning, nic);
	struct net_queues queues = {.rx = nic->rx_queues, .tx = nic->tx_queues};

	spare_waived(tuning, nic, &wanted);
	if (!wanted.known || !nic->is_tuned || is_left_out(tuning) ||
	    !channels_differ(nic, &wanted))
		return queues;
	queues.rx = wanted.combined + wanted.rx;
	queues.tx = wanted.combined + wanted.tx;
	queues.after = net_queues_path(tuning->plan->arena, nic,
				       wanted.combined_max ? "channels/combined" : "channels/rx");
	return queues;
}

/* What a driver forgets when it recreates its queues. */
static names queue_resets(const struct tuning *tuning, const struct nic *nic)
{
	struct arena *arena = tuning->plan->arena;
	names resets = {0};

	for (unsigned queue = 0; queue < nic->rx_queues; queue++) {
		const char *dir =
		    arena_printf(arena, "/sys/class/net/%s/queues/rx-%u", nic->name, queue);

		vec_push(arena, &resets, arena_printf(arena, "%s/rps_cpus", dir));
		vec_push(arena, &resets, arena_printf(arena, "%s/rps_flow_cnt", dir));
	}
	for (unsigned queue = 0; queue < nic->tx_queues; queue++)
		vec_push(arena, &resets,
			 arena_printf(arena, "/sys/class/net/%s/queues/tx-%u/xps_cpus", nic->name,
				      queue));
	vec_for_each (irq, &tuning->facts->irqs) {
		/* Control vectors stay as they are. */
		if (text_equal(irq->device, nic->name) && irq->role != IRQ_CONTROL)
			vec_push(
			    arena, &resets,
			    arena_printf(arena, "/proc/irq/%u/smp_affinity_list", irq->number));
	}
	return resets;
}

static void plan_number(const struct tuning *tuning, const struct nic *nic, const char *file,
			struct wish wish, uint64_t number)
{
	struct arena *arena = tuning->plan->arena;

	wish.name = arena_printf(arena, "%s %s", nic->name, file);
	wish.kind = KIND_NUMBER;
	wish.path = net_queues_path(arena, nic, file);
	wish.rule = RULE_EXACT;
	wish.operands = (names){0};
	vec_push(arena, &wish.operands, arena_printf(arena, "%" PRIu64, number));
	wish.phase = PHASE_STRUCTURAL;
	wish.needs = NEED_NET_ADMIN;
	wish.disruptive = true;
	wish.rpk_key = "tune_network";
	if (tuning->facts->live.broker_running == TRI_YES)
		wish_decide(&wish, STATE_SKIPPED,
			    "Redpanda runs, and the change would take its link down for a moment: "
			    "stop it first");
	wish_of_host_netns(tuning, &wish);
	wish_add(tuning, wish);
}

static void plan_channels(const struct tuning *tuning, const struct nic *nic)
{
	const struct nic_channels wanted = channels_wanted(tuning, nic);
	struct wish wish = {0};

	if (!channels_asked(tuning) ||
	    !wish_take(&wish, profile_get(tuning->profile, "net", "queues"),
		       "each queue gets an interrupt CPU of its own; changing the number takes the "
		       "link down for a moment"))
		return;
	wish.resets = queue_resets(tuning, nic);
	if (!wanted.known || wanted.combined_max) {
		/* If the driver reports no channels, the look asks again, so that the report has
		 * the error. */
		plan_number(tuning, nic, "channels/combined", wish,
			    wanted.known ? wanted.combined : channels_asked(tuning));
		return;
	}
	if (wanted.rx_max)
		plan_number(tuning, nic, "channels/rx", wish, wanted.rx);
	if (wanted.tx_max)
		plan_number(tuning, nic, "channels/tx", wish, wanted.tx);
}

static void plan_ring(const struct tuning *tuning, const struct nic *nic, const char *key,
		      const char *file)
{
	const struct value *value = profile_get(tuning->profile, "net", key);
	struct wish wish = {0};
	uint64_t number;

	if (!wish_take(&wish, value,
		       "a longer ring loses fewer packets in a burst, and takes longer to drain") ||
	    text_u64(value->operands.at[0], &number) < 0)
		return;
	wish.resets = queue_resets(tuning, nic);
	plan_number(tuning, nic, file, wish, number);
}

void tune_net_queues(const struct tuning *tuning)
{
	vec_for_each (nic, &tuning->facts->nics) {
		if (!nic->is_tuned || !nic_is_card(nic))
			continue;
		plan_channels(tuning, nic);
		plan_ring(tuning, nic, "rx-ring", "rings/rx");
		plan_ring(tuning, nic, "tx-ring", "rings/tx");
	}
}
