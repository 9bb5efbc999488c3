/* SPDX-License-Identifier: Apache-2.0 */
/* Schema thintune.facts/1. Only the value of "run" may differ between two looks at one node. */
#include "facts/numa.h"
#include "profile/redpanda.h"
#include "report/json_value.h"
#include "report/report.h"
#include "report/rights.h"

#define FACTS_SCHEMA "thintune.facts/1"

static json_t *host(struct arena *arena, const struct facts *facts)
{
	const struct host *from = &facts->host;
	json_t *object = value_object();

	value_put(object, "kernel", value_text(arena, from->kernel_release));
	value_put(object, "arch", value_text(arena, from->arch));
	value_put(object, "os", value_text(arena, from->os));
	value_put(object, "command_line", value_text(arena, from->cmdline));
	value_put(object, "virtualization", value_text(arena, from->virtualization));
	value_put(object, "hypervisor", value_text(arena, facts->live.hypervisor));
	value_put(object, "cloud", value_text(arena, from->cloud));
	value_put(object, "vendor", value_text(arena, from->vendor));
	value_put(object, "product", value_text(arena, from->product));
	value_put(object, "container", value_text(arena, facts->live.container));
	value_put(object, "memory_bytes", value_known(from->memory_bytes));
	value_put(object, "swap_bytes", value_signed(from->swap_bytes));
	value_put(object, "page_bytes", value_known(facts->live.page_bytes));
	value_put(object, "clocksource", value_text(arena, facts->clocksource));
	value_put(object, "clocksources", value_text(arena, facts->clocksources));
	value_put(object, "cpu_flags", value_texts(arena, &from->cpu_flags));
	return object;
}

/* CPU ----------------------------------------------------------------------------------------- */

static json_t *cpuset(struct arena *arena, const struct cpuset *set)
{
	return value_text(arena, cpuset_list(arena, set));
}

static json_t *cores(struct arena *arena, const struct topology *topology)
{
	json_t *array = value_array();

	vec_for_each (core, &topology->cores) {
		json_t *object = value_object();

		value_put(object, "core", value_signed(core->os_index));
		value_put(object, "cpus", cpuset(arena, &core->pus));
		value_put(object, "package", value_signed(core->package));
		value_put(object, "numa_node", value_signed(core->numa));
		value_append(array, object);
	}
	return array;
}

static json_t *caches(const struct topology *topology)
{
	json_t *array = value_array();

	vec_for_each (cache, &topology->caches) {
		json_t *object = value_object();

		value_put(object, "level", value_number(cache->level));
		value_put(object, "size_bytes", value_known(cache->size_bytes));
		value_put(object, "count", value_number(cache->count));
		value_append(array, object);
	}
	return array;
}

static json_t *policies(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (policy, &facts->policies) {
		json_t *object = value_object();

		value_put(object, "name", value_text(arena, policy->name));
		value_put(object, "driver", value_text(arena, policy->driver));
		value_put(object, "governors", value_texts(arena, &policy->governors));
		value_put(object, "energy_performance_preference", value_bool(policy->has_epp));
		value_append(array, object);
	}
	return array;
}

static json_t *idle_states(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (state, &facts->idle_states) {
		json_t *object = value_object();

		value_put(object, "cpu", value_number(state->cpu));
		value_put(object, "index", value_number(state->index));
		value_put(object, "name", value_text(arena, state->name));
		value_put(object, "latency_us", value_signed(state->latency_us));
		value_append(array, object);
	}
	return array;
}

/* All null: no kubelet. */
static json_t *kubelet(struct arena *arena, const struct kubelet *from)
{
	json_t *object = value_object();

	value_put(object, "cpu_manager_policy", value_text(arena, from->cpu_policy));
	value_put(object, "exclusive_cpus",
		  from->cpu_policy ? cpuset(arena, &from->exclusive) : json_null());
	value_put(object, "problem", value_text(arena, from->problem));
	return object;
}

