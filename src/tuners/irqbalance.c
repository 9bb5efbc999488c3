/* SPDX-License-Identifier: Apache-2.0 */
/*
 * irqbalance would move our interrupts back within ten seconds. Its configuration gets one marked
 * block that keeps exactly these from it, replaced as a whole: what it was told otherwise stays.
 */
#include <stdlib.h>

#include "base/text.h"
#include "facts/irqbalance.h"
#include "plan/irq_map.h"
#include "tuners/net.h"
#include "tuners/tuners.h"

#define COMMAND "systemctl try-restart irqbalance.service"

static int compare_numbers(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* What the kernel places itself irqbalance cannot move either. */
static void add_irq(const struct tuning *tuning, banned_irqs *irqs, const struct irq *irq)
{
	if (irq && !irq->is_managed)
		vec_push(tuning->plan->arena, irqs, irq->number);
}

static void add_device(const struct tuning *tuning, banned_irqs *irqs, const char *device)
{
	irq_queues queues = irq_queues_of(tuning->plan->irq_map, device);
	irq_refs control = irq_control_of(tuning->plan->irq_map, device);

	vec_for_each (queue, &queues) {
		add_irq(tuning, irqs, queue->rx);
		if (queue->tx != queue->rx)
			add_irq(tuning, irqs, queue->tx);
	}
	/* Where interrupts may go anywhere, those of control are not placed either. */
	if (!tuning->plan->placement.is_split)
		return;
	vec_for_each (irq, &control)
		add_irq(tuning, irqs, *irq);
}

/* Those that disk-irq and net-irq place, whatever --only says: ascending. */
static banned_irqs our_irqs(const struct tuning *tuning)
{
	banned_irqs irqs = {0};

	if (tuning->plan->placement.mode == PLACEMENT_LEAVE)
		return irqs;
	if (!rpk_says_off(tuning, "tune_network")) {
		vec_for_each (nic, &tuning->facts->nics)
			add_device(tuning, &irqs, nic->name);
	}
	if (!rpk_says_off(tuning, "tune_disk_irq")) {
		vec_for_each (disk, &tuning->facts->disks)
			add_device(tuning, &irqs, disk->name);
	}
	if (irqs.count > 1)
		qsort(irqs.at, irqs.count, sizeof(*irqs.at), compare_numbers);
	return irqs;
}

static bool has_ban(const banned_irqs *irqs, unsigned number)
{
	vec_for_each (irq, irqs) {
		if (*irq == number)
			return true;
	}
	return false;
}

/* " --banirq=24 --banirq=25" of those that nobody banned yet; "" none. */
static const char *missing_bans(const struct tuning *tuning, const banned_irqs *irqs)
{
	struct str text = str_new(tuning->plan->arena);
	unsigned last = 0;

	vec_for_each (irq, irqs) {
		if (!has_ban(&tuning->facts->irqbalance.banned, *irq) &&
		    (irq == irqs->at || *irq != last))
			str_printf(&text, " --banirq=%u", *irq);
		last = *irq;
	}
	return text.text;
}

static const char *wanted_content(const struct tuning *tuning, const char *bans)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	const char *plain = irqbalance->plain;
	const char *old = irqbalance->arguments ? irqbalance->arguments : "";

	if (!*bans)
		return irqbalance->content ? plain : FILE_ABSENT;
	return arena_printf(tuning->plan->arena,
			    "%s%s" IRQBALANCE_BEGIN "\n%s=\"%s\"\n" IRQBALANCE_END "\n", plain,
			    *plain && !text_ends(plain, "\n") ? "\n" : "", irqbalance->key,
			    *old ? arena_printf(tuning->plan->arena, "%s%s", old, bans) : bans + 1);
}

/* The running daemon is told over its socket, or restarted by systemd. */
static bool can_be_told(const struct facts *facts)
{
	return facts->irqbalance.has_socket ||
	       (facts->has_systemd && text_equal(facts->live.container, "none"));
}

static void plan_by_hand(const struct tuning *tuning, struct setting setting, const char *bans)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	struct arena *arena = tuning->plan->arena;

	setting.kind = KIND_MANUAL;
	setting.path = NULL;
	setting.have = irqbalance->arguments ? irqbalance->arguments : "not seen from here";
	setting.want = *bans ? bans + 1 : setting.have;
	setting.state = *bans ? STATE_MANUAL : STATE_SAME;
	if (*bans)
		setting.note = arena_printf(
		    arena, "on the node, add%s to %s in %s and run `%s`", bans,
		    irqbalance->key ? irqbalance->key : "its arguments",
		    irqbalance->config ? irqbalance->config : "its configuration", COMMAND);
	plan_add(tuning->plan, setting);
}

void tune_irqbalance(const struct tuning *tuning)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	banned_irqs irqs = our_irqs(tuning);
	const char *bans = missing_bans(tuning, &irqs);
	struct setting setting = {
	    .name = "irqbalance bans",
	    .kind = KIND_FILE,
	    .path = irqbalance->config,
	    .phase = PHASE_VALUES,
	    .command = COMMAND,
	};

	if (!irqbalance->runs ||
	    !plan_want(&setting, profile_get(tuning->profile, "irq", "irqbalance"),
		       "irqbalance would move these interrupts back within seconds"))
		return;
	setting.rule = RULE_EXACT;
	setting.operands = (names){0};
	if (!irqbalance->config || !can_be_told(tuning->facts)) {
		plan_by_hand(tuning, setting, bans);
		return;
	}
	setting.gist = arena_printf(tuning->plan->arena, "%zu bans",
				    text_words(tuning->plan->arena, bans).count);
	vec_push(tuning->plan->arena, &setting.operands, wanted_content(tuning, bans));
	plan_add(tuning->plan, setting);
}
