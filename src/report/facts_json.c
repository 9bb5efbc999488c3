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
	json_t *object = json_value_object();

	json_value_put(object, "hostname", json_value_text(arena, from->hostname));
	json_value_put(object, "id", json_value_text(arena, from->node_id));
	json_value_put(object, "kernel", json_value_text(arena, from->kernel_release));
	json_value_put(object, "arch", json_value_text(arena, from->arch));
	json_value_put(object, "os", json_value_text(arena, from->os));
	json_value_put(object, "command_line", json_value_text(arena, from->cmdline));
	json_value_put(object, "virtualization", json_value_text(arena, from->virtualization));
	json_value_put(object, "hypervisor", json_value_text(arena, facts->live.hypervisor));
	json_value_put(object, "cloud", json_value_text(arena, from->cloud));
	json_value_put(object, "vendor", json_value_text(arena, from->vendor));
	json_value_put(object, "product", json_value_text(arena, from->product));
	json_value_put(object, "container", json_value_text(arena, facts->live.container));
	json_value_put(object, "memory_bytes", json_value_known(from->memory_bytes));
	json_value_put(object, "swap_bytes", json_value_signed(from->swap_bytes));
	json_value_put(object, "page_bytes", json_value_known(facts->live.page_bytes));
	json_value_put(object, "clocksource", json_value_text(arena, facts->clocksource));
	json_value_put(object, "clocksources", json_value_text(arena, facts->clocksources));
	json_value_put(object, "cpu_flags", json_value_texts(arena, &from->cpu_flags));
	return object;
}

/* CPU ----------------------------------------------------------------------------------------- */

static json_t *cpuset(struct arena *arena, const struct cpuset *set)
{
	return json_value_text(arena, cpuset_list(arena, set));
}

static json_t *cores(struct arena *arena, const struct topology *topology)
{
	json_t *array = json_value_array();

	vec_for_each (core, &topology->cores) {
		json_t *object = json_value_object();

		json_value_put(object, "core", json_value_signed(core->os_index));
		json_value_put(object, "cpus", cpuset(arena, &core->pus));
		json_value_put(object, "package", json_value_signed(core->package));
		json_value_put(object, "numa_node", json_value_signed(core->numa));
		json_value_append(array, object);
	}
	return array;
}

static json_t *caches(const struct topology *topology)
{
	json_t *array = json_value_array();

	vec_for_each (cache, &topology->caches) {
		json_t *object = json_value_object();

		json_value_put(object, "level", json_value_number(cache->level));
		json_value_put(object, "size_bytes", json_value_known(cache->size_bytes));
		json_value_put(object, "count", json_value_number(cache->count));
		json_value_append(array, object);
	}
	return array;
}

static json_t *policies(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (policy, &facts->policies) {
		json_t *object = json_value_object();

		json_value_put(object, "name", json_value_text(arena, policy->name));
		json_value_put(object, "driver", json_value_text(arena, policy->driver));
		json_value_put(object, "governors", json_value_texts(arena, &policy->governors));
		json_value_put(object, "energy_performance_preference",
			       json_value_bool(policy->has_epp));
		json_value_append(array, object);
	}
	return array;
}

static json_t *idle_states(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (state, &facts->idle_states) {
		json_t *object = json_value_object();

		json_value_put(object, "cpu", json_value_number(state->cpu));
		json_value_put(object, "index", json_value_number(state->index));
		json_value_put(object, "name", json_value_text(arena, state->name));
		json_value_put(object, "latency_us", json_value_signed(state->latency_us));
		json_value_append(array, object);
	}
	return array;
}

static json_t *owners(struct arena *arena, const struct kubelet *from)
{
	json_t *array = json_value_array();

	vec_for_each (owner, &from->owners) {
		json_t *object = json_value_object();

		json_value_put(object, "cpus", cpuset(arena, &owner->cpus));
		json_value_put(object, "pod", json_value_text(arena, owner->pod));
		json_value_put(object, "container", json_value_text(arena, owner->container));
		json_value_put(object, "is_broker", json_value_tri(owner->is_broker));
		json_value_put(
		    object, "from",
		    json_value_text(arena, owner->by_state ? KUBELET_STATE : "control group"));
		json_value_append(array, object);
	}
	return array;
}

