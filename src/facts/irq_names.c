/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows say of the vectors of one device and of all. */
#include "facts/irq_names.h"

#include <stdlib.h>

#include "base/text.h"
#include "facts/irq_pattern.h"

/* More queues than any driver has; a larger number in a name is no queue number. */
#define QUEUES_MAX 4096

/* Extra queues of megaraid_sas (MR_HIGH_IOPS_QUEUE_COUNT) and mpt3sas
 * (MPT3SAS_HIGH_IOPS_REPLY_QUEUES). */
#define HIGH_IOPS_QUEUES 8

/* Rows ---------------------------------------------------------------------------------------- */

static bool has_driver(const char *drivers, const char *driver)
{
	size_t length = driver ? strlen(driver) : 0;

	if (!drivers || !driver)
		return !drivers && !driver;
	for (const char *at = drivers; *at; at += strspn(at, "|")) {
		size_t word = strcspn(at, "|");

		if (word == length && strncmp(at, driver, length) == 0)
			return true;
		at += word;
	}
	return false;
}

static const struct irq_row *find_row(struct irq_rows rows, const struct irq_pattern *pattern,
				      const char *driver, const char *name, struct irq_numbers *ret)
{
	for (size_t i = 0; i < rows.count; i++) {
		if (has_driver(rows.at[i].drivers, driver) &&
		    irq_pattern_fits(pattern, rows.at[i].name, name, ret))
			return rows.at + i;
	}
	return NULL;
}

static bool has_rows(const char *driver)
{
	struct irq_rows rows = irq_rows_net();

	for (size_t i = 0; driver && i < rows.count; i++) {
		if (has_driver(rows.at[i].drivers, driver))
			return true;
	}
	return false;
}

/* As the interface is called now: a name that looks like a pattern is read as what it is. */
static const struct irq_row *find_exact(const struct nic *nic, const char *name,
					struct irq_numbers *ret)
{
	const struct irq_row *row;
	struct irq_pattern pattern = {.interface = nic->name};

	row = find_row(irq_rows_net(), &pattern, nic->driver, name, ret);
	if (row || has_rows(nic->driver))
		return row;
	pattern.driver = nic->driver;
	pattern.any_case = true;
	return find_row(irq_rows_generic(), &pattern, NULL, name, ret);
}

static const struct irq_row *find_any(const struct nic *nic, const char *name,
				      struct irq_numbers *ret)
{
	struct irq_pattern pattern = {0};

	if (!nic)
		return find_row(irq_rows_disk(), &pattern, NULL, name, ret);
	if (has_rows(nic->driver))
		return find_row(irq_rows_net(), &pattern, nic->driver, name, ret);
	pattern.any_case = true;
	return find_row(irq_rows_generic(), &pattern, NULL, name, ret);
}

bool irq_name_fits(const struct nic *nic, const char *handler)
{
	struct irq_numbers numbers;

	return text_equal(handler, nic->name) || find_exact(nic, handler, &numbers);
}

/* One vector ---------------------------------------------------------------------------------- */

static bool is_managed(const struct irq_kernel *kernel, const struct irq_row *row)
{
	if (!row->is_managed || (row->is_not_on_x86 && kernel->is_x86))
		return false;
	return !kernel->version ||
	       (kernel->version >= row->since && (!row->until || kernel->version < row->until));
}

/* False where the number in the name is no queue's. */
static bool take_numbers(const struct irq_row *row, const struct irq_numbers *numbers,
			 struct irq *irq)
{
	uint64_t number = row->is_range ? numbers->before : numbers->last;

	if (number < row->first || number >= QUEUES_MAX ||
	    (row->is_range && (numbers->last < number || numbers->last >= QUEUES_MAX)))
		return false;
	irq->queue = (int)(number - row->first);
	irq->last_queue = row->is_range ? (int)(numbers->last - row->first) : -1;
	return true;
}

/* A handler that has only its interface's name serves what no queue does. */
static struct irq_vector name_handler(const struct irq_kernel *kernel, const struct nic *nic,
				      const char *name, struct irq *irq)
{
	struct irq_vector vector = {.irq = irq};
	struct irq_numbers numbers = {0};

	*irq = (struct irq){.role = IRQ_UNKNOWN, .queue = -1, .last_queue = -1};
	if (nic && text_equal(name, nic->name)) {
		vector.is_plain = true;
		irq->role = IRQ_CONTROL;
		return vector;
	}
	vector.row = nic ? find_exact(nic, name, &numbers) : NULL;
	if (!vector.row)
		vector.row = find_any(nic, name, &numbers);
	if (!vector.row)
		return vector;
	if (vector.row->role != IRQ_CONTROL && !vector.row->has_no_number &&
	    !take_numbers(vector.row, &numbers, irq)) {
		vector.row = NULL;
		return vector;
	}
	irq->role = vector.row->role;
	irq->is_managed = is_managed(kernel, vector.row);
	return vector;
}

