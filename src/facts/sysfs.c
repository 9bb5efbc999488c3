/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes, links and PCI addresses in sysfs. */
#include "facts/sysfs.h"

#include <errno.h>
#include <limits.h>

#include "base/text.h"
#include "facts/numa.h"

const char *sysfs_text(struct root *root, struct arena *arena, const char *dir, const char *name)
{
	const char *text;

	if (root_read(root, arena, arena_printf(arena, "%s/%s", dir, name), &text) < 0)
		return NULL;
	text = text_trim(arena, text);
	return *text ? text : NULL;
}

uint64_t sysfs_number(struct root *root, struct arena *arena, const char *dir, const char *name)
{
	const char *text = sysfs_text(root, arena, dir, name);
	uint64_t number;

	return text && text_u64(text, &number) == 0 ? number : 0;
}

int64_t sysfs_signed(struct root *root, struct arena *arena, const char *dir, const char *name)
{
	const char *text = sysfs_text(root, arena, dir, name);
	uint64_t number;

	return text && text_u64(text, &number) == 0 && number <= INT64_MAX ? (int64_t)number : -1;
}

bool sysfs_is_absent(struct root *root, struct arena *arena, const char *path)
{
	const char *text;
	int r = root_read(root, arena, path, &text);

	return err_is_absent(r) && root_is_absent(root, arena, path);
}

const char *sysfs_target(struct root *root, struct arena *arena, const char *dir, const char *name)
{
	const char *target;

	if (root_follow(root, arena, arena_printf(arena, "%s/%s", dir, name), &target) < 0)
		return NULL;
	return target;
}

const char *sysfs_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *sysfs_path_parent(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash > path ? arena_strndup(arena, path, (size_t)(slash - path)) : "/";
}

static size_t hex_run(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

bool sysfs_is_pci_address(const char *text, size_t length)
{
	size_t domain = hex_run(text);
	const char *rest = text + domain;

	/* "0000:00:03.0"; a domain may have more than four digits. */
	if (domain < 4 || length != domain + strlen(":00:03.0"))
		return false;
	return rest[0] == ':' && hex_run(rest + 1) == 2 && rest[3] == ':' &&
	       hex_run(rest + 4) == 2 && rest[6] == '.' && rest[7] >= '0' && rest[7] <= '7';
}

/* The last component that fits, as its end in the path. */
static const char *last_component(const char *path, bool (*fits)(const char *text, size_t length),
				  const char **ret_start)
{
	const char *found = NULL;

	for (const char *at = path; *at;) {
		size_t length;

		at += strspn(at, "/");
		length = strcspn(at, "/");
		if (fits(at, length)) {
			*ret_start = at;
			found = at + length;
		}
		at += length;
	}
	return found;
}

const char *sysfs_pci_dir(struct arena *arena, const char *path)
{
	const char *start, *end = last_component(path, sysfs_is_pci_address, &start);

	return end ? arena_strndup(arena, path, (size_t)(end - path)) : NULL;
}

static bool is_virtio_name(const char *text, size_t length)
{
	size_t prefix = strlen("virtio");

	return length > prefix && strncmp(text, "virtio", prefix) == 0 &&
	       strspn(text + prefix, "0123456789") == length - prefix;
}

const char *sysfs_virtio(struct arena *arena, const char *path)
{
	const char *start, *end = last_component(path, is_virtio_name, &start);

	return end ? arena_strndup(arena, start, (size_t)(end - start)) : NULL;
}

/* A node without CPUs hwloc cannot tell from its neighbours: to it a place is a set of CPUs. */
static bool is_contradicted(const struct topology *topology, const char *name, int node)
{
	const struct numa_node *place = topology_node(topology, node);

	if (place && cpuset_next(&place->pus, 0) < 0)
		return false;
	vec_for_each (locality, &topology->localities) {
		if (text_equal(locality->name, name))
			return locality->numa != node;
	}
	return false;
}

int sysfs_numa(struct root *root, struct arena *arena, const struct topology *topology,
	       const char *name, const char *pci_dir)
{
	const char *text = pci_dir ? sysfs_text(root, arena, pci_dir, "numa_node") : NULL;
	uint64_t node;

	if (!text || text_u64(text, &node) < 0 || node > INT_MAX)
		return -1;
	return is_contradicted(topology, name, (int)node) ? -1 : (int)node;
}
