/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/nvme.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

enum {
	opcode_get_log_page = 0x02,
	log_health = 0x02,
	log_bytes = 512,
};

static uint64_t little(const unsigned char *bytes, unsigned count)
{
	uint64_t number = 0;

	while (count-- > 0)
		number = number << 8 | bytes[count];
	return number;
}

/* Offsets in bytes, as the specification numbers them. */
static struct nvme_smart decode(const unsigned char *log)
{
	return (struct nvme_smart){
	    .critical_warning = log[0],
	    .temperature_kelvin = (unsigned)little(log + 1, 2),
	    .spare_percent = log[3],
	    .spare_threshold_percent = log[4],
	    .used_percent = log[5],
	    .media_errors = little(log + 168, 8) ? UINT64_MAX : little(log + 160, 8),
	};
}

static int ask(const struct root *root, const char *path, struct nvme_smart *ret)
{
	unsigned char log[log_bytes] = {0};
	struct nvme_admin_cmd command = {
	    .opcode = opcode_get_log_page,
	    .nsid = UINT32_MAX,
	    .addr = (uintptr_t)log,
	    .data_len = log_bytes,
	    .cdw10 = log_health | (log_bytes / 4 - 1) << 16,
	};
	_cleanup_fd_ int fd = root_open_below(root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;
	int status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
		return -ENODEV;
	status = ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
	if (status < 0)
		return err_errno();
	if (status > 0)
		return -EIO; /* a status of the controller, not an errno */
	*ret = decode(log);
	return 0;
}

static const char *smart_text(struct arena *arena, const struct nvme_smart *smart)
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

/* -EBADMSG: not what smart_text() writes. */
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

int nvme_smart_read(struct root *root, struct arena *arena, const char *controller,
		    struct nvme_smart *ret)
{
	const char *remembered = arena_printf(arena, NVME_DIR "%s", controller), *text;
	int r;

	if (!root_is_live(root)) {
		r = root_read(root, arena, remembered, &text);
		return r < 0 ? r : parse_text(arena, text, ret);
	}
	r = ask(root, arena_printf(arena, "/dev/%s", controller), ret);
	if (r < 0)
		return root_remember_failure(root, remembered, r);
	text = arena_printf(arena, "%s\n", smart_text(arena, ret));
	root_remember(root, remembered, (struct seen_entry){.kind = SEEN_FILE, .text = text});
	return 0;
}
