/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/text.h"
#include "facts/irq_table.h"
#include "run_suite.h"
#include "sys_tree.h"

#define PORT    "/sys/devices/pci0000:00/0000:00:03.1"
#define SLOT(n) PORT "/0000:0" #n ":00.0"
#define MMIO    "/sys/devices/platform/a000000.virtio_mmio/virtio"

/* data: the disk below the data directory; nic: the NIC of --nic; NULL none. */
static struct facts *read_with(struct tree *tree, const char *data, const char *nic)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct facts_request request = {0};
	struct root *root = tree_open(tree);

	if (nic)
		vec_push(tree->arena, &request.nics, nic);
	ck_assert_int_eq(facts_block(root, tree->arena, &request, facts, NULL), 0);
	vec_for_each (disk, &facts->disks)
		disk->is_data = text_equal(disk->name, data);
	ck_assert_int_eq(facts_net(root, tree->arena, &request, facts, NULL), 0);
	irq_table(root, tree->arena, facts);
	ck_assert_int_eq(facts_irq(root, tree->arena, facts), 0);
	return facts;
}

static struct facts *read_with_data(struct tree *tree, const char *data)
{
	return read_with(tree, data, NULL);
}

static struct facts *read_all(struct tree *tree)
{
	return read_with(tree, NULL, NULL);
}

/* "24 nvme0q0 nvme0n1|25 - -|26 mlx4-1 eth0+eth1": number, handlers, devices. */
static const char *picture(struct tree *tree, const struct facts *facts)
{
	struct str str = str_new(tree->arena);

	vec_for_each (irq, &facts->irqs) {
		const char *actions = irq->actions ? irq->actions : "?";

		str_printf(&str, "%s%u %s %s", str.length ? "|" : "", irq->number,
			   *actions ? actions : "-",
			   irq->shared_by ? text_join(tree->arena, irq->shared_by, "+")
			   : irq->device  ? irq->device
					  : "-");
	}
	return str.text;
}

static void virtio_disk(struct tree *tree, unsigned number, const char *name)
{
	const char *device = arena_printf(tree->arena, MMIO "%u", number);
	const char *dir = arena_printf(tree->arena, "%s/block/%s", device, name);

	sys_disk(tree, dir, arena_printf(tree->arena, "254:%u", number));
	sys_link(tree, arena_printf(tree->arena, "%s/device", dir), device);
}

/* By vector ----------------------------------------------------------------------------------- */

/* The root port in front has an interrupt of its own. */
START_TEST(test_vectors_of_the_last_function)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_nvme(tree, SLOT(2), 1, "259:1");
	sys_nic(tree, SLOT(3), "eth0");
	sys_link(tree, "/sys/bus/pci/devices/0000:03:00.0", SLOT(3));
	sys_vectors(tree, PORT, 24, 24, "pcieport");
	sys_vectors(tree, SLOT(1), 9, 11, "a");
	sys_vectors(tree, SLOT(2), 100, 101, "b");
	sys_vectors(tree, SLOT(3), 25, 25, "c");
	sys_irq(tree, 26, "", "IO-APIC");
	ck_assert_str_eq(
	    picture(tree, read_all(tree)),
	    "9 a0 nvme0n1|10 a1 nvme0n1|11 a2 nvme0n1|24 pcieport0 -|25 c0 eth0|26 - -|"
	    "100 b0 nvme1n1|101 b1 nvme1n1");
}
END_TEST

START_TEST(test_first_of_those_who_share)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_disk(tree, SLOT(1) "/nvme/nvme0/nvme0n2", "259:1");
	sys_link(tree, SLOT(1) "/nvme/nvme0/nvme0n2/device", SLOT(1) "/nvme/nvme0");
	sys_vectors(tree, SLOT(1), 30, 30, "nvme0q");
	ck_assert_str_eq(picture(tree, read_all(tree)), "30 nvme0q0 nvme0n1");
}
END_TEST

/* Only without MSI the line of the function is its interrupt. */
START_TEST(test_interrupt_line)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_attr(tree, SLOT(1), "irq", "17");
	sys_nvme(tree, SLOT(2), 1, "259:1");
	sys_attr(tree, SLOT(2), "irq", "18");
	sys_vectors(tree, SLOT(2), 40, 40, "x");
	sys_nvme(tree, SLOT(3), 2, "259:2");
	sys_attr(tree, SLOT(3), "irq", "0");
	sys_irq(tree, 17, "y", "IO-APIC");
	sys_irq(tree, 18, "z", "IO-APIC");
	ck_assert_str_eq(picture(tree, read_all(tree)), "17 y nvme0n1|18 z -|40 x0 nvme1n1");
}
END_TEST

