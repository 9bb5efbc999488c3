/* SPDX-License-Identifier: Apache-2.0 */
/*
 * irqbalance would move our interrupts back within ten seconds. Its configuration gets one marked
 * block that bans exactly these, replaced as a whole; the rest of the configuration stays.
 */
#include "facts/irqbalance.h"
#include "base/text.h"
#include "plan/irq_map.h"
#include "sys/irqbalance.h"
#include "tuners/net_queues.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

#define COMMAND "systemctl try-restart irqbalance.service"

/* irqbalance cannot move interrupts that the kernel manages. */
static void add_irq(const struct tuning *tuning, number_list *irqs, const struct irq *irq)
{
	if (irq && !irq->is_managed)
		vec_push(tuning->plan->arena, irqs, irq->number);
}

static void add_device(const struct tuning *tuning, number_list *irqs, const char *device)
{
	irq_queues queues = irq_map_queues(tuning->plan->irq_map, device);
	irq_refs control = irq_map_control(tuning->plan->irq_map, device);

	vec_for_each (queue, &queues) {
		add_irq(tuning, irqs, queue->rx);
		if (queue->tx != queue->rx)
			add_irq(tuning, irqs, queue->tx);
	}
	/* If interrupts may go to any CPU, control vectors are not placed. */
	if (!tuning->plan->placement.is_confined)
		return;
	vec_for_each (irq, &control)
		add_irq(tuning, irqs, *irq);
}

/* All interrupts that disk-irq and net-irq place, whatever --only says. */
static number_list our_irqs(const struct tuning *tuning)
{
	number_list irqs = {0};

	if (tuning->plan->placement.mode == PLACEMENT_LEAVE)
		return irqs;
	if (!wish_is_off(tuning, "tune_network")) {
		vec_for_each (nic, &tuning->facts->nics)
			add_device(tuning, &irqs, nic->name);
	}
	if (!wish_is_off(tuning, "tune_disk_irq")) {
		vec_for_each (disk, &tuning->facts->disks)
			add_device(tuning, &irqs, disk->name);
	}
	numbers_sort(&irqs);
	return irqs;
}

/* " --banirq=24 --banirq=25" of those that the other list lacks (NULL: of all); "" none. */
static const char *bans_text(struct arena *arena, const number_list *irqs, const number_list *but)
{
	struct str text = str_new(arena);

	vec_for_each (irq, irqs) {
		if (!but || !numbers_has(but, *irq))
			str_printf(&text, " --banirq=%u", *irq);
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

/* Bytes of " 24 25", the form in which a list goes over the socket, plus one. */
static size_t list_bytes(struct arena *arena, const number_list *irqs, const number_list *but)
{
	struct str text = str_new(arena);

	vec_for_each (irq, irqs) {
		if (!but || !numbers_has(but, *irq))
			str_printf(&text, " %u", *irq);
	}
	return text.length;
}

/* The running daemon is told over its socket, as long as the list of all bans is short enough for
 * it, or restarted by systemd. */
static bool can_be_told(const struct tuning *tuning, const number_list *irqs)
{
	const struct facts *facts = tuning->facts;
	const number_list *banned = &facts->irqbalance.banned;
	size_t bytes = list_bytes(tuning->plan->arena, banned, NULL) +
		       list_bytes(tuning->plan->arena, irqs, banned);

	return (facts->has_systemd && text_equal(facts->live.container, "none")) ||
	       (facts->irqbalance.has_socket && bytes <= IRQBALANCE_LIST_BYTES + 1);
}

/* Where a person adds the bans, in a sentence that begins with the bans themselves. */
static const char *where_by_hand(const struct tuning *tuning, bool is_one_word)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	struct arena *arena = tuning->plan->arena;

	if (is_one_word)
		return arena_printf(
		    arena,
		    "to ExecStart= (`systemctl edit irqbalance.service`): ${%s} is one "
		    "word there, and with $%s thintune could add them itself",
		    irqbalance->key, irqbalance->key);
	if (irqbalance->has_unit && !irqbalance->config)
		return "to ExecStart= (`systemctl edit irqbalance.service`), which takes no "
		       "variable "
		       "of a file that thintune writes,";
	return arena_printf(arena, "to %s in %s",
			    irqbalance->key ? irqbalance->key : "its arguments",
			    irqbalance->config ? irqbalance->config : "its configuration");
}

static void plan_by_hand(const struct tuning *tuning, struct wish wish, const char *bans,
			 bool is_one_word)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	struct arena *arena = tuning->plan->arena;

	wish.kind = KIND_MANUAL;
	wish.path = NULL;
	wish.decided.have = irqbalance->arguments ? irqbalance->arguments
			    : irqbalance->banned.count
				? bans_text(arena, &irqbalance->banned, NULL) + 1
			    : irqbalance->has_unit ? "none"
						   : "not seen from here";
	wish.decided.want = *bans ? bans + 1 : wish.decided.have;
	wish.decided.state = *bans ? STATE_MANUAL : STATE_SAME;
	if (*bans)
		wish.decided.note = arena_printf(arena, "on the node, add%s %s and run `%s`", bans,
						 where_by_hand(tuning, is_one_word), COMMAND);
	wish_add(tuning, wish);
}