/* All null: no kubelet. */
static json_t *kubelet(struct arena *arena, const struct kubelet *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "cpu_manager_policy", json_value_text(arena, from->cpu_policy));
	json_value_put(object, "dir", json_value_text(arena, from->dir));
	json_value_put(object, "exclusive_cpus",
		       from->cpu_policy || from->sees_containers ? cpuset(arena, &from->exclusive)
								 : json_null());
	json_value_put(object, "owners",
		       from->cpu_policy || from->sees_containers ? owners(arena, from)
								 : json_null());
	json_value_put(object, "problem", json_value_text(arena, from->problem));
	json_value_put(object, "remark", json_value_text(arena, from->remark));
	json_value_put(object, "reserved_cpus",
		       from->reserved_from && !from->reserved_problem
			   ? cpuset(arena, &from->reserved)
			   : json_null());
	json_value_put(object, "reserved_problem", json_value_text(arena, from->reserved_problem));
	return object;
}

static json_t *isolated(struct arena *arena, const struct isolated *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "cpus", cpuset(arena, &from->cpus));
	json_value_put(object, "isolcpus", cpuset(arena, &from->boot));
	json_value_put(object, "nohz_full", cpuset(arena, &from->tickless));
	json_value_put(object, "partitions", cpuset(arena, &from->partitions));
	json_value_put(object, "problem", json_value_text(arena, from->problem));
	json_value_put(object, "remark", json_value_text(arena, from->remark));
	return object;
}

static json_t *cpu(struct arena *arena, const struct facts *facts)
{
	const struct topology *topology = &facts->topology;
	json_t *object = json_value_object();

	json_value_put(object, "model", json_value_text(arena, topology->cpu_model));
	json_value_put(object, "possible", cpuset(arena, &topology->possible));
	json_value_put(object, "online", cpuset(arena, &topology->online));
	json_value_put(object, "packages", json_value_known(topology->packages));
	json_value_put(object, "smt",
		       topology->problem ? json_null() : json_value_bool(topology->smt));
	json_value_put(object, "topology_problem", json_value_text(arena, topology->problem));
	json_value_put(object, "caches", caches(topology));
	json_value_put(object, "cores", cores(arena, topology));
	json_value_put(object, "frequency_policies", policies(arena, facts));
	json_value_put(object, "idle_states", idle_states(arena, facts));
	json_value_put(object, "isolated", isolated(arena, &facts->isolated));
	json_value_put(object, "redpanda_service",
		       facts->limits.cpus_problem ? json_null()
						  : cpuset(arena, &facts->limits.cpus));
	json_value_put(object, "kubelet", kubelet(arena, &facts->kubelet));
	return object;
}

/* In the order of the nodes. */
static json_t *distances(const struct numa_node *node)
{
	json_t *array;

	if (!node->distances.count)
		return json_null();
	array = json_value_array();
	vec_for_each (distance, &node->distances)
		json_value_append(array, json_value_number(*distance));
	return array;
}

static json_t *numa_nodes(struct arena *arena, const struct topology *topology)
{
	json_t *array = json_value_array();

	vec_for_each (node, &topology->nodes) {
		json_t *object = json_value_object();

		json_value_put(object, "node", json_value_signed(node->os_index));
		json_value_put(object, "cpus", cpuset(arena, &node->pus));
		json_value_put(object, "memory_bytes", json_value_known(node->memory_bytes));
		json_value_put(object, "distances", distances(node));
		json_value_put(object, "nearest_node_with_cpus",
			       json_value_signed(topology_cpu_node(topology, node->os_index)));
		json_value_append(array, object);
	}
	return array;
}

/* Devices ------------------------------------------------------------------------------------- */

static json_t *ballast(const struct live_ballast *from)
{
	bool exists = from->exists == TRI_YES;
	json_t *object = json_value_object();

	json_value_put(object, "exists", json_value_tri(from->exists));
	json_value_put(object, "is_file", exists ? json_value_bool(from->is_file) : json_null());
	json_value_put(object, "size_bytes",
		       exists ? json_value_number(from->size_bytes) : json_null());
	json_value_put(object, "allocated_bytes",
		       exists ? json_value_number(from->allocated_bytes) : json_null());
	json_value_put(object, "uid", exists ? json_value_number(from->uid) : json_null());
	json_value_put(object, "gid", exists ? json_value_number(from->gid) : json_null());
	return object;
}