static json_t *cpu(struct arena *arena, const struct facts *facts)
{
	const struct topology *topology = &facts->topology;
	json_t *object = value_object();

	value_put(object, "model", value_text(arena, topology->cpu_model));
	value_put(object, "possible", cpuset(arena, &topology->possible));
	value_put(object, "online", cpuset(arena, &topology->online));
	value_put(object, "packages", value_known(topology->packages));
	value_put(object, "smt", value_bool(topology->smt));
	value_put(object, "caches", caches(topology));
	value_put(object, "cores", cores(arena, topology));
	value_put(object, "frequency_policies", policies(arena, facts));
	value_put(object, "idle_states", idle_states(arena, facts));
	value_put(object, "kubelet", kubelet(arena, &facts->kubelet));
	return object;
}

/* In the order of the nodes. */
static json_t *distances(const struct numa_node *node)
{
	json_t *array;

	if (!node->distances.count)
		return json_null();
	array = value_array();
	vec_for_each (distance, &node->distances)
		value_append(array, value_number(*distance));
	return array;
}

static json_t *numa_nodes(struct arena *arena, const struct topology *topology)
{
	json_t *array = value_array();

	vec_for_each (node, &topology->nodes) {
		json_t *object = value_object();

		value_put(object, "node", value_signed(node->os_index));
		value_put(object, "cpus", cpuset(arena, &node->pus));
		value_put(object, "memory_bytes", value_known(node->memory_bytes));
		value_put(object, "distances", distances(node));
		value_put(object, "nearest_node_with_cpus",
			  value_signed(topology_cpu_node(topology, node->os_index)));
		value_append(array, object);
	}
	return array;
}

/* Devices ------------------------------------------------------------------------------------- */

static json_t *data_directory(struct arena *arena, const struct facts *facts)
{
	const struct live_data_dir *dir = &facts->live.data_dir;
	bool exists = dir->exists == TRI_YES;
	json_t *object = value_object();

	value_put(object, "path", value_text(arena, dir->path));
	value_put(object, "exists", value_tri(dir->exists));
	value_put(object, "error", value_text(arena, dir->error ? err_name(dir->error) : NULL));
	value_put(object, "is_directory", exists ? value_bool(dir->is_directory) : json_null());
	value_put(
	    object, "device",
	    exists ? value_text(arena, arena_printf(arena, "%u:%u", dir->dev_major, dir->dev_minor))
		   : json_null());
	value_put(object, "filesystem", value_text(arena, dir->fs_type));
	value_put(object, "mount_point", value_text(arena, dir->mount_point));
	value_put(object, "mount_options", value_text(arena, dir->mount_options));
	value_put(object, "mount_source", value_text(arena, dir->mount_source));
	value_put(object, "uid", exists ? value_number(dir->uid) : json_null());
	value_put(object, "gid", exists ? value_number(dir->gid) : json_null());
	value_put(object, "mode",
		  exists ? value_text(arena, arena_printf(arena, "%04o", dir->mode)) : json_null());
	value_put(object, "size_bytes", value_known(dir->size_bytes));
	value_put(object, "has_data", exists ? value_bool(dir->has_data) : json_null());
	value_put(object, "problem", value_text(arena, facts->data_problem));
	return object;
}

static json_t *disks(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (disk, &facts->disks) {
		json_t *object = value_object();

		value_put(object, "name", value_text(arena, disk->name));
		value_put(object, "data", value_bool(disk->is_data));
		value_put(object, "chain", value_text(arena, disk->chain));
		value_put(object, "multipath_heads", value_texts(arena, &disk->multipath_heads));
		value_put(object, "sysfs", value_text(arena, disk->sysfs));
		value_put(object, "model", value_text(arena, disk->model));
		value_put(object, "serial", value_text(arena, disk->serial));
		value_put(object, "firmware", value_text(arena, disk->firmware));
		value_put(object, "driver", value_text(arena, disk->driver));
		value_put(object, "transport", value_text(arena, disk->transport));
		value_put(object, "pci", value_text(arena, disk->pci));
		value_put(object, "numa_node", value_signed(disk->numa));
		value_put(object, "rotational", value_tri(disk->rotational));
		value_put(object, "size_bytes", value_known(disk->size_bytes));
		value_put(object, "logical_block_bytes", value_known(disk->logical_block_bytes));
		value_put(object, "physical_block_bytes", value_known(disk->physical_block_bytes));
		value_append(array, object);
	}
	return array;
}

