/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that containers have alone, as the control groups of their pods say. */
#ifndef FACTS_KUBELET_GROUPS_H
#define FACTS_KUBELET_GROUPS_H

#include "facts/facts.h"

struct kubelet_groups {
	bool is_seen;            /* groups of pods are shown, with the CPUs that they may use */
	names pods;              /* UIDs, as groups are named: "-" may be "_" */
	struct cpuset exclusive; /* CPUs of containers that no other one may use */
	bool is_open;            /* nothing tells the shared CPUs from those of one container */
	const char *problem;     /* a few words: a group is shown and cannot be read; NULL */
};

/* online: of the node; empty: not known. */
struct kubelet_groups kubelet_groups_read(struct root *root, struct arena *arena,
					  const struct cpuset *online);

/* Whether a group of that pod is shown. */
bool kubelet_groups_have(const struct kubelet_groups *groups, const char *uid);

#endif
