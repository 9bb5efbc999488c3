/* SPDX-License-Identifier: Apache-2.0 */
/* The network cards, what their drivers say of them, and which of them serve Redpanda. */
#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/sysfs.h"
#include "sys/ethtool.h"

/* ARPHRD_LOOPBACK as the type attribute prints it. */
static const char loopback_type[] = "772";

static int list_queues(struct root *root, struct arena *arena, const char *dir, struct nic *nic)
{
	names list = {0};
	int r = root_list(root, arena, arena_printf(arena, "%s/queues", dir), &list);

	vec_for_each (name, &list) {
		nic->rx_queues += text_starts(*name, "rx-");
		nic->tx_queues += text_starts(*name, "tx-");
	}
	return r;
}

static void list_lowers(struct root *root, struct arena *arena, const char *dir, struct nic *nic)
{
	names list = {0};

	if (root_list(root, arena, dir, &list) < 0)
		return;
	vec_for_each (name, &list) {
		if (text_starts(*name, "lower_"))
			vec_push(arena, &nic->lowers, *name + strlen("lower_"));
	}
}

/* -1 also for a link that is down (EINVAL) or a driver that does not know (-1). */
static int64_t speed_of(struct root *root, struct arena *arena, const char *dir)
{
	const char *text = sysfs_text(root, arena, dir, "speed");
	uint64_t mbps;

	/* Some drivers print the unknown as 32-bit -1. */
	return text && text_u64(text, &mbps) == 0 && mbps < UINT32_MAX ? (int64_t)mbps : -1;
}

/* False when the driver does not say, or cannot be asked. */
static bool count_of(struct root *root, struct arena *arena, const struct nic *nic,
		     const char *name, unsigned *ret)
{
	const char *text;
	uint64_t number;
	int r = root_read(root, arena, arena_printf(arena, ETHTOOL_DIR "%s/%s", nic->name, name),
			  &text);

	if (r < 0 || text_u64(text, &number) < 0 || number > UINT32_MAX)
		return false;
	*ret = (unsigned)number;
	return true;
}

