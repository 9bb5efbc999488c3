/* SPDX-License-Identifier: Apache-2.0 */
/* What sysfs tells of an NVMe controller's health without a right: its state, and the temperature
 * where the kernel's hwmon driver stands for it. */
#include "base/text.h"
#include "facts/rivals.h"
#include "facts/sysfs.h"

#define NVME_DIR "/sys/class/nvme"

/* "hwmon3" below the controller; older kernels put a directory "hwmon" between. */
static const char *hwmon_dir(struct root *root, struct arena *arena, const char *dir)
{
	names entries = {0};

	if (root_list(root, arena, dir, &entries) < 0)
		return NULL;
	vec_for_each (entry, &entries) {
		const char *path = arena_printf(arena, "%s/%s", dir, *entry);

		if (text_equal(*entry, "hwmon"))
			return hwmon_dir(root, arena, path);
		if (text_starts(*entry, "hwmon"))
			return path;
	}
	return NULL;
}

void rivals_health(struct root *root, struct arena *arena, struct facts *facts)
{
	names controllers = {0};

	if (root_list(root, arena, NVME_DIR, &controllers) < 0)
		return;
	vec_for_each (controller, &controllers) {
		struct nvme_health health = {.disk = *controller, .temperature_millicelsius = -1};
		const char *dir = sysfs_target(root, arena, NVME_DIR, *controller);
		const char *hwmon, *text;
		uint64_t number;

		if (!dir)
			dir = arena_printf(arena, NVME_DIR "/%s", *controller);
		health.state = sysfs_text(root, arena, dir, "state");
		/* Asking a controller that is dead or being reset may block. */
		hwmon = text_equal(health.state, "live") ? hwmon_dir(root, arena, dir) : NULL;
		text = hwmon ? sysfs_text(root, arena, hwmon, "temp1_input") : NULL;
		if (text && text_u64(text, &number) == 0)
			health.temperature_millicelsius = (int64_t)number;
		vec_push(arena, &facts->health, health);
	}
}
