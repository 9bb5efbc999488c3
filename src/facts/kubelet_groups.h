/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that containers have alone, as the control groups of their pods say. */
#ifndef FACTS_KUBELET_GROUPS_H
#define FACTS_KUBELET_GROUPS_H

#include "facts/facts.h"

struct pod_group {
	const char *uid;    /* as groups are named: "-" may be "_" */
	size_t containers;  /* those that are kept to some CPUs */
	struct cpuset cpus; /* that these may use, or the pod where none is; empty: all */
};

struct kubelet_groups {
	bool is_seen; /* groups of pods are shown, with the CPUs that they may use */
	VEC(struct pod_group) pods;
	struct cpuset exclusive; /* CPUs of containers that no other pod may use */
	bool is_open;            /* nothing tells the shared CPUs from those of one container */
	const char *problem;     /* a few words: a group is shown and cannot be read; NULL */
};

/* online: of the node; empty: not known. reserved: by the kubelet for the system, as far as a list
 * says so. */
struct kubelet_groups kubelet_groups_read(struct root *root, struct arena *arena,
					  const struct cpuset *online,
					  const struct cpuset *reserved);

/* NULL: no group of that pod is shown. */
const struct pod_group *kubelet_groups_find(const struct kubelet_groups *groups, const char *uid);

#endif
