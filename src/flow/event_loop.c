/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a loop that takes no orders from the environment and writes to nobody's terminal. */
#include "flow/event_loop.h"

/* Nothing is printed from here: only main.c prints. */
static void be_silent(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

struct event_base *event_loop_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	event_set_log_callback(be_silent);
	if (config &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}
