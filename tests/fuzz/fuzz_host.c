/* SPDX-License-Identifier: Apache-2.0 */
/* The host: DMI, memory, CPU flags, os-release. Parts: the DMI attributes of the table below, then
 * /proc/meminfo, /proc/cpuinfo, /etc/os-release, /etc/machine-id and the host name. */
#include "facts/facts.h"
#include "fuzz.h"

#define DMI "/sys/class/dmi/id/"

static const char *const files[] = {
    DMI "sys_vendor",        DMI "product_name", DMI "bios_vendor",     DMI "bios_version",
    DMI "chassis_asset_tag", DMI "board_vendor", DMI "product_version", "/proc/meminfo",
    "/proc/cpuinfo",         "/etc/os-release",  "/etc/machine-id",     "/proc/sys/kernel/hostname",
};
enum { file_count = sizeof(files) / sizeof(files[0]) };

FUZZ_TARGET(host)
{
	struct fuzz_part parts[file_count];
	struct facts facts = {.live = {.kernel_release = "6.1.0", .machine = "x86_64"}};
	const struct host *host = &facts.host;

	fuzz_split(arena, text, length, parts, file_count);
	for (size_t i = 0; i < file_count; i++)
		fuzz_put(files[i], parts[i].text, parts[i].length);
	if (facts_host(fuzz_root(), arena, &facts) < 0)
		return;
	facts_machine(fuzz_root(), arena, &facts);
	fuzz_touch(host->virtualization);
	fuzz_touch(host->cloud);
	fuzz_touch(host->vendor);
	fuzz_touch(host->os);
	fuzz_touch(host->hostname);
	fuzz_check(host->hugetlb_problem || host_ordinary_bytes(host) <= host->memory_bytes,
		   "programs may have more memory than there is");
	vec_for_each (flag, &host->cpu_flags)
		fuzz_touch(*flag);
}