static json_t *data_directory(struct arena *arena, const struct facts *facts)
{
	const struct live_data_dir *dir = &facts->live.data_dir;
	bool exists = dir->exists == TRI_YES;
	json_t *object = json_value_object();

	json_value_put(object, "path", json_value_text(arena, dir->path));
	json_value_put(object, "exists", json_value_tri(dir->exists));
	json_value_put(object, "error",
		       json_value_text(arena, dir->error ? err_name(dir->error) : NULL));
	json_value_put(object, "is_directory",
		       exists ? json_value_bool(dir->is_directory) : json_null());
	json_value_put(object, "device",
		       exists ? json_value_text(arena, arena_printf(arena, "%u:%u", dir->dev_major,
								    dir->dev_minor))
			      : json_null());
	json_value_put(object, "filesystem", json_value_text(arena, dir->fs_type));
	json_value_put(object, "mount_point", json_value_text(arena, dir->mount_point));
	json_value_put(object, "mount_options", json_value_text(arena, dir->mount_options));
	json_value_put(object, "mount_source", json_value_text(arena, dir->mount_source));
	json_value_put(object, "uid", exists ? json_value_number(dir->uid) : json_null());
	json_value_put(object, "gid", exists ? json_value_number(dir->gid) : json_null());
	json_value_put(object, "mode",
		       exists ? json_value_text(arena, arena_printf(arena, "%04o", dir->mode))
			      : json_null());
	json_value_put(object, "size_bytes", json_value_known(dir->size_bytes));
	json_value_put(object, "ballast", ballast(&dir->ballast));
	json_value_put(object, "has_data", exists ? json_value_bool(dir->has_data) : json_null());
	json_value_put(
	    object, "problem",
	    json_value_text(arena, facts->data_problem ? facts->data_problem : facts->data_gap));
	return object;
}

static json_t *disks(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (disk, &facts->disks) {
		json_t *object = json_value_object();

		json_value_put(object, "name", json_value_text(arena, disk->name));
		json_value_put(object, "data", json_value_bool(disk->is_data));
		json_value_put(object, "chain", json_value_text(arena, disk->chain));
		json_value_put(object, "stacked", json_value_bool(disk->is_stacked));
		json_value_put(object, "path_of", json_value_text(arena, disk->path_of));
		json_value_put(object, "file", json_value_text(arena, disk->file));
		json_value_put(object, "zoned", json_value_text(arena, disk->zoned));
		json_value_put(object, "multipath_heads",
			       json_value_texts(arena, &disk->multipath_heads));
		json_value_put(object, "sysfs", json_value_text(arena, disk->sysfs));
		json_value_put(object, "model", json_value_text(arena, disk->model));
		json_value_put(object, "serial", json_value_text(arena, disk->serial));
		json_value_put(object, "firmware", json_value_text(arena, disk->firmware));
		json_value_put(object, "driver", json_value_text(arena, disk->driver));
		json_value_put(object, "transport", json_value_text(arena, disk->transport));
		json_value_put(object, "pci", json_value_text(arena, disk->pci));
		json_value_put(object, "numa_node", json_value_signed(disk->numa));
		json_value_put(object, "rotational", json_value_tri(disk->rotational));
		json_value_put(object, "size_bytes", json_value_known(disk->size_bytes));
		disk_json_put(arena, object, disk);
		json_value_append(array, object);
	}
	return array;
}

static json_t *nics(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (nic, &facts->nics) {
		json_t *object = json_value_object();

		json_value_put(object, "name", json_value_text(arena, nic->name));
		json_value_put(object, "driver", json_value_text(arena, nic->driver));
		json_value_put(object, "pci", json_value_text(arena, nic->pci));
		json_value_put(object, "numa_node", json_value_signed(nic->numa));
		json_value_put(object, "rx_queues", json_value_number(nic->rx_queues));
		json_value_put(object, "tx_queues", json_value_number(nic->tx_queues));
		json_value_put(object, "speed_mbps", json_value_signed(nic->speed_mbps));
		json_value_put(object, "operstate", json_value_text(arena, nic->operstate));
		json_value_put(object, "lowers", json_value_texts(arena, &nic->lowers));
		json_value_put(object, "loopback", json_value_bool(nic->is_loopback));
		json_value_put(object, "virtual", json_value_bool(nic->is_virtual));
		/* Only for those that have no interrupts of their own. */
		if (nic->is_representor || nic->is_subfunction)
			json_value_put(object, "part",
				       json_value_text(arena, nic->is_representor ? "representor"
										  : "subfunction"));
		json_value_put(object, "tuned", json_value_bool(nic->is_tuned));
		json_value_append(array, object);
	}
	return array;
}

static const char *const irq_roles[] = {
    [IRQ_UNKNOWN] = NULL, [IRQ_CONTROL] = "control", [IRQ_QUEUE] = "queue",
    [IRQ_RX] = "rx",      [IRQ_TX] = "tx",
};

