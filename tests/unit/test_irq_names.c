/* SPDX-License-Identifier: Apache-2.0 */
/* What vectors are for, by the names that drivers give them. */
#include "base/text.h"
#include "facts/irq_names.h"
#include "run_suite.h"
#include "sys_tree.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const role_names[] = {
    [IRQ_UNKNOWN] = "unknown", [IRQ_CONTROL] = "control", [IRQ_QUEUE] = "queue",
    [IRQ_RX] = "rx",           [IRQ_TX] = "tx",
};

/* Of the tests that do not name another. */
static const struct irq_kernel debian12 = {.version = KERNEL(6, 1), .is_x86 = true, .online = 4};

/* "queue 3 managed", "queue 2-3" */
static const char *picture(struct arena *arena, const struct irq *irq)
{
	const char *number = irq->queue < 0 ? "" : arena_printf(arena, " %d", irq->queue);
	const char *last = irq->queue >= 0 && irq->last_queue > irq->queue
			       ? arena_printf(arena, "-%d", irq->last_queue)
			       : "";

	return arena_printf(arena, "%s%s%s%s", role_names[irq->role], number, last,
			    irq->is_managed ? " managed" : "");
}

/* Handlers of one device, separated by bars: what each is for, likewise. nic: NULL for a disk. */
static const char *device(struct arena *arena, const struct irq_kernel *kernel,
			  const struct nic *nic, const char *handlers)
{
	names list = text_split(arena, handlers, '|');
	struct irq *irqs = arena_alloc(arena, list.count * sizeof(*irqs));
	struct str str = str_new(arena);
	irq_group group = {0};

	for (size_t i = 0; i < list.count; i++) {
		irqs[i] = (struct irq){.number = (unsigned)i, .actions = list.at[i]};
		vec_push(arena, &group, irq_name_vector(arena, kernel, nic, &irqs[i]));
	}
	irq_name_group(arena, kernel, nic, &group);
	for (size_t i = 0; i < list.count; i++)
		str_printf(&str, "%s%s", i ? "|" : "", picture(arena, &irqs[i]));
	return str.text;
}

struct one {
	const char *driver; /* NULL: a disk */
	const char *actions, *picture;
};

