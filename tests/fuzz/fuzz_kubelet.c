/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet. Parts: its CPU manager's state, its configuration, its command line, the CPUs of a
 * pod's control group. */
#include "facts/facts.h"
#include "fuzz.h"

#define POD "/sys/fs/cgroup/kubepods.slice/kubepods-poda.slice/cri-containerd-b.scope/"

FUZZ_TARGET(kubelet)
{
	struct fuzz_part parts[4];
	const struct facts_request request = {0};
	struct facts facts = {.live = {.container = "none"}};
	const struct kubelet *kubelet = &facts.kubelet;

	fuzz_split(arena, text, length, parts, 4);
	fuzz_put("/var/lib/kubelet/" KUBELET_STATE, parts[0].text, parts[0].length);
	fuzz_put("/var/lib/kubelet/config.yaml", parts[1].text, parts[1].length);
	fuzz_put("/proc/77/comm", parts[2].text ? "kubelet\n" : NULL, 8);
	fuzz_put("/proc/77/cmdline", parts[2].text, parts[2].length);
	fuzz_put(POD "cpuset.cpus.effective", parts[3].text, parts[3].length);
	fuzz_put(POD "cpuset.cpus", parts[3].text, parts[3].length);
	for (unsigned cpu = 0; cpu < 8; cpu++)
		cpuset_add(arena, &facts.topology.online, cpu);
	live_ask_kubelet(fuzz_root(), arena, NULL, &facts.live);
	facts_kubelet(fuzz_root(), arena, &request, &facts);
	fuzz_touch(kubelet->cpu_policy);
	fuzz_touch(kubelet->problem);
	fuzz_touch(kubelet->remark);
	fuzz_touch(kubelet->reserved_problem);
	fuzz_touch(cpuset_list(arena, &kubelet->exclusive));
	fuzz_touch(cpuset_list(arena, &kubelet->reserved));
	fuzz_check(!kubelet->problem || !cpuset_weight(&kubelet->exclusive),
		   "CPUs of which nothing is known");
}
