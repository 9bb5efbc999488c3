/* SPDX-License-Identifier: Apache-2.0 */
/* Finds Redpanda's io-config.yaml by redpanda.yaml, and reads which directories it is for. */
#include "profile/io_config.h"

#include "base/text.h"
#include "base/yaml.h"
#include "profile/redpanda.h"

static const struct yaml_limits limits = {.bytes = 256 * 1024, .depth = 16, .is_lenient = true};

struct io_config io_config_of(struct arena *arena, const struct redpanda_config *config)
{
	static const char *const told[] = {"--io-properties", RPK_WELL_KNOWN_IO};
	struct io_config ret = {0};
	const struct start_flag *file;
	const char *slash;

	if (!config || !config->path)
		return ret;
	file = start_flag_find(&config->flags, "--io-properties-file");
	slash = strrchr(config->path, '/');
	if (file && *file->value == '/') {
		ret.path = file->value;
		return ret;
	}
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && !ret.flag; i++) {
		const struct start_flag *flag = start_flag_find(&config->flags, told[i]);

		ret.flag = flag ? start_flag_text(arena, flag) : NULL;
	}
	if (!ret.flag && slash)
		ret.path = arena_printf(arena, "%.*s/io-config.yaml", (int)(slash - config->path),
					config->path);
	return ret;
}

void io_config_parse(struct arena *arena, const char *text, size_t length, struct io_config *config)
{
	const struct node *root, *disks;
	struct err err = {0};

	if (yaml_parse(arena, config->path, text, length, &limits, &root, &err) < 0) {
		config->problem = arena_strdup(arena, err.text);
		return;
	}
	disks = root ? yaml_get(root, "disks") : NULL;
	for (size_t i = 0; disks && disks->kind == NODE_LIST && i < disks->items.count; i++) {
		const struct node *mountpoint = yaml_get(disks->items.at[i], "mountpoint");

		if (mountpoint && mountpoint->kind == NODE_SCALAR && *mountpoint->text)
			vec_push(arena, &config->mountpoints, mountpoint->text);
	}
	if (!config->mountpoints.count)
		config->problem = "it names no disk";
}
