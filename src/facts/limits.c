/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits and CPUs that systemd gives redpanda.service. Lists of CPUs add up (systemd.exec(5),
 * CPUAffinity=; systemd.resource-control(5), AllowedCPUs=).
 */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/systemd.h"
#include "facts/unit.h"

/* "0-3 8,9"; systemd ignores an assignment that is no list, and "numa" is none of CPUs. */
static void add_cpus(struct arena *arena, const char *value, struct cpuset *to)
{
	char *text = arena_strdup(arena, value);
	struct cpuset set = {0};
	names words;

	for (char *at = text; *at; at++)
		*at = *at == ',' ? ' ' : *at;
	words = text_words(arena, text);
	vec_for_each (word, &words) {
		struct cpuset part;

		if (cpuset_parse_list(arena, *word, &part) < 0)
			return;
		cpuset_for_each (cpu, &part)
			cpuset_add(arena, &set, (unsigned)cpu);
	}
	cpuset_for_each (cpu, &set)
		cpuset_add(arena, to, (unsigned)cpu);
}

static struct cpuset cpus_of(struct arena *arena, const struct unit *unit, const char *key)
{
	names values = unit_values(arena, unit, key);
	struct cpuset cpus = {0};

	vec_for_each (value, &values)
		add_cpus(arena, *value, &cpus);
	return cpus;
}

void facts_limits(struct root *root, struct arena *arena, struct facts *facts)
{
	struct unit unit = unit_read(root, arena, "redpanda.service");
	struct cpuset affinity, allowed;

	if (!unit.path || unit.is_masked)
		return;
	affinity = cpus_of(arena, &unit, "CPUAffinity");
	allowed = cpus_of(arena, &unit, "AllowedCPUs");
	facts->limits = (struct limits){
	    .unit = unit.path,
	    .nofile = unit_value(&unit, "LimitNOFILE"),
	    .memlock = unit_value(&unit, "LimitMEMLOCK"),
	    .cpus = cpuset_weight(&affinity) && cpuset_weight(&allowed)
			? cpuset_and(arena, &affinity, &allowed)
		    : cpuset_weight(&affinity) ? affinity
					       : allowed,
	};
}