/* By name ------------------------------------------------------------------------------------- */

START_TEST(test_virtio_names_are_whole)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	virtio_disk(tree, 1, "vda");
	virtio_disk(tree, 10, "vdb");
	sys_nic(tree, MMIO "2", "eth0");
	sys_irq(tree, 1, "virtio1", "GICv3");
	sys_irq(tree, 2, "virtio10-req.0", "GICv3");
	sys_irq(tree, 3, "virtio2-input.0", "GICv3");
	sys_irq(tree, 4, "virtio100", "GICv3");
	sys_irq(tree, 5, "xvirtio1", "GICv3");
	sys_irq(tree, 6, "virtio3-rx, virtio1-config", "GICv3");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 virtio1 vda|2 virtio10-req.0 vdb|3 virtio2-input.0 eth0|4 virtio100 -|"
			 "5 xvirtio1 -|6 virtio3-rx, virtio1-config vda");
}
END_TEST

START_TEST(test_interface_names_are_whole)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nic(tree, "/sys/devices/vif-0", "eth1");
	sys_nic(tree, "/sys/devices/vif-1", "eth10");
	sys_nic(tree, "/sys/devices/vif-2", "br-lan");
	sys_irq(tree, 1, "eth1-q0-tx", "xen-dyn");
	sys_irq(tree, 2, "eth10-q0-rx", "xen-dyn");
	sys_irq(tree, 3, "br-lan-rx-0", "GICv3");
	sys_irq(tree, 4, "eth1", "GICv3");
	sys_irq(tree, 5, "eth", "GICv3");
	sys_irq(tree, 6, "eth1x", "GICv3");
	sys_irq(tree, 7, "br", "GICv3");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 eth1-q0-tx eth1|2 eth10-q0-rx eth10|3 br-lan-rx-0 br-lan|4 eth1 eth1|"
			 "5 eth -|6 eth1x -|7 br -");
}
END_TEST

/* No msi_irqs directory: the chip or the handler names the function. */
START_TEST(test_function_in_the_name)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_nvme(tree, SLOT(2), 10, "259:1");
	sys_irq(tree, 1, "x", "PCI-MSIX-0000:01:00.0");
	sys_irq(tree, 2, "comp1@pci:0000:02:00.0", "PCI-MSI");
	sys_irq(tree, 3, "nvme10q3", "PCI-MSI");
	sys_irq(tree, 4, "nvme0q12", "PCI-MSI");
	sys_irq(tree, 5, "nvme1q0", "PCI-MSI");
	sys_irq(tree, 6, "x", "PCI-MSIX-0001:01:00.0");
	sys_irq(tree, 7, "x@pci:0000:01:00.01", "PCI-MSI");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 x nvme0n1|2 comp1@pci:0000:02:00.0 nvme10n1|3 nvme10q3 nvme10n1|"
			 "4 nvme0q12 nvme0n1|5 nvme1q0 -|6 x -|7 x@pci:0000:01:00.01 -");
}
END_TEST

START_TEST(test_xen_disk)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_disk(tree, "/sys/devices/vbd-51712/block/xvda", "202:0");
	sys_link(tree, "/sys/devices/vbd-51712/block/xvda/device", "/sys/devices/vbd-51712");
	sys_irq(tree, 48, "blkif", "xen-dyn");
	sys_irq(tree, 49, "blkifx", "xen-dyn");
	ck_assert_str_eq(picture(tree, read_all(tree)), "48 blkif xvda|49 blkifx -");
	/* Nothing tells whose they are, so they are the disk's with the data. */
	sys_disk(tree, "/sys/devices/vbd-51728/block/xvdb", "202:16");
	sys_link(tree, "/sys/devices/vbd-51728/block/xvdb/device", "/sys/devices/vbd-51728");
	ck_assert_str_eq(picture(tree, read_with_data(tree, "xvdb")), "48 blkif xvdb|49 blkifx -");
	ck_assert_str_eq(picture(tree, read_with_data(tree, "xvda")), "48 blkif xvda|49 blkifx -");
}
END_TEST

/* /proc/interrupts ---------------------------------------------------------------------------- */

