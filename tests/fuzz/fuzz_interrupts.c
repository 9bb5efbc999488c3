/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/interrupts, and the names of vectors that are in it. */
#include "facts/irq_names.h"
#include "facts/irq_table.h"
#include "fuzz.h"

static void name_all(struct arena *arena, struct facts *facts, const struct nic *nic,
		     const struct irq_kernel *kernel)
{
	irq_group group = {0};

	vec_for_each (irq, &facts->irqs)
		vec_push(arena, &group, irq_name_vector(arena, kernel, nic, irq));
	irq_name_group(arena, kernel, nic, &group);
	vec_for_each (irq, &facts->irqs)
		fuzz_check(irq->queue >= -1 && (irq->last_queue <= irq->queue || irq->queue >= 0),
			   "'%s' has the queues %d to %d", irq->actions, irq->queue,
			   irq->last_queue);
}

FUZZ_TARGET(interrupts)
{
	static const char *const drivers[] = {"mlx5_core", "ena",  "ixgbe",      "virtio_net",
					      "i40e",      "gve",  "hv_netvsc",  "bnxt_en",
					      "mlx4_en",   "qede", "some-other", "idpf"};
	const struct irq_kernel kernel = {.version = KERNEL(6, 1), .is_x86 = true, .online = 8};
	struct facts facts = {0};
	unsigned last = 0;

	fuzz_put("/proc/interrupts", text, length);
	irq_table(fuzz_root(), arena, &facts);
	vec_for_each (irq, &facts.irqs) {
		fuzz_check(irq->number >= last, "%u after %u", irq->number, last);
		last = irq->number;
		fuzz_touch(irq->actions);
		fuzz_touch(irq->chip);
	}
	name_all(arena, &facts, NULL, &kernel);
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		struct nic nic = {
		    .name = "eth0", .driver = drivers[i], .pci = "0000:00:05.0", .numa = -1};

		name_all(arena, &facts, &nic, &kernel);
	}
}
