/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers from facts and plan what the picture of a node shows. */
#include "report/html_node.h"

#include <stdlib.h>

#include "base/text.h"
#include "report/layout.h"

/* CPUs ---------------------------------------------------------------------------------------- */

static enum html_role role_of(const struct placement *placement, unsigned cpu)
{
	bool redpanda = cpuset_has(
	    placement->is_kubelets ? &placement->exclusive : &placement->compute_cpus, cpu);
	bool interrupts = cpuset_has(&placement->interrupt_cpus, cpu);

	if (redpanda)
		return interrupts ? HTML_ROLE_BOTH : HTML_ROLE_REDPANDA;
	return interrupts ? HTML_ROLE_INTERRUPTS : HTML_ROLE_NONE;
}

static unsigned cores_of(const struct topology *topology, const struct cpuset *cpus)
{
	unsigned count = 0;

	vec_for_each (core, &topology->cores) {
		bool is_in = false;

		cpuset_for_each (pu, &core->pus)
			is_in |= cpuset_has(cpus, (unsigned)pu);
		count += is_in;
	}
	return count;
}

static void add_boxes(struct arena *arena, const struct report *report, bool is_grouped,
		      struct html_numa *numa)
{
	struct html_cpus groups[HTML_ROLE_COUNT] = {0};

	cpuset_for_each (pu, &numa->pus) {
		struct html_cpus one = {.role = role_of(&report->plan->placement, (unsigned)pu)};

		cpuset_add(arena, is_grouped ? &groups[one.role].cpus : &one.cpus, (unsigned)pu);
		if (!is_grouped)
			vec_push(arena, &numa->boxes, one);
	}
	for (enum html_role role = HTML_ROLE_NONE; is_grouped && role < HTML_ROLE_COUNT; role++) {
		groups[role].role = role;
		groups[role].cores = cores_of(&report->facts->topology, &groups[role].cpus);
		if (cpuset_weight(&groups[role].cpus))
			vec_push(arena, &numa->boxes, groups[role]);
	}
}

static int package_of(const struct topology *topology, const struct cpuset *pus)
{
	int package = -1;

	vec_for_each (core, &topology->cores) {
		int first = cpuset_next(&core->pus, 0);

		if (first < 0 || !cpuset_has(pus, (unsigned)first))
			continue;
		if (package >= 0 && package != core->package)
			return -1;
		package = core->package;
	}
	return package;
}

static void add_numa(struct arena *arena, const struct report *report, const struct numa_node *from,
		     struct html_node *node)
{
	const struct topology *topology = &report->facts->topology;
	struct html_numa numa = {.number = from ? from->os_index : -1, .package = -1};
	names parts = {0};

	numa.pus = from ? cpuset_and(arena, &from->pus, &topology->online) : topology->online;
	numa.package = package_of(topology, &numa.pus);
	if (from)
		vec_push(arena, &parts, arena_printf(arena, "NUMA node %d", from->os_index));
	if (from && from->memory_bytes)
		vec_push(arena, &parts, text_human_size(arena, from->memory_bytes));
	numa.brief = parts.count ? text_join(arena, &parts, " \u00b7 ") : "CPUs";
	numa.name = numa.package < 0
			? numa.brief
			: arena_printf(arena, "Package %d \u00b7 %s", numa.package, numa.brief);
	add_boxes(arena, report, node->is_grouped, &numa);
	vec_push(arena, &node->numa, numa);
}

/* Devices ------------------------------------------------------------------------------------- */

static enum html_wire wire_of(enum state state)
{
	switch (state) {
	case STATE_SAME:
	case STATE_CHANGED:
	case STATE_MANAGED:
		return HTML_WIRE_RIGHT;
	case STATE_PENDING:
	case STATE_DIFFERS:
	case STATE_LEFT_OVER:
	case STATE_FAILED:
	case STATE_CONTESTED:
		return HTML_WIRE_DIFFERS;
	case STATE_UNSUPPORTED:
	case STATE_SKIPPED:
	case STATE_MANUAL:
	case STATE_WAIVED:
	case STATE_COUNT:
		break;
	}
	return HTML_WIRE_OPEN;
}

