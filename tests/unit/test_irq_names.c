/* SPDX-License-Identifier: Apache-2.0 */
/* What vectors are for, by the names that drivers give them. */
#include "base/text.h"
#include "facts/irq_names.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const role_names[] = {
    [IRQ_UNKNOWN] = "unknown", [IRQ_CONTROL] = "control", [IRQ_QUEUE] = "queue",
    [IRQ_RX] = "rx",           [IRQ_TX] = "tx",
};

/* "queue 3 managed" */
static const char *picture(struct arena *arena, const struct irq *irq)
{
	const char *number = irq->queue < 0 ? "" : arena_printf(arena, " %d", irq->queue);

	return arena_printf(arena, "%s%s%s", role_names[irq->role], number,
			    irq->is_managed ? " managed" : "");
}

START_TEST(by_driver)
{
	static const struct {
		const char *driver; /* NULL: a disk */
		const char *actions, *picture;
	} rows[] = {
	    {NULL, "nvme0q0", "control"},
	    {NULL, "nvme0q1", "queue 0 managed"},
	    {NULL, "nvme12q128", "queue 127 managed"},
	    {NULL, "nvme0q0,nvme0q1", "queue 0"},
	    {NULL, "nvme0q1, nvme0q0", "queue 0"},
	    {NULL, "nvme0q", "unknown"},
	    {NULL, "nvme0q99999999999999999999", "unknown"},
	    {NULL, "virtio3-req.0", "queue 0 managed"},
	    {NULL, "virtio3-config", "control"},
	    {NULL, "virtio3-virtqueues", "queue"},
	    {NULL, "virtio1-request", "queue managed"},
	    {NULL, "virtio1-event", "control"},
	    {NULL, "megasas0-msix7", "queue 7 managed"},
	    {NULL, "mpt3sas0-msix3", "queue 3 managed"},
	    {NULL, "smartpqi", "queue managed"},
	    {NULL, "blkif", "queue"},
	    {NULL, "ahci[0000:00:1f.2]", "unknown"},
	    {NULL, "", "unknown"},
	    {NULL, NULL, "unknown"},
	    {"virtio_net", "virtio0-input.3", "rx 3"},
	    {"virtio_net", "virtio0-output.3", "tx 3"},
	    {"virtio_net", "virtio0-config", "control"},
	    {"virtio_net", "virtio0-virtqueues", "queue"},
	    {"ena", "eth0-Tx-Rx-7", "queue 7"},
	    {"ena", "ena-mgmnt@pci:0000:00:05.0", "control"},
	    {"gve", "gve-ntfy-blk5@pci:0000:00:04.0", "queue 5"},
	    {"gve", "eth0-ntfy-block.5", "queue 5"},
	    {"gve", "gve-mgmnt@pci:0000:00:04.0", "control"},
	    {"mlx4_core", "mlx4-3@pci:0000:03:00.0", "queue"},
	    {"mlx4_core", "mlx4-async@pci:0000:03:00.0", "control"},
	    {"mlx5_core", "mlx5_comp11@pci:0000:03:00.0", "queue 11"},
	    {"mlx5_core", "mlx5_async0@pci:0000:03:00.0", "control"},
	    {"mlx5_core", "mlx5_pages_eq@pci:0000:03:00.0", "control"},
	    {"mlx5_core", "mlx5_combined0@pci:0000:03:00.1", "queue 0"},
	    {"mana", "mana_q2@pci:7870:00:00.0", "queue 2"},
	    {"mana", "mana_hwc@pci:7870:00:00.0", "control"},
	    {"i40e", "i40e-eth0-TxRx-4", "queue 4"},
	    {"i40e", "i40e-eth0:fdir-TxRx-0", "control"},
	    {"i40e", "i40e-0000:03:00.0:misc", "control"},
	    {"iavf", "iavf-eth0-TxRx-1", "queue 1"},
	    {"iavf", "iavf-0000:03:02.0:mbx", "control"},
	    {"ice", "ice-ens1-TxRx-15", "queue 15"},
	    {"ice", "ice-ens1-rx-2", "rx 2"},
	    {"ice", "ice-0000:03:00.0:misc", "control"},
	    {"idpf", "idpf-eth0-TxRx-2", "queue 2"},
	    {"idpf", "idpf-Mailbox-0", "control"},
	    {"ixgbe", "eth0-TxRx-9", "queue 9"},
	    {"ixgbe", "eth0", "control"},
	    {"ixgbevf", "eth0:mbx", "control"},
	    {"igb", "eth0-rx-1", "rx 1"},
	    {"e1000e", "eth0-rx-0", "rx 0"},
	    {"e1000e", "eth0-tx-0", "tx 0"},
	    {"e1000e", "eth0", "control"},
	    {"bnxt_en", "eth0-TxRx-3", "queue 3"},
	    {"bnxt_en", "bnxt_re-nq-1@pci:0000:03:00.0", "control"},
	    {"bnx2x", "eth0-fp-3", "queue 3"},
	    {"vmxnet3", "eth0-rxtx-2", "queue 2"},
	    {"vmxnet3", "eth0-rx-2", "rx 2"},
	    {"vmxnet3", "eth0-event-5", "control"},
	    {"vif", "eth0-q1-rx", "rx 1"},
	    {"vif", "eth0-q1-tx", "tx 1"},
	    {"vif", "eth0-q1", "queue 1"},
	    /* The name of another driver, or an unknown one, proves nothing. */
	    {"ena", "eth0-TxRx-7", "unknown"},
	    {"newdrv", "eth0-TxRx-7", "unknown"},
	    {NULL, "eth0-TxRx-7", "unknown"},
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct nic nic = {.name = "eth0", .driver = rows[i].driver};
		struct irq irq = {.actions = rows[i].actions};
		const char *found;

		irq_name_vector(arena, rows[i].driver ? &nic : NULL, &irq);
		found = picture(arena, &irq);
		ck_assert_msg(text_equal(found, rows[i].picture), "%s %s is %s",
			      rows[i].driver ? rows[i].driver : "disk", rows[i].actions, found);
	}
	arena_free(arena);
}
END_TEST

