/* SPDX-License-Identifier: Apache-2.0 */
/* What sysfs tells of an NVMe controller's health without a right (its state, and the temperature
 * where the kernel's hwmon driver stands for it), and its health log, which needs CAP_SYS_ADMIN. */
#include "base/text.h"
#include "facts/rivals.h"
#include "facts/sysfs.h"

#define CONTROLLERS "/sys/class/nvme"

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

/* A namespace ("nvme0n1", or the path "nvme0c1n1" of a multipath head) lies below its controller.
 */
static bool has_data_disk(struct arena *arena, const struct facts *facts, const char *controller)
{
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data &&
		    text_equal(path_base(path_parent(arena, disk->sysfs)), controller))
			return true;
	}
	return false;
}

void rivals_health(struct root *root, struct arena *arena, struct facts *facts)
{
	names controllers = {0};

	if (root_list(root, arena, CONTROLLERS, &controllers) < 0)
		return;
	vec_for_each (controller, &controllers) {
		struct nvme_health health = {.disk = *controller, .temperature_millicelsius = -1};
		const char *dir = sysfs_target(root, arena, CONTROLLERS, *controller);
		const char *hwmon, *text;
		uint64_t number;
		bool is_live;

		if (!dir)
			dir = arena_printf(arena, CONTROLLERS "/%s", *controller);
		health.state = sysfs_text(root, arena, dir, "state");
		/* Asking a controller that is dead or being reset may block. */
		is_live = text_equal(health.state, "live");
		hwmon = is_live ? hwmon_dir(root, arena, dir) : NULL;
		text = hwmon ? sysfs_text(root, arena, hwmon, "temp1_input") : NULL;
		if (text && text_u64(text, &number) == 0)
			health.temperature_millicelsius = (int64_t)number;
		health.is_data = has_data_disk(arena, facts, *controller);
		if (health.is_data && is_live) {
			health.smart_error =
			    nvme_smart_read(root, arena, *controller, &health.smart);
			health.smart_known = health.smart_error == 0;
		}
		vec_push(arena, &facts->health, health);
	}
}