static void take(struct irq *irq, const struct irq *from)
{
	irq->role = from->role;
	irq->queue = from->queue;
	irq->last_queue = from->last_queue;
	irq->is_managed = from->is_managed;
}

/* A vector with several handlers (an NVMe drive that got only one) is the queue's, and the kernel
 * manages none that also serves control. */
struct irq_vector irq_name_vector(struct arena *arena, const struct irq_kernel *kernel,
				  const struct nic *nic, struct irq *irq)
{
	names handlers = irq->actions ? text_split(arena, irq->actions, ',') : (names){0};
	struct irq_vector vector = {.irq = irq};
	bool has_control = false;

	take(irq, &(struct irq){.role = IRQ_UNKNOWN, .queue = -1, .last_queue = -1});
	vec_for_each (handler, &handlers) {
		struct irq found;
		struct irq_vector one =
		    name_handler(kernel, nic, text_trim(arena, *handler), &found);

		has_control |= found.role == IRQ_CONTROL;
		if (found.role == IRQ_UNKNOWN ||
		    (found.role == IRQ_CONTROL && irq->role != IRQ_UNKNOWN) || irq->queue >= 0)
			continue;
		take(irq, &found);
		vector.row = one.row;
		vector.is_plain = one.is_plain;
	}
	irq->is_managed &= !has_control;
	return vector;
}

/* One device ---------------------------------------------------------------------------------- */

static bool is_queue(const struct irq *irq)
{
	return irq->role == IRQ_QUEUE || irq->role == IRQ_RX || irq->role == IRQ_TX;
}

/* gve numbers its vectors in one row, the first half for transmitting; which half a number is in
 * only the whole row tells. Vectors that are not in use have no name but count. */
static void halve(const irq_group *group)
{
	int blocks = 0;

	vec_for_each (vector, group) {
		if (is_queue(vector->irq) && vector->irq->queue + 1 > blocks)
			blocks = vector->irq->queue + 1;
	}
	vec_for_each (vector, group) {
		struct irq *irq = vector->irq;

		if (!is_queue(irq))
			continue;
		irq->role = irq->queue < blocks / 2 ? IRQ_TX : IRQ_RX;
		irq->queue %= blocks / 2 ? blocks / 2 : 1;
	}
}