/* gve: the first half of the row transmits. */
START_TEST(by_whole_device)
{
	struct arena *arena = arena_new();
	struct nic gve = {.name = "eth0", .driver = "gve"};
	struct nic intel = {.name = "eth0", .driver = "e1000e"};
	struct irq irqs[5];
	irq_group group = {0};

	for (int i = 0; i < 4; i++) {
		irqs[i] = (struct irq){
		    .actions = arena_printf(arena, "gve-ntfy-blk%d@pci:0000:00:04.0", i)};
		irq_name_vector(arena, &gve, &irqs[i]);
		vec_push(arena, &group, &irqs[i]);
	}
	irqs[4] = (struct irq){.actions = "gve-mgmnt@pci:0000:00:04.0"};
	irq_name_vector(arena, &gve, &irqs[4]);
	vec_push(arena, &group, &irqs[4]);
	irq_name_group(&gve, &group);
	ck_assert_str_eq(picture(arena, &irqs[0]), "tx 0");
	ck_assert_str_eq(picture(arena, &irqs[1]), "tx 1");
	ck_assert_str_eq(picture(arena, &irqs[2]), "rx 0");
	ck_assert_str_eq(picture(arena, &irqs[3]), "rx 1");
	ck_assert_str_eq(picture(arena, &irqs[4]), "control");

	/* One interrupt for all that the card does is no control vector. */
	group.count = 0;
	irqs[0] = (struct irq){.actions = "eth0"};
	irq_name_vector(arena, &intel, &irqs[0]);
	ck_assert_str_eq(picture(arena, &irqs[0]), "control");
	vec_push(arena, &group, &irqs[0]);
	irq_name_group(&intel, &group);
	ck_assert_str_eq(picture(arena, &irqs[0]), "unknown");
	arena_free(arena);
}
END_TEST

RUN_SUITE("irq_names", by_driver, by_whole_device)
