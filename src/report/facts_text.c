/* SPDX-License-Identifier: Apache-2.0 */
/* The facts about a node, as text for people. */
#include <limits.h>

#include "base/escape.h"
#include "facts/numa.h"
#include "report/facts_page.h"
#include "report/rights.h"

/* Only what this many files say is listed one by one. */
enum { SYSCTL_FILES_SHOWN = 5 };

static const char *yes_no(enum tri tri)
{
	return tri == TRI_UNKNOWN ? "unknown" : tri == TRI_YES ? "yes" : "no";
}

/* Host ---------------------------------------------------------------------------------------- */

static const char *machine(struct arena *arena, const struct host *host)
{
	if (!host->vendor && !host->product)
		return NULL;
	return arena_printf(arena, "%s, %s", page_or_unknown(host->vendor),
			    page_or_unknown(host->product));
}

static const char *memory_text(struct arena *arena, const struct host *host)
{
	const char *swap = "unknown", *reserved = "";

	if (!host->memory_bytes)
		return NULL;
	if (host->swap_bytes >= 0)
		swap =
		    host->swap_bytes ? text_human_size(arena, (uint64_t)host->swap_bytes) : "none";
	if (host->hugetlb_problem)
		reserved = arena_printf(arena, " (%s)", host->hugetlb_problem);
	else if (host->hugetlb_bytes)
		reserved = arena_printf(arena, " (%s reserved as huge pages)",
					text_human_size(arena, host->hugetlb_bytes));
	return arena_printf(arena, "%s%s, swap %s", text_human_size(arena, host->memory_bytes),
			    reserved, swap);
}

static void add_host(struct facts_page *page)
{
	const struct facts *facts = page->facts;
	const struct host *host = &facts->host;
	struct arena *arena = page->arena;

	page_section(page, "Host");
	page_row(page, "name", host->hostname);
	page_row(page, "id", host->node_id);
	page_row(page, "kernel",
		 arena_printf(arena, "%s (%s)", page_or_unknown(host->kernel_release),
			      page_or_unknown(host->arch)));
	page_row(page, "system", host->os);
	page_row(page, "machine", machine(arena, host));
	page_row(page, "virtualization", host->virtualization);
	page_row(page, "cloud", host->cloud);
	page_row(page, "container", facts->live.container);
	page_row(page, "memory", memory_text(arena, host));
	page_row(page, "clock source",
		 facts->clocksources
		     ? arena_printf(arena, "%s (offered: %s)", page_or_unknown(facts->clocksource),
				    facts->clocksources)
		     : facts->clocksource);
	page_row(page, "clock synced", yes_no(facts->live.clock_synchronised));
	page_row(page, "boot options", host->cmdline);
}

/* CPU ----------------------------------------------------------------------------------------- */

static const char *count_text(struct arena *arena, size_t count, const char *one, const char *many)
{
	return arena_printf(arena, "%zu %s", count, count == 1 ? one : many);
}

static const char *cpus_text(struct arena *arena, const struct topology *topology)
{
	unsigned online = cpuset_weight(&topology->online);
	unsigned possible = cpuset_weight(&topology->possible);
	struct str str = str_new(arena);

	if (!online)
		return topology->problem;
	str_printf(&str, "%u online (%s)", online, cpuset_list(arena, &topology->online));
	if (possible != online)
		str_printf(&str, " of %u possible", possible);
	if (topology->problem) {
		str_printf(&str, "; %s", topology->problem);
		return str.text;
	}
	str_printf(&str, "; %s, %s", count_text(arena, topology->cores.count, "core", "cores"),
		   topology->packages ? count_text(arena, topology->packages, "package", "packages")
				      : "packages unknown");
	str_add(&str, topology->smt ? "; SMT in use" : "; no SMT");
	return str.text;
}

static const char *caches_text(struct arena *arena, const struct topology *topology)
{
	names list = {0};

	vec_for_each (cache, &topology->caches)
		vec_push(arena, &list,
			 arena_printf(arena, "L%u %u x %s", cache->level, cache->count,
				      text_human_size(arena, cache->size_bytes)));
	return list.count ? text_join(arena, &list, ", ") : NULL;
}

static const char *frequency_text(struct arena *arena, const struct facts *facts)
{
	const struct cpufreq_policy *first = facts->policies.at;

	if (!facts->policies.count)
		return "not set by this kernel (no cpufreq)";
	return arena_printf(arena, "%s by %s; governors offered: %s%s",
			    count_text(arena, facts->policies.count, "policy", "policies"),
			    page_or_unknown(first->driver),
			    first->governors.count ? text_join(arena, &first->governors, " ")
						   : "unknown",
			    first->has_epp ? "; with energy preference" : "");
}