static json_t *nics(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (nic, &facts->nics) {
		json_t *object = value_object();

		value_put(object, "name", value_text(arena, nic->name));
		value_put(object, "driver", value_text(arena, nic->driver));
		value_put(object, "pci", value_text(arena, nic->pci));
		value_put(object, "numa_node", value_signed(nic->numa));
		value_put(object, "rx_queues", value_number(nic->rx_queues));
		value_put(object, "tx_queues", value_number(nic->tx_queues));
		value_put(object, "speed_mbps", value_signed(nic->speed_mbps));
		value_put(object, "operstate", value_text(arena, nic->operstate));
		value_put(object, "lowers", value_texts(arena, &nic->lowers));
		value_put(object, "loopback", value_bool(nic->is_loopback));
		value_put(object, "virtual", value_bool(nic->is_virtual));
		value_put(object, "tuned", value_bool(nic->is_tuned));
		value_append(array, object);
	}
	return array;
}

static const char *const irq_roles[] = {
    [IRQ_UNKNOWN] = NULL, [IRQ_CONTROL] = "control", [IRQ_QUEUE] = "queue",
    [IRQ_RX] = "rx",      [IRQ_TX] = "tx",
};

static json_t *irqs(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (irq, &facts->irqs) {
		json_t *object = value_object();

		value_put(object, "number", value_number(irq->number));
		value_put(object, "actions", value_text(arena, irq->actions));
		/* Only for interrupts whose device is not known by its PCI function. */
		if (irq->chip)
			value_put(object, "chip", value_text(arena, irq->chip));
		value_put(object, "device", value_text(arena, irq->device));
		if (irq->device) {
			value_put(object, "role", value_text(arena, irq_roles[irq->role]));
			value_put(object, "queue", value_signed(irq->queue));
		}
		value_append(array, object);
	}
	return array;
}

json_t *placement_json(struct arena *arena, const struct placement *placement)
{
	json_t *object = value_object();

	value_put(object, "mode", value_text(arena, placement_mode_names[placement->mode]));
	value_put(object, "interrupt_cpus",
		  value_text(arena, cpuset_list(arena, &placement->interrupt_cpus)));
	value_put(object, "compute_cpus",
		  value_text(arena, cpuset_list(arena, &placement->compute_cpus)));
	value_put(object, "reason", value_text(arena, placement->reason));
	return object;
}

json_t *redpanda_json(struct arena *arena, const struct redpanda_config *redpanda)
{
	json_t *object = value_object(), *flags = value_array(), *off = value_array();

	value_put(object, "path", value_text(arena, redpanda->path));
	vec_for_each (from, &redpanda->flags) {
		json_t *flag = value_object();

		value_put(flag, "flag", value_text(arena, from->name));
		value_put(flag, "value", value_text(arena, from->value));
		value_put(flag, "line", value_number(from->line));
		value_append(flags, flag);
	}
	vec_for_each (from, &redpanda->off) {
		json_t *key = value_object();

		value_put(key, "key", value_text(arena, arena_printf(arena, "rpk.%s", from->key)));
		value_put(key, "line", value_number(from->line));
		value_append(off, key);
	}
	value_put(object, "start_flags", flags);
	value_put(object, "switched_off", off);
	return object;
}

/* Rights, others, what varies ----------------------------------------------------------------- */

static json_t *rights(struct arena *arena, const struct live *live)
{
	json_t *object = value_object();
	names capabilities = rights_capabilities(arena, live->capabilities);

	value_put(object, "uid", value_signed(live->uid));
	value_put(object, "capabilities",
		  live->capabilities_known == TRI_YES ? value_texts(arena, &capabilities)
						      : json_null());
	value_put(object, "user_namespace", value_tri(live->user_namespace));
	value_put(object, "initial_network_namespace", value_tri(live->initial_netns));
	value_put(object, "io_uring", value_tri(live->io_uring));
	value_put(object, "linux_aio", value_tri(live->linux_aio));
	return object;
}

