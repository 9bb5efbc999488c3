/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes drawn at random: what must hold of every placement and of every queue's CPU. The seed is
 * fixed, so that a failure can be seen again; THINTUNE_TEST_SEED draws others.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "plan/irq_map.h"
#include "run_suite.h"
#include "topology_maker.h"

enum { rounds = 5000, nodes_max = 8, cores_max = 24 };

/* One node and what is asked of it. */
struct round {
	struct scene *scene;
	struct draw draw;
	struct cpuset allowed; /* online, and allowed when that leaves any */
	const char *mode;
	const char *picture; /* for the message of a failure */
};

static void draw_topology(struct round *round)
{
	unsigned cores[nodes_max], nodes = 1 + draw(&round->draw, nodes_max);
	unsigned threads = 1 + draw(&round->draw, 2), stride = 1 + draw(&round->draw, 3);
	bool is_even = draw(&round->draw, 3) == 0;
	struct cpuset offline = {0};

	for (unsigned i = 0; i < nodes; i++)
		cores[i] = i && is_even ? cores[0] : 1 + draw(&round->draw, cores_max);
	for (unsigned i = draw(&round->draw, 2) ? draw(&round->draw, 40) : 0; i > 0; i--)
		cpuset_add(round->scene->arena, &offline, 1 + draw(&round->draw, 600));
	make_uneven(round->scene, cores, nodes, threads, stride, &offline);
}

static void draw_vector(struct round *round, const char *device, enum irq_role role, int queue)
{
	vec_push(round->scene->arena, &round->scene->facts.irqs,
		 (struct irq){.number = (unsigned)round->scene->facts.irqs.count + 20,
			      .actions = "x",
			      .device = device,
			      .role = role,
			      .queue = queue});
}

/* Neighbours on the same function, and two vectors that speak of one queue. */
static void draw_mixture(struct round *round, const char *name)
{
	enum irq_role role = IRQ_UNKNOWN + draw(&round->draw, IRQ_TX - IRQ_UNKNOWN + 1);
	bool is_numbered = role != IRQ_UNKNOWN && role != IRQ_CONTROL;

	draw_vector(round, name, role, is_numbered ? (int)draw(&round->draw, 12) : -1);
}

static void draw_nic(struct round *round, unsigned index)
{
	struct arena *arena = round->scene->arena;
	const char *name = arena_printf(arena, "eth%u", index);
	unsigned vectors = draw(&round->draw, 20), style = draw(&round->draw, 4);

	vec_push(arena, &round->scene->facts.nics,
		 (struct nic){.name = name,
			      .numa = (int)draw(&round->draw, nodes_max + 1) - 1,
			      .rx_queues = draw(&round->draw, 40),
			      .tx_queues = draw(&round->draw, 40),
			      .is_tuned = draw(&round->draw, 5) > 0});
	draw_vector(round, name, IRQ_CONTROL, -1);
	for (unsigned i = 0; i < vectors; i++) {
		/* Backwards: the order of numbers is not that of queues. */
		int queue = (int)(vectors - 1 - i);

		if (style == 0) {
			draw_vector(round, name, IRQ_QUEUE, queue);
		} else if (style == 1) {
			draw_vector(round, name, IRQ_TX, queue);
			draw_vector(round, name, IRQ_RX, queue);
		} else if (style == 2) {
			draw_vector(round, name, IRQ_UNKNOWN, -1);
		} else {
			draw_mixture(round, name);
		}
	}
}

static void draw_disk(struct round *round, unsigned index)
{
	struct arena *arena = round->scene->arena;
	const char *name = arena_printf(arena, "nvme%un1", index);

	vec_push(arena, &round->scene->facts.disks,
		 (struct disk){.name = name,
			       .numa = (int)draw(&round->draw, nodes_max + 1) - 1,
			       .is_data = draw(&round->draw, 3) > 0});
	for (int queue = (int)draw(&round->draw, 20); queue-- > 0;)
		draw_vector(round, name, IRQ_QUEUE, queue);
}

static const char *draw_list(struct round *round)
{
	unsigned first = draw(&round->draw, 200);

	return arena_printf(round->scene->arena, "%u-%u", first, first + draw(&round->draw, 300));
}

