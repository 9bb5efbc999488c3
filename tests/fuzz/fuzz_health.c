/* SPDX-License-Identifier: Apache-2.0 */
/* The health log of an NVMe drive as a record holds it, and as bytes. */
#include "facts/health.h"
#include "fuzz.h"
#include "sys/nvme.h"

FUZZ_TARGET(health)
{
	struct nvme_health row = {.disk = "nvme0", .is_data = true};
	unsigned char log[NVME_HEALTH_BYTES] = {0};
	struct facts facts = {0};
	struct disk disk = {
	    .name = "nvme0n1", .is_data = true, .sysfs = "/sys/class/nvme/nvme0/nvme0n1"};
	struct nvme_smart smart;

	memcpy(log, text, length < sizeof(log) ? length : sizeof(log));
	smart = health_decode(log);
	fuzz_put("/sys/class/nvme/nvme0/state", "live\n", 5);
	fuzz_put(NVME_DIR "nvme0", text, length);
	vec_push(arena, &facts.disks, disk);
	facts_health(fuzz_root(), arena, &facts);
	fuzz_check(facts.health.count == 1, "%zu controllers", facts.health.count);
	row = facts.health.at[0];
	fuzz_check(!row.smart_known || !row.smart_error, "known, and not");
	fuzz_touch(health_text(arena, &smart));
	if (row.smart_known)
		fuzz_touch(health_text(arena, &row.smart));
}
