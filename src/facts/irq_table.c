/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the list of interrupts, in one of the two forms in which the kernel gives it. */
#include "facts/irq_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

static int compare_irqs(const void *a, const void *b)
{
	const struct irq *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

void irq_sort(struct facts *facts)
{
	if (facts->irqs.count > 1)
		qsort(facts->irqs.at, facts->irqs.count, sizeof(*facts->irqs.at), compare_irqs);
}

/* NULL when it cannot be read; "" when it is empty. */
static const char *attribute(struct root *root, struct arena *arena, unsigned number,
			     const char *name)
{
	char path[64];
	const char *text;

	(void)snprintf(path, sizeof(path), "/sys/kernel/irq/%u/%s", number, name);
	return root_read(root, arena, path, &text) < 0 ? NULL : text;
}

const char *irq_chip(struct root *root, struct arena *arena, unsigned number)
{
	const char *chip = attribute(root, arena, number, "chip_name");

	return chip && *chip ? chip : NULL;
}

static void from_sysfs(struct root *root, struct arena *arena, const names *list,
		       struct facts *facts)
{
	vec_reserve(arena, &facts->irqs, list->count);
	vec_for_each (name, list) {
		uint64_t number;

		if (text_u64(*name, &number) < 0 || number > UINT32_MAX)
			continue;
		vec_push(
		    arena, &facts->irqs,
		    (struct irq){.number = (unsigned)number,
				 .actions = attribute(root, arena, (unsigned)number, "actions")});
	}
}

/* Eight times as many as the largest node that is thought of. */
enum { most_irqs = 262144 };

struct table {
	struct arena *arena;
	struct facts *facts;
	bool has_heads;
	size_t cpus;
};

static char *word(char **at)
{
	char *start = *at + strspn(*at, " \t"), *end = start + strcspn(start, " \t");

	*at = end;
	if (*end) {
		*end = '\0';
		*at = end + 1;
	}
	return start;
}

static void skip_counters(char **at, size_t count)
{
	char *text = *at;

	for (size_t i = 0; i < count; i++) {
		size_t digits;

		text += strspn(text, " ");
		digits = strspn(text, "0123456789");
		if (!digits)
			break;
		text += digits;
	}
	*at = text;
}

/* After the chip: "5-edge", "27 Level", "-event" or "0 -event"; what then follows are handlers. */
static const char *handlers_of(char *at)
{
	char *rest = at + strspn(at, " \t");
	size_t digits = strspn(rest, "0123456789");

	if (digits && (rest[digits] == '-' || rest[digits] == ' ' || !rest[digits])) {
		(void)word(&rest);
		rest += strspn(rest, " \t");
	}
	if (rest[0] == '-' || text_starts(rest, "Level ") || text_starts(rest, "Edge "))
		(void)word(&rest);
	return rest + strspn(rest, " \t");
}

static int table_line(void *context, char *line)
{
	struct table *table = context;
	char *rest = line, *chip;
	uint64_t number;
	char *label;

	if (!table->has_heads) {
		table->has_heads = true;
		table->cpus = text_words(table->arena, line).count;
		return 0;
	}
	label = word(&rest);
	if (!text_ends(label, ":"))
		return 0;
	label[strlen(label) - 1] = '\0';
	/* NMI, LOC and the like are no interrupts that anybody could place. */
	if (text_u64(label, &number) < 0 || number > UINT32_MAX)
		return 0;
	skip_counters(&rest, table->cpus);
	if (table->facts->irqs.count == most_irqs)
		return -ENOBUFS;
	chip = word(&rest);
	vec_push(table->arena, &table->facts->irqs,
		 (struct irq){.number = (unsigned)number,
			      .chip = *chip ? arena_strdup(table->arena, chip) : NULL,
			      .actions = text_trim(table->arena, handlers_of(rest))});
	return 0;
}

void irq_table(struct root *root, struct arena *arena, struct facts *facts)
{
	struct table table = {.arena = arena, .facts = facts};
	names list = {0};

	if (root_list(root, arena, "/sys/kernel/irq", &list) == 0)
		from_sysfs(root, arena, &list, facts);
	else if (root_lines(root, "/proc/interrupts", ROOT_TABLE, table_line, &table) < 0)
		facts->irqs.count = 0;
	irq_sort(facts);
}
