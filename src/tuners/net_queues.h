/* SPDX-License-Identifier: Apache-2.0 */
/* The queues that a network card will have, for the tuners that depend on them. Pure. */
#ifndef TUNERS_NET_QUEUES_H
#define TUNERS_NET_QUEUES_H

#include "plan/plan.h"

/* Queues that the kernel will show for the NIC once it has its channels. */
struct net_queues {
	unsigned rx, tx;
	const char *after; /* path of the setting that makes them; NULL: they are there */
};
struct net_queues net_queues_wanted(const struct tuning *tuning, const struct nic *nic);

/* ETHTOOL_DIR NIC/NAME */
const char *net_queues_path(struct arena *arena, const struct nic *nic, const char *name);

#endif
