/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that containers have alone, as the control groups of their pods say. */
#ifndef FACTS_KUBELET_GROUPS_H
#define FACTS_KUBELET_GROUPS_H

#include "facts/facts.h"

/* A container that is kept to some CPUs; several pods may use these. */
struct pod_container {
	const char *pod;   /* as pod_group.uid */
	const char *group; /* the last two names of its path: "podUID/ID" */
	struct cpuset cpus;
};

struct pod_group {
	const char *uid;    /* as groups are named: "-" may be "_" */
	size_t containers;  /* those that are kept to some CPUs */
	struct cpuset cpus; /* that these may use, or the pod where none is; empty: all */
};

struct kubelet_groups {
	bool is_seen; /* groups of pods are shown, with the CPUs that they may use */
	VEC(struct pod_group) pods;
	VEC(struct pod_container) containers; /* of guaranteed pods */
	struct cpuset exclusive;              /* CPUs of containers that no other pod may use */
	bool is_open;        /* nothing tells the shared CPUs from those of one container */
	const char *problem; /* a few words: a group is shown and cannot be read; NULL */
};

/* online: of the node; empty: not known. reserved: by the kubelet for the system, as far as a list
 * says so. */
struct kubelet_groups kubelet_groups_read(struct root *root, struct arena *arena,
					  const struct cpuset *online,
					  const struct cpuset *reserved);

/* A pod's UID as groups are named is that one. */
bool kubelet_groups_is_pod(const char *named, const char *uid);
/* NULL: no group of that pod is shown. */
const struct pod_group *kubelet_groups_find(const struct kubelet_groups *groups, const char *uid);

/* Where pods come and go, whether or not it is there. */
struct kubelet_places {
	names above; /* groups in which those that hold pods come and go */
	names
	    holders; /* of those: groups of pods, and of containers below these, come and go here */
	names others; /* patterns of groups there whose pods never have CPUs alone */
};
struct kubelet_places kubelet_groups_places(struct arena *arena);

#endif
