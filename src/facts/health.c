/* SPDX-License-Identifier: Apache-2.0 */
/* The health of NVMe controllers: what sysfs says without a right (the state, and the temperature
 * where the kernel's hwmon driver gives it), and the health log, which needs CAP_SYS_ADMIN. */
#include "facts/health.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "facts/sysfs.h"
#include "sys/nvme.h"

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
		    text_equal(sysfs_path_base(sysfs_path_parent(arena, disk->sysfs)), controller))
			return true;
	}
	return false;
}

static uint64_t little(const unsigned char *bytes, unsigned count)
{
	uint64_t number = 0;

	while (count-- > 0)
		number = number << 8 | bytes[count];
	return number;
}

/* Offsets in bytes, as the specification numbers them. */
struct nvme_smart health_decode(const unsigned char *log)
{
	return (struct nvme_smart){
	    .critical_warning = log[0],
	    .temperature_kelvin = (unsigned)little(log + 1, 2),
	    .spare_percent = log[3],
	    .spare_threshold_percent = log[4],
	    .used_percent = log[5],
	    .media_errors = little(log + 168, 8) ? UINT64_MAX : little(log + 160, 8),
	    .hot_minutes = little(log + 192, 4) + little(log + 196, 4),
	    .throttles = little(log + 216, 4) + little(log + 220, 4),
	    .throttled_s = little(log + 224, 4) + little(log + 228, 4),
	};
}

const char *health_text(struct arena *arena, const struct nvme_smart *smart)
{
	return arena_printf(
	    arena, "critical_warning=%u spare=%u threshold=%u used=%u kelvin=%u media=%" PRIu64,
	    smart->critical_warning, smart->spare_percent, smart->spare_threshold_percent,
	    smart->used_percent, smart->temperature_kelvin, smart->media_errors);
}

static bool take_number(const char *word, const char *key, uint64_t *ret)
{
	size_t length = strlen(key);

	return text_starts(word, key) && word[length] == '=' &&
	       text_u64(word + length + 1, ret) == 0;
}

/* -EBADMSG: not what health_text() writes. */
static int parse_text(struct arena *arena, const char *text, struct nvme_smart *ret)
{
	static const char *const keys[] = {"critical_warning", "spare", "threshold", "used",
					   "kelvin",           "media"};
	uint64_t numbers[sizeof(keys) / sizeof(keys[0])];
	names words = text_words(arena, text);

	if (words.count != sizeof(keys) / sizeof(keys[0]))
		return -EBADMSG;
	for (size_t i = 0; i < words.count; i++) {
		if (!take_number(words.at[i], keys[i], &numbers[i]) ||
		    (i + 1 < words.count && numbers[i] > UINT16_MAX))
			return -EBADMSG;
	}
	*ret = (struct nvme_smart){
	    .critical_warning = (unsigned)numbers[0],
	    .spare_percent = (unsigned)numbers[1],
	    .spare_threshold_percent = (unsigned)numbers[2],
	    .used_percent = (unsigned)numbers[3],
	    .temperature_kelvin = (unsigned)numbers[4],
	    .media_errors = numbers[5],
	};
	return 0;
}

/* On a recorded node the record is asked. */
static int read_smart(struct root *root, struct arena *arena, const char *controller,
		      struct nvme_smart *ret)
{
	unsigned char log[NVME_HEALTH_BYTES] = {0};
	const char *text;
	int r;

	if (root_is_live(root)) {
		r = nvme_read_health(root, controller, log);
		if (r == 0)
			*ret = health_decode(log);
		return r;
	}
	r = root_read(root, arena, arena_printf(arena, NVME_DIR "%s", controller), &text);
	return r < 0 ? r : parse_text(arena, text, ret);
}

static const char *controller_dir(struct root *root, struct arena *arena, const char *controller)
{
	const char *dir = sysfs_target(root, arena, CONTROLLERS, controller);

	return dir ? dir : arena_printf(arena, CONTROLLERS "/%s", controller);
}

int facts_health_again(struct root *root, struct arena *arena, const struct nvme_health *before,
		       struct nvme_smart *ret)
{
	const char *dir = controller_dir(root, arena, before->disk);

	if (!text_equal(sysfs_text(root, arena, dir, "state"), "live"))
		return -ENODEV;
	return read_smart(root, arena, before->disk, ret);
}

void facts_health(struct root *root, struct arena *arena, struct facts *facts)
{
	names controllers = {0};

	if (root_list(root, arena, CONTROLLERS, &controllers) < 0)
		return;
	vec_for_each (controller, &controllers) {
		struct nvme_health health = {.disk = *controller, .temperature_millicelsius = -1};
		const char *dir = controller_dir(root, arena, *controller);
		const char *hwmon, *text;
		uint64_t number;
		bool is_live;

		health.state = sysfs_text(root, arena, dir, "state");
		/* Asking a controller that is dead or being reset may block. */
		is_live = text_equal(health.state, "live");
		hwmon = is_live ? hwmon_dir(root, arena, dir) : NULL;
		text = hwmon ? sysfs_text(root, arena, hwmon, "temp1_input") : NULL;
		if (text && text_u64(text, &number) == 0)
			health.temperature_millicelsius = (int64_t)number;
		health.is_data = has_data_disk(arena, facts, *controller);
		if (health.is_data && is_live) {
			health.smart_error = read_smart(root, arena, *controller, &health.smart);
			health.smart_known = health.smart_error == 0;
		}
		vec_push(arena, &facts->health, health);
	}
}
