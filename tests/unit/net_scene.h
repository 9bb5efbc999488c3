/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes with network cards, made by hand. */
#ifndef NET_SCENE_H
#define NET_SCENE_H

#include "scene.h"

/* CPU c and c + cores are threads of one core; nodes of equal size. */
struct scene *net_node(unsigned cores, unsigned threads, unsigned nodes);

/* A virtio-net with so many queues of at most `most`, near no node. */
struct nic *net_nic(struct scene *scene, const char *name, unsigned queues, unsigned most);

/* One vector for each queue, numbered from first. */
void net_irqs(struct scene *scene, const char *device, unsigned first, unsigned count);

/* interrupts: a list of CPUs for interrupts alone; NULL: shared by all. */
void net_run(struct scene *scene, const char *interrupts, void (*tuner)(const struct tuning *));

/* What the setting of that name wants. */
const char *net_wanted(struct scene *scene, const char *name);

#endif