static json_t *rivals(struct arena *arena, const struct facts *facts)
{
	json_t *array = value_array();

	vec_for_each (rival, &facts->rivals) {
		json_t *object = value_object();

		value_put(object, "what", value_text(arena, rival->what));
		value_put(object, "where", value_text(arena, rival->where));
		value_put(object, "key", value_text(arena, rival->key));
		value_put(object, "value", value_text(arena, rival->value));
		value_put(object, "active", value_bool(rival->active));
		value_put(object, "enabled", value_bool(rival->enabled));
		value_append(array, object);
	}
	return array;
}

/* Varies over time. */
static json_t *free_memory(const struct topology *topology)
{
	json_t *array = value_array();

	vec_for_each (node, &topology->nodes) {
		json_t *object = value_object();

		value_put(object, "node", value_signed(node->os_index));
		value_put(object, "free_bytes", value_signed(node->free_bytes));
		value_append(array, object);
	}
	return array;
}

static json_t *limits(struct arena *arena, const struct limits *from)
{
	json_t *object = value_object();

	value_put(object, "unit", value_text(arena, from->unit));
	value_put(object, "nofile", value_text(arena, from->nofile));
	value_put(object, "memlock", value_text(arena, from->memlock));
	return object;
}

static json_t *smart(const struct nvme_smart *from)
{
	json_t *object = value_object();

	value_put(object, "critical_warning", value_number(from->critical_warning));
	value_put(object, "spare_percent", value_number(from->spare_percent));
	value_put(object, "spare_threshold_percent", value_number(from->spare_threshold_percent));
	value_put(object, "used_percent", value_number(from->used_percent));
	value_put(object, "temperature_kelvin", value_number(from->temperature_kelvin));
	value_put(object, "media_errors", value_number(from->media_errors));
	return object;
}

static json_t *run(struct arena *arena, const struct facts *facts)
{
	const struct live *live = &facts->live;
	json_t *object = value_object(), *health = value_array();

	vec_for_each (from, &facts->health) {
		json_t *drive = value_object();

		value_put(drive, "disk", value_text(arena, from->disk));
		value_put(drive, "state", value_text(arena, from->state));
		value_put(drive, "temperature_millicelsius",
			  value_signed(from->temperature_millicelsius));
		value_put(drive, "smart", from->smart_known ? smart(&from->smart) : json_null());
		value_append(health, drive);
	}
	value_put(object, "live", value_bool(facts->live_root));
	value_put(object, "data_free_bytes",
		  live->data_dir.exists == TRI_YES ? value_number(live->data_dir.free_bytes)
						   : json_null());
	value_put(object, "numa_nodes", free_memory(&facts->topology));
	value_put(object, "aio_nr", value_signed(facts->host.aio_nr));
	value_put(object, "clock_synchronised", value_tri(live->clock_synchronised));
	value_put(object, "broker_running", value_tri(live->broker_running));
	value_put(object, "broker_shards", value_number(live->broker_shards));
	value_put(object, "nvme_health", health);
	return object;
}

char *facts_json(struct arena *arena, const struct facts *facts, const struct placement *placement,
		 const struct redpanda_config *redpanda)
{
	json_t *object = value_object();

	value_put(object, "schema", value_text(arena, FACTS_SCHEMA));
	value_put(object, "tool", value_tool(arena));
	value_put(object, "host", host(arena, facts));
	value_put(object, "cpu", cpu(arena, facts));
	value_put(object, "numa_nodes", numa_nodes(arena, &facts->topology));
	value_put(object, "data_directory", data_directory(arena, facts));
	value_put(object, "disks", disks(arena, facts));
	value_put(object, "nics", nics(arena, facts));
	value_put(object, "irqs", irqs(arena, facts));
	value_put(object, "placement", placement_json(arena, placement));
	value_put(object, "redpanda", redpanda ? redpanda_json(arena, redpanda) : json_null());
	value_put(object, "rpk_state_file", value_bool(facts->has_rpk_state));
	value_put(object, "rights", rights(arena, &facts->live));
	value_put(object, "rivals", rivals(arena, facts));
	value_put(object, "limits", limits(arena, &facts->limits));
	value_put(object, "run", run(arena, facts));
	return value_dump(arena, object);
}
