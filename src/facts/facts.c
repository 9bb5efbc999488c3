/* SPDX-License-Identifier: Apache-2.0 */
/* All facts of a node, one part after the other. */
#include "facts/facts.h"

#include "facts/irq_table.h"

int facts_collect(struct root *root, struct arena *arena, const struct facts_request *request,
		  struct facts *ret, struct err *err)
{
	struct facts facts = {.live_root = root_is_live(root)};
	struct hwloc_child hwloc;
	int r = live_read(root, arena, request->data_dir, &facts.live, err);

	if (r < 0)
		return r;
	live_ask_kubelet(root, arena, request->kubelet_dir, &facts.live);
	if (facts.live_root)
		live_ask_listeners(arena, &request->listeners, &facts.live);
	*ret = facts;
	r = facts_host(root, arena, &facts);
	if (r < 0)
		return err_set(err, r, "cannot read what this host is: %s", err_words(r));
	facts_machine(root, arena, &facts);
	facts_kernel_build(root, arena, &facts);
	r = facts_topology_start(root, arena, request, &facts, &hwloc, err);
	if (r < 0)
		return r;
	irq_table(root, arena, &facts);
	facts_topology(root, arena, &hwloc, &facts);
	r = facts_block(root, arena, request, &facts, err);
	if (r < 0)
		return r;
	r = facts_net(root, arena, request, &facts, err);
	if (r < 0)
		return r;
	r = facts_irq(root, arena, &facts);
	if (r < 0)
		return err_set(err, r, "cannot read the interrupts: %s", err_words(r));
	facts_isolated(root, arena, &facts);
	facts_kubelet(root, arena, request, &facts);
	r = facts_cpu(root, arena, &facts);
	if (r < 0)
		return err_set(err, r, "cannot read the CPU frequency and idle states: %s",
			       err_words(r));
	facts_systemd(root, arena, &facts);
	facts_rivals(root, arena, &facts);
	facts_sysctl_d(root, arena, &facts);
	facts_udev_rules(root, arena, &facts);
	facts_limits(root, arena, &facts);
	facts_fstrim(root, arena, &facts);
	facts_health(root, arena, &facts);
	facts_identity(root, arena, &facts);
	facts_hardware(root, arena, &facts);
	facts_irqbalance(root, arena, &facts);
	*ret = facts;
	return 0;
}