static const struct one by_name[] = {
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
    {NULL, "megasas", "queue managed"},
    {NULL, "megasas0", "queue"},
    {NULL, "mpi3mr0-msix7", "queue 7 managed"},
    {NULL, "hpsa0-msix7", "queue 7 managed"},
    {NULL, "hpsa0-msix", "queue managed"},
    {NULL, "hpsa0-intx", "unknown"},
    {NULL, "aacraid", "queue managed"},
    {NULL, "hisi_sas_v3_hw cq", "queue managed"},
    {NULL, "hisi_sas_v3_hw phy", "control"},
    {NULL, "hisi_sas_v3_hw fatal", "control"},
    {NULL, "qla2xxx5_qpair3", "queue 3 managed"},
    {NULL, "qla2xxx5_default", "control"},
    {NULL, "qla2xxx5_rsp_q", "queue"},
    {NULL, "qla2xxx (default)", "control"},
    {NULL, "csio-03:00:6-scsi4", "queue 4 managed"},
    {NULL, "csio-03:00:6-fwevt", "control"},
    {NULL, "beiscsi_03_0a", "queue managed"},
    {NULL, "beiscsi_mcc_03", "control"},
    {NULL, "pm80xx0-3", "queue 3 managed"},
    {NULL, "fnic0-scsi-wq-2", "queue 2 managed"},
    {NULL, "fnic0-scsi-wq", "queue"},
    {NULL, "fnic0-fcs-rq", "control"},
    {NULL, "lpfc:sp", "control"},
    {NULL, "lpfc:fp", "queue"},
    {NULL, "virtio3-control", "control"},
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
    {"vif", "vif0-q1-rx", "rx 1"},
    {"i40e", "i40e-0000:03:00.0:fdir-TxRx-0", "control"},
    {"ice", "ice-0000:4b:00.0:ctrl-TxRx-0", "control"},
    {"ice", "ice-0000:4b:00.0:ll_ts", "control"},
    {"ice", "ice-ens2f1-TxRx-0-1", "queue 0-1"},
    {"ice", "ice-ens2f1-TxRx-62-63", "queue 62-63"},
    {"ice", "ice-ens2f1-TxRx-3-2", "unknown"},
    {"igb", "eth0-unused", "control"},
    {"fm10k", "eth0-TxRx-1", "queue 1"},
    {"igbvf", "eth0-tx-0", "tx 0"},
    {"bnx2", "eth0-3", "queue 3"},
    {"tg3", "eth0-txrx-1", "queue 1"},
    {"tg3", "eth0-0", "control"},
    {"qede", "eth0-fp-5", "queue 5"},
    {"qede", "sp-0-81:00.00", "control"},
    {"hns3", "hns3-0000:7d:00.0-TxRx-6", "queue 6"},
    {"hns3", "hns3-0000:7d:00.0-Rx-1", "rx 1"},
    {"hns3", "hclge-misc-0000:7d:00.0", "control"},
    {"hns3", "hclgevf-misc-0000:7d:01.0", "control"},
    {"hns3", "hns3-0000:7d:00.0-misc", "control"},
    {"cxgb4", "eth0-Rx7", "queue 7"},
    {"cxgb4", "eth0-FWeventq", "control"},
    {"cxgb4", "eth0-mirrorrxq1", "control"},
    {"cxgb4vf", "eth0-2", "queue 2"},
    {"cxgb4vf", "0000:03:01.0-FWeventq", "control"},
    {"sfc", "eth0-3", "queue 3"},
    {"sfc", "eth0-rx-3", "rx 3"},
    {"sfc", "eth0-tx-3", "tx 3"},
    {"sfc", "eth0-xdp-0", "control"},
    {"sfc", "eth0-ptp", "control"},
    {"sfc_ef100", "eth0-1", "queue 1"},
    {"ionic", "ionic-eth0-L0-rx12", "rx 12"},
    {"ionic", "ionic-eth0-L0-tx3", "tx 3"},
    {"ionic", "ionic-0000:b5:00.0-L0-admin", "control"},
    {"ionic", "ionic-eth0-L0-hwsta", "control"},
    {"enic", "eth0-rx-1", "rx 1"},
    {"enic", "eth0-tx-1", "tx 1"},
    {"enic", "eth0-err", "control"},
    {"enic", "eth0-notify", "control"},
    {"be2net", "eth0-q3", "queue 3"},
    {"nfp", "eth0-rxtx-2", "queue 2"},
    {"nfp", "eth0-lsc", "control"},
    {"hinic", "eth0_rxq4", "rx 4"},
    {"hinic", "eth0_txq4", "tx 4"},
    {"hinic", "hinic_ceq0@pci:0000:17:00.0", "control"},
    {"txgbe", "eth0-TxRx-2", "queue 2 managed"},
    {"txgbe", "eth0", "control"},
    {"mlx5_core", "mlx5_sf_comp7@pci:0000:03:00.0", "control"},
    {"mlx4_core", "mlx4-3@0000:03:00.0", "queue"},
    {"gve", "eth%d-ntfy-block.3", "queue 3"},
    {"iavf", "iavf-eth0-rx-1", "rx 1"},
    /* The name of another driver proves nothing, nor does one that is no driver's. */
    {"ena", "eth0-TxRx-7", "unknown"},
    {NULL, "eth0-TxRx-7", "unknown"},
    {"newdrv", "newdrv-7", "unknown"},
    {"newdrv", "eth0:ctrl-TxRx-0", "unknown"},
    /* Drivers without a row: what most of them do. */
    {"newdrv", "eth0-TxRx-7", "queue 7"},
    {"newdrv", "eth0-rxtx-7", "queue 7"},
    {"newdrv", "eth0-Tx-Rx-7", "queue 7"},
    {"newdrv", "eth0-rx-7", "rx 7"},
    {"newdrv", "eth0-Tx-7", "tx 7"},
    {"newdrv", "eth0-fp-7", "queue 7"},
    {"newdrv", "newdrv-eth0-TxRx-7", "queue 7"},
    {"newdrv", "newdrv-0000:03:00.0-TxRx-7", "queue 7"},
    {"newdrv", "eth0", "control"},
};