static void ask_driver(struct root *root, struct arena *arena, struct nic *nic)
{
	struct nic_channels *channels = &nic->channels;
	const char *path =
	    arena_printf(arena, ETHTOOL_DIR "%s/features/rx-ntuple-filter", nic->name);

	/* The driver that refuses the first question refuses them all. */
	channels->known =
	    count_of(root, arena, nic, "channels/combined", &channels->combined) &&
	    count_of(root, arena, nic, "channels/rx", &channels->rx) &&
	    count_of(root, arena, nic, "channels/tx", &channels->tx) &&
	    count_of(root, arena, nic, "channels/combined-max", &channels->combined_max) &&
	    count_of(root, arena, nic, "channels/rx-max", &channels->rx_max) &&
	    count_of(root, arena, nic, "channels/tx-max", &channels->tx_max);
	if (root_read(root, arena, path, &nic->ntuple) < 0)
		nic->ntuple = NULL;
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* "p0", "p1s2": a port that the card has to the outside. */
static bool is_outside_port(const char *name)
{
	return name[0] == 'p' && name[1] >= '0' && name[1] <= '9' &&
	       !name[1 + strspn(name + 1, "0123456789s")];
}

/* Of a card that switches packets itself, the end of a virtual function's or subfunction's cable:
 * "pf0vf1", "c1pf0sf88", "p0pf0vf1", in older kernels the function's bare number
 * (__devlink_port_phys_port_name_get, mlx5e_rep_get_phys_port_name). */
static bool is_representor(struct root *root, struct arena *arena, const char *dir)
{
	const char *name = sysfs_text(root, arena, dir, "phys_port_name"), *pf;

	if (!name || is_outside_port(name))
		return false;
	pf = strstr(name, "pf");
	if (pf && pf[2] >= '0' && pf[2] <= '9')
		return true;
	return is_number(name) && sysfs_text(root, arena, dir, "phys_switch_id");
}

/* A device of the auxiliary bus below the function: ".../0000:08:00.0/mlx5_core.sf.4". */
static bool is_subfunction(const char *device)
{
	const char *name = strstr(sysfs_path_base(device), ".sf.");

	return name && is_number(name + strlen(".sf."));
}

static struct nic describe(struct root *root, struct arena *arena, const struct topology *topology,
			   const char *name, const char *dir)
{
	struct nic nic = {.name = name, .numa = -1};
	const char *device = sysfs_target(root, arena, dir, "device"), *driver, *pci_dir;
	const char *operstate = sysfs_text(root, arena, dir, "operstate");

	nic.is_virtual = !device;
	if (device) {
		driver = sysfs_target(root, arena, device, "driver");
		nic.driver = driver ? sysfs_path_base(driver) : NULL;
		pci_dir = sysfs_pci_dir(arena, device);
		nic.pci = pci_dir ? sysfs_path_base(pci_dir) : NULL;
		nic.numa = sysfs_numa(root, arena, topology, name, pci_dir);
		nic.is_subfunction = is_subfunction(device);
		nic.is_representor = is_representor(root, arena, dir);
	}
	nic.is_loopback = text_equal(sysfs_text(root, arena, dir, "type"), loopback_type);
	nic.operstate = operstate ? operstate : "unknown";
	nic.speed_mbps = speed_of(root, arena, dir);
	(void)list_queues(root, arena, dir, &nic);
	list_lowers(root, arena, dir, &nic);
	if (device)
		ask_driver(root, arena, &nic);
	return nic;
}

static struct nic *find_nic(const struct facts *facts, const char *name)
{
	vec_for_each (nic, &facts->nics) {
		if (text_equal(nic->name, name))
			return nic;
	}
	return NULL;
}

/* The devices below carry the packets: slaves of a bond, the device of a VLAN, the virtual
 * function of a Hyper-V NIC; a bridge of virtual functions has their representors below it, which
 * have nothing to tune. is_tuned also keeps a loop from going round for ever. */
static void tune_down(const struct facts *facts, struct nic *nic)
{
	if (nic->is_tuned)
		return;
	nic->is_tuned = true;
	vec_for_each (name, &nic->lowers) {
		struct nic *lower = find_nic(facts, *name);

		if (lower && (lower->is_virtual || nic_is_card(lower)))
			tune_down(facts, lower);
	}
}

/* "eth0, eth1", and which of them may be meant. */
static const char *known_names(struct arena *arena, const struct facts *facts, const char *wish)
{
	names list = {0};

	vec_for_each (nic, &facts->nics)
		vec_push(arena, &list, nic->name);
	return list.count ? arena_printf(arena, "%s%s", text_join(arena, &list, ", "),
					 nearest_hint(arena, wish, &list))
			  : "none";
}

/* Those that carry what Redpanda listens on; where that leads to no card, or is not told, all. */
static void choose(struct arena *arena, struct facts *facts)
{
	names listening = text_words(arena, facts->live.listens_on ? facts->live.listens_on : "");
	bool has_card = false;

	vec_for_each (name, &listening) {
		struct nic *nic = find_nic(facts, *name);

		if (nic)
			tune_down(facts, nic);
	}
	vec_for_each (nic, &facts->nics)
		has_card |= nic->is_tuned && nic_is_card(nic);
	if (has_card)
		return;
	vec_for_each (nic, &facts->nics)
		nic->is_tuned = nic_is_card(nic);
}

int facts_net(struct root *root, struct arena *arena, const struct facts_request *request,
	      struct facts *facts, struct err *err)
{
	names list = {0};

	if (root_list(root, arena, "/sys/class/net", &list) < 0)
		list = (names){0};
	vec_for_each (name, &list) {
		/* Not every name is an interface: bonding_masters is a file. */
		const char *dir = sysfs_target(root, arena, "/sys/class/net", *name);

		if (dir)
			vec_push(arena, &facts->nics,
				 describe(root, arena, &facts->topology, *name, dir));
	}
	vec_for_each (wish, &request->nics) {
		struct nic *nic = find_nic(facts, *wish);

		if (!nic)
			return err_set(err, -ENODEV, "no NIC '%s' on this node; there are: %s",
				       *wish, known_names(arena, facts, *wish));
		tune_down(facts, nic);
	}
	if (!request->nics.count)
		choose(arena, facts);
	return 0;
}