START_TEST(test_old_table)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	virtio_disk(tree, 1, "vda");
	sys_nvme(tree, SLOT(1), 0, "259:0");
	tree_file(tree, "/proc/interrupts",
		  "            CPU0       CPU1       \n"
		  "   0:         44          0   IO-APIC   2-edge      timer\n"
		  "   9:          0          4   IO-APIC   9-fasteoi   acpi, other one\n"
		  "  24:          0          0   PCI-MSI 65536-edge      nvme0q0\n"
		  " 101:  123456789 4294967295  PCI-MSIX-0000:01:00.0   1-edge      \n"
		  "  27:          7          0     GICv3  27 Level     virtio1\n"
		  "  48:          1          0   xen-dyn -event     blkif\n"
		  "  49:          1          0   xen-dyn    -event     virtio1-req.0\n"
		  " NMI:          0          0   Non-maskable interrupts\n"
		  " ERR:          0\n"
		  "garbage\n"
		  "99999999999: 1 1 x 1-edge y\n"
		  "  77:");
	facts = read_all(tree);
	ck_assert_str_eq(picture(tree, facts),
			 "0 timer -|9 acpi, other one -|24 nvme0q0 nvme0n1|27 virtio1 vda|"
			 "48 blkif -|49 virtio1-req.0 vda|77 - -|101 - nvme0n1");
	ck_assert_str_eq(facts->irqs.at[0].chip, "IO-APIC");
	ck_assert_str_eq(facts->irqs.at[3].chip, "GICv3");
	ck_assert_ptr_null(facts->irqs.at[6].chip);
}
END_TEST

/* Masked, as in a pod: what sysfs tells is left. A line (not a vector) may be in nobody's use. */
START_TEST(test_masked_table)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_vectors(tree, SLOT(1), 31, 32, NULL);
	sys_nvme(tree, SLOT(2), 1, "259:1");
	sys_attr(tree, SLOT(2), "irq", "17");
	tree_file(tree, "/proc/interrupts", "");
	ck_assert_str_eq(picture(tree, read_all(tree)), "31 ? nvme0n1|32 ? nvme0n1");
}
END_TEST

START_TEST(test_nothing_at_all)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(picture(tree, read_all(tree)), "");
}
END_TEST

START_TEST(test_unreadable_handler)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_vectors(tree, SLOT(1), 31, 31, "nvme0q");
	tree_file(tree, "/.thintune/errors", "EACCES /sys/kernel/irq/31/actions");
	ck_assert_str_eq(picture(tree, read_all(tree)), "31 ? nvme0n1");
}
END_TEST

/* Several ports of one function --------------------------------------------------------------- */

/* A vector of a function, with a name of its own. */
static void vector(struct tree *tree, const char *dir, unsigned number, const char *actions)
{
	sys_vectors(tree, dir, number, number, "x");
	sys_attr(tree, arena_printf(tree->arena, "/sys/kernel/irq/%u", number), "actions", actions);
}

static void function(struct tree *tree, const char *dir, const char *driver)
{
	sys_link(tree, arena_printf(tree->arena, "/sys/bus/pci/devices/%s", strrchr(dir, '/') + 1),
		 dir);
	sys_link(tree, arena_printf(tree->arena, "%s/driver", dir),
		 arena_printf(tree->arena, "/sys/bus/pci/drivers/%s", driver));
}

static void port(struct tree *tree, const char *device, const char *name, const char *port_name)
{
	const char *nic = sys_nic(tree, device, name);

	if (!port_name)
		return;
	sys_attr(tree, nic, "phys_port_name", port_name);
	sys_attr(tree, nic, "phys_switch_id", "c4e3fa0003a1420c");
}

/* The representors come first by name, and one of an old kernel has no more than a number. */
START_TEST(test_representors_own_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	function(tree, SLOT(1), "mlx5_core");
	port(tree, SLOT(1), "enp1s0f0_0", "pf0vf0");
	port(tree, SLOT(1), "enp1s0f0_1", "c1pf0sf88");
	port(tree, SLOT(1), "enp1s0f0_2", "1");
	port(tree, SLOT(1), "ens1f0np0", "p0");
	vector(tree, SLOT(1), 40, "mlx5_async0@pci:0000:01:00.0");
	vector(tree, SLOT(1), 41, "mlx5_comp0@pci:0000:01:00.0");
	facts = read_all(tree);
	ck_assert_str_eq(picture(tree, facts), "40 mlx5_async0@pci:0000:01:00.0 ens1f0np0|"
					       "41 mlx5_comp0@pci:0000:01:00.0 ens1f0np0");
	for (size_t i = 0; i < facts->nics.count; i++)
		ck_assert_int_eq(facts->nics.at[i].is_tuned, i == 3);
	/* Asked for by name it still owns none, and its function's are not given away. */
	facts = read_with(tree, NULL, "enp1s0f0_0");
	ck_assert_str_eq(picture(tree, facts), "40 mlx5_async0@pci:0000:01:00.0 ens1f0np0|"
					       "41 mlx5_comp0@pci:0000:01:00.0 ens1f0np0");
}
END_TEST

