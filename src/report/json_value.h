/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building JSON for reports: unknown becomes null, bytes that are no UTF-8 are escaped, keys keep
 * the order in which they are put. jansson fails only without memory: then the program ends, like
 * everywhere else.
 */
#ifndef REPORT_JSON_VALUE_H
#define REPORT_JSON_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "live/live.h"
#include "plan/placement.h"

json_t *json_value_object(void);
json_t *json_value_array(void);
/* Both take the value over. */
void json_value_put(json_t *object, const char *key, json_t *value);
void json_value_append(json_t *array, json_t *value);

json_t *json_value_text(struct arena *arena, const char *text); /* NULL: null */
json_t *json_value_texts(struct arena *arena, const names *list);
json_t *json_value_number(uint64_t number);
json_t *json_value_known(uint64_t number); /* 0: null */
json_t *json_value_signed(int64_t number); /* negative: null */
json_t *json_value_real(double number);    /* not finite: null */
json_t *json_value_tri(enum tri tri);      /* unknown: null */
json_t *json_value_bool(bool truth);
json_t *json_value_tool(struct arena *arena); /* which thintune made the report */
/* The same, and which build of it; NULL: unknown. */
struct build;
json_t *json_value_build(struct arena *arena, const struct build *build);

/* What waives a setting or a check. */
struct waiving;
json_t *json_value_waiver(struct arena *arena, const struct waiving *waiving);

/* Text with a final newline; drops the value. */
char *json_value_dump(struct arena *arena, json_t *value);
/* The same, where the object has an empty array of that key, which gets the items. The tree of
 * thousands of settings would take most of the memory that the report of a large node takes. */
char *json_value_dump_with(struct arena *arena, json_t *value, const char *key, const names *items);
/* One of these items; drops the value. */
const char *json_value_item(struct arena *arena, json_t *value);

/* probe_json.c: the value of `probe` in a report. */
struct report_probe;
json_t *probe_json(struct arena *arena, const struct report_probe *probe);
/* probe_cpu_json.c: and of `cpu` in it. */
struct cpu_result;
json_t *probe_cpu_json(struct arena *arena, const struct cpu_result *result);

/* probe_envelope_json.c: and of `envelope` in it. */
struct probe_result;
json_t *probe_envelope_json(struct arena *arena, const struct probe_result *result);

/* disk_json.c: what there is to know of a disk beside its figures, into an object. */
struct disk;
void disk_json_put(struct arena *arena, json_t *object, const struct disk *disk);

/* facts_json.c: the same in both kinds of report. */
json_t *facts_placement_json(struct arena *arena, const struct placement *placement);
/* What was read in redpanda.yaml; NULL: there is none. */
struct redpanda_config;
json_t *facts_redpanda_json(struct arena *arena, const struct redpanda_config *redpanda);

#endif
