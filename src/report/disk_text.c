/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to know of a disk beside its figures, as one line. */
#include "report/disk_text.h"

#include <inttypes.h>

#include "base/escape.h"
#include "base/text.h"

static void add_queues(struct str *text, const struct disk *disk)
{
	if (disk->queues)
		str_printf(text, "%u queue%s", disk->queues, disk->queues == 1 ? "" : "s");
	else
		str_add(text, "queues unknown");
	if (disk->queue_requests)
		str_printf(text, " of %" PRIu64 " requests", disk->queue_requests);
}

static void add_format(struct str *text, const struct nvme_format *format)
{
	str_printf(text, "%u", format->block_bytes);
	if (format->metadata_bytes)
		str_printf(text, "+%u", format->metadata_bytes);
}

/* The best of the formats without metadata, by the drive's own word, if it is not the one in use;
 * else NULL. */
static const struct nvme_format *better_format(const struct nvme_identity *identity)
{
	const struct nvme_format *best = &identity->formats.at[identity->in_use];

	vec_for_each (format, &identity->formats) {
		if (!format->metadata_bytes && format->performance < best->performance)
			best = format;
	}
	return best == &identity->formats.at[identity->in_use] ? NULL : best;
}

static void add_formats(struct str *text, const struct disk *disk)
{
	const struct nvme_identity *identity = &disk->identity;
	const struct nvme_format *better;

	if (!identity->known) {
		if (identity->error)
			str_printf(text, "; formats unknown (%s)", err_words(identity->error));
		return;
	}
	str_add(text, "; format ");
	add_format(text, &identity->formats.at[identity->in_use]);
	for (unsigned i = 0, told = 0; i < identity->formats.count; i++) {
		if (i == identity->in_use)
			continue;
		str_add(text, told++ ? ", " : ", also offered ");
		add_format(text, &identity->formats.at[i]);
	}
	better = better_format(identity);
	if (better)
		str_printf(text,
			   " (the drive calls %u bytes faster; `nvme format`, which erases it, "
			   "changes that)",
			   better->block_bytes);
}

static const char *yes_no(enum tri tri, const char *yes, const char *no, const char *unknown)
{
	return tri == TRI_YES ? yes : tri == TRI_NO ? no : unknown;
}

/* The kernel's word, which an administrator may have changed, and the drive's. */
static void add_cache(struct str *text, const struct disk *disk)
{
	str_printf(text, "; write cache %s, %s",
		   disk->write_cache ? escape_text(text->arena, disk->write_cache, ESCAPE_ALL)
				     : "unknown",
		   yes_no(disk->fua, "FUA", "no FUA", "FUA unknown"));
	if (disk->identity.known)
		str_printf(
		    text, " (%s by the drive's own word)",
		    yes_no(disk->identity.cache, "volatile", "none that is volatile", "unknown"));
}

static void add_atomic(struct str *text, const struct disk *disk)
{
	if (disk->atomic_bytes > 0)
		str_printf(text, "; atomic writes up to %" PRId64 " bytes", disk->atomic_bytes);
	else
		str_printf(text, "; atomic writes %s", disk->atomic_bytes < 0 ? "unknown" : "none");
	if (disk->identity.known)
		str_printf(text, " (%" PRIu64 " bytes by the drive's own word)",
			   disk->identity.atomic_bytes);
}

const char *disk_text(struct arena *arena, const struct disk *disk)
{
	struct str text = str_new(arena);

	add_queues(&text, disk);
	if (disk->logical_block_bytes && disk->physical_block_bytes)
		str_printf(&text, "; blocks of %" PRIu64 " bytes, physically %" PRIu64,
			   disk->logical_block_bytes, disk->physical_block_bytes);
	else
		str_add(&text, "; blocks unknown");
	add_formats(&text, disk);
	add_cache(&text, disk);
	add_atomic(&text, disk);
	return text.text;
}