static void draw_wishes(struct round *round)
{
	static const char *const modes[] = {"shared", "dedicated", "auto", "explicit"};
	struct scene *scene = round->scene;
	const struct cpuset *online = &scene->facts.topology.online;
	struct cpuset listed;

	round->mode = modes[draw(&round->draw, 4)];
	round->allowed = *online;
	if (text_equal(round->mode, "auto"))
		scene_want(scene, "irq", "placement", RULE_AUTO, "");
	else
		scene_want(scene, "irq", "placement", RULE_EXACT,
			   text_equal(round->mode, "explicit") ? "shared" : round->mode);
	if (text_equal(round->mode, "explicit"))
		scene_want(scene, "irq", "interrupt-cpus", RULE_EXACT, draw_list(round));
	if (draw(&round->draw, 2))
		scene_want(scene, "irq", "cores-per-irq-core", RULE_EXACT,
			   arena_printf(scene->arena, "%u", 2 + draw(&round->draw, 31)));
	if (draw(&round->draw, 3) == 0) {
		const char *list = draw_list(round);

		ck_assert_int_eq(cpuset_parse_list(scene->arena, list, &listed), 0);
		scene_want(scene, "irq", "allowed-cpus", RULE_EXACT, list);
		listed = cpuset_and(scene->arena, online, &listed);
		if (cpuset_weight(&listed))
			round->allowed = listed;
	}
	if (draw(&round->draw, 8) == 0) {
		scene->facts.kubelet.cpu_policy = "static";
		ck_assert_int_eq(cpuset_parse_list(scene->arena, draw_list(round),
						   &scene->facts.kubelet.exclusive),
				 0);
	}
	scene->facts.live.data_dir.has_data = draw(&round->draw, 8) == 0;
}

static const char *picture_of(struct round *round, const struct placement *placement)
{
	return arena_printf(round->scene->arena, "%s of %s: %s | %s: %s", round->mode,
			    cpuset_list(round->scene->arena, &round->allowed),
			    cpuset_list(round->scene->arena, &placement->interrupt_cpus),
			    cpuset_list(round->scene->arena, &placement->compute_cpus),
			    placement->reason);
}

static bool overlap(struct arena *arena, const struct cpuset *a, const struct cpuset *b)
{
	struct cpuset both = cpuset_and(arena, a, b);

	return cpuset_weight(&both) > 0;
}

static void check_sets(struct round *round, const struct placement *placement)
{
	struct arena *arena = round->scene->arena;
	bool is_free =
	    !placement->not_split && !placement->problem && !round->scene->facts.kubelet.cpu_policy;

	ck_assert_msg(cpuset_weight(&placement->interrupt_cpus) > 0, "%s", round->picture);
	ck_assert_msg(cpuset_weight(&placement->compute_cpus) > 0, "%s", round->picture);
	ck_assert_msg(cpuset_subset(&placement->interrupt_cpus, &round->allowed), "%s",
		      round->picture);
	ck_assert_msg(cpuset_subset(&placement->compute_cpus, &round->allowed), "%s",
		      round->picture);
	ck_assert_msg(placement->is_split ==
			  !cpuset_equal(&placement->interrupt_cpus, &placement->compute_cpus),
		      "%s", round->picture);
	if (placement->is_kubelets && placement->mode != PLACEMENT_EXPLICIT &&
	    placement->is_split &&
	    overlap(arena, &placement->interrupt_cpus, &placement->compute_cpus))
		ck_assert_msg(!overlap(arena, &placement->interrupt_cpus, &placement->exclusive),
			      "%s", round->picture);
	else if (placement->is_split && placement->mode != PLACEMENT_EXPLICIT)
		ck_assert_msg(!overlap(arena, &placement->interrupt_cpus, &placement->compute_cpus),
			      "%s", round->picture);
	if (text_equal(round->mode, "dedicated") && is_free && cpuset_weight(&round->allowed) > 1)
		ck_assert_msg(placement->is_split, "%s", round->picture);
	if (text_equal(round->mode, "shared") && is_free)
		ck_assert_msg(!placement->is_split, "%s", round->picture);
	if (text_equal(round->mode, "dedicated") && is_free)
		ck_assert_msg(cpuset_weight(&placement->interrupt_cpus) +
				      cpuset_weight(&placement->compute_cpus) >=
				  cpuset_weight(&round->allowed),
			      "%s", round->picture);
}

/* Two queues share a core only where there are more of them than cores. */
static void check_cores(struct round *round, const char *name, size_t shown)
{
	const struct plan *plan = &round->scene->plan;
	irq_queues queues = irq_map_queues(plan->irq_map, name);
	size_t cores = 0, shared = 0;

	vec_for_each (core, &round->scene->facts.topology.cores) {
		size_t served = 0;

		cores += overlap(round->scene->arena, &core->pus, &plan->placement.interrupt_cpus);
		vec_for_each (queue, &queues)
			served += cpuset_has(&core->pus, queue->cpu);
		shared += served > 1;
	}
	if (queues.count <= cores && (!shown || shown == queues.count))
		ck_assert_msg(!shared, "%s: %zu queues on %zu cores, %zu of them shared; %s", name,
			      queues.count, cores, shared, round->picture);
}

static void check_device(struct round *round, const char *name, size_t shown)
{
	const struct plan *plan = &round->scene->plan;
	irq_queues queues = irq_map_queues(plan->irq_map, name);

	ck_assert_msg(queues.count >= shown, "%s has %zu queues of %zu", name, queues.count, shown);
	for (size_t i = 0; i < queues.count; i++) {
		const struct irq_queue *queue = &queues.at[i];

		ck_assert_uint_eq(queue->queue, i);
		ck_assert_msg(cpuset_has(&plan->placement.interrupt_cpus, queue->cpu),
			      "%s queue %zu on CPU %u; %s", name, i, queue->cpu, round->picture);
		if (queue->rx && queue->tx && queue->rx != queue->tx)
			ck_assert_int_eq(queue->rx->queue, queue->tx->queue);
	}
}