/* Which of these are banned already nobody knows, and a file that is not known is not written. */
static void plan_unknown(const struct tuning *tuning, struct wish wish, const number_list *irqs)
{
	struct arena *arena = tuning->plan->arena;

	wish.kind = KIND_MANUAL;
	wish.path = NULL;
	wish.decided.want = arena_printf(arena, "%zu bans", irqs->count);
	wish_decide(&wish, STATE_FAILED,
		    arena_printf(arena, "cannot read %s", tuning->facts->irqbalance.gap));
	wish_add(tuning, wish);
}

/* It keeps off the CPUs that sysfs calls isolated or nohz_full, unless its environment says which
 * ones to keep off, and knows nothing of control groups (cputree.c, setup_banned_cpus). So it may
 * move interrupts of other devices to isolated CPUs. */
static void plan_cpus(const struct tuning *tuning)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	const struct isolated *isolated = &tuning->facts->isolated;
	struct arena *arena = tuning->plan->arena;
	/* What it makes of no list is not known, so it may move them to any. */
	bool is_by_itself = !irqbalance->has_cpus && !irqbalance->cpus_problem;
	struct cpuset missing = cpuset_minus(arena, &isolated->cpus,
					     is_by_itself ? &isolated->boot : &irqbalance->cpus);
	struct cpuset wanted = cpuset_or(arena, &isolated->cpus, &irqbalance->cpus);
	struct wish wish = {
	    .name = "irqbalance CPUs",
	    .kind = KIND_MANUAL,
	    .phase = PHASE_VALUES,
	    .decided.state = STATE_MANUAL,
	};

	if (is_by_itself)
		missing = cpuset_minus(arena, &missing, &isolated->tickless);
	if (!cpuset_weight(&missing) ||
	    !wish_take(&wish, profile_get(tuning->profile, "irq", "irqbalance"),
		       "irqbalance would move interrupts of other devices to isolated CPUs"))
		return;
	wish.decided.have =
	    irqbalance->has_cpus
		? arena_printf(arena, "off CPUs %s", cpuset_list(arena, &irqbalance->cpus))
	    : is_by_itself ? "off those isolated at boot"
			   : arena_printf(arena, "not known: %s", irqbalance->cpus_problem);
	wish.decided.want = arena_printf(arena, "off CPUs %s", cpuset_list(arena, &wanted));
	wish.decided.note = arena_printf(
	    arena, "on the node, set IRQBALANCE_BANNED_CPULIST=%s in %s and run `%s`",
	    cpuset_list(arena, &wanted), text_or(irqbalance->config, "its environment"), COMMAND);
	wish_add(tuning, wish);
}

/* Its unit hands the value over as one word, of which irqbalance takes at most one ban. */
static bool is_too_long(const struct tuning *tuning, const char *bans)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	struct arena *arena = tuning->plan->arena;
	names words = text_words(
	    arena, arena_printf(arena, "%s%s", text_or(irqbalance->arguments, ""), bans));

	return irqbalance->is_one_word && *bans && words.count > 1;
}

void tune_irqbalance(const struct tuning *tuning)
{
	const struct irqbalance *irqbalance = &tuning->facts->irqbalance;
	number_list irqs = our_irqs(tuning);
	const char *bans = bans_text(tuning->plan->arena, &irqs, &tuning->facts->irqbalance.banned);
	struct wish wish = {
	    .name = "irqbalance bans",
	    .kind = KIND_FILE,
	    .path = irqbalance->config,
	    .phase = PHASE_VALUES,
	    .command = COMMAND,
	};

	if (!irqbalance->runs ||
	    !wish_take(&wish, profile_get(tuning->profile, "irq", "irqbalance"),
		       "irqbalance would move these interrupts back within seconds"))
		return;
	plan_cpus(tuning);
	wish.rule = RULE_EXACT;
	wish.operands = (names){0};
	if (irqbalance->gap) {
		plan_unknown(tuning, wish, &irqs);
		return;
	}
	if (!irqbalance->config || is_too_long(tuning, bans) || !can_be_told(tuning, &irqs)) {
		plan_by_hand(tuning, wish, bans, is_too_long(tuning, bans));
		return;
	}
	wish.gist = arena_printf(tuning->plan->arena, "%zu bans",
				 text_words(tuning->plan->arena, bans).count);
	vec_push(tuning->plan->arena, &wish.operands, wanted_content(tuning, bans));
	wish_add(tuning, wish);
}
