/* SPDX-License-Identifier: Apache-2.0 */
/* irqbalance. Parts: its configuration, its unit. Without our block its file means what it meant
 * before. */
#include "facts/irqbalance.h"
#include "fuzz.h"

FUZZ_TARGET(irqbalance)
{
	struct fuzz_part parts[2];
	struct facts facts = {0};
	const struct irqbalance *found = &facts.irqbalance;
	number_list bans;

	fuzz_split(arena, text, length, parts, 2);
	fuzz_put("/etc/default/irqbalance", parts[0].text, parts[0].length);
	fuzz_put("/lib/systemd/system/irqbalance.service", parts[1].text, parts[1].length);
	facts_irqbalance(fuzz_root(), arena, &facts);
	bans = irqbalance_banned(arena, text);
	for (size_t i = 1; i < bans.count; i++)
		fuzz_check(bans.at[i - 1] < bans.at[i], "%u twice, or out of order", bans.at[i]);
	if (!found->config)
		return;
	fuzz_touch(found->content);
	fuzz_touch(found->arguments);
	bans = irqbalance_bans_in(fuzz_root(), arena, found->config, found->plain);
	fuzz_check(bans.count == found->banned.count, "%zu bans, and %zu", bans.count,
		   found->banned.count);
	fuzz_touch(found->cpus_problem);
	fuzz_touch(cpuset_list(arena, &found->cpus));
}