/* States of the first CPU that has any; CPUs that differ are listed in the JSON. */
static const char *idle_text(struct arena *arena, const struct facts *facts)
{
	names list = {0};

	vec_for_each (state, &facts->idle_states) {
		if (state->cpu != facts->idle_states.at[0].cpu)
			break;
		vec_push(arena, &list,
			 state->latency_us < 0
			     ? arena_printf(arena, "%s (unknown)", page_or_unknown(state->name))
			     : arena_printf(arena, "%s (%lld us)", page_or_unknown(state->name),
					    (long long)state->latency_us));
	}
	return list.count ? text_join(arena, &list, ", ") : "not managed by this kernel";
}

static const char *kubelet_text(struct arena *arena, const struct kubelet *kubelet)
{
	const char *exclusive = cpuset_list(arena, &kubelet->exclusive);

	if (kubelet->problem)
		return kubelet->problem;
	if (!kubelet->cpu_policy && !kubelet->sees_containers)
		return "none";
	return arena_printf(arena, "CPU manager policy %s; %s exclusive to containers%s%s",
			    text_or(kubelet->cpu_policy, "unknown"),
			    *exclusive ? arena_printf(arena, "CPUs %s", exclusive) : "no CPUs",
			    kubelet->remark ? "; " : "", text_or(kubelet->remark, ""));
}

static const char *broker_text(const struct kubelet *kubelet, const struct cpu_owner *owner)
{
	if (owner->is_broker == TRI_UNKNOWN)
		return "unknown whether a broker's";
	if (owner->is_broker == TRI_NO)
		return "no broker's";
	return kubelet->sees_processes ? "a broker's, by its main process"
				       : "a broker's, by its name";
}

static const char *owner_text(struct arena *arena, const struct kubelet *kubelet,
			      const struct cpu_owner *owner)
{
	return arena_printf(arena, "CPUs %s: %s of pod %s (by %s; %s)",
			    cpuset_list(arena, &owner->cpus),
			    owner->container ? arena_printf(arena, "container %s", owner->container)
					     : "the containers",
			    owner->pod, owner->by_state ? KUBELET_STATE : "its control group",
			    broker_text(kubelet, owner));
}

/* NULL: it reserves none. */
static const char *reserved_text(struct arena *arena, const struct kubelet *kubelet)
{
	if (!kubelet->reserved_from || kubelet->reserved_problem)
		return kubelet->reserved_problem;
	return arena_printf(arena, "CPUs %s (%s)", cpuset_list(arena, &kubelet->reserved),
			    kubelet->reserved_from);
}

static void add_spoken_for(struct facts_page *page)
{
	const struct facts *facts = page->facts;
	const char *reserved = reserved_text(page->arena, &facts->kubelet);

	page_row(page, "isolated", layout_isolated(page->arena, &facts->isolated));
	page_row(page, "kubelet", kubelet_text(page->arena, &facts->kubelet));
	vec_for_each (owner, &facts->kubelet.owners)
		page_row(page, "exclusive", owner_text(page->arena, &facts->kubelet, owner));
	if (facts->kubelet.dir)
		page_row(page, "kubelet's files", facts->kubelet.dir);
	if (reserved)
		page_row(page, "reserved", reserved);
	if (facts->limits.cpus_problem)
		page_row(page, "redpanda.service", facts->limits.cpus_problem);
	if (cpuset_weight(&facts->limits.cpus))
		page_row(page, "redpanda.service",
			 arena_printf(page->arena, "CPUs %s (CPUAffinity=, AllowedCPUs=)",
				      cpuset_list(page->arena, &facts->limits.cpus)));
}

static void add_cpu(struct facts_page *page)
{
	const struct topology *topology = &page->facts->topology;

	page_section(page, "CPU");
	page_row(page, "model", topology->cpu_model);
	page_row(page, "CPUs", cpus_text(page->arena, topology));
	page_row(page, "caches", caches_text(page->arena, topology));
	page_row(page, "frequency", frequency_text(page->arena, page->facts));
	page_row(page, "idle states", idle_text(page->arena, page->facts));
	add_spoken_for(page);
}

static const char *node_cpus_text(struct arena *arena, const struct topology *topology,
				  const struct numa_node *node)
{
	int nearest = topology_cpu_node(topology, node->os_index);

	if (cpuset_next(&node->pus, 0) >= 0)
		return cpuset_list(arena, &node->pus);
	return nearest < 0 ? "none" : arena_printf(arena, "none, node %d is nearest", nearest);
}

/* In the order of the nodes. */
static const char *distances_text(struct arena *arena, const struct numa_node *node)
{
	struct str text = str_new(arena);

	vec_for_each (distance, &node->distances)
		str_printf(&text, "%s%u", text.length ? " " : "", *distance);
	return text.length ? text.text : "unknown";
}