/* A setting of the interrupts of this device: "eth0 rx 0". */
static bool is_vector_of(const struct setting *setting, const char *device)
{
	size_t length = strlen(device);

	return setting->wish->kind == KIND_CPULIST &&
	       strncmp(setting->wish->name, device, length) == 0 &&
	       setting->wish->name[length] == ' ';
}

static void add_vector(struct arena *arena, const struct setting *setting,
		       struct html_device *device)
{
	struct html_vector vector = {.wire = wire_of(setting->state)};
	const char *now =
	    setting->is_managed && setting->effective ? setting->effective : setting->have;
	struct cpuset cpus = {0};

	device->wires[vector.wire]++;
	device->is_managed |= setting->state == STATE_MANAGED;
	if (vector.wire == HTML_WIRE_DIFFERS)
		device->move = arena_printf(arena, "CPU %s \u2192 %s",
					    layout_list(arena, text_or(now, "unknown")),
					    layout_list(arena, text_or(setting->want, "unknown")));
	if (!now || cpuset_parse_list(arena, now, &cpus) < 0 || cpuset_next(&cpus, 0) < 0)
		return;
	vector.cpu = (unsigned)cpuset_next(&cpus, 0);
	vec_push(arena, &device->vectors, vector);
}

static void add_device(struct arena *arena, const struct report *report, struct html_device device,
		       struct html_node *node)
{
	vec_for_each (setting, &report->plan->settings) {
		if (is_vector_of(setting, device.name))
			add_vector(arena, setting, &device);
	}
	for (enum html_wire wire = 0; wire < HTML_WIRE_COUNT; wire++)
		node->vectors += device.wires[wire];
	device.at = node->devices.count;
	vec_push(arena, &node->devices, device);
}

static const char *state_of(struct arena *arena, const struct html_device *device)
{
	unsigned right = device->wires[HTML_WIRE_RIGHT], differs = device->wires[HTML_WIRE_DIFFERS];

	if (differs == 1)
		return device->move;
	if (differs)
		return arena_printf(arena, "%u of %u interrupts differ", differs,
				    right + differs + device->wires[HTML_WIRE_OPEN]);
	if (device->is_managed)
		return arena_printf(arena, "%u placed by the kernel", right);
	return right ? arena_printf(arena, "%u interrupt%s as wanted", right, right == 1 ? "" : "s")
		     : NULL;
}

static int compare_devices(const void *a, const void *b)
{
	const struct html_device *left = a, *right = b;
	/* Those near no NUMA node are last. */
	unsigned from = (unsigned)left->numa, to = (unsigned)right->numa;
	int order;

	if (from != to)
		return from < to ? -1 : 1;
	if (left->is_data != right->is_data)
		return left->is_data ? -1 : 1;
	order = strcmp(left->detail, right->detail);
	return order ? order : left->at < right->at ? -1 : left->at > right->at;
}

/* In the order of the NUMA nodes below which they are, and those alike side by side. */
static void sort_devices(struct html_node *node)
{
	if (node->devices.count > 1)
		qsort(node->devices.at, node->devices.count, sizeof(*node->devices.at),
		      compare_devices);
}

/* Where there are many, those alike at one NUMA node share a box. */
static void merge_devices(struct arena *arena, struct html_node *node)
{
	struct html_device *to = NULL;
	size_t kept = 0;

	if (node->devices.count <= HTML_NODE_DEVICES)
		return;
	vec_for_each (device, &node->devices) {
		if (!to || to->numa != device->numa || to->is_data != device->is_data ||
		    !text_equal(to->detail, device->detail)) {
			node->devices.at[kept] = *device;
			to = &node->devices.at[kept++];
			continue;
		}
		to->last = device->name;
		to->alike++;
		to->is_managed |= device->is_managed;
		to->move = text_or(to->move, device->move);
		for (enum html_wire wire = 0; wire < HTML_WIRE_COUNT; wire++)
			to->wires[wire] += device->wires[wire];
		vec_for_each (vector, &device->vectors)
			vec_push(arena, &to->vectors, *vector);
	}
	node->devices.count = kept;
}

