/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's command line, and the lists of isolated CPUs. Parts: /proc/cmdline, isolated,
 * nohz_full, cpuset.cpus.isolated. */
#include "facts/facts.h"
#include "fuzz.h"

#define CPU_DIR "/sys/devices/system/cpu/"

FUZZ_TARGET(cmdline)
{
	struct fuzz_part parts[4];
	struct facts facts = {0};

	fuzz_split(arena, text, length, parts, 4);
	fuzz_put("/proc/cmdline", parts[0].text, parts[0].length);
	fuzz_put(CPU_DIR "isolated", parts[1].text, parts[1].length);
	fuzz_put(CPU_DIR "nohz_full", parts[2].text, parts[2].length);
	fuzz_put("/sys/fs/cgroup/cpuset.cpus.isolated", parts[3].text, parts[3].length);
	for (unsigned cpu = 0; cpu < 8; cpu++) {
		cpuset_add(arena, &facts.topology.possible, cpu);
		cpuset_add(arena, &facts.topology.online, cpu);
	}
	facts_isolated(fuzz_root(), arena, &facts);
	fuzz_check(cpuset_subset(&facts.isolated.cpus, &facts.topology.online),
		   "isolated CPUs that are not there");
	fuzz_touch(facts.isolated.problem);
	fuzz_touch(facts.isolated.remark);
	facts_sysctl_d(fuzz_root(), arena, &facts);
	vec_for_each (rival, &facts.rivals) {
		fuzz_check(text_equal(rival->what, RIVAL_BOOT), "%s of a boot parameter",
			   rival->what);
		fuzz_touch(rival->key);
		fuzz_touch(rival->value);
	}
}
