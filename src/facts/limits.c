/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits and CPUs that systemd gives redpanda.service: the unit, then its drop-ins and those
 * for all services, in the order of their names. Of limits the last assignment counts, lists of
 * CPUs add up (systemd.exec(5), CPUAffinity=; systemd.resource-control(5), AllowedCPUs=); an empty
 * assignment takes them back.
 */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/systemd.h"

#define UNIT "redpanda.service"

struct reading {
	struct arena *arena;
	struct limits *limits;
	struct cpuset affinity, allowed; /* CPUAffinity=, AllowedCPUs= */
	bool in_service;
};

/* "0-3 8,9"; systemd ignores an assignment that is no list, and "numa" is none of CPUs. */
static void add_cpus(struct arena *arena, const char *value, struct cpuset *to)
{
	char *text = arena_strdup(arena, value ? value : "");
	struct cpuset set = {0};
	names words;

	if (!*text)
		*to = (struct cpuset){0};
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

static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	const char *text = text_trim(reading->arena, line), *value = strchr(text, '=');
	const char *key;

	if (*text == '[') {
		reading->in_service = text_equal(text, "[Service]");
		return 0;
	}
	if (!reading->in_service || !value || *text == '#' || *text == ';')
		return 0;
	key =
	    text_trim(reading->arena, arena_strndup(reading->arena, text, (size_t)(value - text)));
	value = text_trim(reading->arena, value + 1);
	if (!*value)
		value = NULL;
	if (text_equal(key, "LimitNOFILE"))
		reading->limits->nofile = value;
	else if (text_equal(key, "LimitMEMLOCK"))
		reading->limits->memlock = value;
	else if (text_equal(key, "CPUAffinity"))
		add_cpus(reading->arena, value, &reading->affinity);
	else if (text_equal(key, "AllowedCPUs"))
		add_cpus(reading->arena, value, &reading->allowed);
	return 0;
}

static int read_unit(struct root *root, struct reading *reading, const char *path)
{
	reading->in_service = false;
	return root_lines(root, path, take_line, reading);
}

void facts_limits(struct root *root, struct arena *arena, struct facts *facts)
{
	struct reading reading = {.arena = arena, .limits = &facts->limits};
	names own = {0}, paths;

	for (const char *const *dir = systemd_unit_dirs; *dir && !facts->limits.unit; dir++) {
		const char *path = arena_printf(arena, "%s/" UNIT, *dir);

		if (read_unit(root, &reading, path) >= 0)
			facts->limits.unit = path;
	}
	if (!facts->limits.unit)
		return;
	/* Of equal names the unit's own drop-in goes before the one for all services. */
	for (const char *const *dir = systemd_unit_dirs; *dir; dir++)
		vec_push(arena, &own, arena_printf(arena, "%s/" UNIT ".d", *dir));
	for (const char *const *dir = systemd_unit_dirs; *dir; dir++)
		vec_push(arena, &own, arena_printf(arena, "%s/service.d", *dir));
	vec_push(arena, &own, NULL);
	paths = systemd_conf_files(root, arena, own.at, ".conf");
	vec_for_each (path, &paths) {
		if (!text_equal(*path, OWN_DROP_IN))
			(void)!read_unit(root, &reading, *path);
	}
	if (cpuset_weight(&reading.affinity) && cpuset_weight(&reading.allowed))
		facts->limits.cpus = cpuset_and(arena, &reading.affinity, &reading.allowed);
	else
		facts->limits.cpus =
		    cpuset_weight(&reading.affinity) ? reading.affinity : reading.allowed;
}