START_TEST(by_driver)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT(by_name); i++) {
		struct nic nic = {.name = "eth0", .driver = by_name[i].driver};
		struct irq irq = {.actions = by_name[i].actions};
		const char *found;

		irq_name_vector(arena, &debian12, by_name[i].driver ? &nic : NULL, &irq);
		found = picture(arena, &irq);
		ck_assert_msg(text_equal(found, by_name[i].picture), "%s %s is %s",
			      by_name[i].driver ? by_name[i].driver : "disk", by_name[i].actions,
			      found);
	}
	arena_free(arena);
}
END_TEST

struct whole {
	const char *driver; /* NULL: a disk */
	const char *handlers, *picture;
};

static void check_all(const struct irq_kernel *kernel, const char *interface,
		      const struct whole *rows, size_t count)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		struct nic nic = {.name = interface, .driver = rows[i].driver};
		const char *found =
		    device(arena, kernel, rows[i].driver ? &nic : NULL, rows[i].handlers);

		ck_assert_msg(text_equal(found, rows[i].picture), "%s %s\n is %s\nnot %s",
			      rows[i].driver ? rows[i].driver : "disk", rows[i].handlers, found,
			      rows[i].picture);
	}
	arena_free(arena);
}

START_TEST(cards)
{
	static const struct whole rows[] = {
	    /* gve: the first half of the row transmits. */
	    {"gve",
	     "gve-ntfy-blk0@pci:0000:00:04.0|gve-ntfy-blk1@pci:0000:00:04.0|"
	     "gve-ntfy-blk2@pci:0000:00:04.0|gve-ntfy-blk3@pci:0000:00:04.0|"
	     "gve-mgmnt@pci:0000:00:04.0",
	     "tx 0|tx 1|rx 0|rx 1|control"},
	    /* One interrupt for all that the card does is no control vector; of several ones the
	     * bare name is. */
	    {"e1000e", "eth0", "unknown"},
	    {"newdrv", "eth0", "unknown"},
	    {"newdrv", "eth0|newdrv-0|newdrv-1", "control|unknown|unknown"},
	    {"ixgbe", "eth0-TxRx-0|eth0-TxRx-1|eth0", "queue 0|queue 1|control"},
	    /* What is known to be control stays so when no queue is up. */
	    {"i40e", "i40e-0000:03:00.0:misc", "control"},
	    {"hns3", "hclge-misc-0000:7d:00.0", "control"},
	    {"bnxt_en", "eth0|bnxt_re-nq-0@pci:0000:03:00.0", "unknown|control"},
	    {NULL, "nvme0q0", "control"},
	    /* hns3_nic_init_irq counts twice; other kernels may not. */
	    {"hns3",
	     "hclge-misc-0000:7d:00.0|hns3-0000:7d:00.0-TxRx-0|hns3-0000:7d:00.0-TxRx-2|"
	     "hns3-0000:7d:00.0-TxRx-4",
	     "control|queue 0|queue 1|queue 2"},
	    {"hns3",
	     "hns3-0000:7d:00.0-misc|hns3-0000:7d:00.0-TxRx-0|hns3-0000:7d:00.0-TxRx-1|"
	     "hns3-0000:7d:00.0-TxRx-2",
	     "control|queue 0|queue 1|queue 2"},
	    /* The number of the vector, or of the ring in one row with those of the other kind. */
	    {"bnxt_en", "eth0-rx-0|eth0-rx-1|eth0-tx-2|eth0-tx-3", "rx 0|rx 1|tx 0|tx 1"},
	    {"vmxnet3", "eth0-tx-0|eth0-tx-1|eth0-rx-2|eth0-rx-3|eth0-event-4",
	     "tx 0|tx 1|rx 0|rx 1|control"},
	    {"vmxnet3", "eth0-rxtx-0|eth0-rxtx-1|eth0-event-2", "queue 0|queue 1|control"},
	    {"tg3", "eth0-tx-0|eth0-rx-1|eth0-rx-2", "tx 0|rx 0|rx 1"},
	    {"tg3", "eth0-0|eth0-txrx-1|eth0-txrx-2", "control|queue 0|queue 1"},
	    {"idpf", "idpf-Mailbox-0|idpf-eth0-TxRx-1|idpf-eth0-TxRx-2|idpf-eth0-Tx-3",
	     "control|queue 0|queue 1|tx 2"},
	    {"newdrv", "eth0-TxRx-1|eth0-TxRx-2|eth0-TxRx-10", "queue 0|queue 1|queue 2"},
	    /* Vectors of Intel's own ice serve several queues. */
	    {"ice",
	     "ice-0000:4b:00.0:misc|ice-0000:4b:00.0:ctrl-TxRx-0|ice-eth0-TxRx-0-1|"
	     "ice-eth0-TxRx-2-3",
	     "control|control|queue 0-1|queue 2-3"},
	};

	check_all(&debian12, "eth0", rows, COUNT(rows));
}
END_TEST

