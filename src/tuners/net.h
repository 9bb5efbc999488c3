/* SPDX-License-Identifier: Apache-2.0 */
/* What the tuners of network cards share. Pure. */
#ifndef TUNERS_NET_H
#define TUNERS_NET_H

#include "plan/plan.h"

/* Channels that a NIC is to have: those of the profile, as far as the driver goes; what it has now
 * where nothing is asked for or the driver does not tell. */
struct nic_channels net_channels_wanted(const struct tuning *tuning, const struct nic *nic);
bool net_channels_differ(const struct nic *nic, const struct nic_channels *wanted);

/* Queues that the kernel will show for the NIC once it has its channels. */
struct net_queues {
	unsigned rx, tx;
	const char *after; /* path of the setting that makes them; NULL: they are there */
};
struct net_queues net_queues_wanted(const struct tuning *tuning, const struct nic *nic);

/* ETHTOOL_DIR NIC/NAME */
const char *net_driver_path(struct arena *arena, const struct nic *nic, const char *name);

#endif