static int compare_queues(const void *a, const void *b)
{
	const struct irq *const *left = a, *const *right = b;

	if ((*left)->queue != (*right)->queue)
		return (*left)->queue < (*right)->queue ? -1 : 1;
	return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

/* The n-th of those that serve this direction serves queue n. Vectors that send alone are ranked
 * among those that send and those that do both. */
static void rank(struct arena *arena, const irq_group *group, enum irq_role direction)
{
	VEC(struct irq *) ranked = {0};
	int before = -1, queue = -1;

	vec_for_each (vector, group) {
		if (vector->row && vector->row->is_ranked &&
		    (vector->irq->role == IRQ_QUEUE || vector->irq->role == direction))
			vec_push(arena, &ranked, vector->irq);
	}
	if (ranked.count > 1)
		qsort(ranked.at, ranked.count, sizeof(*ranked.at), compare_queues);
	vec_for_each (irq, &ranked) {
		queue += (*irq)->queue != before;
		before = (*irq)->queue;
		/* What does both has its number from the direction that is asked for first. */
		if ((*irq)->role == direction || direction == IRQ_RX)
			(*irq)->queue = queue;
	}
}

/* Both drivers ask for one vector for each CPU, and for eight more than that only where they use
 * them: megasas_alloc_irq_vectors, _base_enable_msix. */
static bool has_high_iops(const struct irq_kernel *kernel, size_t vectors)
{
	return kernel->online >= HIGH_IOPS_QUEUES && vectors == kernel->online + HIGH_IOPS_QUEUES;
}

static void reserve(const struct irq_kernel *kernel, const irq_group *group,
		    enum irq_reserved reserved, size_t vectors)
{
	bool is_control = reserved == RESERVED_FIRST ||
			  (reserved == RESERVED_LOW_LATENCY && !has_high_iops(kernel, vectors));
	int kept = is_control || reserved == RESERVED_FIRST_QUEUE ? 1
		   : has_high_iops(kernel, vectors)               ? HIGH_IOPS_QUEUES
								  : 0;

	vec_for_each (vector, group) {
		struct irq *irq = vector->irq;

		if (!vector->row || vector->row->reserved != reserved || irq->queue < 0)
			continue;
		if (irq->queue < kept)
			irq->is_managed = false;
		/* The only vector serves everything. */
		if (!is_control || vectors < 2)
			continue;
		irq->role = irq->queue ? irq->role : IRQ_CONTROL;
		irq->queue--;
	}
}

static void reserve_all(const struct irq_kernel *kernel, const irq_group *group)
{
	size_t count[RESERVED_HIGH_IOPS + 1] = {0};

	vec_for_each (vector, group) {
		if (vector->row && vector->irq->queue >= 0)
			count[vector->row->reserved]++;
	}
	for (int reserved = RESERVED_FIRST; reserved <= RESERVED_HIGH_IOPS; reserved++) {
		if (count[reserved])
			reserve(kernel, group, (enum irq_reserved)reserved, count[reserved]);
	}
}

/* An interface's bare name is that of its slow path; where there is no other vector, as without
 * MSI-X, it says nothing. */
static void settle_plain(const irq_group *group)
{
	bool has_other = false;

	vec_for_each (vector, group)
		has_other |= is_queue(vector->irq) || vector->irq->role == IRQ_UNKNOWN;
	vec_for_each (vector, group) {
		if (vector->is_plain && vector->irq->role == IRQ_CONTROL && !has_other)
			vector->irq->role = IRQ_UNKNOWN;
	}
}

void irq_name_group(struct arena *arena, const struct irq_kernel *kernel, const struct nic *nic,
		    const irq_group *group)
{
	if (nic && text_equal(nic->driver, "gve"))
		halve(group);
	rank(arena, group, IRQ_RX);
	rank(arena, group, IRQ_TX);
	reserve_all(kernel, group);
	settle_plain(group);
}

/* All devices --------------------------------------------------------------------------------- */

struct owner {
	const char *name;
	const struct nic *nic; /* NULL: a disk */
	size_t first, count;   /* its vectors are in one row */
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

static struct irq_kernel kernel_of(const struct facts *facts)
{
	const char *release = facts->host.kernel_release, *arch = facts->host.arch;
	struct irq_kernel kernel = {.online = cpuset_weight(&facts->topology.online),
				    .is_x86 = arch && text_starts(arch, "x86")};
	unsigned long major = 0, minor = 0;
	char *end;

	if (release)
		major = strtoul(release, &end, 10);
	if (major && *end == '.')
		minor = strtoul(end + 1, NULL, 10);
	if (major < 1000 && minor < 1000)
		kernel.version = KERNEL((unsigned)major, (unsigned)minor);
	return kernel;
}

/* The kernel gives each of several vectors that it places CPUs of its own (kernel/irq/affinity.c,
 * irq_create_affinity_masks; lib/group_cpus.c, group_cpus_evenly), so where one may go to all of
 * them it places none: many drivers ask for that only while a module parameter says so
 * (megaraid_sas and mpt3sas, smp_affinity_enable). */
static bool goes_everywhere(struct root *root, struct arena *arena, const struct facts *facts,
			    const struct irq *irq)
{
	const struct cpuset *online = &facts->topology.online;
	const char *path = arena_printf(arena, "/proc/irq/%u/smp_affinity_list", irq->number),
		   *text;
	struct cpuset set, missing;

	if (root_read(root, arena, path, &text) < 0 || cpuset_parse_list(arena, text, &set) < 0)
		return false;
	missing = cpuset_minus(arena, online, &set);
	return cpuset_weight(online) > 1 && !cpuset_weight(&missing);
}

/* The last one: where CPUs are offline the first may be left with all that are online. */
static void ask_masks(struct root *root, struct arena *arena, const struct facts *facts,
		      const irq_group *group)
{
	const struct irq *last = NULL;
	size_t count = 0;

	vec_for_each (vector, group) {
		if (!vector->irq->is_managed)
			continue;
		last = vector->irq;
		count++;
	}
	if (count < 2 || !goes_everywhere(root, arena, facts, last))
		return;
	vec_for_each (vector, group)
		vector->irq->is_managed = false;
}

static struct owner *owner_of(const owners *list, const struct irq *irq)
{
	struct owner key = {.name = irq->device};

	if (!irq->device || !list->count)
		return NULL;
	return bsearch(&key, list->at, list->count, sizeof(key), compare_owners);
}

void irq_roles(struct root *root, struct arena *arena, struct facts *facts)
{
	struct irq_kernel kernel = kernel_of(facts);
	owners list = collect(arena, facts);
	struct irq_vector *vectors = arena_alloc(arena, (facts->irqs.count + 1) * sizeof(*vectors));
	size_t next = 0;

	vec_for_each (irq, &facts->irqs) {
		struct owner *owner = owner_of(&list, irq);

		irq->queue = irq->last_queue = -1;
		if (owner)
			owner->count++;
	}
	vec_for_each (owner, &list) {
		owner->first = next;
		next += owner->count;
		owner->count = 0;
	}
	vec_for_each (irq, &facts->irqs) {
		struct owner *owner = owner_of(&list, irq);

		if (owner)
			vectors[owner->first + owner->count++] =
			    irq_name_vector(arena, &kernel, owner->nic, irq);
	}
	vec_for_each (owner, &list) {
		const irq_group group = {.at = vectors + owner->first, .count = owner->count};

		irq_name_group(arena, &kernel, owner->nic, &group);
		ask_masks(root, arena, facts, &group);
	}
}
