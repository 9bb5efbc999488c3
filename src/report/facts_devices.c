/* SPDX-License-Identifier: Apache-2.0 */
/* Disks, network cards and interrupts in the facts text. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/escape.h"
#include "report/disk_text.h"
#include "report/facts_page.h"

static const char *node_text(struct arena *arena, int numa)
{
	return numa < 0 ? "unknown" : arena_printf(arena, "%d", numa);
}

/* A cell with a value of the node. */
static const char *cell(struct arena *arena, const char *text)
{
	return escape_text(arena, page_or_unknown(text), ESCAPE_ALL);
}

/* Disks --------------------------------------------------------------------------------------- */

static const char *block_text(struct arena *arena, const struct disk *disk)
{
	if (!disk->logical_block_bytes || !disk->physical_block_bytes)
		return "unknown";
	return arena_printf(arena, "%" PRIu64 "/%" PRIu64, disk->logical_block_bytes,
			    disk->physical_block_bytes);
}

static const char *attachment(struct arena *arena, const struct disk *disk)
{
	struct str str = str_new(arena);

	str_printf(&str, "%s", page_or_unknown(disk->driver));
	if (disk->transport)
		str_printf(&str, " %s", disk->transport);
	if (disk->pci)
		str_printf(&str, " %s", disk->pci);
	return str.text;
}

static const char *health_text(struct arena *arena, const struct nvme_health *health)
{
	const struct nvme_smart *smart = &health->smart;
	struct str str = str_new(arena);

	str_printf(&str, "controller %s", page_or_unknown(health->state));
	if (health->temperature_millicelsius >= 0)
		str_printf(&str, ", %" PRId64 " degrees Celsius",
			   health->temperature_millicelsius / 1000);
	if (health->smart_known)
		str_printf(&str, ", %u %% of its life used, %u %% spare, %s", smart->used_percent,
			   smart->spare_percent,
			   smart->critical_warning ? "with a critical warning" : "no warning");
	else if (health->is_data)
		str_printf(&str, ", health log not read (%s)", err_words(health->smart_error));
	return str.text;
}

void page_disks(struct facts_page *page)
{
	static const char *const heads[] = {"  DISK", "DATA",     "SIZE",  "BLOCK",
					    "NUMA",   "ATTACHED", "MODEL", NULL};
	struct arena *arena = page->arena;
	struct table table = table_new(arena, heads);

	page_section(page, "Disks");
	vec_for_each (disk, &page->facts->disks) {
		const char *above = disk->multipath_heads.count
					? text_join(arena, &disk->multipath_heads, ", ")
					: disk->path_of;
		const char *head = above ? arena_printf(arena, " (path of %s)", above) : "";
		const char *const cells[] = {
		    cell(arena, arena_printf(arena, "  %s%s", disk->name, head)),
		    disk->is_data ? "yes" : "no",
		    disk->size_bytes ? text_human_size(arena, disk->size_bytes) : "unknown",
		    block_text(arena, disk),
		    node_text(arena, disk->numa),
		    cell(arena, attachment(arena, disk)),
		    cell(arena, disk->firmware
				    ? arena_printf(arena, "%s, firmware %s",
						   page_or_unknown(disk->model), disk->firmware)
				    : disk->model),
		};

		table_add(&table, cells);
	}
	page_table(page, &table);
	if (!table.rows.count)
		page_row(page, "disks", "none seen");
	vec_for_each (disk, &page->facts->disks) {
		if (disk->is_data && !disk->is_stacked)
			page_row(page, disk->name, disk_text(arena, disk));
	}
	vec_for_each (health, &page->facts->health)
		page_row(page, health->disk, health_text(arena, health));
}

/* NICs ---------------------------------------------------------------------------------------- */

static const char *speed_text(struct arena *arena, int64_t mbps)
{
	if (mbps < 0)
		return "unknown";
	return mbps >= 1000 && mbps % 1000 == 0
		   ? arena_printf(arena, "%" PRId64 " Gb/s", mbps / 1000)
		   : arena_printf(arena, "%" PRId64 " Mb/s", mbps);
}

static void add_nic(struct arena *arena, struct table *table, const struct nic *nic)
{
	const char *driver = nic->is_virtual       ? "virtual"
			     : nic->is_representor ? "representor on"
			     : nic->is_subfunction ? "part of"
						   : page_or_unknown(nic->driver);
	const char *const cells[] = {
	    cell(arena, arena_printf(arena, "  %s", nic->name)),
	    cell(arena, nic->operstate),
	    speed_text(arena, nic->speed_mbps),
	    arena_printf(arena, "%u rx, %u tx", nic->rx_queues, nic->tx_queues),
	    nic->is_virtual ? "-" : node_text(arena, nic->numa),
	    cell(arena, nic->pci ? arena_printf(arena, "%s %s", driver, nic->pci) : driver),
	    nic->lowers.count ? cell(arena, text_join(arena, &nic->lowers, ", ")) : "-",
	};

	table_add(table, cells);
}