static void finish_devices(struct arena *arena, struct html_node *node)
{
	sort_devices(node);
	merge_devices(arena, node);
	vec_for_each (device, &node->devices) {
		device->state = state_of(arena, device);
		if (device->alike) {
			device->detail =
			    arena_printf(arena, "%s to %s", device->name, device->last);
			device->name = arena_printf(arena, "%u %s", device->alike + 1,
						    device->is_data ? "data disks" : "cards");
		} else if (device->is_data)
			device->name = arena_printf(arena, "%s: data", device->name);
	}
}

static void add_disks(struct arena *arena, const struct report *report, struct html_node *node)
{
	const struct facts *facts = report->facts;

	vec_for_each (disk, &facts->disks) {
		names parts = {0};

		if (!disk->is_data)
			continue;
		if (disk->size_bytes)
			vec_push(arena, &parts, text_human_size(arena, disk->size_bytes));
		vec_push(arena, &parts,
			 text_or(facts->live.data_dir.fs_type, "file system unknown"));
		if (disk->queues)
			vec_push(arena, &parts,
				 arena_printf(arena, "%u queue%s", disk->queues,
					      disk->queues == 1 ? "" : "s"));
		add_device(arena, report,
			   (struct html_device){
			       .name = disk->name,
			       .is_data = true,
			       .detail = text_join(arena, &parts, " \u00b7 "),
			       .numa = disk->numa,
			   },
			   node);
	}
}

static void add_cards(struct arena *arena, const struct report *report, struct html_node *node)
{
	vec_for_each (nic, &report->facts->nics) {
		names parts = {0};

		if (!nic->is_tuned || !nic_is_card(nic))
			continue;
		if (nic->speed_mbps >= 1000)
			vec_push(
			    arena, &parts,
			    arena_printf(arena, "%lld Gbit/s", (long long)nic->speed_mbps / 1000));
		vec_push(arena, &parts,
			 arena_printf(arena, "%u rx, %u tx", nic->rx_queues, nic->tx_queues));
		add_device(arena, report,
			   (struct html_device){
			       .name = nic->name,
			       .detail = text_join(arena, &parts, " \u00b7 "),
			       .numa = nic->numa,
			   },
			   node);
	}
}

/* In words ------------------------------------------------------------------------------------ */

static const char *role_words(const struct html_node *node, enum html_role role)
{
	static const char *const list[] = {"other work", "Redpanda", "interrupts",
					   "Redpanda and interrupts"};

	if (node->is_kubelets && role == HTML_ROLE_REDPANDA)
		return "containers";
	return list[role];
}

static const char *in_words(struct arena *arena, const struct html_node *node)
{
	struct str text = str_new(arena);

	vec_for_each (numa, &node->numa) {
		struct cpuset of[HTML_ROLE_COUNT] = {0};

		str_printf(&text, "%s:", numa->name);
		vec_for_each (box, &numa->boxes)
			of[box->role] = cpuset_or(arena, &of[box->role], &box->cpus);
		for (enum html_role role = HTML_ROLE_NONE; role < HTML_ROLE_COUNT; role++) {
			if (cpuset_weight(&of[role]))
				str_printf(&text, " CPUs %s%s%s;", cpuset_list(arena, &of[role]),
					   node->is_placed ? ": " : "",
					   node->is_placed ? role_words(node, role) : "");
		}
		text.text[--text.length] = '\0';
		str_add(&text, ". ");
	}
	vec_for_each (device, &node->devices) {
		str_printf(&text, "%s", device->name);
		if (device->numa >= 0)
			str_printf(&text, " at NUMA node %d", device->numa);
		str_printf(&text, ": %s%s%s. ", device->detail, device->state ? ", " : "",
			   text_or(device->state, ""));
	}
	return text.text;
}

struct html_node html_node_of(struct arena *arena, const struct report *report)
{
	const struct topology *topology = &report->facts->topology;
	struct html_node node = {.cpus = cpuset_weight(&topology->online),
				 .is_kubelets = report->plan->placement.is_kubelets,
				 .is_placed = report->plan->placement.reason};

	node.is_grouped = node.cpus > HTML_NODE_BOXES;
	vec_for_each (numa, &topology->nodes)
		add_numa(arena, report, numa, &node);
	if (!node.numa.count && node.cpus)
		add_numa(arena, report, NULL, &node);
	add_disks(arena, report, &node);
	add_cards(arena, report, &node);
	finish_devices(arena, &node);
	node.words = in_words(arena, &node);
	return node;
}
