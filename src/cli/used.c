/* SPDX-License-Identifier: Apache-2.0 */
/* The options that are in effect, for the report: those of the command line and of the file,
 * written so that they could be typed again. */
#include "base/text.h"
#include "cli/parsing.h"

/* In the largest unit that tells it exactly. */
static const char *duration_text(struct arena *arena, uint64_t us)
{
	static const struct {
		uint64_t us;
		const char *unit;
	} units[] = {{UINT64_C(3600000000), "h"}, {60000000, "min"}, {1000000, "s"}, {1000, "ms"}};

	for (size_t i = 0; us && i < sizeof(units) / sizeof(units[0]); i++) {
		if (us % units[i].us == 0)
			return arena_printf(arena, "%llu%s", (unsigned long long)(us / units[i].us),
					    units[i].unit);
	}
	return arena_printf(arena, "%lluus", (unsigned long long)us);
}

static const char *value_text(struct arena *arena, const struct option_row *row,
			      const struct options *options)
{
	const char *field = (const char *)options + row->offset;

	switch (row->take) {
	case TAKE_FLAG:
		return "";
	case TAKE_TEXT:
		return parsing_quoted(arena, *(const char *const *)(const void *)field);
	case TAKE_LIST:
		return parsing_quoted(arena,
				      text_join(arena, (const names *)(const void *)field, ","));
	case TAKE_NUMBER:
	case TAKE_SIZE:
		return arena_printf(arena, "%llu",
				    (unsigned long long)*(const uint64_t *)(const void *)field);
	case TAKE_DURATION:
		return duration_text(arena, *(const uint64_t *)(const void *)field);
	case TAKE_FORM:
		break;
	}
	return "";
}

names parsing_used(const struct parsing *parsing)
{
	struct arena *arena = parsing->arena;
	names used = {0};

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *value;

		if (!parsing->used[i] || row->take == TAKE_FORM)
			continue;
		value = value_text(arena, row, parsing->options);
		vec_push(arena, &used,
			 *value ? arena_printf(arena, "--%s %s", row->name, value)
				: arena_printf(arena, "--%s", row->name));
	}
	vec_for_each (form, &parsing->options->forms) {
		names parts = parsing_form_parts(arena, form);

		vec_for_each (part, &parts)
			vec_push(arena, &used, *part);
	}
	return used;
}