static void add_numa(struct facts_page *page)
{
	static const char *const heads[] = {"  NODE", "MEMORY", "FREE", "CPUS", "DISTANCES", NULL};
	const struct topology *topology = &page->facts->topology;
	struct arena *arena = page->arena;
	struct table table = table_new(arena, heads);

	page_section(page, "NUMA");
	vec_for_each (node, &topology->nodes) {
		const char *const cells[] = {
		    arena_printf(arena, "  %d", node->os_index),
		    node->memory_bytes ? text_human_size(arena, node->memory_bytes) : "unknown",
		    node->free_bytes < 0 ? "unknown"
					 : text_human_size(arena, (uint64_t)node->free_bytes),
		    node_cpus_text(arena, topology, node),
		    distances_text(arena, node),
		};

		table_add(&table, cells);
	}
	page_table(page, &table);
	if (!table.rows.count)
		page_row(page, "nodes", NULL);
}

/* Data directory ------------------------------------------------------------------------------ */

static const char *state_of_dir(struct arena *arena, const struct live_data_dir *dir)
{
	if (dir->exists == TRI_NO)
		return "does not exist";
	if (dir->exists == TRI_UNKNOWN)
		return dir->error ? arena_printf(arena, "unknown: %s", err_words(dir->error))
				  : "unknown";
	if (!dir->is_directory)
		return "is not a directory";
	return dir->has_data ? "exists, holds data" : "exists, is empty";
}

/* The chain of a disk that the file system is on by itself begins with the disk's own name. */
static const char *chain_of(struct arena *arena, const struct disk *disk)
{
	const char *rest = disk->chain + strlen(disk->name);

	if (text_starts(disk->chain, disk->name) && (!*rest || text_starts(rest, " (")))
		return disk->chain;
	return arena_printf(arena, "%s < %s", disk->name, disk->chain);
}

static const char *ballast_text(struct arena *arena, const struct live_ballast *ballast)
{
	if (ballast->exists != TRI_YES)
		return ballast->exists == TRI_NO ? "none" : NULL;
	if (!ballast->is_file)
		return "not a file of its own";
	return arena_printf(arena, "%s, %s of it allocated, owner %u:%u",
			    text_human_size(arena, ballast->size_bytes),
			    text_human_size(arena, ballast->allocated_bytes), ballast->uid,
			    ballast->gid);
}

static void add_data_dir(struct facts_page *page)
{
	const struct facts *facts = page->facts;
	const struct live_data_dir *dir = &facts->live.data_dir;
	struct arena *arena = page->arena;

	page_section(page, "Data directory");
	page_row(page, "path", dir->path);
	page_row(page, "state", state_of_dir(arena, dir));
	if (dir->exists == TRI_YES) {
		page_row(page, "file system",
			 arena_printf(arena, "%s from %s, mounted at %s",
				      page_or_unknown(dir->fs_type),
				      page_or_unknown(dir->mount_source),
				      page_or_unknown(dir->mount_point)));
		page_row(page, "mount options", dir->mount_options);
		page_row(page, "owner",
			 arena_printf(arena, "%u:%u, mode %04o", dir->uid, dir->gid, dir->mode));
		page_row(page, "free",
			 arena_printf(arena, "%s of %s", text_human_size(arena, dir->free_bytes),
				      text_human_size(arena, dir->size_bytes)));
		page_row(page, "ballast file", ballast_text(arena, &dir->ballast));
	}
	if (facts->data_problem || facts->data_gap)
		page_row(page, "disks",
			 facts->data_problem ? facts->data_problem : facts->data_gap);
	vec_for_each (disk, &facts->disks) {
		if (disk->chain)
			page_row(page, "on", chain_of(arena, disk));
	}
}

/* Rights and other tools ---------------------------------------------------------------------- */

/* Whichever is shorter: what there is, or what is missing of all. */
static const char *capabilities_text(struct arena *arena, const struct live *live)
{
	names held = rights_capabilities(arena, live->capabilities);
	names lacking = rights_capabilities(arena, RIGHTS_ALL & ~live->capabilities);

	if (live->capabilities_known != TRI_YES)
		return NULL;
	if (!lacking.count)
		return "all";
	if (!held.count)
		return "none";
	return lacking.count < held.count
		   ? arena_printf(arena, "all but %s", text_join(arena, &lacking, ", "))
		   : text_join(arena, &held, ", ");
}

static void add_rights(struct facts_page *page)
{
	const struct live *live = &page->facts->live;
	names missing = rights_missing(page->arena, live, page->facts->live_root);

	page_section(page, "Rights");
	page_row(page, "user",
		 live->uid < 0 ? NULL
			       : arena_printf(page->arena, "uid %lld", (long long)live->uid));
	page_row(page, "capabilities", capabilities_text(page->arena, live));
	page_row(page, "io_uring", live->io_uring == TRI_NO ? "refused" : yes_no(live->io_uring));
	page_row(page, "linux-aio",
		 live->linux_aio == TRI_NO ? "refused" : yes_no(live->linux_aio));
	vec_for_each (sentence, &missing)
		page_row(page, "missing", *sentence);
	if (!missing.count)
		page_row(page, "missing", "nothing");
}

