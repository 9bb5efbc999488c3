/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the history finds its changes by the names that people know. */
#include "apply/history_filter.h"

#include "run_suite.h"

/* The history has the paths that links lead to. */
START_TEST(paths_of_links_match_what_they_lead_to)
{
	static const struct {
		const char *what, *path;
		bool takes;
	} cases[] = {
	    {"/sys/block/*", "/sys/devices/pci0/0000:00/nvme/nvme1/nvme1n1/queue/scheduler", true},
	    {"/sys/block/nvme1n1/queue/scheduler",
	     "/sys/devices/pci0/0000:00/nvme/nvme1/nvme1n1/queue/scheduler", true},
	    {"/sys/block/nvme0n1/*", "/sys/devices/pci0/nvme/nvme1/nvme1n1/queue/scheduler", false},
	    {"/sys/block/nvme0n1/*",
	     "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/queue/nomerges", true},
	    {"/sys/class/block/sda/queue/*", "/sys/devices/pci0/host0/block/sda/queue/nomerges",
	     true},
	    {"/sys/block/sda/*", "/sys/devices/pci0/net/eth0/queues/rx-0/rps_cpus", false},
	    {"/sys/class/net/eth0/*", "/sys/devices/pci0/net/eth0/queues/rx-0/rps_cpus", true},
	    {"/sys/class/net/*", "/sys/devices/pci0/host0/block/sda/queue/nomerges", false},
	    {"/sys/*/queue/nomerges", "/sys/devices/pci0/host0/block/sda/queue/nomerges", true},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct history_filter filter = {.what = cases[i].what};
		const struct history_change change = {.path = cases[i].path};
		names patterns = history_filter_patterns(arena, &filter);

		ck_assert_msg(history_filter_takes_change(&patterns, &change) == cases[i].takes,
			      "%s and %s", cases[i].what, cases[i].path);
	}
}
END_TEST

RUN_SUITE("history_filter", paths_of_links_match_what_they_lead_to)
