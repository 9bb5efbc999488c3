/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture: packages, nodes, cores and threads with what each CPU is for, and the disks and NICs
 * at the node where they are. Cores stand in brackets:
 *   node 0: eth0, nvme0n1 (data)
 *     [I0 I32] [C1 C33] ... [C31 C63]
 */
#include <limits.h>

#include "report/facts_page.h"

/* More cores of one use than this are drawn as the first, dots and the last. */
enum { CORES_SHOWN = 8 };

struct map {
	struct facts_page *page;
	const struct placement *placement;
};

static char letter(const struct placement *placement, unsigned cpu)
{
	bool interrupts = cpuset_has(&placement->interrupt_cpus, cpu);
	bool computes = cpuset_has(&placement->compute_cpus, cpu);

	if (interrupts && computes)
		return 'B';
	if (interrupts)
		return 'I';
	return computes ? 'C' : '-';
}

static const char *core_text(struct map *map, const struct core *core)
{
	struct str str = str_new(map->page->arena);

	cpuset_for_each (pu, &core->pus)
		str_printf(&str, "%s%c%d", str.length ? " " : "[",
			   letter(map->placement, (unsigned)pu), pu);
	str_add(&str, "]");
	return str.text;
}

/* What the letters of a core say, without the numbers: "II", "CC". */
static const char *use_text(struct map *map, const struct core *core)
{
	struct str str = str_new(map->page->arena);

	cpuset_for_each (pu, &core->pus)
		str_printf(&str, "%c", letter(map->placement, (unsigned)pu));
	return str.text;
}

typedef VEC(const struct core *) core_refs;

static core_refs cores_of(const struct map *map, int package, int numa)
{
	core_refs cores = {0};

	vec_for_each (core, &map->page->facts->topology.cores) {
		if (core->package == package && core->numa == numa)
			vec_push(map->page->arena, &cores, core);
	}
	return cores;
}

static void add_cores(struct map *map, const core_refs *cores)
{
	struct arena *arena = map->page->arena;
	names shown = {0};

	for (size_t first = 0, next; first < cores->count; first = next) {
		const char *use = use_text(map, cores->at[first]);

		for (next = first + 1; next < cores->count; next++) {
			if (!text_equal(use_text(map, cores->at[next]), use))
				break;
		}
		for (size_t i = first; i < next; i++) {
			bool is_hidden =
			    next - first > CORES_SHOWN && i > first + 1 && i < next - 1;

			if (!is_hidden || map->page->style.verbose)
				vec_push(arena, &shown, core_text(map, cores->at[i]));
			else if (i == first + 2)
				vec_push(arena, &shown, "...");
		}
	}
	layout_paragraph(&map->page->text, text_join(arena, &shown, " "), 6,
			 layout_columns(map->page->style));
}

static names devices_at(const struct map *map, int numa)
{
	struct arena *arena = map->page->arena;
	names devices = {0};

	vec_for_each (nic, &map->page->facts->nics) {
		if (!nic->is_virtual && nic->numa == numa)
			vec_push(arena, &devices, nic->name);
	}
	vec_for_each (disk, &map->page->facts->disks) {
		if (disk->numa == numa)
			vec_push(arena, &devices,
				 disk->is_data ? arena_printf(arena, "%s (data)", disk->name)
					       : disk->name);
	}
	return devices;
}

static void add_line(struct map *map, size_t indent, const char *head, const names *devices)
{
	const char *list = text_join(map->page->arena, devices, ", ");

	layout_paragraph(
	    &map->page->text,
	    layout_clean(map->page->arena,
			 arena_printf(map->page->arena, "%s%s%s", head, *list ? ": " : "", list),
			 KEEP_NOTHING),
	    indent, layout_columns(map->page->style));
}

/* A package may hold several nodes, and a node may span packages: each pair that has cores is drawn
 * once. */
static void add_package(struct map *map, int package)
{
	const struct topology *topology = &map->page->facts->topology;
	struct arena *arena = map->page->arena;

	str_printf(&map->page->text, package < 0 ? "  package unknown\n" : "  package %d\n",
		   package);
	for (size_t i = 0; i <= topology->nodes.count; i++) {
		int numa = i < topology->nodes.count ? topology->nodes.at[i].os_index : -1;
		core_refs cores = cores_of(map, package, numa);
		names devices = {0};

		if (numa >= 0)
			devices = devices_at(map, numa);
		if (!cores.count)
			continue;
		add_line(map, 4, numa < 0 ? "no node" : arena_printf(arena, "node %d", numa),
			 &devices);
		add_cores(map, &cores);
	}
}

/* Nodes of memory alone have no package; their devices are seen all the same. */
static void add_empty_nodes(struct map *map)
{
	vec_for_each (node, &map->page->facts->topology.nodes) {
		names devices = devices_at(map, node->os_index);

		if (cpuset_next(&node->pus, 0) < 0)
			add_line(
			    map, 2,
			    arena_printf(map->page->arena, "node %d, without CPUs", node->os_index),
			    &devices);
	}
}

void page_map(struct facts_page *page, const struct placement *placement)
{
	struct map map = {.page = page, .placement = placement};
	const struct topology *topology = &page->facts->topology;
	names elsewhere = devices_at(&map, -1);
	int last = -2;

	page_section(page, "Map (I interrupts, C Redpanda, B both)");
	page_row(page, "placement",
		 arena_printf(page->arena, "%s: %s", placement_mode_names[placement->mode],
			      placement->reason));
	/* Packages in the order of their numbers; there are few. */
	for (;;) {
		int next = INT_MAX;

		vec_for_each (core, &topology->cores) {
			if (core->package > last && core->package < next)
				next = core->package;
		}
		if (next == INT_MAX)
			break;
		add_package(&map, next);
		last = next;
	}
	add_empty_nodes(&map);
	if (elsewhere.count)
		add_line(&map, 2, "near no node", &elsewhere);
}