/* A Kubernetes node has a virtual interface for every pod: those with nothing below are counted. */
void page_nics(struct facts_page *page)
{
	static const char *const heads[] = {"  NIC", "STATE",    "SPEED", "QUEUES",
					    "NUMA",  "ATTACHED", "ABOVE", NULL};
	struct table table = table_new(page->arena, heads);
	unsigned hidden = 0;

	page_section(page, "Network");
	vec_for_each (nic, &page->facts->nics) {
		if (nic->is_virtual && !nic->lowers.count && !page->style.verbose)
			hidden++;
		else
			add_nic(page->arena, &table, nic);
	}
	page_table(page, &table);
	if (!table.rows.count)
		page_row(page, "devices", "none seen");
	if (hidden)
		page_row(page, "virtual",
			 arena_printf(page->arena,
				      "%u without a device below (--verbose lists them)", hidden));
	if (page->facts->live.listens_on)
		page_row(page, "listens on",
			 arena_printf(page->arena,
				      "%s (redpanda.yaml): only the cards that carry it are tuned, "
				      "unless --nic names others",
				      page->facts->live.listens_on));
}

/* Interrupts ---------------------------------------------------------------------------------- */

/* The interrupts of one PCI function serve all disks or NICs on it. */
struct group {
	const char *pci;
	names devices; /* none: the interrupts of neither disk nor NIC */
	size_t count;
	unsigned first, last; /* the run of numbers that is not in the text yet */
	struct str numbers;
};

struct member {
	const char *device;
	size_t group;
};

struct groups {
	struct arena *arena;
	VEC(struct group) list; /* the first one is for all others */
	VEC(struct member) members;
};

static void add_member(struct groups *groups, const char *device, const char *pci)
{
	size_t group = 1;

	while (group < groups->list.count && !(pci && text_equal(groups->list.at[group].pci, pci)))
		group++;
	if (group == groups->list.count)
		vec_push(groups->arena, &groups->list,
			 (struct group){.pci = pci, .numbers = str_new(groups->arena)});
	vec_push(groups->arena, &groups->list.at[group].devices, device);
	vec_push(groups->arena, &groups->members,
		 (struct member){.device = device, .group = group});
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	return strcmp(left->device, right->device);
}

static struct group *find_group(struct groups *groups, const char *device)
{
	struct member wanted = {.device = device}, *found = NULL;

	if (device && groups->members.count)
		found = bsearch(&wanted, groups->members.at, groups->members.count,
				sizeof(*groups->members.at), compare_members);
	return &groups->list.at[found ? found->group : 0];
}

static void end_run(struct group *group)
{
	const char *comma = group->numbers.length ? "," : "";

	if (group->first == group->last)
		str_printf(&group->numbers, "%s%u", comma, group->first);
	else
		str_printf(&group->numbers, "%s%u-%u", comma, group->first, group->last);
}

static void count_irq(struct group *group, unsigned number)
{
	if (!group->count || number != group->last + 1) {
		if (group->count)
			end_run(group);
		group->first = number;
	}
	group->last = number;
	group->count++;
}

static struct groups collect_groups(struct arena *arena, const struct facts *facts)
{
	struct groups groups = {.arena = arena};

	vec_push(arena, &groups.list, (struct group){.numbers = str_new(arena)});
	vec_for_each (disk, &facts->disks)
		add_member(&groups, disk->name, disk->pci);
	vec_for_each (nic, &facts->nics) {
		if (nic_is_card(nic))
			add_member(&groups, nic->name, nic->pci);
	}
	if (groups.members.count > 1)
		qsort(groups.members.at, groups.members.count, sizeof(*groups.members.at),
		      compare_members);
	vec_for_each (irq, &facts->irqs)
		count_irq(find_group(&groups, irq->device), irq->number);
	return groups;
}

static void add_group(struct arena *arena, struct table *table, struct group *group)
{
	const char *devices = text_join(arena, &group->devices, ", ");
	const char *cells[3];

	if (!group->count)
		return;
	end_run(group);
	cells[0] = cell(arena, arena_printf(arena, "  %s", *devices ? devices : "others"));
	cells[1] = arena_printf(arena, "%zu", group->count);
	cells[2] = group->numbers.text;
	table_add(table, cells);
}

void page_irqs(struct facts_page *page)
{
	static const char *const heads[] = {"  DEVICE", "COUNT", "NUMBERS", NULL};
	struct table table = table_new(page->arena, heads);
	struct groups groups = collect_groups(page->arena, page->facts);

	page_section(page, "Interrupts");
	for (size_t i = 1; i < groups.list.count; i++)
		add_group(page->arena, &table, &groups.list.at[i]);
	add_group(page->arena, &table, &groups.list.at[0]);
	page_table(page, &table);
	if (!table.rows.count)
		page_row(page, "interrupts", "none seen");
}
