/* SPDX-License-Identifier: Apache-2.0 */
/* What the NVMe disks below the data directory say of themselves by Identify, which needs
 * CAP_SYS_ADMIN: their formats, whether they have a volatile write cache, and which writes are
 * whole after a power cut. */
#include "facts/identify.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "facts/health.h"
#include "facts/sysfs.h"
#include "sys/nvme.h"

/* Blocks that a disk of Linux may have: 2 to the power of these. */
enum { least_shift = 9, most_shift = 16, most_formats = 64, most_performance = 3 };

static unsigned little(const unsigned char *bytes)
{
	return bytes[0] | (unsigned)bytes[1] << 8;
}

/* Offsets in bytes, as the specification numbers them. */
enum {
	space_features = 24,       /* bit 1: it has atomic units of its own */
	space_formats = 25,        /* how many, less one */
	space_in_use = 26,         /* bits 0 to 3; 5 and 6 are the upper ones of more than 16 */
	space_atomic = 36,         /* 0: as the controller's */
	space_unique_formats = 82, /* how many follow these */
	space_format_list = 128,
	controller_cache = 525, /* bit 0 */
	controller_atomic = 528,
};

int identify_decode(struct arena *arena, const unsigned char *controller,
		    const unsigned char *space, struct nvme_identity *ret)
{
	unsigned count = space[space_formats] + 1U + space[space_unique_formats],
		 in_use = space[space_in_use] & 15U;
	bool has_own = space[space_features] & 2 && little(space + space_atomic), found = false;
	unsigned atomic = little(has_own ? space + space_atomic : controller + controller_atomic);
	struct nvme_identity identity = {
	    .known = true, .cache = controller[controller_cache] & 1 ? TRI_YES : TRI_NO};

	if (count > 16)
		in_use |= (space[space_in_use] >> 5 & 3U) << 4;
	for (unsigned i = 0; i < count && i < most_formats; i++) {
		const unsigned char *format = space + space_format_list + 4 * (size_t)i;
		unsigned shift = format[2];

		/* 0: it is not offered any more. */
		if (shift < least_shift || shift > most_shift)
			continue;
		if (i == in_use) {
			identity.in_use = (unsigned)identity.formats.count;
			identity.atomic_bytes = (atomic + UINT64_C(1)) << shift;
			found = true;
		}
		vec_push(arena, &identity.formats,
			 (struct nvme_format){.block_bytes = 1U << shift,
					      .metadata_bytes = little(format),
					      .performance = format[3] & 3U});
	}
	if (!found)
		return -EBADMSG;
	*ret = identity;
	return 0;
}

const char *identify_text(struct arena *arena, const struct nvme_identity *identity)
{
	struct str text = str_new(arena);

	str_printf(&text, "cache=%d atomic=%" PRIu64 " in_use=%u", identity->cache == TRI_YES,
		   identity->atomic_bytes, identity->in_use);
	vec_for_each (format, &identity->formats)
		str_printf(&text, " %u:%u:%u", format->block_bytes, format->metadata_bytes,
			   format->performance);
	return text.text;
}

static bool is_block(uint64_t bytes)
{
	return bytes >= 1 << least_shift && bytes <= 1 << most_shift && !(bytes & (bytes - 1));
}

static int take(const char *word, const char *key, uint64_t most, uint64_t *ret)
{
	size_t length = strlen(key);

	if (!text_starts(word, key) || text_u64(word + length, ret) < 0 || *ret > most)
		return -EBADMSG;
	return 0;
}

static int take_format(struct arena *arena, const char *word, struct nvme_format *ret)
{
	names parts = text_split(arena, word, ':');
	uint64_t numbers[3];

	if (parts.count != 3)
		return -EBADMSG;
	for (size_t i = 0; i < 3; i++) {
		if (text_u64(parts.at[i], &numbers[i]) < 0 || numbers[i] > 1 << most_shift)
			return -EBADMSG;
	}
	if (!is_block(numbers[0]) || numbers[2] > most_performance)
		return -EBADMSG;
	*ret = (struct nvme_format){.block_bytes = (unsigned)numbers[0],
				    .metadata_bytes = (unsigned)numbers[1],
				    .performance = (unsigned)numbers[2]};
	return 0;
}

int identify_parse(struct arena *arena, const char *text, struct nvme_identity *ret)
{
	names words = text_words(arena, text);
	struct nvme_identity identity = {.known = true};
	struct nvme_format format;
	uint64_t cache, in_use;

	if (words.count < 4 || words.count > 3 + most_formats ||
	    take(words.at[0], "cache=", 1, &cache) < 0 ||
	    take(words.at[1], "atomic=", UINT64_C(1) << (16 + most_shift), &identity.atomic_bytes) <
		0 ||
	    take(words.at[2], "in_use=", words.count - 4, &in_use) < 0)
		return -EBADMSG;
	for (size_t i = 3; i < words.count; i++) {
		if (take_format(arena, words.at[i], &format) < 0)
			return -EBADMSG;
		vec_push(arena, &identity.formats, format);
	}
	/* A whole number of blocks, at least one. */
	if (!identity.atomic_bytes ||
	    identity.atomic_bytes % identity.formats.at[in_use].block_bytes)
		return -EBADMSG;
	identity.cache = cache ? TRI_YES : TRI_NO;
	identity.in_use = (unsigned)in_use;
	*ret = identity;
	return 0;
}

/* On a recorded node the record is asked. The path of a multipath disk is below its controller, as
 * a disk without paths is. */
static int read_identity(struct root *root, struct arena *arena, const struct disk *disk,
			 struct nvme_identity *ret)
{
	const char *dir = sysfs_path_parent(arena, disk->sysfs), *text;
	unsigned char *controller, *space;
	uint64_t nsid = sysfs_number(root, arena, disk->sysfs, "nsid");
	int r;

	if (!root_is_live(root)) {
		r = root_read(root, arena, arena_printf(arena, NVME_DIR "%s", disk->name), &text);
		return r < 0 ? r : identify_parse(arena, text, ret);
	}
	/* Asking a controller that is dead or being reset may block. */
	if (!text_equal(sysfs_text(root, arena, dir, "state"), "live") || !nsid ||
	    nsid >= UINT32_MAX)
		return -ENODEV;
	controller = arena_alloc(arena, NVME_IDENTIFY_BYTES);
	space = arena_alloc(arena, NVME_IDENTIFY_BYTES);
	r = nvme_identify(root, sysfs_path_base(dir), 0, controller);
	if (r == 0)
		r = nvme_identify(root, sysfs_path_base(dir), (unsigned)nsid, space);
	return r < 0 ? r : identify_decode(arena, controller, space, ret);
}

void facts_identity(struct root *root, struct arena *arena, struct facts *facts)
{
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data && disk->sysfs && text_equal(disk->driver, "nvme"))
			disk->identity.error = read_identity(root, arena, disk, &disk->identity);
	}
}