/* The port itself is in a pod's network namespace. */
START_TEST(test_representor_alone)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "mlx5_core");
	port(tree, SLOT(1), "pf0vf0", "pf0vf0");
	vector(tree, SLOT(1), 41, "mlx5_comp0@pci:0000:01:00.0");
	ck_assert_str_eq(picture(tree, read_all(tree)), "41 mlx5_comp0@pci:0000:01:00.0 -");
}
END_TEST

START_TEST(test_subfunctions_own_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	function(tree, SLOT(1), "mlx5_core");
	sys_link(tree, SLOT(1) "/mlx5_core.sf.4/driver", "/sys/bus/auxiliary/drivers/mlx5_core.sf");
	port(tree, SLOT(1) "/mlx5_core.sf.4", "enp1s0f0s88", NULL);
	port(tree, SLOT(1), "enp1s0f0np0", "p0");
	vector(tree, SLOT(1), 41, "mlx5_comp0@pci:0000:01:00.0");
	vector(tree, SLOT(1), 42, "mlx5_sf_comp9@pci:0000:01:00.0");
	facts = read_all(tree);
	ck_assert_str_eq(picture(tree, facts), "41 mlx5_comp0@pci:0000:01:00.0 enp1s0f0np0|"
					       "42 mlx5_sf_comp9@pci:0000:01:00.0 enp1s0f0np0");
	ck_assert(facts->nics.at[0].is_tuned);
	ck_assert(!facts->nics.at[1].is_tuned);
}
END_TEST

/* Both ports of an mlx4 complete on any of its vectors. */
START_TEST(test_ports_share)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "mlx4_core");
	sys_attr(tree, sys_nic(tree, SLOT(1), "eth0"), "dev_port", "0");
	sys_attr(tree, sys_nic(tree, SLOT(1), "eth1"), "dev_port", "1");
	vector(tree, SLOT(1), 40, "mlx4-async@pci:0000:01:00.0");
	vector(tree, SLOT(1), 41, "mlx4-1@0000:01:00.0");
	ck_assert_str_eq(picture(tree, read_all(tree)), "40 mlx4-async@pci:0000:01:00.0 eth0+eth1|"
							"41 mlx4-1@0000:01:00.0 eth0+eth1");
	ck_assert_str_eq(picture(tree, read_with(tree, NULL, "eth1")),
			 "40 mlx4-async@pci:0000:01:00.0 eth1|41 mlx4-1@0000:01:00.0 eth1");
}
END_TEST

/* cxgb4 has up to four ports on one function; what names none of them is everybody's. */
START_TEST(test_names_hold_ports)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "cxgb4");
	sys_nic(tree, SLOT(1), "eth1");
	sys_nic(tree, SLOT(1), "eth10");
	sys_nic(tree, SLOT(1), "eth1-Rx1");
	vector(tree, SLOT(1), 40, "eth1");
	vector(tree, SLOT(1), 41, "eth1-FWeventq");
	vector(tree, SLOT(1), 42, "eth1-Rx0");
	vector(tree, SLOT(1), 43, "eth10-Rx0");
	vector(tree, SLOT(1), 44, "eth1-Rx1-Rx0");
	vector(tree, SLOT(1), 45, "ch_rdma-0");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "40 eth1 eth1|41 eth1-FWeventq eth1|42 eth1-Rx0 eth1|"
			 "43 eth10-Rx0 eth10|44 eth1-Rx1-Rx0 eth1-Rx1|"
			 "45 ch_rdma-0 eth1+eth1-Rx1+eth10");
}
END_TEST

/* A name that another card's interface had before says nothing against the function. */
START_TEST(test_function_before_old_name)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "ixgbe");
	function(tree, SLOT(2), "ixgbe");
	sys_nic(tree, SLOT(1), "eth1");
	sys_nic(tree, SLOT(2), "eth0");
	vector(tree, SLOT(1), 40, "eth0-TxRx-0");
	vector(tree, SLOT(2), 50, "eth1-TxRx-0");
	ck_assert_str_eq(picture(tree, read_all(tree)), "40 eth0-TxRx-0 eth1|50 eth1-TxRx-0 eth0");
}
END_TEST

