/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "facts/irq_names.h"

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
