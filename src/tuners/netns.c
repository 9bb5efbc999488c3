/* SPDX-License-Identifier: Apache-2.0 */
#include "tuners/tuners.h"

void skip_unless_host_netns(const struct tuning *tuning, struct setting *setting)
{
	if (tuning->request->netns != NETNS_BROKER)
		return;
	setting->state = STATE_SKIPPED;
	setting->is_elsewhere = true;
	setting->note =
	    "belongs to the node's own network namespace: set it with --netns host, in a "
	    "pod with hostNetwork or on the node";
}