/* Without msi_irqs, as in a container that does not see all of sysfs: the handlers alone. */
START_TEST(test_handlers_of_cards)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "i40e");
	function(tree, SLOT(2), "ice");
	function(tree, SLOT(3), "hns3");
	function(tree, SLOT(4), "ixgbe");
	sys_nic(tree, SLOT(1), "eth0");
	sys_nic(tree, SLOT(2), "ens1-f0.7");
	sys_nic(tree, SLOT(3), "eth1");
	sys_nic(tree, SLOT(4), "eth0-tx");
	sys_irq(tree, 1, "i40e-eth0-TxRx-0", "PCI-MSI");
	sys_irq(tree, 2, "i40e-0000:01:00.0:misc", "PCI-MSI");
	sys_irq(tree, 3, "ice-ens1-f0.7-TxRx-0", "PCI-MSI");
	sys_irq(tree, 4, "ice-0000:02:00.0:ctrl-TxRx-0", "PCI-MSI");
	sys_irq(tree, 5, "hns3-0000:03:00.0-TxRx-2", "PCI-MSI");
	sys_irq(tree, 6, "hclge-misc-0000:03:00.0", "PCI-MSI");
	sys_irq(tree, 7, "eth0-tx-TxRx-0", "PCI-MSI");
	sys_irq(tree, 8, "i40e-eth00-TxRx-0", "PCI-MSI");
	sys_irq(tree, 9, "ice-eth0-TxRx-0", "PCI-MSI");
	sys_irq(tree, 10, "ice-0000:02:00.01:misc", "PCI-MSI");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 i40e-eth0-TxRx-0 eth0|2 i40e-0000:01:00.0:misc eth0|"
			 "3 ice-ens1-f0.7-TxRx-0 ens1-f0.7|"
			 "4 ice-0000:02:00.0:ctrl-TxRx-0 ens1-f0.7|"
			 "5 hns3-0000:03:00.0-TxRx-2 eth1|6 hclge-misc-0000:03:00.0 eth1|"
			 "7 eth0-tx-TxRx-0 eth0-tx|8 i40e-eth00-TxRx-0 -|9 ice-eth0-TxRx-0 -|"
			 "10 ice-0000:02:00.01:misc -");
}
END_TEST

/* "eth0-tx-0" is eth0's queue although there is an eth0-tx, whose driver makes no such name. */
START_TEST(test_longest_name_that_fits)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "e1000e");
	function(tree, SLOT(2), "ixgbe");
	sys_nic(tree, SLOT(1), "eth0");
	sys_nic(tree, SLOT(2), "eth0-tx");
	sys_irq(tree, 1, "eth0-tx-0", "PCI-MSI");
	sys_irq(tree, 2, "eth0-tx-tx-0", "PCI-MSI");
	sys_irq(tree, 3, "eth0-tx", "PCI-MSI");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 eth0-tx-0 eth0|2 eth0-tx-tx-0 eth0-tx|3 eth0-tx eth0-tx");
}
END_TEST

START_TEST(test_xen_card)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nic(tree, "/sys/devices/vif-0", "eth0");
	sys_nic(tree, "/sys/devices/vif-10", "eth1");
	sys_irq(tree, 1, "vif0-q0-tx", "xen-dyn");
	sys_irq(tree, 2, "vif10-q1-rx", "xen-dyn");
	sys_irq(tree, 3, "vif1-q1-rx", "xen-dyn");
	ck_assert_str_eq(picture(tree, read_all(tree)),
			 "1 vif0-q0-tx eth0|2 vif10-q1-rx eth1|3 vif1-q1-rx -");
}
END_TEST

/* An old interrupt line has several functions behind it. */
START_TEST(test_line_of_several)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	function(tree, SLOT(1), "e1000");
	function(tree, SLOT(2), "e1000");
	sys_nic(tree, SLOT(1), "eth0");
	sys_nic(tree, SLOT(2), "eth1");
	sys_attr(tree, SLOT(1), "irq", "17");
	sys_attr(tree, SLOT(2), "irq", "17");
	sys_irq(tree, 17, "ehci_hcd:usb1, eth1", "IO-APIC");
	ck_assert_str_eq(picture(tree, read_all(tree)), "17 ehci_hcd:usb1, eth1 eth1");
}
END_TEST

RUN_SUITE("irq", test_vectors_of_the_last_function, test_first_of_those_who_share,
	  test_interrupt_line, test_virtio_names_are_whole, test_interface_names_are_whole,
	  test_function_in_the_name, test_xen_disk, test_old_table, test_masked_table,
	  test_nothing_at_all, test_unreadable_handler, test_representors_own_nothing,
	  test_representor_alone, test_subfunctions_own_nothing, test_ports_share,
	  test_names_hold_ports, test_function_before_old_name, test_handlers_of_cards,
	  test_longest_name_that_fits, test_xen_card, test_line_of_several)