/* Interfaces whose names look like patterns, hold each other, or were others before. */
START_TEST(names_of_interfaces)
{
	static const struct whole like_pattern[] = {
	    {"igb", "a-rx-0|a-rx-0-TxRx-0|a-rx-0-TxRx-1", "control|queue 0|queue 1"},
	    {"newdrv", "a-rx-0|a-rx-0-rx-0|a-rx-0-tx-0", "control|rx 0|tx 0"},
	    {"sfc", "a-rx-0-0|a-rx-0-1", "queue 0|queue 1"},
	};
	static const struct whole like_queue[] = {
	    {"bnx2", "lan-1-0|lan-1-1", "queue 0|queue 1"},
	    {"i40e", "i40e-lan-1-TxRx-0|i40e-lan-1-TxRx-1", "queue 0|queue 1"},
	};
	static const struct whole renamed[] = {
	    {"ena", "ena-mgmnt@pci:0000:00:05.0|eth0-Tx-Rx-0|eth0-Tx-Rx-1",
	     "control|queue 0|queue 1"},
	    {"i40e", "i40e-eth0-TxRx-0|i40e-eth0-TxRx-1", "queue 0|queue 1"},
	    {"newdrv", "eth0-TxRx-0|eth0-TxRx-1|eth0", "queue 0|queue 1|unknown"},
	};
	static const struct whole dotted[] = {
	    {"ixgbe", "p1.port-2-TxRx-0|p1.port-2", "queue 0|control"},
	    {"ice", "ice-p1.port-2-TxRx-0|ice-0000:4b:00.0:misc", "queue 0|control"},
	};

	check_all(&debian12, "a-rx-0", like_pattern, COUNT(like_pattern));
	check_all(&debian12, "lan-1", like_queue, COUNT(like_queue));
	check_all(&debian12, "ens1f0np0", renamed, COUNT(renamed));
	check_all(&debian12, "p1.port-2", dotted, COUNT(dotted));
}
END_TEST

/* pre_vectors of struct irq_affinity: in front of those that the kernel places. */
START_TEST(kept_vectors)
{
	static const struct whole small[] = {
	    {NULL, "megasas0-msix0|megasas0-msix1|megasas0-msix2",
	     "control|queue 0 managed|queue 1 managed"},
	    {NULL, "megasas0-msix0", "queue 0"},
	    {NULL, "megasas|megasas|megasas|megasas",
	     "queue managed|queue managed|queue managed|queue managed"},
	    {NULL, "mpi3mr0-msix0|mpi3mr0-msix1|mpi3mr0-msix2",
	     "control|queue 0 managed|queue 1 managed"},
	    {NULL, "mpi3mr0-msix0", "queue 0"},
	    {NULL, "mpt3sas0-msix0|mpt3sas0-msix1", "queue 0 managed|queue 1 managed"},
	    {NULL, "pm80xx0-0|pm80xx0-1", "control|queue 0 managed"},
	    {NULL, "fnic0-fcs-rq|fnic0-fcs-wq|fnic0-scsi-wq-0|fnic0-scsi-wq-1|fnic0-err-notify",
	     "control|control|queue 0|queue 1 managed|control"},
	    {NULL, "qla2xxx7_default|qla2xxx7_rsp_q|qla2xxx7_qpair0|qla2xxx7_qpair1",
	     "control|queue|queue 0 managed|queue 1 managed"},
	    {NULL, "virtio1-config|virtio1-control|virtio1-event|virtio1-request|virtio1-request",
	     "control|control|control|queue managed|queue managed"},
	    {NULL, "virtio1-config|virtio1-virtqueues", "control|queue"},
	};
	/* Eight more than CPUs: their balanced modes. */
	const struct irq_kernel eight = {.version = KERNEL(6, 1), .is_x86 = true, .online = 8};
	struct arena *arena = arena_new();
	struct str megasas = str_new(arena), mpt3sas = str_new(arena), wanted = str_new(arena);

	check_all(&debian12, NULL, small, COUNT(small));
	for (int i = 0; i < 16; i++) {
		str_printf(&megasas, "%smegasas0-msix%d", i ? "|" : "", i);
		str_printf(&mpt3sas, "%smpt3sas0-msix%d", i ? "|" : "", i);
		str_printf(&wanted, "%squeue %d%s", i ? "|" : "", i, i < 8 ? "" : " managed");
	}
	ck_assert_str_eq(device(arena, &eight, NULL, megasas.text), wanted.text);
	ck_assert_str_eq(device(arena, &eight, NULL, mpt3sas.text), wanted.text);
	arena_free(arena);
}
END_TEST

