/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPUs serve interrupts and which run Redpanda: a pure function of facts and profile, decided
 * once per plan. The rules are in placement.c. Sets hold CPUs that are online and allowed;
 * interrupt_cpus and compute_cpus are never empty where it is known which CPUs are online.
 */
#ifndef PLAN_PLACEMENT_H
#define PLAN_PLACEMENT_H

#include <stdbool.h>

#include "base/cpuset.h"

struct facts;
struct plan_request;
struct profile;

enum placement_mode {
	PLACEMENT_LEAVE,     /* the profile does not set irq.placement: no interrupt is moved */
	PLACEMENT_SHARED,    /* interrupts and Redpanda on all CPUs */
	PLACEMENT_DEDICATED, /* some cores for interrupts alone */
	PLACEMENT_AUTO,      /* as many cores as the size of the node suggests */
	PLACEMENT_EXPLICIT,  /* the profile lists the CPUs */
	PLACEMENT_COUNT,
};

struct placement {
	enum placement_mode mode; /* what the profile asks for; reason says what became of it */
	struct cpuset interrupt_cpus, compute_cpus;
	bool is_split; /* some CPUs serve interrupts, and Redpanda or containers have others */
	/* Some CPUs serve no interrupts: split, or isolated. What the kernel would put anywhere,
	 * such as control vectors and interrupts that come up later, is kept to interrupt_cpus. */
	bool is_confined;
	struct cpuset isolated; /* allowed CPUs that are isolated */
	/* The kubelet's CPU manager hands out CPUs here, so thintune does not: compute_cpus
	 * says nothing of Redpanda, and exclusive holds what containers have alone. */
	bool is_kubelets;
	struct cpuset exclusive;       /* empty where the profile ignores them */
	const char *unknown_exclusive; /* a sentence: why it is not known which these are; NULL */
	const char *reason;            /* a sentence */
	const char *problem; /* a sentence: the CPUs that the profile lists are not available, or it
			      * is not known which ones containers have alone, or which there are,
			      * so that no interrupt is moved; NULL otherwise */
	bool is_unknown;     /* then: not the profile's list, but what the node does not tell */
	bool is_blind;       /* then: it does not tell its CPU topology */
	const char *not_split; /* a sentence: the CPUs are not split, since the broker's data needs
				* more shards than would be left, or redpanda.yaml starts Redpanda
				* otherwise; NULL otherwise */
};

extern const char *const placement_mode_names[PLACEMENT_COUNT]; /* "leave", "shared", ... */

struct placement placement_decide(struct arena *arena, const struct facts *facts,
				  const struct profile *profile,
				  const struct plan_request *request);

/* CPUs that may serve interrupts: those that containers leave, and those that `auto` would use if
 * no container had any alone. */
struct placement_room {
	unsigned left, wanted;
};
struct placement_room placement_room(struct arena *arena, const struct facts *facts,
				     const struct profile *profile,
				     const struct plan_request *request);

#endif
