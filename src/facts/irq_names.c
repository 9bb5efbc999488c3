/* SPDX-License-Identifier: Apache-2.0 */
/* The name table, and what it says of the vectors of one device and of all. */
#include "facts/irq_names.h"

#include <stdlib.h>

#include "base/text.h"

/* More queues than any driver has; a larger number in a name is no queue number. */
#define QUEUES_MAX 4096

struct name_row {
	const char *drivers; /* of the NIC, separated by "|"; NULL: a disk */
	const char *name;    /* "*" any text, "#" a number; the last one is the queue's */
	enum irq_role role;
	unsigned first;     /* number of the first queue in such names */
	bool has_no_number; /* the number is no queue's: vectors count in their own order */
	bool is_managed;
	const char *source; /* below the kernel's drivers/ */
};

/* First match wins, so the rows of control vectors come before others that match them. */
static const struct name_row rows[] = {
    {.name = "nvme#q0", .role = IRQ_CONTROL, .source = "nvme/host/pci.c"},
    {.name = "nvme#q#",
     .role = IRQ_QUEUE,
     .first = 1,
     .is_managed = true,
     .source = "nvme/host/pci.c"},
    {.name = "virtio#-req.#",
     .role = IRQ_QUEUE,
     .is_managed = true,
     .source = "block/virtio_blk.c"},
    {.name = "virtio#-request",
     .role = IRQ_QUEUE,
     .has_no_number = true,
     .is_managed = true,
     .source = "scsi/virtio_scsi.c"},
    {.name = "virtio#-virtqueues",
     .role = IRQ_QUEUE,
     .has_no_number = true,
     .source = "virtio/virtio_pci_common.c"},
    {.name = "virtio#-*", .role = IRQ_CONTROL, .source = "virtio/virtio_pci_common.c"},
    {.name = "megasas#-msix#",
     .role = IRQ_QUEUE,
     .is_managed = true,
     .source = "scsi/megaraid/megaraid_sas_base.c"},
    {.name = "mpt#sas#-msix#",
     .role = IRQ_QUEUE,
     .is_managed = true,
     .source = "scsi/mpt3sas/mpt3sas_base.c"},
    {.name = "smartpqi",
     .role = IRQ_QUEUE,
     .has_no_number = true,
     .is_managed = true,
     .source = "scsi/smartpqi/smartpqi_init.c"},
    {.name = "blkif", .role = IRQ_QUEUE, .has_no_number = true, .source = "block/xen-blkfront.c"},

    {.drivers = "virtio_net",
     .name = "virtio#-input.#",
     .role = IRQ_RX,
     .source = "net/virtio_net.c"},
    {.drivers = "virtio_net",
     .name = "virtio#-output.#",
     .role = IRQ_TX,
     .source = "net/virtio_net.c"},
    {.drivers = "virtio_net",
     .name = "virtio#-virtqueues",
     .role = IRQ_QUEUE,
     .has_no_number = true,
     .source = "virtio/virtio_pci_common.c"},
    {.drivers = "virtio_net",
     .name = "virtio#-*",
     .role = IRQ_CONTROL,
     .source = "virtio/virtio_pci_common.c"},
    {.drivers = "ena",
     .name = "*-Tx-Rx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/amazon/ena/ena_netdev.c"},
    {.drivers = "ena",
     .name = "ena-mgmnt@*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/amazon/ena/ena_netdev.c"},
    {.drivers = "gve",
     .name = "gve-ntfy-blk#@*",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/google/gve/gve_main.c"},
    {.drivers = "gve",
     .name = "*-ntfy-block.#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/google/gve/gve_main.c before 6.4"},
    {.drivers = "gve",
     .name = "*-mgmnt*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/google/gve/gve_main.c"},
    {.drivers = "mlx4_core",
     .name = "mlx4-async*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/mellanox/mlx4/eq.c"},
    {.drivers = "mlx4_core",
     .name = "mlx4-#@*",
     .role = IRQ_QUEUE,
     .has_no_number = true,
     .source = "net/ethernet/mellanox/mlx4/eq.c"},
    {.drivers = "mlx5_core",
     .name = "mlx5_comp#@*",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/mellanox/mlx5/core/pci_irq.c"},
    {.drivers = "mlx5_core",
     .name = "mlx5_combined#@*",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/mellanox/mlx5/core/pci_irq.c"},
    {.drivers = "mlx5_core",
     .name = "mlx5_*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/mellanox/mlx5/core/pci_irq.c"},
    {.drivers = "mana",
     .name = "mana_q#@*",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/microsoft/mana/gdma_main.c"},
    {.drivers = "mana",
     .name = "mana_hwc@*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/microsoft/mana/gdma_main.c"},
    {.drivers = "i40e",
     .name = "i40e-*:fdir-*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/i40e/i40e_main.c"},
    {.drivers = "i40e",
     .name = "i40e-*:misc",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/i40e/i40e_main.c"},
    {.drivers = "i40e",
     .name = "i40e-*-TxRx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/intel/i40e/i40e_main.c"},
    {.drivers = "i40e",
     .name = "i40e-*-rx-#",
     .role = IRQ_RX,
     .source = "net/ethernet/intel/i40e/i40e_main.c"},
    {.drivers = "i40e",
     .name = "i40e-*-tx-#",
     .role = IRQ_TX,
     .source = "net/ethernet/intel/i40e/i40e_main.c"},
    {.drivers = "iavf",
     .name = "iavf-*:mbx",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/iavf/iavf_main.c"},
    {.drivers = "iavf",
     .name = "iavf-*-TxRx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/intel/iavf/iavf_main.c"},
    {.drivers = "iavf",
     .name = "iavf-*-rx-#",
     .role = IRQ_RX,
     .source = "net/ethernet/intel/iavf/iavf_main.c"},
    {.drivers = "iavf",
     .name = "iavf-*-tx-#",
     .role = IRQ_TX,
     .source = "net/ethernet/intel/iavf/iavf_main.c"},
    {.drivers = "ice",
     .name = "ice-*-TxRx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/intel/ice/ice_main.c"},
    {.drivers = "ice",
     .name = "ice-*-rx-#",
     .role = IRQ_RX,
     .source = "net/ethernet/intel/ice/ice_main.c"},
    {.drivers = "ice",
     .name = "ice-*-tx-#",
     .role = IRQ_TX,
     .source = "net/ethernet/intel/ice/ice_main.c"},
    {.drivers = "ice",
     .name = "ice-*:*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/ice/ice_main.c"},
    {.drivers = "idpf",
     .name = "idpf-*-TxRx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/intel/idpf/idpf_txrx.c"},
    {.drivers = "idpf",
     .name = "idpf-*-Rx-#",
     .role = IRQ_RX,
     .source = "net/ethernet/intel/idpf/idpf_txrx.c"},
    {.drivers = "idpf",
     .name = "idpf-*-Tx-#",
     .role = IRQ_TX,
     .source = "net/ethernet/intel/idpf/idpf_txrx.c"},
    {.drivers = "idpf",
     .name = "idpf-*Mailbox*",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/idpf/idpf_lib.c"},
    {.drivers = "igb|igc|ixgbe|ixgbevf|bnxt_en",
     .name = "*-TxRx-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/intel/ixgbe/ixgbe_main.c and broadcom/bnxt/bnxt.c"},
    {.drivers = "e1000e|igb|igc|ixgbe|ixgbevf|bnxt_en|vmxnet3",
     .name = "*-rx-#",
     .role = IRQ_RX,
     .source = "net/ethernet/intel/e1000e/netdev.c and the others' alike"},
    {.drivers = "e1000e|igb|igc|ixgbe|ixgbevf|bnxt_en|vmxnet3",
     .name = "*-tx-#",
     .role = IRQ_TX,
     .source = "net/ethernet/intel/e1000e/netdev.c and the others' alike"},
    {.drivers = "ixgbevf",
     .name = "*:mbx",
     .role = IRQ_CONTROL,
     .source = "net/ethernet/intel/ixgbevf/ixgbevf_main.c"},
    {.drivers = "bnxt_en",
     .name = "bnxt_re-*",
     .role = IRQ_CONTROL,
     .source = "infiniband/hw/bnxt_re/qplib_fp.c"},
    {.drivers = "bnx2x",
     .name = "*-fp-#",
     .role = IRQ_QUEUE,
     .source = "net/ethernet/broadcom/bnx2x/bnx2x_cmn.c"},
    {.drivers = "vmxnet3",
     .name = "*-rxtx-#",
     .role = IRQ_QUEUE,
     .source = "net/vmxnet3/vmxnet3_drv.c"},
    {.drivers = "vmxnet3",
     .name = "*-event-#",
     .role = IRQ_CONTROL,
     .source = "net/vmxnet3/vmxnet3_drv.c"},
    {.drivers = "vif", .name = "*-q#-rx", .role = IRQ_RX, .source = "net/xen-netfront.c"},
    {.drivers = "vif", .name = "*-q#-tx", .role = IRQ_TX, .source = "net/xen-netfront.c"},
    {.drivers = "vif", .name = "*-q#", .role = IRQ_QUEUE, .source = "net/xen-netfront.c"},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* *ret_number: the last "#"; unchanged when there is none. */
static bool matches(const char *pattern, const char *name, uint64_t *ret_number)
{
	for (; *pattern; pattern++) {
		if (*pattern == '*') {
			for (;; name++) {
				if (matches(pattern + 1, name, ret_number))
					return true;
				if (!*name)
					return false;
			}
		}
		if (*pattern == '#') {
			uint64_t number = 0;

			if (!is_digit(*name))
				return false;
			for (; is_digit(*name); name++)
				number = number < QUEUES_MAX ? number * 10 + (uint64_t)(*name - '0')
							     : number;
			*ret_number = number;
		} else if (*pattern != *name++) {
			return false;
		}
	}
	return !*name;
}

static bool has_driver(const char *drivers, const char *driver)
{
	size_t length = driver ? strlen(driver) : 0;

	if (!drivers || !driver)
		return !drivers && !driver;
	for (const char *at = drivers; *at; at += strspn(at, "|")) {
		size_t word = strcspn(at, "|");

		if (word == length && strncmp(at, driver, length) == 0)
			return true;
		at += word;
	}
	return false;
}

static const struct name_row *find_row(const char *driver, const char *name, uint64_t *ret_number)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (has_driver(rows[i].drivers, driver) && matches(rows[i].name, name, ret_number))
			return &rows[i];
	}
	return NULL;
}

/* A handler that has only its interface's name serves what no queue does. */
static enum irq_role role_of(const struct nic *nic, const char *name, int *ret_queue,
			     bool *ret_managed)
{
	uint64_t number = 0;
	const struct name_row *row = find_row(nic ? nic->driver : NULL, name, &number);

	if (!row)
		return nic && text_equal(name, nic->name) ? IRQ_CONTROL : IRQ_UNKNOWN;
	if (row->role != IRQ_CONTROL && !row->has_no_number) {
		if (number < row->first || number >= QUEUES_MAX)
			return IRQ_UNKNOWN;
		*ret_queue = (int)(number - row->first);
	}
	*ret_managed = row->is_managed;
	return row->role;
}

/* A vector with several handlers (an NVMe drive that got only one) is the queue's, and the kernel
 * manages none that also serves control. */
void irq_name_vector(struct arena *arena, const struct nic *nic, struct irq *irq)
{
	names handlers = irq->actions ? text_split(arena, irq->actions, ',') : (names){0};
	bool has_control = false;

	irq->role = IRQ_UNKNOWN;
	irq->queue = -1;
	irq->is_managed = false;
	vec_for_each (handler, &handlers) {
		int queue = -1;
		bool is_managed = false;
		enum irq_role role = role_of(nic, text_trim(arena, *handler), &queue, &is_managed);

		has_control |= role == IRQ_CONTROL;
		if (role == IRQ_UNKNOWN || (role == IRQ_CONTROL && irq->role != IRQ_UNKNOWN) ||
		    irq->queue >= 0)
			continue;
		irq->role = role;
		irq->queue = queue;
		irq->is_managed = is_managed;
	}
	irq->is_managed &= !has_control;
}

static bool is_queue(const struct irq *irq)
{
	return irq->role == IRQ_QUEUE || irq->role == IRQ_RX || irq->role == IRQ_TX;
}

/* gve numbers its vectors in one row, the first half for transmitting; which half a number is in
 * only the whole row tells. Vectors that are not in use have no name but count. */
static void halve(const irq_group *group)
{
	int blocks = 0;

	vec_for_each (irq, group) {
		if (is_queue(*irq) && (*irq)->queue + 1 > blocks)
			blocks = (*irq)->queue + 1;
	}
	vec_for_each (irq, group) {
		if (!is_queue(*irq))
			continue;
		(*irq)->role = (*irq)->queue < blocks / 2 ? IRQ_TX : IRQ_RX;
		(*irq)->queue %= blocks / 2 ? blocks / 2 : 1;
	}
}

void irq_name_group(const struct nic *nic, const irq_group *group)
{
	bool has_queue = false;

	vec_for_each (irq, group)
		has_queue |= is_queue(*irq);
	if (has_queue && nic && text_equal(nic->driver, "gve"))
		halve(group);
	/* One vector for all, as without MSI-X: its name says nothing of queues. */
	vec_for_each (irq, group) {
		if (!has_queue)
			(*irq)->role = IRQ_UNKNOWN;
	}
}

/* All devices --------------------------------------------------------------------------------- */

struct owner {
	const char *name;
	const struct nic *nic; /* NULL: a disk */
	irq_group vectors;
};
typedef VEC(struct owner) owners;

static int compare_owners(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static owners collect(struct arena *arena, const struct facts *facts)
{
	owners list = {0};

	vec_for_each (nic, &facts->nics)
		vec_push(arena, &list, (struct owner){.name = nic->name, .nic = nic});
	vec_for_each (disk, &facts->disks)
		vec_push(arena, &list, (struct owner){.name = disk->name});
	if (list.count > 1)
		qsort(list.at, list.count, sizeof(*list.at), compare_owners);
	return list;
}

void irq_roles(struct arena *arena, struct facts *facts)
{
	owners list = collect(arena, facts);

	vec_for_each (irq, &facts->irqs) {
		struct owner key = {.name = irq->device}, *owner = NULL;

		irq->queue = -1;
		if (irq->device && list.count)
			owner = bsearch(&key, list.at, list.count, sizeof(key), compare_owners);
		if (!owner)
			continue;
		irq_name_vector(arena, owner->nic, irq);
		vec_push(arena, &owner->vectors, irq);
	}
	vec_for_each (owner, &list)
		irq_name_group(owner->nic, &owner->vectors);
}