static const char *fstrim_text(const struct fstrim *fstrim)
{
	if (fstrim->is_masked)
		return "masked";
	if (fstrim->enabled != TRI_YES)
		return fstrim->enabled == TRI_NO ? "disabled" : NULL;
	return fstrim->has_begun == TRI_NO    ? "enabled, never started"
	       : fstrim->has_begun == TRI_YES ? "enabled"
					      : "enabled; whether it was ever started is unknown";
}

static const char *rival_text(struct arena *arena, const struct rival *rival)
{
	if (rival->key)
		return arena_printf(arena, "%s = %s (%s)", rival->key,
				    page_or_unknown(rival->value), page_or_unknown(rival->where));
	return arena_printf(arena, "%s (%s)",
			    rival->active    ? "running"
			    : rival->enabled ? "started at boot"
					     : "installed",
			    page_or_unknown(rival->where));
}

static const char *limit_text(const struct unit_limit *limit)
{
	return limit->gap ? "unknown" : text_or(limit->text, "not set");
}

static void add_rivals(struct facts_page *page)
{
	unsigned lines = 0;

	page_section(page, "Conflicting tools");
	vec_for_each (rival, &page->facts->rivals) {
		if (rival->key && !page->style.verbose && ++lines > SYSCTL_FILES_SHOWN)
			continue;
		page_row(page, rival->what, rival_text(page->arena, rival));
	}
	if (lines > SYSCTL_FILES_SHOWN)
		page_row(page, "",
			 arena_printf(page->arena, "and %u more lines (--verbose lists them)",
				      lines - SYSCTL_FILES_SHOWN));
	if (!page->facts->rivals.count)
		page_row(page, "tools", "none seen");
	vec_for_each (gap, &page->facts->rival_gaps)
		page_row(page, "not read", *gap);
	page_row(page, FSTRIM_TIMER, fstrim_text(&page->facts->fstrim));
	if (page->facts->limits.unit)
		page_row(page, "redpanda.service",
			 arena_printf(page->arena, "LimitNOFILE %s, LimitMEMLOCK %s (%s)",
				      limit_text(&page->facts->limits.nofile),
				      limit_text(&page->facts->limits.memlock),
				      page->facts->limits.unit));
}

/* How Redpanda is started here, as far as its files tell. */
static void add_redpanda(struct facts_page *page, const struct redpanda_config *redpanda)
{
	if (!redpanda && !page->facts->has_rpk_state)
		return;
	page_section(page, "Redpanda");
	if (redpanda) {
		const char *flags = layout_flags(page->arena, redpanda);
		const char *off = layout_switches(page->arena, redpanda);

		page_row(page, "redpanda.yaml", redpanda->path);
		page_row(page, "start flags", flags ? flags : "none");
		page_row(page, "switched off", off ? off : "nothing");
	}
	if (page->facts->has_rpk_state)
		page_row(page, "rpk state file", RPK_STATE_FILE);
}

/* Picture ------------------------------------------------------------------------------------- */

/*
 * The picture: packages, nodes, cores and threads with what each CPU is for, and the disks and NICs
 * at the node where they are. Cores are in brackets:
 *   node 0: eth0, nvme0n1 (data)
 *     [I0 I32] [C1 C33] ... [C31 C63]
 */

/* If more cores than this have one use, only the first and the last are drawn. */
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
		if (disk->numa == numa && !disk->is_stacked)
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
	    escape_text(map->page->arena,
			arena_printf(map->page->arena, "%s%s%s", head, *list ? ": " : "", list),
			ESCAPE_ALL),
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

/* Nodes with memory only have no package; their devices are shown, too. */
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

static void add_map(struct facts_page *page, const struct placement *placement)
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

/* Page ---------------------------------------------------------------------------------------- */

char *facts_text(struct arena *arena, const struct facts *facts, const struct facts_about *about,
		 struct text_style style)
{
	struct facts_page page = {.arena = arena, .facts = facts, .style = style};

	page.text = str_new(arena);
	str_printf(&page.text, "thintune facts: %s, %s\n",
		   facts->live_root ? "this node" : "a recorded node", about->date);
	add_host(&page);
	add_cpu(&page);
	add_numa(&page);
	add_data_dir(&page);
	page_disks(&page);
	page_nics(&page);
	page_irqs(&page);
	add_map(&page, about->placement);
	add_redpanda(&page, about->redpanda);
	add_rights(&page);
	add_rivals(&page);
	return page.text.text;
}
