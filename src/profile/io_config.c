/* SPDX-License-Identifier: Apache-2.0 */
/* Finds Redpanda's io-config.yaml by redpanda.yaml, and reads it as strictly as Seastar does. */
#include "profile/io_config.h"

#include "base/text.h"
#include "base/yaml.h"
#include "profile/redpanda.h"

static const struct yaml_limits limits = {.bytes = 256 * 1024, .depth = 16, .is_lenient = true};

/* Text ---------------------------------------------------------------------------------------- */

struct io_reader {
	struct arena *arena;
	struct io_config *config;
	struct err *err;
};

/* "1000", "100M", "1GiB", and more than 0 (src/util/conversions.cc, parse_memory_size). */
static bool is_rate(struct arena *arena, const char *text)
{
	static const char *const units[] = {"iB", "B", "i"};
	size_t length = strlen(text);
	uint64_t number;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text_ends(text, units[i])) {
			length -= strlen(units[i]);
			break;
		}
	}
	if (length > 0 && strchr("kKMGT", text[length - 1]))
		length--;
	return text_u64(arena_strndup(arena, text, length), &number) == 0 && number > 0;
}

/* "/var//lib/./x/../y/" to "/var/lib/y", by the text alone. */
static const char *plain_path(struct arena *arena, const char *path)
{
	names parts = text_split(arena, path, '/'), kept = {0};
	const char *joined = "";

	vec_for_each (part, &parts) {
		if (!**part || text_equal(*part, "."))
			continue;
		if (!text_equal(*part, ".."))
			vec_push(arena, &kept, *part);
		else if (kept.count)
			kept.count--;
	}
	vec_for_each (part, &kept)
		joined = arena_printf(arena, "%s/%s", joined, *part);
	return *joined ? joined : "/";
}

static int take_mountpoint(struct io_reader *reader, const struct node *node)
{
	if (node->kind != NODE_SCALAR || *node->text != '/')
		return yaml_fault(reader->err, node, "a mountpoint is a path that begins with /");
	vec_push(reader->arena, &reader->config->mountpoints,
		 plain_path(reader->arena, node->text));
	return 0;
}

static int read_mountpoints(struct io_reader *reader, const struct node *disk)
{
	const struct node *list = yaml_get(disk, "mountpoints");
	const struct node *one = yaml_get(disk, "mountpoint");
	int r = 0;

	if (!list)
		return one ? take_mountpoint(reader, one)
			   : yaml_fault(reader->err, disk, "this disk has no 'mountpoint'");
	if (list->kind != NODE_LIST)
		return yaml_fault(reader->err, list, "'mountpoints' must be a list");
	for (size_t i = 0; r == 0 && i < list->items.count; i++)
		r = take_mountpoint(reader, list->items.at[i]);
	return r;
}

static int read_disk(struct io_reader *reader, const struct node *disk)
{
	static const char *const rates[] = {"read_bandwidth", "read_iops", "write_bandwidth",
					    "write_iops"};

	if (disk->kind != NODE_MAP)
		return yaml_fault(reader->err, disk, "a disk is a map of keys");
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		const struct node *rate = yaml_get(disk, rates[i]);

		if (!rate)
			return yaml_fault(reader->err, disk, "this disk has no '%s'", rates[i]);
		if (rate->kind != NODE_SCALAR || !is_rate(reader->arena, rate->text))
			return yaml_fault(reader->err, rate, "'%s' must be a number above 0",
					  rates[i]);
	}
	return read_mountpoints(reader, disk);
}

static int read_root(struct io_reader *reader, const struct node *root)
{
	const struct node *disks;
	int r = 0;

	if (root->kind != NODE_MAP)
		return yaml_fault(reader->err, root, "it must be a map with 'disks'");
	for (size_t i = 0; i < root->keys.count; i++) {
		if (!text_equal(root->keys.at[i]->text, "disks"))
			return yaml_fault(reader->err, root->keys.at[i],
					  "Seastar refuses every key but 'disks' here");
	}
	disks = yaml_get(root, "disks");
	if (disks && disks->kind != NODE_LIST)
		return yaml_fault(reader->err, disks, "'disks' must be a list");
	for (size_t i = 0; disks && r == 0 && i < disks->items.count; i++)
		r = read_disk(reader, disks->items.at[i]);
	return r;
}

/* The third of the comments that flow/io_config.c writes; NULL: there are none. */
static const char *measured_of(struct arena *arena, const char *text)
{
	names lines;

	if (!text_starts(text, "# Measured by thintune "))
		return NULL;
	lines = text_split(arena, text, '\n');
	return lines.count > 2 && text_starts(lines.at[2], "# ") ? lines.at[2] + strlen("# ")
								 : NULL;
}

void io_config_parse(struct arena *arena, const char *text, size_t length, struct io_config *config)
{
	const struct node *root;
	struct err err = {0};
	struct io_reader reader = {.arena = arena, .config = config, .err = &err};
	int r = yaml_parse(arena, config->path, text, length, &limits, &root, &err);

	config->measured = measured_of(arena, text);
	if (r == 0 && root)
		r = read_root(&reader, root);
	if (r < 0)
		config->problem = arena_strdup(arena, err.text);
	else if (!config->mountpoints.count)
		config->problem = "it names no disk";
}

/* Place --------------------------------------------------------------------------------------- */

/* Three words, each of which rpk looks up in a table of its own (start.go, resolveWellKnownIo). */
static const char *well_known_problem(struct arena *arena, const char *value)
{
	const names words = text_split(arena, value, ':');

	vec_for_each (word, &words) {
		if (!**word)
			return "rpk looks for VENDOR:VM:STORAGE, and a part of it is empty";
	}
	return words.count == 3 ? NULL : "rpk takes nothing that is not VENDOR:VM:STORAGE";
}

struct io_config io_config_of(struct arena *arena, const struct redpanda_config *config)
{
	struct io_config ret = {0};
	const struct start_flag *file, *text, *known;
	const char *slash, *beside = NULL;

	if (!config || !config->path)
		return ret;
	file = start_flag_find(&config->flags, "--io-properties-file");
	text = start_flag_find(&config->flags, "--io-properties");
	known = start_flag_find(&config->flags, RPK_WELL_KNOWN_IO);
	slash = strrchr(config->path, '/');
	if (slash)
		beside = arena_printf(arena, "%.*s/io-config.yaml", (int)(slash - config->path),
				      config->path);
	if (file || text) {
		ret.named = start_flag_text(arena, file ? file : text);
		ret.beside = beside;
	}
	if (file && *file->value == '/') {
		ret.path = file->value;
	} else if (file) {
		ret.flag = start_flag_text(arena, file);
		ret.unread = "the directory that Redpanda starts in is not known: name the whole "
			     "path";
	} else if (text) {
		ret.flag = start_flag_text(arena, text);
		ret.unread = "the text of a flag is not read: write it into io-config.yaml";
	} else if (beside) {
		ret.path = beside;
		ret.well_known = known ? start_flag_text(arena, known) : NULL;
		ret.well_known_problem = known ? well_known_problem(arena, known->value) : NULL;
	}
	return ret;
}
