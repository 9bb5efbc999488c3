/* SPDX-License-Identifier: Apache-2.0 */
/* What the distance between NUMA nodes costs, for machines. */
#include "report/distance.h"
#include "report/json_value.h"

static json_t *figure_value(struct arena *arena, const struct effect *effect)
{
	json_t *object = json_value_object();

	json_value_put(object, "job", json_value_text(arena, effect->job));
	json_value_put(object, "figure", json_value_text(arena, effect->figure));
	json_value_put(object, "near", json_value_real(effect->original));
	json_value_put(object, "far", json_value_real(effect->tuned));
	json_value_put(object, "change", json_value_real(effect->change));
	json_value_put(object, "low", json_value_real(effect->low));
	json_value_put(object, "high", json_value_real(effect->high));
	json_value_put(object, "smallest", json_value_real(effect->smallest));
	json_value_put(object, "verdict", json_value_text(arena, distance_verdict(effect)));
	return object;
}

json_t *distance_json(struct arena *arena, const struct report_probe *probe)
{
	const struct probe_distances *distances = probe->result ? &probe->result->distances : NULL;
	json_t *object, *list;

	if (!distances || !distances->is_wanted)
		return json_null();
	object = json_value_object();
	list = json_value_array();
	vec_for_each (effect, &probe->distance)
		json_value_append(list, figure_value(arena, effect));
	json_value_put(object, "node", json_value_signed(distances->node));
	json_value_put(object, "far_node", json_value_signed(distances->far_node));
	json_value_put(object, "distance", json_value_signed(distances->distance));
	json_value_put(object, "blocks", json_value_number(distances->block_count));
	json_value_put(object, "figures", list);
	json_value_put(object, "note", json_value_text(arena, probe->distance_note));
	return object;
}
