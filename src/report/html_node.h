/* SPDX-License-Identifier: Apache-2.0 */
/* What the picture of a node shows: its NUMA nodes with their CPUs, and the devices whose
 * interrupts are placed. Pure; html_picture.c draws it. */
#ifndef REPORT_HTML_NODE_H
#define REPORT_HTML_NODE_H

#include "report/report.h"

enum html_role {
	HTML_ROLE_NONE, /* nothing is placed, or neither of the two */
	HTML_ROLE_REDPANDA,
	HTML_ROLE_INTERRUPTS,
	HTML_ROLE_BOTH,
	HTML_ROLE_COUNT,
};

/* CPUs of one NUMA node with one role; one box. */
struct html_cpus {
	enum html_role role;
	struct cpuset cpus;
	unsigned cores; /* 0: not known */
};

struct html_numa {
	const char *name;  /* "Package 0 \u00b7 NUMA node 1 \u00b7 1.9 GiB" */
	const char *brief; /* "NUMA node 1 \u00b7 1.9 GiB" */
	int number;        /* of the NUMA node; -1: it is not known */
	int package;       /* -1: several, or not known */
	struct cpuset pus;
	VEC(struct html_cpus) boxes;
};

enum html_wire { HTML_WIRE_RIGHT, HTML_WIRE_DIFFERS, HTML_WIRE_OPEN, HTML_WIRE_COUNT };

/* An interrupt of a device, where it arrives now. */
struct html_vector {
	enum html_wire wire;
	unsigned cpu; /* the first of those that may serve it */
};

struct html_device {
	const char *name, *detail; /* "nvme0n1: data", "16.0 GiB \u00b7 xfs" */
	const char *state;         /* "2 interrupts as wanted"; NULL: it has none */
	const char *move;          /* of one that differs: "CPU 2-3 \u2192 2"; NULL */
	unsigned alike;            /* further devices that the box stands for */
	const char *last;          /* name of the last of them */
	bool is_data;
	int numa;  /* -1: near none */
	size_t at; /* in the order in which they were found */
	unsigned wires[HTML_WIRE_COUNT];
	bool is_managed; /* the kernel places its interrupts */
	VEC(struct html_vector) vectors;
};

struct html_node {
	unsigned cpus;
	bool is_grouped;  /* a box holds CPUs of one role, not one CPU */
	bool is_placed;   /* roles are known */
	bool is_kubelets; /* Redpanda's CPUs are the kubelet's to give */
	VEC(struct html_numa) numa;
	VEC(struct html_device) devices;
	unsigned vectors;
	const char *words; /* the picture in sentences */
};

/* More CPUs than this are one box for each role. */
enum { HTML_NODE_BOXES = 64 };
/* More devices than this are one box for those alike. */
enum { HTML_NODE_DEVICES = 8 };

struct html_node html_node_of(struct arena *arena, const struct report *report);

#endif
