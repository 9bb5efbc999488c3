/* SPDX-License-Identifier: Apache-2.0 */
/* What of a CPU can be set: frequency policies, idle states, the clock source. Virtual machines
 * mostly have neither of the first two. */
#include <errno.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/sysfs.h"

#define CPU_DIR     "/sys/devices/system/cpu"
#define CPUFREQ_DIR CPU_DIR "/cpufreq"
#define CLOCK_DIR   "/sys/devices/system/clocksource/clocksource0"

/* "policy12" with prefix "policy": 12. */
static bool numbered(const char *name, const char *prefix, uint64_t *ret)
{
	return text_starts(name, prefix) && text_u64(name + strlen(prefix), ret) == 0;
}

/* While no CPU of a policy is online each of its files says EBUSY (drivers/cpufreq/cpufreq.c,
 * show() and store()); older kernels let them be read and refuse the write. */
static bool is_offline(struct root *root, struct arena *arena, const char *dir,
		       const struct cpuset *online)
{
	const char *text;
	uint64_t cpu;
	int r = root_read(root, arena, arena_printf(arena, "%s/related_cpus", dir), &text);
	names cpus = {0};

	if (r < 0)
		return r == -EBUSY;
	cpus = text_words(arena, text);
	if (!cpuset_weight(online))
		return false;
	vec_for_each (word, &cpus) {
		if (text_u64(*word, &cpu) < 0 || cpu >= CPUSET_MAX ||
		    cpuset_has(online, (unsigned)cpu))
			return false;
	}
	return cpus.count;
}

static void add_policies(struct root *root, struct arena *arena, struct facts *facts)
{
	names entries = {0};
	uint64_t number;

	if (root_list(root, arena, CPUFREQ_DIR, &entries) < 0)
		return;
	vec_for_each (entry, &entries) {
		const char *dir = arena_printf(arena, CPUFREQ_DIR "/%s", *entry);
		struct cpufreq_policy policy = {.name = *entry};
		const char *governors;

		if (!numbered(*entry, "policy", &number))
			continue;
		policy.driver = sysfs_text(root, arena, dir, "scaling_driver");
		policy.is_offline = is_offline(root, arena, dir, &facts->topology.online);
		policy.has_epp = sysfs_text(root, arena, dir, "energy_performance_preference");
		governors = sysfs_text(root, arena, dir, "scaling_available_governors");
		if (governors)
			policy.governors = text_words(arena, governors);
		vec_push(arena, &facts->policies, policy);
	}
}

static void add_states_of(struct root *root, struct arena *arena, unsigned cpu, struct facts *facts)
{
	const char *dir = arena_printf(arena, CPU_DIR "/cpu%u/cpuidle", cpu);
	names entries = {0};
	uint64_t index;

	if (root_list(root, arena, dir, &entries) < 0)
		return;
	vec_for_each (entry, &entries) {
		struct idle_state state = {.cpu = cpu, .latency_us = -1};
		const char *latency, *disabled;
		uint64_t number;

		if (!numbered(*entry, "state", &index))
			continue;
		state.dir = arena_printf(arena, "%s/%s", dir, *entry);
		state.index = (unsigned)index;
		state.name = sysfs_text(root, arena, state.dir, "name");
		latency = sysfs_text(root, arena, state.dir, "latency");
		if (latency && text_u64(latency, &number) == 0)
			state.latency_us = (int64_t)number;
		disabled = sysfs_text(root, arena, state.dir, "disable");
		if (disabled && text_u64(disabled, &number) == 0)
			state.disabled = number ? TRI_YES : TRI_NO;
		vec_push(arena, &facts->idle_states, state);
	}
}

int facts_cpu(struct root *root, struct arena *arena, struct facts *facts)
{
	add_policies(root, arena, facts);
	cpuset_for_each (cpu, &facts->topology.online)
		add_states_of(root, arena, (unsigned)cpu, facts);
	facts->clocksource = sysfs_text(root, arena, CLOCK_DIR, "current_clocksource");
	facts->clocksources = sysfs_text(root, arena, CLOCK_DIR, "available_clocksource");
	return 0;
}