static json_t *irqs(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (irq, &facts->irqs) {
		json_t *object = json_value_object();

		json_value_put(object, "number", json_value_number(irq->number));
		json_value_put(object, "actions", json_value_text(arena, irq->actions));
		/* Only for interrupts whose device is not known by its PCI function. */
		if (irq->chip)
			json_value_put(object, "chip", json_value_text(arena, irq->chip));
		json_value_put(object, "device", json_value_text(arena, irq->device));
		if (irq->shared_by)
			json_value_put(object, "shared_by",
				       json_value_texts(arena, irq->shared_by));
		if (irq->device) {
			json_value_put(object, "role",
				       json_value_text(arena, irq_roles[irq->role]));
			json_value_put(object, "queue", json_value_signed(irq->queue));
			if (irq->queue >= 0 && irq->last_queue > irq->queue)
				json_value_put(object, "last_queue",
					       json_value_signed(irq->last_queue));
		}
		json_value_append(array, object);
	}
	return array;
}

/* null: it is not known which CPUs are online. */
static json_t *known_cpus(struct arena *arena, const struct cpuset *cpus)
{
	return cpuset_weight(cpus) ? cpuset(arena, cpus) : json_null();
}

json_t *facts_placement_json(struct arena *arena, const struct placement *placement)
{
	json_t *object = json_value_object();

	json_value_put(object, "mode",
		       json_value_text(arena, placement_mode_names[placement->mode]));
	json_value_put(object, "interrupt_cpus", known_cpus(arena, &placement->interrupt_cpus));
	json_value_put(object, "compute_cpus", known_cpus(arena, &placement->compute_cpus));
	json_value_put(object, "reason", json_value_text(arena, placement->reason));
	return object;
}

static json_t *key_lines(struct arena *arena, const redpanda_keys *keys)
{
	json_t *list = json_value_array();

	vec_for_each (from, keys) {
		json_t *key = json_value_object();

		json_value_put(key, "key", json_value_text(arena, redpanda_key_name(arena, from)));
		json_value_put(key, "line", json_value_number(from->line));
		json_value_append(list, key);
	}
	return list;
}

/* What a key that is not there means. */
static json_t *absent_keys(struct arena *arena, const struct redpanda_config *redpanda)
{
	const struct redpanda_key *because = redpanda_absent_is_off(redpanda);
	json_t *object = json_value_object();

	json_value_put(object, "are",
		       json_value_text(arena, because ? "off" : "left to the profile"));
	json_value_put(object, "because",
		       because ? json_value_text(arena, redpanda_key_name(arena, because))
			       : json_null());
	json_value_put(object, "line", because ? json_value_number(because->line) : json_null());
	return object;
}

json_t *facts_redpanda_json(struct arena *arena, const struct redpanda_config *redpanda)
{
	json_t *object = json_value_object(), *flags = json_value_array();

	json_value_put(object, "path", json_value_text(arena, redpanda->path));
	vec_for_each (from, &redpanda->flags) {
		json_t *flag = json_value_object();

		json_value_put(flag, "flag", json_value_text(arena, from->name));
		json_value_put(flag, "value", json_value_text(arena, from->value));
		json_value_put(flag, "line", json_value_number(from->line));
		json_value_append(flags, flag);
	}
	json_value_put(object, "start_flags", flags);
	json_value_put(object, "switched_off", key_lines(arena, &redpanda->off));
	json_value_put(object, "switched_on", key_lines(arena, &redpanda->on));
	json_value_put(object, "forbidden", key_lines(arena, &redpanda->forbidden));
	json_value_put(object, "absent_keys", absent_keys(arena, redpanda));
	return object;
}

/* Rights, others, what varies ----------------------------------------------------------------- */

static json_t *rights(struct arena *arena, const struct live *live)
{
	json_t *object = json_value_object();
	names capabilities = rights_capabilities(arena, live->capabilities);

	json_value_put(object, "uid", json_value_signed(live->uid));
	json_value_put(object, "capabilities",
		       live->capabilities_known == TRI_YES ? json_value_texts(arena, &capabilities)
							   : json_null());
	json_value_put(object, "user_namespace", json_value_tri(live->user_namespace));
	json_value_put(object, "initial_network_namespace", json_value_tri(live->initial_netns));
	json_value_put(object, "io_uring", json_value_tri(live->io_uring));
	json_value_put(object, "linux_aio", json_value_tri(live->linux_aio));
	return object;
}

static json_t *rivals(struct arena *arena, const struct facts *facts)
{
	json_t *array = json_value_array();

	vec_for_each (rival, &facts->rivals) {
		json_t *object = json_value_object();

		json_value_put(object, "what", json_value_text(arena, rival->what));
		json_value_put(object, "where", json_value_text(arena, rival->where));
		json_value_put(object, "key", json_value_text(arena, rival->key));
		json_value_put(object, "value", json_value_text(arena, rival->value));
		json_value_put(object, "active", json_value_bool(rival->active));
		json_value_put(object, "enabled", json_value_bool(rival->enabled));
		json_value_append(array, object);
	}
	return array;
}

