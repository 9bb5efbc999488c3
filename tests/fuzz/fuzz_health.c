/* SPDX-License-Identifier: Apache-2.0 */
/* The health log and the Identify data of an NVMe drive as a record holds them, and as bytes. */
#include "facts/health.h"
#include "facts/identify.h"
#include "fuzz.h"
#include "sys/nvme.h"

static void check_identity(struct arena *arena, const struct nvme_identity *identity)
{
	struct nvme_identity again;

	fuzz_check(identity->in_use < identity->formats.count, "format %u", identity->in_use);
	fuzz_check(identify_parse(arena, identify_text(arena, identity), &again) == 0,
		   "it cannot be recorded: %s", identify_text(arena, identity));
}

static void identify(struct arena *arena, const char *text, size_t length)
{
	unsigned char both[2 * NVME_IDENTIFY_BYTES] = {0};
	struct nvme_identity identity;

	/* The interesting bytes of a controller are few. */
	memcpy(both + 520, text, length < 16 ? length : 16);
	memcpy(both + NVME_IDENTIFY_BYTES, text,
	       length < NVME_IDENTIFY_BYTES ? length : NVME_IDENTIFY_BYTES);
	if (identify_decode(arena, both, both + NVME_IDENTIFY_BYTES, &identity) == 0)
		check_identity(arena, &identity);
	if (identify_parse(arena, arena_strndup(arena, text, length), &identity) == 0)
		check_identity(arena, &identity);
}

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
	identify(arena, text, length);
}
