/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of rpk.additional_start_flags: each that is kept reads back from its own item. */
#include "fuzz.h"
#include "profile/start_flags.h"

FUZZ_TARGET(start_flags)
{
	names lines = text_split(arena, text, '\n');
	start_items items = {0};
	start_flags flags = {0};

	(void)length;
	vec_for_each (line, &lines)
		vec_push(arena, &items, ((struct start_item){.text = *line, .line = 1}));
	start_flags_add(arena, &flags, &items);
	vec_for_each (flag, &flags) {
		const char *item = start_flag_item(arena, flag);
		start_items one = {0};
		start_flags again = {0};

		vec_push(arena, &one, ((struct start_item){.text = item, .line = 1}));
		start_flags_add(arena, &again, &one);
		fuzz_check(again.count == 1 && text_equal(again.at[0].name, flag->name) &&
			       text_equal(again.at[0].value, flag->value),
			   "'%s' reads back as another flag", item);
		fuzz_check(start_flag_find(&flags, flag->name), "%s is not found", flag->name);
	}
	start_flags_add_key(arena, &flags, RPK_SMP, text, 1);
	start_flags_add_key(arena, &flags, RPK_OVERPROVISIONED, text, 1);
}
