/* SPDX-License-Identifier: Apache-2.0 */
#include "tuners/switches.h"

#include "base/text.h"
#include "profile/redpanda.h"

bool switches_are_ignored(const struct facts *facts, const struct plan_request *request)
{
	const char *container = facts->live.container;

	return request->netns == NETNS_BROKER && container && !text_equal(container, "none");
}

static const struct redpanda_off *find(const struct tuning *tuning, const char *key)
{
	const struct redpanda_config *redpanda = tuning->request->redpanda;

	if (!redpanda || switches_are_ignored(tuning->facts, tuning->request))
		return NULL;
	vec_for_each (off, &redpanda->off) {
		if (text_equal(off->key, key))
			return off;
	}
	return NULL;
}

bool rpk_says_off(const struct tuning *tuning, const char *key)
{
	return find(tuning, key);
}

void switch_off(const struct tuning *tuning)
{
	vec_for_each (setting, &tuning->plan->settings) {
		const struct redpanda_off *off = find(tuning, setting->rpk_key);

		if (!off || (setting->state != STATE_PENDING && setting->state != STATE_FAILED))
			continue;
		setting->state = STATE_SKIPPED;
		setting->is_switched_off = true;
		setting->note = arena_printf(
		    tuning->plan->arena, "redpanda.yaml:%u says rpk.%s: false%s", off->line,
		    off->key,
		    setting->severity == SEVERITY_REQUIRED
			? ", but the profile requires it: drop that line, or make it `severity: "
			  "advised` in a profile of your own"
			: "");
	}
}