/* Varies over time. */
static json_t *free_memory(const struct topology *topology)
{
	json_t *array = json_value_array();

	vec_for_each (node, &topology->nodes) {
		json_t *object = json_value_object();

		json_value_put(object, "node", json_value_signed(node->os_index));
		json_value_put(object, "free_bytes", json_value_signed(node->free_bytes));
		json_value_append(array, object);
	}
	return array;
}

static json_t *limits(struct arena *arena, const struct limits *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "unit", json_value_text(arena, from->unit));
	json_value_put(object, "nofile", json_value_text(arena, from->nofile.text));
	json_value_put(object, "memlock", json_value_text(arena, from->memlock.text));
	return object;
}

static json_t *fstrim(struct arena *arena, const struct fstrim *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "unit", json_value_text(arena, from->unit));
	json_value_put(object, "masked", json_value_bool(from->is_masked));
	json_value_put(object, "enabled", json_value_tri(from->enabled));
	json_value_put(object, "has_begun", json_value_tri(from->has_begun));
	return object;
}

static json_t *smart(const struct nvme_smart *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "critical_warning", json_value_number(from->critical_warning));
	json_value_put(object, "spare_percent", json_value_number(from->spare_percent));
	json_value_put(object, "spare_threshold_percent",
		       json_value_number(from->spare_threshold_percent));
	json_value_put(object, "used_percent", json_value_number(from->used_percent));
	json_value_put(object, "temperature_kelvin", json_value_number(from->temperature_kelvin));
	json_value_put(object, "media_errors", json_value_number(from->media_errors));
	return object;
}

static json_t *run(struct arena *arena, const struct facts *facts, const char *date)
{
	const struct live *live = &facts->live;
	json_t *object = json_value_object(), *health = json_value_array();

	vec_for_each (from, &facts->health) {
		json_t *drive = json_value_object();

		json_value_put(drive, "disk", json_value_text(arena, from->disk));
		json_value_put(drive, "state", json_value_text(arena, from->state));
		json_value_put(drive, "temperature_millicelsius",
			       json_value_signed(from->temperature_millicelsius));
		json_value_put(drive, "smart",
			       from->smart_known ? smart(&from->smart) : json_null());
		json_value_append(health, drive);
	}
	json_value_put(object, "date", json_value_text(arena, date));
	json_value_put(object, "live", json_value_bool(facts->live_root));
	json_value_put(object, "data_free_bytes",
		       live->data_dir.exists == TRI_YES
			   ? json_value_number(live->data_dir.free_bytes)
			   : json_null());
	json_value_put(object, "numa_nodes", free_memory(&facts->topology));
	json_value_put(object, "aio_nr", json_value_signed(facts->host.aio_nr));
	json_value_put(object, "clock_synchronised", json_value_tri(live->clock_synchronised));
	json_value_put(object, "broker_running", json_value_tri(live->broker_running));
	json_value_put(object, "broker_shards", json_value_number(live->broker_shards));
	json_value_put(object, "nvme_health", health);
	return object;
}

char *facts_json(struct arena *arena, const struct facts *facts, const struct facts_about *about)
{
	json_t *object = json_value_object();

	json_value_put(object, "schema", json_value_text(arena, FACTS_SCHEMA));
	json_value_put(object, "tool", json_value_build(arena, about->build));
	json_value_put(object, "host", host(arena, facts));
	json_value_put(object, "cpu", cpu(arena, facts));
	json_value_put(object, "numa_nodes", numa_nodes(arena, &facts->topology));
	json_value_put(object, "data_directory", data_directory(arena, facts));
	json_value_put(object, "disks", disks(arena, facts));
	json_value_put(object, "nics", nics(arena, facts));
	json_value_put(object, "irqs", irqs(arena, facts));
	json_value_put(object, "placement", facts_placement_json(arena, about->placement));
	json_value_put(object, "redpanda",
		       about->redpanda ? facts_redpanda_json(arena, about->redpanda) : json_null());
	json_value_put(object, "rpk_state_file", json_value_bool(facts->has_rpk_state));
	json_value_put(object, "rights", rights(arena, &facts->live));
	json_value_put(object, "rivals", rivals(arena, facts));
	json_value_put(object, "limits", limits(arena, &facts->limits));
	json_value_put(object, "fstrim", fstrim(arena, &facts->fstrim));
	json_value_put(object, "run", run(arena, facts, about->date));
	return json_value_dump(arena, object);
}