static bool is_control(const struct irq_map *map, const struct irq *irq)
{
	irq_refs control = irq_map_control(map, irq->device);

	vec_for_each (other, &control) {
		if (*other == irq)
			return true;
	}
	return false;
}

static bool serves_queue(const struct irq_map *map, const struct irq *irq)
{
	irq_queues queues = irq_map_queues(map, irq->device);

	vec_for_each (queue, &queues) {
		if (queue->rx == irq || queue->tx == irq)
			return true;
	}
	return false;
}

/* No vector is lost; a queue that has one of its own is not taken by one that tells nothing. */
static size_t check_vectors(struct round *round, const char *name)
{
	const struct irq_map *map = round->scene->plan.irq_map;
	irq_queues queues = irq_map_queues(map, name);
	size_t served = 0;

	vec_for_each (irq, &round->scene->facts.irqs) {
		if (!text_equal(irq->device, name))
			continue;
		ck_assert_msg(serves_queue(map, irq) != is_control(map, irq), "%s irq %u", name,
			      irq->number);
		served += serves_queue(map, irq);
		if (irq->queue < 0)
			continue;
		ck_assert(queues.at[irq->queue].rx || queues.at[irq->queue].tx);
		vec_for_each (queue, &queues) {
			ck_assert(!queue->rx || queue->rx->role != IRQ_UNKNOWN);
			ck_assert(!queue->tx || queue->tx->role != IRQ_UNKNOWN);
		}
	}
	return served;
}

/* What is planned, vector by vector: "eth0 rx 3" and "eth0 tx 3" want the same CPU. */
static void check_plan(struct round *round)
{
	const struct plan *plan = &round->scene->plan;
	size_t queues = 0, wanted = 0;

	vec_for_each (setting, &plan->settings) {
		const char *rx = strstr(setting->wish->name, " rx ");

		if (setting->wish->path)
			ck_assert_uint_eq(setting->wish->operands.count, 1);
		wanted += setting->wish->path && !strstr(setting->wish->name, "control");
		if (rx) {
			const char *tx = arena_printf(round->scene->arena, "%.*s tx %s",
						      (int)(rx - setting->wish->name),
						      setting->wish->name, rx + strlen(" rx "));

			vec_for_each (other, &plan->settings) {
				if (text_equal(other->wish->name, tx))
					ck_assert_str_eq(setting->wish->operands.at[0],
							 other->wish->operands.at[0]);
			}
		}
	}
	vec_for_each (nic, &round->scene->facts.nics)
		queues += nic->is_tuned ? check_vectors(round, nic->name) : 0;
	if (plan->placement.mode != PLACEMENT_LEAVE)
		ck_assert_uint_eq(wanted, queues);
}

static void one_round(uint64_t seed, struct scene *scene)
{
	struct round round = {.scene = scene, .draw = {.state = seed}};
	struct placement placement;
	const char *first;

	draw_topology(&round);
	for (unsigned i = draw(&round.draw, 4); i > 0; i--)
		draw_nic(&round, i);
	for (unsigned i = draw(&round.draw, 4); i > 0; i--)
		draw_disk(&round, i);
	draw_wishes(&round);
	placement = placement_decide(scene->arena, &scene->facts, &scene->profile, &scene->request);
	round.picture = picture_of(&round, &placement);
	check_sets(&round, &placement);
	scene_run(scene, tune_net_irq);
	ck_assert_str_eq(picture_of(&round, &scene->plan.placement), round.picture);
	vec_for_each (nic, &scene->facts.nics) {
		size_t shown = nic->rx_queues > nic->tx_queues ? nic->rx_queues : nic->tx_queues;

		if (!nic->is_tuned)
			continue;
		check_device(&round, nic->name, shown);
		if (nic->numa < 0)
			check_cores(&round, nic->name, shown);
	}
	vec_for_each (disk, &scene->facts.disks) {
		if (!disk->is_data)
			continue;
		check_device(&round, disk->name, 0);
		if (disk->numa < 0)
			check_cores(&round, disk->name, 0);
	}
	check_plan(&round);
	first = scene_settings(scene);
	scene_run(scene, tune_net_irq);
	ck_assert_str_eq(scene_settings(scene), first);
}

START_TEST(any_node)
{
	const char *given = getenv("THINTUNE_TEST_SEED");
	uint64_t seed = 20260101, count = is_sweep_short() ? rounds / 5 : rounds;

	if (given)
		ck_assert_int_eq(text_u64(given, &seed), 0);
	(void)printf("# seed %" PRIu64 "\n", seed);
	for (uint64_t i = 0; i < count; i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		one_round((seed + i) * UINT64_C(0x9e3779b97f4a7c15) | 1, scene);
	}
}
END_TEST

RUN_SUITE("placement_random", any_node)