START_TEST(by_kernel)
{
	static const struct {
		unsigned version;
		bool is_x86;
		const char *actions, *picture;
	} rows[] = {
	    {KERNEL(5, 9), false, "hisi_sas_v3_hw cq", "queue"},
	    {KERNEL(5, 10), false, "hisi_sas_v3_hw cq", "queue managed"},
	    {KERNEL(4, 18), true, "aacraid", "queue managed"},
	    {KERNEL(6, 16), true, "aacraid", "queue managed"},
	    {KERNEL(6, 17), true, "aacraid", "queue"},
	    {KERNEL(6, 1), true, "lpfc:3", "queue 3"},
	    {KERNEL(6, 1), false, "lpfc:3", "queue 3 managed"},
	    {KERNEL(4, 18), false, "lpfc:3", "queue 3"},
	    {KERNEL(5, 15), true, "pm80xx0-3", "queue 3"},
	    {0, false, "pm80xx0-3", "queue 3 managed"},
	    {KERNEL(4, 18), true, "nvme0q1", "queue 0 managed"},
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct irq_kernel kernel = {
		    .version = rows[i].version, .is_x86 = rows[i].is_x86, .online = 4};
		struct irq irq = {.actions = rows[i].actions};

		irq_name_vector(arena, &kernel, NULL, &irq);
		ck_assert_msg(text_equal(picture(arena, &irq), rows[i].picture), "%s of %u is %s",
			      rows[i].actions, rows[i].version, picture(arena, &irq));
	}
	arena_free(arena);
}
END_TEST

/* Stable kernels before 6.17 may have left aacraid's vectors to us. */
START_TEST(by_mask)
{
	static const struct {
		const char *mask, *picture, *actions;
	} rows[] = {{"2-3", "queue managed", "aacraid"}, {"0-3", "queue", "aacraid"},
		    {"0-127", "queue", "aacraid"},       {NULL, "queue managed", "aacraid"},
		    {"2-3", "queue managed", "megasas"}, {"0-3", "queue", "megasas"}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {
		    .host = {.kernel_release = "6.1.0-40-amd64", .arch = "x86_64"}};

		cpuset_add(tree->arena, &facts.topology.online, 0);
		cpuset_add(tree->arena, &facts.topology.online, 3);
		vec_push(tree->arena, &facts.disks, (struct disk){.name = "sda"});
		for (unsigned number = 30; number < 32; number++)
			vec_push(tree->arena, &facts.irqs,
				 (struct irq){.number = number,
					      .actions = rows[i].actions,
					      .device = "sda"});
		sys_attr(tree, "/proc/irq/30", "smp_affinity_list", "0-1");
		if (rows[i].mask)
			sys_attr(tree, "/proc/irq/31", "smp_affinity_list", rows[i].mask);
		irq_roles(tree_open(tree), tree->arena, &facts);
		ck_assert_str_eq(picture(tree->arena, &facts.irqs.at[0]), rows[i].picture);
		ck_assert_str_eq(picture(tree->arena, &facts.irqs.at[1]), rows[i].picture);
	}
}
END_TEST

RUN_SUITE("irq_names", by_driver, cards, names_of_interfaces, kept_vectors, by_kernel, by_mask)
