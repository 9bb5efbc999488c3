/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to know of a disk beside its figures, for machines. */
#include "base/err.h"
#include "facts/facts.h"
#include "report/json_value.h"

static json_t *identity_value(struct arena *arena, const struct nvme_identity *identity)
{
	json_t *object, *formats;

	if (!identity->known && !identity->error)
		return json_null();
	object = json_value_object();
	formats = json_value_array();
	json_value_put(object, "errno",
		       json_value_text(arena, identity->error ? err_name(identity->error) : NULL));
	json_value_put(object, "volatile_write_cache", json_value_tri(identity->cache));
	json_value_put(object, "atomic_write_bytes", json_value_known(identity->atomic_bytes));
	for (unsigned i = 0; i < identity->formats.count; i++) {
		const struct nvme_format *format = &identity->formats.at[i];
		json_t *entry = json_value_object();

		json_value_put(entry, "block_bytes", json_value_number(format->block_bytes));
		json_value_put(entry, "metadata_bytes", json_value_number(format->metadata_bytes));
		json_value_put(entry, "performance", json_value_number(format->performance));
		json_value_put(entry, "in_use", json_value_bool(i == identity->in_use));
		json_value_append(formats, entry);
	}
	json_value_put(object, "formats", formats);
	return object;
}

void disk_json_put(struct arena *arena, json_t *object, const struct disk *disk)
{
	json_value_put(object, "logical_block_bytes", json_value_known(disk->logical_block_bytes));
	json_value_put(object, "physical_block_bytes",
		       json_value_known(disk->physical_block_bytes));
	json_value_put(object, "queues", json_value_known(disk->queues));
	json_value_put(object, "queue_requests", json_value_known(disk->queue_requests));
	json_value_put(object, "write_cache", json_value_text(arena, disk->write_cache));
	json_value_put(object, "fua", json_value_tri(disk->fua));
	json_value_put(object, "atomic_write_bytes", json_value_signed(disk->atomic_bytes));
	json_value_put(object, "identify", identity_value(arena, &disk->identity));
}
