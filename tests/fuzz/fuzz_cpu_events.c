/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's counters of each CPU: /proc/interrupts, /proc/softirqs, /proc/stat. */
#include "fuzz.h"
#include "probe/cpu_events.h"

FUZZ_TARGET(cpu_events)
{
	struct cpu_figures figures = {0};
	struct event_table before, after;
	struct fuzz_part parts[2];
	number_list cpus = {0};
	struct cpu_load load;

	for (unsigned cpu = 0; cpu < 3; cpu++)
		vec_push(arena, &cpus, cpu);
	fuzz_split(arena, text, length, parts, 2);
	fuzz_put("/proc/softirqs", parts[0].text, parts[0].length);
	fuzz_put("/proc/interrupts", parts[0].text, parts[0].length);
	before = events_read(fuzz_root(), arena, &cpus);
	fuzz_put("/proc/interrupts", text, length);
	fuzz_put("/proc/stat", text, length);
	after = events_read(fuzz_root(), arena, &cpus);
	for (size_t i = 0; i < cpus.count; i++)
		events_between(&before, &after, i, &figures);
	vec_for_each (event, &figures.events) {
		fuzz_check(event->count > 0, "'%s' never came", event->name);
		fuzz_check(event->name[0], "an event has no name");
		fuzz_touch(event->name);
	}
	if (cpu_load_read(fuzz_root(), &cpus, &load) == 0)
		fuzz_check(load.busy <= load.all, "busy for longer than there was time");
}
